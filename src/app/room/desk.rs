//! What the parts of the island share: the session, what the island itself keeps beside it, and a handle to both.
//!
//! A signal of Leptos's own brings its reactive code once for every type of value. These share one: the values lie
//! in one record, and what is reactive about a part of it is a trigger that knows no type.
//!
//! *Invariant:* nothing is changed while it is looked at, and who follows a part is told after the change.

use crate::app::browser::clock;
use leptos::prelude::*;
use parlour_client::connection::{Banner, Connection};
use parlour_client::namesakes::Namesakes;
use parlour_client::outbox::Outbox;
use parlour_client::presence::Presence;
use parlour_client::room_cache::Open;
use parlour_client::scroll_position::View;
use parlour_client::session::{Part, Parts, Session, Storage};
use parlour_client::timeline::{Timeline, Zone, utc};
use parlour_protocol::{Number, Place, Room, RoomEntry, RoomId, User, UserId};
use std::sync::{Arc, PoisonError, RwLock};

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

/// What the island keeps beside the session: what only the browser knows.
#[derive(Default)]
pub struct Screen {
    /// Times are those of the browser's zone; until it is awake they are UTC.
    is_local: bool,
    /// Nobody can see the tab.
    is_hidden: bool,
    /// Enter sends, and does not break the line: there is more than fingers to write with.
    enter_sends: bool,
    dialog: Option<Dialog>,
    notice: Option<String>,
    /// The modal that opens once a name was given.
    pub(super) after_name: Option<Dialog>,
    /// What is in view.
    pub(super) reading: Option<View>,
    /// A form is on its way: one click, one guest, and one room.
    pub(super) is_sending: bool,
}

/// All that is kept.
pub struct Held {
    /// Everything the tab knows and decides.
    pub session: Session,
    /// What only the browser knows.
    pub screen: Screen,
}

/// A part of the screen that views follow; behind those of the session.
#[derive(Clone, Copy)]
enum Follow {
    Zone = Part::ALL.len() as isize,
    Hidden,
    Keys,
    Dialog,
    Notice,
}

/// How many parts can be followed.
const FOLLOWED: usize = Follow::Notice as usize + 1;

struct Memory {
    held: RwLock<Held>,
    changed: [ArcTrigger; FOLLOWED],
}

/// The island's state. A handle: copying it copies no state.
#[derive(Clone, Copy)]
pub struct Desk(StoredValue<Arc<Memory>>);

/// A value that views follow.
pub struct Live<T: 'static> {
    desk: Desk,
    part: usize,
    value: fn(&Held) -> &T,
}

impl<T> Clone for Live<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Live<T> {}

impl<T> Live<T> {
    /// Looks at it; who does so in a view or an effect is called again when it changes.
    pub fn with<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.desk.follow(self.part);
        self.with_untracked(look)
    }

    /// The same, without becoming dependent on it.
    pub fn with_untracked<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.desk.look(|held| look((self.value)(held)))
    }

    /// A copy of it, as [`Live::with`].
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// A copy of it, as [`Live::with_untracked`].
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }
}

impl Desk {
    /// The state a page starts with. Nothing is live in it until somebody drives its session.
    pub fn new(place: Place, storage: Box<dyn Storage + Send + Sync>) -> Self {
        let held = Held {
            session: Session::new(place, storage),
            screen: Screen::default(),
        };
        Self(StoredValue::new(Arc::new(Memory {
            held: RwLock::new(held),
            changed: [(); FOLLOWED].map(|()| ArcTrigger::new()),
        })))
    }

    /// The desk of the island this component is in.
    pub fn here() -> Self {
        expect_context::<Self>()
    }

    /// Looks at what is kept, without following it.
    pub fn look<R>(self, look: impl FnOnce(&Held) -> R) -> R {
        let memory = self.0.get_value();
        let held = memory.held.read();
        look(&held.unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes it; nobody is told.
    pub fn change<R>(self, change: impl FnOnce(&mut Held) -> R) -> R {
        let memory = self.0.get_value();
        let held = memory.held.write();
        change(&mut held.unwrap_or_else(PoisonError::into_inner))
    }

    /// Tells who follows these parts of the session.
    pub fn tell_changed(self, parts: Parts) {
        for part in Part::ALL {
            if parts.has(part) {
                self.notify(part as usize);
            }
        }
    }

    /// Who is looking.
    pub fn me(self) -> Live<Option<User>> {
        self.live(Part::Me, |held| held.session.me())
    }

    /// The sidebar, ordered by name.
    pub fn rooms(self) -> Live<Vec<RoomEntry>> {
        self.live(Part::Rooms, |held| held.session.rooms())
    }

    /// The open room; `None` on the welcome screen.
    pub fn open(self) -> Live<Option<Open>> {
        self.live(Part::Open, |held| held.session.open())
    }

    /// The open room's messages.
    pub fn timeline(self) -> Live<Timeline> {
        self.live(Part::Timeline, |held| held.session.timeline())
    }

    /// Who is in the open room, who types.
    pub fn presence(self) -> Live<Presence> {
        self.live(Part::Presence, |held| held.session.presence())
    }

    /// What is sent and not yet stored, of all rooms.
    pub fn outbox(self) -> Live<Outbox> {
        self.live(Part::Outbox, |held| held.session.outbox())
    }

    /// The socket's state.
    pub fn connection(self) -> Live<Connection> {
        self.live(Part::Connection, |held| held.session.connection())
    }

    /// The message being edited.
    pub fn editing(self) -> Live<Option<Number>> {
        self.live(Part::Editing, |held| held.session.editing())
    }

    /// How many new messages are below the view.
    pub fn missed(self) -> usize {
        self.see(Part::Missed, Session::missed)
    }

    /// Whether a room or a page of history is on its way.
    pub fn is_loading(self) -> bool {
        self.see(Part::Loading, Session::is_loading)
    }

    /// How many characters are in the composer.
    pub fn typed(self) -> usize {
        self.see(Part::Composer, Session::typed_length)
    }

    /// What is wrong with the composer's text.
    pub fn composer_error(self) -> Live<Option<String>> {
        self.live(Part::Composer, |held| held.session.composer_error())
    }

    /// Whether the browser keeps what is not sent yet.
    pub fn keeps(self) -> bool {
        self.see(Part::Outbox, Session::keeps)
    }

    /// Whether the server cannot store anything at the moment.
    pub fn is_held(self) -> bool {
        self.see(Part::Outbox, Session::is_held)
    }

    /// What is shown of the connection.
    pub fn banner(self) -> Banner {
        self.see(Part::Connection, Session::banner)
    }

    /// Nobody can see the tab.
    pub fn is_hidden(self) -> Live<bool> {
        self.kept(Follow::Hidden, |held| &held.screen.is_hidden)
    }

    /// Enter sends, and does not break the line.
    pub fn enter_sends(self) -> Live<bool> {
        self.kept(Follow::Keys, |held| &held.screen.enter_sends)
    }

    /// Times are those of the browser's zone, and not UTC.
    pub fn is_local(self) -> Live<bool> {
        self.kept(Follow::Zone, |held| &held.screen.is_local)
    }

    /// The modal that is open.
    pub fn dialog(self) -> Live<Option<Dialog>> {
        self.kept(Follow::Dialog, |held| &held.screen.dialog)
    }

    /// A sentence about something that happened.
    pub fn notice(self) -> Live<Option<String>> {
        self.kept(Follow::Notice, |held| &held.screen.notice)
    }

    /// Opens a modal in place of the one that is open, or none.
    pub fn show_dialog(self, dialog: Option<Dialog>) {
        self.change(|held| held.screen.dialog = dialog);
        self.notify(Follow::Dialog as usize);
    }

    /// Somebody can see the tab, or nobody.
    pub fn set_hidden(self, is_hidden: bool) {
        self.change(|held| held.screen.is_hidden = is_hidden);
        self.notify(Follow::Hidden as usize);
    }

    /// Enter sends from now on, or breaks the line.
    pub fn set_enter_sends(self, enter_sends: bool) {
        self.change(|held| held.screen.enter_sends = enter_sends);
        self.notify(Follow::Keys as usize);
    }

    /// Times are those of the browser's zone from now on.
    pub fn set_local(self) {
        self.change(|held| held.screen.is_local = true);
        self.notify(Follow::Zone as usize);
    }

    /// Shows a sentence for a few seconds.
    pub fn tell(self, sentence: String) {
        self.show_notice(Some(sentence.clone()));
        leptos::task::spawn_local(async move {
            clock::sleep(6_000).await;
            if self.notice().get_untracked() == Some(sentence) {
                self.show_notice(None);
            }
        });
    }

    fn show_notice(self, sentence: Option<String>) {
        self.change(|held| held.screen.notice = sentence);
        self.notify(Follow::Notice as usize);
    }

    /// Who is looking, by id.
    pub fn my_id(self) -> Option<UserId> {
        self.see(Part::Me, Session::my_id)
    }

    /// The open room's id.
    pub fn open_id(self) -> Option<RoomId> {
        self.see(Part::Open, Session::open_id)
    }

    /// The open room.
    pub fn room(self) -> Option<Room> {
        self.open()
            .with(|open| open.as_ref().map(|open| open.room.clone()))
    }

    /// The zone that times are written in.
    pub fn zone(self) -> Zone {
        if self.is_local().get() {
            clock::offset_minutes
        } else {
            utc
        }
    }

    /// Who of those that are here, or wrote what is shown, has to be told from somebody else.
    pub fn namesakes(self) -> Namesakes {
        self.follow(Part::Presence as usize);
        self.see(Part::Timeline, Session::namesakes)
    }

    /// What the key in the corner of a phone's keyboard says that it does.
    pub fn enter_hint(self) -> String {
        let sends = self.enter_sends().get();
        if sends { "send" } else { "enter" }.to_owned()
    }

    fn see<R>(self, part: Part, look: impl FnOnce(&Session) -> R) -> R {
        self.follow(part as usize);
        self.look(|held| look(&held.session))
    }

    fn live<T>(self, part: Part, value: fn(&Held) -> &T) -> Live<T> {
        let desk = self;
        let part = part as usize;
        Live { desk, part, value }
    }

    fn kept<T>(self, part: Follow, value: fn(&Held) -> &T) -> Live<T> {
        let desk = self;
        let part = part as usize;
        Live { desk, part, value }
    }

    fn follow(self, part: usize) {
        self.0.get_value().changed[part].track();
    }

    fn notify(self, part: usize) {
        self.0.get_value().changed[part].notify();
    }
}
