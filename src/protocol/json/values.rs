//! What records and frames are made of, as JSON: texts, numbers, lists, and what may be absent.

use super::{Field, Fields, FromJson, Json, ToJson, Writer};
use crate::{RoomId, Seq, Timestamp};
use std::collections::BTreeMap;

/// Kinds of fields, each with how it is read where it must be there and where it may be absent.
macro_rules! fields {
    ($($kind:ty: |$fields:ident, $name:ident| $needed:expr, $optional:expr;)*) => {
        $(impl Field for $kind {
            fn needed($fields: &mut Fields, $name: &str) -> Self {
                $needed
            }

            fn optional($fields: &mut Fields, $name: &str) -> Option<Self> {
                $optional
            }
        })*
    };
}

fields! {
    bool: |fields, name| fields.flag(name), fields.maybe_flag(name);
    i64: |fields, name| fields.number(name), fields.maybe_number(name);
    u32: |fields, name| fields.unsigned(name), fields.maybe_unsigned(name);
    u64: |fields, name| fields.unsigned(name), fields.maybe_unsigned(name);
    String: |fields, name| fields.text(name), fields.maybe_text(name);
    Timestamp: |fields, name| fields.needed(name, Self(0)), fields.maybe(name);
    BTreeMap<RoomId, Seq>: |fields, name| fields.needed(name, Self::new()), fields.maybe(name);
}

impl<T: FromJson> Field for Vec<T> {
    fn needed(fields: &mut Fields, name: &str) -> Self {
        fields.needed(name, Self::new())
    }

    fn optional(fields: &mut Fields, name: &str) -> Option<Self> {
        fields.maybe(name)
    }
}

impl<T: Field> Field for Option<T> {
    fn needed(fields: &mut Fields, name: &str) -> Self {
        T::optional(fields, name)
    }

    fn optional(fields: &mut Fields, name: &str) -> Option<Self> {
        Some(T::optional(fields, name))
    }
}

impl FromJson for String {
    fn from_json(json: Json) -> Option<Self> {
        match json {
            Json::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl FromJson for i64 {
    fn from_json(json: Json) -> Option<Self> {
        match json {
            Json::Number(number) => Some(number),
            _ => None,
        }
    }
}

impl FromJson for Timestamp {
    fn from_json(json: Json) -> Option<Self> {
        String::from_json(json)?.parse().ok()
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

impl ToJson for Vec<String> {
    fn to_json(&self, writer: &mut Writer) {
        writer.open('[');
        for text in self {
            writer.text(text);
        }
        writer.close(']');
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
