//! How sockets end, and the close code that says why.

use crate::harness::{LOBBY, Server, eventually};
use futures::FutureExt;
use parlour_protocol::RoomId;
use reqwest::Method;
use serde_json::json;
use std::future::ready;
use tokio::io::AsyncWriteExt;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};

#[tokio::test]
async fn a_frame_over_64_kib_closes_with_1009() {
    let server = Server::plain().await;
    for size in [64 * 1024 + 1, 1_000_000] {
        let mut socket = server.chat(LOBBY, &format!("Alice {size}")).await;
        let _ = socket.try_send(Message::text("x".repeat(size))).await;
        assert_eq!(socket.closed().await.0, 1009, "{size}");
    }
    let mut binary = server.socket("/ws", &[]).await;
    let _ = binary.try_send(Message::binary(vec![0; 70_000])).await;
    assert_eq!(binary.closed().await.0, 1009);
    // The same in pieces.
    let mut pieces = server.socket("/ws", &[]).await;
    for n in 0..100 {
        let kind = if n == 0 { Data::Text } else { Data::Continue };
        let frame = Frame::message(vec![b'x'; 4_096], OpCode::Data(kind), false);
        if pieces.try_send(Message::Frame(frame)).await.is_err() {
            break;
        }
    }
    assert_eq!(pieces.closed().await.0, 1009);
    // The largest frame that may be is read.
    let mut exact = server.chat(LOBBY, "Bob").await;
    let padding = 64 * 1024 - r#"{"type":"wave","x":""}"#.len();
    let text = format!(r#"{{"type":"wave","x":"{}"}}"#, "x".repeat(padding));
    assert_eq!(text.len(), 64 * 1024);
    exact.send_text(&text).await;
    assert_eq!(exact.next_of_type("error").await["code"], "unknown_type");
}

#[tokio::test]
async fn a_request_that_is_no_handshake_gets_426() {
    let server = Server::plain().await;
    let mut socket = server.socket("/ws", &[]).await;
    // A masked text frame whose payload is not UTF-8.
    socket
        .tcp()
        .write_all(&[0x81, 0x82, 0, 0, 0, 0, 0xff, 0xfe])
        .await
        .unwrap();
    assert_eq!(socket.closed().await.0, 1007);
    let mut socket = server.socket("/ws", &[]).await;
    // A frame that is not masked.
    socket
        .tcp()
        .write_all(&[0x81, 0x02, b'{', b'}'])
        .await
        .unwrap();
    assert_eq!(socket.closed().await.0, 1002);
    server.get("/ws").await.refused(426, "bad_request");
    server.get("/ws/chat/1").await.refused(426, "bad_request");
}

#[tokio::test]
async fn a_close_frame_is_answered_and_ends_the_socket() {
    let server = Server::start(|settings| settings.realtime.reload_grace_ms = 0).await;
    let mut socket = server.chat(LOBBY, "Alice").await;
    socket.send_message(Message::Close(None)).await;
    eventually("nobody is there", async || {
        server.ctx.hub.online(RoomId(LOBBY)) == 0
    })
    .await;
    eventually("no socket is left", async || server.ctx.hub.sockets() == 0).await;
}

#[tokio::test]
async fn a_server_that_stops_says_when_to_come_back() {
    let mut server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut sockets = vec![
        server.joined(&alice, LOBBY).await,
        server.chat(LOBBY, "Bob").await,
        server.socket("/ws", &[]).await,
        server.socket("/ws/chat/1", &[]).await,
    ];
    server.begin_to_stop();
    for socket in &mut sockets {
        let (code, reason) = socket.closed().await;
        assert_eq!(code, 4000);
        let ms: u64 = reason
            .strip_prefix("retry_after_ms=")
            .unwrap()
            .parse()
            .unwrap();
        assert!(ms <= 1_000);
    }
    server.stopped().await;
    assert!(
        tokio::net::TcpStream::connect(server.address)
            .await
            .is_err(),
        "no new connections"
    );
}

#[tokio::test]
async fn what_is_under_way_when_the_server_stops_is_acknowledged_or_not_there() {
    let mut server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let settings = server.ctx.settings.clone();
    let mut socket = server.joined(&alice, LOBBY).await;
    for n in 0..200 {
        let key = format!("k{n}");
        socket
            .feed(json!({"type": "message", "room_id": 1, "content": key, "client_id": key}))
            .await;
    }
    socket.flush().await;
    socket.next_of_type("message").await;
    server.begin_to_stop();
    let mut acknowledged = 1;
    let code = loop {
        match socket.next_or_close().await {
            Ok(frame) if frame["type"] == "message" => acknowledged += 1,
            Ok(_) => {}
            Err(closed) => break closed.unwrap().0,
        }
    };
    assert_eq!(code, 4000);
    server.stopped().await;
    let again = Server::start(|fresh| *fresh = settings).await;
    let room = again.get("/api/chat/rooms/1").await.body;
    assert_eq!(
        room["seq"], acknowledged,
        "every stored message was acknowledged"
    );
}

#[tokio::test]
async fn shutdown_does_not_wait_for_a_client_that_does_not_read() {
    let mut server = Server::plain().await;
    // Neither reads nor answers.
    let _deaf = server.socket("/ws", &[]).await;
    server.stopped().await;
}

/// Its buffers are full and nobody empties them: the server would wait for ever.
#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stops_does_not_wait_for_a_write_that_is_stuck() {
    let mut server = Server::plain().await;
    let settings = server.ctx.settings.clone();
    let alice = server.guest("Alice").await;
    for _ in 0..10 {
        server.say(&alice, LOBBY, &"𝄞".repeat(10_000)).await;
    }
    let mut stuck = server.small_socket("/ws/chat/1").await;
    stuck.send(json!({"username": "Stuck"})).await;
    stuck.next_of_type("welcome").await;
    // Each is answered with 400 KB before the next is read.
    for _ in 0..100 {
        stuck.feed(json!({"type": "sync", "after": 0})).await;
        stuck
            .feed(json!({"type": "message", "content": "next"}))
            .await;
    }
    stuck.flush().await;
    // The first answer has begun, and no buffer between here and there holds all of it.
    let (tcp, mut first) = (stuck.tcp(), [0; 1_024]);
    eventually("its first answer is on its way", || {
        let peeked = tcp.peek(&mut first).now_or_never();
        ready(peeked.is_some_and(|peeked| peeked.unwrap() == 1_024))
    })
    .await;

    let mut socket = server.joined(&alice, LOBBY).await;
    socket
        .send(json!({"type": "message", "room_id": LOBBY, "content": "last words"}))
        .await;
    server.begin_to_stop();
    let mut acknowledged = 0;
    let code = loop {
        match socket.next_or_close().await {
            Ok(frame) if frame["content"] == "last words" => acknowledged += 1,
            Ok(_) => {}
            Err(closed) => break closed.unwrap().0,
        }
    };
    assert_eq!(code, 4000);
    server.stopped().await;
    assert!(!server.ctx.store.answers().await, "the writer has ended");
    let again = Server::start(|fresh| *fresh = settings).await;
    let room = again.get("/api/chat/rooms/1").await.body;
    assert_eq!(room["seq"], 10 + acknowledged, "nothing of the stuck one");
}

#[tokio::test]
async fn a_socket_that_does_not_answer_is_dropped() {
    // An answer may take as long as it is to the next heartbeat, longer, or less.
    for (heartbeat_ms, pong_ms) in [(200, 200), (200, 500), (1_000, 300)] {
        let server = Server::start(|settings| {
            settings.realtime.heartbeat_ms = heartbeat_ms;
            settings.realtime.pong_ms = pong_ms;
            settings.realtime.reload_grace_ms = 0;
        })
        .await;
        let mut bob = server.chat(LOBBY, "Bob").await;
        // A client that does not read does not answer pings.
        let _deaf = server.chat(LOBBY, "Deaf").await;
        bob.next_that(|frame| frame["event"] == "left" && frame["username"] == "Deaf")
            .await;
        bob.say(LOBBY, "who answers stays").await;
    }
}

#[tokio::test]
async fn heartbeats_say_how_far_each_room_is() {
    let server = Server::start(|settings| settings.realtime.heartbeat_ms = 200).await;
    let alice = server.guest("Alice").await;
    let other = server.room(&alice, "Other").await;
    server.say(&alice, LOBBY, "one").await;
    let mut socket = server.joined(&alice, LOBBY).await;
    assert_eq!(
        socket.next_of_type("heartbeat").await["rooms"],
        json!({"1": 1})
    );
    socket.join(other).await;
    server.say(&alice, LOBBY, "two").await;
    let rooms = json!({"1": 2, other.to_string(): 0});
    socket
        .next_that(|frame| frame["type"] == "heartbeat" && frame["rooms"] == rooms)
        .await;
    let mut reader = server.socket("/ws", &[]).await;
    assert_eq!(reader.next_of_type("heartbeat").await["rooms"], json!({}));
}

#[tokio::test]
async fn a_deleted_room_closes_its_sockets() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let room = server.room(&alice, "Gone").await;
    let mut bob = server.chat(room, "Bob").await;
    let path = format!("/api/chat/rooms/{room}");
    server.call(Method::DELETE, &path, Some(&alice), None).await;
    assert_eq!(bob.closed().await.0, 4404);
    let mut late = server.socket(&format!("/ws/chat/{room}"), &[]).await;
    assert_eq!(late.closed().await.0, 4404);
}
