//! What rooms are to a person, as their own stream tells it.
//!
//! *Invariant:* nobody's stream is told to anybody else.

use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store;
use parlour_protocol::Seq;

/// What changed in somebody's own stream.
pub type PersonPage = store::PersonPage;

/// What a socket knows of its person to begin with.
pub type PersonState = store::PersonState;

/// What changed in the person's own stream after `after`. A long answer comes in pages.
///
/// # Errors
/// [`ServiceError::SignInRequired`] for who is nobody, or the database failed.
pub async fn mine_since(
    ctx: &Context,
    scope: &Scope,
    after: Seq,
) -> Result<PersonPage, ServiceError> {
    let user = scope.require_person()?.user.id;
    let mut page = ctx.store.person_since(user, after).await?;
    for room in page.rooms.iter_mut().filter(|room| room.is_member) {
        // The client has read further than is on disk, and would take the older position for one that was set back.
        let awaited = ctx.read_receipts.awaited(room.room_id, user);
        room.read = room.read.max(awaited.unwrap_or_default());
    }
    Ok(page)
}

/// What the person is called, how far they have read each room they belong to, and how far their stream has come.
///
/// # Errors
/// [`ServiceError::SignInRequired`] for who is nobody, or the database failed.
pub async fn person_state(ctx: &Context, scope: &Scope) -> Result<PersonState, ServiceError> {
    ctx.store
        .person_state(scope.require_person()?.user.id)
        .await
}
