//! From settings to a server that may serve: first the lease on the database and the port, then the database.
//!
//! *Invariant:* the database is opened by the process that holds its [`ServingLease`], and by no other.

use crate::config::Settings;
use crate::context::Context;
use crate::handover::{HandoverError, ServingLease};
use crate::store::OpenError;
use std::sync::Arc;

/// Why a server cannot start. Displayed, it is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// The lease was not given: another process serves, or the address cannot be used.
    #[error(transparent)]
    Handover(#[from] HandoverError),
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// Takes the lease, for which the running server is stopped if `replace`, and opens the database.
///
/// # Errors
/// [`BootError::Handover`] if another process keeps the database or the address is taken;
/// [`BootError::Open`] if the database cannot be opened or brought to the present schema.
pub async fn boot(
    settings: Settings,
    replace: bool,
) -> Result<(ServingLease, Arc<Context>), BootError> {
    let lease = ServingLease::take(&settings, replace).await?;
    let ctx = Context::open(settings).await?;
    Ok((lease, ctx))
}
