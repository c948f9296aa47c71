//! Joins the pages, the forms, the server functions and the server's own doors behind one
//! middleware stack.

pub mod address;
mod bodies;
pub mod door;
pub mod files;
pub mod sheet;

use crate::app::shell::Assets;
use crate::app::{forms, pages};
use axum::Router;
use axum::extract::{FromRef, Request, State};
use axum::http::StatusCode;
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use door::Call;
use files::Files;
use leptos::prelude::provide_context;
use leptos::server_fn::axum::server_fn_paths;
use parlour_protocol::{AppError, ErrorCode, paths};
use parlour_server::http::Problem;
use parlour_server::{Context, ServiceError, http, telemetry};
use std::sync::Arc;
use std::time::Duration;

/// What every handler of the site can reach.
#[derive(Clone, FromRef)]
pub struct Site {
    /// The contexts and what they stand on.
    pub ctx: Arc<Context>,
    /// What the document around a page names.
    pub assets: Arc<Assets>,
    /// The files that pages load, and all others.
    pub files: Arc<Files>,
    /// In which all of a form, or of a call, has to be here.
    pub soon: Duration,
}

impl Site {
    /// A page, or the page that says why there is none.
    pub fn answer(&self, page: Result<Response, ServiceError>) -> Response {
        page.unwrap_or_else(|error| pages::problem(self, &self.refusal(&error).1))
    }

    /// What a person is told of an error; what failed inside goes to the log.
    pub fn refusal(&self, error: &ServiceError) -> (StatusCode, AppError) {
        let told = telemetry::told(error);
        let status = StatusCode::from_u16(told.code.status()).unwrap_or(StatusCode::BAD_REQUEST);
        (status, told)
    }
}

/// The whole site as one service.
pub fn site(site: Site) -> Router {
    let ctx = site.ctx.clone();
    let show = {
        let site = site.clone();
        move |problem: Problem| pages::refusal(&site, problem.status(), problem.error())
    };
    let pages = Router::new()
        .route(paths::HOME, get(pages::home))
        .route(
            paths::NEW_ROOM,
            get(pages::new_room).post(forms::create_room),
        )
        .route(paths::JOIN, get(pages::join).post(forms::join))
        .route(paths::ME, get(pages::name).post(forms::rename))
        .route(paths::ROOMS, get(pages::all_rooms))
        .route("/rooms/{slug}", get(pages::room))
        .route("/rooms/{slug}/messages", post(forms::send))
        .route("/rooms/{slug}/leave", post(forms::leave))
        .route(
            "/rooms/{slug}/delete",
            get(pages::delete_room).post(forms::delete_room),
        )
        .route("/rooms/{slug}/m/{number}", get(pages::permalink))
        .route(
            "/rooms/{slug}/m/{number}/edit",
            get(pages::edit).post(forms::edit),
        )
        .route(
            "/rooms/{slug}/m/{number}/delete",
            post(forms::delete_message),
        )
        .route("/rpc/{*function}", post(server_function))
        .method_not_allowed_fallback(pages::other_method)
        .layer(from_fn_with_state(site.clone(), bodies::first))
        .with_state(site.clone());
    let is_whole = {
        let files = site.files.clone();
        Arc::new(move || match files.missing() {
            Some(path) => {
                tracing::error!(
                    ?path,
                    "a file that pages load is gone: build the site again, and restart"
                );
                false
            }
            None => true,
        })
    };
    let files = Router::new().fallback(file).with_state(site);
    http::layered(
        pages
            .merge(files)
            .merge(http::api_router(ctx.clone(), is_whole)),
        &ctx,
        show,
    )
}

/// A file, or a page for what is not there.
async fn file(State(site): State<Site>, request: Request) -> Response {
    let (request, _) = request.into_parts();
    match site.files.answer(&request).await {
        Some(answer) => answer,
        None if site.files.is_built(request.uri.path()) => Files::nothing(),
        None => pages::not_found(State(site)).await,
    }
}

async fn server_function(State(site): State<Site>, request: Request) -> Response {
    let is_there = server_fn_paths().any(|(path, _)| path == request.uri().path());
    if !is_there {
        return Problem::not_found().into_response();
    }
    let call = Call::default();
    let context = {
        let call = call.clone();
        move || {
            provide_context(site.clone());
            provide_context(call.clone());
        }
    };
    let response = leptos_axum::handle_server_fns_with_context(context, request).await;
    if call.was_understood() {
        response.into_response()
    } else {
        Problem::new(ErrorCode::BadRequest, "The call was not understood.").into_response()
    }
}
