//! A frame's head: everything in front of its payload, judged by itself (RFC 6455, 5.2).

use super::Violation;
use super::payload::unmask;

/// The longest head there is: two bytes, a length of eight and the masking key.
pub const HEAD_MAX: usize = 14;
/// The longest payload of a control frame.
pub const CONTROL_MAX: usize = 125;

/// This frame ends its message.
const FINAL: u8 = 0x80;
/// What only extensions may set, and there are none.
const RESERVED: u8 = 0x70;
const OPCODE: u8 = 0x0f;
const MASKED: u8 = 0x80;
const LENGTH: u8 = 0x7f;
/// The length is in the next two bytes.
const LENGTH_16: u8 = 126;

/// What a frame is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opcode {
    Continuation,
    Text,
    Binary,
    Close,
    Ping,
    Pong,
}

impl Opcode {
    fn of(first: u8) -> Result<Self, Violation> {
        Ok(match first & OPCODE {
            0 => Self::Continuation,
            1 => Self::Text,
            2 => Self::Binary,
            8 => Self::Close,
            9 => Self::Ping,
            10 => Self::Pong,
            _ => return Err(Violation::Protocol),
        })
    }

    /// Whether such a frame stands for itself, also in the middle of a message.
    pub fn is_control(self) -> bool {
        matches!(self, Self::Close | Self::Ping | Self::Pong)
    }
}

/// The head of a client's frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    pub opcode: Opcode,
    pub is_final: bool,
    /// How long the payload is announced to be.
    pub length: usize,
    key: [u8; 4],
}

impl Head {
    /// Reads a head from the front of `bytes`, and its length; `None` until all of it is there.
    ///
    /// # Errors
    /// As soon as the bytes that are there can be no valid head: [`Violation::Protocol`], or
    /// [`Violation::TooBig`] for a length that does not fit into memory.
    pub fn parse(bytes: &[u8]) -> Result<Option<(Self, usize)>, Violation> {
        let [first, rest @ ..] = bytes else {
            return Ok(None);
        };
        let opcode = Opcode::of(*first)?;
        let is_final = first & FINAL != 0;
        if first & RESERVED != 0 || (opcode.is_control() && !is_final) {
            return Err(Violation::Protocol);
        }
        let [second, rest @ ..] = rest else {
            return Ok(None);
        };
        let short = second & LENGTH;
        let is_masked = second & MASKED != 0;
        if !is_masked || (opcode.is_control() && usize::from(short) > CONTROL_MAX) {
            return Err(Violation::Protocol);
        }
        let Some((length, rest)) = length(short, rest)? else {
            return Ok(None);
        };
        let Some((key, rest)) = rest.split_first_chunk() else {
            return Ok(None);
        };
        let head = Self {
            opcode,
            is_final,
            length,
            key: *key,
        };
        Ok(Some((head, bytes.len() - rest.len())))
    }

    /// Unmasks a piece of the payload in place, which begins at byte `at` of the payload.
    pub fn unmask(&self, piece: &mut [u8], at: usize) {
        let mut key = self.key;
        key.rotate_left(at % self.key.len());
        unmask(piece, key);
    }
}

/// The announced length, and what follows it. It must be written in the fewest bytes it fits in.
fn length(short: u8, rest: &[u8]) -> Result<Option<(usize, &[u8])>, Violation> {
    if short < LENGTH_16 {
        return Ok(Some((usize::from(short), rest)));
    }
    let (length, least, rest) = if short == LENGTH_16 {
        let Some((bytes, rest)) = rest.split_first_chunk() else {
            return Ok(None);
        };
        (u64::from(u16::from_be_bytes(*bytes)), 126, rest)
    } else {
        let Some((bytes, rest)) = rest.split_first_chunk() else {
            return Ok(None);
        };
        (u64::from_be_bytes(*bytes), 1 << 16, rest)
    };
    let is_allowed = length >= least && length >> 63 == 0;
    match usize::try_from(length) {
        _ if !is_allowed => Err(Violation::Protocol),
        Ok(length) => Ok(Some((length, rest))),
        // More than there could be memory for.
        Err(_) => Err(Violation::TooBig),
    }
}
