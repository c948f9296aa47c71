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
use parlour_client::sections::Hidden;
use parlour_client::session::{NewsAbove, Part, Parts, Session, Storage, Undo};
use parlour_client::timeline::{Timeline, Zone, utc};
use parlour_protocol::{Number, Place, ReadOnly, Room, RoomEntry, RoomId, User, UserId};
use std::sync::{Arc, PoisonError, RwLock};

/// A modal that can be open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialog {
    /// Make a room.
    NewRoom,
    /// Give oneself a name, the first or another.
    Name,
    /// Give the open room another name or description.
    ChangeRoom,
    /// Go to a room by a part of its name.
    Find,
    /// Which keys there are.
    Keys,
    /// Somebody's card, of which the screen knows where it is.
    Card,
    /// The same of a thread.
    Thread,
    /// Delete the open room?
    DeleteRoom,
    /// Delete this message?
    DeleteMessage(Number),
}

impl Dialog {
    /// Whether it is about the room that is open, or about a message of it.
    pub fn is_about_room(self) -> bool {
        matches!(
            self,
            Self::ChangeRoom | Self::DeleteRoom | Self::DeleteMessage(_) | Self::Thread
        )
    }
}

/// What the island keeps beside the session: what only the browser knows.
#[derive(Default)]
pub struct Screen {
    /// The day it is in the browser's zone, since 1970; until it is awake there is none, and times are UTC.
    today: Option<i64>,
    /// Nobody can see the tab.
    is_hidden: bool,
    /// Enter sends, and does not break the line: there is more than fingers to write with.
    enter_sends: bool,
    dialog: Option<Dialog>,
    notice: Option<String>,
    /// What that was about can be taken back.
    undo: Option<Undo>,
    /// Unread rooms of the list that are out of view.
    hidden: Hidden,
    /// The modal that opens once a name was given.
    pub(super) after_name: Option<Dialog>,
    /// What is in view.
    pub(super) reading: Option<View>,
    /// The message in which the focus is.
    focused: Option<Number>,
    /// The message at which somebody points.
    pointed: Option<Number>,
    /// The form of that message was opened by a key, and gives the focus back to it.
    pub(super) is_edited_by_key: bool,
    /// Where the card is that was asked for.
    pub(super) card: String,
    /// A form is on its way: one click, one guest, and one room.
    pub(super) is_sending: bool,
}

/// All that is kept.
pub struct State {
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
    Fold,
    At,
}

/// How many parts can be followed.
const FOLLOWED: usize = Follow::At as usize + 1;

struct TrackedState {
    state: RwLock<State>,
    changed: [ArcTrigger; FOLLOWED],
}

/// The island's state. A handle: copying it copies no state.
#[derive(Clone, Copy)]
pub struct ViewModel(StoredValue<Arc<TrackedState>>);

/// A value that views follow.
pub struct Tracked<T: 'static> {
    model: ViewModel,
    part: usize,
    value: fn(&State) -> &T,
}

impl<T> Clone for Tracked<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Tracked<T> {}

impl<T> Tracked<T> {
    /// Looks at it; who does so in a view or an effect is called again when it changes.
    pub fn with<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.model.follow(self.part);
        self.with_untracked(look)
    }

    /// The same, without becoming dependent on it.
    pub fn with_untracked<R>(self, look: impl FnOnce(&T) -> R) -> R {
        self.model.look(|state| look((self.value)(state)))
    }

    /// A copy of it, as [`Tracked::with`].
    pub fn get(self) -> T
    where
        T: Clone,
    {
        self.with(T::clone)
    }

    /// A copy of it, as [`Tracked::with_untracked`].
    pub fn get_untracked(self) -> T
    where
        T: Clone,
    {
        self.with_untracked(T::clone)
    }
}

impl ViewModel {
    /// The state a page starts with. Nothing is live in it until somebody drives its session.
    pub fn new(place: Place, storage: Box<dyn Storage + Send + Sync>) -> Self {
        let state = State {
            session: Session::new(place, storage),
            screen: Screen::default(),
        };
        Self(StoredValue::new(Arc::new(TrackedState {
            state: RwLock::new(state),
            changed: [(); FOLLOWED].map(|()| ArcTrigger::new()),
        })))
    }

    /// The view model of the island this component is in.
    pub fn here() -> Self {
        expect_context::<Self>()
    }

    /// Looks at what is kept, without following it.
    pub fn look<R>(self, look: impl FnOnce(&State) -> R) -> R {
        let tracked = self.0.get_value();
        let state = tracked.state.read();
        look(&state.unwrap_or_else(PoisonError::into_inner))
    }

    /// Changes it; nobody is told.
    pub fn change<R>(self, change: impl FnOnce(&mut State) -> R) -> R {
        let tracked = self.0.get_value();
        let state = tracked.state.write();
        change(&mut state.unwrap_or_else(PoisonError::into_inner))
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
    pub fn me(self) -> Tracked<Option<User>> {
        self.of_session(Part::Me, |state| state.session.me())
    }

    /// The sidebar, ordered by name.
    pub fn rooms(self) -> Tracked<Vec<RoomEntry>> {
        self.of_session(Part::Rooms, |state| state.session.rooms())
    }

    /// The open room; `None` on the welcome screen.
    pub fn open(self) -> Tracked<Option<Open>> {
        self.of_session(Part::Open, |state| state.session.open())
    }

    /// The open room's messages.
    pub fn timeline(self) -> Tracked<Timeline> {
        self.of_session(Part::Timeline, |state| state.session.timeline())
    }

    /// Who is in the open room, who types.
    pub fn presence(self) -> Tracked<Presence> {
        self.of_session(Part::Presence, |state| state.session.presence())
    }

    /// What is sent and not yet stored, of all rooms.
    pub fn outbox(self) -> Tracked<Outbox> {
        self.of_session(Part::Outbox, |state| state.session.outbox())
    }

    /// The socket's state.
    pub fn connection(self) -> Tracked<Connection> {
        self.of_session(Part::Connection, |state| state.session.connection())
    }

    /// The message being edited.
    pub fn editing(self) -> Tracked<Option<Number>> {
        self.of_session(Part::Editing, |state| state.session.editing())
    }

    /// What has to be told of the line *New*, if it is above the view.
    pub fn news_above(self) -> Option<NewsAbove> {
        self.follow(Part::Timeline as usize);
        self.see(Part::Open, Session::news_above)
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
    pub fn composer_error(self) -> Tracked<Option<String>> {
        self.of_session(Part::Composer, |state| state.session.composer_error())
    }

    /// Whether the browser keeps what is not sent yet.
    pub fn keeps(self) -> bool {
        self.see(Part::Outbox, Session::keeps)
    }

    /// Whether the server cannot store anything at the moment.
    pub fn is_held(self) -> bool {
        self.see(Part::Outbox, Session::is_held)
    }

    /// Whether lines say who came and who went.
    pub fn has_notes(self) -> bool {
        self.see(Part::Notes, Session::has_notes)
    }

    /// What is shown of the connection.
    pub fn banner(self) -> Banner {
        self.see(Part::Connection, Session::banner)
    }

    /// Nobody can see the tab.
    pub fn is_hidden(self) -> Tracked<bool> {
        self.of_screen(Follow::Hidden, |state| &state.screen.is_hidden)
    }

    /// Enter sends, and does not break the line.
    pub fn enter_sends(self) -> Tracked<bool> {
        self.of_screen(Follow::Keys, |state| &state.screen.enter_sends)
    }

    /// Which day it is, where times are those of the browser's zone, and not UTC.
    pub fn today(self) -> Tracked<Option<i64>> {
        self.of_screen(Follow::Zone, |state| &state.screen.today)
    }

    /// The modal that is open.
    pub fn dialog(self) -> Tracked<Option<Dialog>> {
        self.of_screen(Follow::Dialog, |state| &state.screen.dialog)
    }

    /// A sentence about something that happened.
    pub fn notice(self) -> Tracked<Option<String>> {
        self.of_screen(Follow::Notice, |state| &state.screen.notice)
    }

    /// Unread rooms of the list that are out of view.
    pub fn hidden(self) -> Hidden {
        self.follow(Follow::Fold as usize);
        self.look(|state| state.screen.hidden)
    }

    /// So many are out of view from now on.
    pub fn set_hidden_unread(self, hidden: Hidden) {
        let before = self.change(|state| std::mem::replace(&mut state.screen.hidden, hidden));
        if before != hidden {
            self.notify(Follow::Fold as usize);
        }
    }

    /// Whether what it is about can be taken back.
    pub fn can_undo(self) -> bool {
        self.follow(Follow::Notice as usize);
        self.look(|state| state.screen.undo.is_some())
    }

    /// Whether somebody is at this message: has the focus in it, or points at it.
    pub fn is_at(self, number: Number) -> bool {
        self.follow(Follow::At as usize);
        self.look(|state| [state.screen.focused, state.screen.pointed].contains(&Some(number)))
    }

    /// The message in which the focus is.
    pub fn focused(self) -> Option<Number> {
        self.look(|state| state.screen.focused)
    }

    /// The focus is in this message from now on, or in none.
    pub fn set_focused(self, message: Option<Number>) {
        self.set_at(|screen| &mut screen.focused, message);
    }

    /// Somebody points at this message from now on, or at none.
    pub fn set_pointed(self, message: Option<Number>) {
        self.set_at(|screen| &mut screen.pointed, message);
    }

    fn set_at(self, place: fn(&mut Screen) -> &mut Option<Number>, message: Option<Number>) {
        let before = self.change(|state| std::mem::replace(place(&mut state.screen), message));
        if before != message {
            self.notify(Follow::At as usize);
        }
    }

    /// Opens a modal in place of the one that is open, or none.
    pub fn show_dialog(self, dialog: Option<Dialog>) {
        self.change(|state| state.screen.dialog = dialog);
        self.notify(Follow::Dialog as usize);
    }

    /// Somebody can see the tab, or nobody.
    pub fn set_hidden(self, is_hidden: bool) {
        self.change(|state| state.screen.is_hidden = is_hidden);
        self.notify(Follow::Hidden as usize);
    }

    /// Enter sends from now on, or breaks the line.
    pub fn set_enter_sends(self, enter_sends: bool) {
        self.change(|state| state.screen.enter_sends = enter_sends);
        self.notify(Follow::Keys as usize);
    }

    /// Times are those of the browser's zone from now on, where this day is today.
    pub fn set_today(self, today: i64) {
        if self.change(|state| state.screen.today.replace(today)) != Some(today) {
            self.notify(Follow::Zone as usize);
        }
    }

    /// Shows a sentence for a few seconds.
    pub fn tell(self, sentence: String) {
        self.show_notice_for(6_000, sentence, None);
    }

    /// Shows a sentence with a way to take back what it is about, for as long as a deleted message can be had back.
    pub fn offer(self, sentence: String, undo: Undo) {
        self.show_notice_for(10_000, sentence, Some(undo));
    }

    /// What can be taken back is taken back now: the sentence about it goes.
    pub fn take_undo(self) -> Option<Undo> {
        let undo = self.look(|state| state.screen.undo);
        self.show_notice(None, None);
        undo
    }

    fn show_notice_for(self, milliseconds: u32, sentence: String, undo: Option<Undo>) {
        self.show_notice(Some(sentence.clone()), undo);
        leptos::task::spawn_local(async move {
            clock::sleep(milliseconds).await;
            if self.notice().get_untracked() == Some(sentence) {
                self.show_notice(None, None);
            }
        });
    }

    fn show_notice(self, sentence: Option<String>, undo: Option<Undo>) {
        self.change(|state| {
            state.screen.notice = sentence;
            state.screen.undo = undo;
        });
        self.notify(Follow::Notice as usize);
    }

    /// Who is looking, by id.
    pub fn my_id(self) -> Option<UserId> {
        self.see(Part::Me, Session::my_id)
    }

    /// All ids under which they wrote.
    pub fn my_ids(self) -> Vec<UserId> {
        self.see(Part::Me, |session| session.my_ids().to_vec())
    }

    /// The open room's id.
    pub fn open_id(self) -> Option<RoomId> {
        self.see(Part::Open, Session::open_id)
    }

    /// Whether one is a member of the open room.
    pub fn is_member(self) -> bool {
        self.open()
            .with(|open| open.as_ref().is_some_and(|open| open.read.is_some()))
    }

    /// Why this person cannot write in the open room. Who has become a member since writes where members do.
    pub fn read_only(self) -> Option<ReadOnly> {
        let why = self.open().with(|open| open.as_ref()?.read_only);
        why.filter(|why| *why != ReadOnly::Members || !self.is_member())
    }

    /// The open room.
    pub fn room(self) -> Option<Room> {
        self.open()
            .with(|open| open.as_ref().map(|open| open.room.clone()))
    }

    /// The zone that times are written in.
    pub fn zone(self) -> Zone {
        match self.today().get() {
            Some(_) => clock::offset_minutes,
            None => utc,
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

    /// Looks at the session, and follows a part of it.
    pub(super) fn see<R>(self, part: Part, look: impl FnOnce(&Session) -> R) -> R {
        self.follow(part as usize);
        self.look(|state| look(&state.session))
    }

    fn of_session<T>(self, part: Part, value: fn(&State) -> &T) -> Tracked<T> {
        let model = self;
        let part = part as usize;
        Tracked { model, part, value }
    }

    fn of_screen<T>(self, part: Follow, value: fn(&State) -> &T) -> Tracked<T> {
        let model = self;
        let part = part as usize;
        Tracked { model, part, value }
    }

    fn follow(self, part: usize) {
        self.0.get_value().changed[part].track();
    }

    fn notify(self, part: usize) {
        self.0.get_value().changed[part].notify();
    }
}
