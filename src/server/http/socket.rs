//! The two WebSocket doors: `/ws` and `/ws/chat/{room_id}`.
//!
//! Reads a socket's frames, calls the contexts, and writes their answers; what others do comes from
//! the engine (`realtime`) into the socket's mailbox. *Invariant:* one task per socket.

mod connection;
mod patience;
mod upgrade;
mod wire;

pub(super) use upgrade::{many, one};
