//! What the room island asks for besides its socket.
//!
//! `asking` is the island's half: one function for each call, nearly all of them `POST /rpc/…` with
//! JSON. The server functions that answer are doors of a few lines in front of the contexts; scoping,
//! rules and limits are theirs. They answer [`Refused`] with the status of its code, and are reached by
//! their addresses alone, so the browser's half carries nothing of them.

mod asking;
#[cfg(feature = "ssr")]
pub mod door;
#[cfg(feature = "ssr")]
mod json;
#[cfg(feature = "ssr")]
mod people;
#[cfg(feature = "ssr")]
mod reading;
mod refused;
#[cfg(feature = "ssr")]
mod refusing;
#[cfg(feature = "ssr")]
mod rooms;

pub use asking::{
    create_room, delete_room, give_name, leave_room, list_rooms, open_room, read_history,
    why_no_socket,
};
pub use refused::Refused;
