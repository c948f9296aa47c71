//! The one island: everything that is live.
//!
//! `island` puts the parts together; `view_model` is what they share: the session (`parlour_client::session`), which knows
//! and decides everything; `driver` tells it what happens and does what it wants done; `marks` is what server and
//! browser know of marks, each from its own table. The rest are the parts one sees.
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
mod dialogs;
mod driver;
mod empty_room;
mod face;
mod finder;
mod fold;
#[cfg(feature = "ssr")]
pub mod fragments;
mod header;
mod island;
mod keyboard;
mod keyed_list;
mod line;
mod log;
#[cfg(not(feature = "ssr"))]
#[path = "room/marks_by_browser.rs"]
mod marks;
#[cfg(feature = "ssr")]
#[path = "room/marks_by_table.rs"]
mod marks;
mod markup;
mod members;
mod namesakes;
mod new_line;
mod one_of;
mod person_line;
mod replying;
mod room_line;
mod shown;
mod sidebar;
#[cfg(feature = "ssr")]
mod thread_line;
mod topbar;
mod unsent;
mod view_model;
mod welcome;
mod words;

pub use face::face;
pub use island::{Parlour, draw};
pub use room_line::class_of;
