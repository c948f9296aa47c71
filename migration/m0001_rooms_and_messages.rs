//! Users, sessions, rooms, memberships and messages.
//!
//! Every change in a room takes the room's next `seq` and leaves it on the row that changed, so
//! `messages_room_seq` is "what did I miss". `messages_author_client` has no time limit: one send,
//! one message, for ever. `posts` and `ordinal` count what was posted, so that unread is a
//! subtraction. Times are milliseconds since 1970 in UTC.

use sea_orm_migration::prelude::*;

/// The first step of the schema.
pub struct Step;

impl MigrationName for Step {
    fn name(&self) -> &str {
        "m0001_rooms_and_messages"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Step {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            meta(),
            users(),
            sessions(),
            rooms(),
            memberships(),
            messages(),
        ] {
            manager.create_table(table).await?;
        }
        for index in indexes() {
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in [
            "messages",
            "memberships",
            "rooms",
            "sessions",
            "users",
            "meta",
        ] {
            manager
                .drop_table(Table::drop().table(table).to_owned())
                .await?;
        }
        Ok(())
    }
}

/// What belongs to the database as a whole, such as its epoch.
fn meta() -> TableCreateStatement {
    Table::create()
        .table("meta")
        .col(ColumnDef::new("key").text().not_null().primary_key())
        .col(ColumnDef::new("value").text().not_null())
        .to_owned()
}

fn users() -> TableCreateStatement {
    Table::create()
        .table("users")
        .col(id())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("folded").text().not_null())
        .col(ColumnDef::new("kind").text().not_null())
        .col(
            ColumnDef::new("is_admin")
                .boolean()
                .not_null()
                .default(false),
        )
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .to_owned()
}

fn sessions() -> TableCreateStatement {
    Table::create()
        .table("sessions")
        .col(id())
        .col(ColumnDef::new("user_id").big_integer().not_null())
        .col(ColumnDef::new("token_hash").blob().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("expires_at").big_integer().not_null())
        .foreign_key(&mut refers(
            "sessions",
            "user_id",
            "users",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}

fn rooms() -> TableCreateStatement {
    Table::create()
        .table("rooms")
        .col(id())
        .col(ColumnDef::new("name").text().not_null())
        .col(ColumnDef::new("folded").text().not_null())
        .col(ColumnDef::new("description").text().not_null())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("created_by").big_integer())
        .col(counter("seq"))
        .col(counter("posts"))
        .col(ColumnDef::new("last_message_at").big_integer())
        .foreign_key(&mut refers(
            "rooms",
            "created_by",
            "users",
            ForeignKeyAction::SetNull,
        ))
        .to_owned()
}

fn memberships() -> TableCreateStatement {
    Table::create()
        .table("memberships")
        .col(ColumnDef::new("room_id").big_integer().not_null())
        .col(ColumnDef::new("user_id").big_integer().not_null())
        .col(ColumnDef::new("role").text().not_null())
        .col(counter("read_seq"))
        .col(counter("read_posts"))
        .col(ColumnDef::new("joined_at").big_integer().not_null())
        .primary_key(Index::create().col("room_id").col("user_id"))
        .foreign_key(&mut refers(
            "memberships",
            "room_id",
            "rooms",
            ForeignKeyAction::Cascade,
        ))
        .foreign_key(&mut refers(
            "memberships",
            "user_id",
            "users",
            ForeignKeyAction::Cascade,
        ))
        .to_owned()
}

fn messages() -> TableCreateStatement {
    Table::create()
        .table("messages")
        .col(id())
        .col(ColumnDef::new("room_id").big_integer().not_null())
        .col(ColumnDef::new("number").big_integer().not_null())
        .col(ColumnDef::new("seq").big_integer().not_null())
        .col(ColumnDef::new("ordinal").big_integer().not_null())
        .col(ColumnDef::new("author_id").big_integer().not_null())
        .col(ColumnDef::new("author_name").text().not_null())
        .col(ColumnDef::new("client_id").text().not_null())
        .col(ColumnDef::new("body").text().not_null())
        .col(ColumnDef::new("reply_to").big_integer())
        .col(ColumnDef::new("created_at").big_integer().not_null())
        .col(ColumnDef::new("edited_at").big_integer())
        .col(ColumnDef::new("deleted_at").big_integer())
        .foreign_key(&mut refers(
            "messages",
            "room_id",
            "rooms",
            ForeignKeyAction::Cascade,
        ))
        .foreign_key(&mut refers(
            "messages",
            "author_id",
            "users",
            ForeignKeyAction::Restrict,
        ))
        .to_owned()
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        unique("rooms", "rooms_folded", &["folded"]),
        unique("sessions", "sessions_token_hash", &["token_hash"]),
        plain("sessions", "sessions_expires_at", &["expires_at"]),
        plain("sessions", "sessions_user_id", &["user_id"]),
        // Two guests may have had one name at different times; two accounts may not.
        unique("users", "users_folded", &["folded"])
            .and_where(Expr::col("kind").ne("guest"))
            .to_owned(),
        plain("users", "users_name", &["folded"]),
        plain("rooms", "rooms_created_by", &["created_by"]),
        plain("memberships", "memberships_user", &["user_id"]),
        unique("messages", "messages_room_number", &["room_id", "number"]),
        unique("messages", "messages_room_seq", &["room_id", "seq"]),
        unique(
            "messages",
            "messages_author_client",
            &["author_id", "client_id"],
        ),
    ]
}

/// Never given out twice, even after the newest row is deleted.
fn id() -> ColumnDef {
    ColumnDef::new("id")
        .big_integer()
        .not_null()
        .auto_increment()
        .primary_key()
        .to_owned()
}

fn counter(name: &'static str) -> ColumnDef {
    ColumnDef::new(name)
        .big_integer()
        .not_null()
        .default(0)
        .to_owned()
}

fn refers(
    table: &'static str,
    column: &'static str,
    to: &'static str,
    on_delete: ForeignKeyAction,
) -> ForeignKeyCreateStatement {
    ForeignKey::create()
        .from(table, column)
        .to(to, "id")
        .on_delete(on_delete)
        .to_owned()
}

fn plain(table: &'static str, name: &str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create().table(table).name(name).to_owned();
    for column in columns {
        index.col(*column);
    }
    index
}

fn unique(table: &'static str, name: &str, columns: &[&'static str]) -> IndexCreateStatement {
    plain(table, name, columns).unique().to_owned()
}
