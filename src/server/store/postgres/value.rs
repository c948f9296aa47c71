//! How values are written for PostgreSQL.

use crate::store::db::Value;
use bytes::BytesMut;
use postgres_types::{IsNull, ToSql, Type};
use std::error::Error;

impl Value<'_> {
    /// What PostgreSQL calls its type, where nothing else says so.
    pub(super) fn of_type(&self) -> Type {
        match self {
            Self::Null => Type::UNKNOWN,
            Self::Int(_) => Type::INT8,
            Self::Bool(_) => Type::BOOL,
            Self::Text(_) => Type::TEXT,
            Self::Bytes(_) => Type::BYTEA,
            Self::Ints(_) | Self::OptionalInts(_) => Type::INT8_ARRAY,
            Self::Texts(_) => Type::TEXT_ARRAY,
        }
    }
}

impl ToSql for Value<'_> {
    fn to_sql(
        &self,
        of: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        match *self {
            Self::Null => Ok(IsNull::Yes),
            Self::Int(value) if *of == Type::INT4 => i32::try_from(value)?.to_sql(of, out),
            Self::Int(value) => value.to_sql(of, out),
            Self::Bool(value) => value.to_sql(of, out),
            Self::Text(value) => value.to_sql(of, out),
            Self::Bytes(value) => value.to_sql(of, out),
            Self::Ints(values) => values.to_sql(of, out),
            Self::Texts(values) => values.to_sql(of, out),
            Self::OptionalInts(values) => values.to_sql(of, out),
        }
    }

    /// What a value is sent as depends on the value: [`Self::to_sql_checked`] looks.
    fn accepts(_: &Type) -> bool {
        true
    }

    fn to_sql_checked(
        &self,
        of: &Type,
        out: &mut BytesMut,
    ) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        let is_right = match self {
            Self::Null => true,
            Self::Int(_) => matches!(*of, Type::INT8 | Type::INT4),
            Self::Text(_) => matches!(*of, Type::TEXT | Type::VARCHAR),
            other => other.of_type() == *of,
        };
        match is_right {
            true => self.to_sql(of, out),
            false => Err(format!("{self:?} is no {of}").into()),
        }
    }
}
