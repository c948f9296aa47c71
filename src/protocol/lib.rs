//! What the browser, the server and every other program say to each other.
//!
//! Owns the records, frames, rules, paths and errors of the wire (`PROTOCOL.md`), so that a field
//! renamed on one side does not compile on the other.
//!
//! *Invariant:* nothing here reads a clock, a database or the network; the same text parses to the
//! same value in the server and in WASM.

mod availability;
pub mod calls;
mod close;
pub mod display;
pub mod document;
mod error;
pub mod finding;
mod frames;
pub mod ids;
pub mod json;
pub mod last_room;
mod level;
pub mod mentions;
mod message;
pub mod paths;
pub mod permissions;
mod place;
pub mod quote;
pub mod reactions;
pub mod read_only;
pub mod revisions;
mod room;
mod room_list;
pub mod rules;
pub mod samples;
mod streams;
pub mod text;
mod timestamp;
mod user;

pub use availability::{Availability, AvailabilityChanged};
pub use close::CloseCode;
pub use document::{Document, Element, Kind, Node};
pub use error::{AppError, ErrorCode};
pub use frames::{
    ClientFrame, FrameError, Hello, Refusal, RoomGone, ServerFrame, Sync, System, SystemEvent,
    Typists, UsersList, Welcome,
};
pub use ids::{MessageId, Number, RoomId, Seq, UserId};
pub use level::Level;
pub use message::{Format, Link, Message};
pub use permissions::{Action, Guests, Posting, Revisions, RoomRole, RoomRules, ServerRole};
pub use place::{History, Listed, OpenRoom, Place, RoomEntry, Roster};
pub use quote::{Quote, Replies};
pub use reactions::{KNOWS_REACTIONS, Reacted, Reaction};
pub use read_only::ReadOnly;
pub use revisions::Revision;
pub use room::{Room, RoomKind};
pub use room_list::{RoomActivity, RoomList};
pub use streams::{
    Blocks, Favourite, Heartbeat, LeftReason, Membership, PersonChanged, ReadMark, RoomJoined,
    RoomLeft, SyncHouse, SyncMe,
};
pub use timestamp::{Civil, MS_PER_DAY, Timestamp};
pub use user::{Me, NewSession, Person, User, UserKind};
