//! One room, live: who listens, how far it is, and what is still to be said about it.
//!
//! *Invariant:* `seq` moves and its frame is queued under one lock, so a socket that reads `seq`
//! here has every earlier frame in its mailbox already.

use super::activity::{Activity, Audience};
use super::sockets::Listener;
use super::{Frame, SocketId, TypingState};
use parlour_protocol::{RoomId, Roster, Seq, ServerFrame, Typists, UserId, UsersList};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

/// A room's live state.
#[derive(Default)]
pub(super) struct Channel {
    /// The latest change that was published.
    pub(super) seq: Seq,
    /// Messages ever posted.
    pub(super) posts: i64,
    /// The room exists; else somebody only asked for it.
    pub(super) is_known: bool,
    pub(super) listeners: HashMap<SocketId, Arc<Listener>>,
    pub(super) activity: Activity,
    pub(super) users_changed: bool,
    typing: TypingState,
    typing_changed: bool,
}

/// What a tick found to say outside the room.
pub(super) struct Due {
    pub(super) room: RoomId,
    pub(super) seq: Seq,
    pub(super) posts: i64,
    pub(super) audience: Audience,
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

    /// Queues a frame for everybody who listens.
    pub(super) fn send(&self, frame: &Frame) {
        for listener in self.listeners.values() {
            listener.subscriber.try_send(frame.clone());
        }
    }

    /// Somebody types or not any more; whether that is news for the next tick.
    pub(super) fn set_typing(
        &mut self,
        user: UserId,
        name: &str,
        is_typing: bool,
        now: Instant,
    ) -> bool {
        let is_news = self.typing.set(user, name, is_typing, now);
        self.typing_changed |= is_news;
        is_news
    }

    /// Says what has changed since the last tick, once. `roster` is asked only when it is needed.
    pub(super) fn tick(
        &mut self,
        room: RoomId,
        now: Instant,
        roster: impl FnOnce() -> Roster,
    ) -> Option<Due> {
        self.typing_changed |= self.typing.expire(now);
        if std::mem::take(&mut self.users_changed) && !self.listeners.is_empty() {
            let Roster { users, count } = roster();
            self.send_frame(&ServerFrame::UsersList(UsersList {
                room_id: room,
                users,
                count,
            }));
        }
        if std::mem::take(&mut self.typing_changed) {
            let users = self.typing.names();
            self.send_frame(&ServerFrame::Typing(Typists {
                room_id: room,
                users,
            }));
        }
        let audience = self.activity.due(now)?;
        Some(Due {
            room,
            seq: self.seq,
            posts: self.posts,
            audience,
        })
    }

    /// Whether the next tick has to look here again.
    pub(super) fn is_dirty(&self) -> bool {
        !self.typing.is_empty() || self.activity.is_pending()
    }

    fn send_frame(&self, frame: &ServerFrame) {
        if !self.listeners.is_empty() {
            self.send(&Frame::from(frame.encode()));
        }
    }
}
