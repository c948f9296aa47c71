//! When the database cannot be written: what of it passes by itself, and what the log says of it.
//!
//! *Invariant:* one line when it begins and one when it is over, however many are refused meanwhile.

use crate::error::ServiceError;
use sea_orm::{DbErr, RuntimeErr};
use std::fmt::Display;
use std::time::{Duration, Instant};

/// SQLite's primary result codes (<https://www.sqlite.org/rescode.html>) for what somebody with a
/// key to the machine room mends, while nothing is wrong with what is stored.
const PASSING: [i32; 6] = [
    // BUSY: another program holds the lock.
    5,  // NOMEM.
    7,  // READONLY: the system took the disk away.
    8,  // IOERR: a write, a sync or the growth of a file failed.
    10, // FULL.
    13, // CANTOPEN: no room for a file beside the database.
    14,
];

/// How long it has to go well before it counts as over: everybody who was refused has tried again.
const OVER: Duration = Duration::from_secs(2);

/// Whether the same work may well succeed later, without anybody changing the database.
pub(crate) fn is_passing(error: &DbErr) -> bool {
    let cause = match error {
        DbErr::Conn(RuntimeErr::SqlxError(cause))
        | DbErr::Exec(RuntimeErr::SqlxError(cause))
        | DbErr::Query(RuntimeErr::SqlxError(cause)) => cause,
        // The connection is being opened again, and that takes too long.
        DbErr::ConnectionAcquire(_) => return true,
        _ => return false,
    };
    let code = cause.as_database_error().and_then(|error| error.code());
    code.and_then(|code| code.parse().ok()).is_some_and(passes)
}

/// The same of an error on the committing connection.
pub(super) fn will_pass(error: &rusqlite::Error) -> bool {
    error
        .sqlite_error()
        .is_some_and(|error| passes(error.extended_code))
}

fn passes(extended_code: i32) -> bool {
    // The low byte of an extended code is the primary one.
    PASSING.contains(&(extended_code & 0xff))
}

/// What somebody is told who was `place`th in a group that could not be written: they come back
/// spread over a second, and not in one breath.
pub(super) fn refusal(place: usize) -> ServiceError {
    ServiceError::Unwritable {
        retry_after_ms: 1_000 + (place as u64 * 2) % 1_000,
    }
}

/// Whether writing fails at the moment.
#[derive(Default)]
pub(super) struct Trouble(Option<Going>);

struct Going {
    begun: Instant,
    last: Instant,
    refused: usize,
}

impl Trouble {
    /// A group of so many was not written.
    pub(super) fn failed(&mut self, error: &dyn Display, refused: usize) {
        let now = Instant::now();
        let going = self.0.get_or_insert_with(|| {
            tracing::error!(
                %error,
                "the database cannot be written: senders are told to try again, reading goes on"
            );
            Going {
                begun: now,
                last: now,
                refused: 0,
            }
        });
        going.last = now;
        going.refused += refused;
    }

    /// Something was written. A disk that is almost full takes one thing and refuses the next: that
    /// is not the end of it yet.
    pub(super) fn wrote(&mut self) {
        let Some(going) = self.0.take_if(|going| going.last.elapsed() >= OVER) else {
            return;
        };
        tracing::info!(
            refused = going.refused,
            seconds = going.begun.elapsed().as_secs(),
            "the database can be written again"
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn those_who_are_refused_together_come_back_one_after_the_other() {
        let mut waits: Vec<u64> = (0..500)
            .map(|place| match refusal(place) {
                ServiceError::Unwritable { retry_after_ms } => retry_after_ms,
                other => panic!("{other}"),
            })
            .collect();
        assert!(waits.iter().all(|wait| (1_000..2_000).contains(wait)));
        waits.dedup();
        assert_eq!(waits.len(), 500);
    }
}
