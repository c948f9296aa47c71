//! Who is coming: the session's person, or the guest that a one-room socket's first frame makes.

use super::{About, Connection, Ended, Event, Incoming};

use crate::realtime::{Attendee, Closing, NameTaken};
use crate::{Scope, ServiceError, Token, accounts, names, rooms, telemetry};
use parlour_protocol::{AppError, CloseCode, ErrorCode, FrameError, Hello, RoomId};
use serde::Deserialize;
use std::sync::Arc;
use tokio::time::timeout;

impl Connection {
    /// A `/ws` socket is who its session says, or a reader.
    pub(super) async fn identify_session(&mut self) -> Result<(), Ended> {
        match self.identify(false).await {
            Ok(()) => Ok(()),
            Err(error) => Err(self.turn_away(&error).await?),
        }
    }

    /// The first frame of a one-room socket, and the way in.
    pub(super) async fn hello(&mut self, room: RoomId) -> Result<(), Ended> {
        if let Err(error) = rooms::get(&self.ctx, &self.scope, room).await {
            return Err(self.turn_away(&error).await?);
        }
        let hello = self.first_frame().await?;
        let (token, is_new) = match self.recognise(&hello).await {
            Ok(found) => found,
            Err(Unknown::SessionEnded) => {
                return Err(Ended::Close(Closing::plain(CloseCode::SessionEnded)));
            }
            Err(Unknown::NotUnderstood) => {
                self.refuse(FrameError::Malformed.to_app_error(), About::room(room))
                    .await?;
                return Err(Ended::Close(Closing::plain(CloseCode::NotUnderstood)));
            }
            Err(Unknown::Refused(error)) => return Err(self.turn_away(&error).await?),
        };
        if let Err(error) = self.identify(is_new).await {
            return Err(self.turn_away(&error).await?);
        }
        match self.join(room, hello.after, token.as_ref()).await? {
            Ok(()) => Ok(()),
            Err(error) => Err(self.turn_away(&error).await?),
        }
    }

    async fn first_frame(&mut self) -> Result<Hello, Ended> {
        let within = self.ctx.settings.realtime.first_frame();
        let text = timeout(within, self.first_text())
            .await
            .unwrap_or(Err(Ended::Close(Closing::plain(CloseCode::NoFirstFrame))))?;
        match Hello::parse(&text) {
            Ok(hello) if !is_command(&text, &hello) => Ok(hello),
            _ => {
                let error = AppError::new(
                    ErrorCode::BadRequest,
                    "The first frame says who is coming: {\"username\":\"…\"}.",
                );
                self.refuse(error, About::default()).await?;
                Err(Ended::Close(Closing::plain(CloseCode::NotUnderstood)))
            }
        }
    }

    async fn first_text(&mut self) -> Result<String, Ended> {
        loop {
            match self.next().await {
                Event::Mail => self.mail().await?,
                Event::Answer(_) => {}
                Event::Incoming(Incoming::Text(text)) => return Ok(text),
                Event::Incoming(Incoming::Binary) => {
                    return Err(Ended::Close(Closing::plain(CloseCode::NotUnderstood)));
                }
                Event::Incoming(control) => self.control(control).await?,
            }
        }
    }

    /// Who the session, the token or the name says; a new guest's token is told once.
    async fn recognise(&mut self, hello: &Hello) -> Result<(Option<Token>, bool), Unknown> {
        if self.scope.person.is_some() {
            return Ok((None, false));
        }
        if let Some(token) = &hello.token {
            let found = accounts::authenticate(&self.ctx, token)
                .await
                .map_err(Unknown::Refused)?;
            self.set_person(found.ok_or(Unknown::SessionEnded)?);
            return Ok((None, false));
        }
        let username = hello.username.as_deref().ok_or(Unknown::NotUnderstood)?;
        let created = accounts::create_guest(&self.ctx, &self.scope, username).await;
        let (_, token) = created.map_err(Unknown::Refused)?;
        let found = accounts::authenticate(&self.ctx, token.as_str()).await;
        self.set_person(
            found
                .map_err(Unknown::Refused)?
                .ok_or(Unknown::SessionEnded)?,
        );
        Ok((Some(token), true))
    }

    fn set_person(&mut self, person: crate::Person) {
        let address = self.scope.address;
        self.scope = Arc::new(Scope {
            person: Some(person),
            address,
        });
    }

    async fn identify(&mut self, is_new: bool) -> Result<(), ServiceError> {
        let Some(person) = &self.scope.person else {
            return Ok(());
        };
        let read_posts = rooms::read_positions(&self.ctx, &self.scope).await?;
        let name = &person.user.name;
        let who = Attendee {
            id: person.user.id,
            skeleton: names::skeleton(name).into(),
            name: name.as_str().into(),
        };
        let identified = self.socket.identify(&who, read_posts, is_new);
        identified.map_err(|NameTaken(holder)| ServiceError::UsernameTaken(holder.to_string()))
    }

    /// Says why somebody cannot come in, and with which code the socket closes.
    async fn turn_away(&mut self, error: &ServiceError) -> Result<Ended, Ended> {
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
                return Ok(Ended::Close(Closing::going_away(1_000)));
            }
        };
        self.refuse(telemetry::told(error), About::default())
            .await?;
        Ok(Ended::Close(Closing::plain(code)))
    }
}

enum Unknown {
    NotUnderstood,
    SessionEnded,
    Refused(ServiceError),
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
