//! Reading: rooms, a room, its history.

use super::Refused;
use super::json::Json;
use leptos::prelude::*;
use parlour_protocol::{History, Number, OpenRoom, RoomEntry, RoomId};

/// The sidebar as a fresh page would show it.
#[server(endpoint = "list_rooms", prefix = "/rpc", input = Json, output = Json)]
pub async fn list_rooms() -> Result<Vec<RoomEntry>, Refused> {
    use crate::app::api::door;
    let (ctx, scope) = door::enter().await?;
    door::answer(parlour_server::rooms::list(&ctx, &scope).await)
}

/// A room with its newest messages, or with those around `message`.
#[server(name = OpenRoomCall, endpoint = "open_room", prefix = "/rpc", input = Json, output = Json)]
pub async fn open_room(room: RoomId, message: Option<Number>) -> Result<OpenRoom, Refused> {
    use crate::app::api::door;
    use parlour_server::places::{At, View, visit};
    let view = message.map_or(View::Newest, View::Around);
    let (ctx, scope) = door::enter().await?;
    door::answer(visit(&ctx, &scope, At { room, view }).await)
}

/// A page of history older than `before` or newer than `after`.
#[server(endpoint = "read_history", prefix = "/rpc", input = Json, output = Json)]
pub async fn read_history(
    room: RoomId,
    before: Option<Number>,
    after: Option<Number>,
) -> Result<History, Refused> {
    use crate::app::api::door;
    use parlour_server::messages::{View, history};
    let view = match (before, after) {
        (Some(number), _) => View::Before(number),
        (None, Some(number)) => View::After(number),
        (None, None) => View::Newest,
    };
    let (ctx, scope) = door::enter().await?;
    door::answer(history(&ctx, &scope, room, view, parlour_protocol::rules::PAGE_SIZE).await)
}
