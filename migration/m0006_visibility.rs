//! Rooms that not everybody may see, and memberships that are over and leave a trace.
//!
//! An `open` room is for all; a `closed` or `direct` one is for its members alone: those whose membership is `in`.
//! One that is `out` is what is left of a membership of such a room. A name is unique among open rooms, since a room
//! that somebody may not see must not be in their way; and open rooms are listed by an index that has no others, so
//! that a list stays a range of it however many rooms are hidden.
//!
//! The ids of open rooms are counted in `meta` from here on: others are drawn from a range of their own, and must not
//! move the next one that an open room gets.

use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::DbBackend;

/// The sixth step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0006_visibility"
    }
}

/// The key in `meta` of the last id that an open room got.
const LAST_ROOM: &str = "last_open_room";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column, default) in COLUMNS {
            let mut column = ColumnDef::new(column);
            let mut altered = altered(table);
            altered.add_column(column.text().not_null().default(default));
            manager.alter_table(altered).await?;
        }
        count_rooms(manager).await?;
        manager.drop_index(dropped("rooms_folded")).await?;
        manager.drop_index(dropped("rooms_sort_key")).await?;
        let mut folded = index("rooms_folded", &["folded"]).unique().to_owned();
        folded.and_where(Expr::col("kind").eq("open"));
        manager.create_index(folded).await?;
        let mut listed = index("rooms_listed", &["sort_key", "id"]);
        listed.and_where(Expr::col("kind").eq("open"));
        listed.and_where(Expr::col("deleted_at").is_null());
        manager.create_index(listed).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // Before this step everybody saw every room, and every row was a membership: what not all may see is gone.
        let mut hidden = Query::delete().from_table("rooms").to_owned();
        hidden.and_where(Expr::col("kind").ne("open"));
        manager.execute(hidden).await?;
        let mut over = Query::delete().from_table("memberships").to_owned();
        over.and_where(Expr::col("state").ne("in"));
        manager.execute(over).await?;
        let mut counted = Query::delete().from_table("meta").to_owned();
        counted.and_where(Expr::col("key").eq(LAST_ROOM));
        manager.execute(counted).await?;
        manager.drop_index(dropped("rooms_listed")).await?;
        manager.drop_index(dropped("rooms_folded")).await?;
        let folded = index("rooms_folded", &["folded"]).unique().to_owned();
        manager.create_index(folded).await?;
        manager
            .create_index(index("rooms_sort_key", &["sort_key"]))
            .await?;
        for (table, column, _) in COLUMNS {
            let mut altered = altered(table);
            altered.drop_column(column);
            manager.alter_table(altered).await?;
        }
        Ok(())
    }
}

const COLUMNS: [(&str, &str, &str); 2] =
    [("rooms", "kind", "open"), ("memberships", "state", "in")];

/// No id is given out twice, also where the newest rooms are gone: of those SQLite kept count itself.
async fn count_rooms(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let connection = manager.get_connection();
    let last = match connection.get_database_backend() {
        DbBackend::Sqlite => {
            "SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = 'rooms'"
        }
        _ => "SELECT coalesce(max(id), 0) FROM rooms",
    };
    let count =
        format!("INSERT INTO meta (key, value) SELECT '{LAST_ROOM}', CAST(({last}) AS TEXT)");
    connection.execute_unprepared(&count).await.map(drop)
}

fn altered(name: &'static str) -> TableAlterStatement {
    Table::alter().table(name).to_owned()
}

fn index(name: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().table("rooms").name(name).to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}

fn dropped(name: &'static str) -> IndexDropStatement {
    Index::drop().table("rooms").name(name).to_owned()
}
