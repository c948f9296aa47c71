//! What the parts of the island share: the state in signals, and how to reach it.

use super::link::Order;
use crate::app::state::connection::Connection;
use crate::app::state::drafts::Drafts;
use crate::app::state::outbox::Outbox;
use crate::app::state::presence::{Presence, TypingSignal};
use crate::app::state::timeline::Timeline;
use futures::channel::mpsc::Sender;
use leptos::html::{Div, Textarea};
use leptos::prelude::*;
use parlour_protocol::{
    ClientFrame, History, Number, OpenRoom, Place, Room, RoomEntry, RoomId, Seq, User, UserId,
};
use std::collections::{HashMap, HashSet};

/// The room that is open, without what changes with every message.
#[derive(Clone, Debug, PartialEq)]
pub struct Open {
    /// The room.
    pub room: Room,
    /// Whether this person may delete it.
    pub may_delete: bool,
    /// The message a permalink points at.
    pub marked: Option<Number>,
}

/// A room that was open before in this tab: still live, shown again at once.
pub struct Shelved {
    /// Which.
    pub open: Open,
    /// Its messages, kept up to date by the socket.
    pub timeline: Timeline,
    /// Who is there.
    pub presence: Presence,
}

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

/// The island's state. A handle: copying it copies no state.
#[derive(Clone, Copy)]
pub struct Desk {
    /// Who is looking.
    pub me: RwSignal<Option<User>>,
    /// The sidebar, ordered by name.
    pub rooms: RwSignal<Vec<RoomEntry>>,
    /// The open room; `None` on the welcome screen.
    pub open: RwSignal<Option<Open>>,
    /// The open room's messages.
    pub timeline: RwSignal<Timeline>,
    /// Who is in the open room, who types.
    pub presence: RwSignal<Presence>,
    /// What is sent and not yet stored, of all rooms.
    pub outbox: RwSignal<Outbox>,
    /// The socket's state.
    pub connection: RwSignal<Connection>,
    /// The browser's clock, moved once a second while it matters.
    pub now: RwSignal<f64>,
    /// Minutes east of UTC; 0 until the browser has said.
    pub offset: RwSignal<i32>,
    /// The modal that is open.
    pub dialog: RwSignal<Option<Dialog>>,
    /// A sentence about something that happened.
    pub notice: RwSignal<Option<String>>,
    /// The message being edited.
    pub editing: RwSignal<Option<Number>>,
    /// New messages below the view.
    pub missed: RwSignal<usize>,
    /// A room or a page of history is on its way.
    pub loading: RwSignal<bool>,
    /// The modal that opens once a name was given.
    pub after_name: RwSignal<Option<Dialog>>,
    /// The messages' scroller.
    pub scroller: NodeRef<Div>,
    /// The composer's text field.
    pub composer: NodeRef<Textarea>,
    /// How many characters are in the composer.
    pub typed: RwSignal<usize>,
    /// What is wrong with the composer's text.
    pub composer_error: RwSignal<Option<String>>,
    /// Unsent texts.
    pub(super) drafts: StoredValue<Drafts>,
    /// When to tell others about typing.
    pub(super) typing: StoredValue<TypingSignal>,
    /// Rooms opened before in this tab.
    pub(super) shelf: StoredValue<HashMap<RoomId, Shelved>>,
    /// Rooms this socket has joined.
    pub(super) joined: StoredValue<HashSet<RoomId>>,
    /// The sync each room has under way.
    pub(super) syncing: StoredValue<HashMap<RoomId, Seq>>,
    /// How far each room was told as read.
    pub(super) read: StoredValue<HashMap<RoomId, Seq>>,
    /// The database's epoch, once the server has told.
    pub(super) epoch: StoredValue<Option<String>>,
    /// Counts visits, so that a late answer for a room left behind is dropped.
    pub(super) visits: StoredValue<u64>,
    /// Whether the name was asked for already in this tab.
    pub(super) asked_for_name: StoredValue<bool>,
    /// To the task that owns the socket.
    pub(super) orders: StoredValue<Option<Sender<Order>>>,
}

impl Desk {
    /// The state a page starts with, and the key its composer has without script.
    pub fn new(place: Place) -> Self {
        let (open, timeline, presence) = match place.open {
            Some(room) => {
                let shelved = Shelved::new(room);
                (Some(shelved.open), shelved.timeline, shelved.presence)
            }
            None => (None, Timeline::new(History::default()), Presence::default()),
        };
        Self {
            me: RwSignal::new(place.me),
            rooms: RwSignal::new(place.rooms),
            open: RwSignal::new(open),
            timeline: RwSignal::new(timeline),
            presence: RwSignal::new(presence),
            outbox: RwSignal::new(Outbox::default()),
            connection: RwSignal::new(Connection::new()),
            now: RwSignal::new(0.0),
            offset: RwSignal::new(0),
            dialog: RwSignal::new(None),
            notice: RwSignal::new(None),
            editing: RwSignal::new(None),
            missed: RwSignal::new(0),
            loading: RwSignal::new(false),
            after_name: RwSignal::new(None),
            scroller: NodeRef::new(),
            composer: NodeRef::new(),
            typed: RwSignal::new(0),
            composer_error: RwSignal::new(None),
            drafts: StoredValue::new(Drafts::default()),
            typing: StoredValue::new(TypingSignal::default()),
            shelf: StoredValue::new(HashMap::new()),
            joined: StoredValue::new(HashSet::new()),
            syncing: StoredValue::new(HashMap::new()),
            read: StoredValue::new(HashMap::new()),
            epoch: StoredValue::new(None),
            visits: StoredValue::new(0),
            asked_for_name: StoredValue::new(false),
            orders: StoredValue::new(None),
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
            crate::app::browser::clock::sleep(6_000).await;
            if self
                .notice
                .with_untracked(|shown| shown.as_ref() == Some(&sentence))
            {
                self.notice.set(None);
            }
        });
    }
}

impl Shelved {
    /// A room as the server gave it.
    pub fn new(room: OpenRoom) -> Self {
        let mut presence = Presence::default();
        presence.set_roster(room.roster);
        Self {
            open: Open {
                room: room.room,
                may_delete: room.may_delete,
                marked: room.marked,
            },
            timeline: Timeline::new(room.history),
            presence,
        }
    }
}
