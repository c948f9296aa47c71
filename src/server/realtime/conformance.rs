//! What every implementation of the realtime traits must do, as functions that run on any of them.
//! They panic with what was not kept.

pub mod broker;
pub mod presence;
