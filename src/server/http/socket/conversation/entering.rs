//! How a new socket is identified: by its session, or by the token or name in a one-room socket's first frame.

use super::command::About;
use super::{Conversation, Doing, Done, Outcome, Task};
use crate::invalidation::ReadAt;
use crate::realtime::{Admitted, Attendee, Closing, NotIdentified, SocketKind};
use crate::rooms::PersonState;
use crate::{Person, Scope, ServiceError, Token, names, telemetry};
use parlour_protocol::{AppError, CloseCode, ErrorCode, FrameError, Hello, Seq, ServerRole};
use serde::Deserialize;
use std::sync::Arc;

/// The state of a socket that is not open yet.
#[derive(Debug, Default)]
pub(super) struct Admission {
    at: Stage,
    /// The `seq` up to which the client has the room, from the first frame.
    after: Option<Seq>,
    /// The token of a guest who was made for this socket, until the `welcome` hands it over.
    token: Option<Token>,
    is_new: bool,
}

/// The stages of admission, in their order.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// Checks that the one room exists.
    #[default]
    Room,
    /// Waits for the first frame.
    FirstFrame,
    /// Authenticates the token, or makes a guest.
    Person,
    /// Reads how far the person has read in each room.
    ReadPositions,
    /// Joins the one room.
    Joining,
}

/// What came of it that the hub was told whose socket it is.
enum Introduced {
    /// It is their socket.
    Known,
    /// Something of them changed since it was read.
    Outdated,
    /// Their role on the server is another than when the request was looked at.
    OtherRole,
}

impl Conversation {
    /// A `/ws` socket is its session's, or anonymous; a one-room socket is identified by its first frame.
    pub(super) fn begin_entering(&mut self) {
        self.admission = Some(Box::default());
        match self.kind {
            SocketKind::One(room) => self.begin_task(Task::Check(room), Doing::Entering),
            SocketKind::Many => self.identify(),
        }
    }

    /// Whether the socket waits for its first frame.
    pub fn is_awaiting_first_frame(&self) -> bool {
        let admission = self.admission.as_ref();
        admission.is_some_and(|admission| admission.at == Stage::FirstFrame)
    }

    /// The first frame did not come in time; closes the socket if it still waits for it.
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
        if let Some(admission) = &mut self.admission {
            admission.after = hello.after;
        }
        self.socket.set_knows(&hello.knows);
        if self.scope.person.is_some() {
            self.identify();
        } else if let Some(token) = hello.token {
            self.enter_with(Stage::Person, Task::Authenticate(token));
        } else if let Some(username) = hello.username {
            self.enter_with(Stage::Person, Task::MakeGuest(username));
        } else if let SocketKind::One(room) = self.kind {
            self.not_understood(FrameError::Malformed.to_app_error(), About::room(room));
        }
    }

    /// A task of the admission is done.
    pub(super) fn go_on_entering(&mut self, outcome: Outcome) {
        let Some(admission) = &mut self.admission else {
            return self.unexpected(&Doing::Entering);
        };
        match (admission.at, outcome) {
            (Stage::Room, Ok(Done::Room { .. })) => admission.at = Stage::FirstFrame,
            (Stage::Person, Ok(Done::Person(Some(person), token))) => {
                admission.is_new = token.is_some();
                admission.token = token;
                self.set_person(person);
                self.identify();
            }
            (Stage::Person, Ok(Done::Person(None, _))) => {
                self.close(Closing::plain(CloseCode::SessionEnded));
            }
            (Stage::ReadPositions, Ok(Done::ReadPositions(state, read_at))) => {
                match self.introduce(state, &read_at) {
                    Ok(Introduced::Known) => self.identified(),
                    Ok(Introduced::Outdated) => self.identify(),
                    // They come back as who they are now.
                    Ok(Introduced::OtherRole) => self.close(Closing::going_away(0)),
                    Err(error) => self.turn_away(&error),
                }
            }
            (_, Ok(_)) => self.unexpected(&Doing::Entering),
            (_, Err(error)) => self.turn_away(&error),
        }
    }

    /// The socket is open.
    pub(super) fn has_entered(&mut self) {
        self.admission = None;
    }

    /// Takes the token that the `welcome` of a new guest carries.
    pub(super) fn new_token(&mut self) -> Option<String> {
        let token = self.admission.as_mut()?.token.take()?;
        Some(token.as_str().to_owned())
    }

    /// Refuses admission: answers the error, and closes with the code that belongs to it.
    pub(super) fn turn_away(&mut self, error: &ServiceError) {
        let code = match error {
            ServiceError::RoomNotFound => CloseCode::NoSuchRoom,
            ServiceError::UsernameTaken(_) | ServiceError::UsernameReserved => CloseCode::NameTaken,
            ServiceError::RateLimited { .. } => CloseCode::TooMany,
            ServiceError::Invalid(_) => CloseCode::NotUnderstood,
            ServiceError::SignInRequired => CloseCode::SessionEnded,
            ServiceError::Forbidden | ServiceError::AccountRequired => CloseCode::NotInRoom,
            _ => {
                // Transient: the client reconnects by itself. The log has the cause.
                telemetry::to_client_error(error);
                return self.close(Closing::going_away(1_000));
            }
        };
        self.refuse(error, About::default());
        self.close(Closing::plain(code));
    }

    fn enter_with(&mut self, at: Stage, task: Task) {
        if let Some(admission) = &mut self.admission {
            admission.at = at;
        }
        self.begin_task(task, Doing::Entering);
    }

    /// Sets the socket's person in the hub, once their read positions are known.
    fn identify(&mut self) {
        if self.scope.person.is_some() {
            self.enter_with(Stage::ReadPositions, Task::ReadPositions);
        } else {
            self.identified();
        }
    }

    /// Says in the hub whose socket it is.
    fn introduce(
        &mut self,
        state: PersonState,
        read_at: &ReadAt,
    ) -> Result<Introduced, ServiceError> {
        let PersonState {
            name,
            read,
            mentions,
            me,
            blocked,
            role,
        } = state;
        if let Some(name) = name {
            // They may have been renamed since the request was looked at.
            self.take_name(&name);
        }
        let person = self.scope.require_person()?;
        if role.is_some_and(|role| role != person.role) {
            return Ok(Introduced::OtherRole);
        }
        let admitted = Admitted {
            session: Some(person.session),
            is_confined: person.is_confined,
            has_account: person.role > ServerRole::Guest,
        };
        let name = &person.user.name;
        let who = Attendee {
            id: person.user.id,
            skeleton: names::skeleton(name).into(),
            name: name.as_str().into(),
        };
        let is_new = self
            .admission
            .as_ref()
            .is_some_and(|admission| admission.is_new);
        let posts = read.into_iter().map(|(room, read)| (room, read.posts));
        self.socket.set_blocked(blocked);
        self.socket.set_mentions(mentions);
        let is_current = || read_at.is_current();
        let identified =
            (self.socket).identify(&who, admitted, posts.collect(), me, is_new, is_current);
        match identified {
            Ok(()) => Ok(Introduced::Known),
            Err(NotIdentified::Outdated) => Ok(Introduced::Outdated),
            Err(NotIdentified::NameTaken(holder)) => {
                Err(ServiceError::UsernameTaken(holder.to_string()))
            }
        }
    }

    fn identified(&mut self) {
        match self.kind {
            SocketKind::Many => self.has_entered(),
            SocketKind::One(room) => {
                let after = self.admission.as_mut().and_then(|admission| {
                    admission.at = Stage::Joining;
                    admission.after
                });
                self.join(room, after, false);
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

/// Whether the first frame is a command, which must be refused and not be taken for an empty greeting.
fn is_command(text: &str, hello: &Hello) -> bool {
    #[derive(Deserialize)]
    struct Typed {
        #[serde(rename = "type")]
        _kind: serde::de::IgnoredAny,
    }
    *hello == Hello::default() && serde_json::from_str::<Typed>(text).is_ok()
}
