//! `room_activity`: what `/ws` sockets are sent about rooms they have not joined.

use crate::harness::{LOBBY, Server, eventually, hurried};
use parlour_server::clock::Clock;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn activity_is_counted_for_each_person() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let other = server.room(&bob, "Other").await;
    // Alice has been in the other room and read it; then she looks at the lobby.
    let mut first = server.joined(&alice, other).await;
    first.say(other, "mine").await;
    drop(first);
    let mut watching = server.joined(&alice, LOBBY).await;
    let mut stranger = server.socket("/ws", &[]).await;
    let mut single = server.chat(LOBBY, "Carol").await;
    for n in 1..=3 {
        server.say(&bob, other, &format!("message {n}")).await;
    }
    let is_it = |frame: &Value| {
        frame["type"] == "room_activity" && frame["room_id"] == other && frame["seq"] == 4
    };
    let activity = watching.next_that(is_it).await;
    assert_eq!(activity["unread"], 3);
    assert!(activity["online"].is_u64());
    assert_eq!(
        stranger.next_that(is_it).await["unread"],
        0,
        "who never joined has read it all"
    );
    let heard = single.everything(LOBBY).await;
    assert!(
        heard.iter().all(|frame| frame["type"] != "room_activity"),
        "only on /ws"
    );
}

#[tokio::test]
async fn activity_comes_at_most_once_a_second() {
    let server = Server::plain().await;
    let bob = server.guest("Bob").await;
    let mut watching = server.socket("/ws", &[]).await;
    let start = server.clock.monotonic();
    for n in 1..=100 {
        server.say(&bob, LOBBY, &format!("message {n}")).await;
        server.clock.advance(Duration::from_millis(50));
    }
    let mut times = 0;
    let last = async {
        while watching.next_of_type("room_activity").await["seq"] != 100 {
            times += 1;
        }
    };
    hurried(&server.clock, last).await;
    let passed = server.clock.monotonic() - start;
    assert!(times <= passed.as_secs(), "{times} in {passed:?}");
}

#[tokio::test]
async fn reading_in_one_tab_is_seen_in_the_other() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let mut reading = server.joined(&alice, LOBBY).await;
    let mut watching = server.browser(&alice).await;
    let message = server.say(&bob, LOBBY, "read me").await;
    let unread = |count: i64| {
        move |frame: &Value| frame["type"] == "room_activity" && frame["unread"] == count
    };
    watching.next_that(unread(1)).await;
    reading
        .send(json!({"type": "read", "room_id": LOBBY, "seq": message["seq"]}))
        .await;
    watching.next_that(unread(0)).await;
    // Never backwards.
    reading
        .send(json!({"type": "read", "room_id": LOBBY, "seq": 0}))
        .await;
    server.say(&bob, LOBBY, "and me").await;
    let activity =
        watching.next_that(|frame| frame["type"] == "room_activity" && frame["seq"] == 2);
    assert_eq!(activity.await["unread"], 1);
}

#[tokio::test]
async fn reading_in_one_tab_is_seen_in_another_that_is_in_the_room_too() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let mut reading = server.joined(&alice, LOBBY).await;
    let mut watching = server.joined(&alice, LOBBY).await;
    let message = server.say(&bob, LOBBY, "read me").await;
    reading
        .send(json!({"type": "read", "room_id": LOBBY, "seq": message["seq"]}))
        .await;
    let activity = watching.next_of_type("room_activity").await;
    assert_eq!(
        (&activity["seq"], &activity["unread"]),
        (&message["seq"], &json!(0))
    );
}

#[tokio::test]
async fn a_read_receipt_of_the_only_tab_is_not_echoed() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let mut reading = server.joined(&alice, LOBBY).await;
    let elsewhere = server.room(&bob, "Elsewhere").await;
    let message = server.say(&bob, LOBBY, "read me").await;
    let read = json!({"type": "read", "room_id": LOBBY, "seq": message["seq"]});
    let invalidations = server.ctx.store.invalidations();
    let before = invalidations.moment();
    reading.send(read).await;
    let is_written = async || invalidations.moment() != before;
    eventually("it is written", is_written).await;
    server.say(&bob, elsewhere, "and me").await;
    // Said in the same tick, or in a later one.
    let activity = reading.next_of_type("room_activity").await;
    assert_eq!(activity["room_id"], elsewhere);
    let heard = reading.everything(LOBBY).await;
    let is_told = |frame: &Value| frame["type"] == "room_activity" && frame["room_id"] == LOBBY;
    assert!(!heard.iter().any(is_told), "{heard:?}");
}

/// A frame without its place in the person's stream, which it has.
fn without_me(mut frame: Value) -> Value {
    let me = frame.as_object_mut().and_then(|frame| frame.remove("me"));
    assert!(me.is_some_and(|me| me.as_i64() > Some(0)));
    frame
}

#[tokio::test]
async fn what_is_marked_unread_is_told_to_all_tabs_of_the_person_alone() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let mut marking = server.joined(&alice, LOBBY).await;
    let mut elsewhere = server.browser(&alice).await;
    let mut other = server.joined(&bob, LOBBY).await;
    for n in 1..=5 {
        server.say(&bob, LOBBY, &format!("message {n}")).await;
    }
    // The receipt is gathered, and the mark behind it counts.
    let unread = json!({"type": "unread", "room_id": LOBBY, "number": 3});
    marking
        .send(json!({"type": "read", "room_id": LOBBY, "seq": 5}))
        .await;
    marking.send(unread.clone()).await;
    // Whether the receipt takes a place of its own in the person's stream is a matter of when it is written.
    let mut told = json!({"type": "unread", "room_id": LOBBY, "seq": 2, "unread": 3});
    for tab in [&mut marking, &mut elsewhere] {
        assert_eq!(without_me(tab.next_of_type("unread").await), told);
    }
    // What comes later is counted from there, also where the room is not joined.
    server.say(&bob, LOBBY, "message 6").await;
    let is_it = |frame: &Value| frame["type"] == "room_activity" && frame["seq"] == 6;
    assert_eq!(elsewhere.next_that(is_it).await["unread"], 4);
    marking
        .send(json!({"type": "read", "room_id": LOBBY, "seq": 5}))
        .await;
    let is_read = |frame: &Value| frame["type"] == "room_activity" && frame["unread"] == 1;
    elsewhere.next_that(is_read).await;
    // It is said again of what is unread already, and on a socket of one room it changes the same.
    let headers = [("authorization", format!("Bearer {}", alice.token))];
    let headers = headers
        .each_ref()
        .map(|(name, value)| (*name, value.as_str()));
    let mut single = server.socket("/ws/chat/1", &headers).await;
    single.send(json!({})).await;
    single.send(json!({"type": "unread", "number": 2})).await;
    (told["seq"], told["unread"]) = (json!(1), json!(5));
    for tab in [&mut marking, &mut elsewhere] {
        assert_eq!(without_me(tab.next_of_type("unread").await), told);
    }
    let heard = [
        other.everything(LOBBY).await,
        single.everything(LOBBY).await,
    ]
    .concat();
    assert!(heard.iter().all(|frame| frame["type"] != "unread"));
    let mut visitor = server.socket("/ws", &[]).await;
    visitor.send(unread).await;
    assert_eq!(
        visitor.next_of_type("error").await["code"],
        "sign_in_required"
    );
}

#[tokio::test]
async fn rooms_appear_and_disappear() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut watching = server.socket("/ws", &[]).await;
    watching.join(LOBBY).await;
    let mut single = server.chat(LOBBY, "Carol").await;
    let room = server.room(&alice, "New").await;
    let changed = watching.next_of_type("room_changed").await;
    assert_eq!(
        (&changed["id"], &changed["name"]),
        (&json!(room), &json!("New"))
    );
    let mut inside = server.joined(&alice, room).await;
    let mut inside_one = server.chat(room, "Dave").await;
    let path = format!("/api/chat/rooms/{room}");
    assert_eq!(
        server
            .call(Method::DELETE, &path, Some(&alice), None)
            .await
            .status,
        204
    );
    assert_eq!(watching.next_of_type("room_deleted").await["room_id"], room);
    assert_eq!(inside.next_of_type("room_deleted").await["room_id"], room);
    assert_eq!(inside_one.closed().await.0, 4404);
    inside.join(LOBBY).await;
    inside
        .send(json!({"type": "message", "room_id": room, "content": "?"}))
        .await;
    assert_eq!(inside.next_of_type("error").await["code"], "room_not_found");
    let heard = single.everything(LOBBY).await;
    let of_rooms = |frame: &&Value| {
        matches!(
            frame["type"].as_str(),
            Some("room_changed" | "room_deleted")
        )
    };
    assert_eq!(
        heard.iter().filter(of_rooms).count(),
        0,
        "one-room sockets hear of their room"
    );
}

#[tokio::test]
async fn a_restarted_server_counts_from_the_database() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    server.say(&alice, LOBBY, "one").await;
    server.say(&alice, LOBBY, "two").await;
    // What a new process knows before anything happens.
    let settings = server.ctx.settings.clone();
    server.ctx.drain().await;
    let again = Server::start(|fresh| *fresh = settings).await;
    let mut watching = again.browser(&alice).await;
    let _carol = again.chat(LOBBY, "Carol").await;
    let activity = watching.next_of_type("room_activity").await;
    assert_eq!(
        (&activity["seq"], &activity["unread"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(activity["online"], 1);
}
