//! The tables as SeaORM entities, in the shapes they are stored in: times are milliseconds, ids
//! are plain integers.
//!
//! *Invariant:* nothing here is ever serialised; what leaves the server is a record of the protocol.

pub(crate) mod membership;
pub(crate) mod message;
pub(crate) mod meta;
pub(crate) mod room;
pub(crate) mod session;
pub(crate) mod user;
