//! Up and down the open room's history, and its messages taken anew.
//!
//! *Invariant:* one page is on its way at a time, beside the place that somebody comes back to, and each is taken
//! only while what it was asked for is shown.

use super::{Ask, Effect, Landing, Part, Session};
use crate::room_cache::RoomState;
use crate::scroll_position::ScrollPosition;
use crate::timeline::slices;
use parlour_protocol::calls::Refused;
use parlour_protocol::{ClientFrame, ErrorCode, History, Number, OpenRoom, RoomId};

/// What is on its way of the room that is shown.
pub(super) struct Page {
    pub(super) number: u64,
    pub(super) of: Of,
}

pub(super) enum Of {
    /// All that is shown, around a message or from the end.
    Anew(RoomId, Option<Number>),
    /// Older or newer messages; pieces of them that are still to be taken.
    History {
        is_older: bool,
        pieces: Vec<History>,
    },
}

impl Session {
    /// The page is about to be drawn: takes the next piece of a page of history.
    pub fn frame(&mut self) {
        let Some(Page {
            of: Of::History { is_older, pieces },
            ..
        }) = &mut self.page
        else {
            return;
        };
        let is_older = *is_older;
        if pieces.is_empty() {
            // It is still on its way.
            return;
        }
        let piece = pieces.remove(0);
        let (is_last, house) = (pieces.is_empty(), piece.house);
        match is_older {
            true => self.timeline.prepend(piece),
            false => self.timeline.append(piece),
        }
        self.names_read(house);
        self.drawn_anew();
        if !is_last {
            return self.push(Effect::NextFrame);
        }
        self.check_edits();
        // Not a frame later: who has come to the end meanwhile cannot scroll any further.
        self.end_page();
        // The page may have been read at a later seq than ours.
        if let (Some(room), Some(after)) = (self.open_id(), self.timeline.behind()) {
            self.ask(room, after);
        }
    }

    /// Shows the end of the room, fetching it when the view is somewhere in its past.
    pub fn to_newest(&mut self) {
        let Some(room) = self.open_id() else {
            return;
        };
        self.unmark();
        // Nobody wants to be elsewhere any more.
        if self.coming_back.take().is_some() {
            self.show(Part::Loading);
        }
        let is_wanted = match self.page.as_ref().map(|page| &page.of) {
            Some(Of::Anew(_, around)) => around.is_some(),
            _ => self.timeline.has_newer(),
        };
        if is_wanted {
            self.take_anew(room, None);
        }
        self.see_all();
        self.push(Effect::Land(Landing::End, false));
    }

    /// The view moved: fetches what it comes close to, and tells what was read.
    pub fn scrolled(&mut self, is_near_top: bool, is_near_bottom: bool) {
        self.moved_on();
        if is_near_top && self.timeline.has_older() {
            self.fetch_older();
        } else if is_near_bottom && self.timeline.has_newer() {
            self.fetch_newer();
        }
        self.look();
    }

    /// Fetches the page of history before the first message shown.
    pub fn fetch_older(&mut self) {
        if let (Some(room), Some(first)) = (self.open_id(), self.timeline.first_number()) {
            self.fetch_history(true, Ask::Older(room, first));
        }
    }

    /// Fetches the page of history after the last message shown.
    pub fn fetch_newer(&mut self) {
        if let (Some(room), Some(last)) = (self.open_id(), self.timeline.last_number()) {
            self.fetch_history(false, Ask::Newer(room, last));
        }
    }

    /// What this tab holds of the room is void: takes it again from the server, around what is read there or
    /// from its end.
    pub(super) fn take_anew(&mut self, room: RoomId, around: Option<Number>) {
        if self.open_id() != Some(room) {
            self.cache.take(room);
            return;
        }
        self.coming_back = None;
        let number = self.fetch(Ask::Open(room, around));
        let of = Of::Anew(room, around);
        self.page = Some(Page { number, of });
        self.show(Part::Loading);
    }

    /// The same, around what is read.
    pub(super) fn take_anew_here(&mut self, room: RoomId) {
        self.take_anew(room, self.reading());
    }

    pub(super) fn page_came(&mut self, of: Of, answer: Result<OpenRoom, Refused>) {
        match (of, answer) {
            (Of::Anew(room, around), Ok(page)) => {
                let RoomState { open, timeline, .. } = RoomState::from(page);
                self.timeline = timeline;
                self.room_changed(open.room);
                self.show(Part::Timeline);
                self.see_all();
                self.read_up_to(open.read.unwrap_or_default());
                let new = self.open.as_ref().and_then(|open| open.new);
                match around {
                    // It was asked for to get there.
                    Some(_) if around == new.map(|new| new.first) => {
                        self.push(Effect::Land(Landing::New, false));
                    }
                    Some(_) => self.push(Effect::KeepInView),
                    // What was noted of where one reads is of what was shown before.
                    None => self.push(Effect::Land(Landing::End, false)),
                }
                self.check_edits();
                self.settle_shown();
                self.announce_anew();
                let after = self.timeline.seq();
                self.say(ClientFrame::Sync {
                    room_id: Some(room),
                    after,
                });
            }
            (Of::Anew(room, Some(_)), Err(refused)) if is_gone(&refused) => {
                self.take_anew(room, None);
            }
            (Of::Anew(..), Err(refused)) => self.tell(refused.sentence()),
            (Of::History { .. }, _) => {}
        }
    }

    fn fetch_history(&mut self, is_older: bool, ask: Ask) {
        // Coming back may fail, and what is here be too short to scroll by.
        if self.visit.is_some() || self.page.is_some() {
            return;
        }
        let number = self.fetch(ask);
        let pieces = Vec::new();
        let of = Of::History { is_older, pieces };
        self.page = Some(Page { number, of });
        self.show(Part::Loading);
    }

    pub(super) fn history_came(&mut self, number: u64, answer: Result<History, Refused>) {
        let page = self.page.as_mut().filter(|page| page.number == number);
        let Some(Page {
            of: Of::History { is_older, pieces },
            ..
        }) = page
        else {
            return;
        };
        match answer {
            Ok(page) => {
                // Piece by piece, so that no frame on the screen has to wait for a whole page.
                *pieces = slices(page, *is_older);
                self.frame();
            }
            Err(refused) => {
                self.end_page();
                self.tell(refused.sentence());
            }
        }
    }

    /// The page was loaded again: to where somebody was reading in it, fetching that if it is further back.
    pub(super) fn come_back(&mut self, room: RoomId, position: ScrollPosition) {
        if self.timeline.get(position.number).is_some() {
            return self.push(Effect::Land(Landing::Position(position), false));
        }
        self.forget_position(room);
        let number = self.fetch(Ask::Open(room, Some(position.number)));
        self.coming_back = Some((number, position));
        self.show(Part::Loading);
    }

    pub(super) fn came_back(
        &mut self,
        position: ScrollPosition,
        answer: Result<OpenRoom, Refused>,
    ) {
        // Otherwise the end of the room is there.
        if let Ok(page) = answer {
            let mut state = RoomState::from(page);
            state.open.marked = self.open.as_ref().and_then(|open| open.marked);
            self.show_room(state, Some(position));
        }
    }

    /// Whether what is shown is void, and is being taken from the server again.
    pub(super) fn is_taken_anew(&self) -> bool {
        matches!(self.page.as_ref().map(|page| &page.of), Some(Of::Anew(..)))
    }

    /// What is on its way for what is shown will be dropped, so nothing waits for it any more. A visit goes on,
    /// whatever becomes of the room that one comes from.
    pub(super) fn give_up_page(&mut self) {
        self.coming_back = None;
        self.end_page();
    }

    fn end_page(&mut self) {
        self.page = None;
        self.show(Part::Loading);
    }
}

/// Whether what was asked for is there no more.
pub(super) fn is_gone(refused: &Refused) -> bool {
    matches!(
        refused.code(),
        Some(ErrorCode::RoomNotFound | ErrorCode::MessageNotFound)
    )
}
