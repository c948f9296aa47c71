//! The seqs of people's own streams, taken for changes, and compared with what was told.
//!
//! *Invariant:* a seq is taken in the transaction of the change that gets it, and every change that takes one is
//! published with it, or with a later one of the same transaction.

use super::db::{self, Db, statement, values};
use super::writer::Written;
use super::{Store, failure, postgres};
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::{Seq, UserId};
use std::collections::BTreeMap;

impl Store {
    /// How far the streams of these people have come, of those who are there.
    ///
    /// # Errors
    /// The database failed.
    pub async fn person_seqs(
        &self,
        people: Vec<UserId>,
    ) -> Result<Vec<(UserId, Seq)>, ServiceError> {
        self.read(move |db| Ok(of(db, &people)?)).await
    }

    /// Waits until whatever was committed before is published.
    ///
    /// # Errors
    /// The database failed.
    pub async fn until_told(&self) -> Result<(), ServiceError> {
        self.write(|_| Ok(Written::quietly(()))).await
    }

    /// Publishes that something in the streams of these people was not told.
    ///
    /// # Errors
    /// The database failed.
    pub async fn tell_of_losses(&self, people: Vec<UserId>) -> Result<(), ServiceError> {
        self.write(move |db| {
            let reached = of(db, &people)?.into_iter();
            let changed = reached.map(|(user, me)| Publication::RoleChanged { user, me });
            Ok(Written {
                publish: changed.collect(),
                value: (),
            })
        })
        .await
    }
}

/// How far the streams of these people have come, of those who are there.
pub(super) fn of(db: &Db, people: &[UserId]) -> db::Result<Vec<(UserId, Seq)>> {
    match db {
        Db::Postgres(_) => {
            let people: Vec<i64> = people.iter().map(|user| user.0).collect();
            statement(db, ALL)?.rows(values![&people[..]], |row| {
                Ok((UserId(row.get(0)?), Seq(row.get(1)?)))
            })
        }
        Db::Sqlite(_) => {
            let reached = people.iter().map(|user| {
                let me = statement(db, ONE)?.row(values![*user], |row| row.get(0))?;
                Ok(me.map(|me| (*user, Seq(me))))
            });
            reached.filter_map(db::Result::transpose).collect()
        }
    }
}

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

const ONE: &str = "SELECT me_seq FROM users WHERE id = ?";

const ALL: &str = "SELECT id, me_seq FROM users WHERE id = ANY(?)";

const TAKE: &str = "UPDATE users SET me_seq = me_seq + ?2 WHERE id = ?1 RETURNING me_seq";
