//! Where a live page is not the same for all of its readers, or at all times: the places in the views that a
//! fragment, or a word of one reader's, is put into.
//!
//! A view says where its slots are. Rendered for one reader alone, and in the browser, what stands in a slot
//! is drawn there like everything else. Rendered under a `Recorder`, as the server's page cache does it
//! (`app/live_page`), a slot stays empty and the recorder is told where in the text it is.
//!
//! *Invariant:* a slot costs a browser nothing.
//!
//! What is alike for all readers, and otherwise in a browser, is said beside them: [`STOP`], [`AT_HAND`].

#[cfg(not(feature = "ssr"))]
#[path = "slots/by_browser.rs"]
pub mod placing;
#[cfg(feature = "ssr")]
#[path = "slots/by_server.rs"]
pub mod placing;

pub use placing::{AT_HAND, STOP, house, printed, slot, value};

/// What a house is called that nobody has named.
pub const HOUSE: &str = "Parlour";

/// A place in a live page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Slot {
    /// By which the page's script runs: another one in each answer.
    Nonce,
    /// What the page shows, as JSON.
    Place,
    /// The key that the composer's form sends with: another one in each answer.
    FormKey,
    /// The reader's name.
    Name,
    /// The rooms in the sidebar.
    Rooms,
    /// The head of the open room.
    Header,
    /// What is said to who only looks at it.
    Looking,
    /// The way to older messages.
    Older,
    /// What stands in a room without messages.
    Empty,
    /// The messages, and the days that they are of.
    Rows,
    /// The way to newer messages.
    Newer,
    /// What marks the page as read, for who has no script.
    MarkRead,
    /// Who is in the open room.
    Members,
}
