//! `/rooms/{slug}/m/{number}/thread`: a message, all that answers it, and a form for one more answer; as a page, and in
//! the panel over the live room.

use super::edit::Typed;
use super::form_page::fragment;
use super::parts::{PlainPage, TextField};
use super::shape::Shape;
use super::{answer_in, edit_page};
use crate::app::browser::dialog::TITLE;
use crate::app::live_page::thread_line;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_client::timeline::{Timeline, hide, utc};
use parlour_protocol::{AppError, History, Number, Room, RoomId, paths};
use parlour_server::http::AtMessage;
use parlour_server::messages::{self, ThreadPage};
use parlour_server::{Scope, ServiceError, rooms};
use serde::Deserialize;

/// What the page is called.
const HEADING: &str = "Thread";

/// Behind which message the part begins.
#[derive(Debug, Default, Deserialize)]
pub struct ThreadAsked {
    after: Option<Number>,
}

/// `GET /rooms/{slug}/m/{number}/thread`: the thread that the message is in. What is sent answers that message.
pub async fn thread(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    AtMessage(room, number): AtMessage,
    asked: Result<Query<ThreadAsked>, QueryRejection>,
) -> Response {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let page = load(&site, shape, &scope, (room, number), asked).await;
    answer_in(&site, shape, page)
}

async fn load(
    site: &Site,
    shape: Shape,
    scope: &Scope,
    (room, number): (RoomId, Number),
    asked: ThreadAsked,
) -> Result<Response, ServiceError> {
    let room = rooms::get(&site.ctx, scope, room).await?;
    let after = asked.after.unwrap_or(Number::ZERO);
    let page = messages::thread_page(&site.ctx, scope, room.id, number, after).await?;
    Ok(match shape {
        Shape::Page => shown(site, &room, number, page),
        Shape::Panel => {
            let status = StatusCode::OK;
            in_panel(status, &room, number, page, String::new(), None)
        }
    })
}

/// What is wrong with an answer, beside what was typed.
pub async fn refused_answer(
    site: &Site,
    shape: Shape,
    scope: &Scope,
    (room, number): (&Room, Number),
    typed: Typed<'_>,
    (status, error): (StatusCode, &AppError),
) -> Response {
    if shape == Shape::Page {
        return edit_page(site, status, room, typed);
    }
    let page = messages::thread_page(&site.ctx, scope, room.id, number, Number::ZERO).await;
    let text = typed.content.to_owned();
    let wrong = Some(error.message.clone());
    let status = StatusCode::UNPROCESSABLE_ENTITY;
    let page = page.map(|page| in_panel(status, room, number, page, text, wrong));
    answer_in(site, shape, page)
}

/// The messages as text.
fn lines(room: &Room, page: &mut ThreadPage) -> String {
    let history = History {
        messages: std::mem::take(&mut page.thread.messages),
        ..History::default()
    };
    let mut rows = Timeline::new(history).rows(&page.mine, None, utc);
    hide(&mut rows, &page.blocked);
    let root = page.thread.root;
    let lines = rows.into_iter().map(|row| thread_line(room, row, root));
    lines.collect()
}

/// Where the rest is.
fn rest(room: &Room, number: Number, page: &ThreadPage) -> Option<impl IntoView + use<>> {
    let last = page.thread.messages.last();
    let last = last.filter(|_| page.thread.has_newer)?;
    let more = format!("{}?after={}", paths::thread(room, number), last.number);
    Some(view! { <p><a class="newer" href=more>"Later answers"</a></p> })
}

fn shown(site: &Site, room: &Room, number: Number, mut page: ThreadPage) -> Response {
    let head = Head {
        title: HEADING,
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    let rest = rest(room, number, &page);
    let lines = lines(room, &mut page);
    let (action, back) = (
        paths::thread(room, number),
        paths::message(room, page.thread.root),
    );
    site.assets.page(StatusCode::OK, &head, move || {
        view! {
            <PlainPage heading=HEADING back=back back_label="Back to the room">
                <div class="thread" inner_html=lines></div>
                {rest}
                <span id="latest"></span>
                {page
                    .may_post
                    .then(|| {
                        view! {
                            <form class="form" method="post" action=action>
                                {fields(page.form_key, String::new(), None, Shape::Page)}
                                <button class="primary" type="submit">"Send"</button>
                            </form>
                        }
                    })}
            </PlainPage>
        }
        .into_any()
    })
}

fn in_panel(
    status: StatusCode,
    room: &Room,
    number: Number,
    mut page: ThreadPage,
    text: String,
    wrong: Option<String>,
) -> Response {
    let rest = rest(room, number, &page);
    let lines = lines(room, &mut page);
    let action = paths::thread(room, number);
    let may_post = page.may_post;
    fragment(status, move || {
        view! {
            <form class="beside" method="post" action=action>
                <h2 id=TITLE>{HEADING}</h2>
                <div class="thread" inner_html=lines></div>
                {rest}
                {may_post.then(|| fields(page.form_key, text, wrong, Shape::Panel))}
                <div class="modal-actions">
                    <button class="quiet" type="button">"Close"</button>
                    {may_post
                        .then(|| view! { <button class="primary" type="submit">"Send"</button> })}
                </div>
            </form>
        }
        .into_any()
    })
}

fn fields(key: String, text: String, wrong: Option<String>, shape: Shape) -> AnyView {
    view! {
        <input type="hidden" id="client_id" name="client_id" value=key/>
        <TextField label="Answer" name="content" value=text error=wrong shape/>
    }
    .into_any()
}
