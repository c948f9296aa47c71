//! The browser's own APIs, behind plain functions.
//!
//! *Invariant:* called from effects, event handlers and tasks only, which never run on the server;
//! no other module names `web_sys`, `js_sys` or `gloo`.

pub mod clipboard;
pub mod clock;
pub mod code;
pub mod dialog;
pub mod document;
pub mod fetch;
pub mod finder;
pub mod keyboard;
pub mod marks;
pub mod navigation;
pub mod offline;
pub mod pointer;
pub mod pressed;
mod resize;
pub mod room_list;
pub mod scroll;
pub mod socket;
pub mod storage;
pub mod text_field;
pub mod transfer;
