//! Links in a message's record: the same at every door, and changed with the text.

use crate::harness::{LOBBY, Server};
use reqwest::Method;
use serde_json::{Value, json};

const MESSAGES: &str = "/api/chat/rooms/1/messages";
const TEXT: &str = "😀 http://пример.рф/a, (https://x.org/b)。";

fn links() -> Value {
    json!([
        {"start": 2, "end": 20, "href": "http://xn--e1afmkfd.xn--p1ai/a"},
        {"start": 23, "end": 38},
    ])
}

#[tokio::test]
async fn links_are_in_the_record_at_every_door() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut many = server.joined(&alice, LOBBY).await;
    let mut one = server.chat(LOBBY, "Bob").await;
    let body = json!({"content": TEXT, "client_id": "k"});
    let posted = server.post(MESSAGES, Some(&alice), body.clone()).await;
    assert_eq!(posted.body["links"], links());
    for socket in [&mut many, &mut one] {
        let heard = socket.next_of_type("message").await;
        assert_eq!(heard["links"], links());
        socket
            .send(json!({"type": "sync", "room_id": 1, "after": 0}))
            .await;
        let page = socket.next_of_type("sync").await;
        assert_eq!(page["messages"][0], posted.body);
    }
    let listed = server.get(MESSAGES).await;
    assert_eq!(listed.body[0], posted.body);
    let again = server.post(MESSAGES, Some(&alice), body).await;
    assert_eq!((again.status, &again.body), (200, &posted.body));
}

#[tokio::test]
async fn links_are_those_of_the_text_as_it_is_now() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut socket = server.joined(&alice, LOBBY).await;
    let path = format!("{MESSAGES}/1");
    let plain = server.say(&alice, LOBBY, "www.x.org ftp://x.org").await;
    assert_eq!(plain.get("links"), None, "none are no field");
    for (text, expected) in [(TEXT, Some(links())), ("none", None), (TEXT, Some(links()))] {
        let body = Some(json!({"content": text}));
        let edited = server.call(Method::PATCH, &path, Some(&alice), body).await;
        assert_eq!(edited.body.get("links"), expected.as_ref());
        let heard = socket.next_of_type("message_changed").await;
        assert_eq!(heard.get("links"), expected.as_ref());
    }
    server.call(Method::DELETE, &path, Some(&alice), None).await;
    assert_eq!(
        socket.next_of_type("message_changed").await.get("links"),
        None
    );
    assert_eq!(server.get(MESSAGES).await.body[0].get("links"), None);
}

#[tokio::test]
async fn a_sync_of_nothing_but_links_stays_below_a_mebibyte() {
    let server = Server::start(|settings| settings.limits.messages_per_second = 0).await;
    let alice = server.guest("Alice").await;
    let dense = "http://é ".repeat(100);
    for _ in 0..250 {
        server.say(&alice, LOBBY, &dense).await;
    }
    let mut socket = server.browser(&alice).await;
    socket
        .send(json!({"type": "sync", "room_id": 1, "after": 0}))
        .await;
    let (mut after, mut heard) = (0, 0);
    loop {
        let page = socket.next_of_type("sync").await;
        assert!(
            page.to_string().len() < 1024 * 1024,
            "{}",
            page.to_string().len()
        );
        assert_eq!(page["from"], after);
        heard += page["messages"].as_array().unwrap().len();
        after = page["to"].as_i64().unwrap();
        if page["complete"] == true {
            break;
        }
    }
    assert_eq!((heard, after), (250, 250));
}
