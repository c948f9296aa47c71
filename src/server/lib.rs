//! Everything of Parlour that is native: contexts, database, realtime and the HTTP doors.
//!
//! The contexts ([`rooms`], [`messages`], [`accounts`], [`invites`], [`page_content`]) hold all rules; doors (REST,
//! sockets, forms) only translate. See `ARCHITECTURE.md`.
//!
//! *Invariant:* only contexts write, only the writer publishes, and only after the commit.

pub mod accounts;
pub mod administration;
mod boot;
pub mod cache;
mod client_address;
pub mod clock;
mod code;
pub mod config;
mod context;
pub mod emoji;
mod error;
pub mod events;
pub mod handover;
pub mod house_settings;
pub mod http;
pub mod invalidation;
pub mod invites;
pub mod limits;
mod links;
mod log_once;
mod markdown;
pub mod messages;
pub mod names;
pub mod outsider;
pub mod page_content;
pub mod passwords;
pub mod people;
pub mod read_cache;
pub mod realtime;
mod reconciler;
pub mod rooms;
mod scope;
mod share;
pub mod store;
pub mod sweeper;
mod systemd;
pub mod telemetry;
mod undo_timer;
pub mod user_commands;

pub use accounts::Token;
pub use boot::{BootError, boot};
pub use client_address::ClientAddress;
pub use code::Code;
pub use config::{ConfigError, Settings};
pub use context::Context;
pub use error::{Class, ServiceError, StoreError};
pub use handover::{HandoverError, ServingLease};
pub use scope::{Person, Scope, SessionId};
pub use share::Share;
pub use store::FileError;
