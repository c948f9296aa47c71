//! A page that is one form, in either of its shapes: whole, or as the fragment that the live page's panel shows.
//!
//! *Invariant:* both shapes have the same fields, send to the same address, and say the same of what is wrong. A
//! fragment has no style, no script and no nonce, and one whose form is to be filled in otherwise has the status 422.

use super::parts::PlainPage;
use super::shape::Shape;
use crate::app::browser::dialog::TITLE;
use crate::app::shell::{Head, owned};
use crate::site::Site;
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use leptos::prelude::*;
use parlour_protocol::paths;

/// A page with one form.
pub struct FormPage {
    /// What it asks.
    pub heading: AnyView,
    /// What is to be known before.
    pub sentence: Option<&'static str>,
    /// Where the form goes.
    pub action: String,
    /// What is filled in.
    pub fields: AnyView,
    /// What the button says.
    pub confirm: &'static str,
    /// What that button is drawn as.
    pub class: &'static str,
    /// What the whole page says below.
    pub hint: Option<&'static str>,
    /// Where the whole page leads back to.
    pub back: String,
    /// What that way is called.
    pub back_label: &'static str,
}

impl FormPage {
    /// A page that asks this, with nothing to fill in.
    pub fn new(heading: AnyView, action: String, confirm: &'static str) -> Self {
        Self {
            heading,
            sentence: None,
            action,
            fields: ().into_any(),
            confirm,
            class: "primary",
            hint: None,
            back: paths::LIST.to_owned(),
            back_label: "Back to the rooms",
        }
    }
}

/// The page of this title as a response in this shape.
pub fn form_page(
    site: &Site,
    shape: Shape,
    status: StatusCode,
    title: &str,
    page: impl FnOnce() -> FormPage,
) -> Response {
    let head = Head {
        title,
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    match shape {
        Shape::Page => site.assets.page(status, &head, || whole(page())),
        Shape::Panel => fragment(in_panel_status(status), || in_panel(page())),
    }
}

/// What a panel says of a refusal.
pub fn refused_in_panel(status: StatusCode, heading: &'static str, sentence: String) -> Response {
    panel(status, heading, || view! { <p>{sentence}</p> }.into_any())
}

/// A panel with nothing to send, only to be read.
pub fn panel(
    status: StatusCode,
    heading: &'static str,
    content: impl FnOnce() -> AnyView,
) -> Response {
    fragment(status, || {
        view! {
            <form>
                <h2 id=TITLE>{heading}</h2>
                {content()}
                <div class="modal-actions"><button class="quiet" type="button">"Close"</button></div>
            </form>
        }
        .into_any()
    })
}

/// A panel's form that is to be filled in otherwise is answered with one status, whichever rule it breaks: 422. Of a
/// whole page it is that of the refusal's code, as over REST, where a name that is taken has another.
fn in_panel_status(status: StatusCode) -> StatusCode {
    match status {
        StatusCode::BAD_REQUEST | StatusCode::CONFLICT => StatusCode::UNPROCESSABLE_ENTITY,
        other => other,
    }
}

/// A part of a page, for the panel.
pub(super) fn fragment(status: StatusCode, view: impl FnOnce() -> AnyView) -> Response {
    let html = owned(|| view().to_html());
    (status, Html(html)).into_response()
}

fn whole(page: FormPage) -> AnyView {
    view! {
        <PlainPage heading=page.heading back=page.back back_label=page.back_label>
            {page.sentence.map(|sentence| view! { <p>{sentence}</p> })}
            <form class="form" method="post" action=page.action>
                {page.fields}
                <button class=page.class type="submit">{page.confirm}</button>
            </form>
            {page.hint.map(|hint| view! { <p class="field-hint">{hint}</p> })}
        </PlainPage>
    }
    .into_any()
}

fn in_panel(page: FormPage) -> AnyView {
    view! {
        <form method="post" action=page.action>
            <h2 id=TITLE>{page.heading}</h2>
            {page.sentence.map(|sentence| view! { <p>{sentence}</p> })}
            {page.fields}
            <div class="modal-actions">
                <button class="quiet" type="button">"Cancel"</button>
                <button class=page.class type="submit">{page.confirm}</button>
            </div>
        </form>
    }
    .into_any()
}
