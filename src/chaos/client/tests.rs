use super::record::shown;
use super::*;
use crate::checker::check;
use parlour_protocol::calls::Answered;
use parlour_protocol::{
    History, Message, OpenRoom, Room, Roster, Seq, Sync, Timestamp, Welcome, samples,
};

const ROOM: RoomId = RoomId(1);
const ALICE: UserId = UserId(7);

fn message(number: i64, author: UserId, key: &str) -> Message {
    Message {
        room_id: ROOM,
        user_id: author,
        username: "Somebody".to_owned(),
        content: key.to_owned(),
        client_id: key.to_owned(),
        ..samples::message(number)
    }
}

fn page(seq: i64) -> History {
    let bobs = (1..=seq).map(|number| message(number, UserId(8), &format!("b{number}")));
    History {
        messages: bobs.collect(),
        seq: Seq(seq),
        ..History::default()
    }
}

fn room(seq: i64) -> Room {
    Room {
        id: ROOM,
        name: "Lobby".to_owned(),
        description: String::new(),
        created_at: Timestamp(0),
        created_by: None,
        seq: Seq(seq),
        online: 1,
        last_message_at: None,
        sort: String::new(),
    }
}

fn welcome(seq: i64, epoch: &str) -> ServerFrame {
    ServerFrame::Welcome(Welcome {
        room_id: ROOM,
        seq: Seq(seq),
        epoch: epoch.to_owned(),
        user: Some(User {
            id: ALICE,
            name: "Alice".to_owned(),
            kind: UserKind::Guest,
            account: None,
        }),
        was: Vec::new(),
        room: room(seq),
        token: None,
        build: None,
        house: None,
        me: None,
        may_delete: false,
        read_only: None,
        asking: 0,
    })
}

fn sync(from: i64, to: i64, reset: bool) -> ServerFrame {
    let messages = match reset {
        true => Vec::new(),
        false => page(to).messages.split_off(from as usize),
    };
    ServerFrame::Sync(Sync {
        room_id: ROOM,
        messages,
        room: None,
        from: Seq(from),
        to: Seq(to),
        complete: true,
        reset,
    })
}

fn at(now: f64) -> Moment {
    Moment { now, random: 0.5 }
}

/// The keys of the messages among what is sent.
fn keys(client: &mut Client) -> Vec<String> {
    let sent = client.take_todo().into_iter();
    let keys = sent.filter_map(|todo| match todo {
        Todo::Send(ClientFrame::Message { client_id, .. }) => client_id,
        _ => None,
    });
    keys.collect()
}

/// In the room, with a page of two, connected at 0.
fn live(name: &str, storage: Storage) -> Client {
    let mut client = Client::new(name, &[ALICE], storage, 0.0);
    client.enter(ROOM);
    client.tick(at(0.0));
    let todo = client.take_todo();
    let [Todo::Connect, Todo::Fetch(number, ask)] = &todo[..] else {
        panic!("{todo:?}");
    };
    let open = OpenRoom {
        room: room(2),
        may_delete: false,
        read_only: None,
        asking: 0,
        read: None,
        roster: Roster::default(),
        history: page(2),
        marked: None,
    };
    let answer = Answered {
        is_ok: true,
        text: serde_json::to_string(&open).unwrap(),
    };
    client.answered(*number, ask, Some(answer), at(0.0));
    client.opened(at(0.0));
    client.received(welcome(2, "e"), at(0.0));
    client.received(sync(2, 2, false), at(0.0));
    client
}

#[test]
fn a_tab_that_is_killed_leaves_its_messages_to_the_next() {
    let storage = Storage::default();
    let mut client = live("alice", storage.clone());
    client.write(ROOM, "one", "k1", at(1.0));
    let stored = client.stored();
    drop(client);
    let mut client = live("alice#2", Storage::with(&stored));
    assert_eq!(keys(&mut client), ["k1"]);
    client.received(ServerFrame::Message(message(3, ALICE, "k1")), at(2.0));
    assert!(client.outbox().is_empty());
}

#[test]
fn two_tabs_share_what_is_sent_and_a_storage_that_refuses_keeps_it_in_one() {
    let storage = Storage::default();
    let mut first = live("alice", storage.clone());
    let mut second = live("alice#2", storage.clone());
    first.write(ROOM, "one", "k1", at(1.0));
    second.take_in(at(1.0));
    assert!(second.outbox().contains("k1"));
    first.received(ServerFrame::Message(message(3, ALICE, "k1")), at(2.0));
    second.take_in(at(2.0));
    assert!(second.outbox().is_empty());
    storage.refuse(true);
    keys(&mut first);
    first.write(ROOM, "two", "k2", at(3.0));
    assert_eq!(keys(&mut first), ["k2"]);
    second.take_in(at(3.0));
    assert!(!second.outbox().contains("k2"));
}

#[test]
fn what_it_records_is_what_the_checker_wants() {
    let mut client = live("alice", Storage::default());
    client.write(ROOM, "k1", "k1", at(1.0));
    client.received(ServerFrame::Message(message(3, ALICE, "k1")), at(2.0));
    client.received(sync(2, 3, false), at(2.0));
    client.finish();
    let mut history = crate::history::History::default();
    history.extend(client.take_events());
    let timeline = client.timeline(ROOM).unwrap();
    history.push(Event::Page {
        room: ROOM.0,
        rows: shown(timeline),
    });
    assert_eq!(check(&history), []);
    assert_eq!(client.take_events(), []);
}

#[test]
fn a_message_changed_between_two_frames_of_a_sync_is_received_with_the_second() {
    let mut client = live("alice", Storage::default());
    client.received(welcome(6, "e"), at(0.0));
    let frame = |messages: Vec<Message>, from, to, complete| {
        ServerFrame::Sync(Sync {
            room_id: ROOM,
            messages,
            room: None,
            from,
            to,
            complete,
            reset: false,
        })
    };
    let changed = Message {
        seq: Seq(6),
        ..message(3, UserId(8), "b3")
    };
    let later = |number: i64| message(number, UserId(8), &format!("b{number}"));
    client.received(frame(vec![later(4)], Seq(2), Seq(4), false), at(1.0));
    client.received(
        frame(vec![later(5), changed.clone()], Seq(4), Seq(6), true),
        at(2.0),
    );
    client.received(frame(vec![changed], Seq(4), Seq(6), true), at(3.0));
    let received = client
        .take_events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Received { number, .. } => Some(number),
            _ => None,
        });
    assert_eq!(received.collect::<Vec<_>>(), [4, 5, 3]);
}

#[test]
fn another_epoch_empties_the_room_until_its_page_is_there() {
    let mut client = live("alice", Storage::default());
    client.take_events();
    client.received(welcome(9, "another"), at(3.0));
    assert!(client.timeline(ROOM).unwrap().is_empty());
    assert!(matches!(
        client.take_events()[..],
        [Event::TookPage { seq: 0, .. }]
    ));
    let mut asked = client.take_todo().into_iter();
    assert!(asked.any(|todo| matches!(todo, Todo::Fetch(_, Ask::Open(ROOM, None)))));
}
