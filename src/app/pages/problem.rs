//! What is shown when there is nothing to show.

use super::form_page::refused_in_panel;
use super::parts::PlainPage;
use super::shape::Shape;
use crate::app::room::class_of;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{Extensions, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use leptos::prelude::*;
use parlour_client::listed;
use parlour_client::tab::capped;
use parlour_client::unread::Unread;
use parlour_protocol::{AppError, ErrorCode, RoomEntry, paths};
use parlour_server::http::problem::retry_after;
use parlour_server::http::scope;
use parlour_server::{ClientAddress, ServiceError, rooms};

/// Any address that is nothing.
pub async fn not_found(State(site): State<Site>) -> Response {
    problem(
        &site,
        &AppError::new(ErrorCode::NotFound, "There is no such page."),
    )
}

/// An address that takes something else than what was done with it, such as the target of a form
/// that was opened like a page.
pub async fn other_method(State(site): State<Site>) -> Response {
    let error = AppError::new(
        ErrorCode::BadRequest,
        "There is nothing to see at this address.",
    );
    refusal(&site, StatusCode::METHOD_NOT_ALLOWED, &error)
}

/// A page, or the page that says why there is none.
pub fn answer(site: &Site, page: Result<Response, ServiceError>) -> Response {
    answer_in(site, Shape::Page, page)
}

/// The same in this shape.
pub fn answer_in(site: &Site, shape: Shape, page: Result<Response, ServiceError>) -> Response {
    page.unwrap_or_else(|error| {
        let (status, error) = site.refusal(&error);
        match shape {
            Shape::Page => problem(site, &error),
            Shape::Panel => {
                let said = refused_in_panel(status, heading(status), error.message.clone());
                told_when(said, &error)
            }
        }
    })
}

/// A refusal as a page, with its code's own status and a way back.
pub fn problem(site: &Site, error: &AppError) -> Response {
    let status = StatusCode::from_u16(error.code.status());
    refusal(site, status.unwrap_or(StatusCode::BAD_REQUEST), error)
}

/// The same where HTTP has a more exact status.
pub fn refusal(site: &Site, status: StatusCode, error: &AppError) -> Response {
    let why = NoPage {
        status,
        sentence: error.message.clone(),
    };
    let mut page = shown(site, &why, None);
    // Where there is too much to do already, a list of rooms would be more of it.
    if matches!(status.as_u16(), 401 | 403 | 404 | 405) {
        page.extensions_mut().insert(why);
    }
    told_when(page, error)
}

/// Why there is no page. It is left with the answer, for [`with_rooms`].
#[derive(Clone)]
struct NoPage {
    status: StatusCode,
    sentence: String,
}

/// The layer: beside why there is no page it shows the rooms, for who asked; whoever said why did not know who that is.
pub async fn with_rooms(State(site): State<Site>, request: Request, next: Next) -> Response {
    let headers = request.headers().clone();
    let address = request.extensions().get::<ClientAddress>().copied();
    let answer = next.run(request).await;
    let Some(why) = answer.extensions().get::<NoPage>() else {
        return answer;
    };
    let mut extensions = Extensions::new();
    if let Some(address) = address {
        extensions.insert(address);
    }
    let listed = async {
        let asker = scope::asker(&site.ctx, &headers, &extensions).await?;
        rooms::list(&site.ctx, &asker.scope).await
    };
    match listed.await {
        Ok(rooms) => shown(&site, why, Some(rooms)),
        Err(_) => answer,
    }
}

fn shown(site: &Site, why: &NoPage, rooms: Option<Vec<RoomEntry>>) -> Response {
    let NoPage { status, sentence } = why.clone();
    let heading = heading(status);
    let head = Head {
        title: heading,
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    site.assets.page(status, &head, move || {
        let page = view! {
            <PlainPage
                heading=heading.to_owned()
                back=paths::LIST.to_owned()
                back_label="Back to the rooms"
                status=Some(status.as_u16())
            >
                <p>{sentence}</p>
            </PlainPage>
        };
        match rooms {
            Some(rooms) => beside(rooms, page).into_any(),
            None => page.into_any(),
        }
    })
}

/// The page with the list of rooms where the live page has it.
fn beside(rooms: Vec<RoomEntry>, page: impl IntoView) -> impl IntoView {
    let is_cut = !listed::is_whole(rooms.len());
    let line = |entry: RoomEntry| {
        let unread = Unread::of(&entry);
        let room = entry.room;
        let unread = (unread.count > 0).then(|| {
            view! {
                <span class=class_of(unread) role="img" aria-label=unread.name()>
                    {capped(unread.count)}
                </span>
            }
        });
        view! {
            <li>
                <a href=paths::room(&room)>
                    <bdi>{room.name.clone()}</bdi>
                    {unread}
                </a>
            </li>
        }
    };
    view! {
        <div class="app" data-place="nothing">
            {page}
            <nav class="sidebar" aria-label="Rooms">
                <div class="sidebar-head">
                    <h2>"Rooms"</h2>
                </div>
                <ul class="room-list">{rooms.into_iter().map(line).collect_view()}</ul>
                {is_cut
                    .then(|| {
                        view! {
                            <p class="more-rooms">
                                <a href=paths::ROOMS>"All rooms"</a>
                            </p>
                        }
                    })}
            </nav>
        </div>
    }
}

fn heading(status: StatusCode) -> &'static str {
    match status.as_u16() {
        401 => "Who are you?",
        403 => "Not for you",
        404 => "Nothing here",
        421 => "Not at this address",
        429 => "A little slower",
        500.. => "That did not work",
        _ => "That was not understood",
    }
}

/// A page of a refusal that says in its head, too, when it is worth trying again.
pub fn told_when(mut page: Response, error: &AppError) -> Response {
    if let Some(wait) = retry_after(error) {
        page.headers_mut().insert(RETRY_AFTER, wait);
    }
    page
}
