//! What a new database begins with: its epoch, and the first room.

use super::message_ids::MessageIds;
use super::meta;
use crate::clock::{Clock, Random, draw};
use crate::names;
use sea_orm::{ConnectionTrait, DbErr};

/// The key in `meta` of the epoch. An epoch names one history of one database: a restored copy has another.
pub(super) const EPOCH: &str = "epoch";
const FIRST_ROOM: &str = "Lobby";

/// The key in `meta` of that by which messages are told apart outside of the database.
const MESSAGE_IDS: &str = "message_ids";

/// What a database has from its first start on.
pub(super) struct Begun {
    pub(super) epoch: String,
    pub(super) message_ids: MessageIds,
    /// Whether that was now.
    pub(super) is_new: bool,
}

/// A database without an epoch gets it and the first room; a database whose rooms were all deleted has its epoch, so
/// the first room does not come back. One from before messages had ids of their own gets another epoch: what clients
/// hold has other ids.
pub(super) async fn bootstrap(
    db: &impl ConnectionTrait,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<Begun, DbErr> {
    let known = meta::value(db, EPOCH).await?;
    let is_new = known.is_none();
    if is_new {
        make_first_room(db, clock).await?;
    }
    if let Some(epoch) = known
        && let Some(key) = meta::value(db, MESSAGE_IDS).await?
    {
        let message_ids = MessageIds::of(&key);
        return Ok(Begun {
            epoch,
            message_ids,
            is_new,
        });
    }
    let (epoch, key) = (draw_epoch(random), MessageIds::draw(random));
    meta::set(db, EPOCH, &epoch).await?;
    meta::set(db, MESSAGE_IDS, &key).await?;
    Ok(Begun {
        epoch,
        message_ids: MessageIds::of(&key),
        is_new,
    })
}

async fn make_first_room(db: &impl ConnectionTrait, clock: &dyn Clock) -> Result<(), DbErr> {
    let values = [
        FIRST_ROOM.into(),
        names::folded(FIRST_ROOM).into(),
        names::skeleton(FIRST_ROOM).into(),
        names::sort_key(FIRST_ROOM).into(),
        "Where everybody starts.".into(),
        clock.now().0.into(),
    ];
    db.execute_raw(meta::once(db, ROOM, values)).await.map(drop)
}

const ROOM: &str = "INSERT INTO rooms (name, folded, skeleton, sort_key, description, created_at) \
    VALUES (?, ?, ?, ?, ?, ?)";

/// Draws a new random epoch.
pub(super) fn draw_epoch(random: &dyn Random) -> String {
    draw::<12>(random)
}
