//! What changed since: what was posted since, a range of the index on `(room_id, number)`, and what was
//! edited or deleted since, a range of the one on `(room_id, seq)`.
//!
//! *Invariant:* whoever applies the pages up to `to` holds what a page read at `to` shows.

use crate::context::Context;
use crate::db::entity::{message, room};
use crate::error::ServiceError;
use crate::rooms;
use crate::scope::Scope;
use parlour_protocol::{Message, RoomId, Seq};
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbErr, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect, Select,
};

/// Messages in one page.
const PAGE: usize = 500;
/// Bytes of text in one page, unless its only message is longer: a page is held in memory, once for
/// everybody who is catching up, and a slow line has to carry it in one write.
const PAGE_BYTES: i64 = 256 * 1024;
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
    let cut = cut(&sizes(&snapshot, &room, after).await?);
    let to = cut.unwrap_or(room.seq);
    let rows = changed(room.id, after, to)
        .order_by_asc(message::Column::Seq)
        .all(&snapshot)
        .await?;
    Ok(SyncPage {
        messages: rows.into_iter().map(Message::from).collect(),
        from: after,
        to,
        complete: cut.is_none(),
        reset: false,
    })
}

/// How long each text is, of one message more than a page has. Reads no text.
async fn sizes(
    db: &impl ConnectionTrait,
    room: &room::Model,
    after: Seq,
) -> Result<Vec<(Seq, i64)>, DbErr> {
    changed(room.id, after, room.seq)
        .select_only()
        .column(message::Column::Seq)
        .expr(Expr::cust("octet_length(body)"))
        .order_by_asc(message::Column::Seq)
        .limit(PAGE as u64 + 1)
        .into_tuple()
        .all(db)
        .await
}

/// The seq with which a page ends, when it cannot hold all of `sizes`.
fn cut(sizes: &[(Seq, i64)]) -> Option<Seq> {
    let mut bytes = 0;
    let fitting = sizes.iter().take(PAGE).take_while(|(_, size)| {
        bytes += size;
        bytes <= PAGE_BYTES
    });
    let held = fitting.count().max(1);
    let (last, _) = sizes.get(held - 1)?;
    (held < sizes.len()).then_some(*last)
}

/// What changed in (`after`, `to`]. A message whose seq is its number is as it was posted.
fn changed(room: i64, after: Seq, to: Seq) -> Select<message::Entity> {
    let (number, seq) = (message::Column::Number, message::Column::Seq);
    let posted = Condition::all()
        .add(number.gt(after))
        .add(number.lte(to))
        .add(seq.into_expr().eq(number.into_expr()));
    let edited = Condition::all()
        .add(seq.gt(after))
        .add(seq.lte(to))
        .add(seq.into_expr().ne(number.into_expr()));
    message::Entity::find()
        .filter(message::Column::RoomId.eq(room))
        .filter(Condition::any().add(posted).add(edited))
}

/// Counts no further than the limit, in no order.
async fn has_too_many(
    db: &impl ConnectionTrait,
    room: &room::Model,
    after: Seq,
) -> Result<bool, DbErr> {
    if room.seq - after <= TOO_MANY as i64 {
        return Ok(false);
    }
    let changed: Vec<i64> = changed(room.id, after, room.seq)
        .select_only()
        .column(message::Column::Id)
        .limit(TOO_MANY + 1)
        .into_tuple()
        .all(db)
        .await?;
    Ok(changed.len() as u64 > TOO_MANY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(sizes: &[i64]) -> Option<Seq> {
        cut(&(1..).zip(sizes.iter().copied()).collect::<Vec<_>>())
    }

    #[test]
    fn a_page_is_cut_by_its_bytes_and_by_its_rows() {
        assert_eq!(page(&[]), None);
        assert_eq!(page(&[PAGE_BYTES]), None);
        assert_eq!(page(&[PAGE_BYTES - 1, 1, 1]), Some(2));
        assert_eq!(page(&[1; PAGE]), None);
        assert_eq!(page(&[1; PAGE + 1]), Some(PAGE as Seq));
    }

    #[test]
    fn a_page_has_at_least_one_message() {
        assert_eq!(page(&[2 * PAGE_BYTES]), None);
        assert_eq!(page(&[2 * PAGE_BYTES, 1]), Some(1));
    }
}
