//! What is answered to sends that were sent before.
//!
//! *Invariant:* the message that a key made is answered with what it quotes now.

use super::Posted;
use crate::store::db::{self, Db};
use crate::store::quotes;
use crate::store::writer::Results;
use std::sync::Arc;

/// Puts what they quote into the replies among them.
pub(super) fn quote(db: &Db, results: &mut Results<Posted>) -> db::Result<()> {
    let Ok(results) = results else { return Ok(()) };
    for posted in results
        .iter_mut()
        .flatten()
        .map(|written| &mut written.value)
    {
        if !posted.is_new && posted.message.reply_to.is_some() {
            let message = Arc::make_mut(&mut posted.message);
            quotes::quote(db, message.room_id, std::slice::from_mut(message))?;
        }
    }
    Ok(())
}
