//! The ways in which a promise can be broken, each with its sentence.

use std::fmt;

/// Something that must not be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Violation {
    /// Nothing was sent and nothing shown, or nobody looked at the end: it proves nothing.
    NothingToCheck,
    /// Nobody says what the room is like at the end.
    NoPage {
        /// The room it concerns.
        room: i64,
    },
    /// A member whose screen was not recorded.
    NoScreen {
        /// The device it concerns.
        client: String,
        /// The room it concerns.
        room: i64,
    },
    /// The server's own list is not in order.
    PageDisordered {
        /// The room it concerns.
        room: i64,
        /// The row that stands after a later one.
        number: i64,
    },
    /// Sent, and then neither stored and acknowledged, nor refused, nor in an outbox.
    Lost {
        /// Who wrote it.
        client: String,
        /// Where it was to go.
        room: i64,
        /// The idempotency key of the send.
        key: String,
    },
    /// Acknowledged, and not there.
    AcknowledgedNotStored {
        /// Who wrote it.
        client: String,
        /// Where it should be.
        room: i64,
        /// The idempotency key of the send.
        key: String,
        /// At which place.
        number: i64,
    },
    /// One send, two places.
    AcknowledgedTwice {
        /// Who wrote it.
        client: String,
        /// The idempotency key of the send.
        key: String,
        /// The places of the acknowledgements.
        numbers: Vec<i64>,
    },
    /// An acknowledgement of what that client never sent.
    AcknowledgedUnsent {
        /// The client that got the acknowledgement.
        client: String,
        /// Of which send.
        key: String,
    },
    /// One send stands in the room more than once.
    StoredTwice {
        /// The room it concerns.
        room: i64,
        /// The idempotency key of the send.
        key: String,
        /// The numbers at which it stands.
        numbers: Vec<i64>,
    },
    /// Refused to its author, and stored.
    RefusedButStored {
        /// Who wrote it.
        client: String,
        /// Where it is.
        room: i64,
        /// The idempotency key of the send.
        key: String,
        /// At which place.
        number: i64,
    },
    /// Written after another message of the same author, and stored before it.
    SentOutOfOrder {
        /// Who wrote them.
        client: String,
        /// The room it concerns.
        room: i64,
        /// The one written later.
        key: String,
        /// The one written before.
        overtook: String,
    },
    /// A member never got a message.
    NotSeen {
        /// The client that saw it.
        client: String,
        /// The room it concerns.
        room: i64,
        /// The number of the message.
        number: i64,
    },
    /// A message came as new to who had it already.
    SeenTwice {
        /// The client that saw it.
        client: String,
        /// The room it concerns.
        room: i64,
        /// The number of the message.
        number: i64,
    },
    /// A message came after a later one.
    SeenOutOfOrder {
        /// The client that saw it.
        client: String,
        /// The room it concerns.
        room: i64,
        /// The number of the message.
        number: i64,
    },
    /// A client saw a message that the room does not have.
    SeenUnstored {
        /// The client that saw it.
        client: String,
        /// The room it concerns.
        room: i64,
        /// At which place.
        number: i64,
        /// What it was sent with.
        key: String,
    },
    /// A client received a message of a room that it is not in.
    Outsider {
        /// The client that saw it.
        client: String,
        /// Of which room.
        room: i64,
    },
    /// A client heard of something that came after it was put out of the room, and before it was let in again.
    Leaked {
        /// The device that heard of it.
        client: String,
        /// Of which room.
        room: i64,
        /// The latest change it heard of.
        seq: i64,
    },
    /// A room is on the screen of who was put out of it.
    StillShown {
        /// The device with the screen.
        client: String,
        /// The room it concerns.
        room: i64,
    },
    /// A screen is not what a fresh page shows.
    Screen {
        /// The tab with the screen.
        client: String,
        /// The room it concerns.
        room: i64,
        /// How the screen differs.
        mismatch: ScreenMismatch,
    },
}

/// The first row in which a screen differs from a fresh page.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ScreenMismatch {
    /// This one is not on it.
    Missing(i64),
    /// This one is on it, and not in the room, or not there.
    Foreign(i64),
    /// This one is shown as it was and not as it is.
    Stale(i64),
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NothingToCheck => f.write_str(
                "There is nothing to check: a history needs sends or screens, and each room's page at the end.",
            ),
            Self::NoPage { room } => write!(f, "Room {room}: nobody says what it is like at the end."),
            Self::NoScreen { client, room } => {
                write!(f, "Room {room}: {client} is a member, and nobody looked at the screen.")
            }
            Self::PageDisordered { room, number } => {
                write!(f, "Room {room}: the page has {number} after a later message.")
            }
            Self::Lost { client, room, key } => write!(
                f,
                "Room {room}: lost {key:?} of {client}: not acknowledged, not refused, in no outbox."
            ),
            Self::AcknowledgedNotStored { client, room, key, number } => write!(
                f,
                "Room {room}: {key:?} of {client} was acknowledged as {number} and is not there."
            ),
            Self::AcknowledgedTwice { client, key, numbers } => {
                write!(f, "{key:?} of {client} was acknowledged at several places: {numbers:?}.")
            }
            Self::AcknowledgedUnsent { client, key } => {
                write!(f, "{client} was told that {key:?} is stored, and never sent it.")
            }
            Self::StoredTwice { room, key, numbers } => {
                write!(f, "Room {room}: {key:?} is stored more than once, at {numbers:?}.")
            }
            Self::RefusedButStored { client, room, key, number } => write!(
                f,
                "Room {room}: {client} was told that {key:?} is refused, and it is stored as {number}."
            ),
            Self::SentOutOfOrder { client, room, key, overtook } => write!(
                f,
                "Room {room}: {client} wrote {key:?} after {overtook:?}, and it is stored before."
            ),
            Self::NotSeen { client, room, number } => {
                write!(f, "Room {room}: {client} never got {number}.")
            }
            Self::SeenTwice { client, room, number } => {
                write!(f, "Room {room}: {client} got {number} twice.")
            }
            Self::SeenOutOfOrder { client, room, number } => {
                write!(f, "Room {room}: {client} got {number} after a later one.")
            }
            Self::SeenUnstored { client, room, number, key } => write!(
                f,
                "Room {room}: {client} saw {key:?} as {number}, and the room does not have it there."
            ),
            Self::Outsider { client, room } => {
                write!(f, "Room {room}: {client} is no member and received something of it.")
            }
            Self::Leaked { client, room, seq } => {
                write!(f, "Room {room}: {client} was out of it and heard of change {seq}, which came later.")
            }
            Self::StillShown { client, room } => {
                write!(f, "Room {room}: {client} was put out of it and still shows it.")
            }
            Self::Screen { client, room, mismatch } => {
                write!(f, "Room {room}: the screen of {client} ")?;
                match mismatch {
                    ScreenMismatch::Missing(number) => write!(f, "lacks {number}."),
                    ScreenMismatch::Foreign(number) => {
                        write!(f, "shows {number} where the room does not have it.")
                    }
                    ScreenMismatch::Stale(number) => write!(f, "shows {number} as it was, not as it is."),
                }
            }
        }
    }
}
