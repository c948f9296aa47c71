//! From settings to a server that may serve: its turn first, then the database.
//!
//! *Invariant:* the database is opened by whoever has the turn, and by nobody else.

use crate::config::Settings;
use crate::context::Context;
use crate::handover::{HandoverError, Turn};
use crate::store::OpenError;
use std::sync::Arc;

/// Why a server cannot start: one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum BootError {
    /// It is not its turn.
    #[error(transparent)]
    Handover(#[from] HandoverError),
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// Waits for its turn, or has the server that runs stop for it (`replace`), and opens the database.
///
/// # Errors
/// The database, or the address to listen on, is somebody else's or cannot be used.
pub async fn boot(settings: Settings, replace: bool) -> Result<(Turn, Arc<Context>), BootError> {
    let turn = Turn::take(&settings, replace).await?;
    let ctx = Context::open(settings).await?;
    Ok((turn, ctx))
}
