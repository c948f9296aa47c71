//! The index on `(room_id, seq)` holds what was edited or deleted, and nothing else.
//!
//! A message that was not changed has its `number` for `seq`, and stands in `messages_room_number`
//! already: a second place for it was one more page that each send had to write. "What did I miss" is
//! a range of both.

use sea_orm_migration::prelude::*;

/// The second step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0002_changed_messages"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(
                Index::drop()
                    .name("messages_room_seq")
                    .table("messages")
                    .to_owned(),
            )
            .await?;
        let mut changed = by_seq("messages_changed");
        changed.and_where(Expr::col("seq").ne(Expr::col("number")));
        manager.create_index(changed).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_index(
                Index::drop()
                    .name("messages_changed")
                    .table("messages")
                    .to_owned(),
            )
            .await?;
        manager.create_index(by_seq("messages_room_seq")).await
    }
}

fn by_seq(name: &'static str) -> IndexCreateStatement {
    Index::create()
        .name(name)
        .table("messages")
        .col("room_id")
        .col("seq")
        .unique()
        .to_owned()
}
