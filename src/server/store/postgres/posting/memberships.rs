//! What becomes of memberships by a group of sends, column by column.
//!
//! *Invariant:* they are in the order of their keys, as every statement that locks several is.

use crate::store::db::Value;
use parlour_protocol::{RoomRole, Seq};

/// How far a member has read by posting, and the role of who became one by it.
pub(super) struct ReadByPosting {
    pub(super) seq: i64,
    pub(super) posts: i64,
    pub(super) at: i64,
    pub(super) joins_as: Option<RoomRole>,
    pub(super) joined: Option<Seq>,
}

/// Memberships, column by column, in the order of their keys.
#[derive(Default)]
pub(super) struct Memberships {
    pub(super) rooms: Vec<i64>,
    users: Vec<i64>,
    seqs: Vec<i64>,
    posts: Vec<i64>,
    times: Vec<i64>,
    roles: Vec<&'static str>,
    joined: Vec<i64>,
}

impl Memberships {
    pub(super) fn of(mut read: Vec<(&(i64, i64), &ReadByPosting)>) -> Self {
        read.sort_unstable_by_key(|(key, _)| **key);
        let mut columns = Self::default();
        for ((room, user), read) in read {
            columns.rooms.push(*room);
            columns.users.push(*user);
            columns.seqs.push(read.seq);
            columns.posts.push(read.posts);
            columns.times.push(read.at);
            columns
                .roles
                .push(read.joins_as.unwrap_or(RoomRole::Member).name());
            columns.joined.push(read.joined.unwrap_or_default().0);
        }
        columns
    }

    pub(super) fn values(&self) -> [Value<'_>; 7] {
        [
            Value::from(&self.rooms[..]),
            Value::from(&self.users[..]),
            Value::from(&self.seqs[..]),
            Value::from(&self.posts[..]),
            Value::from(&self.times[..]),
            Value::from(&self.roles[..]),
            Value::from(&self.joined[..]),
        ]
    }
}
