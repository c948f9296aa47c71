//! What proxies write, and what is read of it.

use super::*;

fn with(headers: &[(&'static str, &str)]) -> HeaderMap {
    let mut map = HeaderMap::new();
    for (name, value) in headers {
        let value = axum::http::HeaderValue::from_bytes(value.as_bytes()).unwrap();
        map.append(*name, value);
    }
    map
}

/// Whose request it is that comes from this peer with these headers.
fn from(peer: &str, headers: &[(&'static str, &str)]) -> String {
    let trusted = ["10.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
    client_address(&trusted, peer.parse().unwrap(), &with(headers)).to_string()
}

/// The same of a trusted proxy that lists one hop.
fn listed_as(hop: &str) -> String {
    from("10.1.1.1", &[("x-forwarded-for", hop)])
}

fn told_as(value: &str) -> String {
    from("10.1.1.1", &[("forwarded", value)])
}

const UNREADABLE: &str = "unreadable";

#[test]
fn only_trusted_proxies_speak_for_others() {
    let header = "x-forwarded-for";
    let visitor = (header, "198.51.100.7");
    assert_eq!(from("192.0.2.1", &[visitor]), "192.0.2.1");
    assert_eq!(
        from("192.0.2.1", &[("forwarded", "for=198.51.100.7")]),
        "192.0.2.1"
    );
    assert_eq!(from("10.1.1.1", &[visitor]), "198.51.100.7");
    let chain = (header, "1.2.3.4, 198.51.100.7, 10.2.2.2");
    assert_eq!(from("10.1.1.1", &[chain]), "198.51.100.7");
    assert_eq!(
        from("10.1.1.1", &[(header, "1.2.3.4"), visitor]),
        "198.51.100.7"
    );
    assert_eq!(from("::ffff:10.1.1.1", &[visitor]), "198.51.100.7");
    assert_eq!(from("::1", &[(header, "2001:db8::9")]), "2001:db8::9");
    assert_eq!(from("10.1.1.1", &[]), "10.1.1.1", "it asks for itself");
    assert_eq!(
        from("10.1.1.1", &[(header, "10.3.3.3, 10.2.2.2")]),
        "10.3.3.3"
    );
}

#[test]
fn an_address_is_read_with_a_port_brackets_a_zone_or_quotes() {
    for (hop, address) in [
        ("198.51.100.7:49152", "198.51.100.7"),
        ("198.51.100.7:0", "198.51.100.7"),
        ("  198.51.100.7\t", "198.51.100.7"),
        ("\"198.51.100.7:80\"", "198.51.100.7"),
        ("2001:db8::9", "2001:db8::9"),
        ("[2001:db8::9]", "2001:db8::9"),
        ("[2001:DB8::9]:443", "2001:db8::9"),
        ("\"[2001:db8::9]:443\"", "2001:db8::9"),
        ("fe80::1%eth0", "fe80::1"),
        ("[fe80::1%25eth0]:443", "fe80::1"),
        ("::ffff:198.51.100.7", "198.51.100.7"),
        ("[::ffff:198.51.100.7]:1", "198.51.100.7"),
        ("1.2.3.4:5, 198.51.100.7:6, 10.9.9.9:7", "198.51.100.7"),
        ("rubbish, 198.51.100.7", "198.51.100.7"),
    ] {
        assert_eq!(listed_as(hop), address, "{hop}");
    }
}

#[test]
fn what_cannot_be_read_is_not_the_proxy_and_not_whom_the_visitor_names() {
    for hop in [
        "",
        " ",
        "unknown",
        "_hidden",
        "unix:",
        "rubbish",
        "198.51.100.7:",
        "198.51.100.7:http",
        "198.51.100.7:70000",
        "198.51.100.7:+80",
        "198.51.100",
        "198.51.100.07",
        "198.51.100.7 198.51.100.8",
        "[2001:db8::9",
        "2001:db8::9]",
        "[2001:db8::9]443",
        "[198.51.100.7]",
        "fe80::1%",
        "1.2.3.4, unknown",
        "1.2.3.4, ",
        "1.2.3.4,,10.2.2.2",
        "1.2.3.4, \u{e9}",
        "1.2.3.4, _hidden, 10.2.2.2",
    ] {
        assert_eq!(listed_as(hop), UNREADABLE, "{hop:?}");
    }
}

#[test]
fn forwarded_is_read_as_its_rfc_has_it() {
    for (value, address) in [
        ("for=198.51.100.7", "198.51.100.7"),
        ("For=\"198.51.100.7:47011\"", "198.51.100.7"),
        ("for=198.51.100.7:47011", "198.51.100.7"),
        ("for=\"[2001:db8:cafe::17]\"", "2001:db8:cafe::17"),
        ("for=\"[2001:db8:cafe::17]:_gw\"", "2001:db8:cafe::17"),
        (
            "proto=https; FOR = 198.51.100.7 ;by=203.0.113.43",
            "198.51.100.7",
        ),
        (
            "for=1.2.3.4, for=198.51.100.7;host=\"a,b;c\", for=10.2.2.2",
            "198.51.100.7",
        ),
        ("for=\"198.51.\\100.7\"", "198.51.100.7"),
        ("host=\"for=1.2.3.4\\\"\";for=198.51.100.7", "198.51.100.7"),
        // Says nothing of who it is.
        ("host=chat.example.org;proto=https", "10.1.1.1"),
        ("for=unknown", UNREADABLE),
        ("for=_SEVKISEK", UNREADABLE),
        ("for=\"_hidden:_port\"", UNREADABLE),
        ("for=", UNREADABLE),
        ("for=\"198.51.100.7", UNREADABLE),
        ("for=\"198.51.100.7\"x", UNREADABLE),
        ("for=1.2.3.4, proto=https", UNREADABLE),
        ("for=1.2.3.4;for=198.51.100.7", UNREADABLE),
        // A quote that the visitor opened does not swallow what the proxy added.
        ("for=\"1.2.3.4, for=198.51.100.7", UNREADABLE),
    ] {
        assert_eq!(told_as(value), address, "{value}");
    }
    let twice = [
        ("forwarded", "for=1.2.3.4"),
        ("forwarded", "for=198.51.100.7"),
    ];
    assert_eq!(from("10.1.1.1", &twice), "198.51.100.7");
}

#[test]
fn of_two_headers_that_differ_neither_is_believed() {
    let both = |list, element| {
        from(
            "10.1.1.1",
            &[("x-forwarded-for", list), ("forwarded", element)],
        )
    };
    assert_eq!(
        both("198.51.100.7", "for=\"198.51.100.7:80\""),
        "198.51.100.7"
    );
    assert_eq!(both("198.51.100.7", "for=1.2.3.4"), UNREADABLE);
    assert_eq!(both("198.51.100.7", "proto=https"), "198.51.100.7");
    assert_eq!(both("unknown", "for=198.51.100.7"), UNREADABLE);
}

#[test]
fn the_host_is_what_the_first_proxy_was_asked_for() {
    let host = |headers: &[(&'static str, &str)]| host(&with(headers));
    let listed = [("x-forwarded-host", "chat.example.org, inner:3000")];
    assert_eq!(host(&listed).as_deref(), Some("chat.example.org"));
    let told = [(
        "forwarded",
        "for=1.2.3.4;host=\"chat.example.org:8443\", host=inner",
    )];
    assert_eq!(host(&told).as_deref(), Some("chat.example.org:8443"));
    assert_eq!(host(&[("x-forwarded-host", "")]), None);
    assert_eq!(host(&[("forwarded", "for=1.2.3.4")]), None);
}
