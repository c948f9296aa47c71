//! Being put out of a closed room and let in again, by who keeps order there.
//!
//! The moderator's requests take a way that nothing breaks, to a server that is killed and restarted all the same, and
//! are made until they are answered. *Invariant:* of one client one is under way, in the order in which they were asked
//! for; who is being let in is recorded as such before the server is asked.

use crate::history::Event;
use crate::rest::Rest;
use parlour_protocol::{RoomId, Seq, ServerFrame, UserId};
use reqwest::StatusCode;
use std::collections::VecDeque;
use std::future::pending;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::sleep;

/// Before a request is made again that was not answered.
const RETRY_DELAY: Duration = Duration::from_millis(50);

/// A room that not everybody may see, and who keeps order in it.
#[derive(Clone, Debug)]
pub struct ClosedRoom {
    /// The room from which people are put out.
    pub room: RoomId,
    /// The moderator's own way to the server.
    pub moderator: Rest,
}

/// How one client stands to the closed room.
pub(super) struct Moderation {
    closed: Option<ClosedRoom>,
    /// Whether it is in the room, as far as the server has said.
    is_in: bool,
    asked_for: VecDeque<Turn>,
    under_way: JoinSet<Done>,
}

/// What is done to somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Turn {
    PutOut,
    LetIn,
}

/// What was done to somebody.
pub(super) enum Done {
    /// They are out, and the room has come to here.
    PutOut(Seq),
    LetIn,
}

impl Moderation {
    /// Of who is in these rooms to begin with.
    pub(super) fn of(closed: Option<ClosedRoom>, rooms: &[RoomId]) -> Self {
        let is_in = closed
            .as_ref()
            .is_some_and(|closed| rooms.contains(&closed.room));
        Self {
            closed,
            is_in,
            asked_for: VecDeque::new(),
            under_way: JoinSet::new(),
        }
    }

    /// The room, of who may be told nothing of it or something.
    pub(super) fn room(&self) -> Option<RoomId> {
        self.closed.as_ref().map(|closed| closed.room)
    }

    /// Whether it is the closed one, and the client out of it.
    pub(super) fn is_out_of(&self, room: RoomId) -> bool {
        self.room() == Some(room) && !self.is_in
    }

    /// The next thing that is done to who is `user` then.
    pub(super) fn ask_for(&mut self, turn: Turn) {
        self.asked_for.push_back(turn);
    }

    /// Begins the next one, if none is under way; answers what is to be recorded before anything else.
    pub(super) fn begin(&mut self, user: UserId, client: String) -> Option<Event> {
        let closed = self.closed.clone()?;
        let is_free = self.under_way.is_empty();
        let turn = self.asked_for.front().copied().filter(|_| is_free)?;
        self.asked_for.pop_front();
        let room = closed.room.0;
        self.under_way.spawn(async move {
            match turn {
                Turn::PutOut => closed.put_out(user).await,
                Turn::LetIn => closed.let_in(user).await,
            }
        });
        match turn {
            Turn::PutOut => {
                self.is_in = false;
                None
            }
            Turn::LetIn => Some(Event::LetIn { client, room }),
        }
    }

    /// Whether something is under way.
    pub(super) fn is_under_way(&self) -> bool {
        !self.under_way.is_empty()
    }

    /// Waits for the end of what is under way. Nothing is lost when it is dropped while it waits.
    pub(super) async fn ended(&mut self) -> Done {
        match self.under_way.join_next().await {
            Some(Ok(done)) => {
                self.is_in |= matches!(done, Done::LetIn);
                done
            }
            // They do not panic, and are given up together with their set.
            Some(Err(_)) | None => pending().await,
        }
    }

    /// What a client lists is where it is in.
    pub(super) fn agrees(&self, membership: impl Fn(RoomId) -> Option<bool>) -> bool {
        let expected = self.is_in.then_some(true);
        self.room().is_none_or(|room| membership(room) == expected)
    }
}

impl ClosedRoom {
    async fn put_out(&self, user: UserId) -> Done {
        // Who is out already was put out by a request of which no answer came.
        while !matches!(
            self.moderator.put_out(self.room, user).await,
            Ok(()) | Err(Some(StatusCode::NOT_FOUND))
        ) {
            sleep(RETRY_DELAY).await;
        }
        loop {
            if let Ok(room) = self.moderator.room(self.room).await {
                return Done::PutOut(room.seq);
            }
            sleep(RETRY_DELAY).await;
        }
    }

    async fn let_in(&self, user: UserId) -> Done {
        while self.moderator.let_in(self.room, user).await.is_err() {
            sleep(RETRY_DELAY).await;
        }
        Done::LetIn
    }
}

/// How far a room has come, as a frame says.
pub(super) fn told(frame: &ServerFrame, room: RoomId) -> Option<Seq> {
    let told = |of: RoomId, seq: Seq| (of == room).then_some(seq);
    match frame {
        ServerFrame::Message(message) | ServerFrame::MessageChanged(message) => {
            told(message.room_id, message.seq)
        }
        ServerFrame::Reaction(reacted) => told(reacted.room_id, reacted.seq),
        ServerFrame::Sync(sync) => told(sync.room_id, sync.to),
        ServerFrame::Welcome(welcome) => told(welcome.room_id, welcome.seq),
        ServerFrame::RoomActivity(activity) => told(activity.room_id, activity.seq),
        ServerFrame::RoomChanged(changed) => told(changed.id, changed.seq),
        ServerFrame::Read(mark) | ServerFrame::Unread(mark) => told(mark.room_id, mark.seq),
        ServerFrame::Heartbeat(heartbeat) => heartbeat.rooms.get(&room).copied(),
        ServerFrame::Rooms(list) => {
            let mut listed = list.rooms.iter().flatten();
            let entry = listed.find(|entry| entry.room.id == room)?;
            Some(entry.room.seq)
        }
        ServerFrame::SyncMe(sync) => {
            let mut rooms = sync.rooms.iter();
            let membership = rooms.find(|membership| membership.room_id == room)?;
            membership.is_member.then_some(membership.seq)
        }
        _ => None,
    }
}
