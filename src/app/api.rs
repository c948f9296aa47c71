//! What the island asks for by itself: a REST call (`parlour_protocol::calls`), made with the browser's session. What
//! the session asks for goes the same way, by its driver.

use crate::app::browser::fetch;
use parlour_protocol::User;
use parlour_protocol::calls::{Request, answered};

pub use parlour_protocol::calls::Refused;

/// Sends [`Request::give_name`].
///
/// # Errors
/// The server refused, or was not reached.
pub async fn give_name(username: String) -> Result<User, Refused> {
    answered(fetch::call(Request::give_name(&username)).await)
}
