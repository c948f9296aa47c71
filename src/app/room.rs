//! The one island: everything that is live.
//!
//! `island` puts the parts together; `desk` is what they share; `visiting`, `reading`, `receiving`,
//! `listing`, `sending` and `editing` are what can happen to it; `link` keeps the socket; `marks` is
//! what server and browser know of marks, each from its own table. The rest are the parts one sees.
//!
//! The server prints the island, and the browser draws one of its own in its place: a page may have
//! been changed on its way here, by a proxy, a translator, the browser itself, so nothing relies on
//! what stands in it but for the place it gives as JSON.
//!
//! *Invariant:* the first render depends on the place the page gives alone, so the server's markup
//! and the browser's are the same; what only the browser knows (storage, time zone, socket) comes
//! in effects afterwards.

mod attention;
mod composer;
mod desk;
mod dialogs;
mod editing;
#[cfg(feature = "ssr")]
pub mod fragments;
mod header;
mod island;
mod line;
mod lines;
mod link;
mod listing;
mod live;
mod log;
#[cfg(not(feature = "ssr"))]
#[path = "room/marks_by_browser.rs"]
mod marks;
#[cfg(feature = "ssr")]
#[path = "room/marks_by_table.rs"]
mod marks;
mod members;
mod reading;
mod receiving;
mod sending;
mod shown;
mod sidebar;
mod topbar;
mod visiting;
mod welcome;
mod words;

pub use dialogs::id as modal;
pub use island::{Parlour, draw};
