//! What people need who come back, and who leave: a link that sets a password anew, one that signs in another device, and
//! what is still to be done for who has deleted their account.
//!
//! Of a code it is kept who made it and in which session, so that it holds no longer than they may give it, and what is
//! known of the device that opened it.

use sea_orm_migration::prelude::*;

/// The thirteenth step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0013_people"
    }
}

const CODES: &str = "one_time_codes";

/// Whoever made a code, none for the machine; and the session in which they did.
const NUMBERS: [&str; 2] = ["made_by", "session_id"];

/// The device that opened a code, and its network, as their owner is shown them.
const TEXTS: [&str; 2] = ["device", "network"];

/// The SHA-256 of what the browser keeps that opened a code.
const OPENER: &str = "opener_hash";

/// Of who has deleted their account: what becomes of their messages, nothing once that is done; and up to which
/// idempotency key it is.
const LEAVING: [&str; 2] = ["leaving", "left_after"];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let numbers = NUMBERS.map(|name| ColumnDef::new(name).big_integer().to_owned());
        let texts = TEXTS.map(|name| {
            let mut column = ColumnDef::new(name);
            column.text().not_null().default("").to_owned()
        });
        let opener = ColumnDef::new(OPENER).blob().to_owned();
        for column in numbers.into_iter().chain(texts).chain([opener]) {
            let mut codes = altered(CODES);
            manager
                .alter_table(codes.add_column(column).to_owned())
                .await?;
        }
        for name in LEAVING {
            let mut column = ColumnDef::new(name);
            let mut users = altered("users");
            users.add_column(column.text().not_null().default(""));
            manager.alter_table(users).await?;
        }
        let mut leaving = Index::create()
            .name("users_leaving")
            .table("users")
            .to_owned();
        leaving.col("id").and_where(Expr::col("leaving").ne(""));
        manager.create_index(leaving).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut leaving = Index::drop().name("users_leaving").to_owned();
        manager
            .drop_index(leaving.table("users").to_owned())
            .await?;
        for name in LEAVING {
            let mut users = altered("users");
            manager
                .alter_table(users.drop_column(name).to_owned())
                .await?;
        }
        for column in NUMBERS.into_iter().chain(TEXTS).chain([OPENER]) {
            let mut codes = altered(CODES);
            manager
                .alter_table(codes.drop_column(column).to_owned())
                .await?;
        }
        Ok(())
    }
}

fn altered(name: &'static str) -> TableAlterStatement {
    Table::alter().table(name).to_owned()
}
