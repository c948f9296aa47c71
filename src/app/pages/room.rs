//! The pages with the live room in them: the welcome screen, a room, a message in its place.

use super::answer;
use crate::app::sheet::{Kind, Sheet};
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use parlour_protocol::Number;
use parlour_server::http::{AtMessage, AtRoom};
use parlour_server::messages::View;
use parlour_server::places::{self, At};
use parlour_server::rooms;
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;
use std::sync::Arc;

/// Which part of the history, for who pages through it without script.
#[derive(Debug, Default, Deserialize)]
pub struct Window {
    before: Option<Number>,
    after: Option<Number>,
}

/// `GET /`
pub async fn home(State(site): State<Site>, scope: Scope) -> Response {
    let page = live(&site, &scope, None).await;
    answer(&site, page)
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
    answer(&site, page)
}

/// `GET /rooms/{slug}/m/{number}`
pub async fn permalink(
    State(site): State<Site>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
) -> Response {
    let view = View::Around(number);
    let page = live(&site, &scope, Some(At { room, view })).await;
    answer(&site, page)
}

async fn live(site: &Site, scope: &Scope, at: Option<At>) -> Result<Response, ServiceError> {
    let (ctx, sheets) = (&site.ctx, &site.sheets);
    // Before anything is read: what is written meanwhile has another version.
    let version = ctx.store.version();
    let kind = Kind::of(scope, at);
    let mut known = sheets.at(version, &kind);
    if known.is_none() {
        let own = rooms::belongs_to(ctx, scope).await?;
        known = sheets.at(version, &kind.clone().among(own));
    }
    let sheet = match known.filter(|sheet| sheet.shared().has_its_company(ctx)) {
        Some(sheet) => sheet,
        None => {
            let (site, scope) = (site.clone(), scope.clone());
            let address = scope.address;
            let drawn = ctx.share.run(address, async move {
                let shared = places::shared(&site.ctx, &scope, at).await?;
                let kind = if shared.is_for_everybody() {
                    kind
                } else {
                    kind.among(rooms::belongs_to(&site.ctx, &scope).await?)
                };
                let sheet = Sheet::new(&site.assets, &site.ctx, shared, &kind);
                Ok::<_, ServiceError>((kind, Arc::new(sheet)))
            });
            let (kind, sheet) = drawn.await??;
            sheets.keep(version, kind, sheet.clone(), sheet.weight());
            sheet
        }
    };
    let own = places::own(ctx, scope, sheet.shared()).await?;
    Ok(sheet.filled(&own).into_response(StatusCode::OK))
}
