//! What concerns somebody: of what in a room its members want to be told, and when what mentions people was posted, by
//! which it is read, the newest first. Of all they are in members are told of everything.

use sea_orm_migration::prelude::*;

/// This step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0023_concerns"
    }
}

const MEMBERSHIPS: &str = "memberships";
const LEVEL: &str = "level";
const MENTIONS: &str = "mentions";
const AT: &str = "at";

/// What mentions a person, in the order of its times.
const NEWEST: &str = "mentions_newest";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut level = ColumnDef::new(LEVEL);
        let mut memberships = table(MEMBERSHIPS);
        memberships.add_column(level.text().not_null().default("all"));
        manager.alter_table(memberships).await?;
        let mut at = ColumnDef::new(AT);
        let mut mentions = table(MENTIONS);
        mentions.add_column(at.big_integer().not_null().default(0));
        manager.alter_table(mentions).await?;
        let known = "UPDATE mentions SET at = (SELECT created_at FROM messages \
            WHERE messages.room_id = mentions.room_id AND messages.number = mentions.number)";
        manager.get_connection().execute_unprepared(known).await?;
        let mut newest = Index::create().name(NEWEST).table(MENTIONS).to_owned();
        for column in ["user_id", AT, "room_id", "number"] {
            newest.col(column);
        }
        manager.create_index(newest).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut newest = Index::drop().name(NEWEST).to_owned();
        manager
            .drop_index(newest.table(MENTIONS).to_owned())
            .await?;
        for (of, column) in [(MENTIONS, AT), (MEMBERSHIPS, LEVEL)] {
            let mut without = table(of);
            manager
                .alter_table(without.drop_column(column).to_owned())
                .await?;
        }
        Ok(())
    }
}

fn table(name: &'static str) -> TableAlterStatement {
    Table::alter().table(name).to_owned()
}
