//! Takes from the disk what is gone for people: rooms that were deleted, sessions that have ended, guests
//! of whom nothing is left, and what the log still has of a text that was taken back.
//!
//! *Invariant:* it does a bounded piece in a transaction, and then leaves the writer to the others for as
//! long as that took. What it has to do stands in the database, so a restart interrupts nothing.

use crate::clock::Clock;
use crate::error::ServiceError;
use crate::realtime::Hub;
use crate::store::{Store, Written, statement};
use parlour_protocol::UserId;
use rusqlite::{Connection, OptionalExtension};
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// From one look to the next. A text that was taken back has left the disk within a minute.
const EVERY: Duration = Duration::from_secs(20);

/// How long the clock has to have run as the machine's own before sessions and people go by what it says.
/// One that is years ahead for a while, as before it is set at a start, must end nothing for good.
const STEADY: Duration = Duration::from_secs(60 * 60);
/// What a clock may be corrected by, in milliseconds, and be trusted as before.
const CORRECTION: i64 = 60_000;

/// Messages, memberships or sessions in a transaction: a send beside it waits for some milliseconds.
const ROWS: i64 = 200;
/// Bytes of text in a transaction, all of which are overwritten.
const BYTES: i64 = 256 * 1024;
/// People who are looked at in one go, and how often that is done in one pass: of a million, all are looked
/// at within hours.
const PEOPLE: i64 = 200;
const LOOKS: u32 = 10;
/// Guests who go in one transaction, each with their memberships.
const GUESTS: usize = 20;

/// The task, for as long as this lives.
pub struct Sweeper {
    wake: Arc<Notify>,
    stop: CancellationToken,
    task: Mutex<Option<JoinHandle<()>>>,
}

impl Sweeper {
    /// Looks every 20 s, until [`Sweeper::stop`]; sessions and people go once the time of day has gone as the
    /// monotonic clock does for an hour.
    pub fn start(store: &Arc<Store>, hub: &Hub, clock: &Arc<dyn Clock>) -> Self {
        let (wake, stop) = (Arc::new(Notify::new()), CancellationToken::new());
        let sweep = Sweep {
            store: store.clone(),
            hub: hub.clone(),
            clock: clock.clone(),
            steady: Steady::since(clock.now().0, clock.monotonic()),
            cleared: clock.monotonic(),
            seen: UserId(0),
            looks: 0,
        };
        let task = tokio::spawn(run(sweep, wake.clone(), stop.clone()));
        Self {
            wake,
            stop,
            task: Mutex::new(Some(task)),
        }
    }

    /// There is something to do.
    pub fn wake(&self) {
        self.wake.notify_one();
    }

    /// Ends the task; what is left is done after the next start.
    pub async fn stop(&self) {
        self.stop.cancel();
        let task = self
            .task
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        if let Some(task) = task
            && let Err(error) = task.await
        {
            tracing::error!(%error, "the sweeper ended badly");
        }
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

async fn run(mut sweep: Sweep, wake: Arc<Notify>, stop: CancellationToken) {
    loop {
        tokio::select! {
            () = stop.cancelled() => return,
            () = wake.notified() => {}
            () = sweep.clock.sleep(EVERY) => {}
        }
        let swept = tokio::select! {
            () = stop.cancelled() => return,
            swept = sweep.pass() => swept,
        };
        match swept {
            // While nothing can be written, the writer says so once for all.
            Err(error) if !error.is_about_writing() => {
                tracing::warn!(%error, "what is gone stays on the disk for now");
            }
            _ => {}
        }
    }
}

struct Sweep {
    store: Arc<Store>,
    hub: Hub,
    clock: Arc<dyn Clock>,
    steady: Steady,
    /// When the log was last looked at.
    cleared: Instant,
    /// Everybody up to this one was looked at.
    seen: UserId,
    /// In this pass.
    looks: u32,
}

impl Sweep {
    /// All that there is to do, and a part of the people.
    async fn pass(&mut self) -> Result<(), ServiceError> {
        self.looks = 0;
        loop {
            let began = self.clock.monotonic();
            let is_done = !self.piece().await?;
            let now = self.clock.monotonic();
            if is_done || now - self.cleared >= EVERY {
                self.store.clear_log().await?;
                self.cleared = self.clock.monotonic();
            }
            if is_done {
                return Ok(());
            }
            self.clock.sleep(now - began).await;
        }
    }

    /// One transaction's worth. False: there is nothing more.
    async fn piece(&mut self) -> Result<bool, ServiceError> {
        if self.of_a_room().await? {
            return Ok(true);
        }
        let (now, at) = (self.clock.now().0, self.clock.monotonic());
        let may_forget = self.steady.holds(now, at);
        Ok(may_forget && (self.of_sessions().await? || self.of_people().await?))
    }

    /// First what was said in a deleted room, then who belonged to it, and last its row.
    async fn of_a_room(&self) -> Result<bool, ServiceError> {
        let Some((room, up_to)) = self.store.read(oldest_of_a_deleted_room).await? else {
            return Ok(false);
        };
        self.store.took_back();
        if let Some(number) = up_to {
            self.execute(MESSAGES, [room, number]).await?;
        } else if self.execute(MEMBERSHIPS_OF_ROOM, [room, ROWS]).await? == 0 {
            self.execute(ROOM, [room]).await?;
        }
        Ok(true)
    }

    async fn of_sessions(&self) -> Result<bool, ServiceError> {
        let now = self.clock.now().0;
        let look = move |db: &Connection| Ok(statement(db, HAS_ENDED)?.exists([now])?);
        if !self.store.read(look).await? {
            return Ok(false);
        }
        self.execute(SESSIONS, [now, ROWS]).await?;
        Ok(true)
    }

    /// Guests who never wrote, made no room, and cannot come back.
    async fn of_people(&mut self) -> Result<bool, ServiceError> {
        let (UserId(seen), now) = (self.seen, self.clock.now().0);
        let look = move |db: &Connection| {
            let mut people = statement(db, LOOK)?;
            let people =
                people.query_map([seen, now, PEOPLE], |row| Ok((row.get(0)?, row.get(1)?)))?;
            Ok(people.collect::<rusqlite::Result<Vec<(i64, bool)>>>()?)
        };
        let people = self.store.read(look).await?;
        let gone = people.iter().filter(|(id, is_gone)| {
            // Somebody may still be there whose session ended meanwhile.
            *is_gone && !self.hub.is_online(UserId(*id))
        });
        let gone: Vec<i64> = gone.map(|(id, _)| *id).collect();
        for guests in gone.chunks(GUESTS) {
            self.forget(guests.to_vec(), now).await?;
        }
        self.looks += 1;
        let is_end = people.len() < PEOPLE as usize;
        self.seen = match people.last() {
            Some((id, _)) if !is_end => UserId(*id),
            _ => UserId(0),
        };
        Ok(!is_end && self.looks < LOOKS)
    }

    /// Who belonged to very many rooms goes the next time round.
    async fn forget(&self, guests: Vec<i64>, now: i64) -> Result<(), ServiceError> {
        self.store.took_back();
        self.store
            .write(move |txn| {
                Box::pin(async move {
                    for id in guests {
                        let left = execute(txn, MEMBERSHIPS_OF_GUEST, [id, ROWS]).await?;
                        if left < ROWS as u64 {
                            execute(txn, GUEST, [id, now]).await?;
                        }
                    }
                    Ok(Written::quietly(()))
                })
            })
            .await
    }

    /// One statement in a transaction of its own: how many rows it was about.
    async fn execute<const N: usize>(
        &self,
        sql: &'static str,
        values: [i64; N],
    ) -> Result<u64, ServiceError> {
        self.store
            .write(move |txn| {
                Box::pin(async move { Ok(Written::quietly(execute(txn, sql, values).await?)) })
            })
            .await
    }
}

/// Whether a clock has run as the machine's own.
struct Steady {
    /// What both said when they last went apart.
    since: (Instant, i64),
}

impl Steady {
    fn since(now: i64, instant: Instant) -> Self {
        Self {
            since: (instant, now),
        }
    }

    fn holds(&mut self, now: i64, instant: Instant) -> bool {
        let (began, said) = self.since;
        let ran = i64::try_from((instant - began).as_millis()).unwrap_or(i64::MAX);
        if now.saturating_sub(said).abs_diff(ran) > CORRECTION as u64 {
            self.since = (instant, now);
        }
        instant - self.since.0 >= STEADY
    }
}

async fn execute<const N: usize>(
    db: &impl ConnectionTrait,
    sql: &'static str,
    values: [i64; N],
) -> Result<u64, DbErr> {
    let values = values.map(sea_orm::Value::from);
    let statement = Statement::from_sql_and_values(DbBackend::Sqlite, sql, values);
    Ok(db.execute_raw(statement).await?.rows_affected())
}

/// A deleted room, and up to which number its messages are one piece; none: it has no more.
fn oldest_of_a_deleted_room(db: &Connection) -> Result<Option<(i64, Option<i64>)>, ServiceError> {
    let room = statement(db, DELETED)?.query_row([], |row| row.get(0));
    let Some(room) = room.optional()? else {
        return Ok(None);
    };
    let mut sizes = statement(db, SIZES)?;
    let sizes = sizes.query_map([room, ROWS], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let sizes = sizes.collect::<rusqlite::Result<Vec<_>>>()?;
    Ok(Some((room, last_of_piece(&sizes))))
}

/// The number with which a piece ends: at least one message is in it, however long.
fn last_of_piece(sizes: &[(i64, i64)]) -> Option<i64> {
    let mut bytes = 0;
    let fitting = sizes.iter().take_while(|(_, size)| {
        bytes += size;
        bytes <= BYTES
    });
    let fitting = fitting.count().max(1).min(sizes.len());
    fitting.checked_sub(1).map(|last| sizes[last].0)
}

const DELETED: &str = "SELECT id FROM rooms WHERE deleted_at IS NOT NULL LIMIT 1";

const SIZES: &str = "SELECT number, octet_length(body) FROM messages WHERE room_id = ? \
    ORDER BY number LIMIT ?";

const MESSAGES: &str = "DELETE FROM messages WHERE room_id = ? AND number <= ?";

const MEMBERSHIPS_OF_ROOM: &str = "DELETE FROM memberships WHERE rowid IN \
    (SELECT rowid FROM memberships WHERE room_id = ? LIMIT ?)";

const ROOM: &str = "DELETE FROM rooms WHERE id = ? AND deleted_at IS NOT NULL";

const HAS_ENDED: &str = "SELECT 1 FROM sessions WHERE expires_at <= ? LIMIT 1";

const SESSIONS: &str = "DELETE FROM sessions WHERE id IN \
    (SELECT id FROM sessions WHERE expires_at <= ? LIMIT ?)";

/// Who can neither come back nor be met again, at the time `?2`: a session lasts for thirty days at least, so
/// whoever is newer than that is still to have theirs.
macro_rules! is_gone {
    () => {
        "kind = 'guest' AND NOT is_admin AND created_at <= ?2 - 2592000000 \
        AND NOT EXISTS (SELECT 1 FROM sessions WHERE user_id = users.id AND expires_at > ?2) \
        AND NOT EXISTS (SELECT 1 FROM messages WHERE author_id = users.id) \
        AND NOT EXISTS (SELECT 1 FROM rooms WHERE created_by = users.id)"
    };
}

const LOOK: &str = concat!(
    "SELECT id, ",
    is_gone!(),
    " FROM users WHERE id > ?1 ORDER BY id LIMIT ?3"
);

const MEMBERSHIPS_OF_GUEST: &str = "DELETE FROM memberships WHERE rowid IN \
    (SELECT rowid FROM memberships WHERE user_id = ? LIMIT ?)";

const GUEST: &str = concat!("DELETE FROM users WHERE id = ?1 AND ", is_gone!());

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;

    #[test]
    fn a_clock_that_was_set_is_not_believed_at_once() {
        let ten_years = 10 * 365 * 24 * 60 * 60 * 1_000;
        let began = SystemClock.monotonic();
        let mut steady = Steady::since(0, began);
        let mut at = |minutes: u64, ahead: i64| {
            let ran = Duration::from_secs(60 * minutes);
            steady.holds(ran.as_millis() as i64 + ahead, began + ran)
        };
        assert!(!at(59, 0));
        assert!(at(60, 30_000));
        assert!(!at(61, ten_years));
        assert!(!at(120, ten_years));
        assert!(at(121, ten_years));
        assert!(!at(122, 0));
        assert!(at(182, 0));
    }

    #[test]
    fn a_piece_ends_with_its_bytes_and_has_at_least_one_message() {
        assert_eq!(last_of_piece(&[]), None);
        assert_eq!(last_of_piece(&[(3, 1), (4, 1)]), Some(4));
        assert_eq!(last_of_piece(&[(3, BYTES + 1), (4, 1)]), Some(3));
        assert_eq!(last_of_piece(&[(3, 1), (4, BYTES - 1), (9, 1)]), Some(4));
    }
}
