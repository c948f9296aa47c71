//! Pipelined sends of one socket, and the order in which they are stored and answered.

use crate::harness::{Guest, LOBBY, Server, Socket};
use serde_json::{Value, json};
use std::time::Duration;

fn send(key: &str) -> Value {
    json!({"type": "message", "room_id": LOBBY, "content": key, "client_id": key})
}

/// The keys of the next answers to sends, in their order, with what was refused.
async fn answers(socket: &mut Socket, count: usize) -> Vec<String> {
    let mut answers = Vec::new();
    while answers.len() < count {
        let frame = socket.next().await;
        let key = frame["client_id"].as_str().unwrap_or_default();
        match frame["type"].as_str() {
            Some("message") => answers.push(key.to_owned()),
            Some("error") => answers.push(format!("{key}: {}", frame["code"].as_str().unwrap())),
            _ => {}
        }
    }
    answers
}

async fn say_all(socket: &mut Socket, frames: impl IntoIterator<Item = Value>) {
    for frame in frames {
        socket.feed(frame).await;
    }
    socket.flush().await;
}

async fn two(server: &Server) -> (Guest, Guest) {
    (server.guest("Alice").await, server.guest("Bob").await)
}

#[tokio::test]
async fn many_sends_at_once_keep_their_order() {
    let server = Server::plain().await;
    let (alice, bob) = two(&server).await;
    let mut sending = server.joined(&alice, LOBBY).await;
    let mut reading = server.joined(&bob, LOBBY).await;
    // More than may be under way.
    let keys: Vec<String> = (0..200).map(|n| format!("k{n}")).collect();
    say_all(&mut sending, keys.iter().map(|key| send(key))).await;
    assert_eq!(answers(&mut sending, 200).await, keys);
    for number in 1..=200 {
        let message = reading.next_of_type("message").await;
        assert_eq!(message["number"], number);
        assert_eq!(message["client_id"], keys[number - 1]);
    }
}

#[tokio::test]
async fn a_refusal_in_the_middle_is_answered_in_its_place() {
    let server = Server::plain().await;
    let (alice, _) = two(&server).await;
    let mut socket = server.joined(&alice, LOBBY).await;
    let mut frames = Vec::new();
    let mut expected = Vec::new();
    for n in 0..60 {
        let key = format!("k{n}");
        let mut frame = send(&key);
        expected.push(match n % 6 {
            // Known before it reaches the writer.
            1 => {
                frame["content"] = json!("");
                format!("{key}: invalid")
            }
            // Known in the transaction, with others before and behind it.
            3 => {
                frame["reply_to"] = json!(999_999);
                format!("{key}: message_not_found")
            }
            4 => {
                frame["room_id"] = json!(77);
                format!("{key}: room_not_found")
            }
            5 => {
                frame["reply_to"] = json!("x");
                format!("{key}: bad_request")
            }
            _ => key,
        });
        frames.push(frame);
    }
    say_all(&mut socket, frames).await;
    assert_eq!(answers(&mut socket, 60).await, expected);
}

#[tokio::test]
async fn a_group_that_is_tried_apart_is_answered_in_order_too() {
    let server = Server::plain().await;
    let (alice, _) = two(&server).await;
    let mut socket = server.joined(&alice, LOBBY).await;
    server.ctx.store.refuse_messages_like("%7").await;
    let keys: Vec<String> = (0..40).map(|n| format!("k{n}")).collect();
    say_all(&mut socket, keys.iter().map(|key| send(key))).await;
    let expected = keys.iter().map(|key| match key.ends_with('7') {
        true => format!("{key}: internal"),
        false => key.clone(),
    });
    assert_eq!(answers(&mut socket, 40).await, expected.collect::<Vec<_>>());
}

#[tokio::test]
async fn a_command_that_is_no_send_waits_for_the_sends_before_it() {
    let server = Server::plain().await;
    let (alice, _) = two(&server).await;
    let mut socket = server.joined(&alice, LOBBY).await;
    let mut frames: Vec<Value> = (0..10).map(|n| send(&format!("k{n}"))).collect();
    frames.push(json!({"type": "edit", "room_id": LOBBY, "number": 10, "content": "changed"}));
    frames.push(send("behind"));
    frames.push(json!({"type": "sync", "room_id": LOBBY, "after": 11}));
    say_all(&mut socket, frames).await;
    for number in 1..=10 {
        assert_eq!(socket.next_of_type("message").await["number"], number);
    }
    let changed = socket
        .next_that(|frame| frame["type"] != "users_list" && frame["type"] != "heartbeat")
        .await;
    assert_eq!(
        (&changed["type"], &changed["content"], &changed["seq"]),
        (&json!("message_changed"), &json!("changed"), &json!(11))
    );
    assert_eq!(socket.next_of_type("message").await["seq"], 12);
    let sync = socket.next_of_type("sync").await;
    assert_eq!(sync["to"], 12);
    assert_eq!(sync["messages"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn sends_elsewhere_are_answered_in_order_with_those_in_the_room() {
    let server = Server::plain().await;
    let (alice, bob) = two(&server).await;
    let elsewhere = server.room(&bob, "Elsewhere").await;
    let mut socket = server.joined(&alice, LOBBY).await;
    let keys: Vec<String> = (0..30).map(|n| format!("k{n}")).collect();
    let frames = keys.iter().enumerate().map(|(n, key)| {
        let mut frame = send(key);
        if n % 2 == 1 {
            frame["room_id"] = json!(elsewhere);
        }
        frame
    });
    say_all(&mut socket, frames).await;
    assert_eq!(answers(&mut socket, 30).await, keys);
}

#[tokio::test]
async fn a_repeat_among_sends_costs_nothing_and_is_answered_in_its_place() {
    let server = Server::start(|settings| {
        settings.limits.messages_per_second = 1;
        settings.limits.message_burst = 4;
    })
    .await;
    let (alice, _) = two(&server).await;
    let mut socket = server.joined(&alice, LOBBY).await;
    say_all(&mut socket, ["a", "b"].map(send)).await;
    assert_eq!(answers(&mut socket, 2).await, ["a", "b"]);
    say_all(&mut socket, ["a", "b", "a", "b", "a"].map(send)).await;
    assert_eq!(answers(&mut socket, 5).await, ["a", "b", "a", "b", "a"]);
    say_all(&mut socket, ["c", "a", "d"].map(send)).await;
    assert_eq!(answers(&mut socket, 3).await, ["c", "a", "d"]);
    // Also when nothing is left, and to who is refused: in its place.
    say_all(&mut socket, ["a", "e", "b"].map(send)).await;
    assert_eq!(answers(&mut socket, 3).await, ["a", "e: rate_limited", "b"]);
    server.clock.advance(Duration::from_secs(1));
    say_all(&mut socket, ["e"].map(send)).await;
    assert_eq!(answers(&mut socket, 1).await, ["e"]);
}

#[tokio::test]
async fn sends_before_a_disconnect_are_stored() {
    let server = Server::plain().await;
    let (alice, bob) = two(&server).await;
    let mut reading = server.joined(&bob, LOBBY).await;
    let mut socket = server.joined(&alice, LOBBY).await;
    say_all(&mut socket, (0..50).map(|n| send(&format!("k{n}")))).await;
    let close = tokio_tungstenite::tungstenite::Message::Close(None);
    socket.send_message(close).await;
    let acknowledged = async {
        let mut count = 0;
        while let Ok(frame) = socket.next_or_close().await {
            count += usize::from(frame["type"] == "message");
        }
        count
    };
    assert_eq!(acknowledged.await, 50);
    let heard = answers(&mut reading, 50).await;
    assert_eq!(heard, (0..50).map(|n| format!("k{n}")).collect::<Vec<_>>());
}

#[tokio::test]
async fn broadcasts_arrive_during_pipelined_sends() {
    let server = Server::plain().await;
    let (alice, bob) = two(&server).await;
    let mut sending = server.joined(&alice, LOBBY).await;
    let mut other = server.joined(&bob, LOBBY).await;
    // Eight are always under way.
    say_all(&mut sending, (0..8).map(|n| send(&format!("a{n}")))).await;
    let (mut own, mut others) = (0, 0);
    say_all(&mut other, (0..60).map(|n| send(&format!("b{n}")))).await;
    let mut last = 0;
    while own < 200 || others < 60 {
        let message = sending.next_of_type("message").await;
        let number = message["number"].as_i64().unwrap();
        assert_eq!(number, last + 1, "nothing is heard out of order");
        last = number;
        if message["user_id"] == alice.id {
            own += 1;
            let next = 7 + own;
            sending.send(send(&format!("a{next}"))).await;
        } else {
            others += 1;
        }
    }
}
