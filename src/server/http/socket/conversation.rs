//! What is said on one socket and what it means: the rules of both WebSocket doors, without I/O.
//!
//! It takes events (a frame came in, a task is done, the first frame is late) and says what is to be
//! done next, one [`Step`] after the other. A driver performs the steps in their order: the socket's
//! task in `connection`, and the simulation, whose world may end between any two of them.
//!
//! *Invariant:* a client's frames take effect in the order it sent them, and are answered in it. Only
//! sends overlap ([`sends`]); whatever else is said waits for those before it, and is one at a time.

mod entering;
mod joining;
mod said;
mod sends;
mod task;

pub use task::{Done, Missed, Outcome, Task};

use super::patience::{Patience, Verdict};
use crate::limits::{Bucket, Limits};
use crate::messages::{NewMessage, Posted};
use crate::realtime::{Closing, Frame, Socket, SocketKind};
use crate::{Scope, ServiceError, telemetry};
use entering::WayIn;
use parlour_protocol::{
    AppError, ClientFrame, CloseCode, ErrorCode, Message, MessageId, RoomId, Seq, ServerFrame,
};
use said::{About, Said};
use sends::{Answer, Sends};
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Instant;

/// What is to be done next.
#[derive(Debug)]
pub enum Step {
    /// Write this before what the hub has queued, and go on when it is written.
    Write(Frame),
    /// From here on what the hub sends is held back.
    Hold,
    /// What was held back may go.
    Release,
    /// What the hub has queued up to this message, which it told as well, may go before the next answer.
    Pass(MessageId),
    /// Do this; [`Conversation::done`] takes the outcome.
    Do(Task),
    /// Post this beside others that are under way, in the order of these steps; [`Conversation::sent`]
    /// takes the outcome.
    Post(Post),
    /// Close the socket; there are no more steps.
    Close(Closing),
}

/// A send that is to be posted.
#[derive(Debug)]
pub struct Post {
    /// Which one, for [`Conversation::sent`].
    pub place: u64,
    /// Where.
    pub room: RoomId,
    /// What.
    pub message: NewMessage,
}

/// What is said on one socket.
pub struct Conversation {
    kind: SocketKind,
    scope: Arc<Scope>,
    socket: Socket,
    limits: Limits,
    bucket: Bucket,
    patience: Patience,
    steps: VecDeque<Step>,
    /// Until somebody is let in.
    way_in: Option<Box<WayIn>>,
    doing: Doing,
    sends: Sends,
    /// What waits for the sends before it.
    waiting: Option<Box<Said>>,
    is_ending: bool,
}

/// The task that is under way alone, and what it is for.
#[derive(Debug, Default)]
enum Doing {
    #[default]
    Nothing,
    /// The way in has one of its own.
    Entering,
    /// Asks whether the room may be joined.
    Joining(joining::Join),
    /// Subscribed; enters the room, or reads again how far it is.
    Arriving(joining::Join),
    /// Reads what was missed, a frame at a time.
    CatchingUp(RoomId),
    Leaving {
        room: RoomId,
        was_joined: bool,
    },
    Listing {
        known: Option<String>,
    },
    /// Edits or deletes; the room was at `before`.
    Changing {
        room: RoomId,
        before: Seq,
    },
    MarkingRead(RoomId),
}

impl Conversation {
    /// Of a socket of this kind that was opened just now. `session_ended`: the request carried a token of
    /// a session that is no more.
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
            bucket: limits.frames(),
            limits,
            patience: Patience::default(),
            steps: VecDeque::new(),
            way_in: None,
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

    /// Who speaks.
    pub fn scope(&self) -> &Arc<Scope> {
        &self.scope
    }

    /// The socket as the hub knows it.
    pub fn socket(&self) -> &Socket {
        &self.socket
    }

    /// What is to be done next. `None`: wait for what is under way, and for the client if it
    /// [is listened to](Self::is_listening).
    pub fn next_step(&mut self) -> Option<Step> {
        let step = self.steps.pop_front();
        if self.steps.is_empty() {
            // Most sockets say nothing most of the time, and there are many.
            self.steps = VecDeque::new();
        }
        step
    }

    /// Whether there is a next step.
    pub fn has_steps(&self) -> bool {
        !self.steps.is_empty()
    }

    /// Whether somebody was let in; before, who waits is not served.
    pub fn is_open(&self) -> bool {
        self.way_in.is_none()
    }

    /// Whether a frame may be taken in. Else the client waits for what it said before.
    pub fn is_listening(&self) -> bool {
        matches!(self.doing, Doing::Nothing) && self.waiting.is_none()
    }

    /// Whether nothing is under way.
    pub fn is_at_rest(&self) -> bool {
        matches!(self.doing, Doing::Nothing) && self.sends.is_empty()
    }

    /// The socket closes: nothing is begun any more, and what was begun and may be on its way to the
    /// disk is answered when it is done.
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
        let said = match self.admit(now) {
            Verdict::Abuse => return self.close(Closing::plain(CloseCode::TooMany)),
            Verdict::Refuse { retry_after_ms } => {
                let error = telemetry::told(&ServiceError::RateLimited { retry_after_ms });
                Said::Refused(About::of(text).error(error))
            }
            Verdict::Pass => match ClientFrame::parse(text) {
                Ok(frame) => Said::by(self.kind, frame),
                Err(error) => Said::Refused(About::of(text).error(error.to_app_error())),
            },
        };
        self.take(said);
    }

    /// A binary message came in, which the protocol has none of.
    pub fn binary(&mut self, now: Instant) {
        if self.is_awaiting_first_frame() {
            return self.close(Closing::plain(CloseCode::NotUnderstood));
        }
        let error = match self.admit(now) {
            Verdict::Abuse => return self.close(Closing::plain(CloseCode::TooMany)),
            Verdict::Refuse { retry_after_ms } => {
                telemetry::told(&ServiceError::RateLimited { retry_after_ms })
            }
            Verdict::Pass => AppError::new(
                ErrorCode::BadRequest,
                "Frames are text; this server has no binary ones.",
            ),
        };
        self.take(Said::Refused(About::default().error(error)));
    }

    /// A ping came in, to be answered with `pong`. What comes too fast is answered as well: it is only
    /// counted.
    pub fn ping(&mut self, pong: Frame, now: Instant) {
        self.count(now);
        self.steps.push_back(Step::Write(pong));
    }

    /// Something came in that needs no answer: a pong, or a piece of a message.
    pub fn count(&mut self, now: Instant) {
        if self.admit(now) == Verdict::Abuse {
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
            (Doing::CatchingUp(room), outcome) => self.caught_up(room, outcome),
            (Doing::Leaving { room, was_joined }, outcome) => {
                self.has_left(room, was_joined, outcome)
            }
            (Doing::Listing { known }, outcome) => self.listed(known, outcome),
            (Doing::Changing { room, before }, Ok(Done::Changed(message))) => {
                self.changed(room, before, message)
            }
            (Doing::MarkingRead(_), Ok(_)) => {}
            (Doing::Changing { room, .. } | Doing::MarkingRead(room), Err(error)) => {
                self.refuse(&error, About::room(room))
            }
            (doing, Ok(_)) => return self.misled(&doing),
            (Doing::Nothing, Err(error)) => self.refuse(&error, About::default()),
        }
        self.go_on();
    }

    /// The send of [`Step::Post`] is stored, or refused. Outcomes may come in any order.
    pub fn sent(&mut self, place: u64, outcome: Result<Posted, ServiceError>) {
        let answer = match outcome {
            // Its author hears it as everybody in the room does; a repeat is told to nobody else.
            Ok(posted) if posted.is_new && self.socket.has_joined(posted.message.room_id) => {
                Answer::Told(posted.message.id)
            }
            Ok(posted) => Answer::Frame(ServerFrame::encode_message(&posted.message).into()),
            Err(error) => Answer::Error(telemetry::told(&error)),
        };
        self.sends.settle(place, answer, &mut self.steps);
        self.go_on();
    }

    /// Takes what the client said, or lets it wait for what it said before.
    fn take(&mut self, said: Said) {
        self.take_new_name();
        match said {
            Said::Refused(error) => self.sends.refuse(error, &mut self.steps),
            Said::Send(send) => match self.sends.begin(send, &self.scope, &self.limits) {
                Ok(begun) => self.steps.extend(begun),
                Err(send) => self.waiting = Some(Box::new(Said::Send(send))),
            },
            said if self.sends.is_empty() => self.begin(said),
            said => self.waiting = Some(Box::new(said)),
        }
    }

    /// Takes what waited.
    fn go_on(&mut self) {
        if matches!(self.doing, Doing::Nothing)
            && let Some(said) = self.waiting.take()
        {
            self.take(*said);
        }
    }

    /// Begins what is done alone.
    fn begin(&mut self, said: Said) {
        match said {
            Said::Join { room, after } => self.join(room, after),
            Said::Leave { room } => self.leave(room),
            Said::Sync { room, after } => {
                self.steps.push_back(Step::Hold);
                self.catch_up(room, after);
            }
            Said::Typing { room, is_typing } => {
                if let Err(error) = self.typing(room, is_typing) {
                    self.refuse(&error, About::room(room));
                }
            }
            Said::Edit {
                room,
                number,
                content,
            } => {
                let before = self.socket.seq(room);
                let edit = Task::Edit {
                    room,
                    number,
                    content,
                };
                self.begin_task(edit, Doing::Changing { room, before });
            }
            Said::Delete { room, number } => {
                let before = self.socket.seq(room);
                let delete = Task::Delete { room, number };
                self.begin_task(delete, Doing::Changing { room, before });
            }
            Said::Read { room, seq } => {
                self.begin_task(Task::MarkRead { room, seq }, Doing::MarkingRead(room));
            }
            Said::Rooms { known } => {
                self.steps.push_back(Step::Hold);
                self.begin_task(Task::ListRooms, Doing::Listing { known });
            }
            // Taken already.
            Said::Refused(_) | Said::Send(_) => {}
        }
    }

    fn begin_task(&mut self, task: Task, doing: Doing) {
        if !self.is_ending {
            self.doing = doing;
            self.steps.push_back(Step::Do(task));
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

    /// An edit to the same text is not published; its author is told how it stands.
    fn changed(&mut self, room: RoomId, before: Seq, message: Message) {
        let was_published = message.seq > before;
        if !(was_published && self.socket.has_joined(room)) {
            self.write(&ServerFrame::MessageChanged(message));
        }
    }

    /// Counts a frame, of whatever kind.
    fn admit(&mut self, now: Instant) -> Verdict {
        self.patience.judge(self.bucket.take(now))
    }

    fn write(&mut self, frame: &ServerFrame) {
        self.steps.push_back(Step::Write(frame.encode().into()));
    }

    /// Says why something was not done.
    fn refuse(&mut self, error: &ServiceError, about: About) {
        let error = about.error(telemetry::told(error));
        self.steps.push_back(Step::Write(error.frame()));
    }

    fn close(&mut self, closing: Closing) {
        self.is_ending = true;
        self.steps.push_back(Step::Close(closing));
    }

    /// A driver brought what nobody asked for. The client comes back and begins anew.
    fn misled(&mut self, doing: &Doing) {
        tracing::error!(?doing, "an outcome of another task");
        self.close(Closing::going_away(1_000));
    }

    /// Somebody who changed their name elsewhere is told so by the next `welcome`.
    fn take_new_name(&mut self) {
        if let Some(name) = self.socket.take_new_name()
            && let Some(person) = &mut Arc::make_mut(&mut self.scope).person
        {
            name.as_ref().clone_into(&mut person.user.name);
        }
    }
}

impl Doing {
    /// Whether the task may be on its way to the disk, so that who asked has to hear how it went.
    fn may_have_written(&self) -> bool {
        matches!(
            self,
            Self::Leaving { .. } | Self::Changing { .. } | Self::MarkingRead(_)
        )
    }
}

#[cfg(test)]
mod tests;
