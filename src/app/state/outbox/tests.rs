//! Order, delivery states and what survives a reload.

use super::*;

fn send(client_id: &str, room: i64) -> Pending {
    Pending {
        client_id: client_id.to_owned(),
        room_id: RoomId(room),
        content: client_id.to_uppercase(),
        reply_to: None,
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
    assert_eq!(ids(&outbox.next_to_send()), ["a", "c"]);
    assert_eq!(ids(&outbox.next_to_send()), Vec::<&str>::new());
    assert!(outbox.acknowledge("a"));
    assert!(
        !outbox.acknowledge("a"),
        "the second acknowledgement finds nothing"
    );
    assert_eq!(ids(&outbox.next_to_send()), ["b"]);
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
    outbox.next_to_send();
    outbox.refuse("a", "Too long.".to_owned());
    assert_eq!(ids(&outbox.next_to_send()), ["b"]);
    let refused = outbox.get("a").expect("it stays");
    let reason = "Too long.".to_owned();
    assert_eq!(
        (refused.content.as_str(), &refused.state),
        ("A", &Delivery::Refused { reason })
    );
    outbox.connection_lost();
    outbox.retry("a");
    assert_eq!(
        ids(&outbox.next_to_send()),
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
    outbox.next_to_send();
    outbox.retry("a");
    assert_eq!(ids(&outbox.next_to_send()), Vec::<&str>::new());
}

#[test]
fn a_postponed_one_stays_first() {
    let mut outbox = outbox(&[("a", 1), ("b", 1)]);
    outbox.next_to_send();
    outbox.postpone("a");
    assert_eq!(ids(&outbox.next_to_send()), ["a"]);
}

#[test]
fn what_was_on_its_way_goes_again_after_a_loss_and_after_a_reload() {
    let mut outbox = outbox(&[("a", 1), ("b", 1)]);
    outbox.next_to_send();
    let mut reloaded = Outbox::from_json(&outbox.to_json());
    outbox.connection_lost();
    assert_eq!(reloaded, outbox);
    assert_eq!(ids(&outbox.next_to_send()), ["a"]);
    assert_eq!(ids(&reloaded.next_to_send()), ["a"]);
}

#[test]
fn every_state_survives_the_store_and_rubbish_is_empty() {
    let mut outbox = outbox(&[("a", 1), ("b", 2)]);
    outbox.refuse("b", "No \"such\" room.".to_owned());
    outbox.queue(Pending {
        reply_to: Some(7),
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
    ours.next_to_send();
    ours.merge(outbox(&[("a", 1), ("b", 1), ("c", 1), ("d", 1), ("e", 1)]));
    assert_eq!(ids(&ours.pending(RoomId(1))), ["a", "b", "c", "d", "e"]);
    assert_eq!(
        ours.get("b").map(|b| &b.state),
        Some(&Delivery::Sending),
        "ours stay as they are"
    );

    let mut ours = outbox(&[("x", 1)]);
    let mut theirs = outbox(&[("y", 1)]);
    theirs.next_to_send();
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
    outbox.next_to_send();
    outbox.forget_room(RoomId(1));
    let reason = "The room was deleted.".to_owned();
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
    let outbox = outbox(&[("a", 1), ("b", 2), ("c", 2)]);
    assert_eq!(ids(&outbox.outside(&[RoomId(1)])), ["b", "c"]);
    assert_eq!(outbox.outside(&[RoomId(1), RoomId(2)]), []);
}
