//! A client's frame as a command for this kind of socket, or the error that answers it.

use crate::messages::{Edit, NewMessage};
use crate::realtime::{Frame, SocketKind};
use parlour_protocol::{AppError, ClientFrame, ErrorCode, Number, RoomId, Seq, ServerFrame};
use serde::Deserialize;

/// A frame, with the room it is about; or refused.
#[derive(Debug)]
pub(super) enum Command {
    Refused(Refused),
    Send(Send),
    Join {
        room: RoomId,
        after: Option<Seq>,
        look: bool,
        knows: Vec<String>,
    },
    Leave {
        room: RoomId,
    },
    Edit {
        room: RoomId,
        number: Number,
        edit: Edit,
    },
    Delete {
        room: RoomId,
        number: Number,
    },
    React {
        room: RoomId,
        number: Number,
        emoji: String,
        on: bool,
    },
    Typing {
        room: RoomId,
        is_typing: bool,
    },
    Sync {
        room: RoomId,
        after: Seq,
    },
    Read {
        room: RoomId,
        seq: Seq,
    },
    Unread {
        room: RoomId,
        number: Number,
    },
    Rooms {
        known: Option<String>,
    },
    SyncHouse {
        after: Seq,
    },
    SyncMe {
        after: Seq,
    },
}

/// A message that is sent to a room.
#[derive(Debug)]
pub(super) struct Send {
    pub(super) room: RoomId,
    pub(super) message: NewMessage,
}

impl Command {
    /// The command that this frame is on a socket of this kind.
    pub(super) fn of(kind: SocketKind, frame: ClientFrame) -> Self {
        Self::parse(kind, frame).unwrap_or_else(Self::Refused)
    }

    fn parse(kind: SocketKind, frame: ClientFrame) -> Result<Self, Refused> {
        let room_in = |given: Option<RoomId>| room_of(kind, given, None);
        Ok(match frame {
            ClientFrame::Join {
                room_id,
                after,
                look,
                knows,
            } => Self::Join {
                room: of_many(kind, room_id)?,
                after,
                look,
                knows,
            },
            ClientFrame::Leave { room_id } => Self::Leave {
                room: of_many(kind, room_id)?,
            },
            ClientFrame::Message {
                room_id,
                content,
                client_id,
                reply_to,
                format,
                mentions,
            } => Self::Send(Send {
                room: room_of(kind, room_id, client_id.as_deref())?,
                message: NewMessage {
                    content,
                    client_id,
                    reply_to,
                    format,
                    mentions,
                    is_quoting: false,
                },
            }),
            ClientFrame::Edit {
                room_id,
                number,
                content,
                format,
                mentions,
            } => Self::Edit {
                room: room_in(room_id)?,
                number,
                edit: Edit {
                    content,
                    format,
                    mentions,
                },
            },
            ClientFrame::Delete { room_id, number } => Self::Delete {
                room: room_in(room_id)?,
                number,
            },
            ClientFrame::React {
                room_id,
                number,
                emoji,
                on,
            } => Self::React {
                room: room_in(room_id)?,
                number,
                emoji,
                on,
            },
            ClientFrame::Typing { room_id, is_typing } => Self::Typing {
                room: room_in(room_id)?,
                is_typing,
            },
            ClientFrame::Sync { room_id, after } => Self::Sync {
                room: room_in(room_id)?,
                after,
            },
            ClientFrame::Read { room_id, seq } => Self::Read {
                room: room_in(room_id)?,
                seq,
            },
            ClientFrame::Unread { room_id, number } => Self::Unread {
                room: room_in(room_id)?,
                number,
            },
            ClientFrame::Rooms { known } => {
                house_on(kind, "This socket is for one room; /ws lists the others.")?;
                Self::Rooms { known }
            }
            ClientFrame::SyncHouse { after } => {
                house_on(kind, STREAMS_ELSEWHERE)?;
                Self::SyncHouse { after }
            }
            ClientFrame::SyncMe { after } => {
                house_on(kind, STREAMS_ELSEWHERE)?;
                Self::SyncMe { after }
            }
        })
    }
}

const STREAMS_ELSEWHERE: &str = "This socket is for one room; /ws has what belongs to none.";

/// Only a `/ws` socket takes what is about more than one room.
fn house_on(kind: SocketKind, sentence: &str) -> Result<(), Refused> {
    match kind {
        SocketKind::Many => Ok(()),
        SocketKind::One(_) => Err(About::default().bad(sentence)),
    }
}

/// The room of a frame that only a `/ws` socket takes.
fn of_many(kind: SocketKind, room: RoomId) -> Result<RoomId, Refused> {
    match kind {
        SocketKind::Many => Ok(room),
        SocketKind::One(_) => {
            let sentence = "This socket is for one room; /ws joins and leaves others.";
            Err(About::room(room).bad(sentence))
        }
    }
}

/// The room a frame is about: the one it names, or that of a one-room socket.
fn room_of(
    kind: SocketKind,
    given: Option<RoomId>,
    client_id: Option<&str>,
) -> Result<RoomId, Refused> {
    let refused = |sentence| {
        let about = About {
            room_id: given,
            client_id: client_id.map(str::to_owned),
        };
        Err(about.bad(sentence))
    };
    match (kind, given) {
        (SocketKind::One(room), None) => Ok(room),
        (SocketKind::One(room), Some(given)) if given != room => {
            refused("This socket is for one room; use /ws for others.")
        }
        (_, Some(given)) => Ok(given),
        (SocketKind::Many, None) => refused("Say in which room: room_id."),
    }
}

/// The room and idempotency key that an `error` frame repeats, as far as the refused frame can be parsed.
#[derive(Clone, Debug, Default, Deserialize)]
pub(super) struct About {
    #[serde(default)]
    pub(super) room_id: Option<RoomId>,
    #[serde(default)]
    pub(super) client_id: Option<String>,
}

/// An error with what it is about: an `error` frame that is not encoded yet.
#[derive(Debug)]
pub(super) struct Refused {
    error: AppError,
    about: About,
}

impl About {
    /// Reads them out of a frame that was refused.
    pub(super) fn of(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_default()
    }

    pub(super) fn room(room: RoomId) -> Self {
        Self {
            room_id: Some(room),
            client_id: None,
        }
    }

    pub(super) fn error(self, error: AppError) -> Refused {
        Refused { error, about: self }
    }

    fn bad(self, sentence: &str) -> Refused {
        self.error(AppError::new(ErrorCode::BadRequest, sentence))
    }
}

impl Refused {
    /// How much of the client's own words the answer has in it.
    pub(super) fn repeated_bytes(&self) -> usize {
        self.about.client_id.as_ref().map_or(0, String::len)
    }

    /// Encodes the `error` frame.
    pub(super) fn frame(self) -> Frame {
        let About { room_id, client_id } = self.about;
        ServerFrame::error(self.error, room_id, client_id)
            .encode()
            .into()
    }
}
