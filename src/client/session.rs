//! The live room without a browser: everything a tab knows, and what follows from whatever happens to it.
//!
//! What happens is a call ([`Session::received`], [`Session::send`], [`Session::visit`], [`Session::tick`], …).
//! Each has the time passed in and leaves behind what is to be done, as [`Effect`]s in their order, and which
//! [`Part`]s of the page look different now. Whoever drives it, the island or a client of `parlour-chaos`,
//! performs the effects and reports back what came of them.
//!
//! *Invariant:* it reads no clock, draws no chance and reaches for nothing, so that the same calls lead to the
//! same effects. The one thing it asks for is what tabs share ([`Storage`]): another tab may have changed that
//! a moment ago, and what is decided has to be decided from it.

mod editing;
mod effect;
mod inbound;
mod link;
mod membership;
mod navigation;
mod notes;
mod offline;
mod outbound;
mod paging;
mod reactions;
mod reading;
mod replying;
mod room_list;
mod stored;
mod streams;
mod switching;
#[cfg(test)]
mod tests;

pub use effect::{Ask, Effect, Field, Landing, Moment, Part, Parts, Undo, Viewport};
pub use stored::Storage;

use crate::announcer::Announcer;
use crate::by_room::{ByRoom, Rooms};
use crate::connection::{Banner, Connection};
use crate::drafts::{Drafts, Edits};
use crate::namesakes::Namesakes;
use crate::outbox::Outbox;
use crate::presence::{Presence, TypingSignal};
use crate::read_receipts::ReadReceipts;
use crate::room_cache::{Open, RoomCache, RoomState};
use crate::scroll_position::{ScrollPosition, ScrollPositions};
use crate::stream::Stream;
use crate::switcher::Recent;
use crate::timeline::Timeline;
use crate::upgrade::Upgrade;
use navigation::{Address, Visit};
use paging::Page;
use parlour_protocol::{
    AppError, ClientFrame, History, Number, Place, Room, RoomEntry, RoomId, Seq, Timestamp, User,
    UserId,
};
use stored::Stored;

/// How long to wait when the server did not say, in milliseconds.
const RETRY_MS: u64 = 1_000;

/// New messages of which the first is above the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NewsAbove {
    /// How many of them this tab holds.
    pub count: usize,
    /// When the first one was posted; `None` where it is not held, and there are more.
    pub since: Option<Timestamp>,
}

/// The state and the rules of one tab.
pub struct Session {
    me: Option<User>,
    /// All ids under which this person wrote: their own first, then those of the guests that they were.
    my_ids: Vec<UserId>,
    /// Whom this person blocks.
    blocked: Vec<UserId>,
    /// The sidebar, ordered by name.
    rooms: Vec<RoomEntry>,
    /// The open room was unread when it was opened.
    was_unread: bool,
    /// The hash by which the server knows that list; none once a frame has changed it.
    list_hash: Option<String>,
    open: Option<Open>,
    timeline: Timeline,
    presence: Presence,
    cache: RoomCache,
    connection: Connection,
    /// Since when a socket is being opened.
    opening_since: Option<f64>,
    is_online: bool,
    /// The socket was gone for a while; what came meanwhile is still to come.
    was_away: bool,
    /// By how much the date was ahead of the clock when they were last looked at, in milliseconds.
    date_ahead: Option<f64>,
    /// By how much the server's date is ahead of this machine's, as the last message told, in milliseconds.
    server_ahead: f64,
    /// Lines say who came and who went.
    has_notes: bool,
    /// Who this tab was when the socket was opened.
    linked_as: Option<UserId>,
    /// Who the server says this tab is on this socket; `None` until it has.
    known_as: Option<UserId>,
    /// Rooms this socket has joined.
    joined: Rooms,
    /// Rooms to be joined once more, and when.
    rejoins: Vec<(f64, RoomId)>,
    /// The sync each room has under way.
    syncing: ByRoom<Seq>,
    /// How far the house's stream is known here.
    house: Stream,
    /// How far this person's own is.
    mine: Stream,
    /// What was read was told since it was asked what is missing of that.
    told_since_asked: bool,
    /// Which life of which database this is, once the server has told.
    epoch: Option<String>,
    /// How far each room was read.
    read: ReadReceipts,
    /// When the server is to be told of it.
    read_at: Option<f64>,
    stored: Stored,
    outbox: Outbox,
    /// A send is settled here that storage does not say is.
    is_settling: bool,
    /// Until when nothing is sent to a room, because the server asked for that.
    holds: ByRoom<f64>,
    is_held: bool,
    keeps_outbox: bool,
    drafts: Drafts,
    edits: Edits,
    keeps_drafts: bool,
    /// The message being edited.
    editing: Option<Number>,
    typing: TypingSignal,
    /// Characters in the composer.
    typed: usize,
    composer_error: Option<String>,
    /// New messages below the view.
    missed: usize,
    /// The view was away from the end of the room since what it shows was asked for.
    has_left_end: bool,
    announcer: Announcer,
    sent: reactions::Sent,
    /// What is shown.
    shown_at: Address,
    /// Where the browser's address is: elsewhere while what it names is on its way.
    address: Address,
    /// Where one was reading, for each entry of the tab's history.
    positions: ScrollPositions,
    visit: Option<Visit>,
    /// The rooms that were opened lately, in all tabs.
    recent: Recent,
    page: Option<Page>,
    /// Where somebody was reading before the page was loaded again, and the question for what is there.
    coming_back: Option<(u64, ScrollPosition)>,
    /// Requests made, for each answer to be of one of them.
    requests: u64,
    upgrade: Upgrade,
    /// The room whose page was kept last, and how far the room had come.
    kept: Option<(RoomId, Seq)>,
    /// When the page of the open room is to be kept, should one stay.
    keep_at: Option<f64>,
    viewport: Viewport,
    at: Moment,
    effects: Vec<Effect>,
    parts: Parts,
}

impl Session {
    /// Of a page as the server printed it. Nothing is live in it before [`Session::start`].
    pub fn new(place: Place, storage: Box<dyn Storage + Send + Sync>) -> Self {
        let mut house = Stream::default();
        let (open, timeline, presence) = match place.open {
            Some(room) => {
                if let Some(seq) = room.history.house {
                    house.stands_at(seq);
                }
                let state = RoomState::from(room);
                (Some(state.open), state.timeline, state.presence)
            }
            None => (None, Timeline::new(History::default()), Presence::default()),
        };
        let mut announcer = Announcer::default();
        announcer.enter(timeline.seq());
        let mut session = Self {
            my_ids: ids_of(place.me.as_ref(), place.was),
            me: place.me,
            blocked: place.blocked,
            rooms: place.rooms,
            was_unread: false,
            list_hash: None,
            open,
            timeline,
            presence,
            cache: RoomCache::default(),
            connection: Connection::absent(),
            opening_since: None,
            is_online: true,
            was_away: false,
            date_ahead: None,
            server_ahead: 0.0,
            has_notes: true,
            linked_as: None,
            known_as: None,
            joined: Rooms::default(),
            rejoins: Vec::new(),
            syncing: ByRoom::default(),
            house,
            mine: Stream::default(),
            told_since_asked: false,
            epoch: None,
            read: ReadReceipts::default(),
            read_at: None,
            stored: Stored::new(storage),
            outbox: Outbox::default(),
            is_settling: false,
            holds: ByRoom::default(),
            is_held: false,
            keeps_outbox: true,
            drafts: Drafts::default(),
            edits: Edits::default(),
            keeps_drafts: true,
            editing: None,
            typing: TypingSignal::default(),
            typed: 0,
            composer_error: None,
            missed: 0,
            has_left_end: false,
            announcer,
            sent: reactions::Sent::default(),
            shown_at: Address::default(),
            address: Address::default(),
            positions: ScrollPositions::default(),
            visit: None,
            recent: Recent::default(),
            page: None,
            coming_back: None,
            requests: 0,
            upgrade: Upgrade::default(),
            kept: None,
            keep_at: None,
            viewport: Viewport::default(),
            at: Moment::default(),
            effects: Vec::new(),
            parts: Parts::default(),
        };
        session.was_unread = session
            .open_id()
            .is_some_and(|room| session.is_unread(room));
        session
    }

    /// What happens from here on happens at this moment, before eyes that see this much.
    pub fn at(&mut self, at: Moment, viewport: Viewport) -> &mut Self {
        self.at = at;
        self.viewport = viewport;
        self
    }

    /// What was seen of the page when something happened last.
    pub fn viewport(&self) -> Viewport {
        self.viewport
    }

    /// What is to be done now, in this order, and what looks different. To be asked for after every call.
    pub fn take_effects(&mut self) -> (Vec<Effect>, Parts) {
        let effects = std::mem::take(&mut self.effects);
        (effects, std::mem::take(&mut self.parts))
    }

    /// Who is looking.
    pub fn me(&self) -> &Option<User> {
        &self.me
    }

    /// Whom this person blocks.
    pub fn blocked(&self) -> &[UserId] {
        &self.blocked
    }

    /// Who is looking, by id.
    pub fn my_id(&self) -> Option<UserId> {
        self.me.as_ref().map(|me| me.id)
    }

    /// All ids under which who is looking wrote: none for who is nobody.
    pub fn my_ids(&self) -> &[UserId] {
        &self.my_ids
    }

    /// The rooms in the sidebar, ordered by name.
    pub fn rooms(&self) -> &Vec<RoomEntry> {
        &self.rooms
    }

    /// The open room; `None` on the welcome screen.
    pub fn open(&self) -> &Option<Open> {
        &self.open
    }

    /// The open room's id.
    pub fn open_id(&self) -> Option<RoomId> {
        self.open.as_ref().map(|open| open.room.id)
    }

    /// The open room's messages.
    pub fn timeline(&self) -> &Timeline {
        &self.timeline
    }

    /// A room that this tab holds, open or not.
    pub fn room(&self, room: RoomId) -> Option<&Room> {
        let open = self.open.iter().map(|open| &open.room);
        let kept = self.cache.iter().map(|state| &state.open.room);
        open.chain(kept).find(|held| held.id == room)
    }

    /// The messages of a room that this tab holds, open or not.
    pub fn timeline_of(&self, room: RoomId) -> Option<&Timeline> {
        if self.open_id() == Some(room) {
            return Some(&self.timeline);
        }
        self.cache.get(room).map(|state| &state.timeline)
    }

    /// Who is in the open room, who types.
    pub fn presence(&self) -> &Presence {
        &self.presence
    }

    /// What is sent and not yet stored, of all rooms.
    pub fn outbox(&self) -> &Outbox {
        &self.outbox
    }

    /// The socket's state.
    pub fn connection(&self) -> &Connection {
        &self.connection
    }

    /// What is shown of the connection.
    pub fn banner(&self) -> Banner {
        self.connection.banner(self.at.now)
    }

    /// Whether the line *New* was not in view yet.
    pub fn has_unseen_line(&self) -> bool {
        let new = self.open.as_ref().and_then(|open| open.new);
        new.is_some_and(|new| !new.is_seen)
    }

    /// What has to be told of the line *New*, because it is above the view and was not in it yet.
    pub fn news_above(&self) -> Option<NewsAbove> {
        let new = self.open.as_ref()?.new.filter(|new| new.is_missed)?;
        let first = self.timeline.get(new.first);
        Some(NewsAbove {
            count: self.timeline.held_after(new.first.before()),
            since: first.map(|message| message.timestamp),
        })
    }

    /// How many new messages are below the view.
    pub fn missed(&self) -> usize {
        self.missed
    }

    /// Whether a room or a page of history is on its way.
    pub fn is_loading(&self) -> bool {
        self.visit.is_some() || self.page.is_some() || self.coming_back.is_some()
    }

    /// Whether the answer to the question with this number is still waited for.
    pub fn awaits(&self, number: u64) -> bool {
        let visit = self.visit.as_ref().map(|visit| visit.number);
        let page = self.page.as_ref().map(|page| page.number);
        let back = self.coming_back.map(|(number, _)| number);
        [visit, page, back].contains(&Some(number))
    }

    /// Whether the server cannot store anything at the moment.
    pub fn is_held(&self) -> bool {
        self.is_held
    }

    /// Whether the browser keeps what is not sent yet.
    pub fn keeps(&self) -> bool {
        self.keeps_outbox && self.keeps_drafts
    }

    /// The message being edited.
    pub fn editing(&self) -> &Option<Number> {
        &self.editing
    }

    /// How many characters are in the composer.
    pub fn typed_length(&self) -> usize {
        self.typed
    }

    /// What is wrong with the composer's text.
    pub fn composer_error(&self) -> &Option<String> {
        &self.composer_error
    }

    /// Whether nothing is under way or waited for: connected, no question without an answer, and nothing left
    /// to be sent.
    pub fn is_idle(&self) -> bool {
        self.connection.is_live()
            && !self.is_loading()
            && self.rejoins.is_empty()
            && self.syncing.is_empty()
            && self.outbox.waiting() == 0
    }

    /// When a message that is sent now will have been stored, as far as that is known.
    pub fn date(&self) -> Option<Timestamp> {
        let date = self.at.now + self.date_ahead? + self.server_ahead;
        Some(Timestamp(date as i64))
    }

    /// Whether lines say who came and who went.
    pub fn has_notes(&self) -> bool {
        self.has_notes
    }

    /// Who of those that are here, or wrote what is shown, has to be told from somebody else.
    pub fn namesakes(&self) -> Namesakes {
        self.namesakes_with(&[])
    }

    fn namesakes_with(&self, others: &[(UserId, &str)]) -> Namesakes {
        let shown = self.timeline.authors().chain(others.iter().copied());
        self.presence.namesakes(shown)
    }

    fn is_mine(&self, author: UserId) -> bool {
        self.my_ids.contains(&author)
    }
    /// This person's id, once the server has said that this socket is theirs.
    fn known(&self) -> Option<UserId> {
        self.known_as.filter(|known| self.is_mine(*known))
    }

    fn show(&mut self, part: Part) {
        self.parts.add(part);
    }

    fn push(&mut self, effect: Effect) {
        self.effects.push(effect);
    }

    /// Says something to the server, if it can hear. What must not be lost is in the outbox.
    fn say(&mut self, frame: ClientFrame) {
        if self.connection.is_live() {
            self.push(Effect::Say(frame));
        }
    }

    fn tell(&mut self, sentence: impl Into<String>) {
        self.push(Effect::Notice(sentence.into()));
    }

    /// Asks the server something; answered under the number.
    fn fetch(&mut self, ask: Ask) -> u64 {
        self.requests += 1;
        self.push(Effect::Fetch(self.requests, ask));
        self.requests
    }
}

fn ids_of(me: Option<&User>, was: Vec<UserId>) -> Vec<UserId> {
    me.map(|me| me.id).into_iter().chain(was).collect()
}

/// How long to wait before the same is worth trying again, in milliseconds.
fn wait_ms(error: &AppError) -> u32 {
    error.retry_after_ms.unwrap_or(RETRY_MS).clamp(100, 30_000) as u32
}
