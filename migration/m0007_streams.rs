//! The streams beside the rooms: one of the house, of what people are called, and one of each person, of the rooms
//! they came to or left and of how far they have read them.
//!
//! As in a room, a change takes the next `seq` of its stream and leaves it on the row that changed: the house's on the
//! user, a person's on their membership. The house counts in the one row of `house`, a person in `users.me_seq`. What
//! was there before this step has no seq: it is in what a client begins with. No index leads to the seqs of
//! memberships, since each read receipt moves one: a person's are found by the index on whose they are.

use sea_orm_migration::prelude::*;

/// The seventh step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0007_streams"
    }
}

/// The columns that count or keep a seq.
const COLUMNS: [(&str, &str); 3] = [
    ("users", "seq"),
    ("users", "me_seq"),
    ("memberships", "me_seq"),
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut house = Table::create().table("house").to_owned();
        let mut id = ColumnDef::new("id");
        house.col(id.big_integer().not_null().primary_key());
        house.col(counter("seq"));
        manager.create_table(house).await?;
        let mut row = Query::insert().into_table("house").to_owned();
        row.columns(["id", "seq"])
            .values_panic([1.into(), 0.into()]);
        manager.execute(row).await?;
        for (table, column) in COLUMNS {
            let mut altered = altered(table);
            altered.add_column(counter(column));
            manager.alter_table(altered).await?;
        }
        let mut changed = Index::create().name("users_changed").to_owned();
        changed.table("users").col("seq");
        changed.and_where(Expr::col("seq").gt(0));
        manager.create_index(changed).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut index = Index::drop().name("users_changed").to_owned();
        manager.drop_index(index.table("users").to_owned()).await?;
        for (table, column) in COLUMNS {
            let mut altered = altered(table);
            altered.drop_column(column);
            manager.alter_table(altered).await?;
        }
        let house = Table::drop().table("house").to_owned();
        manager.drop_table(house).await
    }
}

fn altered(name: &'static str) -> TableAlterStatement {
    Table::alter().table(name).to_owned()
}

fn counter(name: &'static str) -> ColumnDef {
    let mut column = ColumnDef::new(name);
    column.big_integer().not_null().default(0).to_owned()
}
