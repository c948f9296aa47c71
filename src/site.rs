//! Joins the pages, the forms, the server functions and the server's own doors behind one
//! middleware stack.

pub mod address;
mod bodies;
pub mod door;
pub mod sheet;

use crate::app::shell::Assets;
use crate::app::{forms, pages};
use axum::Router;
use axum::body::Body;
use axum::extract::{FromRef, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{from_fn_with_state, map_response};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use door::Call;
use leptos::config::LeptosOptions;
use leptos::prelude::provide_context;
use leptos::server_fn::axum::server_fn_paths;
use parlour_protocol::{AppError, ErrorCode, paths};
use parlour_server::http::Problem;
use parlour_server::{Context, ServiceError, http, telemetry};
use std::sync::Arc;
use std::time::Duration;
use tower_http::services::ServeDir;

/// What every handler of the site can reach.
#[derive(Clone, FromRef)]
pub struct Site {
    /// The contexts and what they stand on.
    pub ctx: Arc<Context>,
    /// The page's own files.
    pub assets: Arc<Assets>,
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
pub fn site(site: Site, options: &LeptosOptions) -> Router {
    let ctx = site.ctx.clone();
    let pages = Router::new()
        .route(paths::HOME, get(pages::home))
        .route(
            paths::NEW_ROOM,
            get(pages::new_room).post(forms::create_room),
        )
        .route(paths::JOIN, get(pages::join).post(forms::join))
        .route(paths::ME, get(pages::name).post(forms::rename))
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
    let files = Router::new()
        .nest_service(&format!("/{}", options.site_pkg_dir), package(options))
        .fallback_service(public(options, site));
    http::layered(
        pages.merge(files).merge(http::api_router(ctx.clone())),
        &ctx,
    )
}

/// Icons, the manifest, and a page for what is not there. Their names stay when they change, so who
/// has one asks for it again, but not with every page.
fn public(options: &LeptosOptions, site: Site) -> Router {
    const KEEP: HeaderValue = HeaderValue::from_static("public, max-age=86400");
    let folder = ServeDir::new(options.site_root.as_ref())
        .append_index_html_on_directories(false)
        .call_fallback_on_method_not_allowed(true)
        .fallback(
            get(pages::not_found)
                .fallback(pages::not_found)
                .with_state(site),
        );
    Router::new().fallback_service(folder).layer(map_response(
        |mut response: Response<Body>| async {
            if response.status().is_success() {
                response.headers_mut().insert(header::CACHE_CONTROL, KEEP);
            }
            response
        },
    ))
}

/// The hashed assets: compressed by the build, kept for ever by who has them.
fn package(options: &LeptosOptions) -> Router {
    let folder =
        std::path::Path::new(options.site_root.as_ref()).join(options.site_pkg_dir.as_ref());
    let keep = if options.hash_files {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let keep = HeaderValue::from_static(keep);
    let is_for_ever = options.hash_files;
    const ACCEPT_ENCODING: HeaderValue = HeaderValue::from_static("accept-encoding");
    Router::new()
        .fallback_service(
            ServeDir::new(folder)
                .append_index_html_on_directories(false)
                .precompressed_br()
                .precompressed_gzip(),
        )
        .layer(map_response(move |mut response: Response<Body>| {
            let keep = keep.clone();
            async move {
                if response.status().is_success() {
                    let headers = response.headers_mut();
                    headers.insert(header::CACHE_CONTROL, keep);
                    // Which of the compressed twins it is depends on who asked.
                    headers.insert(header::VARY, ACCEPT_ENCODING);
                    if is_for_ever {
                        // Nobody asks whether it has changed, or for a part of it.
                        headers.remove(header::LAST_MODIFIED);
                        headers.remove(header::ACCEPT_RANGES);
                    }
                }
                response
            }
        }))
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
