//! The streams beside the rooms: what people are called, and what rooms are to this person and whom they block, also
//! where that was changed on another device.
//!
//! *Invariant:* what is missing of a stream is asked for at the next live change of it, or at the next heartbeat. Where
//! too much is missing, what it is about is taken anew: the list of rooms, or the people and authors of those held.

use super::membership::look_at;
use super::{Part, Session};
use crate::room_cache::RoomCache;
use crate::stream::Stream;
use crate::timeline::Timeline;
use parlour_protocol::{
    Blocks, ClientFrame, Membership, Person, PersonChanged, ReadMark, Seq, SyncHouse, SyncMe, User,
    UserId,
};

impl Session {
    /// The streams have come so far; what of them is missing here is asked for.
    pub(super) fn streams_reached(&mut self, house: Option<Seq>, me: Option<Seq>) {
        let after = house.and_then(|seq| self.house.reached(seq));
        self.ask_house(after);
        let after = me.and_then(|seq| self.mine.reached(seq));
        self.ask_mine(after);
    }

    /// As they reached it with a heartbeat: a question that is as old was not heard.
    pub(super) fn streams_at_heartbeat(&mut self, house: Option<Seq>, me: Option<Seq>) {
        self.house.forget_question();
        self.mine.forget_question();
        self.streams_reached(house, me);
    }

    /// The list of rooms came, read when the streams had come so far.
    pub(super) fn streams_listed(&mut self, house: Option<Seq>, me: Option<Seq>) {
        if let Some(me) = me {
            self.mine.stands_at(me);
        }
        self.house_stands_at(house);
    }

    /// The house's stream stands there. Who comes back asks what happened meanwhile.
    pub(super) fn house_stands_at(&mut self, house: Option<Seq>) {
        self.streams_reached(house, None);
        if let Some(house) = house.filter(|_| self.house == Stream::default()) {
            self.house.stands_at(house);
        }
    }

    /// Another socket is to come, with a list of its own.
    pub(super) fn streams_lost(&mut self) {
        self.house.forget_question();
        self.mine = Stream::default();
    }

    /// Somebody is called otherwise.
    pub(super) fn person_changed(&mut self, frame: PersonChanged) {
        let heard = self.house.hear(Some(frame.seq));
        self.ask_house(heard.ask_after);
        if heard.is_news {
            self.is_called(frame.user);
        }
    }

    /// What was missing of the house's stream.
    pub(super) fn synced_house(&mut self, frame: SyncHouse) {
        for user in frame.people {
            self.is_called(user);
        }
        self.house.synced(frame.to, frame.complete);
        if frame.reset {
            // What anybody who wrote is called is taken anew as well.
            self.cache = RoomCache::default();
            if let Some(room) = self.open_id() {
                self.take_anew_here(room);
            }
            let rooms: Vec<_> = self.joined.rooms().collect();
            for room in rooms {
                let after = self.timeline_of(room).map(Timeline::seq);
                self.say(look_at(room, after));
            }
        }
    }

    /// Whether a frame with this place in this person's stream is news here.
    pub(super) fn is_news_of_mine(&mut self, me: Option<Seq>) -> bool {
        let heard = self.mine.hear(me);
        self.ask_mine(heard.ask_after);
        heard.is_news
    }

    /// What was missing of this person's stream.
    pub(super) fn synced_mine(&mut self, frame: SyncMe) {
        for membership in frame.rooms {
            self.stands(membership);
        }
        self.blocks(frame.blocked);
        self.mine.synced(frame.to, frame.complete);
        if frame.reset {
            // Where the stream stands comes with the list.
            self.mine = Stream::default();
            self.say(ClientFrame::Rooms { known: None });
        }
        self.look();
    }

    /// This person blocks others than before, by whatever device.
    pub(super) fn blocks_changed(&mut self, frame: Blocks) {
        if self.is_news_of_mine(frame.me) {
            self.blocks(frame.blocked);
        }
    }

    /// Whom this person blocks: what these wrote is folded away, and what others did is not, or no more.
    pub(super) fn blocks(&mut self, blocked: Vec<UserId>) {
        if self.blocked != blocked {
            self.blocked = blocked;
            self.drawn_anew();
        }
    }

    /// Messages came that were read when the house's stream stood there.
    pub(super) fn names_read(&mut self, house: Option<Seq>) {
        let after = house.and_then(|house| self.house.read_at(house));
        self.ask_house(after);
    }

    fn is_called(&mut self, user: User) {
        let who = user.id;
        let now = Person {
            id: user.account.unwrap_or(who),
            name: user.name.clone(),
        };
        // Who signs in to an account hears who they are when they come back.
        if self.my_id() == Some(now.id) && who == now.id && self.me.as_ref() != Some(&user) {
            self.me = Some(user);
            self.show(Part::Me);
        }
        if self.presence.rename(who, &now.name) {
            self.show(Part::Presence);
        }
        if self.timeline.rename(who, &now) {
            self.drawn_anew();
        }
        for state in self.cache.iter_mut() {
            state.presence.rename(who, &now.name);
            state.timeline.rename(who, &now);
        }
    }

    /// What a room is to this person.
    fn stands(&mut self, membership: Membership) {
        let Membership {
            room_id,
            is_member,
            read,
            unread,
            mentions,
            seq,
            is_favourite,
            level,
        } = membership;
        let was_member = self.is_member(room_id);
        if !is_member {
            if was_member || self.joined.contains(room_id) {
                self.was_left(room_id);
            }
            return;
        }
        if !was_member || self.entry(room_id).is_none() {
            self.was_joined(room_id);
        } else {
            self.ask_rights(room_id);
        }
        self.is_marked_now(room_id, is_favourite, level);
        let open = self.open.as_ref().filter(|open| open.room.id == room_id);
        let is_set_back = open.is_some_and(|open| read < open.told);
        // What this tab told since it asked may not be in the answer.
        if was_member && is_set_back && !self.told_since_asked {
            let mark = ReadMark {
                room_id,
                seq: read,
                unread,
                mentions,
                me: None,
            };
            self.marked_unread(mark);
        } else {
            self.counted(room_id, seq, (unread, mentions));
            self.read_on_to(room_id, read);
        }
    }

    fn ask_house(&mut self, after: Option<Seq>) {
        if let Some(after) = after {
            self.say(ClientFrame::SyncHouse { after });
            if !self.connection.is_live() {
                // It is heard by nobody.
                self.house.forget_question();
            }
        }
    }

    fn ask_mine(&mut self, after: Option<Seq>) {
        if let Some(after) = after {
            self.told_since_asked = false;
            self.say(ClientFrame::SyncMe { after });
        }
    }
}
