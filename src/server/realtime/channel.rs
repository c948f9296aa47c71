//! One room, live: who listens, how far it is, and what is still to be said about it.
//!
//! *Invariant:* who is on the list when `seq` moves gets the frame that moved it; `told` follows when
//! all of them have it, so a socket that reads `told` here has every earlier frame in its mailbox
//! already. Nobody writes to a socket while a channel is locked.

use super::activity::{Activity, Concerned};
use super::listeners::Listeners;
use super::ration::Ration;
use super::{Frame, TypingState};
use parlour_protocol::{
    RoomActivity, RoomId, Roster, Seq, ServerFrame, Typists, UserId, UsersList,
};
use std::time::{Duration, Instant};

/// What each socket in a room adds to the time from one `users_list` to the next. The longer the list's
/// audience, the rarer: a crowd that comes in costs each of its members the same few lists, and all
/// lists of a room together at most two megabytes a second, however large it is.
const LIST_PER_SOCKET: Duration = Duration::from_millis(1);

/// The most bytes that news of a room takes, whatever its numbers are.
const NEWS: usize = 128;
/// More people than this are in no room, as far as the size of a frame goes.
const CROWD: u32 = 99_999;

/// A room's live state.
#[derive(Default)]
pub(super) struct Channel {
    /// The latest change that was published.
    pub(super) seq: Seq,
    /// The latest change that every mailbox has.
    pub(super) told: Seq,
    /// Messages ever posted.
    pub(super) posts: i64,
    /// The room exists; else somebody only asked for it.
    pub(super) is_known: bool,
    pub(super) listeners: Listeners,
    pub(super) activity: Activity,
    pub(super) users_changed: bool,
    /// When its `users_list` was last told.
    listed_at: Option<Instant>,
    typing: TypingState,
    typing_changed: bool,
}

/// What a tick found to say: in the room, and outside.
#[derive(Default)]
pub(super) struct Tick {
    pub(super) frames: Vec<Frame>,
    pub(super) listeners: Listeners,
    pub(super) due: Option<Due>,
}

/// What is to be said outside the room.
pub(super) struct Due {
    pub(super) room: RoomId,
    pub(super) seq: Seq,
    pub(super) posts: i64,
    pub(super) concerned: Concerned,
}

impl Due {
    /// A frame about it, on its way to somebody who has read so much of the room, while so many are in it.
    pub(super) fn frame(&self, unread: i64, online: u32) -> Frame {
        let activity = ServerFrame::RoomActivity(RoomActivity {
            room_id: self.room,
            seq: self.seq,
            unread,
            online,
        });
        Frame::from(activity.encode())
    }

    /// The most bytes that it takes: nobody has more unread than was ever posted.
    fn size(&self) -> usize {
        self.frame(self.posts, CROWD).wire().len()
    }
}

impl Channel {
    /// The room has come this far.
    pub(super) fn reached(&mut self, seq: Seq, posts: Option<i64>) {
        self.is_known = true;
        self.seq = self.seq.max(seq);
        self.posts = self.posts.max(posts.unwrap_or(0));
    }

    /// Nobody listens, and there is nothing to remember.
    pub(super) fn is_unused(&self) -> bool {
        !self.is_known && self.listeners.is_empty()
    }

    /// Somebody types; whether that is news for the next tick.
    pub(super) fn start_typing(&mut self, user: UserId, name: &str, now: Instant) -> bool {
        let is_news = self.typing.start(user, name, now);
        self.typing_changed |= is_news;
        is_news
    }

    /// Somebody does not type any more; whether that is news for the next tick.
    pub(super) fn stop_typing(&mut self, user: UserId) -> bool {
        let is_news = self.typing.stop(user);
        self.typing_changed |= is_news;
        is_news
    }

    /// What has changed since the last tick, once. `roster` is asked only when it is needed.
    pub(super) fn tick(
        &mut self,
        room: RoomId,
        now: Instant,
        is_beat: bool,
        ration: &mut Ration,
        roster: impl FnOnce() -> Roster,
    ) -> Tick {
        let is_heard = !self.listeners.is_empty();
        let mut frames = Vec::new();
        self.typing_changed |= self.typing.expire(now);
        if !is_heard {
            self.users_changed = false;
        }
        if self.users_changed && self.is_list_due(now) {
            self.users_changed = false;
            self.listed_at = Some(now);
            frames.push(ServerFrame::UsersList(UsersList::of(room, roster())));
        }
        if std::mem::take(&mut self.typing_changed) && is_heard {
            let people = self.typing.people();
            frames.push(ServerFrame::Typing(Typists {
                room_id: room,
                users: people.iter().map(|p| p.name.clone()).collect(),
                people,
            }));
        }
        let is_counted = self.activity.concerns_everyone();
        let has_turn = !is_counted || ration.has(NEWS);
        let concerned = has_turn.then(|| self.activity.due(now, is_beat)).flatten();
        let due = concerned.map(|concerned| Due {
            room,
            seq: self.seq,
            posts: self.posts,
            concerned,
        });
        if let Some(due) = due.as_ref().filter(|_| is_counted) {
            ration.take(room, due.size());
        }
        Tick {
            frames: frames.into_iter().map(|f| f.encode().into()).collect(),
            listeners: self.listeners.clone(),
            due,
        }
    }

    /// Whether the next tick has to look here again.
    pub(super) fn is_dirty(&self) -> bool {
        !self.typing.is_empty() || self.activity.is_pending() || self.users_changed
    }

    fn is_list_due(&self, now: Instant) -> bool {
        let sockets = u32::try_from(self.listeners.len()).unwrap_or(u32::MAX);
        let pause = LIST_PER_SOCKET * sockets;
        self.listed_at.is_none_or(|at| now >= at + pause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, SystemClock};
    use crate::realtime::sockets::Sockets;
    use crate::realtime::{Mailbox, SocketKind};
    use std::sync::Arc;

    #[test]
    fn a_crowd_hears_who_is_there_at_once_then_rarely_and_never_misses_the_last_change() {
        let (start, room) = (SystemClock.monotonic(), RoomId(1));
        let mut sockets = Sockets::default();
        let mut channel = Channel::default();
        for _ in 0..2_000 {
            let mailbox = Arc::new(Mailbox::default());
            let listener = sockets.open(SocketKind::One(room), mailbox);
            channel.listeners.insert(&listener);
        }
        let mut ration = Ration::new(4);
        let mut lists = |at: Duration, is_changed: bool| {
            channel.users_changed |= is_changed;
            let tick = channel.tick(room, start + at, false, &mut ration, Roster::default);
            (tick.frames.len(), channel.is_dirty())
        };
        assert_eq!(lists(Duration::ZERO, true), (1, false));
        assert_eq!(lists(Duration::from_millis(250), true), (0, true));
        assert_eq!(lists(Duration::from_millis(1_999), false), (0, true));
        assert_eq!(lists(Duration::from_millis(2_000), false), (1, false));
        assert_eq!(lists(Duration::from_millis(9_000), false), (0, false));
    }

    #[test]
    fn news_of_a_room_is_never_larger_than_it_may_be() {
        let due = Due {
            room: RoomId((1 << 53) - 1),
            seq: (1 << 53) - 1,
            posts: (1 << 53) - 1,
            concerned: Concerned::default(),
        };
        assert!(due.frame(due.posts, u32::MAX).wire().len() <= NEWS);
    }
}
