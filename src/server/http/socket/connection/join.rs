//! Into a room, out of it, what was missed, and which rooms there are.

use super::{About, Connection, Ended};
use crate::realtime::{Frame, SocketKind};
use crate::{Context, Scope, ServiceError, Token, messages, rooms, telemetry};
use parlour_protocol::{
    AppError, ErrorCode, RoomGone, RoomId, RoomList, Seq, ServerFrame, Sync, UsersList, Welcome,
};
use std::sync::Arc;

/// Rooms one socket can be in.
const ROOMS_MAX: usize = 256;
/// Changes that are caught up with at once; more are read in their share of the processors.
const NEAR: Seq = 100;

impl Connection {
    /// `welcome`, `users_list`, and the sync from `after`. Frames of the room queue up from before
    /// the room is read, so that nothing falls between, and wait until all of that is written.
    pub(super) async fn join(
        &mut self,
        room_id: RoomId,
        after: Option<Seq>,
        token: Option<&Token>,
    ) -> Result<Result<(), ServiceError>, Ended> {
        self.mailbox.hold();
        let joined = self.enter(room_id, after, token).await;
        self.mailbox.release();
        joined
    }

    /// Everything that changed after `after`; what changes meanwhile comes behind it.
    pub(super) async fn sync(
        &mut self,
        room_id: RoomId,
        after: Seq,
    ) -> Result<Result<(), ServiceError>, Ended> {
        self.mailbox.hold();
        let synced = self.catch_up(room_id, after).await;
        self.mailbox.release();
        synced
    }

    /// The rooms that a page lists; what happens in them meanwhile comes behind it.
    pub(super) async fn rooms(&mut self, known: Option<String>) -> Result<(), Ended> {
        if let SocketKind::One(_) = self.kind {
            let sentence = "This socket is for one room; /ws lists the others.";
            let error = AppError::new(ErrorCode::BadRequest, sentence);
            return self.refuse(error, About::default()).await;
        }
        self.mailbox.hold();
        let answered = match rooms::list(&self.ctx, &self.scope).await {
            Ok(listed) => {
                let list = RoomList::unless_known(listed, known.as_deref());
                let frame = ServerFrame::Rooms(list).encode();
                self.write(Frame::from(frame)).await
            }
            Err(error) => self.refuse(telemetry::told(&error), About::default()).await,
        };
        self.mailbox.release();
        answered
    }

    async fn enter(
        &mut self,
        room_id: RoomId,
        after: Option<Seq>,
        token: Option<&Token>,
    ) -> Result<Result<(), ServiceError>, Ended> {
        let was_joined = self.socket.has_joined(room_id);
        if !was_joined && self.socket.rooms() >= ROOMS_MAX {
            return Ok(Err(ServiceError::Forbidden));
        }
        self.socket.subscribe(room_id);
        let entered = match self.scope.person {
            Some(_) => rooms::enter(&self.ctx, &self.scope, room_id).await,
            None => rooms::get(&self.ctx, &self.scope, room_id).await,
        };
        let mut room = match entered {
            Ok(room) => room,
            Err(error) => {
                if !was_joined {
                    self.socket.unsubscribe(room_id);
                }
                return Ok(Err(error));
            }
        };
        self.socket.arrive(room_id, after.is_some());
        room.online = self.ctx.hub.online(room_id);
        let roster = self.socket.roster(room_id);
        let welcome = ServerFrame::Welcome(Welcome {
            room_id,
            seq: room.seq,
            epoch: self.ctx.epoch.clone(),
            user: self.scope.person.as_ref().map(|person| person.user.clone()),
            room,
            token: token.map(|token| token.as_str().to_owned()),
        });
        let list = ServerFrame::UsersList(UsersList::of(room_id, roster));
        self.write(Frame::from(welcome.encode())).await?;
        self.write(Frame::from(list.encode())).await?;
        match after {
            Some(after) => self.catch_up(room_id, after).await,
            None => Ok(Ok(())),
        }
    }

    /// In as many frames as it takes.
    async fn catch_up(
        &mut self,
        room_id: RoomId,
        mut after: Seq,
    ) -> Result<Result<(), ServiceError>, Ended> {
        loop {
            let (ctx, scope) = (Arc::clone(&self.ctx), Arc::clone(&self.scope));
            let is_far = self.socket.seq(room_id).saturating_sub(after) > NEAR;
            let read = missed(ctx, scope, room_id, after);
            let read = if is_far {
                let share = &self.ctx.share;
                let read = share.run(self.scope.address, read).await;
                read.and_then(|read| read)
            } else {
                read.await
            };
            let missed = match read {
                Ok(missed) => missed,
                Err(error) => return Ok(Err(error)),
            };
            after = missed.to;
            self.write(missed.frame).await?;
            if missed.is_last {
                return Ok(Ok(()));
            }
        }
    }

    /// Out of the room, on every socket of this person; a reader only stops listening.
    pub(super) async fn leave(
        &mut self,
        room_id: RoomId,
    ) -> Result<Result<(), ServiceError>, Ended> {
        let was_joined = self.socket.has_joined(room_id);
        if self.scope.person.is_some() {
            if let Err(error) = rooms::leave(&self.ctx, &self.scope, room_id).await {
                return Ok(Err(error));
            }
            if was_joined && !self.socket.has_joined(room_id) {
                // The hub has told this socket with the others.
                return Ok(Ok(()));
            }
        }
        self.socket.unsubscribe(room_id);
        let frame = ServerFrame::Left(RoomGone { room_id });
        self.write(Frame::from(frame.encode())).await?;
        Ok(Ok(()))
    }
}

/// One frame of what was missed.
struct Missed {
    frame: Frame,
    to: Seq,
    is_last: bool,
}

/// Read and encoded. It is large, and the other side may read slowly: only this copy waits for it.
async fn missed(
    ctx: Arc<Context>,
    scope: Arc<Scope>,
    room_id: RoomId,
    after: Seq,
) -> Result<Missed, ServiceError> {
    let page = messages::sync(&ctx, &scope, room_id, after).await?;
    let (to, is_last) = (page.to, page.complete || page.reset);
    let frame = ServerFrame::Sync(Sync {
        room_id,
        messages: page.messages,
        from: page.from,
        to: page.to,
        complete: page.complete,
        reset: page.reset,
    });
    Ok(Missed {
        frame: Frame::from(frame.encode()),
        to,
        is_last,
    })
}
