//! Favourites at every door: who may have which, and who is told.

use crate::harness::{Answer, Guest, LOBBY, Server};
use reqwest::Method;
use serde_json::{Value, json};

async fn call(server: &Server, method: Method, by: &Guest, room: i64) -> Answer {
    let path = format!("/api/chat/me/favourites/{room}");
    server.call(method, &path, Some(by), None).await
}

async fn put(server: &Server, by: &Guest, room: i64) {
    let answer = call(server, Method::PUT, by, room).await;
    assert_eq!(answer.status, 204, "{answer:?}");
}

async fn take_out(server: &Server, by: &Guest, room: i64) {
    let answer = call(server, Method::DELETE, by, room).await;
    assert_eq!(answer.status, 204, "{answer:?}");
}

/// The names of the person's favourites, in the order of their list.
async fn favourites(server: &Server, guest: &Guest) -> Vec<String> {
    let path = "/api/chat/me/rooms";
    let listed = server.call(Method::GET, path, Some(guest), None).await;
    let listed = listed.body.as_array().unwrap().clone();
    let favourites = listed
        .iter()
        .filter(|entry| entry["is_favourite"] == json!(true));
    favourites
        .map(|entry| entry["room"]["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn a_favourite_is_told_to_each_socket_of_its_person_and_to_nobody_else() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let mut phone = server.joined(&alice, LOBBY).await;
    let mut desk = server.browser(&alice).await;
    let mut his = server.joined(&bob, LOBBY).await;
    put(&server, &alice, LOBBY).await;
    let told = json!({"type": "favourite", "room_id": LOBBY, "is_favourite": true, "me": 2});
    for socket in [&mut phone, &mut desk] {
        assert_eq!(socket.next_of_type("favourite").await, told);
    }
    // Twice is once, and nothing is told.
    put(&server, &alice, LOBBY).await;
    take_out(&server, &alice, LOBBY).await;
    let told = json!({"type": "favourite", "room_id": LOBBY, "is_favourite": false, "me": 3});
    assert_eq!(desk.next_of_type("favourite").await, told);
    take_out(&server, &alice, LOBBY).await;
    put(&server, &alice, LOBBY).await;
    desk.send(json!({"type": "sync_me", "after": 1})).await;
    let sync = desk.next_of_type("sync_me").await;
    let room = json!({"room_id": LOBBY, "is_member": true, "read": 0, "unread": 0, "seq": 0,
        "is_favourite": true, "role": "member"});
    assert_eq!((&sync["rooms"], &sync["to"]), (&json!([room]), &json!(4)));
    assert_eq!(favourites(&server, &alice).await, ["Lobby"]);
    assert!(favourites(&server, &bob).await.is_empty());
    for frame in his.everything(LOBBY).await {
        assert_ne!(frame["type"], "favourite");
    }
}

#[tokio::test]
async fn only_a_member_has_a_favourite_and_only_as_long_as_they_are_one() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let tea = server.room(&alice, "Tea").await;
    let refused = call(&server, Method::PUT, &bob, tea).await;
    refused.refused(403, "forbidden");
    take_out(&server, &bob, tea).await;
    let refused = call(&server, Method::PUT, &bob, 4711).await;
    refused.refused(404, "room_not_found");
    let path = format!("/api/chat/rooms/{tea}/membership");
    for _ in 0..2 {
        server.call(Method::POST, &path, Some(&bob), None).await;
        assert!(favourites(&server, &bob).await.is_empty());
        put(&server, &bob, tea).await;
        assert_eq!(favourites(&server, &bob).await, ["Tea"]);
        server.call(Method::DELETE, &path, Some(&bob), None).await;
    }
    let answer = server
        .http
        .put(server.url(&format!("/api/chat/me/favourites/{tea}")));
    let answer = Answer::of(answer.send().await.unwrap()).await;
    answer.refused(401, "sign_in_required");
}

#[tokio::test]
async fn a_direct_room_is_a_favourite_until_it_is_hidden() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let body = json!({"user_ids": [bob.id]});
    let made = server.post("/api/chat/direct", Some(&alice), body).await;
    let room = made.body["id"].as_i64().unwrap();
    put(&server, &alice, room).await;
    assert_eq!(favourites(&server, &alice).await, ["Bob"]);
    let path = format!("/api/chat/rooms/{room}/membership");
    server.call(Method::DELETE, &path, Some(&alice), None).await;
    let path = format!("/api/chat/me/favourites/{room}");
    let hidden = server.call(Method::PUT, &path, Some(&alice), None).await;
    hidden.refused(403, "forbidden");
    server.say(&bob, room, "still there?").await;
    assert!(favourites(&server, &alice).await.is_empty());
}

#[tokio::test]
async fn a_guest_who_signs_in_brings_their_favourites() {
    let server = Server::plain().await;
    let body = json!({"username": "Alice", "password": "correct horse battery"});
    let made = server.post("/api/chat/accounts", None, body.clone()).await;
    assert_eq!(made.status, 201, "{made:?}");
    let guest = server.guest("Al").await;
    let tea = server.room(&guest, "Tea").await;
    put(&server, &guest, tea).await;
    let signed_in = server.post("/api/chat/sessions", Some(&guest), body).await;
    assert_eq!(signed_in.status, 201, "{signed_in:?}");
    let alice = Guest {
        id: signed_in.body["user"]["id"].as_i64().unwrap(),
        token: signed_in.body["token"].as_str().unwrap().to_owned(),
    };
    assert_eq!(favourites(&server, &alice).await, ["Tea"]);
}

#[tokio::test]
async fn the_list_of_rooms_that_a_socket_asks_for_says_which_are_favourites() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    server.say(&alice, LOBBY, "hello").await;
    let mut socket = server.browser(&alice).await;
    let mut asked = async |known: Value| {
        socket.send(json!({"type": "rooms", "known": known})).await;
        socket.next_of_type("rooms").await
    };
    let before = asked(Value::Null).await;
    put(&server, &alice, LOBBY).await;
    let after = asked(before["hash"].clone()).await;
    assert_eq!(after["rooms"][0]["is_favourite"], json!(true), "{after}");
}
