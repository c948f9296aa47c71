//! Which address leads where: the pages, the forms and the server's own doors, behind one middleware stack.

use super::files::Files;
use super::{Site, bodies, outdated};
use crate::app::{forms, pages};
use axum::Router;
use axum::extract::{Request, State};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{get, post};
use parlour_protocol::paths;
use parlour_server::http;
use parlour_server::http::Problem;
use std::sync::Arc;

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
        .route(paths::SIGN_IN, get(pages::sign_in).post(forms::sign_in))
        .route(paths::SIGN_OUT, get(pages::sign_out).post(forms::sign_out))
        .route(paths::SET_UP, get(pages::set_up).post(forms::set_up))
        .route(paths::SETTINGS, get(pages::settings))
        .route(paths::MENTIONS, get(pages::mentions))
        .route(paths::SAVED, get(pages::saved))
        .route(paths::SET_LOOK, post(forms::set_look))
        .route("/pkg/look/{look}", get(pages::look_sheet))
        .route(paths::SET_BIO, post(forms::set_bio))
        .route(paths::SET_CLOCK, post(forms::set_clock))
        .route(paths::SET_MAIL, post(forms::set_mail))
        .route(paths::SET_PASSWORD, post(forms::set_password))
        .route(
            paths::LEAVE_HOUSE,
            get(pages::leave_house).post(forms::leave_house),
        )
        .route("/settings/sessions/{session}/end", post(forms::end_session))
        .route(
            paths::OWN_DEVICE,
            get(pages::own_devices).post(forms::make_device_link),
        )
        .route("/settings/device/{code}", get(pages::own_device_link))
        .route(
            "/settings/device/{code}/{decision}",
            post(forms::decide_device_link),
        )
        .route(
            "/device/{code}",
            get(pages::device_link).post(forms::take_device_link),
        )
        .route(paths::LIST, get(pages::list))
        .route(paths::ROOMS, get(pages::all_rooms))
        .route(paths::GO, get(pages::go))
        .route(paths::KEYS, get(pages::keys))
        .route(
            paths::EMOJI,
            get(pages::emoji_names).post(forms::take_emoji),
        )
        .route(paths::ADMIN, get(pages::admin))
        .route(
            paths::HOUSE_SETTINGS,
            get(pages::house_settings).post(forms::change_house_settings),
        )
        .route(paths::PERMISSIONS, get(pages::permissions))
        .route(paths::PEOPLE_ADMIN, get(pages::people_admin))
        .route(paths::ROOMS_ADMIN, get(pages::rooms_admin))
        .route("/admin/people/{id}", get(pages::person_admin))
        .route("/admin/people/{id}/role", post(forms::give_role))
        .route("/admin/people/{id}/reset", post(forms::make_reset_link))
        .route("/admin/people/{id}/{deed}", post(forms::do_to_person))
        .route(
            "/reset/{code}",
            get(pages::reset).post(forms::reset_password),
        )
        .route("/rooms/{slug}", get(pages::room))
        .route("/rooms/{slug}/messages", post(forms::send))
        .route(paths::READ_ALL, post(forms::read_all))
        .route("/rooms/{slug}/read", post(forms::mark_read))
        .route("/rooms/{slug}/join", post(forms::enter))
        .route("/rooms/{slug}/leave", post(forms::leave))
        .route("/rooms/{slug}/favourite", post(forms::add_favourite))
        .route("/rooms/{slug}/unfavourite", post(forms::remove_favourite))
        .route(
            "/rooms/{slug}/level",
            get(pages::level).post(pages::set_level),
        )
        .route(
            "/rooms/{slug}/edit",
            get(pages::change_room).post(forms::change_room),
        )
        .route(
            "/rooms/{slug}/delete",
            get(pages::delete_room).post(forms::delete_room),
        )
        .route(
            "/rooms/{slug}/invites",
            get(pages::room_invites).post(forms::invite_to_room),
        )
        .route(
            "/rooms/{slug}/requests/{person}/{answer}",
            post(forms::answer_request),
        )
        .route(
            "/rooms/{slug}/members",
            get(pages::members).post(forms::let_member_in),
        )
        .route("/rooms/{slug}/members/{person}", get(pages::member))
        .route(
            "/rooms/{slug}/members/{person}/{deed}",
            post(forms::do_to_member),
        )
        .route(
            paths::INVITES,
            get(pages::server_invites).post(forms::invite_to_server),
        )
        .route(paths::PEOPLE, get(pages::find_people))
        .route("/people/{person}", get(pages::person))
        .route("/people/{person}/talk", post(forms::talk))
        .route("/people/{person}/block", post(forms::block))
        .route("/people/{person}/unblock", post(forms::unblock))
        .route("/invites/{id}/revoke", post(forms::revoke_invite))
        .route(
            "/i/{code}",
            get(pages::invitation).post(forms::accept_invite),
        )
        .route("/rooms/{slug}/m/{number}", get(pages::permalink))
        .route(
            "/rooms/{slug}/m/{number}/edit",
            get(pages::edit).post(forms::edit),
        )
        .route(
            "/rooms/{slug}/m/{number}/delete",
            get(pages::delete_message).post(forms::delete_message),
        )
        .route("/rooms/{slug}/pins", get(pages::pins))
        .route("/rooms/{slug}/date", get(pages::date))
        .route("/rooms/{slug}/m/{number}/pin", post(forms::pin))
        .route("/rooms/{slug}/m/{number}/unpin", post(forms::unpin))
        .route("/rooms/{slug}/m/{number}/save", post(forms::save))
        .route("/rooms/{slug}/m/{number}/unsave", post(forms::unsave))
        .route(
            "/rooms/{slug}/m/{number}/forward",
            get(pages::forward).post(forms::forward),
        )
        .route("/rooms/{slug}/m/{number}/undo", post(forms::undo_delete))
        .route(
            "/rooms/{slug}/m/{number}/react",
            get(pages::choose_reaction).post(forms::react),
        )
        .route("/rooms/{slug}/m/{number}/reactions", get(pages::reactions))
        .route("/rooms/{slug}/m/{number}/actions", get(pages::actions))
        .route("/rooms/{slug}/m/{number}/unread", post(forms::mark_unread))
        .route("/rooms/{slug}/m/{number}/revisions", get(pages::revisions))
        .route(
            "/rooms/{slug}/m/{number}/revisions/{seq}/drop",
            post(forms::drop_revision),
        )
        .route(
            "/rooms/{slug}/m/{number}/thread",
            get(pages::thread).post(forms::answer_in_thread),
        )
        .route("/rpc/{call}", post(outdated::call))
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
    let files = Router::new().fallback(file).with_state(site.clone());
    let pages = pages.merge(files);
    let pages = pages.layer(from_fn_with_state(site.clone(), pages::with_rooms));
    let pages = pages.layer(from_fn_with_state(site, pages::dressed));
    http::layered(
        pages.merge(http::api_router(ctx.clone(), is_whole)),
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
