//! Accounts over REST: making one, signing in and out, oneself and one's sessions.

use crate::accounts::{self, Browser, Leaving, OwnSession, ProfileChanges, SignedIn};
use crate::administration::Actor;
use crate::http::body::Json as JsonBody;
use crate::http::compressed::Streamed;
use crate::http::device::Device;
use crate::http::{AtPerson, AtSession, Problem, SiteUrl, session_cookie};
use crate::invites::{self, SignedUp};
use crate::{Context, Scope, Token};
use axum::body::Body;
use axum::extract::State;
use axum::http::StatusCode;
use axum::http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE, SET_COOKIE};
use axum::response::IntoResponse;
use axum::{Extension, Json};
use futures::TryStreamExt;
use parlour_protocol::{Me, NewSession, Timestamp, User, paths};
use serde::{Deserialize, Deserializer, Serialize};
use std::sync::Arc;

/// A name and the password that belongs to it.
#[derive(Deserialize)]
pub(super) struct Credentials {
    username: String,
    password: String,
}

/// The same for an account that is to be made.
#[derive(Deserialize)]
pub(super) struct NewAccount {
    username: String,
    password: String,
    /// The code of the invitation that it is made by.
    #[serde(default)]
    invite: Option<String>,
    /// A mail address, if they give one.
    #[serde(default)]
    mail: String,
}

/// What is changed of oneself.
#[derive(Deserialize)]
pub(super) struct MeBody {
    #[serde(default)]
    username: Option<String>,
    #[serde(default)]
    bio: Option<String>,
    /// `null` shows no time.
    #[serde(default, deserialize_with = "given")]
    utc_offset: Option<Option<i64>>,
    #[serde(default)]
    mail: Option<String>,
}

/// What is there, also where it is `null`.
fn given<'d, D: Deserializer<'d>>(from: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// What proves that it is one's account, and what becomes of what one wrote.
#[derive(Deserialize)]
pub(super) struct LeaveBody {
    password: String,
    #[serde(default)]
    messages: Messages,
}

#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Messages {
    #[default]
    Keep,
    Delete,
}

/// A session as its owner is shown it.
#[derive(Serialize)]
pub(super) struct SessionRecord {
    id: i64,
    device: String,
    network: String,
    begun_at: Timestamp,
    /// At midnight: which day it was, and not more.
    seen_on: Timestamp,
    is_this: bool,
}

/// A link with which somebody sets another password. It is told once.
#[derive(Serialize)]
pub(super) struct ResetLinkBody {
    url: String,
    expires_at: Timestamp,
}

fn begun(user: User, token: &Token) -> Json<NewSession> {
    let token = token.as_str().to_owned();
    Json(NewSession { user, token })
}

pub(super) async fn sign_up(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    Device(device): Device,
    JsonBody(body): JsonBody<NewAccount>,
) -> Result<impl IntoResponse, Problem> {
    let NewAccount {
        username,
        password,
        mail,
        ..
    } = &body;
    let (user, token) = match &body.invite {
        None => accounts::sign_up(&ctx, &scope, username, password, mail, &device).await?,
        Some(code) => {
            let sign_up = invites::sign_up(&ctx, &scope, code, username, password, mail, &device);
            let SignedUp { user, token, .. } = sign_up.await?;
            (user, token)
        }
    };
    Ok((StatusCode::CREATED, begun(user, &token)))
}

pub(super) async fn sign_in(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    Device(device): Device,
    JsonBody(body): JsonBody<Credentials>,
) -> Result<impl IntoResponse, Problem> {
    let Credentials { username, password } = body;
    let browser = Browser {
        device: &device,
        known_by: None,
    };
    let signed_in = accounts::sign_in(&ctx, &scope, &username, &password, browser).await?;
    let SignedIn { user, token } = signed_in;
    Ok((StatusCode::CREATED, begun(user, &token)))
}

/// Ends the session of the request, and the cookie of a browser's.
pub(super) async fn sign_out(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
) -> Result<impl IntoResponse, Problem> {
    accounts::sign_out(&ctx, &scope).await?;
    let ended = [(SET_COOKIE, session_cookie::end(&ctx.settings))];
    Ok((StatusCode::NO_CONTENT, ended))
}

pub(super) async fn claim(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    Device(device): Device,
    JsonBody(body): JsonBody<NewAccount>,
) -> Result<impl IntoResponse, Problem> {
    let NewAccount {
        username, password, ..
    } = &body;
    let (user, token) = match &body.invite {
        None => accounts::claim(&ctx, &scope, username, password, &device).await?,
        Some(code) => {
            let claim = invites::claim(&ctx, &scope, code, username, password, &device);
            let SignedUp { user, token, .. } = claim.await?;
            (user, token)
        }
    };
    Ok(begun(user, &token))
}

pub(super) async fn make_reset_link(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtPerson(person): AtPerson,
    SiteUrl(site): SiteUrl,
) -> Result<impl IntoResponse, Problem> {
    let made = accounts::make_reset_link(&ctx, Actor::of(&scope)?, person).await?;
    let body = ResetLinkBody {
        url: format!("{site}{}", paths::reset(made.code.as_str())),
        expires_at: made.expires_at,
    };
    Ok((StatusCode::CREATED, Json(body)))
}

pub(super) async fn me(State(ctx): State<Arc<Context>>, scope: Scope) -> Result<Json<Me>, Problem> {
    Ok(Json(accounts::me(&ctx, &scope).await?))
}

pub(super) async fn change_me(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    JsonBody(body): JsonBody<MeBody>,
) -> Result<Json<Me>, Problem> {
    let changes = ProfileChanges {
        username: body.username,
        bio: body.bio,
        utc_offset: body.utc_offset,
        mail: body.mail,
    };
    Ok(Json(accounts::change_me(&ctx, &scope, changes).await?))
}

/// Deletes the account, and ends the cookie of a browser's session.
pub(super) async fn leave_house(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    JsonBody(body): JsonBody<LeaveBody>,
) -> Result<impl IntoResponse, Problem> {
    let leaving = match body.messages {
        Messages::Keep => Leaving::Keep,
        Messages::Delete => Leaving::Delete,
    };
    accounts::leave_house(&ctx, &scope, &body.password, leaving).await?;
    let ended = [(SET_COOKIE, session_cookie::end(&ctx.settings))];
    Ok((StatusCode::NO_CONTENT, ended))
}

/// Streamed, so that it takes no memory; a browser keeps it as a file.
pub(super) async fn export(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
) -> Result<impl IntoResponse, Problem> {
    let pieces = accounts::export(ctx, &scope).await?;
    let pieces = pieces.map_err(|error| {
        tracing::warn!(%error, "a download of somebody's data ended early");
        error
    });
    let headers = [
        (CONTENT_TYPE, "application/json"),
        (CONTENT_DISPOSITION, "attachment; filename=\"parlour.json\""),
        (CACHE_CONTROL, "no-store"),
    ];
    Ok((Extension(Streamed), headers, Body::from_stream(pieces)))
}

pub(super) async fn own_sessions(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
) -> Result<Json<Vec<SessionRecord>>, Problem> {
    let this = scope.require_person()?.session;
    let sessions = accounts::own_sessions(&ctx, &scope).await?;
    let shown = sessions
        .into_iter()
        .map(|session: OwnSession| SessionRecord {
            id: session.id.0,
            device: session.device,
            network: session.network,
            begun_at: session.begun_at,
            seen_on: session.seen_on,
            is_this: session.id == this,
        });
    Ok(Json(shown.collect()))
}

pub(super) async fn end_session(
    State(ctx): State<Arc<Context>>,
    scope: Scope,
    AtSession(session): AtSession,
) -> Result<StatusCode, Problem> {
    accounts::end_own_session(&ctx, &scope, session).await?;
    Ok(StatusCode::NO_CONTENT)
}
