//! Carries what was committed to every hub: this process's own, or one per server later.

use super::{Frame, locked};
use crate::events::Publication;
use parlour_protocol::{
    Blocks, Favourite, PersonChanged, Reacted, RoomGone, RoomId, RoomJoined, RoomLeft, ServerFrame,
};
use std::sync::Mutex;

/// A publication with the one frame that all receivers get.
#[derive(Debug)]
pub struct Event {
    /// What a context published.
    pub publication: Publication,
    /// The publication as a frame, encoded once; `None` for what only moves counters or changes a list. Of a reaction it
    /// is the one for sockets that know it.
    pub frame: Option<Frame>,
}

impl Event {
    /// Encodes the publication's frame, if it has one.
    pub fn new(publication: Publication) -> Self {
        let gone = |room: &RoomId| RoomGone { room_id: *room };
        let frame = match &publication {
            Publication::Message { message, .. } => Some(ServerFrame::encode_message(message)),
            Publication::MessageChanged(message) => Some(ServerFrame::encode_changed(message)),
            // For who knows of it; the hub has the whole message for others.
            Publication::Reacted {
                message,
                emoji,
                user,
                on,
            } => {
                let reacted = Reacted {
                    room_id: message.room_id,
                    number: message.number,
                    seq: message.seq,
                    emoji: emoji.clone(),
                    user_id: *user,
                    on: *on,
                };
                Some(ServerFrame::Reaction(reacted).encode())
            }
            Publication::RoomChanged { room, .. } | Publication::RoomShown { room, .. } => {
                Some(ServerFrame::RoomChanged(room.clone()).encode())
            }
            // Who may not see a room any more is told what they would be if it was none.
            Publication::RoomDeleted(room) | Publication::RoomHidden { room, .. } => {
                Some(ServerFrame::RoomDeleted(gone(room)).encode())
            }
            Publication::Left {
                room, me, reason, ..
            } => {
                let (room_id, me) = (*room, Some(*me));
                let left = RoomLeft { room_id, me };
                Some(ServerFrame::encode_left(&left, *reason))
            }
            Publication::Joined { room, me, .. } => {
                let (room_id, me) = (*room, Some(*me));
                Some(ServerFrame::Joined(RoomJoined { room_id, me }).encode())
            }
            &Publication::Favourite {
                room,
                is_favourite,
                level,
                me,
                ..
            } => {
                let favourite = Favourite {
                    room_id: room,
                    is_favourite,
                    level,
                    me: Some(me),
                };
                Some(ServerFrame::Favourite(favourite).encode())
            }
            Publication::BlocksChanged { blocked, me, .. } => {
                let (blocked, me) = (blocked.clone(), Some(*me));
                Some(ServerFrame::Blocks(Blocks { blocked, me }).encode())
            }
            // It is a state and no step: who hears it asks what they may do there now.
            Publication::Standing { room, me, role, .. } => {
                let (room_id, me) = (*room, Some(*me));
                let joined = RoomJoined { room_id, me };
                Some(ServerFrame::encode_joined(&joined, *role))
            }
            Publication::Unread { marked, .. } => {
                Some(ServerFrame::Unread(marked.clone()).encode())
            }
            Publication::Renamed { user, seq, .. } => {
                let (seq, user) = (*seq, user.clone());
                Some(ServerFrame::PersonChanged(PersonChanged { seq, user }).encode())
            }
            // Few have another socket to be told on.
            Publication::Read { .. }
            | Publication::Mentioned { .. }
            | Publication::MentionsCounted { .. }
            | Publication::Viewers { .. }
            | Publication::SessionsEnded { .. }
            | Publication::RoleChanged { .. }
            | Publication::NewEpoch { .. } => None,
        };
        let frame = frame.map(Frame::from);
        Self { publication, frame }
    }
}

/// Takes events in their order. It must not block: the publisher's thread calls it.
pub type Receiver = Box<dyn Fn(&[Event]) + Send + Sync>;

/// Brings every event to every receiver, of one publisher in its order. It may drop (the room's
/// `seq` heals it); it never repeats an older event after a newer one of the same publisher.
pub trait Broker: Send + Sync + 'static {
    /// Sends events on their way, together if it can. Never waits for the network.
    fn publish(&self, events: Vec<Event>);
    /// From now on `receiver` gets every event.
    fn subscribe(&self, receiver: Receiver);
}

/// Everything in one process: an event has arrived when `publish` returns, in one order for all.
#[derive(Default)]
pub struct LocalBroker {
    receivers: Mutex<Vec<Receiver>>,
}

impl Broker for LocalBroker {
    fn publish(&self, events: Vec<Event>) {
        // The lock is the order: two publishers at once are heard alike by every receiver.
        for receiver in locked(&self.receivers).iter() {
            receiver(&events);
        }
    }

    fn subscribe(&self, receiver: Receiver) {
        locked(&self.receivers).push(receiver);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::realtime::conformance;
    use std::sync::Arc;

    #[test]
    fn the_local_broker_conforms() {
        conformance::broker::all(&|| Arc::new(LocalBroker::default()) as Arc<dyn Broker>);
    }
}
