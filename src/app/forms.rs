//! What forms send: a browser's own, answered by a redirect to a page, or by the same form with what is wrong and
//! everything that was typed; and those in a panel of the live page, answered with that form as a fragment, or with
//! where it leads.

mod accounts;
mod device_links;
mod forward;
mod invites;
mod leaving;
mod look;
mod members;
mod people;
mod people_admin;
mod pins;
mod reactions;
mod resets;
mod saved;

pub use accounts::{
    end_session, join, rename, set_bio, set_clock, set_mail, set_password, set_up, sign_in,
    sign_out,
};
pub use device_links::{decide_device_link, make_device_link, take_device_link};
pub use forward::forward;
pub use invites::{accept_invite, answer_request, invite_to_room, invite_to_server, revoke_invite};
pub use leaving::leave_house;
pub use look::set_look;
pub use members::{do_to_member, let_member_in};
pub use people::{block, talk, unblock};
pub use people_admin::{do_to_person, give_role};
pub use pins::{pin, unpin};
pub use reactions::{react, take_emoji};
pub use resets::{make_reset_link, reset_password};
pub use saved::{save, unsave};

use crate::app::pages::address::InRoom;
use crate::app::pages::{
    self, RoomFields, Shape, Typed, Which, change_room_page, edit_page, new_room_page, told_when,
};
use crate::site::Site;
use axum::Json;
use axum::extract::rejection::FormRejection;
use axum::extract::{Form, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use parlour_protocol::{
    AppError, ErrorCode, Guests, Message, Number, Posting, Revisions, Room, RoomId, RoomKind,
    RoomRules, Seq, User, paths, rules,
};
use parlour_server::config::StoredSettings;
use parlour_server::http::{AtMessage, AtRevision};
use parlour_server::messages::{self, NewMessage};
use parlour_server::rooms::{self, Changes, NewRoom};
use parlour_server::{Scope, ServiceError, house_settings};
use serde::Deserialize;

type Filled<T> = Result<Form<T>, FormRejection>;

/// The form of `/rooms/new`, and of `/rooms/{slug}/edit`.
#[derive(Debug, Deserialize)]
pub struct RoomForm {
    name: String,
    #[serde(default)]
    description: String,
    kind: Option<RoomKind>,
    posting: Option<Posting>,
    guests: Option<Guests>,
    revisions: Option<Revisions>,
    archived: Option<bool>,
}

impl RoomForm {
    /// The rules that were chosen, and of these where none was.
    fn rules(&self, usual: RoomRules) -> RoomRules {
        RoomRules {
            kind: self.kind.unwrap_or(usual.kind),
            posting: self.posting.unwrap_or(usual.posting),
            guests: self.guests.unwrap_or(usual.guests),
            revisions: self.revisions.unwrap_or(usual.revisions),
            is_archived: self.archived.unwrap_or(usual.is_archived),
        }
    }
}

/// The composer, and the form that edits a message.
#[derive(Debug, Deserialize)]
pub struct MessageForm {
    content: String,
    client_id: Option<String>,
    /// The message that it answers, on the page of its thread.
    reply_to: Option<Number>,
}

/// The button at the end of a page.
#[derive(Debug, Deserialize)]
pub struct ReadForm {
    seq: Seq,
}

/// The forms that join and leave a room, and others that are a button.
#[derive(Debug, Default, Deserialize)]
pub struct MemberForm {
    /// Where to go afterwards: else to the page that it is about.
    next: Option<String>,
}

/// `POST /rooms/new`: makes a room.
pub async fn create_room(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    form: Filled<RoomForm>,
) -> Response {
    let filled = match form {
        Ok(Form(filled)) => filled,
        Err(_) => return unreadable(&site),
    };
    let rules = filled.rules(RoomRules::default());
    let (name, description) = (filled.name, as_typed(&filled.description));
    let new = NewRoom {
        name: name.clone(),
        description: description.clone(),
        rules,
    };
    match rooms::create(&site.ctx, &scope, new).await {
        Ok(room) => done(shape, &paths::room(&room)),
        Err(ServiceError::SignInRequired) => see(&paths::join(paths::NEW_ROOM)),
        Err(error) => {
            let (status, error) = site.refusal(&error);
            let typed = RoomFields {
                name,
                description,
                rules,
            };
            let page = new_room_page(&site, shape, status, typed, Some(&error));
            told_when(page, &error)
        }
    }
}

/// `POST /rooms/{slug}/edit`: gives a room another name, description and rules.
pub async fn change_room(
    State(site): State<Site>,
    shape: Shape,
    InRoom(scope, room): InRoom,
    form: Filled<RoomForm>,
) -> Response {
    let filled = match form {
        Ok(Form(filled)) => filled,
        Err(_) => return unreadable(&site),
    };
    let rules = filled.rules(RoomRules::default());
    let (name, description) = (filled.name, as_typed(&filled.description));
    let changes = Changes {
        name: Some(name.clone()),
        description: Some(description.clone()),
        kind: filled.kind,
        posting: filled.posting,
        guests: filled.guests,
        revisions: filled.revisions,
        archived: filled.archived,
    };
    match rooms::change(&site.ctx, &scope, room.id, changes).await {
        Ok(room) => done(shape, &paths::room(&room)),
        // There is nothing in the form that would help.
        Err(
            error @ (ServiceError::SignInRequired
            | ServiceError::Forbidden
            | ServiceError::RoomNotFound),
        ) => pages::answer_in(&site, shape, Err(error)),
        Err(error) => {
            let (status, error) = site.refusal(&error);
            let typed = RoomFields {
                name,
                description,
                rules,
            };
            let page = change_room_page(&site, shape, status, &room, typed, Some(&error));
            told_when(page, &error)
        }
    }
}

/// `POST /rooms/{slug}/messages`: posts a message, with an idempotency key.
pub async fn send(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    form: Filled<MessageForm>,
) -> Response {
    match form {
        Ok(Form(filled)) => post_message(&site, Shape::Page, &scope, &room, filled).await,
        Err(_) => unreadable(&site),
    }
}

/// `POST /rooms/{slug}/m/{number}/thread`: the same as the answer to a message.
pub async fn answer_in_thread(
    State(site): State<Site>,
    shape: Shape,
    InRoom(scope, room): InRoom,
    AtMessage(_, number): AtMessage,
    form: Filled<MessageForm>,
) -> Response {
    let answer = |filled| MessageForm {
        reply_to: Some(number),
        ..filled
    };
    match form {
        Ok(Form(filled)) => post_message(&site, shape, &scope, &room, answer(filled)).await,
        Err(_) => unreadable(&site),
    }
}

async fn post_message(
    site: &Site,
    shape: Shape,
    scope: &Scope,
    room: &Room,
    form: MessageForm,
) -> Response {
    let MessageForm {
        content,
        client_id,
        reply_to,
    } = form;
    let content = as_typed(&content);
    let new = NewMessage {
        content: content.clone(),
        client_id: client_id.clone(),
        reply_to,
        ..NewMessage::default()
    };
    let (status, error, key) = match messages::post(&site.ctx, scope, room.id, new).await {
        Ok(posted) if posted.is_new || is_it(&posted.message, room.id, &content) => {
            let number = posted.message.number;
            let path = match reply_to {
                Some(answered) => paths::answered(room, answered, number),
                None => paths::sent(room, number),
            };
            return done(shape, &path);
        }
        // "Back" shows the page as it was, key and all, and something else was typed into it.
        Ok(_) => {
            let sentence =
                "You sent another message from this page before; this one is not sent yet.";
            let error = AppError::new(ErrorCode::Invalid, sentence);
            (StatusCode::CONFLICT, error, messages::draw_key(&site.ctx))
        }
        Err(error) => {
            let (status, error) = site.refusal(&error);
            (status, error, client_id.unwrap_or_default())
        }
    };
    let typed = Typed {
        message: Which::Unsent { key, reply_to },
        content: &content,
        wrong: Some(&error.message),
    };
    let page = match reply_to {
        None => edit_page(site, status, room, typed),
        Some(answered) => {
            let at = (room, answered);
            pages::refused_answer(site, shape, scope, at, typed, (status, &error)).await
        }
    };
    told_when(page, &error)
}

/// Whether a message that is there already is what was sent now. One that says something else by now
/// is not taken for it: better asked once too often than lost.
fn is_it(message: &Message, room: RoomId, content: &str) -> bool {
    message.room_id == room
        && !message.deleted
        && rules::message(content).is_ok_and(|text| rules::is_said(&message.content, &text))
}

/// `POST /rooms/{slug}/m/{number}/edit`: replaces the text of a message.
pub async fn edit(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    AtMessage(_, number): AtMessage,
    form: Filled<MessageForm>,
) -> Response {
    let MessageForm { content, .. } = match form {
        Ok(Form(filled)) => filled,
        Err(_) => return unreadable(&site),
    };
    let content = as_typed(&content);
    match messages::edit(&site.ctx, &scope, room.id, number, content.clone()).await {
        Ok(_) => see(&paths::message(&room, number)),
        // What the text or the moment is to blame for can be mended where it stands.
        Err(
            error @ (ServiceError::Invalid(_)
            | ServiceError::RateLimited { .. }
            | ServiceError::Overloaded
            | ServiceError::Unwritable { .. }
            | ServiceError::Draining),
        ) => {
            let (status, error) = site.refusal(&error);
            let revisions = match rooms::get_ruled(&site.ctx, &scope, room.id).await {
                Ok(ruled) => ruled.rules.revisions,
                Err(gone) => return pages::answer(&site, Err(gone)),
            };
            let typed = Typed {
                message: Which::Own(number, revisions),
                content: &content,
                wrong: Some(&error.message),
            };
            told_when(edit_page(&site, status, &room, typed), &error)
        }
        Err(error) => pages::answer(&site, Err(error)),
    }
}

/// `POST /rooms/{slug}/m/{number}/delete`: deletes a message, leaving a tombstone.
pub async fn delete_message(
    State(site): State<Site>,
    shape: Shape,
    InRoom(scope, room): InRoom,
    AtMessage(_, number): AtMessage,
) -> Response {
    let deleted = messages::delete(&site.ctx, &scope, room.id, number).await;
    let back = deleted.map(|_| done(shape, &paths::message(&room, number)));
    pages::answer_in(&site, shape, back)
}

/// `POST /rooms/{slug}/m/{number}/undo`: gives back a message that was just deleted.
pub async fn undo_delete(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    AtMessage(_, number): AtMessage,
) -> Response {
    let undone = messages::undo_delete(&site.ctx, &scope, room.id, number).await;
    let back = undone.map(|_| see(&paths::message(&room, number)));
    pages::answer(&site, back)
}

/// `POST /rooms/{slug}/m/{number}/revisions/{seq}/drop`: forgets what an own message said before.
pub async fn drop_revision(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    AtRevision(_, number, seq): AtRevision,
) -> Response {
    let dropped = messages::drop_revision(&site.ctx, &scope, (room.id, number), seq).await;
    let back = dropped.map(|()| see(&paths::revisions(&room, number)));
    pages::answer(&site, back)
}

/// `POST /rooms/{slug}/read`: marks the room as read up to the end of a page.
pub async fn mark_read(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    form: Filled<ReadForm>,
) -> Response {
    let ReadForm { seq } = match form {
        Ok(Form(filled)) => filled,
        Err(_) => return unreadable(&site),
    };
    let read = rooms::read_up_to(&site.ctx, &scope, room.id, seq).await;
    pages::answer(&site, read.map(|()| see(&paths::new(&room))))
}

/// `POST /rooms/read`: marks all of one's rooms as read, and leads to their list.
pub async fn read_all(State(site): State<Site>, scope: Scope) -> Response {
    let read = rooms::read_all(&site.ctx, &scope).await;
    pages::answer(&site, read.map(|()| see(paths::LIST)))
}

/// `POST /rooms/{slug}/m/{number}/unread`: marks a message and all behind it as unread.
pub async fn mark_unread(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    AtMessage(_, number): AtMessage,
) -> Response {
    let marked = rooms::mark_unread(&site.ctx, &scope, room.id, number).await;
    pages::answer(&site, marked.map(|()| see(&paths::new(&room))))
}

/// `POST /rooms/{slug}/join`: makes a member.
pub async fn enter(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    form: Filled<MemberForm>,
) -> Response {
    let back = form.ok().and_then(|Form(filled)| filled.next);
    let back = back.unwrap_or_else(|| paths::room(&room));
    let entered = match rooms::enter(&site.ctx, &scope, room.id).await {
        Ok(_) => Ok(see(paths::safe_next(&back))),
        Err(ServiceError::SignInRequired) => Ok(see(&paths::join(&back))),
        Err(error) => Err(error),
    };
    pages::answer(&site, entered)
}

/// `POST /rooms/{slug}/leave`: ends the membership.
pub async fn leave(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    form: Filled<MemberForm>,
) -> Response {
    let back = form.ok().and_then(|Form(filled)| filled.next);
    let back = back.unwrap_or_else(|| paths::left(&room));
    let left = rooms::leave(&site.ctx, &scope, room.id).await;
    pages::answer(&site, left.map(|()| see(paths::safe_next(&back))))
}

/// `POST /rooms/{slug}/favourite`: puts a room among the favourites.
pub async fn add_favourite(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    form: Filled<MemberForm>,
) -> Response {
    let added = rooms::set_favourite(&site.ctx, &scope, room.id, true).await;
    pages::answer(&site, added.map(|()| see(&back_from(&room, form))))
}

/// `POST /rooms/{slug}/unfavourite`: takes it out.
pub async fn remove_favourite(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    form: Filled<MemberForm>,
) -> Response {
    let removed = rooms::set_favourite(&site.ctx, &scope, room.id, false).await;
    pages::answer(&site, removed.map(|()| see(&back_from(&room, form))))
}

/// Where a button of a room leads that is in its menu, or in the list of all rooms.
fn back_from(room: &parlour_protocol::Room, form: Filled<MemberForm>) -> String {
    let next = form.ok().and_then(|Form(filled)| filled.next);
    next.map_or_else(
        || paths::room(room),
        |next| paths::safe_next(&next).to_owned(),
    )
}

/// `POST /rooms/{slug}/delete`: deletes a room.
pub async fn delete_room(
    State(site): State<Site>,
    shape: Shape,
    InRoom(scope, room): InRoom,
) -> Response {
    let deleted = rooms::delete(&site.ctx, &scope, room.id).await;
    pages::answer_in(&site, shape, deleted.map(|_| done(shape, paths::LIST)))
}

/// `POST /admin/settings`: changes the settings of the house.
pub async fn change_house_settings(
    State(site): State<Site>,
    scope: Scope,
    form: Filled<StoredSettings>,
) -> Response {
    let wanted = match form {
        Ok(Form(filled)) => filled,
        Err(_) => return unreadable(&site),
    };
    match house_settings::change_house_settings(&site.ctx, &scope, wanted.clone()).await {
        Ok(()) => see(&format!("{}?saved", paths::HOUSE_SETTINGS)),
        Err(error @ (ServiceError::SignInRequired | ServiceError::Forbidden)) => {
            pages::admin_answer(site, Err(error)).await
        }
        Err(error) => {
            let (status, error) = site.refusal(&error);
            let page = pages::refused_settings(&site, &scope, status, &wanted, &error).await;
            let page = page.map(|page| told_when(page, &error));
            pages::admin_answer(site, page).await
        }
    }
}

/// What was asked for is done. A browser goes where that leads; a panel is told where.
fn done(shape: Shape, path: &str) -> Response {
    match shape {
        Shape::Page => see(path),
        Shape::Panel => path.to_owned().into_response(),
    }
}

/// The same for who has another name now: a panel is told who that is.
fn named(shape: Shape, user: User, path: &str) -> Response {
    match shape {
        Shape::Page => see(path),
        Shape::Panel => Json(user).into_response(),
    }
}

/// 303: what was sent is not sent again by a reload.
fn see(path: &str) -> Response {
    Redirect::to(path).into_response()
}

/// A browser sends a line break of a text area as two characters; whoever is told which character is wrong
/// counts one.
fn as_typed(text: &str) -> String {
    text.replace("\r\n", "\n")
}

fn unreadable(site: &Site) -> Response {
    let error = AppError::new(ErrorCode::BadRequest, "The form was not complete.");
    pages::problem(site, &error)
}
