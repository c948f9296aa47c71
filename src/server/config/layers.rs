//! Defaults, then the file, then the environment, laid over one another key by key.
//!
//! The defaults are the list of keys that exist and of what type each is: anything laid over them
//! that is not among them is refused by name.

use super::{ConfigError, Settings, SiteSettings};
use serde::Serialize;
use serde::de::DeserializeOwned;
use toml::{Table, Value};

/// What cargo-leptos sets for the binary it runs. It sets more, which is none of the server's.
const CARGO_LEPTOS: [&str; 5] = [
    "LEPTOS_OUTPUT_NAME",
    "LEPTOS_SITE_ROOT",
    "LEPTOS_SITE_PKG_DIR",
    "LEPTOS_SITE_ADDR",
    "LEPTOS_ENV",
];

/// What was a setting once. A file or an environment that still names one starts the server as before.
const REMOVED: [&str; 1] = ["hash-files"];

/// Both halves of the file: what Leptos reads too, and what is only the server's.
struct Layers {
    site: Table,
    rest: Table,
    without_effect: Vec<String>,
}

pub(super) fn merge(
    text: &str,
    place: &str,
    environment: impl IntoIterator<Item = (String, String)>,
) -> Result<Settings, ConfigError> {
    let mut layers = Layers {
        site: table_of(&SiteSettings::default()),
        rest: table_of(&Settings::default()),
        without_effect: Vec::new(),
    };
    lay_file(&mut layers, text, place)?;

    let mut variables: Vec<_> = environment.into_iter().collect();
    // PARLOUR__ after LEPTOS_: what is said to this server beats what is said to Leptos.
    variables.sort();
    for (name, value) in &variables {
        if CARGO_LEPTOS.contains(&name.as_str()) {
            lay_variable(&mut layers, name, &name["LEPTOS_".len()..], value)?;
        } else if let Some(path) = name.strip_prefix("PARLOUR__") {
            lay_variable(&mut layers, name, path, value)?;
        }
    }

    let mut settings = Settings {
        site: read_table("", layers.site)?,
        without_effect: layers.without_effect,
        ..Settings::default()
    };
    for (section, value) in layers.rest {
        let Value::Table(table) = value else { continue };
        match section.as_str() {
            "server" => settings.server = read_table("server.", table)?,
            "database" => settings.database = read_table("database.", table)?,
            "realtime" => settings.realtime = read_table("realtime.", table)?,
            _ => settings.limits = read_table("limits.", table)?,
        }
    }
    Ok(settings)
}

fn lay_file(layers: &mut Layers, text: &str, place: &str) -> Result<(), ConfigError> {
    let mut file: Table = text.parse().map_err(|error: toml::de::Error| {
        let before = error.span().map_or(0, |span| span.start);
        ConfigError::NotToml {
            path: place.to_owned(),
            line: text[..before.min(text.len())].matches('\n').count() + 1,
            cause: error.message().replace('\n', ", "),
        }
    })?;
    let unknown = |key: String| ConfigError::UnknownKey {
        key,
        place: place.to_owned(),
    };
    if let Some(package) = file.remove("package") {
        let site = sole_child("package", package, "metadata")
            .and_then(|metadata| sole_child("package.metadata", metadata, "leptos"))
            .map_err(unknown)?;
        lay_table(
            &mut layers.site,
            "",
            site,
            place,
            &mut layers.without_effect,
        )?;
    }
    for (section, table) in file {
        let Some(Value::Table(known)) = layers.rest.get_mut(&section) else {
            return Err(unknown(section));
        };
        let prefix = format!("{section}.");
        lay_table(known, &prefix, table, place, &mut layers.without_effect)?;
    }
    Ok(())
}

/// The only thing that may be in `table`, or the key that may not.
fn sole_child(path: &str, table: Value, child: &str) -> Result<Value, String> {
    let Value::Table(mut table) = table else {
        return Err(path.to_owned());
    };
    let value = table.remove(child);
    match (table.keys().next(), value) {
        (Some(other), _) => Err(format!("{path}.{other}")),
        (None, Some(value)) => Ok(value),
        (None, None) => Ok(Value::Table(Table::new())),
    }
}

fn lay_table(
    known: &mut Table,
    prefix: &str,
    over: Value,
    place: &str,
    without_effect: &mut Vec<String>,
) -> Result<(), ConfigError> {
    let Value::Table(over) = over else {
        return Err(ConfigError::Impossible {
            key: prefix.trim_end_matches('.').to_owned(),
            expected: "a table".to_owned(),
        });
    };
    for (key, value) in over {
        let path = format!("{prefix}{key}");
        let Some(slot) = known.get_mut(&key) else {
            if REMOVED.contains(&path.as_str()) {
                without_effect.push(format!("{path} ({place})"));
                continue;
            }
            return Err(ConfigError::UnknownKey {
                key: path,
                place: place.to_owned(),
            });
        };
        if !slot.same_type(&value) {
            return Err(wrong_type(path, slot));
        }
        *slot = value;
    }
    Ok(())
}

/// `LIMITS__ROOMS_PER_HOUR` is `limits.rooms-per-hour`; without a section it is Leptos's.
fn lay_variable(
    layers: &mut Layers,
    name: &str,
    path: &str,
    value: &str,
) -> Result<(), ConfigError> {
    let kebab = |text: &str| text.to_lowercase().replace('_', "-");
    let (key, slot) = match path.split_once("__") {
        None => (kebab(path), layers.site.get_mut(&kebab(path))),
        Some((section, key)) => {
            let (section, key) = (kebab(section), kebab(key));
            let slot = match layers.rest.get_mut(&section) {
                Some(Value::Table(table)) => table.get_mut(&key),
                _ => None,
            };
            (format!("{section}.{key}"), slot)
        }
    };
    let Some(slot) = slot else {
        if REMOVED.contains(&key.as_str()) {
            layers.without_effect.push(format!("{key} ({name})"));
            return Ok(());
        }
        return Err(ConfigError::UnknownKey {
            key,
            place: name.to_owned(),
        });
    };
    let read = match slot {
        Value::Integer(_) => value.trim().parse().ok().map(Value::Integer),
        Value::Boolean(_) => value.trim().parse().ok().map(Value::Boolean),
        Value::Array(_) => Some(Value::Array(
            value
                .split(',')
                .map(str::trim)
                .filter(|item| !item.is_empty())
                .map(|item| Value::String(item.to_owned()))
                .collect(),
        )),
        _ => Some(Value::String(value.to_owned())),
    };
    *slot = read.ok_or_else(|| wrong_type(format!("{key} ({name})"), slot))?;
    Ok(())
}

fn wrong_type(key: String, slot: &Value) -> ConfigError {
    let expected = match slot {
        Value::Integer(_) => "a whole number",
        Value::Boolean(_) => "true or false",
        Value::Array(_) => "a list of texts",
        _ => "a text in quotes",
    };
    ConfigError::Impossible {
        key,
        expected: expected.to_owned(),
    }
}

/// Reads a table key by key, so that whatever is wrong is said with its name.
fn read_table<T: Serialize + DeserializeOwned + Default>(
    prefix: &str,
    table: Table,
) -> Result<T, ConfigError> {
    for (key, value) in &table {
        let alone = Table::from_iter([(key.clone(), value.clone())]);
        if let Err(error) = Value::Table(alone).try_into::<T>() {
            return Err(ConfigError::Impossible {
                key: format!("{prefix}{key}"),
                expected: expectation(error.message()),
            });
        }
    }
    Value::Table(table)
        .try_into()
        .map_err(|error| ConfigError::Impossible {
            key: prefix.trim_end_matches('.').to_owned(),
            expected: expectation(error.message()),
        })
}

/// What serde says it expected, as the end of a sentence.
fn expectation(message: &str) -> String {
    let message = message.trim().replace('\n', " ");
    match message.split_once("expected ") {
        Some((_, expected)) => expected.replace('`', ""),
        None => message,
    }
}

fn table_of<T: Serialize>(settings: &T) -> Table {
    Table::try_from(settings).expect("the defaults are plain tables, a test reads them")
}
