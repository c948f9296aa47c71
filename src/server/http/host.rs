//! The host check: whether a request is for this server, by the host that it names.
//!
//! *Invariant:* a name that others could point at this machine is refused, so that no page of theirs has our origin
//! (DNS rebinding).

use super::Problem;
use super::forwarded;
use super::origin::{self, AskedFor};
use super::refusal::Refusals;
use crate::config::ServerSettings;
use axum::extract::{Request, State};
use axum::http::header::HOST;
use axum::http::uri::Authority;
use axum::http::{StatusCode, Version};
use axum::middleware::Next;
use axum::response::Response;
use parlour_protocol::ErrorCode;
use std::net::IpAddr;

/// Monitoring asks for these by any name.
const EXEMPT: [&str; 2] = ["/healthz", "/readyz"];
/// Domains that no public name server answers for.
const NEARBY: [&str; 5] = [".localhost", ".local", ".lan", ".home.arpa", ".internal"];
/// The longest name there is.
const LONGEST: usize = 255;

/// The layer: lets a request through that is for this server.
pub(super) async fn host(
    State(refusals): State<Refusals>,
    mut request: Request,
    next: Next,
) -> Response {
    let is_exempt = EXEMPT.contains(&request.uri().path());
    let settings = &refusals.ctx.settings.server;
    let host = match asked_for(settings, &request) {
        Ok(host) => host,
        Err(NotOne) if is_exempt => None,
        Err(NotOne) => {
            let sentence = "A request names one host, in its Host header.";
            let problem = Problem::new(ErrorCode::BadRequest, sentence);
            return refusals.answer(&request, problem);
        }
    };
    // A request without a host (HTTP/1.0) comes from no browser.
    if let Some(Host { asked, way }) = host {
        if !is_exempt && !is_ours(settings, asked.host(), way) {
            return misdirected(&refusals, &request, &asked);
        }
        let asked = AskedFor(asked.as_str().to_owned());
        request.extensions_mut().insert(asked);
    }
    next.run(request).await
}

/// The host of a request, and who named it.
struct Host {
    asked: Authority,
    way: Way,
}

/// The error of several hosts, or of one that is malformed.
struct NotOne;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// A trusted proxy passes on the host that the client asked it for.
    Passed,
    /// A trusted proxy asks for it on behalf of a client: the client's host, or the proxy's own name for this server.
    Proxied,
    /// A program on this machine, or a trusted proxy on its own behalf.
    Near,
    /// A client on the network.
    Direct,
}

fn asked_for(settings: &ServerSettings, request: &Request) -> Result<Option<Host>, NotOne> {
    let headers = request.headers();
    let mut hosts = headers.get_all(HOST).iter();
    let named = match (hosts.next(), hosts.next()) {
        (Some(host), None) => Some(host.to_str().map_err(|_| NotOne)?),
        (None, _) if request.version() == Version::HTTP_10 => None,
        _ => return Err(NotOne),
    };
    // A target with a host of its own is what counts (RFC 9112, 3.2.2).
    let named = request.uri().authority().map(Authority::as_str).or(named);
    let peer = forwarded::peer(request.extensions());
    let is_proxy = peer.is_some_and(|peer| forwarded::is_trusted(&settings.trusted_proxies, peer));
    let passed = forwarded::host(headers).filter(|_| is_proxy);
    let way = match peer {
        _ if passed.is_some() => Way::Passed,
        _ if is_proxy && forwarded::written(headers).next().is_some() => Way::Proxied,
        Some(peer) if is_proxy || peer.is_loopback() => Way::Near,
        _ => Way::Direct,
    };
    let Some(asked) = passed.as_deref().or(named) else {
        return Ok(None);
    };
    let asked = asked.to_ascii_lowercase().parse::<Authority>();
    let is_plain = |asked: &Authority| {
        let host = asked.host();
        let is_name =
            (1..=LONGEST).contains(&host.len()) && !host.starts_with('.') && !host.contains("..");
        let is_ported = asked.as_str().len() == host.len() || asked.port_u16().is_some();
        is_name && is_ported && !asked.as_str().contains('@')
    };
    let asked = asked.ok().filter(is_plain).ok_or(NotOne)?;
    Ok(Some(Host { asked, way }))
}

/// Whether a name is this server's. With a public address it is that name, or for clients on this machine any other
/// local one. Without, it is a name that no one outside can have, or what a trusted proxy passes on.
fn is_ours(settings: &ServerSettings, name: &str, way: Way) -> bool {
    // With a dot at its end it is the same name, said in full (RFC 1034, 3.1).
    let name = name.strip_suffix('.').unwrap_or(name);
    match public_name(&settings.public_url) {
        Some(public) => {
            name == public || matches!(way, Way::Proxied | Way::Near) && is_nearby(name)
        }
        None => is_nearby(name) || matches!(way, Way::Passed | Way::Proxied),
    }
}

/// The host of the public address.
fn public_name(url: &str) -> Option<String> {
    let origin = origin::of_url(url)?;
    let authority: Authority = origin.split_once("://")?.1.parse().ok()?;
    Some(authority.host().to_owned())
}

/// Whether no one outside can have this name: an address, this machine, one without a dot, or one under a domain that
/// is reserved for local networks.
fn is_nearby(name: &str) -> bool {
    let bare = name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'));
    let is_address = bare.unwrap_or(name).parse::<IpAddr>().is_ok();
    is_address || !name.contains('.') || NEARBY.iter().any(|domain| name.ends_with(domain))
}

/// Refuses the request, and logs it once for each name with what the operator may have to set.
fn misdirected(refusals: &Refusals, request: &Request, asked: &Authority) -> Response {
    let public = &refusals.ctx.settings.server.public_url;
    if refusals.ctx.log_once.is_first(&format!("host {asked}")) {
        tracing::warn!(
            host = ?asked.as_str(),
            server.public_url = ?public,
            "a request for another host was refused (421): if people reach this server by that name, \
             set server.public-url to their address; if a proxy made it up, have it pass the name on \
             and set server.trusted-proxies"
        );
    }
    let host = asked.host();
    let sentence = if public.is_empty() {
        format!(
            "This server does not know that it is called {host}. Whoever runs it can tell it so, with \
             the setting server.public-url."
        )
    } else {
        format!(
            "This server is at {public} and not at {host}. If that is wrong, whoever runs it can \
             change the setting server.public-url."
        )
    };
    let problem = Problem::with_status(StatusCode::MISDIRECTED_REQUEST, sentence);
    refusals.answer(request, problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_no_one_outside_can_have_are_nearby() {
        for name in [
            "localhost",
            "chat.localhost",
            "127.0.0.1",
            "192.168.1.20",
            "203.0.113.9",
            "[::1]",
            "[2001:db8::1]",
            "parlour",
            "my-box",
            "box.local",
            "chat.box.lan",
            "chat.home.arpa",
            "parlour.prod.internal",
        ] {
            assert!(is_nearby(name), "{name}");
        }
        for name in [
            "evil.example",
            "127.0.0.1.evil.example",
            "localhost.evil.example",
            "127.1",
            "0x7f.0.0.1",
            "1.2.3.4.5",
            "notlocal.example",
            "evillocal.com",
            "box.local.",
            "local.example",
            "home.arpa.example",
            "[::1].evil.example",
        ] {
            assert!(!is_nearby(name), "{name}");
        }
    }

    #[test]
    fn clients_on_the_network_must_use_the_public_address() {
        let settings = |public_url: &str| ServerSettings {
            public_url: public_url.to_owned(),
            ..ServerSettings::default()
        };
        let set = settings("https://Chat.example.org:8443");
        let unset = settings("");
        use Way::{Direct, Near, Passed, Proxied};
        for (name, way, when_set, when_unset) in [
            ("chat.example.org", Direct, true, false),
            ("chat.example.org", Passed, true, true),
            ("chat.example.org", Proxied, true, true),
            ("evil.example", Direct, false, false),
            ("evil.example", Near, false, false),
            ("evil.example", Passed, false, true),
            ("evil.example", Proxied, false, true),
            ("192.0.2.1", Direct, false, true),
            ("parlour", Direct, false, true),
            ("parlour", Passed, false, true),
            ("parlour", Proxied, true, true),
            ("127.0.0.1", Near, true, true),
            // In full, with the dot of the root.
            ("chat.example.org.", Direct, true, false),
            ("localhost.", Near, true, true),
            ("box.lan.", Direct, false, true),
            ("evil.example.", Direct, false, false),
        ] {
            assert_eq!(is_ours(&set, name, way), when_set, "{name} {way:?}");
            assert_eq!(is_ours(&unset, name, way), when_unset, "{name} {way:?}");
        }
    }
}
