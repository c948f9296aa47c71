//! Accounts: what proves that somebody is who they say, what is known of their sessions, and names that are held.
//!
//! Of every secret the hash alone is stored: of a password as argon2id writes it, of a code and of what a browser keeps
//! their SHA-256. Sessions from before have no end but the one that slides; an account's gets its last day when it is
//! renewed for the first time.

use sea_orm_migration::prelude::*;

/// The ninth step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0009_accounts"
    }
}

/// Columns that tables of before get: texts are empty in the rows that are there.
const TEXTS: [(&str, &str); 3] = [
    ("users", "bio"),
    // The device and the network that a session was begun from, as its owner is shown them.
    ("sessions", "device"),
    ("sessions", "network"),
];

/// The same of numbers, which are not known of those rows.
const NUMBERS: [(&str, &str); 3] = [
    // Whom a guest has turned out to be.
    ("users", "merged_into"),
    // Days since 1970.
    ("sessions", "seen_day"),
    ("sessions", "lasts_until"),
];

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for (table, column) in TEXTS {
            let mut column = ColumnDef::new(column);
            let mut altered = altered(table);
            altered.add_column(column.text().not_null().default(""));
            manager.alter_table(altered).await?;
        }
        for (table, column) in NUMBERS {
            let mut column = ColumnDef::new(column);
            let mut altered = altered(table);
            altered.add_column(column.big_integer());
            manager.alter_table(altered).await?;
        }
        for table in [credentials(), codes(), browsers(), former_names()] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "former_names",
            "known_browsers",
            "one_time_codes",
            "credentials",
        ] {
            let dropped = Table::drop().table(table).to_owned();
            manager.drop_table(dropped).await?;
        }
        for (table, column) in NUMBERS.into_iter().chain(TEXTS) {
            let mut altered = altered(table);
            altered.drop_column(column);
            manager.alter_table(altered).await?;
        }
        Ok(())
    }
}

fn credentials() -> TableCreateStatement {
    Table::create()
        .table("credentials")
        .col(id())
        .col(user().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(ColumnDef::new("secret").text().not_null())
        .col(time("created_at"))
        .foreign_key(&mut belongs("credentials"))
        .to_owned()
}

/// Codes of which each is used once: to set up the house, to set a password anew, to sign in another device.
fn codes() -> TableCreateStatement {
    Table::create()
        .table("one_time_codes")
        .col(id())
        .col(ColumnDef::new("hash").blob().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(user())
        // What has become of it so far, where it takes more than one step.
        .col(ColumnDef::new("state").text().not_null())
        .col(time("expires_at"))
        .foreign_key(&mut belongs("one_time_codes"))
        .to_owned()
}

/// Browsers in which somebody was signed in: nobody else's failures keep them out.
fn browsers() -> TableCreateStatement {
    Table::create()
        .table("known_browsers")
        .col(id())
        .col(user().not_null())
        .col(ColumnDef::new("token_hash").blob().not_null())
        .col(time("created_at"))
        .foreign_key(&mut belongs("known_browsers"))
        .to_owned()
}

/// What accounts were called until lately, which nobody else may be called yet.
fn former_names() -> TableCreateStatement {
    Table::create()
        .table("former_names")
        .col(id())
        .col(user().not_null())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("skeleton").text().not_null())
        .col(time("held_until"))
        .foreign_key(&mut belongs("former_names"))
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("credentials", "credentials_user_kind", &["user_id", "kind"])
            .unique()
            .to_owned(),
        index("one_time_codes", "one_time_codes_hash", &["hash"])
            .unique()
            .to_owned(),
        index("one_time_codes", "one_time_codes_user", &["user_id"]),
        index("known_browsers", "known_browsers_hash", &["token_hash"])
            .unique()
            .to_owned(),
        index("known_browsers", "known_browsers_user", &["user_id"]),
        index("former_names", "former_names_skeleton", &["skeleton"]),
        index("former_names", "former_names_user", &["user_id"]),
    ]
}

fn id() -> ColumnDef {
    let mut id = ColumnDef::new("id");
    id.big_integer()
        .not_null()
        .auto_increment()
        .primary_key()
        .to_owned()
}

fn user() -> ColumnDef {
    ColumnDef::new("user_id").big_integer().to_owned()
}

fn time(name: &'static str) -> ColumnDef {
    ColumnDef::new(name).big_integer().not_null().to_owned()
}

fn belongs(table: &'static str) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, "user_id")
        .to("users", "id")
        .on_delete(ForeignKeyAction::Cascade)
        .to_owned()
}

fn index(table: &'static str, name: &str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().table(table).name(name).to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}

fn altered(name: &'static str) -> TableAlterStatement {
    Table::alter().table(name).to_owned()
}
