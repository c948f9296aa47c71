//! `/settings`: what one says of oneself, the password, and where one is signed in.
//!
//! *Invariant:* each part is a form of its own, and what is wrong is said at its field.

use super::answer;
use super::dressing::look;
use super::look::Look;
use super::parts::{ChoiceField, MailField, PasswordField, PlainPage, TextField};
use super::shape::Shape;
use super::zone::OffsetField;
use crate::app::room::face;
use crate::app::shell::Head;
use crate::site::Site;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use leptos::prelude::*;
use parlour_protocol::permissions::may;
use parlour_protocol::{Action, AppError, Me, Timestamp, UserKind, paths};
use parlour_server::accounts::{self, OwnSession};
use parlour_server::{Scope, ServiceError, SessionId};

/// What was wrong with what was sent, and in which part.
#[derive(Clone, Debug)]
pub struct Wrong {
    /// The field that is wrong, as its form has it.
    pub field: &'static str,
    /// What was typed there, if that is to be seen again.
    pub typed: String,
    /// What is wrong with it.
    pub error: AppError,
}

/// `GET /settings`: all parts, as they are.
pub async fn settings(State(site): State<Site>, scope: Scope, headers: HeaderMap) -> Response {
    if scope.person.is_none() {
        return Redirect::to(&paths::sign_in(paths::SETTINGS)).into_response();
    }
    let page = settings_page(&site, &scope, &headers, StatusCode::OK, None).await;
    answer(&site, page)
}

/// The page with what is wrong.
///
/// # Errors
/// Nobody is signed in, or the database failed.
pub async fn settings_page(
    site: &Site,
    scope: &Scope,
    headers: &HeaderMap,
    status: StatusCode,
    wrong: Option<Wrong>,
) -> Result<Response, ServiceError> {
    let this = scope.require_person()?.session;
    let me = accounts::me(&site.ctx, scope).await?;
    let sessions = accounts::own_sessions(&site.ctx, scope).await?;
    let head = Head {
        title: "Settings",
        is_live: false,
        canonical: None,
        may_be_listed: false,
    };
    let look = look(site, headers);
    let now = site.ctx.clock.now();
    let page = || shown(me, sessions, this, look, now, wrong).into_any();
    Ok(site.assets.page(status, &head, page))
}

fn shown(
    me: Me,
    sessions: Vec<OwnSession>,
    this: SessionId,
    look: Look,
    now: Timestamp,
    wrong: Option<Wrong>,
) -> impl IntoView {
    let at = |field: &str| {
        let wrong = wrong.as_ref().filter(|wrong| wrong.field == field);
        wrong.map(|wrong| wrong.error.message.clone())
    };
    let (at_bio, at_current, at_password) = (at("bio"), at("current"), at("password"));
    let (at_clock, at_mail) = (at("utc_offset"), at("mail"));
    let mail = match &wrong {
        Some(wrong) if wrong.field == "mail" => wrong.typed.clone(),
        _ => me.mail.clone(),
    };
    let bio = match &wrong {
        Some(wrong) if wrong.field == "bio" => wrong.typed.clone(),
        _ => me.bio.clone(),
    };
    let name = me.name.clone();
    let is_member = me.kind == UserKind::Member;
    let runs_house = may(Action::SeePeople, me.role);
    let mail = is_member.then(|| {
        view! {
            <section aria-labelledby="mail-title">
                <h2 id="mail-title">"Mail"</h2>
                <form class="form" method="post" action=paths::SET_MAIL>
                    <MailField value=mail error=at_mail shape=Shape::Page/>
                    <button class="primary" type="submit">"Save"</button>
                </form>
                <p class="field-hint">"Nobody else sees it. Nothing is sent to it yet."</p>
            </section>
        }
    });
    let password = is_member.then(|| {
        view! {
            <section aria-labelledby="password-title">
                <h2 id="password-title">"Password"</h2>
                <form class="form" method="post" action=paths::SET_PASSWORD>
                    <input type="hidden" name="username" value=name autocomplete="username"/>
                    <PasswordField
                        label="Your password now"
                        name="current"
                        error=at_current
                        autocomplete="current-password"
                        is_required=true
                        shape=Shape::Page
                    />
                    <PasswordField
                        label="The new one"
                        error=at_password
                        autocomplete="new-password"
                        is_required=true
                        shape=Shape::Page
                    />
                    <button class="primary" type="submit">"Change password"</button>
                </form>
                <p class="field-hint">"You are signed out everywhere else then."</p>
            </section>
        }
    });
    view! {
        <PlainPage heading="Settings" back=paths::LIST.to_owned() back_label="Back to the rooms">
            <section aria-labelledby="about-title">
                <h2 id="about-title">"About you"</h2>
                <p>
                    {face(Some((me.id, &me.name)))} " " <bdi>{me.name.clone()}</bdi> " · " <a href=paths::ME>"Change your name"</a>
                    {runs_house.then(|| view! { " · " <a href=paths::ADMIN>"Run this house"</a> })}
                </p>
                <form class="form" method="post" action=paths::SET_BIO>
                    <TextField
                        label="What you say of yourself (optional)"
                        name="bio"
                        value=bio
                        error=at_bio
                        shape=Shape::Page
                    />
                    <button class="primary" type="submit">"Save"</button>
                </form>
            </section>
            <section aria-labelledby="clock-title">
                <h2 id="clock-title">"What time it is for you"</h2>
                <form class="form" method="post" action=paths::SET_CLOCK>
                    <OffsetField chosen=me.utc_offset now/>
                    <p class="field-error">{at_clock}</p>
                    <button class="primary" type="submit">"Show it"</button>
                </form>
                <p class="field-hint">
                    "Whoever opens your card sees it. Choose anew when your clocks go forward or back."
                </p>
            </section>
            {mail}
            <section aria-labelledby="look-title">
                <h2 id="look-title">"How it looks in this browser"</h2>
                <form class="form" method="post" action=paths::SET_LOOK>
                    <ChoiceField
                        label="Light or dark"
                        name="theme"
                        chosen=look.theme.name()
                        choices=&[("system", "As the device is"), ("light", "Light"), ("dark", "Dark")]
                    />
                    <ChoiceField
                        label="Lines"
                        name="density"
                        chosen=look.density.name()
                        choices=&[("roomy", "With air between them"), ("compact", "Close")]
                    />
                    <button class="primary" type="submit">"Use it"</button>
                </form>
            </section>
            {password}
            <section aria-labelledby="sessions-title">
                <h2 id="sessions-title">"Where you are signed in"</h2>
                <ul>{sessions.into_iter().map(|session| line(session, this)).collect_view()}</ul>
                <p>
                    <a href=paths::OWN_DEVICE>"Sign in on another device"</a> " · "
                    <a href=paths::SIGN_OUT>"Sign out"</a>
                </p>
            </section>
            <section aria-labelledby="data-title">
                <h2 id="data-title">"What is yours"</h2>
                <p>
                    <a href=paths::OWN_DATA download="parlour.json">"Download it"</a>
                    ": who you are, your sessions and rooms, and all that you wrote, as one JSON file."
                </p>
                {is_member.then(|| view! { <p><a href=paths::LEAVE_HOUSE>"Delete your account"</a></p> })}
            </section>
        </PlainPage>
    }
}

fn line(session: OwnSession, this: SessionId) -> impl IntoView {
    let device = match session.device.is_empty() {
        true => "A browser or a program".to_owned(),
        false => session.device,
    };
    let day = session.seen_on.to_string();
    let day = day.split('T').next().unwrap_or_default().to_owned();
    let network = (!session.network.is_empty()).then(|| format!(", {}", session.network));
    let end = match session.id == this {
        true => view! { <strong>"this one"</strong> }.into_any(),
        false => {
            let label = format!("End {device}, last seen {day}");
            view! {
                <form method="post" action=paths::end_session(session.id.0)>
                    <button class="quiet" type="submit" aria-label=label>"End"</button>
                </form>
            }
            .into_any()
        }
    };
    view! {
        <li>
            {device} {network} ", last seen on " <time datetime=day.clone()>{day.clone()}</time> " " {end}
        </li>
    }
}
