//! What a message with markup looks like: the tree of its text, as JSON. Messages that are there have none, and look as
//! they did, until they are edited.

use sea_orm_migration::prelude::*;

/// The eighteenth step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0018_documents"
    }
}

/// Nothing for a text without markup.
const COLUMN: &str = "doc";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let doc = ColumnDef::new(COLUMN).text().to_owned();
        manager
            .alter_table(messages().add_column(doc).to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .alter_table(messages().drop_column(COLUMN).to_owned())
            .await
    }
}

fn messages() -> TableAlterStatement {
    Table::alter().table("messages").to_owned()
}
