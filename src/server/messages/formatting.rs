//! How the text of a message is read, and whom it mentions.
//!
//! *Invariant:* what is not plain is read here, in the task of who sends it. Only a text that may name something is looked
//! up, and only what its sender sees is found.

use crate::context::Context;
use crate::error::ServiceError;
use crate::markdown::mentions::{Names, Wanted};
use crate::markdown::{self, Formatted};
use crate::scope::Scope;
use crate::store::Everybody;
use parlour_protocol::mentions::MENTIONS_MAX;
use parlour_protocol::permissions::may_in;
use parlour_protocol::{Action, Format, RoomId, UserId};

/// Where this many are, anybody who posts mentions everybody.
pub(super) const FEW: i64 = 50;

/// How a text is to be read, as its sender says.
#[derive(Clone, Debug, Default)]
pub(super) struct Reading {
    pub(super) format: Option<Format>,
    /// Whom names in it mean, and nobody else; without, it is whoever in the room is called so.
    pub(super) mentions: Option<Vec<UserId>>,
    /// They mean nobody.
    pub(super) is_quoting: bool,
}

/// The tree of a text that is sent to a room, if it has one.
///
/// # Errors
/// The database failed.
pub(super) async fn formatted(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    text: &str,
    reading: Reading,
) -> Result<Option<Formatted>, ServiceError> {
    let wanted = Wanted::of(text, reading.format);
    if reading.format == Some(Format::Plain) {
        return Ok(None);
    }
    if wanted.is_nothing() || reading.is_quoting {
        return Ok(markdown::formatted(text, &Names::default()));
    }
    let sender = scope.require_person()?.user.id;
    let mut meant = reading.mentions;
    if let Some(meant) = &mut meant {
        meant.truncate(MENTIONS_MAX);
    }
    let found = ctx
        .store
        .mentionable(sender, room, wanted, meant, FEW)
        .await?;
    let may_mention_all = found.everybody.is_some_and(may_mention);
    let names = Names::of(found.people, found.rooms, may_mention_all);
    Ok(markdown::formatted(text, &names))
}

pub(super) fn may_mention(everybody: Everybody) -> bool {
    let Everybody {
        members,
        roles,
        rules,
    } = everybody;
    members <= FEW || may_in(Action::MentionAll, roles, rules)
}
