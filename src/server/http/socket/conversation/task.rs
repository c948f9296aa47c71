//! What a conversation asks of the contexts, and what comes of it.

use crate::messages::{self, SyncPage};
use crate::realtime::Frame;
use crate::{Context, Person, Scope, ServiceError, Token, accounts, rooms};
use parlour_protocol::{Message, Number, Room, RoomEntry, RoomId, Seq, ServerFrame, Sync};
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::Arc;

/// Something to be done for one socket.
#[derive(Debug)]
pub enum Task {
    /// Whom this token proves.
    Authenticate(String),
    /// Make a guest of this name.
    MakeGuest(String),
    /// How far the person has read, in each of their rooms.
    ReadPositions,
    /// The room, if it may be seen.
    Check(RoomId),
    /// The same once more, for somebody who becomes a member by it.
    Enter(RoomId),
    /// A part of what changed in the room after `after`.
    Sync {
        /// Where.
        room: RoomId,
        /// What the client holds.
        after: Seq,
        /// It may be much, and takes its turn among what takes long.
        is_far: bool,
    },
    /// End the membership.
    Leave(RoomId),
    /// The rooms that a page lists.
    ListRooms,
    /// Give a message another text.
    Edit {
        /// Where.
        room: RoomId,
        /// Which.
        number: Number,
        /// The text.
        content: String,
    },
    /// Take a message back.
    Delete {
        /// Where.
        room: RoomId,
        /// Which.
        number: Number,
    },
    /// The person has read up to here.
    MarkRead {
        /// Where.
        room: RoomId,
        /// Up to this seq.
        seq: Seq,
    },
}

/// How a [`Task`] ended.
pub type Outcome = Result<Done, ServiceError>;

/// What a [`Task`] came to.
#[derive(Debug)]
pub enum Done {
    /// It is done, and there is nothing to say of it.
    Nothing,
    /// Who it is; `None` for a token that proves nobody. With the token of a guest who was made.
    Person(Option<Person>, Option<Token>),
    /// `read_posts` of the person's memberships.
    ReadPositions(HashMap<RoomId, i64>),
    /// A room that may be seen.
    Room {
        /// As it is now.
        room: Room,
        /// The person belongs to it.
        is_member: bool,
        /// In which life of the database.
        epoch: String,
        /// Of which build of the pages.
        build: Option<String>,
    },
    /// What was missed.
    Missed(Missed),
    /// The rooms of a list.
    Rooms(Vec<RoomEntry>),
    /// The message as it is now.
    Changed(Message),
}

/// One frame of what was missed.
#[derive(Debug)]
pub struct Missed {
    pub(super) frame: Frame,
    pub(super) to: Seq,
    pub(super) is_last: bool,
}

impl Missed {
    /// Encoded: it is large, and the other side may read slowly; only this copy waits for it.
    pub fn of(room_id: RoomId, page: SyncPage) -> Self {
        let (to, is_last) = (page.to, page.complete || page.reset);
        let frame = ServerFrame::Sync(Sync {
            room_id,
            messages: page.messages,
            from: page.from,
            to: page.to,
            complete: page.complete,
            reset: page.reset,
        });
        Self {
            frame: Frame::from(frame.encode()),
            to,
            is_last,
        }
    }
}

/// A [`Task`] that runs.
pub type Running = Pin<Box<dyn Future<Output = Outcome> + Send>>;

impl Task {
    /// Does it.
    pub fn run(self, ctx: Arc<Context>, scope: Arc<Scope>) -> Running {
        // Each in a future of its own: one for all would have the size of the largest.
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
                let read = rooms::read_positions(&ctx, &scope).await?;
                Ok(Done::ReadPositions(read))
            }),
            Self::Check(room) => Box::pin(async move {
                let (room, is_member) = rooms::check(&ctx, &scope, room).await?;
                Ok(Done::Room {
                    room,
                    is_member,
                    epoch: ctx.epoch.clone(),
                    build: ctx.settings.build.clone(),
                })
            }),
            Self::Enter(room) => Box::pin(async move {
                Ok(Done::Room {
                    room: rooms::enter(&ctx, &scope, room).await?,
                    is_member: true,
                    epoch: ctx.epoch.clone(),
                    build: ctx.settings.build.clone(),
                })
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
            Self::Leave(room) => Box::pin(async move {
                rooms::leave(&ctx, &scope, room).await?;
                Ok(Done::Nothing)
            }),
            Self::ListRooms => {
                Box::pin(async move { Ok(Done::Rooms(rooms::list(&ctx, &scope).await?)) })
            }
            Self::Edit {
                room,
                number,
                content,
            } => Box::pin(async move {
                let edited = messages::edit(&ctx, &scope, room, number, content).await?;
                Ok(Done::Changed(edited))
            }),
            Self::Delete { room, number } => Box::pin(async move {
                let deleted = messages::delete(&ctx, &scope, room, number).await?;
                Ok(Done::Changed(deleted))
            }),
            Self::MarkRead { room, seq } => Box::pin(async move {
                match rooms::mark_read(&ctx, &scope, room, seq).await {
                    // Not answered either way: the next mark covers this one.
                    Err(error) if !error.is_about_writing() => Err(error),
                    _ => Ok(Done::Nothing),
                }
            }),
        }
    }
}
