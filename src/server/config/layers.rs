//! The file, with the environment laid over it, read into the settings.
//!
//! serde reads them, and says of what it refuses where it stands; here is what that is called to whoever wrote
//! it. The defaults tell what type a variable has, since in the environment all are texts.
//!
//! A library that lays settings over one another (`figment`, `config`) would replace [`lay`] and the map of
//! variables, which are some twenty lines, and ask for as many: they guess a variable's type from its text, so
//! that a name of digits would be a number and a list would need brackets, and neither says at which line a file
//! is no TOML, names a removed key that is still there, or has words for people.

use super::{
    ConfigError, DatabaseSettings, HouseSettings, LimitSettings, RealtimeSettings, ServerSettings,
    Settings, SiteSettings,
};
use serde::{Deserialize, Serialize};
use serde_path_to_error::Segment;
use std::collections::{BTreeMap, BTreeSet};
use toml::{Table, Value};

/// What cargo-leptos sets for the binary it runs. It sets more, which is none of the server's.
const CARGO_LEPTOS: [&str; 4] = [
    "LEPTOS_OUTPUT_NAME",
    "LEPTOS_SITE_ROOT",
    "LEPTOS_SITE_PKG_DIR",
    "LEPTOS_SITE_ADDR",
];

/// The table of what Leptos reads too. In the environment, and in what is said of them, its keys have no section.
const SITE: &str = "package.metadata.leptos";

/// What was a setting of that table once. A file or an environment that still names one starts the
/// server as before.
const REMOVED: [&str; 1] = ["hash-files"];

/// The tables of what can be changed while the server serves, unless it is named here.
const CHANGEABLE: [&str; 2] = ["house", "limits"];

/// The file, as it is written.
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct File {
    package: Package,
    server: ServerSettings,
    database: DatabaseSettings,
    realtime: RealtimeSettings,
    house: HouseSettings,
    limits: LimitSettings,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Package {
    metadata: Metadata,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Metadata {
    leptos: SiteSettings,
}

pub(super) fn merge(
    text: &str,
    place: &str,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Settings, ConfigError> {
    let mut values = parse(text, place)?;
    let mut without_effect = Vec::new();
    let site = SITE.split('.').try_fold(&mut values, |table, name| {
        table.get_mut(name)?.as_table_mut()
    });
    for removed in site.map(remove_removed).unwrap_or_default() {
        without_effect.push(format!("{removed} ({place})"));
    }

    let defaults = Table::try_from(File::default()).expect("a test reads them as a table");
    // Which variable a key is from, where it is not from the file.
    let mut variables = BTreeMap::new();
    let mut environment: Vec<_> = environment.into_iter().collect();
    // PARLOUR__ after LEPTOS_: what is said to this server beats what is said to Leptos.
    environment.sort();
    for (variable, value) in environment {
        let Some(key) = key_of(&variable) else {
            continue;
        };
        if REMOVED.contains(&key.as_str()) {
            without_effect.push(format!("{key} ({variable})"));
            continue;
        }
        let (table, name) = key.rsplit_once('.').unwrap_or((SITE, &key));
        let known = table
            .split('.')
            .try_fold(&defaults, |table, name| table.get(name)?.as_table());
        let Some(default) = known.and_then(|table| table.get(name)) else {
            return Err(ConfigError::UnknownKey {
                key,
                place: variable,
            });
        };
        // What is no number or truth value stays a text, and is refused below with everything else.
        lay(&mut values, table, name, typed(value, default));
        variables.insert(key, variable);
    }

    let named = named(&values);
    let file: File = serde_path_to_error::deserialize(Value::Table(values))
        .map_err(|error| refused(&error, place, &variables))?;
    Ok(Settings {
        site: file.package.metadata.leptos,
        server: file.server,
        database: file.database,
        realtime: file.realtime,
        house: file.house,
        limits: file.limits,
        named,
        build: None,
        without_effect,
    })
}

fn parse(text: &str, place: &str) -> Result<Table, ConfigError> {
    text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().map_or(0, |span| span.start);
        ConfigError::NotToml {
            path: place.to_owned(),
            line: text[..before.min(text.len())].matches('\n').count() + 1,
            cause: error.message().replace('\n', ", "),
        }
    })
}

/// Which keys of what can be changed are there.
fn named(values: &Table) -> BTreeSet<String> {
    let keys = CHANGEABLE.into_iter().flat_map(|section| {
        let table = values.get(section).and_then(Value::as_table);
        let names = table.into_iter().flat_map(Table::keys);
        names.map(move |name| format!("{section}.{name}"))
    });
    keys.collect()
}

fn remove_removed(site: &mut Table) -> Vec<&'static str> {
    let mut removed = REMOVED.to_vec();
    removed.retain(|key| site.remove(*key).is_some());
    removed
}

/// `PARLOUR__LIMITS__ROOMS_PER_HOUR` is `limits.rooms-per-hour`; without a section it is one of [`SITE`].
fn key_of(variable: &str) -> Option<String> {
    let path = match variable.strip_prefix("PARLOUR__") {
        Some(path) => path,
        None if CARGO_LEPTOS.contains(&variable) => variable.strip_prefix("LEPTOS_")?,
        None => return None,
    };
    Some(path.replacen("__", ".", 1).to_lowercase().replace('_', "-"))
}

/// A variable's text as what the default is.
pub(super) fn typed(text: String, default: &Value) -> Value {
    let read = match default {
        Value::Integer(_) => text.trim().parse().ok().map(Value::Integer),
        Value::Boolean(_) => text.trim().parse().ok().map(Value::Boolean),
        Value::Array(_) => {
            let items = text
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty());
            Some(items.map(Value::from).collect::<Vec<_>>().into())
        }
        _ => None,
    };
    read.unwrap_or(Value::String(text))
}

/// Puts a value where the file has, or would have, the key `name` of this table.
pub(super) fn lay(values: &mut Table, table: &str, name: &str, value: Value) {
    let table = table.split('.').try_fold(values, |table, name| {
        let inner = table.entry(name).or_insert_with(|| Table::new().into());
        inner.as_table_mut()
    });
    // Where the file has something else than a table, that is what is refused.
    if let Some(table) = table {
        table.insert(name.to_owned(), value);
    }
}

/// What serde refused, as a sentence with the key's name, and with the variable's where it came from one.
pub(super) fn refused(
    error: &serde_path_to_error::Error<toml::de::Error>,
    place: &str,
    variables: &BTreeMap<String, String>,
) -> ConfigError {
    let message = error.inner().message().trim().replace('\n', " ");
    let mut path: Vec<&str> = Vec::new();
    let mut is_item = false;
    for segment in error.path() {
        match segment {
            Segment::Map { key } => path.push(key),
            Segment::Seq { .. } => is_item = true,
            Segment::Enum { .. } | Segment::Unknown => {}
        }
    }
    let unknown = message.strip_prefix("unknown field `");
    if let Some((field, _)) = unknown.and_then(|rest| rest.split_once('`'))
        && path.last() != Some(&field)
    {
        path.push(field);
    }
    let path = path.join(".");
    let mut key = match path.strip_prefix(SITE) {
        Some(key) if key.starts_with('.') => key[1..].to_owned(),
        _ => path,
    };
    if unknown.is_some() {
        return ConfigError::UnknownKey {
            key,
            place: place.to_owned(),
        };
    }
    if let Some(variable) = variables.get(&key) {
        key = format!("{key} ({variable})");
    }
    let expected = if is_item {
        "a list of texts".to_owned()
    } else {
        expectation(&message)
    };
    ConfigError::Impossible { key, expected }
}

/// What serde says it expected, as the end of a sentence for people.
fn expectation(message: &str) -> String {
    let Some((_, expected)) = message.split_once("expected ") else {
        return message.to_owned();
    };
    match expected {
        "u32" => "a whole number from 0 to 4294967295".to_owned(),
        "a boolean" => "true or false".to_owned(),
        "a sequence" => "a list of texts".to_owned(),
        "a string" => "a text in quotes".to_owned(),
        table if table.starts_with("struct ") => "a table".to_owned(),
        other => other.replace('`', ""),
    }
}
