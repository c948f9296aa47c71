//! The form that forwards a message to another room.

use super::{Filled, see, unreadable};
use crate::app::pages::address::InRoom;
use crate::app::pages::{self, Shape, forward_page, told_when};
use crate::site::Site;
use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::http::header::ORIGIN;
use axum::response::Response;
use parlour_protocol::{Number, Room, RoomId, paths};
use parlour_server::http::AtMessage;
use parlour_server::messages::{self, Forward};
use parlour_server::{ServiceError, rooms};
use serde::Deserialize;

/// Where to, and the idempotency key.
#[derive(Debug, Deserialize)]
pub struct ForwardForm {
    to: RoomId,
    client_id: Option<String>,
}

/// `POST /rooms/{slug}/m/{number}/forward`: quotes a message in another room, and leads there.
pub async fn forward(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    AtMessage(_, number): AtMessage,
    headers: HeaderMap,
    form: Filled<ForwardForm>,
) -> Response {
    let Ok(Form(ForwardForm { to, client_id })) = form else {
        return unreadable(&site);
    };
    let wanted = Forward {
        from: (room.id, number),
        address: address(&site, &headers, &room, number),
        to,
        client_id: client_id.clone(),
    };
    let forwarded = async {
        let to = rooms::get(&site.ctx, &scope, to).await?;
        let posted = messages::forward(&site.ctx, &scope, wanted).await?;
        Ok::<_, ServiceError>(paths::sent(&to, posted.message.number))
    };
    match forwarded.await {
        Ok(path) => see(&path),
        Err(ServiceError::SignInRequired) => see(&paths::join(&paths::forward(&room, number))),
        Err(error) => {
            let (status, error) = site.refusal(&error);
            let at = (room.id, number);
            let wrong = Some((status, error.message.clone()));
            let key = client_id.unwrap_or_default();
            let page = forward_page(&site, Shape::Page, &scope, at, key, wrong).await;
            told_when(pages::answer(&site, page), &error)
        }
    }
}

/// Where a message stands, as a whole address: under the house's own, or under that which the page was at that sends this.
fn address(site: &Site, headers: &HeaderMap, room: &Room, number: Number) -> String {
    let set = site.ctx.settings.server.public_url.trim_end_matches('/');
    let sent = headers.get(ORIGIN).and_then(|origin| origin.to_str().ok());
    let origin = Some(set).filter(|set| !set.is_empty()).or(sent);
    let origin = origin.filter(|origin| origin.starts_with("http"));
    // By the number alone: what the room is called is not told where it is not seen.
    let path = paths::kept(room.id);
    origin.map_or_else(String::new, |origin| format!("{origin}{path}/m/{number}"))
}
