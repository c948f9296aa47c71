//! The address of a client, as far as the connection and trusted proxies tell it.

use std::fmt;
use std::net::IpAddr;

/// The address by which anonymous clients are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientAddress {
    /// The address of the connection, or the one that a trusted proxy passes on.
    Known(IpAddr),
    /// A trusted proxy passes on an address that cannot be read. All of these count as one client, and never
    /// as the proxy.
    Unreadable,
}

impl From<IpAddr> for ClientAddress {
    fn from(address: IpAddr) -> Self {
        Self::Known(address.to_canonical())
    }
}

impl fmt::Display for ClientAddress {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(address) => address.fmt(out),
            Self::Unreadable => out.write_str("unreadable"),
        }
    }
}
