//! What a new database begins with: its epoch, and the first room.

use super::meta;
use crate::clock::{Clock, Random, draw};
use crate::names;
use sea_orm::{ConnectionTrait, DbErr};

/// The key in `meta` of the epoch. An epoch names one history of one database: a restored copy has another.
pub(super) const EPOCH: &str = "epoch";
const FIRST_ROOM: &str = "Lobby";

/// Answers the database's epoch, and whether it is new. A database without one gets it and the first room; a
/// database whose rooms were all deleted has its epoch, so the first room does not come back.
pub(super) async fn bootstrap(
    db: &impl ConnectionTrait,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<(String, bool), DbErr> {
    if let Some(known) = meta::value(db, EPOCH).await? {
        return Ok((known, false));
    }
    let epoch = draw_epoch(random);
    meta::set(db, EPOCH, &epoch).await?;
    let values = [
        FIRST_ROOM.into(),
        names::folded(FIRST_ROOM).into(),
        names::skeleton(FIRST_ROOM).into(),
        names::sort_key(FIRST_ROOM).into(),
        "Where everybody starts.".into(),
        clock.now().0.into(),
    ];
    db.execute_raw(meta::once(db, ROOM, values)).await?;
    Ok((epoch, true))
}

const ROOM: &str = "INSERT INTO rooms (name, folded, skeleton, sort_key, description, created_at) \
    VALUES (?, ?, ?, ?, ?, ?)";

/// Draws a new random epoch.
pub(super) fn draw_epoch(random: &dyn Random) -> String {
    draw::<12>(random)
}
