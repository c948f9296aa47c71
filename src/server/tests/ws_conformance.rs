//! RFC 6455 from a client's side, byte by byte: what must be read, what must be refused and how, and
//! what the server itself may send. The cases are those that every implementation is asked.

mod client;
mod closing;
mod fragments;
mod framing;
mod handshake;
mod limits;
mod pings;
mod unicode;

use client::{Client, frame, head};

const CONTINUATION: u8 = 0;
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const CLOSE: u8 = 8;
const PING: u8 = 9;
const PONG: u8 = 10;
/// The frame ends its message.
const FINAL: u8 = 0x80;

const PROTOCOL: u16 = 1002;
const NOT_UTF8: u16 = 1007;
const TOO_BIG: u16 = 1009;
