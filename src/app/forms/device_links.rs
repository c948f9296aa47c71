//! The forms around a second device: making a link, opening it there, letting it in, and coming in.

use super::accounts::moved_in;
use super::see;
use crate::app::pages;
use crate::site::Site;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, header};
use axum::response::Response;
use parlour_protocol::paths;
use parlour_server::accounts::{self, OfferedLink};
use parlour_server::http::device::Device;
use parlour_server::http::device_cookie;
use parlour_server::{Scope, ServiceError};

/// `POST /settings/device`: makes a link, and leads to it.
pub async fn make_device_link(State(site): State<Site>, scope: Scope) -> Response {
    match accounts::make_device_link(&site.ctx, &scope).await {
        Ok(code) => see(&paths::own_device(code.as_str())),
        Err(ServiceError::SignInRequired) => see(&paths::sign_in(paths::OWN_DEVICE)),
        Err(error) => pages::answer(&site, Err(error)),
    }
}

/// `POST /settings/device/<code>/{decision}`: lets in who opened it, or takes it back.
pub async fn decide_device_link(
    State(site): State<Site>,
    scope: Scope,
    Path((code, decision)): Path<(String, String)>,
) -> Response {
    let is_let_in = match &*decision {
        "confirm" => true,
        "refuse" => false,
        _ => return pages::not_found(State(site)).await,
    };
    match accounts::decide_device_link(&site.ctx, &scope, &code, is_let_in).await {
        Ok(()) if is_let_in => see(&paths::own_device(&code)),
        Ok(()) => see(paths::SETTINGS),
        Err(error) => pages::answer(&site, Err(error)),
    }
}

/// `POST /device/<code>`: opens it here; once this device was let in, signs in.
pub async fn take_device_link(
    State(site): State<Site>,
    scope: Scope,
    Path(code): Path<String>,
    Device(device): Device,
    headers: HeaderMap,
) -> Response {
    let settings = &site.ctx.settings;
    let opener = device_cookie::read(settings, &headers);
    let looked = accounts::look_at_device_link(&site.ctx, &scope, &code, opener).await;
    let taken = match looked {
        Err(error) => Err(error),
        // Twice is once.
        Ok((_, OfferedLink::Waiting(_))) => Ok(see(&paths::device(&code))),
        Ok((_, OfferedLink::New)) => {
            let opened = accounts::open_device_link(&site.ctx, &scope, &code, &device).await;
            opened.map(|kept| {
                let mut response = see(&paths::device(&code));
                let cookie = device_cookie::set(settings, &kept);
                response.headers_mut().insert(header::SET_COOKIE, cookie);
                response
            })
        }
        Ok((_, OfferedLink::Confirmed)) => {
            let came = accounts::come_in_by_link(&site.ctx, &scope, &code, opener, &device).await;
            match came {
                Err(error) => Err(error),
                Ok((user, token)) => {
                    let mut response =
                        moved_in(&site, &scope, &headers, paths::LIST, &user, &token).await;
                    let cookie = device_cookie::end(settings);
                    response.headers_mut().append(header::SET_COOKIE, cookie);
                    Ok(response)
                }
            }
        }
    };
    pages::answer(&site, taken)
}
