//! Which database a connection leads to, and whether it is one that keeps what it acknowledges.
//!
//! An epoch names one history. A standby that was promoted may lack what the server before it has acknowledged, and
//! nobody but the timeline tells; a base backup that was restored has another timeline, too; a database that was loaded
//! from a dump has a table `rooms` of another identity. So all three are compared on every new connection before it
//! serves: what is another cluster is another epoch.
//!
//! The timeline is read from the name of the present WAL file: what `pg_control_checkpoint` says is that of the last
//! checkpoint, which after a promotion is late.

use super::failure::{Lost, lost};
use super::session::Session;
use crate::error::{Class, StoreError};
use crate::store::db::{Result, Row};

/// The oldest version that is served, as `server_version_num` has it.
const OLDEST: i64 = 150_000;

/// Which history a database is in: the system's identifier, the timeline, and the identity of `rooms`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Cluster(String);

impl Cluster {
    pub(in crate::store) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Why a server of PostgreSQL does not serve.
#[derive(Debug, thiserror::Error)]
pub(in crate::store) enum Unfit {
    /// It is older than what is tested.
    #[error("its version is {0}, and 15 or newer is needed; update it")]
    TooOld(i64),
    /// What it acknowledges may be lost with its power.
    #[error(
        "it runs with fsync = off, with which what was acknowledged can be lost; set fsync = on"
    )]
    NoFsync,
    /// The same, by another setting.
    #[error(
        "it runs with synchronous_commit = {0}, with which what was acknowledged can be lost; set on or remote_apply"
    )]
    Asynchronous(String),
    /// Not every text can be stored.
    #[error("its encoding is {0}; create it with ENCODING 'UTF8'")]
    Encoding(String),
    /// There are tables of something else.
    #[error(
        "it has tables that are not Parlour's (such as {0}); give Parlour a database of its own"
    )]
    OtherProduct(String),
}

/// What a server says of itself.
struct Found {
    /// As `server_version_num` has it.
    version: i64,
    fsync: String,
    synchronous_commit: String,
    encoding: String,
}

impl Found {
    fn judge(self) -> std::result::Result<(), Unfit> {
        if self.version < OLDEST {
            return Err(Unfit::TooOld(self.version / 10_000));
        }
        if self.fsync != "on" {
            return Err(Unfit::NoFsync);
        }
        if !["on", "remote_apply"].contains(&self.synchronous_commit.as_str()) {
            return Err(Unfit::Asynchronous(self.synchronous_commit));
        }
        if self.encoding != "UTF8" {
            return Err(Unfit::Encoding(self.encoding));
        }
        Ok(())
    }
}

/// Refuses a server that loses what it acknowledges, or is none that can be written, and answers which history it is
/// in.
pub(in crate::store) fn examine(session: &Session) -> Result<Cluster> {
    const LOOK: &str = "SELECT current_setting('server_version_num')::int8, current_setting('fsync'), \
        current_setting('synchronous_commit'), current_setting('server_encoding'), pg_is_in_recovery()";
    // With statements of its own: what is asked of a standby fails there.
    const IDENTITY: &str = "SELECT (SELECT system_identifier::text FROM pg_control_system()) || '/' || \
        left(pg_walfile_name(pg_current_wal_lsn()), 8) || '/' || coalesce(to_regclass('rooms')::oid::text, '')";
    const STANDBY: &str = "the server is a standby, which cannot be written";
    let answer = session.ask(LOOK, &[])?;
    let row = answer.rows.first();
    let row = Row::Postgres(row.ok_or_else(crate::store::failure::no_row)?);
    let found = Found {
        version: row.get(0)?,
        fsync: row.get(1)?,
        synchronous_commit: row.get(2)?,
        encoding: row.get(3)?,
    };
    found.judge().map_err(unfit)?;
    if row.get(4)? {
        return Err(StoreError::new(Class::Transient, Standby(STANDBY)));
    }
    let answer = session.ask(IDENTITY, &[])?;
    let row = answer.rows.first().ok_or_else(|| lost(Lost::NoAnswer))?;
    Ok(Cluster(Row::Postgres(row).get(0)?))
}

/// Which database of which server it is, whatever it is called.
pub(in crate::store) fn identity(session: &Session) -> Result<String> {
    const IDENTITY: &str = "SELECT system_identifier::text || '/' || pg_database.oid || '/' || current_schema() \
        FROM pg_control_system(), pg_database WHERE datname = current_database()";
    let answer = session.ask(IDENTITY, &[])?;
    let row = answer.rows.first().ok_or_else(|| lost(Lost::NoAnswer))?;
    Row::Postgres(row).get(0)
}

/// Refuses a database with tables of something else.
pub(in crate::store) fn refuse_other_product(session: &Session) -> Result<()> {
    const FOREIGN: &str = "SELECT relname::text FROM pg_class JOIN pg_namespace ON pg_namespace.oid = relnamespace \
        WHERE nspname = current_schema() AND relkind = 'r' AND to_regclass('seaql_migrations') IS NULL \
        AND relname <> 'lease' AND to_regclass('unfinished_copy') IS NULL LIMIT 1";
    let answer = session.ask(FOREIGN, &[])?;
    match answer.rows.first() {
        None => Ok(()),
        Some(row) => Err(unfit(Unfit::OtherProduct(Row::Postgres(row).get(0)?))),
    }
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Standby(&'static str);

fn unfit(why: Unfit) -> StoreError {
    StoreError::new(Class::Broken, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_keeps_all_it_acknowledges_and_is_new_enough_is_served() {
        let judged = |version, fsync: &str, commit: &str, encoding: &str| {
            let found = Found {
                version,
                fsync: fsync.to_owned(),
                synchronous_commit: commit.to_owned(),
                encoding: encoding.to_owned(),
            };
            found.judge().err().map(|unfit| unfit.to_string())
        };
        for commit in ["on", "remote_apply"] {
            assert_eq!(judged(150_000, "on", commit, "UTF8"), None);
        }
        for (found, word) in [
            (judged(149_999, "on", "on", "UTF8"), "14"),
            (judged(150_000, "off", "on", "UTF8"), "fsync"),
            (judged(150_000, "on", "off", "UTF8"), "off"),
            (judged(150_000, "on", "local", "UTF8"), "local"),
            (
                judged(150_000, "on", "remote_write", "UTF8"),
                "remote_write",
            ),
            (judged(150_000, "on", "on", "SQL_ASCII"), "SQL_ASCII"),
        ] {
            assert!(
                found.is_some_and(|sentence| sentence.contains(word)),
                "{word}"
            );
        }
    }
}
