//! Messages that are too long are refused when they are announced; lengths are written one way.

use super::client::saying;
use super::*;
use crate::harness::Server;

const LIMIT: usize = 64 * 1024;

#[tokio::test]
async fn what_is_too_long_is_refused_before_it_comes() {
    let server = Server::plain().await;
    for length in [LIMIT as u64 + 1, 1 << 20, 1 << 32, u64::MAX >> 1] {
        for opcode in [TEXT, BINARY, FINAL | TEXT, FINAL | BINARY] {
            let mut client = Client::reading(&server).await;
            client.write(&head(opcode, length)).await;
            client.refused(TOO_BIG).await;
        }
    }
}

#[tokio::test]
async fn fragments_are_too_long_together() {
    let server = Server::plain().await;
    for opcode in [TEXT, BINARY] {
        let mut client = Client::reading(&server).await;
        client.write(&frame(opcode, "x".repeat(LIMIT - 10))).await;
        client.write(&frame(CONTINUATION, "x".repeat(10))).await;
        client.write(&head(FINAL | CONTINUATION, 1)).await;
        client.refused(TOO_BIG).await;
        let mut client = Client::reading(&server).await;
        client.write(&frame(opcode, "x".repeat(LIMIT - 10))).await;
        client.write(&frame(CONTINUATION, "x".repeat(10))).await;
        client.write(&frame(FINAL | CONTINUATION, "")).await;
        assert_eq!(client.answer().await["code"], "bad_request");
    }
}

#[tokio::test]
async fn what_still_comes_of_it_is_not_taken_for_frames() {
    let server = Server::plain().await;
    let mut client = Client::reading(&server).await;
    let mut bytes = head(FINAL | TEXT, 1 << 20);
    bytes.extend(frame(FINAL | PING, "inside").repeat(1_000));
    client.write(&bytes).await;
    client.refused(TOO_BIG).await;
}

#[tokio::test]
async fn lengths_that_take_more_bytes_than_they_need_are_refused() {
    let server = Server::plain().await;
    for length in [
        &[0xfe, 0, 0][..],
        &[0xfe, 0, 125],
        &[0xff, 0, 0, 0, 0, 0, 0, 0, 125],
        &[0xff, 0, 0, 0, 0, 0, 0, 0xff, 0xff],
        // Not a length at all.
        &[0xff, 0x80, 0, 0, 0, 0, 0, 0, 1],
    ] {
        let mut client = Client::reading(&server).await;
        let key = [0; 4];
        client.write(&[&[0x81], length, &key].concat()).await;
        client.refused(PROTOCOL).await;
    }
}

#[tokio::test]
async fn a_message_in_many_empty_frames_is_as_many_frames() {
    let server = Server::start(|settings| settings.limits.frames_per_second = 10).await;
    let mut client = Client::reading(&server).await;
    let empty = frame(CONTINUATION, "");
    let flood = [frame(TEXT, ""), empty.repeat(1_000)].concat();
    client.write(&flood).await;
    client.refused(4429).await;
    // A few are a message like any other.
    let mut client = Client::named(&server, "Ann").await;
    let said = saying("in pieces", 60);
    let (one, two) = said.split_at(30);
    client.write(&frame(TEXT, one)).await;
    client.write(&frame(CONTINUATION, "")).await;
    client.write(&frame(FINAL | CONTINUATION, two)).await;
    assert_eq!(client.answer().await["content"], "in pieces");
}
