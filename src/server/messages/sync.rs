//! What changed since: one range of the index on `(room_id, seq)`.
//!
//! *Invariant:* whoever applies the pages up to `to` holds what a page read at `to` shows.

use crate::context::Context;
use crate::db::entity::{message, room};
use crate::error::ServiceError;
use crate::rooms;
use crate::scope::Scope;
use parlour_protocol::{Message, RoomId, Seq};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
};

/// Messages in one page.
const PAGE: usize = 500;
/// More changed messages than this are read faster as a fresh page.
const TOO_MANY: u64 = 2_000;

/// Everything that changed in (`from`, `to`].
#[derive(Clone, Debug, PartialEq)]
pub struct SyncPage {
    /// Each in its present state, ordered by seq.
    pub messages: Vec<Message>,
    /// Exclusive.
    pub from: Seq,
    /// Inclusive.
    pub to: Seq,
    /// False: ask again from `to`.
    pub complete: bool,
    /// Too much changed, or `from` is none of this room's: take the page anew.
    pub reset: bool,
}

/// What changed after `after`.
pub async fn sync(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    after: Seq,
) -> Result<SyncPage, ServiceError> {
    let snapshot = ctx.store.snapshot().await?;
    let room = rooms::visible(&snapshot, scope, room).await?;
    let foreign = after < 0 || after > room.seq;
    if foreign || has_too_many(&snapshot, &room, after).await? {
        return Ok(SyncPage {
            messages: Vec::new(),
            from: after,
            to: room.seq,
            complete: true,
            reset: true,
        });
    }
    let mut rows = changed_since(room.id, after)
        .order_by_asc(message::Column::Seq)
        .limit(PAGE as u64 + 1)
        .all(&snapshot)
        .await?;
    let complete = rows.len() <= PAGE;
    rows.truncate(PAGE);
    let to = match rows.last() {
        Some(last) if !complete => last.seq,
        _ => room.seq,
    };
    Ok(SyncPage {
        messages: rows.into_iter().map(Message::from).collect(),
        from: after,
        to,
        complete,
        reset: false,
    })
}

fn changed_since(room: i64, after: Seq) -> sea_orm::Select<message::Entity> {
    message::Entity::find()
        .filter(message::Column::RoomId.eq(room))
        .filter(message::Column::Seq.gt(after))
}

/// Counts no further than the limit, and in the index alone.
async fn has_too_many(
    db: &impl ConnectionTrait,
    room: &room::Model,
    after: Seq,
) -> Result<bool, DbErr> {
    if room.seq - after <= TOO_MANY as i64 {
        return Ok(false);
    }
    let changed: Vec<i64> = changed_since(room.id, after)
        .select_only()
        .column(message::Column::Seq)
        .order_by_asc(message::Column::Seq)
        .limit(TOO_MANY + 1)
        .into_tuple()
        .all(db)
        .await?;
    Ok(changed.len() as u64 > TOO_MANY)
}
