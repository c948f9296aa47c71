//! Pings are answered with what they carried; pongs ask for nothing.

use super::*;
use crate::harness::Server;

#[tokio::test]
async fn a_ping_is_answered_with_what_it_carried() {
    let server = Server::plain().await;
    let mut client = Client::reading(&server).await;
    for payload in [
        &b""[..],
        b"Hello, world!",
        b"\x00\xff\xfe\xfd\xfc\xfb\x00\xff",
        &[0xfe; 125],
    ] {
        client.write(&frame(FINAL | PING, payload)).await;
        assert_eq!(client.control().await, (PONG, payload.to_vec()));
        client
            .write_in_pieces(&frame(FINAL | PING, payload), 1)
            .await;
        assert_eq!(client.control().await, (PONG, payload.to_vec()));
    }
}

#[tokio::test]
async fn a_ping_that_is_too_long_is_refused() {
    let server = Server::plain().await;
    for opcode in [PING, PONG] {
        let mut client = Client::reading(&server).await;
        client.write(&frame(FINAL | opcode, [0xfe; 126])).await;
        client.refused(PROTOCOL).await;
    }
}

#[tokio::test]
async fn an_unsolicited_pong_is_not_answered() {
    let server = Server::plain().await;
    let mut client = Client::reading(&server).await;
    for payload in ["", "unasked"] {
        client.write(&frame(FINAL | PONG, payload)).await;
    }
    client.write(&frame(FINAL | PING, "asked")).await;
    assert_eq!(client.control().await, (PONG, b"asked".to_vec()));
}

#[tokio::test]
async fn ten_pings_are_answered_in_order() {
    let server = Server::plain().await;
    for size in [usize::MAX, 1] {
        let mut client = Client::reading(&server).await;
        let pings: Vec<_> = (0..10)
            .map(|n| frame(FINAL | PING, format!("ping {n}")))
            .collect();
        client.write_in_pieces(&pings.concat(), size).await;
        for n in 0..10 {
            let expected = format!("ping {n}").into_bytes();
            assert_eq!(client.control().await, (PONG, expected));
        }
    }
}
