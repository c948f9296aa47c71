//! Rooms that go out of somebody's sight, whatever was told of them before.
//!
//! *Invariant:* who may not see a room any more is told that there is none, behind all that they were told of it, and
//! nothing after that.

use super::inner::Inner;
use crate::realtime::listener::Listener;
use crate::realtime::viewers::Viewers;
use crate::realtime::{Closing, Frame, SocketKind, locked};
use parlour_protocol::{CloseCode, RoomGone, RoomId, RoomLeft, ServerFrame};
use std::sync::{Arc, PoisonError};

impl Inner {
    /// Who may see a room is told anew: who may no more is put out of it. Of an open one it is told before anything
    /// else of it, so nothing of what is told after comes to them.
    pub(super) fn told_viewers(&self, room: RoomId, viewers: Viewers) {
        let before = self.viewers(room);
        self.with_channel(room, |channel| {
            channel.is_known = true;
            channel.viewers = viewers.clone();
        });
        let (room_id, me) = (room, None);
        let hidden = Frame::from(ServerFrame::RoomDeleted(RoomGone { room_id }).encode());
        if before.is_open() && viewers != before {
            return self.hide(room, &before, &viewers, &hidden);
        }
        let (Viewers::Members(before), Viewers::Members(after)) = (before, viewers) else {
            return;
        };
        let left = Frame::from(ServerFrame::Left(RoomLeft { room_id, me }).encode());
        for user in before
            .iter()
            .filter(|user| after.binary_search(user).is_err())
        {
            self.left(room, *user, &left);
            self.tell(*user, &hidden);
        }
    }

    /// To those who heard a room and do not any more it is none from now on.
    fn hide(&self, room: RoomId, before: &Viewers, after: &Viewers, frame: &Frame) {
        // What was made for them before is sent before, or not at all.
        let alone = self.asides.write();
        let _alone = alone.unwrap_or_else(PoisonError::into_inner);
        let gone: Vec<Arc<Listener>> = {
            let sockets = locked(&self.sockets);
            let gone = |one: &&Arc<Listener>| before.has(room, one) && !after.has(room, one);
            sockets.open.iter().filter(gone).map(Arc::clone).collect()
        };
        let Some(channel) = self.existing(room) else {
            return;
        };
        {
            let mut channel = locked(&channel);
            channel.listeners.remove_if(|one| !after.has(room, one));
            for user in gone.iter().filter_map(|one| one.person()) {
                channel.stop_typing(user);
            }
        }
        for listener in gone {
            let had_joined = listener.has_joined(room);
            listener.remove(room);
            match listener.kind {
                SocketKind::Many => listener.subscriber.try_send(frame.clone()),
                SocketKind::One(_) if had_joined => {
                    let closing = Closing::plain(CloseCode::NoSuchRoom);
                    listener.subscriber.close(closing);
                }
                SocketKind::One(_) => {}
            }
            if let Some(user) = listener.person() {
                self.presence.leave(room, user);
            }
        }
        self.mark(room);
    }
}
