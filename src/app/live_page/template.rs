//! A page as many readers may have it, put together from fragments, with slots for what is one reader's own.
//!
//! *Invariant:* the template of a page is the same for all for whom its content and their having a name are.

use super::document::json;
use super::draft::{Draft, ReaderSlot};
use super::fragments::{Fragment, Part, Renderer, RoomKey, TooMuch};
use super::place_json;
use crate::app::room::fragments::{LIST_END, name};
use crate::app::shell::Print;
use crate::app::slots::Slot;
use leptos::nonce::Nonce;
use parlour_client::listed;
use parlour_client::presence::Presence;
use parlour_client::timeline::{MessageRow, Row, Timeline, tell_apart, utc};
use parlour_protocol::{OpenRoom, Place};
use parlour_server::page_content::{PageContent, ReaderState};
use parlour_server::rooms::ReaderEntry;
use std::fmt::Write;
use std::sync::Arc;

/// A page with slots for what is its reader's own.
#[derive(Debug)]
pub struct PageTemplate {
    content: Arc<PageContent>,
    /// The room that is open.
    open: Option<RoomKey>,
    /// Its messages that a reader may have written.
    messages: Vec<MessageRow>,
    is_somebody: bool,
    draft: Draft,
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
            is_somebody,
            draft: Draft::default(),
        };
        let frame = renderer.part(Part::Frame {
            room: page.open.clone(),
            is_somebody,
            has_newer: (place.open.iter()).any(|open| open.history.has_newer),
            is_whole: listed::is_whole(place.rooms.len()),
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
        3 * self.draft.text.len() + 32 * self.draft.slots.len()
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
                    let line = renderer.part(self.room(room, 0))?;
                    self.draft.slot(ReaderSlot::Room(room), &line.html);
                }
                self.draft.text(LIST_END);
            }
            Slot::Header | Slot::Older | Slot::Rows | Slot::Newer | Slot::Members => {
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
                let header = renderer.part(self.header(open, room, false))?;
                self.draft.slot(ReaderSlot::Header, &header.html);
            }
            Slot::Older => {
                let first = history.messages.first().map(|message| message.number);
                let first = first.filter(|_| history.has_older);
                let older = renderer.part(Part::Older(room.clone(), first))?;
                self.draft.text(&older.html);
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
                let mut rows = timeline.rows(None, open.marked, utc);
                tell_apart(&mut rows, &presence.namesakes(timeline.authors()));
                for row in rows {
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
                let members = renderer.members(open, |person| {
                    namesakes.number(person.id, &person.name).is_some()
                })?;
                self.draft.text(&members.html);
            }
            _ => {}
        }
        Ok(())
    }

    fn header(&self, open: &OpenRoom, room: &RoomKey, may_delete: bool) -> Part {
        Part::Header {
            room: room.clone(),
            description: open.room.description.as_str().into(),
            may_delete,
            is_somebody: self.is_somebody,
        }
    }

    fn room(&self, room: usize, unread: i64) -> Part {
        let listed = &self.content.place().rooms[room].room;
        let room = RoomKey::from(listed);
        Part::Room {
            is_open: self.open.as_ref() == Some(&room),
            online: listed.online,
            room,
            unread,
        }
    }

    /// The page for this reader, with a nonce of its own.
    ///
    /// # Errors
    /// [`TooMuch`] when more fragments would have to be rendered than may be.
    pub fn filled(&self, reader: &ReaderState, renderer: &mut Renderer) -> Result<Print, TooMuch> {
        let nonce = Nonce::new().to_string();
        let Draft { text, slots } = &self.draft;
        let mut html = String::with_capacity(text.len() + text.len() / 8);
        let mut done = 0;
        for (range, slot) in slots {
            html.push_str(&text[done..range.start]);
            done = range.end;
            match *slot {
                ReaderSlot::Nonce => html.push_str(&nonce),
                ReaderSlot::FormKey => html.push_str(&reader.form_key),
                ReaderSlot::Me => html.push_str(&json(&reader.me)),
                ReaderSlot::MayDelete => html.push_str(&json(&reader.may_delete)),
                ReaderSlot::Name => html.push_str(&name(reader.me.as_ref())),
                ReaderSlot::Read => html.push_str(&json(&reader.read)),
                ReaderSlot::Entry(room) => {
                    let ReaderEntry { unread, is_member } = reader.rooms[room];
                    if unread > 0 {
                        let _ = write!(html, ",\"unread\":{unread}");
                    }
                    if is_member {
                        html.push_str(",\"is_member\":true");
                    }
                }
                ReaderSlot::Header | ReaderSlot::Room(_) | ReaderSlot::Message(_) => {
                    match self.own(*slot, reader, renderer)? {
                        Some(own) => html.push_str(&own.html),
                        None => html.push_str(&text[range.clone()]),
                    }
                }
            }
        }
        html.push_str(&text[done..]);
        Ok(Print::new(html, nonce))
    }

    /// What this reader has in a slot in which others have something else.
    fn own(
        &self,
        slot: ReaderSlot,
        reader: &ReaderState,
        renderer: &mut Renderer,
    ) -> Result<Option<Arc<Fragment>>, TooMuch> {
        let own = match slot {
            ReaderSlot::Room(room) if reader.rooms[room].unread > 0 => {
                renderer.part(self.room(room, reader.rooms[room].unread))?
            }
            ReaderSlot::Header if reader.may_delete => {
                let (Some(open), Some(room)) = (&self.content.place().open, &self.open) else {
                    return Ok(None);
                };
                renderer.part(self.header(open, room, true))?
            }
            ReaderSlot::Message(at) => {
                let (row, room) = (&self.messages[at], &self.open);
                let (Some(me), Some(room)) = (&reader.me, room) else {
                    return Ok(None);
                };
                if row.message.user_id != me.id {
                    return Ok(None);
                }
                let row = MessageRow {
                    is_own: true,
                    ..row.clone()
                };
                renderer.row(room, Row::Message(row))?
            }
            _ => return Ok(None),
        };
        Ok(Some(own))
    }
}
