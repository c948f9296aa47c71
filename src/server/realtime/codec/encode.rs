//! Frames of the server, whole: head and payload in one piece of memory. They are not masked, so
//! one is the same for all receivers.

use super::head::CONTROL_MAX;
use bytes::Bytes;

/// The final frame of its message, by kind.
const TEXT: u8 = 0x81;
const CLOSE: u8 = 0x88;
const PING: u8 = 0x89;
const PONG: u8 = 0x8a;

/// A text message.
pub fn text(payload: &str) -> Bytes {
    frame(TEXT, payload.as_bytes())
}

/// A ping without payload.
pub fn ping() -> Bytes {
    Bytes::from_static(&[PING, 0])
}

/// The answer to a ping that carried `payload`; what is over 125 bytes is cut.
pub fn pong(payload: &[u8]) -> Bytes {
    frame(PONG, &payload[..payload.len().min(CONTROL_MAX)])
}

/// A close frame with its code. A reason of more than 123 bytes is cut at a character.
pub fn close(code: u16, reason: &str) -> Bytes {
    let reason = &reason[..reason.floor_char_boundary(CONTROL_MAX - size_of_val(&code))];
    let mut payload = Vec::with_capacity(CONTROL_MAX);
    payload.extend_from_slice(&code.to_be_bytes());
    payload.extend_from_slice(reason.as_bytes());
    frame(CLOSE, &payload)
}

/// The answer to a close that carried `code`.
pub fn closed(code: Option<u16>) -> Bytes {
    code.map_or(Bytes::from_static(&[CLOSE, 0]), |code| close(code, ""))
}

fn frame(first: u8, payload: &[u8]) -> Bytes {
    let length = payload.len();
    let head = match length {
        ..126 => 2,
        126..65_536 => 4,
        _ => 10,
    };
    let mut frame = Vec::with_capacity(head + length);
    frame.push(first);
    // Each arm is chosen by what fits in it.
    match head {
        2 => frame.push(length as u8),
        4 => {
            frame.push(126);
            frame.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            frame.push(127);
            frame.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
    frame.extend_from_slice(payload);
    // Exactly full: nothing is moved, nothing is wasted.
    Bytes::from(frame)
}
