//! What messages said before they were edited, and whether a room keeps that.
//!
//! Before, an edit replaced a text: of what was edited by then there is no earlier version.

use sea_orm_migration::prelude::*;

/// The twenty-first step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0021_revisions"
    }
}

const TABLE: &str = "revisions";
/// Of a room: who reads them.
const COLUMN: &str = "revisions";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut read_by = ColumnDef::new(COLUMN);
        read_by.text().not_null().default("everybody");
        manager
            .alter_table(rooms().add_column(read_by).to_owned())
            .await?;
        manager.create_table(revisions()).await?;
        let mut person = Index::create().name("revisions_person").to_owned();
        person.table(TABLE);
        for column in ["by_id", "message_id", "seq"] {
            person.col(column);
        }
        manager.create_index(person).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(TABLE).to_owned())
            .await?;
        manager
            .alter_table(rooms().drop_column(COLUMN).to_owned())
            .await
    }
}

fn rooms() -> TableAlterStatement {
    Table::alter().table("rooms").to_owned()
}

fn revisions() -> TableCreateStatement {
    let mut table = Table::create().table(TABLE).to_owned();
    // The seq is that of the message while it said this, and the time that at which it began to.
    for column in ["message_id", "seq", "edited_at", "by_id"] {
        table.col(ColumnDef::new(column).big_integer().not_null());
    }
    table.col(ColumnDef::new("body").text().not_null());
    table.primary_key(Index::create().col("message_id").col("seq"));
    for (column, to) in [("message_id", "messages"), ("by_id", "users")] {
        let mut refers = ForeignKey::create();
        refers.from(TABLE, column).to(to, "id");
        table.foreign_key(refers.on_delete(ForeignKeyAction::Cascade));
    }
    table
}
