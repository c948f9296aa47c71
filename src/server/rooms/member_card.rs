//! Somebody in a room, as its pages show them: what they are there, and what may be done about them.
//!
//! *Invariant:* what is offered is decided by the rules that decide about doing it.

use super::keeping::{
    allowed, decide_ban, decide_letting_in, decide_putting_out, decide_role, require,
};
use super::{check, present};
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::{Person, Scope};
use crate::store::{Keeping, KeepingFacts};
use parlour_protocol::{Action, Room, RoomId, RoomRole, Timestamp, User, UserId};

/// Somebody in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberCard {
    /// The room as it is now.
    pub room: Room,
    /// The person as others see them.
    pub user: User,
    /// Their role in it; of who is no member, that of a visitor.
    pub role: RoomRole,
    /// Whether they are a member.
    pub is_member: bool,
    /// Until when they are kept out, if they are.
    pub kept_out: Option<Timestamp>,
    /// The roles that they may be given, with the one that they have; none where there is no choice.
    pub roles: Vec<RoomRole>,
    /// Whether who asks may let them in.
    pub may_let_in: bool,
    /// Whether who asks may put them out.
    pub may_put_out: bool,
    /// Whether who asks may keep them out.
    pub may_ban: bool,
    /// Whether who asks may keep them out no more.
    pub may_lift: bool,
}

impl MemberCard {
    /// Whether who asks may do anything about them.
    pub fn offers(&self) -> bool {
        let deeds = [
            self.may_let_in,
            self.may_put_out,
            self.may_ban,
            self.may_lift,
        ];
        !self.roles.is_empty() || deeds.contains(&true)
    }
}

/// What who asks may do about members of a room at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keepers {
    /// The room as it is now.
    pub room: Room,
    /// How many are in it.
    pub members: i64,
    /// Whether they let people in.
    pub may_let_in: bool,
    /// Whether they keep people out.
    pub may_ban: bool,
    /// Whether they may do anything about somebody in it.
    pub may_keep: bool,
}

/// What who asks may do about a room's members.
///
/// # Errors
/// As [`members`](super::members).
pub async fn keepers(ctx: &Context, scope: &Scope, room: RoomId) -> Result<Keepers, ServiceError> {
    require(ctx, scope, room, Action::SeeMembers).await?;
    let checked = check(ctx, scope, room).await?;
    let may = |action| scope.person.is_some() && checked.may(scope, action);
    let deeds = [Action::PutOut, Action::Ban, Action::ManageRoomRoles];
    Ok(Keepers {
        members: ctx.store.members_of(room).await?,
        may_let_in: may(Action::LetIn),
        may_ban: may(Action::Ban),
        may_keep: deeds.into_iter().any(may),
        room: checked.room,
    })
}

/// Somebody in a room, or who was there or is to be, for who may do something about them.
///
/// # Errors
/// [`ServiceError::SignInRequired`], [`ServiceError::RoomNotFound`], [`ServiceError::PersonNotFound`]; or
/// [`ServiceError::Forbidden`] for who may do nothing about anybody there.
pub async fn member_card(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    who: UserId,
) -> Result<MemberCard, ServiceError> {
    let person = scope.require_person()?;
    let facts = ctx.store.keeping((person.user.id, who), room).await?;
    let deeds = [
        Action::PutOut,
        Action::Ban,
        Action::ManageRoomRoles,
        Action::LetIn,
    ];
    let may = |action| allowed(person, &facts, action);
    if deeds.into_iter().all(|deed| is_forbidden(&may(deed))) {
        return Err(ServiceError::Forbidden);
    }
    let now = ctx.clock.now();
    card(person, facts, now).map(|card| MemberCard {
        room: present(ctx, card.room),
        ..card
    })
}

fn is_forbidden<T>(allowed: &Result<T, ServiceError>) -> bool {
    matches!(allowed, Err(ServiceError::Forbidden))
}

fn card(person: &Person, facts: KeepingFacts, now: Timestamp) -> Result<MemberCard, ServiceError> {
    let target = facts.target.as_ref().ok_or(ServiceError::PersonNotFound)?;
    let given = |role| matches!(decide_role(person, &facts, role), Ok(Some(_)));
    let roles = [RoomRole::Member, RoomRole::Moderator, RoomRole::Owner];
    let roles = roles.into_iter();
    let roles: Vec<_> = roles
        .filter(|role| *role == target.roles.room || given(*role))
        .collect();
    let kept_out = target.kept_out.filter(|end| *end > now);
    let ban = Keeping::Ban {
        reason: String::new(),
        until: None,
    };
    Ok(MemberCard {
        user: target.user.clone(),
        role: target.roles.room,
        is_member: target.is_member,
        kept_out,
        roles: if roles.len() > 1 { roles } else { Vec::new() },
        may_let_in: matches!(decide_letting_in(person, &facts, now), Ok(Some(_))),
        may_put_out: decide_putting_out(person, &facts).is_ok(),
        may_ban: decide_ban(person, &facts, ban).is_ok(),
        may_lift: kept_out.is_some() && allowed(person, &facts, Action::Ban).is_ok(),
        room: facts.actor.room.room,
    })
}
