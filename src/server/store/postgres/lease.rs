//! The lease of a database: which node serves it, until when.
//!
//! *Invariant:* a write is committed only by who has the lease: each transaction that writes renews it first, and
//! keeps its row locked until it ends, so nobody takes it over meanwhile. A server that slept past its lease while
//! another one took it commits nothing. Only the database's clock counts.

use super::failure::{Lost, lost};
use super::session::{Fence, Session};
use crate::store::db::{Result, Row, values};

/// The lease's table, which is there before the steps of the schema are: they are taken under it.
const TABLE: &str = "CREATE TABLE IF NOT EXISTS lease (id BIGINT PRIMARY KEY, node TEXT NOT NULL, \
    token TEXT NOT NULL, until TIMESTAMPTZ NOT NULL)";

/// Seconds that a lease lasts.
pub(in crate::store) const SECONDS: u64 = 15;

const TAKE: &str = "INSERT INTO lease (id, node, token, until) \
    VALUES (1, ?1, ?2, clock_timestamp() + interval '15 s') \
    ON CONFLICT (id) DO UPDATE SET node = excluded.node, token = excluded.token, until = excluded.until \
    WHERE lease.until <= clock_timestamp() OR lease.token = excluded.token";

const HOLDER: &str = "SELECT node, token, \
    (1000 * extract(epoch FROM until - clock_timestamp()))::int8 FROM lease WHERE id = 1";

/// Asked at the beginning of each transaction that writes.
const RENEW: &str = "UPDATE lease SET until = clock_timestamp() + interval '15 s' \
    WHERE id = 1 AND token = ?";

const RELEASE: &str = "UPDATE lease SET until = clock_timestamp() WHERE id = 1 AND token = ?";

/// A node's own part in it.
#[derive(Clone, Debug)]
pub(in crate::store) struct Node {
    /// What it is called, for people.
    pub(in crate::store) name: String,
    /// Which life of it this is; nobody else has it.
    pub(in crate::store) token: String,
}

/// Who has the lease, and for how many milliseconds if it is not renewed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::store) struct Holder {
    pub(in crate::store) node: String,
    pub(in crate::store) token: String,
    pub(in crate::store) left_ms: i64,
}

impl Node {
    /// Takes the lease, or says who has it.
    pub(in crate::store) fn take(&self, session: &Session) -> Result<Option<Holder>> {
        session.batch(TABLE)?;
        if session.ask(TAKE, values![&self.name, &self.token])?.count > 0 {
            return Ok(None);
        }
        let answer = session.ask(HOLDER, &[])?;
        let row = answer.rows.first().ok_or_else(|| lost(Lost::Lease))?;
        let row = Row::Postgres(row);
        Ok(Some(Holder {
            node: row.get(0)?,
            token: row.get(1)?,
            left_ms: row.get(2)?,
        }))
    }

    /// Lets another node have it at once.
    pub(in crate::store) fn release(&self, session: &Session) -> Result<()> {
        session.ask(RELEASE, values![&self.token]).map(drop)
    }

    /// Lets `session` write as this node.
    pub(in crate::store) fn writing_on(&self, session: Session) -> Result<Session> {
        session.fenced(Fence {
            sql: RENEW,
            value: self.token.clone(),
        })
    }
}
