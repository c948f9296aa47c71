//! The readers: a pool of connections, and the choice of the thread that a read runs on.
//!
//! The driver behind SeaORM takes each statement to another thread and back, which costs more than
//! most of them. What is read for nearly every request is read right where it is asked for: a page of
//! history takes SQLite less time than its way as JSON. Only while the disk keeps readers waiting do
//! they wait on threads for that. *Invariant:* one piece of work reads one state of the database, on
//! a connection that cannot write.

use super::db::Db;
use super::kept::Kept;
use crate::clock::Clock;
use crate::error::ServiceError;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tracing::dispatcher;

/// A read that takes longer has waited for the disk, and has blocked all tasks of its thread for as long.
const QUICK: Duration = Duration::from_millis(2);

/// How many reads after such a one run on a blocking thread; so do the first after the start, when nothing of the
/// file is in memory.
const DISTRUST: u32 = 100;

/// The pool of reading connections.
pub(super) struct Readers {
    pool: Arc<Pool>,
    permits: Arc<Semaphore>,
    count: u32,
}

struct Pool {
    idle: Mutex<Vec<Kept>>,
    /// How many of the next reads run on a blocking thread.
    distrust: AtomicU32,
    /// The database is a server, whose answers are waited for in any case.
    is_far: bool,
    clock: Arc<dyn Clock>,
}

impl Readers {
    pub(super) fn new(connections: Vec<Kept>, is_far: bool, clock: Arc<dyn Clock>) -> Self {
        Self {
            permits: Arc::new(Semaphore::new(connections.len())),
            count: connections.len() as u32,
            pool: Arc::new(Pool {
                idle: Mutex::new(connections),
                distrust: AtomicU32::new(DISTRUST),
                is_far,
                clock,
            }),
        }
    }

    pub(super) async fn read<T, W>(&self, work: W) -> Result<T, ServiceError>
    where
        T: Send + 'static,
        W: FnOnce(&Db) -> Result<T, ServiceError> + Send + 'static,
    {
        let permit = self.permits.clone().acquire_owned().await;
        let mut lent = Lent {
            _permit: permit.map_err(|_| ServiceError::Draining)?,
            connection: self.pool.idle().pop(),
            pool: self.pool.clone(),
        };
        if self.pool.trusts_the_disk() {
            return lent.read(work);
        }
        let listener = dispatcher::get_default(Clone::clone);
        let elsewhere = tokio::task::spawn_blocking(move || {
            dispatcher::with_default(&listener, || lent.read(work))
        });
        // It panicked, or the runtime is torn down.
        elsewhere.await.unwrap_or(Err(ServiceError::Draining))
    }

    /// Takes no more reads, waits for those under way, closes the connections.
    pub(super) async fn drain(&self) {
        // An error: that was done before.
        let all = self.permits.acquire_many(self.count).await;
        self.permits.close();
        drop(all);
        self.pool.idle().clear();
    }
}

impl Pool {
    fn idle(&self) -> MutexGuard<'_, Vec<Kept>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn trusts_the_disk(&self) -> bool {
        if self.is_far {
            return false;
        }
        let left = self.distrust.load(Ordering::Relaxed);
        // Not atomic as a whole: two at the same moment may count as one.
        self.distrust
            .store(left.saturating_sub(1), Ordering::Relaxed);
        left == 0
    }
}

/// A connection, until it is given back.
struct Lent {
    connection: Option<Kept>,
    pool: Arc<Pool>,
    // Dropped last: a task that gets the permit finds a connection.
    _permit: OwnedSemaphorePermit,
}

impl Lent {
    fn read<T>(
        &mut self,
        work: impl FnOnce(&Db) -> Result<T, ServiceError>,
    ) -> Result<T, ServiceError> {
        let connection = self.connection.as_mut().ok_or(ServiceError::Draining)?;
        let began = self.pool.clock.monotonic();
        let (db, _) = connection.ready()?;
        let read = db.read(work);
        if self.pool.clock.monotonic() - began > QUICK {
            self.pool.distrust.store(DISTRUST, Ordering::Relaxed);
        }
        read
    }
}

impl Drop for Lent {
    fn drop(&mut self) {
        self.pool.idle().extend(self.connection.take());
    }
}

#[cfg(test)]
mod tests {
    use super::super::db::{statement, values};
    use super::*;
    use crate::clock::ManualClock;
    use futures::FutureExt;
    use parlour_protocol::Timestamp;
    use std::panic::AssertUnwindSafe;
    use std::thread::{ThreadId, current};

    /// A clock by which no read takes long.
    fn clock() -> ManualClock {
        ManualClock::stopped(Timestamp(0))
    }

    fn readers(count: usize) -> Readers {
        let connections = (0..count).map(|_| Kept::for_good(Db::in_memory()));
        Readers::new(connections.collect(), false, Arc::new(clock()))
    }

    async fn thread(readers: &Readers) -> ThreadId {
        readers.read(|_| Ok(current().id())).await.unwrap()
    }

    #[tokio::test]
    async fn while_the_disk_is_slow_the_thread_that_asks_does_not_wait_for_it() {
        let clock = clock();
        let connection = Kept::for_good(Db::in_memory());
        let readers = Readers::new(vec![connection], false, Arc::new(clock.clone()));
        for _ in 0..DISTRUST {
            assert_ne!(thread(&readers).await, current().id());
        }
        assert_eq!(thread(&readers).await, current().id());
        let slow = readers.read(move |_| {
            clock.advance(2 * QUICK);
            Ok(current().id())
        });
        assert_eq!(slow.await.unwrap(), current().id());
        assert_ne!(thread(&readers).await, current().id());
    }

    #[tokio::test]
    async fn a_connection_comes_back_from_work_that_panics() {
        let readers = readers(1);
        for distrust in [0, 1] {
            readers.pool.distrust.store(distrust, Ordering::Relaxed);
            let panicking = readers.read(|_| -> Result<(), _> { panic!("on purpose") });
            let ended = AssertUnwindSafe(panicking).catch_unwind().await;
            assert!(ended.is_err() || ended.is_ok_and(|read| read.is_err()));
            let one =
                |db: &Db| Ok(statement(db, "SELECT 1")?.row(values![], |row| row.get::<i64>(0))?);
            assert_eq!(readers.read(one).await.unwrap(), Some(1));
        }
    }

    #[tokio::test]
    async fn what_is_read_when_the_server_stops_is_read_to_its_end_and_nothing_after_it() {
        let readers = readers(2);
        readers.pool.distrust.store(1, Ordering::Relaxed);
        let (go, wait) = std::sync::mpsc::channel();
        let reading = readers.read(move |_| Ok(wait.recv().unwrap()));
        let mut reading = std::pin::pin!(reading);
        assert!(reading.as_mut().now_or_never().is_none());
        let mut draining = std::pin::pin!(readers.drain());
        assert!(draining.as_mut().now_or_never().is_none());
        go.send("read").unwrap();
        assert_eq!(reading.await.unwrap(), "read");
        draining.await;
        let after = readers.read(|_| Ok(())).await;
        assert!(matches!(after, Err(ServiceError::Draining)));
        assert!(readers.pool.idle().is_empty());
    }
}
