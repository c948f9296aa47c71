//! Posting: one send, one message, for ever.

mod draft;

use crate::clock::draw;
use crate::context::Context;
use crate::error::ServiceError;
use crate::rooms;
use crate::scope::Scope;
use crate::store::entity::message;
use draft::Draft;
use parlour_protocol::{Message, Number, RoomId, UserId, rules};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter};
use std::sync::Arc;

/// A message somebody sends.
#[derive(Clone, Debug, Default)]
pub struct NewMessage {
    /// The text.
    pub content: String,
    /// The send's key; without one the server makes one, and the send cannot be repeated.
    pub client_id: Option<String>,
    /// The number of the message it answers.
    pub reply_to: Option<Number>,
}

/// A message that is on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted {
    /// The message in its present state.
    pub message: Arc<Message>,
    /// False: this key was sent before, and that is the message it made.
    pub is_new: bool,
}

/// Posts a message, makes its author a member, and marks the room read up to it. The same author's
/// same key again answers the first message, whatever else is sent with it.
pub async fn post(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    new: NewMessage,
) -> Result<Posted, ServiceError> {
    let author = scope.require_person()?.user.id;
    let body = rules::message(&new.content)?;
    let client_id = match new.client_id {
        Some(key) => rules::client_id(&key)?.to_owned(),
        None => draw_key(ctx),
    };
    // A flood is turned away before it reaches the writer, except for repeats: those cost nothing.
    if let Err(refusal) = ctx.limits.could_message(author, scope.address) {
        // Seldom, and larger than all the rest of a send.
        let sent = Box::pin(sent_before(ctx.store.reader(), scope, author, &client_id));
        return match sent.await? {
            Some(message) => Ok(repeated(message)),
            None => Err(refusal),
        };
    }

    let draft = Draft {
        scope: scope.clone(),
        room,
        client_id,
        body,
        reply_to: new.reply_to,
        limits: ctx.limits.clone(),
        clock: ctx.clock.clone(),
    };
    ctx.store.write_together(draft).await
}

async fn sent_before(
    db: &impl ConnectionTrait,
    scope: &Scope,
    author: UserId,
    client_id: &str,
) -> Result<Option<message::Model>, ServiceError> {
    let sent = message::Entity::find()
        .filter(message::Column::AuthorId.eq(author.0))
        .filter(message::Column::ClientId.eq(client_id));
    let Some(sent) = sent.one(db).await? else {
        return Ok(None);
    };
    match rooms::visible(db, scope, RoomId(sent.room_id)).await {
        Ok(_) => Ok(Some(sent)),
        Err(ServiceError::RoomNotFound) => Ok(None),
        Err(error) => Err(error),
    }
}

fn repeated(message: message::Model) -> Posted {
    Posted {
        message: Arc::new(message.into()),
        is_new: false,
    }
}

/// A key that no other send has.
pub fn draw_key(ctx: &Context) -> String {
    draw::<16>(&*ctx.random)
}
