//! Closes: answered with their code, and nothing is read behind them.

use super::client::saying;
use super::*;
use crate::harness::Server;

fn close(code: u16, reason: &str) -> Vec<u8> {
    frame(
        FINAL | CLOSE,
        [&code.to_be_bytes(), reason.as_bytes()].concat(),
    )
}

#[tokio::test]
async fn a_close_is_answered_with_its_code() {
    let server = Server::plain().await;
    let mut client = Client::reading(&server).await;
    client.write(&frame(FINAL | CLOSE, "")).await;
    assert_eq!(client.closed().await, b"", "no code for no code");
    let codes = [
        1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999,
    ];
    for code in codes {
        let mut client = Client::reading(&server).await;
        client.write(&close(code, "")).await;
        client.refused(code).await;
    }
    for reason in ["Hello World!", "κόσμε", &"x".repeat(123)] {
        let mut client = Client::reading(&server).await;
        client.write(&close(1000, reason)).await;
        client.refused(1000).await;
        let mut client = Client::reading(&server).await;
        client.write_in_pieces(&close(4_321, reason), 1).await;
        client.refused(4_321).await;
    }
}

#[tokio::test]
async fn codes_that_were_registered_later_are_codes() {
    let server = Server::plain().await;
    for code in [1012, 1013, 1014] {
        let mut client = Client::reading(&server).await;
        client.write(&close(code, "")).await;
        client.refused(code).await;
    }
}

#[tokio::test]
async fn reserved_close_codes_are_refused() {
    let server = Server::plain().await;
    for code in [
        0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65_535,
    ] {
        let mut client = Client::reading(&server).await;
        client.write(&close(code, "")).await;
        client.refused(PROTOCOL).await;
    }
}

#[tokio::test]
async fn closes_that_are_malformed_are_refused() {
    let server = Server::plain().await;
    let mut client = Client::reading(&server).await;
    client.write(&frame(FINAL | CLOSE, [0x03])).await;
    client.refused(PROTOCOL).await;
    let mut client = Client::reading(&server).await;
    client.write(&close(1000, &"x".repeat(124))).await;
    client.refused(PROTOCOL).await;
    for reason in [
        &b"\xff"[..],
        b"\xce\xba\xe1\xbd\xb9\xed\xa0\x80",
        b"cut \xe2\x82",
    ] {
        let mut client = Client::reading(&server).await;
        let payload = [b"\x03\xe8", reason].concat();
        client.write(&frame(FINAL | CLOSE, payload)).await;
        client.refused(NOT_UTF8).await;
    }
}

#[tokio::test]
async fn nothing_is_read_behind_a_close() {
    let server = Server::plain().await;
    let text = frame(FINAL | TEXT, saying("too late", 60));
    for (name, behind) in [
        ("Ann", text.clone()),
        ("Bob", frame(FINAL | PING, "?")),
        ("Cem", close(1000, "again")),
        ("Dan", vec![0xff; 64]),
        ("Eva", text[..20].to_vec()),
    ] {
        let mut client = Client::named(&server, name).await;
        client.write(&[close(1000, ""), behind].concat()).await;
        client.refused(1000).await;
    }
    assert_eq!(server.get("/api/chat/rooms/1").await.body["seq"], 0);
}

#[tokio::test]
async fn what_came_before_a_close_still_counts() {
    let server = Server::plain().await;
    let mut client = Client::named(&server, "Ann").await;
    let text = frame(FINAL | TEXT, saying("just in time", 60));
    client.write(&[text, close(1000, "")].concat()).await;
    client.refused(1000).await;
    assert_eq!(server.get("/api/chat/rooms/1").await.body["seq"], 1);
}
