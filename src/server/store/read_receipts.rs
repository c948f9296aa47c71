//! Read receipts on their way to the disk: gathered in memory, debounced, and written in batches.
//!
//! Each member who has a room open sends a receipt for what comes into it: as many as deliveries, too many for a
//! commit each. So the first one after a pause is written at once, and those of the next 50 ms are gathered: of
//! each member the furthest, hundreds in a transaction, together with sends.
//! *Invariant:* a receipt leaves memory when it is on disk; one that the disk does not take is tried again.

use super::writer::{BatchWrite, Results, Written};
use super::{Store, statement};
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::{RoomId, Seq, UserId};
use rusqlite::{Connection, OptionalExtension, params};
use std::collections::BTreeMap;
use std::mem;
use std::ops::Bound;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// From one writing of receipts to the next, at least.
const PAUSE: Duration = Duration::from_millis(50);
/// The same after a write that failed.
const RETRY_PAUSE: Duration = Duration::from_secs(1);
/// Receipts in a transaction: a send beside them waits for some milliseconds at most.
const BATCH_MAX: usize = 512;

/// Read receipts on their way to the disk. A clone is another handle to the same.
#[derive(Clone, Default)]
pub(crate) struct ReadReceipts(Arc<Mutex<Gathered>>);

#[derive(Default)]
struct Gathered {
    /// The furthest receipt of each member that is not known to be on disk.
    furthest: BTreeMap<At, Seq>,
    /// Whether a task is running that writes them.
    is_awaited: bool,
}

/// The key of a receipt.
type At = (RoomId, UserId);

impl ReadReceipts {
    /// Sets that the user has read the room up to `seq`. It is written soon.
    pub(crate) fn add(&self, room: RoomId, user: UserId, seq: Seq, store: &Arc<Store>) {
        let mut gathered = self.gathered();
        let furthest = gathered.furthest.entry((room, user)).or_default();
        *furthest = seq.max(*furthest);
        if !mem::replace(&mut gathered.is_awaited, true) {
            tokio::spawn(self.clone().flush_until_empty(store.clone()));
        }
    }

    /// Writes until there is nothing left.
    async fn flush_until_empty(self, store: Arc<Store>) {
        while self.is_any_left() {
            let pause = match self.flush(&store).await {
                Ok(()) => PAUSE,
                Err(_) => RETRY_PAUSE,
            };
            store.clock.sleep(pause).await;
        }
    }

    /// Writes what is left, before the store is closed. Gives up if the disk fails.
    pub(crate) async fn finish(&self, store: &Store) {
        // A full queue is emptied before the store is closed, so there will be room.
        while let Err(ServiceError::Overloaded) = self.flush(store).await {
            store.clock.sleep(PAUSE).await;
        }
    }

    /// Writes what is there, in the order of the rooms. After an error what is not written stays.
    async fn flush(&self, store: &Store) -> Result<(), ServiceError> {
        let mut after = None;
        loop {
            let receipts = self.some_behind(after);
            let Some((last, _)) = receipts.last() else {
                return Ok(());
            };
            match store.mark_read_batch(Arc::clone(&receipts)).await {
                Err(error) if error.is_about_writing() => return Err(error),
                Err(error) => tracing::debug!(%error, "read receipts are dropped"),
                Ok(()) => {}
            }
            self.remove_written(&receipts);
            after = Some(*last);
        }
    }

    fn some_behind(&self, after: Option<At>) -> Arc<[(At, Seq)]> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let gathered = self.gathered();
        let receipts = gathered.furthest.range((from, Bound::Unbounded));
        receipts
            .take(BATCH_MAX)
            .map(|(at, seq)| (*at, *seq))
            .collect()
    }

    /// Removes these, which are on disk; one that went further meanwhile stays.
    fn remove_written(&self, receipts: &[(At, Seq)]) {
        let furthest = &mut self.gathered().furthest;
        for (at, seq) in receipts {
            if furthest.get(at).is_some_and(|furthest| furthest <= seq) {
                furthest.remove(at);
            }
        }
    }

    fn is_any_left(&self) -> bool {
        let mut gathered = self.gathered();
        gathered.is_awaited = !gathered.furthest.is_empty();
        gathered.is_awaited
    }

    fn gathered(&self) -> MutexGuard<'_, Gathered> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store {
    /// Writes receipts. A repeat changes nothing: a receipt never goes backwards.
    async fn mark_read_batch(&self, receipts: Arc<[(At, Seq)]>) -> Result<(), ServiceError> {
        self.write_batched(Part(receipts)).await
    }
}

/// A batch of receipts.
struct Part(Arc<[(At, Seq)]>);

impl BatchWrite for Part {
    type Answer = ();

    fn write(parts: &[Self], db: &Connection) -> Results<()> {
        parts
            .iter()
            .map(|Self(receipts)| {
                let set = receipts.iter().map(|(at, seq)| set(db, *at, *seq));
                let news: Vec<_> = set.collect::<rusqlite::Result<_>>()?;
                Ok(Ok(Written {
                    value: (),
                    publish: news.into_iter().flatten().collect(),
                }))
            })
            .collect()
    }
}

/// Sets one receipt, unless the user is no member any more or has read further by posting.
fn set(db: &Connection, (room, user): At, seq: Seq) -> rusqlite::Result<Option<Publication>> {
    let read_posts = posts_up_to(db, room, seq)?;
    let read = params![room.0, user.0, seq.0, read_posts];
    let is_news = statement(db, SET)?.execute(read)? > 0;
    Ok(is_news.then_some(Publication::Read {
        user,
        room,
        read_posts,
    }))
}

const SET: &str = "UPDATE memberships SET read_seq = ?3, read_posts = ?4 \
    WHERE room_id = ?1 AND user_id = ?2 AND read_seq < ?3 \
    AND EXISTS (SELECT 1 FROM rooms WHERE id = ?1 AND deleted_at IS NULL)";

/// How many messages were posted up to `seq`: the ordinal of the last of them.
fn posts_up_to(db: &Connection, room: RoomId, seq: Seq) -> rusqlite::Result<i64> {
    const LAST: &str = "SELECT ordinal FROM messages WHERE room_id = ? AND number <= ? \
        ORDER BY number DESC LIMIT 1";
    let last = statement(db, LAST)?
        .query_row([room.0, seq.0], |row| row.get(0))
        .optional()?;
    Ok(last.unwrap_or(0))
}
