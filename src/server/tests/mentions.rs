//! Mentions: who is meant by a name in a text, at every door, and what becomes of it.

use crate::accounts::PASSWORD;
use crate::harness::{Answer, Guest, LOBBY, Server};
use reqwest::Method;
use serde_json::{Value, json};

async fn send(server: &Server, by: &Guest, room: i64, body: Value) -> Value {
    let path = format!("/api/chat/rooms/{room}/messages");
    let sent = server.post(&path, Some(by), body).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    sent.body
}

async fn say(server: &Server, by: &Guest, room: i64, content: &str) -> Value {
    send(server, by, room, json!({"content": content})).await
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

/// A message as all doors show it, to somebody in the lobby.
async fn shown(server: &Server, number: i64) -> Vec<Value> {
    let room = format!("/api/chat/rooms/{LOBBY}");
    let mut socket = server.chat(LOBBY, "Reader").await;
    socket.send(json!({"type": "sync", "after": 0})).await;
    let synced = socket.next_of_type("sync").await["messages"].take();
    let mut all = vec![synced];
    for path in [
        format!("{room}/history"),
        format!("{room}/messages/{number}/thread"),
    ] {
        all.push(server.get(&path).await.body["messages"].take());
    }
    let alone = format!("{room}/messages?after={}&limit=1", number - 1);
    all.push(server.get(&alone).await.body);
    let of = |messages: &Value| {
        let mut messages = messages.as_array().unwrap().iter();
        messages.find(|m| m["number"] == number).unwrap().clone()
    };
    all.iter().map(of).collect()
}

/// Whom it names, and how that stands in its text.
fn named(message: &Value) -> (Value, Value) {
    (message["mentions"].clone(), message["doc"].clone())
}

fn one(id: i64, name: &str) -> Value {
    json!([{"id": id, "name": name}])
}

fn paragraph(nodes: Value) -> Value {
    let mut line = vec![json!("p")];
    line.extend(nodes.as_array().unwrap().iter().cloned());
    json!([line])
}

#[tokio::test]
async fn who_is_in_the_room_is_mentioned_by_their_name_at_every_door() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob Roe").await);
    enter(&server, &bob, LOBBY).await;
    let mut watching = server.chat(LOBBY, "Watcher").await;
    let sent = say(&server, &alice, LOBBY, "So, @bob roe, *look*.").await;
    let id = bob.id.to_string();
    let doc = paragraph(json!([
        "So, ",
        ["mention", id, "@bob roe"],
        ", ",
        ["em", "look"],
        "."
    ]));
    let expected = (one(bob.id, "Bob Roe"), doc);
    assert_eq!(named(&sent), expected);
    assert_eq!(sent.get("mentions_all"), None);
    assert_eq!(sent["content"], "So, @bob roe, *look*.");
    let live = watching.next_that(|frame| frame["number"] == sent["number"]);
    assert_eq!(named(&live.await), expected);
    for shown in shown(&server, 1).await {
        assert_eq!(named(&shown), expected);
    }
    // A send again is answered with the same.
    let body = json!({"content": "@Bob Roe", "client_id": "k"});
    let first = send(&server, &alice, LOBBY, body.clone()).await;
    let path = format!("/api/chat/rooms/{LOBBY}/messages");
    let again = server.post(&path, Some(&alice), body).await;
    assert_eq!((again.status, again.body), (200, first));
}

#[tokio::test]
async fn a_mention_says_what_somebody_is_called_now() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    enter(&server, &bob, LOBBY).await;
    let sent = say(&server, &alice, LOBBY, "@Bob").await;
    let named_so = json!({"username": "Robert"});
    call(&server, Method::PATCH, &bob, "/me", named_so).await;
    for shown in shown(&server, 1).await {
        assert_eq!(named(&shown), (one(bob.id, "Robert"), sent["doc"].clone()));
    }
    // The old name is nobody's.
    let sent = say(&server, &alice, LOBBY, "@Bob").await;
    assert_eq!(named(&sent), (Value::Null, Value::Null));
}

#[tokio::test]
async fn a_guest_who_signs_in_is_mentioned_as_their_account() {
    let server = Server::plain().await;
    let (alice, bob) = (server.member("Alice").await, server.guest("Al").await);
    let carol = server.guest("Carol").await;
    enter(&server, &bob, LOBBY).await;
    say(&server, &carol, LOBBY, "@Al").await;
    let body = json!({"username": "Alice", "password": PASSWORD});
    let path = "/api/chat/sessions";
    assert_eq!(server.post(path, Some(&bob), body).await.status, 201);
    let doc = paragraph(json!([["mention", alice.id.to_string(), "@Al"]]));
    for shown in shown(&server, 1).await {
        assert_eq!(named(&shown), (one(alice.id, "Alice"), doc.clone()));
    }
}

#[tokio::test]
async fn who_is_not_in_the_room_is_not_named_by_it() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let room = closed(&server, &alice, "Closed").await;
    for body in [
        json!({"content": "@Bob"}),
        json!({"content": "@Bob", "mentions": [bob.id]}),
        json!({"content": "@Nobody", "mentions": [9_999]}),
        json!({"content": "@Alice", "mentions": []}),
    ] {
        let sent = send(&server, &alice, room, body).await;
        assert_eq!(named(&sent), (Value::Null, Value::Null));
    }
    // Nor is who has left it.
    enter(&server, &bob, LOBBY).await;
    let path = format!("/rooms/{LOBBY}/membership");
    call(&server, Method::DELETE, &bob, &path, Value::Null).await;
    let sent = say(&server, &alice, LOBBY, "@Bob").await;
    assert_eq!(named(&sent), (Value::Null, Value::Null));
}

#[tokio::test]
async fn ids_say_who_is_meant_of_those_who_see_the_room() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let (one_bob, other_bob) = (server.guest("Bob").await, server.guest("Bob").await);
    for bob in [&one_bob, &other_bob] {
        enter(&server, bob, LOBBY).await;
    }
    let sent = say(&server, &alice, LOBBY, "@Bob").await;
    assert_eq!(named(&sent).0, Value::Null, "which of the two?");
    let body = json!({"content": "@Bob", "mentions": [other_bob.id]});
    let sent = send(&server, &alice, LOBBY, body).await;
    assert_eq!(named(&sent).0, one(other_bob.id, "Bob"));
    // As pages tell them apart, for who types it.
    let sent = say(&server, &alice, LOBBY, &format!("@Bob #{}", one_bob.id)).await;
    assert_eq!(named(&sent).0, one(one_bob.id, "Bob"));
    // An open room is seen by who is not in it.
    let dora = server.guest("Dora").await;
    let body = json!({"type": "message", "content": "@Dora", "mentions": [dora.id]});
    let mut socket = server.joined(&alice, LOBBY).await;
    let mut body = body;
    body["room_id"] = json!(LOBBY);
    socket.send(body).await;
    let sent = socket.next_that(|frame| frame["content"] == "@Dora").await;
    assert_eq!(named(&sent).0, one(dora.id, "Dora"));
    // More than twenty are not asked for.
    let mut ids: Vec<i64> = (5_000..5_020).collect();
    ids.push(other_bob.id);
    let body = json!({"content": "@Bob", "mentions": ids});
    let sent = send(&server, &alice, LOBBY, body).await;
    assert_eq!(named(&sent).0, Value::Null);
}

#[tokio::test]
async fn an_edit_mentions_whom_its_text_names_and_a_deleted_message_nobody() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    for who in [&alice, &bob] {
        enter(&server, who, LOBBY).await;
    }
    say(&server, &alice, LOBBY, "hello").await;
    let path = format!("/rooms/{LOBBY}/messages/1");
    let mut watching = server.chat(LOBBY, "Watcher").await;
    let body = json!({"content": "hello @Bob and @room"});
    let edited = call(&server, Method::PATCH, &alice, &path, body).await.body;
    assert_eq!(named(&edited).0, one(bob.id, "Bob"));
    assert_eq!(edited["mentions_all"], true);
    let told = watching.next_of_type("message_changed").await;
    assert_eq!(named(&told), named(&edited));
    let body = json!({"content": "hello @Alice"});
    let edited = call(&server, Method::PATCH, &alice, &path, body).await.body;
    assert_eq!(named(&edited).0, one(alice.id, "Alice"));
    assert_eq!(edited.get("mentions_all"), None);
    call(&server, Method::DELETE, &alice, &path, Value::Null).await;
    for shown in shown(&server, 1).await {
        assert_eq!(named(&shown), (Value::Null, Value::Null));
    }
}

#[tokio::test]
async fn a_text_without_markup_mentions_nobody() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    enter(&server, &bob, LOBBY).await;
    let body = json!({"content": "@Bob @room #Lobby", "format": "plain"});
    let sent = send(&server, &alice, LOBBY, body).await;
    assert_eq!(named(&sent), (Value::Null, Value::Null));
    assert_eq!(sent.get("mentions_all"), None);
}

#[tokio::test]
async fn everybody_is_mentioned_by_moderators_alone_where_many_are() {
    let server = Server::start(|settings| settings.limits.guests_per_minute = 1_000).await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let body = json!({"name": "Many"});
    let room = call(&server, Method::POST, &alice, "/rooms", body).await;
    let room = room.body["id"].as_i64().unwrap();
    for (n, text) in [(48, "@here"), (1, "@Room")] {
        for n in 0..n {
            let guest = server.guest(&format!("G{n}of{text}")).await;
            enter(&server, &guest, room).await;
        }
        // With the fifty-first nobody but who keeps order does.
        let is_few = n == 48;
        let sent = say(&server, &bob, room, text).await;
        assert_eq!(sent["mentions_all"] == json!(true), is_few, "{sent}");
        assert_eq!(sent["doc"].is_null(), !is_few);
        assert_eq!(say(&server, &alice, room, text).await["mentions_all"], true);
    }
}

#[tokio::test]
async fn a_room_is_named_if_its_sender_sees_it_and_it_is_open() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    closed(&server, &bob, "Cellar").await;
    let body = json!({"name": "Tea Room"});
    let tea = call(&server, Method::POST, &bob, "/rooms", body).await.body;
    let tea = tea["id"].to_string();
    let doc = paragraph(json!(["in ", ["room", tea, "#tea room"], ", #Cellar"]));
    for who in [&alice, &bob] {
        let sent = say(&server, who, LOBBY, "in #tea room, #Cellar").await;
        assert_eq!(named(&sent), (Value::Null, doc.clone()));
    }
}

async fn listed(server: &Server, who: &Guest, path: &str) -> (Vec<String>, Option<String>) {
    let answer = server.call(Method::GET, path, Some(who), None).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let texts = answer.body.as_array().unwrap().iter();
    let texts = texts.map(|m| m["content"].as_str().unwrap().to_owned());
    let next = answer.headers.get("link").map(|link| {
        let link = link.to_str().unwrap().strip_prefix('<').unwrap();
        link.split_once('>').unwrap().0.to_owned()
    });
    (texts.collect(), next)
}

/// What mentions somebody, whole.
async fn mentioning(server: &Server, who: &Guest) -> Vec<String> {
    let (mut all, mut next) = listed(server, who, "/api/chat/me/mentions?limit=2").await;
    while let Some(path) = next {
        let (more, behind) = listed(server, who, &path).await;
        assert!(!more.is_empty() && more.len() <= 2);
        all.extend(more);
        next = behind;
    }
    all
}

#[tokio::test]
async fn what_mentions_somebody_is_listed_and_what_they_see_no_more_is_not() {
    let server = Server::plain().await;
    let (alice, bob) = (server.member("Alice").await, server.member("Bob").await);
    enter(&server, &bob, LOBBY).await;
    let room = closed(&server, &alice, "Closed").await;
    let member = json!({"user_id": bob.id});
    call(
        &server,
        Method::POST,
        &alice,
        &format!("/rooms/{room}/members"),
        member,
    )
    .await;
    say(&server, &alice, LOBBY, "1 @Bob").await;
    say(&server, &alice, room, "2 @Bob").await;
    say(&server, &alice, LOBBY, "3 nobody").await;
    say(&server, &bob, LOBBY, "4 @Bob @room").await;
    say(&server, &alice, room, "5 @here").await;
    say(&server, &alice, LOBBY, "6 @bob, @Bob").await;
    assert_eq!(
        mentioning(&server, &bob).await,
        ["6 @bob, @Bob", "5 @here", "2 @Bob", "1 @Bob"]
    );
    assert_eq!(mentioning(&server, &alice).await, ["4 @Bob @room"]);

    let edited = json!({"content": "6 nobody"});
    let path = format!("/rooms/{LOBBY}/messages/4");
    call(&server, Method::PATCH, &alice, &path, edited).await;
    assert_eq!(
        mentioning(&server, &bob).await,
        ["5 @here", "2 @Bob", "1 @Bob"]
    );
    let path = format!("/rooms/{LOBBY}/messages/1");
    call(&server, Method::DELETE, &alice, &path, Value::Null).await;
    let path = format!("/rooms/{room}/members/{}", bob.id);
    call(&server, Method::DELETE, &alice, &path, Value::Null).await;
    assert_eq!(mentioning(&server, &bob).await, Vec::<String>::new());
}

#[tokio::test]
async fn who_blocks_an_author_is_told_of_no_mention_of_theirs() {
    let server = Server::plain().await;
    let (alice, bob) = (server.member("Alice").await, server.member("Bob").await);
    enter(&server, &bob, LOBBY).await;
    let path = format!("/me/blocks/{}", alice.id);
    call(&server, Method::PUT, &bob, &path, Value::Null).await;
    for text in ["@Bob", "@room"] {
        // Its author is not told.
        let sent = say(&server, &alice, LOBBY, text).await;
        assert!(sent["doc"].is_array());
    }
    assert_eq!(mentioning(&server, &bob).await, Vec::<String>::new());
}

#[tokio::test]
async fn what_mentioned_a_guest_is_listed_for_the_account_that_they_are_since() {
    let server = Server::plain().await;
    let (alice, guest) = (server.member("Alice").await, server.guest("Al").await);
    let bob = server.guest("Bob").await;
    enter(&server, &guest, LOBBY).await;
    say(&server, &bob, LOBBY, "@Al").await;
    let body = json!({"username": "Alice", "password": PASSWORD});
    let path = "/api/chat/sessions";
    assert_eq!(server.post(path, Some(&guest), body).await.status, 201);
    assert_eq!(mentioning(&server, &alice).await, ["@Al"]);
}

#[tokio::test]
async fn a_list_of_mentions_is_one_s_own_and_begins_where_its_links_say() {
    let server = Server::plain().await;
    let nobody = server.get("/api/chat/me/mentions").await;
    nobody.refused(401, "sign_in_required");
    let alice = server.guest("Alice").await;
    for query in ["before=1", "before=x", "limit=0", "limit=101"] {
        let path = format!("/api/chat/me/mentions?{query}");
        let wrong = server.call(Method::GET, &path, Some(&alice), None).await;
        wrong.refused(422, "invalid");
    }
}
