//! Text is UTF-8, all of it, and what is not is refused before the message ends.

use super::client::saying;
use super::*;
use crate::harness::Server;

/// Ends of every range there is, noncharacters, and what looks dangerous but is not.
const VALID: [&str; 12] = [
    "Hello-µ@ßöäüàá-UTF-8!!",
    "κόσμε",
    "\u{7f}\u{80}",
    "\u{7ff}\u{800}",
    "\u{d7ff}\u{e000}",
    "\u{fffd}\u{fffe}\u{ffff}",
    "\u{10000}",
    "\u{1fffe}\u{1ffff}",
    "\u{10ffff}",
    "\u{feff}",
    "a\u{300}\u{301}",
    "𝄞",
];

/// What no decoder may let through.
const INVALID: [&[u8]; 26] = [
    // Continuation without a start.
    b"\x80",
    b"\xbf",
    b"\x80\xbf\x80",
    // Starts without an end.
    b"\xc3\x20",
    b"\xe2\x82\x20",
    b"\xf0\x9d\x84\x20",
    b"\xce\xba\xe1\xbd",
    // Never a start.
    b"\xfe",
    b"\xff",
    b"\xf5\x80\x80\x80",
    b"\xf8\x88\x80\x80\x80",
    b"\xfc\x84\x80\x80\x80\x80",
    // Longer than need be.
    b"\xc0\xaf",
    b"\xc0\x80",
    b"\xc1\xbf",
    b"\xe0\x80\xaf",
    b"\xe0\x9f\xbf",
    b"\xf0\x80\x80\xaf",
    b"\xf0\x8f\xbf\xbf",
    // Surrogates, alone and as a pair.
    b"\xed\xa0\x80",
    b"\xed\xad\xbf",
    b"\xed\xbf\xbf",
    b"\xed\xa0\x80\xed\xb0\x80",
    // Beyond the last one.
    b"\xf4\x90\x80\x80",
    b"\xf7\xbf\xbf\xbf",
    b"Hello-\xce\xba\xed\xa0\x80edited",
];

fn unknown(text: &str) -> String {
    format!(r#"{{"type":"{text}"}}"#)
}

#[tokio::test]
async fn text_that_is_utf8_is_read_however_it_is_cut() {
    let server = Server::plain().await;
    let mut client = Client::reading(&server).await;
    for text in VALID.map(unknown) {
        client.write(&frame(FINAL | TEXT, &text)).await;
        assert_eq!(client.answer().await["code"], "unknown_type", "{text:?}");
        // In the middle of every character.
        let mut frames = vec![frame(TEXT, "")];
        frames.extend(text.bytes().map(|byte| frame(CONTINUATION, [byte])));
        frames.push(frame(FINAL | CONTINUATION, ""));
        client.write(&frames.concat()).await;
        assert_eq!(client.answer().await["code"], "unknown_type", "{text:?}");
        client.write_in_pieces(&frame(FINAL | TEXT, &text), 1).await;
        assert_eq!(client.answer().await["code"], "unknown_type", "{text:?}");
    }
}

#[tokio::test]
async fn characters_that_were_cut_are_whole_again() {
    let server = Server::plain().await;
    let mut client = Client::named(&server, "Ann").await;
    let content = "κόσμε 𝄞 ß";
    let text = saying(content, 80);
    for at in 0..=text.len() {
        let (first, second) = text.as_bytes().split_at(at);
        client.write(&frame(TEXT, first)).await;
        client.write(&frame(FINAL | CONTINUATION, second)).await;
        assert_eq!(client.answer().await["content"], content, "cut at {at}");
    }
}

#[tokio::test]
async fn text_that_is_not_utf8_is_refused_however_it_is_cut() {
    let server = Server::plain().await;
    for bytes in INVALID {
        let mut client = Client::reading(&server).await;
        client.write(&frame(FINAL | TEXT, bytes)).await;
        client.refused(NOT_UTF8).await;
        let mut client = Client::reading(&server).await;
        let mut frames = vec![frame(TEXT, "")];
        frames.extend(bytes.iter().map(|byte| frame(CONTINUATION, [*byte])));
        frames.push(frame(FINAL | CONTINUATION, ""));
        client.write(&frames.concat()).await;
        client.refused(NOT_UTF8).await;
    }
}

#[tokio::test]
async fn text_that_is_broken_is_refused_before_its_end_has_come() {
    let server = Server::plain().await;
    for fragments in [
        vec![frame(TEXT, b"\xf4\x90\x80\x80")],
        vec![frame(TEXT, "good"), frame(CONTINUATION, b"bad: \xff")],
        vec![frame(TEXT, b"\xf0\x9d"), frame(CONTINUATION, "x")],
    ] {
        let mut client = Client::reading(&server).await;
        client.write(&fragments.concat()).await;
        client.refused(NOT_UTF8).await;
    }
}
