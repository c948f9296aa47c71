//! `/ws`: any number of rooms on one socket, for people and for readers.

use crate::harness::{LOBBY, Server};
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn w4_an_anonymous_socket_receives_and_cannot_send() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut reader = server.socket("/ws", &[]).await;
    let welcome = reader.join(LOBBY).await;
    assert_eq!(
        (&welcome["user"], &welcome["room"]["online"]),
        (&Value::Null, &json!(0))
    );
    assert!(welcome.get("token").is_none());
    assert_eq!(reader.next().await["count"], 0, "readers are not there");
    server.say(&alice, LOBBY, "hello").await;
    assert_eq!(reader.next_of_type("message").await["content"], "hello");
    for frame in [
        json!({"type": "message", "room_id": 1, "content": "x", "client_id": "k"}),
        json!({"type": "edit", "room_id": 1, "number": 1, "content": "x"}),
        json!({"type": "delete", "room_id": 1, "number": 1}),
        json!({"type": "typing", "room_id": 1, "is_typing": true}),
        json!({"type": "read", "room_id": 1, "seq": 1}),
    ] {
        reader.send(frame.clone()).await;
        let error = reader.next_of_type("error").await;
        assert_eq!(error["code"], "sign_in_required", "{frame}");
        assert_eq!(error.get("client_id"), frame.get("client_id"));
        assert_eq!(error["room_id"], LOBBY);
    }
    reader
        .send(json!({"type": "sync", "room_id": 1, "after": 0}))
        .await;
    assert_eq!(
        reader.next_of_type("sync").await["messages"]
            .as_array()
            .unwrap()
            .len(),
        1
    );
    reader.send(json!({"type": "leave", "room_id": 1})).await;
    assert_eq!(reader.next_of_type("left").await["room_id"], LOBBY);
    assert_eq!(server.get("/api/chat/rooms/1/users").await.body["count"], 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn one_socket_is_in_many_rooms() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let other = server.room(&bob, "Other").await;
    server.say(&bob, other, "before").await;
    let mut socket = server.browser(&alice).await;
    socket.join(LOBBY).await;
    socket
        .send(json!({"type": "join", "room_id": other, "after": 0}))
        .await;
    let welcome = socket.next_of_type("welcome").await;
    assert_eq!(
        (&welcome["room_id"], &welcome["seq"]),
        (&json!(other), &json!(1))
    );
    let list = socket.next().await;
    assert_eq!(
        (&list["type"], &list["users"]),
        (&json!("users_list"), &json!(["Alice"]))
    );
    let sync = socket.next().await;
    assert_eq!(
        (&sync["type"], &sync["room_id"]),
        (&json!("sync"), &json!(other))
    );
    assert_eq!(sync["messages"][0]["content"], "before");
    for room in [LOBBY, other] {
        server.say(&bob, room, "live").await;
        let message = socket.next_of_type("message").await;
        assert_eq!(
            (&message["room_id"], &message["content"]),
            (&json!(room), &json!("live"))
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_room_that_is_not_there_does_not_end_the_socket() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut socket = server.browser(&alice).await;
    for room in [999, 0, -1, i64::MAX, i64::MIN] {
        for kind in ["join", "leave", "sync", "message", "edit", "delete", "read"] {
            let frame = json!({"type": kind, "room_id": room, "after": 0, "content": "x",
                               "number": 1, "seq": 1});
            socket.send(frame).await;
            let error = socket.next_of_type("error").await;
            assert_eq!(
                (&error["code"], &error["room_id"]),
                (&json!("room_not_found"), &json!(room)),
                "{kind}"
            );
        }
    }
    socket.join(LOBBY).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_is_sent_to_every_socket_of_the_person() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let mut first = server.joined(&alice, LOBBY).await;
    let mut second = server.joined(&alice, LOBBY).await;
    let bearer = format!("Bearer {}", alice.token);
    let mut single = server
        .socket("/ws/chat/1", &[("authorization", &bearer)])
        .await;
    single.send(json!({})).await;
    single.next_of_type("welcome").await;
    let mut other = server.joined(&bob, LOBBY).await;
    first.send(json!({"type": "leave", "room_id": LOBBY})).await;
    assert_eq!(first.next_of_type("left").await["room_id"], LOBBY);
    assert_eq!(second.next_of_type("left").await["room_id"], LOBBY);
    assert_eq!(single.closed().await.0, 4403);
    let left = other.next_that(|frame| frame["event"] == "left").await;
    assert_eq!(
        (&left["type"], &left["username"]),
        (&json!("system"), &json!("Alice"))
    );
    assert_eq!(left["content"], "Alice left");
    let here = server.get("/api/chat/rooms/1/users").await.body;
    assert_eq!(
        (&here["users"], &here["count"]),
        (&json!(["Bob"]), &json!(1)),
        "at once"
    );
    server.say(&bob, LOBBY, "gone?").await;
    let heard = second.everything(LOBBY).await;
    assert!(
        heard.iter().all(|frame| frame["type"] != "message"),
        "{heard:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_one_room_socket_is_for_one_room() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let other = server.room(&alice, "Other").await;
    let mut socket = server.chat(LOBBY, "Bob").await;
    for frame in [
        json!({"type": "join", "room_id": other}),
        json!({"type": "join", "room_id": LOBBY}),
        json!({"type": "leave", "room_id": LOBBY}),
        json!({"type": "message", "room_id": other, "content": "x"}),
        json!({"type": "sync", "room_id": other, "after": 0}),
    ] {
        socket.send(frame.clone()).await;
        assert_eq!(
            socket.next_of_type("error").await["code"],
            "bad_request",
            "{frame}"
        );
    }
    socket.say(LOBBY, "still here").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rooms_of_one_socket_are_bounded() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let names: Vec<_> = (0..256).map(|n| format!("Room {n}")).collect();
    let rooms = futures::future::join_all(names.iter().map(|name| server.room(&alice, name))).await;
    let mut reader = server.socket("/ws", &[]).await;
    for room in &rooms {
        reader.join(*room).await;
    }
    reader.send(json!({"type": "join", "room_id": LOBBY})).await;
    assert_eq!(reader.next_of_type("error").await["code"], "forbidden");
    reader.join(rooms[0]).await;
    reader
        .send(json!({"type": "leave", "room_id": rooms[0]}))
        .await;
    reader.next_of_type("left").await;
    reader.join(LOBBY).await;
}
