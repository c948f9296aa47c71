//! Who asks. Built only by the doors; every context verb takes one.

use crate::ClientAddress;
use crate::error::ServiceError;
use parlour_protocol::{User, UserId};
use std::net::IpAddr;

/// A session's row, so that it can be ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SessionId(pub i64);

/// Who asks, and from where.
#[derive(Clone, Debug)]
pub struct Scope {
    /// The person or program; `None` for somebody who has no name yet and only reads.
    pub person: Option<Person>,
    /// The address behind any trusted proxy; what limits for the nameless are counted by.
    pub address: ClientAddress,
}

/// A user who proved to be one.
#[derive(Clone, Debug)]
pub struct Person {
    /// As everybody sees them.
    pub user: User,
    /// The session that proved it.
    pub session: SessionId,
    /// May moderate everywhere.
    pub is_admin: bool,
}

impl Scope {
    /// Somebody without a name.
    pub fn visitor(address: IpAddr) -> Self {
        Self {
            person: None,
            address: address.into(),
        }
    }

    /// The person, or [`ServiceError::SignInRequired`].
    pub fn require_person(&self) -> Result<&Person, ServiceError> {
        self.person.as_ref().ok_or(ServiceError::SignInRequired)
    }

    /// The person's id, if there is a person.
    pub fn user_id(&self) -> Option<UserId> {
        self.person.as_ref().map(|p| p.user.id)
    }
}
