//! What people may say of themselves beside a sentence: how far their clock is from UTC, which others are shown, and a
//! mail address, which nobody else is.

use sea_orm_migration::prelude::*;

/// The seventeenth step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0017_profile"
    }
}

/// Minutes that somebody's clock is before UTC; nothing of who does not show it.
const OFFSET: &str = "utc_offset";

/// Empty for none.
const MAIL: &str = "mail";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let offset = ColumnDef::new(OFFSET).big_integer().to_owned();
        let mut mail = ColumnDef::new(MAIL);
        let mail = mail.text().not_null().default("").to_owned();
        for column in [offset, mail] {
            manager
                .alter_table(users().add_column(column).to_owned())
                .await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for name in [OFFSET, MAIL] {
            manager
                .alter_table(users().drop_column(name).to_owned())
                .await?;
        }
        Ok(())
    }
}

fn users() -> TableAlterStatement {
    Table::alter().table("users").to_owned()
}
