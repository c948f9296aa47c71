//! What a client knows and decides, as plain structs: no signals, no DOM, no socket, no clock, no
//! randomness.
//!
//! *Invariant:* everything here is a function of what it was told (frames, pages, keystrokes and
//! the time passed in), so every rule of the live room has a unit test that runs natively.

pub mod announcer;
pub mod by_room;
pub mod connection;
pub mod drafts;
pub mod faces;
pub mod keys;
pub mod listed;
pub mod marks;
pub mod namesakes;
pub mod outbox;
pub mod presence;
pub mod read_here;
pub mod read_receipts;
pub mod room_cache;
pub mod scroll_position;
pub mod sections;
pub mod session;
pub mod stream;
pub mod switcher;
pub mod tab;
#[cfg(test)]
mod tests;
pub mod timeline;
pub mod transfer;
pub mod unread;
pub mod upgrade;
