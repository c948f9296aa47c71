//! What can be changed while the server serves: what the house is like, and its limits.
//!
//! Owns which keys these are. The file and the environment win over what was changed: a key that either names stays as
//! they have it. *Invariant:* what is in force was checked as a file is.

use super::layers::{lay, refused, typed};
use super::{ConfigError, HouseSettings, LimitSettings, Settings, values};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Arc, PoisonError, RwLock};
use toml::{Table, Value};

/// Characters of the house's name.
const NAME_MAX: usize = 40;

/// All that can be changed while the server serves, in one state.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
pub struct Changeable {
    /// The table `[house]`.
    pub house: HouseSettings,
    /// The table `[limits]`.
    pub limits: LimitSettings,
}

/// One key with its value, as texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyValue {
    /// The key with its table: `house.guests`.
    pub key: String,
    /// As a form has it: without quotes.
    pub value: String,
}

/// Keys with their values, as the database keeps them.
pub type StoredSettings = BTreeMap<String, String>;

impl Changeable {
    /// All keys with their values, in the order of the file.
    pub fn entries(&self) -> Vec<KeyValue> {
        let house = self.house.clone();
        let sections = [
            ("house", Table::try_from(house)),
            ("limits", Table::try_from(self.limits.clone())),
        ];
        let entries = sections.into_iter().flat_map(|(section, table)| {
            let table = table.expect("a test reads them as a table");
            table.into_iter().map(move |(name, value)| KeyValue {
                key: format!("{section}.{name}"),
                value: text(&value),
            })
        });
        entries.collect()
    }

    /// The same with these keys changed.
    ///
    /// # Errors
    /// [`ConfigError`] for a key that there is none of, and a value that its key cannot have.
    pub fn with(&self, changes: &StoredSettings) -> Result<Self, ConfigError> {
        let mut values = Table::try_from(self).expect("a test reads them as a table");
        for (key, value) in changes {
            let known = key.split_once('.').and_then(|(table, name)| {
                let known = values.get(table)?.as_table()?.get(name)?.clone();
                Some((table, name, known))
            });
            let Some((table, name, known)) = known else {
                return Err(ConfigError::UnknownKey {
                    key: key.clone(),
                    place: "the database".to_owned(),
                });
            };
            lay(&mut values, table, name, typed(value.clone(), &known));
        }
        let changed: Self = serde_path_to_error::deserialize(Value::Table(values))
            .map_err(|error| refused(&error, "the database", &BTreeMap::new()))?;
        changed.check()?;
        Ok(changed)
    }

    pub(super) fn check(&self) -> Result<(), ConfigError> {
        let name = &self.house.name;
        let is_short = (1..=NAME_MAX).contains(&name.chars().count());
        let is_plain = !name.contains(|c: char| c.is_control() || c == '·') && name.trim() == name;
        if !is_short || !is_plain {
            let expected = "a name of 1 to 40 characters, without a middle dot";
            return Err(values::impossible("house.name", expected));
        }
        let limits = &self.limits;
        values::burst("message", limits.messages_per_second, limits.message_burst)?;
        let (rate, burst) = (
            limits.address_messages_per_second,
            limits.address_message_burst,
        );
        values::burst("address-message", rate, burst)
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

impl Settings {
    /// What the file, the environment and the defaults say of what can be changed.
    pub fn changeable(&self) -> Changeable {
        Changeable {
            house: self.house.clone(),
            limits: self.limits.clone(),
        }
    }

    /// Whether the file or the environment names this key, so that it cannot be changed.
    pub fn names(&self, key: &str) -> bool {
        self.named.contains(key)
    }

    /// What is in force with what the database keeps; and what of that cannot be, and is as if it were not there.
    pub fn in_force(&self, stored: &StoredSettings) -> (Changeable, Vec<ConfigError>) {
        let given = self.changeable();
        let mut kept = stored.clone();
        kept.retain(|key, _| !self.names(key));
        if let Ok(all) = given.with(&kept) {
            return (all, Vec::new());
        }
        let (mut so_far, mut refused) = (given, Vec::new());
        for (key, value) in kept {
            match so_far.with(&[(key, value)].into()) {
                Ok(with) => so_far = with,
                Err(error) => refused.push(error),
            }
        }
        (so_far, refused)
    }
}

/// What is in force now. Whoever asks gets one state of it.
#[derive(Debug)]
pub struct InForce(RwLock<Arc<Changeable>>);

impl InForce {
    /// A cell with this in it.
    pub fn new(now: Changeable) -> Self {
        Self(RwLock::new(Arc::new(now)))
    }

    /// What is in force.
    pub fn now(&self) -> Arc<Changeable> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on this is.
    pub(crate) fn set(&self, now: Changeable) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SignUp;
    use parlour_protocol::permissions::Guests;

    fn stored(entries: &[(&str, &str)]) -> StoredSettings {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        entries.iter().map(owned).collect()
    }

    #[test]
    fn what_was_changed_holds_until_the_file_or_the_environment_names_it() {
        let kept = stored(&[("house.guests", "read"), ("limits.rooms-per-hour", "3")]);
        let (now, refused) = Settings::default().in_force(&kept);
        assert_eq!(
            (now.house.guests, now.limits.rooms_per_hour),
            (Guests::Read, 3)
        );
        assert_eq!(refused, []);
        let file = "[house]\nguests = \"write\"";
        let variable = (
            "PARLOUR__LIMITS__ROOMS_PER_HOUR".to_owned(),
            "60".to_owned(),
        );
        let settings = Settings::parse(file, "Leptos.toml", [variable]).unwrap();
        assert!(settings.names("house.guests") && settings.names("limits.rooms-per-hour"));
        assert!(!settings.names("house.sign-up"));
        let (now, _) = settings.in_force(&kept);
        assert_eq!(
            (now.house.guests, now.limits.rooms_per_hour),
            (Guests::Write, 60)
        );
    }

    #[test]
    fn what_cannot_be_is_named_and_leaves_the_rest() {
        let kept = stored(&[
            ("house.colour", "red"),
            ("house.guests", "sometimes"),
            ("house.sign-up", "closed"),
            ("limits.message-burst", "0"),
        ]);
        let (now, refused) = Settings::default().in_force(&kept);
        assert_eq!(now.house.sign_up, SignUp::Closed);
        assert_eq!(now.house.guests, Guests::Write);
        assert_eq!(now.limits, LimitSettings::default());
        let refused: Vec<_> = refused.iter().map(ToString::to_string).collect();
        let named = ["house.colour", "house.guests", "limits.message-burst"];
        assert_eq!(refused.len(), named.len(), "{refused:?}");
        for (sentence, key) in refused.iter().zip(named) {
            assert!(sentence.contains(key), "{sentence}");
        }
    }

    #[test]
    fn an_entry_is_read_back_as_what_it_was_written_from() {
        let given = Settings::default().changeable();
        let entries = given.entries();
        assert!(entries.contains(&KeyValue {
            key: "house.make-rooms".to_owned(),
            value: "guest".to_owned(),
        }));
        let all = entries.into_iter().map(|entry| (entry.key, entry.value));
        assert_eq!(given.with(&all.collect()).unwrap(), given);
    }
}
