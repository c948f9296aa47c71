//! Read receipts on their way to the disk: gathered in memory, debounced, and written in batches.
//!
//! Each member who has a room open sends a receipt for what comes into it: as many as deliveries, too many for a
//! commit each. So the first one after a pause is written at once, and those of the next 50 ms are gathered: of
//! each member the furthest, hundreds in a transaction, together with sends. What a person waits for goes the same
//! way at once and takes along what was gathered of them: a read mark that is set back is not moved on again by a
//! receipt from before.
//! *Invariant:* a receipt leaves memory when it is on disk; one that the disk does not take is tried again. Of each
//! member they are written in the order in which they came.

use super::Store;
use super::db::{self, Db, statement, values};
use super::mention_counts;
use super::person_seqs::TakenSeqs;
use super::postgres;
use super::writer::{BatchWrite, Results, Written};
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::{ReadMark, RoomId, Seq, UserId};
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

/// What becomes of a member's read position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Receipt {
    /// It moves on to this, if it is not there yet.
    read: Seq,
    /// Then it goes back to this, if it is further.
    back_to: Option<Seq>,
    /// It was asked for, and not told by a socket.
    is_asked: bool,
}

impl ReadReceipts {
    /// Sets that the user has read the room up to `seq`. It is written soon.
    pub(crate) fn add(&self, room: RoomId, user: UserId, seq: Seq, store: &Arc<Store>) {
        let mut gathered = self.gathered();
        gathered.add((room, user), seq);
        if !mem::replace(&mut gathered.is_awaited, true) {
            tokio::spawn(self.clone().flush_until_empty(store.clone()));
        }
    }

    /// The same, on disk when this answers.
    ///
    /// # Errors
    /// It could not be written, and nothing is changed.
    pub(crate) async fn read(
        &self,
        room: RoomId,
        user: UserId,
        seq: Seq,
        store: &Arc<Store>,
    ) -> Result<(), ServiceError> {
        let read = |before: Seq| Receipt {
            read: seq.max(before),
            back_to: None,
            is_asked: true,
        };
        self.write_now((room, user), read, store).await
    }

    /// Sets back how far the user has read the room, behind all receipts so far; on disk when this answers.
    ///
    /// # Errors
    /// It could not be written, and nothing is changed.
    pub(crate) async fn set_back(
        &self,
        room: RoomId,
        user: UserId,
        to: Seq,
        store: &Arc<Store>,
    ) -> Result<(), ServiceError> {
        let back = |before| Receipt {
            read: before,
            back_to: Some(to),
            is_asked: false,
        };
        self.write_now((room, user), back, store).await
    }

    /// Sets that the user has read these rooms up to there; on disk when this answers.
    ///
    /// # Errors
    /// It could not be written. Of many rooms some may be read.
    pub(crate) async fn read_rooms(
        &self,
        user: UserId,
        rooms: &[(RoomId, Seq)],
        store: &Arc<Store>,
    ) -> Result<(), ServiceError> {
        for part in rooms.chunks(BATCH_MAX) {
            let asked = part.iter().map(|(room, seq)| {
                let receipt = Receipt {
                    is_asked: true,
                    ..Receipt::of(*seq)
                };
                ((*room, user), receipt)
            });
            let receipts: Arc<[_]> = asked.collect();
            store.mark_read_batch(Arc::clone(&receipts)).await?;
            self.remove_written(&receipts);
        }
        Ok(())
    }

    /// Writes what is made of the receipts that wait.
    async fn write_now(
        &self,
        at: At,
        made_of: impl FnOnce(Seq) -> Receipt,
        store: &Arc<Store>,
    ) -> Result<(), ServiceError> {
        let before = self.gathered().furthest.remove(&at);
        let receipt = made_of(before.unwrap_or_default());
        let written = store.mark_read_batch(Arc::new([(at, receipt)])).await;
        if let (Err(_), Some(before)) = (&written, before) {
            let (room, user) = at;
            self.add(room, user, before, store);
        }
        written
    }

    /// Up to where the user has read the room by a receipt that is not on disk.
    pub(crate) fn awaited(&self, room: RoomId, user: UserId) -> Option<Seq> {
        self.gathered().furthest.get(&(room, user)).copied()
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

    fn some_behind(&self, after: Option<At>) -> Arc<[(At, Receipt)]> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        let gathered = self.gathered();
        let receipts = gathered.furthest.range((from, Bound::Unbounded));
        receipts
            .take(BATCH_MAX)
            .map(|(at, seq)| (*at, Receipt::of(*seq)))
            .collect()
    }

    /// Removes these, which are on disk; one that went further meanwhile stays.
    fn remove_written(&self, receipts: &[(At, Receipt)]) {
        let furthest = &mut self.gathered().furthest;
        for (at, Receipt { read, .. }) in receipts {
            if furthest.get(at).is_some_and(|furthest| furthest <= read) {
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

impl Gathered {
    fn add(&mut self, at: At, seq: Seq) {
        let furthest = self.furthest.entry(at).or_default();
        *furthest = seq.max(*furthest);
    }
}

impl Receipt {
    fn of(read: Seq) -> Self {
        Self {
            read,
            back_to: None,
            is_asked: false,
        }
    }

    /// Whether it moves the position on.
    fn is_on(&self) -> bool {
        self.read > Seq::ZERO
    }
}

impl Store {
    /// Writes receipts, each behind those that were to be written before. A repeat changes nothing.
    async fn mark_read_batch(&self, receipts: Arc<[(At, Receipt)]>) -> Result<(), ServiceError> {
        self.write_batched(Part(receipts)).await
    }
}

/// A batch of receipts.
struct Part(Arc<[(At, Receipt)]>);

impl BatchWrite for Part {
    type Answer = ();

    fn write(parts: &[Self], db: &Db) -> Results<()> {
        let mut seqs = TakenSeqs::take(db, &wanted(parts))?;
        let mut told: Vec<Vec<Publication>> = parts.iter().map(|_| Vec::new()).collect();
        let mut moving = Moving::default();
        for (part, Self(receipts)) in parts.iter().enumerate() {
            for (at, receipt) in receipts.iter() {
                // Who is no more takes none, and has no membership either.
                if receipt.is_on()
                    && let Some(me) = seqs.next(at.1)
                {
                    moving.add(db, &mut told, (part, *at, *receipt, me))?;
                }
                if let Some(to) = receipt.back_to
                    && let Some(me) = seqs.next(at.1)
                {
                    moving.write(db, &mut told)?;
                    told[part].extend(set_back(db, *at, to, me)?);
                }
            }
        }
        moving.write(db, &mut told)?;
        let written = |publish| Ok(Written { value: (), publish });
        Ok(told.into_iter().map(written).collect())
    }
}

/// Receipts that are about to be moved on: to a server all that follow each other go in one statement.
#[derive(Default)]
struct Moving(BTreeMap<At, (usize, Receipt, Seq)>);

impl Moving {
    /// Adds the receipt of a part of the batch, or writes it at once where a statement is a call.
    fn add(
        &mut self,
        db: &Db,
        told: &mut [Vec<Publication>],
        (part, at, receipt, me): (usize, At, Receipt, Seq),
    ) -> db::Result<()> {
        if let Db::Sqlite(_) = db {
            told[part].extend(move_on(db, at, receipt, me)?);
            return Ok(());
        }
        if self.0.contains_key(&at) {
            self.write(db, told)?;
        }
        self.0.insert(at, (part, receipt, me));
        Ok(())
    }

    fn write(&mut self, db: &Db, told: &mut [Vec<Publication>]) -> db::Result<()> {
        let receipts = mem::take(&mut self.0);
        let Db::Postgres(session) = db else {
            return Ok(());
        };
        if receipts.is_empty() {
            return Ok(());
        }
        let moves: Vec<_> = (receipts.iter())
            .map(|(at, (_, receipt, me))| (*at, receipt.read, *me))
            .collect();
        let moved = postgres::move_receipts_on(session, &moves)?;
        for (at, (part, receipt, me)) in receipts {
            let (room, user) = at;
            let read = moved.get(&at).map(|read_posts| Publication::Read {
                user,
                room,
                seq: receipt.read,
                read_posts: *read_posts,
                is_asked: receipt.is_asked,
                me,
            });
            told[part].extend(read);
        }
        Ok(())
    }
}

/// How many seqs of their streams these receipts take. One that turns out to move nothing leaves a gap, which no
/// client minds.
fn wanted(parts: &[Part]) -> BTreeMap<UserId, i64> {
    let mut wanted = BTreeMap::new();
    for ((_, user), receipt) in parts.iter().flat_map(|Part(receipts)| receipts.iter()) {
        let moves = [receipt.is_on(), receipt.back_to.is_some()];
        *wanted.entry(*user).or_default() += moves.map(i64::from).iter().sum::<i64>();
    }
    wanted
}

/// Moves a member's read position on, unless they are none any more or have read further by posting.
fn move_on(
    db: &Db,
    (room, user): At,
    receipt: Receipt,
    me: Seq,
) -> db::Result<Option<Publication>> {
    let seq = receipt.read;
    let read_posts = posts_up_to(db, room, seq)?;
    let read = values![room, user, seq, read_posts, me];
    let is_news = statement(db, MOVE_ON)?.execute(read)? > 0;
    Ok(is_news.then_some(Publication::Read {
        user,
        room,
        seq,
        read_posts,
        is_asked: receipt.is_asked,
        me,
    }))
}

/// Sets a member's read position back, unless it is before that already. They are told in any case: what they
/// have open marks nothing as read meanwhile.
fn set_back(db: &Db, (room, user): At, seq: Seq, me: Seq) -> db::Result<Option<Publication>> {
    let read_posts = posts_up_to(db, room, seq)?;
    let back = values![room, user, seq, read_posts, me];
    statement(db, SET_BACK)?.execute(back)?;
    let mentions = mention_counts::in_room(db, user, room)?;
    statement(db, STANDS)?.row(values![room, user], |row| {
        let (read_posts, posts): (i64, i64) = (row.get(1)?, row.get(2)?);
        Ok(Publication::Unread {
            user,
            marked: ReadMark {
                room_id: room,
                seq: Seq(row.get(0)?),
                unread: posts - read_posts,
                mentions: mentions.len() as i64,
                me: Some(me),
            },
            read_posts,
            mentions: mentions.clone(),
        })
    })
}

macro_rules! moves {
    ($which:literal) => {
        concat!(
            "UPDATE memberships SET read_seq = ?3, read_posts = ?4, me_seq = ?5 \
            WHERE room_id = ?1 AND user_id = ?2 AND state = 'in' AND read_seq ",
            $which,
            " ?3 AND EXISTS (SELECT 1 FROM rooms WHERE id = ?1 AND deleted_at IS NULL)"
        )
    };
}

impl Store {
    /// The rooms in which something is unread for the user, each with how far it has come.
    ///
    /// # Errors
    /// The database failed.
    pub async fn unread_rooms(&self, user: UserId) -> Result<Vec<(RoomId, Seq)>, ServiceError> {
        let read = move |db: &Db| {
            Ok(statement(db, UNREAD)?.rows(values![user], |row| {
                Ok((RoomId(row.get(0)?), Seq(row.get(1)?)))
            })?)
        };
        self.read(read).await
    }
}

const UNREAD: &str = "SELECT rooms.id, rooms.seq FROM memberships JOIN rooms ON rooms.id = room_id \
    WHERE user_id = ? AND state = 'in' AND deleted_at IS NULL AND posts > read_posts";

const MOVE_ON: &str = moves!("<");

const SET_BACK: &str = moves!(">");

const STANDS: &str = "SELECT read_seq, read_posts, posts FROM memberships \
    JOIN rooms ON id = room_id \
    WHERE room_id = ? AND user_id = ? AND state = 'in' AND deleted_at IS NULL";

/// How many messages were posted up to `seq`: the ordinal of the last of them.
fn posts_up_to(db: &Db, room: RoomId, seq: Seq) -> db::Result<i64> {
    const LAST: &str = "SELECT ordinal FROM messages WHERE room_id = ? AND number <= ? \
        ORDER BY number DESC LIMIT 1";
    let last = statement(db, LAST)?.row(values![room, seq], |row| row.get(0))?;
    Ok(last.unwrap_or(0))
}
