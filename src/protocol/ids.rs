//! Identities. All are integers below 2^53, so that a JavaScript number holds them exactly.

use crate::json::{Field, Fields, FromJson, Json, ToJson, Writer};
use serde::{Deserialize, Serialize};
use std::fmt;

/// A position in a room's order of changes: 0 is "nothing yet", the first change is 1.
pub type Seq = i64;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromJson for $name {
            fn from_json(json: Json) -> Option<Self> {
                i64::from_json(json).map(Self)
            }
        }

        impl Field for $name {
            fn needed(fields: &mut Fields, name: &str) -> Self {
                Self(fields.number(name))
            }

            fn optional(fields: &mut Fields, name: &str) -> Option<Self> {
                fields.maybe_number(name).map(Self)
            }
        }

        impl ToJson for $name {
            fn to_json(&self, writer: &mut Writer) {
                writer.number(self.0);
            }
        }
    };
}

id!(
/// The id of a room. It never changes; the name may.
    RoomId
);
id!(
/// The id of a user, a person or a program.
    UserId
);
id!(
/// The id of a message across all rooms. People and links use its [`Number`] instead.
    MessageId
);
id!(
/// A message's identity inside its room: the [`Seq`] it was posted at. It never changes, while the
/// message's own `seq` moves on with every edit.
    Number
);

impl Number {
    /// Before the first message of a room.
    pub const ZERO: Self = Self(0);

    /// Of the message that is posted at this place in the order.
    pub const fn posted_at(seq: Seq) -> Self {
        Self(seq)
    }

    /// The place in the order at which the message was posted; where it was changed last is in the message.
    pub const fn seq(self) -> Seq {
        self.0
    }
}
