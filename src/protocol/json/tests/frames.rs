//! Frames by chance, of either side.

use super::*;

impl Dice {
    fn read_mark(&mut self) -> ReadMark {
        ReadMark {
            room_id: RoomId(self.number()),
            seq: Seq(self.number()),
            unread: self.number(),
            mentions: self.number(),
            me: self.maybe(Self::number).map(Seq),
        }
    }

    pub(super) fn level(&mut self) -> Level {
        Level::ALL[self.roll(3) as usize]
    }

    /// Those of some people.
    pub(super) fn people(&mut self) -> Vec<UserId> {
        self.list(|dice| UserId(dice.number()))
    }

    pub(super) fn availability(&mut self) -> Option<Availability> {
        let all = Availability::ALL;
        self.maybe(|dice| all[dice.roll(all.len() as u64) as usize])
    }

    pub(super) fn frame(&mut self) -> ServerFrame {
        let room_id = RoomId(self.number());
        match self.roll(24) {
            13 => ServerFrame::Unread(self.read_mark()),
            15 => ServerFrame::Read(self.read_mark()),
            22 => ServerFrame::Reaction(Reacted {
                room_id,
                number: Number(self.number()),
                seq: Seq(self.number()),
                emoji: self.text(),
                user_id: UserId(self.number()),
                on: self.coin(),
            }),
            20 => ServerFrame::Availability(AvailabilityChanged {
                room_id,
                availability: self.availability(),
            }),
            19 => ServerFrame::Favourite(Favourite {
                room_id,
                is_favourite: self.coin(),
                level: self.level(),
                me: self.maybe(Self::number).map(Seq),
            }),
            16 => ServerFrame::PersonChanged(PersonChanged {
                seq: Seq(self.number()),
                user: self.user(),
            }),
            17 => ServerFrame::SyncHouse(SyncHouse {
                people: self.list(Self::user),
                from: Seq(self.number()),
                to: Seq(self.number()),
                complete: self.coin(),
                reset: self.coin(),
            }),
            18 => ServerFrame::SyncMe(SyncMe {
                rooms: self.list(|dice| Membership {
                    room_id: RoomId(dice.number()),
                    is_member: dice.coin(),
                    read: Seq(dice.number()),
                    unread: dice.number(),
                    mentions: dice.number(),
                    seq: Seq(dice.number()),
                    is_favourite: dice.coin(),
                    level: dice.level(),
                }),
                from: Seq(self.number()),
                to: Seq(self.number()),
                complete: self.coin(),
                reset: self.coin(),
                blocked: self.people(),
            }),
            21 => ServerFrame::Blocks(Blocks {
                blocked: self.people(),
                me: self.maybe(Self::number).map(Seq),
            }),
            0 => ServerFrame::Welcome(Welcome {
                room_id,
                seq: Seq(self.number()),
                epoch: self.text(),
                user: self.maybe(Self::user),
                was: self.people(),
                room: self.room(),
                token: self.maybe(Self::text),
                build: self.maybe(Self::text),
                house: self.maybe(Self::number).map(Seq),
                me: self.maybe(Self::number).map(Seq),
                may_delete: self.coin(),
                read_only: self.maybe(|_| ReadOnly::Banned),
                asking: self.number().unsigned_abs() as u32,
            }),
            1 => ServerFrame::Message(self.message()),
            2 => ServerFrame::MessageChanged(self.message()),
            3 => ServerFrame::RoomChanged(self.room()),
            4 => ServerFrame::RoomDeleted(RoomGone { room_id }),
            5 => ServerFrame::Left(RoomLeft {
                room_id,
                me: self.maybe(Self::number).map(Seq),
            }),
            14 => ServerFrame::Joined(RoomJoined {
                room_id,
                me: self.maybe(Self::number).map(Seq),
            }),
            6 => ServerFrame::RoomActivity(RoomActivity {
                room_id,
                seq: Seq(self.number()),
                unread: self.number(),
                mentions: self.number(),
                online: self.roll(1 << 32) as u32,
            }),
            7 => ServerFrame::Sync(Sync {
                room_id,
                messages: self.list(Self::message),
                room: self.maybe(Self::room),
                from: Seq(self.number()),
                to: Seq(self.number()),
                complete: self.coin(),
                reset: self.coin(),
            }),
            8 => ServerFrame::UsersList(UsersList {
                room_id,
                users: self.list(Self::text),
                people: self.list(Self::person),
                count: self.roll(1 << 32) as u32,
            }),
            9 => ServerFrame::System(System {
                room_id,
                event: match self.coin() {
                    true => SystemEvent::Joined,
                    false => SystemEvent::Left,
                },
                user_id: UserId(self.number()),
                username: self.text(),
                content: self.text(),
            }),
            10 => ServerFrame::Typing(Typists {
                room_id,
                users: self.list(Self::text),
                people: self.list(Self::person),
            }),
            12 => ServerFrame::Rooms(RoomList {
                hash: self.text(),
                rooms: self.maybe(|dice| dice.list(Self::entry)),
                build: self.maybe(Self::text),
                house: self.maybe(Self::number).map(Seq),
                me: self.maybe(Self::number).map(Seq),
                blocked: self.people(),
            }),
            11 => ServerFrame::Heartbeat(Heartbeat {
                rooms: self
                    .list(|dice| (RoomId(dice.number()), Seq(dice.number())))
                    .into_iter()
                    .collect::<BTreeMap<_, _>>(),
                house: self.maybe(Self::number).map(Seq),
                me: self.maybe(Self::number).map(Seq),
            }),
            _ => {
                let (error, key) = (self.error(), self.maybe(Self::text));
                let about = self.coin().then_some(room_id);
                ServerFrame::error(error, about, key)
            }
        }
    }

    pub(super) fn said(&mut self) -> ClientFrame {
        let id = RoomId(self.number());
        let room_id = self.coin().then_some(id);
        match self.roll(13) {
            10 => ClientFrame::SyncHouse {
                after: Seq(self.number()),
            },
            11 => ClientFrame::SyncMe {
                after: Seq(self.number()),
            },
            12 => ClientFrame::React {
                room_id,
                number: Number(self.number()),
                emoji: self.text(),
                on: self.coin(),
            },
            9 => ClientFrame::Unread {
                room_id,
                number: Number(self.number()),
            },
            8 => ClientFrame::Rooms {
                known: self.maybe(Self::text),
            },
            0 => ClientFrame::Join {
                room_id: id,
                after: self.maybe(Self::number).map(Seq),
                look: self.coin(),
                knows: self.list(Self::text),
            },
            1 => ClientFrame::Leave { room_id: id },
            2 => ClientFrame::Message {
                room_id,
                content: self.text(),
                client_id: self.maybe(Self::text),
                reply_to: self.maybe(Self::number).map(Number),
                // A page never says it.
                format: None,
                mentions: None,
            },
            3 => ClientFrame::Edit {
                room_id,
                number: Number(self.number()),
                content: self.text(),
                format: None,
                mentions: None,
            },
            4 => ClientFrame::Delete {
                room_id,
                number: Number(self.number()),
            },
            5 => ClientFrame::Typing {
                room_id,
                is_typing: self.coin(),
            },
            6 => ClientFrame::Sync {
                room_id,
                after: Seq(self.number()),
            },
            _ => ClientFrame::Read {
                room_id,
                seq: Seq(self.number()),
            },
        }
    }
}
