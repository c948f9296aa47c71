//! A row as a line of text, the same from either database: as PostgreSQL's `COPY` writes and reads it
//! (<https://www.postgresql.org/docs/current/sql-copy.html>, *Text Format*).
//!
//! *Invariant:* a row has one line and a line one row, so equal sums of the lines are equal rows.

use crate::error::{Class, StoreError};
use crate::store::schema::{Kind, Table};
use rusqlite::types::{Value, ValueRef};
use std::io::Write as _;

/// What stands between columns.
const TAB: u8 = b'\t';
/// What stands for nothing.
const NULL: &[u8] = b"\\N";
/// Bytes that are written as a letter after a backslash.
const ESCAPED: [(u8, u8); 7] = [
    (0x08, b'b'),
    (0x0C, b'f'),
    (b'\n', b'n'),
    (b'\r', b'r'),
    (TAB, b't'),
    (0x0B, b'v'),
    (b'\\', b'\\'),
];

/// A value that its column is not for, or a line that is none.
#[derive(Debug, thiserror::Error)]
pub(super) enum Unlike {
    #[error("the column {1} of {0} has a value that is not of its type")]
    Value(String, String),
    #[error("a line of {0} is not what COPY writes")]
    Line(String),
    #[error("a text of the row {1} of {0} has a NUL, which PostgreSQL has no place for")]
    Nul(String, String),
}

impl From<Unlike> for StoreError {
    fn from(unlike: Unlike) -> Self {
        Self::new(Class::Broken, unlike)
    }
}

/// Writes a row of SQLite, whose columns are those of `table`, as a line.
pub(super) fn write(
    line: &mut Vec<u8>,
    table: &Table,
    row: &rusqlite::Row<'_>,
) -> Result<(), StoreError> {
    for (at, column) in table.columns.iter().enumerate() {
        if at > 0 {
            line.push(TAB);
        }
        match (row.get_ref(at)?, column.kind) {
            (ValueRef::Null, _) => line.extend_from_slice(NULL),
            (ValueRef::Integer(value), Kind::Int) => {
                write!(line, "{value}").map_err(|_| Unlike::Line(table.name.clone()))?;
            }
            (ValueRef::Integer(0), Kind::Bool) => line.push(b'f'),
            (ValueRef::Integer(1), Kind::Bool) => line.push(b't'),
            (ValueRef::Text(text), Kind::Text) if std::str::from_utf8(text).is_ok() => {
                escape(line, text);
            }
            (ValueRef::Blob(bytes), Kind::Bytes) => {
                line.extend_from_slice(b"\\\\x");
                for byte in bytes {
                    line.extend([byte >> 4, byte & 15].map(digit));
                }
            }
            _ => {
                let (table, column) = (table.name.clone(), column.name.clone());
                return Err(Unlike::Value(table, column).into());
            }
        }
    }
    line.push(b'\n');
    Ok(())
}

fn digit(value: u8) -> u8 {
    match value {
        0..10 => b'0' + value,
        _ => b'a' + value - 10,
    }
}

fn escape(line: &mut Vec<u8>, text: &[u8]) {
    let mut plain = 0;
    for (at, byte) in text.iter().enumerate() {
        if *byte > b'\r' && *byte != b'\\' {
            continue;
        }
        if let Some((_, letter)) = ESCAPED.iter().find(|(escaped, _)| escaped == byte) {
            line.extend_from_slice(&text[plain..at]);
            line.extend([b'\\', *letter]);
            plain = at + 1;
        }
    }
    line.extend_from_slice(&text[plain..]);
}

/// The values of a line (without its end), for SQLite.
pub(super) fn read(table: &Table, line: &[u8]) -> Result<Vec<Value>, Unlike> {
    let none = || Unlike::Line(table.name.clone());
    let fields: Vec<&[u8]> = line.split(|byte| *byte == TAB).collect();
    if fields.len() != table.columns.len() {
        return Err(none());
    }
    let values = fields.iter().zip(&table.columns).map(|(field, column)| {
        if *field == NULL {
            return Some(Value::Null);
        }
        Some(match column.kind {
            Kind::Int => Value::Integer(std::str::from_utf8(field).ok()?.parse().ok()?),
            Kind::Bool if *field == b"t" => Value::Integer(1),
            Kind::Bool if *field == b"f" => Value::Integer(0),
            Kind::Bool => return None,
            Kind::Text => Value::Text(String::from_utf8(plain(field)?).ok()?),
            Kind::Bytes => Value::Blob(bytes(field.strip_prefix(b"\\\\x")?)?),
        })
    });
    values.collect::<Option<Vec<_>>>().ok_or_else(none)
}

fn plain(field: &[u8]) -> Option<Vec<u8>> {
    let mut text = Vec::with_capacity(field.len());
    let mut rest = field.iter();
    while let Some(byte) = rest.next() {
        if *byte != b'\\' {
            text.push(*byte);
            continue;
        }
        let letter = rest.next()?;
        let (escaped, _) = ESCAPED.iter().find(|(_, known)| known == letter)?;
        text.push(*escaped);
    }
    Some(text)
}

fn bytes(digits: &[u8]) -> Option<Vec<u8>> {
    let value = |digit: u8| char::from(digit).to_digit(16).map(|value| value as u8);
    let pairs = digits.chunks(2).map(|pair| match pair {
        [high, low] => Some(value(*high)? << 4 | value(*low)?),
        _ => None,
    });
    pairs.collect()
}

/// Which row a line is, for people: what its primary key has.
pub(super) fn named(table: &Table, line: &[u8]) -> String {
    let fields: Vec<&[u8]> = line.split(|byte| *byte == TAB).collect();
    let key = table.key.iter().filter_map(|at| fields.get(*at));
    let key = key.map(|field| String::from_utf8_lossy(field));
    key.collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema::Column;

    fn table() -> Table {
        let kinds = [Kind::Int, Kind::Bool, Kind::Text, Kind::Bytes];
        let columns = kinds.iter().enumerate().map(|(at, kind)| Column {
            name: at.to_string(),
            kind: *kind,
        });
        Table {
            name: "things".to_owned(),
            columns: columns.collect(),
            key: vec![0],
        }
    }

    fn line(values: [Value; 4]) -> Result<Vec<u8>, StoreError> {
        let db = rusqlite::Connection::open_in_memory().unwrap();
        let mut row = db.prepare("SELECT ?, ?, ?, ?").unwrap();
        let mut rows = row.query(values).unwrap();
        let mut line = Vec::new();
        write(&mut line, &table(), rows.next().unwrap().unwrap()).map(|()| line)
    }

    #[test]
    fn a_row_is_read_from_its_line_as_it_was() {
        for values in [
            [
                Value::Integer(i64::MIN),
                Value::Integer(1),
                Value::Text("a\tb\\N\r\n\u{8}\u{b}\u{c}\u{1}👩‍👩‍👧 ende".to_owned()),
                Value::Blob((0..=255).collect()),
            ],
            [
                Value::Integer(0),
                Value::Integer(0),
                Value::Text(String::new()),
                Value::Blob(Vec::new()),
            ],
            [
                Value::Null,
                Value::Null,
                Value::Text("\\N".to_owned()),
                Value::Null,
            ],
        ] {
            let line = line(values.clone()).unwrap();
            let row = line.strip_suffix(b"\n").unwrap();
            assert!(!row.contains(&b'\n'));
            assert_eq!(read(&table(), row).unwrap(), values);
        }
    }

    #[test]
    fn a_value_that_is_not_of_its_column_is_refused() {
        let right = || {
            [
                Value::Integer(1),
                Value::Integer(1),
                Value::Text("a".to_owned()),
                Value::Blob(vec![1]),
            ]
        };
        line(right()).unwrap();
        for (at, wrong) in [
            (0, Value::Text("1".to_owned())),
            (1, Value::Integer(2)),
            (2, Value::Integer(3)),
            (3, Value::Text("b".to_owned())),
        ] {
            let mut values = right();
            values[at] = wrong;
            let refused = line(values).unwrap_err().to_string();
            assert!(refused.contains("not of its type"), "{refused}");
        }
    }

    #[test]
    fn what_copy_does_not_write_is_no_line() {
        for wrong in [
            "",
            "1\tt\ta",
            "x\tt\ta\t\\N",
            "1\ty\ta\t\\N",
            "1\tt\ta\\q\t\\N",
            "1\tt\ta\t\\\\x0",
            "1\tt\ta\tff",
        ] {
            assert!(read(&table(), wrong.as_bytes()).is_err(), "{wrong:?}");
        }
        assert_eq!(named(&table(), b"7\tt\ta\t\\N"), "7");
    }
}
