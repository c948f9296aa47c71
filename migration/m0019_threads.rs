//! What replies show of what they answer: with which message their thread begins, and the first line of a text with
//! markup as it is read. Replies that are there get theirs.

use sea_orm_migration::prelude::*;

/// The nineteenth step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0019_threads"
    }
}

/// The number of the first message of a reply's thread; nothing for what answers nothing.
const ROOT: &str = "root";
/// The first line of a text with markup, without it; nothing where the text has none.
const GIST: &str = "gist";

/// A room's replies by thread.
const INDEX: &str = "messages_thread";

/// What a reply answers, to begin with.
const ANSWERED: &str = "UPDATE messages SET root = reply_to WHERE reply_to IS NOT NULL";

/// A reply to a reply is in its thread. Each time twice as many answers are passed, whatever the chain.
const FURTHER: &str = "UPDATE messages SET root = (SELECT above.root FROM messages AS above \
    WHERE above.room_id = messages.room_id AND above.number = messages.root) \
    WHERE root IS NOT NULL AND EXISTS (SELECT 1 FROM messages AS above \
    WHERE above.room_id = messages.room_id AND above.number = messages.root AND above.root IS NOT NULL)";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let root = ColumnDef::new(ROOT).big_integer().to_owned();
        manager
            .alter_table(messages().add_column(root).to_owned())
            .await?;
        let gist = ColumnDef::new(GIST).text().to_owned();
        manager
            .alter_table(messages().add_column(gist).to_owned())
            .await?;
        let connection = manager.get_connection();
        connection.execute_unprepared(ANSWERED).await?;
        while connection
            .execute_unprepared(FURTHER)
            .await?
            .rows_affected()
            > 0
        {}
        let mut thread = Index::create().name(INDEX).to_owned();
        thread
            .table("messages")
            .col("room_id")
            .col(ROOT)
            .col("number");
        thread.and_where(Expr::col(ROOT).is_not_null());
        manager.create_index(thread).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut thread = Index::drop().name(INDEX).to_owned();
        manager
            .drop_index(thread.table("messages").to_owned())
            .await?;
        for column in [ROOT, GIST] {
            manager
                .alter_table(messages().drop_column(column).to_owned())
                .await?;
        }
        Ok(())
    }
}

fn messages() -> TableAlterStatement {
    Table::alter().table("messages").to_owned()
}
