//! `/mentions`: what mentions the reader, the newest first, each with the way to it.

use super::answer;
use super::parts::PlainPage;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::quote::gist;
use parlour_protocol::{Message, Room, RoomId, paths, rules};
use parlour_server::messages::{self, Mentioning};
use parlour_server::{Scope, ServiceError, rooms};
use serde::Deserialize;
use std::collections::{HashMap, HashSet};

/// Where the part begins.
#[derive(Debug, Default, Deserialize)]
pub struct MentionsAsked {
    before: Option<String>,
}

/// `GET /mentions`: what mentions who asks.
pub async fn mentions(
    State(site): State<Site>,
    scope: Scope,
    asked: Result<Query<MentionsAsked>, QueryRejection>,
) -> Response {
    let MentionsAsked { before } = asked.map(|Query(asked)| asked).unwrap_or_default();
    match load(&site, &scope, before).await {
        Err(ServiceError::SignInRequired) => {
            Redirect::to(&paths::join(paths::MENTIONS)).into_response()
        }
        page => answer(&site, page),
    }
}

async fn load(
    site: &Site,
    scope: &Scope,
    before: Option<String>,
) -> Result<Response, ServiceError> {
    // What begins nowhere begins at the newest.
    let before = before.and_then(|before| before.parse().ok());
    let page = messages::mentioning(&site.ctx, scope, before, rules::PAGE_SIZE).await?;
    let ids = page.messages.iter().map(|message| message.room_id);
    let rooms = rooms_of(site, scope, ids).await?;
    Ok(shown(site, page, &rooms))
}

/// Those of these rooms that are in sight.
pub(super) async fn rooms_of(
    site: &Site,
    scope: &Scope,
    ids: impl Iterator<Item = RoomId>,
) -> Result<HashMap<RoomId, Room>, ServiceError> {
    let mut known: HashMap<_, Room> = HashMap::new();
    for id in ids.collect::<HashSet<_>>() {
        match rooms::get(&site.ctx, scope, id).await {
            Ok(room) => drop(known.insert(id, room)),
            // It went out of sight meanwhile.
            Err(ServiceError::RoomNotFound) => {}
            Err(failed) => return Err(failed),
        }
    }
    Ok(known)
}

fn shown(site: &Site, page: Mentioning, rooms: &HashMap<RoomId, Room>) -> Response {
    let head = Head {
        title: "Mentions",
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    let Mentioning { messages, next } = page;
    let is_empty = messages.is_empty();
    let lines = messages.into_iter().filter_map(|mut message| {
        message.be_of_author();
        let room = rooms.get(&message.room_id)?;
        Some(view! { <li>{message_item(room, &message, Some(&room.name))}</li> })
    });
    let lines = lines.collect_view();
    let more = next.map(|next| format!("{}?before={next}", paths::MENTIONS));
    site.assets.page(StatusCode::OK, &head, move || {
        view! {
            <PlainPage heading="Mentions" back=paths::LIST.to_owned() back_label="Back to the start">
                {is_empty.then(|| view! { <p>"Nothing mentions you yet."</p> })}
                <ol class="mentions">{lines}</ol>
                {more.map(|more| view! { <p><a class="older" href=more>"Earlier mentions"</a></p> })}
            </PlainPage>
        }
        .into_any()
    })
}

/// A message in a list: the way to it, under its author and the room it is in if that is to be said, and how it begins.
pub fn message_item(room: &Room, message: &Message, named: Option<&str>) -> AnyView {
    let at = message.timestamp.civil(0);
    let time = format!("{}, {} UTC", at.date(), at.clock());
    let named = named.map(|name| view! { " in " <bdi>{name.to_owned()}</bdi> });
    view! {
        <a href=paths::message(room, message.number)><bdi>{message.username.clone()}</bdi> {named}</a>
        " "
        <time datetime=message.timestamp.to_string()>{time}</time>
        <p dir="auto">{gist(&message.content, message.doc.as_ref())}</p>
    }
    .into_any()
}
