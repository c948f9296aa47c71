//! The queries of lists: of a room's history, and of the rooms.

use super::Problem;
use crate::messages::{Before, View};
use crate::rooms::After;
use axum::extract::FromRequestParts;
use axum::extract::Query;
use axum::http::request::Parts;
use parlour_protocol::rules::LIST_MAX;
use parlour_protocol::{AppError, ErrorCode, Number, RoomId, Seq, Timestamp, UserId, paths};

/// The query of a page of messages: `before`, `after` or `around`, and `limit`; and of a room that is opened,
/// `unread`: where the reader begins to read.
pub(super) struct Slice {
    pub(super) view: View,
    pub(super) limit: u32,
    pub(super) is_unread: bool,
    /// The first message of this day, or the next one after it, and those behind it.
    pub(super) on: Option<Timestamp>,
}

impl<S: Send + Sync> FromRequestParts<S> for Slice {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let pairs = pairs(parts, state).await?;
        let mut slice = Self {
            view: View::Newest,
            limit: LIST_MAX,
            is_unread: false,
            on: None,
        };
        for (key, value) in &pairs {
            let view = match key.as_str() {
                "limit" => {
                    slice.limit = limit(value)?;
                    continue;
                }
                "on" => {
                    let sentence = "on must be a day in UTC, as 2026-01-02.";
                    let on = Timestamp::of_day(value);
                    slice.on = Some(on.ok_or_else(|| invalid("on", sentence.to_owned()))?);
                    continue;
                }
                "unread" => {
                    slice.is_unread = value == "true";
                    continue;
                }
                "before" => View::Before(number("before", value)?),
                "after" => View::After(number("after", value)?),
                "around" => View::Around(number("around", value)?),
                _ => continue,
            };
            if !matches!(slice.view, View::Newest) {
                let sentence = "Give one of before, after and around.";
                return Err(Problem::new(ErrorCode::BadRequest, sentence));
            }
            slice.view = view;
        }
        if slice.on.is_some() && !matches!(slice.view, View::Newest) {
            let sentence = "Give on alone, without before, after and around.";
            return Err(Problem::new(ErrorCode::BadRequest, sentence));
        }
        Ok(slice)
    }
}

/// The query of a search: `q`, or nothing.
pub(super) struct Wanted(pub(super) String);

impl<S: Send + Sync> FromRequestParts<S> for Wanted {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let mut pairs = pairs(parts, state).await?.into_iter();
        let wanted = pairs.find(|(key, _)| key == "q");
        Ok(Self(wanted.map(|(_, wanted)| wanted).unwrap_or_default()))
    }
}

/// The query of a list of invitations: the room that they lead to, and `before`.
pub(super) struct InviteSlice {
    pub(super) room: Option<RoomId>,
    pub(super) before: Option<i64>,
}

impl<S: Send + Sync> FromRequestParts<S> for InviteSlice {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let mut slice = Self {
            room: None,
            before: None,
        };
        for (key, value) in &pairs(parts, state).await? {
            match key.as_str() {
                // What is no id is a room that is not there.
                "room_id" => slice.room = Some(paths::parse_room_id(value).unwrap_or(RoomId(0))),
                "before" => {
                    let before = value.parse();
                    let sentence = "before must be what a Link header of this list has there.";
                    let before = before.map_err(|_| invalid("before", sentence.to_owned()))?;
                    slice.before = Some(before);
                }
                _ => {}
            }
        }
        Ok(slice)
    }
}

/// The query of what mentions oneself: `before`, from a `Link` header, and `limit`.
pub(super) struct MentionSlice {
    pub(super) before: Option<Before>,
    pub(super) limit: u32,
}

impl<S: Send + Sync> FromRequestParts<S> for MentionSlice {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let mut slice = Self {
            before: None,
            limit: LIST_MAX,
        };
        for (key, value) in &pairs(parts, state).await? {
            match key.as_str() {
                "limit" => slice.limit = limit(value)?,
                "before" => {
                    let sentence = "before must be what a Link header of this list has there.";
                    let before = value.parse();
                    let before = before.map_err(|()| invalid("before", sentence.to_owned()))?;
                    slice.before = Some(before);
                }
                _ => {}
            }
        }
        Ok(slice)
    }
}

/// The query of a thread: `after`, the number of a message, and `limit`.
pub(super) struct ThreadSlice {
    pub(super) after: Number,
    pub(super) limit: u32,
}

impl<S: Send + Sync> FromRequestParts<S> for ThreadSlice {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let mut slice = Self {
            after: Number::ZERO,
            limit: LIST_MAX,
        };
        for (key, value) in &pairs(parts, state).await? {
            match key.as_str() {
                "limit" => slice.limit = limit(value)?,
                "after" => slice.after = number("after", value)?,
                _ => {}
            }
        }
        Ok(slice)
    }
}

/// The query of a list of earlier versions: `before`, the seq of one, and `limit`.
pub(super) struct RevisionSlice {
    pub(super) before: Option<Seq>,
    pub(super) limit: u32,
}

impl<S: Send + Sync> FromRequestParts<S> for RevisionSlice {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let mut slice = Self {
            before: None,
            limit: LIST_MAX,
        };
        for (key, value) in &pairs(parts, state).await? {
            match key.as_str() {
                "limit" => slice.limit = limit(value)?,
                "before" => {
                    let before = value.parse().map(Seq);
                    let sentence = "before must be the seq of an earlier version.";
                    let before = before.map_err(|_| invalid("before", sentence.to_owned()))?;
                    slice.before = Some(before);
                }
                _ => {}
            }
        }
        Ok(slice)
    }
}

/// The query of a list of people in a room: `after`, a person's id, and `limit`.
pub(super) struct PeopleSlice {
    pub(super) after: UserId,
    pub(super) limit: u32,
}

impl<S: Send + Sync> FromRequestParts<S> for PeopleSlice {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let mut slice = Self {
            after: UserId(0),
            limit: LIST_MAX,
        };
        for (key, value) in &pairs(parts, state).await? {
            match key.as_str() {
                "limit" => slice.limit = limit(value)?,
                "after" => {
                    let after = value.parse().map(UserId);
                    let sentence = "after must be a person's id.";
                    slice.after = after.map_err(|_| invalid("after", sentence.to_owned()))?;
                }
                _ => {}
            }
        }
        Ok(slice)
    }
}

/// The query of a page of rooms: `after` and `limit`.
pub(super) struct RoomSlice {
    pub(super) after: Option<After>,
    pub(super) limit: u32,
}

impl<S: Send + Sync> FromRequestParts<S> for RoomSlice {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let mut slice = Self {
            after: None,
            limit: LIST_MAX,
        };
        for (key, value) in &pairs(parts, state).await? {
            match key.as_str() {
                "limit" => slice.limit = limit(value)?,
                "after" => slice.after = Some(place(value)?),
                _ => {}
            }
        }
        Ok(slice)
    }
}

async fn pairs<S: Send + Sync>(
    parts: &mut Parts,
    state: &S,
) -> Result<Vec<(String, String)>, Problem> {
    let pairs = Query::<Vec<(String, String)>>::from_request_parts(parts, state).await;
    let Query(pairs) =
        pairs.map_err(|_| Problem::new(ErrorCode::BadRequest, "The query cannot be read."))?;
    Ok(pairs)
}

fn place(text: &str) -> Result<After, Problem> {
    text.parse().map_err(|()| {
        let sentence = "after must be what a Link header of this list has there.";
        invalid("after", sentence.to_owned())
    })
}

fn limit(text: &str) -> Result<u32, Problem> {
    let limit = text
        .parse()
        .ok()
        .filter(|limit| (1..=LIST_MAX).contains(limit));
    limit.ok_or_else(|| {
        invalid(
            "limit",
            format!("limit must be a whole number from 1 to {LIST_MAX}."),
        )
    })
}

fn number(field: &'static str, text: &str) -> Result<Number, Problem> {
    text.parse()
        .map(Number)
        .map_err(|_| invalid(field, format!("{field} must be a message's number.")))
}

fn invalid(field: &str, sentence: String) -> Problem {
    AppError::new(ErrorCode::Invalid, sentence).at(field).into()
}
