//! The handshake (RFC 6455, 4.2): who gets a socket, and what is agreed on.

use super::client::{handshake, saying};
use super::*;
use crate::harness::Server;
use serde_json::json;

/// A request with these headers beside `Host`.
async fn answer_to(server: &Server, headers: &[&str]) -> String {
    let mut client = Client::connected(server).await;
    let request = format!(
        "GET /ws HTTP/1.1\r\nHost: localhost\r\n{}\r\n\r\n",
        headers.join("\r\n")
    );
    client.write(request.as_bytes()).await;
    client.http_head().await
}

const CONNECTION: &str = "Connection: Upgrade";
const UPGRADE: &str = "Upgrade: websocket";
const VERSION: &str = "Sec-WebSocket-Version: 13";
const KEY: &str = "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==";

#[tokio::test]
async fn the_key_is_answered_and_nothing_is_agreed_on() {
    let server = Server::plain().await;
    let offers = [
        "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits",
        "Sec-WebSocket-Protocol: chat, superchat",
    ];
    let headers = [&[CONNECTION, UPGRADE, VERSION, KEY][..], &offers].concat();
    let answer = answer_to(&server, &headers).await.to_ascii_lowercase();
    assert!(answer.starts_with("http/1.1 101 "), "{answer}");
    for header in [
        "\r\nsec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=\r\n",
        "\r\nupgrade: websocket\r\n",
        "\r\nconnection: upgrade\r\n",
    ] {
        assert!(answer.contains(header), "{answer}");
    }
    assert!(!answer.contains("sec-websocket-extensions"), "{answer}");
    assert!(!answer.contains("sec-websocket-protocol"), "{answer}");
}

#[tokio::test]
async fn tokens_may_be_written_in_any_case_and_in_lists() {
    let server = Server::plain().await;
    for (connection, upgrade) in [
        ("Connection: keep-alive, Upgrade", "Upgrade: WebSocket"),
        ("connection: UPGRADE", "upgrade: WEBSOCKET"),
        ("Connection: upgrade,close", "Upgrade: h2c, websocket"),
    ] {
        let answer = answer_to(&server, &[connection, upgrade, VERSION, KEY]).await;
        assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    }
}

#[tokio::test]
async fn what_is_no_handshake_is_told_to_upgrade() {
    let server = Server::plain().await;
    for headers in [
        &[UPGRADE, VERSION, KEY][..],
        &[CONNECTION, VERSION, KEY],
        &[CONNECTION, UPGRADE, KEY],
        &[CONNECTION, UPGRADE, VERSION],
        &[CONNECTION, UPGRADE, "Sec-WebSocket-Version: 8", KEY],
        &[CONNECTION, UPGRADE, "Sec-WebSocket-Version: 14", KEY],
        &["Connection: keep-alive", UPGRADE, VERSION, KEY],
        &[CONNECTION, "Upgrade: h2c", VERSION, KEY],
    ] {
        let answer = answer_to(&server, headers).await;
        assert!(answer.starts_with("HTTP/1.1 426 "), "{answer}");
        let answer = answer.to_ascii_lowercase();
        assert!(answer.contains("\r\nupgrade: websocket\r\n"), "{answer}");
        assert!(
            answer.contains("\r\nsec-websocket-version: 13\r\n"),
            "{answer}"
        );
    }
}

#[tokio::test]
async fn a_handshake_names_one_host_and_has_one_key() {
    let server = Server::plain().await;
    let handshake = [CONNECTION, UPGRADE, VERSION, KEY];
    let cases: [(&[&str], &[&str]); 13] = [
        (&[], &[]),
        (&["Host: localhost", "Host: localhost"], &[]),
        (&["Host: localhost", "Host: evil.example"], &[]),
        (&["Host: "], &[]),
        (&["Host: a b"], &[]),
        (&["Host: somebody@localhost"], &[]),
        (&["Host: localhost:abc"], &[]),
        (&["Host: localhost:99999"], &[]),
        (&["Host: .local"], &[]),
        (&["Host: foo..local"], &[]),
        (&["Host: localhost"], &["Sec-WebSocket-Version: 8"]),
        (&["Host: localhost"], &[KEY]),
        (
            &["Host: localhost"],
            &["Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="],
        ),
    ];
    for (hosts, more) in cases {
        let mut client = Client::connected(&server).await;
        let headers = [hosts, &handshake[..], more].concat().join("\r\n");
        let request = format!("GET /ws HTTP/1.1\r\n{headers}\r\n\r\n");
        client.write(request.as_bytes()).await;
        let answer = client.http_head().await;
        assert!(
            answer.starts_with("HTTP/1.1 400 "),
            "{hosts:?} {more:?}: {answer}"
        );
    }
}

#[tokio::test]
async fn frames_may_come_in_the_segment_of_the_handshake() {
    let server = Server::plain().await;
    let mut client = Client::connected(&server).await;
    let hello = json!({"username": "Ann"}).to_string();
    let bytes = [
        handshake("/ws/chat/1"),
        frame(FINAL | PING, "first"),
        frame(FINAL | TEXT, hello),
        frame(FINAL | TEXT, saying("in one go", 60)),
    ];
    client.write(&bytes.concat()).await;
    let answer = client.http_head().await;
    assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
    assert_eq!(client.control().await, (PONG, b"first".to_vec()));
    assert_eq!(client.answer().await["content"], "in one go");
}

#[tokio::test]
async fn a_key_that_is_not_sixteen_bytes_in_base64_opens_nothing() {
    let server = Server::plain().await;
    for key in [
        "",
        "x",
        "dGhlIHNhbXBsZSBub25jZQ",
        "dGhlIHNhbXBsZSBub25jZQ==x",
        "AAAA",
    ] {
        let key = format!("Sec-WebSocket-Key: {key}");
        let answer = answer_to(&server, &[CONNECTION, UPGRADE, VERSION, &key]).await;
        assert!(answer.starts_with("HTTP/1.1 400 "), "{key}: {answer}");
    }
}
