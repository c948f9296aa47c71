//! Making, leaving and deleting rooms.

use super::Refused;
use super::json::Json;
use leptos::prelude::*;
use parlour_protocol::{Room, RoomId};

/// Makes a room; needs somebody with a name.
#[server(endpoint = "create_room", prefix = "/rpc", input = Json, output = Json)]
pub async fn create_room(name: String, description: String) -> Result<Room, Refused> {
    use crate::app::api::door;
    use parlour_server::rooms::{NewRoom, create};
    let (ctx, scope) = door::enter().await?;
    door::answer(create(&ctx, &scope, NewRoom { name, description }).await)
}

/// Is no member of it any more, in any tab.
#[server(endpoint = "leave_room", prefix = "/rpc", input = Json, output = Json)]
pub async fn leave_room(room: RoomId) -> Result<(), Refused> {
    use crate::app::api::door;
    let (ctx, scope) = door::enter().await?;
    door::answer(parlour_server::rooms::leave(&ctx, &scope, room).await)
}

/// Deletes a room with everything in it; who made it, or an admin.
#[server(endpoint = "delete_room", prefix = "/rpc", input = Json, output = Json)]
pub async fn delete_room(room: RoomId) -> Result<(), Refused> {
    use crate::app::api::door;
    let (ctx, scope) = door::enter().await?;
    door::answer(parlour_server::rooms::delete(&ctx, &scope, room).await)
}
