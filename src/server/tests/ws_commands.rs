//! The frames a client may send, and their answers.

use crate::harness::{LOBBY, Server};
use serde_json::json;
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn a_message_reaches_everybody_and_is_its_author_s_receipt() {
    let server = Server::plain().await;
    let mut alice = server.chat(LOBBY, "Alice").await;
    let mut bob = server.chat(LOBBY, "Bob").await;
    alice
        .send(json!({"type": "message", "content": "Hello!", "client_id": "k1"}))
        .await;
    let receipt = alice.next_of_type("message").await;
    assert_eq!(
        (&receipt["client_id"], &receipt["room_id"]),
        (&json!("k1"), &json!(LOBBY))
    );
    assert_eq!(bob.next_of_type("message").await, receipt);
    let mut stored = server.get("/api/chat/rooms/1/messages").await.body[0].clone();
    stored["type"] = json!("message");
    assert_eq!(stored, receipt, "the same record at every door");
    bob.send(json!({"type": "message", "room_id": 1, "content": "Hi", "reply_to": 1}))
        .await;
    let reply = alice.next_of_type("message").await;
    assert_eq!((&reply["reply_to"], &reply["seq"]), (&json!(1), &json!(2)));
}

#[tokio::test]
async fn one_key_is_one_message_at_every_door() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut socket = server.joined(&alice, LOBBY).await;
    let mut tab = server.joined(&alice, LOBBY).await;
    let frame = json!({"type": "message", "room_id": 1, "content": "once", "client_id": "k"});
    socket.send(frame.clone()).await;
    let first = socket.next_of_type("message").await;
    assert_eq!(tab.next_of_type("message").await, first);
    socket.send(frame.clone()).await;
    assert_eq!(
        socket.next_of_type("message").await,
        first,
        "the answer is the first one"
    );
    tab.send(json!({"type": "message", "room_id": 1, "content": "other", "client_id": "k"}))
        .await;
    assert_eq!(tab.next_of_type("message").await, first);
    let body = json!({"content": "once", "client_id": "k"});
    let rest = server
        .post("/api/chat/rooms/1/messages", Some(&alice), body)
        .await;
    assert_eq!((rest.status, &rest.body["number"]), (200, &first["number"]));
    let body = json!({"content": "rest", "client_id": "r"});
    let rest = server
        .post("/api/chat/rooms/1/messages", Some(&alice), body)
        .await;
    assert_eq!(
        socket.next_of_type("message").await["number"],
        rest.body["number"]
    );
    socket
        .send(json!({"type": "message", "room_id": 1, "content": "?", "client_id": "r"}))
        .await;
    assert_eq!(socket.next_of_type("message").await["content"], "rest");
    let heard = tab.everything(LOBBY).await;
    let messages = heard
        .iter()
        .filter(|frame| frame["type"] == "message")
        .count();
    assert_eq!(messages, 1, "nobody else hears of a repeated send");
}

#[tokio::test]
async fn edits_and_deletions_are_broadcast() {
    let server = Server::plain().await;
    let mut alice = server.chat(LOBBY, "Alice").await;
    let mut bob = server.chat(LOBBY, "Bob").await;
    alice.say(LOBBY, "helo").await;
    alice
        .send(json!({"type": "edit", "number": 1, "content": "hello"}))
        .await;
    for socket in [&mut alice, &mut bob] {
        let changed = socket.next_of_type("message_changed").await;
        assert_eq!(
            (&changed["number"], &changed["seq"]),
            (&json!(1), &json!(2))
        );
        assert_eq!(changed["content"], "hello");
        assert!(changed["edited_at"].is_string());
    }
    // The same text is no change; who asked is told how it stands.
    alice
        .send(json!({"type": "edit", "number": 1, "content": "hello"}))
        .await;
    assert_eq!(alice.next_of_type("message_changed").await["seq"], 2);
    for frame in [
        json!({"type": "edit", "number": 1, "content": "mine"}),
        json!({"type": "delete", "number": 1}),
    ] {
        bob.send(frame).await;
        assert_eq!(bob.next_of_type("error").await["code"], "forbidden");
    }
    alice.send(json!({"type": "delete", "number": 1})).await;
    for socket in [&mut alice, &mut bob] {
        let changed = socket.next_of_type("message_changed").await;
        assert_eq!(
            (&changed["deleted"], &changed["content"]),
            (&json!(true), &json!(""))
        );
        assert_eq!(changed["seq"], 3);
    }
    for number in [1, 2, 999, -1, i64::MAX] {
        alice
            .send(json!({"type": "edit", "number": number, "content": "x"}))
            .await;
        assert_eq!(
            alice.next_of_type("error").await["code"],
            "message_not_found",
            "{number}"
        );
    }
}

#[tokio::test]
async fn a_frame_that_is_refused_says_which() {
    let server = Server::plain().await;
    let mut alice = server.chat(LOBBY, "Alice").await;
    alice
        .send(json!({"type": "message", "content": "  ", "client_id": "k1"}))
        .await;
    let error = alice.next_of_type("error").await;
    assert_eq!(
        (&error["code"], &error["client_id"]),
        (&json!("invalid"), &json!("k1"))
    );
    assert!(!error["message"].as_str().unwrap().is_empty());
    alice
        .send(json!({"type": "message", "content": 7, "client_id": "k2"}))
        .await;
    let error = alice.next_of_type("error").await;
    assert_eq!(
        (&error["code"], &error["client_id"]),
        (&json!("bad_request"), &json!("k2"))
    );
    let body = json!({"type": "message", "content": "x".repeat(10_001), "client_id": "k3"});
    alice.send(body).await;
    assert_eq!(alice.next_of_type("error").await["client_id"], "k3");
    alice.say(LOBBY, "fine").await;
}

#[tokio::test]
async fn what_cannot_be_read_is_answered_and_the_socket_stays() {
    let server = Server::plain().await;
    let mut alice = server.chat(LOBBY, "Alice").await;
    alice.send_text(r#"{"type":"wave"}"#).await;
    assert_eq!(alice.next_of_type("error").await["code"], "unknown_type");
    let deep = "[".repeat(60_000);
    let deep_inside = format!("{{\"type\":\"sync\",\"after\":{}", "{\"a\":".repeat(10_000));
    for text in [
        "",
        "{",
        "null",
        "[]",
        "{}",
        r#"{"type":7}"#,
        r#"{"type":"message"}"#,
        r#"{"type":"message","content":null}"#,
        r#"{"type":"typing","is_typing":"yes"}"#,
        r#"{"type":"sync","after":1e400}"#,
        r#"{"type":"read","seq":99999999999999999999}"#,
        r#"{"type":"edit","number":1.5,"content":"x"}"#,
        &deep,
        &deep_inside,
    ] {
        alice.send_text(text).await;
        assert_eq!(
            alice.next_of_type("error").await["code"],
            "bad_request",
            "{text:.40}"
        );
    }
    alice.send_message(Message::binary(vec![1, 2, 3])).await;
    assert_eq!(alice.next_of_type("error").await["code"], "bad_request");
    alice.send_message(Message::Ping(vec![1].into())).await;
    alice.say(LOBBY, "still here").await;
}

#[tokio::test]
async fn a_socket_of_many_rooms_says_which() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut socket = server.joined(&alice, LOBBY).await;
    for frame in [
        json!({"type": "message", "content": "x", "client_id": "k"}),
        json!({"type": "sync", "after": 0}),
        json!({"type": "typing", "is_typing": true}),
        json!({"type": "read", "seq": 1}),
        json!({"type": "delete", "number": 1}),
    ] {
        socket.send(frame.clone()).await;
        let error = socket.next_of_type("error").await;
        assert_eq!(error["code"], "bad_request", "{frame}");
        assert_eq!(error.get("client_id"), frame.get("client_id"));
    }
}

#[tokio::test]
async fn a_room_need_not_be_joined_to_be_written_in() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut socket = server.browser(&alice).await;
    let frame = json!({"type": "message", "room_id": 1, "content": "drive-by", "client_id": "k"});
    socket.send(frame).await;
    assert_eq!(socket.next_of_type("message").await["client_id"], "k");
    socket
        .send(json!({"type": "edit", "room_id": 1, "number": 1, "content": "by"}))
        .await;
    assert_eq!(
        socket.next_of_type("message_changed").await["content"],
        "by"
    );
    socket
        .send(json!({"type": "typing", "room_id": 1, "is_typing": true}))
        .await;
    assert_eq!(socket.next_of_type("error").await["code"], "forbidden");
}

#[tokio::test]
async fn messages_after_a_rename_carry_the_new_name() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut socket = server.joined(&alice, LOBBY).await;
    assert_eq!(socket.say(LOBBY, "as Alice").await["username"], "Alice");
    let found = parlour_server::accounts::authenticate(&server.ctx, &alice.token)
        .await
        .unwrap();
    let scope = parlour_server::Scope {
        person: found,
        address: server.address.ip().into(),
    };
    parlour_server::accounts::rename(&server.ctx, &scope, "Zoe")
        .await
        .unwrap();
    let list =
        socket.next_that(|frame| frame["type"] == "users_list" && frame["users"] == json!(["Zoe"]));
    list.await;
    assert_eq!(socket.say(LOBBY, "as Zoe").await["username"], "Zoe");
}

#[tokio::test]
async fn a_thousand_messages_sent_without_waiting_arrive_once_and_in_order() {
    let server = Server::plain().await;
    let mut bob = server.chat(LOBBY, "Bob").await;
    let alice = server.guest("Alice").await;
    let mut socket = server.joined(&alice, LOBBY).await;
    let writing = async {
        for n in 0..1_000 {
            let frame = json!({"type": "message", "room_id": 1, "content": format!("{n}"),
                               "client_id": format!("k{n}")});
            socket.send(frame).await;
        }
        for n in 0..1_000 {
            assert_eq!(
                socket.next_of_type("message").await["client_id"],
                format!("k{n}")
            );
        }
    };
    let reading = async {
        for n in 0..1_000 {
            let message = bob.next_of_type("message").await;
            assert_eq!(
                (&message["content"], &message["seq"]),
                (&json!(n.to_string()), &json!(n + 1))
            );
        }
    };
    tokio::join!(writing, reading);
}
