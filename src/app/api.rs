//! The server functions: what the room island asks for besides its socket.
//!
//! Each is a door of a few lines in front of the contexts; scoping, rules and limits are theirs.
//! All are `POST /rpc/…` with JSON and answer [`Refused`] with the status of its code.

mod door;
mod json;
mod people;
mod reading;
mod rooms;

pub use door::Refused;
pub use people::give_name;
pub use reading::{list_rooms, open_room, read_history};
pub use rooms::{create_room, delete_room, leave_room};
