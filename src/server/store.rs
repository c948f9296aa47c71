//! The database: how it is opened, who writes, and what everybody reads.
//!
//! *Invariant:* there is one task that writes, on two connections in turn. Everything else reads, on
//! connections that cannot write.

pub mod backup;
mod connect;
pub(crate) mod entity;
mod failure;
pub(crate) mod file;
mod founding;
pub mod lock;
mod log;
mod marks;
mod naming;
mod open_error;
mod reading;
mod trouble;
mod writer;

pub use connect::Connections;
pub use file::FileError;
pub(crate) use founding::{EPOCH, draw_epoch};
pub(crate) use marks::Marks;
pub use open_error::OpenError;
pub use writer::{Publish, Together, Verdicts, Work, Written};
pub(crate) use writer::{Repeated, statement};

use crate::clock::{Clock, Random};
use crate::error::ServiceError;
use entity::room;
use log::Log;
use parlour_migration::{Migrator, MigratorTrait};
use reading::Readers;
use rusqlite::Connection;
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbErr, EntityTrait,
    QueryFilter, TransactionTrait,
};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use writer::Writer;

/// A database that is ready, and where it stands.
pub struct Opened {
    /// Its connections.
    pub connections: Connections,
    /// Which life of the database this is.
    pub epoch: String,
    /// Whether it was founded just now.
    pub is_new: bool,
    /// All rooms that are not deleted.
    pub(crate) rooms: Vec<room::Model>,
}

/// Makes the file and its folder if they are missing, brings the schema up to date, and founds the
/// first room in a database that never had one.
pub async fn open(
    file: &Path,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<Opened, OpenError> {
    let connections = connect::open(file).await?;
    let prepared = async {
        // One transaction: a server killed half-way through finds the schema it left, whole.
        let txn = connections.writer.begin().await?;
        let began = clock.monotonic();
        let known = Migrator::get_applied_migrations(&txn).await?.len();
        let missing = Migrator::get_pending_migrations(&txn).await?.len();
        let is_older = known > 0 && missing > 0;
        if is_older {
            tracing::info!(?file, steps = missing, "bringing the schema up to date");
        }
        Migrator::up(&txn, None).await?;
        naming::renew(&txn).await?;
        let (epoch, is_new) = founding::found(&txn, clock, random).await?;
        txn.commit().await?;
        if is_older {
            let elapsed = clock.monotonic() - began;
            tracing::info!(?file, steps = missing, ?elapsed, "the schema is up to date");
        }
        let rooms = room::Entity::find().filter(room::Column::DeletedAt.is_null());
        let rooms = rooms.all(&connections.readers).await?;
        Ok::<_, DbErr>((epoch, is_new, rooms))
    };
    let (epoch, is_new, rooms) = prepared
        .await
        .map_err(|source| OpenError::said(file, source))?;
    Ok(Opened {
        connections,
        epoch,
        is_new,
        rooms,
    })
}

/// Reads and writes.
pub struct Store {
    writer: Writer,
    readers: DatabaseConnection,
    reading: Readers,
    log: Log,
    /// By which what the store does later is due.
    clock: Arc<dyn Clock>,
}

impl Store {
    /// Starts the writer. `publish` is called after each commit, in commit order.
    pub fn start(connections: Connections, clock: Arc<dyn Clock>, publish: Publish) -> Self {
        Self {
            writer: Writer::start(
                connections.writer,
                connections.committing,
                Arc::clone(&clock),
                publish,
            ),
            readers: connections.readers,
            reading: Readers::new(connections.reading, Arc::clone(&clock)),
            log: Log::new(connections.checkpointing, connections.has_log),
            clock,
        }
    }

    /// Runs `work` in the writer's next transaction. When this answers `Ok`, it is on disk and was
    /// published; when it answers an error, it has done nothing.
    pub async fn write<T, W>(&self, work: W) -> Result<T, ServiceError>
    where
        T: Send + 'static,
        W: for<'t> FnOnce(&'t DatabaseTransaction) -> Work<'t, T> + Send + 'static,
    {
        self.writer.write(work).await
    }

    /// The same for work that is done in one go with others of its kind that wait. Of a group it comes
    /// before all work that is not: between work of which nobody has heard how it ended there is no other
    /// order.
    pub async fn write_together<P: Together>(&self, piece: P) -> Result<P::Answer, ServiceError> {
        self.writer.write_together(piece).await
    }

    /// Which state of the database this is, for [`Remembered`](crate::Remembered): whoever was told of a write finds
    /// another version than before. Only this process's writes count; its lock keeps others out.
    pub fn version(&self) -> u64 {
        self.writer.version()
    }

    /// A text was taken back: what the log still has of it is to go, too.
    pub fn took_back(&self) {
        self.log.is_stale();
    }

    /// Empties the log, if a text that was taken back may be in it. False: somebody reads from it, so it
    /// is worth trying again.
    pub async fn clear_log(&self) -> Result<bool, ServiceError> {
        self.log.clear().await
    }

    /// Reads with plain calls, all of it in one state of the database: for what is read all the time.
    pub async fn read<T, W>(&self, work: W) -> Result<T, ServiceError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, ServiceError> + Send + 'static,
    {
        self.reading.read(work).await
    }

    /// For one query.
    pub fn reader(&self) -> &DatabaseConnection {
        &self.readers
    }

    /// For several queries that must see one state of the database. Ends when it is dropped.
    pub async fn snapshot(&self) -> Result<DatabaseTransaction, ServiceError> {
        Ok(self.readers.begin().await?)
    }

    /// Whether the database answers and the writer takes work.
    pub async fn answers(&self) -> bool {
        let asked = self.readers.execute_unprepared("SELECT 1");
        let answer = tokio::time::timeout(Duration::from_secs(2), asked).await;
        self.writer.is_open() && matches!(answer, Ok(Ok(_)))
    }

    /// Takes no more work, finishes what is queued, closes the connections.
    pub async fn drain(&self) {
        self.writer.drain().await;
        self.reading.drain().await;
        self.log.close().await;
        if let Err(error) = self.readers.close_by_ref().await {
            tracing::warn!(%error, "readers did not close");
        }
    }
}
