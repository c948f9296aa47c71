//! A guest who signs in to an account that was there: one person from then on, at every door.

use crate::harness::{Answer, Guest, LOBBY, Server, Socket};
use parlour_protocol::{RoomId, RoomKind, UserId};
use parlour_server::accounts::authenticate;
use parlour_server::messages::{self, NewMessage};
use parlour_server::{Scope, ServiceError};
use reqwest::Method;
use serde_json::{Value, json};
use std::net::{IpAddr, Ipv4Addr};

const PASSWORD: &str = "jam to-morrow";

fn begun(answer: &Answer) -> Guest {
    assert_eq!(answer.status, 201, "{answer:?}");
    Guest {
        id: answer.body["user"]["id"].as_i64().unwrap(),
        token: answer.body["token"].as_str().unwrap().to_owned(),
    }
}

async fn member(server: &Server, name: &str) -> Guest {
    let wanted = json!({"username": name, "password": PASSWORD});
    begun(&server.post("/api/chat/accounts", None, wanted).await)
}

/// Signs in to an account, as the guest whose token comes along.
async fn sign_in(server: &Server, by: Option<&Guest>, name: &str) -> Answer {
    let credentials = json!({"username": name, "password": PASSWORD});
    server.post("/api/chat/sessions", by, credentials).await
}

async fn closed(server: &Server, by: &Guest, name: &str) -> i64 {
    let store = &server.ctx.store;
    let room = store.make_room(RoomKind::Closed, UserId(by.id), name);
    room.await.id.0
}

async fn get(server: &Server, by: &Guest, path: &str) -> Value {
    let path = format!("/api/chat{path}");
    let answer = server.call(Method::GET, &path, Some(by), None).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

async fn post(server: &Server, by: &Guest, room: i64, key: &str) -> Answer {
    let path = format!("/api/chat/rooms/{room}/messages");
    let said = json!({"content": "hello", "client_id": key});
    server.post(&path, Some(by), said).await
}

async fn welcome(page: &mut Socket, room: i64) -> Value {
    page.send(json!({"type": "join", "room_id": room})).await;
    page.next_of_type("welcome").await
}

#[tokio::test]
async fn what_a_guest_wrote_is_theirs_when_they_have_signed_in() {
    let server = Server::plain().await;
    let alice = member(&server, "Alice").await;
    let guest = server.guest("Al").await;
    let said = post(&server, &guest, LOBBY, "k1").await;
    assert_eq!(said.status, 201);
    let mut page = server.joined(&guest, LOBBY).await;
    let mut elsewhere = server.joined(&alice, LOBBY).await;

    let signed_in = begun(&sign_in(&server, Some(&guest), "Alice").await);
    assert_eq!(signed_in.id, alice.id);
    // The tabs of this browser come back with the new cookie, those of the account to be told whom it was.
    assert_eq!(page.closed().await.0, 4000);
    assert_eq!(elsewhere.closed().await.0, 4000);
    let me = server.call(Method::GET, "/api/chat/me", Some(&guest), None);
    me.await.refused(401, "sign_in_required");
    let mut page = server.browser(&signed_in).await;
    let told = welcome(&mut page, LOBBY).await;
    assert_eq!(
        (&told["user"]["id"], &told["was"]),
        (&json!(alice.id), &json!([guest.id]))
    );

    // A repeat is the first message, on both ways in.
    let again = post(&server, &signed_in, LOBBY, "k1").await;
    assert_eq!((again.status, &again.body), (200, &said.body));
    let repeat = json!({"type": "message", "room_id": LOBBY, "content": "x", "client_id": "k1"});
    page.send(repeat).await;
    assert_eq!(page.next_of_type("message").await, {
        let mut frame = said.body.clone();
        frame["type"] = json!("message");
        frame
    });
    // So it is on another device.
    assert_eq!(post(&server, &alice, LOBBY, "k1").await.status, 200);

    // As written, and their own.
    assert_eq!(said.body["username"], "Al");
    let path = format!("/api/chat/rooms/{LOBBY}/messages/{}", said.body["number"]);
    let edited = json!({"content": "hello again"});
    let edited = server
        .call(Method::PATCH, &path, Some(&signed_in), Some(edited))
        .await;
    assert_eq!(edited.status, 200, "{edited:?}");
    assert_eq!(
        (&edited.body["user_id"], &edited.body["username"]),
        (&json!(guest.id), &json!("Al"))
    );
    let deleted = server.call(Method::DELETE, &path, Some(&alice), None).await;
    assert_eq!(deleted.status, 204);
    // And nobody else's.
    let bob = server.guest("Bob").await;
    let foreign = server.call(Method::DELETE, &path, Some(&bob), None).await;
    foreign.refused(403, "forbidden");
}

#[tokio::test]
async fn the_rooms_and_the_read_marks_of_a_guest_are_the_accounts() {
    let server = Server::plain().await;
    let alice = member(&server, "Alice").await;
    let guest = server.guest("Al").await;
    let bob = server.guest("Bob").await;
    let den = closed(&server, &guest, "Den").await;
    let tea = server.room(&alice, "Tea").await;
    server.say(&guest, tea, "here").await;
    for _ in 0..3 {
        server.say(&bob, tea, "news").await;
    }
    let mut page = server.joined(&guest, tea).await;
    let seq = get(&server, &bob, &format!("/rooms/{tea}")).await["seq"].clone();
    page.send(json!({"type": "read", "room_id": tea, "seq": seq}))
        .await;
    page.everything(tea).await;
    crate::harness::eventually("it is read", async || {
        let rooms = get(&server, &guest, "/me/rooms").await;
        rooms
            .as_array()
            .unwrap()
            .iter()
            .all(|entry| entry["unread"] == 0)
    })
    .await;

    let signed_in = begun(&sign_in(&server, Some(&guest), "Alice").await);
    let rooms = get(&server, &signed_in, "/me/rooms").await;
    let rooms = rooms.as_array().unwrap();
    let of = |id: i64| {
        rooms
            .iter()
            .find(|entry| entry["room"]["id"] == id)
            .unwrap()
    };
    assert_eq!(of(tea)["unread"], 0, "it was read as either");
    assert_eq!(of(den)["is_member"], true);
    let renamed = json!({"name": "Study"});
    let path = format!("/api/chat/rooms/{den}");
    let renamed = server.call(Method::PATCH, &path, Some(&signed_in), Some(renamed));
    assert_eq!(renamed.await.status, 200, "its owner still");
    let members = format!("SELECT user_id FROM memberships WHERE room_id = {den}");
    let members: Vec<i64> = server.ctx.store.query_sql(members).await;
    assert_eq!(members, [alice.id]);
}

#[tokio::test]
async fn lists_of_people_show_one_person() {
    let server = Server::plain().await;
    let alice = member(&server, "Alice").await;
    let guest = server.guest("Alistair").await;
    let bob = member(&server, "Bob").await;
    server.say(&guest, LOBBY, "here").await;
    let direct = json!({"user_ids": [guest.id]});
    let made = server.post("/api/chat/direct", Some(&bob), direct.clone());
    let made = made.await;
    assert_eq!((made.status, &made.body["name"]), (201, &json!("Alistair")));

    begun(&sign_in(&server, Some(&guest), "Alice").await);
    let found = get(&server, &bob, "/people?q=al").await;
    let found: Vec<_> = (found.as_array().unwrap().iter())
        .map(|user| user["name"].as_str().unwrap())
        .collect();
    assert_eq!(found, ["Alice"]);
    let card = get(&server, &bob, &format!("/people/{}", guest.id)).await;
    assert_eq!(card["id"], alice.id);
    // There is one room of them, whichever of the two it is asked for.
    for id in [guest.id, alice.id] {
        let again = json!({"user_ids": [id]});
        let again = server.post("/api/chat/direct", Some(&bob), again).await;
        assert_eq!(
            (again.status, &again.body["id"], &again.body["name"]),
            (200, &made.body["id"], &json!("Alice"))
        );
    }
}

#[tokio::test]
async fn a_direct_room_that_both_had_with_somebody_is_read_and_written_in_no_more() {
    let server = Server::plain().await;
    let alice = member(&server, "Alice").await;
    let guest = server.guest("Al").await;
    let bob = member(&server, "Bob").await;
    let mut rooms = Vec::new();
    for by in [&guest, &alice] {
        let direct = json!({"user_ids": [bob.id]});
        let made = server.post("/api/chat/direct", Some(by), direct).await;
        rooms.push(made.body["id"].as_i64().unwrap());
    }
    post(&server, &guest, rooms[0], "k1").await;
    let signed_in = begun(&sign_in(&server, Some(&guest), "Alice").await);
    let history = get(
        &server,
        &signed_in,
        &format!("/rooms/{}/messages", rooms[0]),
    )
    .await;
    assert_eq!(history.as_array().unwrap().len(), 1);
    let refused = post(&server, &signed_in, rooms[0], "k2").await;
    refused.refused(403, "read_only");
    let one = json!({"user_ids": [alice.id]});
    let one = server.post("/api/chat/direct", Some(&bob), one).await;
    assert_eq!(one.body["id"], rooms[1]);
    assert_eq!(post(&server, &signed_in, rooms[1], "k3").await.status, 201);
}

#[tokio::test]
async fn bans_and_blocks_of_either_count_for_both() {
    let server = Server::plain().await;
    let alice = member(&server, "Alice").await;
    let guest = server.guest("Al").await;
    let bob = member(&server, "Bob").await;
    let (by_guest, by_alice) = (
        server.room(&bob, "Tea").await,
        server.room(&bob, "Cake").await,
    );
    for room in [by_guest, by_alice] {
        for who in [&alice, &guest] {
            server.say(who, room, "here").await;
        }
    }
    for (room, who) in [(by_guest, &guest), (by_alice, &alice)] {
        let ban = format!(
            "INSERT INTO bans (room_id, user_id, reason, created_at) VALUES ({room}, {}, 'noise', 0)",
            who.id
        );
        let store = &server.ctx.store;
        store.execute_sql(ban).await;
        let put_out = store.put_out(UserId(who.id), RoomId(room)).await;
        assert!(put_out.unwrap());
    }
    let path = format!("/api/chat/me/blocks/{}", guest.id);
    server.call(Method::PUT, &path, Some(&bob), None).await;

    let signed_in = begun(&sign_in(&server, Some(&guest), "Alice").await);
    for room in [by_guest, by_alice] {
        let refused = post(&server, &signed_in, room, "k1").await;
        refused.refused(403, "banned");
        let entries = get(&server, &signed_in, "/me/rooms").await;
        let mut entries = entries.as_array().unwrap().iter();
        assert!(entries.all(|entry| entry["room"]["id"] != room
            || entry.get("is_member").is_none_or(|is| *is == false)));
    }
    let direct = json!({"user_ids": [bob.id]});
    let refused = server
        .post("/api/chat/direct", Some(&signed_in), direct)
        .await;
    refused.refused(404, "not_found");
}

#[tokio::test]
async fn who_signs_in_many_times_at_once_becomes_somebody_else_once() {
    let server = Server::plain().await;
    let alice = member(&server, "Alice").await;
    let guest = server.guest("Al").await;
    let tries = (0..20).map(|_| sign_in(&server, Some(&guest), "Alice"));
    let answers = futures::future::join_all(tries).await;
    // Whose token is none any more by then is told so, or waits too long for a busy machine.
    assert!(answers.iter().all(|a| matches!(a.status, 201 | 401 | 503)));
    let done = answers.iter().filter(|answer| answer.status == 201);
    assert!(done.count() >= 1);
    let merged = "SELECT merged_into FROM users WHERE state = 'merged'";
    let merged: Vec<i64> = server.ctx.store.query_sql(merged).await;
    assert_eq!(merged, [alice.id]);
}

/// What the browser had on its way goes again, and is not refused for good.
#[tokio::test]
async fn a_send_that_comes_too_late_as_the_guest_is_to_be_sent_again() {
    let server = Server::plain().await;
    member(&server, "Alice").await;
    let guest = server.guest("Al").await;
    let den = closed(&server, &guest, "Den").await;
    let ctx = &server.ctx;
    let person = authenticate(ctx, &guest.token).await.unwrap();
    let scope = Scope {
        person,
        ..Scope::visitor(IpAddr::V4(Ipv4Addr::LOCALHOST))
    };
    let new = |key: &str| NewMessage {
        content: "on its way".to_owned(),
        client_id: Some(key.to_owned()),
        ..NewMessage::default()
    };
    let before = messages::post(ctx, &scope, RoomId(den), new("k1")).await;
    let signed_in = begun(&sign_in(&server, Some(&guest), "Alice").await);
    for (room, key) in [(LOBBY, "k2"), (den, "k3"), (den, "k1")] {
        let late = messages::post(ctx, &scope, RoomId(room), new(key)).await;
        assert!(matches!(late, Err(ServiceError::SignInRequired)), "{key}");
    }
    assert!(before.unwrap().is_new);
    for (room, key, status) in [(den, "k1", 200), (LOBBY, "k2", 201), (den, "k3", 201)] {
        assert_eq!(post(&server, &signed_in, room, key).await.status, status);
    }
}

#[tokio::test]
async fn a_member_who_signs_in_to_another_account_stays_somebody_else() {
    let server = Server::plain().await;
    let alice = member(&server, "Alice").await;
    let bob = member(&server, "Bob").await;
    let signed_in = begun(&sign_in(&server, Some(&bob), "Alice").await);
    assert_eq!(signed_in.id, alice.id);
    let me = server.call(Method::GET, "/api/chat/me", Some(&bob), None);
    assert_eq!(me.await.status, 200);
    let mut page = server.browser(&signed_in).await;
    assert!(welcome(&mut page, LOBBY).await.get("was").is_none());
}
