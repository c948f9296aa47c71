//! Asking to be let into a room: invitations behind which one asks first, and who has asked.

use sea_orm_migration::prelude::*;

/// This step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0014_asking"
    }
}

const REQUESTS: &str = "join_requests";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut asks = ColumnDef::new("asks");
        let mut invites = altered("invites");
        invites.add_column(asks.boolean().not_null().default(false));
        manager.alter_table(invites).await?;
        manager.create_table(requests()).await?;
        let mut by_user = Index::create().name("join_requests_user").to_owned();
        manager
            .create_index(by_user.table(REQUESTS).col("user_id").to_owned())
            .await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let requests = Table::drop().table(REQUESTS).to_owned();
        manager.drop_table(requests).await?;
        let mut invites = altered("invites");
        manager
            .alter_table(invites.drop_column("asks").to_owned())
            .await
    }
}

fn requests() -> TableCreateStatement {
    let mut table = Table::create().table(REQUESTS).to_owned();
    let mut key = Index::create();
    for (column, to) in [("room_id", "rooms"), ("user_id", "users")] {
        table.col(ColumnDef::new(column).big_integer().not_null());
        let mut refers = ForeignKey::create();
        refers.from(REQUESTS, column).to(to, "id");
        table.foreign_key(refers.on_delete(ForeignKeyAction::Cascade));
        key.col(column);
    }
    table.col(ColumnDef::new("asked_at").big_integer().not_null());
    table.col(ColumnDef::new("is_refused").boolean().not_null());
    table.primary_key(&mut key);
    table
}

fn altered(name: &'static str) -> TableAlterStatement {
    Table::alter().table(name).to_owned()
}
