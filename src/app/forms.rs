//! What a browser without script sends: plain forms, answered by a redirect to a page, or by the
//! same form with what is wrong and everything that was typed.

use crate::app::pages::{edit_page, join_page, name_page, new_room_page};
use crate::site::address::{AtMessage, AtRoom};
use crate::site::{Site, door};
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use parlour_protocol::{AppError, ErrorCode, paths};
use parlour_server::messages::{self, NewMessage};
use parlour_server::rooms::{self, NewRoom};
use parlour_server::{Scope, ServiceError, accounts};
use serde::Deserialize;

type Filled<T> = Result<Form<T>, FormRejection>;

/// The form of `/rooms/new`.
#[derive(Debug, Deserialize)]
pub struct RoomForm {
    name: String,
    #[serde(default)]
    description: String,
}

/// The form of `/join`.
#[derive(Debug, Deserialize)]
pub struct JoinForm {
    username: String,
    #[serde(default)]
    next: String,
}

/// The form of `/me`.
#[derive(Debug, Deserialize)]
pub struct NameForm {
    username: String,
}

/// The composer, and the form that edits a message.
#[derive(Debug, Deserialize)]
pub struct MessageForm {
    content: String,
    client_id: Option<String>,
}

/// `POST /rooms/new`
pub async fn create_room(
    State(site): State<Site>,
    scope: Scope,
    form: Filled<RoomForm>,
) -> Response {
    let RoomForm { name, description } = match form {
        Ok(Form(filled)) => filled,
        Err(rejection) => return unreadable(&site, &rejection),
    };
    let new = NewRoom {
        name: name.clone(),
        description: description.clone(),
    };
    match rooms::create(&site.ctx, &scope, new).await {
        Ok(room) => see(&paths::room(&room)),
        Err(ServiceError::SignInRequired) => see(&paths::join(paths::NEW_ROOM)),
        Err(error) => {
            let (status, error) = site.refusal(&error);
            new_room_page(&site, status, &name, &description, Some(&error))
        }
    }
}

/// `POST /join`
pub async fn join(State(site): State<Site>, scope: Scope, form: Filled<JoinForm>) -> Response {
    let JoinForm { username, next } = match form {
        Ok(Form(filled)) => filled,
        Err(rejection) => return unreadable(&site, &rejection),
    };
    match door::give_name(&site.ctx, &scope, &username).await {
        Ok((_, token)) => {
            let mut response = see(paths::safe_next(&next));
            if let Some(token) = token {
                let cookie = door::session_cookie(&site.ctx, &token);
                response.headers_mut().insert(header::SET_COOKIE, cookie);
            }
            response
        }
        Err(error) => {
            let (status, error) = site.refusal(&error);
            join_page(&site, status, &username, &next, Some(&error))
        }
    }
}

/// `POST /me`
pub async fn rename(State(site): State<Site>, scope: Scope, form: Filled<NameForm>) -> Response {
    let NameForm { username } = match form {
        Ok(Form(filled)) => filled,
        Err(rejection) => return unreadable(&site, &rejection),
    };
    match accounts::rename(&site.ctx, &scope, &username).await {
        Ok(_) => see(paths::HOME),
        Err(ServiceError::SignInRequired) => see(paths::JOIN),
        Err(error) => {
            let (status, error) = site.refusal(&error);
            name_page(&site, status, &username, Some(&error))
        }
    }
}

/// `POST /rooms/{slug}/messages`
pub async fn send(
    State(site): State<Site>,
    scope: Scope,
    AtRoom(room): AtRoom,
    form: Filled<MessageForm>,
) -> Response {
    let MessageForm { content, client_id } = match form {
        Ok(Form(filled)) => filled,
        Err(rejection) => return unreadable(&site, &rejection),
    };
    let room = match rooms::get(&site.ctx, &scope, room).await {
        Ok(room) => room,
        Err(error) => return site.answer(Err(error)),
    };
    let new = NewMessage {
        content: content.clone(),
        client_id: client_id.clone(),
        reply_to: None,
    };
    match messages::post(&site.ctx, &scope, room.id, new).await {
        Ok(_) => see(&paths::latest(&room)),
        Err(ServiceError::SignInRequired) => see(&paths::join(&paths::room(&room))),
        Err(error) => {
            let (status, error) = site.refusal(&error);
            let key = client_id.unwrap_or_default();
            edit_page(&site, status, &room, None, &content, Some((&error, &key)))
        }
    }
}

/// `POST /rooms/{slug}/m/{number}/edit`
pub async fn edit(
    State(site): State<Site>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
    form: Filled<MessageForm>,
) -> Response {
    let MessageForm { content, .. } = match form {
        Ok(Form(filled)) => filled,
        Err(rejection) => return unreadable(&site, &rejection),
    };
    let room = match rooms::get(&site.ctx, &scope, room).await {
        Ok(room) => room,
        Err(error) => return site.answer(Err(error)),
    };
    match messages::edit(&site.ctx, &scope, room.id, number, content.clone()).await {
        Ok(_) => see(&paths::message(&room, number)),
        // What the text or the moment is to blame for can be mended where it stands.
        Err(
            error @ (ServiceError::Invalid(_)
            | ServiceError::RateLimited { .. }
            | ServiceError::Overloaded
            | ServiceError::Draining),
        ) => {
            let (status, error) = site.refusal(&error);
            edit_page(
                &site,
                status,
                &room,
                Some(number),
                &content,
                Some((&error, "")),
            )
        }
        Err(error) => site.answer(Err(error)),
    }
}

/// `POST /rooms/{slug}/m/{number}/delete`
pub async fn delete_message(
    State(site): State<Site>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
) -> Response {
    let deleted = async {
        let room = rooms::get(&site.ctx, &scope, room).await?;
        messages::delete(&site.ctx, &scope, room.id, number).await?;
        Ok(see(&paths::message(&room, number)))
    };
    site.answer(deleted.await)
}

/// `POST /rooms/{slug}/leave`
pub async fn leave(State(site): State<Site>, scope: Scope, AtRoom(room): AtRoom) -> Response {
    let left = async {
        let room = rooms::get(&site.ctx, &scope, room).await?;
        rooms::leave(&site.ctx, &scope, room.id).await?;
        Ok(see(paths::HOME))
    };
    site.answer(left.await)
}

/// `POST /rooms/{slug}/delete`
pub async fn delete_room(State(site): State<Site>, scope: Scope, AtRoom(room): AtRoom) -> Response {
    let deleted = async {
        let room = rooms::get(&site.ctx, &scope, room).await?;
        rooms::delete(&site.ctx, &scope, room.id).await?;
        Ok(see(paths::HOME))
    };
    site.answer(deleted.await)
}

/// 303: what was sent is not sent again by a reload.
fn see(path: &str) -> Response {
    Redirect::to(path).into_response()
}

fn unreadable(site: &Site, rejection: &FormRejection) -> Response {
    let error = if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE {
        AppError::new(ErrorCode::TooLarge, "That is far too much text.")
    } else {
        AppError::new(ErrorCode::BadRequest, "The form was not complete.")
    };
    crate::app::pages::problem(site, &error)
}
