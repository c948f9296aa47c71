//! A session played by hand: what happens to it goes in, what it wants done comes out.

mod editing;
mod inbound;
mod link;
mod membership;
mod names;
mod navigation;
mod notes;
mod offline;
mod outbound;
mod reactions;
mod reading;
mod replying;
mod room_list;
mod storage;
mod streams;
mod switching;

use super::*;
use parlour_protocol::calls::{Answer, Answered};
use parlour_protocol::{
    ErrorCode, Level, Message, OpenRoom, Person, Room, Roster, ServerFrame, Sync, Timestamp,
    UserKind, Welcome, paths, samples,
};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

const LOBBY: RoomId = RoomId(1);
const GARDEN: RoomId = RoomId(2);
const ALICE: UserId = UserId(7);
const BOB: UserId = UserId(8);

/// A `localStorage` that counts what is done with it. A clone is another tab's way to the same one.
#[derive(Clone, Default)]
struct CountedStorage {
    texts: Arc<Mutex<BTreeMap<String, String>>>,
    reads: Arc<AtomicU32>,
    writes: Arc<AtomicU32>,
    /// Writes are refused.
    is_full: Arc<AtomicU32>,
    /// Bytes that it has room for, where it has an end.
    room: Arc<Mutex<Option<usize>>>,
}

impl Storage for CountedStorage {
    fn load(&self, key: &str) -> Option<String> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.texts.lock().unwrap().get(key).cloned()
    }

    fn save(&self, key: &str, value: &str) -> bool {
        self.writes.fetch_add(1, Ordering::Relaxed);
        let mut texts = self.texts.lock().unwrap();
        let others = texts.iter().filter(|(other, _)| *other != key);
        let taken = others.map(|(_, text)| text.len()).sum::<usize>() + value.len();
        let fits = self.room.lock().unwrap().is_none_or(|room| taken <= room);
        let is_kept = fits && self.is_full.load(Ordering::Relaxed) == 0;
        if is_kept {
            texts.insert(key.to_owned(), value.to_owned());
        }
        is_kept
    }
}

impl CountedStorage {
    /// How often it was read and written since this was last asked.
    fn counted(&self) -> (u32, u32) {
        let take = |count: &AtomicU32| count.swap(0, Ordering::Relaxed);
        (take(&self.reads), take(&self.writes))
    }

    fn fill(&self, is_full: bool) {
        self.is_full.store(u32::from(is_full), Ordering::Relaxed);
    }

    /// Leaves so many bytes of room.
    fn leave_room(&self, bytes: usize) {
        let taken: usize = self.texts.lock().unwrap().values().map(String::len).sum();
        *self.room.lock().unwrap() = Some(taken + bytes);
    }

    fn text(&self, key: &str) -> String {
        let texts = self.texts.lock().unwrap();
        texts.get(key).cloned().unwrap_or_default()
    }
}

/// A tab, and the time in it.
struct Tab {
    session: Session,
    now: f64,
    viewport: Viewport,
    parts: Parts,
    /// Entries of the tab's history that were made.
    pushed: Vec<(String, i64)>,
}

fn alice() -> User {
    User {
        id: ALICE,
        name: "Alice".to_owned(),
        kind: UserKind::Guest,
        account: None,
    }
}

fn knows() -> Vec<String> {
    vec!["reaction".to_owned()]
}

fn room(id: RoomId) -> Room {
    Room {
        id,
        name: format!("Room {id}"),
        description: String::new(),
        created_at: Timestamp(0),
        created_by: None,
        seq: Seq(0),
        online: 0,
        last_message_at: None,
        sort: format!("{id}"),
    }
}

fn entry(id: RoomId, unread: i64) -> RoomEntry {
    let room = room(id);
    RoomEntry {
        room,
        unread,
        mentions: 0,
        is_member: true,
        is_favourite: false,
        level: Level::default(),
        availability: None,
    }
}

fn message(room: RoomId, number: i64, author: UserId, key: &str) -> Message {
    Message {
        room_id: room,
        user_id: author,
        username: if author == ALICE { "Alice" } else { "Bob" }.to_owned(),
        content: format!("Text {number}."),
        client_id: key.to_owned(),
        ..samples::message(number)
    }
}

/// Bob's messages with these numbers, read when the room was at `seq`.
fn page(room: RoomId, numbers: std::ops::RangeInclusive<i64>, seq: i64) -> History {
    let has_older = *numbers.start() > 1;
    let has_newer = *numbers.end() < seq;
    let bobs = numbers.map(|number| message(room, number, BOB, &format!("b{number}")));
    History {
        messages: bobs.collect(),
        seq: Seq(seq),
        has_older,
        has_newer,
        house: None,
    }
}

fn open_room(room_id: RoomId, history: History) -> OpenRoom {
    let here = Person {
        id: BOB,
        name: "Bob".to_owned(),
    };
    OpenRoom {
        room: room(room_id),
        may_delete: true,
        read_only: None,
        asking: 0,
        read: Some(history.seq),
        roster: Roster {
            people: vec![here],
            count: 2,
        },
        history,
        marked: None,
    }
}

/// The page of the lobby with messages 1 to `seq`.
fn lobby(seq: i64) -> Place {
    Place {
        me: Some(alice()),
        was: Vec::new(),
        rooms: vec![entry(LOBBY, 0), entry(GARDEN, 0)],
        open: Some(open_room(LOBBY, page(LOBBY, 1..=seq, seq))),
        form_key: String::new(),
        blocked: Vec::new(),
    }
}

fn welcome(room_id: RoomId, seq: i64) -> ServerFrame {
    ServerFrame::Welcome(Welcome {
        room_id,
        seq: Seq(seq),
        epoch: "e".to_owned(),
        user: Some(alice()),
        was: Vec::new(),
        room: Room {
            seq: Seq(seq),
            ..room(room_id)
        },
        token: None,
        build: None,
        house: None,
        me: None,
        may_delete: false,
        read_only: None,
        asking: 0,
    })
}

fn posted(room: RoomId, number: i64) -> ServerFrame {
    ServerFrame::Message(message(room, number, BOB, &format!("b{number}")))
}

fn stored(room: RoomId, number: i64, key: &str) -> ServerFrame {
    ServerFrame::Message(message(room, number, ALICE, key))
}

fn sync(room_id: RoomId, from: i64, to: i64) -> Sync {
    let bobs = (from + 1..=to).map(|number| message(room_id, number, BOB, &format!("b{number}")));
    Sync {
        room_id,
        messages: bobs.collect(),
        room: None,
        from: Seq(from),
        to: Seq(to),
        complete: true,
        reset: false,
    }
}

fn refusal(room: RoomId, key: Option<&str>, code: ErrorCode, wait: Option<u64>) -> ServerFrame {
    let error = AppError {
        retry_after_ms: wait,
        ..AppError::new(code, "No.")
    };
    ServerFrame::error(error, Some(room), key.map(str::to_owned))
}

fn ok<T: serde::Serialize>(record: &T) -> Answer {
    Some(Answered {
        is_ok: true,
        text: serde_json::to_string(record).unwrap(),
    })
}

fn not_found(code: &str) -> Answer {
    Some(Answered {
        is_ok: false,
        text: format!(r#"{{"code":"{code}","detail":"It is gone."}}"#),
    })
}

impl Tab {
    fn new(place: Place, storage: CountedStorage) -> Self {
        let viewport = Viewport {
            is_visible: true,
            is_at_end: true,
            ..Viewport::default()
        };
        let path = match &place.open {
            Some(open) => format!("/rooms/{}", open.room.id),
            None => paths::LIST.to_owned(),
        };
        let mut tab = Self {
            session: Session::new(place, Box::new(storage)),
            now: 0.0,
            viewport,
            parts: Parts::default(),
            pushed: Vec::new(),
        };
        tab.does(|session| {
            session.restore("");
            session.arrive(path, 1, None, false);
            session.start(None, None);
        });
        tab
    }

    /// In the lobby, with a page of two, connected.
    fn live() -> Self {
        Self::live_with(CountedStorage::default())
    }

    fn live_with(storage: CountedStorage) -> Self {
        let mut tab = Self::new(lobby(2), storage);
        tab.open_socket(2);
        tab
    }

    /// The socket is open, and all the server has to say to begin with is said: the lobby is at `seq`.
    fn open_socket(&mut self, seq: i64) {
        self.does(Session::opened);
        self.hear(welcome(LOBBY, seq));
    }

    /// Lets something happen; what is to be done about it.
    fn does(&mut self, happens: impl FnOnce(&mut Session)) -> Vec<Effect> {
        let at = Moment {
            now: self.now,
            random: 0.5,
        };
        happens(self.session.at(at, self.viewport));
        let (effects, parts) = self.session.take_effects();
        self.parts = parts;
        for effect in &effects {
            if let Effect::Push(path, entry) = effect {
                self.pushed.push((path.clone(), *entry));
            }
        }
        effects
    }

    fn hear(&mut self, frame: ServerFrame) -> Vec<Effect> {
        self.does(|session| session.received(frame))
    }

    /// So many milliseconds pass.
    fn pass(&mut self, milliseconds: f64) -> Vec<Effect> {
        self.now += milliseconds;
        let now = self.now;
        self.does(|session| session.tick(now))
    }

    /// Types a text and presses Enter.
    fn send(&mut self, text: &str, key: &str) -> Vec<Effect> {
        self.does(|session| session.typed(text));
        self.does(|session| session.send(text, key.to_owned()))
    }

    fn visit(&mut self, path: &str) -> Vec<Effect> {
        self.does(|session| session.visit(path.to_owned(), true))
    }

    fn answer(&mut self, (number, ask): &(u64, Ask), answer: Answer) -> Vec<Effect> {
        self.does(|session| session.answered(*number, ask, answer))
    }

    /// The numbers of the messages that are shown.
    fn shown(&self) -> Vec<i64> {
        let messages = self.session.timeline().messages();
        messages.map(|message| message.number.0).collect()
    }
}

/// What is said to the server.
fn said(effects: &[Effect]) -> Vec<&ClientFrame> {
    let said = effects.iter().filter_map(|effect| match effect {
        Effect::Say(frame) => Some(frame),
        _ => None,
    });
    said.collect()
}

/// The keys of the messages that are sent.
fn keys(effects: &[Effect]) -> Vec<&str> {
    let sent = said(effects).into_iter();
    let keys = sent.filter_map(|frame| match frame {
        ClientFrame::Message { client_id, .. } => client_id.as_deref(),
        _ => None,
    });
    keys.collect()
}

/// What is asked beside the socket.
fn asked(effects: &[Effect]) -> Vec<(u64, Ask)> {
    let asked = effects.iter().filter_map(|effect| match effect {
        Effect::Fetch(number, ask) => Some((*number, ask.clone())),
        _ => None,
    });
    asked.collect()
}

/// The one question that is asked beside the socket.
#[track_caller]
fn one_asked(effects: &[Effect]) -> (u64, Ask) {
    let [asked] = &asked(effects)[..] else {
        panic!("{effects:?}");
    };
    asked.clone()
}

fn asks_sync(room: RoomId, after: i64) -> ClientFrame {
    ClientFrame::Sync {
        room_id: Some(room),
        after: Seq(after),
    }
}

fn notices(effects: &[Effect]) -> Vec<&str> {
    let told = effects.iter().filter_map(|effect| match effect {
        Effect::Notice(sentence) => Some(sentence.as_str()),
        _ => None,
    });
    told.collect()
}
