//! Whom messages mention: a row for each person, and a mark on the message for everybody. Messages that are there mention
//! nobody until they are edited.

use sea_orm_migration::prelude::*;

/// This step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0022_mentions"
    }
}

const MENTIONS: &str = "mentions";
const MESSAGES: &str = "messages";

/// Whether a message mentions everybody in its room.
const ALL: &str = "mentions_all";

/// Those that do, of a room.
const OF_ALL: &str = "messages_all";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut all = ColumnDef::new(ALL);
        let mut messages = messages();
        messages.add_column(all.boolean().not_null().default(false));
        manager.alter_table(messages).await?;
        let mut of_all = Index::create().name(OF_ALL).to_owned();
        of_all.table(MESSAGES).col("room_id").col("number");
        of_all.and_where(Expr::col(ALL));
        manager.create_index(of_all).await?;
        manager.create_table(mentions()).await?;
        let mut of_message = Index::create().name("mentions_message").to_owned();
        of_message.table(MENTIONS).col("room_id").col("number");
        manager.create_index(of_message).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mentions = Table::drop().table(MENTIONS).to_owned();
        manager.drop_table(mentions).await?;
        let mut of_all = Index::drop().name(OF_ALL).to_owned();
        manager
            .drop_index(of_all.table(MESSAGES).to_owned())
            .await?;
        manager
            .alter_table(messages().drop_column(ALL).to_owned())
            .await
    }
}

fn mentions() -> TableCreateStatement {
    let mut table = Table::create().table(MENTIONS).to_owned();
    let mut key = Index::create();
    for column in ["user_id", "room_id", "number"] {
        table.col(ColumnDef::new(column).big_integer().not_null());
        key.col(column);
    }
    let mut person = ForeignKey::create();
    person.from(MENTIONS, "user_id").to("users", "id");
    table.foreign_key(person.on_delete(ForeignKeyAction::Cascade));
    let mut message = ForeignKey::create();
    message
        .from(MENTIONS, ("room_id", "number"))
        .to(MESSAGES, ("room_id", "number"));
    table.foreign_key(message.on_delete(ForeignKeyAction::Cascade));
    table.primary_key(&mut key);
    table
}

fn messages() -> TableAlterStatement {
    Table::alter().table(MESSAGES).to_owned()
}
