//! Where a PostgreSQL database is, of `postgres://user@host:port/database?sslmode=…`.
//!
//! *Invariant:* a password is in no text that this makes: not in `Display`, not in `Debug`, and no refusal repeats
//! anything of what was given.

use std::fmt::{self, Debug, Display, Formatter};
use std::net::Ipv6Addr;
use std::path::PathBuf;
use std::str::FromStr;

/// What both names of the scheme stand before.
const SCHEMES: [&str; 2] = ["postgres://", "postgresql://"];
/// Where PostgreSQL listens when nobody says otherwise.
const PORT: u16 = 5432;

/// A database of a PostgreSQL server, and how to get in.
#[derive(Clone, PartialEq, Eq)]
pub struct PostgresUrl {
    /// Where the server may be; of several, the first that takes writes. There is at least one.
    pub hosts: Vec<PostgresHost>,
    /// The role that owns the tables.
    pub user: String,
    /// Its password, from the URL or from `database.password-file`.
    pub password: Option<Password>,
    /// The database's name in its server.
    pub database: String,
    /// Whether, and to whom, the connection is encrypted. A Unix socket never is.
    pub tls: Tls,
}

/// One place where a server listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostgresHost {
    /// A name or an address of the network, and the port.
    Tcp(String, u16),
    /// The folder of a Unix socket, and the port in its name.
    Unix(PathBuf, u16),
}

/// The parameters `sslmode` and `sslrootcert`, as PostgreSQL's own programs know them.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub enum Tls {
    /// `disable`: never encrypted.
    Disable,
    /// `prefer`: encrypted when the server offers it; whoever is between can prevent it.
    #[default]
    Prefer,
    /// `require`: encrypted, to whoever answers.
    Require,
    /// `verify-ca`: to a server with a certificate of one of the authorities in this PEM file.
    VerifyCa(PathBuf),
    /// `verify-full`: and whose certificate is for the host's name.
    VerifyFull(PathBuf),
}

/// A secret that is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Of a text that a server can be told: not empty, and without NUL.
    pub fn new(secret: String) -> Option<Self> {
        let can_be = !secret.is_empty() && !secret.contains('\0');
        can_be.then_some(Self(secret))
    }

    /// The secret itself, for the server alone.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl Debug for Password {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        out.write_str("Password")
    }
}

impl PostgresUrl {
    /// Whether a text has one of the two schemes.
    pub fn is_meant(text: &str) -> bool {
        SCHEMES.iter().any(|scheme| text.starts_with(scheme))
    }
}

/// What a URL would have to be: the end of a sentence that begins with what "must be".
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotPostgres(&'static str);

impl FromStr for PostgresUrl {
    type Err = NotPostgres;

    fn from_str(text: &str) -> Result<Self, NotPostgres> {
        let rest = SCHEMES.iter().find_map(|scheme| text.strip_prefix(scheme));
        let rest = rest.ok_or(LIKE)?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        // The last one: whoever wrote @ or / into a password meant it.
        let (identity, place) = match place.rsplit_once('@') {
            Some((identity, place)) => (Some(identity), place),
            None => (None, place),
        };
        let (authority, database) = place.split_once('/').unwrap_or((place, ""));

        let mut given = Parameters::read(query)?;
        if let Some(identity) = identity {
            let (user, password) = match identity.split_once(':') {
                Some((user, password)) => (user, Some(password)),
                None => (identity, None),
            };
            if !user.is_empty() {
                set(&mut given.user, decoded(user)?)?;
            }
            if let Some(password) = password {
                set(&mut given.password, decoded(password)?)?;
            }
        }
        if !database.is_empty() {
            set(&mut given.database, decoded(database)?)?;
        }
        let hosts = if authority.is_empty() {
            let names = given.host.as_deref().ok_or(NotPostgres(NEEDS_HOST))?;
            zipped(names, given.port.as_deref().unwrap_or_default())?
        } else if given.host.is_none() && given.port.is_none() {
            let hosts = authority.split(',').map(with_port);
            hosts.collect::<Result<_, _>>()?
        } else {
            return Err(NotPostgres(TWICE));
        };
        let secret = given
            .password
            .map(|secret| Password::new(secret).ok_or(NotPostgres(PASSWORD)));
        Ok(Self {
            hosts,
            user: given
                .user
                .filter(|user| !user.is_empty())
                .ok_or(NotPostgres(NEEDS_USER))?,
            password: secret.transpose()?,
            database: given
                .database
                .filter(|name| !name.is_empty())
                .ok_or(NotPostgres(NEEDS_NAME))?,
            tls: tls(given.sslmode.as_deref(), given.sslrootcert)?,
        })
    }
}

const LIKE: NotPostgres =
    NotPostgres("a PostgreSQL database like \"postgres://parlour@localhost/parlour\"");
const NEEDS_HOST: &str = "a PostgreSQL database with a host, or with the folder of a Unix socket, like \
    \"postgres:///parlour?host=/run/postgresql&user=parlour\"";
const NEEDS_USER: &str =
    "a PostgreSQL database with a user, like \"postgres://parlour@localhost/parlour\"";
const NEEDS_NAME: &str = "a PostgreSQL database with its name at the end, like \
    \"postgres://parlour@localhost/parlour\"";
const HOST: &str = "a PostgreSQL database whose hosts are names, addresses, or folders of Unix sockets, with commas \
    between them";
const PORTS: &str = "a PostgreSQL database whose port is a number from 1 to 65535, one for all hosts or one for each";
const PASSWORD: &str =
    "a PostgreSQL database whose password, if there is one, is neither empty nor has a NUL in it";
const ENCODING: &str = "a PostgreSQL database in which each % is followed by two hexadecimal digits, as %25 is for the \
    % itself, and nothing is NUL or outside of UTF-8";
const TWICE: &str = "a PostgreSQL database in which nothing is said twice";
const PARAMETERS: &str = "a PostgreSQL database with no other parameters than host, port, user, password, dbname, \
    sslmode and sslrootcert (a ? in a password is written as %3F)";
const SSLMODE: &str =
    "a PostgreSQL database whose sslmode is disable, prefer, require, verify-ca or verify-full";
const ROOT_NEEDED: &str = "a PostgreSQL database with the file of its authority's certificates in sslrootcert, \
    since sslmode is verify-ca or verify-full";
const ROOT_WITHOUT_USE: &str = "a PostgreSQL database whose sslmode is verify-ca or verify-full, since it has an \
    sslrootcert, which nothing else looks at";

/// What the parameters say; the rest of a URL is put beside it.
#[derive(Default)]
struct Parameters {
    host: Option<String>,
    port: Option<String>,
    user: Option<String>,
    password: Option<String>,
    database: Option<String>,
    sslmode: Option<String>,
    sslrootcert: Option<String>,
}

impl Parameters {
    fn read(query: &str) -> Result<Self, NotPostgres> {
        let mut given = Self::default();
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let (name, value) = parameter.split_once('=').ok_or(NotPostgres(PARAMETERS))?;
            let place = match name {
                "host" => &mut given.host,
                "port" => &mut given.port,
                "user" => &mut given.user,
                "password" => &mut given.password,
                "dbname" => &mut given.database,
                "sslmode" => &mut given.sslmode,
                "sslrootcert" => &mut given.sslrootcert,
                _ => return Err(NotPostgres(PARAMETERS)),
            };
            set(place, decoded(value)?)?;
        }
        Ok(given)
    }
}

fn set(place: &mut Option<String>, value: String) -> Result<(), NotPostgres> {
    match place.replace(value) {
        None => Ok(()),
        Some(_) => Err(NotPostgres(TWICE)),
    }
}

/// `name`, `name:port`, `[::1]:port`, or the folder of a socket with `%2F` for its slashes.
fn with_port(text: &str) -> Result<PostgresHost, NotPostgres> {
    let (name, port) = match text.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port),
        _ => (text, ""),
    };
    let name = decoded(name)?;
    // Only in brackets can it be told what is port and what is address.
    match name
        .strip_prefix('[')
        .and_then(|name| name.strip_suffix(']'))
    {
        Some(address) if address.parse::<Ipv6Addr>().is_ok() => host(address, port),
        None if !name.contains(':') => host(&name, port),
        _ => Err(NotPostgres(HOST)),
    }
}

/// Of the parameters `host` and `port`: one port is for all of them.
fn zipped(names: &str, ports: &str) -> Result<Vec<PostgresHost>, NotPostgres> {
    let (names, ports): (Vec<&str>, Vec<&str>) =
        (names.split(',').collect(), ports.split(',').collect());
    if ports.len() != 1 && ports.len() != names.len() {
        return Err(NotPostgres(PORTS));
    }
    let ports = ports.iter().cycle();
    names
        .iter()
        .zip(ports)
        .map(|(name, port)| host(name, port))
        .collect()
}

fn host(name: &str, port: &str) -> Result<PostgresHost, NotPostgres> {
    let port = match port {
        "" => PORT,
        port => port
            .parse()
            .ok()
            .filter(|port| *port != 0)
            .ok_or(NotPostgres(PORTS))?,
    };
    if name.starts_with('/') {
        return Ok(PostgresHost::Unix(PathBuf::from(name), port));
    }
    let can_be = |c: char| c.is_alphanumeric() || matches!(c, '.' | '-' | '_');
    let is_name = !name.is_empty() && name.chars().all(can_be);
    if is_name || name.parse::<Ipv6Addr>().is_ok() {
        return Ok(PostgresHost::Tcp(name.to_owned(), port));
    }
    Err(NotPostgres(HOST))
}

fn tls(mode: Option<&str>, root: Option<String>) -> Result<Tls, NotPostgres> {
    let root = root.filter(|file| !file.is_empty()).map(PathBuf::from);
    let verified = |how: fn(PathBuf) -> Tls, root: Option<PathBuf>| {
        root.map(how).ok_or(NotPostgres(ROOT_NEEDED))
    };
    let tls = match mode {
        Some("verify-ca") => return verified(Tls::VerifyCa, root),
        Some("verify-full") => return verified(Tls::VerifyFull, root),
        Some("disable") => Tls::Disable,
        Some("prefer") | None => Tls::Prefer,
        Some("require") => Tls::Require,
        Some(_) => return Err(NotPostgres(SSLMODE)),
    };
    match root {
        None => Ok(tls),
        Some(_) => Err(NotPostgres(ROOT_WITHOUT_USE)),
    }
}

/// With each `%41` as what it stands for. A `+` is one: this is no form.
fn decoded(text: &str) -> Result<String, NotPostgres> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || rest.next().and_then(|byte| char::from(byte).to_digit(16));
        match (digit(), digit()) {
            (Some(high), Some(low)) => bytes.push((high * 16 + low) as u8),
            _ => return Err(NotPostgres(ENCODING)),
        }
    }
    let text = String::from_utf8(bytes)
        .ok()
        .filter(|text| !text.contains('\0'));
    text.ok_or(NotPostgres(ENCODING))
}

fn encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                encoded.push(char::from(byte));
            }
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// The same database, without the password.
impl Display for PostgresUrl {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let hosts = self.hosts.iter().map(ToString::to_string);
        let hosts = hosts.collect::<Vec<_>>().join(",");
        let (user, database) = (encoded(&self.user), encoded(&self.database));
        write!(out, "postgres://{user}@{hosts}/{database}")?;
        let root = |file: &PathBuf| encoded(&file.display().to_string());
        match &self.tls {
            Tls::Prefer => Ok(()),
            Tls::Disable => write!(out, "?sslmode=disable"),
            Tls::Require => write!(out, "?sslmode=require"),
            Tls::VerifyCa(file) => write!(out, "?sslmode=verify-ca&sslrootcert={}", root(file)),
            Tls::VerifyFull(file) => write!(out, "?sslmode=verify-full&sslrootcert={}", root(file)),
        }
    }
}

impl Display for PostgresHost {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let (name, port) = match self {
            Self::Tcp(name, port) if name.contains(':') => (format!("[{name}]"), port),
            Self::Tcp(name, port) => (encoded(name), port),
            Self::Unix(folder, port) => (encoded(&folder.display().to_string()), port),
        };
        match *port {
            PORT => write!(out, "{name}"),
            port => write!(out, "{name}:{port}"),
        }
    }
}

impl Debug for PostgresUrl {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        Display::fmt(self, out)
    }
}

#[cfg(test)]
mod tests;
