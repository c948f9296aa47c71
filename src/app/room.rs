//! The one island: everything that is live.
//!
//! `island` puts the parts together; `desk` is what they share; `visiting`, `receiving`, `listing`
//! and `sending` are what can happen to it; `link` keeps the socket. The rest are the parts one sees.
//!
//! *Invariant:* the first render depends on the place the page gives alone, so the server's markup
//! and the browser's are the same; what only the browser knows (storage, time zone, socket) comes
//! in effects afterwards.

mod composer;
mod desk;
mod dialogs;
mod header;
mod island;
mod line;
mod lines;
mod link;
mod listing;
mod live;
mod log;
mod members;
#[cfg(feature = "ssr")]
pub mod printing;
mod receiving;
mod sending;
mod shown;
mod sidebar;
mod topbar;
mod visiting;
mod welcome;

pub use dialogs::id as modal;
pub use island::Parlour;
