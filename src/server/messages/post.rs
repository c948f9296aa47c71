//! Posting: one send, one message, for ever.

use super::{by_number, next_seq};
use crate::context::Context;
use crate::db::Written;
use crate::db::entity::{membership, message, room, user};
use crate::error::ServiceError;
use crate::realtime::Publication;
use crate::rooms::{self, MEMBER};
use crate::scope::Scope;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use parlour_protocol::{Message, Number, RoomId, UserId, rules};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, QueryFilter,
};

/// A message somebody sends.
#[derive(Clone, Debug, Default)]
pub struct NewMessage {
    /// The text.
    pub content: String,
    /// The send's key; without one the server makes one, and the send cannot be repeated.
    pub client_id: Option<String>,
    /// The number of the message it answers.
    pub reply_to: Option<Number>,
}

/// A message that is on disk.
#[derive(Clone, Debug, PartialEq)]
pub struct Posted {
    /// The message in its present state.
    pub message: Message,
    /// False: this key was sent before, and that is the message it made.
    pub is_new: bool,
}

/// Posts a message, makes its author a member, and marks the room read up to it. The same author's
/// same key again answers the first message, whatever else is sent with it.
pub async fn post(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    new: NewMessage,
) -> Result<Posted, ServiceError> {
    let author = scope.require_person()?.user.id;
    let body = rules::message(&new.content)?;
    let client_id = match new.client_id {
        Some(key) => rules::client_id(&key)?.to_owned(),
        None => draw_key(ctx),
    };
    // A flood is turned away before it reaches the writer, except for repeats: those cost nothing.
    if let Err(refusal) = ctx.limits.could_message(author) {
        return match sent_before(ctx.store.reader(), author, &client_id).await? {
            Some(message) => Ok(repeated(message)),
            None => Err(refusal),
        };
    }

    let scope = scope.clone();
    let (limits, clock) = (ctx.limits.clone(), ctx.clock.clone());
    ctx.store
        .write(move |txn| {
            Box::pin(async move {
                // The writer is alone, so a repeat that was sent at the same time sees the first.
                if let Some(message) = sent_before(txn, author, &client_id).await? {
                    return Ok(Written::quietly(repeated(message)));
                }
                rooms::visible(txn, &scope, room).await?;
                if let Some(number) = new.reply_to {
                    by_number(txn, room, number).await?;
                }
                limits.message(author)?;
                let draft = Draft {
                    author,
                    client_id,
                    body,
                    reply_to: new.reply_to,
                };
                store(txn, room, draft, clock.now().0).await
            })
        })
        .await
}

/// A message that passed every rule.
struct Draft {
    author: UserId,
    client_id: String,
    body: String,
    reply_to: Option<Number>,
}

async fn store(
    db: &impl ConnectionTrait,
    room: RoomId,
    draft: Draft,
    now: i64,
) -> Result<Written<Posted>, ServiceError> {
    // The name at this moment: a socket that was opened before a rename must not bring it back.
    let author = user::Entity::find_by_id(draft.author.0)
        .one(db)
        .await?
        .ok_or(ServiceError::SignInRequired)?;
    let counted = [
        (room::Column::Posts, Expr::col(room::Column::Posts).add(1)),
        (room::Column::LastMessageAt, Expr::value(now)),
    ];
    let room = next_seq(db, room, counted).await?;
    let row = message::Entity::insert(message::ActiveModel {
        room_id: Set(room.id),
        number: Set(room.seq),
        seq: Set(room.seq),
        ordinal: Set(room.posts),
        author_id: Set(author.id),
        author_name: Set(author.name),
        client_id: Set(draft.client_id),
        body: Set(draft.body),
        reply_to: Set(draft.reply_to),
        created_at: Set(now),
        ..Default::default()
    })
    .exec_with_returning(db)
    .await?;
    read_own(db, &room, author.id, now).await?;

    let message = Message::from(row);
    Ok(Written {
        publish: vec![
            Publication::Message {
                message: message.clone(),
                posts: room.posts,
            },
            Publication::Read {
                user: draft.author,
                room: message.room_id,
                read_posts: room.posts,
            },
        ],
        value: Posted {
            message,
            is_new: true,
        },
    })
}

/// Who writes in a room belongs to it, and has read what they wrote.
async fn read_own(
    db: &impl ConnectionTrait,
    room: &room::Model,
    author: i64,
    now: i64,
) -> Result<(), ServiceError> {
    use membership::Column;
    membership::Entity::insert(membership::ActiveModel {
        room_id: Set(room.id),
        user_id: Set(author),
        role: Set(MEMBER.to_owned()),
        read_seq: Set(room.seq),
        read_posts: Set(room.posts),
        joined_at: Set(now),
    })
    .on_conflict(
        OnConflict::columns([Column::RoomId, Column::UserId])
            .update_columns([Column::ReadSeq, Column::ReadPosts])
            .to_owned(),
    )
    .exec_without_returning(db)
    .await?;
    Ok(())
}

async fn sent_before(
    db: &impl ConnectionTrait,
    author: UserId,
    client_id: &str,
) -> Result<Option<message::Model>, ServiceError> {
    let sent = message::Entity::find()
        .filter(message::Column::AuthorId.eq(author.0))
        .filter(message::Column::ClientId.eq(client_id));
    Ok(sent.one(db).await?)
}

fn repeated(message: message::Model) -> Posted {
    Posted {
        message: message.into(),
        is_new: false,
    }
}

/// A key that no other send has.
pub fn draw_key(ctx: &Context) -> String {
    let mut bytes = [0; 16];
    ctx.random.fill(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}
