//! Access to a database for tests, past all rules. Another back end has to offer the same.

use super::db::{Column, Db};
use super::members::{self, Ending, NewMembership};
use super::rooms::any;
use super::writer::Written;
use super::{RoomDraft, Store, draw_direct_id, draw_hidden_id};
use crate::clock::SystemRandom;
use crate::error::ServiceError;
use crate::invalidation::Source;
use crate::names;
use parlour_migration::{Migrator, MigratorTrait};
use parlour_protocol::{
    LeftReason, Room, RoomId, RoomKind, RoomRole, RoomRules, Timestamp, UserId,
};
use rusqlite::Connection;
use std::path::Path;
use std::sync::{Arc, Mutex, mpsc};
use tokio::sync::oneshot;

/// A type that a column can be read as.
pub trait Value: Column + Send + 'static {}

impl<T: Column + Send + 'static> Value for T {}

/// Blocks the writer until this is dropped.
pub struct Held(#[expect(dead_code, reason = "dropping it is what counts")] mpsc::Sender<()>);

impl Store {
    /// Runs statements in the writer's next transaction.
    ///
    /// # Panics
    /// They fail.
    pub async fn execute_sql(&self, sql: impl Into<String>) {
        let sql = sql.into();
        let executed = self.write(move |db| {
            db.execute_batch(&sql)?;
            Ok(Written::quietly(()))
        });
        executed.await.expect("statements that a test may run");
        // Nothing says what they changed.
        self.invalidations.ended([Source::Everything]);
    }

    /// Makes the database refuse messages whose text is like this.
    ///
    /// # Panics
    /// It does not take the trigger.
    pub async fn refuse_messages_like(&self, pattern: &str) {
        let when = format!(
            "CREATE TRIGGER refusing BEFORE INSERT ON messages WHEN NEW.body LIKE '{pattern}'"
        );
        let sqlite = format!("{when} BEGIN SELECT RAISE(ABORT, 'not this one'); END");
        let postgres = format!(
            "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS \
            $$ BEGIN RAISE 'not this one'; END $$; \
            CREATE TRIGGER refusing BEFORE INSERT ON messages FOR EACH ROW \
            WHEN (NEW.body LIKE '{pattern}') EXECUTE FUNCTION refuse()"
        );
        let refused = self.write(move |db| {
            db.execute_batch(match db {
                Db::Sqlite(_) => &sqlite,
                Db::Postgres(_) => &postgres,
            })?;
            Ok(Written::quietly(()))
        });
        refused.await.expect("a trigger that a test may make");
    }

    /// The first column of all rows.
    ///
    /// # Panics
    /// The query fails.
    pub async fn query_sql<T: Value>(&self, sql: impl Into<String>) -> Vec<T> {
        self.query_column(sql, 0).await
    }

    /// One column of all rows, counted from 0.
    ///
    /// # Panics
    /// The query fails.
    pub async fn query_column<T: Value>(&self, sql: impl Into<String>, column: usize) -> Vec<T> {
        let sql = sql.into();
        let read = self.read(move |db| Ok(db.column(&sql, column)?));
        read.await.expect("a query that a test may ask")
    }

    /// Makes a room of any kind, of which the maker is the first member.
    ///
    /// # Panics
    /// It cannot be made.
    pub async fn make_room(&self, kind: RoomKind, maker: UserId, name: &str) -> Room {
        let name = names::room_name(name).expect("a name that keeps the rules");
        let hidden_id = match kind {
            RoomKind::Open => None,
            RoomKind::Closed => Some(draw_hidden_id(&SystemRandom)),
            RoomKind::Direct => Some(draw_direct_id(&SystemRandom)),
        };
        let draft = RoomDraft {
            maker,
            rules: RoomRules::of(kind),
            hidden_id,
            sort_key: names::sort_key(&name.shown),
            name,
            description: String::new(),
            now: self.clock.now(),
        };
        let made = self.create_room(draft, |_, _| Ok(())).await;
        made.expect("a room that can be made")
    }

    /// Makes a person a member, whoever may see the room. A member stays as they are.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], or the database failed.
    pub async fn let_in(
        &self,
        user: UserId,
        id: RoomId,
        now: Timestamp,
    ) -> Result<(), ServiceError> {
        self.write(move |db| {
            let room = any(db, id)?.ok_or(ServiceError::RoomNotFound)?.into();
            if members::is_member(db, user, id)? {
                return Ok(Written::quietly(()));
            }
            let new = NewMembership::of(&room, RoomRole::Member, now);
            Ok(Written {
                publish: members::begin(db, &room, user, &new)?,
                value: (),
            })
        })
        .await
    }

    /// Ends a person's membership, whoever they are. False: there was none.
    ///
    /// # Errors
    /// [`ServiceError::RoomNotFound`], or the database failed.
    pub async fn put_out(&self, user: UserId, id: RoomId) -> Result<bool, ServiceError> {
        self.write(move |db| {
            any(db, id)?.ok_or(ServiceError::RoomNotFound)?;
            if !members::is_member(db, user, id)? {
                return Ok(Written::quietly(false));
            }
            Ok(Written {
                publish: members::end(db, id, user, Ending::By(LeftReason::PutOut))?,
                value: true,
            })
        })
        .await
    }

    /// Holds the writer in a transaction.
    pub async fn hold_the_writer(self: &Arc<Self>) -> Held {
        let (begin, began) = oneshot::channel();
        let (held, hold) = mpsc::channel::<()>();
        let (begin, hold) = (Mutex::new(Some(begin)), Mutex::new(hold));
        let store = self.clone();
        tokio::spawn(async move {
            let work = store.write(move |_| {
                let begin = begin.lock().expect("no test panics there").take();
                begin.map(|begin| begin.send(()));
                // An error: it was dropped.
                let _ = hold.lock().expect("no test panics there").recv();
                Ok(Written::quietly(()))
            });
            drop(work.await);
        });
        began.await.expect("the writer begins");
        Held(held)
    }
}

/// A connection of another program that has the file open.
pub struct OtherProgram(Db);

impl OtherProgram {
    /// Opens the file, or makes it.
    ///
    /// # Panics
    /// It cannot be opened.
    pub fn open(file: &Path) -> Self {
        let connection = Connection::open(file).expect("a file that can be opened");
        let checked = connection.pragma_update(None, "foreign_keys", "ON");
        checked.expect("a connection that can be set");
        Self(Db::Sqlite(connection))
    }

    /// Runs statements.
    ///
    /// # Panics
    /// They fail.
    pub fn execute(&self, sql: &str) {
        let executed = self.0.execute_batch(sql);
        executed.expect("statements that a test may run");
    }

    /// The first column of all rows.
    ///
    /// # Panics
    /// The query fails.
    pub fn query<T: Value>(&self, sql: &str) -> Vec<T> {
        self.0.column(sql, 0).expect("a query that a test may ask")
    }
}

/// Takes the newest steps of the schema back, or all of them.
///
/// # Panics
/// They cannot be taken back.
pub async fn step_back(file: &Path, steps: Option<u32>) {
    let schema = super::connect::schema(file).await.expect("a database");
    let back = Migrator::down(&schema, steps).await;
    back.expect("steps that have a way back");
    schema.close().await.expect("a file that closes");
}

/// Takes all steps of the schema.
///
/// # Panics
/// They cannot be taken.
pub async fn step_forward(file: &Path) {
    let schema = super::connect::schema(file).await.expect("a database");
    let forward = Migrator::up(&schema, None).await;
    forward.expect("steps that can be taken");
    schema.close().await.expect("a file that closes");
}
