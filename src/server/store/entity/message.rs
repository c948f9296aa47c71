//! Messages in their present state.

use crate::links::links;
use parlour_protocol::{Message, MessageId, RoomId, Timestamp, UserId};
use rusqlite::Row;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
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

impl TryFrom<&Row<'_>> for Model {
    type Error = rusqlite::Error;

    /// Of a row with all columns, in the order they have here.
    fn try_from(row: &Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            room_id: row.get(1)?,
            number: row.get(2)?,
            seq: row.get(3)?,
            ordinal: row.get(4)?,
            author_id: row.get(5)?,
            author_name: row.get(6)?,
            client_id: row.get(7)?,
            body: row.get(8)?,
            reply_to: row.get(9)?,
            created_at: row.get(10)?,
            edited_at: row.get(11)?,
            deleted_at: row.get(12)?,
        })
    }
}

impl From<Model> for Message {
    /// The links are found each time: they are the text's, and finding none takes no time to speak of.
    fn from(row: Model) -> Self {
        Self {
            links: links(&row.body),
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
