//! Messages in their present state.

use parlour_protocol::{Message, MessageId, RoomId, Timestamp, UserId};
use sea_orm::entity::prelude::*;
use serde::Deserialize;

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, DeriveEntityModel)]
#[sea_orm(table_name = "messages")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub room_id: i64,
    pub number: i64,
    pub seq: i64,
    pub ordinal: i64,
    pub author_id: i64,
    pub author_name: String,
    pub client_id: String,
    pub body: String,
    pub reply_to: Option<i64>,
    pub created_at: i64,
    pub edited_at: Option<i64>,
    pub deleted_at: Option<i64>,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for Message {
    fn from(row: Model) -> Self {
        Self {
            id: MessageId(row.id),
            room_id: RoomId(row.room_id),
            number: row.number,
            seq: row.seq,
            user_id: UserId(row.author_id),
            username: row.author_name,
            content: row.body,
            client_id: row.client_id,
            timestamp: Timestamp(row.created_at),
            edited_at: row.edited_at.map(Timestamp),
            deleted: row.deleted_at.is_some(),
            reply_to: row.reply_to,
        }
    }
}
