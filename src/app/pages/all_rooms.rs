//! `/rooms`: all rooms there are, a part at a time.

use super::answer;
use super::parts::PlainPage;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::{Room, paths, rules};
use parlour_server::rooms::{self, RoomsPage};
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;

/// Behind which room the part begins.
#[derive(Debug, Default, Deserialize)]
pub struct Part {
    after: Option<String>,
}

/// `GET /rooms`: all rooms, in keyset pages.
pub async fn all_rooms(
    State(site): State<Site>,
    scope: Scope,
    part: Result<Query<Part>, QueryRejection>,
) -> Response {
    // What cannot be read leads to the beginning, as on the other pages.
    let after = part.ok().and_then(|Query(part)| part.after?.parse().ok());
    let is_first = after.is_none();
    let page = rooms::page(&site.ctx, &scope, after, rules::LIST_MAX).await;
    let page: Result<Response, ServiceError> = page.map(|page| shown(&site, page, is_first));
    answer(&site, page)
}

fn shown(site: &Site, RoomsPage { rooms, next }: RoomsPage, is_first: bool) -> Response {
    let head = Head {
        title: "All rooms",
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    site.assets.page(StatusCode::OK, &head, move || {
        view! {
            <PlainPage heading="All rooms".to_owned() back=paths::HOME.to_owned() back_label="Back to the start">
                <ul class="all-rooms">{rooms.into_iter().map(line).collect_view()}</ul>
                {next
                    .map(|next| {
                        view! {
                            <p>
                                <a rel="next" href=paths::rooms_after(&next.to_string())>"More rooms"</a>
                            </p>
                        }
                    })}
                {(!is_first)
                    .then(|| {
                        view! {
                            <p>
                                <a href=paths::ROOMS>"From the beginning"</a>
                            </p>
                        }
                    })}
            </PlainPage>
        }
        .into_any()
    })
}

fn line(room: Room) -> impl IntoView {
    let online = (room.online > 0).then(|| {
        view! {
            <span class="room-online">
                {room.online.to_string()}
                <span class="visually-hidden">" online"</span>
            </span>
        }
    });
    let about = (!room.description.is_empty()).then(|| {
        view! {
            <p class="room-description">
                <bdi>{room.description.clone()}</bdi>
            </p>
        }
    });
    view! {
        <li>
            <a href=paths::room(&room)>
                <bdi>{room.name.clone()}</bdi>
                {online}
            </a>
            {about}
        </li>
    }
}
