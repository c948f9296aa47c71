//! Joining and leaving a room, catching up on what was missed, and the list of rooms.
//!
//! *Invariant:* check, then subscribe, then read. A socket gets no frame of a room before the check; the subscription is
//! one step with a second look, at who may hear the room as far as was published, and the answer is given while it
//! lasts. Nothing is lost between what is read and what comes live: frames of the hub are held back until the answer
//! is written.

use super::command::About;
use super::{Conversation, Doing, Done, Outcome, Step, Task};
use crate::ServiceError;
use crate::realtime::{Closing, StreamSeqs};
use crate::rooms::{Checked, Rights};
use parlour_protocol::{RoomId, RoomLeft, RoomList, Seq, ServerFrame, UsersList, Welcome};

/// Rooms that one socket can have joined.
const ROOMS_MAX: usize = 256;
/// Changes that are read at once; more are read by the worker threads of `share`.
const NEAR: i64 = 100;

/// A `join` under way.
#[derive(Debug)]
pub(super) struct Join {
    pub(super) room: RoomId,
    pub(super) after: Option<Seq>,
    /// Who is no member becomes none.
    look: bool,
    was_joined: bool,
    /// How far the streams were delivered when frames of the hub began to be held back.
    streams: Option<StreamSeqs>,
}

/// A list of rooms under way.
#[derive(Debug)]
pub(super) struct Listing {
    known: Option<String>,
    /// As of a [`Join`].
    streams: Option<StreamSeqs>,
}

/// What a sync is of.
#[derive(Clone, Copy, Debug)]
pub(super) enum Stream {
    Room(RoomId),
    House,
    /// The person's own.
    Me,
}

impl Conversation {
    /// Joins, or only looks: answers `welcome`, `users_list`, and the sync from `after` if it is given.
    pub(super) fn join(&mut self, room: RoomId, after: Option<Seq>, look: bool) {
        let was_joined = self.socket.has_joined(room);
        if !was_joined && self.socket.rooms() >= ROOMS_MAX {
            return self.not_joined(room, &ServiceError::Forbidden);
        }
        self.steps.push_back(Step::Hold);
        let join = Box::new(Join {
            room,
            after,
            look,
            was_joined,
            streams: self.socket.streams(),
        });
        self.begin_task(Task::Check(room), Doing::Joining(join));
    }

    /// The check is done: subscribes, and reads the room again if it has moved since.
    pub(super) fn may_join(&mut self, join: Box<Join>, outcome: Outcome) {
        match outcome {
            Ok(Done::Room {
                checked,
                rights,
                epoch,
                build,
            }) => {
                let (room, is_member) = (&checked.room, checked.is_member);
                if !self.socket.subscribe(join.room, checked.rules) {
                    return self.hold_ends_with(join.room, &ServiceError::RoomNotFound);
                }
                let is_reader = join.look || self.scope.person.is_none();
                // From here on every frame comes here. If the hub has published nothing newer than what the
                // check read, that is still the room's state. A room without a seq may have been deleted.
                let is_still_so = room.seq > Seq::ZERO && self.socket.seq(join.room) == room.seq;
                if is_still_so && (is_member || is_reader) {
                    return self.welcome(&join, checked, rights, epoch, build);
                }
                let read = match is_reader {
                    true => Task::Check(join.room),
                    false => Task::Enter(join.room),
                };
                self.begin_task(read, Doing::Arriving(join));
            }
            Ok(_) => self.unexpected(&Doing::Joining(join)),
            Err(error) => self.hold_ends_with(join.room, &error),
        }
    }

    /// The room was read again, after subscribing.
    pub(super) fn arrive(&mut self, join: Box<Join>, outcome: Outcome) {
        match outcome {
            Ok(Done::Room {
                checked,
                rights,
                epoch,
                build,
            }) => self.welcome(&join, checked, rights, epoch, build),
            Ok(_) => self.unexpected(&Doing::Arriving(join)),
            Err(error) => {
                if !join.was_joined {
                    self.socket.unsubscribe(join.room);
                }
                self.hold_ends_with(join.room, &error);
            }
        }
    }

    fn welcome(
        &mut self,
        join: &Join,
        checked: Checked,
        rights: Rights,
        epoch: String,
        build: Option<String>,
    ) {
        let (room_id, was_here) = (join.room, join.after.is_some());
        let (mut room, is_member) = (checked.room, checked.is_member);
        // Somebody was put out, or the room was deleted, after it was read.
        if !self.socket.has_joined(room_id) {
            return self.hold_ends_with(room_id, &ServiceError::RoomNotFound);
        }
        // Who came to join and may only read looks, too.
        match is_member {
            true => self.socket.arrive(room_id, was_here),
            false => self.socket.look(room_id, was_here),
        }
        // The client may have been told of it before frames were held back.
        self.take_new_name();
        let roster = self.socket.roster(room_id);
        room.online = roster.count;
        let token = self.new_token();
        let person = self.scope.person.clone();
        let (user, was) = person.map(|person| (person.user, person.was)).unzip();
        self.write(&ServerFrame::Welcome(Welcome {
            room_id,
            seq: room.seq,
            epoch,
            user,
            was: was.unwrap_or_default(),
            room,
            token,
            build,
            house: join.streams.map(|streams| streams.house),
            me: join.streams.and_then(|streams| streams.me),
            may_delete: rights.may_delete,
            read_only: rights.read_only,
            asking: rights.asking,
        }));
        self.write(&ServerFrame::UsersList(UsersList::of(room_id, roster)));
        match join.after {
            Some(after) => self.catch_up(Stream::Room(room_id), after),
            None => self.hold_ends(),
        }
    }

    /// Reads the next part of what changed after `after`.
    pub(super) fn catch_up(&mut self, stream: Stream, after: Seq) {
        let sync = match stream {
            Stream::Room(room) => Task::Sync {
                room,
                after,
                is_far: self.socket.seq(room).since(after) > NEAR,
            },
            Stream::House => Task::SyncHouse(after),
            Stream::Me => Task::SyncMe(after),
        };
        self.begin_task(sync, Doing::CatchingUp(stream));
    }

    /// A part of what was missed was read; it is one frame, and another part may follow.
    pub(super) fn caught_up(&mut self, stream: Stream, outcome: Outcome) {
        match outcome {
            Ok(Done::Missed(missed)) => {
                self.steps.push_back(Step::Write(missed.frame));
                if missed.is_outdated {
                    // Nobody told it: they come back as who they are now.
                    self.close(Closing::going_away(0));
                } else if missed.is_last {
                    self.hold_ends();
                } else {
                    self.catch_up(stream, missed.to);
                }
            }
            Ok(_) => self.unexpected(&Doing::CatchingUp(stream)),
            Err(error) => match stream {
                Stream::Room(room) => self.hold_ends_with(room, &error),
                Stream::House | Stream::Me => {
                    self.refuse(&error, About::default());
                    self.steps.push_back(Step::Release);
                }
            },
        }
    }

    /// Leaves the room on every socket of this person; an anonymous reader only unsubscribes.
    pub(super) fn leave(&mut self, room: RoomId) {
        let was_known = self.socket.knows(room);
        if self.scope.person.is_some() {
            self.begin_task(Task::Leave(room), Doing::Leaving { room, was_known });
        } else {
            self.left(room);
        }
    }

    /// The membership was ended.
    pub(super) fn has_left(&mut self, room: RoomId, was_known: bool, outcome: Outcome) {
        match outcome {
            // The hub has sent `left` to this socket with the person's others.
            Ok(_) if was_known && !self.socket.knows(room) => {}
            Ok(_) => self.left(room),
            Err(error) => self.refuse(&error, About::room(room)),
        }
    }

    fn left(&mut self, room_id: RoomId) {
        match room_id.is_direct() {
            // It is hidden, and comes back.
            true => self.socket.unsubscribe(room_id),
            false => self.socket.forget(room_id),
        }
        self.write(&ServerFrame::Left(RoomLeft { room_id, me: None }));
    }

    /// Reads the list of rooms, for a client that holds the one of the hash `known`.
    pub(super) fn list(&mut self, known: Option<String>) {
        self.steps.push_back(Step::Hold);
        let streams = self.socket.streams();
        let listing = Box::new(Listing { known, streams });
        self.begin_task(Task::ListRooms, Doing::Listing(listing));
    }

    /// Answers the list of rooms; frames about what happened meanwhile follow it.
    pub(super) fn listed(&mut self, listing: Box<Listing>, outcome: Outcome) {
        match outcome {
            Ok(Done::Rooms {
                rooms,
                blocked,
                build,
            }) => {
                let list = RoomList {
                    blocked,
                    build,
                    house: listing.streams.map(|streams| streams.house),
                    me: listing.streams.and_then(|streams| streams.me),
                    ..RoomList::unless_known(rooms, listing.known.as_deref())
                };
                self.write(&ServerFrame::Rooms(list));
            }
            Ok(_) => self.unexpected(&Doing::Listing(listing)),
            Err(error) => self.refuse(&error, About::default()),
        }
        self.steps.push_back(Step::Release);
    }

    /// Releases what was held back, behind the answer.
    fn hold_ends(&mut self) {
        self.steps.push_back(Step::Release);
        self.has_entered();
    }

    fn hold_ends_with(&mut self, room: RoomId, error: &ServiceError) {
        self.not_joined(room, error);
        self.steps.push_back(Step::Release);
    }

    /// A `join` or a `sync` failed. A one-room socket that is not open yet is closed.
    fn not_joined(&mut self, room: RoomId, error: &ServiceError) {
        if self.is_open() {
            self.refuse(error, About::room(room));
        } else {
            self.turn_away(error);
        }
    }
}
