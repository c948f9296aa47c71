//! The tables as the database itself describes them, so that what goes through all of them needs no list of its own.
//!
//! *Invariant:* both back ends describe one schema in the same words.

use super::db::{Db, Result, statement, values};
use crate::error::{Class, StoreError};
use std::collections::HashMap;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// A number of up to 64 bits.
    Int,
    /// True or false; in SQLite 1 or 0.
    Bool,
    /// A text in UTF-8.
    Text,
    /// Bytes of any kind.
    Bytes,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Column {
    pub(super) name: String,
    pub(super) kind: Kind,
}

/// A table: its columns in the order of their names, and which of them are its primary key, in that key's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Table {
    pub(super) name: String,
    pub(super) columns: Vec<Column>,
    pub(super) key: Vec<usize>,
}

/// A table that counts its ids, and the last one that was given out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Counter {
    pub(super) table: String,
    pub(super) last: i64,
    /// For PostgreSQL: what the counter is called, and the column that it counts.
    sequence: Option<(String, String)>,
}

/// A table that this is not made for.
#[derive(Debug, thiserror::Error)]
enum Strange {
    #[error("the table {0} has no primary key")]
    NoKey(String),
    #[error("the column {1} of {0} is of the type {2}, which only one of the databases knows")]
    Type(String, String, String),
    #[error("the table {0} refers to itself, or in a circle")]
    Circle(String),
}

fn strange(why: Strange) -> StoreError {
    StoreError::new(Class::Broken, why)
}

/// A back end's statement each.
type Both = [&'static str; 2];

fn of(db: &Db, [sqlite, postgres]: Both) -> &'static str {
    match db {
        Db::Sqlite(_) => sqlite,
        Db::Postgres(_) => postgres,
    }
}

/// A table, a column, its type, and its place in the primary key. What belongs to one place alone is left out: which
/// steps the schema has taken, who has the lease, that a copy is unfinished.
const COLUMNS: Both = [
    "SELECT held.name, part.name, lower(part.type), part.pk \
    FROM sqlite_schema AS held JOIN pragma_table_info(held.name) AS part \
    WHERE held.type = 'table' AND substr(held.name, 1, 7) <> 'sqlite_' \
    AND held.name NOT IN ('seaql_migrations', 'lease', 'unfinished_copy')",
    "SELECT held.relname::text, part.attname::text, format_type(part.atttypid, NULL), \
    (coalesce(array_position(key.indkey::int2[], part.attnum), -1) + 1)::int8 \
    FROM pg_class AS held JOIN pg_attribute AS part ON part.attrelid = held.oid \
    LEFT JOIN pg_index AS key ON key.indrelid = held.oid AND key.indisprimary \
    WHERE held.relnamespace = current_schema()::regnamespace AND held.relkind = 'r' \
    AND part.attnum > 0 AND NOT part.attisdropped \
    AND held.relname NOT IN ('seaql_migrations', 'lease', 'unfinished_copy')",
];

/// A table, and one that it refers to.
const REFERENCES: Both = [
    "SELECT held.name, refers.\"table\" \
    FROM sqlite_schema AS held JOIN pragma_foreign_key_list(held.name) AS refers WHERE held.type = 'table'",
    "SELECT held.relname::text, other.relname::text FROM pg_constraint AS refers \
    JOIN pg_class AS held ON held.oid = refers.conrelid JOIN pg_class AS other ON other.oid = refers.confrelid \
    WHERE refers.contype = 'f' AND held.relnamespace = current_schema()::regnamespace",
];

const COUNTERS: Both = [
    "SELECT name, seq, '', '' FROM sqlite_sequence WHERE name <> 'seaql_migrations'",
    "SELECT name, coalesce(pg_sequence_last_value(counter::regclass), 0), counter, part FROM ( \
        SELECT held.relname::text AS name, part.attname::text AS part, \
        pg_get_serial_sequence(quote_ident(held.relname), part.attname) AS counter \
        FROM pg_class AS held JOIN pg_attribute AS part ON part.attrelid = held.oid \
        WHERE held.relnamespace = current_schema()::regnamespace AND held.relkind = 'r' \
        AND part.attnum > 0 AND NOT part.attisdropped \
    ) AS counters WHERE counter IS NOT NULL",
];

/// The name of an index that no constraint needs, and the statement that makes it.
const INDEXES: Both = [
    "SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL",
    "SELECT held.relname::text, pg_get_indexdef(held.oid) FROM pg_index JOIN pg_class AS held ON held.oid = indexrelid \
    WHERE held.relnamespace = current_schema()::regnamespace AND NOT indisprimary \
    AND NOT EXISTS (SELECT 1 FROM pg_constraint WHERE conindid = indexrelid)",
];

const OURS: Both = [
    "SELECT 1 FROM sqlite_schema WHERE name = 'meta' \
    AND EXISTS (SELECT 1 FROM sqlite_schema WHERE name = 'seaql_migrations')",
    "SELECT 1 WHERE to_regclass('meta') IS NOT NULL AND to_regclass('seaql_migrations') IS NOT NULL",
];

/// Whether it is a database of Parlour. What is no database at all is none.
pub(super) fn is_ours(db: &Db) -> Result<bool> {
    let asked = statement(db, of(db, OURS)).and_then(|mut asked| asked.exists(values![]));
    match asked {
        Err(error) if super::failure::is_no_database(&error) => Ok(false),
        other => other,
    }
}

/// The steps of the schema that were taken.
pub(super) fn steps(db: &Db) -> Result<Vec<String>> {
    const STEPS: &str = "SELECT version FROM seaql_migrations ORDER BY version";
    statement(db, STEPS)?.rows(values![], |row| row.get(0))
}

/// All tables; those that others refer to come first.
pub(super) fn tables(db: &Db) -> Result<Vec<Table>> {
    let described = statement(db, of(db, COLUMNS))?.rows(values![], |row| {
        Ok((
            row.get::<String>(0)?,
            row.get::<String>(1)?,
            row.get::<String>(2)?,
            row.get::<i64>(3)?,
        ))
    })?;
    let mut by_table: HashMap<String, Vec<(Column, i64)>> = HashMap::new();
    for (table, name, described, place) in described {
        let kind = kind(&described);
        let kind = kind.ok_or_else(|| {
            strange(Strange::Type(
                table.clone(),
                name.clone(),
                described.clone(),
            ))
        })?;
        let columns = by_table.entry(table).or_default();
        columns.push((Column { name, kind }, place));
    }
    let mut tables = Vec::with_capacity(by_table.len());
    for (name, mut columns) in by_table {
        columns.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
        let mut key: Vec<(i64, usize)> = columns
            .iter()
            .enumerate()
            .filter(|(_, (_, place))| *place > 0)
            .map(|(at, (_, place))| (*place, at))
            .collect();
        key.sort_unstable();
        if key.is_empty() {
            return Err(strange(Strange::NoKey(name)));
        }
        tables.push(Table {
            name,
            columns: columns.into_iter().map(|(column, _)| column).collect(),
            key: key.into_iter().map(|(_, at)| at).collect(),
        });
    }
    tables.sort_by(|one, other| one.name.cmp(&other.name));
    let references = statement(db, of(db, REFERENCES))?.rows(values![], |row| {
        Ok((row.get::<String>(0)?, row.get::<String>(1)?))
    })?;
    in_order(tables, &references)
}

fn kind(described: &str) -> Option<Kind> {
    match described {
        "boolean" => Some(Kind::Bool),
        "blob" | "bytea" => Some(Kind::Bytes),
        "smallint" | "integer" | "bigint" => Some(Kind::Int),
        text if text == "text" || text.contains("char") => Some(Kind::Text),
        _ => None,
    }
}

fn in_order(mut left: Vec<Table>, references: &[(String, String)]) -> Result<Vec<Table>> {
    let mut ordered = Vec::with_capacity(left.len());
    while let Some(first) = left.first() {
        let waits = |table: &Table| {
            let mut of_it = references.iter().filter(|(from, _)| *from == table.name);
            of_it.any(|(_, to)| left.iter().any(|other| other.name == *to))
        };
        match left.iter().position(|table| !waits(table)) {
            Some(at) => ordered.push(left.remove(at)),
            None => return Err(strange(Strange::Circle(first.name.clone()))),
        }
    }
    Ok(ordered)
}

/// The counters of ids.
pub(super) fn counters(db: &Db) -> Result<Vec<Counter>> {
    let mut counters = statement(db, of(db, COUNTERS))?.rows(values![], |row| {
        let sequence = (row.get::<String>(2)?, row.get::<String>(3)?);
        Ok(Counter {
            table: row.get(0)?,
            last: row.get(1)?,
            sequence: Some(sequence).filter(|(name, _)| !name.is_empty()),
        })
    })?;
    counters.sort_by(|one, other| one.table.cmp(&other.table));
    Ok(counters)
}

/// Sets the counters behind the largest id that there is, and behind the last that was given out in `known`.
pub(super) fn set_counters(db: &Db, known: &[Counter]) -> Result<()> {
    const RAISE: &str = "UPDATE sqlite_sequence SET seq = max(seq, ?1) WHERE name = ?2";
    const BEGIN: &str = "INSERT INTO sqlite_sequence (name, seq) VALUES (?2, ?1)";
    if let Db::Sqlite(_) = db {
        return db.write(|db| {
            for Counter { table, last, .. } in known.iter().filter(|counter| counter.last > 0) {
                if statement(db, RAISE)?.execute(values![*last, table])? == 0 {
                    statement(db, BEGIN)?.execute(values![*last, table])?;
                }
            }
            Ok(())
        });
    }
    for Counter {
        table, sequence, ..
    } in counters(db)?
    {
        let Some((sequence, column)) = sequence else {
            continue;
        };
        let given = known.iter().find(|counter| counter.table == table);
        let given = given.map_or(0, |counter| counter.last);
        let (table, column) = (quoted(&table), quoted(&column));
        let sequence = sequence.replace('\'', "''");
        // Where there is none, the first is still to be given out.
        db.execute_batch(&format!(
            "SELECT setval('{sequence}'::regclass, last) FROM \
            (SELECT greatest({given}, (SELECT max({column}) FROM {table})) AS last) AS known WHERE last > 0"
        ))?;
    }
    Ok(())
}

/// The indexes that no constraint needs: their names, and the statements that make them.
pub(super) fn indexes(db: &Db) -> Result<Vec<(String, String)>> {
    statement(db, of(db, INDEXES))?.rows(values![], |row| Ok((row.get(0)?, row.get(1)?)))
}

/// A name within a statement.
pub(super) fn quoted(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

impl Table {
    /// The names of its columns, with commas between.
    pub(super) fn names(&self) -> String {
        let names = self.columns.iter().map(|column| quoted(&column.name));
        names.collect::<Vec<_>>().join(", ")
    }

    /// What its rows are ordered by, in each database in the same way: texts by their bytes.
    pub(super) fn order(&self, db: &Db) -> String {
        let by = self.key.iter().map(|at| {
            let Column { name, kind } = &self.columns[*at];
            match (db, kind) {
                (Db::Postgres(_), Kind::Text) => format!("{} COLLATE \"C\"", quoted(name)),
                _ => quoted(name),
            }
        });
        by.collect::<Vec<_>>().join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(name: &str) -> Table {
        Table {
            name: name.to_owned(),
            columns: Vec::new(),
            key: Vec::new(),
        }
    }

    #[test]
    fn tables_come_after_those_that_they_refer_to() {
        let refers = |from: &str, to: &str| (from.to_owned(), to.to_owned());
        let references = [refers("messages", "rooms"), refers("rooms", "users")];
        let tables = ["messages", "rooms", "users"].map(table).to_vec();
        let ordered = in_order(tables.clone(), &references).unwrap();
        let names: Vec<_> = ordered.iter().map(|table| table.name.as_str()).collect();
        assert_eq!(names, ["users", "rooms", "messages"]);
        let circle = [refers("users", "rooms"), refers("rooms", "users")];
        let refused = in_order(tables, &circle).unwrap_err().to_string();
        assert!(refused.contains("in a circle"), "{refused}");
    }

    #[test]
    fn a_type_that_one_database_has_alone_is_not_known() {
        assert_eq!(kind("bigint"), Some(Kind::Int));
        assert_eq!(kind("character varying"), Some(Kind::Text));
        assert_eq!(kind("timestamp with time zone"), None);
        assert_eq!(kind("point"), None);
    }
}
