//! Memberships of rooms.
//!
//! *Invariant:* a membership begins with everything read, and joining again moves no read position.

use super::present;
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store::{NewMembership, Role, Standing};
use parlour_protocol::{Room, RoomId, Timestamp};

/// Makes the person a member, for whom everything so far is read. A member only gets the room.
///
/// # Errors
/// [`ServiceError::RoomNotFound`]; or what stands in the way of writing.
pub async fn enter(ctx: &Context, scope: &Scope, id: RoomId) -> Result<Room, ServiceError> {
    let user = scope.require_person()?.user.id;
    let Standing { room, is_member } = ctx.store.standing(user, id).await?;
    // After a restart all members join again at once, and need no write.
    if is_member {
        return Ok(present(ctx, room.room));
    }
    let entered = ctx.store.enter(user, id, ctx.clock.now(), decide_entry);
    Ok(present(ctx, entered.await?.room))
}

/// The same for a socket. During a write outage it only gets the room: its person can read, and becomes a member when
/// they post or join again.
///
/// # Errors
/// [`ServiceError::RoomNotFound`].
pub async fn enter_or_read(ctx: &Context, scope: &Scope, id: RoomId) -> Result<Room, ServiceError> {
    match enter(ctx, scope, id).await {
        Err(error) if error.is_about_writing() => super::get(ctx, scope, id).await,
        entered => entered,
    }
}

fn decide_entry(standing: &Standing, now: Timestamp) -> Option<NewMembership> {
    let Standing { room, is_member } = standing;
    (!is_member).then_some(NewMembership {
        role: Role::Member,
        read_seq: room.room.seq,
        read_posts: room.posts,
        joined_at: now,
    })
}

/// The room, if it may be seen, and whether the person is a member; an anonymous visitor never is.
///
/// # Errors
/// [`ServiceError::RoomNotFound`].
pub async fn check(ctx: &Context, scope: &Scope, id: RoomId) -> Result<(Room, bool), ServiceError> {
    let Some(user) = scope.user_id() else {
        return Ok((super::get(ctx, scope, id).await?, false));
    };
    let Standing { room, is_member } = ctx.store.standing(user, id).await?;
    Ok((present(ctx, room.room), is_member))
}

/// Ends the membership. For a person who is no member it changes nothing.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], or [`ServiceError::RateLimited`].
pub async fn leave(ctx: &Context, scope: &Scope, id: RoomId) -> Result<(), ServiceError> {
    let user = scope.require_person()?.user.id;
    if !ctx.store.standing(user, id).await?.is_member {
        return Ok(());
    }
    // It is broadcast like a message, so it costs a token of the message limit.
    ctx.limits.message(user, scope.address)?;
    let left = ctx.store.leave(user, id).await;
    if !matches!(left, Ok(true)) {
        ctx.limits.give_back_message(user, scope.address);
    }
    left.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::StoredRoom;
    use parlour_protocol::{Seq, samples};

    fn standing(is_member: bool) -> Standing {
        let room = Room {
            seq: Seq(9),
            ..samples::room(RoomId(1), "Lobby")
        };
        Standing {
            room: StoredRoom { room, posts: 5 },
            is_member,
        }
    }

    #[test]
    fn a_new_member_has_read_everything_and_joining_again_changes_nothing() {
        let entry = decide_entry(&standing(false), Timestamp(7)).unwrap();
        assert_eq!((entry.read_seq, entry.read_posts), (Seq(9), 5));
        assert_eq!((entry.role, entry.joined_at), (Role::Member, Timestamp(7)));
        assert_eq!(decide_entry(&standing(true), Timestamp(7)), None);
    }
}
