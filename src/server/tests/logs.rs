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
async fn what_a_socket_logs_stands_under_its_request() {
    let server = Server::plain().await;
    let mut socket = server
        .socket("/ws/chat/1", &[("x-request-id", "a-socket-opens")])
        .await;
    socket.send(json!({"username": "Alice"})).await;
    socket.next_of_type("welcome").await;
    assert!(has_line("a-socket-opens", "socket opened"));
}

#[tokio::test]
async fn a_line_says_from_where_and_whose_it_was() {
    let server = Server::start(|settings| {
        settings.server.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap()];
    })
    .await;
    let alice = server.guest("Alice").await;
    let ask = async |id: &str, token: Option<&str>| {
        let request = server.http.get(server.url("/api/chat/rooms"));
        let request = request.header("x-request-id", id);
        let request = request.header("x-forwarded-for", "198.51.100.7:4711");
        let request = token
            .iter()
            .fold(request, |request, token| request.bearer_auth(token));
        assert_eq!(request.send().await.unwrap().status(), 200);
    };
    ask("a-line-of-alice", Some(&alice.token)).await;
    ask("a-line-of-nobody", None).await;
    let answered = |id: &str| {
        let log = log();
        let line = log
            .lines()
            .find(|line| line.contains(id) && line.contains("answered"));
        line.expect("a line for the request").to_owned()
    };
    let line = answered("a-line-of-alice");
    assert!(line.contains("address=198.51.100.7 "), "{line}");
    assert!(line.contains(&format!("user={}", alice.id)), "{line}");
    let line = answered("a-line-of-nobody");
    assert!(line.contains("address=198.51.100.7"), "{line}");
    assert!(!line.contains("user="), "{line}");
}

#[tokio::test]
async fn an_unreadable_address_and_an_unknown_proxy_are_logged_once() {
    let lines = |what: &str| log().lines().filter(|line| line.contains(what)).count();
    let ask = async |server: &Server, id: &str, header: &str, value: &str| {
        for _ in 0..3 {
            let request = server.http.get(server.url("/healthz"));
            let request = request.header("x-request-id", id).header(header, value);
            assert_eq!(request.send().await.unwrap().status(), 200);
        }
    };
    let alone = Server::plain().await;
    ask(
        &alone,
        "from-an-unknown-proxy",
        "x-forwarded-for",
        "198.51.100.7",
    )
    .await;
    ask(
        &alone,
        "from-an-unknown-proxy",
        "forwarded",
        "for=198.51.100.7",
    )
    .await;
    let told = |id: &str, setting: &str| {
        let of_it = |line: &&str| line.contains(id) && line.contains(setting);
        log().lines().filter(of_it).count()
    };
    assert_eq!(told("from-an-unknown-proxy", "server.trusted-proxies"), 1);
    assert!(lines("from-an-unknown-proxy") >= 6);

    let behind = Server::start(|settings| {
        settings.server.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await;
    ask(&behind, "cannot-be-read", "x-forwarded-for", "un\\known").await;
    assert_eq!(told("cannot-be-read", "cannot be read, or"), 1);
    assert!(lines("address=unreadable") >= 3);
}

#[tokio::test]
async fn the_reason_of_a_refused_socket_is_logged() {
    let server = Server::plain().await;
    let broken = "ALTER TABLE rooms RENAME TO rooms_elsewhere";
    server.ctx.store.execute_sql(broken).await;
    let mut socket = server
        .socket("/ws/chat/1", &[("x-request-id", "nowhere-to-go")])
        .await;
    assert_eq!(socket.closed().await.0, 4000, "it may come back");
    // SQLite's words, and PostgreSQL's.
    let words = [
        "no such table: rooms",
        r#"relation \"rooms\" does not exist"#,
    ];
    assert!(words.iter().any(|words| has_line("nowhere-to-go", words)));
}

fn has_line(id: &str, text: &str) -> bool {
    log()
        .lines()
        .any(|line| line.contains(id) && line.contains(text))
}

#[tokio::test]
async fn a_log_line_cannot_be_forged() {
    let server = Server::plain().await;
    let forged = "/api/chat/rooms/%0AERROR%20forged-line/x";
    assert_eq!(server.get(forged).await.status, 404);
    let foreign = [("cookie", "a=b"), ("origin", "x\" level=\"ERROR")];
    let refused = server.try_socket("/ws", &foreign);
    assert_eq!(refused.await.err(), Some(403));
    let log = log();
    assert!(
        log.contains(r#"path="/api/chat/rooms/%0AERROR%20forged-line/x""#),
        "the path is logged as it came"
    );
    // Every line is the log's own: it begins with the time.
    for line in log.lines() {
        let begins_with_a_time = line.get(..11).is_some_and(|start| {
            start.ends_with('T') && start[..4].bytes().all(|byte| byte.is_ascii_digit())
        });
        assert!(begins_with_a_time, "{line}");
    }
    assert!(
        log.contains(r#"x\" level=\"ERROR"#),
        "what people choose is escaped"
    );
}
