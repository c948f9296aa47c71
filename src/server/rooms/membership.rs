//! Who belongs to a room, and how far they have read.
//!
//! *Invariant:* `read_seq` and `read_posts` never go backwards, and `read_posts` counts the messages
//! up to `read_seq`: unread is `rooms.posts - memberships.read_posts`.

use super::visible;
use crate::context::Context;
use crate::db::entity::{membership, message};
use crate::db::{Written, statement};
use crate::error::ServiceError;
use crate::realtime::Publication;
use crate::scope::Scope;
use parlour_protocol::{Room, RoomId, Seq, UserId};
use rusqlite::Connection;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use std::collections::HashMap;
use std::sync::Arc;

/// The role of who made the room.
pub(super) const OWNER: &str = "owner";
/// The role of everybody else.
pub(crate) const MEMBER: &str = "member";

/// Makes the person a member, for whom everything so far is read. Somebody who is one already only
/// gets the room, and so does everybody while nothing can be written: they read, and become a member
/// when they write, or come in again.
pub async fn enter(ctx: &Context, scope: &Scope, id: RoomId) -> Result<Room, ServiceError> {
    let user = scope.require_person()?.user.id;
    let snapshot = ctx.store.snapshot().await?;
    let room = visible(&snapshot, scope, id).await?;
    let is_member = of(&snapshot, id, user).await?.is_some();
    drop(snapshot);
    // Everybody comes back at once after a restart; only new members are worth a write.
    if is_member {
        return Ok(room.into_room(ctx.hub.online(id)));
    }

    let scope = scope.clone();
    let now = ctx.clock.now().0;
    let entered = ctx
        .store
        .write(move |txn| {
            Box::pin(async move {
                let room = visible(txn, &scope, id).await?;
                if of(txn, id, user).await?.is_some() {
                    return Ok(Written::quietly(room));
                }
                membership::Entity::insert(membership::ActiveModel {
                    room_id: Set(id.0),
                    user_id: Set(user.0),
                    role: Set(MEMBER.to_owned()),
                    read_seq: Set(room.seq),
                    read_posts: Set(room.posts),
                    joined_at: Set(now),
                })
                .exec_without_returning(txn)
                .await?;
                Ok(Written {
                    publish: vec![Publication::Read {
                        user,
                        room: id,
                        read_posts: room.posts,
                    }],
                    value: room,
                })
            })
        })
        .await;
    let room = match entered {
        Err(error) if error.is_about_writing() => room,
        entered => entered?,
    };
    Ok(room.into_room(ctx.hub.online(id)))
}

/// Ends the membership. Somebody who is no member has left already.
pub async fn leave(ctx: &Context, scope: &Scope, id: RoomId) -> Result<(), ServiceError> {
    let user = scope.require_person()?.user.id;
    let snapshot = ctx.store.snapshot().await?;
    visible(&snapshot, scope, id).await?;
    let is_member = of(&snapshot, id, user).await?.is_some();
    drop(snapshot);
    if !is_member {
        return Ok(());
    }
    ctx.limits.could_message(user)?;

    let scope = scope.clone();
    let limits = ctx.limits.clone();
    ctx.store
        .write(move |txn| {
            Box::pin(async move {
                visible(txn, &scope, id).await?;
                if of(txn, id, user).await?.is_none() {
                    return Ok(Written::quietly(()));
                }
                // Everybody there hears of it, so it costs what a message costs.
                limits.message(user)?;
                membership::Entity::delete_by_id((id.0, user.0))
                    .exec(txn)
                    .await?;
                Ok(Written {
                    value: (),
                    publish: vec![Publication::Left { room: id, user }],
                })
            })
        })
        .await
}

/// The member has read up to `seq`. Never goes backwards, nor further than the room is; says
/// nothing to somebody who is no member.
pub async fn mark_read(
    ctx: &Context,
    scope: &Scope,
    id: RoomId,
    seq: Seq,
) -> Result<(), ServiceError> {
    let user = scope.require_person()?.user.id;
    let snapshot = ctx.store.snapshot().await?;
    let room = visible(&snapshot, scope, id).await?;
    let known = of(&snapshot, id, user).await?;
    drop(snapshot);
    if known.is_none_or(|member| member.read_seq >= seq.min(room.seq)) {
        return Ok(());
    }

    let scope = scope.clone();
    ctx.store
        .write(move |txn| {
            Box::pin(async move {
                let seq = seq.min(visible(txn, &scope, id).await?.seq);
                let Some(member) = of(txn, id, user).await? else {
                    return Ok(Written::quietly(()));
                };
                if member.read_seq >= seq {
                    return Ok(Written::quietly(()));
                }
                let read_posts = posts_up_to(txn, id, seq).await?;
                membership::Entity::update(membership::ActiveModel {
                    room_id: Set(id.0),
                    user_id: Set(user.0),
                    read_seq: Set(seq),
                    read_posts: Set(read_posts),
                    ..Default::default()
                })
                .exec(txn)
                .await?;
                let read = Publication::Read {
                    user,
                    room: id,
                    read_posts,
                };
                Ok(Written {
                    value: (),
                    publish: vec![read],
                })
            })
        })
        .await
}

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

async fn of(
    db: &impl ConnectionTrait,
    room: RoomId,
    user: UserId,
) -> Result<Option<membership::Model>, ServiceError> {
    let member = membership::Entity::find_by_id((room.0, user.0));
    Ok(member.one(db).await?)
}

/// How many messages were posted up to `seq`: the ordinal of the last of them.
async fn posts_up_to(
    db: &impl ConnectionTrait,
    room: RoomId,
    seq: Seq,
) -> Result<i64, ServiceError> {
    let last: Option<i64> = message::Entity::find()
        .select_only()
        .column(message::Column::Ordinal)
        .filter(message::Column::RoomId.eq(room.0))
        .filter(message::Column::Number.lte(seq))
        .order_by_desc(message::Column::Number)
        .limit(1)
        .into_tuple()
        .one(db)
        .await?;
    Ok(last.unwrap_or(0))
}
