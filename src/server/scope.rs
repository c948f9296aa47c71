//! The scope of a request: its person and address. Built only by the doors; every context verb takes one.

use crate::ClientAddress;
use crate::error::ServiceError;
use parlour_protocol::permissions::Roles;
use parlour_protocol::{RoomRole, ServerRole, User, UserId};
use serde::{Deserialize, Serialize};
use std::net::IpAddr;

/// The id of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct SessionId(pub i64);

/// On whose behalf a request runs, and from which address.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The person or program; `None` for an anonymous visitor, who can only read.
    pub person: Option<Person>,
    /// The client's address, behind any trusted proxy; anonymous clients are limited by it.
    pub address: ClientAddress,
}

/// An authenticated user.
#[derive(Clone, Debug)]
pub struct Person {
    /// The user as others see them.
    pub user: User,
    /// The session of the request.
    pub session: SessionId,
    /// The user's role on the server.
    pub role: ServerRole,
    /// Whether they see the rooms that they are in, and no other: a guest who came by an invitation to a room.
    pub is_confined: bool,
    /// The guests that they were before they signed in: what those wrote is theirs.
    pub was: Vec<UserId>,
}

impl Person {
    /// Whether this user is them, or a guest whom they were.
    pub fn is(&self, user: UserId) -> bool {
        self.user.id == user || self.was.contains(&user)
    }

    /// The roles of somebody who has this one in a room.
    pub fn roles(&self, room: RoomRole) -> Roles {
        Roles {
            server: self.role,
            room,
        }
    }
}

impl Scope {
    /// An anonymous visitor.
    pub fn visitor(address: IpAddr) -> Self {
        Self {
            person: None,
            address: address.into(),
        }
    }

    /// The roles of who asks and has this one in a room. Who is nobody has those of a guest who is no member.
    pub fn roles(&self, room: RoomRole) -> Roles {
        let nobody = Roles {
            server: ServerRole::Guest,
            room: RoomRole::Visitor,
        };
        (self.person.as_ref()).map_or(nobody, |person| person.roles(room))
    }

    /// The person of the request.
    ///
    /// # Errors
    /// [`ServiceError::SignInRequired`] for an anonymous visitor.
    pub fn require_person(&self) -> Result<&Person, ServiceError> {
        self.person.as_ref().ok_or(ServiceError::SignInRequired)
    }

    /// Whether it is of a person who sees the rooms that they are in, and no other.
    pub fn is_confined(&self) -> bool {
        self.person
            .as_ref()
            .is_some_and(|person| person.is_confined)
    }

    /// Whether it is somebody with an account.
    pub fn has_account(&self) -> bool {
        let is_guest = |person: &Person| person.role == ServerRole::Guest;
        self.person.as_ref().is_some_and(|person| !is_guest(person))
    }

    /// The person's id, if there is a person.
    pub fn user_id(&self) -> Option<UserId> {
        self.person.as_ref().map(|p| p.user.id)
    }
}
