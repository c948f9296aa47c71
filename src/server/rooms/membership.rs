//! Memberships of rooms.
//!
//! *Invariant:* a membership begins with everything read, and joining again moves no read position.

use super::{present, require_to_write};
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::{Person, Scope};
use crate::store::{NewMembership, Standing};
use parlour_protocol::permissions::may_in;
use parlour_protocol::read_only::why_read_only;
use parlour_protocol::{Action, Room, RoomId, RoomKind, RoomRole, RoomRules, Timestamp};

/// Makes the person a member, for whom everything so far is read. A member only gets the room.
///
/// # Errors
/// [`ServiceError::RoomNotFound`]; [`ServiceError::AccountRequired`] for a guest where guests only read;
/// [`ServiceError::ReadOnly`] for who may only read this room; [`ServiceError::Banned`] for who is kept out of it; or
/// what stands in the way of writing.
pub async fn enter(ctx: &Context, scope: &Scope, id: RoomId) -> Result<Room, ServiceError> {
    Ok(entered(ctx, scope, id).await?.room)
}

async fn entered(ctx: &Context, scope: &Scope, id: RoomId) -> Result<Checked, ServiceError> {
    let person = scope.require_person()?;
    let user = person.user.id;
    let standing = ctx.store.standing(user, id).await?;
    // After a restart all members join again at once, and need no write.
    if standing.is_member {
        return Ok(Checked::of(ctx, standing));
    }
    require_to_write(ctx, scope, id).await?;
    let (now, who) = (ctx.clock.now(), person.clone());
    let decide = move |standing: &Standing| decide_entry(&who, standing, now);
    let room = ctx.store.enter(user, id, decide).await?;
    Ok(Checked {
        rules: room.rules,
        room: present(ctx, room.room),
        is_member: true,
        role: standing.role.max(RoomRole::Member),
        is_banned: false,
    })
}

/// A room as who asks for it finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    /// The room as it is now.
    pub room: Room,
    /// What decides about who may do what in it.
    pub rules: RoomRules,
    /// Whether they are a member; an anonymous visitor never is.
    pub is_member: bool,
    /// Their role in it.
    pub role: RoomRole,
    /// Whether they are kept out of it.
    pub is_banned: bool,
}

impl Checked {
    fn of(ctx: &Context, standing: Standing) -> Self {
        Self {
            is_banned: standing.is_banned(ctx.clock.now()),
            rules: standing.room.rules,
            room: present(ctx, standing.room.room),
            is_member: standing.is_member,
            role: standing.role,
        }
    }

    /// Whether who asked may do this in it.
    pub fn may(&self, scope: &Scope, action: Action) -> bool {
        may(scope, self.role, action, self.rules)
    }
}

/// Whether somebody of this role in a room may do this there.
pub(crate) fn may(scope: &Scope, role: RoomRole, action: Action, rules: RoomRules) -> bool {
    may_in(action, scope.roles(role), rules)
}

/// The same for a socket. During a write outage, and where its person may only read, it only gets the room: they can
/// read, and become a member when they post or join again.
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
        Err(ServiceError::AccountRequired | ServiceError::Banned | ServiceError::ReadOnly(_)) => {
            check(ctx, scope, id).await
        }
        Err(error) if error.is_about_writing() => Ok(Checked {
            is_member: true,
            ..check(ctx, scope, id).await?
        }),
        entered => entered,
    }
}

fn decide_leaving(standing: &Standing, owners: i64) -> Result<(), ServiceError> {
    let is_last_owner = standing.role == RoomRole::Owner && owners <= 1;
    match standing.room.rules.kind {
        RoomKind::Closed if is_last_owner => Err(ServiceError::LastRoomOwner),
        RoomKind::Open | RoomKind::Closed | RoomKind::Direct => Ok(()),
    }
}

fn decide_entry(
    person: &Person,
    standing: &Standing,
    now: Timestamp,
) -> Result<Option<NewMembership>, ServiceError> {
    let Standing {
        room,
        is_member,
        role,
        ..
    } = standing;
    if *is_member {
        return Ok(None);
    }
    if standing.is_banned(now) {
        return Err(ServiceError::Banned);
    }
    if !may_in(Action::JoinRoom, person.roles(*role), room.rules) {
        return Err(read_only(room.rules));
    }
    Ok(Some(NewMembership::of(room, RoomRole::Member, now)))
}

/// Why somebody who sees a room may not write in it, nor be a member.
pub(crate) fn read_only(rules: RoomRules) -> ServiceError {
    ServiceError::ReadOnly(why_read_only(rules))
}

/// The room, if it may be seen.
///
/// # Errors
/// [`ServiceError::RoomNotFound`].
pub async fn check(ctx: &Context, scope: &Scope, id: RoomId) -> Result<Checked, ServiceError> {
    let standing = match scope.user_id() {
        Some(user) => ctx.store.standing(user, id).await?,
        None => Standing {
            room: ctx.store.room(scope, id).await?,
            is_member: false,
            role: RoomRole::Visitor,
            kept_out: None,
        },
    };
    Ok(Checked::of(ctx, standing))
}

/// Ends the membership. For a person who is no member it changes nothing. An owner who leaves an open room is its
/// owner still.
///
/// # Errors
/// [`ServiceError::RoomNotFound`]; [`ServiceError::LastRoomOwner`] for the last owner of a room into which they could not
/// come back; or [`ServiceError::RateLimited`].
pub async fn leave(ctx: &Context, scope: &Scope, id: RoomId) -> Result<(), ServiceError> {
    let user = scope.require_person()?.user.id;
    if !ctx.store.standing(user, id).await?.is_member {
        return Ok(());
    }
    // It is broadcast like a message, so it costs a token of the message limit.
    ctx.limits.message(user, scope.address)?;
    let left = ctx.store.leave(user, id, decide_leaving).await;
    if !matches!(left, Ok(true)) {
        ctx.limits.give_back_message(user, scope.address);
    }
    left.map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::SessionId;
    use crate::store::StoredRoom;
    use parlour_protocol::{Guests, ReadOnly, Seq, ServerRole, User, UserId, UserKind, samples};

    fn guest() -> Person {
        Person {
            user: User {
                id: UserId(3),
                name: "Alice".to_owned(),
                kind: UserKind::Guest,
                account: None,
            },
            session: SessionId(1),
            is_confined: false,
            was: Vec::new(),
            role: ServerRole::Guest,
        }
    }

    fn standing(is_member: bool, rules: RoomRules) -> Standing {
        let room = Room {
            seq: Seq(9),
            ..samples::room(RoomId(1), "Lobby")
        };
        Standing {
            room: StoredRoom {
                room,
                posts: 5,
                rules,
            },
            is_member,
            role: match is_member {
                true => RoomRole::Member,
                false => RoomRole::Visitor,
            },
            kept_out: None,
        }
    }

    #[test]
    fn a_new_member_has_read_everything_and_joining_again_changes_nothing() {
        let decide = |is_member| {
            let standing = standing(is_member, RoomRules::default());
            decide_entry(&guest(), &standing, Timestamp(7)).unwrap()
        };
        let entry = decide(false).unwrap();
        assert_eq!((entry.read_seq, entry.read_posts), (Seq(9), 5));
        assert_eq!(
            (entry.role, entry.joined_at),
            (RoomRole::Member, Timestamp(7))
        );
        assert_eq!(decide(true), None);
    }

    #[test]
    fn an_archived_room_and_one_that_guests_only_read_take_no_new_members() {
        let archived = RoomRules {
            is_archived: true,
            ..RoomRules::default()
        };
        let read = RoomRules {
            guests: Guests::Read,
            ..RoomRules::default()
        };
        for (rules, expected) in [(archived, ReadOnly::Archived), (read, ReadOnly::Guests)] {
            let refused = decide_entry(&guest(), &standing(false, rules), Timestamp(7));
            assert!(matches!(refused, Err(ServiceError::ReadOnly(why)) if why == expected));
            // Who is in it stays in it.
            let member = decide_entry(&guest(), &standing(true, rules), Timestamp(7));
            assert_eq!(member.unwrap(), None);
        }
    }

    #[test]
    fn who_is_kept_out_becomes_no_member_before_the_end_of_that() {
        let kept_out = |until| Standing {
            kept_out: Some(Timestamp(until)),
            ..standing(false, RoomRules::default())
        };
        let refused = decide_entry(&guest(), &kept_out(8), Timestamp(7));
        assert!(matches!(refused, Err(ServiceError::Banned)));
        assert!(decide_entry(&guest(), &kept_out(7), Timestamp(7)).is_ok());
    }

    #[test]
    fn the_last_owner_of_a_closed_room_does_not_leave_it() {
        let leave = |kind, role, owners| {
            let standing = Standing {
                role,
                ..standing(true, RoomRules::of(kind))
            };
            decide_leaving(&standing, owners)
        };
        let last = leave(RoomKind::Closed, RoomRole::Owner, 1);
        assert!(matches!(last, Err(ServiceError::LastRoomOwner)));
        for (kind, role, owners) in [
            (RoomKind::Closed, RoomRole::Owner, 2),
            (RoomKind::Closed, RoomRole::Member, 1),
            (RoomKind::Open, RoomRole::Owner, 1),
            (RoomKind::Direct, RoomRole::Owner, 1),
        ] {
            assert!(leave(kind, role, owners).is_ok());
        }
    }
}
