//! Guests who signed in to an account are found by it.
//!
//! Few are, so the index has only those.

use sea_orm_migration::prelude::*;

/// The fifteenth step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0015_merged"
    }
}

const INDEX: &str = "users_merged";

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut merged = Index::create().name(INDEX).to_owned();
        merged.table("users").col("merged_into");
        merged.and_where(Expr::col("merged_into").is_not_null());
        manager.create_index(merged).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let mut merged = Index::drop().name(INDEX).to_owned();
        manager.drop_index(merged.table("users").to_owned()).await
    }
}
