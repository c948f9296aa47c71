//! What the server says, applied.

use super::{Effect, Part, Session, ids_of, wait_ms};
use crate::announcer::{Aloud, Announcer};
use crate::presence::Presence;
use crate::room_cache::RoomCache;
use crate::stream::Stream;
use crate::timeline::{Applied, Synced, Timeline};
use parlour_protocol::{
    AppError, AvailabilityChanged, ClientFrame, ErrorCode, Favourite, Heartbeat, History, Message,
    Number, Reacted, Refusal, Room, RoomActivity, RoomGone, RoomId, RoomJoined, RoomLeft, Roster,
    Seq, ServerFrame, Sync, Typists, UserId, UsersList, Welcome,
};

impl Session {
    /// A frame came. One that stood behind what ended the socket is nobody's any more: the next socket asks again.
    pub fn received(&mut self, frame: ServerFrame) {
        if !self.connection.is_live() {
            return;
        }
        self.connection.heard(self.at.now);
        match frame {
            ServerFrame::Welcome(frame) => self.welcomed(frame),
            ServerFrame::Message(message) => self.changed(message, true),
            ServerFrame::MessageChanged(message) => self.changed(message, false),
            ServerFrame::Reaction(frame) => self.reacted(frame),
            ServerFrame::Sync(frame) => self.synced(frame),
            ServerFrame::UsersList(UsersList {
                room_id,
                people,
                count,
                ..
            }) => {
                self.change_entry(room_id, |entry| entry.room.online = count);
                // Who does not hear the house's stream hears here what people are called.
                if let Some(timeline) = self.timeline_mut(room_id) {
                    let renamed = people.iter().filter(|now| timeline.rename(now.id, now));
                    if renamed.count() > 0 && self.open_id() == Some(room_id) {
                        self.drawn_anew();
                    }
                }
                self.on_presence(room_id, |p| p.set_roster(Roster { people, count }));
            }
            ServerFrame::Typing(Typists {
                room_id, people, ..
            }) => self.on_presence(room_id, |p| p.set_typing(people)),
            ServerFrame::System(frame) => self.came_or_went(frame),
            ServerFrame::RoomChanged(room) => self.stepped(room),
            ServerFrame::RoomDeleted(RoomGone { room_id }) => self.deleted(room_id),
            ServerFrame::Left(RoomLeft { room_id, me }) => {
                if self.is_news_of_mine(me) {
                    self.was_left(room_id);
                }
            }
            ServerFrame::Joined(RoomJoined { room_id, me }) => {
                if self.is_news_of_mine(me) {
                    self.was_joined(room_id);
                }
            }
            ServerFrame::Favourite(Favourite {
                room_id,
                is_favourite,
                level,
                me,
            }) => {
                if self.is_news_of_mine(me) {
                    self.is_marked_now(room_id, is_favourite, level);
                }
            }
            ServerFrame::Blocks(frame) => self.blocks_changed(frame),
            ServerFrame::Availability(AvailabilityChanged {
                room_id,
                availability,
            }) => self.change_entry(room_id, |entry| entry.availability = availability),
            ServerFrame::Rooms(list) => self.listed(list),
            ServerFrame::RoomActivity(frame) => self.heard_of(frame),
            ServerFrame::Unread(frame) => {
                if self.is_news_of_mine(frame.me) {
                    self.marked_unread(frame);
                }
            }
            ServerFrame::Read(frame) => {
                if self.is_news_of_mine(frame.me) {
                    self.read_on(frame);
                }
            }
            ServerFrame::PersonChanged(frame) => self.person_changed(frame),
            ServerFrame::SyncHouse(frame) => self.synced_house(frame),
            ServerFrame::SyncMe(frame) => self.synced_mine(frame),
            ServerFrame::Heartbeat(Heartbeat { rooms, house, me }) => {
                for (room_id, reached) in rooms {
                    let timeline = self.timeline_of(room_id);
                    if let Some(after) = timeline.and_then(|timeline| timeline.heard(reached)) {
                        // A question that is as old as a heartbeat was not heard.
                        self.syncing.remove(room_id);
                        self.ask(room_id, after);
                    }
                }
                self.streams_at_heartbeat(house, me);
                self.send_again();
            }
            ServerFrame::Error(frame) => self.refused(frame),
        }
    }

    fn welcomed(&mut self, frame: Welcome) {
        let Welcome {
            room_id,
            seq,
            epoch,
            room,
            user,
            was,
            build,
            house,
            may_delete,
            read_only,
            asking,
            ..
        } = frame;
        self.upgrade.announced(build, self.at.now, self.at.random);
        self.known_as = user.as_ref().map(|user| user.id);
        // A socket that was opened before there was a name knows of none.
        let is_about_now = user.is_some() || self.linked_as.is_some();
        let my_ids = ids_of(user.as_ref(), was);
        if is_about_now && (self.me != user || self.my_ids != my_ids) {
            // Named, renamed or forgotten elsewhere: another tab, or a session that ended.
            if user.is_none() {
                self.tell("Your session has ended. Give yourself a name to write again.");
            }
            if self.my_id() != self.known_as {
                self.forget_pages();
            }
            self.me = user;
            self.my_ids = my_ids;
            self.show(Part::Me);
        }
        let before = self.epoch.replace(epoch);
        if before.is_some_and(|before| self.epoch.as_ref() != Some(&before)) {
            // Another database: what this tab holds, or has heard, means nothing there. An empty room that does
            // not get its page now asks with the next heartbeat.
            self.cache = RoomCache::default();
            self.house = Stream::default();
            self.mine = Stream::default();
            self.timeline = Timeline::new(History::default());
            self.show(Part::Timeline);
            self.aloud(|announcer| announcer.enter(Seq::MAX));
            if let Some(open) = &mut self.open {
                open.read = open.read.map(|_| Seq::ZERO);
                open.new = None;
                let room = open.room.id;
                self.take_anew(room, None);
            }
            let open = self.open.as_mut().map(|open| &mut open.room);
            for room in (self.rooms.iter_mut().map(|entry| &mut entry.room)).chain(open) {
                room.seq = Seq::ZERO;
            }
            // The same names may be listed there: the hash does not tell one database's list from another's.
            self.list_hash = None;
            self.say(ClientFrame::Rooms { known: None });
        }
        self.house_stands_at(house);
        self.room_changed(room);
        self.take_rights(room_id, (may_delete, read_only, asking));
        self.change_entry(room_id, |entry| entry.room.seq = seq);
        // A tab that holds more than the server has is of another time, too.
        if self.timeline_of(room_id).is_some_and(|t| t.seq() > seq) {
            self.take_anew(room_id, None);
        }
        self.look();
        self.pump();
    }

    fn changed(&mut self, message: Message, is_new: bool) {
        let room_id = message.room_id;
        let is_next = |timeline: &Timeline| message.seq <= timeline.seq().next();
        if self.timeline_of(room_id).is_none_or(is_next) {
            // One that cannot be shown yet comes once more, with what is missing before it.
            self.settle(&message);
        }
        let is_mine = self.is_mine(message.user_id);
        let is_open = self.open_id() == Some(room_id);
        let follows = self.follows();
        let was_seen = follows && self.viewport.is_visible;
        let was_all_read = is_open && self.is_all_read();
        let (number, seq, timestamp) = (message.number, message.seq, message.timestamp);
        let spoken = is_open.then(|| message.clone());
        match self.on_timeline(room_id, |timeline| timeline.apply(message)) {
            Some(Applied::Gap { after }) => return self.ask(room_id, after),
            Some(Applied::Stale) => return,
            Some(Applied::Live { is_new: true }) => {
                if let Some(ahead) = self.date_ahead {
                    self.server_ahead = timestamp.0 as f64 - self.at.now - ahead;
                }
            }
            Some(Applied::Live { .. }) | None => {}
        }
        self.change_entry(room_id, |entry| {
            if seq > entry.room.seq {
                entry.room.seq = seq;
                if is_new {
                    entry.room.last_message_at = Some(timestamp);
                    entry.unread += i64::from(entry.is_member && !is_mine);
                }
            }
        });
        if let Some(spoken) = &spoken {
            self.announce(&[spoken]);
        }
        if is_new && is_mine {
            self.has_posted(room_id, number);
        } else if is_open && is_new {
            self.rests_no_more();
            if !was_seen {
                self.miss(1);
                self.came_unseen(number, was_all_read);
            }
        }
        if is_open && follows {
            self.look();
        }
    }

    /// Somebody reacted: a change that is never news.
    fn reacted(&mut self, frame: Reacted) {
        let (room_id, seq) = (frame.room_id, frame.seq);
        let is_mine = self.is_mine(frame.user_id);
        if let Some(Applied::Gap { after }) =
            self.on_timeline(room_id, |timeline| timeline.react(&frame, is_mine))
        {
            return self.ask(room_id, after);
        }
        self.change_entry(room_id, |entry| entry.room.seq = entry.room.seq.max(seq));
        match is_mine {
            true => drop(self.answered_reaction(room_id, Some((frame.number, &frame.emoji)))),
            false => self.tell_author(&frame),
        }
    }

    /// A room is there, or is called otherwise: a change like any other, but of no message.
    fn stepped(&mut self, room: Room) {
        let (room_id, seq) = (room.id, room.seq);
        // What a direct room is called takes no seq of it.
        let timeline = self.timeline_mut(room_id);
        let timeline = timeline.filter(|_| !room_id.is_direct());
        if let Some(Applied::Gap { after }) = timeline.map(|timeline| timeline.step(seq)) {
            self.ask(room_id, after);
        }
        self.room_changed(room);
    }

    fn synced(&mut self, frame: Sync) {
        let Sync {
            room_id,
            mut messages,
            room,
            from,
            to,
            complete,
            reset,
        } = frame;
        self.syncing.remove(room_id);
        if let Some(room) = room {
            self.room_changed(room);
        }
        for message in &mut messages {
            message.be_of_author();
            self.settle(message);
        }
        let is_open = self.open_id() == Some(room_id);
        if is_open {
            // In the order in which they were written, and not in that of their latest changes.
            // (Nearly in it already; and the library's sort is a hundredth of the WASM.)
            let mut said: Vec<&Message> = Vec::with_capacity(messages.len());
            for message in &messages {
                let after = said.iter().rposition(|other| other.number < message.number);
                said.insert(after.map_or(0, |at| at + 1), message);
            }
            self.announce(&said);
        }
        let held = self.timeline_of(room_id).map(Timeline::seq);
        let is_post = |message: &&Message| Some(message.number.seq()) > held;
        let own = messages.iter().filter(is_post);
        let own = own.filter(|message| self.is_mine(message.user_id));
        let own = own.map(|message| message.number).max();
        let is_unseen = |message: &&Message| Some(message.number) > own && !message.deleted;
        let unseen = messages.iter().filter(is_post).filter(is_unseen);
        let unseen: Vec<Number> = unseen.map(|message| message.number).collect();
        let was_all_read = is_open && (self.is_all_read() || own.is_some());
        if let Some(own) = own {
            self.has_posted(room_id, own);
        }
        if !reset {
            self.change_entry(room_id, |entry| {
                let counted = entry.room.seq;
                let news = unseen.iter().filter(|number| number.seq() > counted);
                if entry.is_member {
                    entry.unread += news.count() as i64;
                }
                entry.room.seq = counted.max(to);
            });
        }
        let follows = self.follows();
        let is_seen = follows && self.viewport.is_visible;
        if is_open && !is_seen {
            self.miss(unseen.len());
        }
        let applied = self.on_timeline(room_id, |t| {
            t.apply_sync(messages, from, to, complete, reset)
        });
        // Who comes back to a window that was cut off for a while has seen nothing of it come.
        let was_away = is_open && std::mem::take(&mut self.was_away);
        if let Some(first) = unseen.into_iter().min()
            && is_open
        {
            self.rests_no_more();
            if was_away || !is_seen {
                self.came_unseen(first, was_all_read);
            }
        }
        match applied {
            // The rest follows by itself.
            Some(Synced::More { .. }) => {}
            Some(Synced::Reset) => self.take_anew_here(room_id),
            // Otherwise it is looked at once it is drawn.
            Some(Synced::CaughtUp | Synced::Ignored) | None if follows => self.look(),
            Some(Synced::CaughtUp | Synced::Ignored) | None => {}
        }
    }

    fn heard_of(&mut self, frame: RoomActivity) {
        let RoomActivity {
            room_id,
            seq,
            unread,
            mentions,
            online,
        } = frame;
        self.change_entry(room_id, |entry| entry.room.online = online);
        self.counted(room_id, seq, (unread, mentions));
        // In the room that is open one has read it oneself.
        self.look();
    }

    /// The server counts so many unread messages of a room up to `seq`, and so many of them mention this person.
    pub(super) fn counted(&mut self, room_id: RoomId, seq: Seq, (unread, mentions): (i64, i64)) {
        // Messages of others that came meanwhile.
        let since = self.timeline_of(room_id);
        let since = since.map(|t| t.posts_after(seq, &self.my_ids));
        let since = since.filter(|_| self.is_member(room_id));
        let is_read = unread == 0;
        let unread = unread + since.unwrap_or(0);
        self.change_entry(room_id, |entry| {
            entry.room.seq = entry.room.seq.max(seq);
            entry.unread = unread;
            entry.mentions = mentions;
        });
        if is_read && self.open_id() == Some(room_id) {
            self.read_elsewhere(seq);
        }
    }

    /// Something this tab said did nothing. A join or a sync that came at a bad time is said again.
    fn refused(&mut self, frame: Refusal) {
        let Refusal {
            code,
            message,
            room_id,
            client_id,
            at,
            retry_after_ms,
        } = frame;
        let error = AppError {
            at,
            retry_after_ms,
            ..AppError::new(code, message)
        };
        if let Some(client_id) = client_id {
            return self.send_refused(error, &client_id);
        }
        let is_member = |room| self.is_member(room);
        if room_id.is_some_and(|room| !self.joined.contains(room))
            || (self.me.is_none() && code == ErrorCode::SignInRequired)
            || (code == ErrorCode::Forbidden && room_id.is_some_and(|room| !is_member(room)))
        {
            // It was on its way when the room, the membership or the session ended, and that has been told.
            return;
        }
        if let (ErrorCode::RoomNotFound, Some(room_id)) = (code, room_id) {
            return self.deleted(room_id);
        }
        // Who changes a message, marks it as unread, or reacts, waits for that.
        let has_reacted = room_id.is_some_and(|room| self.answered_reaction(room, None));
        if has_reacted {
            self.drawn_anew();
        }
        let is_awaited = has_reacted || self.editing.is_some() || self.rests();
        if !code.is_passing() || is_awaited {
            self.tell(error.message.clone());
        }
        if let Some(room_id) = room_id.filter(|_| code.is_passing()) {
            self.syncing.remove(room_id);
            // It may have been a mark of what was read.
            self.read.forget(room_id);
            let wait = wait_ms(&error);
            self.rejoins.retain(|(_, room)| *room != room_id);
            self.rejoins.push((self.at.now + f64::from(wait), room_id));
            self.wait(wait);
        }
    }

    /// What this tab waited for has happened: a send of its own is stored, an edit is made.
    fn settle(&mut self, message: &Message) {
        self.acknowledged(message);
        if message.seq != message.number.seq() && self.is_mine(message.user_id) {
            self.settle_edit(message);
        }
    }

    /// Asks for what changed since, unless that question is already under way.
    pub(super) fn ask(&mut self, room_id: RoomId, after: Seq) {
        if self.syncing.get(room_id) != Some(&after) {
            self.syncing.insert(room_id, after);
            self.say(ClientFrame::Sync {
                room_id: Some(room_id),
                after,
            });
        }
    }

    /// Tells who does not see the screen of messages in the open room.
    fn announce(&mut self, messages: &[&Message]) {
        let authors = messages.iter().map(|m| (m.user_id, m.username.as_str()));
        let authors: Vec<(UserId, &str)> = authors.collect();
        let namesakes = self.namesakes_with(&authors);
        for message in messages {
            // What is folded away is not read out, like what one wrote.
            let silent = match self.blocked.contains(&message.user_id) {
                true => &self.blocked,
                false => &self.my_ids,
            };
            let aloud = self.announcer.take(message, silent, &namesakes);
            self.announce_all(aloud);
        }
    }

    /// Tells them of the open room when it was taken anew.
    pub(super) fn announce_anew(&mut self) {
        let namesakes = self.namesakes();
        let aloud = (self.announcer).enter_anew(&self.timeline, &self.my_ids, &namesakes);
        self.announce_all(aloud);
    }

    /// Changes what is told, and tells it.
    pub(super) fn aloud(&mut self, change: impl FnOnce(&mut Announcer) -> Vec<Aloud>) {
        let aloud = change(&mut self.announcer);
        self.announce_all(aloud);
    }

    fn announce_all(&mut self, aloud: Vec<Aloud>) {
        self.effects.extend(aloud.into_iter().map(Effect::Announce));
    }

    /// Changes the timeline of a room this tab holds, keeping in view what was in view.
    pub(super) fn on_timeline<T>(
        &mut self,
        room_id: RoomId,
        change: impl FnOnce(&mut Timeline) -> T,
    ) -> Option<T> {
        let changed = change(self.timeline_mut(room_id)?);
        if self.open_id() == Some(room_id) {
            self.drawn_anew();
        }
        Some(changed)
    }

    fn timeline_mut(&mut self, room_id: RoomId) -> Option<&mut Timeline> {
        match self.open_id() == Some(room_id) {
            true => Some(&mut self.timeline),
            false => (self.cache.get_mut(room_id)).map(|state| &mut state.timeline),
        }
    }

    /// What is shown of the open room's messages is another, and what was in view stays there.
    pub(super) fn drawn_anew(&mut self) {
        self.show(Part::Timeline);
        self.push(Effect::KeepInView);
    }

    fn on_presence(&mut self, room_id: RoomId, change: impl FnOnce(&mut Presence)) {
        if self.open_id() == Some(room_id) {
            change(&mut self.presence);
            self.show(Part::Presence);
        } else if let Some(state) = self.cache.get_mut(room_id) {
            change(&mut state.presence);
        }
    }
}
