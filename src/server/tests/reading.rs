//! Marking rooms as read over REST: one, or all, and that all devices of their reader are told.

use crate::harness::{Answer, Guest, LOBBY, Server};
use reqwest::Method;
use serde_json::{Value, json};

async fn put(server: &Server, by: &Guest, path: &str, body: Value) -> Answer {
    let body = (!body.is_null()).then_some(body);
    let path = format!("/api/chat{path}");
    server.call(Method::PUT, &path, Some(by), body).await
}

async fn unread(server: &Server, who: &Guest) -> Vec<i64> {
    let path = "/api/chat/me/rooms";
    let listed = server.call(Method::GET, path, Some(who), None).await;
    let entries = listed.body.as_array().unwrap().iter();
    entries
        .map(|entry| entry["unread"].as_i64().unwrap())
        .collect()
}

/// Alice is in two rooms, of which Bob has said something in each, and looks at a third.
async fn two_rooms() -> (Server, Guest, Guest, [i64; 2]) {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let tea = server.room(&alice, "Tea").await;
    server.room(&bob, "Attic").await;
    server.say(&alice, LOBBY, "hello").await;
    for room in [LOBBY, tea] {
        server.say(&bob, room, "one").await;
        server.say(&bob, room, "two, @Alice").await;
    }
    (server, alice, bob, [LOBBY, tea])
}

#[tokio::test]
async fn all_rooms_are_marked_as_read_on_all_devices() {
    let (server, alice, bob, rooms) = two_rooms().await;
    assert_eq!(unread(&server, &alice).await, [0, 2, 2]);
    let mut phone = server.joined(&alice, LOBBY).await;
    let mut desk = server.browser(&alice).await;
    // It is known whose it is.
    desk.send(json!({"type": "rooms"})).await;
    desk.next_of_type("rooms").await;
    let read = put(&server, &alice, "/me/read", Value::Null).await;
    assert_eq!(read.status, 204, "{read:?}");
    for socket in [&mut phone, &mut desk] {
        let mut told = Vec::new();
        while told.len() < 2 {
            let read = socket.next_of_type("read").await;
            assert_eq!((&read["unread"], read.get("mentions")), (&json!(0), None));
            told.push(read["room_id"].as_i64().unwrap());
        }
        told.sort_unstable();
        assert_eq!(told, rooms);
    }
    assert_eq!(unread(&server, &alice).await, [0, 0, 0]);
    // Nothing is left to be read, and what comes is unread again.
    let read = put(&server, &alice, "/me/read", Value::Null).await;
    assert_eq!(read.status, 204);
    server.say(&bob, LOBBY, "three").await;
    assert_eq!(unread(&server, &alice).await, [0, 1, 0]);
}

#[tokio::test]
async fn a_room_is_marked_as_read_up_to_a_message_or_to_its_end_and_told_to_who_is_in_it() {
    let (server, alice, bob, [lobby, _]) = two_rooms().await;
    let path = format!("/rooms/{lobby}/read");
    let mut only = server.joined(&alice, lobby).await;
    for (body, left) in [
        (json!({"seq": 2}), 1),
        (json!({"seq": 1}), 1),
        (json!({}), 0),
    ] {
        let read = put(&server, &alice, &path, body).await;
        assert_eq!(read.status, 204, "{read:?}");
        assert_eq!(unread(&server, &alice).await, [0, left, 2]);
    }
    for left in [1, 0] {
        let told = only.next_of_type("read").await;
        assert_eq!(
            (&told["room_id"], &told["unread"]),
            (&json!(lobby), &json!(left))
        );
    }
    // To who is no member it does nothing, and what nobody may see is none.
    let attic = put(&server, &alice, "/rooms/3/read", json!({})).await;
    assert_eq!(attic.status, 204);
    let nowhere = put(&server, &bob, "/rooms/4711/read", json!({})).await;
    nowhere.refused(404, "room_not_found");
    let answer = server.http.put(server.url("/api/chat/me/read"));
    let answer = Answer::of(answer.send().await.unwrap()).await;
    answer.refused(401, "sign_in_required");
}
