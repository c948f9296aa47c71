//! Markup: its tree comes with the message at every door, follows its edits, and goes with its text.

use crate::harness::{Answer, Guest, LOBBY, Server};
use reqwest::Method;
use serde_json::{Value, json};

const MESSAGES: &str = "/api/chat/rooms/1/messages";
const BOLD: &str = "a **b**";

fn bold() -> Value {
    json!([["p", "a ", ["strong", "b"]]])
}

async fn edit(server: &Server, by: &Guest, body: Value) -> Answer {
    let path = format!("{MESSAGES}/1");
    server
        .call(Method::PATCH, &path, Some(by), Some(body))
        .await
}

/// What all doors say of the first message.
async fn told(server: &Server) -> Vec<Value> {
    let mut socket = server.chat(LOBBY, "Reader").await;
    socket.send(json!({"type": "sync", "after": 0})).await;
    let mut sync = socket.next_of_type("sync").await;
    let history = server.get("/api/chat/rooms/1/history").await.body;
    let list = server.get(MESSAGES).await.body;
    vec![
        sync["messages"][0].take(),
        history["messages"][0].clone(),
        list[0].clone(),
    ]
}

async fn all_have(server: &Server, doc: Option<&Value>) {
    for message in told(server).await {
        assert_eq!(message.get("doc"), doc, "{message}");
    }
}

#[tokio::test]
async fn a_message_with_markup_has_its_tree_at_every_door() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut bob = server.chat(LOBBY, "Bob").await;
    let sent = server
        .post(
            MESSAGES,
            Some(&alice),
            json!({"content": BOLD, "client_id": "k"}),
        )
        .await;
    assert_eq!(
        (&sent.body["doc"], &sent.body["content"]),
        (&bold(), &json!(BOLD))
    );
    assert_eq!(bob.next_of_type("message").await["doc"], bold());
    all_have(&server, Some(&bold())).await;
    let again = server
        .post(
            MESSAGES,
            Some(&alice),
            json!({"content": "x", "client_id": "k"}),
        )
        .await;
    assert_eq!(again.body, sent.body);
    bob.send(json!({"type": "message", "content": "> *c*"}))
        .await;
    let said = bob.next_of_type("message").await;
    assert_eq!(said["doc"], json!([["blockquote", ["p", ["em", "c"]]]]));
}

#[tokio::test]
async fn a_text_that_is_sent_as_plain_has_none() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut bob = server.chat(LOBBY, "Bob").await;
    let body = json!({"content": BOLD, "format": "plain"});
    let sent = server.post(MESSAGES, Some(&alice), body).await;
    assert_eq!(sent.status, 201);
    all_have(&server, None).await;
    bob.send(json!({"type": "message", "content": BOLD, "format": "plain"}))
        .await;
    let said = bob.next_that(|frame| frame["number"] == 2).await;
    assert_eq!(said.get("doc"), None);
    let wrong = json!({"content": BOLD, "format": "html"});
    let refused = server.post(MESSAGES, Some(&alice), wrong).await;
    refused.refused(400, "bad_request");
}

#[tokio::test]
async fn an_edit_is_read_anew() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    server.say(&alice, LOBBY, "a b").await;
    let edited = edit(&server, &alice, json!({"content": BOLD})).await;
    assert_eq!(
        (&edited.body["doc"], &edited.body["seq"]),
        (&bold(), &json!(2))
    );
    all_have(&server, Some(&bold())).await;
    // The same text is no change, unless it is to be read otherwise.
    let same = edit(&server, &alice, json!({"content": BOLD})).await;
    assert_eq!(same.body, edited.body);
    let same = edit(
        &server,
        &alice,
        json!({"content": BOLD, "format": "markdown"}),
    )
    .await;
    assert_eq!(same.body, edited.body);
    let plain = edit(&server, &alice, json!({"content": BOLD, "format": "plain"})).await;
    assert_eq!(
        (plain.body.get("doc"), &plain.body["seq"]),
        (None, &json!(3))
    );
    let unsaid = edit(&server, &alice, json!({"content": BOLD})).await;
    assert_eq!(unsaid.body, plain.body);
    let other = edit(&server, &alice, json!({"content": "c"})).await;
    assert_eq!(
        (other.body.get("doc"), &other.body["seq"]),
        (None, &json!(4))
    );
    all_have(&server, None).await;
}

#[tokio::test]
async fn a_deleted_message_has_no_tree() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    server.say(&alice, LOBBY, BOLD).await;
    let path = format!("{MESSAGES}/1");
    let deleted = server.call(Method::DELETE, &path, Some(&alice), None).await;
    assert_eq!(deleted.status, 204);
    all_have(&server, None).await;
}

#[tokio::test]
async fn trees_count_in_the_bytes_of_a_page_and_of_a_sync() {
    let server = Server::start(|settings| settings.limits.messages_per_second = 0).await;
    let alice = server.guest("Alice").await;
    // Some 40 KB each as a tree, of a text of 9 KB.
    let text = "~~a~~ ".repeat(1_300);
    for _ in 0..12 {
        let said = server.say(&alice, LOBBY, &text).await;
        assert!(said["doc"].to_string().len() > 20_000, "{said}");
    }
    let page = server.get(MESSAGES).await;
    let count = page.body.as_array().unwrap().len();
    assert!((1..12).contains(&count), "{count}");
    assert!(page.body.to_string().len() < 300 * 1024);
    assert!(!page.header("link").is_empty());
    let mut socket = server.chat(LOBBY, "Bob").await;
    socket.send(json!({"type": "sync", "after": 0})).await;
    let mut numbers = 0;
    loop {
        let sync = socket.next_of_type("sync").await;
        assert!(sync.to_string().len() < 300 * 1024);
        numbers += sync["messages"].as_array().unwrap().len();
        if sync["complete"] == true {
            break;
        }
        socket
            .send(json!({"type": "sync", "after": sync["to"]}))
            .await;
    }
    assert_eq!(numbers, 12);
}
