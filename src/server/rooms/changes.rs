//! Making and deleting rooms.

use super::membership::OWNER;
use super::{may_see, visible};
use crate::context::Context;
use crate::error::ServiceError;
use crate::events::Publication;
use crate::names::{self, Name};
use crate::scope::Scope;
use crate::store::Written;
use crate::store::entity::{membership, room};
use parlour_protocol::{Room, RoomId};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, Condition, ConnectionTrait, EntityTrait, QueryFilter,
};

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
    let description = names::description(&new.description)?;
    let scope = scope.clone();
    ctx.limits.could_room(maker, scope.address)?;
    let limits = ctx.limits.clone();
    let now = ctx.clock.now().0;
    ctx.store
        .write(move |txn| {
            Box::pin(async move {
                refuse_taken(txn, &scope, &name).await?;
                limits.room(maker, scope.address)?;
                let row = room::Entity::insert(room::ActiveModel {
                    sort_key: Set(names::sort_key(&name.shown)),
                    name: Set(name.shown),
                    folded: Set(name.folded),
                    skeleton: Set(name.skeleton),
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

/// A name is another room's if both are the same but for case, or pass for each other. The refusal names
/// a room that may be seen.
async fn refuse_taken(
    db: &impl ConnectionTrait,
    scope: &Scope,
    name: &Name,
) -> Result<(), ServiceError> {
    let is_near = Condition::any()
        .add(room::Column::Folded.eq(&name.folded))
        .add(room::Column::Skeleton.eq(&name.skeleton));
    let near = room::Entity::find().filter(is_near).all(db).await?;
    let is_same = |room: &&room::Model| names::is_same_room(name, &room.name);
    let mut same = near.iter().filter(is_same).peekable();
    if same.peek().is_none() {
        return Ok(());
    }
    let seen = same.find(|room| may_see(scope, room));
    Err(ServiceError::RoomNameTaken(
        seen.map(|room| room.name.clone()),
    ))
}

/// Deletes a room with everything in it: at once for everybody, its name is free again, and soon after
/// from the disk.
pub async fn delete(ctx: &Context, scope: &Scope, id: RoomId) -> Result<(), ServiceError> {
    scope.require_person()?;
    let scope = scope.clone();
    let now = ctx.clock.now().0;
    ctx.store
        .write(move |txn| {
            Box::pin(async move {
                let room = visible(txn, &scope, id).await?.into_room(0);
                if !may_delete(&scope, &room) {
                    return Err(ServiceError::Forbidden);
                }
                room::Entity::update(room::ActiveModel {
                    id: Set(id.0),
                    name: Set(String::new()),
                    folded: Set(tombstone(id)),
                    skeleton: Set(String::new()),
                    sort_key: Set(String::new()),
                    description: Set(String::new()),
                    created_by: Set(None),
                    deleted_at: Set(Some(now)),
                    ..Default::default()
                })
                .exec(txn)
                .await?;
                Ok(Written {
                    value: (),
                    publish: vec![Publication::RoomDeleted(id)],
                })
            })
        })
        .await?;
    ctx.sweeper.wake();
    Ok(())
}

/// The key of a name that no room can have: of such a name nothing else is left.
fn tombstone(RoomId(id): RoomId) -> String {
    format!("\0{id}")
}

/// Who made it may delete it, and an admin.
pub fn may_delete(scope: &Scope, room: &Room) -> bool {
    scope
        .person
        .as_ref()
        .is_some_and(|person| person.is_admin || room.created_by == Some(person.user.id))
}
