//! `/rooms/{slug}/m/{number}/revisions`: what a message said before it was edited, with what each edit changed; as a page,
//! or as the fragment that the live page's panel shows.
//!
//! *Invariant:* what is offered is what the contexts would let who looks do.

use super::form_page::fragment;
use super::parts::PlainPage;
use super::shape::Shape;
use super::{answer_in, form_page};
use crate::app::browser::dialog::TITLE;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use leptos::prelude::*;
use parlour_protocol::{Number, Revisions, RoomId, Seq, paths};
use parlour_server::http::AtMessage;
use parlour_server::messages::{self, Difference, Kept, RevisionsPage, Version};
use parlour_server::rooms;
use parlour_server::{Scope, ServiceError};
use serde::Deserialize;

/// What the page is called.
const HEADING: &str = "Earlier versions";
/// What it says in a room that keeps none.
const NONE_KEPT: &str = "This room does not keep what messages said before they were edited.";

/// From before which version the part begins.
#[derive(Debug, Default, Deserialize)]
pub struct RevisionsAsked {
    before: Option<Seq>,
}

/// `GET /rooms/{slug}/m/{number}/revisions?before=…`: a part of what the message said, the newest first.
pub async fn revisions(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    AtMessage(room, number): AtMessage,
    asked: Result<Query<RevisionsAsked>, QueryRejection>,
) -> Response {
    let asked = asked.map(|Query(asked)| asked).unwrap_or_default();
    let page = load(&site, shape, &scope, (room, number), asked).await;
    answer_in(&site, shape, page)
}

async fn load(
    site: &Site,
    shape: Shape,
    scope: &Scope,
    of: (RoomId, Number),
    asked: RevisionsAsked,
) -> Result<Response, ServiceError> {
    let (ctx, who) = (site.ctx.clone(), scope.clone());
    let compare = async move { messages::revisions_page(&ctx, &who, of, asked.before).await };
    // Texts can be long, and nobody else waits for theirs to be compared.
    match site.ctx.share.run(scope.address, compare).await? {
        Ok(page) => Ok(match shape {
            Shape::Page => shown(site, page),
            Shape::Panel => in_panel(page),
        }),
        Err(ServiceError::Forbidden) => {
            let ruled = rooms::get_ruled(&site.ctx, scope, of.0).await?;
            match ruled.rules.revisions {
                Revisions::Everybody => Err(ServiceError::Forbidden),
                Revisions::Nobody => Ok(none_kept(site, shape, paths::message(&ruled.room, of.1))),
            }
        }
        Err(error) => Err(error),
    }
}

fn head() -> Head<'static> {
    Head {
        title: HEADING,
        is_live: false,
        canonical: None,
        may_be_listed: false,
    }
}

fn none_kept(site: &Site, shape: Shape, back: String) -> Response {
    let said = || view! { <p>{NONE_KEPT}</p> }.into_any();
    match shape {
        Shape::Page => site.assets.page(StatusCode::OK, &head(), move || {
            view! {
                <PlainPage heading=HEADING back=back back_label="Back to the room">
                    {said()}
                </PlainPage>
            }
            .into_any()
        }),
        Shape::Panel => form_page::panel(StatusCode::OK, HEADING, said),
    }
}

fn shown(site: &Site, page: RevisionsPage) -> Response {
    site.assets.page(StatusCode::OK, &head(), move || {
        let back = paths::message(&page.room, page.message.number);
        view! {
            <PlainPage heading=HEADING back=back back_label="Back to the room">
                {about(&page)}
                {versions(&page)}
            </PlainPage>
        }
        .into_any()
    })
}

/// The same over the room that it is opened from. Its forms are the browser's to send.
fn in_panel(page: RevisionsPage) -> Response {
    fragment(StatusCode::OK, || {
        view! {
            <form>
                <h2 id=TITLE>{HEADING}</h2>
                {about(&page)}
            </form>
            <div class="card">
                {versions(&page)}
                <div class="modal-actions"><button class="quiet" type="button">"Close"</button></div>
            </div>
        }
        .into_any()
    })
}

fn about(page: &RevisionsPage) -> AnyView {
    let author = page.message.username.clone();
    view! { <p>"A message by " <bdi>{author}</bdi> ", as whoever sees the room can read it."</p> }
        .into_any()
}

fn versions(page: &RevisionsPage) -> AnyView {
    let RevisionsPage { room, message, .. } = page;
    let is_alone = page.next.is_none() && matches!(&*page.versions, [Version { seq: None, .. }]);
    let items = page.versions.iter().map(|version| {
        let drop = version.seq.filter(|_| page.may_drop).map(|seq| {
            view! {
                <form method="post" action=paths::drop_revision(room, message.number, seq)>
                    <button class="quiet" type="submit">"Forget this version"</button>
                </form>
            }
        });
        let at = version.since.civil(0);
        let since = format!("{}, {}:{:02} UTC", at.date(), at.clock(), at.second);
        view! {
            <li>
                <p class="room-facts">
                    {version.seq.is_none().then_some("Now, since ")}
                    <time datetime=version.since.to_string()>{since}</time>
                </p>
                <p class="text">{version.differences.iter().map(marked).collect_view()}</p>
                {drop}
            </li>
        }
    });
    let next = page.next.map(|before| {
        let next = format!("{}?before={before}", paths::revisions(room, message.number));
        view! { <p><a href=next rel="next">"Earlier ones"</a></p> }
    });
    view! {
        <ol class="revisions">{items.collect_view()}</ol>
        {is_alone.then(|| view! { <p role="status">"No earlier version is kept."</p> })}
        {next}
    }
    .into_any()
}

/// A part of a version, marked where it is not as before.
fn marked(Difference { kept, text }: &Difference) -> AnyView {
    let text = text.clone();
    match kept {
        Kept::Same => text.into_any(),
        Kept::Removed => view! { <del>{text}</del> }.into_any(),
        Kept::Added => view! { <ins>{text}</ins> }.into_any(),
    }
}
