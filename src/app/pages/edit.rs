//! `/rooms/{slug}/m/{number}/edit`: changes or removes one's own message without script; also where
//! a refused message is shown again.

use super::parts::{PlainPage, TextField};
use crate::app::shell::Head;
use crate::site::Site;
use crate::site::address::AtMessage;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::{AppError, Number, Room, RoomId, paths};
use parlour_server::{Scope, ServiceError, messages, rooms};

/// `GET /rooms/{slug}/m/{number}/edit`
pub async fn edit(
    State(site): State<Site>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
) -> Response {
    let page = load(&site, &scope, room, number).await;
    site.answer(page)
}

async fn load(
    site: &Site,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<Response, ServiceError> {
    let room = rooms::get(&site.ctx, scope, room).await?;
    let message = messages::own(&site.ctx, scope, room.id, number).await?;
    Ok(edit_page(
        site,
        StatusCode::OK,
        &room,
        Some(number),
        &message.content,
        None,
    ))
}

/// The form with what was typed, and what is wrong with it: for a stored message, or (`number` is
/// `None`) for a new one that was refused, which keeps the key it was sent with.
pub fn edit_page(
    site: &Site,
    status: StatusCode,
    room: &Room,
    number: Option<Number>,
    content: &str,
    error: Option<(&AppError, &str)>,
) -> Response {
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
    let content = content.to_owned();
    let action = number.map_or_else(|| paths::send(room), |number| paths::edit(room, number));
    let delete = number.map(|number| paths::delete_message(room, number));
    let back = paths::latest(room);
    let client_id = error
        .map(|(_, key)| key.to_owned())
        .filter(|key| number.is_none() && !key.is_empty());
    let error = error.map(|(error, _)| error.message.clone());
    let confirm = if number.is_some() { "Save" } else { "Send" };
    site.assets.page(status, &head, move || {
        view! {
            <PlainPage heading=title.to_owned() back=back back_label="Back to the room">
                <form class="form" method="post" action=action>
                    {client_id.map(|key| view! { <input type="hidden" name="client_id" value=key/> })}
                    <TextField label="Message" name="content" value=content error/>
                    <button class="primary" type="submit">{confirm}</button>
                </form>
                {delete
                    .map(|action| {
                        view! {
                            <form class="form" method="post" action=action>
                                <button class="quiet danger" type="submit">"Delete this message"</button>
                            </form>
                        }
                    })}
            </PlainPage>
        }
            .into_any()
    })
}
