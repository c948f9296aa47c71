//! Publications: what the contexts publish after a commit, and the audience of each.
//!
//! The contexts publish, the engine (`realtime`) carries. *Invariant:* every publication has an
//! [`Audience`], and is sent to no socket outside of it.

use crate::invalidation::Source;
use crate::scope::SessionId;
use parlour_protocol::{
    LeftReason, Level, Message, Number, ReadMark, Room, RoomId, RoomKind, RoomRole, RoomRules, Seq,
    User, UserId,
};
use serde::{Deserialize, Serialize};
use smallvec::{SmallVec, smallvec};
use std::collections::HashMap;
use std::sync::Arc;

/// One committed change, in commit order. It crosses the broker, so it is data and nothing else.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Publication {
    /// A new message. Its author has read up to it.
    Message {
        /// The message as its author is answered.
        message: Arc<Message>,
        /// The number of messages ever posted in its room (`rooms.posts`), with it.
        posts: i64,
    },
    /// A message that was edited or deleted.
    MessageChanged(Message),
    /// A message to which somebody reacted, or does so no more.
    Reacted {
        /// The message as it is now.
        message: Message,
        /// The emoji it is.
        emoji: String,
        /// Whose reaction it is.
        user: UserId,
        /// Whether it is there from now on.
        on: bool,
    },
    /// A room that was made, or has another name, description or rule.
    RoomChanged {
        /// The room as it is now.
        room: Room,
        /// Who may see it: the first that is heard of a room that was made.
        rules: RoomRules,
    },
    /// A room that was deleted.
    RoomDeleted(RoomId),
    /// A room that not everybody may see came into one person's sight; that they are a member of it follows.
    RoomShown {
        /// The room as it is now.
        room: Room,
        /// The person who may see it from now on.
        user: UserId,
    },
    /// A room went out of one person's sight, behind the end of their membership: to them it is none any more.
    RoomHidden {
        /// The room that is there still.
        room: RoomId,
        /// The person who may see it no more.
        user: UserId,
    },
    /// A membership ended.
    Left {
        /// The room that was left.
        room: RoomId,
        /// The person who left.
        user: UserId,
        /// The seq of this in the person's stream.
        me: Seq,
        /// Why, if it was not they who ended it.
        reason: Option<LeftReason>,
    },
    /// A member has another role in a room, or others to decide about.
    Standing {
        /// The room in which they have.
        room: RoomId,
        /// The member who has it.
        user: UserId,
        /// The seq of this in the person's stream.
        me: Seq,
        /// The role, if it is another.
        role: Option<RoomRole>,
    },
    /// A membership began, for which all is read.
    Joined {
        /// The room that was joined.
        room: RoomId,
        /// The person who is a member now.
        user: UserId,
        /// The membership's `read_posts`.
        read_posts: i64,
        /// The seq of this in the person's stream.
        me: Seq,
    },
    /// What a member has marked the room as is another.
    Favourite {
        /// The person who has.
        user: UserId,
        /// The room it is.
        room: RoomId,
        /// Whether it is among their favourites.
        is_favourite: bool,
        /// Of what in it they want to be told.
        level: Level,
        /// The seq of this in the person's stream.
        me: Seq,
    },
    /// A read receipt moved forward.
    Read {
        /// The person who has read.
        user: UserId,
        /// The room that was read.
        room: RoomId,
        /// The membership's `read_seq` now.
        seq: Seq,
        /// The membership's `read_posts` now.
        read_posts: i64,
        /// They asked for it by a call or a form, so that none of their sockets knows.
        is_asked: bool,
        /// The seq of this in the person's stream.
        me: Seq,
    },
    /// A member has marked messages as unread.
    Unread {
        /// The person who has.
        user: UserId,
        /// What they are told of it, with the seq of it in their stream.
        marked: ReadMark,
        /// The membership's `read_posts` now.
        read_posts: i64,
        /// The unread messages that mention them, in order; of many the last.
        mentions: Vec<Number>,
    },
    /// Whom a message mentions, behind the message that does, or that does no more.
    Mentioned {
        /// The room it stands in.
        room: RoomId,
        /// Its number there.
        number: Number,
        /// How many messages were posted in its room with it.
        ordinal: i64,
        /// Whose message it is.
        author: UserId,
        /// The people whom it mentions.
        people: Vec<UserId>,
        /// Whether it mentions everybody in the room.
        is_for_all: bool,
        /// It was posted just now, and mentioned nobody before.
        is_new: bool,
    },
    /// All that is unread and mentions a person, where more than one message may do so that did not, or no more.
    MentionsCounted {
        /// Whom it mentions.
        user: UserId,
        /// The numbers of each room where something does, in order; of many the last.
        mentions: HashMap<RoomId, Vec<Number>>,
    },
    /// Who may see a room, whatever was told of it: what a lost connection did is not known, but what came of it is.
    Viewers {
        /// The room that is there.
        room: RoomId,
        /// Who may see it.
        rules: RoomRules,
        /// Its members, of a room that is not open.
        members: Vec<UserId>,
    },
    /// A user was renamed, or has signed in to an account, and is called what that is.
    Renamed {
        /// The user, under the new name, with the account.
        user: User,
        /// The skeleton of the new name.
        skeleton: String,
        /// The seq of this in the house's stream.
        seq: Seq,
        /// The rooms in which they are met, of somebody whom nobody else knows of.
        within: Option<Vec<RoomId>>,
    },
    /// Sessions of a person ended: their sockets are closed.
    SessionsEnded {
        /// Whose they were.
        user: UserId,
        /// The sessions that ended.
        sessions: Vec<SessionId>,
        /// Whether another one took their place, so that who comes back is let in.
        is_renewed: bool,
        /// The seq of this in the person's stream.
        me: Seq,
    },
    /// What a person may do on the server is another, or something in their stream was not told: their sockets, which
    /// were let in with what was before, come back.
    RoleChanged {
        /// The person whose role or state changed.
        user: UserId,
        /// The seq of this in the person's stream.
        me: Seq,
    },
    /// A person blocks somebody, or does so no more. Nobody else is told.
    BlocksChanged {
        /// The person who blocks somebody.
        user: UserId,
        /// Whom it is about.
        other: UserId,
        /// Whether they do from now on.
        is_blocked: bool,
        /// All whom they block now.
        blocked: Vec<UserId>,
        /// The seq of this in the person's stream.
        me: Seq,
    },
    /// The database has another history than the one that was told, so that what anybody holds of it is void.
    NewEpoch {
        /// Each room that there is, with its `seq` and its number of posts.
        rooms: Vec<(RoomId, Seq, i64)>,
        /// The seq of the house's stream.
        house: Seq,
    },
}

/// The audience of a publication. The engine resolves it to sockets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Audience {
    /// All who may see a room, whether they have joined it or not.
    Viewers(RoomId),
    /// One person, on all their sockets.
    Person(UserId),
    /// Every socket of the server.
    Everybody,
}

impl Publication {
    /// The audience of this publication.
    pub fn audience(&self) -> Audience {
        match self {
            Self::Message { message, .. } => Audience::Viewers(message.room_id),
            Self::MessageChanged(message) | Self::Reacted { message, .. } => {
                Audience::Viewers(message.room_id)
            }
            Self::RoomChanged { room, .. } => Audience::Viewers(room.id),
            Self::Mentioned { room, .. } => Audience::Viewers(*room),
            Self::RoomDeleted(room) | Self::Viewers { room, .. } => Audience::Viewers(*room),
            Self::RoomShown { user, .. }
            | Self::RoomHidden { user, .. }
            | Self::Left { user, .. }
            | Self::Standing { user, .. }
            | Self::Joined { user, .. }
            | Self::Favourite { user, .. }
            | Self::Read { user, .. }
            | Self::Unread { user, .. }
            | Self::SessionsEnded { user, .. }
            | Self::RoleChanged { user, .. }
            | Self::BlocksChanged { user, .. }
            | Self::MentionsCounted { user, .. } => Audience::Person(*user),
            Self::Renamed { .. } | Self::NewEpoch { .. } => Audience::Everybody,
        }
    }

    /// What is read otherwise since: all that a cached value may have been read from.
    pub fn changes(&self) -> SmallVec<[Source; 2]> {
        match self {
            // Who writes has read the room up to there.
            Self::Message { message, .. } => smallvec![
                Source::Room(message.room_id),
                Source::Person(message.user_id)
            ],
            Self::MessageChanged(message) | Self::Reacted { message, .. } => {
                smallvec![Source::Room(message.room_id)]
            }
            Self::RoomChanged { room, rules } => match rules.kind {
                RoomKind::Open => smallvec![Source::Room(room.id), Source::RoomList],
                RoomKind::Closed | RoomKind::Direct => smallvec![Source::Room(room.id)],
            },
            Self::RoomDeleted(room) => smallvec![Source::Room(*room), Source::RoomList],
            Self::RoomShown { user, .. }
            | Self::RoomHidden { user, .. }
            | Self::Left { user, .. }
            | Self::Joined { user, .. }
            // Which of many rooms are listed follows it.
            | Self::Favourite { user, .. } => {
                smallvec![Source::Person(*user), Source::Memberships(*user)]
            }
            Self::Read { user, .. } | Self::Unread { user, .. } | Self::Standing { user, .. } => {
                smallvec![Source::Person(*user)]
            }
            // Whom it mentioned before is not known.
            Self::Mentioned {
                people,
                is_for_all,
                is_new,
                ..
            } => {
                let everybody = (*is_for_all || !is_new).then_some(Source::Mentions);
                let people = people.iter().map(|person| Source::Person(*person));
                people.chain(everybody).collect()
            }
            Self::Renamed { user, .. } => smallvec![Source::Person(user.id), Source::Names],
            Self::SessionsEnded { user, .. }
            | Self::RoleChanged { user, .. }
            | Self::BlocksChanged { user, .. }
            | Self::MentionsCounted { user, .. } => {
                smallvec![Source::Person(*user)]
            }
            // What led to it is not known.
            Self::Viewers { .. } | Self::NewEpoch { .. } => smallvec![Source::Everything],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::{UserKind, samples};

    const ROOM: RoomId = RoomId(7);
    const ALICE: UserId = UserId(3);

    fn message() -> Message {
        Message {
            room_id: ROOM,
            user_id: ALICE,
            ..samples::message(1)
        }
    }

    fn reacted() -> Publication {
        Publication::Reacted {
            message: message(),
            emoji: "👍".to_owned(),
            user: ALICE,
            on: true,
        }
    }

    #[test]
    fn a_change_in_a_room_is_for_all_who_may_see_it() {
        let posted = Publication::Message {
            message: message().into(),
            posts: 1,
        };
        for publication in [
            posted,
            Publication::MessageChanged(message()),
            reacted(),
            Publication::RoomChanged {
                room: samples::room(ROOM, "Lobby"),
                rules: RoomRules::default(),
            },
            Publication::RoomDeleted(ROOM),
        ] {
            assert_eq!(publication.audience(), Audience::Viewers(ROOM));
        }
    }

    #[test]
    fn joining_leaving_and_reading_are_for_the_person_alone() {
        let shown = Publication::RoomShown {
            room: samples::room(ROOM, "Den"),
            user: ALICE,
        };
        let hidden = Publication::RoomHidden {
            room: ROOM,
            user: ALICE,
        };
        let left = Publication::Left {
            room: ROOM,
            user: ALICE,
            me: Seq(1),
            reason: None,
        };
        let joined = Publication::Joined {
            room: ROOM,
            user: ALICE,
            read_posts: 1,
            me: Seq(2),
        };
        let read = Publication::Read {
            user: ALICE,
            room: ROOM,
            seq: Seq(1),
            read_posts: 1,
            is_asked: false,
            me: Seq(3),
        };
        let unread = Publication::Unread {
            user: ALICE,
            marked: ReadMark {
                room_id: ROOM,
                seq: Seq(0),
                unread: 1,
                mentions: 0,
                me: Some(Seq(4)),
            },
            read_posts: 0,
            mentions: Vec::new(),
        };
        let favourite = Publication::Favourite {
            user: ALICE,
            room: ROOM,
            is_favourite: true,
            level: Level::All,
            me: Seq(5),
        };
        for publication in [shown, hidden, left, joined, read, unread, favourite] {
            assert_eq!(publication.audience(), Audience::Person(ALICE));
        }
    }

    fn renamed() -> Publication {
        let user = User {
            id: ALICE,
            name: "Zoe".to_owned(),
            kind: UserKind::Guest,
            account: None,
        };
        Publication::Renamed {
            user,
            skeleton: "zoe".to_owned(),
            seq: Seq(1),
            within: None,
        }
    }

    #[test]
    fn a_new_name_is_for_everybody() {
        assert_eq!(renamed().audience(), Audience::Everybody);
    }

    #[test]
    fn a_publication_changes_what_it_is_about_and_nothing_else() {
        let (room, list, alice) = (Source::Room(ROOM), Source::RoomList, Source::Person(ALICE));
        let changed = |kind| Publication::RoomChanged {
            room: samples::room(ROOM, "Lobby"),
            rules: RoomRules::of(kind),
        };
        let posted = Publication::Message {
            message: message().into(),
            posts: 1,
        };
        let left = Publication::Left {
            room: ROOM,
            user: ALICE,
            me: Seq(1),
            reason: None,
        };
        let read = Publication::Read {
            user: ALICE,
            room: ROOM,
            seq: Seq(1),
            read_posts: 1,
            is_asked: false,
            me: Seq(3),
        };
        let viewers = Publication::Viewers {
            room: ROOM,
            rules: RoomRules::of(RoomKind::Closed),
            members: vec![ALICE],
        };
        for (publication, changes) in [
            (posted, vec![room, alice]),
            (Publication::MessageChanged(message()), vec![room]),
            (reacted(), vec![room]),
            (changed(RoomKind::Open), vec![room, list]),
            // What others are called who may not be seen is nothing to everybody's list.
            (changed(RoomKind::Closed), vec![room]),
            (Publication::RoomDeleted(ROOM), vec![room, list]),
            (left, vec![alice, Source::Memberships(ALICE)]),
            (read, vec![alice]),
            (renamed(), vec![alice, Source::Names]),
            (viewers, vec![Source::Everything]),
        ] {
            assert_eq!(publication.changes().to_vec(), changes, "{publication:?}");
        }
    }
}
