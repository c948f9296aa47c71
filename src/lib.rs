//! Parlour's pages, its live room, and the doors a browser uses.
//!
//! Built twice: for the server (feature `ssr`), which renders every page, and for the browser
//! (feature `hydrate`), which draws the one island, the room, anew and keeps it live.
#![recursion_limit = "256"]

pub mod app;
#[cfg(feature = "ssr")]
pub mod site;
