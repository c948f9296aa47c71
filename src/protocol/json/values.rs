//! What records are made of, read from JSON: texts, numbers, lists, and what may be absent.

use super::{Fields, FromJson, Json};
use crate::Timestamp;

impl FromJson for String {
    fn from_json(json: Json) -> Option<Self> {
        match json {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }

    fn needed(fields: &mut Fields, name: &str) -> Option<Self> {
        Some(fields.text(name))
    }

    fn optional(fields: &mut Fields, name: &str) -> Option<Option<Self>> {
        Some(fields.maybe_text(name))
    }
}

impl FromJson for bool {
    fn from_json(json: Json) -> Option<Self> {
        match json {
            Json::Flag(flag) => Some(flag),
            _ => None,
        }
    }

    fn needed(fields: &mut Fields, name: &str) -> Option<Self> {
        Some(fields.flag(name))
    }
}

impl FromJson for i64 {
    fn from_json(json: Json) -> Option<Self> {
        match json {
            Json::Number(number) => Some(number),
            _ => None,
        }
    }

    fn needed(fields: &mut Fields, name: &str) -> Option<Self> {
        Some(fields.number(name))
    }

    fn optional(fields: &mut Fields, name: &str) -> Option<Option<Self>> {
        Some(fields.maybe_number(name))
    }
}

impl FromJson for u32 {
    fn from_json(json: Json) -> Option<Self> {
        i64::from_json(json)?.try_into().ok()
    }

    fn needed(fields: &mut Fields, name: &str) -> Option<Self> {
        Some(fields.count(name))
    }

    fn optional(fields: &mut Fields, name: &str) -> Option<Option<Self>> {
        unsigned(fields, name)
    }
}

impl FromJson for u64 {
    fn from_json(json: Json) -> Option<Self> {
        i64::from_json(json)?.try_into().ok()
    }

    fn optional(fields: &mut Fields, name: &str) -> Option<Option<Self>> {
        unsigned(fields, name)
    }
}

/// A number that may be absent, but not negative or larger than it can be.
fn unsigned<T: TryFrom<i64>>(fields: &mut Fields, name: &str) -> Option<Option<T>> {
    match fields.maybe_number(name) {
        Some(number) => T::try_from(number).ok().map(Some),
        None => Some(None),
    }
}

impl FromJson for Timestamp {
    fn from_json(json: Json) -> Option<Self> {
        String::from_json(json)?.parse().ok()
    }
}

impl<T: FromJson> FromJson for Option<T> {
    fn from_json(json: Json) -> Option<Self> {
        match json {
            Json::Null => Some(None),
            json => T::from_json(json).map(Some),
        }
    }

    fn needed(fields: &mut Fields, name: &str) -> Option<Self> {
        T::optional(fields, name)
    }

    fn optional(fields: &mut Fields, name: &str) -> Option<Option<Self>> {
        T::optional(fields, name).map(Some)
    }
}

impl<T: FromJson> FromJson for Vec<T> {
    fn from_json(json: Json) -> Option<Self> {
        match json {
            Json::List(items) => {
                // Less code than collecting options.
                let mut records = Self::with_capacity(items.len());
                for item in items {
                    records.push(T::from_json(item)?);
                }
                Some(records)
            }
            _ => None,
        }
    }

    fn needed(fields: &mut Fields, name: &str) -> Option<Self> {
        Some(fields.list(name))
    }
}
