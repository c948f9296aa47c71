//! What decides about who may do what: roles of accounts on the server, and the rules of rooms.
//!
//! Before, an account moderated every room or had no say in any: the former become admins. Rooms had no rules, so all
//! of them may be posted in by everybody, as they were.

use sea_orm_migration::prelude::*;

/// The eighth step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0008_permissions"
    }
}

/// Columns of text, each with what it is in a row that was there before.
const COLUMNS: [(&str, &str, &str); 4] = [
    ("users", "role", "member"),
    // A person who was disabled, or left, keeps the row that their messages refer to.
    ("users", "state", "active"),
    ("rooms", "posting", "all"),
    ("rooms", "guests", "write"),
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column, default) in COLUMNS {
            let mut column = ColumnDef::new(column);
            let mut altered = altered(table);
            altered.add_column(column.text().not_null().default(default));
            manager.alter_table(altered).await?;
        }
        let mut admins = Query::update().table("users").to_owned();
        admins
            .value("role", "admin")
            .and_where(Expr::col("is_admin"));
        manager.execute(admins).await?;
        let mut users = altered("users");
        users.drop_column("is_admin");
        manager.alter_table(users).await?;
        let mut archived = ColumnDef::new("archived_at");
        let mut rooms = altered("rooms");
        rooms.add_column(archived.big_integer());
        manager.alter_table(rooms).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut rooms = altered("rooms");
        rooms.drop_column("archived_at");
        manager.alter_table(rooms).await?;
        let mut is_admin = ColumnDef::new("is_admin");
        let mut users = altered("users");
        users.add_column(is_admin.boolean().not_null().default(false));
        manager.alter_table(users).await?;
        let mut admins = Query::update().table("users").to_owned();
        admins.value("is_admin", true);
        admins.and_where(Expr::col("role").is_in(["owner", "admin"]));
        manager.execute(admins).await?;
        for (table, column, _) in COLUMNS {
            let mut altered = altered(table);
            altered.drop_column(column);
            manager.alter_table(altered).await?;
        }
        Ok(())
    }
}

fn altered(name: &'static str) -> TableAlterStatement {
    Table::alter().table(name).to_owned()
}
