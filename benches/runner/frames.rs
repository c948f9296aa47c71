//! WebSocket as a client speaks it (RFC 6455): masked frames out, whole frames in.
//!
//! The mask is zero, which the protocol allows and which costs nothing here: what is measured pays
//! for taking it off all the same.

/// Longest header a client writes: two bytes, eight of length, four of mask.
const HEADER_MAX: usize = 14;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// UTF-8, as JSON is sent (RFC 6455, 5.6).
    Text,
    /// Asks for a pong.
    Ping,
    /// The other side ends it.
    Close,
    /// Any other frame.
    Other,
}

/// A frame that came in, as far as it goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'b> {
    /// What it is.
    pub kind: Kind,
    /// What is in it.
    pub payload: &'b [u8],
    /// Bytes it took, header included.
    pub length: usize,
}

/// The first frame in `bytes`; `None` while it is not whole.
pub fn read(bytes: &[u8]) -> Option<Frame<'_>> {
    let (&first, &second) = (bytes.first()?, bytes.get(1)?);
    let (header, size): (usize, usize) = match second & 0x7f {
        126 => {
            let length: [u8; 2] = bytes.get(2..4)?.try_into().ok()?;
            (4, usize::from(u16::from_be_bytes(length)))
        }
        127 => {
            let length: [u8; 8] = bytes.get(2..10)?.try_into().ok()?;
            (10, u64::from_be_bytes(length) as usize)
        }
        short => (2, usize::from(short)),
    };
    let length = header.checked_add(size)?;
    let payload = bytes.get(header..length)?;
    let kind = match first & 0x0f {
        0x1 => Kind::Text,
        0x8 => Kind::Close,
        0x9 => Kind::Ping,
        _ => Kind::Other,
    };
    Some(Frame {
        kind,
        payload,
        length,
    })
}

/// Adds a text frame.
pub fn write_text(out: &mut Vec<u8>, payload: &[u8]) {
    write(out, 0x1, payload);
}

/// Adds the answer to a ping.
pub fn write_pong(out: &mut Vec<u8>, payload: &[u8]) {
    write(out, 0xa, payload);
}

fn write(out: &mut Vec<u8>, opcode: u8, payload: &[u8]) {
    out.reserve(HEADER_MAX + payload.len());
    out.push(0x80 | opcode);
    match payload.len() {
        short @ 0..=125 => out.push(0x80 | short as u8),
        medium @ 126..=0xffff => {
            out.push(0x80 | 126);
            out.extend((medium as u16).to_be_bytes());
        }
        long => {
            out.push(0x80 | 127);
            out.extend((long as u64).to_be_bytes());
        }
    }
    out.extend([0; 4]);
    out.extend(payload);
}

/// Adds a text frame as a server writes it, without a mask.
pub fn write_as_server(out: &mut Vec<u8>, payload: &[u8]) {
    out.push(0x81);
    match payload.len() {
        short @ 0..=125 => out.push(short as u8),
        medium => {
            out.push(126);
            out.extend((medium as u16).to_be_bytes());
        }
    }
    out.extend(payload);
}

/// What asks a server to speak WebSocket. The key is the RFC's example: nobody checks the answer.
pub fn handshake(path: &str, host: &str, headers: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\
         Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n{headers}\r\n"
    )
    .into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_of_every_length_are_read_once_they_are_whole() {
        for size in [0, 1, 125, 126, 300, 65_535] {
            let payload = vec![b'x'; size];
            let mut bytes = Vec::new();
            write_as_server(&mut bytes, &payload);
            assert_eq!(read(&bytes[..bytes.len() - 1]), None, "{size}");
            bytes.extend(b"next");
            let frame = read(&bytes).expect("it is whole");
            assert_eq!((frame.kind, frame.payload), (Kind::Text, &payload[..]));
            assert_eq!(&bytes[frame.length..], b"next");
        }
    }

    #[test]
    fn a_client_masks_with_zero() {
        let mut bytes = Vec::new();
        write_text(&mut bytes, b"hi");
        assert_eq!(bytes, [0x81, 0x82, 0, 0, 0, 0, b'h', b'i']);
        bytes.clear();
        write_pong(&mut bytes, &[b'p'; 200]);
        assert_eq!(bytes[..4], [0x8a, 0x80 | 126, 0, 200]);
        assert_eq!(bytes.len(), 8 + 200);
        bytes.clear();
        write_text(&mut bytes, &vec![b'l'; 70_000]);
        assert_eq!(bytes.len(), 14 + 70_000);
    }

    #[test]
    fn a_ping_and_an_end_are_told_apart() {
        assert_eq!(read(&[0x89, 0]).map(|frame| frame.kind), Some(Kind::Ping));
        assert_eq!(read(&[0x88, 0]).map(|frame| frame.kind), Some(Kind::Close));
        assert_eq!(read(&[0x8a, 0]).map(|frame| frame.kind), Some(Kind::Other));
    }
}
