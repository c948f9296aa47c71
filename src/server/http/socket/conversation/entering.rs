//! Who is coming: the session's person, or the guest that a one-room socket's first frame makes.

use super::said::About;
use super::{Conversation, Doing, Done, Outcome, Task};
use crate::realtime::{Attendee, Closing, NameTaken, SocketKind};
use crate::{Person, Scope, ServiceError, Token, names, telemetry};
use parlour_protocol::{AppError, CloseCode, ErrorCode, FrameError, Hello, RoomId, Seq};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::Arc;

/// Somebody who is not in yet.
#[derive(Debug, Default)]
pub(super) struct WayIn {
    at: At,
    /// What the first frame says they hold.
    after: Option<Seq>,
    /// Of a guest who was made for this socket; told once.
    token: Option<Token>,
    is_new: bool,
}

/// How far they have come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum At {
    /// Is there such a room?
    #[default]
    Room,
    /// The first frame is waited for.
    FirstFrame,
    /// Whom does the token prove, or who is made?
    Person,
    /// How far have they read?
    ReadPositions,
    /// Joins the one room.
    Joining,
}

impl Conversation {
    /// A `/ws` socket is who its session says, or a reader; the other one says it in its first frame.
    pub(super) fn begin_entering(&mut self) {
        self.way_in = Some(Box::default());
        match self.kind {
            SocketKind::One(room) => self.begin_task(Task::Check(room), Doing::Entering),
            SocketKind::Many => self.identify(),
        }
    }

    /// Whether the first frame is waited for.
    pub fn is_awaiting_first_frame(&self) -> bool {
        let way_in = self.way_in.as_ref();
        way_in.is_some_and(|way_in| way_in.at == At::FirstFrame)
    }

    /// It did not come in time.
    pub fn first_frame_is_late(&mut self) {
        if self.is_awaiting_first_frame() {
            self.close(Closing::plain(CloseCode::NoFirstFrame));
        }
    }

    pub(super) fn first_frame(&mut self, text: &str) {
        let hello = match Hello::parse(text) {
            Ok(hello) if !is_command(text, &hello) => hello,
            _ => {
                let sentence = "The first frame says who is coming: {\"username\":\"…\"}.";
                let error = AppError::new(ErrorCode::BadRequest, sentence);
                return self.not_understood(error, About::default());
            }
        };
        if let Some(way_in) = &mut self.way_in {
            way_in.after = hello.after;
        }
        if self.scope.person.is_some() {
            self.identify();
        } else if let Some(token) = hello.token {
            self.enter_with(At::Person, Task::Authenticate(token));
        } else if let Some(username) = hello.username {
            self.enter_with(At::Person, Task::MakeGuest(username));
        } else if let SocketKind::One(room) = self.kind {
            self.not_understood(FrameError::Malformed.to_app_error(), About::room(room));
        }
    }

    /// A task of the way in is done.
    pub(super) fn go_on_entering(&mut self, outcome: Outcome) {
        let Some(way_in) = &mut self.way_in else {
            return self.misled(&Doing::Entering);
        };
        match (way_in.at, outcome) {
            (At::Room, Ok(Done::Room { .. })) => way_in.at = At::FirstFrame,
            (At::Person, Ok(Done::Person(Some(person), token))) => {
                way_in.is_new = token.is_some();
                way_in.token = token;
                self.set_person(person);
                self.identify();
            }
            (At::Person, Ok(Done::Person(None, _))) => {
                self.close(Closing::plain(CloseCode::SessionEnded));
            }
            (At::ReadPositions, Ok(Done::ReadPositions(read))) => {
                let identified = self.introduce(read);
                match identified {
                    Ok(()) => self.identified(),
                    Err(error) => self.turn_away(&error),
                }
            }
            (_, Ok(_)) => self.misled(&Doing::Entering),
            (_, Err(error)) => self.turn_away(&error),
        }
    }

    /// Whoever is not turned away is in.
    pub(super) fn has_entered(&mut self) {
        self.way_in = None;
    }

    /// The token that the `welcome` of a new guest has.
    pub(super) fn new_token(&mut self) -> Option<String> {
        let token = self.way_in.as_mut()?.token.take()?;
        Some(token.as_str().to_owned())
    }

    /// Says why somebody cannot come in, and with which code the socket closes.
    pub(super) fn turn_away(&mut self, error: &ServiceError) {
        let code = match error {
            ServiceError::RoomNotFound => CloseCode::NoSuchRoom,
            ServiceError::UsernameTaken(_) | ServiceError::UsernameReserved => CloseCode::NameTaken,
            ServiceError::RateLimited { .. } => CloseCode::TooMany,
            ServiceError::Invalid(_) => CloseCode::NotUnderstood,
            ServiceError::SignInRequired => CloseCode::SessionEnded,
            ServiceError::Forbidden => CloseCode::NotInRoom,
            _ => {
                // Passing: the client comes back by itself. The log has the cause.
                telemetry::told(error);
                return self.close(Closing::going_away(1_000));
            }
        };
        self.refuse(error, About::default());
        self.close(Closing::plain(code));
    }

    fn enter_with(&mut self, at: At, task: Task) {
        if let Some(way_in) = &mut self.way_in {
            way_in.at = at;
        }
        self.begin_task(task, Doing::Entering);
    }

    /// Tells the hub whose socket this is.
    fn identify(&mut self) {
        if self.scope.person.is_some() {
            self.enter_with(At::ReadPositions, Task::ReadPositions);
        } else {
            self.identified();
        }
    }

    fn introduce(&self, read_posts: HashMap<RoomId, i64>) -> Result<(), ServiceError> {
        let person = self.scope.require_person()?;
        let name = &person.user.name;
        let who = Attendee {
            id: person.user.id,
            skeleton: names::skeleton(name).into(),
            name: name.as_str().into(),
        };
        let is_new = self.way_in.as_ref().is_some_and(|way_in| way_in.is_new);
        let identified = self.socket.identify(&who, read_posts, is_new);
        identified.map_err(|NameTaken(holder)| ServiceError::UsernameTaken(holder.to_string()))
    }

    fn identified(&mut self) {
        match self.kind {
            SocketKind::Many => self.has_entered(),
            SocketKind::One(room) => {
                let after = self.way_in.as_mut().and_then(|way_in| {
                    way_in.at = At::Joining;
                    way_in.after
                });
                self.join(room, after);
            }
        }
    }

    fn not_understood(&mut self, error: AppError, about: About) {
        self.steps
            .push_back(super::Step::Write(about.error(error).frame()));
        self.close(Closing::plain(CloseCode::NotUnderstood));
    }

    fn set_person(&mut self, person: Person) {
        let address = self.scope.address;
        self.scope = Arc::new(Scope {
            person: Some(person),
            address,
        });
    }
}

/// A frame that was meant to do something: it must not be taken for a greeting and lost.
fn is_command(text: &str, hello: &Hello) -> bool {
    #[derive(Deserialize)]
    struct Typed {
        #[serde(rename = "type")]
        _kind: serde::de::IgnoredAny,
    }
    *hello == Hello::default() && serde_json::from_str::<Typed>(text).is_ok()
}
