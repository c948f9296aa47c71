//! Making and deleting rooms.

use super::membership::OWNER;
use super::visible;
use crate::context::Context;
use crate::db::Written;
use crate::db::entity::{membership, room};
use crate::error::ServiceError;
use crate::names;
use crate::realtime::Publication;
use crate::scope::Scope;
use parlour_protocol::{Room, RoomId, rules};
use sea_orm::{ActiveValue::Set, ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter};

/// A room somebody wants.
#[derive(Clone, Debug, Default)]
pub struct NewRoom {
    /// 1–50 characters, like no other room's.
    pub name: String,
    /// Up to 500 characters.
    pub description: String,
}

/// Makes a room, with its maker in it.
pub async fn create(ctx: &Context, scope: &Scope, new: NewRoom) -> Result<Room, ServiceError> {
    let maker = scope.require_person()?.user.id;
    let name = names::room_name(&new.name)?;
    let description = rules::description(&new.description)?;
    ctx.limits.could_room(maker, scope.address)?;
    let (limits, address) = (ctx.limits.clone(), scope.address);
    let now = ctx.clock.now().0;
    ctx.store
        .write(move |txn| {
            Box::pin(async move {
                let taken = room::Entity::find()
                    .filter(room::Column::Folded.eq(&name.folded))
                    .count(txn)
                    .await?;
                if taken > 0 {
                    return Err(ServiceError::RoomNameTaken);
                }
                limits.room(maker, address)?;
                let row = room::Entity::insert(room::ActiveModel {
                    name: Set(name.shown),
                    folded: Set(name.folded),
                    description: Set(description),
                    created_at: Set(now),
                    created_by: Set(Some(maker.0)),
                    ..Default::default()
                })
                .exec_with_returning(txn)
                .await?;
                membership::Entity::insert(membership::ActiveModel {
                    room_id: Set(row.id),
                    user_id: Set(maker.0),
                    role: Set(OWNER.to_owned()),
                    joined_at: Set(now),
                    ..Default::default()
                })
                .exec_without_returning(txn)
                .await?;
                let room = row.into_room(0);
                let read = Publication::Read {
                    user: maker,
                    room: room.id,
                    read_posts: 0,
                };
                Ok(Written {
                    publish: vec![Publication::RoomCreated(room.clone()), read],
                    value: room,
                })
            })
        })
        .await
}

/// Deletes a room with everything in it.
pub async fn delete(ctx: &Context, scope: &Scope, id: RoomId) -> Result<(), ServiceError> {
    scope.require_person()?;
    let scope = scope.clone();
    ctx.store
        .write(move |txn| {
            Box::pin(async move {
                let room = visible(txn, &scope, id).await?.into_room(0);
                if !may_delete(&scope, &room) {
                    return Err(ServiceError::Forbidden);
                }
                room::Entity::delete_by_id(id.0).exec(txn).await?;
                Ok(Written {
                    value: (),
                    publish: vec![Publication::RoomDeleted(id)],
                })
            })
        })
        .await
}

/// Who made it may delete it, and an admin.
pub fn may_delete(scope: &Scope, room: &Room) -> bool {
    scope
        .person
        .as_ref()
        .is_some_and(|person| person.is_admin || room.created_by == Some(person.user.id))
}
