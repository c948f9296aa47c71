//! The modals: a new room, one's name, and the two questions before something is gone.

use super::desk::{Desk, Dialog};
use super::link::Order;
use super::shown::heard;
use super::{sending, shown, visiting};
use crate::app::api;
use crate::app::browser::{dialog, text_field};
use leptos::ev::SubmitEvent;
use leptos::html;
use leptos::prelude::*;
use parlour_protocol::{paths, rules};

/// All of them; one at most is open.
#[component]
pub fn Dialogs() -> impl IntoView {
    view! {
        <NewRoom/>
        <Name/>
        <DeleteRoom/>
        <DeleteMessage/>
    }
}

/// Opens what only somebody with a name can do; asks for the name first if there is none.
pub fn with_name(desk: Desk, wanted: Dialog) {
    if desk.me.with_untracked(Option::is_some) {
        desk.dialog.set(Some(wanted));
    } else {
        desk.after_name.set(Some(wanted));
        desk.dialog.set(Some(Dialog::Name));
    }
}

/// Gives this person `name`, the first or another, and comes back as that person.
pub fn give_name(desk: Desk, name: String, error: RwSignal<Option<String>>) {
    if let Err(invalid) = rules::username(&name) {
        return error.set(Some(invalid.to_string()));
    }
    if desk.is_naming.get_value() {
        return;
    }
    desk.is_naming.set_value(true);
    leptos::task::spawn_local(async move {
        let answer = api::give_name(name).await;
        desk.is_naming.set_value(false);
        match answer {
            Ok(user) => {
                let is_other = desk.my_id_now() != Some(user.id);
                desk.me.set(Some(user));
                desk.dialog.set(desk.after_name.get_untracked());
                desk.after_name.set(None);
                if is_other {
                    desk.order(Order::Reconnect);
                }
                // The composer is there once the effects have run.
                request_animation_frame(move || {
                    sending::show_draft(desk);
                    text_field::focus(desk.composer);
                });
            }
            Err(refused) => error.set(Some(refused.sentence().to_owned())),
        }
    });
}

#[component]
fn NewRoom() -> impl IntoView {
    let desk = Desk::here();
    let (name, description) = (
        NodeRef::<html::Input>::new(),
        NodeRef::<html::Textarea>::new(),
    );
    let (name_error, description_error) =
        (RwSignal::new(None::<String>), RwSignal::new(None::<String>));
    let is_busy = StoredValue::new(false);
    let check_name = move || {
        name_error.set(
            rules::room_name(&text_field::line(name))
                .err()
                .map(|e| e.to_string()),
        );
    };
    let check_description = move || {
        let text = text_field::text(description);
        description_error.set(rules::description(&text).err().map(|e| e.to_string()));
    };
    let create = move |event: SubmitEvent| {
        event.prevent_default();
        check_name();
        check_description();
        if name_error.with_untracked(Option::is_some)
            || description_error.with_untracked(Option::is_some)
        {
            return;
        }
        if is_busy.get_value() {
            return;
        }
        is_busy.set_value(true);
        let (room_name, text) = (text_field::line(name), text_field::text(description));
        leptos::task::spawn_local(async move {
            let answer = api::create_room(room_name, text).await;
            is_busy.set_value(false);
            match answer {
                Ok(room) => {
                    text_field::set_line(name, "");
                    text_field::set_text(description, "");
                    visiting::visit(desk, paths::room(&room), true);
                }
                Err(refused) => match refused.at("description") {
                    Some(sentence) => description_error.set(Some(sentence)),
                    None => name_error.set(Some(refused.sentence().to_owned())),
                },
            }
        });
    };
    view! {
        <Modal kind=|dialog| dialog == Dialog::NewRoom title_id="new-room-title">
            <form method="post" action=paths::NEW_ROOM on:submit=heard(create)>
                <h2 id="new-room-title">"New room"</h2>
                <Field label="Name" error=name_error id="new-room-name">
                    <input
                        id="new-room-name"
                        name="name"
                        autocomplete="off"
                        aria-describedby="new-room-name-error"
                        aria-invalid=shown::invalid(name_error)
                        node_ref=name
                        on:input=heard(move |_| check_name())
                    />
                </Field>
                <Field label="Description (optional)" error=description_error id="new-room-description">
                    <textarea
                        id="new-room-description"
                        name="description"
                        rows="3"
                        aria-describedby="new-room-description-error"
                        aria-invalid=shown::invalid(description_error)
                        node_ref=description
                        on:input=heard(move |_| check_description())
                    ></textarea>
                </Field>
                <Actions confirm="Create room" danger=false/>
            </form>
        </Modal>
    }
}

#[component]
fn Name() -> impl IntoView {
    let desk = Desk::here();
    let field = NodeRef::<html::Input>::new();
    let error = RwSignal::new(None::<String>);
    Effect::new(move |_| {
        if desk.dialog.get() == Some(Dialog::Name) {
            let now = desk
                .me
                .with_untracked(|me| me.as_ref().map(|me| me.name.clone()));
            text_field::set_line(field, &now.unwrap_or_default());
            error.set(None);
        }
    });
    let check = move |_| {
        error.set(
            rules::username(&text_field::line(field))
                .err()
                .map(|e| e.to_string()),
        );
    };
    let save = move |event: SubmitEvent| {
        event.prevent_default();
        give_name(desk, text_field::line(field), error);
    };
    let confirm = Signal::derive(move || {
        if desk.me.with(Option::is_some) {
            "Save"
        } else {
            "Join"
        }
    });
    view! {
        <Modal kind=|dialog| dialog == Dialog::Name title_id="name-title">
            <form method="post" action=paths::JOIN on:submit=heard(save)>
                <h2 id="name-title">"What should people call you?"</h2>
                <Field label="Your name" error=error id="name-field">
                    <input
                        id="name-field"
                        name="username"
                        autocomplete="nickname"
                        aria-describedby="name-field-error"
                        aria-invalid=shown::invalid(error)
                        node_ref=field
                        on:input=heard(check)
                    />
                </Field>
                <Actions confirm danger=false/>
            </form>
        </Modal>
    }
}

#[component]
fn DeleteRoom() -> impl IntoView {
    let desk = Desk::here();
    let name = shown::text(move || desk.room().map(|room| room.name).unwrap_or_default());
    let action = shown::attribute(move || desk.room().map(|room| paths::delete_room(&room)));
    let delete = move |event: SubmitEvent| {
        event.prevent_default();
        let Some(room) = desk.open_id_now() else {
            return;
        };
        leptos::task::spawn_local(async move {
            desk.dialog.set(None);
            if let Err(refused) = api::delete_room(room).await {
                desk.tell(refused.sentence());
            }
        });
    };
    view! {
        <Modal kind=|dialog| dialog == Dialog::DeleteRoom title_id="delete-room-title">
            <form method="post" action=action on:submit=heard(delete)>
                <h2 id="delete-room-title">"Delete " <bdi>{name}</bdi> "?"</h2>
                <p>"Everything said in it is deleted for everybody. This cannot be undone."</p>
                <Actions confirm="Delete room" danger=true/>
            </form>
        </Modal>
    }
}

#[component]
fn DeleteMessage() -> impl IntoView {
    let desk = Desk::here();
    let delete = move |event: SubmitEvent| {
        event.prevent_default();
        if let Some(Dialog::DeleteMessage(number)) = desk.dialog.get_untracked() {
            desk.dialog.set(None);
            sending::delete(desk, number);
        }
    };
    view! {
        <Modal kind=|dialog| matches!(dialog, Dialog::DeleteMessage(_)) title_id="delete-message-title">
            <form method="post" on:submit=heard(delete)>
                <h2 id="delete-message-title">"Delete this message?"</h2>
                <p>"Its text is removed for everybody."</p>
                <Actions confirm="Delete message" danger=true/>
            </form>
        </Modal>
    }
}

#[component]
fn Modal<V: IntoView + 'static>(
    /// Which dialogs this one is.
    kind: fn(Dialog) -> bool,
    /// The id of its heading.
    title_id: &'static str,
    children: TypedChildren<V>,
) -> impl IntoView {
    let desk = Desk::here();
    let node = NodeRef::<html::Dialog>::new();
    let is_wanted = Memo::new(move |_| desk.dialog.get().is_some_and(kind));
    Effect::new(move |_| {
        if is_wanted.get() {
            dialog::show(node)
        } else {
            dialog::close(node)
        }
    });
    let closed = move |_| {
        // Closed by Escape: the desk does not know yet.
        if is_wanted.get_untracked() {
            desk.dialog.set(None);
        }
        // Given up, not followed by the one that was wanted in the first place.
        if desk.dialog.with_untracked(Option::is_none) {
            desk.after_name.set(None);
        }
    };
    view! {
        <dialog class="modal" aria-labelledby=title_id node_ref=node on:close=heard(closed)>
            {children.into_inner()()}
        </dialog>
    }
}

#[component]
fn Field<V: IntoView + 'static>(
    label: &'static str,
    id: &'static str,
    error: RwSignal<Option<String>>,
    children: TypedChildren<V>,
) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {children.into_inner()()}
            <p class="field-error" id=format!("{id}-error") role="alert">{shown::sentence(error)}</p>
        </div>
    }
}

#[component]
fn Actions(#[prop(into)] confirm: Signal<&'static str>, danger: bool) -> impl IntoView {
    let desk = Desk::here();
    view! {
        <div class="modal-actions">
            <button class="quiet" type="button" on:click=heard(move |_| desk.dialog.set(None))>"Cancel"</button>
            <button class=if danger { "primary danger" } else { "primary" } type="submit">{confirm}</button>
        </div>
    }
}
