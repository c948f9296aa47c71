//! Parlour's pages, its live room, and the doors a browser uses.
//!
//! Built twice: for the server (feature `ssr`), which renders every page, and for the browser
//! (feature `hydrate`), which brings the one island, the room, to life.
#![recursion_limit = "256"]

pub mod app;
#[cfg(feature = "ssr")]
pub mod site;
