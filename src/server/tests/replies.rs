//! Replies: what they quote at every door, and the thread that they make.

use crate::harness::{Guest, LOBBY, Server};
use reqwest::Method;
use serde_json::{Value, json};

const MESSAGES: &str = "/api/chat/rooms/1/messages";

/// Posts an answer to the message of this number; its record.
async fn answer(server: &Server, by: &Guest, number: i64, content: &str) -> Value {
    let body = json!({"content": content, "reply_to": number});
    let sent = server.post(MESSAGES, Some(by), body).await;
    assert_eq!(sent.status, 201, "{sent:?}");
    sent.body
}

async fn change(server: &Server, method: Method, by: &Guest, number: i64, body: Option<Value>) {
    let path = format!("{MESSAGES}/{number}");
    let answer = server.call(method, &path, Some(by), body).await;
    assert!(answer.status < 300, "{answer:?}");
}

async fn get(server: &Server, path: &str) -> Value {
    let answer = server.get(path).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

/// What all doors say that the message of this number quotes.
async fn quoted(server: &Server, number: i64) -> Vec<Value> {
    let mut socket = server.chat(LOBBY, "Reader").await;
    socket.send(json!({"type": "sync", "after": 0})).await;
    let synced = socket.next_of_type("sync").await["messages"].take();
    let history = get(server, "/api/chat/rooms/1/history").await["messages"].take();
    let alone = get(server, &format!("{MESSAGES}?after={}&limit=1", number - 1)).await;
    let thread = get(server, &format!("{MESSAGES}/{number}/thread")).await["messages"].take();
    let of = |messages: &Value| {
        let mut messages = messages.as_array().unwrap().iter();
        messages.find(|m| m["number"] == number).unwrap()["quote"].clone()
    };
    [synced, history, alone, thread].iter().map(of).collect()
}

#[tokio::test]
async fn a_reply_quotes_who_and_the_first_line_at_every_door() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let mut reader = server.chat(LOBBY, "Watcher").await;
    server
        .say(&alice, LOBBY, "Where is **it**?\nI looked.")
        .await;
    let reply = answer(&server, &bob, 1, "Here.").await;
    let quote = json!({"seq": 1, "user_id": alice.id, "username": "Alice", "text": "Where is it?"});
    assert_eq!((&reply["quote"], &reply["thread"]), (&quote, &json!(1)));
    let live = reader.next_that(|frame| frame["number"] == 2).await;
    assert_eq!(live["quote"], quote);
    assert_eq!(quoted(&server, 2).await, vec![quote; 4]);
}

#[tokio::test]
async fn a_quote_is_what_is_quoted_now() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    server.say(&alice, LOBBY, "Here").await;
    answer(&server, &bob, 1, "Where?").await;
    let edited = json!({"content": "There, ||behind you||"});
    change(&server, Method::PATCH, &alice, 1, Some(edited)).await;
    let text = "There, ▒▒▒";
    let mut quote = json!({"seq": 3, "user_id": alice.id, "username": "Alice", "text": text});
    assert_eq!(quoted(&server, 2).await, vec![quote.clone(); 4]);
    let named = json!({"username": "Alicia"});
    let path = "/api/chat/me";
    server
        .call(Method::PATCH, path, Some(&alice), Some(named))
        .await;
    quote["username"] = json!("Alicia");
    assert_eq!(quoted(&server, 2).await, vec![quote.clone(); 4]);
    change(&server, Method::DELETE, &alice, 1, None).await;
    (quote["text"], quote["seq"]) = (json!(""), json!(4));
    assert_eq!(quoted(&server, 2).await, vec![quote; 4]);
}

#[tokio::test]
async fn a_reply_that_was_deleted_quotes_nothing() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    server.say(&alice, LOBBY, "secret").await;
    answer(&server, &alice, 1, "yes").await;
    change(&server, Method::DELETE, &alice, 2, None).await;
    assert_eq!(quoted(&server, 2).await, vec![Value::Null; 4]);
}

#[tokio::test]
async fn a_send_again_of_a_reply_answers_the_same_quote() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    server.say(&alice, LOBBY, "one").await;
    let body = json!({"content": "two", "reply_to": 1, "client_id": "k"});
    let first = server.post(MESSAGES, Some(&alice), body.clone()).await;
    let again = server.post(MESSAGES, Some(&alice), body).await;
    assert_eq!((first.status, again.status), (201, 200));
    assert!(first.body["quote"].is_object());
    assert_eq!(first.body, again.body);
}

#[tokio::test]
async fn an_edited_reply_still_quotes_what_it_answers() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    server.say(&alice, LOBBY, "one").await;
    let reply = answer(&server, &alice, 1, "two").await;
    let mut reader = server.chat(LOBBY, "Reader").await;
    let edited = json!({"content": "2"});
    change(&server, Method::PATCH, &alice, 2, Some(edited)).await;
    let changed = reader.next_of_type("message_changed").await;
    assert_eq!(
        (&changed["quote"], &changed["thread"]),
        (&reply["quote"], &reply["thread"])
    );
}

#[tokio::test]
async fn a_thread_is_a_message_and_all_that_answers_it_page_by_page() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    server.say(&alice, LOBBY, "first").await;
    server.say(&alice, LOBBY, "beside it").await;
    answer(&server, &alice, 1, "answer").await;
    answer(&server, &alice, 3, "to the answer").await;
    answer(&server, &alice, 2, "elsewhere").await;
    for number in [1, 3, 4] {
        let path = format!("{MESSAGES}/{number}/thread?limit=2");
        let page = server.get(&path).await;
        let numbers = |page: &Value| -> Vec<i64> {
            let messages = page["messages"].as_array().unwrap().iter();
            messages.map(|m| m["number"].as_i64().unwrap()).collect()
        };
        assert_eq!(
            (&page.body["root"], numbers(&page.body)),
            (&json!(1), vec![1, 3])
        );
        let next = page.header("link");
        let next = next.strip_prefix('<').unwrap().split_once('>').unwrap().0;
        let rest = server.get(next).await;
        assert_eq!(numbers(&rest.body), [4]);
        assert_eq!(rest.headers.get("link"), None);
    }
    let alone = get(&server, &format!("{MESSAGES}/2/thread")).await;
    assert_eq!(
        (&alone["root"], alone["messages"].as_array().unwrap().len()),
        (&json!(2), 2)
    );
    let nothing = server.get(&format!("{MESSAGES}/99/thread")).await;
    nothing.refused(404, "message_not_found");
}

#[tokio::test]
async fn how_many_answer_is_said_at_every_door_and_by_each_answer() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut reader = server.chat(LOBBY, "Reader").await;
    server.say(&alice, LOBBY, "first").await;
    for (answered, number) in [(1, 2), (2, 3), (1, 4)] {
        answer(&server, &alice, answered, "answer").await;
        let live = reader.next_that(|frame| frame["number"] == number).await;
        let replies = json!({"count": number - 1, "last": number});
        assert_eq!(live["replies"], replies);
        let history = get(&server, "/api/chat/rooms/1/history").await;
        assert_eq!(history["messages"][0]["replies"], replies);
        // From a page that begins behind the first one.
        let page = get(&server, &format!("{MESSAGES}?after={}", number - 1)).await;
        assert_eq!(page[0]["replies"], replies);
    }
    let edited = json!({"content": "first of all"});
    change(&server, Method::PATCH, &alice, 1, Some(edited)).await;
    let changed = reader.next_of_type("message_changed").await;
    assert_eq!(changed["replies"], json!({"count": 3, "last": 4}));
}

#[tokio::test]
async fn a_thread_of_a_closed_room_is_none_to_others() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let body = json!({"name": "Closed", "kind": "closed"});
    let room = server.post("/api/chat/rooms", Some(&alice), body).await;
    let room = room.body["id"].as_i64().unwrap();
    server.say(&alice, room, "one").await;
    let path = format!("/api/chat/rooms/{room}/messages/1/thread");
    let seen = server.call(Method::GET, &path, Some(&alice), None).await;
    assert_eq!(seen.status, 200);
    let hidden = server.call(Method::GET, &path, Some(&bob), None).await;
    hidden.refused(404, "room_not_found");
}
