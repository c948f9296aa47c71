//! Errors as they are sent to people and programs.

use crate::json::{names, record};
use std::fmt;

names! {
    /// A stable name for a kind of refusal; programs decide by it.
    pub enum ErrorCode {
        /// Another room has this name, up to case and look-alike letters.
        RoomNameTaken = "room_name_taken",
        /// The request is not of the form this call takes.
        BadRequest = "bad_request",
        /// The request needs a session: a cookie or a token.
        SignInRequired = "sign_in_required",
        /// The name and the password do not belong together, or nobody has the name.
        WrongCredentials = "wrong_credentials",
        /// The person may not do this.
        Forbidden = "forbidden",
        /// Only somebody with an account may do this here.
        AccountRequired = "account_required",
        /// Accounts are not made here, or only by who is invited.
        SignUpClosed = "sign_up_closed",
        /// The room can be read, and not be written in by this person.
        ReadOnly = "read_only",
        /// The person is kept out of this room.
        Banned = "banned",
        /// The house, or a room, would have no owner any more.
        LastOwner = "last_owner",
        /// No such room.
        RoomNotFound = "room_not_found",
        /// No such message in that room.
        MessageNotFound = "message_not_found",
        /// No such page, call or file.
        NotFound = "not_found",
        /// The message has as many kinds of reactions as one can have.
        TooManyReactions = "too_many_reactions",
        /// The name belongs to an account or to a connected guest.
        UsernameTaken = "username_taken",
        /// More bytes than a body or frame may have.
        TooLarge = "too_large",
        /// A field breaks its rule; `field` says which.
        Invalid = "invalid",
        /// A rate limit refuses it; `retry_after_ms` says when to try again.
        RateLimited = "rate_limited",
        /// The server cannot take it now; send it again later with the same idempotency key.
        Overloaded = "overloaded",
        /// The server is draining before it stops.
        Draining = "draining",
        /// A frame of a type the server does not know.
        UnknownType = "unknown_type",
        /// The server failed; the log has the request's id.
        Internal = "internal",
    }
}

impl ErrorCode {
    /// The HTTP status that goes with it.
    pub const fn status(self) -> u16 {
        match self {
            Self::RoomNameTaken | Self::BadRequest | Self::UnknownType => 400,
            Self::SignInRequired | Self::WrongCredentials => 401,
            Self::Forbidden
            | Self::AccountRequired
            | Self::SignUpClosed
            | Self::ReadOnly
            | Self::Banned => 403,
            Self::RoomNotFound | Self::MessageNotFound | Self::NotFound => 404,
            Self::UsernameTaken | Self::LastOwner | Self::TooManyReactions => 409,
            Self::TooLarge => 413,
            Self::Invalid => 422,
            Self::RateLimited => 429,
            Self::Internal => 500,
            Self::Overloaded | Self::Draining => 503,
        }
    }

    /// Whether the same request may succeed later, unchanged.
    pub const fn is_passing(self) -> bool {
        matches!(
            self,
            Self::RateLimited | Self::Overloaded | Self::Draining | Self::Internal
        )
    }
}

record! {
    /// A refusal on the wire: the code for programs, a sentence for people, and what goes with it.
    pub struct AppError {
        /// The stable code.
        pub code: ErrorCode,
        /// One sentence for a person. Never holds anything internal.
        pub message: String,
        /// The field that broke its rule, with [`ErrorCode::Invalid`] and the taken names.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub field: Option<String>,
        /// Where in that field, as an index in Unicode characters of the text as it was sent, if the rule is
        /// broken at a place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub at: Option<u32>,
        /// Milliseconds until it is worth trying again.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub retry_after_ms: Option<u64>,
    }
}

impl AppError {
    /// A refusal with nothing but its code and sentence.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            field: None,
            at: None,
            retry_after_ms: None,
        }
    }

    /// The same, said at `field`.
    pub fn at(mut self, field: &str) -> Self {
        self.field = Some(field.to_owned());
        self
    }
}

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for AppError {}
