//! The table `[database]`: which database, and how a PostgreSQL server is used.
//!
//! *Invariant:* the password comes from one place, the URL or a file that only few may read, and is shown nowhere.

use super::postgres_url::{Password, PostgresUrl};
use super::{ConfigError, values};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt::{self, Display, Formatter};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process;
use std::str::FromStr;
use std::thread::available_parallelism;

/// The permission of others than the owner and its group to read.
const OTHERS: u32 = 0o004;
/// Characters of a node's name.
const NODE_NAME_MAX: usize = 100;
/// More connections than any server would be asked for.
const POOL_MAX: u32 = 1_000;

/// The table `[database]`; all but the URL is about PostgreSQL.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct DatabaseSettings {
    /// `sqlite://` and a path, or `postgres://` and where the database is.
    pub url: DatabaseUrl,
    /// A file with the password alone in it; empty for none. It has been read into the URL.
    pub password_file: String,
    /// Connections that read; 0 for as many as suit this machine.
    pub pool_size: u32,
    /// Milliseconds after which the server gives a statement up.
    pub statement_timeout_ms: u32,
    /// Whether statements stay prepared on their connection.
    pub statement_cache: bool,
    /// What this server is called to one that would serve the same database; empty for its machine and process.
    pub node_name: String,
}

/// Which database it is: a file, or one of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A file of SQLite.
    Sqlite(PathBuf),
    /// A database of a PostgreSQL server.
    Postgres(PostgresUrl),
}

/// What a URL would have to be: the end of a sentence that begins with what "must be". Nothing that was given is
/// repeated: there may be a password in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotADatabase {
    /// It has another scheme, or none.
    #[error(
        "a SQLite file like \"sqlite://data/parlour.db\", or a PostgreSQL database like \"postgres://parlour@localhost/parlour\""
    )]
    Scheme,
    /// Of SQLite, but no file.
    #[error("a SQLite file like \"sqlite://data/parlour.db\"")]
    Sqlite,
    /// Of PostgreSQL, and wrong somewhere.
    #[error(transparent)]
    Postgres(#[from] super::postgres_url::NotPostgres),
}

impl FromStr for DatabaseUrl {
    type Err = NotADatabase;

    fn from_str(text: &str) -> Result<Self, NotADatabase> {
        if PostgresUrl::is_meant(text) {
            return Ok(Self::Postgres(text.parse()?));
        }
        let rest = text.strip_prefix("sqlite:").ok_or(NotADatabase::Scheme)?;
        let rest = rest.strip_prefix("//").unwrap_or(rest);
        let file = PathBuf::from(rest.split('?').next().unwrap_or_default());
        // Memory would give every connection a database of its own.
        let in_memory = text.contains(":memory:") || text.contains("mode=memory");
        let has_name = file.file_name().is_some() && !text.ends_with('/');
        if in_memory || !has_name {
            return Err(NotADatabase::Sqlite);
        }
        Ok(Self::Sqlite(file))
    }
}

/// The same, without a password.
impl Display for DatabaseUrl {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sqlite(file) => write!(out, "sqlite://{}", file.display()),
            Self::Postgres(url) => Display::fmt(url, out),
        }
    }
}

impl Serialize for DatabaseUrl {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for DatabaseUrl {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(D::Error::custom)
    }
}

impl DatabaseSettings {
    /// The file of SQLite's database; a PostgreSQL has none.
    pub fn file(&self) -> Option<&Path> {
        match &self.url {
            DatabaseUrl::Sqlite(file) => Some(file),
            DatabaseUrl::Postgres(_) => None,
        }
    }

    /// The path that the names of all begin with which a server keeps on its own machine for this database: that of
    /// SQLite's file, else one in `data`, of the database's name.
    pub fn on_this_machine(&self) -> PathBuf {
        match &self.url {
            DatabaseUrl::Sqlite(file) => file.clone(),
            DatabaseUrl::Postgres(url) => {
                let plain = |c: char| match c {
                    'a'..='z' | 'A'..='Z' | '0'..='9' | '-' | '_' => c,
                    _ => '_',
                };
                let name: String = url.database.chars().map(plain).collect();
                Path::new("data").join(format!("{name}.postgres"))
            }
        }
    }

    /// Where the page's files of the last builds are.
    pub fn builds(&self) -> PathBuf {
        let mut name = self.on_this_machine().into_os_string();
        name.push(".builds");
        PathBuf::from(name)
    }

    /// How many connections read.
    pub fn readers(&self) -> usize {
        match self.pool_size {
            // A connection waits for the network most of its time, so there may be more of them than cores.
            0 => available_parallelism().map_or(4, |cores| (2 * cores.get()).clamp(4, 16)),
            size => size as usize,
        }
    }

    /// What this server is called to one that would serve the same database.
    pub fn node(&self) -> String {
        if !self.node_name.is_empty() {
            return self.node_name.clone();
        }
        let system = rustix::system::uname();
        let machine = system.nodename().to_string_lossy();
        format!("{machine}, process {}", process::id())
    }

    /// Refuses what cannot be, and reads the password.
    pub(super) fn check(&mut self) -> Result<(), ConfigError> {
        if self.pool_size > POOL_MAX {
            let expected =
                format!("a number from 1 to {POOL_MAX}, or 0 for as many as suit this machine");
            return Err(values::impossible("database.pool-size", &expected));
        }
        values::wait("database.statement-timeout-ms", self.statement_timeout_ms)?;
        let is_long = self.node_name.chars().count() > NODE_NAME_MAX;
        if is_long || self.node_name.chars().any(char::is_control) {
            let expected = format!("a text of at most {NODE_NAME_MAX} characters on one line");
            return Err(values::impossible("database.node-name", &expected));
        }
        self.read_password()
    }

    fn read_password(&mut self) -> Result<(), ConfigError> {
        if self.password_file.is_empty() {
            return Ok(());
        }
        let impossible = |expected| Err(values::impossible("database.password-file", expected));
        let url = match &mut self.url {
            DatabaseUrl::Sqlite(_) => {
                return impossible(
                    "empty while database.url is a SQLite file, which has no password",
                );
            }
            DatabaseUrl::Postgres(url) if url.password.is_some() => {
                return impossible("empty while database.url has a password in it");
            }
            DatabaseUrl::Postgres(url) => url,
        };
        let file = Path::new(&self.password_file);
        let read = fs::metadata(file).and_then(|found| {
            let is_private = found.permissions().mode() & OTHERS == 0;
            Ok((is_private, fs::read_to_string(file)?))
        });
        let (is_private, text) = read.map_err(|cause| ConfigError::Unreadable {
            what: "file of database.password-file",
            path: self.password_file.clone(),
            cause: cause.to_string(),
        })?;
        if !is_private {
            return impossible("a file that not everybody on this machine may read (chmod o-rwx)");
        }
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = line.strip_suffix('\r').unwrap_or(line);
        let secret = Some(line).filter(|line| !line.contains('\n'));
        match secret.and_then(|line| Password::new(line.to_owned())) {
            Some(password) => url.password = Some(password),
            None => return impossible("a file with one line in it, the password"),
        }
        Ok(())
    }
}

impl Default for DatabaseSettings {
    fn default() -> Self {
        Self {
            url: DatabaseUrl::Sqlite(PathBuf::from("data/parlour.db")),
            password_file: String::new(),
            pool_size: 0,
            statement_timeout_ms: 30_000,
            statement_cache: true,
            node_name: String::new(),
        }
    }
}

#[cfg(test)]
mod tests;
