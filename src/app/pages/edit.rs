//! `/rooms/{slug}/m/{number}/edit`: changes or removes one's own message without script; also where
//! a refused message is shown again.

use super::answer;
use super::parts::{PlainPage, TextField};
use super::shape::Shape;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::{Number, Revisions, Room, RoomId, paths};
use parlour_server::http::AtMessage;
use parlour_server::rooms::Ruled;
use parlour_server::{Scope, ServiceError, messages, rooms};

/// `GET /rooms/{slug}/m/{number}/edit`: the form that edits a message.
pub async fn edit(
    State(site): State<Site>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
) -> Response {
    let page = load(&site, &scope, room, number).await;
    answer(&site, page)
}

async fn load(
    site: &Site,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<Response, ServiceError> {
    let Ruled { room, rules } = rooms::get_ruled(&site.ctx, scope, room).await?;
    let message = messages::own(&site.ctx, scope, room.id, number).await?;
    let typed = Typed {
        message: Which::Own(number, rules.revisions),
        content: &message.content,
        wrong: None,
    };
    Ok(edit_page(site, StatusCode::OK, &room, typed))
}

/// Which message a text is for.
pub enum Which {
    /// One's own, that is there, and who will read what it says until now.
    Own(Number, Revisions),
    /// One that is not sent yet.
    Unsent {
        /// The key it will be sent with; "" is none.
        key: String,
        /// The message that it answers.
        reply_to: Option<Number>,
    },
}

/// A text in the form that takes it.
pub struct Typed<'a> {
    /// Which message it is for.
    pub message: Which,
    /// As it was typed.
    pub content: &'a str,
    /// What is wrong with it.
    pub wrong: Option<&'a str>,
}

/// What a form says of the message that its text answers.
pub fn answers(reply_to: Option<Number>) -> impl IntoView {
    let number = reply_to.map(|number| number.to_string());
    number.map(|number| view! { <input type="hidden" name="reply_to" value=number/> })
}

/// The form with what was typed, and what is wrong with it. Somebody without a session finds the way
/// to one, beside the text and not instead of it.
pub fn edit_page(site: &Site, status: StatusCode, room: &Room, typed: Typed<'_>) -> Response {
    let (number, revisions, key, reply_to) = match typed.message {
        Which::Own(number, revisions) => (Some(number), Some(revisions), None, None),
        Which::Unsent { key, reply_to } => {
            let key = Some(key).filter(|key| !key.is_empty());
            (None, None, key, reply_to)
        }
    };
    let revisions = revisions.map(|revisions| match revisions {
        Revisions::Everybody => "Whoever sees the room can read what it said before.",
        Revisions::Nobody => "What it said before is not kept in this room.",
    });
    let title = if number.is_some() {
        "Edit your message"
    } else {
        "Not sent yet"
    };
    let head = Head {
        title,
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    let content = typed.content.to_owned();
    let error = typed.wrong.map(str::to_owned);
    let action = number.map_or_else(|| paths::send(room), |number| paths::edit(room, number));
    let delete = number.map(|number| paths::delete_message(room, number));
    let back = paths::latest(room);
    let join = (status == StatusCode::UNAUTHORIZED).then(|| paths::join(&paths::room(room)));
    let confirm = if number.is_some() { "Save" } else { "Send" };
    site.assets.page(status, &head, move || {
        view! {
            <PlainPage heading=title.to_owned() back=back back_label="Back to the room">
                <form class="form" method="post" action=action>
                    {key.map(|key| view! { <input type="hidden" name="client_id" value=key/> })}
                    {answers(reply_to)}
                    <TextField label="Message" name="content" value=content error shape=Shape::Page/>
                    {join
                        .map(|join| {
                            view! {
                                <p>
                                    <a class="join" href=join target="_blank">"Join in a new tab"</a>
                                    ", then send it from here."
                                </p>
                            }
                        })}
                    {revisions.map(|sentence| view! { <p class="field-hint">{sentence}</p> })}
                    <button class="primary" type="submit">{confirm}</button>
                </form>
                {delete
                    .map(|action| {
                        view! {
                            <form class="form" method="post" action=action>
                                <p class="field-hint">"Deleting removes its text for everybody. Backups made before keep it."</p>
                                <button class="quiet danger" type="submit">"Delete this message"</button>
                            </form>
                        }
                    })}
            </PlainPage>
        }
            .into_any()
    })
}
