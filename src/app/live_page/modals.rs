//! The modals of the live room, closed. The island opens them (`app/room/dialogs.rs`); being the
//! page's, they cost a browser no program.

use crate::app::room::modal;
use leptos::prelude::*;
use parlour_protocol::paths;

/// All of them.
#[component]
pub fn Modals() -> impl IntoView {
    view! {
        <Modal id=modal::NEW_ROOM>
            <form method="post" action=paths::NEW_ROOM>
                <h2 id=title(modal::NEW_ROOM)>"New room"</h2>
                <Field label="Name" id=modal::NEW_ROOM_NAME>
                    <input
                        id=modal::NEW_ROOM_NAME
                        name="name"
                        autocomplete="off"
                        aria-describedby=error(modal::NEW_ROOM_NAME)
                    />
                </Field>
                <Field label="Description (optional)" id=modal::NEW_ROOM_DESCRIPTION>
                    <textarea
                        id=modal::NEW_ROOM_DESCRIPTION
                        name="description"
                        rows="3"
                        aria-describedby=error(modal::NEW_ROOM_DESCRIPTION)
                    ></textarea>
                </Field>
                <Actions confirm="Create room"/>
            </form>
        </Modal>
        <Modal id=modal::NAME>
            <form method="post" action=paths::JOIN>
                <h2 id=title(modal::NAME)>"What should people call you?"</h2>
                <Field label="Your name" id=modal::NAME_FIELD>
                    <input
                        id=modal::NAME_FIELD
                        name="username"
                        autocomplete="nickname"
                        aria-describedby=error(modal::NAME_FIELD)
                    />
                </Field>
                <Actions confirm="Save" id=modal::NAME_CONFIRM/>
            </form>
        </Modal>
        <Modal id=modal::DELETE_ROOM>
            <form method="post">
                <h2 id=title(modal::DELETE_ROOM)>
                    "Delete " <bdi id=modal::DELETE_ROOM_NAME></bdi> "?"
                </h2>
                <p>"Everything said in it is deleted for everybody. This cannot be undone. Backups made before keep it."</p>
                <Actions confirm="Delete room" class="primary danger"/>
            </form>
        </Modal>
        <Modal id=modal::DELETE_MESSAGE>
            <form method="post">
                <h2 id=title(modal::DELETE_MESSAGE)>"Delete this message?"</h2>
                <p>"Its text is removed for everybody. Backups made before keep it."</p>
                <Actions confirm="Delete message" class="primary danger"/>
            </form>
        </Modal>
    }
}

fn title(modal: &str) -> String {
    format!("{modal}-title")
}

fn error(field: &str) -> String {
    format!("{field}-error")
}

#[component]
fn Modal(id: &'static str, children: Children) -> impl IntoView {
    view! {
        <dialog class="modal" id=id aria-labelledby=title(id)>
            {children()}
        </dialog>
    }
}

#[component]
fn Field(label: &'static str, id: &'static str, children: Children) -> impl IntoView {
    view! {
        <div class="field">
            <label for=id>{label}</label>
            {children()}
            <p class="field-error" id=error(id) role="alert"></p>
        </div>
    }
}

#[component]
fn Actions(
    confirm: &'static str,
    #[prop(default = "primary")] class: &'static str,
    #[prop(optional)] id: Option<&'static str>,
) -> impl IntoView {
    view! {
        <div class="modal-actions">
            <button class="quiet" type="button">"Cancel"</button>
            <button class=class id=id type="submit">{confirm}</button>
        </div>
    }
}
