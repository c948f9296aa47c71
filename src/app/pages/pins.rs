//! `/rooms/{slug}/pins`: what is pinned in a room, with the way to each; as a page, or as the fragment that the live page's
//! panel shows.
//!
//! *Invariant:* what is offered is what the contexts would let who looks do.

use super::form_page::fragment;
use super::parts::PlainPage;
use super::shape::Shape;
use super::{answer_in, message_item};
use crate::app::browser::dialog::TITLE;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::{Room, RoomId, paths};
use parlour_server::http::AtRoom;
use parlour_server::messages::{self, Pin};
use parlour_server::{Scope, ServiceError, rooms};

/// What the page is called.
const HEADING: &str = "Pinned messages";

/// `GET /rooms/{slug}/pins`: what is pinned there, the newest pin first.
pub async fn pins(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    AtRoom(room): AtRoom,
) -> Response {
    let page = load(&site, shape, &scope, room).await;
    answer_in(&site, shape, page)
}

async fn load(
    site: &Site,
    shape: Shape,
    scope: &Scope,
    room: RoomId,
) -> Result<Response, ServiceError> {
    let room = rooms::get(&site.ctx, scope, room).await?;
    let pins = messages::pins(&site.ctx, scope, room.id).await?;
    let may_pin = messages::may_pin(&site.ctx, scope, room.id).await?;
    Ok(match shape {
        Shape::Page => shown(site, room, pins, may_pin),
        Shape::Panel => in_panel(&room, pins, may_pin),
    })
}

fn shown(site: &Site, room: Room, pins: Vec<Pin>, may_pin: bool) -> Response {
    let head = Head {
        title: HEADING,
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    site.assets.page(StatusCode::OK, &head, move || {
        view! {
            <PlainPage heading=HEADING back=paths::room(&room) back_label="Back to the room">
                {list(&room, pins, may_pin)}
            </PlainPage>
        }
        .into_any()
    })
}

/// The same over the room. Its forms are the browser's to send.
fn in_panel(room: &Room, pins: Vec<Pin>, may_pin: bool) -> Response {
    fragment(StatusCode::OK, || {
        view! {
            <form>
                <h2 id=TITLE>{HEADING}</h2>
            </form>
            <div class="card">
                {list(room, pins, may_pin)}
                <div class="modal-actions"><button class="quiet" type="button">"Close"</button></div>
            </div>
        }
        .into_any()
    })
}

fn list(room: &Room, pins: Vec<Pin>, may_pin: bool) -> AnyView {
    if pins.is_empty() {
        return view! { <p role="status">"Nothing is pinned here."</p> }.into_any();
    }
    let items = pins.into_iter().map(
        |Pin {
             mut message, by, ..
         }| {
            message.be_of_author();
            let unpin = may_pin.then(|| {
                view! {
                    <form class="inline" method="post" action=paths::unpin(room, message.number)>
                        <button class="quiet" type="submit">"Unpin"</button>
                    </form>
                }
            });
            view! {
                <li>
                    {message_item(room, &message, None)}
                    <p class="room-facts">"Pinned by " <bdi>{by.name}</bdi></p>
                    {unpin}
                </li>
            }
        },
    );
    view! { <ol class="mentions">{items.collect_view()}</ol> }.into_any()
}
