//! Read receipts of a batch, moved on by one statement however many they are.

use super::session::Session;
use crate::store::db::{Result, Row, values};
use parlour_protocol::{RoomId, Seq, UserId};
use std::collections::{BTreeMap, HashMap};

/// A receipt: the room and the member, up to where they have read, and its seq in their stream.
pub(in crate::store) type Moved = ((RoomId, UserId), Seq, Seq);

/// Moves read positions on, unless who has them is no member any more or has read further; how many posts there were up
/// to those that moved. There is one receipt of a member at most.
pub(in crate::store) fn move_on(
    session: &Session,
    receipts: &[Moved],
) -> Result<HashMap<(RoomId, UserId), i64>> {
    // In the order of their keys, so that no two servers wait for each other.
    let ordered: BTreeMap<_, _> = receipts
        .iter()
        .map(|(at, seq, me)| (*at, (seq.0, me.0)))
        .collect();
    let rooms: Vec<i64> = ordered.keys().map(|(room, _)| room.0).collect();
    let people: Vec<i64> = ordered.keys().map(|(_, user)| user.0).collect();
    let (seqs, mine): (Vec<i64>, Vec<i64>) = ordered.into_values().unzip();
    let values = values![&rooms[..], &people[..], &seqs[..], &mine[..]];
    let moved = session.ask(MOVE_ON, values)?;
    let moved = moved.rows.iter().map(|row| {
        let row = Row::Postgres(row);
        Ok(((RoomId(row.get(0)?), UserId(row.get(1)?)), row.get(2)?))
    });
    moved.collect()
}

/// Takes so many seqs of these people's streams; the last of each who is there.
pub(in crate::store) fn take_seqs(
    session: &Session,
    wanted: &BTreeMap<UserId, i64>,
) -> Result<Vec<(UserId, Seq)>> {
    let people: Vec<i64> = wanted.keys().map(|user| user.0).collect();
    let counts: Vec<i64> = wanted.values().copied().collect();
    let taken = session.ask(TAKE, values![&people[..], &counts[..]])?;
    let taken = taken.rows.iter().map(|row| {
        let row = Row::Postgres(row);
        Ok((UserId(row.get(0)?), Seq(row.get(1)?)))
    });
    taken.collect()
}

const MOVE_ON: &str = "UPDATE memberships SET read_seq = new.seq, me_seq = new.me, \
    read_posts = coalesce((SELECT ordinal FROM messages WHERE messages.room_id = new.room AND number <= new.seq \
    ORDER BY number DESC LIMIT 1), 0) \
    FROM UNNEST(?1::int8[], ?2::int8[], ?3::int8[], ?4::int8[]) AS new (room, person, seq, me) \
    JOIN rooms ON rooms.id = new.room AND rooms.deleted_at IS NULL \
    WHERE room_id = new.room AND user_id = new.person AND state = 'in' AND read_seq < new.seq \
    RETURNING room_id, user_id, read_posts";

const TAKE: &str = "UPDATE users SET me_seq = me_seq + wanted.count \
    FROM UNNEST(?1::int8[], ?2::int8[]) AS wanted (person, count) WHERE id = wanted.person RETURNING id, me_seq";
