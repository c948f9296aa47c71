//! People as others see them: found by name, shown, and blocked.
//!
//! *Invariant:* who was blocked is told nothing of it: what they see of others is what it was, and who blocked them
//! is to them, where they talk alone, as somebody who is not there.

use crate::context::Context;
use crate::error::ServiceError;
use crate::names::{findable, folded};
use crate::rooms;
use crate::scope::{Person, Scope};
use crate::store;
use parlour_protocol::finding::is_found;
use parlour_protocol::permissions::may;
use parlour_protocol::{Action, Room, User, UserId, UserKind};

/// How many people are found at most.
pub const FOUND_MAX: usize = 50;
/// People whom one blocks at once.
const BLOCKS_MAX: i64 = 1_000;

/// How many of them beside rooms.
const FEW: usize = 8;

/// Characters that somebody looks for at most; no name is longer.
const WANTED_MAX: usize = 200;

/// What is shown of a person.
pub type Card = store::Card;

/// Up to [`FOUND_MAX`] people with every word of `wanted` in their names, in the order of those; oneself is not among
/// them.
///
/// # Errors
/// [`ServiceError::SignInRequired`], [`ServiceError::RateLimited`], or the database failed.
pub async fn find(ctx: &Context, scope: &Scope, wanted: &str) -> Result<Vec<User>, ServiceError> {
    let me = allowed(scope, Action::FindPeople)?.user.id;
    if wanted.chars().count() > WANTED_MAX {
        return Ok(Vec::new());
    }
    ctx.limits.search_people(scope.address)?;
    let wanted = findable(wanted.trim());
    let is_wanted = move |name: &str| is_found(&findable(name), &wanted);
    ctx.store.people_named(me, FOUND_MAX, is_wanted).await
}

/// Up to [`FEW`] people with every word of `wanted` in their names, beside the rooms that were found for the same. Whom
/// one of those leads to, since they are who one talks to alone in it, is not among them; and nobody is where one may not
/// look for people, or has done so too often.
///
/// # Errors
/// The database failed.
pub async fn find_beside(
    ctx: &Context,
    scope: &Scope,
    wanted: &str,
    rooms: &[Room],
) -> Result<Vec<User>, ServiceError> {
    if wanted.trim().is_empty() {
        return Ok(Vec::new());
    }
    let found = match find(ctx, scope, wanted).await {
        Err(
            ServiceError::SignInRequired
            | ServiceError::Forbidden
            | ServiceError::RateLimited { .. },
        ) => Vec::new(),
        found => found?,
    };
    // By who they are: others may be called the same.
    let me = scope.user_id();
    let alone = rooms
        .iter()
        .filter_map(|room| ctx.hub.talks_alone_with(room.id, me?));
    let led_to: Vec<UserId> = alone.collect();
    let found = found.into_iter().filter(|user| !led_to.contains(&user.id));
    Ok(found.take(FEW).collect())
}

/// Whom a name is of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Named {
    /// That of this one.
    One(User),
    /// One of these, who are called alike.
    OneOf(Vec<User>),
}

/// Whom somebody means by this name, among those whom they can know of: an account's name is nobody else's.
///
/// # Errors
/// [`ServiceError::SignInRequired`], [`ServiceError::RateLimited`], or nobody is called so.
pub async fn named(ctx: &Context, scope: &Scope, name: &str) -> Result<Named, ServiceError> {
    let wanted = folded(name.trim());
    let found = find(ctx, scope, name).await?;
    let found = found.into_iter();
    let mut called: Vec<User> = found.filter(|user| folded(&user.name) == wanted).collect();
    if let Some(at) = called.iter().position(|user| user.kind == UserKind::Member) {
        return Ok(Named::One(called.swap_remove(at)));
    }
    match called.len() {
        0 => Err(ServiceError::Unfit {
            field: "name",
            sentence: "Nobody here is called that.",
        }),
        1 => Ok(Named::One(called.swap_remove(0))),
        _ => Ok(Named::OneOf(called)),
    }
}

/// What the person is shown of another, or of themselves.
///
/// # Errors
/// [`ServiceError::SignInRequired`], [`ServiceError::PersonNotFound`], or the database failed.
pub async fn card(ctx: &Context, scope: &Scope, id: UserId) -> Result<Card, ServiceError> {
    let me = allowed(scope, Action::FindPeople)?.user.id;
    let card = ctx.store.card(me, id).await?;
    let availability = ctx.hub.availability(card.user.id, me);
    let rooms = card.rooms.into_iter();
    Ok(Card {
        rooms: rooms.map(|room| rooms::line(ctx, room)).collect(),
        availability,
        ..card
    })
}

/// Blocks a person: where they talk to this one alone there is nobody from now on. Twice is once.
///
/// # Errors
/// [`ServiceError::SignInRequired`], [`ServiceError::PersonNotFound`], [`ServiceError::TooManyBlocks`], or
/// [`ServiceError::RateLimited`].
pub async fn block(ctx: &Context, scope: &Scope, id: UserId) -> Result<(), ServiceError> {
    set_block(ctx, scope, id, true).await
}

/// Blocks a person no more.
///
/// # Errors
/// As [`block`].
pub async fn unblock(ctx: &Context, scope: &Scope, id: UserId) -> Result<(), ServiceError> {
    set_block(ctx, scope, id, false).await
}

async fn set_block(
    ctx: &Context,
    scope: &Scope,
    id: UserId,
    is_blocked: bool,
) -> Result<(), ServiceError> {
    let me = allowed(scope, Action::Block)?.user.id;
    if id == me {
        return Err(ServiceError::PersonNotFound);
    }
    ctx.limits.message(me, scope.address)?;
    let at = is_blocked.then(|| ctx.clock.now());
    ctx.store.block(me, id, at, decide_block).await
}

/// Whether somebody who blocks so many others may block one more: all of them are told with each change.
fn decide_block(others: i64) -> Result<(), ServiceError> {
    match others < BLOCKS_MAX {
        true => Ok(()),
        false => Err(ServiceError::TooManyBlocks),
    }
}

fn allowed(scope: &Scope, action: Action) -> Result<&Person, ServiceError> {
    let person = scope.require_person()?;
    match may(action, person.role) {
        true => Ok(person),
        false => Err(ServiceError::Forbidden),
    }
}
