//! Editing and deleting one's own messages.

use super::{by_number, next_seq};
use crate::context::Context;
use crate::db::Written;
use crate::db::entity::message;
use crate::error::ServiceError;
use crate::realtime::Publication;
use crate::rooms;
use crate::scope::Scope;
use parlour_protocol::{Message, Number, RoomId, rules};
use sea_orm::{ActiveValue::Set, ConnectionTrait, EntityTrait};

/// Gives one's own message another text. The text it already has changes nothing.
pub async fn edit(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
    content: String,
) -> Result<Message, ServiceError> {
    let author = scope.require_person()?.user.id;
    let body = rules::message(&content)?;
    let scope = scope.clone();
    let (limits, clock) = (ctx.limits.clone(), ctx.clock.clone());
    ctx.store
        .write(move |txn| {
            Box::pin(async move {
                rooms::visible(txn, &scope, room).await?;
                let row = by_number(txn, room, number).await?;
                if row.deleted_at.is_some() {
                    return Err(ServiceError::MessageNotFound);
                }
                if row.author_id != author.0 {
                    return Err(ServiceError::Forbidden);
                }
                if row.body == body {
                    return Ok(Written::quietly(Message::from(row)));
                }
                limits.message(author)?;
                let changed = message::ActiveModel {
                    id: Set(row.id),
                    body: Set(body),
                    edited_at: Set(Some(clock.now().0)),
                    ..Default::default()
                };
                change(txn, room, changed).await
            })
        })
        .await
}

/// Takes a message back: it stays where it was, its text is gone. Its author may, and an admin.
pub async fn delete(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<Message, ServiceError> {
    let person = scope.require_person()?;
    let (user, is_admin) = (person.user.id, person.is_admin);
    let scope = scope.clone();
    let (limits, clock) = (ctx.limits.clone(), ctx.clock.clone());
    ctx.store
        .write(move |txn| {
            Box::pin(async move {
                rooms::visible(txn, &scope, room).await?;
                let row = by_number(txn, room, number).await?;
                if row.author_id != user.0 && !is_admin {
                    return Err(ServiceError::Forbidden);
                }
                // Sent twice is done once.
                if row.deleted_at.is_some() {
                    return Ok(Written::quietly(Message::from(row)));
                }
                limits.message(user)?;
                let changed = message::ActiveModel {
                    id: Set(row.id),
                    body: Set(String::new()),
                    deleted_at: Set(Some(clock.now().0)),
                    ..Default::default()
                };
                change(txn, room, changed).await
            })
        })
        .await
}

async fn change(
    db: &impl ConnectionTrait,
    room: RoomId,
    mut changed: message::ActiveModel,
) -> Result<Written<Message>, ServiceError> {
    changed.seq = Set(next_seq(db, room, []).await?.seq);
    let message = Message::from(message::Entity::update(changed).exec(db).await?);
    Ok(Written {
        publish: vec![Publication::MessageChanged(message.clone())],
        value: message,
    })
}
