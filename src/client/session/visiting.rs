//! Going from room to room without loading a page, and up and down a room's history.
//!
//! *Invariant:* an answer to a question that was given up since, because another place was visited or the room was
//! taken anew, does nothing.

use super::paging::is_gone;
use super::{Ask, Effect, Landing, Part, Session};
use crate::shelf::Shelved;
use crate::spots::{Spot, Spots};
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
    spot: Option<Spot>,
}

impl Session {
    /// The page has come to life at this path and entry of the tab's history. `spots` is what the tab kept of
    /// [`Session::leave`]; `is_return` where the page was loaded to be where it had been.
    pub fn arrive(&mut self, path: String, entry: i64, spots: Option<&str>, is_return: bool) {
        if let Some(json) = spots {
            self.spots = Spots::from_json(json);
        }
        self.address = Address { path, entry };
        self.shown_at = self.address.clone();
        self.asked_for_name = self.open.is_some();
        let Some(open) = &self.open else { return };
        let (room, marked) = (open.room.id, open.marked);
        if !is_return {
            // Whoever follows a link to where they are already wants what it leads to.
            self.forget_spot(room);
        }
        match (self.left(room), marked) {
            (Some(spot), _) if marked.is_some() || !spot.is_end => self.come_back(room, spot),
            (_, Some(number)) => self.push(Effect::Land(Landing::Message(number), false)),
            _ => {}
        }
    }

    /// The page is about to be left; answers what the tab is to keep for [`Session::arrive`].
    pub fn leave(&mut self) -> String {
        self.note_spot();
        self.spots.to_json()
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
            if path != paths::HOME {
                return self.push(Effect::Load(path));
            }
            self.give_up_visit();
            return self.welcome(push);
        };
        self.push(Effect::CloseDialogs);
        self.give_up_visit();
        // Back and forward lead to where one was reading; whoever was at the end of a room wants its end.
        let left = (!push).then(|| self.left(target.room)).flatten();
        let spot = left.filter(|spot| target.message.is_some() || !spot.is_end);
        let wanted = spot.map(|spot| spot.number).or(target.message);
        let has = |timeline: &Timeline| wanted.is_none_or(|n| timeline.get(n).is_some());
        if self.open_id() == Some(target.room) {
            // A message of a room that is being taken anew may be none of those that come.
            let is_certain = wanted.is_none() || !self.is_taken_anew();
            if is_certain && has(&self.timeline) {
                self.go(push, path);
                return self.show_again(target.message, spot);
            }
        } else if spot.is_some() || target.message.is_none() {
            let shelved = self.shelf.take(target.room);
            // One that fell behind while it was away has no end.
            let is_whole =
                |s: &Shelved| has(&s.timeline) && (spot.is_some() || !s.timeline.has_newer());
            if let Some(mut shelved) = shelved.filter(is_whole) {
                shelved.open.marked = target.message;
                self.go(push, path);
                return self.show_room(shelved, spot);
            }
        }
        let number = self.fetch(Ask::Open(target.room, wanted));
        self.visit = Some(Visit {
            number,
            path,
            push,
            target,
            spot,
        });
        self.show(Part::Loading);
    }

    /// Somebody clicked a room: shows it, and asks for a name the first time that is done without one; reading
    /// needs none.
    pub fn visit_by_click(&mut self, path: String) {
        self.visit(path, true);
        if self.me.is_none() && !self.asked_for_name {
            self.asked_for_name = true;
            self.push(Effect::AskForName);
        }
    }

    /// The answer to the question with this number.
    pub fn answered(&mut self, number: u64, ask: &Ask, answer: Answer) {
        match *ask {
            Ask::Connection => self.told_why(answer),
            Ask::Leave(room) => match done(answer) {
                Ok(()) => self.forget(room),
                Err(refused) => self.call_refused(room, &refused),
            },
            Ask::Open(..) => {
                if let Some(visit) = self.visit.take_if(|visit| visit.number == number) {
                    self.show(Part::Loading);
                    self.visited(visit, answered(answer));
                } else if let Some((_, spot)) = self.coming_back.take_if(|back| back.0 == number) {
                    self.show(Part::Loading);
                    self.came_back(spot, answered(answer));
                } else if let Some(page) = self.page.take_if(|page| page.number == number) {
                    self.show(Part::Loading);
                    self.page_came(page.of, answered(answer));
                }
            }
            Ask::Older(..) | Ask::Newer(..) => self.history_came(number, answered(answer)),
        }
    }

    /// Leaves the open room for good.
    pub fn leave_room(&mut self) {
        if let Some(room) = self.open_id() {
            self.fetch(Ask::Leave(room));
        }
    }

    /// The room is not this person's any more: back to the welcome screen if it was open.
    pub(super) fn forget(&mut self, room: RoomId) {
        self.joined.remove(room);
        self.syncing.remove(room);
        self.read.forget(room);
        if self.open_id() == Some(room) {
            self.welcome(true);
        }
        self.shelf.take(room);
    }

    fn visited(&mut self, visit: Visit, answer: Result<OpenRoom, Refused>) {
        let Visit {
            path,
            push,
            target,
            spot,
            ..
        } = visit;
        match answer {
            Ok(room) => {
                // Back or forward has moved the address already, unless another place came in between.
                self.go(true, path);
                let mut shelved = Shelved::from(room);
                shelved.open.marked = target.message;
                self.show_room(shelved, spot);
            }
            // What was read there is gone, and the room perhaps not.
            Err(refused) if is_gone(&refused) && spot.is_some() => {
                self.forget_spot(target.room);
                self.visit(path, false);
            }
            Err(refused) if is_gone(&refused) => self.push(Effect::Load(path)),
            Err(refused) => {
                if !push {
                    // The address has moved already; the page has not.
                    self.address.path.clone_from(&self.shown_at.path);
                    self.shown_at.entry = self.address.entry;
                    self.push(Effect::Replace(self.shown_at.path.clone()));
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
    fn show_again(&mut self, marked: Option<Number>, spot: Option<Spot>) {
        if let Some(open) = &mut self.open {
            open.marked = marked;
        }
        self.show(Part::Open);
        match (spot, marked) {
            (None, None) => self.to_newest(),
            (spot, marked) => self.push(Effect::Land(landing(spot, marked), false)),
        }
    }

    fn welcome(&mut self, push: bool) {
        self.give_up_page();
        self.go(push, paths::HOME.to_owned());
        self.put_away();
        self.open = None;
        self.show(Part::Open);
        self.push(Effect::CloseDialogs);
        self.push(Effect::FocusMain);
    }

    pub(super) fn show_room(&mut self, shelved: Shelved, spot: Option<Spot>) {
        self.give_up_page();
        let room = shelved.open.room.id;
        let marked = shelved.open.marked;
        let seq = shelved.timeline.seq();
        self.put_away();
        self.shelf.take(room);
        self.push(Effect::CloseQuestions);
        self.aloud(|announcer| announcer.enter(seq));
        self.see_all();
        self.timeline = shelved.timeline;
        self.presence = shelved.presence;
        self.open = Some(shelved.open);
        for part in [Part::Open, Part::Timeline, Part::Presence] {
            self.show(part);
        }
        // At once: the next key is for this room. And later, for a composer that is only drawn then.
        self.show_draft();
        self.settle_shown();
        self.resume_edit();
        self.be_in(room, seq);
        self.push(Effect::Land(landing(spot, marked), true));
    }

    fn put_away(&mut self) {
        self.stop_typing();
        self.tell_read();
        if let Some(open) = self.open.clone() {
            let empty = Timeline::new(History::default());
            self.shelf.put(Shelved {
                open,
                timeline: std::mem::replace(&mut self.timeline, empty),
                presence: std::mem::take(&mut self.presence),
            });
        }
    }

    /// The page now shows what is at `path`; an entry of the tab's history more, unless it is there.
    fn go(&mut self, push: bool, path: String) {
        self.note_spot();
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
    fn note_spot(&mut self) {
        if let Some(room) = self.open_id() {
            let is_end = self.follows();
            let spot = self.viewport.spot.map(|spot| Spot { is_end, ..spot });
            self.spots.leave(self.shown_at.entry, room, spot);
        }
    }

    /// Where this room was left at the present entry of the tab's history.
    fn left(&self, room: RoomId) -> Option<Spot> {
        self.spots.get(self.address.entry, room)
    }

    /// There is no coming back to where this entry was left.
    pub(super) fn forget_spot(&mut self, room: RoomId) {
        self.spots.leave(self.address.entry, room, None);
    }
}

fn landing(spot: Option<Spot>, marked: Option<Number>) -> Landing {
    match (spot, marked) {
        (Some(spot), _) => Landing::Spot(spot),
        (None, Some(number)) => Landing::Message(number),
        (None, None) => Landing::End,
    }
}
