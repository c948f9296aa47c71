//! Asking to be let into a room that one has a link to, where the invitation says so, and answering that.
//!
//! *Invariant:* who may let people in decides, and nobody else sees who asks.

use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store;
use parlour_protocol::permissions::{Roles, may_in};
use parlour_protocol::{Action, RoomId, RoomRules, UserId};

/// What has become of a request to be let in.
pub type Asked = store::Asked;

/// Somebody who asks to be let in.
pub type JoinRequest = store::JoinRequest;

/// Who asks to be let into a room, the first ones first, 100 at most.
///
/// # Errors
/// [`ServiceError::SignInRequired`], [`ServiceError::RoomNotFound`]; [`ServiceError::Forbidden`] for who lets nobody in.
pub async fn join_requests(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
) -> Result<Vec<JoinRequest>, ServiceError> {
    let by = scope.require_person()?.user.id;
    ctx.store.join_requests(by, room, decides).await
}

/// Lets somebody in who asks, or refuses them.
///
/// # Errors
/// As [`join_requests`]; [`ServiceError::PersonNotFound`] for who does not ask.
pub async fn answer_join_request(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    user: UserId,
    is_let_in: bool,
) -> Result<(), ServiceError> {
    let by = scope.require_person()?.user.id;
    let now = ctx.clock.now();
    (ctx.store)
        .answer_join_request(by, room, user, is_let_in, now, decides)
        .await
}

fn decides(roles: Option<Roles>, rules: RoomRules) -> Result<(), ServiceError> {
    let may = roles.is_some_and(|roles| may_in(Action::LetIn, roles, rules));
    may.then_some(()).ok_or(ServiceError::Forbidden)
}
