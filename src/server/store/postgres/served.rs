//! Serving a database of PostgreSQL: the lease, the schema, the epoch, and the connections, which are opened anew when
//! the server was away.
//!
//! *Invariant:* no connection serves that leads to another history of the database than the one whose epoch clients
//! were told. What a lost connection may have committed is told before anything new is written.

use super::cluster::{self, Cluster};
use super::connect::Endpoint;
use super::doubt::{self, Reached};
use super::failure::{Lost, lost};
use super::lease::{Holder, Node, SECONDS};
use super::session::Session;
use crate::clock::{Random, draw};
use crate::error::{Class, StoreError};
use crate::events::Publication;
use crate::store::bootstrap::{Begun, draw_epoch};
use crate::store::db::{Db, Result, statement, values};
use crate::store::house;
use crate::store::kept::{Kept, Open};
use crate::store::message_ids::MessageIds;
use crate::store::person_seqs;
use crate::store::rooms::{self, KnownRoom, RoomState};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// How often the lease is renewed where nothing is written, and while the schema is brought up to date.
pub(in crate::store) const RENEWAL: Duration = Duration::from_secs(SECONDS / 3);
/// How much later a lease ends, at least, if it was renewed.
const RENEWED_MS: i64 = 1_000;

/// A database that this process serves.
pub(in crate::store) struct Served {
    endpoint: Endpoint,
    node: Node,
    random: Arc<dyn Random>,
    message_ids: MessageIds,
    /// Cancelled when another server has the lease.
    lost: CancellationToken,
    known: Mutex<Known>,
}

/// What is known of the database, and was told.
struct Known {
    cluster: Cluster,
    epoch: Arc<str>,
    /// Up to where everything was published, but for people's own streams.
    told: Reached,
    /// What the last transaction that failed was to tell: its COMMIT may have come through.
    in_doubt: Vec<Publication>,
    /// The epoch is another one, and that was not told yet.
    is_new_epoch: bool,
}

/// The lease belongs to somebody else.
#[derive(Debug, thiserror::Error)]
#[error("it is served by {node}, which goes on doing so")]
pub(in crate::store) struct Leased {
    /// What the other node is called.
    pub(in crate::store) node: String,
}

impl Served {
    /// Looks at the database, takes the lease, and has `prepare` bring the schema up to date.
    pub(in crate::store) fn begin(
        endpoint: Endpoint,
        name: String,
        random: Arc<dyn Random>,
        prepare: impl FnOnce(&Endpoint) -> Result<Begun> + Send,
    ) -> Result<(Self, bool)> {
        let node = Node {
            name,
            token: draw::<12>(&*random),
        };
        let session = endpoint.connect()?;
        cluster::examine(&session)?;
        cluster::refuse_other_product(&session)?;
        take_or_wait(&node, &session)?;
        let begun = renewing(&node, &session, || prepare(&endpoint))?;
        let (cluster, session) = (cluster::examine(&session)?, node.writing_on(session)?);
        let db = Db::Postgres(Box::new(session));
        let is_known = db.column::<String>("SELECT value FROM meta WHERE key = 'cluster'", 0)?;
        let epoch = match is_known.first() {
            Some(known) if known != cluster.as_str() => draw_epoch(&*random),
            _ => begun.epoch,
        };
        note(&db, &cluster, &epoch)?;
        let told = rooms::known(&db)?;
        let told = Reached {
            rooms: (told.into_iter().map(|room| (room.id, room.state.seq))).collect(),
            house: house::seq(&db)?,
            people: HashMap::new(),
        };
        let served = Self {
            endpoint,
            node,
            random,
            message_ids: begun.message_ids,
            lost: CancellationToken::new(),
            known: Mutex::new(Known {
                cluster,
                epoch: epoch.into(),
                told,
                in_doubt: Vec::new(),
                is_new_epoch: false,
            }),
        };
        Ok((served, begun.is_new))
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// By what its messages are told apart outside of it.
    pub(in crate::store) fn message_ids(&self) -> MessageIds {
        self.message_ids
    }

    /// The present epoch.
    pub(in crate::store) fn epoch(&self) -> Arc<str> {
        Arc::clone(&self.known().epoch)
    }

    /// Cancelled when this process may not serve any more.
    pub(in crate::store) fn lost(&self) -> CancellationToken {
        self.lost.clone()
    }

    /// The connection of the writer.
    pub(in crate::store) fn writing(self: &Arc<Self>) -> Result<Kept> {
        let served = Arc::clone(self);
        let open: Open = Arc::new(move || served.open_writing());
        Ok(Kept::reopened(open()?, open))
    }

    /// A connection of the readers.
    pub(in crate::store) fn reading(self: &Arc<Self>) -> Result<Kept> {
        let served = Arc::clone(self);
        let open: Open = Arc::new(move || served.open_reading());
        Ok(Kept::reopened(open()?, open))
    }

    fn open_writing(&self) -> Result<Db> {
        let session = self.endpoint.connect()?;
        let cluster = cluster::examine(&session)?;
        if self.node.take(&session)?.is_some() {
            self.lost.cancel();
            return Err(lost(Lost::Lease));
        }
        let db = Db::Postgres(Box::new(self.node.writing_on(session)?));
        if cluster != self.known().cluster {
            let epoch = draw_epoch(&*self.random);
            note(&db, &cluster, &epoch)?;
            tracing::warn!(
                "the database is another one than before, or a standby was promoted: \
                a new epoch begins, and clients take their rooms anew"
            );
            let mut known = self.known();
            (known.cluster, known.epoch, known.is_new_epoch) = (cluster, epoch.into(), true);
        }
        Ok(db)
    }

    /// Readers follow the writer, who begins a new epoch where there is one.
    fn open_reading(&self) -> Result<Db> {
        let session = self.endpoint.connect()?;
        if cluster::examine(&session)? != self.known().cluster {
            return Err(lost(Lost::Away));
        }
        Ok(Db::Postgres(Box::new(session)))
    }

    /// Notes what is about to be told. It was committed on the connection that there is, so nothing before it is in doubt.
    pub(in crate::store) fn tells<'p>(
        &self,
        publications: impl IntoIterator<Item = &'p Publication>,
    ) {
        let mut known = self.known();
        known.in_doubt.clear();
        known.told.tell(publications);
    }

    /// Notes what a transaction that failed was to tell. One that came this far began on a connection that answered, so
    /// nothing before it is in doubt.
    pub(in crate::store) fn doubts(&self, publications: Vec<Publication>) {
        if !publications.is_empty() {
            self.known().in_doubt = publications;
        }
    }

    /// What a connection may have committed before it was lost and nobody was told: what is in the database and was
    /// not published.
    pub(in crate::store) fn untold(&self, db: &Db) -> Result<Vec<Publication>> {
        let in_doubt = self.known().in_doubt.clone();
        let people = doubt::people(&in_doubt);
        let (rooms, present) = db.write(|db| {
            let rooms = rooms::known(db)?;
            let present = Reached {
                rooms: rooms.iter().map(|room| (room.id, room.state.seq)).collect(),
                house: house::seq(db)?,
                people: person_seqs::of(db, &people)?.into_iter().collect(),
            };
            Ok((rooms, present))
        })?;
        let mut known = self.known();
        if std::mem::take(&mut known.is_new_epoch) {
            let states = rooms.iter().map(|room| {
                let RoomState { seq, posts } = room.state;
                (room.id, seq, posts)
            });
            let begins = Publication::NewEpoch {
                rooms: states.collect(),
                house: present.house,
            };
            (known.told, known.in_doubt) = (present, Vec::new());
            let viewers = rooms.iter().map(KnownRoom::viewers);
            return Ok([begins].into_iter().chain(viewers).collect());
        }
        let mut told = known.told.clone();
        drop(known);
        let mut untold = Vec::new();
        // First: who may see what is told as a whole after it, which changes nothing then.
        if present.has_any(&in_doubt) {
            told.tell(&in_doubt);
            untold = in_doubt;
        }
        let gone = told.rooms.keys();
        let gone = gone.filter(|room| !present.rooms.contains_key(room));
        untold.extend(gone.map(|room| Publication::RoomDeleted(*room)));
        // Memberships have no seq of which one could tell that they were told: all that decide who sees what are.
        let hidden = rooms.iter().filter(|room| rooms::is_hidden(room.rules));
        untold.extend(hidden.map(KnownRoom::viewers));
        for room in rooms {
            let (id, from) = (room.id, told.rooms.get(&room.id).copied());
            if from != Some(room.state.seq) {
                let since =
                    db.write(|db| rooms::publications_since(db, id, from, self.message_ids));
                untold.extend(since?);
            }
        }
        if present.house > told.house {
            untold.extend(db.write(|db| house::publications_since(db, told.house))?);
        }
        self.tells(&untold);
        Ok(untold)
    }

    /// Lets another node have the lease.
    pub(in crate::store) fn release(&self, db: &Db) {
        if let Db::Postgres(session) = db
            && let Err(error) = self.node.release(session)
        {
            tracing::warn!(%error, "the lease is not given back, and ends by itself");
        }
    }
}

fn note(db: &Db, cluster: &Cluster, epoch: &str) -> Result<()> {
    const SET: &str = "INSERT INTO meta (key, value) VALUES (?, ?) \
        ON CONFLICT (key) DO UPDATE SET value = excluded.value";
    db.write(|db| {
        statement(db, SET)?.execute(values!["cluster", cluster.as_str()])?;
        statement(db, SET)?.execute(values!["epoch", epoch])?;
        Ok(())
    })
}

/// Waits for a lease that is not renewed; one that is belongs to a server that runs.
#[expect(
    clippy::disallowed_methods,
    reason = "another node is waited for by the machine's own time"
)]
pub(in crate::store) fn take_or_wait(node: &Node, session: &Session) -> Result<()> {
    let began = std::time::Instant::now();
    let mut first: Option<Holder> = None;
    loop {
        let Some(holder) = node.take(session)? else {
            return Ok(());
        };
        let elapsed = i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX);
        let ends = elapsed.saturating_add(holder.left_ms);
        match &first {
            Some(first) if first.token != holder.token || ends > first.left_ms + RENEWED_MS => {
                return Err(StoreError::new(Class::Broken, Leased { node: holder.node }));
            }
            Some(_) => {}
            None => {
                tracing::info!(node = %holder.node, "another node has the lease of the database; waiting for its end");
                first = Some(holder.clone());
            }
        }
        let pause = u64::try_from(holder.left_ms).unwrap_or(0).clamp(20, 250);
        thread::sleep(Duration::from_millis(pause));
    }
}

/// Does `work` while the lease is renewed.
pub(in crate::store) fn renewing<T>(
    node: &Node,
    session: &Session,
    work: impl FnOnce() -> T + Send,
) -> T
where
    T: Send,
{
    thread::scope(|scope| {
        let (end, ended) = mpsc::channel();
        let working = scope.spawn(move || {
            let done = work();
            // An error: nobody renews any more.
            let _ = end.send(());
            done
        });
        while ended
            .recv_timeout(RENEWAL)
            .is_err_and(|why| why == mpsc::RecvTimeoutError::Timeout)
        {
            if let Err(error) = node.take(session) {
                tracing::warn!(%error, "the lease could not be renewed");
            }
        }
        working
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
