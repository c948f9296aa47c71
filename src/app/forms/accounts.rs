//! The forms about who one is: a name, a password, the sessions.
//!
//! *Invariant:* a password goes from the form to its context and nowhere else; a form that is shown again has none.

use super::{Filled, named, see, unreadable};
use crate::app::pages::{
    self, Shape, Wrong, join_page, name_page, set_up_page, settings_page, sign_in_page, told_when,
};
use crate::site::Site;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use parlour_protocol::{User, UserKind, paths};
use parlour_server::accounts::{self, Browser, ProfileChanges, SignedIn};
use parlour_server::http::device::Device;
use parlour_server::http::{AtSession, browser_cookie, session_cookie};
use parlour_server::{Scope, ServiceError, Token};
use serde::Deserialize;

/// Tells a browser to forget what the site keeps in it: drafts, what was not sent, and rooms.
const CLEAR: (&str, &str) = ("clear-site-data", "\"storage\"");

/// The form of `/join`, and of `/me`.
#[derive(Debug, Deserialize)]
pub struct NameForm {
    username: String,
    #[serde(default)]
    password: String,
    #[serde(default)]
    mail: String,
    #[serde(default)]
    next: String,
}

/// The form of `/signin`.
#[derive(Debug, Deserialize)]
pub struct SignInForm {
    username: String,
    password: String,
    #[serde(default)]
    next: String,
}

/// The form of `/setup`.
#[derive(Debug, Deserialize)]
pub struct SetUpForm {
    code: String,
    username: String,
    password: String,
}

/// What one says of oneself.
#[derive(Debug, Deserialize)]
pub struct BioForm {
    bio: String,
}

/// What time others are shown; empty for none.
#[derive(Debug, Deserialize)]
pub struct ClockForm {
    utc_offset: String,
}

/// A mail address; empty for none.
#[derive(Debug, Deserialize)]
pub struct MailForm {
    mail: String,
}

/// The form of another password.
#[derive(Debug, Deserialize)]
pub struct PasswordForm {
    current: String,
    password: String,
}

/// `POST /join`: makes a guest with a session, or with a password an account.
pub async fn join(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    Device(device): Device,
    form: Filled<NameForm>,
) -> Response {
    let Ok(Form(NameForm {
        username,
        password,
        mail,
        next,
    })) = form
    else {
        return unreadable(&site);
    };
    let is_nobody = scope.person.is_none();
    let made = if is_nobody && !password.is_empty() {
        accounts::sign_up(&site.ctx, &scope, &username, &password, &mail, &device)
            .await
            .map(|(user, token)| (user, Some(token)))
    } else {
        accounts::give_name(&site.ctx, &scope, &username).await
    };
    match made {
        Ok((user, token)) => {
            let response = named(shape, user.clone(), paths::safe_next(&next));
            match token {
                Some(token) => begun(&site, response, &user, &token, None).await,
                None => response,
            }
        }
        Err(error) => {
            let (status, error) = site.refusal(&error);
            let page = join_page(&site, shape, status, &username, &mail, &next, Some(&error));
            told_when(page, &error)
        }
    }
}

/// `POST /me`: renames the person; a guest who gives a password becomes a member.
pub async fn rename(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    Device(device): Device,
    form: Filled<NameForm>,
) -> Response {
    let Ok(Form(NameForm {
        username, password, ..
    })) = form
    else {
        return unreadable(&site);
    };
    let Some(person) = scope.person.clone() else {
        return see(paths::JOIN);
    };
    let is_claim = person.user.kind == UserKind::Guest && !password.is_empty();
    let renamed = if is_claim {
        accounts::claim(&site.ctx, &scope, &username, &password, &device)
            .await
            .map(|(user, token)| (user, Some(token)))
    } else {
        let renamed = accounts::rename(&site.ctx, &scope, &username).await;
        renamed.map(|user| (user, None))
    };
    match renamed {
        Ok((user, token)) => {
            let response = named(shape, user.clone(), paths::LIST);
            match token {
                Some(token) => begun(&site, response, &user, &token, None).await,
                None => response,
            }
        }
        Err(ServiceError::SignInRequired) => see(paths::JOIN),
        Err(error) => {
            let (status, error) = site.refusal(&error);
            let page = name_page(&site, shape, status, &person, &username, Some(&error));
            told_when(page, &error)
        }
    }
}

/// `POST /signin`: begins a session in this browser, in the place of the one that is there.
pub async fn sign_in(
    State(site): State<Site>,
    shape: Shape,
    scope: Scope,
    Device(device): Device,
    headers: HeaderMap,
    form: Filled<SignInForm>,
) -> Response {
    let Ok(Form(SignInForm {
        username,
        password,
        next,
    })) = form
    else {
        return unreadable(&site);
    };
    let known_by = browser_cookie::read(&site.ctx.settings, &headers);
    let browser = Browser {
        device: &device,
        known_by,
    };
    match accounts::sign_in(&site.ctx, &scope, &username, &password, browser).await {
        Ok(SignedIn { user, token }) => {
            moved_in(
                &site,
                &scope,
                &headers,
                paths::safe_next(&next),
                &user,
                &token,
            )
            .await
        }
        Err(error) => {
            let (status, error) = site.refusal(&error);
            let told = Some(&error);
            let page = sign_in_page(&site, shape, status, &scope, &username, &next, told);
            told_when(page, &error)
        }
    }
}

/// `POST /signout`: ends the session of this browser, which forgets what it kept.
pub async fn sign_out(State(site): State<Site>, scope: Scope, asked: HeaderMap) -> Response {
    match accounts::sign_out(&site.ctx, &scope).await {
        Ok(()) | Err(ServiceError::SignInRequired) => forgotten(&site, &asked, see(paths::LIST)),
        Err(error) => pages::answer(&site, Err(error)),
    }
}

/// `POST /setup`: makes the owner's account.
pub async fn set_up(
    State(site): State<Site>,
    scope: Scope,
    Device(device): Device,
    form: Filled<SetUpForm>,
) -> Response {
    let Ok(Form(SetUpForm {
        code,
        username,
        password,
    })) = form
    else {
        return unreadable(&site);
    };
    match accounts::set_up(&site.ctx, &scope, &code, &username, &password, &device).await {
        Ok((user, token)) => begun(&site, see(paths::LIST), &user, &token, None).await,
        Err(error @ (ServiceError::NotFound | ServiceError::Forbidden)) => {
            pages::answer(&site, Err(error))
        }
        Err(error) => {
            let (status, error) = site.refusal(&error);
            let page = set_up_page(&site, status, &code, &username, Some(&error));
            told_when(page, &error)
        }
    }
}

/// `POST /settings/about`: what one says of oneself.
pub async fn set_bio(
    State(site): State<Site>,
    scope: Scope,
    headers: HeaderMap,
    form: Filled<BioForm>,
) -> Response {
    let Ok(Form(BioForm { bio })) = form else {
        return unreadable(&site);
    };
    let changes = ProfileChanges {
        bio: Some(super::as_typed(&bio)),
        ..ProfileChanges::default()
    };
    let changed = accounts::change_me(&site.ctx, &scope, changes).await;
    changed_to(&site, &scope, &headers, "bio", bio, changed.map(drop)).await
}

/// `POST /settings/clock`: what time others are shown that it is for one.
pub async fn set_clock(
    State(site): State<Site>,
    scope: Scope,
    headers: HeaderMap,
    form: Filled<ClockForm>,
) -> Response {
    let Ok(Form(ClockForm { utc_offset })) = form else {
        return unreadable(&site);
    };
    let minutes = match utc_offset.as_str() {
        "" => None,
        minutes => match minutes.parse() {
            Ok(minutes) => Some(minutes),
            Err(_) => return unreadable(&site),
        },
    };
    let changes = ProfileChanges {
        utc_offset: Some(minutes),
        ..ProfileChanges::default()
    };
    let changed = accounts::change_me(&site.ctx, &scope, changes).await;
    let changed = changed.map(drop);
    changed_to(
        &site,
        &scope,
        &headers,
        "utc_offset",
        String::new(),
        changed,
    )
    .await
}

/// `POST /settings/mail`: one's mail address.
pub async fn set_mail(
    State(site): State<Site>,
    scope: Scope,
    headers: HeaderMap,
    form: Filled<MailForm>,
) -> Response {
    let Ok(Form(MailForm { mail })) = form else {
        return unreadable(&site);
    };
    let changes = ProfileChanges {
        mail: Some(mail.clone()),
        ..ProfileChanges::default()
    };
    let changed = accounts::change_me(&site.ctx, &scope, changes).await;
    changed_to(&site, &scope, &headers, "mail", mail, changed.map(drop)).await
}

/// `POST /settings/password`: another password, and the end of all other sessions.
pub async fn set_password(
    State(site): State<Site>,
    scope: Scope,
    headers: HeaderMap,
    form: Filled<PasswordForm>,
) -> Response {
    let Ok(Form(PasswordForm { current, password })) = form else {
        return unreadable(&site);
    };
    let changed = accounts::change_password(&site.ctx, &scope, &current, &password).await;
    let field = match &changed {
        Err(ServiceError::Password(_)) => "password",
        _ => "current",
    };
    changed_to(&site, &scope, &headers, field, String::new(), changed).await
}

/// `POST /settings/sessions/{session}/end`: ends another session of one's own.
pub async fn end_session(
    State(site): State<Site>,
    scope: Scope,
    AtSession(session): AtSession,
) -> Response {
    let ended = accounts::end_own_session(&site.ctx, &scope, session).await;
    match ended {
        // Twice is once.
        Ok(()) | Err(ServiceError::NotFound) => see(paths::SETTINGS),
        Err(ServiceError::SignInRequired) => see(&paths::sign_in(paths::SETTINGS)),
        Err(error) => pages::answer(&site, Err(error)),
    }
}

/// Back to the settings, or the settings with what is wrong at this field.
async fn changed_to(
    site: &Site,
    scope: &Scope,
    headers: &HeaderMap,
    field: &'static str,
    typed: String,
    changed: Result<(), ServiceError>,
) -> Response {
    match changed {
        Ok(()) => see(paths::SETTINGS),
        Err(ServiceError::SignInRequired) => see(&paths::sign_in(paths::SETTINGS)),
        Err(error) => {
            let (status, error) = site.refusal(&error);
            let wrong = Wrong {
                field,
                typed,
                error: error.clone(),
            };
            let page = settings_page(site, scope, headers, status, Some(wrong)).await;
            told_when(pages::answer(site, page), &error)
        }
    }
}

/// The answer to who is nobody in this browser from now on, which forgets what it kept. Where the page's script asks
/// (`unsent.js`) it clears that itself: the header ends a service worker at once, and Chromium gives the page behind the
/// next one no style.
pub(super) fn forgotten(site: &Site, asked: &HeaderMap, mut response: Response) -> Response {
    let cookie = session_cookie::end(&site.ctx.settings);
    let headers = response.headers_mut();
    headers.insert(header::SET_COOKIE, cookie);
    let mode = asked.get("sec-fetch-mode");
    if mode.is_none_or(|mode| mode == "navigate") {
        headers.insert(CLEAR.0, HeaderValue::from_static(CLEAR.1));
    }
    response
}

/// Leads there with the session that has begun in this browser. Whoever was here before is here no more: that their
/// session could not be ended is no reason to send anybody away.
pub(super) async fn moved_in(
    site: &Site,
    before: &Scope,
    headers: &HeaderMap,
    to: &str,
    user: &User,
    token: &Token,
) -> Response {
    if let Err(error) = accounts::sign_out(&site.ctx, before).await
        && !matches!(error, ServiceError::SignInRequired)
    {
        tracing::warn!(%error, "the session before was not ended");
    }
    let known_by = browser_cookie::read(&site.ctx.settings, headers);
    begun(site, see(to), user, token, known_by).await
}

/// The answer with the cookie of a session that has begun; and, of an account, with one by which this browser is known
/// to have been let in.
pub(super) async fn begun(
    site: &Site,
    mut response: Response,
    user: &User,
    token: &Token,
    known_by: Option<&str>,
) -> Response {
    let settings = &site.ctx.settings;
    let cookies = response.headers_mut();
    cookies.append(header::SET_COOKIE, session_cookie::set(settings, token));
    if user.kind == UserKind::Member {
        // Without it somebody has to wait at worst.
        if let Ok(Some(kept)) = accounts::remember_browser(&site.ctx, user.id, known_by).await {
            cookies.append(header::SET_COOKIE, browser_cookie::set(settings, &kept));
        }
    }
    response
}
