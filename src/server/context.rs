//! One running server: what every context verb needs, put together once.
//!
//! Owns the order in which a server starts and stops.

use crate::clock::{Clock, Random, SystemClock, SystemRandom};
use crate::config::{InForce, Settings};
use crate::limits::Limits;
use crate::log_once::LogOnce;
use crate::passwords::Passwords;
use crate::read_cache::ReadCache;
use crate::realtime::{HeartbeatTiming, Hub};
use crate::reconciler::Reconciler;
use crate::share::Share;
use crate::store::{self, Known, OpenError, ProvedSession, ReadReceipts, Store};
use crate::sweeper::Sweeper;
use crate::undo_timer::UndoTimer;
use parlour_protocol::{Guests, UserId};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Sessions in the cache: of people who load pages and of programs that call. A socket proves its session once, and ten
/// thousand of them would leave 3.6 MB here that nobody asks for again.
const SESSIONS: usize = 2_000;
/// Read positions and blocks in the cache.
const KNOWN: usize = 100_000;

/// What a context verb needs besides the scope of the request.
pub struct Context {
    /// The settings, as they were read at the start.
    pub settings: Settings,
    /// What of them can be changed, as it is now.
    pub in_force: InForce,
    /// One change of them at a time.
    pub(crate) settings_change: tokio::sync::Mutex<()>,
    /// The database, which is the only source of truth.
    pub store: Arc<Store>,
    /// The fan-out to open sockets, and presence.
    pub hub: Hub,
    /// The rate limits of `[limits]`.
    pub limits: Limits,
    /// Worker threads for work that takes long.
    pub share: Share,
    /// Makes and compares the hashes of passwords.
    pub passwords: Passwords,
    /// Time; passed in so that tests decide it.
    pub clock: Arc<dyn Clock>,
    /// Random bytes for tokens, keys and epochs; passed in like time.
    pub random: Arc<dyn Random>,
    /// The cache of sessions, by the hash of their token.
    pub(crate) sessions: ReadCache<Vec<u8>, ProvedSession>,
    /// The cache of read positions.
    pub(crate) known: ReadCache<UserId, Arc<Known>>,
    /// Read receipts that are not on disk yet.
    pub(crate) read_receipts: ReadReceipts,
    /// Which log lines about the set-up were written.
    pub(crate) log_once: LogOnce,
    /// Removes deleted rooms, expired sessions and forgotten guests from the disk.
    pub(crate) sweeper: Sweeper,
    /// Forgets what deleted messages said, once nobody can have it back.
    pub(crate) undo_timer: UndoTimer,
    /// Finds what was committed and not told.
    reconciler: Reconciler,
    draining: AtomicBool,
}

impl Context {
    /// Opens the database (its folder, its file, its schema and the first room are made when they
    /// are missing), and starts the writer and the hub.
    ///
    /// # Errors
    /// As [`store::open`].
    pub async fn open(settings: Settings) -> Result<Arc<Self>, OpenError> {
        Self::open_with(settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await
    }

    /// The same with another clock and another source of randomness.
    ///
    /// # Errors
    /// As [`store::open`].
    pub async fn open_with(
        settings: Settings,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Arc<Self>, OpenError> {
        let opened =
            store::open(&settings.database, Arc::clone(&clock), Arc::clone(&random)).await?;
        let grace = settings.realtime.reload_grace();
        // Into a new database no one can come back.
        let restart_grace = if opened.is_new { Duration::ZERO } else { grace };
        let hub = Hub::start(Arc::clone(&clock), grace, restart_grace);
        for room in opened.rooms {
            hub.learn(room.id, room.state.seq, room.state.posts);
            hub.learn_members(room.id, room.rules, room.members);
        }
        hub.learn_house(opened.house);
        hub.start_heartbeats(HeartbeatTiming {
            interval: settings.realtime.heartbeat(),
            pong_timeout: settings.realtime.pong(),
        });
        let publisher = hub.clone();
        let store = Store::start(
            opened.connections,
            opened.epoch,
            opened.message_ids,
            Arc::clone(&clock),
            Arc::new(move |publications| publisher.publish_all(publications)),
        );
        let store = Arc::new(store);
        let invalidations = || Arc::clone(store.invalidations());
        let sweeper = Sweeper::start(&store, &hub, &clock);
        let undo_timer = UndoTimer::start(&store, &clock);
        let heartbeat = settings.realtime.heartbeat();
        let reconciler = Reconciler::start(&store, &hub, &clock, heartbeat);
        let (now, refused) = settings.in_force(&opened.settings);
        for error in refused {
            tracing::warn!(%error, "a setting that was changed is not in force");
        }
        // Whatever the file says since the last start; a later change tries again.
        let is_closed = now.house.guests == Guests::No;
        if let Err(error) = store.close_to_guests(is_closed).await {
            tracing::error!(%error, "whether guests see open rooms is as it was before");
        }
        hub.close_to_guests(is_closed);
        Ok(Arc::new(Self {
            limits: Limits::new(&now.limits, Arc::clone(&clock)),
            in_force: InForce::new(now),
            settings_change: tokio::sync::Mutex::default(),
            share: Share::default(),
            passwords: Passwords::new(Arc::clone(&clock), Arc::clone(&random)),
            settings,
            sessions: ReadCache::new(invalidations(), SESSIONS),
            known: ReadCache::new(invalidations(), KNOWN),
            store,
            sweeper,
            undo_timer,
            reconciler,
            hub,
            clock,
            random,
            read_receipts: ReadReceipts::default(),
            log_once: LogOnce::default(),
            draining: AtomicBool::new(false),
        }))
    }

    /// The epoch of the database. What clients hold of another epoch is void.
    pub fn epoch(&self) -> String {
        self.store.epoch()
    }

    /// Whether the server is ready (`/readyz`): not draining, and the database answers.
    pub async fn is_ready(&self) -> bool {
        !self.is_draining() && self.store.answers().await
    }

    /// Whether the server is draining, before it stops.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// Begins to drain: [`Context::is_ready`] is false from now on.
    pub fn begin_draining(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Writes the read receipts that are not on disk, without waiting for more.
    pub async fn write_read_receipts(&self) {
        self.read_receipts.finish(&self.store).await;
    }

    /// Graceful shutdown: closes the sockets, finishes what is being written, closes the database. Doors stop
    /// accepting before they call it.
    pub async fn drain(&self) {
        self.begin_draining();
        self.hub.drain().await;
        self.close().await;
    }

    /// Finishes what is being written and closes the database. No request may run any more.
    pub async fn close(&self) {
        self.sweeper.stop().await;
        self.undo_timer.stop().await;
        self.reconciler.stop().await;
        self.read_receipts.finish(&self.store).await;
        self.store.drain().await;
    }
}
