//! Who somebody is.

use super::Refused;
use super::json::Json;
use leptos::prelude::*;
use parlour_protocol::User;

/// Gives whoever asks this name: a new guest with a session, or a new name for the session there is.
#[server(endpoint = "give_name", prefix = "/rpc", input = Json, output = Json)]
pub async fn give_name(username: String) -> Result<User, Refused> {
    use crate::app::api::door;
    let (ctx, scope) = door::enter().await?;
    let (user, token) = door::answer(door::give_name(&ctx, &scope, &username).await)?;
    if let Some(token) = token {
        door::start_session(&ctx, &token);
    }
    Ok(user)
}
