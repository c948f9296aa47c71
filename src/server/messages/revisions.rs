//! What messages said before they were edited: read over REST and on a page, and forgotten by who wrote it.
//!
//! *Invariant:* who reads it sees the room, and the room lets it be read. What is forgotten already changes nothing and
//! costs no token.

use super::differences::{Difference, differences};
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::{Person, Scope};
use crate::store::Standing;
use crate::{rooms, store};
use parlour_protocol::permissions::may_in;
use parlour_protocol::{Action, Message, Number, Room, RoomId, Seq, Timestamp};

/// Versions that a page compares.
const PAGE: u32 = 20;

/// Earlier versions of a message, and what it says now.
pub type Earlier = store::Earlier;

/// What a message said from some time on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// By what it is forgotten; `None` is what the message says now.
    pub seq: Option<Seq>,
    /// Since when it said so.
    pub since: Timestamp,
    /// What it said, with what was otherwise in the version before.
    pub differences: Vec<Difference>,
}

/// A part of what a message said, as a page shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct RevisionsPage {
    /// The room that it is in.
    pub room: Room,
    /// The message as it is.
    pub message: Message,
    /// What it said, the newest first.
    pub versions: Vec<Version>,
    /// From before which the next part is, if there is one.
    pub next: Option<Seq>,
    /// Whether the reader may have one of them forgotten.
    pub may_drop: bool,
}

/// Up to `limit` earlier versions of a message (1–100) from before the seq, the newest first. Long texts make it fewer.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`], also for one that was deleted,
/// [`ServiceError::Forbidden`] where a room shows none, or [`ServiceError::RateLimited`].
pub async fn revisions(
    ctx: &Context,
    scope: &Scope,
    (room, number): (RoomId, Number),
    before: Option<Seq>,
    limit: u32,
) -> Result<Earlier, ServiceError> {
    rooms::get_for(ctx, scope, room, Action::ReadRevisions).await?;
    ctx.limits.history_page(scope)?;
    let of = (room, number);
    ctx.store.revisions(scope, of, before, limit).await
}

/// The same for its page, with the differences between them: the first part begins with what the message says now.
///
/// # Errors
/// As [`revisions`].
pub async fn revisions_page(
    ctx: &Context,
    scope: &Scope,
    (room, number): (RoomId, Number),
    before: Option<Seq>,
) -> Result<RevisionsPage, ServiceError> {
    let room = rooms::get_for(ctx, scope, room, Action::ReadRevisions).await?;
    let earlier = revisions(ctx, scope, (room.room.id, number), before, PAGE).await?;
    let may_drop = match &scope.person {
        Some(person) => {
            let standing = ctx.store.standing(person.user.id, room.room.id).await?;
            decide_drop(person, &standing, &earlier.message).is_ok()
        }
        None => false,
    };
    let (versions, next) = versions(&earlier, before);
    Ok(RevisionsPage {
        room: room.room,
        message: earlier.message,
        versions,
        next,
        may_drop,
    })
}

/// Each version with what is otherwise in it than in the one before. Where there are more behind them, the last of them is
/// what the one before it is compared with, and the first of the next part.
fn versions(earlier: &Earlier, before: Option<Seq>) -> (Vec<Version>, Option<Seq>) {
    let Earlier {
        message, revisions, ..
    } = earlier;
    let now = before.is_none().then(|| {
        let since = message.edited_at.unwrap_or(message.timestamp);
        (None, since, &message.content)
    });
    let then = revisions.iter();
    let then = then.map(|revision| (Some(revision.seq), revision.timestamp, &revision.content));
    let said: Vec<_> = now.into_iter().chain(then).collect();
    let shown = said.len() - usize::from(earlier.has_older && said.len() > 1);
    let versions = said.iter().take(shown).enumerate();
    let versions = versions.map(|(at, (seq, since, content))| {
        let before = said.get(at + 1).map_or(*content, |(_, _, before)| *before);
        Version {
            seq: *seq,
            since: *since,
            differences: differences(before, content),
        }
    });
    let versions: Vec<_> = versions.collect();
    let last = versions.last().and_then(|last| last.seq);
    // Behind what the message says now stands all that it said.
    let next = earlier.has_older.then(|| last.unwrap_or(message.seq));
    (versions, next)
}

/// Forgets an earlier version of the person's own message. One that is not there changes nothing.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], [`ServiceError::MessageNotFound`], also for one that was deleted,
/// [`ServiceError::Forbidden`] when it is another person's, or [`ServiceError::RateLimited`].
pub async fn drop_revision(
    ctx: &Context,
    scope: &Scope,
    (room, number): (RoomId, Number),
    seq: Seq,
) -> Result<(), ServiceError> {
    let person = scope.require_person()?.clone();
    let (user, address) = (person.user.id, scope.address);
    ctx.limits.message(user, address)?;
    let decide =
        move |standing: &Standing, message: &Message| decide_drop(&person, standing, message);
    let of = (room, number);
    let dropped = ctx.store.drop_revision(user, of, seq, decide).await;
    if !matches!(dropped, Ok(true)) {
        ctx.limits.give_back_message(user, address);
    }
    if dropped? {
        ctx.store.took_back();
    }
    Ok(())
}

fn decide_drop(
    person: &Person,
    standing: &Standing,
    message: &Message,
) -> Result<(), ServiceError> {
    if message.deleted {
        return Err(ServiceError::MessageNotFound);
    }
    let roles = person.roles(standing.role);
    let is_allowed = may_in(Action::DropRevision, roles, standing.room.rules);
    match is_allowed && person.is(message.user_id) {
        true => Ok(()),
        false => Err(ServiceError::Forbidden),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::{Revision, samples};

    fn earlier(said: &[(i64, &str)], has_older: bool) -> Earlier {
        let revisions = said.iter().map(|(seq, content)| Revision {
            seq: Seq(*seq),
            content: (*content).to_owned(),
            timestamp: Timestamp(*seq),
        });
        Earlier {
            message: Message {
                content: "now".to_owned(),
                seq: Seq(9),
                ..samples::message(1)
            },
            revisions: revisions.collect(),
            has_older,
        }
    }

    fn shown(earlier: &Earlier, before: Option<Seq>) -> (Vec<Option<i64>>, Option<Seq>) {
        let (versions, next) = versions(earlier, before);
        let seqs = versions.iter().map(|version| version.seq.map(|seq| seq.0));
        (seqs.collect(), next)
    }

    #[test]
    fn each_part_begins_with_what_the_one_before_was_compared_with() {
        let whole = earlier(&[(3, "b"), (1, "a")], false);
        assert_eq!(shown(&whole, None), (vec![None, Some(3), Some(1)], None));
        assert_eq!(shown(&whole, Some(Seq(5))), (vec![Some(3), Some(1)], None));
        let part = earlier(&[(3, "b"), (2, "a")], true);
        let next = Some(Seq(3));
        assert_eq!(shown(&part, None), (vec![None, Some(3)], next));
        assert_eq!(shown(&part, Some(Seq(5))), (vec![Some(3)], next));
        // One so long that it is a part alone.
        let long = earlier(&[(3, "b")], true);
        assert_eq!(shown(&long, None), (vec![None], Some(Seq(9))));
        assert_eq!(shown(&long, Some(Seq(5))), (vec![Some(3)], Some(Seq(3))));
    }
}
