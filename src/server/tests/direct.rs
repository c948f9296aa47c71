//! Direct rooms over REST and sockets: one for a set of people, called by the others' names, hidden until the next
//! message.

use crate::harness::{Answer, Guest, LOBBY, Server};
use reqwest::Method;
use serde_json::{Value, json};

const DIRECT: &str = "/api/chat/direct";

async fn talk(server: &Server, by: &Guest, others: &[i64]) -> Answer {
    server
        .post(DIRECT, Some(by), json!({"user_ids": others}))
        .await
}

async fn room_of(server: &Server, by: &Guest, others: &[i64]) -> i64 {
    let answer = talk(server, by, others).await;
    assert!(answer.status < 300, "{answer:?}");
    answer.body["id"].as_i64().unwrap()
}

async fn call(server: &Server, method: Method, by: &Guest, path: &str) -> Answer {
    let path = format!("/api/chat{path}");
    server.call(method, &path, Some(by), None).await
}

/// What a person's page lists, by name.
async fn listed(server: &Server, by: &Guest) -> Vec<String> {
    let rooms = call(server, Method::GET, by, "/me/rooms").await.body;
    let rooms = rooms.as_array().unwrap().iter();
    let own = rooms.filter(|entry| entry["is_member"] == true);
    own.map(|entry| entry["room"]["name"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn there_is_one_room_for_a_set_of_people_whoever_asks_and_in_whatever_order() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let bob = server.guest("Bob").await;
    let carol = server.guest("Carol").await;
    let made = talk(&server, &alice, &[bob.id]).await;
    assert_eq!((made.status, &made.body["name"]), (201, &json!("Bob")));
    let again = talk(&server, &bob, &[alice.id, bob.id, alice.id]).await;
    assert_eq!((again.status, &again.body["id"]), (200, &made.body["id"]));
    assert_eq!(again.body["name"], "Alice");
    let group = room_of(&server, &carol, &[bob.id, alice.id]).await;
    assert_eq!(room_of(&server, &bob, &[carol.id, alice.id]).await, group);
    assert_ne!(made.body["id"], group);
    let shown = call(&server, Method::GET, &bob, &format!("/rooms/{group}")).await;
    assert_eq!(shown.body["name"], "Alice, Carol");
    assert_eq!(listed(&server, &bob).await, ["Alice", "Alice, Carol"]);
    let others = [alice.id];
    let wanted = (0..20).map(|_| talk(&server, &carol, &others));
    let wanted = futures::future::join_all(wanted).await;
    let made = wanted.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1);
}

#[tokio::test]
async fn to_anybody_else_it_is_no_room_and_who_is_nobody_is_not_told_from_who_blocks() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let bob = server.guest("Bob").await;
    let mallory = server.guest("Mallory").await;
    let room = room_of(&server, &alice, &[bob.id]).await;
    for path in ["", "/messages", "/open", "/users"] {
        let hidden = call(
            &server,
            Method::GET,
            &mallory,
            &format!("/rooms/{room}{path}"),
        )
        .await;
        hidden.refused(404, "room_not_found");
    }
    assert!(listed(&server, &mallory).await.is_empty());
    let nobody = talk(&server, &mallory, &[9_999]).await;
    nobody.refused(404, "not_found");
    let block = format!("INSERT INTO blocks VALUES ({}, {}, 0)", bob.id, mallory.id);
    server.ctx.store.execute_sql(block).await;
    let blocked = talk(&server, &mallory, &[bob.id]).await;
    assert_eq!((blocked.status, &blocked.body), (404, &nobody.body));
    let beside = talk(&server, &mallory, &[alice.id, bob.id]).await;
    assert_eq!((beside.status, &beside.body), (404, &nobody.body));
    for others in [vec![], vec![mallory.id], (1..=9).collect()] {
        let refused = talk(&server, &mallory, &others).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.body["field"], "user_ids");
    }
    server
        .post(DIRECT, None, json!({"user_ids": [bob.id]}))
        .await
        .refused(401, "sign_in_required");
}

#[tokio::test]
async fn who_was_blocked_writes_to_nobody_and_goes_on_in_rooms_with_others() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let bob = server.guest("Bob").await;
    let carol = server.guest("Carol").await;
    let room = room_of(&server, &alice, &[bob.id]).await;
    let group = room_of(&server, &alice, &[bob.id, carol.id]).await;
    server.say(&bob, room, "hello").await;
    let block = format!("INSERT INTO blocks VALUES ({}, {}, 0)", alice.id, bob.id);
    server.ctx.store.execute_sql(block).await;
    let said = |by: Guest, room: i64| {
        let server = &server;
        async move {
            let path = format!("/api/chat/rooms/{room}/messages");
            server.post(&path, Some(&by), json!({"content": "x"})).await
        }
    };
    let refused = said(bob.clone(), room).await;
    refused.refused(404, "room_not_found");
    let none = said(bob.clone(), 77).await;
    assert_eq!(refused.body, none.body);
    assert_eq!(said(alice, room).await.status, 201);
    assert_eq!(said(bob.clone(), group).await.status, 201);
    assert_eq!(said(bob, LOBBY).await.status, 201);
}

#[tokio::test]
async fn both_hear_of_it_at_once_under_the_name_of_the_other() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let bob = server.guest("Bob").await;
    let mallory = server.guest("Mallory").await;
    let mut page = server.browser(&bob).await;
    let mut other = server.browser(&mallory).await;
    other.join(LOBBY).await;
    let room = room_of(&server, &alice, &[bob.id]).await;
    let shown = page.next_of_type("room_changed").await;
    assert_eq!(
        (&shown["id"], &shown["name"]),
        (&json!(room), &json!("Alice"))
    );
    assert_eq!(page.next_of_type("joined").await["room_id"], room);
    let welcome = page.join(room).await;
    assert_eq!(welcome["room"]["name"], "Alice");
    server.say(&alice, room, "psst").await;
    assert_eq!(page.next_of_type("message").await["content"], "psst");
    // Who is called otherwise is called so in the other's list, at once.
    let renamed = json!({"username": "Alicia"});
    server.post("/api/chat/me", Some(&alice), renamed).await;
    let shown = page
        .next_that(|frame| frame["type"] == "room_changed")
        .await;
    assert_eq!(
        (&shown["id"], &shown["name"]),
        (&json!(room), &json!("Alicia"))
    );
    let frames = other.everything(LOBBY).await;
    let leaked = |frame: &&Value| frame["room_id"] == room || frame["id"] == room;
    assert_eq!(frames.iter().find(leaked), None);
}

#[tokio::test]
async fn who_leaves_it_hides_it_until_the_next_message() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let bob = server.guest("Bob").await;
    let room = room_of(&server, &alice, &[bob.id]).await;
    server.say(&alice, room, "one").await;
    let mut page = server.browser(&bob).await;
    let path = format!("/rooms/{room}/membership");
    assert_eq!(call(&server, Method::DELETE, &bob, &path).await.status, 204);
    assert_eq!(page.next_of_type("room_deleted").await["room_id"], room);
    assert!(listed(&server, &bob).await.is_empty());
    assert_eq!(listed(&server, &alice).await, ["Bob"]);
    // It is there for who knows it, and they are in it.
    let open = call(&server, Method::GET, &bob, &format!("/rooms/{room}/open")).await;
    assert_eq!(open.status, 200);
    server.say(&alice, room, "two").await;
    let shown = page.next_of_type("room_changed").await;
    assert_eq!(
        (&shown["id"], &shown["name"]),
        (&json!(room), &json!("Alice"))
    );
    assert_eq!(page.next_of_type("joined").await["room_id"], room);
    let rooms = call(&server, Method::GET, &bob, "/me/rooms").await.body;
    let entry = rooms
        .as_array()
        .unwrap()
        .iter()
        .find(|entry| entry["room"]["id"] == room);
    assert_eq!(
        entry.unwrap()["unread"],
        2,
        "what was said is not read by hiding it"
    );
    // And by asking for it again.
    call(&server, Method::DELETE, &bob, &path).await;
    assert_eq!(room_of(&server, &bob, &[alice.id]).await, room);
    assert_eq!(listed(&server, &bob).await, ["Alice"]);
    // By the socket, too, which goes on hearing of it.
    page.join(room).await;
    page.send(json!({"type": "leave", "room_id": room})).await;
    page.next_of_type("left").await;
    server.say(&alice, room, "three").await;
    assert_eq!(page.next_of_type("joined").await["room_id"], room);
    let activity = page.next_of_type("room_activity").await;
    assert_eq!(
        (&activity["room_id"], &activity["unread"]),
        (&json!(room), &json!(3))
    );
}

#[tokio::test]
async fn a_person_makes_few_direct_rooms_in_an_hour() {
    let server = Server::start(|settings| settings.limits.direct_rooms_per_hour = 2).await;
    let alice = server.guest("Alice").await;
    let mut others = Vec::new();
    for name in ["Bob", "Carol", "Dave"] {
        others.push(server.guest(name).await.id);
    }
    for other in &others[..2] {
        assert_eq!(talk(&server, &alice, &[*other]).await.status, 201);
    }
    let refused = talk(&server, &alice, &others[2..]).await;
    refused.refused(429, "rate_limited");
    let again = talk(&server, &alice, &others[..1]).await;
    assert_eq!(again.status, 200, "one that is there costs nothing");
}

#[tokio::test]
async fn who_becomes_a_member_under_another_name_is_called_so_in_direct_rooms() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let room = room_of(&server, &alice, &[bob.id]).await;
    let mut page = server.browser(&bob).await;
    page.join(room).await;
    let claim = json!({"username": "Alicia", "password": "a kettle of green tea"});
    let claimed = server.post("/api/chat/me/claim", Some(&alice), claim).await;
    assert_eq!(claimed.status, 200, "{claimed:?}");
    let is_it = |frame: &Value| frame["type"] == "room_changed" && frame["id"] == room;
    assert_eq!(page.next_that(is_it).await["name"], "Alicia");
    assert_eq!(listed(&server, &bob).await, ["Alicia"]);
}

#[tokio::test]
async fn eight_people_talk_directly_and_no_ninth() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut others = Vec::new();
    for at in 0..8 {
        others.push(server.guest(&format!("Guest {at}")).await.id);
    }
    talk(&server, &alice, &others).await.refused(422, "invalid");
    assert_eq!(talk(&server, &alice, &others[..7]).await.status, 201);
    // Oneself counts once, also where one is named.
    let named: Vec<i64> = others[..7].iter().copied().chain([alice.id]).collect();
    assert_eq!(talk(&server, &alice, &named).await.status, 200);
}
