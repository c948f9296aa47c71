//! Presence: who is in a room, joining and leaving, and typing.

use crate::harness::{LOBBY, Server};
use parlour_server::clock::Clock;
use serde_json::{Value, json};
use std::time::Duration;

fn is_system(frame: &Value, event: &str, name: &str) -> bool {
    frame["type"] == "system" && frame["event"] == event && frame["username"] == name
}

#[tokio::test(flavor = "multi_thread")]
async fn joining_and_leaving_is_announced() {
    let server = Server::start(|settings| settings.realtime.reload_grace_ms = 200).await;
    let mut alice = server.chat(LOBBY, "Alice").await;
    let bob = server.chat(LOBBY, "Bob").await;
    let joined = alice
        .next_that(|frame| is_system(frame, "joined", "Bob"))
        .await;
    assert_eq!(joined["content"], "Bob joined");
    assert_eq!(joined["room_id"], LOBBY);
    let both = |frame: &Value| frame["type"] == "users_list" && frame["count"] == 2;
    assert_eq!(
        alice.next_that(both).await["users"],
        json!(["Alice", "Bob"])
    );
    drop(bob);
    let left = alice
        .next_that(|frame| is_system(frame, "left", "Bob"))
        .await;
    assert_eq!(left["content"], "Bob left");
    let alone = |frame: &Value| frame["type"] == "users_list" && frame["count"] == 1;
    assert_eq!(alice.next_that(alone).await["users"], json!(["Alice"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn each_listed_name_has_a_user_id() {
    let server = Server::start(|settings| settings.realtime.reload_grace_ms = 0).await;
    let (one, two) = (server.guest("Alice").await, server.guest("Alice").await);
    let mut alice = server.joined(&one, LOBBY).await;
    let mut other = server.joined(&two, LOBBY).await;
    // She hears of herself first.
    for who in [&one, &two] {
        let joined = alice
            .next_that(|frame| is_system(frame, "joined", "Alice"))
            .await;
        assert_eq!(joined["user_id"], who.id);
    }
    let both = |frame: &Value| frame["type"] == "users_list" && frame["count"] == 2;
    let list = alice.next_that(both).await;
    assert_eq!(list["users"], json!(["Alice", "Alice"]));
    let people = json!([{"id": one.id, "name": "Alice"}, {"id": two.id, "name": "Alice"}]);
    assert_eq!(list["people"], people);
    other
        .send(json!({"type": "typing", "room_id": LOBBY, "is_typing": true}))
        .await;
    let typing = alice.next_of_type("typing").await;
    assert_eq!(typing["users"], json!(["Alice"]));
    assert_eq!(typing["people"], json!([{"id": two.id, "name": "Alice"}]));
    drop(other);
    let left = alice
        .next_that(|frame| is_system(frame, "left", "Alice"))
        .await;
    assert_eq!(left["user_id"], two.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reload_is_neither_a_leave_nor_a_join() {
    let server = Server::start(|settings| settings.realtime.reload_grace_ms = 1_000).await;
    let mut alice = server.chat(LOBBY, "Alice").await;
    let bob = server.guest("Bob").await;
    let first = server.joined(&bob, LOBBY).await;
    alice
        .next_that(|frame| is_system(frame, "joined", "Bob"))
        .await;
    drop(first);
    // Long enough to be noticed, short enough to be within the grace.
    let mut second = server.joined(&bob, LOBBY).await;
    second.say(LOBBY, "back").await;
    // Carol's leaving comes a whole grace after Bob's reload: by then his would have been told.
    drop(server.chat(LOBBY, "Carol").await);
    let mut heard = Vec::new();
    loop {
        let frame = alice.next().await;
        let is_last = is_system(&frame, "left", "Carol");
        heard.push(frame);
        if is_last {
            break;
        }
    }
    let of_bob = heard
        .iter()
        .filter(|frame| frame["type"] == "system" && frame["username"] == "Bob");
    assert_eq!(of_bob.count(), 0, "{heard:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_tabs_are_one_person() {
    let server = Server::start(|settings| settings.realtime.reload_grace_ms = 0).await;
    let mut alice = server.chat(LOBBY, "Alice").await;
    let bob = server.guest("Bob").await;
    let first = server.joined(&bob, LOBBY).await;
    let second = server.joined(&bob, LOBBY).await;
    drop(first);
    drop(server.chat(LOBBY, "Carol").await);
    alice
        .next_that(|frame| is_system(frame, "left", "Carol"))
        .await;
    let here = server.get("/api/chat/rooms/1/users").await.body;
    assert_eq!(
        (&here["users"], &here["count"]),
        (&json!(["Alice", "Bob"]), &json!(2))
    );
    drop(second);
    alice
        .next_that(|frame| is_system(frame, "left", "Bob"))
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_crowd_is_counted_and_not_announced() {
    let server = Server::plain().await;
    let mut sockets = Vec::new();
    for n in 0..50 {
        sockets.push(server.chat(LOBBY, &format!("guest {n:02}")).await);
    }
    let mut last = server.chat(LOBBY, "Zoe").await;
    let list = last
        .next_that(|frame| frame["type"] == "users_list" && frame["count"] == 51)
        .await;
    assert_eq!(list["users"].as_array().unwrap().len(), 51);
    let heard = sockets[0].everything(LOBBY).await;
    let joined = heard
        .iter()
        .filter(|frame| frame["event"] == "joined")
        .count();
    assert_eq!(joined, 50, "the 51st is not announced");
    let _more = server.chat(LOBBY, "Aaron").await;
    let heard = last.everything(LOBBY).await;
    assert!(
        heard.iter().all(|frame| frame["type"] != "system"),
        "{heard:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_are_coalesced() {
    let server = Server::plain().await;
    let mut alice = server.chat(LOBBY, "Alice").await;
    let start = server.clock.monotonic();
    let names: Vec<_> = (0..40).map(|n| format!("guest {n}")).collect();
    let sockets =
        futures::future::join_all(names.iter().map(|name| server.chat(LOBBY, name))).await;
    let mut lists = 0;
    loop {
        let frame = alice.next().await;
        if frame["type"] == "users_list" {
            lists += 1;
            if frame["count"] == 41 {
                break;
            }
        }
    }
    let passed = server.clock.monotonic() - start;
    let most = passed.as_millis() / 250 + 2;
    assert!(lists <= most, "{lists} lists in {passed:?}");
    drop(sockets);
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_is_broadcast_and_throttled() {
    let server = Server::plain().await;
    let mut alice = server.chat(LOBBY, "Alice").await;
    let mut bob = server.chat(LOBBY, "Bob").await;
    let typing =
        |names: Value| move |frame: &Value| frame["type"] == "typing" && frame["users"] == names;
    alice
        .send(json!({"type": "typing", "is_typing": true}))
        .await;
    bob.next_that(typing(json!(["Alice"]))).await;
    alice.next_that(typing(json!(["Alice"]))).await;
    bob.send(json!({"type": "typing", "is_typing": true})).await;
    alice.next_that(typing(json!(["Alice", "Bob"]))).await;
    alice
        .send(json!({"type": "typing", "is_typing": false}))
        .await;
    bob.next_that(typing(json!(["Bob"]))).await;
    // Who posts has stopped.
    bob.say(LOBBY, "there").await;
    alice.next_that(typing(json!([]))).await;

    let start = server.clock.monotonic();
    for n in 0..200 {
        alice
            .send(json!({"type": "typing", "is_typing": n % 2 == 0}))
            .await;
    }
    let heard = alice.everything(LOBBY).await;
    let frames = heard
        .iter()
        .filter(|frame| frame["type"] == "typing")
        .count() as u128;
    let passed = server.clock.monotonic() - start;
    assert!(frames <= passed.as_millis() / 250 + 1, "{frames} frames");
}

#[tokio::test(flavor = "multi_thread")]
async fn typing_ends_by_itself_and_with_its_socket() {
    let server = Server::plain().await;
    let mut alice = server.chat(LOBBY, "Alice").await;
    let mut bob = server.chat(LOBBY, "Bob").await;
    bob.send(json!({"type": "typing", "is_typing": true})).await;
    alice.next_of_type("typing").await;
    drop(bob);
    let ended = alice.next_of_type("typing").await;
    assert_eq!(ended["users"], json!([]));
    alice
        .send(json!({"type": "typing", "is_typing": true}))
        .await;
    assert_eq!(
        alice.next_of_type("typing").await["users"],
        json!(["Alice"])
    );
    server.clock.advance(Duration::from_secs(5));
    assert_eq!(alice.next_of_type("typing").await["users"], json!([]));
}
