//! Of which rooms the browser is to keep the page, to be read where there is no network; the site's service worker
//! (`app/shell/offline.js`) keeps the last ones.
//!
//! *Invariant:* a page is taken from a server that is there, and not twice as it is; and what was kept for one person
//! goes when another reads.

use super::{Effect, Session};
use parlour_protocol::RoomId;

/// The room that one has gone to is kept after so many milliseconds, and not when it is left at once.
const STAYED_MS: f64 = 5_000.0;

impl Session {
    /// The page that this tab began with is kept as it is.
    pub fn page_is_kept(&mut self) {
        let is_end = !self.timeline.has_newer();
        let open = self.open.as_ref();
        let whole = open.filter(|open| is_end && open.marked.is_none());
        self.kept = whole.map(|open| (open.room.id, self.timeline.seq()));
    }

    /// Another room is shown, without a page of its own having been loaded.
    pub(super) fn keep_if_stayed(&mut self) {
        self.keep_at = Some(self.at.now + STAYED_MS);
    }

    /// Time passed, perhaps enough of it.
    pub(super) fn keep_when_stayed(&mut self) {
        if self.keep_at.is_some_and(|at| at <= self.at.now) {
            self.keep_page();
        }
    }

    /// Keeps the page of the open room as it is now: it is read, or is about to be left.
    pub(super) fn keep_page(&mut self) {
        self.keep_at = None;
        let Some(room) = self.open_id() else { return };
        let now = Some((room, self.timeline.seq()));
        if self.connection.is_live() && self.kept != now {
            self.kept = now;
            self.push(Effect::KeepPage(room));
        }
    }

    /// A room that may be kept is gone: what is taken in its place is nothing.
    pub(super) fn unkeep_page(&mut self, room: RoomId) {
        if self.timeline_of(room).is_some() {
            self.push(Effect::KeepPage(room));
        }
    }

    /// Somebody else reads from now on: of what was read before nothing is kept, and nothing told.
    pub(super) fn forget_pages(&mut self) {
        self.forget_recent();
        self.kept = None;
        self.push(Effect::ForgetPages);
    }
}
