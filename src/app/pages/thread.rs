//! `/rooms/{slug}/m/{number}/thread`: a message, all that answers it, and a form for one more answer.

use super::answer;
use super::edit::answers;
use super::parts::{PlainPage, TextField};
use super::shape::Shape;
use crate::app::live_page::thread_row;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_client::timeline::{Row, Timeline, hide, utc};
use parlour_protocol::{History, Number, Room, RoomId, paths};
use parlour_server::http::AtMessage;
use parlour_server::messages::{self, ThreadPage};
use parlour_server::{Scope, ServiceError, rooms};
use serde::Deserialize;

/// Behind which message the part begins.
#[derive(Debug, Default, Deserialize)]
pub struct ThreadAsked {
    after: Option<Number>,
}

/// `GET /rooms/{slug}/m/{number}/thread`: the thread that the message is in. What is sent answers that message.
pub async fn thread(
    State(site): State<Site>,
    scope: Scope,
    AtMessage(room, number): AtMessage,
    asked: Result<Query<ThreadAsked>, QueryRejection>,
) -> Response {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let page = load(&site, &scope, room, number, asked).await;
    answer(&site, page)
}

async fn load(
    site: &Site,
    scope: &Scope,
    room: RoomId,
    number: Number,
    asked: ThreadAsked,
) -> Result<Response, ServiceError> {
    let room = rooms::get(&site.ctx, scope, room).await?;
    let after = asked.after.unwrap_or(Number::ZERO);
    let page = messages::thread_page(&site.ctx, scope, room.id, number, after).await?;
    Ok(shown(site, &room, number, page))
}

fn shown(site: &Site, room: &Room, number: Number, page: ThreadPage) -> Response {
    let head = Head {
        title: "Thread",
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    let ThreadPage {
        thread,
        mine,
        blocked,
        may_post,
        form_key,
    } = page;
    let more = thread.messages.last().filter(|_| thread.has_newer);
    let more = more.map(|last| format!("{}?after={}", paths::thread(room, number), last.number));
    let history = History {
        messages: thread.messages,
        ..History::default()
    };
    let mut rows = Timeline::new(history).rows(&mine, None, utc);
    hide(&mut rows, &blocked);
    let rows: String = rows
        .into_iter()
        .map(|row: Row| thread_row(room, row))
        .collect();
    let (action, back) = (paths::send(room), paths::message(room, thread.root));
    site.assets.page(StatusCode::OK, &head, move || {
        view! {
            <PlainPage heading="Thread" back=back back_label="Back to the room">
                <div class="log thread" inner_html=rows></div>
                {more.map(|more| view! { <p><a class="newer" href=more>"Later answers"</a></p> })}
                <span id="latest"></span>
                {may_post
                    .then(|| {
                        view! {
                            <form class="form" method="post" action=action>
                                <input type="hidden" name="client_id" value=form_key/>
                                {answers(Some(number))}
                                <TextField
                                    label="Answer"
                                    name="content"
                                    value=String::new()
                                    error=None
                                    shape=Shape::Page
                                />
                                <button class="primary" type="submit">"Send"</button>
                            </form>
                        }
                    })}
            </PlainPage>
        }
        .into_any()
    })
}
