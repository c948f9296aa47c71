//! A page as many readers may have it, put together from fragments, with slots for what is one reader's own.
//!
//! *Invariant:* the template of a page is the same for all for whom its content and their having a name are.

use super::document::json;
use super::draft::{Draft, ReaderSlot};
use super::fragments::{Beginning, Fragment, Part, Renderer, RoomKey, TooMuch};
use super::place_json;
use crate::app::room::fragments::{LIST_END, name};
use crate::app::shell::Print;
use crate::app::slots::Slot;
use leptos::nonce::Nonce;
use parlour_client::listed;
use parlour_client::presence::Presence;
use parlour_client::read_here::{ReadHere, end_of};
use parlour_client::sections::{self, Line, Standing};
use parlour_client::timeline::{MessageRow, Row, Timeline, tell_apart, utc};
use parlour_client::unread::Unread;
use parlour_protocol::{History, OpenRoom, Place, RoomId};
use parlour_server::page_content::{PageContent, ReaderState};
use parlour_server::rooms::ReaderEntry;
use std::borrow::Cow;
use std::fmt::Write;
use std::sync::Arc;

/// What stands in a page where a view is absent.
const NOTHING: &str = "<!>";

/// A page with slots for what is its reader's own.
#[derive(Debug)]
pub struct PageTemplate {
    content: Arc<PageContent>,
    /// The room that is open.
    open: Option<RoomKey>,
    /// Its messages, which a reader may have written, or not read.
    messages: Vec<MessageRow>,
    /// The lines of the rooms for who has nothing unread in them.
    rooms: Vec<Arc<Fragment>>,
    is_somebody: bool,
    draft: Draft,
}

/// How the button of a reaction begins: of one's own, or of others'.
fn button(emoji: &str, is_own: bool) -> String {
    let (name, pressed) = match is_own {
        true => ("off", "true"),
        false => ("emoji", "false"),
    };
    format!("name=\"{name}\" aria-pressed=\"{pressed}\" value=\"{emoji}\"")
}

impl PageTemplate {
    /// The page with this content, for readers who have a name, or have none.
    ///
    /// # Errors
    /// [`TooMuch`] when more fragments would have to be rendered than may be.
    pub fn new(
        content: &Arc<PageContent>,
        is_somebody: bool,
        renderer: &mut Renderer,
    ) -> Result<Self, TooMuch> {
        let place = content.place();
        let mut page = Self {
            content: Arc::clone(content),
            open: place.open.as_ref().map(|open| RoomKey::from(&open.room)),
            messages: Vec::new(),
            rooms: Vec::new(),
            is_somebody,
            draft: Draft::default(),
        };
        let frame = renderer.part(Part::Frame {
            house: renderer.assets.house(),
            room: page.open.clone(),
            is_somebody,
            has_newer: (place.open.iter()).any(|open| open.history.has_newer),
            all: Some(place.rooms.len()).filter(|all| listed::is_whole(*all)),
            is_new: listed::is_new(&place.rooms),
        })?;
        let mut done = 0;
        for &(at, slot) in &frame.slots {
            page.draft.text(&frame.html[done..at]);
            done = at;
            page.fill_in(slot, place, renderer)?;
        }
        page.draft.text(&frame.html[done..]);
        Ok(page)
    }

    /// What it shows.
    pub fn content(&self) -> &PageContent {
        &self.content
    }

    /// About as many bytes as it takes, with its content.
    pub fn bytes(&self) -> usize {
        let rooms: usize = self.rooms.iter().map(|line| line.html.len()).sum();
        3 * self.draft.text.len() + 32 * self.draft.slots.len() + rooms
    }

    fn fill_in(
        &mut self,
        slot: Slot,
        place: &Place,
        renderer: &mut Renderer,
    ) -> Result<(), TooMuch> {
        match slot {
            Slot::Nonce => self.draft.slot(ReaderSlot::Nonce, ""),
            Slot::FormKey => self.draft.slot(ReaderSlot::FormKey, ""),
            Slot::Name => self.draft.slot(ReaderSlot::Name, ""),
            Slot::Place => place_json::write(&mut self.draft, place),
            Slot::Rooms => {
                for room in 0..place.rooms.len() {
                    self.rooms
                        .push(renderer.part(self.room(room, Unread::default()))?);
                }
                self.draft.slot(ReaderSlot::Rooms, "");
                self.draft.text(LIST_END);
            }
            Slot::MarkRead => self.draft.slot(ReaderSlot::MarkRead, NOTHING),
            Slot::Header
            | Slot::Older
            | Slot::Empty
            | Slot::Rows
            | Slot::Newer
            | Slot::Looking
            | Slot::Members => {
                if let (Some(open), Some(room)) = (&place.open, self.open.clone()) {
                    self.fill_in_open(slot, open, &room, renderer)?;
                }
            }
        }
        Ok(())
    }

    fn fill_in_open(
        &mut self,
        slot: Slot,
        open: &OpenRoom,
        room: &RoomKey,
        renderer: &mut Renderer,
    ) -> Result<(), TooMuch> {
        let history = &open.history;
        match slot {
            Slot::Header => {
                let header = renderer.part(self.header(
                    open,
                    room,
                    ReaderEntry::default(),
                    None,
                    Unread::default(),
                ))?;
                self.draft.slot(ReaderSlot::Header, &header.html);
            }
            Slot::Looking => {
                let looking = renderer.part(Part::Looking {
                    room: room.clone(),
                    is_somebody: self.is_somebody,
                    is_member: false,
                    read_only: None,
                })?;
                self.draft.slot(ReaderSlot::Looking, &looking.html);
            }
            Slot::Older => {
                let first = history.messages.first().map(|message| message.number);
                let first = first.filter(|_| history.has_older);
                let older = renderer.part(Part::Older(room.clone(), first))?;
                self.draft.text(&older.html);
            }
            Slot::Empty => {
                let is_empty =
                    history.messages.is_empty() && !history.has_older && !history.has_newer;
                let beginning = is_empty.then(|| self.beginning(open, room));
                let empty = renderer.part(Part::Empty(beginning))?;
                self.draft.text(&empty.html);
            }
            Slot::Newer => {
                let last = history.messages.last().map(|message| message.number);
                let last = last.filter(|_| history.has_newer);
                let newer = renderer.part(Part::Newer(room.clone(), last))?;
                self.draft.text(&newer.html);
            }
            Slot::Rows => {
                let timeline = Timeline::new(history.clone());
                let presence = Presence::new(open.roster.clone());
                let mut rows = timeline.rows(&[], open.marked, utc);
                tell_apart(&mut rows, &presence.namesakes(timeline.authors()));
                for mut row in rows {
                    if let Row::Message(row) = &mut row {
                        row.may_mark = self.is_somebody;
                    }
                    let fragment = renderer.row(room, row.clone())?;
                    match row {
                        Row::Message(row) => {
                            let slot = ReaderSlot::Message(self.messages.len());
                            self.draft.slot(slot, &fragment.html);
                            self.messages.push(row);
                        }
                        _ => self.draft.text(&fragment.html),
                    }
                }
                self.draft.text(LIST_END);
            }
            Slot::Members => {
                let authors = history.messages.iter();
                let authors = authors.map(|message| (message.user_id, message.username.as_str()));
                let namesakes = Presence::new(open.roster.clone()).namesakes(authors);
                let members =
                    renderer.members(open, |person| namesakes.number(person.id).is_some())?;
                self.draft.text(&members.html);
            }
            _ => {}
        }
        Ok(())
    }

    fn header(
        &self,
        open: &OpenRoom,
        room: &RoomKey,
        own: ReaderEntry,
        reader: Option<&ReaderState>,
        elsewhere: Unread,
    ) -> Part {
        Part::Header {
            room: room.clone(),
            description: open.room.description.as_str().into(),
            may_delete: reader.is_some_and(|reader| reader.may_delete),
            asking: reader.map_or(0, |reader| reader.asking),
            is_member: own.is_member,
            is_favourite: own.is_favourite,
            elsewhere,
            is_somebody: self.is_somebody,
        }
    }

    fn beginning(&self, open: &OpenRoom, room: &RoomKey) -> Beginning {
        let maker = open.room.created_by;
        let mut here = open.roster.people.iter();
        let it = here.find(|person| Some(person.id) == maker);
        Beginning {
            room: room.clone(),
            description: open.room.description.as_str().into(),
            made_at: maker.map(|_| open.room.created_at),
            maker: it.map(|it| it.name.as_str().into()),
            is_somebody: self.is_somebody,
        }
    }

    fn room(&self, room: usize, unread: Unread) -> Part {
        let entry = &self.content.place().rooms[room];
        let room = RoomKey::from(&entry.room);
        Part::Room {
            is_open: self.open.as_ref() == Some(&room),
            room,
            unread,
            availability: entry.availability,
        }
    }

    /// The page for this reader, with a nonce of its own.
    ///
    /// # Errors
    /// [`TooMuch`] when more fragments would have to be rendered than may be.
    pub fn filled(&self, reader: &ReaderState, renderer: &mut Renderer) -> Result<Print, TooMuch> {
        let nonce = Nonce::new().to_string();
        let Draft { text, slots } = &self.draft;
        let first_new = self.first_new(reader);
        let mut html = String::with_capacity(text.len() + text.len() / 8);
        let mut done = 0;
        for (range, slot) in slots {
            html.push_str(&text[done..range.start]);
            done = range.end;
            match *slot {
                ReaderSlot::Nonce => html.push_str(&nonce),
                ReaderSlot::FormKey => html.push_str(&reader.form_key),
                ReaderSlot::Me => html.push_str(&json(&reader.me)),
                ReaderSlot::Was if reader.was.is_empty() => {}
                ReaderSlot::Was => {
                    html.push_str(",\"was\":");
                    html.push_str(&json(&reader.was));
                }
                ReaderSlot::MayDelete => html.push_str(&json(&reader.may_delete)),
                ReaderSlot::ReadOnly => {
                    if let Some(why) = reader.read_only {
                        let _ = write!(html, ",\"read_only\":{}", json(&why));
                    }
                    if reader.asking > 0 {
                        let _ = write!(html, ",\"asking\":{}", reader.asking);
                    }
                }
                ReaderSlot::Blocked => {
                    if !reader.blocked.is_empty() {
                        let _ = write!(html, ",\"blocked\":{}", json(&reader.blocked));
                    }
                }
                ReaderSlot::Name => html.push_str(&name(reader.me.as_ref())),
                ReaderSlot::Read => html.push_str(&json(&reader.read)),
                ReaderSlot::History => match self.content.marked_for(reader) {
                    Some(history) => html.push_str(&json(&history)),
                    None => html.push_str(&text[range.clone()]),
                },
                ReaderSlot::Entry(room) => place_json::write_entry(&mut html, reader.rooms[room]),
                ReaderSlot::Rooms => self.rooms(reader, renderer, &mut html)?,
                ReaderSlot::Header
                | ReaderSlot::Looking
                | ReaderSlot::Message(_)
                | ReaderSlot::MarkRead => {
                    if let (ReaderSlot::Message(at), Some(room)) = (*slot, &self.open)
                        && first_new == Some(at)
                    {
                        html.push_str(&renderer.row(room, Row::New)?.html);
                    }
                    let own = self.own(*slot, reader, first_new, renderer)?;
                    let line = own.as_ref().map_or(&text[range.clone()], |own| &own.html);
                    match *slot {
                        ReaderSlot::Message(at) => {
                            let number = self.messages[at].message.number;
                            let own = reader.reacted.iter().filter(|(to, _)| *to == number);
                            let pressed = own.fold(Cow::Borrowed(line), |line, (_, emoji)| {
                                line.replace(&button(emoji, false), &button(emoji, true))
                                    .into()
                            });
                            html.push_str(&pressed);
                        }
                        _ => html.push_str(line),
                    }
                }
            }
        }
        html.push_str(&text[done..]);
        Ok(Print::new(html, nonce))
    }

    /// Which of the messages is the first that this reader has not read, if the page shows that nothing is before it.
    fn first_new(&self, reader: &ReaderState) -> Option<usize> {
        let read = reader.read?;
        let is_read = |row: &MessageRow| row.message.number.seq() <= read;
        let has_older = self.history()?.has_older;
        let first = self.messages.partition_point(is_read);
        (first < self.messages.len() && (first > 0 || !has_older)).then_some(first)
    }

    fn history(&self) -> Option<&History> {
        let open = self.content.place().open.as_ref()?;
        Some(&open.history)
    }

    /// What this reader may mark as read.
    fn read_here(&self, reader: &ReaderState, has_line: bool) -> Option<ReadHere> {
        let place = self.content.place();
        let open = place.open.as_ref()?;
        let mut listed = place.rooms.iter().zip(&reader.rooms);
        let (_, listing) = listed.find(|(entry, _)| entry.room.id == open.room.id)?;
        ReadHere::offered(end_of(&open.history), reader.read, listing.unread, has_line)
    }

    fn unread(&self, room: usize, reader: &ReaderState) -> Unread {
        unread_in(
            self.content.place().rooms[room].room.id,
            &reader.rooms[room],
        )
    }

    /// The lines of the rooms, as they stand for this reader.
    fn rooms(
        &self,
        reader: &ReaderState,
        renderer: &mut Renderer,
        html: &mut String,
    ) -> Result<(), TooMuch> {
        let open = self.open.as_ref().map(RoomKey::id);
        let entries = self.content.place().rooms.iter().zip(&reader.rooms);
        let standing = entries.map(|(entry, own)| Standing {
            is_member: own.is_member,
            is_favourite: own.is_favourite,
            is_direct: entry.room.id.is_direct(),
            is_open: open == Some(entry.room.id),
            is_unread: unread_in(entry.room.id, own).count > 0,
        });
        for line in sections::lines(standing, reader.me.is_some()) {
            match line {
                Line::Heading(section) => {
                    html.push_str(&renderer.part(Part::Heading(section))?.html);
                }
                Line::Room(room) => match self.unread(room, reader) {
                    Unread { count: 0, .. } => html.push_str(&self.rooms[room].html),
                    unread => html.push_str(&renderer.part(self.room(room, unread))?.html),
                },
            }
        }
        Ok(())
    }

    /// What this reader has in a slot in which others have something else.
    fn own(
        &self,
        slot: ReaderSlot,
        reader: &ReaderState,
        first_new: Option<usize>,
        renderer: &mut Renderer,
    ) -> Result<Option<Arc<Fragment>>, TooMuch> {
        let own = match slot {
            ReaderSlot::Header => {
                let place = self.content.place();
                let (Some(open), Some(room)) = (&place.open, &self.open) else {
                    return Ok(None);
                };
                let listed = place.rooms.iter().zip(&reader.rooms);
                let mut opened = listed
                    .clone()
                    .filter(|(entry, _)| entry.room.id == open.room.id);
                let own = opened.next().map(|(_, own)| *own).unwrap_or_default();
                let own = ReaderEntry {
                    is_member: reader.read.is_some(),
                    ..own
                };
                let mut elsewhere = Unread::default();
                for (entry, own) in listed.filter(|(entry, _)| entry.room.id != open.room.id) {
                    elsewhere.add(unread_in(entry.room.id, own).room());
                }
                let is_plain = !reader.may_delete && !own.is_member && reader.asking == 0;
                if is_plain && elsewhere.count == 0 {
                    return Ok(None);
                }
                renderer.part(self.header(open, room, own, Some(reader), elsewhere))?
            }
            ReaderSlot::Looking if reader.read.is_some() || reader.read_only.is_some() => {
                let Some(room) = self.open.clone() else {
                    return Ok(None);
                };
                renderer.part(Part::Looking {
                    room,
                    is_somebody: self.is_somebody,
                    is_member: reader.read.is_some(),
                    read_only: reader.read_only,
                })?
            }
            ReaderSlot::Message(at) => {
                let (row, room) = (&self.messages[at], &self.open);
                let (Some(me), Some(room)) = (&reader.me, room) else {
                    return Ok(None);
                };
                let author = row.message.user_id;
                let is_own = author == me.id || reader.was.contains(&author);
                let opens_group = row.opens_group || first_new == Some(at);
                let is_hidden = reader.blocked.contains(&row.message.user_id);
                let mine: Vec<_> = [me.id]
                    .into_iter()
                    .chain(reader.was.iter().copied())
                    .collect();
                let is_for_you = row.message.is_for(&mine);
                if !is_own && !is_hidden && !is_for_you && opens_group == row.opens_group {
                    return Ok(None);
                }
                let row = MessageRow {
                    message: reader.shown(&row.message),
                    is_own,
                    is_hidden,
                    is_for_you,
                    opens_group,
                    ..row.clone()
                };
                renderer.row(room, Row::Message(row))?
            }
            ReaderSlot::MarkRead => {
                let here = self.read_here(reader, first_new.is_some());
                let (Some(here), Some(room)) = (here, &self.open) else {
                    return Ok(None);
                };
                renderer.part(Part::MarkRead(room.clone(), here))?
            }
            _ => return Ok(None),
        };
        Ok(Some(own))
    }
}

fn unread_in(room: RoomId, own: &ReaderEntry) -> Unread {
    Unread::in_room(room, own.level, own.unread, own.mentions)
}
