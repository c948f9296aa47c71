//! A history in which nothing is wrong, and how to plant something in it.

use crate::checker::{Violation, check};
use crate::history::{Event, History, Shown};

pub(super) const ROOM: i64 = 1;

pub(super) fn shown(number: i64, key: &str) -> Shown {
    Shown {
        number,
        key: Some(key.to_owned()),
        content: format!("text of {key}"),
        deleted: false,
        reactions: Some(String::new()),
    }
}

/// Alice sends three messages; Bob has two tabs, one of which came late.
#[rustfmt::skip]
pub(super) fn kept() -> Vec<Event> {
    let mut events = Vec::new();
    for name in ["alice", "bob"] {
        events.push(Event::Member { client: name.to_owned(), room: ROOM });
    }
    for client in ["alice", "bob", "bob#2"] {
        events.push(Event::TookPage { client: client.to_owned(), room: ROOM, seq: 0 });
    }
    let client = || "alice".to_owned();
    for key in ["k1", "k2", "k3", "k4", "k5"] {
        events.push(Event::Sent { client: client(), room: ROOM, key: key.to_owned() });
    }
    for (number, key) in [(1, "k1"), (2, "k2"), (3, "k3")] {
        events.push(Event::Acknowledged { client: client(), room: ROOM, key: key.to_owned(), number });
        for client in ["alice", "bob"] {
            events.push(received(client, number, key));
        }
    }
    events.push(Event::Refused { client: client(), room: ROOM, key: "k4".to_owned() });
    events.push(Event::Waiting { client: client(), room: ROOM, key: "k5".to_owned() });
    events.push(Event::TookPage { client: "bob#2".to_owned(), room: ROOM, seq: 2 });
    events.push(received("bob#2", 3, "k3"));
    let rows = vec![shown(1, "k1"), shown(2, "k2"), shown(3, "k3")];
    for (client, from) in [("alice", 0), ("bob", 0), ("bob#2", 1)] {
        events.push(screen(client, rows[from..].to_vec()));
    }
    events.push(Event::Page { room: ROOM, rows });
    events
}

pub(super) fn received(client: &str, number: i64, key: &str) -> Event {
    Event::Received {
        client: client.to_owned(),
        room: ROOM,
        number,
        seq: number,
        key: key.to_owned(),
        live: true,
    }
}

pub(super) fn screen(client: &str, rows: Vec<Shown>) -> Event {
    Event::Screen {
        client: client.to_owned(),
        room: ROOM,
        rows,
        has_newer: false,
    }
}

pub(super) fn violations(events: Vec<Event>) -> Vec<Violation> {
    check(&History { events })
}

/// The history in which nothing is wrong, with something planted.
pub(super) fn planted(plant: impl FnOnce(&mut Vec<Event>)) -> Vec<Violation> {
    let mut events = kept();
    plant(&mut events);
    violations(events)
}

/// Where an event stands in the history in which nothing is wrong.
pub(super) fn at(event: &Event) -> usize {
    kept().iter().position(|other| other == event).unwrap()
}

pub(super) fn rows_of<'e>(events: &'e mut [Event], whose: &str) -> &'e mut Vec<Shown> {
    let found = events.iter_mut().find_map(|event| match event {
        Event::Screen { client, rows, .. } if client == whose => Some(rows),
        Event::Page { rows, .. } if whose == "server" => Some(rows),
        _ => None,
    });
    found.unwrap()
}
