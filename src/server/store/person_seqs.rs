//! The seqs of people's own streams, taken for changes.
//!
//! *Invariant:* a seq is taken in the transaction of the change that gets it.

use super::db::{self, Db, statement, values};
use super::{failure, postgres};
use parlour_protocol::{Seq, UserId};
use std::collections::BTreeMap;

/// Takes the next seq of the user's stream.
pub(super) fn take(db: &Db, user: UserId) -> db::Result<Seq> {
    take_several(db, user, 1)?.ok_or_else(failure::no_row)
}

/// Seqs of several people's streams, taken for changes that are written together.
#[derive(Debug, Default)]
pub(super) struct TakenSeqs(BTreeMap<UserId, Seq>);

impl TakenSeqs {
    /// Takes so many for each of these people, in the order of their ids.
    pub(super) fn take(db: &Db, wanted: &BTreeMap<UserId, i64>) -> db::Result<Self> {
        let taken = match db {
            Db::Postgres(session) => postgres::take_seqs(session, wanted)?,
            Db::Sqlite(_) => {
                let taken = wanted.iter().map(|(user, count)| {
                    let last = take_several(db, *user, *count)?;
                    Ok(last.map(|last| (*user, last)))
                });
                taken
                    .filter_map(db::Result::transpose)
                    .collect::<db::Result<_>>()?
            }
        };
        let first = |(user, last): (UserId, Seq)| (user, Seq(last.0 - wanted[&user] + 1));
        Ok(Self(taken.into_iter().map(first).collect()))
    }

    /// The next one of a person; `None` for one who is no more.
    pub(super) fn next(&mut self, user: UserId) -> Option<Seq> {
        let next = self.0.get_mut(&user)?;
        let taken = *next;
        *next = taken.next();
        Some(taken)
    }
}

/// The last of so many seqs; `None`: there is no such user.
fn take_several(db: &Db, user: UserId, count: i64) -> db::Result<Option<Seq>> {
    let last = statement(db, TAKE)?.row(values![user, count], |row| row.get(0))?;
    Ok(last.map(Seq))
}

const TAKE: &str = "UPDATE users SET me_seq = me_seq + ?2 WHERE id = ?1 RETURNING me_seq";
