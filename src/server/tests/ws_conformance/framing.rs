//! Frames of every length, in pieces of every size; bits and opcodes that are reserved.

use super::client::saying;
use super::*;
use crate::harness::Server;

/// Nothing but blanks up to `length`: read, and told to be no frame of ours.
fn blanks(length: usize) -> Vec<u8> {
    frame(FINAL | TEXT, " ".repeat(length))
}

#[tokio::test]
async fn text_of_every_length_is_read() {
    let server = Server::plain().await;
    let mut client = Client::named(&server, "Ann").await;
    for length in [0, 1, 2, 7, 8, 9, 124, 125, 126, 127, 128, 65_535, 65_536] {
        client.write(&blanks(length)).await;
        assert_eq!(client.answer().await["code"], "bad_request", "{length}");
    }
    for length in [60, 125, 126, 127, 4_096, 65_535, 65_536] {
        let content = format!("{length}: Grüße, 𝄞");
        let text = saying(&content, length);
        client.write(&frame(FINAL | TEXT, text)).await;
        assert_eq!(client.answer().await["content"], content);
    }
    let long = "𝄞".repeat(10_000);
    let text = saying(&long, 65_000);
    client.write(&frame(FINAL | TEXT, text)).await;
    assert_eq!(client.answer().await["content"], long);
}

#[tokio::test]
async fn frames_may_come_octet_by_octet() {
    let server = Server::plain().await;
    let mut client = Client::named(&server, "Ann").await;
    for length in [60, 125, 126, 300] {
        let text = saying("piece by piece: 𝄞", length);
        client.write_in_pieces(&frame(FINAL | TEXT, text), 1).await;
        assert_eq!(client.answer().await["content"], "piece by piece: 𝄞");
    }
    for size in [997, 4_096, 16_384, 40_000] {
        let content = format!("in pieces of {size}");
        let text = saying(&content, 65_536);
        client
            .write_in_pieces(&frame(FINAL | TEXT, text), size)
            .await;
        assert_eq!(client.answer().await["content"], content);
    }
}

#[tokio::test]
async fn many_frames_may_come_in_one_segment() {
    let server = Server::plain().await;
    let mut client = Client::named(&server, "Ann").await;
    let texts: Vec<String> = (0..100).map(|n| format!("m{n}")).collect();
    let frames: Vec<Vec<u8>> = texts
        .iter()
        .map(|text| frame(FINAL | TEXT, saying(text, 60)))
        .collect();
    client.write(&frames.concat()).await;
    for text in &texts {
        assert_eq!(client.answer().await["content"], **text);
    }
    // The last one's beginning, and later its end.
    let [first, second] = [&frames[0], &frames[1]];
    let bytes = [&first[..], second].concat();
    let (here, later) = bytes.split_at(first.len() + 3);
    client.write(here).await;
    assert_eq!(client.answer().await["content"], "m0");
    client.write(later).await;
    assert_eq!(client.answer().await["content"], "m1");
}

#[tokio::test]
async fn binary_of_every_length_is_read_and_refused_politely() {
    let server = Server::plain().await;
    let mut client = Client::reading(&server).await;
    for length in [0, 1, 125, 126, 127, 65_535, 65_536] {
        client
            .write(&frame(FINAL | BINARY, vec![0xfe; length]))
            .await;
        assert_eq!(client.answer().await["code"], "bad_request", "{length}");
    }
}

#[tokio::test]
async fn reserved_bits_are_refused() {
    let server = Server::plain().await;
    for bits in [0x40, 0x20, 0x10, 0x30, 0x50, 0x60, 0x70] {
        for opcode in [TEXT, BINARY, CLOSE, PING, PONG] {
            let mut client = Client::reading(&server).await;
            client.write(&frame(FINAL | bits | opcode, "")).await;
            client.refused(PROTOCOL).await;
        }
    }
    let mut client = Client::reading(&server).await;
    client.write(&frame(TEXT, "a")).await;
    client.write(&frame(FINAL | 0x40 | CONTINUATION, "b")).await;
    client.refused(PROTOCOL).await;
}

#[tokio::test]
async fn reserved_opcodes_are_refused() {
    let server = Server::plain().await;
    for opcode in [3, 4, 5, 6, 7, 11, 12, 13, 14, 15] {
        for payload in ["", "payload"] {
            let mut client = Client::reading(&server).await;
            client.write(&frame(FINAL | opcode, payload)).await;
            client.refused(PROTOCOL).await;
        }
    }
}

#[tokio::test]
async fn what_came_before_a_broken_frame_counts_and_what_comes_after_does_not() {
    let server = Server::plain().await;
    let broken = [
        ("Ann", frame(FINAL | 0x20 | PING, "")),
        ("Bob", frame(FINAL | 5, "?")),
    ];
    for (name, broken) in broken {
        let mut client = Client::named(&server, name).await;
        let good = |text: &str| frame(FINAL | TEXT, saying(text, 60));
        client
            .write(&[good("before"), broken, good("after")].concat())
            .await;
        client.refused(PROTOCOL).await;
    }
    let history = server.get("/api/chat/rooms/1/messages").await.body;
    let messages = history.as_array().unwrap().iter();
    let texts: Vec<_> = messages.map(|message| &message["content"]).collect();
    assert_eq!(texts, ["before", "before"]);
}

#[tokio::test]
async fn frames_that_are_not_masked_are_refused() {
    let server = Server::plain().await;
    for bytes in [&[0x81, 0x00][..], b"\x81\x02{}", b"\x89\x00", b"\x88\x00"] {
        let mut client = Client::reading(&server).await;
        client.write(bytes).await;
        client.refused(PROTOCOL).await;
    }
}
