//! The island's half of the calls: what is asked, and what the answer means.

use super::Refused;
use crate::app::browser::fetch;
use parlour_protocol::json::{Fields, FromJson, Json, Writer};
use parlour_protocol::{AppError, History, Number, OpenRoom, Room, RoomEntry, RoomId, User, paths};

/// Why the server takes no socket from here, if it says so: a browser does not tell a script how an
/// attempt to open one was refused.
pub async fn why_no_socket() -> Option<AppError> {
    let (is_taken, problem) = fetch::get(paths::CONNECTION).await?;
    let Problem(error) = Problem::from_text(&problem)?;
    (!is_taken).then_some(error)
}

/// A refusal as REST tells it.
struct Problem(AppError);

impl FromJson for Problem {
    fn from_json(json: Json) -> Option<Self> {
        let mut fields = Fields::of(json);
        let code = fields.maybe("code")?;
        let error = AppError {
            retry_after_ms: fields.maybe_number("retry_after_ms").map(i64::unsigned_abs),
            ..AppError::new(code, fields.text("detail"))
        };
        fields.done(Self(error))
    }
}

/// Gives whoever asks this name: a new guest with a session, or a new name for the session there is.
pub async fn give_name(username: String) -> Result<User, Refused> {
    let mut arguments = Writer::new();
    arguments.open('{').key("username").text(&username);
    understood(ask("/rpc/give_name", arguments).await?)
}

/// The sidebar as a fresh page would show it.
pub async fn list_rooms() -> Result<Vec<RoomEntry>, Refused> {
    let mut arguments = Writer::new();
    arguments.open('{');
    understood(ask("/rpc/list_rooms", arguments).await?)
}

/// A room with its newest messages, or with those around `message`.
pub async fn open_room(room: RoomId, message: Option<Number>) -> Result<OpenRoom, Refused> {
    let mut arguments = Writer::new();
    arguments.open('{').key("room").number(room.0);
    arguments.key("message").maybe_number(message);
    understood(ask("/rpc/open_room", arguments).await?)
}

/// A page of history older than `before` or newer than `after`.
pub async fn read_history(
    room: RoomId,
    before: Option<Number>,
    after: Option<Number>,
) -> Result<History, Refused> {
    let mut arguments = Writer::new();
    arguments.open('{').key("room").number(room.0);
    arguments.key("before").maybe_number(before);
    arguments.key("after").maybe_number(after);
    understood(ask("/rpc/read_history", arguments).await?)
}

/// Makes a room; needs somebody with a name.
pub async fn create_room(name: String, description: String) -> Result<Room, Refused> {
    let mut arguments = Writer::new();
    arguments.open('{').key("name").text(&name);
    arguments.key("description").text(&description);
    understood(ask("/rpc/create_room", arguments).await?)
}

/// Is no member of it any more, in any tab.
pub async fn leave_room(room: RoomId) -> Result<(), Refused> {
    about_room("/rpc/leave_room", room).await
}

/// Deletes a room with everything in it; who made it, or an admin.
pub async fn delete_room(room: RoomId) -> Result<(), Refused> {
    about_room("/rpc/delete_room", room).await
}

async fn about_room(path: &str, room: RoomId) -> Result<(), Refused> {
    let mut arguments = Writer::new();
    arguments.open('{').key("room").number(room.0);
    ask(path, arguments).await.map(drop)
}

/// Sends the arguments, whose object is still open, and reads the answer.
async fn ask(path: &str, mut arguments: Writer) -> Result<Json, Refused> {
    arguments.close('}');
    let answer = fetch::post(path, &arguments.into_text()).await;
    let (is_ok, text) = answer.ok_or(Refused::Unreachable)?;
    let json = Json::parse(&text).ok_or(Refused::Unreachable)?;
    if is_ok {
        return Ok(json);
    }
    Err(Refused::from_json(json).unwrap_or(Refused::Unreachable))
}

fn understood<T: FromJson>(json: Json) -> Result<T, Refused> {
    T::from_json(json).ok_or(Refused::Unreachable)
}
