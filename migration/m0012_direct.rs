//! Rooms that are their people, and people whom one does not let write to oneself alone.
//!
//! A direct room is found by who is in it: the ids of all of them, in order, are its key. It has no name of its own, and
//! nobody leaves it; who hides it leaves on their membership how many messages there were, so that the next one brings
//! it back without a write.

use sea_orm_migration::prelude::*;

/// The twelfth step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0012_direct"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut key = ColumnDef::new("direct_key");
        let mut rooms = altered("rooms");
        manager
            .alter_table(rooms.add_column(key.text()).to_owned())
            .await?;
        let mut direct = Index::create().name("rooms_direct").unique().to_owned();
        direct.table("rooms").col("direct_key");
        direct.and_where(Expr::col("direct_key").is_not_null());
        manager.create_index(direct).await?;
        let mut hidden = ColumnDef::new("hid_posts");
        let mut memberships = altered("memberships");
        memberships.add_column(hidden.big_integer().not_null().default(-1));
        manager.alter_table(memberships).await?;
        manager.create_table(blocks()).await?;
        let mut blocked = Index::create().name("blocks_blocked").to_owned();
        manager
            .create_index(blocked.table("blocks").col("blocked_id").to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let blocks = Table::drop().table("blocks").to_owned();
        manager.drop_table(blocks).await?;
        let mut memberships = altered("memberships");
        memberships.drop_column("hid_posts");
        manager.alter_table(memberships).await?;
        let mut direct = Index::drop().name("rooms_direct").to_owned();
        manager.drop_index(direct.table("rooms").to_owned()).await?;
        let mut rooms = altered("rooms");
        rooms.drop_column("direct_key");
        manager.alter_table(rooms).await
    }
}

fn blocks() -> TableCreateStatement {
    let mut table = Table::create().table("blocks").to_owned();
    let mut key = Index::create();
    for column in ["user_id", "blocked_id"] {
        table.col(ColumnDef::new(column).big_integer().not_null());
        let mut refers = ForeignKey::create();
        refers.from("blocks", column).to("users", "id");
        table.foreign_key(refers.on_delete(ForeignKeyAction::Cascade));
        key.col(column);
    }
    table.col(ColumnDef::new("blocked_at").big_integer().not_null());
    table.primary_key(&mut key);
    table
}

fn altered(name: &'static str) -> TableAlterStatement {
    Table::alter().table(name).to_owned()
}
