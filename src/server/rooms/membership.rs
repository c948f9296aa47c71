//! Memberships of rooms.
//!
//! *Invariant:* a membership begins with everything read, and joining again moves no read position.

use super::{present, require_to_write};
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store::{NewMembership, Role, Standing};
use parlour_protocol::{Room, RoomId, RoomKind, Timestamp};

/// Makes the person a member, for whom everything so far is read. A member only gets the room.
///
/// # Errors
/// [`ServiceError::RoomNotFound`]; [`ServiceError::AccountRequired`] for a guest where guests only read; or what stands
/// in the way of writing.
pub async fn enter(ctx: &Context, scope: &Scope, id: RoomId) -> Result<Room, ServiceError> {
    scope.require_person()?;
    Ok(entered(ctx, scope, id).await?.room)
}

async fn entered(ctx: &Context, scope: &Scope, id: RoomId) -> Result<Checked, ServiceError> {
    let user = scope.require_person()?.user.id;
    let Standing { room, is_member } = ctx.store.standing(user, id).await?;
    // After a restart all members join again at once, and need no write.
    let room = match is_member {
        true => room,
        false => {
            require_to_write(ctx, scope, id).await?;
            let entered = ctx.store.enter(user, id, ctx.clock.now(), decide_entry);
            entered.await?
        }
    };
    Ok(Checked {
        kind: room.kind,
        room: present(ctx, room.room),
        is_member: true,
    })
}

/// A room as who asks for it finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The room as it is now.
    pub room: Room,
    /// Who may see it.
    pub kind: RoomKind,
    /// Whether they are a member; an anonymous visitor never is.
    pub is_member: bool,
}

/// The same for a socket. During a write outage it only gets the room: its person can read, and becomes a member when
/// they post or join again.
///
/// # Errors
/// [`ServiceError::RoomNotFound`].
pub async fn enter_or_read(
    ctx: &Context,
    scope: &Scope,
    id: RoomId,
) -> Result<Checked, ServiceError> {
    match entered(ctx, scope, id).await {
        // They read it, as who only looks.
        Err(ServiceError::AccountRequired) => check(ctx, scope, id).await,
        Err(error) if error.is_about_writing() => Ok(Checked {
            is_member: true,
            ..check(ctx, scope, id).await?
        }),
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

/// The room, if it may be seen.
///
/// # Errors
/// [`ServiceError::RoomNotFound`].
pub async fn check(ctx: &Context, scope: &Scope, id: RoomId) -> Result<Checked, ServiceError> {
    let (room, is_member) = match scope.user_id() {
        None => (ctx.store.room(scope, id).await?, false),
        Some(user) => {
            let Standing { room, is_member } = ctx.store.standing(user, id).await?;
            (room, is_member)
        }
    };
    Ok(Checked {
        kind: room.kind,
        room: present(ctx, room.room),
        is_member,
    })
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
            room: StoredRoom {
                room,
                posts: 5,
                kind: RoomKind::Open,
            },
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
