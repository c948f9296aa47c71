//! `/rooms/{slug}/date`: asks for a day, and leads to its first message in the room.
//!
//! Days are those of UTC, as pages without script show them.

use super::parts::PlainPage;
use super::{address::InRoom, answer};
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{Room, Timestamp, paths};
use parlour_server::messages::first_since;
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;

/// Which day is wanted.
#[derive(Debug, Default, Deserialize)]
pub struct DateAsked {
    on: Option<String>,
}

/// `GET /rooms/{slug}/date?on=2026-01-02`: the first message of that day or the next one after it; without `on` the page
/// that asks for one.
pub async fn date(
    State(site): State<Site>,
    InRoom(scope, room): InRoom,
    asked: Result<Query<DateAsked>, QueryRejection>,
) -> Response {
    let DateAsked { on } = asked.map(|Query(asked)| asked).unwrap_or_default();
    let page = load(&site, &scope, room, on).await;
    answer(&site, page)
}

async fn load(
    site: &Site,
    scope: &Scope,
    room: Room,
    on: Option<String>,
) -> Result<Response, ServiceError> {
    let Some(on) = on else {
        return Ok(shown(site, StatusCode::OK, room, String::new(), None));
    };
    let Some(at) = Timestamp::of_day(&on) else {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return Ok(shown(
            site,
            status,
            room,
            on,
            Some("This is no day, as 2026-01-02 is one."),
        ));
    };
    let there = match first_since(&site.ctx, scope, room.id, at).await? {
        Some(number) => paths::message(&room, number),
        None => paths::room(&room),
    };
    Ok(Redirect::to(&there).into_response())
}

fn shown(
    site: &Site,
    status: StatusCode,
    room: Room,
    on: String,
    wrong: Option<&'static str>,
) -> Response {
    let head = Head {
        title: "Jump to a date",
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    site.assets.page(status, &head, move || {
        let here = paths::date(&room);
        let made = room.created_at.civil(0);
        let first = format!("{here}?on=0001-01-01");
        let made = format!("{:04}-{:02}-{:02}", made.year, made.month, made.day);
        view! {
            <PlainPage heading="Jump to a date" back=paths::room(&room) back_label="Back to the room">
                <form class="form" method="get" action=here>
                    <div class="field">
                        <label for="on">"Day"</label>
                        <input
                            id="on"
                            type="date"
                            name="on"
                            required
                            value=on
                            min=made
                            aria-describedby="on-error"
                            aria-invalid=wrong.map(|_| "true")
                        />
                        <p class="field-error" id="on-error" role="alert">{wrong}</p>
                    </div>
                    <p class="field-hint">"It leads to the first message of that day, or to the next one after it. Days are those of UTC."</p>
                    <button class="primary" type="submit">"Go there"</button>
                </form>
                <p><a href=first>"First message"</a></p>
            </PlainPage>
        }
        .into_any()
    })
}
