//! The top of the page: the product, the connection, and who one is.

use super::driver::{act, follow};
use super::face::face_of;
use super::one_of::when;
use super::shown::{self, Derived, heard};
use super::view_model::{Dialog, ViewModel};
use super::words::words;
use crate::app::browser::navigation;
use crate::app::slots::{Slot, house, slot};
use leptos::ev::MouseEvent;
use leptos::prelude::*;
use parlour_client::connection::{Banner, Phase};
use parlour_client::session::Session;
use parlour_protocol::{Person, User, paths};

/// Brand, connection state and own name.
#[component]
pub fn Topbar() -> impl IntoView {
    let model = ViewModel::here();
    let my_name = shown::text(move || model.me().with(|me| name(me.as_ref())));
    let reader = move || model.me().with(|me| me.as_ref().map(person));
    let is_somebody = move || model.me().with(Option::is_some);
    let my_page = shown::text(move || {
        if is_somebody() {
            paths::ME
        } else {
            paths::JOIN
        }
        .to_owned()
    });
    let my_title = shown::text(move || {
        if is_somebody() {
            "Change your name"
        } else {
            "Choose a name"
        }
        .to_owned()
    });
    let open_name = move |event: MouseEvent| {
        event.prevent_default();
        model.show_dialog(Some(Dialog::Name));
    };
    view! {
        <header class="topbar">
            <a class="brand" href=paths::LIST on:click=heard(move |event: MouseEvent| follow(model, &event, paths::LIST.to_owned()))>
                {house()}
            </a>
            <ConnectionState/>
            <a
                class="me"
                href=my_page
                title=my_title
                on:click=heard(open_name)
            >
                {slot(Slot::Name, view! { {face_of(reader)} <bdi>{words(my_name)}</bdi> })}
            </a>
        </header>
    }
}

/// The reader, as others see them.
fn person(me: &User) -> Person {
    Person {
        id: me.id,
        name: me.name.clone(),
    }
}

/// What the reader is called here.
pub fn name(me: Option<&User>) -> String {
    me.map_or("Choose a name", |me| &me.name).to_owned()
}

/// Whether what one sees is live.
#[component]
fn ConnectionState() -> impl IntoView {
    let model = ViewModel::here();
    let banner = Derived::new(move || model.banner());
    let state = move || match banner.get() {
        Banner::Absent => "off",
        Banner::Live => "live",
        Banner::Connecting => "connecting",
        Banner::Lost { .. } | Banner::Stopped => "lost",
    };
    // The count-down is not part of the status, or a screen reader would say it every second.
    let text = shown::text(move || match banner.get() {
        Banner::Absent => "Live updates do not work here.".to_owned(),
        Banner::Live => "Live".to_owned(),
        Banner::Connecting => "Connecting…".to_owned(),
        Banner::Lost { .. } => lost_because(model),
        Banner::Stopped => stopped_because(model),
    });
    let next_try = shown::text(move || match banner.get() {
        Banner::Lost { seconds } if seconds > 0 => format!("Trying again in {seconds} s."),
        Banner::Lost { .. } => "Trying again…".to_owned(),
        Banner::Absent => "Reload the page to see what is new.".to_owned(),
        _ => String::new(),
    });
    let retry = move |_| act(model, Session::retry_connection);
    let is_lost = shown::holds(move || state() == "lost");
    let state = shown::text(move || state().to_owned());
    view! {
        <div class="connection" data-state=state>
            <span class="connection-text" role="status">{words(text)}</span>
            <span class="connection-next" aria-hidden="true">{words(next_try)}</span>
            {when(is_lost, move || {
                view! {
                    <button class="retry" type="button" on:click=heard(retry)>
                        "Retry now"
                    </button>
                }
            })}
        </div>
    }
}

fn lost_because(model: ViewModel) -> String {
    if !navigation::is_online() {
        return "You are offline.".to_owned();
    }
    let refusal = model.connection().with(|c| c.refusal().map(str::to_owned));
    refusal.unwrap_or_else(|| "Connection lost.".to_owned())
}

fn stopped_because(model: ViewModel) -> String {
    let code = model
        .connection()
        .with(|connection| match connection.phase() {
            Phase::Stopped { code, .. } => *code,
            _ => 0,
        });
    match code {
        4401 => "Your session has ended.",
        4403 => "You are not in this room any more.",
        4404 => "This room is gone.",
        4409 => "Somebody here has your name.",
        4429 => "Too much at once from here.",
        _ => "The server closed the connection.",
    }
    .to_owned()
}
