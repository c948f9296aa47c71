//! Threads, as they are read: over REST, and on the page that has a form for one more answer.

use super::{draw_key, may_post};
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::{rooms, store};
use parlour_protocol::{Number, RoomId, UserId, rules};

/// A part of a thread.
pub type Thread = store::Thread;

/// A thread with what its page has besides.
#[derive(Clone, Debug)]
pub struct ThreadPage {
    /// A part of its messages.
    pub thread: Thread,
    /// All ids under which the reader wrote.
    pub mine: Vec<UserId>,
    /// Whom the reader blocks.
    pub blocked: Vec<UserId>,
    /// Whether an answer of the reader's would be taken.
    pub may_post: bool,
    /// The idempotency key of the form.
    pub form_key: String,
}

/// Up to `limit` messages (1–100) of the thread that a message is in, behind `after`, oldest first. Long texts make it
/// fewer.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`], or [`ServiceError::RateLimited`].
pub async fn thread(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
    after: Number,
    limit: u32,
) -> Result<Thread, ServiceError> {
    ctx.limits.history_page(scope)?;
    ctx.store.thread(scope, room, number, after, limit).await
}

/// The same for its page.
///
/// # Errors
/// As [`thread`].
pub async fn thread_page(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
    after: Number,
) -> Result<ThreadPage, ServiceError> {
    let thread = thread(ctx, scope, room, number, after, rules::LIST_MAX).await?;
    let known = rooms::known(ctx, scope).await?;
    let person = scope.person.as_ref();
    let may_post = match person {
        Some(_) => may_post(ctx, scope, room).await?,
        None => false,
    };
    let ids = person.map(|person| [person.user.id].into_iter().chain(person.was.clone()));
    Ok(ThreadPage {
        thread,
        mine: ids.into_iter().flatten().collect(),
        blocked: known.blocked.clone(),
        may_post,
        form_key: draw_key(ctx),
    })
}
