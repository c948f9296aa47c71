//! Whether a page of ours speaks: browsers say in `Origin` and `Sec-Fetch-Site` who made a request.
//!
//! *Invariant:* origins are compared whole; no prefix, suffix or case game counts as ours.

use crate::config::Settings;
use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

/// What `Origin` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nothing: not a browser, or not a request that carries it.
    Absent,
    /// A page of this server.
    Ours,
    /// Anything else, `null` among them.
    Foreign,
}

/// Reads a request's `Origin`.
pub fn of(settings: &Settings, headers: &HeaderMap) -> Origin {
    let mut origins = headers.get_all(ORIGIN).iter();
    let (first, more) = (origins.next(), origins.next());
    let Some(origin) = first else {
        return Origin::Absent;
    };
    let host = headers.get(HOST).and_then(|host| host.to_str().ok());
    match origin.to_str() {
        Ok(origin) if more.is_none() && is_ours(&settings.server.public_url, host, origin) => {
            Origin::Ours
        }
        _ => Origin::Foreign,
    }
}

/// The public address' own origin, or the host that the request itself was sent to. A public
/// address with HTTPS is never spoken for by the same host without.
fn is_ours(public_url: &str, host: Option<&str>, origin: &str) -> bool {
    let public = public_origin(public_url);
    if public.as_deref() == Some(origin) {
        return true;
    }
    let Some(host) = host else { return false };
    let is_public_host = public.as_deref().and_then(authority) == Some(host);
    !is_public_host && authority(origin) == Some(host)
}

/// Scheme and authority of a URL, as a browser writes them.
fn public_origin(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let authority = rest.split('/').next()?.to_ascii_lowercase();
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(default_port).unwrap_or(&authority);
    Some(format!("{scheme}://{authority}"))
}

fn authority(origin: &str) -> Option<&str> {
    origin
        .strip_prefix("http://")
        .or_else(|| origin.strip_prefix("https://"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_itself_is_ours_and_tricks_are_not() {
        let host = Some("127.0.0.1:8080");
        assert!(is_ours("", host, "http://127.0.0.1:8080"));
        assert!(is_ours("", Some("chat.example"), "https://chat.example"));
        for origin in [
            "https://evil.example",
            "https://127.0.0.1:8080.evil.com",
            "http://127.0.0.1:8080@evil.com",
            "http://127.0.0.1",
            "http://127.0.0.1:80",
            "http://127.0.0.1:8080/",
            "ftp://127.0.0.1:8080",
            "http://LOCALHOST:8080 .evil",
            "null",
            "",
            "127.0.0.1:8080",
        ] {
            assert!(!is_ours("", host, origin), "{origin}");
        }
        assert!(!is_ours("", None, "http://127.0.0.1:8080"));
    }

    #[test]
    fn the_public_address_counts_whatever_the_proxy_calls_the_host() {
        let public = "https://Chat.example.org:443/";
        assert!(is_ours(
            public,
            Some("10.0.0.7:3000"),
            "https://chat.example.org"
        ));
        assert!(is_ours(
            public,
            Some("127.0.0.1:3000"),
            "http://127.0.0.1:3000"
        ));
        assert!(!is_ours(
            public,
            Some("chat.example.org"),
            "http://chat.example.org"
        ));
        assert!(!is_ours(public, Some("10.0.0.7:3000"), "https://evil.org"));
    }
}
