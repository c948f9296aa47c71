//! What the room island asks for besides its socket: REST calls (`parlour_protocol::calls`), made with the
//! browser's session.

use crate::app::browser::fetch;
use parlour_protocol::calls::{Request, answered, done};
use parlour_protocol::{AppError, History, Number, OpenRoom, Room, RoomEntry, RoomId, User};

pub use parlour_protocol::calls::Refused;

/// Why the server takes no socket from here, if it says so.
pub async fn why_no_socket() -> Option<AppError> {
    match done(fetch::call(Request::connection()).await) {
        Err(Refused::Said(error)) => Some(error),
        _ => None,
    }
}

/// See [`Request::give_name`].
pub async fn give_name(username: String) -> Result<User, Refused> {
    answered(fetch::call(Request::give_name(&username)).await)
}

/// See [`Request::list_rooms`].
pub async fn list_rooms() -> Result<Vec<RoomEntry>, Refused> {
    answered(fetch::call(Request::list_rooms()).await)
}

/// See [`Request::open_room`].
pub async fn open_room(room: RoomId, message: Option<Number>) -> Result<OpenRoom, Refused> {
    answered(fetch::call(Request::open_room(room, message)).await)
}

/// A page of history older than `before`, or else newer than `after`.
pub async fn read_history(
    room: RoomId,
    before: Option<Number>,
    after: Option<Number>,
) -> Result<History, Refused> {
    let request = match (before, after) {
        (None, Some(after)) => Request::newer(room, after),
        (before, _) => Request::older(room, before.unwrap_or(Number::MAX)),
    };
    answered(fetch::call(request).await)
}

/// See [`Request::create_room`].
pub async fn create_room(name: String, description: String) -> Result<Room, Refused> {
    answered(fetch::call(Request::create_room(&name, &description)).await)
}

/// See [`Request::leave_room`].
pub async fn leave_room(room: RoomId) -> Result<(), Refused> {
    done(fetch::call(Request::leave_room(room)).await)
}

/// See [`Request::delete_room`].
pub async fn delete_room(room: RoomId) -> Result<(), Refused> {
    done(fetch::call(Request::delete_room(room)).await)
}
