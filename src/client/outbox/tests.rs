//! Order, delivery states and what survives a reload.

use super::*;

fn send(client_id: &str, room: i64) -> Pending {
    Pending {
        client_id: client_id.to_owned(),
        room_id: RoomId(room),
        content: client_id.to_uppercase(),
        reply_to: None,
        author: None,
        tries: 0,
        state: Delivery::Queued,
    }
}

fn outbox(sends: &[(&str, i64)]) -> Outbox {
    let mut outbox = Outbox::default();
    for (client_id, room) in sends {
        outbox.queue(send(client_id, *room));
    }
    outbox
}

fn ids(sends: &[Pending]) -> Vec<&str> {
    sends.iter().map(|send| send.client_id.as_str()).collect()
}

#[test]
fn one_at_a_time_in_each_room_in_order() {
    let mut outbox = outbox(&[("a", 1), ("b", 1), ("c", 2)]);
    assert_eq!(ids(&outbox.next_to_send(Vec::new())), ["a", "c"]);
    assert_eq!(ids(&outbox.next_to_send(Vec::new())), Vec::<&str>::new());
    assert!(outbox.acknowledge("a"));
    assert!(
        !outbox.acknowledge("a"),
        "the second acknowledgement finds nothing"
    );
    assert_eq!(ids(&outbox.next_to_send(Vec::new())), ["b"]);
    assert_eq!(ids(&outbox.pending(RoomId(1))), ["b"]);
    outbox.acknowledge("b");
    outbox.acknowledge("c");
    assert!(outbox.is_empty());
}

#[test]
fn the_same_key_is_queued_once() {
    let outbox = outbox(&[("a", 1), ("a", 1)]);
    assert_eq!(outbox.pending(RoomId(1)).len(), 1);
    assert!(outbox.contains("a") && !outbox.contains("b"));
}

#[test]
fn a_refused_one_keeps_its_text_and_blocks_nobody() {
    let mut outbox = outbox(&[("a", 1), ("b", 1)]);
    outbox.next_to_send(Vec::new());
    outbox.refuse("a", "Too long.".to_owned());
    assert_eq!(ids(&outbox.next_to_send(Vec::new())), ["b"]);
    let refused = outbox.get("a").expect("it stays");
    let reason = "Too long.".to_owned();
    assert_eq!(
        (refused.content.as_str(), &refused.state),
        ("A", &Delivery::Refused { reason })
    );
    outbox.connection_lost();
    outbox.retry("a");
    assert_eq!(
        ids(&outbox.next_to_send(Vec::new())),
        ["a"],
        "retried in its old place"
    );
    assert_eq!(
        outbox.discard("b").map(|send| send.content),
        Some("B".to_owned())
    );
    assert_eq!(outbox.discard("b"), None);
}

#[test]
fn a_retry_does_not_send_twice_what_is_on_its_way() {
    let mut outbox = outbox(&[("a", 1)]);
    outbox.next_to_send(Vec::new());
    outbox.retry("a");
    assert_eq!(ids(&outbox.next_to_send(Vec::new())), Vec::<&str>::new());
}

#[test]
fn a_postponed_one_stays_first() {
    let mut outbox = outbox(&[("a", 1), ("b", 1)]);
    outbox.next_to_send(Vec::new());
    outbox.postpone("a");
    assert_eq!(ids(&outbox.next_to_send(Vec::new())), ["a"]);
}

#[test]
fn what_was_on_its_way_goes_again_after_a_loss_and_after_a_reload() {
    let mut outbox = outbox(&[("a", 1), ("b", 1)]);
    outbox.next_to_send(Vec::new());
    let mut reloaded = Outbox::from_json(&outbox.to_json());
    outbox.connection_lost();
    assert_eq!(reloaded, outbox);
    assert_eq!(ids(&outbox.next_to_send(Vec::new())), ["a"]);
    assert_eq!(ids(&reloaded.next_to_send(Vec::new())), ["a"]);
}

#[test]
fn every_state_survives_the_store_and_rubbish_is_empty() {
    let mut outbox = outbox(&[("a", 1), ("b", 2)]);
    outbox.refuse("b", "No \"such\" room.".to_owned());
    outbox.queue(Pending {
        reply_to: Some(Number(7)),
        ..send("c", 1)
    });
    assert_eq!(Outbox::from_json(&outbox.to_json()), outbox);
    for rubbish in ["", "null", "{}", "[1]", "[{\"client_id\":\"a\"}]", "\u{0}"] {
        assert!(Outbox::from_json(rubbish).is_empty(), "{rubbish:?}");
    }
}

#[test]
fn another_tabs_copy_adds_what_is_new_in_its_place() {
    let mut ours = outbox(&[("b", 1), ("d", 1)]);
    ours.next_to_send(Vec::new());
    ours.merge(outbox(&[("a", 1), ("b", 1), ("c", 1), ("d", 1), ("e", 1)]));
    assert_eq!(ids(&ours.pending(RoomId(1))), ["a", "b", "c", "d", "e"]);
    assert_eq!(
        ours.get("b").map(|b| &b.state),
        Some(&Delivery::Sending),
        "ours stay as they are"
    );

    let mut ours = outbox(&[("x", 1)]);
    let mut theirs = outbox(&[("y", 1)]);
    theirs.next_to_send(Vec::new());
    ours.merge(theirs);
    assert_eq!(ids(&ours.pending(RoomId(1))), ["x", "y"]);
    assert_eq!(ours.get("y").map(|y| &y.state), Some(&Delivery::Queued));
}

#[test]
fn an_older_copy_does_not_bring_back_what_was_settled() {
    let mut ours = outbox(&[("a", 1), ("b", 1), ("c", 1)]);
    let older = ours.clone();
    ours.acknowledge("a");
    ours.discard("b");
    ours.merge(older);
    assert_eq!(ids(&ours.pending(RoomId(1))), ["c"]);
}

#[test]
fn a_deleted_room_refuses_what_was_meant_for_it() {
    let mut outbox = outbox(&[("a", 1), ("b", 2)]);
    assert_eq!(outbox.rooms(), [RoomId(1), RoomId(2)]);
    outbox.next_to_send(Vec::new());
    let reason = "The room Tea was deleted.".to_owned();
    outbox.forget_room(RoomId(1), &reason);
    assert_eq!(
        outbox.get("a").map(|a| &a.state),
        Some(&Delivery::Refused { reason })
    );
    assert_eq!(outbox.get("b").map(|b| &b.state), Some(&Delivery::Sending));
    assert_eq!(
        outbox.rooms(),
        [RoomId(2)],
        "nothing is to be sent to the other"
    );
}

#[test]
fn what_was_meant_for_a_room_that_is_gone_can_still_be_seen() {
    let mut outbox = outbox(&[("a", 1), ("b", 2), ("c", 2)]);
    assert_eq!(
        outbox.outside(&[RoomId(1)]),
        [],
        "perhaps the room is only not listed yet"
    );
    outbox.forget_room(RoomId(2), "The room was deleted.");
    let mut reloaded = Outbox::from_json(&outbox.to_json());
    for outbox in [&mut outbox, &mut reloaded] {
        assert_eq!(ids(&outbox.outside(&[RoomId(1)])), ["b", "c"]);
        assert_eq!(outbox.outside(&[RoomId(1), RoomId(2)]), []);
        assert_eq!(ids(&outbox.next_to_send(Vec::new())), ["a"]);
    }
}

#[test]
fn what_waits_is_counted_over_all_rooms() {
    let mut outbox = outbox(&[("a", 1), ("b", 1), ("c", 2), ("d", 2)]);
    outbox.next_to_send(Vec::new());
    outbox.refuse("a", "Too long.".to_owned());
    assert_eq!(outbox.waiting(), 3);
}

#[test]
fn what_another_tab_settled_is_settled_here() {
    let mut ours = outbox(&[("a", 1), ("b", 1), ("c", 1)]);
    let mut theirs = ours.clone();
    ours.next_to_send(Vec::new());
    theirs.next_to_send(Vec::new());
    theirs.acknowledge("a");
    theirs.discard("c");
    ours.settle_json(&theirs.settled_json());
    assert_eq!(ids(&ours.next_to_send(Vec::new())), ["b"]);
    assert!(!ours.acknowledge("a"), "its own answer comes later");
    assert!(!ours.merge(theirs));
    assert_eq!(ids(&ours.pending(RoomId(1))), ["b"]);
    ours.settle_json("rubbish");
}

#[test]
fn a_tab_that_never_had_it_does_not_take_it_up_when_it_was_settled_elsewhere() {
    let older = outbox(&[("a", 1)]).to_json();
    let mut ours = Outbox::default();
    ours.settle_json("[\"a\"]");
    assert!(ours.merge(Outbox::from_json(&older)), "the store is old");
    assert!(ours.is_empty());
}

#[test]
fn only_so_many_settled_keys_are_kept() {
    let mut outbox = Outbox::default();
    for n in 0..SETTLED + 10 {
        outbox.queue(send(&n.to_string(), 1));
        outbox.acknowledge(&n.to_string());
    }
    let kept: Vec<String> = serde_json::from_str(&outbox.settled_json()).expect("a list of keys");
    assert_eq!(kept.len(), SETTLED);
    assert_eq!(kept[0], "10");
}

#[test]
fn a_refusal_in_one_tab_is_seen_in_the_other_and_so_is_a_retry() {
    let mut ours = outbox(&[("a", 1), ("b", 1)]);
    let mut theirs = ours.clone();
    theirs.next_to_send(Vec::new());
    theirs.refuse("a", "No.".to_owned());
    assert!(!ours.merge(Outbox::from_json(&theirs.to_json())));
    assert_eq!(ids(&ours.next_to_send(Vec::new())), ["b"]);
    assert!(
        theirs.merge(outbox(&[("a", 1), ("b", 1)])),
        "a copy from before the refusal is out of date"
    );
    assert!(theirs.get("a").is_some_and(Pending::is_refused));

    ours.acknowledge("b");
    ours.retry("a");
    theirs.settle_json(&ours.settled_json());
    assert!(!theirs.merge(Outbox::from_json(&ours.to_json())));
    assert_eq!(theirs.get("a").map(|a| &a.state), Some(&Delivery::Queued));
}

#[test]
fn two_tabs_that_take_in_each_other_come_to_rest() {
    let mut one = outbox(&[("a", 1), ("c", 1)]);
    let mut two = outbox(&[("b", 1), ("a", 1)]);
    two.refuse("a", "No.".to_owned());
    one.discard("c");
    let mut store = one.to_json();
    let mut settled = one.settled_json();
    let mut writes = 0;
    for _ in 0..4 {
        for tab in [&mut two, &mut one] {
            tab.settle_json(&settled);
            if tab.merge(Outbox::from_json(&store)) {
                (store, settled) = (tab.to_json(), tab.settled_json());
                writes += 1;
            }
        }
    }
    assert_eq!(writes, 1);
    assert_eq!(one.waiting(), 1);
    assert!(one.get("a").is_some_and(Pending::is_refused));
}

#[test]
fn what_a_closed_tab_had_on_its_way_is_sent_by_the_next() {
    let mut closed = outbox(&[("a", 1), ("b", 1)]);
    closed.next_to_send(Vec::new());
    let mut other = Outbox::default();
    other.merge(Outbox::from_json(&closed.to_json()));
    assert_eq!(ids(&other.next_to_send(Vec::new())), ["a"]);
}

#[test]
fn nobody_sends_in_anothers_name() {
    let by = |author: Option<i64>, key: &str| Pending {
        author: author.map(UserId),
        ..send(key, 1)
    };
    let mut outbox = Outbox::default();
    outbox.queue(by(Some(1), "alice's"));
    outbox.queue(by(None, "anybody's"));
    outbox.belong_to(&[UserId(1)]);
    assert_eq!(outbox.waiting(), 2);
    outbox.belong_to(&[UserId(2)]);
    assert_eq!(outbox.waiting(), 0, "{outbox:?}");
    outbox.retry("alice's");
    outbox.belong_to(&[UserId(2)]);
    assert_eq!(
        ids(&outbox.next_to_send(Vec::new())),
        ["alice's"],
        "as Bob's own"
    );
}

#[test]
fn a_late_word_about_a_refused_one_does_not_send_it_again() {
    let mut outbox = outbox(&[("a", 1)]);
    outbox.next_to_send(Vec::new());
    outbox.refuse("a", "No.".to_owned());
    outbox.postpone("a");
    assert!(outbox.get("a").is_some_and(Pending::is_refused));
}

#[test]
fn order_holds_through_postponing_refusing_and_losing() {
    let mut outbox = outbox(&[("a", 1), ("b", 1), ("c", 1), ("d", 1)]);
    let mut arrived = Vec::new();
    outbox.next_to_send(Vec::new());
    outbox.postpone("a");
    outbox.next_to_send(Vec::new());
    outbox.connection_lost();
    outbox.merge(Outbox::from_json(&outbox.to_json()));
    for round in 0.. {
        let Some(next) = outbox.next_to_send(Vec::new()).pop() else {
            break;
        };
        let key = next.client_id;
        match round {
            0 => outbox.postpone(&key),
            2 => outbox.refuse(&key, "No.".to_owned()),
            _ => {
                outbox.acknowledge(&key);
                arrived.push(key);
            }
        }
    }
    assert_eq!(arrived, ["a", "c", "d"]);
}
