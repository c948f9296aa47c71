//! A database that a command has for itself: no server uses it meanwhile.
//!
//! *Invariant:* the lock of a file, or the lease of a server's database, is held from before the database is opened
//! until after it has been closed. The lease is renewed all the while.

use super::OpenError;
use super::connect;
use super::db::{Db, Result};
use super::lock::{DatabaseLock, LockError};
use super::postgres::{Endpoint, Lost, Node, Session, examine, lost, renewing, take_or_wait};
use crate::clock::{Random, draw};
use crate::config::{DatabaseSettings, DatabaseUrl};
use crate::error::StoreError;
use std::path::Path;

/// Milliseconds that a statement of such a command may take: an index of a large table takes its time.
const PATIENCE_MS: u32 = 24 * 60 * 60 * 1_000;

/// A database that nobody else uses.
pub(super) enum Alone<'s> {
    /// A file whose lock is held.
    File(&'s Path),
    /// A server's database whose lease is held.
    Server {
        endpoint: &'s Endpoint,
        node: &'s Node,
    },
}

impl Alone<'_> {
    /// A connection that may write.
    pub(super) fn connect(&self) -> Result<Db> {
        match self {
            Self::File(file) => Ok(Db::Sqlite(connect::writing(file)?)),
            Self::Server { endpoint, node } => {
                let session = node.writing_on(endpoint.connect()?)?;
                Ok(Db::Postgres(Box::new(session)))
            }
        }
    }

    /// Fails when another one has got the lease meanwhile.
    pub(super) fn still(&self, db: &Db) -> Result<()> {
        match (self, db) {
            (Self::Server { node, .. }, Db::Postgres(session)) => match node.take(session)? {
                None => Ok(()),
                Some(_) => Err(lost(Lost::Lease)),
            },
            _ => Ok(()),
        }
    }
}

/// Does `work` with a database that nobody else uses. A server's is first shown to `look`, before anything is written
/// in it. Blocks, and is not to be called where tasks run.
pub(super) fn alone<T: Send, E: From<OpenError> + From<LockError> + Send>(
    settings: &DatabaseSettings,
    random: &dyn Random,
    look: impl Fn(&Session) -> std::result::Result<(), E>,
    work: impl FnOnce(&Alone<'_>) -> std::result::Result<T, E> + Send,
) -> std::result::Result<T, E> {
    let url = match &settings.url {
        DatabaseUrl::Sqlite(file) => {
            let _lock = DatabaseLock::take(file)?;
            return work(&Alone::File(file));
        }
        DatabaseUrl::Postgres(url) => url,
    };
    let place = url.to_string();
    let failed = |source: StoreError| OpenError::of_server(&place, source);
    let endpoint = |settings| {
        Endpoint::new(url, settings).map_err(|error| OpenError::Tls {
            place: place.clone(),
            reason: error.to_string(),
        })
    };
    let holding = endpoint(settings)?.connect().map_err(failed)?;
    examine(&holding).map_err(failed)?;
    look(&holding)?;
    let node = Node {
        name: settings.node(),
        token: draw::<12>(random),
    };
    take_or_wait(&node, &holding).map_err(failed)?;
    let patient = endpoint(&DatabaseSettings {
        statement_timeout_ms: PATIENCE_MS,
        ..settings.clone()
    })?;
    let done = renewing(&node, &holding, || {
        work(&Alone::Server {
            endpoint: &patient,
            node: &node,
        })
    });
    if let Err(error) = node.release(&holding) {
        tracing::warn!(%error, "the lease is not given back, and ends by itself");
    }
    done
}
