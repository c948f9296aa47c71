//! How a word that was begun may go on, over REST: what is offered, to whom, and what comes of taking it.

use crate::harness::{Answer, Guest, LOBBY, Server};
use reqwest::Method;
use serde_json::{Value, json};

async fn ask(server: &Server, by: Option<&Guest>, room: i64, begun: &str) -> Answer {
    let begun = begun
        .replace('#', "%23")
        .replace(' ', "%20")
        .replace('+', "%2B");
    let path = format!("/api/chat/rooms/{room}/completions?q={begun}");
    server.call(Method::GET, &path, by, None).await
}

async fn found(server: &Server, by: &Guest, room: i64, begun: &str) -> Vec<Value> {
    let answer = ask(server, Some(by), room, begun).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body.as_array().unwrap().clone()
}

/// What would be written.
async fn texts(server: &Server, by: &Guest, room: i64, begun: &str) -> String {
    let found = found(server, by, room, begun).await;
    let texts = found.iter().map(|one| one["text"].as_str().unwrap());
    texts.collect::<Vec<_>>().join(", ")
}

async fn call(server: &Server, method: Method, by: &Guest, path: &str, body: Value) -> Answer {
    let body = (!body.is_null()).then_some(body);
    let path = format!("/api/chat{path}");
    let answer = server.call(method, &path, Some(by), body).await;
    assert!(answer.status < 300, "{answer:?}");
    answer
}

async fn enter(server: &Server, who: &Guest, room: i64) {
    let path = format!("/rooms/{room}/membership");
    call(server, Method::POST, who, &path, Value::Null).await;
}

async fn closed(server: &Server, by: &Guest, name: &str) -> i64 {
    let body = json!({"name": name, "kind": "closed"});
    let made = call(server, Method::POST, by, "/rooms", body).await;
    made.body["id"].as_i64().unwrap()
}

/// Whom a message of this text mentions.
async fn mentioned(server: &Server, by: &Guest, room: i64, text: &str) -> Value {
    server.say(by, room, text).await["mentions"][0]["id"].clone()
}

#[tokio::test]
async fn people_of_the_room_come_first_and_whoever_is_offered_is_mentioned_when_taken() {
    let server = Server::plain().await;
    let alice = server.member("Alice").await;
    let (bob, barbara) = (server.member("Bob").await, server.guest("Barbara").await);
    // Who has no account, and is not in the room, is called by nobody there.
    server.guest("Barney").await;
    for who in [&alice, &barbara] {
        enter(&server, who, LOBBY).await;
    }
    let offered = found(&server, &alice, LOBBY, "@b").await;
    let expected = json!([
        {"text": "@Barbara", "name": "Barbara", "id": barbara.id, "is_member": true},
        {"text": "@Bob", "name": "Bob", "id": bob.id, "is_member": false},
    ]);
    assert_eq!(json!(offered), expected);
    for one in &offered {
        let text = one["text"].as_str().unwrap();
        assert_eq!(mentioned(&server, &alice, LOBBY, text).await, one["id"]);
    }
    // By a part of a name, and by what it looks like: the o is Cyrillic.
    assert_eq!(texts(&server, &alice, LOBBY, "@ARBA").await, "@Barbara");
    assert_eq!(texts(&server, &alice, LOBBY, "@bоb").await, "@Bob");
    assert_eq!(texts(&server, &alice, LOBBY, "@alice").await, "", "oneself");
    assert_eq!(texts(&server, &alice, LOBBY, "@nobody").await, "");
}

#[tokio::test]
async fn who_is_called_like_others_is_told_apart_by_their_number() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let bobs = [server.guest("Bob").await, server.guest("Bob").await];
    for bob in &bobs {
        enter(&server, bob, LOBBY).await;
    }
    let offered = found(&server, &alice, LOBBY, "@bo").await;
    assert_eq!(offered.len(), 2);
    for (one, bob) in offered.iter().zip(&bobs) {
        assert_eq!(one["text"], format!("@Bob #{}", bob.id));
        let text = one["text"].as_str().unwrap();
        assert_eq!(mentioned(&server, &alice, LOBBY, text).await, bob.id);
    }
}

#[tokio::test]
async fn nobody_is_offered_who_does_not_see_the_room() {
    let server = Server::plain().await;
    let (alice, bob) = (server.member("Alice").await, server.member("Bob").await);
    server.member("Bert").await;
    let room = closed(&server, &alice, "Cellar").await;
    assert_eq!(texts(&server, &alice, room, "@b").await, "");
    let member = json!({"user_id": bob.id});
    let path = format!("/rooms/{room}/members");
    call(&server, Method::POST, &alice, &path, member).await;
    assert_eq!(texts(&server, &alice, room, "@b").await, "@Bob");
    assert_eq!(texts(&server, &alice, LOBBY, "@b").await, "@Bert, @Bob");
    // To who is not in it the room is not there.
    let carol = server.member("Carol").await;
    let none = ask(&server, Some(&carol), 999, "@b").await;
    let hidden = ask(&server, Some(&carol), room, "@b").await;
    hidden.refused(404, "room_not_found");
    assert_eq!((none.status, none.body), (hidden.status, hidden.body));
    for room in [LOBBY, room, 999] {
        let nobody = ask(&server, None, room, "@b").await;
        nobody.refused(401, "sign_in_required");
    }
}

#[tokio::test]
async fn whom_one_blocks_is_not_offered_and_who_is_blocked_is_told_nothing() {
    let server = Server::plain().await;
    let (alice, bob) = (server.member("Alice").await, server.member("Bob").await);
    let path = format!("/me/blocks/{}", bob.id);
    for is_inside in [false, true] {
        if is_inside {
            enter(&server, &bob, LOBBY).await;
        }
        assert_eq!(texts(&server, &alice, LOBBY, "@bo").await, "@Bob");
        call(&server, Method::PUT, &alice, &path, Value::Null).await;
        assert_eq!(texts(&server, &alice, LOBBY, "@bo").await, "");
        assert_eq!(texts(&server, &bob, LOBBY, "@al").await, "@Alice");
        call(&server, Method::DELETE, &alice, &path, Value::Null).await;
    }
}

#[tokio::test]
async fn a_guest_of_an_invitation_is_offered_those_of_their_rooms_alone() {
    let server = Server::plain().await;
    let (alice, bert) = (server.member("Alice").await, server.member("Bert").await);
    server.member("Barbara").await;
    let tea = server.room(&alice, "Tea").await;
    server.room(&alice, "Garden").await;
    enter(&server, &bert, tea).await;
    let body = json!({"room_id": tea});
    let invite = server.post("/api/chat/invites", Some(&alice), body).await;
    let path = format!(
        "/api/chat/invites/{}/accept",
        invite.body["code"].as_str().unwrap()
    );
    let came = server.post(&path, None, json!({"username": "Gus"})).await;
    let gus = Guest {
        id: came.body["user"]["id"].as_i64().unwrap(),
        token: came.body["token"].as_str().unwrap().to_owned(),
    };
    assert_eq!(texts(&server, &gus, tea, "@b").await, "@Bert");
    assert_eq!(mentioned(&server, &gus, tea, "@Barbara").await, Value::Null);
    assert_eq!(texts(&server, &alice, tea, "@b").await, "@Bert, @Barbara");
    assert_eq!(texts(&server, &gus, tea, "#").await, "#Tea");
    assert_eq!(texts(&server, &alice, tea, "@g").await, "@Gus");
    ask(&server, Some(&gus), LOBBY, "@b")
        .await
        .refused(404, "room_not_found");
}

#[tokio::test]
async fn rooms_are_offered_that_all_see_and_archived_ones_are_not() {
    let server = Server::plain().await;
    let alice = server.member("Alice").await;
    closed(&server, &alice, "Tea Cellar").await;
    let tea = server.room(&alice, "Tea Room").await;
    let old = server.room(&alice, "Tea of old").await;
    let offered = found(&server, &alice, LOBBY, "#tea ").await;
    let expected = json!([
        {"text": "#Tea of old", "name": "Tea of old", "id": old},
        {"text": "#Tea Room", "name": "Tea Room", "id": tea},
    ]);
    assert_eq!(json!(offered), expected);
    let sql = format!("UPDATE rooms SET archived_at = 1 WHERE id = {old}");
    server.ctx.store.execute_sql(&sql).await;
    assert_eq!(texts(&server, &alice, LOBBY, "#tea").await, "#Tea Room");
}

#[tokio::test]
async fn short_names_of_emoji_are_offered_with_what_they_are_of() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let offered = found(&server, &alice, LOBBY, ":tada").await;
    let expected = json!([{"text": ":tada:", "name": "tada", "emoji": "🎉"}]);
    assert_eq!(json!(offered), expected);
    assert_eq!(found(&server, &alice, LOBBY, ":s").await.len(), 8);
    assert_eq!(texts(&server, &alice, LOBBY, ":+1").await, ":+1:");
    for begun in ["", "tada", "/me", "a@b"] {
        assert_eq!(texts(&server, &alice, LOBBY, begun).await, "", "{begun}");
    }
}

#[tokio::test]
async fn everybody_is_offered_to_who_may_mention_them() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let room = server.room(&alice, "Many").await;
    enter(&server, &bob, room).await;
    assert_eq!(
        texts(&server, &bob, room, "@").await,
        "@Alice, @here, @room"
    );
    assert_eq!(texts(&server, &bob, room, "@Ro").await, "@room");
    for n in 0..49 {
        let guest = server.guest(&format!("Guest {n}")).await;
        enter(&server, &guest, room).await;
    }
    assert_eq!(texts(&server, &bob, room, "@he").await, "");
    assert_eq!(texts(&server, &alice, room, "@he").await, "@here");
    assert_eq!(found(&server, &alice, room, "@").await.len(), 8);
}

#[tokio::test]
async fn asking_is_limited_like_reading() {
    let server = Server::start(|settings| settings.limits.history_pages_per_second = 1).await;
    let alice = server.guest("Alice").await;
    let mut last = ask(&server, Some(&alice), LOBBY, "@a").await;
    for _ in 0..20 {
        last = ask(&server, Some(&alice), LOBBY, "@a").await;
    }
    last.refused(429, "rate_limited");
}
