//! Of what in a room a member wants to be told: a mark of their own on it, of which nobody else hears.
//!
//! *Invariant:* it decides what is counted and lit, and nothing else: whatever it is, a room is heard and read alike.

use crate::json::names;

names! {
    /// How much of what is unread in a room is told of.
    pub enum Level {
        /// Of all of it.
        All = "all",
        /// Of what mentions them.
        Mentions = "mentions",
        /// Of nothing there.
        Nothing = "nothing",
    }
}

#[expect(clippy::derivable_impls, reason = "what declares names marks none")]
impl Default for Level {
    fn default() -> Self {
        Self::All
    }
}
