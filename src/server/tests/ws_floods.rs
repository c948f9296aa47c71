//! Floods on sockets: too many frames, too many sockets, and clients that do not read.

use crate::harness::{LOBBY, Server, eventually};
use parlour_protocol::RoomId;
use serde_json::json;
use std::time::Duration;
use tokio::io::AsyncWriteExt;
use tokio::time::timeout;

#[tokio::test]
async fn every_frame_over_the_limit_is_answered() {
    let server = Server::start(|settings| settings.limits.frames_per_second = 20).await;
    let mut alice = server.chat(LOBBY, "Alice").await;
    for n in 0..100 {
        let key = format!("k{n}");
        alice
            .feed(json!({"type": "message", "content": "x", "client_id": key}))
            .await;
    }
    alice.flush().await;
    let (mut stored, mut refused) = (0, 0);
    let mut keys = std::collections::HashSet::new();
    while stored + refused < 100 {
        let frame = alice.next().await;
        match frame["type"].as_str().unwrap() {
            "message" => stored += 1,
            "error" => {
                assert_eq!(frame["code"], "rate_limited");
                assert!(frame["retry_after_ms"].as_u64().unwrap() > 0);
                refused += 1;
            }
            _ => continue,
        }
        assert!(
            keys.insert(frame["client_id"].as_str().unwrap().to_owned()),
            "each once"
        );
    }
    assert!(
        stored >= 20 && refused > 0,
        "{stored} stored, {refused} refused"
    );
    assert_eq!(server.get("/api/chat/rooms/1").await.body["seq"], stored);
}

#[tokio::test]
async fn a_flood_is_closed() {
    let server = Server::start(|settings| settings.limits.frames_per_second = 50).await;
    let mut alice = server.chat(LOBBY, "Alice").await;
    let mut bob = server.chat(LOBBY, "Bob").await;
    for _ in 0..1_000 {
        alice
            .feed(json!({"type": "typing", "is_typing": true}))
            .await;
    }
    alice.flush().await;
    assert_eq!(alice.closed().await.0, 4429);
    bob.say(LOBBY, "others do not notice").await;
}

#[tokio::test]
async fn a_flood_of_frames_that_are_not_text_is_closed_too() {
    let server = Server::start(|settings| settings.limits.frames_per_second = 50).await;
    let mut alice = server.chat(LOBBY, "Alice").await;
    for _ in 0..1_000 {
        alice.feed_binary(vec![0; 8]).await;
    }
    alice.flush().await;
    assert_eq!(alice.closed().await.0, 4429);
}

#[tokio::test]
async fn a_flood_of_pings_is_closed_too() {
    let server = Server::start(|settings| settings.limits.frames_per_second = 50).await;
    // Also from somebody who has not said who it is.
    let silent = server.socket("/ws/chat/1", &[]).await;
    for mut socket in [server.chat(LOBBY, "Alice").await, silent] {
        socket.tcp().write_all(&PING.repeat(1_000)).await.unwrap();
        assert_eq!(socket.closed().await.0, 4429);
    }
}

/// A ping with as much in it as there may be, masked with zeros.
const PING: [u8; 131] = {
    let mut ping = [0; 131];
    (ping[0], ping[1]) = (0x89, 0x80 | 125);
    ping
};

/// The pongs fill its buffers, so that the server's own ping does not go out.
#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_pings_and_does_not_read_is_closed() {
    let server = Server::start(|settings| {
        settings.realtime.reload_grace_ms = 0;
        settings.realtime.heartbeat_ms = 200;
    })
    .await;
    let mut slow = server.small_socket("/ws/chat/1").await;
    slow.send(json!({"username": "Slow"})).await;
    slow.next_of_type("welcome").await;
    let alice = server.guest("Alice").await;
    let pings = PING.repeat(100);
    let stuck = Duration::from_secs(1);
    while let Ok(written) = timeout(stuck, slow.tcp().write_all(&pings)).await {
        written.unwrap();
    }
    for _ in 0..=256 {
        server.say(&alice, LOBBY, "x").await;
    }
    eventually("it is gone for the others", async || {
        server.ctx.hub.online(RoomId(LOBBY)) == 0
    })
    .await;
}

#[tokio::test]
async fn a_person_s_messages_have_a_rate_over_all_doors() {
    let server = Server::start(|settings| {
        settings.limits.messages_per_second = 1;
        settings.limits.message_burst = 3;
    })
    .await;
    let alice = server.guest("Alice").await;
    let mut first = server.joined(&alice, LOBBY).await;
    let mut second = server.joined(&alice, LOBBY).await;
    first.say(LOBBY, "one").await;
    second.say(LOBBY, "two").await;
    server.say(&alice, LOBBY, "three").await;
    let frame = json!({"type": "message", "room_id": 1, "content": "four", "client_id": "k4"});
    first.send(frame.clone()).await;
    let error = first.next_of_type("error").await;
    assert_eq!(
        (&error["code"], &error["client_id"]),
        (&json!("rate_limited"), &json!("k4"))
    );
    let wait = error["retry_after_ms"].as_u64().unwrap();
    // What was refused did nothing: the same key goes through when it is time.
    server.clock.advance(Duration::from_millis(wait));
    first.send(frame).await;
    assert_eq!(
        first.next_that(|f| f["client_id"] == "k4").await["type"],
        "message"
    );
}

#[tokio::test]
async fn sockets_of_one_address_are_counted() {
    let server = Server::start(|settings| settings.limits.sockets_per_address = 2).await;
    let mut first = server.socket("/ws", &[]).await;
    first.join(LOBBY).await;
    let mut second = server.socket("/ws/chat/1", &[]).await;
    second.send(json!({"username": "Bob"})).await;
    second.next_of_type("welcome").await;
    for path in ["/ws", "/ws/chat/1"] {
        let refused = server.try_socket(path, &[]).await.err();
        assert_eq!(refused, Some(429), "{path}: before it is opened");
    }
    // A page's script cannot see that status, and asks here.
    let why = server.get("/api/chat/connection").await;
    why.refused(429, "rate_limited");
    assert!(why.body["retry_after_ms"].as_u64().unwrap() > 0);
    assert_ne!(why.header("retry-after"), "");
    drop(first);
    eventually("there is room again", async || {
        server.get("/api/chat/connection").await.status == 204
            && server.try_socket("/ws", &[]).await.is_ok()
    })
    .await;
}

#[tokio::test]
async fn a_slow_client_is_closed_and_delays_no_other() {
    let server = Server::start(|settings| settings.realtime.reload_grace_ms = 0).await;
    let mut slow = server.small_socket("/ws/chat/1").await;
    slow.send(json!({"username": "Slow"})).await;
    slow.next_of_type("welcome").await;
    let alice = server.guest("Alice").await;
    let mut reading = server.joined(&alice, LOBBY).await;
    // 40 KB each, until the slow one's buffers and its queue are full.
    let text = "𝄞".repeat(10_000);
    let mut sent = 0;
    while server
        .ctx
        .hub
        .roster(RoomId(LOBBY))
        .names()
        .contains(&"Slow".to_owned())
    {
        sent += 1;
        assert!(sent < 2_000, "the slow socket was never closed");
        server.say(&alice, LOBBY, &text).await;
        assert_eq!(
            reading.next_of_type("message").await["seq"],
            sent,
            "others get everything"
        );
    }
    assert_eq!(slow.closed().await.0, 4008);
    // It comes back and asks.
    let mut back = server.socket("/ws/chat/1", &[]).await;
    back.send(json!({"username": "Slow", "after": sent - 1}))
        .await;
    assert_eq!(back.next_of_type("sync").await["to"], sent);
}
