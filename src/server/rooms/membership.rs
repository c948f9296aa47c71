//! Who belongs to a room.
//!
//! *Invariant:* who comes in has read everything so far, and who comes again has not read anything by it.

use super::{visible, visible_now};
use crate::context::Context;
use crate::error::ServiceError;
use crate::events::Publication;
use crate::scope::Scope;
use crate::store::entity::{membership, room};
use crate::store::{Written, statement};
use parlour_protocol::{Room, RoomId, UserId};
use rusqlite::Connection;
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

/// The role of who made the room.
pub(super) const OWNER: &str = "owner";
/// The role of everybody else.
pub(crate) const MEMBER: &str = "member";

/// Makes the person a member, for whom everything so far is read. Somebody who is one already only
/// gets the room, and so does everybody while nothing can be written: they read, and become a member
/// when they write, or come in again.
pub async fn enter(ctx: &Context, scope: &Scope, id: RoomId) -> Result<Room, ServiceError> {
    let user = scope.require_person()?.user.id;
    let (room, is_member) = look(ctx, scope, id, user).await?;
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

/// The room, if it may be seen, and whether the person belongs to it already; nobody without a name does.
///
/// # Errors
/// [`ServiceError::RoomNotFound`].
pub async fn check(ctx: &Context, scope: &Scope, id: RoomId) -> Result<(Room, bool), ServiceError> {
    let Some(user) = scope.user_id() else {
        return Ok((super::get(ctx, scope, id).await?, false));
    };
    let (room, is_member) = look(ctx, scope, id, user).await?;
    Ok((room.into_room(ctx.hub.online(id)), is_member))
}

/// Ends the membership. Somebody who is no member has left already.
pub async fn leave(ctx: &Context, scope: &Scope, id: RoomId) -> Result<(), ServiceError> {
    let user = scope.require_person()?.user.id;
    let (_, is_member) = look(ctx, scope, id, user).await?;
    if !is_member {
        return Ok(());
    }
    ctx.limits.could_message(user, scope.address)?;

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
                limits.message(user, scope.address)?;
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

/// The room, and whether the person belongs to it.
async fn look(
    ctx: &Context,
    scope: &Scope,
    id: RoomId,
    user: UserId,
) -> Result<(room::Model, bool), ServiceError> {
    const IS_MEMBER: &str = "SELECT 1 FROM memberships WHERE room_id = ? AND user_id = ?";
    let scope = scope.clone();
    let look = move |db: &Connection| {
        let room = visible_now(db, &scope, id)?;
        let is_member = statement(db, IS_MEMBER)?.exists([id.0, user.0])?;
        Ok((room, is_member))
    };
    ctx.store.read(look).await
}

async fn of(
    db: &impl ConnectionTrait,
    room: RoomId,
    user: UserId,
) -> Result<Option<membership::Model>, ServiceError> {
    let member = membership::Entity::find_by_id((room.0, user.0));
    Ok(member.one(db).await?)
}
