//! How far members have read.
//!
//! *Invariant:* `read_seq` and `read_posts` never go backwards, and `read_posts` counts the messages
//! up to `read_seq`: unread is `rooms.posts - memberships.read_posts`.

use super::visible_now;
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::store::statement;
use parlour_protocol::{RoomId, Seq, UserId};
use rusqlite::{Connection, OptionalExtension};
use std::collections::HashMap;
use std::sync::Arc;

/// The member has read up to `seq`. Never goes backwards, nor further than the room is; says
/// nothing to somebody who is no member. It is written soon; nobody is told when.
pub async fn mark_read(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    seq: Seq,
) -> Result<(), ServiceError> {
    let user = scope.require_person()?.user.id;
    let scope = scope.clone();
    let look = move |db: &Connection| {
        let seq = seq.min(visible_now(db, &scope, room)?.seq);
        let read: Option<Seq> = statement(db, READ_UP_TO)?
            .query_row([room.0, user.0], |row| row.get(0))
            .optional()?;
        Ok(read.is_some_and(|read| read < seq).then_some(seq))
    };
    if let Some(seq) = ctx.store.read(look).await? {
        ctx.marks.add(room, user, seq, &ctx.store);
    }
    Ok(())
}

const READ_UP_TO: &str = "SELECT read_seq FROM memberships WHERE room_id = ? AND user_id = ?";

/// How many posts the person has read in each room they belong to.
pub async fn read_positions(
    ctx: &Context,
    scope: &Scope,
) -> Result<HashMap<RoomId, i64>, ServiceError> {
    const READ: &str = "SELECT room_id, read_posts FROM memberships WHERE user_id = ?";
    let Some(UserId(user)) = scope.user_id() else {
        return Ok(HashMap::new());
    };
    let read = move |db: &Connection| {
        let mut statement = statement(db, READ)?;
        let rows = statement.query_map([user], |row| Ok((RoomId(row.get(0)?), row.get(1)?)))?;
        Ok(rows.collect::<rusqlite::Result<_>>()?)
    };
    ctx.store.read(read).await
}

/// The same, remembered until something is written.
pub(crate) async fn known_positions(
    ctx: &Context,
    scope: &Scope,
) -> Result<Arc<HashMap<RoomId, i64>>, ServiceError> {
    let Some(user) = scope.user_id() else {
        return Ok(Arc::default());
    };
    // Before anything is read: what is written meanwhile has another version.
    let version = ctx.store.version();
    if let Some(known) = ctx.read_positions.at(version, &user) {
        return Ok(known);
    }
    let read = Arc::new(read_positions(ctx, scope).await?);
    let weight = read.len() + 1;
    ctx.read_positions.keep(version, user, read.clone(), weight);
    Ok(read)
}

/// The rooms that the person belongs to, in the order of their ids; remembered as long.
pub async fn belongs_to(ctx: &Context, scope: &Scope) -> Result<Arc<[RoomId]>, ServiceError> {
    let known = known_positions(ctx, scope).await?;
    let mut rooms: Vec<RoomId> = known.keys().copied().collect();
    rooms.sort_unstable();
    Ok(rooms.into())
}
