//! Invitations to a room or to the server, and guests who came by one to a room.
//!
//! Of the code of an invitation its hash is kept, as of a session's token. A guest who came by an invitation to a room
//! is confined: they see the rooms that they are in, and no open one beside them.

use sea_orm_migration::prelude::*;

/// The eleventh step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0011_invites"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut confined = ColumnDef::new("is_confined");
        let mut users = altered("users");
        users.add_column(confined.boolean().not_null().default(false));
        manager.alter_table(users).await?;
        manager.create_table(invites()).await?;
        let mut code = index("invites_code", "code_hash");
        manager.create_index(code.unique().to_owned()).await?;
        manager
            .create_index(index("invites_by", "created_by"))
            .await?;
        manager.create_index(index("invites_room", "room_id")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let invites = Table::drop().table("invites").to_owned();
        manager.drop_table(invites).await?;
        let mut users = altered("users");
        users.drop_column("is_confined");
        manager.alter_table(users).await
    }
}

fn invites() -> TableCreateStatement {
    let mut table = Table::create().table("invites").to_owned();
    let mut id = ColumnDef::new("id");
    table.col(id.big_integer().not_null().auto_increment().primary_key());
    table.col(ColumnDef::new("code_hash").blob().not_null());
    // None: to the server.
    table.col(ColumnDef::new("room_id").big_integer());
    table.col(ColumnDef::new("role").text().not_null());
    table.col(ColumnDef::new("created_by").big_integer().not_null());
    table.col(ColumnDef::new("created_at").big_integer().not_null());
    table.col(
        ColumnDef::new("used")
            .big_integer()
            .not_null()
            .default(0)
            .to_owned(),
    );
    // None: any number of times, and at any time.
    table.col(ColumnDef::new("max_uses").big_integer());
    table.col(ColumnDef::new("expires_at").big_integer());
    table.col(ColumnDef::new("revoked_at").big_integer());
    for (column, to) in [("room_id", "rooms"), ("created_by", "users")] {
        let mut refers = ForeignKey::create();
        refers.from("invites", column).to(to, "id");
        table.foreign_key(refers.on_delete(ForeignKeyAction::Cascade));
    }
    table
}

fn altered(name: &'static str) -> TableAlterStatement {
    Table::alter().table(name).to_owned()
}

fn index(name: &'static str, column: &'static str) -> IndexCreateStatement {
    let mut index = Index::create().name(name).to_owned();
    index.table("invites").col(column).to_owned()
}
