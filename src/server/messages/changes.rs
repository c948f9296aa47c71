//! Editing and deleting one's own messages.

use super::{by_number, next_seq};
use crate::context::Context;
use crate::error::ServiceError;
use crate::events::Publication;
use crate::rooms;
use crate::scope::Scope;
use crate::store::Written;
use crate::store::entity::message;
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
    // A flood is turned away before it reaches the writer, except for what changes nothing.
    if let Err(refusal) = ctx.limits.could_message(author, scope.address) {
        let row = ones_own(ctx.store.reader(), scope, room, number).await?;
        return if rules::is_said(&row.body, &body) {
            Ok(row.into())
        } else {
            Err(refusal)
        };
    }

    let scope = scope.clone();
    let (limits, clock) = (ctx.limits.clone(), ctx.clock.clone());
    ctx.store
        .write(move |txn| {
            Box::pin(async move {
                let row = ones_own(txn, &scope, room, number).await?;
                if rules::is_said(&row.body, &body) {
                    return Ok(Written::quietly(Message::from(row)));
                }
                limits.message(author, scope.address)?;
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
        .inspect(|_| ctx.store.took_back())
}

/// Takes a message back: it stays where it was, its text is gone. Its author may, and an admin.
pub async fn delete(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<Message, ServiceError> {
    let user = scope.require_person()?.user.id;
    if let Err(refusal) = ctx.limits.could_message(user, scope.address) {
        let row = removable(ctx.store.reader(), scope, room, number).await?;
        return if row.deleted_at.is_some() {
            Ok(row.into())
        } else {
            Err(refusal)
        };
    }

    let scope = scope.clone();
    let (limits, clock) = (ctx.limits.clone(), ctx.clock.clone());
    ctx.store
        .write(move |txn| {
            Box::pin(async move {
                let row = removable(txn, &scope, room, number).await?;
                // Sent twice is done once.
                if row.deleted_at.is_some() {
                    return Ok(Written::quietly(Message::from(row)));
                }
                limits.message(user, scope.address)?;
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
        .inspect(|_| ctx.store.took_back())
}

/// A message that its author may give another text.
pub(super) async fn ones_own(
    db: &impl ConnectionTrait,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<message::Model, ServiceError> {
    rooms::visible(db, scope, room).await?;
    let row = by_number(db, room, number).await?;
    if row.deleted_at.is_some() {
        return Err(ServiceError::MessageNotFound);
    }
    if row.author_id != scope.require_person()?.user.id.0 {
        return Err(ServiceError::Forbidden);
    }
    Ok(row)
}

/// A message that somebody may take back, or what is left of it.
async fn removable(
    db: &impl ConnectionTrait,
    scope: &Scope,
    room: RoomId,
    number: Number,
) -> Result<message::Model, ServiceError> {
    rooms::visible(db, scope, room).await?;
    let row = by_number(db, room, number).await?;
    let person = scope.require_person()?;
    if row.author_id != person.user.id.0 && !person.is_admin {
        return Err(ServiceError::Forbidden);
    }
    Ok(row)
}

async fn change(
    db: &impl ConnectionTrait,
    room: RoomId,
    mut changed: message::ActiveModel,
) -> Result<Written<Message>, ServiceError> {
    changed.seq = Set(next_seq(db, room).await?);
    let message = Message::from(message::Entity::update(changed).exec(db).await?);
    Ok(Written {
        publish: vec![Publication::MessageChanged(message.clone())],
        value: message,
    })
}
