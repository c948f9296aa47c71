//! Posting. *Invariant:* an idempotency key (`client_id`) of an author makes one message, for ever.

mod decide;

use super::Posted;
use super::formatting::{Reading, formatted};
use crate::clock::draw;
use crate::context::Context;
use crate::error::ServiceError;
use crate::rooms;
use crate::scope::Scope;
use crate::store::Draft;
use decide::decide;
use parlour_protocol::{Document, Format, Number, RoomId, UserId, rules};
use std::sync::Arc;

/// A message to be posted.
#[derive(Clone, Debug, Default)]
pub struct NewMessage {
    /// The text, not cleaned yet.
    pub content: String,
    /// The send's idempotency key; without one the server makes one, and the send cannot be repeated.
    pub client_id: Option<String>,
    /// The number of the message it replies to.
    pub reply_to: Option<Number>,
    /// How the text is to be read.
    pub format: Option<Format>,
    /// Whom names in it mean, and nobody else; without, it is whoever is called so.
    pub mentions: Option<Vec<UserId>>,
    /// Names in it are somebody else's words, and mean nobody.
    pub is_quoting: bool,
}

/// Posts a message, makes its author a member, and marks the room read up to it. The same author's
/// same key again answers the first message, whatever else is sent with it, and costs nothing.
///
/// # Errors
/// A field breaks its rule; [`ServiceError::RoomNotFound`]; [`ServiceError::AccountRequired`];
/// [`ServiceError::MessageNotFound`] for a reply to nothing; [`ServiceError::RateLimited`],
/// [`ServiceError::Overloaded`] or [`ServiceError::Unwritable`] for what may be sent again.
pub async fn post(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    new: NewMessage,
) -> Result<Posted, ServiceError> {
    let person = scope.require_person()?;
    let author = person.user.id;
    let body = rules::message(&new.content)?;
    let client_id = match new.client_id {
        Some(key) => rules::client_id(&key)?.to_owned(),
        None => draw_key(ctx),
    };
    // A flood is refused before it reaches the writer, except for repeats: those cost no token.
    // So are guests, where they do not write.
    let refused = ctx.limits.could_message(author, scope.address).err();
    let refused = match refused {
        Some(refused) => Some(refused),
        None => rooms::require_to_write(ctx, scope, room).await.err(),
    };
    if let Some(refusal) = refused {
        // Boxed: it is rare, and its future larger than all the rest.
        let sent = Box::pin(ctx.store.sent_before(author, &person.was, client_id)).await?;
        let message = sent.ok_or(refusal)?.into();
        return Ok(Posted {
            message,
            is_new: false,
        });
    }
    let reading = Reading {
        format: new.format,
        mentions: new.mentions,
        is_quoting: new.is_quoting,
    };
    let doc = formatted(ctx, scope, room, &body, reading).await?;
    let tree = doc.as_ref().map(|doc| &doc.document);
    let draft = Draft {
        author,
        was: person.was.clone(),
        room,
        client_id,
        mentions: tree.map(Document::mentions).unwrap_or_default(),
        mentions_all: tree.is_some_and(Document::mentions_all),
        doc,
        body,
        reply_to: new.reply_to,
    };
    let charge = Arc::new(ctx.limits.charge(author, scope.address));
    let now = ctx.clock.now();
    let posted = ctx.store.post(draft, now, decide, Arc::clone(&charge));
    posted.await.inspect_err(|_| charge.give_back())
}

/// Whether a message of the person's would be taken in a room, as far as that is up to who they are there.
///
/// # Errors
/// [`ServiceError::SignInRequired`], or the database failed.
pub async fn may_post(ctx: &Context, scope: &Scope, room: RoomId) -> Result<bool, ServiceError> {
    let author = scope.require_person()?.user.id;
    let refused = rooms::require_to_write(ctx, scope, room).await;
    if let Err(refusal) = refused {
        return match refusal {
            ServiceError::AccountRequired | ServiceError::RoomNotFound => Ok(false),
            failed => Err(failed),
        };
    }
    let place = ctx.store.place(author, room, ctx.clock.now()).await?;
    Ok(place.is_some_and(|(place, author)| decide::may_post(&place, &author).is_ok()))
}

/// Draws a new idempotency key.
pub fn draw_key(ctx: &Context) -> String {
    draw::<16>(&*ctx.random)
}
