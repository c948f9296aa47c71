//! Who wrote in a room they are a member of, and changes of a room's name and description.
//!
//! Before, whoever opened a room was a member of it: a room in which one never wrote may be there by accident, and is
//! offered for leaving. It is kept with the membership, since no index leads to the messages of somebody in a room. A
//! change of a room takes its next `seq`, as one of a message does, and leaves it on the room's row, so that "what did
//! I miss" tells of it.

use sea_orm_migration::prelude::*;

/// The fifth step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0005_wrote_and_changed_rooms"
    }
}

/// All messages once, in one pass, and not all of somebody's for each of their rooms.
const FILL: &str = "UPDATE memberships SET wrote = TRUE \
    FROM (SELECT DISTINCT room_id, author_id FROM messages) AS written \
    WHERE memberships.room_id = written.room_id AND memberships.user_id = written.author_id";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut wrote = ColumnDef::new("wrote");
        let mut memberships = table("memberships");
        memberships.add_column(wrote.boolean().not_null().default(false));
        manager.alter_table(memberships).await?;
        manager.get_connection().execute_unprepared(FILL).await?;
        let mut changed = ColumnDef::new("changed_seq");
        let mut rooms = table("rooms");
        rooms.add_column(changed.big_integer().not_null().default(0));
        manager.alter_table(rooms).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut rooms = table("rooms");
        rooms.drop_column("changed_seq");
        manager.alter_table(rooms).await?;
        let mut memberships = table("memberships");
        memberships.drop_column("wrote");
        manager.alter_table(memberships).await
    }
}

fn table(name: &'static str) -> TableAlterStatement {
    Table::alter().table(name).to_owned()
}
