//! The store: the only place that knows a database. It speaks of rooms, members and messages; no connection,
//! no SQL and no driver's error is in what it asks for or answers.
//!
//! A read is a verb that is named by its answer. A write is *facts → decision → rows*: the store reads what
//! is known, a pure function of the context that asks decides, and the store writes what follows, in one
//! transaction; what it publishes goes out after the commit. So the rules stand once, for any back end.
//!
//! The back end is a file of SQLite, or a server of PostgreSQL. The verbs ask either through one small interface
//! (`db`), in SQL that both understand; where a server has to be asked otherwise, since each question costs a way
//! through the network, what differs is in `postgres`.
//!
//! To SQLite speak two libraries, and a third is beneath them: everything that is asked
//! while the server serves goes through *rusqlite*, because a statement there is a call on the thread that
//! asks, and costs less than the way to another thread and back that the others take; the steps of the
//! schema are *SeaORM*'s, and what is done once with them when a database is opened; backups, which run for
//! long beside everything else, and SeaORM itself use *sqlx*. One SQLite is linked in for all of them. To PostgreSQL
//! it is *tokio-postgres* that serves, because it sends statements together that do not wait for each other.
//!
//! *Invariant:* there is one task that writes, on one connection. Everything else reads, on connections that
//! cannot write.

mod accounts;
mod administration;
mod alone;
mod author;
mod authorship;
pub mod backup;
mod beside;
mod bootstrap;
mod cards;
mod changes;
mod completions;
mod connect;
pub mod copy;
mod dates;
mod db;
mod device_links;
mod direct;
mod direct_names;
pub mod epoch;
mod export;
mod failure;
mod favourites;
pub(crate) mod file;
mod finding;
mod former_guests;
mod hidden_ids;
mod history;
mod house;
mod house_settings;
mod invites;
mod keeping;
mod kept;
mod known;
mod leaving;
mod listing;
pub mod lock;
mod log;
mod members;
mod mention_counts;
mod mentionable;
mod mentioning;
mod mentions;
mod merging;
mod message_ids;
mod messages;
mod meta;
mod naming;
mod open_error;
mod outage;
mod people;
mod person;
mod person_seqs;
mod pins;
mod postgres;
mod posting;
mod profile;
mod quotes;
mod reactions;
mod read_receipts;
mod reading;
mod requests;
mod resets;
mod revisions;
mod roles;
mod room_changes;
mod rooms;
mod saved;
mod schema;
mod secrets;
mod sessions;
mod standing_told;
mod sweep;
mod tables;
pub mod testing;
mod threads;
mod undoable;
mod undoing;
mod writer;

pub use accounts::{AccountDraft, AccountFacts, KnownAccount, MadeAccount};
pub use administration::{Deed, KnownPerson, PeopleWanted, PersonFacts};
pub use author::Author;
use bootstrap::{Begun, EPOCH, draw_epoch};
pub use cards::Card;
pub use changes::SyncPage;
pub use completions::{Callable, Called};
pub use connect::Connections;
pub use device_links::{DeviceLink, DeviceLinkDraft, LinkState, LinkStep, Opener};
pub use direct::DirectDraft;
pub use export::OwnRoom;
pub use file::FileError;
pub use hidden_ids::{draw_direct_id, draw_hidden_id};
pub use history::{Listed, Opened, View};
pub use house::HousePage;
pub use invites::{
    Accepted, Accepting, Invite, InviteDraft, InviteFacts, InviteTo, Invites, InvitingFacts,
    WhichInvite,
};
pub use keeping::{Ban, Keeping, KeepingFacts, Member, Target};
pub use known::Known;
pub use leaving::Leaving;
pub use listing::{Listing, RoomsPart};
pub use members::{NewMembership, ReadPosition, ReadUpTo, Standing};
pub use mention_counts::UnreadMentions;
pub use mentionable::{Everybody, Mentionable};
pub use mentioning::MentionedBefore;
pub use mentions::Mentioned;
pub use merging::MergeDraft;
pub use message_ids::MessageIds;
pub use messages::{Change, Changed};
pub use open_error::OpenError;
pub use people::{GuestDraft, NameHolder, ProvedSession};
pub use person::{PersonPage, PersonState};
pub use pins::Pin;
pub use posting::{DecidePost, Draft, NewPost, PostDecision, PostFacts, PostPlace, Posted};
pub use profile::Profile;
pub use quotes::Answered;
pub use reactions::{OwnReaction, ReactionDraft};
pub(crate) use reactions::{mark as mark_own, reacted};
pub(crate) use read_receipts::ReadReceipts;
pub use requests::{Asked, JoinRequest};
pub use resets::{ResetBy, ResetDraft, ResetFacts};
pub use revisions::{Earlier, OwnRevision};
pub use room_changes::RoomChange;
pub use rooms::{KnownRoom, RoomDraft, RoomState, StoredRoom, Viewer};
pub use saved::{OwnSaved, Saved};
pub use sessions::{Ending, OwnSession, SessionDraft};
pub use threads::Thread;
pub use undoable::{UNDO_MS, Undoable};
pub use writer::Publish;
use writer::{BatchWrite, Written};

use crate::clock::{Clock, Random};
use crate::config::{DatabaseSettings, DatabaseUrl, PostgresUrl, StoredSettings};
use crate::error::{Class, ServiceError, StoreError};
use crate::invalidation::Invalidations;
use db::{Db, statement, values};
use log::Log;
use open_error::NewerStep;
use parlour_migration::{Migrator, MigratorTrait, known_steps};
use parlour_protocol::Seq;
use postgres::{Endpoint, Served};
use reading::Readers;
use sea_orm::{DatabaseConnection, DbErr, TransactionTrait};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use writer::Writer;

/// A database that is ready, and where it stands.
pub struct OpenedStore {
    /// The connections to it, not yet in use.
    pub connections: Connections,
    /// The database's epoch, which every backup and restore draws anew.
    pub epoch: String,
    /// By what its messages are told apart outside of it.
    pub message_ids: MessageIds,
    /// Whether this start made it.
    pub is_new: bool,
    /// Each room that is not deleted.
    pub rooms: Vec<KnownRoom>,
    /// The `seq` of the house's stream.
    pub house: Seq,
    /// The settings that were changed while it was served.
    pub settings: StoredSettings,
}

/// Makes the file and its folder if they are missing, brings the schema up to date, and makes the first room
/// in a database that never had one.
///
/// # Errors
/// There is no place for it, it is of a later version, or it cannot be read or written. A server of PostgreSQL cannot
/// be reached, has another product's tables, would lose what it acknowledges, or is served by another Parlour.
pub async fn open(
    settings: &DatabaseSettings,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<OpenedStore, OpenError> {
    match &settings.url {
        DatabaseUrl::Sqlite(file) => open_file(file, &*clock, &*random).await,
        DatabaseUrl::Postgres(url) => open_server(url, settings, clock, random).await,
    }
}

async fn open_file(
    file: &Path,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<OpenedStore, OpenError> {
    let (schema, mut connections) = connect::open(file).await?;
    let refused = refuse_unserved(&schema).await;
    refused.map_err(|source| OpenError::new(file, source))?;
    let prepared = prepare(&schema, file, clock, random).await;
    let begun = prepared.map_err(|source| OpenError::new(file, source))?;
    let known = connections.writing.ready().and_then(|(db, _)| {
        Ok((
            rooms::known(db)?,
            house::seq(db)?,
            house_settings::stored(db)?,
        ))
    });
    let (rooms, house, settings) = known.map_err(|source| OpenError::new(file, source))?;
    Ok(OpenedStore {
        connections,
        epoch: begun.epoch,
        message_ids: begun.message_ids,
        is_new: begun.is_new,
        rooms,
        house,
        settings,
    })
}

/// The same for a database of PostgreSQL, whose lease is taken.
async fn open_server(
    url: &PostgresUrl,
    settings: &DatabaseSettings,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
) -> Result<OpenedStore, OpenError> {
    let place = url.to_string();
    let endpoint = Endpoint::new(url, settings).map_err(|error| OpenError::Tls {
        place: place.clone(),
        reason: error.to_string(),
    })?;
    let (node, readers) = (settings.node(), settings.readers());
    let shown = PathBuf::from(&place);
    let runtime = tokio::runtime::Handle::current();
    let prepared = {
        let (shown, random) = (shown.clone(), Arc::clone(&random));
        move |endpoint: &Endpoint| {
            runtime.block_on(async {
                let schema = endpoint.schema().await.map_err(StoreError::from)?;
                refuse_unserved(&schema).await?;
                Ok(prepare(&schema, &shown, &*clock, &*random).await?)
            })
        }
    };
    let opening = tokio::task::spawn_blocking(move || {
        let (served, is_new) = Served::begin(endpoint, node, random, prepared)?;
        let served = Arc::new(served);
        let mut writing = served.writing()?;
        let (db, _) = writing.ready()?;
        let (rooms, house) = (rooms::known(db)?, house::seq(db)?);
        let settings = house_settings::stored(db)?;
        let reading = (0..readers).map(|_| served.reading());
        Ok::<_, StoreError>(OpenedStore {
            epoch: served.epoch().as_ref().to_owned(),
            message_ids: served.message_ids(),
            connections: Connections {
                writing,
                reading: reading.collect::<Result<_, _>>()?,
                log: None,
                served: Some(served),
            },
            is_new,
            rooms,
            house,
            settings,
        })
    });
    match opening.await {
        Ok(opened) => opened.map_err(|source| OpenError::of_server(&place, source)),
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

/// Refuses a copy that is not finished, and a database with steps of the schema that this version does not know.
async fn refuse_unserved(schema: &DatabaseConnection) -> Result<(), StoreError> {
    copy::refuse_unfinished(schema).await?;
    let taken = Migrator::get_migration_models(schema).await?;
    let known = known_steps();
    let unknown = taken
        .into_iter()
        .find(|step| !known.contains(&step.version));
    match unknown {
        None => Ok(()),
        Some(step) => Err(StoreError::new(Class::Broken, NewerStep(step.version))),
    }
}

/// One transaction: a process that is killed half-way leaves the schema as it was.
async fn prepare(
    schema: &DatabaseConnection,
    place: &Path,
    clock: &dyn Clock,
    random: &dyn Random,
) -> Result<Begun, DbErr> {
    let txn = schema.begin().await?;
    let began = clock.monotonic();
    let known = Migrator::get_applied_migrations(&txn).await?.len();
    let missing = Migrator::get_pending_migrations(&txn).await?.len();
    let is_older = known > 0 && missing > 0;
    if is_older {
        tracing::info!(?place, steps = missing, "bringing the schema up to date");
    }
    Migrator::up(&txn, None).await?;
    naming::renew(&txn).await?;
    let bootstrapped = bootstrap::bootstrap(&txn, clock, random).await?;
    txn.commit().await?;
    if is_older {
        let elapsed = clock.monotonic() - began;
        tracing::info!(
            ?place,
            steps = missing,
            ?elapsed,
            "the schema is up to date"
        );
    }
    schema.close_by_ref().await?;
    Ok(bootstrapped)
}

/// Reads and writes. The verbs are in the modules below.
pub struct Store {
    writer: Writer,
    invalidations: Arc<Invalidations>,
    readers: Readers,
    /// The write-ahead log, where the database is a file.
    log: Option<Log>,
    /// The server of the database, where it is none.
    served: Option<Arc<Served>>,
    /// The epoch at the start.
    epoch: String,
    ids: MessageIds,
    /// The clock by which delayed writes are due.
    clock: Arc<dyn Clock>,
}

impl Store {
    /// Starts the writer. `publish` is called after each commit, in commit order.
    pub fn start(
        connections: Connections,
        epoch: String,
        ids: MessageIds,
        clock: Arc<dyn Clock>,
        publish: Publish,
    ) -> Self {
        let invalidations = Arc::<Invalidations>::default();
        Self {
            writer: Writer::start(
                connections.writing,
                connections.served.clone(),
                Arc::clone(&invalidations),
                Arc::clone(&clock),
                publish,
            ),
            invalidations,
            readers: Readers::new(
                connections.reading,
                connections.served.is_some(),
                Arc::clone(&clock),
            ),
            log: connections.log,
            served: connections.served,
            epoch,
            ids,
            clock,
        }
    }

    /// What tells whether something that was read is still so. Each transaction that ends moves on what it changed, by
    /// what it publishes; one that failed, and a connection that was lost, move on everything. What publishes nothing
    /// changes nothing that is cached: a guest who is made is new; a session that is renewed is
    /// [put right](crate::accounts::authenticate) by who renews it; and what is swept counted for nothing before: expired
    /// sessions, who had only those, and what was in deleted rooms. Only this process writes.
    pub fn invalidations(&self) -> &Arc<Invalidations> {
        &self.invalidations
    }

    /// The epoch of the database.
    pub fn epoch(&self) -> String {
        match &self.served {
            Some(served) => served.epoch().as_ref().to_owned(),
            None => self.epoch.clone(),
        }
    }

    /// Returns when this process may serve the database no more: another one has its lease.
    pub async fn lost_lease(&self) {
        match &self.served {
            Some(served) => served.lost().cancelled().await,
            None => std::future::pending().await,
        }
    }

    /// Notes that a text was edited or deleted, so that the write-ahead log is emptied of it.
    pub fn took_back(&self) {
        if let Some(log) = &self.log {
            log.is_stale();
        }
    }

    /// Empties the write-ahead log if an edited or deleted text may be in it. False: a reader still uses it, so try
    /// again.
    ///
    /// # Errors
    /// The database failed.
    pub async fn clear_log(&self) -> Result<bool, ServiceError> {
        match &self.log {
            Some(log) => log.clear().await,
            None => Ok(true),
        }
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
        if let Some(log) = &self.log {
            log.close().await;
        }
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
