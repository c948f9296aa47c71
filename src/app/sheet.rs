//! A live page with blanks: printed once for all who see the same rooms, then filled in for each of
//! them, as long as nothing is written and nobody comes or goes.
//!
//! *Invariant:* a page that was filled in is what printing it for its reader alone would give, byte
//! for byte, but for what every answer draws anew.

mod modals;
mod page;

pub use page::printed;

use crate::app::room::printing::{self, parts};
use crate::app::shell::{Assets, Print};
use leptos::nonce::Nonce;
use page::json;
use parlour_client::timeline::MessageRow;
use parlour_protocol::{
    History, Listed, OpenRoom, Place, RoomEntry, RoomId, Roster, User, UserId, UserKind,
};
use parlour_server::places::{At, Own, SharedPlace};
use parlour_server::rooms::{self, Sight};
use parlour_server::{Context, Remembered, Scope, messages};
use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of sheets that are kept.
const MOST: usize = 16 * 1024 * 1024;

/// Parts that a sheet keeps for its readers; when there are more, they are drawn anew.
const MOST_DRAWN: usize = 1_000;

/// Nobody has this id.
const STRANGER: UserId = UserId(-1);

/// The sheets of late.
pub type Sheets = Remembered<Kind, Arc<Sheet>>;

/// No sheets yet.
pub fn sheets() -> Sheets {
    Remembered::new(MOST)
}

/// Who can be given the same sheet.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    sight: Sight,
    at: Option<At>,
    is_somebody: bool,
    /// Which rooms the reader belongs to, where that decides which are listed.
    own: Option<Arc<[RoomId]>>,
}

impl Kind {
    /// Which this reader is given there.
    pub fn of(scope: &Scope, at: Option<At>) -> Self {
        Self {
            sight: rooms::sight(scope),
            at,
            is_somebody: scope.person.is_some(),
            own: None,
        }
    }

    /// Which they are given where not everybody has the same rooms in the list.
    pub fn among(self, own: Arc<[RoomId]>) -> Self {
        Self {
            own: Some(own),
            ..self
        }
    }
}

/// The page.
#[derive(Debug)]
pub struct Sheet {
    shared: SharedPlace,
    messages: Vec<MessageRow>,
    /// As a stranger finds it, who has nothing here.
    html: String,
    /// From first to last.
    blanks: Vec<(Range<usize>, Blank)>,
    /// What was drawn for some of its readers, and is the same for others.
    drawn: Mutex<HashMap<(Part, i64), Arc<str>>>,
}

/// What is filled in.
#[derive(Clone, Copy, Debug)]
enum Blank {
    Nonce,
    FormKey,
    /// In the JSON.
    Me,
    Unread(usize),
    MayDelete,
    /// In the markup.
    Name,
    Part(Part),
}

/// A piece of markup that is another one for some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Part {
    Header,
    Room(usize),
    Message(usize),
}

impl Sheet {
    /// Prints it.
    pub fn new(assets: &Assets, ctx: &Context, shared: SharedPlace, kind: &Kind) -> Self {
        let place = shared.of(Own {
            me: kind.is_somebody.then(|| stranger(messages::draw_key(ctx))),
            unread: vec![0; shared.place().rooms.len()],
            may_delete: false,
            form_key: messages::draw_key(ctx),
        });
        let print = printed(assets, &ctx.settings, &place);
        let messages = parts(place.clone(), |parts| parts.messages());
        let mut blanks = blanks(&print, &place, &messages);
        blanks.sort_by_key(|(range, _)| range.start);
        Self {
            shared,
            messages,
            html: print.into_html(),
            blanks,
            drawn: Mutex::default(),
        }
    }

    /// What everybody finds on it.
    pub fn shared(&self) -> &SharedPlace {
        &self.shared
    }

    /// Bytes that it takes, with what is drawn for its readers.
    pub fn weight(&self) -> usize {
        4 * self.html.len()
    }

    /// The page for the reader whose own this is.
    pub fn filled(&self, own: &Own) -> Print {
        let nonce = Nonce::new().to_string();
        let mut html = String::with_capacity(self.html.len() + self.html.len() / 8);
        let mut done = 0;
        for (range, blank) in &self.blanks {
            html.push_str(&self.html[done..range.start]);
            done = range.end;
            let strangers = &self.html[range.clone()];
            match *blank {
                Blank::Nonce => html.push_str(&nonce),
                Blank::FormKey => html.push_str(&own.form_key),
                Blank::Me => html.push_str(&json(&own.me)),
                Blank::Unread(room) => {
                    let unread = own.unread[room];
                    if unread > 0 {
                        html.push_str(&format!(",\"unread\":{unread}"));
                    }
                }
                Blank::MayDelete => html.push_str(&own.may_delete.to_string()),
                Blank::Name => {
                    let name = own.me.iter().map(|me| printing::name(me.name.clone()));
                    html.extend(name);
                }
                Blank::Part(part) => match self.drawn(part, own) {
                    Some(drawn) => html.push_str(&drawn),
                    None => html.push_str(strangers),
                },
            }
        }
        html.push_str(&self.html[done..]);
        Print::new(html, nonce)
    }

    /// A part for somebody who finds another one there than a stranger.
    fn drawn(&self, part: Part, own: &Own) -> Option<Arc<str>> {
        let unread = match part {
            Part::Room(room) => own.unread[room],
            _ => 0,
        };
        let is_own = match part {
            Part::Header => own.may_delete,
            Part::Room(_) => unread > 0,
            Part::Message(at) => {
                own.me.as_ref().map(|me| me.id) == Some(self.messages[at].message.user_id)
            }
        };
        is_own.then(|| {
            let mut drawn = self.drawn.lock().unwrap_or_else(PoisonError::into_inner);
            if drawn.len() > MOST_DRAWN {
                drawn.clear();
            }
            let text = drawn.entry((part, unread));
            text.or_insert_with(|| self.draw(part, unread).into())
                .clone()
        })
    }

    /// Draws a part for whose own it is.
    fn draw(&self, part: Part, unread: i64) -> String {
        let place = self.shared.place();
        let open = place.open.as_ref().map(|open| OpenRoom {
            room: open.room.clone(),
            may_delete: true,
            roster: Roster::default(),
            history: History::default(),
            marked: None,
        });
        let entry = |room: usize| RoomEntry {
            unread,
            ..place.rooms[room].clone()
        };
        let rooms = match part {
            Part::Room(room) => vec![entry(room)],
            _ => Vec::new(),
        };
        let place = Place {
            me: Some(stranger(String::new())),
            rooms,
            open,
            form_key: String::new(),
        };
        parts(place, |parts| match part {
            Part::Header => parts.header(),
            Part::Room(room) => parts.room(entry(room)),
            Part::Message(at) => parts.message(MessageRow {
                is_own: true,
                ..self.messages[at].clone()
            }),
        })
    }
}

/// Where a page that was printed for a stranger has something of a reader's own.
fn blanks(print: &Print, place: &Place, messages: &[MessageRow]) -> Vec<(Range<usize>, Blank)> {
    let html = print.html();
    let all = |text: &str, blank: Blank| -> Vec<_> {
        let found = html.match_indices(text);
        found
            .map(|(at, text)| (at..at + text.len(), blank))
            .collect()
    };
    let mut blanks = all(print.nonce(), Blank::Nonce);
    blanks.extend(all(&place.form_key, Blank::FormKey));
    // The rest stands there in this order; each is looked for from where the one before it ends.
    let mut done = 0;
    let mut next = |text: &str| {
        let at = html[done..].find(text);
        let at = done + at.expect("a part by itself is the text that it is inside of the page");
        done = at + text.len();
        at..done
    };
    if let Some(me) = &place.me {
        blanks.push((next(&json(me)), Blank::Me));
    }
    for (room, entry) in place.rooms.iter().enumerate() {
        let end = next(&json(&Listed::from(entry.clone()))).end - "}".len();
        blanks.push((end..end, Blank::Unread(room)));
    }
    if place.open.is_some() {
        let end = next("\"may_delete\":false").end;
        blanks.push((end - "false".len()..end, Blank::MayDelete));
    }
    if let Some(me) = &place.me {
        blanks.push((next(&printing::name(me.name.clone())), Blank::Name));
    }
    parts(place.clone(), |parts| {
        let mut part = |text: &str, part| blanks.push((next(text), Blank::Part(part)));
        for (room, entry) in place.rooms.iter().enumerate() {
            part(&parts.room(entry.clone()), Part::Room(room));
        }
        if place.open.is_some() {
            part(&parts.header(), Part::Header);
        }
        for (at, message) in messages.iter().enumerate() {
            part(&parts.message(message.clone()), Part::Message(at));
        }
    });
    blanks
}

fn stranger(name: String) -> User {
    User {
        id: STRANGER,
        name,
        kind: UserKind::Guest,
    }
}
