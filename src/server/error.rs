//! What can go wrong inside, with its sources for the log, and its one conversion to the wire.

use crate::config::ConfigError;
use parlour_protocol::rules::{Invalid, PasswordFault};
use parlour_protocol::{AppError, ErrorCode, ReadOnly};
use std::error::Error;
use std::fmt;
use std::sync::Arc;

/// What a failure of the store means for the caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// The disk or another program is to blame: the same may well succeed later.
    Transient,
    /// A row that is there already, or is not there any more, stands against it.
    Conflict,
    /// Anything else: the file, the schema or a statement is wrong, and it will fail again.
    Broken,
}

/// A failure of the store, not caused by the request. A clone is the same failure, for all work in a transaction that
/// was rolled back.
#[derive(Clone, Debug)]
pub struct StoreError {
    /// What it means for the caller.
    pub class: Class,
    /// The driver's error.
    cause: Arc<dyn Error + Send + Sync>,
}

impl StoreError {
    /// A failure whose source is `cause`.
    pub fn new(class: Class, cause: impl Error + Send + Sync + 'static) -> Self {
        Self {
            class,
            cause: Arc::new(cause),
        }
    }

    /// Whether the same may succeed later, without a repair of the database.
    pub fn is_transient(&self) -> bool {
        self.class == Class::Transient
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.cause.fmt(f)
    }
}

impl Error for StoreError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(&*self.cause)
    }
}

/// A refusal or a failure inside the contexts. Doors turn it into an [`AppError`] once.
#[derive(Debug, thiserror::Error)]
pub enum ServiceError {
    /// A field breaks its rule.
    #[error(transparent)]
    Invalid(#[from] Invalid),
    /// A field has what it cannot have.
    #[error("{field}: {sentence}")]
    Unfit {
        /// The field's name on the wire.
        field: &'static str,
        /// What it can have.
        sentence: &'static str,
    },
    /// An open room with this name, or one that looks like it, exists: its name.
    #[error("room name taken")]
    RoomNameTaken(String),
    /// The same, where the other room is none to who asks, and is not named.
    #[error("the room name is taken by a room that is not seen")]
    RoomNameTakenUnseen,
    /// The name, or one that looks like it, belongs to an account or to a connected guest: the holder's name.
    #[error("user name taken")]
    UsernameTaken(String),
    /// The name would seem to speak for the server.
    #[error("user name reserved")]
    UsernameReserved,
    /// The name and the password do not belong together, or nobody has the name.
    #[error("wrong credentials")]
    WrongCredentials,
    /// What was chosen cannot be a password.
    #[error("password refused: {0}")]
    Password(PasswordFault),
    /// Nobody may make an account here.
    #[error("sign-up closed")]
    SignUpClosed,
    /// Only who is invited may make an account here, by somebody who may invite to the server.
    #[error("invitation needed")]
    InvitationNeeded,
    /// Nothing of that kind that this scope may see.
    #[error("not found")]
    NotFound,
    /// The request needs a session.
    #[error("sign-in required")]
    SignInRequired,
    /// The person may not do this.
    #[error("forbidden")]
    Forbidden,
    /// Only somebody with an account may do this here.
    #[error("account required")]
    AccountRequired,
    /// The house would have no owner any more.
    #[error("last owner")]
    LastOwner,
    /// A setting of the house that cannot be so.
    #[error(transparent)]
    Setting(#[from] ConfigError),
    /// The room can be read by this person, and not be written in.
    #[error("read only: {0:?}")]
    ReadOnly(ReadOnly),
    /// The person is kept out of the room.
    #[error("banned")]
    Banned,
    /// Somebody else is kept out of the room, who cannot be let in before that ends.
    #[error("kept out")]
    KeptOut,
    /// The last owner of a room cannot go, nor be less.
    #[error("last owner of a room")]
    LastRoomOwner,
    /// No such room, or none this scope may see.
    #[error("room not found")]
    RoomNotFound,
    /// No such message in that room.
    #[error("message not found")]
    MessageNotFound,
    /// Nobody of this id, or nobody for who asks.
    #[error("person not found")]
    PersonNotFound,
    /// No such invitation, or one that leads nowhere any more.
    #[error("invitation not found")]
    InviteNotFound,
    /// No such link, or one that was used, is over, or was made by who may make it no more.
    #[error("link not found")]
    LinkNotFound,
    /// The message has as many kinds of reactions as one can have.
    #[error("too many kinds of reactions")]
    TooManyReactions,
    /// As many messages as can be are pinned in the room.
    #[error("too many pins")]
    TooManyPins,
    /// The person has saved as many messages as one can save.
    #[error("too many saved messages")]
    TooManySaved,
    /// What was done cannot be taken back any more.
    #[error("too late to undo")]
    TooLate,
    /// The person has as many invitations as one may have.
    #[error("too many invitations")]
    TooManyInvites,
    /// The person blocks as many as one may block.
    #[error("too many blocks")]
    TooManyBlocks,
    /// A rate limit refuses it.
    #[error("rate limited for {retry_after_ms} ms")]
    RateLimited {
        /// Milliseconds until the next one is let through.
        retry_after_ms: u64,
    },
    /// A queue is full; nothing was done.
    #[error("overloaded")]
    Overloaded,
    /// The database cannot be written at the moment; nothing was done.
    #[error("not written; worth trying again in {retry_after_ms} ms")]
    Unwritable {
        /// Milliseconds until it is worth trying again.
        retry_after_ms: u64,
    },
    /// The server is going away; nothing was done.
    #[error("draining")]
    Draining,
    /// The database failed.
    #[error("database: {0}")]
    Store(#[from] StoreError),
    /// The operating system failed.
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

impl ServiceError {
    /// Whether writing was not possible at the moment, for no reason that lies in what was asked.
    pub fn is_about_writing(&self) -> bool {
        matches!(self, Self::Overloaded | Self::Unwritable { .. })
    }

    /// The error that the client is sent, without anything internal.
    pub fn to_app_error(&self) -> AppError {
        use ErrorCode as Code;
        match self {
            Self::Invalid(invalid) => AppError {
                at: invalid.at,
                ..AppError::new(Code::Invalid, invalid.to_string()).at(invalid.field)
            },
            Self::Unfit { field, sentence } => AppError::new(Code::Invalid, *sentence).at(field),
            Self::RoomNameTaken(other) => AppError::new(
                Code::RoomNameTaken,
                format!(
                    "There is already a room with this name, or one that looks like it: {}.",
                    isolated(other)
                ),
            )
            .at("name"),
            Self::RoomNameTakenUnseen => AppError::new(
                Code::RoomNameTaken,
                "There is already a room with this name, or one that looks like it.",
            )
            .at("name"),
            Self::UsernameTaken(other) => AppError::new(
                Code::UsernameTaken,
                format!(
                    "Somebody here has this name, or one that looks like it: {}. Please choose another.",
                    isolated(other)
                ),
            )
            .at("username"),
            Self::UsernameReserved => AppError::new(
                Code::UsernameTaken,
                "This name, or one that looks like it, is reserved. Please choose another.",
            )
            .at("username"),
            Self::WrongCredentials => AppError::new(
                Code::WrongCredentials,
                "This name and this password do not belong together.",
            )
            .at("password"),
            Self::Password(fault) => {
                AppError::new(Code::Invalid, fault.to_string()).at("password")
            }
            Self::SignUpClosed => AppError::new(
                Code::SignUpClosed,
                "Accounts are made here by who runs this server alone.",
            ),
            Self::InvitationNeeded => AppError::new(
                Code::SignUpClosed,
                "Nobody can make an account here without an invitation to have one.",
            ),
            Self::NotFound => {
                AppError::new(Code::NotFound, "There is nothing at this address.")
            }
            Self::SignInRequired => {
                AppError::new(Code::SignInRequired, "Give yourself a name first.")
            }
            Self::AccountRequired => AppError::new(
                Code::AccountRequired,
                "Only people with an account may do this here.",
            ),
            Self::LastOwner => AppError::new(
                Code::LastOwner,
                "A house keeps an owner: make somebody else one first.",
            ),
            Self::Setting(ConfigError::Impossible { key, expected }) => {
                AppError::new(Code::Invalid, format!("This must be {expected}.")).at(key)
            }
            Self::Setting(error) => AppError::new(Code::BadRequest, error.to_string()),
            Self::Forbidden => AppError::new(Code::Forbidden, "You may not do this."),
            Self::ReadOnly(why) => AppError::new(Code::ReadOnly, why.sentence()),
            Self::Banned => AppError::new(
                Code::Banned,
                "You are kept out of this room by those who keep order in it.",
            ),
            Self::KeptOut => AppError::new(
                Code::Banned,
                "This person is kept out of the room. Take that back first.",
            ),
            Self::LastRoomOwner => AppError::new(
                Code::LastOwner,
                "A room keeps an owner. Make somebody else its owner first, or delete it.",
            ),
            Self::RoomNotFound => AppError::new(Code::RoomNotFound, "There is no such room."),
            Self::MessageNotFound => AppError::new(
                Code::MessageNotFound,
                "There is no such message in this room.",
            ),
            Self::PersonNotFound => AppError::new(Code::NotFound, "There is no such person."),
            Self::InviteNotFound => {
                AppError::new(Code::NotFound, "This invitation leads nowhere any more.")
            }
            Self::LinkNotFound => {
                AppError::new(Code::NotFound, "This link leads nowhere any more.")
            }
            Self::TooManyReactions => AppError::new(
                Code::TooManyReactions,
                "There are 20 kinds of reactions to this message already.",
            ),
            Self::TooManyPins => AppError::new(
                Code::Invalid,
                "50 messages are pinned in this room already. Unpin one first.",
            ),
            Self::TooManySaved => AppError::new(
                Code::Invalid,
                "You have saved 1,000 messages already. Let go of one first.",
            ),
            Self::TooLate => AppError::new(
                Code::MessageNotFound,
                "It is too late to take that back: a deleted message is kept for ten seconds.",
            ),
            Self::TooManyInvites => AppError::new(
                Code::Invalid,
                "You have as many invitations as one may have. Take one back first.",
            ),
            Self::TooManyBlocks => AppError::new(
                Code::Invalid,
                "You block as many people as one may block. Block one of them no more first.",
            ),
            Self::RateLimited { retry_after_ms } => AppError {
                retry_after_ms: Some(*retry_after_ms),
                ..AppError::new(
                    Code::RateLimited,
                    "That was too fast. Please wait a moment.",
                )
            },
            Self::Overloaded => AppError {
                retry_after_ms: Some(500),
                ..AppError::new(
                    Code::Overloaded,
                    "The server is busy. It will be tried again.",
                )
            },
            Self::Unwritable { retry_after_ms } => AppError {
                retry_after_ms: Some(*retry_after_ms),
                ..AppError::new(
                    Code::Overloaded,
                    "Nothing can be stored right now. Please try again in a moment.",
                )
            },
            Self::Draining => AppError {
                retry_after_ms: Some(1_000),
                ..AppError::new(
                    Code::Draining,
                    "The server is restarting. It will be back shortly.",
                )
            },
            Self::Store(error) if error.is_transient() => AppError {
                retry_after_ms: Some(1_000),
                ..AppError::new(
                    Code::Overloaded,
                    "The database is away right now. Please try again in a moment.",
                )
            },
            Self::Store(_) | Self::Io(_) => {
                AppError::new(Code::Internal, "Something failed on the server.")
            }
        }
    }
}

/// A name in a sentence, so that its direction is its own.
fn isolated(name: &str) -> String {
    format!("\u{2068}{name}\u{2069}")
}
