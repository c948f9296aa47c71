//! The list of rooms, asked for on the socket.

use crate::harness::{Guest, LOBBY, Server, Socket};
use serde_json::{Value, json};

/// The answer to a question for the rooms.
async fn rooms(socket: &mut Socket, known: Option<&Value>) -> Value {
    let mut question = json!({"type": "rooms"});
    if let Some(known) = known {
        question["known"] = known.clone();
    }
    socket.send(question).await;
    socket.next_of_type("rooms").await
}

/// A socket of somebody without a name.
async fn reader(server: &Server) -> Socket {
    server.socket("/ws", &[]).await
}

/// So many rooms of somebody's.
async fn make_rooms(server: &Server, by: &Guest, count: usize) {
    for number in 0..count {
        server.room(by, &format!("Room {number:03}")).await;
    }
}

#[tokio::test]
async fn a_rooms_frame_is_answered_with_unread_counts() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let garden = server.room(&bob, "Garden").await;
    let mut tab = server.joined(&alice, garden).await;
    tab.send(json!({"type": "join", "room_id": LOBBY})).await;
    tab.next_of_type("users_list").await;
    server.say(&bob, garden, "one").await;
    server.say(&bob, garden, "two").await;
    let list = rooms(&mut tab, None).await;
    let listed = list["rooms"].as_array().unwrap();
    let names: Vec<_> = listed.iter().map(|entry| &entry["room"]["name"]).collect();
    assert_eq!(names, ["Garden", "Lobby"]);
    let line = &listed[0];
    assert_eq!(
        (&line["unread"], &line["room"]["seq"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(line["room"]["online"], 1);
    assert_eq!(line["room"]["id"], garden);
    assert!(line["room"].get("description").is_none(), "{line}");
    // What is nothing is not said.
    assert!(listed[1].get("unread").is_none(), "{listed:?}");

    let seen = rooms(&mut reader(&server).await, None).await;
    let seen = seen["rooms"].as_array().unwrap().clone();
    assert_eq!(seen.len(), 2);
    assert!(seen.iter().all(|entry| entry.get("unread").is_none()));
}

#[tokio::test]
async fn a_known_list_is_not_sent_again_until_it_changes() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let mut tab = server.joined(&alice, LOBBY).await;
    let first = rooms(&mut tab, None).await;
    let again = rooms(&mut tab, Some(&first["hash"])).await;
    assert_eq!(again["hash"], first["hash"]);
    assert!(again.get("rooms").is_none(), "{again}");
    server.say(&bob, LOBBY, "news").await;
    let changed = rooms(&mut tab, Some(&first["hash"])).await;
    assert_ne!(changed["hash"], first["hash"]);
    assert_eq!(changed["rooms"][0]["unread"], 1);
    let again = rooms(&mut tab, Some(&changed["hash"])).await;
    assert!(again.get("rooms").is_none(), "{again}");
    server.room(&bob, "Garden").await;
    let made = rooms(&mut tab, Some(&changed["hash"])).await;
    assert_eq!(made["rooms"].as_array().unwrap().len(), 2);
    for nonsense in [json!(""), json!("no hash"), json!(null)] {
        let told = rooms(&mut tab, Some(&nonsense)).await;
        assert_eq!(told["rooms"], made["rooms"], "{nonsense}");
    }
}

#[tokio::test]
async fn a_list_has_no_more_rooms_than_a_page() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    make_rooms(&server, &alice, 60).await;
    let count = |list: &Value| list["rooms"].as_array().unwrap().len();
    let mut visitor = reader(&server).await;
    assert_eq!(count(&rooms(&mut visitor, None).await), 50);
    // Who makes a room belongs to it.
    let mut tab = server.browser(&alice).await;
    assert_eq!(count(&rooms(&mut tab, None).await), 61);
    assert!(visitor.everything(LOBBY).await.is_empty());
}

#[tokio::test]
async fn the_list_is_answered_in_order_with_other_frames() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut tab = server.browser(&alice).await;
    for frame in [
        json!({"type": "join", "room_id": LOBBY, "after": 0}),
        json!({"type": "message", "room_id": LOBBY, "content": "one"}),
        json!({"type": "rooms"}),
        json!({"type": "message", "room_id": LOBBY, "content": "two"}),
        json!({"type": "rooms"}),
    ] {
        tab.feed(frame).await;
    }
    tab.flush().await;
    let mut said = Vec::new();
    while said.len() < 4 {
        let frame = tab.next().await;
        match frame["type"].as_str() {
            Some("message") => said.push(frame["content"].to_string()),
            Some("rooms") => said.push(format!("rooms at {}", frame["rooms"][0]["room"]["seq"])),
            _ => {}
        }
    }
    let expected = ["\"one\"", "rooms at 1", "\"two\"", "rooms at 2"];
    assert_eq!(said, expected);
}

#[tokio::test]
async fn a_socket_for_one_room_lists_no_others() {
    let server = Server::plain().await;
    let mut alice = server.chat(LOBBY, "Alice").await;
    alice.send(json!({"type": "rooms"})).await;
    let error = alice.next_of_type("error").await;
    assert_eq!(error["code"], "bad_request");
    assert!(error["message"].as_str().unwrap().contains("/ws"));
}

#[tokio::test]
async fn rooms_frames_count_against_the_frame_limit() {
    let server = Server::start(|settings| settings.limits.frames_per_second = 5).await;
    let mut visitor = reader(&server).await;
    for _ in 0..20 {
        visitor.feed(json!({"type": "rooms"})).await;
    }
    visitor.flush().await;
    let error = visitor.next_of_type("error").await;
    assert_eq!(error["code"], "rate_limited");
    assert!(error["retry_after_ms"].as_u64().unwrap() > 0);
}

#[tokio::test]
async fn the_answer_says_which_build_the_pages_are_of_where_there_are_any() {
    let pages = Server::start(|settings| settings.build = Some("b".to_owned())).await;
    let list = rooms(&mut reader(&pages).await, None).await;
    assert_eq!(list["build"], "b");
    // Also where the list is as it was.
    let known = rooms(&mut reader(&pages).await, Some(&list["hash"])).await;
    assert_eq!((&known["build"], known.get("rooms")), (&json!("b"), None));
    let list = rooms(&mut reader(&Server::plain().await).await, None).await;
    assert!(list.get("build").is_none());
}
