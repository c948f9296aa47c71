//! Who is kept out of a room, and who decides about one.
//!
//! A room's maker was its owner whatever their membership said, and one who left had none. From here on the role in the
//! room decides, and an owner who leaves keeps it in the row that is left: every maker gets it here.

use sea_orm_migration::prelude::*;

/// The tenth step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0010_bans"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(bans()).await?;
        let connection = manager.get_connection();
        connection.execute_unprepared(OWN).await?;
        connection.execute_unprepared(OWN_FROM_AFAR).await.map(drop)
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager
            .drop_table(Table::drop().table("bans").to_owned())
            .await
    }
}

const OWN: &str = "UPDATE memberships SET role = 'owner' WHERE EXISTS \
    (SELECT 1 FROM rooms WHERE rooms.id = room_id AND rooms.created_by = user_id)";

const OWN_FROM_AFAR: &str = "INSERT INTO memberships (room_id, user_id, role, joined_at, state) \
    SELECT id, created_by, 'owner', created_at, 'out' FROM rooms WHERE created_by IS NOT NULL \
    AND NOT EXISTS (SELECT 1 FROM memberships WHERE room_id = rooms.id AND user_id = created_by)";

/// A ban without an end has none until it is lifted.
fn bans() -> TableCreateStatement {
    Table::create()
        .table("bans")
        .col(ColumnDef::new("room_id").big_integer().not_null())
        .col(ColumnDef::new("user_id").big_integer().not_null())
        .col(ColumnDef::new("by_id").big_integer())
        .col(ColumnDef::new("reason").text().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("ends_at").big_integer())
        .primary_key(Index::create().col("room_id").col("user_id"))
        .foreign_key(&mut refers("room_id", "rooms", ForeignKeyAction::Cascade))
        .foreign_key(&mut refers("user_id", "users", ForeignKeyAction::Cascade))
        .foreign_key(&mut refers("by_id", "users", ForeignKeyAction::SetNull))
        .to_owned()
}

fn refers(
    column: &'static str,
    to: &'static str,
    on_delete: ForeignKeyAction,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from("bans", column)
        .to(to, "id")
        .on_delete(on_delete)
        .to_owned()
}
