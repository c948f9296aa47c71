//! Everybody who can write: guests, members, bots.

use parlour_protocol::{User, UserId, UserKind};
use sea_orm::entity::prelude::*;

#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "users")]
pub struct Model {
    #[sea_orm(primary_key)]
    pub id: i64,
    pub name: String,
    pub folded: String,
    pub skeleton: String,
    pub kind: String,
    pub is_admin: bool,
    pub created_at: i64,
}

#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}

impl From<Model> for User {
    fn from(row: Model) -> Self {
        let kind = match row.kind.as_str() {
            "member" => UserKind::Member,
            "bot" => UserKind::Bot,
            _ => UserKind::Guest,
        };
        Self {
            id: UserId(row.id),
            name: row.name,
            kind,
        }
    }
}
