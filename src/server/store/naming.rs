//! The keys beside names (folded, skeleton, sort key), recomputed when their definition has changed.
//!
//! *Invariant:* names that exist stay, also where two of them have one key now: the later one is then given a
//! key that no name has, so a lookup by the key finds the first.

use super::meta;
use crate::names;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, FromQueryResult};
use std::collections::HashSet;

/// The key in `meta` of the edition of the keys.
const EDITION: &str = "names";
/// Names in one batch.
const BATCH: usize = 2_000;
/// A character that no name has, so that a key with it is no name's key.
const UNLIKE: char = '\u{1f}';

/// Open rooms and accounts have folded keys of their own; another room's, or a guest's, may be another's.
const ROOMS: Keyed = Keyed {
    names: "SELECT id, name, kind = 'open' AS is_unique FROM rooms WHERE id > ? ORDER BY id LIMIT ?",
    clear: "UPDATE rooms SET folded = '\u{1f}' || id",
    fill: [
        "UPDATE rooms SET folded = key.value ->> 1, skeleton = key.value ->> 2, sort_key = key.value ->> 3 \
        FROM json_each(?) AS key WHERE rooms.id = key.value ->> 0",
        "UPDATE rooms SET folded = key ->> 1, skeleton = key ->> 2, sort_key = key ->> 3 \
        FROM json_array_elements(?::json) AS key WHERE rooms.id = (key ->> 0)::int8",
    ],
};
const USERS: Keyed = Keyed {
    names: "SELECT id, name, kind <> 'guest' AS is_unique FROM users WHERE id > ? ORDER BY id LIMIT ?",
    clear: "UPDATE users SET folded = '\u{1f}' || id WHERE kind <> 'guest'",
    fill: [
        "UPDATE users SET folded = key.value ->> 1, skeleton = key.value ->> 2 \
        FROM json_each(?) AS key WHERE users.id = key.value ->> 0",
        "UPDATE users SET folded = key ->> 1, skeleton = key ->> 2 \
        FROM json_array_elements(?::json) AS key WHERE users.id = (key ->> 0)::int8",
    ],
};

/// A table of names.
struct Keyed {
    names: &'static str,
    clear: &'static str,
    /// SQLite's and PostgreSQL's.
    fill: [&'static str; 2],
}

#[derive(FromQueryResult)]
struct Named {
    id: i64,
    name: String,
    is_unique: bool,
}

/// Computes all keys of another edition anew.
pub(super) async fn renew(db: &impl ConnectionTrait) -> Result<(), DbErr> {
    let edition = names::edition();
    if meta::value(db, EDITION).await?.as_deref() == Some(edition) {
        return Ok(());
    }
    fill(db, &ROOMS, true).await?;
    fill(db, &USERS, false).await?;
    meta::set(db, EDITION, edition).await
}

async fn fill(db: &impl ConnectionTrait, table: &Keyed, is_sorted: bool) -> Result<(), DbErr> {
    // Else a new key could be the old one of a name whose turn is still to come.
    db.execute_unprepared(table.clear).await?;
    let mut taken = HashSet::new();
    let mut last = 0;
    loop {
        let limit = i64::try_from(BATCH).unwrap_or(i64::MAX);
        let page = [last.into(), limit.into()];
        let named = Named::find_by_statement(meta::once(db, table.names, page));
        let named = named.all(db).await?;
        let Some(end) = named.last() else {
            return Ok(());
        };
        last = end.id;
        let keys: Vec<_> = named
            .iter()
            .map(
                |Named {
                     id,
                     name,
                     is_unique,
                 }| {
                    let mut folded = names::folded(name);
                    if *is_unique && !taken.insert(folded.clone()) {
                        folded = format!("{folded}{UNLIKE}{id}");
                    }
                    let sort_key = is_sorted.then(|| names::sort_key(name));
                    (id, folded, names::skeleton(name), sort_key)
                },
            )
            .collect();
        let keys =
            serde_json::to_string(&keys).map_err(|error| DbErr::Custom(error.to_string()))?;
        let [sqlite, postgres] = table.fill;
        let fill = match db.get_database_backend() {
            DbBackend::Postgres => postgres,
            _ => sqlite,
        };
        db.execute_raw(meta::once(db, fill, [keys.into()])).await?;
    }
}
