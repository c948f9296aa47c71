//! What is answered to sends that were sent before.
//!
//! *Invariant:* the message that a key made is answered with what it quotes, and whom it mentions, now.

use super::Posted;
use crate::store::beside;
use crate::store::db::{self, Db};
use crate::store::writer::Results;
use std::sync::Arc;

/// Puts it into those among them.
pub(super) fn complete(db: &Db, results: &mut Results<Posted>) -> db::Result<()> {
    let Ok(results) = results else { return Ok(()) };
    for posted in results
        .iter_mut()
        .flatten()
        .map(|written| &mut written.value)
    {
        let message = &posted.message;
        if !posted.is_new && (message.reply_to.is_some() || message.doc.is_some()) {
            let message = Arc::make_mut(&mut posted.message);
            beside::read(db, message.room_id, std::slice::from_mut(message))?;
        }
    }
    Ok(())
}
