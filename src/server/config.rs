//! Settings: `Leptos.toml`, then the environment, then checked.
//!
//! Owns every key, its default and what it may be. The file in the repository explains each of
//! them; without a file the defaults here hold, and a test keeps the two equal.
//!
//! *Invariant:* a server never starts with an unknown key or an invalid value.

mod accent;
mod database;
mod house;
mod layers;
mod postgres_url;
mod values;

pub use accent::Accent;
pub use database::{DatabaseSettings, DatabaseUrl, NotADatabase};
pub use house::{Changeable, InForce, KeyValue, StoredSettings};
pub use postgres_url::{NotPostgres, Password, PostgresHost, PostgresUrl, Tls};
pub use values::{Broker, LogFormat};

use ipnet::IpNet;
use parlour_protocol::permissions::{Guests, ServerRole};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

/// Where settings are read from when no path is given.
pub const DEFAULT_FILE: &str = "Leptos.toml";

/// Everything that can be set.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Settings {
    /// What Leptos shares with its build, `[package.metadata.leptos]`.
    #[serde(skip)]
    pub site: SiteSettings,
    /// The table `[server]`.
    pub server: ServerSettings,
    /// The table `[database]`.
    pub database: DatabaseSettings,
    /// The table `[realtime]`.
    pub realtime: RealtimeSettings,
    /// The table `[house]`, as it was given; what is in force is in [`Context::in_force`](crate::Context::in_force).
    pub house: HouseSettings,
    /// The table `[limits]`, as it was given.
    pub limits: LimitSettings,
    /// Keys of these two tables that the file or the environment names, each with its table.
    #[serde(skip)]
    pub named: BTreeSet<String>,
    /// Keys that were given and are settings no more, each with where it was given.
    #[serde(skip)]
    pub without_effect: Vec<String>,
    /// The build of the pages, which `welcome` and `rooms` carry. No key: it is set by the binary that has the pages'
    /// files, and is `None` without pages.
    #[serde(skip)]
    pub build: Option<String>,
}

/// `[package.metadata.leptos]`: the keys that the running binary needs of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct SiteSettings {
    /// The name of the WASM, JavaScript and CSS files.
    pub output_name: String,
    /// A folder whose files are served besides those inside of the program, or instead of them where it
    /// has none; empty for none.
    pub site_root: String,
    /// The folder in it that holds the build's files.
    pub site_pkg_dir: String,
    /// Where the server listens.
    #[serde(deserialize_with = "values::socket_address")]
    pub site_addr: SocketAddr,
}

/// The table `[server]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct ServerSettings {
    /// The address people type; empty while it is the one the server listens on.
    pub public_url: String,
    /// Proxies whose `X-Forwarded-For` or `Forwarded` is believed.
    #[serde(with = "values::networks")]
    pub trusted_proxies: Vec<IpNet>,
    /// Other sites whose pages may use REST and the sockets, with a token.
    pub allowed_origins: Vec<String>,
    /// Text for people, JSON for programs.
    pub log_format: LogFormat,
    /// What is logged, as `tracing` filters it.
    pub log_level: String,
}

/// The table `[realtime]`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct RealtimeSettings {
    /// What carries publications between processes.
    pub broker: Broker,
    /// Milliseconds of the presence grace: a person who is back within it has not left.
    pub reload_grace_ms: u32,
    /// Milliseconds between two heartbeats of a socket, each with a ping.
    pub heartbeat_ms: u32,
    /// Milliseconds after a ping in which a socket must be heard.
    pub pong_ms: u32,
    /// Milliseconds in which a one-room socket has to send its first frame.
    pub first_frame_ms: u32,
}

/// The table `[house]`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct HouseSettings {
    /// What the house is called: 1 to 40 characters, without what separates it from the rest of a title.
    pub name: String,
    /// Who gets an account.
    pub sign_up: SignUp,
    /// What people without an account may do in open rooms: read them, or write in them.
    pub guests: Guests,
    /// The least role on the server that makes rooms.
    pub make_rooms: ServerRole,
    /// The colour of what can be pressed.
    pub accent: Accent,
}

/// Who gets an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SignUp {
    /// Everybody who wants one.
    Open,
    /// Who has an invitation.
    Invited,
    /// Nobody; an admin makes accounts by the command line.
    Closed,
}

/// The table `[limits]`; 0 is no limit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct LimitSettings {
    /// A person's messages, over all their sockets and REST.
    pub messages_per_second: u32,
    /// How many of them at once.
    pub message_burst: u32,
    /// Messages of all who come from one address.
    pub address_messages_per_second: u32,
    /// How many of them at once.
    pub address_message_burst: u32,
    /// New guests from one address.
    pub guests_per_minute: u32,
    /// New direct rooms by one person; by all who come from one address twice as many.
    pub direct_rooms_per_hour: u32,
    /// Searches among all people, from one address.
    pub people_searches_per_minute: u32,
    /// Codes of invitations that are none, from one address.
    pub wrong_codes_per_minute: u32,
    /// New accounts from one address.
    pub accounts_per_hour: u32,
    /// Wrong passwords for one account from one address in five minutes.
    pub sign_in_failures: u32,
    /// Wrong passwords from one address in five minutes.
    pub address_sign_in_failures: u32,
    /// New rooms by one person.
    pub rooms_per_hour: u32,
    /// New rooms by all who come from one address.
    pub address_rooms_per_hour: u32,
    /// Sockets open at once from one address.
    pub sockets_per_address: u32,
    /// Connections open at once from one address that are no sockets.
    pub connections_per_address: u32,
    /// Pages of history read from one address.
    pub history_pages_per_second: u32,
    /// Frames on one socket.
    pub frames_per_second: u32,
}

/// Why the settings cannot be used: one sentence that says what to do.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// A file that was named is not readable.
    #[error("The {what} {path} cannot be read ({cause}); give the path of one that can.")]
    Unreadable {
        /// What it is for.
        what: &'static str,
        /// The file that was named.
        path: String,
        /// The system's error.
        cause: String,
    },
    /// The file is not TOML.
    #[error("The settings file {path} is not valid TOML at line {line}: {cause}.")]
    NotToml {
        /// The file of the settings.
        path: String,
        /// The line of the error, from 1.
        line: usize,
        /// The parser's error.
        cause: String,
    },
    /// There is no setting with this key.
    #[error("There is no setting {key} (set in {place}); remove it or correct its name.")]
    UnknownKey {
        /// The key with its table.
        key: String,
        /// The file, or the variable.
        place: String,
    },
    /// The value cannot be.
    #[error("The setting {key} must be {expected}.")]
    Impossible {
        /// The key with its table.
        key: String,
        /// What it may be.
        expected: String,
    },
}

impl Settings {
    /// Reads `path`, or `Leptos.toml` where there is one, then lets `environment` override it:
    /// `PARLOUR__LIMITS__MESSAGES_PER_SECOND`, `PARLOUR__SITE_ADDR`, and what cargo-leptos sets
    /// (`LEPTOS_SITE_ADDR`).
    ///
    /// # Errors
    /// [`ConfigError::Unreadable`] if the file is named and cannot be read, and as [`Settings::parse`].
    pub fn load(
        path: Option<&Path>,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let file = path.unwrap_or(Path::new(DEFAULT_FILE));
        let text = match std::fs::read_to_string(file) {
            Ok(text) => text,
            Err(error) if path.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                String::new()
            }
            Err(error) => {
                return Err(ConfigError::Unreadable {
                    what: "settings file",
                    path: file.display().to_string(),
                    cause: error.to_string(),
                });
            }
        };
        Self::parse(&text, &file.display().to_string(), environment)
    }

    /// The same from text; `place` is what errors call it.
    ///
    /// # Errors
    /// [`ConfigError`] for a text that is no TOML, a key that is no setting, a value that its setting cannot have, or a
    /// `database.password-file` that cannot be read.
    pub fn parse(
        text: &str,
        place: &str,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigError> {
        let mut settings = layers::merge(text, place, environment)?;
        settings.check()?;
        Ok(settings)
    }

    fn check(&mut self) -> Result<(), ConfigError> {
        values::file_name("output-name", &self.site.output_name)?;
        values::file_name("site-pkg-dir", &self.site.site_pkg_dir)?;
        if !self.site.site_root.is_empty() {
            values::site_root(&self.site.site_root)?;
        }
        values::public_url(&self.server.public_url)?;
        values::origins(&self.server.allowed_origins)?;
        values::log_level(&self.server.log_level)?;
        self.database.check()?;
        let realtime = &self.realtime;
        values::wait("realtime.heartbeat-ms", realtime.heartbeat_ms)?;
        values::wait("realtime.pong-ms", realtime.pong_ms)?;
        values::wait("realtime.first-frame-ms", realtime.first_frame_ms)?;
        self.changeable().check()
    }
}

impl LimitSettings {
    /// No limit at all, for who tries something else; one that is set after all has its usual burst.
    pub fn none() -> Self {
        Self {
            messages_per_second: 0,
            address_messages_per_second: 0,
            guests_per_minute: 0,
            direct_rooms_per_hour: 0,
            people_searches_per_minute: 0,
            wrong_codes_per_minute: 0,
            accounts_per_hour: 0,
            sign_in_failures: 0,
            address_sign_in_failures: 0,
            rooms_per_hour: 0,
            address_rooms_per_hour: 0,
            sockets_per_address: 0,
            connections_per_address: 0,
            history_pages_per_second: 0,
            frames_per_second: 0,
            ..Self::default()
        }
    }
}

impl RealtimeSettings {
    /// The presence grace: a person who is back within it has not left.
    pub fn reload_grace(&self) -> Duration {
        Duration::from_millis(u64::from(self.reload_grace_ms))
    }

    /// The time between two heartbeats of a socket.
    pub fn heartbeat(&self) -> Duration {
        Duration::from_millis(u64::from(self.heartbeat_ms))
    }

    /// After a ping, within which a socket must be heard.
    pub fn pong(&self) -> Duration {
        Duration::from_millis(u64::from(self.pong_ms))
    }

    /// Within which a one-room socket says who is coming.
    pub fn first_frame(&self) -> Duration {
        Duration::from_millis(u64::from(self.first_frame_ms))
    }
}

impl Default for SiteSettings {
    fn default() -> Self {
        Self {
            output_name: "parlour".to_owned(),
            site_root: String::new(),
            site_pkg_dir: "pkg".to_owned(),
            site_addr: SocketAddr::from(([127, 0, 0, 1], 3000)),
        }
    }
}

impl Default for ServerSettings {
    fn default() -> Self {
        Self {
            public_url: String::new(),
            trusted_proxies: Vec::new(),
            allowed_origins: Vec::new(),
            log_format: LogFormat::Text,
            log_level: "info".to_owned(),
        }
    }
}

impl Default for RealtimeSettings {
    fn default() -> Self {
        Self {
            broker: Broker::Local,
            reload_grace_ms: 5_000,
            heartbeat_ms: 25_000,
            pong_ms: 10_000,
            first_frame_ms: 10_000,
        }
    }
}

impl Default for HouseSettings {
    fn default() -> Self {
        Self {
            name: "Parlour".to_owned(),
            sign_up: SignUp::Open,
            guests: Guests::Write,
            make_rooms: ServerRole::Guest,
            accent: Accent::Green,
        }
    }
}

impl Default for LimitSettings {
    fn default() -> Self {
        Self {
            messages_per_second: 5,
            message_burst: 20,
            address_messages_per_second: 50,
            address_message_burst: 500,
            guests_per_minute: 120,
            direct_rooms_per_hour: 60,
            people_searches_per_minute: 60,
            wrong_codes_per_minute: 20,
            accounts_per_hour: 120,
            sign_in_failures: 10,
            address_sign_in_failures: 50,
            rooms_per_hour: 60,
            address_rooms_per_hour: 120,
            sockets_per_address: 1_000,
            connections_per_address: 200,
            history_pages_per_second: 50,
            frames_per_second: 50,
        }
    }
}

#[cfg(test)]
mod tests;
