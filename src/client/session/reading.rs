//! What is read: how far, told by a read receipt soon and not for every message; the line *New*; and where one was
//! reading in each entry of the tab's history.
//!
//! *Invariant:* what was on the screen is read, and nothing else; what this person has marked as unread stays so
//! until something new comes, or the room is opened again.

use super::{Effect, Landing, Part, Session};
use crate::read_here::{self, ReadHere};
use crate::room_cache::NewLine;
use crate::timeline::Timeline;
use parlour_protocol::{ClientFrame, Number, ReadMark, RoomId, Seq};

impl Session {
    /// Somebody looks, perhaps: what they see of the open room has been read. The server is told soon.
    pub fn look(&mut self) {
        self.look_for_new_line();
        let (Some(open), true) = (&self.open, self.viewport.is_visible) else {
            return;
        };
        let (room_id, rests) = (open.room.id, open.rests);
        let is_end = self.viewport.is_at_end && !self.timeline.has_newer();
        if is_end {
            self.see_all();
        }
        let Some(seq) = self.seen(is_end).filter(|_| !rests) else {
            return;
        };
        self.has_read(room_id, seq, is_end);
        // Before the server has said who this socket is it would be refused, and of who only looks nobody keeps it.
        let may_tell = self.known().is_some() && self.is_member(room_id);
        if !may_tell || !self.joined.contains(room_id) {
            return;
        }
        let people = self.presence.roster.count;
        if let Some(wait) = self.read.see(room_id, seq, people, self.at.random) {
            self.read_at = Some(self.at.now + f64::from(wait));
            self.wait(wait);
        }
    }

    /// Up to where the open room has been seen: as far as it goes, by who sees its end; else up to the last message
    /// whose end was in view, if nothing between it and what was read is left out. It may have been seen before there
    /// was a socket to say so.
    fn seen(&self, is_end: bool) -> Option<Seq> {
        if is_end {
            return Some(self.timeline.seq());
        }
        let last = match self.viewport.is_at_end {
            true => self.timeline.last_number(),
            false => self.viewport.last,
        };
        let (seq, read) = (last?.seq(), self.open.as_ref()?.read?);
        self.timeline.reaches(read).then_some(seq.max(read))
    }

    /// The open room has been read up to here; what is counted as unread becomes less.
    fn has_read(&mut self, room_id: RoomId, seq: Seq, is_end: bool) {
        let before = self.open.as_ref().and_then(|open| open.read);
        self.read_up_to(seq);
        let passed = before.map_or(0, |before| {
            self.timeline.held_after(before) - self.timeline.held_after(seq.max(before))
        });
        self.change_entry(room_id, |entry| {
            entry.unread = match is_end {
                true => 0,
                false => (entry.unread - passed as i64).max(0),
            };
        });
        if !is_end && passed > 0 {
            self.missed = self.missed.saturating_sub(passed);
            self.show(Part::Missed);
        }
    }

    /// Whether all of the open room has been read, so far as it goes.
    pub(super) fn is_all_read(&self) -> bool {
        let read = self.open.as_ref().and_then(|open| open.read);
        let last = self.timeline.last_number().map(Number::seq);
        read.is_some() && read >= last && !self.timeline.has_newer()
    }

    /// A message of the open room came that nobody has seen yet. The first after all was read has the line
    /// above it.
    pub(super) fn came_unseen(&mut self, number: Number, was_all_read: bool) {
        if let Some(open) = &mut self.open
            && was_all_read
        {
            open.new = Some(NewLine::above(number));
            self.show(Part::Open);
        }
    }

    /// Whether what is seen of the open room is not marked as read by itself.
    pub(super) fn rests(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.rests)
    }

    /// Something new came into the open room: what is seen from now on is read again.
    pub(super) fn rests_no_more(&mut self) {
        if let Some(open) = &mut self.open {
            open.rests = false;
        }
    }

    /// This person has posted in the room, here or elsewhere, and so has read it up to there.
    pub(super) fn has_posted(&mut self, room_id: RoomId, number: Number) {
        self.change_entry(room_id, |entry| entry.unread = 0);
        if self.open_id() == Some(room_id) {
            self.take_line_away();
            self.read_up_to(number.seq());
            self.has_told(room_id, number.seq());
        }
    }

    /// The line goes: one has sent, or does not want to be told of it.
    pub(super) fn take_line_away(&mut self) {
        if let Some(open) = &mut self.open {
            open.rests = false;
            if open.new.take().is_some() {
                self.show(Part::Open);
                self.push(Effect::KeepInView);
            }
        }
    }

    /// The open room was read up to here, by a member of it.
    pub(super) fn read_up_to(&mut self, seq: Seq) {
        if let Some(open) = &mut self.open {
            open.read = open.read.map(|read| read.max(seq));
        }
    }

    /// All of the open room was read elsewhere: of what came meanwhile nobody has to be told here.
    pub(super) fn read_elsewhere(&mut self, seq: Seq) {
        self.read_up_to(seq);
        let is_told = |new: NewLine| new.is_seen || new.first.seq() > seq;
        if let Some(open) = &self.open
            && open.new.is_some_and(|new| !is_told(new))
        {
            self.take_line_away();
        }
    }

    /// Marks a message of the open room and all behind it as unread. What waits to be told as read was read before.
    pub fn mark_unread(&mut self, number: Number) {
        let Some(open) = &self.open else { return };
        let room_id = open.room.id;
        if open.read.is_none() {
            return self
                .tell("Join the room first: of who only looks nobody keeps what they have read.");
        }
        let frame = ClientFrame::Unread {
            room_id: Some(room_id),
            number,
        };
        match self.say_now(frame) {
            Ok(()) => self.rest(room_id),
            Err(sentence) => self.tell(sentence),
        }
    }

    /// This person has marked messages as unread, here or elsewhere.
    pub(super) fn marked_unread(&mut self, frame: ReadMark) {
        let ReadMark {
            room_id,
            seq,
            unread,
            mentions,
            ..
        } = frame;
        self.rest(room_id);
        self.change_entry(room_id, |entry| {
            entry.unread = unread;
            entry.mentions = mentions;
        });
        let first = (self.timeline.first_after(seq)).unwrap_or(Number::posted_at(seq.next()));
        if self.open_id() == Some(room_id)
            && let Some(open) = &mut self.open
        {
            open.read = open.read.map(|_| seq);
            open.told = seq;
            open.new = (unread > 0).then_some(NewLine::above(first));
            self.show(Part::Open);
            self.push(Effect::KeepInView);
        }
    }

    /// This person has read on elsewhere. What came here so far is counted.
    pub(super) fn read_on(&mut self, frame: ReadMark) {
        let ReadMark {
            room_id,
            seq,
            unread,
            mentions,
            ..
        } = frame;
        let listed = self.entry(room_id).map(|entry| entry.room.seq);
        let held = self.timeline_of(room_id).map(Timeline::seq);
        let counted = held.max(listed).unwrap_or(seq);
        self.counted(room_id, counted, (unread, mentions));
        self.read_on_to(room_id, seq);
        self.look();
    }

    /// The server knows that this person has read the room up to here.
    pub(super) fn read_on_to(&mut self, room_id: RoomId, seq: Seq) {
        if self.open_id() == Some(room_id) {
            self.read_up_to(seq);
            self.has_told(room_id, seq);
        }
    }

    /// Nothing of the room is marked as read by itself from now on.
    fn rest(&mut self, room_id: RoomId) {
        self.read.forget(room_id);
        if let Some(open) = self.open.as_mut().filter(|open| open.room.id == room_id) {
            open.rests = true;
        }
    }

    /// All of the open room is read, seen or not.
    pub fn read_all(&mut self) {
        let Some(room_id) = self.open_id() else {
            return;
        };
        self.take_line_away();
        self.see_all();
        let entry = self.rooms.iter().find(|entry| entry.room.id == room_id);
        let seq = entry.map_or(Seq::ZERO, |entry| entry.room.seq);
        let seq = seq.max(self.timeline.seq());
        self.has_read(room_id, seq, true);
        let people = self.presence.roster.count;
        if self.known().is_some() && self.read.see(room_id, seq, people, 0.0).is_some() {
            self.tell_read();
        }
    }

    /// Whether the line *New* is in view, or has to be told of: the first message in view and the last say it.
    fn look_for_new_line(&mut self) {
        let viewport = self.viewport;
        let Some(new) = self.open.as_mut().and_then(|open| open.new.as_mut()) else {
            return;
        };
        let (Some(top), true) = (viewport.position, viewport.is_visible) else {
            return;
        };
        let before = *new;
        let is_above = new.first < top.number;
        let ends_before = || viewport.last.is_none_or(|last| last < new.first);
        let is_below = !viewport.is_at_end && top.number < new.first && ends_before();
        new.is_seen |= !is_above && !is_below;
        new.is_missed = is_above && !new.is_seen;
        if before.is_missed != new.is_missed {
            self.show(Part::Open);
        }
    }

    /// Brings the line *New* into view, fetching what is around it where that was let go.
    pub fn to_new(&mut self) {
        let Some(open) = &self.open else { return };
        let (room, new) = (open.room.id, open.new);
        let first = new.map(|new| new.first);
        match first.filter(|first| self.timeline.get(*first).is_none()) {
            Some(first) => self.take_anew(room, Some(first)),
            None => self.push(Effect::Land(Landing::New, false)),
        }
    }

    /// What a page that is printed like this lets its reader mark as read.
    pub fn read_here(&self) -> Option<ReadHere> {
        let open = self.open.as_ref()?;
        let (last, has_newer) = (self.timeline.last_number(), self.timeline.has_newer());
        let end = read_here::end(last, has_newer, self.timeline.seq());
        ReadHere::offered(
            end,
            open.read,
            self.unread(open.room.id),
            open.new.is_some(),
        )
    }

    /// Tells the server now what has been read.
    pub(super) fn tell_read(&mut self) {
        self.read_at = None;
        for (room_id, seq) in self.read.take() {
            self.told_since_asked = true;
            self.has_told(room_id, seq);
            self.say(ClientFrame::Read {
                room_id: Some(room_id),
                seq,
            });
        }
    }

    fn has_told(&mut self, room_id: RoomId, seq: Seq) {
        if let Some(open) = self.open.as_mut().filter(|open| open.room.id == room_id) {
            open.told = open.told.max(seq);
        }
    }

    /// A fresh list of rooms counts as unread what was read here and not told yet: it is counted down again.
    pub(super) fn read_as_told(&mut self) {
        if let Some(open) = &mut self.open {
            let told = open.told;
            open.read = open.read.map(|read| read.min(told));
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

    /// What is unread of the room that is opened is below the view.
    pub(super) fn miss_unread(&mut self, room_id: RoomId) {
        self.miss(usize::try_from(self.unread(room_id)).unwrap_or_default());
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
