//! What a client's frames on one socket mean: the rules of both WebSocket endpoints, without I/O.
//!
//! It takes events (a frame came in, a task is done, the first frame is late) and answers with steps
//! ([`Step`]). A driver performs them in their order: the socket's task in `connection`, and the simulation,
//! whose world may end between any two of them.
//!
//! *Invariant:* a client's frames take effect in the order it sent them, and are answered in it. Only
//! sends are pipelined (`sends`); any other command waits for those before it, and runs alone. A command
//! that waits stops the socket from being read: that is the backpressure on a client.

mod command;
mod entering;
mod joining;
mod sends;
mod steps;
mod task;

pub use task::{Done, Missed, Outcome, Task};

use super::flood_guard::{FrameDecision, FrameFloodGuard};
use crate::limits::{Bucket, Limits};
use crate::messages::{NewMessage, Posted};
use crate::realtime::{Closing, Frame, Socket, SocketKind};
use crate::{Scope, ServiceError, telemetry};
use command::{About, Command};
use entering::Admission;
use joining::Stream;
use parlour_protocol::{
    AppError, ClientFrame, CloseCode, ErrorCode, Message, MessageId, RoomId, Seq, ServerFrame,
};
use sends::{Answer, Sends};
use std::sync::Arc;
use std::time::Instant;
use steps::Steps;

/// What the driver has to do next.
#[derive(Debug)]
pub enum Step {
    /// Write this before what the hub has queued, and go on when it is written.
    Write(Frame),
    /// Hold frames of the hub back from here on.
    Hold,
    /// Write what was held back.
    Release,
    /// Let the hub's queued frames, up to the one with this message, go before the next answer.
    Pass(MessageId),
    /// Run this task; [`Conversation::done`] takes the outcome.
    Do(Task),
    /// Post this beside others that are under way, in the order of these steps; [`Conversation::sent`]
    /// takes the outcome.
    Post(Post),
    /// Close the socket; there are no more steps.
    Close(Closing),
}

/// A message that is to be posted.
#[derive(Debug)]
pub struct Post {
    /// Names this send in [`Conversation::sent`]: its place among the answers, from 0 whenever none is owed.
    pub place: u64,
    /// The room to post in.
    pub room: RoomId,
    /// The message and its idempotency key.
    pub message: NewMessage,
}

/// The state of what one client has asked for on one socket.
pub struct Conversation {
    kind: SocketKind,
    scope: Arc<Scope>,
    socket: Socket,
    limits: Limits,
    bucket: Bucket,
    flood_guard: FrameFloodGuard,
    steps: Steps,
    /// `Some` until the socket is open.
    admission: Option<Box<Admission>>,
    doing: Doing,
    sends: Sends,
    /// A command that waits for the sends before it.
    waiting: Option<Box<Command>>,
    is_ending: bool,
}

/// The command whose task is under way.
#[derive(Debug, Default)]
enum Doing {
    #[default]
    Nothing,
    /// Identifies the person; see [`entering`].
    Entering,
    /// Checks whether the room may be joined.
    Joining(Box<joining::Join>),
    /// Subscribed; becomes a member, or reads the room's `seq` again.
    Arriving(Box<joining::Join>),
    /// Reads what was missed, a frame at a time.
    CatchingUp(Stream),
    Leaving {
        room: RoomId,
        was_known: bool,
    },
    Listing(Box<joining::Listing>),
    /// Edits or deletes a message, or reacts to it; the room's `seq` was `before`.
    Changing {
        room: RoomId,
        before: Seq,
    },
    /// Moves the person's read position on, or sets it back.
    MarkingRead(RoomId),
    /// Asks whether who types could send it.
    Typing(RoomId),
}

impl Conversation {
    /// The conversation of a socket that was opened just now. `session_ended`: the request carried the token
    /// of a session that has ended.
    pub fn new(
        kind: SocketKind,
        scope: Scope,
        session_ended: bool,
        socket: Socket,
        limits: Limits,
    ) -> Self {
        let mut conversation = Self {
            kind,
            scope: Arc::new(scope),
            socket,
            bucket: Bucket::default(),
            limits,
            flood_guard: FrameFloodGuard::default(),
            steps: Steps::default(),
            admission: None,
            doing: Doing::Nothing,
            sends: Sends::default(),
            waiting: None,
            is_ending: false,
        };
        if session_ended {
            conversation.close(Closing::plain(CloseCode::SessionEnded));
        } else {
            conversation.begin_entering();
        }
        conversation
    }

    /// The person and address on whose behalf commands run.
    pub fn scope(&self) -> &Arc<Scope> {
        &self.scope
    }

    /// The socket as the hub knows it.
    pub fn socket(&self) -> &Socket {
        &self.socket
    }

    /// Takes the next step. `None`: wait for what is under way, and for the client if
    /// [`Conversation::is_listening`].
    pub fn next_step(&mut self) -> Option<Step> {
        self.steps.pop_front()
    }

    /// Whether there is a next step.
    pub fn has_steps(&self) -> bool {
        !self.steps.is_empty()
    }

    /// Whether the person is identified and, on a one-room socket, in the room.
    pub fn is_open(&self) -> bool {
        self.admission.is_none()
    }

    /// Whether a frame may be read. Otherwise the client waits until its earlier commands are done.
    pub fn is_listening(&self) -> bool {
        matches!(self.doing, Doing::Nothing) && self.waiting.is_none()
    }

    /// Whether nothing is under way.
    pub fn is_at_rest(&self) -> bool {
        matches!(self.doing, Doing::Nothing) && self.sends.is_empty()
    }

    /// The socket closes: no command is begun any more. What may be on its way to the disk is still answered.
    pub fn wind_down(&mut self) {
        self.is_ending = true;
        self.waiting = None;
        if !self.doing.may_have_written() {
            self.doing = Doing::Nothing;
        }
    }

    /// A text frame came in.
    pub fn text(&mut self, text: &str, now: Instant) {
        if self.is_awaiting_first_frame() {
            return self.first_frame(text);
        }
        let command = match self.admit(now) {
            FrameDecision::Close => return self.close(Closing::plain(CloseCode::TooMany)),
            FrameDecision::Refuse { retry_after_ms } => {
                let error =
                    telemetry::to_client_error(&ServiceError::RateLimited { retry_after_ms });
                Command::Refused(About::of(text).error(error))
            }
            FrameDecision::Accept => match ClientFrame::parse(text) {
                Ok(frame) => {
                    if is_use(&frame) {
                        self.socket.used(now);
                    }
                    Command::of(self.kind, frame)
                }
                Err(error) => Command::Refused(About::of(text).error(error.to_app_error())),
            },
        };
        self.take(command);
    }

    /// A binary message came in; the protocol has none.
    pub fn binary(&mut self, now: Instant) {
        if self.is_awaiting_first_frame() {
            return self.close(Closing::plain(CloseCode::NotUnderstood));
        }
        let error = match self.admit(now) {
            FrameDecision::Close => return self.close(Closing::plain(CloseCode::TooMany)),
            FrameDecision::Refuse { retry_after_ms } => {
                telemetry::to_client_error(&ServiceError::RateLimited { retry_after_ms })
            }
            FrameDecision::Accept => AppError::new(
                ErrorCode::BadRequest,
                "Frames are text; this server has no binary ones.",
            ),
        };
        self.take(Command::Refused(About::default().error(error)));
    }

    /// A ping came in, to be answered with `pong`, also over the rate limit: it only counts towards a flood.
    pub fn ping(&mut self, pong: Frame, now: Instant) {
        self.count(now);
        self.steps.push_back(Step::Write(pong));
    }

    /// A frame came in that needs no answer: a pong, or a fragment of a message.
    pub fn count(&mut self, now: Instant) {
        if self.admit(now) == FrameDecision::Close {
            self.close(Closing::plain(CloseCode::TooMany));
        }
    }

    /// The task of [`Step::Do`] is done.
    pub fn done(&mut self, outcome: Outcome) {
        let doing = std::mem::take(&mut self.doing);
        if self.is_ending && !doing.may_have_written() {
            return;
        }
        match (doing, outcome) {
            (Doing::Entering, outcome) => self.go_on_entering(outcome),
            (Doing::Joining(join), outcome) => self.may_join(join, outcome),
            (Doing::Arriving(join), outcome) => self.arrive(join, outcome),
            (Doing::CatchingUp(stream), outcome) => self.caught_up(stream, outcome),
            (Doing::Leaving { room, was_known }, outcome) => {
                self.has_left(room, was_known, outcome)
            }
            (Doing::Listing(listing), outcome) => self.listed(listing, outcome),
            (Doing::Changing { room, before }, Ok(Done::Changed(message))) => {
                self.changed(room, before, *message)
            }
            (Doing::MarkingRead(_), Ok(_)) => {}
            (Doing::Typing(room), Ok(Done::MayWrite(may))) => self.types(room, may),
            (
                Doing::Changing { room, .. } | Doing::MarkingRead(room) | Doing::Typing(room),
                Err(error),
            ) => self.refuse(&error, About::room(room)),
            (doing, Ok(_)) => return self.unexpected(&doing),
            (Doing::Nothing, Err(error)) => self.refuse(&error, About::default()),
        }
        self.go_on();
    }

    /// The send of [`Step::Post`] is stored, or refused. Outcomes may come in any order.
    pub fn sent(&mut self, place: u64, outcome: Result<Posted, ServiceError>) {
        let answer = match outcome {
            // In its room the author gets the broadcast. A repeat of an idempotency key has none, so it is
            // answered with the first message.
            Ok(posted) if posted.is_new && self.socket.has_joined(posted.message.room_id) => {
                Answer::Broadcast(posted.message.id)
            }
            Ok(posted) => Answer::Frame(ServerFrame::encode_message(&posted.message).into()),
            Err(error) => Answer::Error(telemetry::to_client_error(&error)),
        };
        self.sends.complete(place, answer, &mut self.steps);
        self.go_on();
    }

    /// Begins a command, or lets it wait for those before it.
    fn take(&mut self, command: Command) {
        self.take_new_name();
        match command {
            Command::Refused(refused) => {
                if let Err(refused) = self.sends.refuse(refused, &mut self.steps) {
                    self.waiting = Some(Box::new(Command::Refused(refused)));
                }
            }
            Command::Send(send) => match self.sends.begin(send, &self.scope, &self.limits) {
                Ok(begun) => self.steps.extend(begun),
                Err(send) => self.waiting = Some(Box::new(Command::Send(send))),
            },
            command if self.sends.is_empty() => self.begin(command),
            command => self.waiting = Some(Box::new(command)),
        }
    }

    /// Begins the command that waits, if it may.
    fn go_on(&mut self) {
        if matches!(self.doing, Doing::Nothing)
            && let Some(command) = self.waiting.take()
        {
            self.take(*command);
        }
    }

    /// Begins a command that runs alone.
    fn begin(&mut self, command: Command) {
        match command {
            Command::Join {
                room,
                after,
                look,
                knows,
            } => {
                self.socket.set_knows(&knows);
                self.join(room, after, look)
            }
            Command::Leave { room } => self.leave(room),
            Command::Sync { room, after } => {
                self.steps.push_back(Step::Hold);
                self.catch_up(Stream::Room(room), after);
            }
            Command::SyncHouse { after } => {
                self.steps.push_back(Step::Hold);
                self.catch_up(Stream::House, after);
            }
            Command::SyncMe { after } => {
                self.steps.push_back(Step::Hold);
                self.catch_up(Stream::Me, after);
            }
            Command::Typing { room, is_typing } => match self.may_type(room) {
                Ok(()) if is_typing => self.begin_task(Task::MayWrite(room), Doing::Typing(room)),
                Ok(()) => self.socket.typing(room, false),
                Err(error) => self.refuse(&error, About::room(room)),
            },
            Command::Edit { room, number, edit } => {
                let before = self.socket.seq(room);
                let edit = Task::Edit { room, number, edit };
                self.begin_task(edit, Doing::Changing { room, before });
            }
            Command::Delete { room, number } => {
                let before = self.socket.seq(room);
                let delete = Task::Delete { room, number };
                self.begin_task(delete, Doing::Changing { room, before });
            }
            Command::React {
                room,
                number,
                emoji,
                on,
            } => {
                let before = self.socket.seq(room);
                let react = Task::React {
                    room,
                    number,
                    emoji,
                    on,
                };
                self.begin_task(react, Doing::Changing { room, before });
            }
            Command::Read { room, seq } => {
                self.begin_task(Task::MarkRead { room, seq }, Doing::MarkingRead(room));
            }
            Command::Unread { room, number } => {
                self.begin_task(Task::MarkUnread { room, number }, Doing::MarkingRead(room));
            }
            Command::Rooms { known } => self.list(known),
            // Begun in `take`, since these overlap.
            Command::Refused(_) | Command::Send(_) => {}
        }
    }

    fn begin_task(&mut self, task: Task, doing: Doing) {
        if !self.is_ending {
            self.doing = doing;
            self.steps.push_back(Step::Do(task));
        }
    }

    fn may_type(&self, room: RoomId) -> Result<(), ServiceError> {
        self.scope.require_person()?;
        match self.socket.is_in(room) {
            true => Ok(()),
            false => Err(ServiceError::Forbidden),
        }
    }

    /// Whoever could not send what they type does not type, to others; and is not told, as it may be that somebody blocks
    /// them.
    fn types(&self, room: RoomId, may_write: bool) {
        if may_write && self.socket.is_in(room) {
            self.socket.typing(room, true);
        }
    }

    /// Answers an edit, a delete or a reaction unless the broadcast does. An edit to the same text is not published.
    fn changed(&mut self, room: RoomId, before: Seq, message: Message) {
        let was_published = message.seq > before;
        if !(was_published && self.socket.has_joined(room)) {
            self.write(&ServerFrame::MessageChanged(message));
        }
    }

    /// Counts a frame of any kind against the rate limit.
    fn admit(&mut self, now: Instant) -> FrameDecision {
        let taken = self.limits.frame(&mut self.bucket, now);
        self.flood_guard.decide(taken)
    }

    fn write(&mut self, frame: &ServerFrame) {
        self.steps.push_back(Step::Write(frame.encode().into()));
    }

    /// Answers a command with its error.
    fn refuse(&mut self, error: &ServiceError, about: About) {
        let error = about.error(telemetry::to_client_error(error));
        self.steps.push_back(Step::Write(error.frame()));
    }

    fn close(&mut self, closing: Closing) {
        self.is_ending = true;
        self.steps.push_back(Step::Close(closing));
    }

    /// Closes after an outcome that no task under way can have, which is a bug of the driver. The client
    /// reconnects.
    fn unexpected(&mut self, doing: &Doing) {
        tracing::error!(?doing, "an outcome of another task");
        self.close(Closing::going_away(1_000));
    }

    /// Takes a name that the person was given on another socket; the next `welcome` shows it.
    fn take_new_name(&mut self) {
        if let Some(name) = self.socket.take_new_name() {
            self.take_name(&name);
        }
    }

    fn take_name(&mut self, name: &str) {
        let known = self.scope.person.as_ref().map(|person| &person.user.name);
        if known.is_some_and(|known| known != name)
            && let Some(person) = &mut Arc::make_mut(&mut self.scope).person
        {
            name.clone_into(&mut person.user.name);
        }
    }
}

impl Doing {
    /// Whether the task may be on its way to the disk, so that the client must get its answer.
    fn may_have_written(&self) -> bool {
        matches!(
            self,
            Self::Leaving { .. } | Self::Changing { .. } | Self::MarkingRead(_)
        )
    }
}

/// Whether somebody did something, as far as is seen here: a client asks what it missed, and for the rooms, by itself.
fn is_use(frame: &ClientFrame) -> bool {
    !matches!(
        frame,
        ClientFrame::Sync { .. }
            | ClientFrame::SyncHouse { .. }
            | ClientFrame::SyncMe { .. }
            | ClientFrame::Rooms { .. }
    )
}

#[cfg(test)]
mod tests;
