//! Identities. All are integers below 2^53, so that a JavaScript number holds them exactly.

use crate::json::{Field, Fields, FromJson, Json, ToJson, Writer};
use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! id {
    ($(#[$about:meta])* $name:ident) => {
        $(#[$about])*
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
    #[derive(Default)]
    MessageId
);
id!(
/// A position in a room's order of changes: 0 is "nothing yet", the first change is 1.
    #[derive(Default)]
    Seq
);
id!(
/// A message's identity inside its room: the [`Seq`] it was posted at. It never changes, while the
/// message's own `seq` moves on with every edit.
    Number
);

impl MessageId {
    /// Whether it is left out where only the site's own program reads, which has no use for it.
    pub(crate) fn is_left_out(&self) -> bool {
        self.0 == 0
    }
}

/// Where the ids of direct rooms begin; all of them are below 2^53.
pub const DIRECT_FROM: i64 = (1 << 52) + (1 << 51);

impl RoomId {
    /// Whether the room is its people, and has no name of its own.
    pub const fn is_direct(self) -> bool {
        self.0 >= DIRECT_FROM
    }
}

impl Seq {
    /// Nothing has happened yet.
    pub const ZERO: Self = Self(0);

    /// After all that can happen.
    pub const MAX: Self = Self(i64::MAX);

    /// The change after this one.
    pub const fn next(self) -> Self {
        Self(self.0 + 1)
    }

    /// How many changes there are after `earlier` up to this one; negative if this one is the earlier.
    pub const fn since(self, earlier: Self) -> i64 {
        self.0.saturating_sub(earlier.0)
    }
}

impl Number {
    /// Before the first message of a room.
    pub const ZERO: Self = Self(0);

    /// Of the message that is posted at this place in the order.
    pub const fn posted_at(seq: Seq) -> Self {
        Self(seq.0)
    }

    /// The place in the order right before the message: up to there has read who has not read it.
    pub const fn before(self) -> Seq {
        Seq(self.0.saturating_sub(1))
    }

    /// The place in the order at which the message was posted; where it was changed last is in the message.
    pub const fn seq(self) -> Seq {
        Seq(self.0)
    }
}
