//! The pages, rendered by the server: two of them hold the live room, the others are plain.
//!
//! *Invariant:* `GET` changes nothing.

pub mod address;
mod all_rooms;
mod edit;
mod form_page;
mod join;
mod name;
mod new_room;
mod parts;
mod problem;
mod question;
mod room;
mod shape;

pub use all_rooms::all_rooms;
pub use edit::{Typed, Which, edit, edit_page};
pub use join::{join, join_page};
pub use name::{name, name_page};
pub use new_room::{new_room, new_room_page};
pub use problem::{answer, answer_in, not_found, other_method, problem, refusal, told_when};
pub use question::{delete_message, delete_room};
pub use room::{home, permalink, room};
pub use shape::Shape;
