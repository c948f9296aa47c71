//! From where a session was begun, in words that its owner knows it by.
//!
//! *Invariant:* no whole address is kept, and nothing of what a browser says but which one it is.

use crate::ClientAddress;
use std::net::{IpAddr, Ipv6Addr};

/// What browsers call themselves: several at once, so that the first that is found is the one.
const BROWSERS: [(&str, &str); 9] = [
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
    ("curl/", "curl"),
    ("python", "Python"),
];

/// What they say of where they run, likewise.
const SYSTEMS: [(&str, &str); 8] = [
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Macintosh", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
];

/// The device that a `User-Agent` is of, as *Firefox on Linux*; empty for one that is not known.
pub fn device(user_agent: &str) -> String {
    let found = |known: &[(&str, &'static str)]| {
        let found = known.iter().find(|(part, _)| user_agent.contains(part));
        found.map(|(_, name)| *name)
    };
    match (found(&BROWSERS), found(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(one), None) | (None, Some(one)) => one.to_owned(),
        (None, None) => String::new(),
    }
}

/// The network of an address: its /24, or its /48; empty for one that cannot be read.
pub(super) fn network(address: ClientAddress) -> String {
    match address {
        ClientAddress::Known(IpAddr::V4(v4)) => {
            let [first, second, third, _] = v4.octets();
            format!("{first}.{second}.{third}.0/24")
        }
        ClientAddress::Known(IpAddr::V6(v6)) => {
            let network = Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 80));
            format!("{network}/48")
        }
        ClientAddress::Unreadable => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_is_its_browser_and_its_system() {
        for (said, device_is) in [
            (
                "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0",
                "Firefox on Linux",
            ),
            (
                "Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537.36 (KHTML) Chrome/130.0 Safari/537.36 Edg/130.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1",
                "Safari on iPhone",
            ),
            ("curl/8.1", "curl"),
            ("<script>", ""),
        ] {
            assert_eq!(device(said), device_is);
        }
    }

    #[test]
    fn a_network_is_less_than_an_address() {
        let of = |text: &str| network(text.parse::<IpAddr>().unwrap().into());
        assert_eq!(of("192.0.2.77"), "192.0.2.0/24");
        assert_eq!(of("2001:db8:1:2:3::4"), "2001:db8:1::/48");
        assert_eq!(network(ClientAddress::Unreadable), "");
    }
}
