//! Many small worlds, each drawn from a number: a few people, their tabs, a network that does what
//! networks do, and the real contexts on a real database in between.
//!
//! A world takes steps. In each, something that may happen next is drawn: a frame arrives, the
//! server goes on with a command, somebody writes, time passes, a socket breaks or falls silent, a
//! publication is dropped, the server is killed, a tab is closed for ever, a clock jumps. At the end
//! all faults end and time runs until nothing is under way, and then the history goes to the one
//! checker. The same number gives the same world, on every machine.
//!
//! What is real: `outbox`, `timeline` and `connection` of the browser (through [`crate::client`]),
//! `messages::{post, edit, delete, sync, history}` and `rooms` with the writer and SQLite, the hub and
//! its mailboxes, presence, typing, read marks, the limits, and what a frame means on a socket
//! (`http/socket/conversation`), whose steps `simulation/socket_driver.rs` performs. What is
//! simulated: the wire, HTTP, storage, and all time.

#![warn(clippy::disallowed_methods)]

mod fault_injection;
mod network;
mod quiescence;
mod shared_server;
mod socket_driver;
mod stepping;
#[cfg(test)]
mod tests;
mod world;

use crate::checker::{self, Violation};
use crate::history::History;
use shared_server::SharedServer;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Builder;
use world::World;

/// A fault that is planted in the server or the browser, to show that the checker finds it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlantedFault {
    /// The server acknowledges what it is still about to commit.
    AcknowledgesBeforeCommit,
    /// The server says in its heartbeats that nothing was missed.
    LiesInHeartbeats,
    /// The server leaves a message out of what it says was missed.
    SkipsInSyncs,
    /// The server sends a room's messages to people who are not in it.
    DeliversToOutsiders,
    /// The browser forgets its outbox with the tab.
    ForgetsOutbox,
    /// The server knows no send again by its key.
    StoresRepeats,
}

/// How a world ended.
pub struct Outcome {
    /// The seed of the world.
    pub seed: u64,
    /// What broke the promise.
    pub violations: Vec<Violation>,
    /// Why it never came to rest, or which refused text is gone.
    pub stuck: Option<String>,
    /// Everything that its clients did and saw.
    pub history: History,
    /// What happened in it.
    pub counters: Counters,
}

/// How often each thing happened.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// The messages that were written.
    pub sends: u64,
    /// Messages changed or taken back.
    pub changes: u64,
    /// Sockets that broke or fell silent.
    pub cuts: u64,
    /// Publications that the hub lost.
    pub drops: u64,
    /// Times the server was killed or restarted.
    pub restarts: u64,
    /// Tabs that were closed with all they had in memory.
    pub tabs: u64,
    /// Pages taken anew because too much had changed.
    pub resets: u64,
}

/// What many worlds came to.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    /// How many worlds were played.
    pub seeds: u64,
    /// What happened in all of them.
    pub counters: Counters,
    /// How long they took.
    pub took: Duration,
}

/// A world that did not end well, with the first ones of what is wrong.
#[derive(Clone, Debug)]
pub struct Failed {
    /// The seed of the world.
    pub seed: u64,
    /// What went wrong, in sentences.
    pub wrong: Vec<String>,
}

impl Outcome {
    /// What is wrong, as sentences; empty when all is well.
    pub fn wrong(&self) -> Vec<String> {
        let violations = self.violations.iter().map(Violation::to_string);
        self.stuck.iter().cloned().chain(violations).collect()
    }
}

/// Plays one world.
pub fn run(seed: u64) -> Outcome {
    run_with(seed, None)
}

/// Plays one world in which something is wrong on purpose.
pub fn run_with(seed: u64, planted: Option<PlantedFault>) -> Outcome {
    let mut outcomes = Vec::new();
    play(&AtomicU64::new(seed), seed + 1, planted, |outcome| {
        outcomes.push(outcome);
        true
    });
    outcomes.remove(0)
}

/// Plays the worlds from `first` on, on as many threads as there are cores.
///
/// # Errors
/// [`Failed`] with the first world that fails; those after it are not played.
#[expect(
    clippy::disallowed_methods,
    reason = "how long all of it takes is reported"
)]
pub fn run_many(first: u64, seeds: u64) -> Result<Summary, Failed> {
    let started = Instant::now();
    let (next, end) = (AtomicU64::new(first), first + seeds);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let results: Vec<Result<Counters, Failed>> = std::thread::scope(|scope| {
        let play_some = || {
            let (mut counters, mut failed) = (Counters::default(), None);
            play(&next, end, None, |outcome| {
                counters += outcome.counters;
                let wrong = outcome.wrong();
                if !wrong.is_empty() {
                    let seed = outcome.seed;
                    failed = Some(Failed { seed, wrong });
                    // The others need not go on.
                    next.store(end, Ordering::Relaxed);
                }
                failed.is_none()
            });
            failed.map_or(Ok(counters), Err)
        };
        let running: Vec<_> = (0..threads).map(|_| scope.spawn(play_some)).collect();
        let joined = running.into_iter().map(|thread| thread.join());
        joined
            .map(|done| done.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
            .collect()
    });
    let mut summary = Summary {
        seeds,
        took: started.elapsed(),
        ..Summary::default()
    };
    for result in results {
        summary.counters += result?;
    }
    Ok(summary)
}

/// Plays the worlds that `next` gives out, up to `end`, one after the other on one database, for as
/// long as `report` answers that more are wanted.
fn play(
    next: &AtomicU64,
    end: u64,
    planted: Option<PlantedFault>,
    mut report: impl FnMut(Outcome) -> bool,
) {
    let runtime = Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a thread can have a runtime");
    runtime.block_on(async {
        let server = SharedServer::open().await;
        loop {
            let seed = next.fetch_add(1, Ordering::Relaxed);
            if seed >= end {
                break;
            }
            let mut world = Box::new(Box::pin(World::begin(&server, seed, planted)).await);
            let mut stuck = Box::pin(world.run())
                .await
                .or_else(|| world.vanished_refusal())
                .or_else(|| world.misnamed_room())
                .or_else(|| world.misnamed_person());
            if stuck.is_none() {
                stuck = Box::pin(world.misjudged_room()).await;
            }
            let (history, counters) = Box::pin(world.end()).await;
            let violations = checker::check(&history);
            let outcome = Outcome {
                seed,
                violations,
                stuck,
                history,
                counters,
            };
            if !report(outcome) {
                break;
            }
        }
    });
}

impl std::ops::AddAssign for Counters {
    fn add_assign(&mut self, other: Self) {
        self.sends += other.sends;
        self.changes += other.changes;
        self.cuts += other.cuts;
        self.drops += other.drops;
        self.restarts += other.restarts;
        self.tabs += other.tabs;
        self.resets += other.resets;
    }
}

impl fmt::Display for Failed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const SHOWN: usize = 20;
        writeln!(f, "Seed {} breaks the promise:", self.seed)?;
        for sentence in self.wrong.iter().take(SHOWN) {
            writeln!(f, "  {sentence}")?;
        }
        if self.wrong.len() > SHOWN {
            writeln!(f, "  … and {} more.", self.wrong.len() - SHOWN)?;
        }
        write!(
            f,
            "Again: PARLOUR_SEED={0} cargo test -p parlour-chaos one_world, or chaos simulate --seed {0} --seeds 1",
            self.seed
        )
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.took.as_secs_f64();
        let Counters {
            sends,
            changes,
            cuts,
            drops,
            restarts,
            tabs,
            resets,
        } = self.counters;
        write!(
            f,
            "{} worlds in {seconds:.1} s: {sends} sends, {changes} changes, {cuts} broken sockets, \
             {drops} dropped publications, {restarts} restarts, {tabs} tabs killed, {resets} resets; \
             lost 0, duplicated 0, reordered 0",
            self.seeds
        )
    }
}
