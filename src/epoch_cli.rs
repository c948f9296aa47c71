//! The command line of `parlour epoch new`: one sentence at the end.

use parlour_server::Settings;
use parlour_server::clock::SystemRandom;
use parlour_server::store::epoch::{self, EpochError};
use std::sync::Arc;

/// Draws a new epoch; answers the sentence to print.
///
/// # Errors
/// As [`epoch::renew`].
pub async fn renew(settings: &Settings) -> Result<String, EpochError> {
    epoch::renew(&settings.database, Arc::new(SystemRandom)).await?;
    Ok(format!(
        "The database {} has a new epoch: whoever comes back takes their rooms anew.\n",
        settings.database.url
    ))
}
