//! The status of every client: connected, caught up, with nothing left to send; and how long that took.

use crate::report::in_words;
use parlour_protocol::{RoomId, Seq};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Between two looks at all clients.
const POLL_INTERVAL: Duration = Duration::from_millis(4);

/// One client, as it reports itself after everything that happens to it.
#[derive(Clone, Debug, Default)]
pub(super) struct Status {
    /// Since when its socket is open.
    pub(super) live_since: Option<Instant>,
    /// Messages in its outbox.
    pub(super) waiting: usize,
    /// When the oldest of them was written.
    pub(super) oldest: Option<Instant>,
    /// Edits and deletions that were sent and not answered.
    pub(super) asked: usize,
    /// Actions that it was given and has not done.
    pub(super) undone: usize,
    /// Nothing is under way: pages, questions, messages.
    pub(super) is_idle: bool,
    /// How often nobody listened when it wanted to connect.
    pub(super) refused: usize,
    /// The close code that stopped it for good.
    pub(super) stopped: Option<u16>,
    /// How far it is in each of its rooms; -1 before there was a page.
    pub(super) seqs: BTreeMap<RoomId, Seq>,
}

/// Watches the status of every client.
#[derive(Clone, Debug)]
pub struct Watch(Arc<Statuses>);

#[derive(Debug)]
struct Statuses {
    statuses: Vec<Mutex<Status>>,
    /// The seq that somebody has reached, for every room.
    reached: Mutex<Reached>,
}

/// A seq for every room.
pub(super) type Reached = BTreeMap<RoomId, Seq>;

/// How the clients recovered.
#[derive(Clone, Debug, Default)]
pub struct Recovery {
    /// For each client that recovered, how long that took.
    pub times: Vec<Duration>,
    /// Of each that did not, what it waits for.
    pub unrecovered: Vec<String>,
}

impl Watch {
    pub(super) fn over(clients: usize) -> Self {
        let statuses = (0..clients).map(|_| Mutex::new(Status::default()));
        Self(Arc::new(Statuses {
            statuses: statuses.collect(),
            reached: Mutex::default(),
        }))
    }

    /// Changes how a client is; called by that client alone.
    pub(super) fn update(&self, client: usize, change: impl FnOnce(&mut Status)) {
        let mut status = self.of(client);
        change(&mut status);
        let mut reached = lock(&self.0.reached);
        for (&room, &seq) in &status.seqs {
            let best = reached.entry(room).or_insert(Seq::ZERO);
            *best = seq.max(*best);
        }
    }

    pub(super) fn of(&self, client: usize) -> MutexGuard<'_, Status> {
        lock(&self.0.statuses[client])
    }

    /// How many clients there are.
    pub fn clients(&self) -> usize {
        self.0.statuses.len()
    }

    /// How many of them have an open socket.
    pub fn live(&self) -> usize {
        let all = 0..self.clients();
        all.filter(|&client| self.of(client).live_since.is_some())
            .count()
    }

    /// Actions that were given and not done, by all together.
    pub fn undone(&self) -> usize {
        (0..self.clients())
            .map(|client| self.of(client).undone)
            .sum()
    }

    /// How often nobody listened, to all together.
    pub fn refused(&self) -> usize {
        (0..self.clients())
            .map(|client| self.of(client).refused)
            .sum()
    }

    /// The seq that somebody has reached, for every room.
    pub fn reached(&self) -> Reached {
        lock(&self.0.reached).clone()
    }

    /// Waits until everybody has a socket opened after `since`, has sent what was written before
    /// it, and holds what anybody held at the call. Others may write meanwhile.
    pub async fn reconnected_since(&self, since: Instant, bound: Duration) -> Recovery {
        let reached = self.reached();
        self.wait(since, bound, Some(reached), |status, reached| {
            status.live_since.is_some_and(|opened| opened > since)
                && status.is_caught_up(since, reached)
        })
        .await
    }

    /// Waits until everybody has sent what was written before `since`, over whatever socket.
    pub async fn caught_up_since(&self, since: Instant, bound: Duration) -> Recovery {
        let reached = self.reached();
        self.wait(since, bound, Some(reached), |status, reached| {
            status.is_caught_up(since, reached)
        })
        .await
    }

    /// Waits until nobody has anything left to do, to send or to hear; the times are those at which
    /// each became so for the last time.
    pub async fn quiescent_since(&self, since: Instant, bound: Duration) -> Recovery {
        self.wait(since, bound, None, |status, reached| {
            status.is_idle && status.undone + status.asked == 0 && status.holds(reached)
        })
        .await
    }

    /// Looks until everybody is well with regard to `until`, and then counts as well whatever comes;
    /// or, without it, to what has been reached meanwhile, all at one time.
    async fn wait(
        &self,
        since: Instant,
        bound: Duration,
        until: Option<Reached>,
        is_caught_up: impl Fn(&Status, &Reached) -> bool,
    ) -> Recovery {
        let mut recovered: Vec<Option<Duration>> = vec![None; self.clients()];
        loop {
            let reached = until.clone().unwrap_or_else(|| self.reached());
            for (client, recovered) in recovered.iter_mut().enumerate() {
                let is_caught_up = is_caught_up(&self.of(client), &reached);
                if !is_caught_up && until.is_none() {
                    *recovered = None;
                } else if is_caught_up && recovered.is_none() {
                    *recovered = Some(since.elapsed());
                }
            }
            if recovered.iter().all(Option::is_some) || since.elapsed() > bound {
                break;
            }
            sleep(POLL_INTERVAL).await;
        }
        let unrecovered = recovered
            .iter()
            .enumerate()
            .filter(|(_, recovered)| recovered.is_none());
        Recovery {
            unrecovered: unrecovered
                .map(|(client, _)| self.status_in_words(client))
                .collect(),
            times: recovered.into_iter().flatten().collect(),
        }
    }

    fn status_in_words(&self, client: usize) -> String {
        let status = self.of(client).clone();
        let mut reasons = vec![match status.live_since {
            Some(since) => format!("connected for {}", in_words(since.elapsed())),
            None => "not connected".to_owned(),
        }];
        if let Some(code) = status.stopped {
            reasons.push(format!("stopped by close code {code}"));
        }
        if let Some(oldest) = status.oldest {
            let (count, age) = (status.waiting, in_words(oldest.elapsed()));
            reasons.push(format!("{count} to send, the oldest for {age}"));
        }
        if status.asked > 0 {
            reasons.push(format!("{} changes not answered", status.asked));
        }
        if status.undone > 0 {
            reasons.push(format!("{} actions not done", status.undone));
        }
        let reached = self.reached();
        for (room, seq) in &status.seqs {
            let reached = reached.get(room).copied().unwrap_or(Seq::ZERO);
            if *seq < reached {
                reasons.push(format!("room {room} at {seq} of {reached}"));
            }
        }
        format!("c{client}: {}", reasons.join(", "))
    }
}

impl Status {
    /// Whether it is connected, has sent what was written before `since`, and holds all of this.
    pub(super) fn is_caught_up(&self, since: Instant, reached: &Reached) -> bool {
        self.live_since.is_some()
            && self.oldest.is_none_or(|oldest| oldest > since)
            && self.holds(reached)
    }

    fn holds(&self, reached: &Reached) -> bool {
        self.seqs
            .iter()
            .all(|(room, seq)| reached.get(room).is_none_or(|reached| seq >= reached))
    }
}

/// What is inside is consistent between statements, also after a panic elsewhere.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
