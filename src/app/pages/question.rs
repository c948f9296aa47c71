//! `/rooms/{slug}/delete`: asks before a room is gone.

use super::answer;
use super::parts::PlainPage;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::{RoomId, paths};
use parlour_server::http::AtRoom;
use parlour_server::{Scope, ServiceError, rooms};

/// `GET /rooms/{slug}/delete`
pub async fn delete_room(State(site): State<Site>, scope: Scope, AtRoom(room): AtRoom) -> Response {
    let page = load(&site, &scope, room).await;
    answer(&site, page)
}

async fn load(site: &Site, scope: &Scope, room: RoomId) -> Result<Response, ServiceError> {
    let room = rooms::get(&site.ctx, scope, room).await?;
    if !rooms::may_delete(scope, &room) {
        return Err(ServiceError::Forbidden);
    }
    let head = Head {
        title: "Delete room",
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    Ok(site.assets.page(StatusCode::OK, &head, move || {
        view! {
            <PlainPage
                heading=view! { "Delete " <bdi>{room.name.clone()}</bdi> "?" }
                back=paths::latest(&room)
                back_label="Keep it"
            >
                <p>"Everything said in it is deleted for everybody. This cannot be undone. Backups made before keep it."</p>
                <form class="form" method="post" action=paths::delete_room(&room)>
                    <button class="primary danger" type="submit">"Delete room"</button>
                </form>
            </PlainPage>
        }
        .into_any()
    }))
}
