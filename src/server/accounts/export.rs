//! What somebody takes along of what is theirs, as one JSON document that is made while it is read.
//!
//! *Invariant:* no more than a part of it is in memory, however much there is.

use super::own_sessions;
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store::{OwnReaction, OwnRevision, OwnRoom, OwnSaved};
use futures::stream::{self, Stream, StreamExt};
use parlour_protocol::{Number, Revision, RoomId, Seq, Timestamp, UserId};
use serde::Serialize;
use std::sync::Arc;

/// Rooms or messages in a part.
const PART: usize = 200;

/// A session in the document.
#[derive(Serialize)]
struct Session {
    device: String,
    network: String,
    begun_at: Timestamp,
    seen_on: Timestamp,
}

/// A room in the document.
#[derive(Serialize)]
struct InRoom {
    id: RoomId,
    name: String,
    kind: parlour_protocol::RoomKind,
    role: parlour_protocol::RoomRole,
    joined_at: Timestamp,
}

/// A reaction in the document.
#[derive(Serialize)]
struct Reaction {
    room_id: RoomId,
    number: Number,
    emoji: String,
    at: Timestamp,
}

/// A message in the document that they have saved.
#[derive(Serialize)]
struct Kept {
    room_id: RoomId,
    number: Number,
    saved_at: Timestamp,
}

impl From<OwnSaved> for Kept {
    fn from(own: OwnSaved) -> Self {
        Self {
            room_id: own.room,
            number: own.number,
            saved_at: own.at,
        }
    }
}

/// What a message in the document said before.
#[derive(Serialize)]
struct Earlier {
    room_id: RoomId,
    number: Number,
    #[serde(flatten)]
    revision: Revision,
}

impl From<OwnRevision> for Earlier {
    fn from(own: OwnRevision) -> Self {
        Self {
            room_id: own.room,
            number: own.number,
            revision: own.revision,
        }
    }
}

impl From<OwnReaction> for Reaction {
    fn from(own: OwnReaction) -> Self {
        Self {
            room_id: own.room,
            number: own.number,
            emoji: own.emoji,
            at: own.at,
        }
    }
}

impl From<OwnRoom> for InRoom {
    fn from(own: OwnRoom) -> Self {
        Self {
            id: own.room.id,
            name: own.room.name,
            kind: own.kind,
            role: own.role,
            joined_at: own.joined_at,
        }
    }
}

/// What comes next of the document; whether something stands before it in its list.
enum Next {
    Rooms(RoomId, bool),
    /// Of which of their ids, behind which key.
    Messages(usize, String, bool),
    /// Of which of their ids, behind which.
    Reactions(usize, Option<(RoomId, Number, String)>, bool),
    /// Of which of their ids, behind which.
    Revisions(usize, (i64, Seq), bool),
    /// Behind which message.
    Saved(i64, bool),
    Nothing,
}

/// The document of the person, in pieces: who they are, their sessions, the rooms they are in, what they wrote and have
/// not deleted, in no particular order, what they reacted to, what their messages said before they were edited, and which
/// messages they have saved.
///
/// # Errors
/// [`ServiceError::SignInRequired`]; [`ServiceError::RateLimited`]; or the database failed. The same while it is read,
/// which ends it early.
pub async fn export(
    ctx: Arc<Context>,
    scope: &Scope,
) -> Result<impl Stream<Item = Result<String, ServiceError>> + use<>, ServiceError> {
    let person = scope.require_person()?;
    let user = person.user.id;
    // What they wrote as guests before they signed in is theirs.
    let authors = [user].into_iter().chain(person.was.iter().copied());
    let authors: Arc<[UserId]> = authors.collect();
    ctx.limits.message(user, scope.address)?;
    let me = super::me(&ctx, scope).await?;
    let sessions = own_sessions(&ctx, scope).await?.into_iter();
    let sessions = sessions.map(|session| Session {
        device: session.device,
        network: session.network,
        begun_at: session.begun_at,
        seen_on: session.seen_on,
    });
    let head = format!(
        "{{\"exported_at\":{},\"me\":{},\"sessions\":{},\"rooms\":[",
        json(&ctx.clock.now()),
        json(&me),
        json(&sessions.collect::<Vec<_>>()),
    );
    let rest = stream::try_unfold(Next::Rooms(RoomId(0), false), move |next| {
        let (ctx, authors) = (Arc::clone(&ctx), Arc::clone(&authors));
        async move {
            Ok(match next {
                Next::Rooms(after, is_behind) => {
                    let rooms = ctx.store.own_rooms(user, after, PART).await?;
                    let last = rooms.last().filter(|_| rooms.len() == PART);
                    let last = last.map(|own| own.room.id);
                    let rooms: Vec<_> = rooms.into_iter().map(InRoom::from).collect();
                    let mut piece = list(&rooms, is_behind);
                    let next = match last {
                        Some(last) => Next::Rooms(last, true),
                        None => {
                            piece.push_str("],\"messages\":[");
                            Next::Messages(0, String::new(), false)
                        }
                    };
                    Some((piece, next))
                }
                Next::Messages(at, after, is_behind) => {
                    let messages = ctx.store.own_messages(authors[at], after, PART).await?;
                    let mut piece = list(&messages, is_behind);
                    let last = messages.last().filter(|_| messages.len() == PART);
                    let next = match last {
                        Some(last) => Next::Messages(at, last.client_id.clone(), true),
                        None if at + 1 < authors.len() => {
                            let is_behind = is_behind || !messages.is_empty();
                            Next::Messages(at + 1, String::new(), is_behind)
                        }
                        None => {
                            piece.push_str("],\"reactions\":[");
                            Next::Reactions(0, None, false)
                        }
                    };
                    Some((piece, next))
                }
                Next::Reactions(at, after, is_behind) => {
                    let after = after.unwrap_or((RoomId(0), Number::ZERO, String::new()));
                    let own = ctx.store.reactions_of(authors[at], after, PART).await?;
                    let last = own.last().filter(|_| own.len() == PART);
                    let last = last.map(|own| (own.room, own.number, own.emoji.clone()));
                    let own: Vec<_> = own.into_iter().map(Reaction::from).collect();
                    let mut piece = list(&own, is_behind);
                    let is_behind = is_behind || !own.is_empty();
                    let next = match last {
                        Some(last) => Next::Reactions(at, Some(last), true),
                        None if at + 1 < authors.len() => Next::Reactions(at + 1, None, is_behind),
                        None => {
                            piece.push_str("],\"revisions\":[");
                            Next::Revisions(0, (0, Seq::ZERO), false)
                        }
                    };
                    Some((piece, next))
                }
                Next::Revisions(at, after, is_behind) => {
                    let own = ctx.store.revisions_of(authors[at], after, PART).await?;
                    let last = own.last().filter(|_| own.len() == PART);
                    let last = last.map(|own| (own.row, own.revision.seq));
                    let own: Vec<_> = own.into_iter().map(Earlier::from).collect();
                    let mut piece = list(&own, is_behind);
                    let is_behind = is_behind || !own.is_empty();
                    let next = match last {
                        Some(last) => Next::Revisions(at, last, true),
                        None if at + 1 < authors.len() => {
                            Next::Revisions(at + 1, (0, Seq::ZERO), is_behind)
                        }
                        None => {
                            piece.push_str("],\"saved\":[");
                            Next::Saved(0, false)
                        }
                    };
                    Some((piece, next))
                }
                Next::Saved(after, is_behind) => {
                    let own = ctx.store.saved_of(user, after, PART).await?;
                    let last = own.last().filter(|_| own.len() == PART);
                    let last = last.map(|own| own.row);
                    let own: Vec<_> = own.into_iter().map(Kept::from).collect();
                    let mut piece = list(&own, is_behind);
                    let next = match last {
                        Some(last) => Next::Saved(last, true),
                        None => {
                            piece.push_str("]}\n");
                            Next::Nothing
                        }
                    };
                    Some((piece, next))
                }
                Next::Nothing => None,
            })
        }
    });
    Ok(stream::once(async { Ok(head) }).chain(rest))
}

/// The elements of a list with commas between them, and before them if it has some already.
fn list<T: Serialize>(elements: &[T], is_behind: bool) -> String {
    let mut piece = String::new();
    for element in elements {
        if is_behind || !piece.is_empty() {
            piece.push(',');
        }
        piece.push_str(&json(element));
    }
    piece
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and lists of them are JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_a_list_make_one_list() {
        let whole = format!(
            "[{}{}{}]",
            list(&[1, 2], false),
            list(&[3], true),
            list::<i32>(&[], true)
        );
        assert_eq!(whole, "[1,2,3]");
        assert_eq!(list::<i32>(&[], false), "");
    }
}
