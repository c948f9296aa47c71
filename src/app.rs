//! What people see.
//!
//! `room` is the one island, which draws what the client core (`parlour-client`) knows; `pages` are rendered by the
//! server only; `forms` take what a browser without script sends; `api` is what the island asks for over HTTP; `slots`
//! are where a page differs from another; `browser` is the only code that touches the browser's own APIs.

pub mod api;
pub mod browser;
mod drawn_anew;
#[cfg(feature = "ssr")]
pub mod forms;
#[cfg(feature = "ssr")]
pub mod live_page;
#[cfg(feature = "ssr")]
pub mod pages;
pub mod room;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod slots;
