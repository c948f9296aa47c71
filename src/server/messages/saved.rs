//! Saving messages for oneself, across rooms.
//!
//! *Invariant:* it is one's own list: nobody is told what somebody else has saved, and nothing in the room changes. A
//! thousand can be saved. What is so already changes nothing and costs no token.

use super::mentions::Before;
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store;
use parlour_protocol::{Message, Number, RoomId};

/// Messages that one can save.
const SAVED_MAX: i64 = 1_000;

/// A message that the person has saved.
pub type Saved = store::Saved;

/// A page of what the person has saved.
#[derive(Clone, Debug)]
pub struct SavedPage {
    /// The messages, what was saved last first.
    pub saved: Vec<Saved>,
    /// Where the next page begins, if there is one.
    pub next: Option<Before>,
}

/// Saves a message for the person, or lets go of it.
///
/// # Errors
/// [`ServiceError::SignInRequired`] for who is nobody; [`ServiceError::RoomNotFound`]; [`ServiceError::MessageNotFound`],
/// also for one that was deleted; [`ServiceError::TooManySaved`]; or [`ServiceError::RateLimited`].
pub async fn save(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
    on: bool,
) -> Result<(), ServiceError> {
    let user = scope.require_person()?.user.id;
    ctx.limits.message(user, scope.address)?;
    let at = on.then(|| ctx.clock.now());
    let decide = move |message: &Message, is_there, count| decide(message, on, is_there, count);
    let saved = ctx.store.save(user, (room, number), at, decide).await;
    if !matches!(saved, Ok(true)) {
        ctx.limits.give_back_message(user, scope.address);
    }
    saved.map(drop)
}

/// Up to `limit` messages (1–100) that the person has saved and sees, what was saved last first.
///
/// # Errors
/// [`ServiceError::SignInRequired`] for who is nobody, [`ServiceError::RateLimited`], or the database failed.
pub async fn saved(
    ctx: &Context,
    scope: &Scope,
    before: Option<Before>,
    limit: u32,
) -> Result<SavedPage, ServiceError> {
    let user = scope.require_person()?.user.id;
    ctx.limits.history_page(scope)?;
    let before = before.map(|Before(before)| before);
    let (saved, has_more) = ctx.store.saved(user, before, limit).await?;
    let last = saved.last().filter(|_| has_more);
    let next = last.map(|Saved { message, at }| {
        Before(store::MentionedBefore {
            at: *at,
            ..store::MentionedBefore::message(message)
        })
    });
    Ok(SavedPage { saved, next })
}

/// Whether the person has saved a message.
///
/// # Errors
/// The database failed.
pub async fn is_saved(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<bool, ServiceError> {
    match scope.user_id() {
        Some(user) => ctx.store.is_saved(user, (room, number)).await,
        None => Ok(false),
    }
}

fn decide(message: &Message, on: bool, is_there: bool, count: i64) -> Result<bool, ServiceError> {
    if message.deleted {
        return Err(ServiceError::MessageNotFound);
    }
    if on && !is_there && count >= SAVED_MAX {
        return Err(ServiceError::TooManySaved);
    }
    Ok(on != is_there)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::samples;

    #[test]
    fn a_thousand_are_saved_and_what_is_saved_is_so_once() {
        let message = samples::message(1);
        assert!(decide(&message, true, false, SAVED_MAX - 1).unwrap());
        assert!(!decide(&message, true, true, SAVED_MAX).unwrap());
        assert!(decide(&message, false, true, SAVED_MAX).unwrap());
        assert!(!decide(&message, false, false, 0).unwrap());
        let many = decide(&message, true, false, SAVED_MAX);
        assert!(matches!(many, Err(ServiceError::TooManySaved)));
        let gone = Message {
            deleted: true,
            ..message
        };
        let gone = decide(&gone, true, false, 0);
        assert!(matches!(gone, Err(ServiceError::MessageNotFound)));
    }
}
