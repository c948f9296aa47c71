//! What a trusted proxy says of a request: the client's address and the host it asked for, in `X-Forwarded-For`
//! and `X-Forwarded-Host`, or in the `Forwarded` of RFC 7239.
//!
//! *Invariant:* an address that cannot be read is `Unreadable`, and never the proxy's.

use crate::ClientAddress;
use axum::extract::ConnectInfo;
use axum::http::{Extensions, HeaderMap, HeaderName, HeaderValue};
use ipnet::IpNet;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

const FORWARDED: HeaderName = HeaderName::from_static("forwarded");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// The address of the connection, if there is one: a test's request may have none.
pub(super) fn peer(extensions: &Extensions) -> Option<IpAddr> {
    let connection = extensions.get::<ConnectInfo<SocketAddr>>();
    connection.map(|connection| connection.0.ip().to_canonical())
}

/// Whether an address is in `server.trusted-proxies`.
pub fn is_trusted(trusted: &[IpNet], address: IpAddr) -> bool {
    let address = address.to_canonical();
    trusted.iter().any(|network| network.contains(&address))
}

/// The headers that name the client.
pub(super) fn written(headers: &HeaderMap) -> impl Iterator<Item = &HeaderValue> {
    let names = [FORWARDED_FOR, FORWARDED];
    names.into_iter().flat_map(|name| headers.get_all(name))
}

/// The nearest address that is not a trusted proxy's own: the peer's where that is none, else what the
/// headers list. A proxy fills in one of the two headers and may pass on the other one as the visitor
/// sent it, so where there are both they must agree.
pub fn client_address(trusted: &[IpNet], peer: IpAddr, headers: &HeaderMap) -> ClientAddress {
    if !is_trusted(trusted, peer) {
        return peer.into();
    }
    let listed = listed(headers).map(|hops| nearest(trusted, &hops));
    let forwarded = forwarded_for(headers).map(|hops| nearest(trusted, &hops));
    match (listed, forwarded) {
        (None, None) => peer.into(),
        (Some(one), None) | (None, Some(one)) => one,
        (Some(one), Some(other)) if one == other => one,
        (Some(_), Some(_)) => ClientAddress::Unreadable,
    }
}

/// The host that the visitor asked the first proxy for; to be believed of a trusted one only.
pub(super) fn host(headers: &HeaderMap) -> Option<String> {
    let listed = headers.get(FORWARDED_HOST).map(|value| {
        let hosts = String::from_utf8_lossy(value.as_bytes());
        let first = hosts.split(',').next().unwrap_or_default();
        first.trim().to_owned()
    });
    listed
        .filter(|host| !host.is_empty())
        .or_else(|| elements(headers, "host").into_iter().next()?)
}

/// The last of the hops that is no trusted proxy; the first of all where each is one.
fn nearest(trusted: &[IpNet], hops: &[ClientAddress]) -> ClientAddress {
    let is_proxy = |hop: &ClientAddress| match hop {
        ClientAddress::Known(address) => is_trusted(trusted, *address),
        ClientAddress::Unreadable => false,
    };
    let outside = hops.iter().rev().find(|hop| !is_proxy(hop));
    let hop = outside.or(hops.first()).copied();
    hop.unwrap_or(ClientAddress::Unreadable)
}

/// The hops of `X-Forwarded-For`, if it is there. An empty one counts: skipped, it would let the one
/// before it, which the visitor wrote, pass for what the proxy added.
fn listed(headers: &HeaderMap) -> Option<Vec<ClientAddress>> {
    let values = headers.get_all(FORWARDED_FOR).iter();
    let hops = values.flat_map(|value| value.as_bytes().split(|byte| *byte == b','));
    let hops: Vec<_> = hops
        .map(|hop| std::str::from_utf8(hop).map_or(ClientAddress::Unreadable, node))
        .collect();
    (!hops.is_empty()).then_some(hops)
}

/// The hops of `Forwarded`, if it names any.
fn forwarded_for(headers: &HeaderMap) -> Option<Vec<ClientAddress>> {
    let hops = elements(headers, "for");
    let names_one = hops.iter().any(Option::is_some);
    names_one.then(|| {
        let read = |hop: Option<String>| hop.map_or(ClientAddress::Unreadable, |hop| node(&hop));
        hops.into_iter().map(read).collect()
    })
}

/// A parameter of each element of `Forwarded`. One whose value cannot be read is there, and empty.
fn elements(headers: &HeaderMap, parameter: &str) -> Vec<Option<String>> {
    let mut found = Vec::new();
    for value in headers.get_all(FORWARDED) {
        let Ok(value) = value.to_str() else {
            found.push(Some(String::new()));
            continue;
        };
        found.extend(cut(value, ',').into_iter().map(|element| {
            let pairs = cut(element, ';').into_iter();
            let mut values = pairs.filter_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                let is_it = name.trim().eq_ignore_ascii_case(parameter);
                is_it.then(|| unquoted(value.trim()).unwrap_or_default())
            });
            let first = values.next()?;
            // Given twice it counts as missing: which of them the proxy wrote cannot be known.
            Some(values.next().map_or(first, |_| String::new()))
        }));
    }
    found
}

/// The pieces between the separators that do not stand in quotes.
fn cut(text: &str, separator: char) -> Vec<&str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    let pieces = text.split(|letter| {
        if is_escaped {
            is_escaped = false;
            return false;
        }
        match letter {
            '\\' if is_quoted => is_escaped = true,
            '"' => is_quoted = !is_quoted,
            _ => return !is_quoted && letter == separator,
        }
        false
    });
    pieces.collect()
}

/// A token, or what is in a quoted string.
fn unquoted(value: &str) -> Option<String> {
    let Some(quoted) = value.strip_prefix('"') else {
        return (!value.contains('"')).then(|| value.to_owned());
    };
    let (mut text, mut letters) = (String::new(), quoted.chars());
    loop {
        match letters.next()? {
            '"' => return letters.next().is_none().then_some(text),
            '\\' => text.push(letters.next()?),
            letter => text.push(letter),
        }
    }
}

/// A hop: an address, perhaps in brackets, perhaps with a port or a zone. `unknown`, and what a proxy
/// made up (`_hidden`), are none.
fn node(text: &str) -> ClientAddress {
    let text = text.trim();
    let bare = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'));
    let address = address(bare.unwrap_or(text).trim());
    address.map_or(ClientAddress::Unreadable, ClientAddress::from)
}

fn address(text: &str) -> Option<IpAddr> {
    if let Some(bracketed) = text.strip_prefix('[') {
        let (inside, port) = bracketed.split_once(']')?;
        let is_whole = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
        return v6(inside).filter(|_| is_whole);
    }
    if let Some(address) = v6(text) {
        return Some(address);
    }
    let (host, is_whole) = match text.split_once(':') {
        Some((host, port)) => (host, is_port(port)),
        None => (text, true),
    };
    let address = host.parse::<Ipv4Addr>().ok();
    address.filter(|_| is_whole).map(IpAddr::V4)
}

/// The zone names an interface of the proxy's.
fn v6(text: &str) -> Option<IpAddr> {
    let address = match text.split_once('%') {
        Some((_, "")) => return None,
        Some((address, _zone)) => address,
        None => text,
    };
    address.parse::<Ipv6Addr>().ok().map(IpAddr::V6)
}

/// A number, or what RFC 7239 allows to be made up for one.
fn is_port(text: &str) -> bool {
    let digits = || text.bytes().all(|byte| byte.is_ascii_digit());
    text.len() > 1 && text.starts_with('_') || digits() && text.parse::<u16>().is_ok()
}

#[cfg(test)]
mod tests;
