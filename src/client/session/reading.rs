//! What is read: how far, told by a read receipt soon and not for every message, and where one was reading in
//! each entry of the tab's history.

use super::{Effect, Part, Session};
use parlour_protocol::{ClientFrame, Number};

impl Session {
    /// Somebody looks, perhaps: the open room has been read as far as it goes, when they see its end. The server
    /// is told soon.
    pub fn look(&mut self) {
        let Some(room_id) = self.open_id() else {
            return;
        };
        let is_seen = self.viewport.is_visible && self.viewport.is_at_end;
        if !is_seen || self.timeline.has_newer() {
            return;
        }
        self.see_all();
        self.change_entry(room_id, |entry| entry.unread = 0);
        // Before the server has said who this socket is, or in a room it has left, it would be refused.
        if self.known().is_none() || !self.joined.contains(room_id) {
            return;
        }
        let (seq, people) = (self.timeline.seq(), self.presence.roster.count);
        if let Some(wait) = self.read.see(room_id, seq, people, self.at.random) {
            self.read_at = Some(self.at.now + f64::from(wait));
            self.wait(wait);
        }
    }

    /// Tells the server now what has been read.
    pub(super) fn tell_read(&mut self) {
        self.read_at = None;
        for (room_id, seq) in self.read.take() {
            self.say(ClientFrame::Read {
                room_id: Some(room_id),
                seq,
            });
        }
    }

    /// What is looked at stays among the messages that are held, or, with `None`, the end of the room does.
    pub fn keep_in_view(&mut self, top: Option<Number>) {
        self.timeline.keep_in_view(top);
    }

    /// Whether the view is at the end of the room and goes on with it. While somebody has a form in view it does
    /// not: what others say must not carry that away.
    pub fn follows(&self) -> bool {
        self.viewport.is_at_end && !self.viewport.has_form && !self.timeline.has_newer()
    }

    /// The message that is read; none at the end of the room.
    pub(super) fn reading(&self) -> Option<Number> {
        let position = self.viewport.position.filter(|_| !self.follows());
        position.map(|position| position.number)
    }

    /// So many more new messages are below the view.
    pub(super) fn miss(&mut self, more: usize) {
        if more > 0 {
            self.missed += more;
            self.show(Part::Missed);
        }
    }

    /// No new message is below the view.
    pub(super) fn see_all(&mut self) {
        if self.missed > 0 {
            self.missed = 0;
            self.show(Part::Missed);
        }
    }

    /// Wants to be called after so many milliseconds. Timers and clock do not round alike.
    pub(super) fn wait(&mut self, milliseconds: u32) {
        self.push(Effect::Wait(milliseconds + 5));
    }
}
