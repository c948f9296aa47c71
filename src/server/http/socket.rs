//! The two WebSocket endpoints: `/ws` and `/ws/chat/{room_id}`.
//!
//! What a socket's frames mean is its [`conversation`]; `connection` is the task that reads them, performs
//! the steps that follow and writes the answers. What others do comes from the engine (`realtime`) into the
//! socket's mailbox. *Invariant:* one task per socket.

mod connection;
pub mod conversation;
mod flood_guard;
mod upgrade;
mod wire;

pub(super) use upgrade::{many, one};
