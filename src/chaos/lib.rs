//! Shows that nothing is lost and nothing shown twice.
//!
//! Owns the record of what clients saw (`history`), the one checker of such records, the client
//! that is made of the browser's own state machines, the simulation, and what breaks things.

#![allow(
    clippy::disallowed_methods,
    reason = "real servers run by the machine's own time; the simulation does not"
)]

pub mod checker;
pub mod client;
pub mod database;
pub mod disk;
pub mod failure;
pub mod history;
pub mod phases;
pub mod plan;
pub mod postgres;
pub mod proxy;
pub mod report;
pub mod rest;
pub mod restarts;
pub mod server;
pub mod simulation;
pub mod swarm;
pub mod upgrade;
