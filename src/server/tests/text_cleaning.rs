//! Cleaning of pasted text: the same at every door, and a refusal names the character.

use crate::harness::{LOBBY, Server};
use reqwest::Method;
use serde_json::json;

const MESSAGES: &str = "/api/chat/rooms/1/messages";
const PASTED: &str =
    "\u{1b}[1m$ make\u{1b}[0m\r\u{1b}[K\n\u{b}\tdone\u{c}é\u{85}\u{2028}\u{9b}32mok\u{7}\u{0}";
const KEPT: &str = "$ make\n\n\tdone\né\n\nok";

#[tokio::test]
async fn pasted_control_characters_are_stripped_at_every_door() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let rest = server
        .post(MESSAGES, Some(&alice), json!({"content": PASTED}))
        .await;
    assert_eq!((rest.status, &rest.body["content"]), (201, &json!(KEPT)));
    let path = format!("{MESSAGES}/1");
    server.say(&alice, LOBBY, "other").await;
    let changed = server
        .call(
            Method::PATCH,
            &path,
            Some(&alice),
            Some(json!({"content": format!("!{PASTED}")})),
        )
        .await;
    assert_eq!(changed.body["content"], format!("!{KEPT}"));

    let mut many = server.joined(&alice, LOBBY).await;
    let mut one = server.chat(LOBBY, "Bob").await;
    for socket in [&mut many, &mut one] {
        let said = json!({"type": "message", "room_id": 1, "content": PASTED});
        socket.send(said).await;
        let number = socket.next_that(|f| f["content"] == KEPT).await["number"].clone();
        let edit = json!({"type": "edit", "room_id": 1, "number": number, "content": format!("!{PASTED}")});
        socket.send(edit).await;
        let changed = socket.next_that(|f| f["type"] == "message_changed" && f["number"] == number);
        assert_eq!(changed.await["content"], format!("!{KEPT}"));
    }

    let room = json!({"name": "Paste", "description": PASTED});
    let room = server.post("/api/chat/rooms", Some(&alice), room).await;
    assert_eq!(room.body["description"], KEPT);
}

#[tokio::test]
async fn a_key_with_a_text_that_cleans_to_the_same_is_a_repeat() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut socket = server.joined(&alice, LOBBY).await;
    let first = json!({"content": PASTED, "client_id": "k"});
    let first = server.post(MESSAGES, Some(&alice), first).await;
    for text in [KEPT, PASTED, "$ make\r\n\r\tdone\u{2029}é\n\nok"] {
        let body = json!({"content": text, "client_id": "k"});
        let again = server.post(MESSAGES, Some(&alice), body).await;
        assert_eq!((again.status, &again.body), (200, &first.body));
        let frame = json!({"type": "message", "room_id": 1, "content": text, "client_id": "k"});
        socket.send(frame).await;
        let heard = socket.next_of_type("message").await;
        assert_eq!(heard["number"], first.body["number"]);
        // An edit to it is no change.
        let same = server
            .call(
                Method::PATCH,
                &format!("{MESSAGES}/1"),
                Some(&alice),
                Some(json!({"content": text})),
            )
            .await;
        assert_eq!(same.body, first.body);
    }
}

#[tokio::test]
async fn what_is_refused_says_at_which_character_at_every_door() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let long = format!("\r\n\u{1b}[31m{}", "é".repeat(10_001));
    let at = 7 + 10_000;
    let answer = server
        .post(MESSAGES, Some(&alice), json!({"content": long}))
        .await;
    answer.refused(422, "invalid");
    assert_eq!(
        (&answer.body["field"], &answer.body["at"]),
        (&json!("content"), &json!(at))
    );
    let mut many = server.joined(&alice, LOBBY).await;
    let mut one = server.chat(LOBBY, "Bob").await;
    for socket in [&mut many, &mut one] {
        socket
            .send(json!({"type": "message", "room_id": 1, "content": long, "client_id": "k"}))
            .await;
        let error = socket.next_of_type("error").await;
        assert_eq!(
            (&error["client_id"], &error["at"]),
            (&json!("k"), &json!(at))
        );
        socket
            .send(json!({"type": "message", "room_id": 1, "content": "\u{1b}[m"}))
            .await;
        let error = socket.next_of_type("error").await;
        assert_eq!(error["code"], "invalid");
        assert_eq!(
            error.get("at"),
            None,
            "nothing that can be seen is at no place"
        );
    }
    let room = json!({"name": "Hidden", "description": "a\r\n\u{202e}b"});
    let answer = server.post("/api/chat/rooms", Some(&alice), room).await;
    answer.refused(422, "invalid");
    assert_eq!(
        (&answer.body["field"], &answer.body["at"]),
        (&json!("description"), &json!(3))
    );
    let guest = json!({"username": "Al\u{202e}ice"});
    let answer = server.post("/api/chat/guests", None, guest).await;
    assert_eq!(
        (&answer.body["field"], &answer.body["at"]),
        (&json!("username"), &json!(2))
    );
}
