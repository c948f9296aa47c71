//! Why a socket was closed.

/// The WebSocket close codes of the protocol. Below 4400 a client reconnects by itself; from 4400
/// it stops and says why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u16)]
pub enum CloseCode {
    /// A frame over 64 KiB (RFC 6455, 7.4.1).
    TooBig = 1009,
    /// The server is going away; the reason holds `retry_after_ms=…`.
    GoingAway = 4000,
    /// No first frame within 10 s.
    NoFirstFrame = 4001,
    /// The client does not read fast enough; reconnect and sync.
    TooSlow = 4008,
    /// The first frame was not understood.
    NotUnderstood = 4400,
    /// The session has ended.
    SessionEnded = 4401,
    /// Not in this room any more.
    NotInRoom = 4403,
    /// There is no such room.
    NoSuchRoom = 4404,
    /// The name is taken.
    NameTaken = 4409,
    /// Too many frames, or too many sockets.
    TooMany = 4429,
}

impl CloseCode {
    /// The number on the wire.
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// Whether a client that was closed with `code` reconnects by itself.
    pub const fn reconnects(code: u16) -> bool {
        code < 4400
    }
}
