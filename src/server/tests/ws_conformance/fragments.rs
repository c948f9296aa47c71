//! Messages in several frames, and control frames between these.

use super::client::saying;
use super::*;
use crate::harness::Server;

/// A message as fragments of this size.
fn in_fragments(text: &str, size: usize) -> Vec<Vec<u8>> {
    let pieces: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
    let last = pieces.len() - 1;
    let fragments = pieces.iter().enumerate().map(|(at, piece)| {
        let opcode = if at == 0 { TEXT } else { CONTINUATION };
        let end = if at == last { FINAL } else { 0 };
        frame(end | opcode, piece)
    });
    fragments.collect()
}

#[tokio::test]
async fn fragments_make_one_message() {
    let server = Server::plain().await;
    let mut client = Client::named(&server, "Ann").await;
    for (size, written) in [(40, 1), (40, 1_000), (1, 1), (1, 7), (3, 1_000)] {
        let content = format!("𝄞 in {size}, written in {written}");
        let fragments = in_fragments(&saying(&content, 80), size);
        client.write_in_pieces(&fragments.concat(), written).await;
        assert_eq!(client.answer().await["content"], content);
    }
}

#[tokio::test]
async fn fragments_may_be_empty() {
    let server = Server::plain().await;
    let mut client = Client::named(&server, "Ann").await;
    let empty = [
        frame(TEXT, ""),
        frame(CONTINUATION, ""),
        frame(FINAL | CONTINUATION, ""),
    ];
    client.write(&empty.concat()).await;
    assert_eq!(client.answer().await["code"], "bad_request");
    let around = [
        frame(TEXT, ""),
        frame(CONTINUATION, saying("in the middle", 60)),
        frame(FINAL | CONTINUATION, ""),
    ];
    client.write(&around.concat()).await;
    assert_eq!(client.answer().await["content"], "in the middle");
}

#[tokio::test]
async fn control_frames_are_answered_between_fragments() {
    let server = Server::plain().await;
    let mut client = Client::named(&server, "Ann").await;
    let mut fragments = in_fragments(&saying("with pings between", 60), 10);
    let last = fragments.pop().unwrap();
    for (n, fragment) in fragments.iter().enumerate() {
        client.write(fragment).await;
        let payload = format!("ping {n}");
        client.write(&frame(FINAL | PING, &payload)).await;
        client.write(&frame(FINAL | PONG, &payload)).await;
        assert_eq!(client.control().await, (PONG, payload.into_bytes()));
    }
    client.write(&last).await;
    assert_eq!(client.answer().await["content"], "with pings between");
    // And a close ends it there.
    client.write(&frame(TEXT, "never")).await;
    client.write(&frame(FINAL | CLOSE, [0x03, 0xe8])).await;
    client.refused(1000).await;
}

#[tokio::test]
async fn binary_fragments_are_one_message_too() {
    let server = Server::plain().await;
    let mut client = Client::reading(&server).await;
    let frames = [
        frame(BINARY, [0xff; 200]),
        frame(CONTINUATION, [0xc0]),
        frame(FINAL | PING, "between"),
        frame(FINAL | CONTINUATION, [0xff]),
        frame(FINAL | PING, "after"),
    ];
    client.write(&frames.concat()).await;
    assert_eq!(client.control().await, (PONG, b"between".to_vec()));
    assert_eq!(client.answer().await["code"], "bad_request");
    assert_eq!(client.control().await, (PONG, b"after".to_vec()));
}

#[tokio::test]
async fn fragments_out_of_order_are_refused() {
    let server = Server::plain().await;
    let whole = || frame(FINAL | TEXT, "{}");
    for frames in [
        // Continued without a start, after nothing and after something whole.
        vec![frame(FINAL | CONTINUATION, "x")],
        vec![frame(CONTINUATION, "x"), whole()],
        vec![frame(CONTINUATION, ""), whole()],
        vec![whole(), frame(FINAL | CONTINUATION, "x")],
        vec![whole(), frame(CONTINUATION, "x")],
        // Begun again before the end.
        vec![frame(TEXT, "x"), whole()],
        vec![frame(TEXT, "x"), frame(TEXT, "y")],
        vec![frame(TEXT, "x"), frame(FINAL | BINARY, "y")],
        vec![
            frame(BINARY, "x"),
            frame(CONTINUATION, "y"),
            frame(FINAL | TEXT, "z"),
        ],
        // After the end.
        vec![
            frame(TEXT, "{"),
            frame(FINAL | CONTINUATION, "}"),
            frame(FINAL | CONTINUATION, "x"),
        ],
    ] {
        let mut client = Client::reading(&server).await;
        client.write(&frames.concat()).await;
        client.refused(PROTOCOL).await;
    }
}

#[tokio::test]
async fn control_frames_have_no_fragments() {
    let server = Server::plain().await;
    for opcode in [CLOSE, PING, PONG] {
        for payload in ["", "\u{3}è"] {
            let mut client = Client::reading(&server).await;
            client.write(&frame(opcode, payload)).await;
            client.refused(PROTOCOL).await;
        }
    }
    let mut client = Client::reading(&server).await;
    let frames = [frame(PING, "a"), frame(FINAL | CONTINUATION, "b")];
    client.write(&frames.concat()).await;
    client.refused(PROTOCOL).await;
}
