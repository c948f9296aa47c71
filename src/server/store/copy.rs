//! Moving house: all that is in one database into another, empty one, be it of the other kind.
//!
//! Every table goes as lines of text in the order of its primary key, some thousands at a time, so memory is bounded.
//! Which tables and columns there are is asked of the source (`schema`), so a new step of the schema needs nothing here.
//! At the end the copy is read again, and each table's rows and their sum (SHA-256) are compared with what was read of
//! the source.
//!
//! *Invariant:* no server uses either of them meanwhile, and an unfinished copy is never served: in a server's database
//! a mark says what it is, and a file gets its name last. What is served in the end has an epoch of its own.

mod failure;
mod fill;
mod into_file;
mod into_server;
mod lines;
mod mark;
mod source;

pub use failure::CopyError;
pub(super) use mark::{MarkedUnfinished, refuse as refuse_unfinished};

use super::alone::alone;
use crate::clock::{Clock, Random};
use crate::config::{DatabaseSettings, DatabaseUrl};
use fill::Filled;
use source::Source;
use std::fs::canonicalize;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Handle;

/// What was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copied {
    /// Tables, empty ones included.
    pub tables: usize,
    /// Rows of all of them.
    pub rows: u64,
    /// How long it took, the comparison included.
    pub elapsed: Duration,
}

impl Copied {
    /// Rows in a second.
    pub fn rate(&self) -> u64 {
        (self.rows as f64 / self.elapsed.as_secs_f64().max(0.001)) as u64
    }
}

/// How far a copy has come; reported some times a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// So many rows of so many are written.
    Copying {
        /// Rows so far.
        rows: u64,
        /// Rows in all tables.
        of: u64,
    },
    /// All is written; indexes are made.
    Indexing,
    /// So many rows of so many are read again and compared.
    Comparing {
        /// Rows so far.
        rows: u64,
        /// Rows in all tables.
        of: u64,
    },
}

/// How often progress is reported.
const PROGRESS_INTERVAL: Duration = Duration::from_millis(250);

/// What a copy is told, and tells.
struct Job<'j> {
    from: &'j DatabaseSettings,
    to: &'j DatabaseSettings,
    clock: &'j dyn Clock,
    random: &'j dyn Random,
    /// On which the steps of the schema are taken.
    runtime: Handle,
    progress: &'j mut (dyn FnMut(Progress) + Send),
    told: Option<Instant>,
}

impl Job<'_> {
    /// Reports it, unless that was done a moment ago.
    fn tell(&mut self, progress: Progress) {
        let now = self.clock.monotonic();
        let is_time = self.told.is_none_or(|at| now - at >= PROGRESS_INTERVAL);
        if is_time || progress == Progress::Indexing {
            self.told = Some(now);
            (self.progress)(progress);
        }
    }
}

/// Copies the database of `from` to the empty one of `to`, which need not be there if it is a file. No server may use
/// either meanwhile.
///
/// # Errors
/// [`CopyError::SamePlace`], [`CopyError::NoSource`], [`CopyError::NotOurs`], [`CopyError::Older`] and
/// [`CopyError::NotEmpty`] by what they are; [`CopyError::Served`], [`CopyError::Lock`] and [`CopyError::Open`] while
/// one of them is used, or cannot be; [`CopyError::Reading`], [`CopyError::Writing`] and [`CopyError::File`] if that
/// fails under way, and [`CopyError::Differs`] if the copy is not what was read. There is then no copy that would be
/// served, and the next try begins anew.
pub async fn copy(
    from: &DatabaseSettings,
    to: &DatabaseSettings,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
    mut progress: impl FnMut(Progress) + Send + 'static,
) -> Result<Copied, CopyError> {
    let (from, to, runtime) = (from.clone(), to.clone(), Handle::current());
    let copying = tokio::task::spawn_blocking(move || {
        run(Job {
            from: &from,
            to: &to,
            clock: &*clock,
            random: &*random,
            runtime,
            progress: &mut progress,
            told: None,
        })
    });
    match copying.await {
        Ok(copied) => copied,
        Err(panic) => std::panic::resume_unwind(panic.into_panic()),
    }
}

fn run(mut job: Job<'_>) -> Result<Copied, CopyError> {
    let (from, to) = (job.from, job.to);
    if let DatabaseUrl::Sqlite(file) = &from.url {
        if !file.is_file() {
            let file = file.clone();
            return Err(CopyError::NoSource { file });
        }
        if let DatabaseUrl::Sqlite(other) = &to.url
            && matches!((canonicalize(file), canonicalize(other)), (Ok(one), Ok(two)) if one == two)
        {
            return Err(CopyError::same(&from.url));
        }
    }
    let began = job.clock.monotonic();
    let look = |session: &_| source::refuse_other_product(&from.url, session);
    let filled = alone(from, job.random, look, |place| {
        let source = Source::open(place, &from.url)?;
        match &to.url {
            DatabaseUrl::Sqlite(file) => into_file::copy(source, file, &mut job),
            DatabaseUrl::Postgres(_) => into_server::copy(source, &mut job),
        }
    })?;
    let Filled { tables, rows } = filled;
    Ok(Copied {
        tables,
        rows,
        elapsed: job.clock.monotonic() - began,
    })
}
