//! What the list of rooms beside a page is made of: the mark of a favourite on a membership, and an index by which one's
//! memberships are found without a look at each.
//!
//! The index has all that decides whether somebody is in a room. The state of a membership changes seldom: what does so
//! with each message, how far one has read, is in no index.

use sea_orm_migration::prelude::*;

/// The sixteenth step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0016_sidebar"
    }
}

const COLUMN: &str = "is_favourite";
/// By whose they are.
const BEFORE: (&str, &[&str]) = ("memberships_user", &["user_id"]);
const AFTER: (&str, &[&str]) = ("memberships_person", &["user_id", "state", "room_id"]);

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut favourite = ColumnDef::new(COLUMN);
        let mut memberships = Table::alter().table("memberships").to_owned();
        memberships.add_column(favourite.boolean().not_null().default(false));
        manager.alter_table(memberships).await?;
        replace(manager, BEFORE.0, AFTER).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        replace(manager, AFTER.0, BEFORE).await?;
        let mut memberships = Table::alter().table("memberships").to_owned();
        memberships.drop_column(COLUMN);
        manager.alter_table(memberships).await
    }
}

async fn replace(
    manager: &SchemaManager<'_>,
    old: &'static str,
    (name, columns): (&'static str, &[&'static str]),
) -> Result<(), DbErr> {
    let mut index = Index::create().name(name).table("memberships").to_owned();
    for column in columns {
        index.col(*column);
    }
    manager.create_index(index).await?;
    let mut old = Index::drop().name(old).to_owned();
    manager
        .drop_index(old.table("memberships").to_owned())
        .await
}
