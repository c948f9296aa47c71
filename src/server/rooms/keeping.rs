//! Keeping order among the members of a room: who is let in, put out, kept out, and has which role.
//!
//! *Invariant:* nobody acts on a person whose role is as high as their own or higher, and a room keeps an owner.

use super::{check, leave};
use crate::context::Context;
use crate::error::ServiceError;
use crate::scope::{Person, Scope};
use crate::store::{self, Keeping, KeepingFacts, Target};
use parlour_protocol::permissions::{may_in, outranks};
use parlour_protocol::{Action, RoomId, RoomRole, Timestamp, User, UserId, rules};

/// A member of a room.
pub type Member = store::Member;

/// Somebody who is kept out of a room.
pub type Ban = store::Ban;

/// A reason and an end of keeping somebody out, as they were asked for.
#[derive(Clone, Debug, Default)]
pub struct NewBan {
    /// Why, up to 500 characters; may be empty.
    pub reason: String,
    /// Until when; `None`: until it is lifted.
    pub until: Option<Timestamp>,
}

/// A part of a list of people in a room.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeoplePage<T> {
    /// Those of this part, in the order of their ids.
    pub people: Vec<T>,
    /// Behind whom the next part begins, where there is one.
    pub next: Option<UserId>,
}

/// Up to `limit` members of a room in the order of their ids, those behind `after`.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], or [`ServiceError::Forbidden`].
pub async fn members(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    after: UserId,
    limit: u32,
) -> Result<PeoplePage<Member>, ServiceError> {
    require(ctx, scope, room, Action::SeeMembers).await?;
    let mut listed = ctx.store.members(room, after, limit + 1).await?;
    if let Some(me) = scope.user_id() {
        for member in &mut listed {
            member.availability = ctx.hub.availability(member.user.id, me);
        }
    }
    Ok(part(listed, limit, |member| member.user.id))
}

/// The same of those who are kept out.
///
/// # Errors
/// As [`members`]; [`ServiceError::SignInRequired`] for nobody.
pub async fn bans(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    after: UserId,
    limit: u32,
) -> Result<PeoplePage<Ban>, ServiceError> {
    require(ctx, scope, room, Action::Ban).await?;
    let now = ctx.clock.now();
    let listed = ctx.store.bans(room, now, after, limit + 1).await?;
    Ok(part(listed, limit, |ban| ban.user.id))
}

fn part<T>(mut people: Vec<T>, limit: u32, id: fn(&T) -> UserId) -> PeoplePage<T> {
    let is_more = people.len() > limit as usize;
    people.truncate(limit as usize);
    let next = people.last().filter(|_| is_more).map(id);
    PeoplePage { people, next }
}

/// Refuses what who asks may not do in a room.
pub(crate) async fn require(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    action: Action,
) -> Result<(), ServiceError> {
    let checked = check(ctx, scope, room).await?;
    if checked.may(scope, action) {
        return Ok(());
    }
    // Who is nobody may be somebody who may.
    scope.require_person()?;
    Err(ServiceError::Forbidden)
}

/// Makes somebody a member. A member stays as they are.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], [`ServiceError::Forbidden`], [`ServiceError::PersonNotFound`] for nobody whom who asks
/// can know of, [`ServiceError::KeptOut`] for who is kept out, or [`ServiceError::RateLimited`].
pub async fn let_in(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    who: UserId,
) -> Result<User, ServiceError> {
    let now = ctx.clock.now();
    keep(ctx, scope, room, who, move |person, facts| {
        decide_letting_in(person, facts, now)
    })
    .await
}

/// Ends somebody's membership. One's own is left.
///
/// # Errors
/// [`ServiceError::RoomNotFound`]; [`ServiceError::Forbidden`], also where they are as high or higher;
/// [`ServiceError::PersonNotFound`] for who is no member; [`ServiceError::LastRoomOwner`]; or
/// [`ServiceError::RateLimited`].
pub async fn put_out(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    who: UserId,
) -> Result<(), ServiceError> {
    if scope.user_id() == Some(who) {
        return leave(ctx, scope, room).await;
    }
    let put_out = keep(ctx, scope, room, who, decide_putting_out).await;
    put_out.map(drop)
}

/// Gives a member another role.
///
/// # Errors
/// As [`put_out`]; a role that members do not have.
pub async fn give_role(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    who: UserId,
    role: &str,
) -> Result<(), ServiceError> {
    let known = RoomRole::ALL.into_iter().find(|known| known.name() == role);
    let role = known.filter(|role| *role != RoomRole::Visitor);
    let role = role.ok_or(ServiceError::Unfit {
        field: "role",
        sentence: "A member is an owner, a moderator or a member.",
    })?;
    let given = keep(ctx, scope, room, who, move |person, facts| {
        decide_role(person, facts, role)
    });
    given.await.map(drop)
}

/// Keeps somebody out of a room, and ends their membership. Once more is with another reason and end.
///
/// # Errors
/// As [`let_in`]; [`ServiceError::Forbidden`] where they are as high or higher; a field breaks its rule;
/// [`ServiceError::LastRoomOwner`].
pub async fn ban(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    who: UserId,
    new: NewBan,
) -> Result<Ban, ServiceError> {
    let unfit = |field, sentence| ServiceError::Unfit { field, sentence };
    let reason = rules::description(&new.reason).map_err(|_| {
        let sentence = "A reason has at most 500 characters, all of which show.";
        unfit("reason", sentence)
    })?;
    let (now, until) = (ctx.clock.now(), new.until);
    if until.is_some_and(|until| until <= now) {
        return Err(unfit("until", "The end must be later than now."));
    }
    let keeping = Keeping::Ban {
        reason: reason.clone(),
        until,
    };
    let user = keep(ctx, scope, room, who, move |person, facts| {
        decide_ban(person, facts, keeping.clone())
    });
    Ok(Ban {
        user: user.await?,
        reason,
        created_at: now,
        until,
    })
}

/// Keeps somebody out no more. Twice is once.
///
/// # Errors
/// As [`let_in`].
pub async fn lift_ban(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    who: UserId,
) -> Result<(), ServiceError> {
    let lifted = keep(ctx, scope, room, who, |person, facts| {
        let target = allowed(person, facts, Action::Ban)?;
        Ok(target.kept_out.map(|_| Keeping::Lift))
    });
    lifted.await.map(drop)
}

async fn keep(
    ctx: &Context,
    scope: &Scope,
    room: RoomId,
    who: UserId,
    decide: impl Fn(&Person, &KeepingFacts) -> Result<Option<Keeping>, ServiceError> + Send + 'static,
) -> Result<User, ServiceError> {
    let person = scope.require_person()?.clone();
    let user = person.user.id;
    // It is broadcast like a message, so it costs a token of the message limit.
    ctx.limits.message(user, scope.address)?;
    let decide = move |facts: &KeepingFacts| decide(&person, facts);
    let now = ctx.clock.now();
    let done = ctx.store.keep((user, who), room, now, decide).await;
    if !matches!(done, Ok((_, true))) {
        ctx.limits.give_back_message(user, scope.address);
    }
    done.map(|(user, _)| user)
}

pub(super) fn decide_letting_in(
    person: &Person,
    facts: &KeepingFacts,
    now: Timestamp,
) -> Result<Option<Keeping>, ServiceError> {
    let target = allowed(person, facts, Action::LetIn)?;
    if target.is_member {
        return Ok(None);
    }
    if !target.is_active {
        return Err(ServiceError::PersonNotFound);
    }
    match target.kept_out.is_some_and(|end| end > now) {
        true => Err(ServiceError::KeptOut),
        false => Ok(Some(Keeping::LetIn)),
    }
}

pub(super) fn decide_putting_out(
    person: &Person,
    facts: &KeepingFacts,
) -> Result<Option<Keeping>, ServiceError> {
    let target = allowed(person, facts, Action::PutOut)?;
    if !target.is_member {
        return Err(ServiceError::PersonNotFound);
    }
    outranked(person, facts, target)?;
    keeps_an_owner(facts, target)?;
    Ok(Some(Keeping::PutOut))
}

pub(super) fn decide_role(
    person: &Person,
    facts: &KeepingFacts,
    role: RoomRole,
) -> Result<Option<Keeping>, ServiceError> {
    let target = allowed(person, facts, Action::ManageRoomRoles)?;
    if !target.is_member {
        return Err(ServiceError::PersonNotFound);
    }
    if target.roles.room == role {
        return Ok(None);
    }
    // Who goes down by themselves acts on nobody else; up goes nobody by themselves who is not above the room.
    let goes_down = target.user.id == person.user.id && role < target.roles.room;
    if !goes_down {
        outranked(person, facts, target)?;
    }
    keeps_an_owner(facts, target)?;
    Ok(Some(Keeping::Role(role)))
}

pub(super) fn decide_ban(
    person: &Person,
    facts: &KeepingFacts,
    keeping: Keeping,
) -> Result<Option<Keeping>, ServiceError> {
    let target = allowed(person, facts, Action::Ban)?;
    outranked(person, facts, target)?;
    keeps_an_owner(facts, target)?;
    Ok(Some(keeping))
}

/// Who it is about, if this may be done in the room at all.
pub(super) fn allowed<'f>(
    person: &Person,
    facts: &'f KeepingFacts,
    action: Action,
) -> Result<&'f Target, ServiceError> {
    let roles = person.roles(facts.actor.role);
    if !may_in(action, roles, facts.actor.room.rules) {
        return Err(ServiceError::Forbidden);
    }
    facts.target.as_ref().ok_or(ServiceError::PersonNotFound)
}

fn outranked(person: &Person, facts: &KeepingFacts, target: &Target) -> Result<(), ServiceError> {
    match outranks(person.roles(facts.actor.role), target.roles) {
        true => Ok(()),
        false => Err(ServiceError::Forbidden),
    }
}

/// Refuses to take its last owner from a room, also who left it as that.
fn keeps_an_owner(facts: &KeepingFacts, target: &Target) -> Result<(), ServiceError> {
    match target.roles.room == RoomRole::Owner && !facts.has_other_owner {
        true => Err(ServiceError::LastRoomOwner),
        false => Ok(()),
    }
}
