//! This reader and writer against serde, which the server uses.

mod documented;
mod frames;
mod growth;

use super::*;
use crate::*;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::collections::BTreeMap;
use std::fmt::Debug;

/// Numbers that look drawn, the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % sides
    }

    fn coin(&mut self) -> bool {
        self.roll(2) == 0
    }

    fn number(&mut self) -> i64 {
        match self.roll(4) {
            0 => self.roll(3) as i64,
            1 => (1 << 53) - 1,
            2 => -(self.roll(1_000) as i64),
            _ => self.roll(1 << 30) as i64,
        }
    }

    fn text(&mut self) -> String {
        const PIECES: [&str; 16] = [
            "",
            "a",
            "\"",
            "\\",
            "\n",
            "\u{0}",
            "\u{1f}",
            "\u{7f}",
            "é",
            "\u{2028}",
            "😀",
            "</script>",
            "\\u0041",
            "\u{8}\u{c}\r\t",
            "{[:,",
            "\u{fffd}",
        ];
        (0..self.roll(6))
            .map(|_| PIECES[self.roll(16) as usize])
            .collect()
    }

    fn maybe<T>(&mut self, make: impl FnOnce(&mut Self) -> T) -> Option<T> {
        self.coin().then(|| make(self))
    }

    fn list<T>(&mut self, mut make: impl FnMut(&mut Self) -> T) -> Vec<T> {
        (0..self.roll(3)).map(|_| make(self)).collect()
    }

    fn time(&mut self) -> Timestamp {
        Timestamp(self.roll(1 << 31) as i64 * 1_000 + self.roll(1_000) as i64)
    }

    fn user(&mut self) -> User {
        User {
            id: UserId(self.number()),
            name: self.text(),
            kind: [UserKind::Guest, UserKind::Member, UserKind::Bot][self.roll(3) as usize],
            account: self.maybe(Self::number).map(UserId),
        }
    }

    fn room(&mut self) -> Room {
        Room {
            id: RoomId(self.number()),
            name: self.text(),
            description: self.text(),
            created_at: self.time(),
            created_by: self.maybe(|dice| UserId(dice.number())),
            seq: Seq(self.number()),
            online: self.roll(1 << 32) as u32,
            last_message_at: self.maybe(Self::time),
            sort: self.text(),
        }
    }

    fn message(&mut self) -> Message {
        Message {
            id: MessageId(self.number()),
            room_id: RoomId(self.number()),
            number: Number(self.number()),
            seq: Seq(self.number()),
            user_id: UserId(self.number()),
            username: self.text(),
            author: self.maybe(Self::person),
            content: self.text(),
            client_id: self.text(),
            timestamp: self.time(),
            edited_at: self.maybe(Self::time),
            deleted: self.coin(),
            quote: self.maybe(|dice| Quote {
                seq: Seq(dice.number()),
                user_id: UserId(dice.number()),
                username: dice.text(),
                text: dice.text(),
            }),
            thread: self.maybe(Self::number).map(Number),
            replies: self.maybe(|dice| Replies {
                count: dice.number(),
                last: Number(dice.number()),
            }),
            reply_to: self.maybe(Self::number).map(Number),
            links: self.list(|dice| Link {
                start: dice.roll(1 << 32) as u32,
                end: dice.roll(1 << 32) as u32,
                href: dice.maybe(Self::text),
            }),
            doc: self.maybe(|dice| Document(dice.nodes(3))),
            reactions: self.list(|dice| Reaction {
                emoji: dice.text(),
                count: dice.roll(1 << 32) as u32,
                user_ids: dice.people(),
                mine: dice.coin(),
            }),
            mentions: self.list(Self::person),
            mentions_all: self.coin(),
            pinned: self.coin(),
            may_undo: self.coin(),
        }
    }

    fn nodes(&mut self, depth: u32) -> Vec<Node> {
        self.list(|dice| match dice.coin() || depth == 0 {
            true => Node::Text(dice.text()),
            false => {
                let kind = Kind::ALL[dice.roll(Kind::ALL.len() as u64) as usize];
                let has_value = !kind.attribute().is_empty();
                Node::Element(Element {
                    kind,
                    value: if has_value {
                        dice.text()
                    } else {
                        String::new()
                    },
                    children: dice.nodes(depth - 1),
                })
            }
        })
    }

    fn history(&mut self) -> History {
        History {
            messages: self.list(Self::message),
            seq: Seq(self.number()),
            has_older: self.coin(),
            has_newer: self.coin(),
            house: self.maybe(Self::number).map(Seq),
        }
    }

    fn roster(&mut self) -> Roster {
        Roster {
            people: self.list(Self::person),
            count: self.roll(1 << 32) as u32,
        }
    }

    fn person(&mut self) -> Person {
        Person {
            id: UserId(self.number()),
            name: self.text(),
        }
    }

    fn entry(&mut self) -> RoomEntry {
        RoomEntry {
            room: Room {
                description: String::new(),
                created_at: Timestamp(0),
                created_by: None,
                last_message_at: None,
                ..self.room()
            },
            unread: self.number(),
            mentions: self.number(),
            is_member: self.coin(),
            is_favourite: self.coin(),
            level: self.level(),
            availability: self.availability(),
        }
    }

    fn open(&mut self) -> OpenRoom {
        OpenRoom {
            room: self.room(),
            may_delete: self.coin(),
            read_only: self.maybe(|dice| ReadOnly::ALL[dice.roll(5) as usize]),
            asking: self.roll(3) as u32,
            read: self.maybe(Self::number).map(Seq),
            roster: self.roster(),
            history: self.history(),
            marked: self.maybe(Self::number).map(Number),
        }
    }

    fn place(&mut self) -> Place {
        Place {
            me: self.maybe(Self::user),
            was: self.people(),
            rooms: self.list(Self::entry),
            open: self.maybe(Self::open),
            form_key: self.text(),
            blocked: self.people(),
        }
    }

    fn error(&mut self) -> AppError {
        AppError {
            code: ErrorCode::ALL[self.roll(ErrorCode::ALL.len() as u64) as usize],
            message: self.text(),
            field: self.maybe(Self::text),
            at: self.maybe(|dice| dice.roll(1 << 32) as u32),
            retry_after_ms: self.maybe(|dice| dice.roll(1 << 40)),
        }
    }
}

#[track_caller]
fn is_read<T: FromJson + Serialize + PartialEq + Debug>(record: T) {
    let text = serde_json::to_string(&record).unwrap();
    assert_eq!(T::from_text(&text), Some(record), "{text}");
    let spaced: serde_json::Value = serde_json::from_str(&text).unwrap();
    let spaced = serde_json::to_string_pretty(&spaced).unwrap();
    assert!(T::from_text(&spaced).is_some(), "{spaced}");
}

/// Whatever is cut off or replaced in a record's text, both readers take it for the same, or neither
/// takes it.
#[track_caller]
fn is_spoilt_alike<T>(record: &T, dice: &mut Dice)
where
    T: FromJson + Serialize + DeserializeOwned + PartialEq + Debug,
{
    let mut bytes = serde_json::to_vec(record).unwrap();
    let at = dice.roll(bytes.len() as u64) as usize;
    match dice.roll(3) {
        0 => bytes.truncate(at),
        1 => drop(bytes.remove(at)),
        _ => bytes[at] = b"\"\\{}[]:,0-9.en \n"[dice.roll(16) as usize],
    }
    let Ok(text) = String::from_utf8(bytes) else {
        return;
    };
    assert_eq!(
        T::from_text(&text),
        serde_json::from_str(&text).ok(),
        "{text}"
    );
}

#[test]
fn every_record_that_serde_writes_is_read() {
    let mut dice = Dice(1);
    for _ in 0..2_000 {
        is_read(dice.place());
        is_read(dice.entry());
        is_read(dice.error());
        is_read(dice.frame());
    }
}

#[test]
fn a_spoilt_text_is_refused_or_taken_as_serde_does() {
    let mut dice = Dice(2);
    for _ in 0..20_000 {
        let message = dice.message();
        is_spoilt_alike(&message, &mut dice);
        let user = dice.user();
        is_spoilt_alike(&user, &mut dice);
        let roster = dice.roster();
        is_spoilt_alike(&roster, &mut dice);
        let error = dice.error();
        is_spoilt_alike(&error, &mut dice);
        let room = dice.room();
        is_spoilt_alike(&room, &mut dice);
        let entry = dice.entry();
        is_spoilt_alike(&entry, &mut dice);
        let open = dice.open();
        is_spoilt_alike(&open, &mut dice);
    }
}

#[test]
fn what_the_browser_says_is_written_as_serde_writes_it() {
    let mut dice = Dice(3);
    for _ in 0..2_000 {
        let frame = dice.said();
        assert_eq!(frame.encode(), serde_json::to_string(&frame).unwrap());
        assert_eq!(ClientFrame::parse(&frame.encode()), Ok(frame));
    }
}

#[test]
fn a_text_is_one_value_as_for_serde() {
    let deep = |depth| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let texts = [
        "",
        " ",
        "null",
        "nul",
        "nulll",
        "true false",
        "0",
        "-0",
        "01",
        "-",
        "1.",
        "1.5",
        "1e3",
        "1e",
        "-1.5E-7",
        "9223372036854775807",
        "9223372036854775808",
        "[1,]",
        "[,1]",
        "[1 2]",
        "{\"a\":1,}",
        "{\"a\" : 1}",
        "{a:1}",
        "{\"a\"}",
        "\"\\u00e9\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "\"\\ude00\"",
        "\"\\ud83d\\u0041\"",
        "\"\\x\"",
        "\"\n\"",
        "\"",
        "[\"\\",
        "\u{feff}1",
        "\u{a0}1",
        "[[]",
        "]",
    ];
    for text in texts
        .map(str::to_owned)
        .into_iter()
        .chain([deep(127), deep(128), deep(100_000)])
    {
        let known = serde_json::from_str::<serde_json::Value>(&text).is_ok();
        assert_eq!(Json::parse(&text).is_some(), known, "{text:.40}");
    }
}

#[test]
fn what_is_absent_is_empty_only_where_it_may_be() {
    let room = r#"{"id":1,"name":"L","created_at":"2026-01-02T03:04:05.678Z","seq":1,"online":0,"more":[{}]}"#;
    let read = Room::from_text(room);
    assert_eq!(read, serde_json::from_str(room).ok());
    assert_eq!(read.map(|room| room.description), Some(String::new()));
    assert_eq!(Room::from_text(&room.replace("seq", "sec")), None);
    assert_eq!(Room::from_text(&room.replace(":0,", ":-1,")), None);
    assert_eq!(Room::from_text("[]"), None);
}

#[test]
fn a_page_says_of_a_listed_room_what_a_list_shows() {
    let mut room = Dice(4).room();
    (room.seq, room.online) = (Seq::ZERO, 0);
    room.sort = "9oo".to_owned();
    let entry = |unread| RoomEntry {
        room: room.clone(),
        unread,
        mentions: 0,
        is_member: unread > 0,
        is_favourite: false,
        level: Level::All,
        availability: None,
    };
    let place = Place {
        me: None,
        was: Vec::new(),
        rooms: vec![entry(0), entry(3)],
        open: None,
        form_key: String::new(),
        blocked: Vec::new(),
    };
    let (id, name) = (room.id, serde_json::to_string(&room.name).unwrap());
    let listed = format!(r#""room":{{"id":{id},"name":{name},"sort":"9oo"}}"#);
    let text = serde_json::to_string(&place).unwrap();
    let rooms = format!(r#""rooms":[{{{listed}}},{{{listed},"unread":3,"is_member":true}}],"#);
    assert!(text.contains(&rooms), "{text}");
    // Whether a page lists it or a call: it is the same line.
    let whole = serde_json::to_string(&place.rooms).unwrap();
    let read = Place::from_text(&text).unwrap();
    assert_eq!(Vec::from_text(&whole), Some(read.rooms));
    assert_eq!(
        RoomEntry::from_text(r#"{"room":{"id":1},"unread":0}"#),
        None
    );
}

#[test]
fn every_code_is_listed() {
    for code in ErrorCode::ALL {
        let text = serde_json::to_string(&code).unwrap();
        assert_eq!(ErrorCode::from_text(&text), Some(code));
    }
    // The compiler counts the variants here, so that a new one is not forgotten.
    assert_eq!(ErrorCode::Internal as usize + 1, ErrorCode::ALL.len());
}
