//! Going from room to room without loading a page, and up and down a room's history.
//!
//! *Invariant:* an answer to a question that was given up since, because another place was visited or the room was
//! taken anew, does nothing.

use super::paging::is_gone;
use super::{Ask, Effect, Landing, Part, Session};
use crate::room_cache::RoomState;
use crate::scroll_position::{ScrollPosition, ScrollPositions};
use crate::timeline::Timeline;
use parlour_protocol::calls::{Answer, Refused, answered, done};
use parlour_protocol::paths::RoomPath;
use parlour_protocol::{ErrorCode, History, Number, OpenRoom, RoomId, paths};

/// Whole numbers that a script tells apart: the keys of history entries are drawn from so many.
const KEYS: f64 = 9_007_199_254_740_992.0;

/// A path, and the key of an entry of the tab's history.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Address {
    pub(super) path: String,
    pub(super) entry: i64,
}

/// A place that is on its way.
pub(super) struct Visit {
    pub(super) number: u64,
    path: String,
    push: bool,
    target: RoomPath,
    position: Option<ScrollPosition>,
}

impl Session {
    /// The page has come to life at this path and entry of the tab's history. `positions` is what the tab kept of
    /// [`Session::leave`]; `is_return` where the page was loaded to be where it had been.
    pub fn arrive(&mut self, path: String, entry: i64, positions: Option<&str>, is_return: bool) {
        if let Some(json) = positions {
            self.positions = ScrollPositions::from_json(json);
        }
        self.address = Address { path, entry };
        self.shown_at = self.address.clone();
        let Some(open) = &self.open else { return };
        let (room, marked) = (open.room.id, open.marked);
        // The view is at the line already.
        if open.new.is_some() {
            self.miss_unread(room);
        }
        self.note_opened(room);
        if !is_return {
            // Whoever follows a link to where they are already wants what it leads to.
            self.forget_position(room);
        }
        match (self.left(room), marked) {
            (Some(position), _) if marked.is_some() || !position.is_end => {
                self.come_back(room, position)
            }
            (_, Some(number)) => self.push(Effect::Land(Landing::Message(number), false)),
            _ => {}
        }
    }

    /// The page is about to be left; answers what the tab is to keep for [`Session::arrive`].
    pub fn leave(&mut self) -> String {
        self.note_position();
        self.positions.to_json()
    }

    /// Back or forward was used, and led to this path and entry; a fragment alone is the browser's affair.
    pub fn moved(&mut self, path: String, entry: i64) {
        self.address = Address { path, entry };
        let is_left = || self.open_id().and_then(|room| self.left(room)).is_some();
        let is_elsewhere = self.shown_at.path != self.address.path;
        if is_elsewhere || (self.shown_at.entry != entry && is_left()) {
            self.visit(self.address.path.clone(), false);
        } else {
            // Back again, before the other place had come.
            self.give_up_visit();
            self.shown_at.entry = entry;
        }
    }

    /// Shows what `path` names; `push` when a new entry of the tab's history is to be made.
    pub fn visit(&mut self, path: String, push: bool) {
        let Some(target) = paths::parse_room(&path) else {
            if ![paths::HOME, paths::LIST].contains(&&*path) {
                return self.push(Effect::Load(path));
            }
            self.give_up_visit();
            return self.welcome(push, path);
        };
        self.push(Effect::CloseDialogs);
        self.give_up_visit();
        // Back and forward lead to where one was reading; whoever was at the end of a room wants its end.
        let left = (!push).then(|| self.left(target.room)).flatten();
        let position = left.filter(|position| target.message.is_some() || !position.is_end);
        let wanted = position.map(|position| position.number).or(target.message);
        let has = |timeline: &Timeline| wanted.is_none_or(|n| timeline.get(n).is_some());
        if self.open_id() == Some(target.room) {
            // A message of a room that is being taken anew may be none of those that come.
            let is_certain = wanted.is_none() || !self.is_taken_anew();
            if target.message.is_none() {
                self.rests_no_more();
            }
            if is_certain && has(&self.timeline) {
                self.go(push, path);
                return self.show_again(target.message, position);
            }
        } else if position.is_some() || target.message.is_none() {
            let state = self.cache.take(target.room);
            let unread = self.unread(target.room);
            // One that fell behind while it was away has no end, and of one that does not hold all that is unread
            // nobody would see where they stopped.
            if let Some(mut state) = state
                && (state.reopen(unread) || position.is_some())
                && has(&state.timeline)
                && (position.is_some() || !state.timeline.has_newer())
            {
                state.open.marked = target.message;
                self.go(push, path);
                return self.show_room(state, position);
            }
        }
        let number = self.fetch(match wanted {
            Some(number) => Ask::Open(target.room, Some(number)),
            None => Ask::Unread(target.room),
        });
        self.visit = Some(Visit {
            number,
            path,
            push,
            target,
            position,
        });
        self.show(Part::Loading);
    }

    /// The room that is on its way.
    pub(super) fn on_the_way(&self) -> Option<RoomId> {
        self.visit.as_ref().map(|visit| visit.target.room)
    }

    /// The answer to the question with this number.
    pub fn answered(&mut self, number: u64, ask: &Ask, answer: Answer) {
        match *ask {
            Ask::Connection => self.connection_answered(answer),
            Ask::Join(room) | Ask::Leave(room) => match done(answer) {
                Ok(()) => self.membership_changed(ask, room),
                Err(refused) => self.call_refused(room, &refused),
            },
            // The frame that says so comes as well.
            Ask::UndoDelete(room, _) => {
                if let Err(refused) = done(answer) {
                    self.call_refused(room, &refused);
                }
            }
            Ask::Open(..) | Ask::Unread(_) => {
                let answer: Result<OpenRoom, Refused> = answered(answer);
                self.names_read(answer.as_ref().ok().and_then(|room| room.history.house));
                if let Some(visit) = self.visit.take_if(|visit| visit.number == number) {
                    self.show(Part::Loading);
                    self.visited(visit, answer);
                } else if let Some((_, position)) =
                    self.coming_back.take_if(|back| back.0 == number)
                {
                    self.show(Part::Loading);
                    self.came_back(position, answer);
                } else if let Some(page) = self.page.take_if(|page| page.number == number) {
                    self.show(Part::Loading);
                    self.page_came(page.of, answer);
                }
            }
            Ask::Older(..) | Ask::Newer(..) => self.history_came(number, answered(answer)),
        }
    }

    /// The room is no more: back to the welcome screen if it was open.
    pub(super) fn forget(&mut self, room: RoomId) {
        self.joined.remove(room);
        self.syncing.remove(room);
        self.read.forget(room);
        if self.open_id() == Some(room) {
            self.welcome(true, paths::LIST.to_owned());
        }
        self.cache.take(room);
    }

    fn visited(&mut self, visit: Visit, answer: Result<OpenRoom, Refused>) {
        let Visit {
            path,
            push,
            target,
            position,
            ..
        } = visit;
        match answer {
            Ok(room) => {
                // Back or forward has moved the address already, unless another place came in between.
                self.go(true, path);
                let mut state = RoomState::from(room);
                state.open.marked = target.message;
                self.show_room(state, position);
            }
            // What was read there is gone, and the room perhaps not.
            Err(refused) if is_gone(&refused) && position.is_some() => {
                self.forget_position(target.room);
                self.visit(path, false);
            }
            Err(refused) if is_gone(&refused) => self.push(Effect::Load(path)),
            Err(refused) => {
                let is_unreachable = refused == Refused::Unreachable;
                if !push {
                    // The address has moved already; the page has not.
                    self.address.path.clone_from(&self.shown_at.path);
                    self.shown_at.entry = self.address.entry;
                    self.push(Effect::Replace(self.shown_at.path.clone()));
                }
                // Loading a page takes away what the browser does not keep.
                let is_elsewhere = self.open_id() != Some(target.room);
                if is_unreachable && is_elsewhere && self.keeps() {
                    return self.push(Effect::LoadKept(target.room, path));
                }
                self.tell(refused.sentence());
            }
        }
    }

    /// What was asked of a room was refused; perhaps there is none any more.
    fn call_refused(&mut self, room: RoomId, refused: &Refused) {
        if refused.code() == Some(ErrorCode::RoomNotFound) {
            self.deleted(room);
        } else {
            self.tell(refused.sentence());
        }
    }

    /// The open room at another place of it: marked, where somebody was reading, or at its end.
    fn show_again(&mut self, marked: Option<Number>, position: Option<ScrollPosition>) {
        if let Some(open) = &mut self.open {
            open.marked = marked;
        }
        self.has_left_end = false;
        self.show(Part::Open);
        match (position, marked) {
            (None, None) => self.to_newest(),
            (position, marked) => self.push(Effect::Land(landing(position, marked), false)),
        }
    }

    /// Shows the list of rooms, with none of them open.
    fn welcome(&mut self, push: bool, path: String) {
        self.give_up_page();
        self.go(push, path);
        self.put_away();
        self.open = None;
        self.show(Part::Open);
        self.push(Effect::CloseDialogs);
        self.push(Effect::FocusMain);
    }

    pub(super) fn show_room(&mut self, state: RoomState, position: Option<ScrollPosition>) {
        self.give_up_page();
        let room = state.open.room.id;
        self.keep_line(room);
        let (marked, new) = (state.open.marked, state.open.new);
        let seq = state.timeline.seq();
        self.put_away();
        self.cache.take(room);
        self.note_opened(room);
        self.push(Effect::CloseQuestions);
        self.aloud(|announcer| announcer.enter(seq));
        self.see_all();
        self.has_left_end = false;
        self.timeline = state.timeline;
        self.presence = state.presence;
        self.open = Some(state.open);
        for part in [Part::Open, Part::Timeline, Part::Presence] {
            self.show(part);
        }
        // At once: the next key is for this room. And later, for a composer that is only drawn then.
        self.show_draft();
        self.settle_shown();
        self.resume_edit();
        self.be_in(room, seq);
        if new.is_some() {
            self.miss_unread(room);
        }
        let landing = match landing(position, marked) {
            Landing::End if new.is_some() => Landing::New,
            landing => landing,
        };
        self.push(Effect::KeepLast(room));
        self.keep_if_stayed();
        self.push(Effect::Land(landing, true));
    }

    fn put_away(&mut self) {
        self.stop_typing();
        self.tell_read();
        self.keep_page();
        if let Some(open) = self.open.clone() {
            let empty = Timeline::new(History::default());
            self.cache.put(RoomState {
                open,
                timeline: std::mem::replace(&mut self.timeline, empty),
                presence: std::mem::take(&mut self.presence),
            });
        }
    }

    /// The page now shows what is at `path`; an entry of the tab's history more, unless it is there.
    fn go(&mut self, push: bool, path: String) {
        self.note_position();
        if push && self.address.path != path {
            let entry = (self.at.random * KEYS) as i64;
            self.address = Address { path, entry };
            self.push(Effect::Push(self.address.path.clone(), entry));
            self.shown_at = self.address.clone();
        } else {
            self.shown_at = Address {
                path,
                entry: self.address.entry,
            };
        }
    }

    /// The message that the address points at is no longer what is looked at: it is not marked any more, and the
    /// address is the room's.
    pub(super) fn unmark(&mut self) {
        let marked = self.open.as_mut().and_then(|open| open.marked.take());
        if marked.is_some() {
            self.show(Part::Open);
            self.name_address();
        }
    }

    /// The view moved. Whoever comes to the end of the room from elsewhere in it has left what the address points at;
    /// a message at the end is in view there.
    pub(super) fn moved_on(&mut self) {
        let is_end = self.follows();
        if is_end && self.has_left_end {
            self.unmark();
        }
        self.has_left_end = !is_end;
    }

    /// The open room is called otherwise, and so is its address. Of one of before only the number counts.
    pub(super) fn name_address(&mut self) {
        let Some(open) = &self.open else { return };
        let path = match open.marked {
            Some(number) => paths::permalink(&open.room, number),
            None => paths::room(&open.room),
        };
        self.put_right(path);
    }

    /// What is shown has this address now, in the entry of the tab's history that it is at; unless the tab is at
    /// another one already, whose place is on its way.
    fn put_right(&mut self, path: String) {
        if self.address == self.shown_at && self.address.path != path {
            self.address.path.clone_from(&path);
            self.shown_at.path.clone_from(&path);
            self.push(Effect::Replace(path));
        }
    }

    /// What is on its way for an earlier visit will be dropped, so nothing waits for it any more. Without the page
    /// that is taken anew the room that is open would stay void, should one stay in it.
    fn give_up_visit(&mut self) {
        self.visit = None;
        if !self.is_taken_anew() {
            self.give_up_page();
        }
        self.show(Part::Loading);
    }

    /// What is shown is about to be something else: notes where one was reading.
    fn note_position(&mut self) {
        if let Some(room) = self.open_id() {
            let is_end = self.follows();
            let position = self
                .viewport
                .position
                .map(|position| ScrollPosition { is_end, ..position });
            self.positions.leave(self.shown_at.entry, room, position);
        }
    }

    /// Where this room was left at the present entry of the tab's history.
    fn left(&self, room: RoomId) -> Option<ScrollPosition> {
        self.positions.get(self.address.entry, room)
    }

    /// There is no coming back to where this entry was left.
    pub(super) fn forget_position(&mut self, room: RoomId) {
        self.positions.leave(self.address.entry, room, None);
    }
}

fn landing(position: Option<ScrollPosition>, marked: Option<Number>) -> Landing {
    match (position, marked) {
        (Some(position), _) => Landing::Position(position),
        (None, Some(number)) => Landing::Message(number),
        (None, None) => Landing::End,
    }
}
