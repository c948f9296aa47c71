//! Frames as text, both ways.

use super::*;
use crate::{Availability, LeftReason, Level, Membership, RoomRole, samples};
use std::collections::BTreeMap;

#[test]
fn a_frame_of_an_unknown_type_is_told_from_a_broken_one() {
    assert_eq!(
        ClientFrame::parse(r#"{"type":"wave"}"#),
        Err(FrameError::UnknownType)
    );
    let deep = "[".repeat(100_000);
    for broken in [
        "",
        "null",
        "[]",
        "{}",
        r#"{"type":7}"#,
        r#"{"type":"sync"}"#,
        r#"{"type":"typing","is_typing":"x"}"#,
        &deep,
    ] {
        assert_eq!(
            ClientFrame::parse(broken),
            Err(FrameError::Malformed),
            "{broken:.40}"
        );
    }
}

#[test]
fn unknown_fields_are_ignored() {
    let frame = ClientFrame::parse(r#"{"type":"sync","after":41,"colour":"red"}"#);
    assert_eq!(
        frame,
        Ok(ClientFrame::Sync {
            room_id: None,
            after: Seq(41)
        })
    );
}

#[test]
fn a_heartbeat_has_room_ids_as_keys() {
    let rooms = BTreeMap::from([(RoomId(1), Seq(42))]);
    let heartbeat = |house, me| {
        let rooms = rooms.clone();
        ServerFrame::Heartbeat(Heartbeat { rooms, house, me }).encode()
    };
    assert_eq!(
        heartbeat(None, None),
        r#"{"type":"heartbeat","rooms":{"1":42}}"#
    );
    assert_eq!(
        heartbeat(Some(Seq(7)), Some(Seq(19))),
        r#"{"type":"heartbeat","rooms":{"1":42},"house":7,"me":19}"#
    );
}

#[test]
fn what_the_server_writes_the_browser_reads() {
    let room_id = RoomId(1);
    for frame in one_of_each(room_id) {
        assert_eq!(ServerFrame::parse(&frame.encode()), Some(frame));
    }
    for other in ["", "[]", r#"{"type":"wave"}"#, r#"{"type":"left"}"#] {
        assert_eq!(ServerFrame::parse(other), None, "{other}");
    }
}

#[test]
fn a_message_that_is_not_copied_has_the_same_frame() {
    let mut compared = 0;
    for frame in one_of_each(RoomId(7)) {
        let encoded = match &frame {
            ServerFrame::Message(message) => ServerFrame::encode_message(message),
            ServerFrame::MessageChanged(message) => ServerFrame::encode_changed(message),
            _ => continue,
        };
        assert_eq!(encoded, frame.encode());
        compared += 1;
    }
    assert_eq!(compared, 2);
}

#[test]
fn why_somebody_left_is_said_to_programs_and_a_page_reads_the_rest() {
    let left = RoomLeft {
        room_id: RoomId(7),
        me: Some(Seq(19)),
    };
    let said = ServerFrame::encode_left(&left, Some(LeftReason::PutOut));
    let expected = r#"{"type":"left","room_id":7,"me":19,"reason":"put_out"}"#;
    assert_eq!(said, expected);
    assert_eq!(ServerFrame::parse(&said), Some(ServerFrame::Left(left)));
    let left = RoomLeft {
        room_id: RoomId(7),
        me: None,
    };
    let frame = ServerFrame::Left(left.clone()).encode();
    assert_eq!(ServerFrame::encode_left(&left, None), frame);
}

#[test]
fn a_role_is_said_to_programs_and_a_page_reads_the_rest() {
    let joined = RoomJoined {
        room_id: RoomId(7),
        me: Some(Seq(19)),
    };
    let said = ServerFrame::encode_joined(&joined, Some(RoomRole::Owner));
    let expected = r#"{"type":"joined","room_id":7,"me":19,"role":"owner"}"#;
    assert_eq!(said, expected);
    let frame = ServerFrame::Joined(joined.clone());
    assert_eq!(ServerFrame::parse(&said), Some(frame.clone()));
    assert_eq!(ServerFrame::encode_joined(&joined, None), frame.encode());

    let one_of_two = |room_id: i64| Membership {
        room_id: RoomId(room_id),
        is_member: room_id == 7,
        read: Seq(1),
        unread: 0,
        mentions: 0,
        seq: Seq(1),
        is_favourite: false,
        level: Level::All,
    };
    let sync = SyncMe {
        rooms: vec![one_of_two(7), one_of_two(8)],
        from: Seq(1),
        to: Seq(3),
        complete: true,
        reset: false,
        blocked: vec![UserId(9)],
    };
    let said = ServerFrame::encode_sync_me(&sync, &[Some(RoomRole::Member), None], None);
    assert_eq!(said.matches("\"role\":\"member\"").count(), 1);
    assert_eq!(said.matches("role").count(), 1);
    let frame = ServerFrame::SyncMe(sync.clone());
    assert_eq!(ServerFrame::parse(&said), Some(frame.clone()));
    assert_eq!(
        ServerFrame::encode_sync_me(&sync, &[None, None], None),
        frame.encode()
    );
}

fn one_of_each(room_id: RoomId) -> Vec<ServerFrame> {
    let at = crate::Timestamp(1_767_323_045_678);
    let room = Room {
        created_at: at,
        seq: Seq(2),
        online: 1,
        last_message_at: Some(at),
        ..samples::room(room_id, "Lobby")
    };
    let message = Message {
        room_id,
        seq: Seq(2),
        content: "</script> \u{202e} \"quoted\"\nline".to_owned(),
        edited_at: Some(at),
        reply_to: Some(Number(1)),
        links: vec![crate::Link {
            start: 0,
            end: 9,
            href: None,
        }],
        ..samples::message(1)
    };
    let user = User {
        id: crate::UserId(3),
        name: "Alice".to_owned(),
        kind: crate::UserKind::Guest,
        account: None,
    };
    let users = vec!["Alice".to_owned()];
    let people = vec![Person {
        id: UserId(3),
        name: "Alice".to_owned(),
    }];
    let messages = vec![message.clone()];
    let system = System {
        room_id,
        event: SystemEvent::Joined,
        user_id: UserId(3),
        username: "Alice".to_owned(),
        content: "Alice joined".to_owned(),
    };
    vec![
        ServerFrame::Welcome(Welcome {
            room_id,
            seq: Seq(2),
            epoch: "e".to_owned(),
            user: Some(user.clone()),
            was: vec![UserId(4)],
            room: room.clone(),
            token: Some("t".to_owned()),
            build: Some("b".to_owned()),
            house: Some(Seq(7)),
            me: Some(Seq(19)),
            may_delete: true,
            read_only: Some(ReadOnly::Archived),
            asking: 2,
        }),
        ServerFrame::Message(message.clone()),
        ServerFrame::MessageChanged(message),
        ServerFrame::Reaction(Reacted {
            room_id,
            number: Number(1),
            seq: Seq(3),
            emoji: "👍".to_owned(),
            user_id: UserId(9),
            on: true,
        }),
        ServerFrame::RoomChanged(room.clone()),
        ServerFrame::RoomDeleted(RoomGone { room_id }),
        ServerFrame::Left(RoomLeft {
            room_id,
            me: Some(Seq(19)),
        }),
        ServerFrame::Joined(RoomJoined { room_id, me: None }),
        ServerFrame::RoomActivity(RoomActivity {
            room_id,
            seq: Seq(2),
            unread: 1,
            mentions: 1,
            online: 1,
        }),
        ServerFrame::Unread(ReadMark {
            room_id,
            seq: Seq(0),
            unread: 1,
            mentions: 0,
            me: Some(Seq(20)),
        }),
        ServerFrame::Read(ReadMark {
            room_id,
            seq: Seq(2),
            unread: 0,
            mentions: 0,
            me: Some(Seq(21)),
        }),
        ServerFrame::Favourite(Favourite {
            room_id,
            is_favourite: true,
            level: Level::All,
            me: Some(Seq(22)),
        }),
        ServerFrame::Availability(AvailabilityChanged {
            room_id,
            availability: Some(Availability::Away),
        }),
        ServerFrame::PersonChanged(PersonChanged {
            seq: Seq(8),
            user: user.clone(),
        }),
        ServerFrame::SyncHouse(SyncHouse {
            people: vec![user],
            from: Seq(7),
            to: Seq(8),
            complete: true,
            reset: false,
        }),
        ServerFrame::SyncMe(SyncMe {
            rooms: vec![Membership {
                room_id,
                is_member: true,
                read: Seq(2),
                unread: 0,
                mentions: 0,
                seq: Seq(2),
                is_favourite: true,
                level: Level::All,
            }],
            from: Seq(19),
            to: Seq(21),
            complete: true,
            reset: false,
            blocked: vec![UserId(9)],
        }),
        ServerFrame::Blocks(Blocks {
            blocked: vec![UserId(9)],
            me: Some(Seq(23)),
        }),
        ServerFrame::Sync(Sync {
            room_id,
            messages,
            room: Some(room.clone()),
            from: Seq(0),
            to: Seq(2),
            complete: true,
            reset: true,
        }),
        ServerFrame::UsersList(UsersList {
            room_id,
            users: users.clone(),
            people: people.clone(),
            count: 1,
        }),
        ServerFrame::System(system),
        ServerFrame::Typing(Typists {
            room_id,
            users,
            people,
        }),
        ServerFrame::Heartbeat(Heartbeat {
            rooms: BTreeMap::from([(room_id, Seq(42))]),
            house: Some(Seq(8)),
            me: Some(Seq(21)),
        }),
        ServerFrame::Rooms(RoomList {
            hash: "7".to_owned(),
            rooms: None,
            build: Some("b".to_owned()),
            house: Some(Seq(8)),
            me: Some(Seq(21)),
            blocked: vec![UserId(9)],
        }),
        ServerFrame::error(
            AppError {
                retry_after_ms: Some(5),
                ..AppError::new(ErrorCode::RateLimited, "Slow.")
            },
            Some(room_id),
            Some("k".to_owned()),
        ),
    ]
}

#[test]
fn a_list_is_no_frame() {
    for list in [
        r#"["sync",null,41]"#,
        r#"["leave",1]"#,
        r#" ["message",null,"x",null,null]"#,
    ] {
        assert_eq!(
            ClientFrame::parse(list),
            Err(FrameError::Malformed),
            "{list}"
        );
    }
    for list in [r#"["Alice"]"#, r#"["Alice",null,null]"#, "\n[]"] {
        assert_eq!(Hello::parse(list), Err(FrameError::Malformed), "{list}");
    }
    assert!(Hello::parse(r#" {"username":"Alice"}"#).is_ok());
}
