//! Who has reacted to which message with which emoji; and on the message what is shown of it, so that a page reads one
//! row for a message.
//!
//! Where the message stands is on the row of a reaction, too: neither ever changes, and one's own reactions to what a page
//! shows are a range of an index.

use sea_orm_migration::prelude::*;

/// The twentieth step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0020_reactions"
    }
}

const TABLE: &str = "reactions";
/// On a message; nothing where nobody has reacted.
const COLUMN: &str = "reactions";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let shown = ColumnDef::new(COLUMN).text().to_owned();
        manager
            .alter_table(messages().add_column(shown).to_owned())
            .await?;
        manager.create_table(reactions()).await?;
        let mut person = Index::create().name("reactions_person").to_owned();
        person.table(TABLE);
        for column in ["user_id", "room_id", "number"] {
            person.col(column);
        }
        manager.create_index(person).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table(TABLE).to_owned())
            .await?;
        manager
            .alter_table(messages().drop_column(COLUMN).to_owned())
            .await
    }
}

fn messages() -> TableAlterStatement {
    Table::alter().table("messages").to_owned()
}

fn reactions() -> TableCreateStatement {
    let mut table = Table::create().table(TABLE).to_owned();
    for column in ["message_id", "user_id", "room_id", "number", "at"] {
        table.col(ColumnDef::new(column).big_integer().not_null());
    }
    table.col(ColumnDef::new("emoji").text().not_null());
    let mut key = Index::create();
    table.primary_key(key.col("message_id").col("emoji").col("user_id"));
    for (column, to) in [("message_id", "messages"), ("user_id", "users")] {
        let mut refers = ForeignKey::create();
        refers.from(TABLE, column).to(to, "id");
        table.foreign_key(refers.on_delete(ForeignKeyAction::Cascade));
    }
    table
}
