//! The form of how pages look in this browser.

use super::{Filled, see, unreadable};
use crate::app::pages::look::Look;
use crate::site::Site;
use axum::extract::{Form, State};
use axum::http::header;
use axum::response::Response;
use parlour_protocol::paths;
use parlour_server::http::look_cookie;
use serde::Deserialize;

/// What was chosen, by the names of each.
#[derive(Debug, Deserialize)]
pub struct LookForm {
    theme: String,
    density: String,
}

/// `POST /settings/look`: this browser keeps how it wants pages to look.
pub async fn set_look(State(site): State<Site>, form: Filled<LookForm>) -> Response {
    let Ok(Form(LookForm { theme, density })) = form else {
        return unreadable(&site);
    };
    let Some(look) = Look::called(&format!("{theme}-{density}")) else {
        return unreadable(&site);
    };
    let mut response = see(paths::SETTINGS);
    let cookie = look_cookie::set(&site.ctx.settings, &look.own_name());
    response.headers_mut().insert(header::SET_COOKIE, cookie);
    response
}
