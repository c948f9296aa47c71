//! The store: the only place that knows a database. It speaks of rooms, members and messages; no connection,
//! no SQL and no driver's error is in what it asks for or answers.
//!
//! A read is a verb that is named by its answer. A write is *facts → decision → rows*: the store reads what
//! is known, a pure function of the context that asks decides, and the store writes what follows, in one
//! transaction; what it publishes goes out after the commit. So the rules stand once, for any back end.
//!
//! The back end is SQLite. Two libraries speak to it, and a third is beneath them: everything that is asked
//! while the server serves goes through *rusqlite*, because a statement there is a call on the thread that
//! asks, and costs less than the way to another thread and back that the others take; the steps of the
//! schema are *SeaORM*'s, and what is done once with them when a database is opened; backups, which run for
//! long beside everything else, and SeaORM itself use *sqlx*. One SQLite is linked in for all of them.
//!
//! *Invariant:* there is one task that writes, on one connection. Everything else reads, on connections that
//! cannot write.

pub mod backup;
mod bootstrap;
mod changes;
mod connect;
mod db;
mod failure;
pub(crate) mod file;
mod finding;
mod history;
pub mod lock;
mod log;
mod members;
mod messages;
mod meta;
mod naming;
mod open_error;
mod outage;
mod people;
mod posting;
mod read_receipts;
mod reading;
mod rooms;
mod sweep;
mod tables;
pub mod testing;
mod writer;

use bootstrap::{EPOCH, draw_epoch};
pub use changes::SyncPage;
pub use connect::Connections;
pub use file::FileError;
pub use history::{Listed, Opened, View};
pub use members::{NewMembership, ReadPosition, ReadUpTo, Standing};
pub use messages::{Change, Changed};
pub use open_error::OpenError;
pub use people::{GuestDraft, NameHolder, ProvedSession};
pub use posting::{DecidePost, Draft, NewPost, PostDecision, PostFacts, Posted, RoomState};
pub(crate) use read_receipts::ReadReceipts;
pub use rooms::{Listing, NearName, RoomChange, RoomDraft, RoomsPart, StoredRoom, Viewer};
pub use tables::Role;
pub use writer::Publish;
use writer::{BatchWrite, Written};

use crate::clock::{Clock, Random};
use crate::error::ServiceError;
use db::{Db, statement, values};
use log::Log;
use parlour_migration::{Migrator, MigratorTrait};
use parlour_protocol::RoomId;
use reading::Readers;
use sea_orm::{DatabaseConnection, DbErr, TransactionTrait};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use writer::Writer;

/// A database that is ready, and where it stands.
pub struct OpenedStore {
    /// The connections to it, not yet in use.
    pub connections: Connections,
    /// The database's epoch, which every backup and restore draws anew.
    pub epoch: String,
    /// Whether this start made it.
    pub is_new: bool,
    /// The `seq` and number of posts of each room that is not deleted.
    pub rooms: Vec<(RoomId, RoomState)>,
}

/// Makes the file and its folder if they are missing, brings the schema up to date, and makes the first room
/// in a database that never had one.
///
/// # Errors
/// There is no place for it, it is of a later version, or it cannot be read or written.
pub async fn open(
    file: &Path,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<OpenedStore, OpenError> {
    let (schema, connections) = connect::open(file).await?;
    let prepared = prepare(&schema, file, clock, random).await;
    let (epoch, is_new) = prepared.map_err(|source| OpenError::new(file, source))?;
    let rooms = rooms::states(&connections.writing);
    let rooms = rooms.map_err(|source| OpenError::new(file, source))?;
    Ok(OpenedStore {
        connections,
        epoch,
        is_new,
        rooms,
    })
}

/// One transaction: a process that is killed half-way leaves the schema as it was.
async fn prepare(
    schema: &DatabaseConnection,
    file: &Path,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<(String, bool), DbErr> {
    let txn = schema.begin().await?;
    let began = clock.monotonic();
    let known = Migrator::get_applied_migrations(&txn).await?.len();
    let missing = Migrator::get_pending_migrations(&txn).await?.len();
    let is_older = known > 0 && missing > 0;
    if is_older {
        tracing::info!(?file, steps = missing, "bringing the schema up to date");
    }
    Migrator::up(&txn, None).await?;
    naming::renew(&txn).await?;
    let bootstrapped = bootstrap::bootstrap(&txn, clock, random).await?;
    txn.commit().await?;
    if is_older {
        let elapsed = clock.monotonic() - began;
        tracing::info!(?file, steps = missing, ?elapsed, "the schema is up to date");
    }
    schema.close_by_ref().await?;
    Ok(bootstrapped)
}

/// Reads and writes. The verbs are in the modules below.
pub struct Store {
    writer: Writer,
    readers: Readers,
    log: Log,
    /// The clock by which delayed writes are due.
    clock: Arc<dyn Clock>,
}

impl Store {
    /// Starts the writer. `publish` is called after each commit, in commit order.
    pub fn start(connections: Connections, clock: Arc<dyn Clock>, publish: Publish) -> Self {
        Self {
            writer: Writer::start(connections.writing, Arc::clone(&clock), publish),
            readers: Readers::new(connections.reading, Arc::clone(&clock)),
            log: Log::new(connections.checkpointing, connections.has_log),
            clock,
        }
    }

    /// The version of the database's contents, for `VersionedCache`: an entry of an older version
    /// is stale. A write has another version before it is answered. Only this process writes.
    pub fn version(&self) -> u64 {
        self.writer.version()
    }

    /// Notes that a text was edited or deleted, so that the write-ahead log is emptied of it.
    pub fn took_back(&self) {
        self.log.is_stale();
    }

    /// Empties the write-ahead log if an edited or deleted text may be in it. False: a reader still uses it, so try
    /// again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn clear_log(&self) -> Result<bool, ServiceError> {
        self.log.clear().await
    }

    /// Whether the database answers and the writer takes work.
    pub async fn answers(&self) -> bool {
        let asked = self.read(|db| Ok(statement(db, "SELECT 1")?.exists(values![])?));
        let answer = tokio::time::timeout(Duration::from_secs(2), asked).await;
        self.writer.is_open() && matches!(answer, Ok(Ok(_)))
    }

    /// Graceful shutdown: takes no more work, finishes what is queued, closes the connections.
    pub async fn drain(&self) {
        self.writer.drain().await;
        self.readers.drain().await;
        self.log.close().await;
    }

    /// [Writes](Writer::write) a single piece of work.
    async fn write<T, W>(&self, work: W) -> Result<T, ServiceError>
    where
        T: Send + 'static,
        W: Fn(&Db) -> Result<Written<T>, ServiceError> + Send + 'static,
    {
        self.writer.write(work).await
    }

    /// [Writes](Writer::write_batched) work of a kind that comes in batches.
    async fn write_batched<P: BatchWrite>(&self, piece: P) -> Result<P::Answer, ServiceError> {
        self.writer.write_batched(piece).await
    }

    /// Reads in one snapshot of the database.
    async fn read<T, W>(&self, work: W) -> Result<T, ServiceError>
    where
        T: Send + 'static,
        W: FnOnce(&Db) -> Result<T, ServiceError> + Send + 'static,
    {
        self.readers.read(work).await
    }
}
