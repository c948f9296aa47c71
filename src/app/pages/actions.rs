//! `/rooms/{slug}/m/{number}/actions`: what somebody may do with a message; as a page, and in the panel over the live
//! room. In the log a message has the way here, and what is done most often.
//!
//! *Invariant:* each line is a link to a page, or a form, that works without script; what the live room does in their
//! place, `browser/pressed.rs` hears.

use super::answer_in;
use super::form_page::fragment;
use super::parts::PlainPage;
use super::shape::Shape;
use crate::app::browser::dialog::TITLE;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::reactions::{REACT, THUMB};
use parlour_protocol::{paths, quote};
use parlour_server::Scope;
use parlour_server::http::AtMessage;
use parlour_server::messages::{self, ActionsPage};

/// What the page is called.
const HEADING: &str = "Message";

/// `GET /rooms/{slug}/m/{number}/actions`: the page, or the panel.
pub async fn actions(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    AtMessage(room, number): AtMessage,
) -> Response {
    let page = messages::actions_page(&site.ctx, &scope, room, number).await;
    let page = page.map(|page| match shape {
        Shape::Page => shown(&site, page),
        Shape::Panel => in_panel(&page),
    });
    answer_in(&site, shape, page)
}

fn shown(site: &Site, page: ActionsPage) -> Response {
    let head = Head {
        title: HEADING,
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    let back = paths::message(&page.room, page.message.number);
    site.assets.page(StatusCode::OK, &head, move || {
        view! {
            <PlainPage heading=HEADING back=back back_label="Back to the room">
                {about(&page)}
                {listed(&page, Shape::Page)}
            </PlainPage>
        }
        .into_any()
    })
}

/// The same over the room. Its forms are the browser's to send.
fn in_panel(page: &ActionsPage) -> Response {
    fragment(StatusCode::OK, || {
        view! {
            <form>
                <h2 id=TITLE>{HEADING}</h2>
                {about(page)}
            </form>
            <div class="card">
                {listed(page, Shape::Panel)}
                <div class="modal-actions"><button class="quiet" type="button">"Close"</button></div>
            </div>
        }
        .into_any()
    })
}

/// Which message it is.
fn about(page: &ActionsPage) -> AnyView {
    let message = &page.message;
    let (author, said) = (
        message.username.clone(),
        quote::gist(&message.content, message.doc.as_ref()),
    );
    view! {
        <p class="quote">
            <bdi>{author}</bdi>
            " "
            <span dir="auto">{said}</span>
        </p>
    }
    .into_any()
}

/// What may be done, what is done most often first, and what cannot be undone last.
fn listed(page: &ActionsPage, shape: Shape) -> AnyView {
    let ActionsPage { room, message, .. } = page;
    let number = message.number;
    let link = |class: &'static str, path: String, label: &'static str| {
        view! { <li><a class=class href=path>{label}</a></li> }.into_any()
    };
    let button = |path: String, label: &'static str| {
        view! {
            <li>
                <form method="post" action=path data-quiet="true">
                    <button class="action" type="submit">{label}</button>
                </form>
            </li>
        }
        .into_any()
    };
    let mut lines = Vec::new();
    if page.may_post {
        lines.push(
            view! {
                <li>
                    <form method="post" action=paths::react(room, number) data-quiet="true">
                        <button class="action" name="emoji" value=THUMB>{REACT}</button>
                    </form>
                </li>
            }
            .into_any(),
        );
        lines.push(link(
            "action",
            paths::react(room, number),
            "React with another",
        ));
        lines.push(link("action reply", paths::thread(room, number), "Reply"));
    }
    if message.reply_to.is_some() || message.replies.is_some() {
        let thread = paths::thread(room, number);
        lines.push(link("action", thread, "Open the thread"));
    }
    if page.is_own {
        lines.push(link("action", paths::edit(room, number), "Edit"));
    }
    let permalink = paths::permalink(room, number);
    match shape {
        Shape::Page => lines.push(link("action", permalink, "Link to this message")),
        Shape::Panel => lines.push(copied(permalink, message.content.clone())),
    }
    if page.is_somebody {
        lines.push(button(
            paths::mark_unread(room, number),
            "Mark unread from here",
        ));
    }
    if page.is_somebody {
        let (path, label) = match page.is_saved {
            true => (paths::unsave(room, number), "Remove from saved"),
            false => (paths::save(room, number), "Save for later"),
        };
        lines.push(button(path, label));
        lines.push(link("action", paths::forward(room, number), "Forward"));
    }
    if page.may_pin {
        let (path, label) = match message.pinned {
            true => (paths::unpin(room, number), "Unpin"),
            false => (paths::pin(room, number), "Pin for everybody"),
        };
        lines.push(button(path, label));
    }
    if !message.reactions.is_empty() {
        let reactions = paths::reactions(room, number);
        lines.push(link("action", reactions, "Who reacted"));
    }
    if page.has_revisions {
        let revisions = paths::revisions(room, number);
        lines.push(link("action", revisions, "Earlier versions"));
    }
    if page.may_delete {
        let delete = paths::delete_message(room, number);
        lines.push(link("action delete", delete, "Delete"));
    }
    view! { <ul class="deeds">{lines}</ul> }.into_any()
}

/// The buttons that copy what stands behind each of them; `browser/code.rs` hears them.
fn copied(permalink: String, text: String) -> AnyView {
    view! {
        <li>
            <button class="action copy" type="button">"Copy link"</button>
            <a href=permalink hidden></a>
        </li>
        <li>
            <button class="action copy" type="button">"Copy text"</button>
            <span hidden>{text}</span>
        </li>
    }
    .into_any()
}
