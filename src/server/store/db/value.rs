//! Values that are bound to a statement's placeholders.

use parlour_protocol::{Number, RoomId, Seq, Timestamp, UserId};
use rusqlite::types::{ToSql, ToSqlOutput, ValueRef};

/// A value that is bound to a placeholder.
#[derive(Clone, Copy, Debug)]
pub(in crate::store) enum Value<'v> {
    Null,
    Int(i64),
    Bool(bool),
    Text(&'v str),
    Bytes(&'v [u8]),
    /// For PostgreSQL alone: one value with many in it, as a group of rows is written at once.
    Ints(&'v [i64]),
    Texts(&'v [&'v str]),
    OptionalInts(&'v [Option<i64>]),
}

/// The values of a statement, in the order of its placeholders.
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$($crate::store::db::Value::from($value)),*]
    };
}
pub(in crate::store) use values;

macro_rules! value_of {
    ($($type:ty: $from:ident => $value:expr,)*) => {
        $(impl<'v> From<$type> for Value<'v> {
            fn from($from: $type) -> Self {
                $value
            }
        })*
    };
}

value_of! {
    i64: value => Self::Int(value),
    bool: value => Self::Bool(value),
    &'v str: value => Self::Text(value),
    &'v String: value => Self::Text(value),
    &'v [u8]: value => Self::Bytes(value),
    &'v [i64]: value => Self::Ints(value),
    &'v [&'v str]: value => Self::Texts(value),
    &'v [Option<i64>]: value => Self::OptionalInts(value),
    &'v Vec<u8>: value => Self::Bytes(value),
    RoomId: id => Self::Int(id.0),
    UserId: id => Self::Int(id.0),
    Seq: seq => Self::Int(seq.0),
    Number: number => Self::Int(number.0),
    Timestamp: time => Self::Int(time.0),
}

impl<'v, T: Into<Value<'v>>> From<Option<T>> for Value<'v> {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}

impl ToSql for Value<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match *self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(value),
            Self::Bool(value) => ValueRef::Integer(value.into()),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
            Self::Bytes(bytes) => ValueRef::Blob(bytes),
            Self::Ints(_) | Self::Texts(_) | Self::OptionalInts(_) => {
                return Err(rusqlite::Error::ToSqlConversionFailure(
                    "SQLite has no arrays".into(),
                ));
            }
        }))
    }
}
