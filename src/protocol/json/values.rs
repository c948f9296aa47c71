//! What records and frames are made of, as JSON: texts, numbers, lists, and what may be absent.

use super::{Fields, FromJson, Json, ToJson, Writer};
use crate::{RoomId, Seq, Timestamp};
use std::collections::BTreeMap;

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
        Some(fields.maybe_unsigned(name))
    }
}

impl FromJson for u64 {
    fn from_json(json: Json) -> Option<Self> {
        i64::from_json(json)?.try_into().ok()
    }

    fn optional(fields: &mut Fields, name: &str) -> Option<Option<Self>> {
        Some(fields.maybe_unsigned(name))
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

impl FromJson for BTreeMap<RoomId, Seq> {
    /// From an object: ids are texts where they are keys.
    fn from_json(json: Json) -> Option<Self> {
        let Json::Object(fields) = json else {
            return None;
        };
        let mut rooms = Self::new();
        for (key, value) in fields {
            rooms.insert(RoomId(key.parse().ok()?), Seq::from_json(value)?);
        }
        Some(rooms)
    }
}

impl ToJson for String {
    fn to_json(&self, writer: &mut Writer) {
        writer.text(self);
    }
}

impl ToJson for bool {
    fn to_json(&self, writer: &mut Writer) {
        writer.flag(*self);
    }
}

impl ToJson for i64 {
    fn to_json(&self, writer: &mut Writer) {
        writer.number(*self);
    }
}
