//! What the island's modals ask for: REST calls (`parlour_protocol::calls`), made with the browser's session. What
//! the session asks for goes the same way, by its driver.

use crate::app::browser::fetch;
use parlour_protocol::calls::{Request, answered};
use parlour_protocol::{Room, User};

pub use parlour_protocol::calls::Refused;

/// See [`Request::give_name`].
pub async fn give_name(username: String) -> Result<User, Refused> {
    answered(fetch::call(Request::give_name(&username)).await)
}

/// See [`Request::create_room`].
pub async fn create_room(name: String, description: String) -> Result<Room, Refused> {
    answered(fetch::call(Request::create_room(&name, &description)).await)
}
