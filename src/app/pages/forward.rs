//! `/rooms/{slug}/m/{number}/forward`: where a message is to be forwarded to, of the rooms and people that one talks in and
//! with; as a page, or as the fragment that the live page's panel shows.

use super::form_page::fragment;
use super::parts::PlainPage;
use super::shape::Shape;
use super::{answer_in, message_item};
use crate::app::browser::dialog::TITLE;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{Message, Number, Room, RoomId, paths};
use parlour_server::http::AtMessage;
use parlour_server::{Scope, ServiceError, messages, rooms};

/// What the page is called.
const HEADING: &str = "Forward a message";

/// What is chosen, and from what.
struct Choice {
    room: Room,
    message: Message,
    /// The rooms that one is in, with what they are called.
    rooms: Vec<(RoomId, String)>,
    key: String,
    wrong: Option<String>,
}

/// `GET /rooms/{slug}/m/{number}/forward`: asks where to.
pub async fn forward(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    AtMessage(room, number): AtMessage,
) -> Response {
    let key = messages::draw_key(&site.ctx);
    match forward_page(&site, shape, &scope, (room, number), key, None).await {
        Err(ServiceError::SignInRequired) => {
            let here = format!("/rooms/{room}/m/{number}/forward");
            Redirect::to(&paths::join(&here)).into_response()
        }
        page => answer_in(&site, shape, page),
    }
}

/// The same with what was wrong, and the status that goes with it.
///
/// # Errors
/// [`ServiceError::SignInRequired`], [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`], or what the
/// database failed with.
pub async fn forward_page(
    site: &Site,
    shape: Shape,
    scope: &Scope,
    (room, number): (RoomId, Number),
    key: String,
    wrong: Option<(StatusCode, String)>,
) -> Result<Response, ServiceError> {
    scope.require_person()?;
    let room = rooms::get(&site.ctx, scope, room).await?;
    let mut message = messages::forwardable(&site.ctx, scope, room.id, number).await?;
    message.be_of_author();
    let listed = rooms::list(&site.ctx, scope).await?.into_iter();
    let own = listed.filter(|entry| entry.is_member);
    let (status, wrong) = wrong.unzip();
    let status = status.unwrap_or(StatusCode::OK);
    let choice = Choice {
        room,
        message,
        rooms: own.map(|entry| (entry.room.id, entry.room.name)).collect(),
        key,
        wrong,
    };
    Ok(match shape {
        Shape::Page => shown(site, status, choice),
        Shape::Panel => in_panel(status, choice),
    })
}

fn shown(site: &Site, status: StatusCode, choice: Choice) -> Response {
    let head = Head {
        title: HEADING,
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    site.assets.page(status, &head, move || {
        let back = paths::message(&choice.room, choice.message.number);
        view! {
            <PlainPage heading=HEADING back=back back_label="Back to the room">
                {form(choice, None)}
            </PlainPage>
        }
        .into_any()
    })
}

/// The same over the room. Its form is the browser's to send: it leads to another room.
fn in_panel(status: StatusCode, choice: Choice) -> Response {
    fragment(status, || {
        view! {
            <form>
                <h2 id=TITLE>{HEADING}</h2>
            </form>
            <div class="card">
                {form(choice, Some(view! { <button class="quiet" type="button">"Cancel"</button> }.into_any()))}
            </div>
        }
        .into_any()
    })
}

fn form(choice: Choice, cancel: Option<AnyView>) -> AnyView {
    let Choice {
        room,
        message,
        rooms,
        key,
        wrong,
    } = choice;
    let quoted = view! { <div class="mentions">{message_item(&room, &message, None)}</div> };
    if rooms.is_empty() {
        return view! {
            {quoted}
            <p role="status">"You are in no room that it could go to. Join one first."</p>
            {cancel}
        }
        .into_any();
    }
    let options = rooms.into_iter().map(|(id, name)| {
        // It is there already.
        let is_here = id == room.id;
        view! { <option value=id.to_string() disabled=is_here>{name}</option> }
    });
    view! {
        {quoted}
        <form class="form" method="post" action=paths::forward(&room, message.number)>
            <input type="hidden" name="client_id" value=key/>
            <div class="field">
                <label for="to">"To"</label>
                <select id="to" name="to" aria-describedby="to-error" aria-invalid=wrong.as_ref().map(|_| "true")>
                    {options.collect_view()}
                </select>
                <p class="field-error" id="to-error" role="alert">{wrong}</p>
            </div>
            <p class="field-hint">
                "It is quoted with its author's name and a link to where it stands, which only who sees that room can follow."
            </p>
            <div class="modal-actions">
                {cancel}
                <button class="primary" type="submit">"Forward"</button>
            </div>
        </form>
    }
    .into_any()
}
