//! What who asks may do in a room, as their page shows it.
//!
//! *Invariant:* every rule is asked of the table of permissions; a page is told what came of it.

use super::guests::read_only_to;
use super::{Checked, may};
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::Scope;
use parlour_protocol::{Action, ReadOnly, RoomId, RoomKind, RoomRole, RoomRules};

/// What a page shows of that.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rights {
    /// Whether they may change and delete the room.
    pub may_delete: bool,
    /// Why they cannot write in it; `None` where they can.
    pub read_only: Option<ReadOnly>,
    /// How many ask to be let in, 100 at most, if they decide about that.
    pub asking: u32,
}

/// How they stand to a room.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Held {
    /// Their role in it.
    pub(crate) role: RoomRole,
    /// Whether they are kept out of it.
    pub(crate) is_banned: bool,
    /// What decides about who may do what in it.
    pub(crate) rules: RoomRules,
}

impl From<&Checked> for Held {
    fn from(checked: &Checked) -> Self {
        Self {
            role: checked.role,
            is_banned: checked.is_banned && !checked.is_member,
            rules: checked.rules,
        }
    }
}

/// What who stands so to a room may do in it.
///
/// # Errors
/// The database failed.
pub(crate) async fn rights(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    held: Held,
) -> Result<Rights, ServiceError> {
    let Held {
        role,
        is_banned,
        rules,
    } = held;
    // One asks to be let into what one does not see.
    let decides = rules.kind == RoomKind::Closed && may(scope, role, Action::LetIn, rules);
    Ok(Rights {
        may_delete: may(scope, role, Action::DeleteRoom, rules),
        read_only: match is_banned {
            true => Some(ReadOnly::Banned),
            false => read_only_to(ctx, scope, role, rules),
        },
        asking: match decides {
            true => ctx.store.asking(room).await?,
            false => 0,
        },
    })
}
