//! What the program in a page asks for over HTTP, beside its socket: REST calls, for whom the session's cookie
//! names, and what their answers mean.
//!
//! *Invariant:* no call changes anything with `GET`.

use crate::json::{Fields, FromJson, Json, Writer};
use crate::{
    AppError, ErrorCode, Guests, Number, Posting, Revisions, Room, RoomId, RoomKind, RoomRules,
    rules,
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Where calls begin.
const ROOT: &str = "/api/chat";

/// The body of `POST /api/chat/guests` and of `POST /api/chat/me`: a name to be called by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameBody {
    /// The name as it was typed.
    pub username: String,
}

/// The body of `POST /api/chat/rooms`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomBody {
    /// The name as it was typed.
    pub name: String,
    /// What the room is about.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether it is open or closed.
    #[serde(default)]
    pub kind: Option<RoomKind>,
    /// Who posts in it.
    #[serde(default)]
    pub posting: Option<Posting>,
    /// What guests may do in it.
    #[serde(default)]
    pub guests: Option<Guests>,
    /// Who reads earlier versions of its messages.
    #[serde(default)]
    pub revisions: Option<Revisions>,
}

/// The body of `PATCH /api/chat/rooms/{room}`. What it does not name stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomChangesBody {
    /// The new name as it was typed.
    #[serde(default)]
    pub name: Option<String>,
    /// What the room is about from now on.
    #[serde(default)]
    pub description: Option<String>,
    /// Whether it is open or closed.
    #[serde(default)]
    pub kind: Option<RoomKind>,
    /// Who posts in it.
    #[serde(default)]
    pub posting: Option<Posting>,
    /// What guests may do in it.
    #[serde(default)]
    pub guests: Option<Guests>,
    /// Who reads earlier versions of its messages.
    #[serde(default)]
    pub revisions: Option<Revisions>,
    /// Whether it is archived.
    #[serde(default)]
    pub archived: Option<bool>,
}

/// A room with what decides about who may do what in it, as it is answered by itself. What pages keep of rooms has
/// none of that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuledRoom {
    /// The room as lists have it.
    #[serde(flatten)]
    pub room: Room,
    /// Who may see it.
    pub kind: RoomKind,
    /// Who posts in it.
    pub posting: Posting,
    /// What guests may do in it.
    pub guests: Guests,
    /// Who reads earlier versions of its messages.
    pub revisions: Revisions,
    /// Whether it is archived.
    pub archived: bool,
}

impl RuledRoom {
    /// A room with these rules.
    pub fn of(room: Room, rules: RoomRules) -> Self {
        Self {
            room,
            kind: rules.kind,
            posting: rules.posting,
            guests: rules.guests,
            revisions: rules.revisions,
            archived: rules.is_archived,
        }
    }
}

/// A call before it is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Request {
    /// The HTTP method.
    pub method: &'static str,
    /// The path, with its query.
    pub path: String,
    /// The media type of the body.
    pub kind: &'static str,
    /// The body of a call that has one.
    pub body: Option<String>,
}

impl Request {
    fn new(method: &'static str, path: &str) -> Self {
        Self {
            method,
            path: format!("{ROOT}{path}"),
            kind: "application/json",
            body: None,
        }
    }

    /// Asks for what a [panel](crate::paths::PANEL) shows of the page at this path, or sends its form.
    pub fn panel(path: String, form: Option<String>) -> Self {
        Self {
            method: if form.is_some() { "POST" } else { "GET" },
            path,
            kind: "application/x-www-form-urlencoded",
            body: form,
        }
    }

    fn with(self, mut body: Writer) -> Self {
        body.close('}');
        Self {
            body: Some(body.into_text()),
            ..self
        }
    }

    /// Makes a guest of this name with a session, or renames the session's person.
    /// The answer is a [`User`](crate::User).
    pub fn give_name(username: &str) -> Self {
        let mut body = Writer::new();
        body.open('{').key("username").text(username);
        Self::new("POST", "/me").with(body)
    }

    /// The list of rooms as a fresh page would show it, each a [`RoomEntry`](crate::RoomEntry).
    pub fn list_rooms() -> Self {
        Self::new("GET", "/me/rooms")
    }

    /// A room with its newest messages, or with those around `message`: an [`OpenRoom`](crate::OpenRoom).
    pub fn open_room(room: RoomId, message: Option<Number>) -> Self {
        let query = message.map(|number| format!("?around={number}"));
        let query = query.unwrap_or_default();
        Self::new("GET", &format!("/rooms/{room}/open{query}"))
    }

    /// A room with its newest messages, or, where what is unread is not all among them, with those around the place
    /// up to which it was read: an [`OpenRoom`](crate::OpenRoom).
    pub fn unread_room(room: RoomId) -> Self {
        Self::new("GET", &format!("/rooms/{room}/open?unread=true"))
    }

    /// What lies right before a message: a [`History`](crate::History).
    pub fn older(room: RoomId, than: Number) -> Self {
        Self::history(room, "before", than)
    }

    /// What lies right after a message: a [`History`](crate::History).
    pub fn newer(room: RoomId, than: Number) -> Self {
        Self::history(room, "after", than)
    }

    fn history(room: RoomId, way: &str, number: Number) -> Self {
        let limit = rules::PAGE_SIZE;
        let query = format!("{way}={number}&limit={limit}");
        Self::new("GET", &format!("/rooms/{room}/history?{query}"))
    }

    /// Is a member of the room from now on. Nothing is answered.
    pub fn join_room(room: RoomId) -> Self {
        Self::new("POST", &format!("/rooms/{room}/membership"))
    }

    /// Is no member of the room any more, in any tab. Nothing is answered.
    pub fn leave_room(room: RoomId) -> Self {
        Self::new("DELETE", &format!("/rooms/{room}/membership"))
    }

    /// Gives a message back that one has just deleted.
    pub fn undo_delete(room: RoomId, number: Number) -> Self {
        Self::new("POST", &format!("/rooms/{room}/messages/{number}/undo"))
    }

    /// Why the server takes no socket from here, if it says so: a browser does not tell a script how an attempt
    /// to open one was refused. Nothing is answered where one would be taken.
    pub fn connection() -> Self {
        Self::new("GET", "/connection")
    }
}

/// What was answered; [`None`] when the server was not reached.
pub type Answer = Option<Answered>;

/// The answer to a [`Request`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answered {
    /// Its status is one of success.
    pub is_ok: bool,
    /// The body, which is JSON.
    pub text: String,
}

/// The record that was answered.
///
/// # Errors
/// Why there is none.
pub fn answered<T: FromJson>(answer: Answer) -> Result<T, Refused> {
    let text = taken(answer)?;
    T::from_text(&text).ok_or(Refused::Unreachable)
}

/// That it was done.
///
/// # Errors
/// Why it was not.
pub fn done(answer: Answer) -> Result<(), Refused> {
    taken(answer).map(drop)
}

fn taken(answer: Answer) -> Result<String, Refused> {
    let Answered { is_ok, text } = answer.ok_or(Refused::Unreachable)?;
    if is_ok {
        return Ok(text);
    }
    let Problem(error) = Problem::from_text(&text).ok_or(Refused::Unreachable)?;
    Err(Refused::Said(error))
}

/// A refusal as REST tells it, `application/problem+json`.
struct Problem(AppError);

impl FromJson for Problem {
    fn from_json(json: Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let error = AppError {
            code: fields.maybe("code")?,
            message: fields.text("detail"),
            field: fields.maybe_text("field"),
            at: fields.maybe_number("at").and_then(|at| at.try_into().ok()),
            retry_after_ms: fields.maybe_number("retry_after_ms").map(i64::unsigned_abs),
        };
        fields.done(Self(error))
    }
}

/// Why a call did nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    /// The server said no, and why.
    Said(AppError),
    /// The server was not reached, or did not answer in its own words.
    Unreachable,
}

impl Refused {
    /// A sentence for a person.
    pub fn sentence(&self) -> &str {
        match self {
            Self::Said(error) => &error.message,
            Self::Unreachable => "The server cannot be reached. Please try again in a moment.",
        }
    }

    /// The code, when the server gave one.
    pub fn code(&self) -> Option<ErrorCode> {
        match self {
            Self::Said(error) => Some(error.code),
            Self::Unreachable => None,
        }
    }

    /// The sentence, when it is about this field.
    pub fn at(&self, field: &str) -> Option<String> {
        match self {
            Self::Said(error) if error.field.as_deref() == Some(field) => {
                Some(error.message.clone())
            }
            _ => None,
        }
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.sentence())
    }
}

impl std::error::Error for Refused {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::User;
    use serde_json::json;

    fn body(request: &Request) -> serde_json::Value {
        serde_json::from_str(request.body.as_deref().unwrap()).unwrap()
    }

    #[test]
    fn a_body_is_the_record_that_the_server_reads() {
        let named = body(&Request::give_name(" \"Zoë\"\n"));
        let NameBody { username } = serde_json::from_value(named).unwrap();
        assert_eq!(username, " \"Zoë\"\n");
    }

    #[test]
    fn only_what_changes_nothing_is_a_get() {
        let room = RoomId(3);
        for (request, expected) in [
            (Request::list_rooms(), "GET /api/chat/me/rooms"),
            (Request::open_room(room, None), "GET /api/chat/rooms/3/open"),
            (
                Request::open_room(room, Some(Number(41))),
                "GET /api/chat/rooms/3/open?around=41",
            ),
            (
                Request::unread_room(room),
                "GET /api/chat/rooms/3/open?unread=true",
            ),
            (
                Request::older(room, Number(41)),
                "GET /api/chat/rooms/3/history?before=41&limit=50",
            ),
            (
                Request::newer(room, Number(41)),
                "GET /api/chat/rooms/3/history?after=41&limit=50",
            ),
            (Request::connection(), "GET /api/chat/connection"),
            (Request::give_name("A"), "POST /api/chat/me"),
            (
                Request::leave_room(room),
                "DELETE /api/chat/rooms/3/membership",
            ),
            (
                Request::undo_delete(room, Number(41)),
                "POST /api/chat/rooms/3/messages/41/undo",
            ),
        ] {
            assert_eq!(format!("{} {}", request.method, request.path), expected);
        }
    }

    fn answer(is_ok: bool, text: impl ToString) -> Answer {
        Some(Answered {
            is_ok,
            text: text.to_string(),
        })
    }

    #[test]
    fn a_refusal_says_what_the_server_said() {
        let problem = json!({
            "type": "about:blank", "title": "Too Many Requests", "status": 429, "detail": "Later.",
            "code": "rate_limited", "field": "name", "retry_after_ms": 1_500,
        });
        let refused = done(answer(false, &problem)).unwrap_err();
        assert_eq!(refused.code(), Some(ErrorCode::RateLimited));
        assert_eq!(refused.sentence(), "Later.");
        assert_eq!(refused.at("name").as_deref(), Some("Later."));
        assert_eq!(refused.at("description"), None);
        let Refused::Said(error) = refused else {
            panic!("the server said it");
        };
        assert_eq!(error.retry_after_ms, Some(1_500));
    }

    #[test]
    fn what_is_not_understood_was_not_reached() {
        for (is_ok, text) in [(false, "<html>"), (false, "{}"), (true, ""), (true, "[]")] {
            assert_eq!(
                answered::<User>(answer(is_ok, text)),
                Err(Refused::Unreachable)
            );
        }
        assert_eq!(done(None), Err(Refused::Unreachable));
        assert_eq!(done(answer(true, "")), Ok(()));
    }
}
