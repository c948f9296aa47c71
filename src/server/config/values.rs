//! What single values may be.

use super::ConfigError;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
use std::net::SocketAddr;
use std::path::{Component, Path};

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Lines for people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Who carries what happens between processes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Broker {
    /// There is one process.
    Local,
}

pub(super) fn impossible(key: &str, expected: &str) -> ConfigError {
    ConfigError::Impossible {
        key: key.to_owned(),
        expected: expected.to_owned(),
    }
}

/// One plain part of a path.
pub(super) fn file_name(key: &str, name: &str) -> Result<(), ConfigError> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || !name.chars().all(plain) {
        return Err(impossible(key, "a name of letters, digits, - and _"));
    }
    Ok(())
}

/// A folder of its own: whatever is in it is served.
pub(super) fn site_root(root: &str) -> Result<(), ConfigError> {
    let names_a_folder = Path::new(root)
        .components()
        .any(|part| matches!(part, Component::Normal(_)));
    let climbs = Path::new(root)
        .components()
        .any(|part| part == Component::ParentDir);
    let is_here = std::env::current_dir()
        .is_ok_and(|here| std::fs::canonicalize(root).is_ok_and(|root| here.starts_with(root)));
    if !names_a_folder || climbs || is_here {
        return Err(impossible(
            "site-root",
            "a folder of its own such as \"target/site\": everything in it is served to everybody",
        ));
    }
    Ok(())
}

/// Scheme, host and perhaps a port, without a path.
fn is_origin(url: &str) -> bool {
    let host = url
        .strip_prefix("https://")
        .or_else(|| url.strip_prefix("http://"));
    host.is_some_and(|host| {
        !host.is_empty()
            && host.is_ascii()
            && host
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || b"-._:[]".contains(&b))
    })
}

/// What people type.
pub(super) fn public_url(url: &str) -> Result<(), ConfigError> {
    if url.is_empty() || is_origin(url) {
        return Ok(());
    }
    Err(impossible(
        "server.public-url",
        "empty, or like \"https://chat.example.org\" without a path",
    ))
}

/// Sites, each by its name: there is none for all of them.
pub(super) fn origins(urls: &[String]) -> Result<(), ConfigError> {
    if urls.iter().all(|url| is_origin(url)) {
        return Ok(());
    }
    Err(impossible(
        "server.allowed-origins",
        "a list of sites like \"https://bots.example.org\", without paths",
    ))
}

/// A time that a socket can keep to: with less it would do nothing else, or never get anywhere.
pub(super) fn wait(key: &str, milliseconds: u32) -> Result<(), ConfigError> {
    if milliseconds < 100 {
        return Err(impossible(key, "at least 100 milliseconds"));
    }
    Ok(())
}

/// How many may come at once before a rate holds: with none, nothing would ever be let through.
pub(super) fn burst(of: &str, per_second: u32, burst: u32) -> Result<(), ConfigError> {
    if per_second > 0 && burst == 0 {
        let expected = format!("at least 1 while limits.{of}s-per-second is not 0");
        return Err(impossible(&format!("limits.{of}-burst"), &expected));
    }
    Ok(())
}

/// Something that `tracing` can filter by.
pub(super) fn log_level(level: &str) -> Result<(), ConfigError> {
    let readable = tracing_subscriber::EnvFilter::builder()
        .parse(level)
        .is_ok();
    if level.is_empty() || !readable {
        return Err(impossible(
            "server.log-level",
            "off, error, warn, info, debug, trace, or a list like \"info,parlour_server=debug\"",
        ));
    }
    Ok(())
}

/// Where to listen: an address and a port, as text.
pub(super) fn socket_address<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<SocketAddr, D::Error> {
    let text = String::deserialize(deserializer)?;
    let expected = "an address with a port like \"127.0.0.1:3000\"";
    text.parse().map_err(|_| D::Error::custom(expected))
}

/// Networks as text; one address is a network of one.
pub(super) mod networks {
    use ipnet::IpNet;
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;
    use std::net::IpAddr;

    pub(in super::super) fn serialize<S: Serializer>(
        networks: &[IpNet],
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(networks.iter().map(ToString::to_string))
    }

    pub(in super::super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<IpNet>, D::Error> {
        Vec::<String>::deserialize(deserializer)?
            .iter()
            .map(|text| {
                let one = || text.parse::<IpAddr>().map(IpNet::from);
                text.parse::<IpNet>().or_else(|_| one())
            })
            .collect::<Result<_, _>>()
            .map_err(|_| D::Error::custom("a list of addresses or networks like \"10.0.0.0/8\""))
    }
}
