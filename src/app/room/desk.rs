//! What the parts of the island share: the state in signals, and how to reach it.

use super::link::Order;
use crate::app::state::connection::{Banner, Connection};
use crate::app::state::drafts::Drafts;
use crate::app::state::outbox::Outbox;
use crate::app::state::presence::{Presence, TypingSignal};
use crate::app::state::shelf::{Open, Shelf, Shelved};
use crate::app::state::timeline::Timeline;
use futures::channel::mpsc::Sender;
use leptos::html::{Div, Textarea};
use leptos::prelude::*;
use parlour_protocol::{
    ClientFrame, History, Number, Place, Room, RoomEntry, RoomId, Seq, User, UserId,
};
use std::collections::{HashMap, HashSet};

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
    /// [`now_ms`](crate::app::browser::clock::now_ms), moved once a second while it matters.
    pub now: RwSignal<f64>,
    /// Minutes east of UTC now; unknown until the browser has said.
    pub offset: RwSignal<Option<i32>>,
    /// The modal that is open.
    pub dialog: RwSignal<Option<Dialog>>,
    /// A sentence about something that happened.
    pub notice: RwSignal<Option<String>>,
    /// The message being edited.
    pub editing: RwSignal<Option<Number>>,
    /// What somebody who does not see the screen is told: the newest message of somebody else.
    pub announced: RwSignal<String>,
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
    /// Whether the browser saved the outbox.
    pub keeps_outbox: RwSignal<bool>,
    /// Whether the browser saved the drafts.
    pub keeps_drafts: RwSignal<bool>,
    /// The server cannot store anything at the moment.
    pub is_held: RwSignal<bool>,
    /// What the edit form holds; the form itself may be drawn anew at any time.
    pub(super) edit_text: StoredValue<String>,
    /// Unsent texts.
    pub(super) drafts: StoredValue<Drafts>,
    /// When to tell others about typing.
    pub(super) typing: StoredValue<TypingSignal>,
    /// Rooms opened before in this tab.
    pub(super) shelf: StoredValue<Shelf>,
    /// Rooms that came or went since the list of rooms was asked for.
    pub(super) told: StoredValue<HashSet<RoomId>>,
    /// Who this tab was when the socket was opened.
    pub(super) linked_as: StoredValue<Option<UserId>>,
    /// Who the server says this tab is on this socket; `None` until it has.
    pub(super) known_as: StoredValue<Option<UserId>>,
    /// Nothing is sent before this moment.
    pub(super) hold_until: StoredValue<f64>,
    /// Rooms this socket has joined.
    pub(super) joined: StoredValue<HashSet<RoomId>>,
    /// The sync each room has under way.
    pub(super) syncing: StoredValue<HashMap<RoomId, Seq>>,
    /// How far each room was told as read.
    pub(super) read: StoredValue<HashMap<RoomId, Seq>>,
    /// The database's epoch, once the server has told.
    pub(super) epoch: StoredValue<Option<String>>,
    /// The path that is shown; another one in the address means that back or forward was used.
    pub(super) path: StoredValue<String>,
    /// A name is being given: one click, one guest.
    pub(super) is_naming: StoredValue<bool>,
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
                let shelved = Shelved::from(room);
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
            offset: RwSignal::new(None),
            dialog: RwSignal::new(None),
            notice: RwSignal::new(None),
            editing: RwSignal::new(None),
            announced: RwSignal::new(String::new()),
            missed: RwSignal::new(0),
            loading: RwSignal::new(false),
            after_name: RwSignal::new(None),
            scroller: NodeRef::new(),
            composer: NodeRef::new(),
            typed: RwSignal::new(0),
            composer_error: RwSignal::new(None),
            keeps_outbox: RwSignal::new(true),
            keeps_drafts: RwSignal::new(true),
            is_held: RwSignal::new(false),
            edit_text: StoredValue::new(String::new()),
            drafts: StoredValue::new(Drafts::default()),
            typing: StoredValue::new(TypingSignal::default()),
            shelf: StoredValue::new(Shelf::default()),
            told: StoredValue::new(HashSet::new()),
            linked_as: StoredValue::new(None),
            known_as: StoredValue::new(None),
            hold_until: StoredValue::new(0.0),
            joined: StoredValue::new(HashSet::new()),
            syncing: StoredValue::new(HashMap::new()),
            read: StoredValue::new(HashMap::new()),
            epoch: StoredValue::new(None),
            path: StoredValue::new(String::new()),
            is_naming: StoredValue::new(false),
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

    /// The same, without becoming dependent on it.
    pub fn my_id_now(self) -> Option<UserId> {
        self.me.with_untracked(|me| me.as_ref().map(|me| me.id))
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
