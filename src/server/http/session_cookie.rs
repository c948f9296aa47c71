//! The cookie that holds a browser's session token.
//!
//! *Invariant:* no script can read it, no other site can send it along with a form, and over HTTPS
//! no sub-domain and no plain-text connection can set it.

use crate::Context;
use crate::accounts::{self, Token};
use crate::config::Settings;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use std::sync::Arc;

const NAME: &str = "parlour_session";
/// Browsers accept this prefix only with `Secure`, `Path=/` and no `Domain`.
const HOST_NAME: &str = "__Host-parlour_session";
/// The longest that browsers keep any cookie: the session's expiry is decided by the server, and slides with use.
pub(super) const MAX_AGE_SECONDS: u32 = 400 * 24 * 60 * 60;

/// The cookie's name: over HTTPS with the prefix `__Host-`.
pub fn name(settings: &Settings) -> &'static str {
    if is_https(settings) { HOST_NAME } else { NAME }
}

/// The cookie's name before `public-url` was set or removed.
fn former_name(settings: &Settings) -> &'static str {
    if is_https(settings) { NAME } else { HOST_NAME }
}

/// The `Set-Cookie` value that begins a session in a browser.
pub fn set(settings: &Settings, token: &Token) -> HeaderValue {
    value(name(settings), token.as_str(), MAX_AGE_SECONDS)
}

/// The `Set-Cookie` value that ends it.
pub fn end(settings: &Settings) -> HeaderValue {
    value(name(settings), "", 0)
}

/// The token in a request's cookie, under the present or the former name.
pub fn read<'h>(settings: &Settings, headers: &'h HeaderMap) -> Option<&'h str> {
    find(headers, name(settings)).or_else(|| find(headers, former_name(settings)))
}

/// The layer that moves a session cookie from the former name to the present one.
pub(super) async fn renamed(
    State(ctx): State<Arc<Context>>,
    request: Request,
    next: Next,
) -> Response {
    let former = former_name(&ctx.settings);
    let Some(token) = find(request.headers(), former).map(str::to_owned) else {
        return next.run(request).await;
    };
    let is_known_by_name = find(request.headers(), name(&ctx.settings)).is_some();
    let mut response = next.run(request).await;
    // An answer that shared caches may keep must carry no cookie.
    let keep = response.headers().get(CACHE_CONTROL);
    if keep.is_some_and(|keep| keep.as_bytes().starts_with(b"public")) {
        return response;
    }
    let cookies = response.headers_mut();
    let begins = format!("{}=", name(&ctx.settings));
    let mut set = cookies.get_all(SET_COOKIE).iter();
    let is_set = set.any(|cookie| cookie.as_bytes().starts_with(begins.as_bytes()));
    if !is_known_by_name && !is_set {
        match accounts::authenticate(&ctx, &token).await {
            Ok(Some(_)) => {
                cookies.append(
                    SET_COOKIE,
                    value(name(&ctx.settings), &token, MAX_AGE_SECONDS),
                );
            }
            Ok(None) => {}
            // The person is recorded later, by `scope`.
            Err(_) => return response,
        }
    }
    cookies.append(SET_COOKIE, value(former, "", 0));
    response
}

/// The value of the cookie of this name.
pub(super) fn find<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value))
}

/// A `Set-Cookie` value: for the server alone, and from no other site's forms.
pub(super) fn value(name: &str, token: &str, max_age: u32) -> HeaderValue {
    let secure = if name.starts_with("__Host-") {
        "; Secure"
    } else {
        ""
    };
    let text = format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
    HeaderValue::from_str(&text).expect("tokens are base64url, the rest is ASCII")
}

/// Whether browsers come over HTTPS.
pub(super) fn is_https(settings: &Settings) -> bool {
    settings.server.public_url.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemRandom;

    fn settings(public_url: &str) -> Settings {
        let mut settings = Settings::default();
        settings.server.public_url = public_url.to_owned();
        settings
    }

    #[test]
    fn over_https_it_is_bound_to_the_host() {
        let token = Token::draw(&SystemRandom);
        let rest = "Path=/; HttpOnly; SameSite=Lax; Max-Age=34560000";
        assert_eq!(
            set(&settings("https://chat.example.org"), &token),
            format!("__Host-parlour_session={}; {rest}; Secure", token.as_str())
        );
        assert_eq!(
            set(&settings(""), &token),
            format!("parlour_session={}; {rest}", token.as_str())
        );
    }

    #[test]
    fn it_is_found_among_others() {
        let mut headers = HeaderMap::new();
        let mut read_from = |text: &'static str| {
            headers.insert(COOKIE, HeaderValue::from_static(text));
            read(&settings(""), &headers).map(str::to_owned)
        };
        assert_eq!(
            read_from("a=b; parlour_session=tok; c=d").as_deref(),
            Some("tok")
        );
        assert_eq!(read_from("parlour_session=").as_deref(), None);
        assert_eq!(read_from("xparlour_session=tok").as_deref(), None);
        let former = "__Host-parlour_session=tok";
        assert_eq!(read_from(former).as_deref(), Some("tok"));
        let both = "__Host-parlour_session=old; parlour_session=new";
        assert_eq!(read_from(both).as_deref(), Some("new"));
    }
}
