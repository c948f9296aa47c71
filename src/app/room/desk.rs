//! What the parts of the island share: one record, and a handle to each value in it.

use super::link::Order;
use super::live;
use crate::app::browser::clock;
use futures::channel::mpsc::Sender;
use leptos::prelude::*;
use parlour_client::announcer::Announcer;
use parlour_client::by_room::{ByRoom, Rooms};
use parlour_client::connection::{Banner, Connection};
use parlour_client::drafts::{Drafts, Edits};
use parlour_client::namesakes::Namesakes;
use parlour_client::outbox::Outbox;
use parlour_client::presence::{Presence, TypingSignal};
use parlour_client::read_marks::ReadMarks;
use parlour_client::shelf::{Open, Shelf, Shelved};
use parlour_client::spots::{Spots, View};
use parlour_client::timeline::{Timeline, Zone, utc};
use parlour_protocol::{
    ClientFrame, History, Number, Place, Room, RoomEntry, RoomId, Seq, User, UserId,
};
use std::sync::{Arc, RwLock};

/// A modal that can be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Make a room.
    NewRoom,
    /// Give oneself a name, the first or another.
    Name,
    /// Delete the open room?
    DeleteRoom,
    /// Delete this message?
    DeleteMessage(Number),
}

/// Everything the island holds, each value under a lock of its own.
pub struct Memory {
    me: RwLock<Option<User>>,
    rooms: RwLock<Vec<RoomEntry>>,
    open: RwLock<Option<Open>>,
    timeline: RwLock<Timeline>,
    presence: RwLock<Presence>,
    outbox: RwLock<Outbox>,
    connection: RwLock<Connection>,
    now: RwLock<f64>,
    is_local: RwLock<bool>,
    is_hidden: RwLock<bool>,
    dialog: RwLock<Option<Dialog>>,
    notice: RwLock<Option<String>>,
    editing: RwLock<Option<Number>>,
    announcer: RwLock<Announcer>,
    missed: RwLock<usize>,
    loading: RwLock<bool>,
    after_name: RwLock<Option<Dialog>>,
    typed: RwLock<usize>,
    composer_error: RwLock<Option<String>>,
    keeps_outbox: RwLock<bool>,
    keeps_drafts: RwLock<bool>,
    is_held: RwLock<bool>,
    edits: RwLock<Edits>,
    enter_sends: RwLock<bool>,
    reading: RwLock<Option<View>>,
    spots: RwLock<Spots>,
    entry: RwLock<i64>,
    drafts: RwLock<Drafts>,
    typing: RwLock<TypingSignal>,
    shelf: RwLock<Shelf>,
    told: RwLock<Rooms>,
    linked_as: RwLock<Option<UserId>>,
    known_as: RwLock<Option<UserId>>,
    hold_until: RwLock<f64>,
    joined: RwLock<Rooms>,
    syncing: RwLock<ByRoom<Seq>>,
    read: RwLock<ReadMarks>,
    epoch: RwLock<Option<String>>,
    path: RwLock<String>,
    is_naming: RwLock<bool>,
    is_making_room: RwLock<bool>,
    visits: RwLock<u64>,
    turns: RwLock<u64>,
    asked_for_name: RwLock<bool>,
    orders: RwLock<Option<Sender<Order>>>,
}

/// A value that views follow.
pub type Live<T> = live::Live<Memory, T>;

/// A value that only code asks for.
pub type Kept<T> = live::Kept<Memory, T>;

/// The island's state. A handle: copying it copies no state.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Who is looking.
    pub me: Live<Option<User>>,
    /// The sidebar, ordered by name.
    pub rooms: Live<Vec<RoomEntry>>,
    /// The open room; `None` on the welcome screen.
    pub open: Live<Option<Open>>,
    /// The open room's messages.
    pub timeline: Live<Timeline>,
    /// Who is in the open room, who types.
    pub presence: Live<Presence>,
    /// What is sent and not yet stored, of all rooms.
    pub outbox: Live<Outbox>,
    /// The socket's state.
    pub connection: Live<Connection>,
    /// [`now_ms`](crate::app::browser::clock::now_ms), moved once a second while it matters.
    pub now: Live<f64>,
    /// Times are those of the browser's zone; until it is awake they are UTC.
    pub is_local: Live<bool>,
    /// Nobody can see the tab.
    pub is_hidden: Live<bool>,
    /// The modal that is open.
    pub dialog: Live<Option<Dialog>>,
    /// A sentence about something that happened.
    pub notice: Live<Option<String>>,
    /// The message being edited.
    pub editing: Live<Option<Number>>,
    /// New messages below the view.
    pub missed: Live<usize>,
    /// A room or a page of history is on its way.
    pub loading: Live<bool>,
    /// The modal that opens once a name was given.
    pub after_name: Live<Option<Dialog>>,
    /// How many characters are in the composer.
    pub typed: Live<usize>,
    /// What is wrong with the composer's text.
    pub composer_error: Live<Option<String>>,
    /// Whether the browser saved the outbox.
    pub keeps_outbox: Live<bool>,
    /// Whether the browser saved the drafts.
    pub keeps_drafts: Live<bool>,
    /// The server cannot store anything at the moment.
    pub is_held: Live<bool>,
    /// What somebody who does not see the screen was told.
    pub(super) announcer: Kept<Announcer>,
    /// Enter sends, and does not break the line: there is more than fingers to write with.
    pub enter_sends: Live<bool>,
    /// Changes to own messages that are typed and not saved.
    pub(super) edits: Kept<Edits>,
    /// What is in view.
    pub(super) reading: Kept<Option<View>>,
    /// Where one was reading, for each entry of the tab's history.
    pub(super) spots: Kept<Spots>,
    /// The entry that is shown.
    pub(super) entry: Kept<i64>,
    /// Unsent texts.
    pub(super) drafts: Kept<Drafts>,
    /// When to tell others about typing.
    pub(super) typing: Kept<TypingSignal>,
    /// Rooms opened before in this tab.
    pub(super) shelf: Kept<Shelf>,
    /// Rooms that came or went since the list of rooms was asked for.
    pub(super) told: Kept<Rooms>,
    /// Who this tab was when the socket was opened.
    pub(super) linked_as: Kept<Option<UserId>>,
    /// Who the server says this tab is on this socket; `None` until it has.
    pub(super) known_as: Kept<Option<UserId>>,
    /// Nothing is sent before this moment.
    pub(super) hold_until: Kept<f64>,
    /// Rooms this socket has joined.
    pub(super) joined: Kept<Rooms>,
    /// The sync each room has under way.
    pub(super) syncing: Kept<ByRoom<Seq>>,
    /// How far each room was read.
    pub(super) read: Kept<ReadMarks>,
    /// The database's epoch, once the server has told.
    pub(super) epoch: Kept<Option<String>>,
    /// The path that is shown; another one in the address means that back or forward was used.
    pub(super) path: Kept<String>,
    /// A name is being given: one click, one guest.
    pub(super) is_naming: Kept<bool>,
    /// A room is being made: one click, one room.
    pub(super) is_making_room: Kept<bool>,
    /// Counts visits, so that a late answer to one that was given up is dropped.
    pub(super) visits: Kept<u64>,
    /// Counts what was shown, so that a late answer for a room left behind is dropped.
    pub(super) turns: Kept<u64>,
    /// Whether the name was asked for already in this tab.
    pub(super) asked_for_name: Kept<bool>,
    /// To the task that owns the socket.
    pub(super) orders: Kept<Option<Sender<Order>>>,
}

impl Desk {
    /// The state a page starts with. Nothing is live in it until somebody keeps its connection.
    pub fn new(place: Place) -> Self {
        let (open, timeline, presence) = match place.open {
            Some(room) => {
                let shelved = Shelved::from(room);
                (Some(shelved.open), shelved.timeline, shelved.presence)
            }
            None => (None, Timeline::new(History::default()), Presence::default()),
        };
        let mut announcer = Announcer::default();
        announcer.enter(timeline.seq());
        let memory = StoredValue::new(Arc::new(Memory {
            me: RwLock::new(place.me),
            rooms: RwLock::new(place.rooms),
            open: RwLock::new(open),
            timeline: RwLock::new(timeline),
            presence: RwLock::new(presence),
            outbox: RwLock::new(Outbox::default()),
            connection: RwLock::new(Connection::absent()),
            now: RwLock::new(0.0),
            is_local: RwLock::new(false),
            is_hidden: RwLock::new(false),
            dialog: RwLock::new(None),
            notice: RwLock::new(None),
            editing: RwLock::new(None),
            announcer: RwLock::new(announcer),
            missed: RwLock::new(0),
            loading: RwLock::new(false),
            after_name: RwLock::new(None),
            typed: RwLock::new(0),
            composer_error: RwLock::new(None),
            keeps_outbox: RwLock::new(true),
            keeps_drafts: RwLock::new(true),
            is_held: RwLock::new(false),
            edits: RwLock::new(Edits::default()),
            enter_sends: RwLock::new(false),
            reading: RwLock::new(None),
            spots: RwLock::new(Spots::default()),
            entry: RwLock::new(0),
            drafts: RwLock::new(Drafts::default()),
            typing: RwLock::new(TypingSignal::default()),
            shelf: RwLock::new(Shelf::default()),
            told: RwLock::new(Rooms::default()),
            linked_as: RwLock::new(None),
            known_as: RwLock::new(None),
            hold_until: RwLock::new(0.0),
            joined: RwLock::new(Rooms::default()),
            syncing: RwLock::new(ByRoom::default()),
            read: RwLock::new(ReadMarks::default()),
            epoch: RwLock::new(None),
            path: RwLock::new(String::new()),
            is_naming: RwLock::new(false),
            is_making_room: RwLock::new(false),
            visits: RwLock::new(0),
            turns: RwLock::new(0),
            asked_for_name: RwLock::new(false),
            orders: RwLock::new(None),
        }));
        Self {
            me: Live::new(memory, |memory| &memory.me),
            rooms: Live::new(memory, |memory| &memory.rooms),
            open: Live::new(memory, |memory| &memory.open),
            timeline: Live::new(memory, |memory| &memory.timeline),
            presence: Live::new(memory, |memory| &memory.presence),
            outbox: Live::new(memory, |memory| &memory.outbox),
            connection: Live::new(memory, |memory| &memory.connection),
            now: Live::new(memory, |memory| &memory.now),
            is_local: Live::new(memory, |memory| &memory.is_local),
            is_hidden: Live::new(memory, |memory| &memory.is_hidden),
            dialog: Live::new(memory, |memory| &memory.dialog),
            notice: Live::new(memory, |memory| &memory.notice),
            editing: Live::new(memory, |memory| &memory.editing),
            missed: Live::new(memory, |memory| &memory.missed),
            loading: Live::new(memory, |memory| &memory.loading),
            after_name: Live::new(memory, |memory| &memory.after_name),
            typed: Live::new(memory, |memory| &memory.typed),
            composer_error: Live::new(memory, |memory| &memory.composer_error),
            keeps_outbox: Live::new(memory, |memory| &memory.keeps_outbox),
            keeps_drafts: Live::new(memory, |memory| &memory.keeps_drafts),
            is_held: Live::new(memory, |memory| &memory.is_held),
            announcer: Kept::new(memory, |memory| &memory.announcer),
            enter_sends: Live::new(memory, |memory| &memory.enter_sends),
            edits: Kept::new(memory, |memory| &memory.edits),
            reading: Kept::new(memory, |memory| &memory.reading),
            spots: Kept::new(memory, |memory| &memory.spots),
            entry: Kept::new(memory, |memory| &memory.entry),
            drafts: Kept::new(memory, |memory| &memory.drafts),
            typing: Kept::new(memory, |memory| &memory.typing),
            shelf: Kept::new(memory, |memory| &memory.shelf),
            told: Kept::new(memory, |memory| &memory.told),
            linked_as: Kept::new(memory, |memory| &memory.linked_as),
            known_as: Kept::new(memory, |memory| &memory.known_as),
            hold_until: Kept::new(memory, |memory| &memory.hold_until),
            joined: Kept::new(memory, |memory| &memory.joined),
            syncing: Kept::new(memory, |memory| &memory.syncing),
            read: Kept::new(memory, |memory| &memory.read),
            epoch: Kept::new(memory, |memory| &memory.epoch),
            path: Kept::new(memory, |memory| &memory.path),
            is_naming: Kept::new(memory, |memory| &memory.is_naming),
            is_making_room: Kept::new(memory, |memory| &memory.is_making_room),
            visits: Kept::new(memory, |memory| &memory.visits),
            turns: Kept::new(memory, |memory| &memory.turns),
            asked_for_name: Kept::new(memory, |memory| &memory.asked_for_name),
            orders: Kept::new(memory, |memory| &memory.orders),
        }
    }

    /// The desk of the island this component is in.
    pub fn here() -> Self {
        expect_context::<Self>()
    }

    /// Who is looking, by id.
    pub fn my_id(self) -> Option<UserId> {
        self.me.with(|me| me.as_ref().map(|me| me.id))
    }

    /// The same, without becoming dependent on it.
    pub fn my_id_now(self) -> Option<UserId> {
        self.me.with_untracked(|me| me.as_ref().map(|me| me.id))
    }

    /// This person's id, once the server has said that this socket is theirs.
    pub fn known_now(self) -> Option<UserId> {
        let known = self.known_as.get_value();
        known.filter(|known| self.my_id_now() == Some(*known))
    }

    /// Whether this socket is in the room.
    pub fn is_in(self, room: RoomId) -> bool {
        self.joined.with_value(|joined| joined.contains(room))
    }

    /// The open room's id.
    pub fn open_id(self) -> Option<RoomId> {
        self.open
            .with(|open| open.as_ref().map(|open| open.room.id))
    }

    /// The same, without becoming dependent on it.
    pub fn open_id_now(self) -> Option<RoomId> {
        self.open
            .with_untracked(|open| open.as_ref().map(|open| open.room.id))
    }

    /// The open room.
    pub fn room(self) -> Option<Room> {
        self.open
            .with(|open| open.as_ref().map(|open| open.room.clone()))
    }

    /// The zone that times are written in.
    pub fn zone(self) -> Zone {
        if self.is_local.get() {
            clock::offset_minutes
        } else {
            utc
        }
    }

    /// Who of those that are here, or wrote what is shown, has to be told from somebody else.
    pub fn namesakes(self) -> Namesakes {
        self.timeline.with(|timeline| {
            self.presence
                .with(|presence| presence.namesakes(timeline.authors()))
        })
    }

    /// What is shown of the connection.
    pub fn banner(self) -> Banner {
        let now = self.now.get();
        self.connection.with(|connection| connection.banner(now))
    }

    /// Says something to the server, if it can hear. What must not be lost is in the outbox.
    pub fn say(self, frame: ClientFrame) {
        self.order(Order::Say(frame));
    }

    /// Gives the socket's task an order.
    pub fn order(self, order: Order) {
        self.orders.update_value(|orders| {
            // A full queue means that nothing has been sent for long: the task notices that itself.
            let _ = orders.as_mut().map(|orders| orders.try_send(order));
        });
    }

    /// Shows a sentence for a few seconds.
    pub fn tell(self, sentence: impl Into<String>) {
        let sentence = sentence.into();
        self.notice.set(Some(sentence.clone()));
        leptos::task::spawn_local(async move {
            clock::sleep(6_000).await;
            if self
                .notice
                .with_untracked(|shown| shown.as_ref() == Some(&sentence))
            {
                self.notice.set(None);
            }
        });
    }
}
