//! The live state of one room: its listeners, its latest `seq`, and what the next tick has to send.
//!
//! *Invariant:* a socket that is on the list when `seq` moves gets the frame that moved it. `delivered_seq`
//! follows when the frame is in every listener's mailbox, so a heartbeat that names it counts only frames
//! that come before the heartbeat. No socket is written to while a channel is locked.

use super::activity::{Activity, Concerned};
use super::activity_budget::ActivityBudget;
use super::listeners::Listeners;
use super::viewers::Viewers;
use super::{Frame, TypingState};
use parlour_protocol::{
    RoomActivity, RoomId, Roster, Seq, ServerFrame, Typists, UserId, UsersList,
};
use std::time::{Duration, Instant};

/// What each listener of a room adds to the throttle of its `users_list`. The more listeners, the rarer the
/// list, so that all lists of a room together are at most two megabytes a second, however large it is.
const LIST_PER_SOCKET: Duration = Duration::from_millis(1);

/// The most bytes of one `room_activity` frame, whatever its numbers are.
const ACTIVITY_MAX: usize = 144;
/// The number of people that the size of a `room_activity` frame is computed with.
const ONLINE_MAX: u32 = 99_999;

/// The live state of one room.
#[derive(Default)]
pub(super) struct Channel {
    /// The latest change that was published.
    pub(super) seq: Seq,
    /// The latest change that is in every listener's mailbox.
    pub(super) delivered_seq: Seq,
    /// Messages ever posted.
    pub(super) posts: i64,
    /// Whether the room exists; otherwise a socket only asked for its id.
    pub(super) is_known: bool,
    /// Who may hear of it.
    pub(super) viewers: Viewers,
    pub(super) listeners: Listeners,
    pub(super) activity: Activity,
    pub(super) users_changed: bool,
    /// When its `users_list` was last sent.
    listed_at: Option<Instant>,
    typing: TypingState,
    typing_changed: bool,
}

/// What a tick found to send, to the room's listeners and to sockets outside.
#[derive(Default)]
pub(super) struct Tick {
    pub(super) frames: Vec<Frame>,
    pub(super) listeners: Listeners,
    pub(super) due: Option<Due>,
}

/// A `room_activity` that is due to sockets outside the room.
pub(super) struct Due {
    pub(super) room: RoomId,
    pub(super) seq: Seq,
    pub(super) posts: i64,
    pub(super) viewers: Viewers,
    pub(super) concerned: Concerned,
}

impl Due {
    /// The frame for a person with so many unread posts and mentions among them, while `online` people are in the room.
    pub(super) fn frame(&self, (unread, mentions): (i64, i64), online: u32) -> Frame {
        let activity = ServerFrame::RoomActivity(RoomActivity {
            room_id: self.room,
            seq: self.seq,
            unread,
            mentions,
            online,
        });
        Frame::from(activity.encode())
    }

    /// The most bytes the frame takes: unread is at most what was ever posted.
    fn size(&self) -> usize {
        self.frame((self.posts, 0), ONLINE_MAX).wire().len()
    }
}

impl Channel {
    /// Moves `seq`, and `posts` if it is known, forward to these; never back.
    pub(super) fn reached(&mut self, seq: Seq, posts: Option<i64>) {
        self.is_known = true;
        self.seq = self.seq.max(seq);
        self.posts = self.posts.max(posts.unwrap_or(0));
    }

    /// Sets `seq` and `posts`, also back: the room has another history now.
    pub(super) fn begin_at(&mut self, seq: Seq, posts: i64) {
        self.is_known = true;
        (self.seq, self.delivered_seq, self.posts) = (seq, seq, posts);
    }

    /// Whether the channel can be dropped: the room is not known to exist, and has no listener.
    pub(super) fn is_unused(&self) -> bool {
        !self.is_known && self.listeners.is_empty()
    }

    /// A person types; whether that changes who is typing, so that the next tick sends `typing`.
    pub(super) fn start_typing(&mut self, user: UserId, name: &str, now: Instant) -> bool {
        let is_news = self.typing.start(user, name, now);
        self.typing_changed |= is_news;
        is_news
    }

    /// A person stopped typing; whether that changes who is typing.
    pub(super) fn stop_typing(&mut self, user: UserId) -> bool {
        let is_news = self.typing.stop(user);
        self.typing_changed |= is_news;
        is_news
    }

    /// Takes what has to be sent since the last tick. `roster` is called only when a list is due.
    pub(super) fn tick(
        &mut self,
        room: RoomId,
        now: Instant,
        is_beat: bool,
        budget: &mut ActivityBudget,
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
        // What few hear must not take the time of what all do, nor be seen by that.
        let is_open = self.viewers.is_open();
        let is_counted = is_open && self.activity.concerns_everyone();
        let has_turn = !is_counted || budget.has(ACTIVITY_MAX);
        let concerned = has_turn.then(|| self.activity.due(now, is_beat)).flatten();
        let due = concerned.map(|concerned| Due {
            room,
            seq: self.seq,
            posts: self.posts,
            viewers: self.viewers.clone(),
            concerned,
        });
        if let Some(due) = due.as_ref().filter(|_| is_counted) {
            budget.take(room, due.size());
        }
        Tick {
            frames: frames.into_iter().map(|f| f.encode().into()).collect(),
            listeners: self.listeners.clone(),
            due,
        }
    }

    /// Whether the next tick has to visit this channel again.
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
    use parlour_protocol::rules::MENTIONS_COUNTED;
    use std::sync::Arc;

    #[test]
    fn the_users_list_of_a_crowd_is_throttled_and_its_last_change_is_sent() {
        let (start, room) = (SystemClock.monotonic(), RoomId(1));
        let mut sockets = Sockets::default();
        let mut channel = Channel::default();
        for _ in 0..2_000 {
            let mailbox = Arc::new(Mailbox::default());
            let listener = sockets.open(SocketKind::One(room), mailbox);
            channel.listeners.insert(&listener);
        }
        let mut budget = ActivityBudget::new(4);
        let mut lists = |at: Duration, is_changed: bool| {
            channel.users_changed |= is_changed;
            let tick = channel.tick(room, start + at, false, &mut budget, Roster::default);
            (tick.frames.len(), channel.is_dirty())
        };
        assert_eq!(lists(Duration::ZERO, true), (1, false));
        assert_eq!(lists(Duration::from_millis(250), true), (0, true));
        assert_eq!(lists(Duration::from_millis(1_999), false), (0, true));
        assert_eq!(lists(Duration::from_millis(2_000), false), (1, false));
        assert_eq!(lists(Duration::from_millis(9_000), false), (0, false));
    }

    #[test]
    fn a_room_activity_frame_has_a_largest_size() {
        let due = Due {
            room: RoomId((1 << 53) - 1),
            seq: Seq((1 << 53) - 1),
            posts: (1 << 53) - 1,
            viewers: Viewers::Everybody,
            concerned: Concerned::default(),
        };
        assert!(
            due.frame((due.posts, MENTIONS_COUNTED as i64), u32::MAX)
                .wire()
                .len()
                <= ACTIVITY_MAX
        );
    }
}
