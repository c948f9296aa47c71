//! Rooms and how far their order of changes has come.

use parlour_protocol::{Room, RoomId, Timestamp, UserId};
use rusqlite::Row;
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "rooms")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub name: String,
    pub folded: String,
    pub description: String,
    pub created_at: i64,
    pub created_by: Option<i64>,
    pub seq: i64,
    pub posts: i64,
    pub last_message_at: Option<i64>,
    pub skeleton: String,
    pub sort_key: String,
    /// Gone for everybody; what was in it is on its way off the disk.
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
            name: row.get(1)?,
            folded: row.get(2)?,
            description: row.get(3)?,
            created_at: row.get(4)?,
            created_by: row.get(5)?,
            seq: row.get(6)?,
            posts: row.get(7)?,
            last_message_at: row.get(8)?,
            skeleton: row.get(9)?,
            sort_key: row.get(10)?,
            deleted_at: row.get(11)?,
        })
    }
}

impl Model {
    /// As everybody sees it, with `online` people in it.
    pub fn into_room(self, online: u32) -> Room {
        Room {
            id: RoomId(self.id),
            name: self.name,
            description: self.description,
            created_at: Timestamp(self.created_at),
            created_by: self.created_by.map(UserId),
            seq: self.seq,
            online,
            last_message_at: self.last_message_at.map(Timestamp),
            sort: self.sort_key,
        }
    }
}
