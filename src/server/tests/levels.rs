//! Of what in a room its members want to be told: set at every door, heard on each of their devices, and by nobody else.

use crate::harness::{Answer, Guest, LOBBY, Server};
use reqwest::Method;
use serde_json::{Value, json};

async fn set(server: &Server, by: &Guest, room: i64, level: &str) -> Answer {
    let path = format!("/api/chat/rooms/{room}/level");
    let body = Some(json!({"level": level}));
    server.call(Method::PATCH, &path, Some(by), body).await
}

async fn membership(server: &Server, method: Method, who: &Guest, room: i64) {
    let path = format!("/api/chat/rooms/{room}/membership");
    let answer = server.call(method, &path, Some(who), None).await;
    assert!(answer.status < 300, "{answer:?}");
}

/// What the person's list says of a room.
async fn listed(server: &Server, who: &Guest, room: i64) -> Value {
    let path = "/api/chat/me/rooms";
    let listed = server.call(Method::GET, path, Some(who), None).await;
    let mut entries = listed.body.as_array().unwrap().iter();
    let entry = entries.find(|entry| entry["room"]["id"] == room);
    entry.unwrap()["level"].clone()
}

#[tokio::test]
async fn a_level_is_told_to_each_socket_of_its_person_and_to_nobody_else() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let mut phone = server.joined(&alice, LOBBY).await;
    let mut desk = server.browser(&alice).await;
    let mut his = server.joined(&bob, LOBBY).await;
    for (me, level) in [(2, "mentions"), (3, "nothing")] {
        // Twice is once.
        for _ in 0..2 {
            assert_eq!(set(&server, &alice, LOBBY, level).await.status, 204);
        }
        let told = json!({"type": "favourite", "room_id": LOBBY, "is_favourite": false,
            "level": level, "me": me});
        for socket in [&mut phone, &mut desk] {
            assert_eq!(socket.next_of_type("favourite").await, told);
        }
        assert_eq!(listed(&server, &alice, LOBBY).await, level);
    }
    let path = format!("/api/chat/me/favourites/{LOBBY}");
    server.call(Method::PUT, &path, Some(&alice), None).await;
    let told = desk.next_of_type("favourite").await;
    assert_eq!(
        (&told["is_favourite"], &told["level"]),
        (&json!(true), &json!("nothing"))
    );
    // Who was away, and who asks for the list.
    desk.send(json!({"type": "sync_me", "after": 1})).await;
    let sync = desk.next_of_type("sync_me").await;
    assert_eq!(sync["rooms"][0]["level"], "nothing");
    desk.send(json!({"type": "rooms"})).await;
    let list = desk.next_of_type("rooms").await;
    assert_eq!(list["rooms"][0]["level"], "nothing");
    assert_eq!(set(&server, &alice, LOBBY, "all").await.status, 204);
    assert_eq!(listed(&server, &alice, LOBBY).await, Value::Null);
    assert_eq!(listed(&server, &bob, LOBBY).await, Value::Null);
    for frame in his.everything(LOBBY).await {
        assert_ne!(frame["type"], "favourite");
    }
}

#[tokio::test]
async fn only_a_member_has_a_level_and_only_as_long_as_they_are_one() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let tea = server.room(&alice, "Tea").await;
    set(&server, &bob, tea, "nothing")
        .await
        .refused(403, "forbidden");
    set(&server, &bob, 4711, "nothing")
        .await
        .refused(404, "room_not_found");
    membership(&server, Method::POST, &bob, tea).await;
    let refused = set(&server, &bob, tea, "loud").await;
    refused.refused(422, "invalid");
    assert_eq!(listed(&server, &bob, tea).await, Value::Null);
    assert_eq!(set(&server, &bob, tea, "nothing").await.status, 204);
    membership(&server, Method::DELETE, &bob, tea).await;
    membership(&server, Method::POST, &bob, tea).await;
    assert_eq!(listed(&server, &bob, tea).await, Value::Null);
}

#[tokio::test]
async fn a_level_changes_nothing_of_what_is_counted_and_heard() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    membership(&server, Method::POST, &alice, LOBBY).await;
    membership(&server, Method::POST, &bob, LOBBY).await;
    assert_eq!(set(&server, &alice, LOBBY, "nothing").await.status, 204);
    let mut desk = server.browser(&alice).await;
    server.say(&bob, LOBBY, "@Alice, hello").await;
    let activity = desk.next_that(|frame| frame["type"] == "room_activity" && frame["unread"] == 1);
    assert_eq!(activity.await["mentions"], 1);
}

#[tokio::test]
async fn a_guest_who_signs_in_brings_their_levels() {
    let server = Server::plain().await;
    let alice = server.member("Alice").await;
    let al = server.guest("Al").await;
    let tea = server.room(&al, "Tea").await;
    assert_eq!(set(&server, &al, tea, "mentions").await.status, 204);
    for (who, level) in [(&alice, "nothing"), (&al, "mentions")] {
        membership(&server, Method::POST, who, LOBBY).await;
        assert_eq!(set(&server, who, LOBBY, level).await.status, 204);
    }
    let body = json!({"username": "Alice", "password": crate::accounts::PASSWORD});
    let signed_in = server.post("/api/chat/sessions", Some(&al), body).await;
    assert_eq!(signed_in.status, 201, "{signed_in:?}");
    assert_eq!(listed(&server, &alice, tea).await, "mentions");
    assert_eq!(listed(&server, &alice, LOBBY).await, "nothing");
}
