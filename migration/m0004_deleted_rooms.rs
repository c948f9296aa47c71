//! A deleted room stays as a tombstone until all that was in it has gone from the disk.
//!
//! Deleting a room of hundreds of thousands of messages in one transaction kept every other write waiting
//! for seconds. `deleted_at` makes it gone for people at once; the rest goes in small pieces.

use sea_orm_migration::prelude::*;

/// The fourth step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0004_deleted_rooms"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut rooms = rooms();
        rooms.add_column(ColumnDef::new("deleted_at").big_integer());
        manager.alter_table(rooms).await?;
        let mut deleted = Index::create().name("rooms_deleted").to_owned();
        deleted.table("rooms").col("deleted_at");
        deleted.and_where(Expr::col("deleted_at").is_not_null());
        manager.create_index(deleted).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Before this step there were no tombstones: a deleted room is gone with all that was in it.
        let mut gone = Query::delete().from_table("rooms").to_owned();
        gone.and_where(Expr::col("deleted_at").is_not_null());
        manager.execute(gone).await?;
        let mut index = Index::drop().name("rooms_deleted").to_owned();
        manager.drop_index(index.table("rooms").to_owned()).await?;
        let mut rooms = rooms();
        rooms.drop_column("deleted_at");
        manager.alter_table(rooms).await
    }
}

fn rooms() -> TableAlterStatement {
    Table::alter().table("rooms").to_owned()
}
