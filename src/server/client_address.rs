//! Where somebody comes from, as far as it can be told.

use std::fmt;
use std::net::IpAddr;

/// The address that what the nameless do is counted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientAddress {
    /// Of the connection, or what a trusted proxy says of it.
    Known(IpAddr),
    /// What a trusted proxy says cannot be read. All of these count as one, and as nobody else: least
    /// of all as the proxy.
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
