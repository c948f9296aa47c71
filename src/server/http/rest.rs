//! The REST API under `/api/chat`.

mod accounts;
mod cards;
mod completions;
mod invites;
mod members;
mod messages;
mod people;
mod pins;
mod reactions;
mod reading;
mod revisions;
mod rooms;
mod saved;

use super::trace::REQUEST_ID;
use super::{Problem, origin};
use crate::Context;
use crate::config::ServerSettings;
use axum::Router;
use axum::http::Method;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE, LINK, LOCATION, RETRY_AFTER};
use axum::routing::{delete, get, patch, post, put};
use std::sync::Arc;
use std::time::Duration;
use tower_http::cors::{AllowOrigin, CorsLayer};

/// How long a browser may cache a preflight (CORS); longer than most allow.
const PREFLIGHT: Duration = Duration::from_secs(2 * 60 * 60);

/// Every call of the REST API.
pub(super) fn router(settings: &ServerSettings) -> Router<Arc<Context>> {
    let calls = Router::new()
        .route("/rooms", get(rooms::list).post(rooms::create))
        .route(
            "/rooms/{room}",
            get(rooms::get).patch(rooms::change).delete(rooms::delete),
        )
        .route(
            "/rooms/{room}/messages",
            get(messages::list).post(messages::post),
        )
        .route("/rooms/{room}/history", get(messages::history))
        .route("/rooms/{room}/completions", get(completions::list))
        .route("/rooms/{room}/open", get(rooms::open))
        .route("/rooms/{room}/level", patch(rooms::set_level))
        .route("/rooms/{room}/read", put(reading::read))
        .route("/me/read", put(reading::read_all))
        .route(
            "/rooms/{room}/membership",
            post(rooms::enter).delete(rooms::leave),
        )
        .route(
            "/rooms/{room}/messages/{number}",
            patch(messages::edit).delete(messages::delete),
        )
        .route(
            "/rooms/{room}/messages/{number}/undo",
            post(messages::undo_delete),
        )
        .route(
            "/rooms/{room}/messages/{number}/thread",
            get(messages::thread),
        )
        .route(
            "/rooms/{room}/messages/{number}/revisions",
            get(revisions::list),
        )
        .route(
            "/rooms/{room}/messages/{number}/revisions/{seq}",
            delete(revisions::remove),
        )
        .route(
            "/rooms/{room}/messages/{number}/reactions/{emoji}",
            (get(reactions::list).put(reactions::add)).delete(reactions::remove),
        )
        .route("/rooms/{room}/pins", get(pins::list))
        .route(
            "/rooms/{room}/messages/{number}/pin",
            put(pins::add).delete(pins::remove),
        )
        .route(
            "/rooms/{room}/members",
            get(members::list).post(members::let_in),
        )
        .route(
            "/rooms/{room}/members/{person}",
            patch(members::give_role).delete(members::put_out),
        )
        .route(
            "/rooms/{room}/bans",
            get(members::list_bans).post(members::ban),
        )
        .route("/rooms/{room}/bans/{person}", delete(members::lift_ban))
        .route("/rooms/{room}/users", get(people::here))
        .route("/direct", post(cards::talk))
        .route("/people", get(cards::find))
        .route("/people/{person}", get(cards::show))
        .route("/people/{person}/reset", post(accounts::make_reset_link))
        .route(
            "/me/blocks/{person}",
            put(cards::block).delete(cards::unblock),
        )
        .route("/invites", get(invites::list).post(invites::create))
        .route(
            "/invites/{code}",
            get(invites::look).delete(invites::revoke),
        )
        .route("/rooms/{room}/requests", get(invites::list_requests))
        .route(
            "/rooms/{room}/requests/{person}",
            put(invites::let_in).delete(invites::refuse),
        )
        .route("/invites/{code}/accept", post(invites::accept))
        .route("/guests", post(people::create_guest))
        .route("/accounts", post(accounts::sign_up))
        .route("/sessions", post(accounts::sign_in))
        .route("/session", delete(accounts::sign_out))
        .route(
            "/me",
            get(accounts::me)
                .post(people::give_name)
                .patch(accounts::change_me)
                .delete(accounts::leave_house),
        )
        .route("/me/claim", post(accounts::claim))
        .route("/me/sessions", get(accounts::own_sessions))
        .route("/me/sessions/{session}", delete(accounts::end_session))
        .route("/me/rooms", get(rooms::list_own))
        .route("/me/mentions", get(messages::mentions))
        .route("/me/saved", get(saved::list))
        .route(
            "/rooms/{room}/messages/{number}/saved",
            put(saved::add).delete(saved::remove),
        )
        .route(
            "/me/favourites/{room}",
            put(rooms::add_favourite).delete(rooms::remove_favourite),
        )
        .route("/me/data", get(accounts::export))
        .route("/connection", get(people::connection))
        .fallback(async || Problem::not_found())
        .method_not_allowed_fallback(async || Problem::method_not_allowed());
    if settings.allowed_origins.is_empty() {
        return calls;
    }
    calls.layer(cors(settings))
}

/// CORS: lets pages of `server.allowed-origins` call the API with a bearer token. Credentials are not allowed, so no
/// browser sends the cookie along.
fn cors(settings: &ServerSettings) -> CorsLayer {
    let origins = settings.allowed_origins.iter();
    let origins = origins.filter_map(|url| origin::of_url(url)?.parse().ok());
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([
            Method::GET,
            Method::POST,
            Method::PUT,
            Method::PATCH,
            Method::DELETE,
        ])
        .allow_headers([AUTHORIZATION, CONTENT_TYPE, REQUEST_ID])
        .expose_headers([
            LINK,
            LOCATION,
            RETRY_AFTER,
            REQUEST_ID,
            messages::UNDO_UNTIL,
        ])
        .max_age(PREFLIGHT)
}
