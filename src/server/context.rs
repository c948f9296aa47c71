//! One running Parlour: what every context verb needs, put together once.
//!
//! Owns the order in which a server starts and stops.

use crate::clock::{Clock, Random, SystemClock, SystemRandom};
use crate::config::Settings;
use crate::limits::Limits;
use crate::log_once::LogOnce;
use crate::realtime::{HeartbeatTiming, Hub};
use crate::remembered::Remembered;
use crate::share::Share;
use crate::store::{self, OpenError, ProvedSession, ReadReceipts, Store};
use crate::sweeper::Sweeper;
use parlour_protocol::{RoomId, UserId};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Sessions that are remembered until something is written.
const SESSIONS: usize = 10_000;
/// Rooms of which it is remembered as long how far somebody has read them.
const READ_POSITIONS: usize = 100_000;

/// What a verb needs besides who asks.
pub struct Context {
    /// What was set.
    pub settings: Settings,
    /// The truth.
    pub store: Arc<Store>,
    /// Who hears of it.
    pub hub: Hub,
    /// How often.
    pub limits: Limits,
    /// What takes long, apart from what must not wait.
    pub share: Share,
    /// When.
    pub clock: Arc<dyn Clock>,
    /// What nobody guesses.
    pub random: Arc<dyn Random>,
    /// Which life of the database this is: what clients hold of another one is void.
    pub epoch: String,
    /// Whom tokens proved lately, by their hash.
    pub(crate) sessions: Remembered<Vec<u8>, ProvedSession>,
    /// How far people have read, lately asked for.
    pub(crate) read_positions: Remembered<UserId, Arc<HashMap<RoomId, i64>>>,
    /// What was read and is not written yet.
    pub(crate) read_receipts: ReadReceipts,
    /// Which log lines about the set-up were written.
    pub(crate) log_once: LogOnce,
    /// Takes from the disk what is gone for people.
    pub(crate) sweeper: Sweeper,
    draining: AtomicBool,
}

impl Context {
    /// Opens the database (its folder, its file, its schema and the first room are made when they
    /// are missing), and starts the writer and the hub.
    pub async fn open(settings: Settings) -> Result<Arc<Self>, OpenError> {
        Self::open_with(settings, Arc::new(SystemClock), Arc::new(SystemRandom)).await
    }

    /// The same under another clock and another chance.
    pub async fn open_with(
        settings: Settings,
        clock: Arc<dyn Clock>,
        random: Arc<dyn Random>,
    ) -> Result<Arc<Self>, OpenError> {
        let opened = store::open(&settings.database_file(), &*clock, &*random).await?;
        let grace = settings.realtime.reload_grace();
        // Nobody can come back to what was not there before.
        let restart_grace = if opened.is_new { Duration::ZERO } else { grace };
        let hub = Hub::start(Arc::clone(&clock), grace, restart_grace);
        for (room, state) in opened.rooms {
            hub.learn(room, state.seq, state.posts);
        }
        hub.start_heartbeats(HeartbeatTiming {
            interval: settings.realtime.heartbeat(),
            pong_timeout: settings.realtime.pong(),
        });
        let publisher = hub.clone();
        let store = Store::start(
            opened.connections,
            Arc::clone(&clock),
            Arc::new(move |publications| publisher.publish_all(publications)),
        );
        let store = Arc::new(store);
        let sweeper = Sweeper::start(&store, &hub, &clock);
        Ok(Arc::new(Self {
            limits: Limits::new(&settings.limits, Arc::clone(&clock)),
            share: Share::default(),
            settings,
            store,
            sweeper,
            hub,
            clock,
            random,
            epoch: opened.epoch,
            sessions: Remembered::new(SESSIONS),
            read_positions: Remembered::new(READ_POSITIONS),
            read_receipts: ReadReceipts::default(),
            log_once: LogOnce::default(),
            draining: AtomicBool::new(false),
        }))
    }

    /// Whether requests are welcome: not draining, and the database answers.
    pub async fn is_ready(&self) -> bool {
        !self.is_draining() && self.store.answers().await
    }

    /// Whether the server was told to stop.
    pub fn is_draining(&self) -> bool {
        self.draining.load(Ordering::Acquire)
    }

    /// The server was told to stop: [`Context::is_ready`] says so from now on.
    pub fn begin_draining(&self) {
        self.draining.store(true, Ordering::Release);
    }

    /// Writes what was read and is not written yet, without waiting for more to come.
    pub async fn write_marks(&self) {
        self.read_receipts.finish(&self.store).await;
    }

    /// Sends everybody away, finishes what is being written, closes the database. Doors stop
    /// accepting before they call it.
    pub async fn drain(&self) {
        self.begin_draining();
        self.hub.drain().await;
        self.close().await;
    }

    /// Finishes what is being written and closes the database. Nobody may be served any more.
    pub async fn close(&self) {
        self.sweeper.stop().await;
        self.read_receipts.finish(&self.store).await;
        self.store.drain().await;
    }
}
