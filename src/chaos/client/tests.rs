use super::*;
use crate::checker::check;
use parlour_protocol::{
    AppError, ClientFrame, ErrorCode, History, Message, MessageId, Room, ServerFrame, Sync,
    Timestamp, User, UserKind, Welcome,
};

const ROOM: RoomId = RoomId(1);
const ALICE: UserId = UserId(7);

fn message(number: Number, author: UserId, key: &str) -> Message {
    Message {
        id: MessageId(number),
        room_id: ROOM,
        number,
        seq: number,
        user_id: author,
        username: "Somebody".to_owned(),
        content: key.to_owned(),
        client_id: key.to_owned(),
        timestamp: Timestamp(0),
        edited_at: None,
        deleted: false,
        reply_to: None,
        links: Vec::new(),
    }
}

fn page(seq: Seq) -> History {
    let bobs = (1..=seq).map(|number| message(number, UserId(8), &format!("b{number}")));
    History {
        messages: bobs.collect(),
        seq,
        ..History::default()
    }
}

fn welcome(seq: Seq, epoch: &str) -> ServerFrame {
    ServerFrame::Welcome(Welcome {
        room_id: ROOM,
        seq,
        epoch: epoch.to_owned(),
        user: Some(User {
            id: ALICE,
            name: "Alice".to_owned(),
            kind: UserKind::Guest,
        }),
        room: Room {
            id: ROOM,
            name: "Lobby".to_owned(),
            description: String::new(),
            created_at: Timestamp(0),
            created_by: None,
            seq,
            online: 1,
            last_message_at: None,
            sort: String::new(),
        },
        token: None,
        build: None,
    })
}

fn sync(from: Seq, to: Seq, reset: bool) -> ServerFrame {
    let messages = match reset {
        true => Vec::new(),
        false => page(to).messages.split_off(from as usize),
    };
    ServerFrame::Sync(Sync {
        room_id: ROOM,
        messages,
        from,
        to,
        complete: true,
        reset,
    })
}

fn join(after: Seq) -> Vec<ClientFrame> {
    vec![ClientFrame::Join {
        room_id: ROOM,
        after: Some(after),
    }]
}

fn asks(after: Seq) -> Vec<ClientFrame> {
    vec![ClientFrame::Sync {
        room_id: Some(ROOM),
        after,
    }]
}

/// The keys of the messages among what is said.
fn keys(said: &[ClientFrame]) -> Vec<&str> {
    let mut keys = Vec::new();
    for frame in said {
        if let ClientFrame::Message { client_id, .. } = frame {
            keys.extend(client_id.as_deref());
        }
    }
    keys
}

/// In the room, with a page of two, connected at 0.
fn live(storage: Storage) -> Client {
    let mut client = Client::new("alice", ALICE, storage);
    client.enter(ROOM);
    assert_eq!(client.wants_page(), Some(ROOM));
    assert_eq!(client.wants_page(), None, "told once");
    assert_eq!(client.take_page(ROOM, page(2)), []);
    assert!(client.tick(0.0, 0.5).connect);
    assert!(!client.tick(1.0, 0.5).connect, "one attempt at a time");
    assert_eq!(client.opened(0.0), join(2));
    assert_eq!(client.received(welcome(2, "e"), 0.0), []);
    assert_eq!(client.received(sync(2, 2, false), 0.0), []);
    client
}

#[test]
fn what_was_on_its_way_goes_again_with_its_key_and_in_its_order() {
    let mut client = live(Storage::default());
    assert_eq!(keys(&client.write(ROOM, "one", "k1", 1.0)), ["k1"]);
    assert_eq!(client.write(ROOM, "two", "k2", 1.0), []);
    client.closed(1006, "", 2.0, 0.5);
    assert!(!client.tick(3.0, 0.5).connect, "it waits");
    assert!(client.tick(1_000.0, 0.5).connect);
    let said = client.opened(1_001.0);
    assert_eq!(said, join(2), "nothing before it is known who this is");
    assert_eq!(keys(&client.received(welcome(2, "e"), 1_001.0)), ["k1"]);
    let said = client.received(ServerFrame::Message(message(3, ALICE, "k1")), 1_002.0);
    assert_eq!(keys(&said), ["k2"]);
    client.received(ServerFrame::Message(message(4, ALICE, "k2")), 1_003.0);
    assert!(client.outbox().is_empty());
}

#[test]
fn a_hole_is_asked_for_once_and_again_when_nobody_answered() {
    let mut client = live(Storage::default());
    let late = |number| ServerFrame::Message(message(number, UserId(8), &format!("b{number}")));
    assert_eq!(client.received(late(4), 1.0), asks(2));
    assert_eq!(client.received(late(5), 1.0), []);
    let heartbeat = ServerFrame::Heartbeat(parlour_protocol::Heartbeat {
        rooms: [(ROOM, 5)].into(),
    });
    assert_eq!(client.received(heartbeat, 2.0), asks(2));
    assert_eq!(client.received(sync(2, 5, false), 3.0), []);
    assert_eq!(client.timeline(ROOM).map(Timeline::seq), Some(5));
}

#[test]
fn a_reset_or_another_epoch_takes_the_page_anew() {
    let mut client = live(Storage::default());
    client.received(sync(2, 9, true), 1.0);
    assert_eq!(client.wants_page(), Some(ROOM));
    assert_eq!(client.take_page(ROOM, page(9)), asks(9));
    client.received(welcome(9, "e"), 2.0);
    assert_eq!(client.wants_page(), None);
    client.received(welcome(9, "another"), 3.0);
    assert_eq!(client.wants_page(), Some(ROOM));
    assert!(client.timeline(ROOM).unwrap().is_empty());
}

#[test]
fn what_passes_is_sent_again_later_and_what_does_not_is_kept_as_refused() {
    let mut client = live(Storage::default());
    client.write(ROOM, "one", "k1", 1.0);
    let error = |code, wait| {
        let error = AppError {
            retry_after_ms: wait,
            ..AppError::new(code, "No.")
        };
        ServerFrame::error(error, Some(ROOM), Some("k1".to_owned()))
    };
    let said = client.received(error(ErrorCode::Overloaded, Some(500)), 10.0);
    assert_eq!(said, []);
    assert_eq!(keys(&client.tick(509.0, 0.5).say), [""; 0]);
    assert_eq!(keys(&client.tick(515.0, 0.5).say), ["k1"]);
    client.write(ROOM, "two", "k2", 516.0);
    let said = client.received(error(ErrorCode::Invalid, None), 520.0);
    assert_eq!(keys(&said), ["k2"]);
    assert!(client.outbox().get("k1").unwrap().is_refused());
    client.discard("k1");
    assert!(!client.outbox().contains("k1"));
}

#[test]
fn a_silent_socket_is_given_up_and_a_late_attempt_too() {
    let mut client = live(Storage::default());
    assert!(!client.tick(39_999.0, 0.5).close);
    assert!(client.tick(40_000.0, 0.5).close);
    assert!(client.tick(50_000.0, 0.5).connect);
    let todo = client.tick(60_000.0, 0.5);
    assert!(todo.close && !todo.connect);
}

#[test]
fn a_tab_that_is_killed_leaves_its_messages_to_the_next() {
    let storage = Storage::default();
    let mut client = live(storage.clone());
    client.write(ROOM, "one", "k1", 1.0);
    let stored = client.stored();
    drop(client);
    let mut client = Client::new("alice#2", ALICE, Storage::with(&stored));
    client.enter(ROOM);
    client.wants_page();
    client.take_page(ROOM, page(2));
    client.tick(2.0, 0.5);
    client.opened(2.0);
    assert_eq!(keys(&client.received(welcome(2, "e"), 2.0)), ["k1"]);
    client.received(ServerFrame::Message(message(3, ALICE, "k1")), 2.0);
    assert!(client.outbox().is_empty());
}

#[test]
fn two_tabs_share_what_is_sent_and_a_storage_that_refuses_keeps_it_in_one() {
    let storage = Storage::default();
    let mut first = live(storage.clone());
    let mut second = live(storage.clone());
    first.write(ROOM, "one", "k1", 1.0);
    second.take_in();
    assert!(second.outbox().contains("k1"));
    first.received(ServerFrame::Message(message(3, ALICE, "k1")), 2.0);
    second.take_in();
    assert!(second.outbox().is_empty());
    storage.refuse(true);
    assert_eq!(keys(&first.write(ROOM, "two", "k2", 3.0)), ["k2"]);
    second.take_in();
    assert!(!second.outbox().contains("k2"));
}

#[test]
fn what_it_records_is_what_the_checker_wants() {
    let mut client = live(Storage::default());
    client.write(ROOM, "k1", "k1", 1.0);
    client.received(ServerFrame::Message(message(3, ALICE, "k1")), 2.0);
    client.received(sync(2, 3, false), 2.0);
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
    let mut client = live(Storage::default());
    client.received(welcome(6, "e"), 0.0);
    let frame = |messages: Vec<Message>, from, to, complete| {
        ServerFrame::Sync(Sync {
            room_id: ROOM,
            messages,
            from,
            to,
            complete,
            reset: false,
        })
    };
    let changed = Message {
        seq: 6,
        ..message(3, UserId(8), "b3")
    };
    let later = |number: Number| message(number, UserId(8), &format!("b{number}"));
    client.received(frame(vec![later(4)], 2, 4, false), 1.0);
    client.received(frame(vec![later(5), changed.clone()], 4, 6, true), 2.0);
    client.received(frame(vec![changed], 4, 6, true), 3.0);
    let received = client
        .take_events()
        .into_iter()
        .filter_map(|event| match event {
            Event::Received { number, .. } => Some(number),
            _ => None,
        });
    assert_eq!(received.collect::<Vec<_>>(), [4, 5, 3]);
}
