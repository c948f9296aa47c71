//! The first frame of a one-room socket: admission, and the close codes of refusals.

use crate::harness::{LOBBY, Server};
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test(flavor = "multi_thread")]
async fn a_name_makes_a_guest() {
    let server = Server::plain().await;
    let mut socket = server.socket("/ws/chat/1", &[]).await;
    socket
        .send(json!({"username": " Alice ", "colour": "red"}))
        .await;
    let welcome = socket.next().await;
    assert_eq!(welcome["type"], "welcome");
    assert_eq!(
        (&welcome["room_id"], &welcome["seq"]),
        (&json!(LOBBY), &json!(0))
    );
    assert_eq!(
        (&welcome["user"]["name"], &welcome["user"]["kind"]),
        (&json!("Alice"), &json!("guest"))
    );
    assert_eq!(
        (&welcome["room"]["name"], &welcome["room"]["online"]),
        (&json!("Lobby"), &json!(1))
    );
    assert!(welcome["epoch"].as_str().unwrap().len() > 8);
    assert!(welcome["token"].as_str().unwrap().len() >= 43);
    let list = socket.next().await;
    assert_eq!(list["type"], "users_list");
    assert_eq!(
        (&list["users"], &list["count"]),
        (&json!(["Alice"]), &json!(1))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_token_brings_the_same_guest_back_with_what_was_missed() {
    let server = Server::plain().await;
    let mut alice = server.chat(LOBBY, "Alice").await;
    alice
        .send(json!({"type": "message", "content": "one", "client_id": "k"}))
        .await;
    let first = alice.next_of_type("message").await;
    let token = alice.token.clone().unwrap();
    drop(alice);
    let bob = server.guest("Bob").await;
    server.say(&bob, LOBBY, "two").await;

    let mut back = server.socket("/ws/chat/1", &[]).await;
    back.send(json!({"username": "Mallory", "token": token, "after": first["seq"]}))
        .await;
    let welcome = back.next_of_type("welcome").await;
    assert_eq!(
        welcome["user"]["name"], "Alice",
        "a name never overrides the token"
    );
    assert_eq!(welcome["user"]["id"], first["user_id"]);
    assert!(welcome.get("token").is_none(), "told once");
    let sync = back.next_of_type("sync").await;
    assert_eq!(
        (&sync["from"], &sync["to"], &sync["complete"]),
        (&json!(1), &json!(2), &json!(true))
    );
    assert_eq!(sync["messages"][0]["content"], "two");
    back.send(json!({"type": "message", "content": "again", "client_id": "k"}))
        .await;
    let again = back.next_of_type("message").await;
    assert_eq!(
        (&again["number"], &again["content"]),
        (&json!(1), &json!("one"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bearer_token_says_who_it_is() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let bearer = format!("Bearer {}", alice.token);
    let headers = [("authorization", bearer.as_str())];
    let mut socket = server.socket("/ws/chat/1", &headers).await;
    socket.send(json!({"username": "admin"})).await;
    let welcome = socket.next_of_type("welcome").await;
    assert_eq!(welcome["user"]["id"], alice.id);
    let message = socket.say(LOBBY, "it is me").await;
    assert_eq!(
        (&message["username"], &message["user_id"]),
        (&json!("Alice"), &json!(alice.id))
    );
    let mut silent = server.socket("/ws/chat/1", &headers).await;
    silent.send(json!({})).await;
    assert_eq!(silent.next_of_type("welcome").await["user"]["id"], alice.id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_in_use_is_refused() {
    let server = Server::plain().await;
    let _alice = server.chat(LOBBY, "Alice").await;
    for name in ["Alice", "ALICE", "Аlice"] {
        let mut socket = server.socket("/ws/chat/1", &[]).await;
        socket.send(json!({"username": name})).await;
        let error = socket.next().await;
        assert_eq!(
            (&error["type"], &error["code"]),
            (&json!("error"), &json!("username_taken"))
        );
        assert_eq!(socket.closed().await.0, 4409);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_at_once_with_one_name_are_one_guest() {
    let server = Server::plain().await;
    let sockets = (0..20).map(async |_| {
        let mut socket = server.socket("/ws/chat/1", &[]).await;
        socket.send(json!({"username": "Alice"})).await;
        let first = socket.next().await;
        (socket, first)
    });
    let answers = futures::future::join_all(sockets).await;
    let welcomed = answers
        .iter()
        .filter(|(_, first)| first["type"] == "welcome")
        .count();
    assert_eq!(welcomed, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_cannot_be_is_refused() {
    let server = Server::plain().await;
    for name in ["", "   ", "a\u{202e}b", &"x".repeat(33)] {
        let mut socket = server.socket("/ws/chat/1", &[]).await;
        socket.send(json!({"username": name})).await;
        assert_eq!(socket.next().await["code"], "invalid");
        assert_eq!(socket.closed().await.0, 4400);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_first_frame_without_an_identity_is_refused() {
    let server = Server::plain().await;
    let deep = "[".repeat(60_000);
    let deep_inside = format!("{{\"username\":{}", "{\"a\":".repeat(10_000));
    for text in [
        "",
        "hello",
        "{",
        "null",
        "[]",
        "7",
        "{}",
        r#"{"username":7}"#,
        r#"{"username":null}"#,
        r#"{"username":["Alice"]}"#,
        r#"{"after":1}"#,
        r#"{"username":"Alice","after":"1"}"#,
        r#"{"username":"Alice","after":1e300}"#,
        r#"{"type":"message","content":"x"}"#,
        &deep,
        &deep_inside,
    ] {
        let mut socket = server.socket("/ws/chat/1", &[]).await;
        socket.send_text(text).await;
        assert_eq!(socket.next().await["code"], "bad_request", "{text:.40}");
        assert_eq!(socket.closed().await.0, 4400, "{text:.40}");
    }
    let mut socket = server.socket("/ws/chat/1", &[]).await;
    socket
        .send_message(Message::binary(b"{\"username\":\"Alice\"}".to_vec()))
        .await;
    assert_eq!(socket.closed().await.0, 4400);
    assert_eq!(server.get("/api/chat/rooms/1/users").await.body["count"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_socket_without_a_first_frame_is_closed() {
    let server = Server::start(|settings| settings.realtime.first_frame_ms = 100).await;
    let mut socket = server.socket("/ws/chat/1", &[]).await;
    assert_eq!(socket.closed().await.0, 4001);
    // /ws waits for nothing.
    let mut reader = server.socket("/ws", &[]).await;
    assert_eq!(reader.join(LOBBY).await["user"], Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_is_not_there_is_told_by_the_close_code() {
    let server = Server::plain().await;
    for id in [
        "999",
        "0",
        "-1",
        "9007199254740993",
        "99999999999999999999",
        "lobby",
        "%F0",
    ] {
        let mut socket = match server.try_socket(&format!("/ws/chat/{id}"), &[]).await {
            Ok(socket) => socket,
            Err(status) => panic!("{id} was refused with {status}"),
        };
        assert_eq!(socket.closed().await.0, 4404, "{id}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_has_ended_is_told() {
    let server = Server::plain().await;
    let mut socket = server.socket("/ws/chat/1", &[]).await;
    socket
        .send(json!({"username": "Alice", "token": "A".repeat(43)}))
        .await;
    assert_eq!(socket.closed().await.0, 4401);
    for path in ["/ws", "/ws/chat/1"] {
        let mut socket = server
            .socket(path, &[("authorization", "Bearer rubbish")])
            .await;
        assert_eq!(socket.closed().await.0, 4401);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn too_many_guests_from_one_address_are_told_when_again() {
    let server = Server::start(|settings| settings.limits.guests_per_minute = 1).await;
    let _alice = server.chat(LOBBY, "Alice").await;
    let mut socket = server.socket("/ws/chat/1", &[]).await;
    socket.send(json!({"username": "Bob"})).await;
    let error = socket.next().await;
    assert_eq!(error["code"], "rate_limited");
    assert!(error["retry_after_ms"].as_u64().unwrap() > 0);
    assert_eq!(socket.closed().await.0, 4429);
}
