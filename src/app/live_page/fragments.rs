//! The fragments that live pages are made of: each is rendered once, and cached under what it depends on.
//!
//! *Invariant:* a fragment depends on nothing but its key. What a key has is all that its fragment is rendered
//! from; of a message and of a list of people, whose texts would make it long, it has what changes with them.

use super::document;
use crate::app::room::fragments;
use crate::app::shell::{Assets, Frame};
use crate::app::slots::Slot;
use parlour_client::read_here::ReadHere;
use parlour_client::sections::Section;
use parlour_client::timeline::{self, Row};
use parlour_client::unread::Unread;
use parlour_protocol::ids::DIRECT_FROM;
use parlour_protocol::rules::OTHER_ROOMS_MAX;
use parlour_protocol::{
    Availability, History, Level, Message, Number, OpenRoom, Person, Place, ReadOnly, Room,
    RoomEntry, RoomId, Roster, Seq, Timestamp, User, UserId, UserKind, samples,
};
use parlour_server::Settings;
use parlour_server::cache::Cache;
use std::sync::Arc;

/// Bytes of fragments that are kept; the rest are rendered when they are asked for.
const FRAGMENT_BYTES: usize = 32 * 1024 * 1024;

/// The fragments of late.
pub type FragmentCache = Cache<Key, Arc<Fragment>>;

/// No fragments yet.
pub fn fragment_cache() -> FragmentCache {
    Cache::new(FRAGMENT_BYTES)
}

/// A piece of a page as text. Only that of [`Part::Frame`] has slots.
#[derive(Debug)]
pub struct Fragment {
    /// The text, without what goes into its slots.
    pub html: String,
    /// Where other fragments go, in order.
    pub slots: Vec<(usize, Slot)>,
}

/// What of a room is in the paths to it and is the same as long as it is there.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct RoomKey {
    id: RoomId,
    name: Arc<str>,
}

impl RoomKey {
    /// The room's id.
    pub fn id(&self) -> RoomId {
        self.id
    }
}

impl From<&Room> for RoomKey {
    fn from(room: &Room) -> Self {
        Self {
            id: room.id,
            name: room.name.as_str().into(),
        }
    }
}

/// What is said of a room before anything is said in it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Beginning {
    /// Which room it is.
    pub room: RoomKey,
    /// What it is about.
    pub description: Arc<str>,
    /// When it was made, if somebody did.
    pub made_at: Option<Timestamp>,
    /// Who made it, if they are there.
    pub maker: Option<Arc<str>>,
    /// The reader has a name.
    pub is_somebody: bool,
}

/// A fragment of which the key says all.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Part {
    /// All around the slots.
    Frame {
        /// What the house is called.
        house: String,
        /// Which room is open.
        room: Option<RoomKey>,
        /// The reader has a name.
        is_somebody: bool,
        /// There are newer messages than those on the page.
        has_newer: bool,
        /// How many rooms there are, where all are listed.
        all: Option<usize>,
        /// Nobody has done anything here yet.
        is_new: bool,
    },
    /// What stands in [`Slot::Header`].
    Header {
        /// The open room.
        room: RoomKey,
        /// What it is about.
        description: Arc<str>,
        /// The reader may delete it.
        may_delete: bool,
        /// The reader is a member of it.
        is_member: bool,
        /// The reader has it among their favourites.
        is_favourite: bool,
        /// How many ask to be let into it, if the reader decides about that.
        asking: u32,
        /// The reader has a name.
        is_somebody: bool,
        /// In how many other listed rooms they have something unread.
        elsewhere: Unread,
    },
    /// What stands in [`Slot::Looking`].
    Looking {
        /// The open room.
        room: RoomKey,
        /// The reader has a name.
        is_somebody: bool,
        /// The reader is a member of it.
        is_member: bool,
        /// Why the reader cannot write in it.
        read_only: Option<ReadOnly>,
    },
    /// A line of [`Slot::Rooms`].
    Room {
        /// Which room it is.
        room: RoomKey,
        /// It is the open one.
        is_open: bool,
        /// How much of it the reader has not read.
        unread: Unread,
        /// Whether who they talk to alone there is.
        availability: Option<Availability>,
    },
    /// The same, over a section.
    Heading(Section),
    /// [`Slot::Empty`]: nothing where there are messages.
    Empty(Option<Beginning>),
    /// [`Slot::Older`]: before the first message, if there are any.
    Older(RoomKey, Option<Number>),
    /// [`Slot::Newer`]: after the last message, if there are any.
    Newer(RoomKey, Option<Number>),
    /// [`Slot::MarkRead`]: what is marked by it.
    MarkRead(RoomKey, ReadHere),
}

/// A line of the thread that begins with this message of the room; its times say their days.
pub fn thread_line(room: &Room, row: Row, root: Number) -> String {
    match row {
        Row::Message(row) => fragments::answer(opened(&room.into(), History::default()), row, root),
        Row::Day { .. } | Row::New | Row::Note { .. } | Row::Pending(_) => String::new(),
    }
}

/// What a fragment depends on.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Key {
    /// What it is.
    Part(Part),
    /// [`Slot::Members`]: of which room, each with whether a number tells them from somebody else, and how many there are.
    Members(RoomId, Vec<(UserId, String, bool)>, u32),
    /// One of [`Slot::Rows`]: a message in its present state and as it is drawn, a day, or the line *New*.
    Row(RoomKey, timeline::Key),
}

/// More would have to be rendered than was allowed.
#[derive(Clone, Copy, Debug)]
pub struct TooMuch;

/// Takes fragments from the cache, and renders those that are not in it.
pub struct Renderer<'a> {
    /// Where fragments are looked for, and kept.
    pub cache: &'a FragmentCache,
    /// What a page names.
    pub assets: &'a Assets,
    /// What was set.
    pub settings: &'a Settings,
    /// How many may be rendered.
    pub left: usize,
}

impl Renderer<'_> {
    /// The fragment of this part.
    ///
    /// # Errors
    /// [`TooMuch`] when it would have to be rendered and no more may be.
    pub fn part(&mut self, part: Part) -> Result<Arc<Fragment>, TooMuch> {
        let (assets, settings) = (self.assets, self.settings);
        self.cached(Key::Part(part.clone()), || render(assets, settings, part))
    }

    /// A message of the open room, or a day.
    ///
    /// # Errors
    /// [`TooMuch`] when it would have to be rendered and no more may be.
    pub fn row(&mut self, room: &RoomKey, row: Row) -> Result<Arc<Fragment>, TooMuch> {
        self.cached(Key::Row(room.clone(), row.key()), || {
            plain(match row {
                Row::Day { date, datetime, .. } => fragments::day(date, datetime),
                Row::New => fragments::new_line(),
                Row::Message(row) => fragments::message(opened(room, History::default()), row),
                // A page that was just read has none.
                Row::Note { .. } | Row::Pending(_) => String::new(),
            })
        })
    }

    /// Who is in the open room. Who of them is numbered depends on the authors of this history, too.
    ///
    /// # Errors
    /// [`TooMuch`] when it would have to be rendered and no more may be.
    pub fn members(
        &mut self,
        open: &OpenRoom,
        is_numbered: impl Fn(&Person) -> bool,
    ) -> Result<Arc<Fragment>, TooMuch> {
        let people = open.roster.people.iter();
        let people = people.map(|person| (person.id, person.name.clone(), is_numbered(person)));
        let key = Key::Members(open.room.id, people.collect(), open.roster.count);
        self.cached(key, || {
            let place = Place {
                open: Some(open.clone()),
                ..nowhere()
            };
            plain(fragments::members(place))
        })
    }

    fn cached(
        &mut self,
        key: Key,
        render: impl FnOnce() -> Fragment,
    ) -> Result<Arc<Fragment>, TooMuch> {
        if let Some(fragment) = self.cache.get(&key) {
            return Ok(fragment);
        }
        self.left = self.left.checked_sub(1).ok_or(TooMuch)?;
        let fragment = Arc::new(render());
        let bytes = key.bytes() + fragment.html.len();
        self.cache.put(key, fragment.clone(), bytes);
        Ok(fragment)
    }
}

impl Key {
    /// About as much as it takes, beside what is in a fragment.
    fn bytes(&self) -> usize {
        let texts = match self {
            Self::Members(_, people, _) => people.iter().map(|(_, name, _)| 40 + name.len()).sum(),
            Self::Part(
                Part::Header { description, .. } | Part::Empty(Some(Beginning { description, .. })),
            ) => description.len(),
            Self::Part(_) | Self::Row(..) => 0,
        };
        256 + texts
    }
}

fn plain(html: String) -> Fragment {
    Fragment {
        html,
        slots: Vec::new(),
    }
}

fn render(assets: &Assets, settings: &Settings, part: Part) -> Fragment {
    plain(match part {
        Part::Frame {
            house: _,
            room,
            is_somebody,
            has_newer,
            all,
            is_new,
        } => {
            let history = History {
                has_newer,
                ..History::default()
            };
            let mut place = match &room {
                Some(room) => opened(room, history),
                None => nowhere(),
            };
            place.me = is_somebody.then(somebody);
            // How long the list is decides whether it is whole.
            let listed = all.unwrap_or(OTHER_ROOMS_MAX);
            let mut line = entry(samples::room(RoomId(0), ""), 0);
            // In a single one nothing has happened, or something has.
            line.room.seq = Seq(i64::from(!is_new));
            place.rooms = vec![line; listed];
            let Frame { html, slots } = document::frame(assets, settings, &place);
            return Fragment { html, slots };
        }
        Part::Header {
            room,
            description,
            may_delete,
            is_member,
            is_favourite,
            asking,
            is_somebody,
            elsewhere,
        } => {
            let mut place = opened(&room, History::default());
            // Which ones they are is not said.
            let other = RoomId(if elsewhere.is_for_you { DIRECT_FROM } else { 0 });
            let others = usize::try_from(elsewhere.count).unwrap_or_default();
            place.rooms = vec![entry(samples::room(other, ""), 1); others];
            let mut own = entry(samples::room(room.id, &room.name), 0);
            own.is_favourite = is_favourite;
            place.rooms.push(own);
            place.me = is_somebody.then(somebody);
            if let Some(open) = &mut place.open {
                open.may_delete = may_delete;
                open.asking = asking;
                open.read = is_member.then_some(Seq::ZERO);
                open.room.description = description.to_string();
            }
            fragments::header(place)
        }
        Part::Looking {
            room,
            is_somebody,
            is_member,
            read_only,
        } => {
            let mut place = opened(&room, History::default());
            place.me = is_somebody.then(somebody);
            if let Some(open) = &mut place.open {
                open.read = is_member.then_some(Seq::ZERO);
                open.read_only = read_only;
            }
            fragments::looking(place)
        }
        Part::Room {
            room,
            is_open,
            unread,
            availability,
        } => {
            let place = match is_open {
                true => opened(&room, History::default()),
                false => nowhere(),
            };
            let entry = entry(samples::room(room.id, &room.name), unread.count);
            fragments::room(
                place,
                RoomEntry {
                    mentions: entry.unread * i64::from(unread.is_for_you),
                    availability,
                    ..entry
                },
            )
        }
        Part::Heading(section) => fragments::heading(section),
        Part::Empty(None) => fragments::empty(nowhere()),
        Part::Empty(Some(beginning)) => fragments::empty(empty(beginning)),
        Part::Older(room, first) => {
            let mut history = at(&room, first);
            history.has_older = first.is_some();
            fragments::older(opened(&room, history))
        }
        Part::Newer(room, last) => {
            let mut history = at(&room, last);
            history.has_newer = last.is_some();
            fragments::newer(opened(&room, history))
        }
        Part::MarkRead(room, here) => {
            fragments::mark_read(samples::room(room.id, &room.name), here)
        }
    })
}

/// A visitor's place, with no room listed and none open.
fn nowhere() -> Place {
    Place {
        me: None,
        was: Vec::new(),
        rooms: Vec::new(),
        open: None,
        form_key: String::new(),
        blocked: Vec::new(),
    }
}

/// A visitor's place with this room open.
fn opened(room: &RoomKey, history: History) -> Place {
    let open = OpenRoom {
        room: samples::room(room.id, &room.name),
        may_delete: false,
        read_only: None,
        asking: 0,
        read: None,
        roster: Roster::default(),
        history,
        marked: None,
    };
    Place {
        open: Some(open),
        ..nowhere()
    }
}

/// The place of an empty room.
fn empty(beginning: Beginning) -> Place {
    let mut place = opened(&beginning.room, History::default());
    place.me = beginning.is_somebody.then(somebody);
    if let Some(open) = &mut place.open {
        let maker = UserId(0);
        open.room.description = beginning.description.to_string();
        open.room.created_by = beginning.made_at.map(|_| maker);
        open.room.created_at = beginning.made_at.unwrap_or(open.room.created_at);
        open.roster.people = (beginning.maker.into_iter())
            .map(|name| Person {
                id: maker,
                name: name.to_string(),
            })
            .collect();
    }
    place
}

fn entry(room: Room, unread: i64) -> RoomEntry {
    RoomEntry {
        room,
        unread,
        mentions: 0,
        is_member: false,
        is_favourite: false,
        level: Level::default(),
        availability: None,
    }
}

fn somebody() -> User {
    User {
        id: UserId(0),
        name: String::new(),
        kind: UserKind::Guest,
        account: None,
    }
}

/// A message of this number alone, of which only the number is looked at.
fn at(room: &RoomKey, number: Option<Number>) -> History {
    let message = |Number(number)| Message {
        room_id: room.id,
        ..samples::message(number)
    };
    History {
        messages: number.map(message).into_iter().collect(),
        ..History::default()
    }
}
