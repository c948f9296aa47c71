//! What each frame of a client's does. Rules live in the contexts; this only translates.

use super::{About, Connection, Ended};
use crate::messages::{self, NewMessage};
use crate::realtime::{Frame, Socket, SocketKind};
use crate::{Context, Scope, ServiceError, rooms, telemetry};
use parlour_protocol::{AppError, ClientFrame, ErrorCode, RoomId, ServerFrame};
use std::sync::Arc;

/// What a command's client is told.
pub(super) enum Answer {
    /// Nothing: it worked, and there is nothing to say, or everybody in the room was told, this socket
    /// among them.
    Nothing,
    /// This.
    Frame(Frame),
}

impl Connection {
    /// Begins what a frame asks for.
    pub(super) async fn begin(&mut self, frame: ClientFrame) -> Result<(), Ended> {
        self.take_new_name();
        if let ClientFrame::Rooms { known } = frame {
            return Box::pin(self.rooms(known)).await;
        }
        let (room, about) = match self.room_of(&frame) {
            Ok(found) => found,
            Err((error, about)) => return self.refuse(error, about).await,
        };
        let done = match frame {
            ClientFrame::Join { after, .. } => Box::pin(self.join(room, after, None)).await?,
            ClientFrame::Leave { .. } => Box::pin(self.leave(room)).await?,
            ClientFrame::Sync { after, .. } => Box::pin(self.sync(room, after)).await?,
            ClientFrame::Typing { is_typing, .. } => self.typing(room, is_typing),
            command => {
                let (ctx, scope) = (Arc::clone(&self.ctx), Arc::clone(&self.scope));
                let socket = Arc::clone(&self.socket);
                self.under_way = Some(Box::pin(async move {
                    let done = perform(&ctx, &scope, &socket, room, command).await;
                    done.unwrap_or_else(|error| {
                        let error = telemetry::told(&error);
                        let About { room_id, client_id } = about;
                        Answer::Frame(
                            ServerFrame::error(error, room_id, client_id)
                                .encode()
                                .into(),
                        )
                    })
                }));
                return Ok(());
            }
        };
        match done {
            Ok(()) => Ok(()),
            Err(error) => self.refuse(telemetry::told(&error), about).await,
        }
    }

    fn typing(&self, room: RoomId, is_typing: bool) -> Result<(), ServiceError> {
        self.scope.require_person()?;
        if !self.socket.has_joined(room) {
            return Err(ServiceError::Forbidden);
        }
        self.socket.typing(room, is_typing);
        Ok(())
    }

    /// Which room a frame is about, and what an error about it would say.
    fn room_of(&self, frame: &ClientFrame) -> Result<(RoomId, About), (AppError, About)> {
        let bad = |sentence| AppError::new(ErrorCode::BadRequest, sentence);
        let (said, client_id) = match frame {
            ClientFrame::Join { room_id, .. } | ClientFrame::Leave { room_id } => {
                if let SocketKind::One(_) = self.kind {
                    let error = bad("This socket is for one room; /ws joins and leaves others.");
                    return Err((error, About::room(*room_id)));
                }
                (Some(*room_id), None)
            }
            ClientFrame::Message {
                room_id, client_id, ..
            } => (*room_id, client_id.clone()),
            ClientFrame::Edit { room_id, .. }
            | ClientFrame::Delete { room_id, .. }
            | ClientFrame::Typing { room_id, .. }
            | ClientFrame::Sync { room_id, .. }
            | ClientFrame::Read { room_id, .. } => (*room_id, None),
            // About none.
            ClientFrame::Rooms { .. } => (None, None),
        };
        let about = |room_id| About { room_id, client_id };
        match (self.kind, said) {
            (SocketKind::One(room), None) => Ok((room, about(Some(room)))),
            (SocketKind::One(room), Some(said)) if said != room => Err((
                bad("This socket is for one room; use /ws for others."),
                about(Some(said)),
            )),
            (_, Some(said)) => Ok((said, about(Some(said)))),
            (SocketKind::Many, None) => Err((bad("Say in which room: room_id."), about(None))),
        }
    }

    /// Somebody who changed their name elsewhere writes under the new one.
    fn take_new_name(&mut self) {
        if let Some(name) = self.socket.take_new_name()
            && let Some(person) = &mut Arc::make_mut(&mut self.scope).person
        {
            name.as_ref().clone_into(&mut person.user.name);
        }
    }
}

/// What is seldom asked for lies in futures of its own: each send has a future of the size of the largest.
async fn perform(
    ctx: &Context,
    scope: &Scope,
    socket: &Socket,
    room: RoomId,
    command: ClientFrame,
) -> Result<Answer, ServiceError> {
    match command {
        ClientFrame::Message {
            content,
            client_id,
            reply_to,
            ..
        } => {
            let new = NewMessage {
                content,
                client_id,
                reply_to,
            };
            let posted = messages::post(ctx, scope, room, new).await?;
            // A repeated send changed nothing, so nobody is told but who asked.
            let was_told = posted.is_new && socket.has_joined(room);
            Ok(if was_told {
                Answer::Nothing
            } else {
                Answer::Frame(ServerFrame::encode_message(&posted.message).into())
            })
        }
        ClientFrame::Edit {
            number, content, ..
        } => {
            let before = socket.seq(room);
            let edited = messages::edit(ctx, scope, room, number, content);
            let message = Box::pin(edited).await?;
            Ok(changed(socket, room, before, message))
        }
        ClientFrame::Delete { number, .. } => {
            let before = socket.seq(room);
            let deleted = messages::delete(ctx, scope, room, number);
            let message = Box::pin(deleted).await?;
            Ok(changed(socket, room, before, message))
        }
        ClientFrame::Read { seq, .. } => {
            match rooms::mark_read(ctx, scope, room, seq).await {
                // Not answered either way: the next mark covers this one.
                Err(error) if !error.is_about_writing() => Err(error),
                _ => Ok(Answer::Nothing),
            }
        }
        // Begun and answered elsewhere.
        ClientFrame::Join { .. }
        | ClientFrame::Leave { .. }
        | ClientFrame::Typing { .. }
        | ClientFrame::Sync { .. }
        | ClientFrame::Rooms { .. } => Ok(Answer::Nothing),
    }
}

/// An edit to the same text is not published; its author is told how it stands.
fn changed(
    socket: &Socket,
    room: RoomId,
    before: parlour_protocol::Seq,
    message: parlour_protocol::Message,
) -> Answer {
    let was_published = message.seq > before;
    if was_published && socket.has_joined(room) {
        Answer::Nothing
    } else {
        Answer::Frame(ServerFrame::MessageChanged(message).encode().into())
    }
}
