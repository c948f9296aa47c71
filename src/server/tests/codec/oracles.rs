//! What must hold for any bytes whatever. The fuzzer's targets and the property tests both ask here.

use super::codec::{Decoded, Decoder};
use parlour_protocol::{ClientFrame, Hello};
use serde::{Serialize, de::DeserializeOwned};
use std::fmt::Debug;
use std::io::{Read, Result, Write};
use tokio_tungstenite::tungstenite::protocol::{Role, WebSocket, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Error, Message};

/// The longest message: little, so that short inputs get beyond it.
pub const LIMIT: usize = 300;
/// Bytes in front of a stream that say how it is cut.
pub const CUTS: usize = 4;

const PROTOCOL: u16 = 1002;
const NOT_UTF8: u16 = 1007;
const TOO_BIG: u16 = 1009;
/// Registered after the other codec was written.
const BAD_GATEWAY: u16 = 1014;

/// What was parsed of a stream, up to where it ended or broke.
#[derive(Debug, PartialEq)]
enum Parsed {
    Text(String),
    Binary,
    Ping(Vec<u8>),
    Pong,
    Close(Option<u16>),
    Refused(u16),
}

/// A client's stream is parsed to the same however it is cut, and to what tungstenite makes of it. `input` is
/// the sizes of the pieces, in turn, and the stream.
pub fn stream(input: &[u8]) {
    let Some((cuts, stream)) = input.split_at_checked(CUTS) else {
        return;
    };
    let whole = ours(stream, [stream.len()].iter());
    let octets = ours(stream, [1].iter());
    assert_eq!(octets, whole, "octet by octet and as a whole");
    let sizes: Vec<usize> = cuts.iter().map(|cut| 1 + usize::from(*cut)).collect();
    let pieces = ours(stream, sizes.iter());
    assert_eq!(pieces, whole, "in pieces of {sizes:?} and as a whole");
    agree(&whole, &theirs(stream), stream);
}

/// What a client says is read or refused, never more; and what was read is read from its own JSON.
pub fn frame(text: &[u8]) {
    let Ok(text) = std::str::from_utf8(text) else {
        return;
    };
    comes_back(ClientFrame::parse, text);
    comes_back(Hello::parse, text);
}

fn comes_back<T, E>(parse: impl Fn(&str) -> std::result::Result<T, E>, text: &str)
where
    T: Serialize + DeserializeOwned + PartialEq + Debug,
    E: PartialEq + Debug,
{
    let read = parse(text);
    assert_eq!(parse(text), read, "the same text twice");
    if let Ok(frame) = read {
        let written = serde_json::to_string(&frame).unwrap();
        assert_eq!(parse(&written), Ok(frame), "{written}");
    }
}

fn ours<'s>(stream: &[u8], sizes: impl Iterator<Item = &'s usize> + Clone) -> Vec<Parsed> {
    let mut decoder = Decoder::default();
    let mut parsed = Vec::new();
    let mut sizes = sizes.cycle();
    let mut rest = stream;
    while !rest.is_empty() {
        let size = sizes.next().map_or(rest.len(), |size| *size);
        let (piece, behind) = rest.split_at(size.min(rest.len()));
        rest = behind;
        let mut piece = piece.to_vec();
        let mut at = 0;
        while at < piece.len() {
            let (decoded, used) = decoder.decode(&mut piece[at..], LIMIT);
            assert!(used > 0, "it goes on");
            at += used;
            parsed.push(match decoded {
                Decoded::More => {
                    assert_eq!(at, piece.len(), "nothing is left over");
                    continue;
                }
                // The other codec says nothing of it.
                Decoded::Fragment => continue,
                Decoded::Text(text) => Parsed::Text(text.into_owned()),
                Decoded::Binary => Parsed::Binary,
                Decoded::Ping(payload) => Parsed::Ping(payload.into_owned()),
                Decoded::Pong => Parsed::Pong,
                Decoded::Close(code) => Parsed::Close(code),
                Decoded::Violation(violation) => Parsed::Refused(violation.code()),
            });
        }
    }
    parsed
}

/// Another codec, and what it makes of the same.
fn theirs(stream: &[u8]) -> Vec<Parsed> {
    let config = WebSocketConfig::default()
        .max_message_size(Some(LIMIT))
        .max_frame_size(Some(LIMIT));
    let mut socket = WebSocket::from_raw_socket(Client { stream }, Role::Server, Some(config));
    let mut parsed = Vec::new();
    loop {
        parsed.push(match socket.read() {
            Ok(Message::Text(text)) => Parsed::Text(text.to_string()),
            Ok(Message::Binary(_)) => Parsed::Binary,
            Ok(Message::Ping(payload)) => Parsed::Ping(payload.to_vec()),
            Ok(Message::Pong(_) | Message::Frame(_)) => Parsed::Pong,
            Ok(Message::Close(close)) => {
                parsed.push(Parsed::Close(close.map(|close| close.code.into())));
                return parsed;
            }
            Err(error) => {
                parsed.extend(refusal(&error).map(Parsed::Refused));
                return parsed;
            }
        });
    }
}

/// The code for an error; none at the end of the stream.
fn refusal(error: &Error) -> Option<u16> {
    use tokio_tungstenite::tungstenite::error::ProtocolError::ResetWithoutClosingHandshake;
    match error {
        Error::Protocol(ResetWithoutClosingHandshake) => None,
        Error::Protocol(_) => Some(PROTOCOL),
        Error::Utf8(_) => Some(NOT_UTF8),
        Error::Capacity(_) => Some(TOO_BIG),
        error => panic!("{error}"),
    }
}

/// The same, but for where ours is known to be stricter or to know more.
fn agree(ours: &[Parsed], theirs: &[Parsed], stream: &[u8]) {
    use Parsed::{Close, Refused};
    let same = ours.iter().zip(theirs).take_while(|(a, b)| a == b).count();
    match (ours.get(same), theirs.get(same)) {
        (None, None) => {}
        // Ours judges what is there; theirs waits for the end of the frame.
        (Some(Refused(_)), None) => {}
        // Several things are wrong, and another one is named.
        (Some(Refused(PROTOCOL)), Some(Refused(_))) => {}
        // Theirs reads a code that must not be sent as this one.
        (Some(Refused(PROTOCOL)), Some(Close(Some(PROTOCOL)))) => {}
        (Some(Close(Some(BAD_GATEWAY))), Some(Close(Some(PROTOCOL)))) => {}
        (Some(Refused(PROTOCOL)), _) if has_a_length_too_long(stream) => {}
        differ => panic!("after {same} the same: {differ:?} of {ours:?} and {theirs:?}"),
    }
}

/// Whether some frame's length is written in more bytes than it needs, which theirs lets through.
fn has_a_length_too_long(mut stream: &[u8]) -> bool {
    loop {
        let (length, least, head) = match *stream {
            [_, second, ref rest @ ..] => match (second & 0x7f, rest) {
                (127, [a, b, c, d, e, f, g, h, ..]) => {
                    let bytes = [*a, *b, *c, *d, *e, *f, *g, *h];
                    (u64::from_be_bytes(bytes), 65_536, 10)
                }
                (126, [a, b, ..]) => (u64::from(u16::from_be_bytes([*a, *b])), 126, 4),
                (short @ ..126, _) => (u64::from(short), 0, 2),
                _ => return false,
            },
            _ => return false,
        };
        if length < least {
            return true;
        }
        let whole = length.saturating_add(head + 4);
        let Some(rest) = usize::try_from(whole).ok().and_then(|at| stream.get(at..)) else {
            return false;
        };
        stream = rest;
    }
}

/// A client that has said all it will, and to whom one may say anything.
struct Client<'s> {
    stream: &'s [u8],
}

impl Read for Client<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        self.stream.read(buffer)
    }
}

impl Write for Client<'_> {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}
