//! `/saved`: what the reader has saved for themselves, in all rooms that they see.

use super::mentions::rooms_of;
use super::parts::PlainPage;
use super::{answer, message_item};
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{paths, rules};
use parlour_server::messages::{self, Saved};
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;

/// Where the part begins.
#[derive(Debug, Default, Deserialize)]
pub struct SavedAsked {
    before: Option<String>,
}

/// `GET /saved`: what who asks has saved, what was saved last first.
pub async fn saved(
    State(site): State<Site>,
    scope: Scope,
    asked: Result<Query<SavedAsked>, QueryRejection>,
) -> Response {
    let SavedAsked { before } = asked.map(|Query(asked)| asked).unwrap_or_default();
    match load(&site, &scope, before).await {
        Err(ServiceError::SignInRequired) => {
            Redirect::to(&paths::join(paths::SAVED)).into_response()
        }
        page => answer(&site, page),
    }
}

async fn load(
    site: &Site,
    scope: &Scope,
    before: Option<String>,
) -> Result<Response, ServiceError> {
    // What begins nowhere begins with the newest.
    let before = before.and_then(|before| before.parse().ok());
    let page = messages::saved(&site.ctx, scope, before, rules::PAGE_SIZE).await?;
    let ids = page.saved.iter().map(|saved| saved.message.room_id);
    let rooms = rooms_of(site, scope, ids).await?;
    let head = Head {
        title: "Saved messages",
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    let is_empty = page.saved.is_empty();
    let more = page.next;
    let more = more.map(|next| format!("{}?before={next}", paths::SAVED));
    let items = page
        .saved
        .into_iter()
        .filter_map(|Saved { mut message, .. }| {
            message.be_of_author();
            let room = rooms.get(&message.room_id)?;
            Some(view! {
                <li>
                    {message_item(room, &message, Some(&room.name))}
                    <form class="inline" method="post" action=paths::unsave(room, message.number)>
                        <input type="hidden" name="next" value=paths::SAVED/>
                        <button class="quiet" type="submit">"Remove from saved"</button>
                    </form>
                </li>
            })
        });
    let items = items.collect_view();
    Ok(site.assets.page(StatusCode::OK, &head, move || {
        view! {
            <PlainPage heading="Saved messages" back=paths::LIST.to_owned() back_label="Back to the start">
                {is_empty.then(|| view! { <p role="status">"You have saved no message."</p> })}
                <ol class="mentions">{items}</ol>
                {more.map(|more| view! { <p><a class="older" href=more>"Saved earlier"</a></p> })}
            </PlainPage>
        }
        .into_any()
    }))
}
