//! A second device: `/settings/device` makes a link, `/settings/device/<code>` shows it and asks about who opened it, and
//! `/device/<code>` is the link on that other device.
//!
//! *Invariant:* looking changes nothing. What waits for the other device asks again by itself, as HTTP can; and there is
//! a link for whose browser does not.

use super::answer;
use super::form_page::{FormPage, form_page};
use super::parts::PlainPage;
use super::qr::given_link;
use super::shape::Shape;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::{User, paths};
use parlour_server::accounts::{self, OfferedLink, OwnLink};
use parlour_server::http::{SiteUrl, device_cookie};
use parlour_server::{Scope, ServiceError};

/// Seconds after which a page that waits asks again.
const AGAIN: HeaderValue = HeaderValue::from_static("3");
const TITLE: &str = "Another device";
const HINT: &str = "Open it on the other device within two minutes. This page asks you before that device is let in.";

/// `GET /settings/device`: what it is, and the button that makes a link.
pub async fn own_devices(State(site): State<Site>, scope: Scope) -> Response {
    if scope.person.is_none() {
        return Redirect::to(&paths::sign_in(paths::OWN_DEVICE)).into_response();
    }
    form_page(&site, Shape::Page, StatusCode::OK, TITLE, || FormPage {
        sentence: Some(
            "A link, or its QR code, signs you in on another device as who you are here. You are asked here before it does.",
        ),
        back: paths::SETTINGS.to_owned(),
        back_label: "Back to the settings",
        ..FormPage::new(
            "Sign in on another device".into_any(),
            paths::OWN_DEVICE.to_owned(),
            "Make a link",
        )
    })
}

/// `GET /settings/device/<code>`: the link, or the question about who opened it.
pub async fn own_device_link(
    State(site): State<Site>,
    scope: Scope,
    SiteUrl(url): SiteUrl,
    Path(code): Path<String>,
) -> Response {
    let link = match accounts::own_device_link(&site.ctx, &scope, &code).await {
        Err(ServiceError::SignInRequired) => {
            return Redirect::to(&paths::sign_in(paths::OWN_DEVICE)).into_response();
        }
        link => link,
    };
    let page = link.map(|link| match link {
        OwnLink::Waiting => {
            let given = format!("{url}{}", paths::device(&code));
            again(plain(&site, "Sign in on another device", move || {
                view! {
                    {given_link(&given, "A link for your other device", HINT)}
                    {look_again(paths::own_device(&code))}
                    {button(&code, "refuse", "Take it back", "quiet")}
                }
                .into_any()
            }))
        }
        OwnLink::Opened {
            device,
            network,
            number,
        } => plain(&site, "Let it in?", move || {
            let device = match device.is_empty() {
                true => "A browser or a program".to_owned(),
                false => device,
            };
            let network = (!network.is_empty()).then(|| format!(", in the network {network},"));
            view! {
                <p role="status">
                    "Somebody opened your link: " <strong>{device}</strong> {network} " shows the number "
                    <strong>{number}</strong> "."
                </p>
                <p>"Let it in only if that is your device, and if you see this number on it. It is you then, with all your rooms."</p>
                {button(&code, "confirm", "Let it in", "primary")}
                {button(&code, "refuse", "No, end the link", "quiet")}
            }
            .into_any()
        }),
        OwnLink::Confirmed => again(plain(&site, "It may come in", move || {
            view! {
                <p role="status">"Go on there: it is signed in when you do."</p>
                {look_again(paths::own_device(&code))}
                {button(&code, "refuse", "No, end the link", "quiet")}
            }
            .into_any()
        })),
    });
    // What is over here has most often led in.
    match page {
        Err(ServiceError::LinkNotFound) => Redirect::to(paths::SETTINGS).into_response(),
        page => answer(&site, page),
    }
}

/// `GET /device/<code>`: whose device this would be, and the next step there.
pub async fn device_link(
    State(site): State<Site>,
    scope: Scope,
    Path(code): Path<String>,
    headers: HeaderMap,
) -> Response {
    let opener = device_cookie::read(&site.ctx.settings, &headers);
    let looked = accounts::look_at_device_link(&site.ctx, &scope, &code, opener).await;
    let page = looked.map(|(user, link)| match link {
        OfferedLink::New => offered(&site, &scope, &code, user, "Go on"),
        OfferedLink::Confirmed => offered(&site, &scope, &code, user, "Sign in"),
        OfferedLink::Waiting(number) => again(plain(&site, "Let it in there", move || {
            view! {
                <p role="status">
                    "The device that made the link asks now whether to let this one in. The number that it shows has to be "
                    <strong>{number}</strong> "."
                </p>
                {look_again(paths::device(&code))}
            }
            .into_any()
        })),
    });
    answer(&site, page)
}

/// Whose link it is, and a button.
fn offered(site: &Site, scope: &Scope, code: &str, user: User, confirm: &'static str) -> Response {
    let action = paths::device(code);
    let before = scope.person.as_ref().map(|person| person.user.clone());
    let before = before.filter(|before| before.id != user.id);
    form_page(site, Shape::Page, StatusCode::OK, TITLE, move || {
        let heading = view! { "Be " <bdi>{user.name}</bdi> " on this device?" };
        let before = before.map(|before| {
            view! { <p>"You are " <bdi>{before.name}</bdi> " here now, and will not be any more."</p> }
        });
        let fields = view! {
            <p>"Whoever made this link is asked, and you are signed in as them. Go on only if you made it yourself."</p>
            {before}
        };
        FormPage {
            fields: fields.into_any(),
            ..FormPage::new(heading.into_any(), action, confirm)
        }
    })
}

fn plain(site: &Site, heading: &'static str, content: impl FnOnce() -> AnyView) -> Response {
    let head = Head {
        title: TITLE,
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    site.assets.page(StatusCode::OK, &head, move || {
        let content = content();
        view! {
            <PlainPage heading back=paths::LIST.to_owned() back_label="Back to the rooms">
                {content}
            </PlainPage>
        }
        .into_any()
    })
}

/// The page, which asks again after a moment.
fn again(mut page: Response) -> Response {
    page.headers_mut().insert(header::REFRESH, AGAIN);
    page
}

fn look_again(path: String) -> AnyView {
    view! { <p><a href=path>"Look again"</a></p> }.into_any()
}

fn button(code: &str, decision: &'static str, label: &'static str, class: &'static str) -> AnyView {
    view! {
        <form class="form" method="post" action=paths::decide_device(code, decision)>
            <button class=class type="submit">{label}</button>
        </form>
    }
    .into_any()
}
