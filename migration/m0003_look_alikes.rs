//! Names have two keys, and rooms a place in the alphabet.
//!
//! `folded` is equal for names that differ in case alone, and stays unique; `skeleton` is equal for names
//! that look alike, and is not: of two rooms with one skeleton each may be in the right, which no index
//! can say. `sort_key` is where a room stands in a list. The columns are filled when the database is
//! opened, as after every change of what a key is.

use sea_orm_migration::prelude::*;

/// The third step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0003_look_alikes"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in COLUMNS {
            let mut column = ColumnDef::new(column);
            let add = Table::alter()
                .table(table)
                .add_column(column.text().not_null().default(""))
                .to_owned();
            manager.alter_table(add).await?;
        }
        for (table, name, column) in INDEXES {
            manager.create_index(index(table, name, column)).await?;
        }
        // No query uses it any more.
        manager.drop_index(dropped("users", "users_name")).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, name, _) in INDEXES {
            manager.drop_index(dropped(table, name)).await?;
        }
        for (table, column) in COLUMNS {
            let drop = Table::alter().table(table).drop_column(column).to_owned();
            manager.alter_table(drop).await?;
        }
        manager
            .create_index(index("users", "users_name", "folded"))
            .await?;
        // So that they are filled again on the way up.
        let forget = Query::delete()
            .from_table("meta")
            .and_where(Expr::col("key").eq("names"))
            .to_owned();
        manager.execute(forget).await
    }
}

const COLUMNS: [(&str, &str); 3] = [
    ("rooms", "skeleton"),
    ("rooms", "sort_key"),
    ("users", "skeleton"),
];

const INDEXES: [(&str, &str, &str); 3] = [
    ("rooms", "rooms_skeleton", "skeleton"),
    ("rooms", "rooms_sort_key", "sort_key"),
    ("users", "users_skeleton", "skeleton"),
];

fn index(table: &'static str, name: &str, column: &'static str) -> IndexCreateStatement {
    Index::create()
        .table(table)
        .name(name)
        .col(column)
        .to_owned()
}

fn dropped(table: &'static str, name: &str) -> IndexDropStatement {
    Index::drop().table(table).name(name).to_owned()
}
