//! Read positions of members, read receipts that move them on, and the verb that sets them back.
//!
//! *Invariant:* a receipt never moves `read_seq` and `read_posts` backwards; only who marks messages as unread does.
//! `read_posts` counts the messages up to `read_seq`: unread is `rooms.posts - memberships.read_posts`.

use crate::context::Context;
use crate::error::ServiceError;
use crate::invalidation::Source;
use crate::scope::Scope;
use crate::store::{Known, ReadPosition};
use parlour_protocol::rules::OWN_ROOMS_MAX;
use parlour_protocol::{Number, RoomId, Seq};
use std::sync::Arc;

/// Takes a read receipt: the member has read up to `seq`. It never moves backwards, nor beyond the room's `seq`, and
/// changes nothing for a person who is no member. It is written soon after, without an answer.
///
/// # Errors
/// [`ServiceError::RoomNotFound`].
pub async fn mark_read(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    seq: Seq,
) -> Result<(), ServiceError> {
    let user = scope.require_person()?.user.id;
    let position = ctx.store.read_position(user, room).await?;
    if let Some(seq) = further(position, seq) {
        ctx.read_receipts.add(room, user, seq, &ctx.store);
    }
    Ok(())
}

/// The same, written when this answers: for who asks for a page next.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], or nothing can be written.
pub async fn read_up_to(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    seq: Seq,
) -> Result<(), ServiceError> {
    let user = scope.require_person()?.user.id;
    let position = ctx.store.read_position(user, room).await?;
    match further(position, seq) {
        Some(seq) => ctx.read_receipts.read(room, user, seq, &ctx.store).await,
        None => Ok(()),
    }
}

/// Marks all that the person has not read as read, in each of their rooms: what was posted until now, and nothing that
/// comes meanwhile.
///
/// # Errors
/// [`ServiceError::SignInRequired`], [`ServiceError::RateLimited`], or nothing can be written.
pub async fn read_all(ctx: &Context, scope: &Scope) -> Result<(), ServiceError> {
    let user = scope.require_person()?.user.id;
    ctx.limits.message(user, scope.address)?;
    let rooms = ctx.store.unread_rooms(user).await?;
    (ctx.read_receipts)
        .read_rooms(user, &rooms, &ctx.store)
        .await
}

/// Marks a message and all behind it as unread: the member counts as having read up to right before it, if they had
/// read further. It undoes every receipt so far, and those that come later count. For a person who is no member it
/// changes nothing.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], or nothing can be written.
pub async fn mark_unread(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<(), ServiceError> {
    let user = scope.require_person()?.user.id;
    let position = ctx.store.read_position(user, room).await?;
    match before(position, number) {
        Some(to) => {
            (ctx.read_receipts)
                .set_back(room, user, to, &ctx.store)
                .await
        }
        None => Ok(()),
    }
}

/// Up to where a member has read who has not read the message of this number. How far they have is not looked at:
/// receipts may be on their way.
fn before(position: ReadPosition, number: Number) -> Option<Seq> {
    let last = number.before().max(Seq::ZERO);
    position.read.map(|_| last.min(position.room_seq))
}

/// The new read position of a member who has read up to `seq`, if it moves.
fn further(position: ReadPosition, seq: Seq) -> Option<Seq> {
    let seq = seq.min(position.room_seq);
    position
        .read
        .is_some_and(|read| read.seq < seq)
        .then_some(seq)
}

/// How far the person has read each room they belong to, and whom they block; known without asking until something of
/// it changes.
///
/// # Errors
/// The database failed.
pub(crate) async fn known(ctx: &Context, scope: &Scope) -> Result<Arc<Known>, ServiceError> {
    let Some(user) = scope.user_id() else {
        return Ok(Arc::default());
    };
    let moment = ctx.known.moment();
    // A room that is gone is none to belong to; and what is said to all mentions them.
    let sources = [Source::Person(user), Source::RoomList, Source::Mentions];
    if let Some(known) = ctx.known.get(&user, |_| sources) {
        return Ok(known);
    }
    let known = Arc::new(ctx.store.known(user).await?);
    let weight = known.read.len() + known.mentions.len() + known.blocked.len() + 1;
    ctx.known.put(moment, user, Arc::clone(&known), weight);
    Ok(known)
}

/// What decides which of many rooms are listed for the person, from the same cache: those that they are a member of,
/// ordered by id, and, where not all of those may fit, behind them their favourites, in the same order.
///
/// # Errors
/// The database failed.
pub async fn belongs_to(ctx: &Context, scope: &Scope) -> Result<Arc<[RoomId]>, ServiceError> {
    let known = known(ctx, scope).await?;
    let mut rooms: Vec<RoomId> = known.read.keys().copied().collect();
    rooms.sort_unstable();
    if rooms.len() > OWN_ROOMS_MAX {
        let favourites = known.read.iter().filter(|(_, read)| read.is_favourite);
        let mut favourites: Vec<RoomId> = favourites.map(|(room, _)| *room).collect();
        favourites.sort_unstable();
        rooms.extend(favourites);
    }
    Ok(rooms.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::ReadUpTo;
    use parlour_protocol::{Level, RoomRole};

    fn position(read: Option<Seq>) -> ReadPosition {
        ReadPosition {
            room_seq: Seq(9),
            read: read.map(|seq| ReadUpTo {
                seq,
                posts: 0,
                has_written: false,
                is_hidden: false,
                is_direct: false,
                role: RoomRole::Member,
                is_favourite: false,
                level: Level::All,
            }),
        }
    }

    #[test]
    fn a_read_position_moves_forward_only_up_to_the_room_s_seq_and_for_members() {
        assert_eq!(further(position(Some(Seq(3))), Seq(5)), Some(Seq(5)));
        assert_eq!(further(position(Some(Seq(3))), Seq(3)), None);
        assert_eq!(further(position(Some(Seq(3))), Seq(1)), None);
        assert_eq!(further(position(Some(Seq(3))), Seq(12)), Some(Seq(9)));
        assert_eq!(further(position(Some(Seq(9))), Seq(12)), None);
        assert_eq!(further(position(None), Seq(5)), None);
    }

    #[test]
    fn what_is_marked_unread_begins_with_its_message_and_is_a_member_s() {
        let member = position(Some(Seq(3)));
        assert_eq!(before(member, Number(7)), Some(Seq(6)));
        assert_eq!(before(member, Number(1)), Some(Seq::ZERO));
        for nowhere in [0, -7, i64::MIN] {
            assert_eq!(before(member, Number(nowhere)), Some(Seq::ZERO));
        }
        assert_eq!(before(member, Number(i64::MAX)), Some(Seq(9)));
        assert_eq!(before(position(None), Number(7)), None);
    }
}
