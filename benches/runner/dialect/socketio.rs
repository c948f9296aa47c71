//! Socket.IO over Engine.IO 4, on the WebSocket transport alone.

use super::{Dialect, Heard, Visitor, content};

/// Speaks to `/socket.io/`.
pub struct SocketIo;

impl Dialect for SocketIo {
    fn path(&self, _visitor: &Visitor) -> String {
        "/socket.io/?EIO=4&transport=websocket".to_owned()
    }

    fn introduces_at_once(&self) -> bool {
        false
    }

    fn introduction(&self, visitor: &Visitor) -> String {
        // The 0 asks for an acknowledgement; some servers emit `history` instead.
        format!(
            "420[\"join\",{{\"room\":{},\"username\":\"{}\"}}]",
            visitor.room, visitor.name
        )
    }

    fn say(&self, out: &mut Vec<u8>, _room: u64, content: &[u8], _key: u64) {
        out.extend(b"42[\"message\",{\"content\":\"");
        out.extend(content);
        out.extend(b"\"}]");
    }

    fn hear<'p>(&self, payload: &'p [u8]) -> Heard<'p> {
        if payload.starts_with(b"42[\"message\"") {
            return content(payload).map_or(Heard::Nothing, Heard::Delivery);
        }
        match payload {
            [b'0', ..] => Heard::Answer(b"40"),
            b"2" => Heard::Answer(b"3"),
            [b'4', b'0', ..] => Heard::Introduce,
            [b'4', b'3', ..] => Heard::History(payload),
            [b'4', b'4', ..] => Heard::Refused(payload),
            _ if payload.starts_with(b"42[\"history\"") => Heard::History(payload),
            _ => Heard::Nothing,
        }
    }
}
