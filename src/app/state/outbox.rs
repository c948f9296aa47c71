//! What this person sent and the server has not stored yet.
//!
//! *Invariant:* a send keeps its key and its place until the server acknowledged it or its author
//! discarded it; in each room at most one is on its way, so that they arrive in order. Sending one
//! twice is harmless: the server knows it by its key.

#[cfg(test)]
mod tests;

use parlour_protocol::{Number, RoomId};
use serde::{Deserialize, Serialize};

/// How many settled keys are remembered, so that another tab's older copy does not bring them back.
const SETTLED: usize = 256;

/// A message on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// The key it is sent with, every time.
    pub client_id: String,
    /// Where it goes.
    pub room_id: RoomId,
    /// The text.
    pub content: String,
    /// The number of the message it answers.
    pub reply_to: Option<Number>,
    /// How far it has come.
    pub state: Delivery,
}

/// How far a send has come.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Delivery {
    /// Waits for its turn.
    Queued,
    /// Handed to the socket, not acknowledged.
    Sending,
    /// The server will not have it; its text stays until it is retried or discarded.
    Refused {
        /// Why, as a sentence.
        reason: String,
    },
}

/// A send as it is stored: what was on its way has to go again, so that is not told apart.
#[derive(Serialize, Deserialize)]
struct Stored {
    client_id: String,
    room_id: RoomId,
    content: String,
    #[serde(default)]
    reply_to: Option<Number>,
    #[serde(default)]
    refused: Option<String>,
}

/// The sends of all rooms, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outbox {
    sends: Vec<Pending>,
    settled: Vec<String>,
}

impl Outbox {
    /// What was stored; anything unreadable is empty. What was on its way is queued again.
    pub fn from_json(text: &str) -> Self {
        let mut outbox = Self::default();
        for stored in serde_json::from_str::<Vec<Stored>>(text).unwrap_or_default() {
            outbox.queue(Pending {
                client_id: stored.client_id,
                room_id: stored.room_id,
                content: stored.content,
                reply_to: stored.reply_to,
                state: match stored.refused {
                    Some(reason) => Delivery::Refused { reason },
                    None => Delivery::Queued,
                },
            });
        }
        outbox
    }

    /// To be stored after every change.
    pub fn to_json(&self) -> String {
        let stored: Vec<Stored> = self
            .sends
            .iter()
            .cloned()
            .map(|pending| Stored {
                client_id: pending.client_id,
                room_id: pending.room_id,
                content: pending.content,
                reply_to: pending.reply_to,
                refused: match pending.state {
                    Delivery::Refused { reason } => Some(reason),
                    Delivery::Queued | Delivery::Sending => None,
                },
            })
            .collect();
        serde_json::to_string(&stored).unwrap_or_default()
    }

    /// Adds a send at the end; a key that is there already is not added again.
    pub fn queue(&mut self, pending: Pending) {
        if !self.contains(&pending.client_id) {
            self.sends.push(pending);
        }
    }

    /// A room's sends in order, refused ones included.
    pub fn pending(&self, room: RoomId) -> Vec<Pending> {
        let of_room = self.sends.iter().filter(|send| send.room_id == room);
        of_room.cloned().collect()
    }

    /// Sends to rooms that are not among these: nobody would see them in a room any more.
    pub fn outside(&self, rooms: &[RoomId]) -> Vec<Pending> {
        let is_outside = |pending: &&Pending| !rooms.contains(&pending.room_id);
        self.sends.iter().filter(is_outside).cloned().collect()
    }

    /// The send with this key.
    pub fn get(&self, client_id: &str) -> Option<&Pending> {
        self.sends.iter().find(|send| send.client_id == client_id)
    }

    /// Whether a send with this key is here.
    pub fn contains(&self, client_id: &str) -> bool {
        self.get(client_id).is_some()
    }

    /// The rooms in which something is still to be sent.
    pub fn rooms(&self) -> Vec<RoomId> {
        let mut rooms = Vec::new();
        for send in &self.sends {
            if !matches!(send.state, Delivery::Refused { .. }) && !rooms.contains(&send.room_id) {
                rooms.push(send.room_id);
            }
        }
        rooms
    }

    /// The next send of every room in which nothing is on its way; they are on their way now.
    pub fn next_to_send(&mut self) -> Vec<Pending> {
        let mut busy: Vec<RoomId> = self
            .sends
            .iter()
            .filter(|send| send.state == Delivery::Sending)
            .map(|send| send.room_id)
            .collect();
        let mut next = Vec::new();
        for send in &mut self.sends {
            if send.state == Delivery::Queued && !busy.contains(&send.room_id) {
                busy.push(send.room_id);
                send.state = Delivery::Sending;
                next.push(send.clone());
            }
        }
        next
    }

    /// The server stored it: a message with this key came. False when it was not ours.
    pub fn acknowledge(&mut self, client_id: &str) -> bool {
        self.settle(client_id).is_some()
    }

    /// The server will not have it. The next ones of its room go on.
    pub fn refuse(&mut self, client_id: &str, reason: String) {
        self.set(client_id, Delivery::Refused { reason });
    }

    /// Not now (`rate_limited`, `overloaded`): it stays first in its room.
    pub fn postpone(&mut self, client_id: &str) {
        self.set(client_id, Delivery::Queued);
    }

    /// The socket is gone: nobody knows whether what was on its way arrived, so it goes again.
    pub fn connection_lost(&mut self) {
        for send in &mut self.sends {
            if send.state == Delivery::Sending {
                send.state = Delivery::Queued;
            }
        }
    }

    /// Its author wants a refused one to be tried again.
    pub fn retry(&mut self, client_id: &str) {
        if let Some(send) = self.find(client_id)
            && matches!(send.state, Delivery::Refused { .. })
        {
            send.state = Delivery::Queued;
        }
    }

    /// Its author gives it up; answers what it was.
    pub fn discard(&mut self, client_id: &str) -> Option<Pending> {
        self.settle(client_id)
    }

    /// Whether nothing is pending or refused anywhere.
    pub fn is_empty(&self) -> bool {
        self.sends.is_empty()
    }

    /// Takes in another tab's copy of the store. What is in both stays as it is here; what is only
    /// there goes where it stands there; what was settled here stays away.
    pub fn merge(&mut self, other: Outbox) {
        let place = |sends: &[Pending], key: &str| sends.iter().position(|s| s.client_id == key);
        let are_related = other
            .sends
            .iter()
            .any(|theirs| place(&self.sends, &theirs.client_id).is_some());
        // Two copies with nothing in common have no order between them: ours come first.
        let mut at = if are_related { 0 } else { self.sends.len() };
        for mut theirs in other.sends {
            if let Some(ours) = place(&self.sends, &theirs.client_id) {
                at = at.max(ours + 1);
            } else if !self.settled.contains(&theirs.client_id) {
                if theirs.state == Delivery::Sending {
                    // On its way in that tab, and nobody here hears when that tab is closed.
                    theirs.state = Delivery::Queued;
                }
                self.sends.insert(at, theirs);
                at += 1;
            }
        }
    }

    /// The room is gone; the texts stay until their author discards them.
    pub fn forget_room(&mut self, room: RoomId) {
        for send in self.sends.iter_mut().filter(|send| send.room_id == room) {
            send.state = Delivery::Refused {
                reason: "The room was deleted.".to_owned(),
            };
        }
    }

    fn find(&mut self, client_id: &str) -> Option<&mut Pending> {
        self.sends
            .iter_mut()
            .find(|send| send.client_id == client_id)
    }

    fn set(&mut self, client_id: &str, state: Delivery) {
        if let Some(send) = self.find(client_id) {
            send.state = state;
        }
    }

    fn settle(&mut self, client_id: &str) -> Option<Pending> {
        let at = self
            .sends
            .iter()
            .position(|send| send.client_id == client_id)?;
        let send = self.sends.remove(at);
        if self.settled.len() == SETTLED {
            self.settled.remove(0);
        }
        self.settled.push(send.client_id.clone());
        Some(send)
    }
}
