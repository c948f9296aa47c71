//! What is in the log, and what must never be.

use crate::harness::{LOBBY, Server, log};
use serde_json::json;

#[tokio::test]
async fn texts_and_secrets_are_not_logged() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let text = "canary-7f3a9-in-a-message";
    let mut socket = server.joined(&alice, LOBBY).await;
    socket.say(LOBBY, text).await;
    socket
        .send_text(&format!(
            "{{\"type\":\"message\",\"content\":[\"{text}\"]}}"
        ))
        .await;
    socket.next_of_type("error").await;
    server.say(&alice, LOBBY, text).await;
    let cookie = format!("parlour_session={}", alice.token);
    let path = format!("/api/chat/rooms?canary={text}");
    let request = server.http.get(server.url(&path)).header("cookie", &cookie);
    assert_eq!(request.send().await.unwrap().status(), 200);
    let foreign = [
        ("cookie", cookie.as_str()),
        ("origin", "https://evil.example"),
    ];
    let refused = server.try_socket("/ws", &foreign);
    assert_eq!(refused.await.err(), Some(403));
    let body = json!({"content": text, "reply_to": "x"});
    server
        .post("/api/chat/rooms/1/messages", Some(&alice), body)
        .await;

    let log = log();
    assert!(
        log.contains("socket opened") && log.contains("answered"),
        "something is logged"
    );
    assert!(
        log.contains("https://evil.example"),
        "refusals are logged with the origin"
    );
    assert!(!log.contains(text));
    assert!(!log.contains(&alice.token));
}

#[tokio::test]
async fn nobody_forges_a_line() {
    let server = Server::plain().await;
    let forged = "/api/chat/rooms/%0AERROR%20forged-line/x";
    assert_eq!(server.get(forged).await.status, 404);
    let foreign = [("cookie", "a=b"), ("origin", "x\" level=\"ERROR")];
    let refused = server.try_socket("/ws", &foreign);
    assert_eq!(refused.await.err(), Some(403));
    assert!(log().lines().all(|line| !line.starts_with("ERROR forged")));
    assert!(
        log().contains(r#"x\" level=\"ERROR"#),
        "what people choose is escaped"
    );
}
