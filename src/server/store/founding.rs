//! What a database has from its first start on: its epoch, and a room to talk in.

use super::entity::{meta, room};
use crate::clock::{Clock, Random, draw};
use crate::names;
use sea_orm::{ActiveValue::Set, ConnectionTrait, DbErr, EntityTrait};

/// Where `meta` has the epoch: which life of which database this is.
pub(crate) const EPOCH: &str = "epoch";
const FIRST_ROOM: &str = "Lobby";

/// Answers the database's epoch, and whether it was founded just now. On the first start of all it draws one and makes the first room:
/// somebody who later deletes every room does not get it back.
pub(super) async fn found(
    db: &impl ConnectionTrait,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<(String, bool), DbErr> {
    if let Some(known) = meta::Entity::find_by_id(EPOCH).one(db).await? {
        return Ok((known.value, false));
    }
    let epoch = draw_epoch(random);
    meta::Entity::insert(meta::ActiveModel {
        key: Set(EPOCH.to_owned()),
        value: Set(epoch.clone()),
    })
    .exec_without_returning(db)
    .await?;
    room::Entity::insert(room::ActiveModel {
        name: Set(FIRST_ROOM.to_owned()),
        folded: Set(names::folded(FIRST_ROOM)),
        skeleton: Set(names::skeleton(FIRST_ROOM)),
        sort_key: Set(names::sort_key(FIRST_ROOM)),
        description: Set("Where everybody starts.".to_owned()),
        created_at: Set(clock.now().0),
        ..Default::default()
    })
    .exec_without_returning(db)
    .await?;
    Ok((epoch, true))
}

/// An epoch that no database has.
pub(crate) fn draw_epoch(random: &dyn Random) -> String {
    draw::<12>(random)
}
