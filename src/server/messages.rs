//! Messages: posting, changing, and reading them back.
//!
//! *Invariant:* a change takes the room's next `seq` in its own transaction and leaves it on the
//! message, so "what changed since" is one index range; a message's `number` never changes, and no
//! row goes away while its room is there.

mod actions;
mod changes;
mod completions;
mod dates;
mod differences;
mod formatting;
mod forwarding;
mod mentions;
mod pins;
mod post;
mod reactions;
mod revisions;
mod saved;
mod thread;
mod undoing;

pub use actions::{ActionsPage, actions_page};
pub use changes::{Edit, deletable, delete, edit, own};
pub use completions::{Completion, completions};
pub use dates::first_since;
pub use differences::{Difference, Kept};
pub use forwarding::{Forward, forward, forwardable};
pub use mentions::{Before, Mentioning, mentioning};
pub use pins::{Pin, may_pin, pin, pins};
pub use post::{NewMessage, draw_key, may_post, post};
pub use reactions::{ReactionsPage, react, reactable, reactions_page, who_reacted};
pub use revisions::{Earlier, RevisionsPage, Version, drop_revision, revisions, revisions_page};
pub use saved::{Saved, SavedPage, is_saved, save, saved};
pub use thread::{Thread, ThreadPage, thread, thread_page};
pub(crate) use undoing::{mark_undoable, undoable};
pub use undoing::{undo_delete, undo_until};

use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use crate::{accounts, rooms, store};
use parlour_protocol::{History, RoomId, Seq};

/// The part of a room's history that a page shows.
pub type View = store::View;

/// The answer to a send.
pub type Posted = store::Posted;

/// A page of changes.
pub type SyncPage = store::SyncPage;

/// Up to `limit` messages (1–100), oldest first, and the seq at which they were read. Long texts make it
/// fewer.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], or [`ServiceError::RateLimited`].
pub async fn history(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    view: View,
    limit: u32,
) -> Result<History, ServiceError> {
    ctx.limits.history_page(scope)?;
    let house = names_at(ctx, scope);
    let opened = ctx.store.history(scope, room, view, limit).await?;
    Ok(History {
        house,
        ..opened.history
    })
}

/// How far the house's stream has come, which says what people are called; `None` for who does not hear it. Ask before
/// messages are read: their authors are called no less lately.
pub fn names_at(ctx: &Context, scope: &Scope) -> Option<Seq> {
    accounts::hears_house(ctx, scope).then(|| ctx.hub.house())
}

/// What changed after `after`, in the room and of the room itself.
///
/// # Errors
/// [`ServiceError::RoomNotFound`].
pub async fn sync(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    after: Seq,
) -> Result<SyncPage, ServiceError> {
    let page = ctx.store.changes_since(scope, room, after).await?;
    Ok(SyncPage {
        room: page.room.map(|room| rooms::present(ctx, room)),
        ..page
    })
}
