//! The origin of a request: whether a page of this server made it, by `Origin` and `Sec-Fetch-Site`.
//!
//! *Invariant:* origins are compared whole; no prefix, suffix or change of case counts as ours.

use crate::config::ServerSettings;
use axum::http::header::{ORIGIN, REFERER};
use axum::http::{Extensions, HeaderMap};

/// The host and port that the client asked for, in lower case; an extension of each request for this server.
#[derive(Clone, Debug)]
pub(super) struct AskedFor(pub(super) String);

/// The origin of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// No `Origin` header: not a browser, or a request for which browsers send none.
    Absent,
    /// A page of this server.
    Ours,
    /// A page of a site in `server.allowed-origins`.
    Allowed,
    /// Anything else, `null` among them.
    Foreign,
}

/// Reads a request's `Origin`.
pub(super) fn of(
    settings: &ServerSettings,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> Origin {
    let mut origins = headers.get_all(ORIGIN).iter();
    let (first, more) = (origins.next(), origins.next());
    let Some(origin) = first else {
        return Origin::Absent;
    };
    let host = extensions.get::<AskedFor>().map(|AskedFor(host)| &**host);
    match origin.to_str() {
        Ok(origin) if more.is_none() => {
            if is_ours(&settings.public_url, host, origin) {
                Origin::Ours
            } else if is_allowed(&settings.allowed_origins, origin) {
                Origin::Allowed
            } else {
                Origin::Foreign
            }
        }
        _ => Origin::Foreign,
    }
}

/// Whether no page of this server led here: the address was typed, or stands on another site. A browser that does not
/// say so names the page that it comes from; only those of one's own are named to this server.
pub(super) fn is_from_outside(
    settings: &ServerSettings,
    headers: &HeaderMap,
    extensions: &Extensions,
) -> bool {
    if let Some(site) = headers.get("sec-fetch-site") {
        return site != "same-origin";
    }
    let host = extensions.get::<AskedFor>().map(|AskedFor(host)| &**host);
    let from = headers.get(REFERER).and_then(|from| from.to_str().ok());
    !(from.and_then(of_url)).is_some_and(|origin| is_ours(&settings.public_url, host, &origin))
}

/// The public address' own origin, or the host that the request itself was sent to. A public
/// address with HTTPS is never spoken for by the same host without.
fn is_ours(public_url: &str, host: Option<&str>, origin: &str) -> bool {
    let public = of_url(public_url);
    if public.as_deref() == Some(origin) {
        return true;
    }
    let (Some(host), Some((scheme, authority))) = (host, origin.split_once("://")) else {
        return false;
    };
    // A browser leaves the usual port out; a proxy may have written it.
    let host = match scheme {
        "https" => host.strip_suffix(":443").unwrap_or(host),
        "http" => host.strip_suffix(":80").unwrap_or(host),
        _ => return false,
    };
    let public_host = public
        .as_deref()
        .and_then(|public| public.split_once("://"));
    !public_host.is_some_and(|(_, public)| public == host) && authority == host
}

fn is_allowed(allowed: &[String], origin: &str) -> bool {
    allowed
        .iter()
        .any(|url| of_url(url).as_deref() == Some(origin))
}

/// Scheme and authority of a URL, as a browser writes them.
pub(crate) fn of_url(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let authority = rest.split('/').next()?.to_ascii_lowercase();
    let default_port = if scheme == "https" { ":443" } else { ":80" };
    let authority = authority.strip_suffix(default_port).unwrap_or(&authority);
    Some(format!("{scheme}://{authority}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use axum::http::HeaderValue;

    #[test]
    fn who_follows_a_link_of_this_server_s_own_comes_from_inside() {
        let settings = Settings::default().server;
        let mut extensions = Extensions::new();
        extensions.insert(AskedFor("chat.example".to_owned()));
        let is_outside = |named: &[(&'static str, &'static str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in named {
                headers.insert(*name, HeaderValue::from_static(value));
            }
            is_from_outside(&settings, &headers, &extensions)
        };
        for (is_it, named) in [
            (true, &[][..]),
            (true, &[("sec-fetch-site", "none")]),
            (true, &[("sec-fetch-site", "cross-site")]),
            (true, &[("sec-fetch-site", "same-site")]),
            (false, &[("sec-fetch-site", "same-origin")]),
            (true, &[("referer", "https://other.example/")]),
            (true, &[("referer", "https://chat.example.other/rooms")]),
            (true, &[("referer", "nonsense")]),
            (
                false,
                &[("referer", "https://chat.example/rooms/1-lobby?a=b")],
            ),
            // What the browser says of itself counts for more.
            (
                true,
                &[
                    ("sec-fetch-site", "none"),
                    ("referer", "https://chat.example/"),
                ],
            ),
        ] {
            assert_eq!(is_outside(named), is_it, "{named:?}");
        }
    }

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
        assert!(is_ours(
            "",
            Some("chat.example:443"),
            "https://chat.example"
        ));
        assert!(!is_ours(
            "",
            Some("chat.example:443"),
            "http://chat.example"
        ));
    }

    #[test]
    fn an_allowed_origin_is_compared_whole_too() {
        let allowed = [
            "https://Bots.example:443".to_owned(),
            "http://localhost:5173".to_owned(),
        ];
        for (origin, is_one) in [
            ("https://bots.example", true),
            ("http://localhost:5173", true),
            ("http://bots.example", false),
            ("https://bots.example.evil", false),
            ("https://x.bots.example", false),
            ("https://bots.example:444", false),
            ("http://localhost", false),
            ("null", false),
        ] {
            assert_eq!(is_allowed(&allowed, origin), is_one, "{origin}");
        }
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
