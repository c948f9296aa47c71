//! The outbox: what this person sent and the server has not acknowledged yet.
//!
//! *Invariant:* a send keeps its idempotency key and its place until the server acknowledged it or its author
//! discarded it; in each room at most one is on its way, so that they arrive in order. Sending one twice is
//! harmless: the server knows it by its key.
//!
//! Several tabs share one store. Each holds everything, and takes in what the others stored
//! ([`Outbox::merge`], [`Outbox::settle_json`]) before it changes anything; any tab that is open
//! sends.

#[cfg(test)]
mod tests;

use parlour_protocol::json::{Fields, FromJson, Json, Writer};
use parlour_protocol::{Number, RoomId, UserId};

/// How many settled keys are remembered, so that another tab's older copy does not bring them back.
/// One that is forgotten goes once more, and is answered by the message it became.
const SETTLED: usize = 64;

/// A message on its way.
#[derive(Clone, Debug, PartialEq)]
pub struct Pending {
    /// The idempotency key it is sent with, every time.
    pub client_id: String,
    /// The room to post in.
    pub room_id: RoomId,
    /// The text of the message.
    pub content: String,
    /// The number of the message it replies to.
    pub reply_to: Option<Number>,
    /// Who wrote it; with `None` it is whoever is here when it is sent.
    pub author: Option<UserId>,
    /// How often its author had it tried again after a refusal: of two tabs' copies the one with
    /// more knows more.
    pub tries: u32,
    /// How far it has come.
    pub state: Delivery,
}

impl Pending {
    /// Of two copies the one with more of this is the later one.
    fn age(&self) -> (u32, bool) {
        (self.tries, self.is_refused())
    }

    /// Whether the server will not have it.
    pub fn is_refused(&self) -> bool {
        matches!(self.state, Delivery::Refused { .. })
    }
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
impl FromJson for Pending {
    fn from_json(json: Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let pending = Self {
            client_id: fields.text("client_id"),
            room_id: RoomId(fields.number("room_id")),
            content: fields.text("content"),
            reply_to: fields.maybe_number("reply_to").map(Number),
            author: fields.maybe_number("author").map(UserId),
            tries: u32::try_from(fields.maybe_number("tries").unwrap_or(0)).ok()?,
            state: match fields.maybe_text("refused") {
                Some(reason) => Delivery::Refused { reason },
                None => Delivery::Queued,
            },
        };
        fields.done(pending)
    }
}

impl Pending {
    fn write(&self, writer: &mut Writer) {
        let refused = match &self.state {
            Delivery::Refused { reason } => Some(reason.as_str()),
            Delivery::Queued | Delivery::Sending => None,
        };
        writer.open('{').key("client_id").text(&self.client_id);
        writer.key("room_id").number(self.room_id.0);
        writer.key("content").text(&self.content);
        let reply_to = self.reply_to.map(|number| number.0);
        let author = self.author.map(|author| author.0);
        writer.key("reply_to").maybe_number(reply_to);
        writer.key("author").maybe_number(author);
        writer.key("tries").number(i64::from(self.tries));
        writer.key("refused").maybe_text(refused).close('}');
    }
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
        for pending in Vec::from_text(text).unwrap_or_default() {
            outbox.queue(pending);
        }
        outbox
    }

    /// To be stored after every change.
    pub fn to_json(&self) -> String {
        let mut writer = Writer::new();
        writer.open('[');
        self.sends.iter().for_each(|send| send.write(&mut writer));
        writer.close(']');
        writer.into_text()
    }

    /// The keys that were settled lately, to be stored beside the sends.
    pub fn settled_json(&self) -> String {
        let mut writer = Writer::new();
        writer.open('[');
        for key in &self.settled {
            writer.text(key);
        }
        writer.close(']');
        writer.into_text()
    }

    /// Settles here what another tab has settled, from its [`Outbox::settled_json`].
    pub fn settle_json(&mut self, text: &str) {
        for key in Vec::from_text(text).unwrap_or_default() {
            self.settle(key);
        }
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

    /// Refused sends to rooms that are not among these: nobody would see them in a room any more.
    pub fn outside(&self, rooms: &[RoomId]) -> Vec<Pending> {
        let is_outside = |send: &&Pending| send.is_refused() && !rooms.contains(&send.room_id);
        self.sends.iter().filter(is_outside).cloned().collect()
    }

    /// How many are still to be sent, of all rooms.
    pub fn waiting(&self) -> usize {
        self.sends.iter().filter(|send| !send.is_refused()).count()
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
            if !send.is_refused() && !rooms.contains(&send.room_id) {
                rooms.push(send.room_id);
            }
        }
        rooms
    }

    /// The next send of every room in which nothing is on its way, without those that have to wait (`busy`); they
    /// are on their way now.
    pub fn next_to_send(&mut self, mut busy: Vec<RoomId>) -> Vec<Pending> {
        let under_way = self.sends.iter();
        let under_way = under_way.filter(|send| send.state == Delivery::Sending);
        busy.extend(under_way.map(|send| send.room_id));
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

    /// Who is here now, and whom they were: what somebody else wrote in this browser is not sent in their name.
    pub fn belong_to(&mut self, mine: &[UserId]) {
        for send in &mut self.sends {
            send.author = send.author.or(mine.first().copied());
            if !send.author.is_some_and(|author| mine.contains(&author)) && !send.is_refused() {
                send.state = Delivery::Refused {
                    reason: "You were somebody else when you wrote this.".to_owned(),
                };
            }
        }
    }

    /// The server stored it: a message with this key came. False when it was not ours.
    pub fn acknowledge(&mut self, client_id: &str) -> bool {
        self.discard(client_id).is_some()
    }

    /// The server will not have it. The next ones of its room go on.
    pub fn refuse(&mut self, client_id: &str, reason: String) {
        if let Some(send) = self.find(client_id) {
            send.state = Delivery::Refused { reason };
        }
    }

    /// Not now (`rate_limited`, `overloaded`): it stays first in its room.
    pub fn postpone(&mut self, client_id: &str) {
        if let Some(send) = self.find(client_id)
            && send.state == Delivery::Sending
        {
            send.state = Delivery::Queued;
        }
    }

    /// Nobody knows whether what was on its way arrived, so it goes again: the socket is gone, or
    /// the answer is late.
    pub fn connection_lost(&mut self) {
        for send in &mut self.sends {
            if send.state == Delivery::Sending {
                send.state = Delivery::Queued;
            }
        }
    }

    /// Its author, as who they are now, wants a refused one to be tried again.
    pub fn retry(&mut self, client_id: &str) {
        if let Some(send) = self.find(client_id)
            && send.is_refused()
        {
            send.state = Delivery::Queued;
            send.author = None;
            send.tries += 1;
        }
    }

    /// Its author gives it up; answers what it was.
    pub fn discard(&mut self, client_id: &str) -> Option<Pending> {
        self.get(client_id)?;
        self.settle(client_id.to_owned())
    }

    /// Whether nothing is pending or refused anywhere.
    pub fn is_empty(&self) -> bool {
        self.sends.is_empty()
    }

    /// Takes in another tab's copy of the store. Of what is in both the later state counts; what is
    /// only there goes where it stands there; what was settled here stays away. True when the store
    /// has to be written again, because the copy lacks something or is out of date.
    pub fn merge(&mut self, other: Outbox) -> bool {
        let place = |sends: &[Pending], key: &str| sends.iter().position(|s| s.client_id == key);
        let is_theirs = |ours: &Pending| place(&other.sends, &ours.client_id).is_some();
        let are_related = self.sends.iter().any(is_theirs);
        let mut is_ahead = !self.sends.iter().all(is_theirs);
        // Two copies with nothing in common have no order between them: ours come first.
        let mut at = if are_related { 0 } else { self.sends.len() };
        for mut theirs in other.sends {
            if theirs.state == Delivery::Sending {
                // On its way in that tab, and nobody here hears when that tab is closed.
                theirs.state = Delivery::Queued;
            }
            if let Some(found) = place(&self.sends, &theirs.client_id) {
                at = at.max(found + 1);
                let ours = &mut self.sends[found];
                is_ahead |= theirs.age() < ours.age();
                if theirs.age() > ours.age() {
                    *ours = theirs;
                }
            } else if self.settled.contains(&theirs.client_id) {
                is_ahead = true;
            } else {
                self.sends.insert(at, theirs);
                at += 1;
            }
        }
        is_ahead
    }

    /// The room is gone; the texts stay until their author discards them.
    pub fn forget_room(&mut self, room: RoomId, reason: &str) {
        for send in self.sends.iter_mut().filter(|send| send.room_id == room) {
            send.state = Delivery::Refused {
                reason: reason.to_owned(),
            };
        }
    }

    fn find(&mut self, client_id: &str) -> Option<&mut Pending> {
        self.sends
            .iter_mut()
            .find(|send| send.client_id == client_id)
    }

    /// This key is done with, whether a send has it here or not.
    fn settle(&mut self, key: String) -> Option<Pending> {
        let at = self.sends.iter().position(|send| send.client_id == key);
        if !self.settled.contains(&key) {
            if self.settled.len() == SETTLED {
                self.settled.remove(0);
            }
            self.settled.push(key);
        }
        at.map(|at| self.sends.remove(at))
    }
}
