//! Rooms by what they are called.
//!
//! *Invariant:* an answer has a limit, and so has what is read for it.

use super::Store;
use super::db::{self, Db, Row, Value, statement, values};
use super::direct;
use super::listing::{FIRST, OWN};
use super::rooms::Viewer;
use super::tables::RoomRow;
use crate::error::ServiceError;
use parlour_protocol::rules::OWN_ROOMS_MAX;
use parlour_protocol::{Room, RoomId};
use std::ops::ControlFlow;

/// How many rooms' names are looked at besides the viewer's own. In a house of more, those behind them in the
/// alphabet are found in the list of all.
pub const LOOKED_AT: usize = 10_000;

impl Store {
    /// Up to `limit` rooms whose names are `wanted`, in alphabetical order: those that the viewer belongs to, then
    /// others.
    ///
    /// # Errors
    /// The database failed.
    pub async fn rooms_named(
        &self,
        viewer: impl Into<Viewer>,
        limit: usize,
        wanted: impl Fn(&str) -> bool + Send + 'static,
    ) -> Result<Vec<Room>, ServiceError> {
        let Viewer(user) = viewer.into();
        let read = move |db: &Db| {
            let mut found = Vec::new();
            if let Some(user) = user {
                let direct = direct::of(db, user)?.into_iter();
                let direct = direct.filter(|row| wanted(&row.name)).take(limit);
                found.extend(direct.map(RoomRow::into_room));
                let values = values![user, OWN_ROOMS_MAX as i64, true];
                look(db, OWN, values, limit, &wanted, &mut found)?;
            }
            let values = values![LOOKED_AT as i64, user, true];
            look(db, FIRST, values, limit, &wanted, &mut found)?;
            Ok(found)
        };
        self.read(read).await
    }
}

/// Adds those of these rooms that are wanted, until there are enough.
fn look(
    db: &Db,
    of: &'static str,
    values: &[Value<'_>],
    limit: usize,
    wanted: &impl Fn(&str) -> bool,
    found: &mut Vec<Room>,
) -> db::Result<()> {
    statement(db, of)?.scan(values, |row| {
        if found.len() >= limit {
            return Ok(ControlFlow::Break(()));
        }
        if is_wanted(row, wanted)? && !has(found, row)? {
            found.push(RoomRow::read(row)?.into_room());
        }
        Ok(ControlFlow::Continue(()))
    })
}

/// Most rows are none of those, and nothing but their names is read.
fn is_wanted(row: &Row<'_>, wanted: &impl Fn(&str) -> bool) -> db::Result<bool> {
    row.is_text(RoomRow::NAME, wanted)
}

fn has(found: &[Room], row: &Row<'_>) -> db::Result<bool> {
    let id = RoomId(row.get(RoomRow::ID)?);
    Ok(found.iter().any(|room| room.id == id))
}
