//! The pages with the live room in them: the welcome screen, a room, a message in its place.

use super::modals::Modals;
use crate::app::browser::document::PLACE;
use crate::app::room::Parlour;
use crate::app::shell::Head;
use crate::site::Site;
use crate::site::address::{AtMessage, AtRoom};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::{Number, paths};
use parlour_server::messages::View;
use parlour_server::places::{self, At, Company};
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;

/// Which part of the history, for who pages through it without script.
#[derive(Debug, Default, Deserialize)]
pub struct Window {
    before: Option<Number>,
    after: Option<Number>,
}

/// `GET /`
pub async fn home(State(site): State<Site>, scope: Scope) -> Response {
    let page = live(&site, &scope, None).await;
    site.answer(page)
}

/// `GET /rooms/{slug}`
pub async fn room(
    State(site): State<Site>,
    scope: Scope,
    AtRoom(room): AtRoom,
    window: Result<Query<Window>, QueryRejection>,
) -> Response {
    let window = window.map(|Query(window)| window).unwrap_or_default();
    let view = match (window.before, window.after) {
        (Some(number), _) => View::Before(number),
        (None, Some(number)) => View::After(number),
        (None, None) => View::Newest,
    };
    let page = live(&site, &scope, Some(At { room, view })).await;
    site.answer(page)
}

/// `GET /rooms/{slug}/m/{number}`
pub async fn permalink(
    State(site): State<Site>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
) -> Response {
    let view = View::Around(number);
    let page = live(&site, &scope, Some(At { room, view })).await;
    site.answer(page)
}

async fn live(site: &Site, scope: &Scope, at: Option<At>) -> Result<Response, ServiceError> {
    let (ctx, printed) = (&site.ctx, &site.assets.printed);
    // Before anything is read: what is written meanwhile has another version.
    let version = ctx.store.version();
    if let Some(print) = printed.again(version, ctx, scope, at) {
        return Ok(print.into_response(StatusCode::OK));
    }
    let place = places::place(ctx, scope, at).await?;
    let company = Company::shown(&place);
    let form_key = place.form_key.clone();
    let title = place
        .open
        .as_ref()
        .map(|open| open.room.name.clone())
        .unwrap_or_default();
    // It has to be a whole address, so it needs to be known.
    let origin = ctx.settings.server.public_url.trim_end_matches('/');
    let canonical = (place.open.as_ref())
        .filter(|_| !origin.is_empty())
        .map(|open| format!("{origin}{}", paths::room(&open.room)));
    let head = Head {
        title: &title,
        is_live: true,
        canonical,
        may_be_listed: true,
    };
    let print = site.assets.print(&head, Some(&form_key), || {
        let json = serde_json::to_string(&place).expect("a place has only string keys");
        provide_context(place);
        // Nothing in it can end the element.
        let json = json.replace('<', "\\u003c");
        view! {
            <script type="application/json" id=PLACE inner_html=json></script>
            <Parlour/>
            <Modals/>
        }
        .into_any()
    });
    printed.keep(version, scope, at, company, &print);
    Ok(print.into_response(StatusCode::OK))
}
