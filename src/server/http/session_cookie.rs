//! The cookie that holds a browser's session token.
//!
//! *Invariant:* no script can read it, no other site can send it along with a form, and over HTTPS
//! no sub-domain and no plain-text connection can set it.

use crate::accounts::Token;
use crate::config::Settings;
use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

const NAME: &str = "parlour_session";
/// Browsers accept this prefix only with `Secure`, `Path=/` and no `Domain`.
const HOST_NAME: &str = "__Host-parlour_session";
/// As long as browsers keep any cookie: the session's own end is the server's to decide, and it
/// slides with use.
const MAX_AGE_SECONDS: u32 = 400 * 24 * 60 * 60;

/// The cookie's name: with the prefix that guards it where people come over HTTPS.
pub fn name(settings: &Settings) -> &'static str {
    if is_https(settings) { HOST_NAME } else { NAME }
}

/// The `Set-Cookie` value that begins a session in a browser.
pub fn set(settings: &Settings, token: &Token) -> HeaderValue {
    value(settings, token.as_str(), MAX_AGE_SECONDS)
}

/// The `Set-Cookie` value that ends it.
pub fn clear(settings: &Settings) -> HeaderValue {
    value(settings, "", 0)
}

/// The token a request carries.
pub fn read<'h>(settings: &Settings, headers: &'h HeaderMap) -> Option<&'h str> {
    let name = name(settings);
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name && !value.is_empty()).then_some(value))
}

fn value(settings: &Settings, token: &str, max_age: u32) -> HeaderValue {
    let secure = if is_https(settings) { "; Secure" } else { "" };
    let name = name(settings);
    let text = format!("{name}={token}; Path=/; HttpOnly; SameSite=Lax; Max-Age={max_age}{secure}");
    HeaderValue::from_str(&text).expect("tokens are base64url, the rest is ASCII")
}

fn is_https(settings: &Settings) -> bool {
    settings.server.public_url.starts_with("https://")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(public_url: &str) -> Settings {
        let mut settings = Settings::default();
        settings.server.public_url = public_url.to_owned();
        settings
    }

    #[test]
    fn over_https_it_is_bound_to_the_host() {
        let cookie = clear(&settings("https://chat.example.org"));
        assert_eq!(
            cookie,
            "__Host-parlour_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0; Secure"
        );
        let cookie = clear(&settings(""));
        assert_eq!(
            cookie,
            "parlour_session=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0"
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
        assert_eq!(read_from("__Host-parlour_session=tok").as_deref(), None);
    }
}
