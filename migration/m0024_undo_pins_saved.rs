//! What is kept beside messages: the text of one that its author has just deleted, while they may have it back; that one
//! is pinned, and since when; and who has saved which for themselves.

use sea_orm_migration::prelude::*;

/// This step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0024_undo_pins_saved"
    }
}

const MESSAGES: &str = "messages";
const UNDOABLE: &str = "undoable";
const SAVED: &str = "saved";

/// Who pinned a message, and when; both or none.
const PINNED: [&str; 2] = ["pinned_by", "pinned_at"];

/// The pinned messages of a room.
const OF_PINNED: &str = "messages_pinned";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(undoable()).await?;
        for column in PINNED {
            let mut added = ColumnDef::new(column);
            let mut messages = messages();
            messages.add_column(added.big_integer());
            manager.alter_table(messages).await?;
        }
        let mut of_pinned = Index::create().name(OF_PINNED).to_owned();
        of_pinned.table(MESSAGES).col("room_id").col("pinned_at");
        of_pinned.and_where(Expr::col("pinned_at").is_not_null());
        manager.create_index(of_pinned).await?;
        manager.create_table(saved()).await?;
        let mut newest = Index::create().name("saved_newest").to_owned();
        newest.table(SAVED);
        for column in ["user_id", "at", "message_id"] {
            newest.col(column);
        }
        manager.create_index(newest).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [SAVED, UNDOABLE] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        let mut of_pinned = Index::drop().name(OF_PINNED).to_owned();
        manager
            .drop_index(of_pinned.table(MESSAGES).to_owned())
            .await?;
        for column in PINNED {
            manager
                .alter_table(messages().drop_column(column).to_owned())
                .await?;
        }
        Ok(())
    }
}

fn messages() -> TableAlterStatement {
    Table::alter().table(MESSAGES).to_owned()
}

fn undoable() -> TableCreateStatement {
    let mut table = Table::create().table(UNDOABLE).to_owned();
    let mut row = ColumnDef::new("message_id");
    table.col(row.big_integer().not_null().primary_key());
    // Who deleted it, and until when they may have it back.
    for column in ["by_id", "until"] {
        table.col(ColumnDef::new(column).big_integer().not_null());
    }
    table.col(ColumnDef::new("body").text().not_null());
    table.col(ColumnDef::new("doc").text());
    refer(&mut table, UNDOABLE, "message_id", MESSAGES);
    refer(&mut table, UNDOABLE, "by_id", "users");
    table
}

fn saved() -> TableCreateStatement {
    let mut table = Table::create().table(SAVED).to_owned();
    for column in ["user_id", "message_id", "at"] {
        table.col(ColumnDef::new(column).big_integer().not_null());
    }
    table.primary_key(Index::create().col("message_id").col("user_id"));
    refer(&mut table, SAVED, "user_id", "users");
    refer(&mut table, SAVED, "message_id", MESSAGES);
    table
}

fn refer(table: &mut TableCreateStatement, of: &str, column: &str, to: &str) {
    let mut refers = ForeignKey::create();
    refers
        .from(of.to_owned(), column.to_owned())
        .to(to.to_owned(), "id");
    table.foreign_key(refers.on_delete(ForeignKeyAction::Cascade));
}
