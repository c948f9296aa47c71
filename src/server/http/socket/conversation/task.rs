//! The asynchronous work of a conversation: calls of context verbs, and their outcomes.

use crate::accounts::{self, HousePage};
use crate::invalidation::{ReadAt, Source};
use crate::messages::{self, Edit, SyncPage};
use crate::realtime::Frame;
use crate::rooms::{self, Checked, PersonPage, PersonState, Rights};
use crate::{Context, Person, Scope, ServiceError, Token};
use parlour_protocol::{
    Message, Number, RoomEntry, RoomId, Seq, ServerFrame, Sync, SyncHouse, SyncMe, UserId,
};
use std::pin::Pin;
use std::sync::Arc;

/// A call of a context verb for one socket.
#[derive(Debug)]
pub enum Task {
    /// Finds the person whose session has this token.
    Authenticate(String),
    /// Makes a guest of this name.
    MakeGuest(String),
    /// Reads what the person is called, how far they have read in each of their rooms, and how far their stream has
    /// come.
    ReadPositions,
    /// Reads the room, if it may be seen.
    Check(RoomId),
    /// Reads whether a message of the person's would be taken there.
    MayWrite(RoomId),
    /// Makes the person a member, if anything can be written, and reads the room.
    Enter(RoomId),
    /// Reads a part of what changed in the room after `after`.
    Sync {
        /// The room to read.
        room: RoomId,
        /// The `seq` up to which the client has it.
        after: Seq,
        /// It may be long, and is queued for the worker threads of `share`.
        is_far: bool,
    },
    /// Reads a part of what changed in the house's stream after this.
    SyncHouse(Seq),
    /// Reads a part of what changed in the person's own stream after this.
    SyncMe(Seq),
    /// Ends the membership in this room.
    Leave(RoomId),
    /// Lists the rooms as a page does.
    ListRooms,
    /// Replaces the text of a message.
    Edit {
        /// The room of the message.
        room: RoomId,
        /// The number of the message in its room.
        number: Number,
        /// What it is replaced with.
        edit: Edit,
    },
    /// Deletes a message, leaving a tombstone.
    Delete {
        /// The room of the message.
        room: RoomId,
        /// The number of the message in its room.
        number: Number,
    },
    /// Reacts to a message, or takes a reaction back.
    React {
        /// The room of the message.
        room: RoomId,
        /// The number of the message in its room.
        number: Number,
        /// The emoji, or a short name of one.
        emoji: String,
        /// Whether the reaction is to be there.
        on: bool,
    },
    /// Sets the person's read receipt.
    MarkRead {
        /// The room that was read.
        room: RoomId,
        /// The latest `seq` that was read.
        seq: Seq,
    },
    /// Marks a message and all behind it as unread.
    MarkUnread {
        /// The room of the message.
        room: RoomId,
        /// The number of the message in its room.
        number: Number,
    },
}

/// The result of a [`Task`].
pub type Outcome = Result<Done, ServiceError>;

/// What a [`Task`] answered.
#[derive(Debug)]
pub enum Done {
    /// Nothing but that it is done.
    Nothing,
    /// The person, or `None` for a token without a session; and the token of a guest who was made.
    Person(Option<Person>, Option<Token>),
    /// What the person is called, what they have read, and the seq of their stream; and when that was read.
    ReadPositions(PersonState, ReadAt),
    /// A room that may be seen.
    Room {
        /// The room, and whether the person is a member.
        checked: Checked,
        /// What they may do in it.
        rights: Rights,
        /// The epoch of the database.
        epoch: String,
        /// The build of the pages, if they are served.
        build: Option<String>,
    },
    /// Whether a message would be taken.
    MayWrite(bool),
    /// A part of what was missed.
    Missed(Missed),
    /// The list of rooms.
    Rooms {
        /// In its order.
        rooms: Vec<RoomEntry>,
        /// Whom the person blocks.
        blocked: Vec<UserId>,
        /// The build of the pages, if they are served.
        build: Option<String>,
    },
    /// The message after the change.
    Changed(Box<Message>),
}

/// One frame of a sync.
#[derive(Debug)]
pub struct Missed {
    pub(super) frame: Frame,
    pub(super) to: Seq,
    pub(super) is_last: bool,
    /// The person has another role on the server than as which they were let in.
    pub(super) is_outdated: bool,
}

impl Missed {
    /// Encodes a page of a sync. It may be large and wait for a slow client, so only the bytes are kept.
    pub fn of(room_id: RoomId, page: SyncPage) -> Self {
        let (to, is_last) = (page.to, page.complete || page.reset);
        let frame = ServerFrame::Sync(Sync {
            room_id,
            messages: page.messages,
            room: page.room,
            from: page.from,
            to: page.to,
            complete: page.complete,
            reset: page.reset,
        });
        Self::part(frame, to, is_last)
    }

    fn of_house(page: HousePage) -> Self {
        let (to, is_last) = (page.to, page.complete);
        let frame = ServerFrame::SyncHouse(SyncHouse {
            people: page.people,
            from: page.from,
            to,
            complete: page.complete,
            reset: page.reset,
        });
        Self::part(frame, to, is_last)
    }

    fn of_mine(page: PersonPage, scope: &Scope) -> Self {
        let (to, is_last) = (page.to, page.complete);
        let sync = SyncMe {
            rooms: page.rooms,
            from: page.from,
            to,
            complete: page.complete,
            reset: page.reset,
            blocked: page.blocked,
        };
        let known = scope.person.as_ref().map(|person| person.role);
        let frame = ServerFrame::encode_sync_me(&sync, &page.roles, page.role);
        Self {
            is_outdated: page.role != known,
            ..Self::encoded(frame, to, is_last)
        }
    }

    fn part(frame: ServerFrame, to: Seq, is_last: bool) -> Self {
        Self::encoded(frame.encode(), to, is_last)
    }

    fn encoded(frame: String, to: Seq, is_last: bool) -> Self {
        Self {
            frame: Frame::from(frame),
            to,
            is_last,
            is_outdated: false,
        }
    }
}

/// The future of a [`Task`].
pub type Running = Pin<Box<dyn Future<Output = Outcome> + Send>>;

impl Task {
    async fn found(ctx: &Context, scope: &Scope, checked: Checked) -> Outcome {
        let room = checked.room.id;
        Ok(Done::Room {
            rights: rooms::rights(ctx, scope, room, (&checked).into()).await?,
            checked,
            epoch: ctx.epoch(),
            build: ctx.settings.build.clone(),
        })
    }

    /// Calls the verb.
    pub fn run(self, ctx: Arc<Context>, scope: Arc<Scope>) -> Running {
        // A boxed future for each: a single one would have the size of the largest.
        match self {
            Self::Authenticate(token) => Box::pin(async move {
                let person = accounts::authenticate(&ctx, &token).await?;
                Ok(Done::Person(person, None))
            }),
            Self::MakeGuest(name) => Box::pin(async move {
                let (_, token) = accounts::create_guest(&ctx, &scope, &name).await?;
                let person = accounts::authenticate(&ctx, token.as_str()).await?;
                Ok(Done::Person(person, Some(token)))
            }),
            Self::ReadPositions => Box::pin(async move {
                let user = scope.require_person()?.user.id;
                let sources = [Source::Person(user), Source::Mentions];
                let read_at = ReadAt::now(ctx.store.invalidations(), sources);
                let state = rooms::person_state(&ctx, &scope).await?;
                Ok(Done::ReadPositions(state, read_at))
            }),
            Self::Check(room) => Box::pin(async move {
                let checked = rooms::check(&ctx, &scope, room).await?;
                Self::found(&ctx, &scope, checked).await
            }),
            Self::Enter(room) => Box::pin(async move {
                let checked = rooms::enter_or_read(&ctx, &scope, room).await?;
                Self::found(&ctx, &scope, checked).await
            }),
            Self::MayWrite(room) => Box::pin(async move {
                let may = messages::may_post(&ctx, &scope, room).await?;
                Ok(Done::MayWrite(may))
            }),
            Self::Sync {
                room,
                after,
                is_far,
            } => Box::pin(async move {
                let address = scope.address;
                let read = {
                    let ctx = Arc::clone(&ctx);
                    async move {
                        let page = messages::sync(&ctx, &scope, room, after).await?;
                        Ok(Done::Missed(Missed::of(room, page)))
                    }
                };
                if is_far {
                    ctx.share.run(address, read).await?
                } else {
                    read.await
                }
            }),
            Self::SyncHouse(after) => Box::pin(async move {
                let page = accounts::house_since(&ctx, &scope, after).await?;
                Ok(Done::Missed(Missed::of_house(page)))
            }),
            Self::SyncMe(after) => Box::pin(async move {
                let page = rooms::mine_since(&ctx, &scope, after).await?;
                Ok(Done::Missed(Missed::of_mine(page, &scope)))
            }),
            Self::Leave(room) => Box::pin(async move {
                rooms::leave(&ctx, &scope, room).await?;
                Ok(Done::Nothing)
            }),
            Self::ListRooms => Box::pin(async move {
                let rooms = rooms::list(&ctx, &scope).await?;
                let known = rooms::known(&ctx, &scope).await?;
                Ok(Done::Rooms {
                    rooms,
                    blocked: known.blocked.clone(),
                    build: ctx.settings.build.clone(),
                })
            }),
            Self::Edit { room, number, edit } => Box::pin(async move {
                let edited = messages::edit(&ctx, &scope, room, number, edit).await?;
                Ok(Done::Changed(edited.into()))
            }),
            Self::Delete { room, number } => Box::pin(async move {
                let deleted = messages::delete(&ctx, &scope, room, number).await?;
                Ok(Done::Changed(deleted.into()))
            }),
            Self::React {
                room,
                number,
                emoji,
                on,
            } => Box::pin(async move {
                let reacted = messages::react(&ctx, &scope, room, number, &emoji, on).await?;
                Ok(Done::Changed(reacted.into()))
            }),
            Self::MarkRead { room, seq } => Box::pin(async move {
                match rooms::mark_read(&ctx, &scope, room, seq).await {
                    // A failed write is not answered: the next read receipt covers this one.
                    Err(error) if !error.is_about_writing() => Err(error),
                    _ => Ok(Done::Nothing),
                }
            }),
            Self::MarkUnread { room, number } => Box::pin(async move {
                rooms::mark_unread(&ctx, &scope, room, number).await?;
                Ok(Done::Nothing)
            }),
        }
    }
}
