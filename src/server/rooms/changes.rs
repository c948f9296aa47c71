//! Making, changing and deleting rooms.
//!
//! *Invariant:* a room's name and description change with its `seq`, as what is in it does; what is as it was changes
//! nothing and takes none.

use super::present;
use crate::context::Context;
use crate::error::ServiceError;
use crate::names::{self, Name};
use crate::scope::Scope;
use crate::store::{RoomChange, RoomDraft};
use parlour_protocol::permissions::may_make_room;
use parlour_protocol::{Room, RoomId, RoomKind, ServerRole};

/// A room to be made.
#[derive(Clone, Debug, Default)]
pub struct NewRoom {
    /// 1–50 characters; no other room's name may look like it.
    pub name: String,
    /// Up to 500 characters.
    pub description: String,
}

/// What a room is to be changed to. `None` leaves one as it is.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Under the rules of [`NewRoom::name`].
    pub name: Option<String>,
    /// Under the rules of [`NewRoom::description`].
    pub description: Option<String>,
}

/// Makes a room, with its maker as the owner and first member.
///
/// # Errors
/// A field breaks its rule; [`ServiceError::Forbidden`] where people of this role make no rooms;
/// [`ServiceError::RoomNameTaken`]; [`ServiceError::RateLimited`].
pub async fn create(ctx: &Context, scope: &Scope, new: NewRoom) -> Result<Room, ServiceError> {
    let person = scope.require_person()?;
    let maker = person.user.id;
    if !may_make_room(person.role, ctx.in_force.now().house.make_rooms) {
        return Err(ServiceError::Forbidden);
    }
    let name = names::room_name(&new.name)?;
    let draft = RoomDraft {
        maker,
        kind: RoomKind::Open,
        hidden_id: None,
        sort_key: names::sort_key(&name.shown),
        name,
        description: names::description(&new.description)?,
        now: ctx.clock.now(),
    };
    ctx.limits.room(maker, scope.address)?;
    let made = ctx.store.create_room(draft, decide_name).await;
    made.inspect_err(|_| ctx.limits.give_back_room(maker, scope.address))
}

/// Refuses a name that is the same as another open room's or looks like it.
fn decide_name(name: &Name, near: &[String]) -> Result<(), ServiceError> {
    let mut near = near.iter();
    match near.find(|other| names::is_same_room(name, other)) {
        None => Ok(()),
        Some(other) => Err(ServiceError::RoomNameTaken(other.clone())),
    }
}

/// Gives a room another name or description. What it is called already changes nothing, and costs no token.
///
/// # Errors
/// As [`create`]; [`ServiceError::RoomNotFound`], or [`ServiceError::Forbidden`].
pub async fn change(
    ctx: &Context,
    scope: &Scope,
    id: RoomId,
    changes: Changes,
) -> Result<Room, ServiceError> {
    let user = scope.require_person()?.user.id;
    let wanted = wanted(&changes)?;
    let before = ctx.store.room(scope, id).await?.room;
    let asking = scope.clone();
    let decide = move |room: &Room, wanted: &RoomChange, near: &[String]| {
        decide_change(may_change(&asking, room), room, wanted, near)
    };
    // What is refused, or changes nothing, need not reach the writer.
    if decide(&before, &wanted, &[])?.is_none() {
        return Ok(present(ctx, before));
    }
    // It is broadcast like a message, so it costs a token of the message limit.
    ctx.limits.message(user, scope.address)?;
    let changed = ctx.store.change_room(scope, id, wanted, decide).await;
    if !matches!(changed, Ok((_, true))) {
        ctx.limits.give_back_message(user, scope.address);
    }
    changed.map(|(room, _)| present(ctx, room))
}

/// The fields that are wanted, if they pass the rules.
fn wanted(changes: &Changes) -> Result<RoomChange, ServiceError> {
    let name = changes.name.as_deref().map(names::room_name).transpose()?;
    let description = changes.description.as_deref().map(names::description);
    Ok(RoomChange {
        name: name.map(|name| {
            let sort_key = names::sort_key(&name.shown);
            (name, sort_key)
        }),
        description: description.transpose()?,
    })
}

/// What is changed of a room: what of the `wanted` it is not called already. Its own name may be spelled otherwise,
/// however much that looks like it.
fn decide_change(
    may_change: bool,
    room: &Room,
    wanted: &RoomChange,
    near: &[String],
) -> Result<Option<RoomChange>, ServiceError> {
    if !may_change {
        return Err(ServiceError::Forbidden);
    }
    let RoomChange { name, description } = wanted.clone();
    let change = RoomChange {
        name: name.filter(|(name, _)| name.shown != room.name),
        description: description.filter(|description| *description != room.description),
    };
    if let Some((name, _)) = &change.name {
        decide_name(name, near)?;
    }
    Ok((change != RoomChange::default()).then_some(change))
}

/// Deletes a room with everything in it. It is a tombstone at once, its name is free again, and its rows are removed
/// from the disk soon after.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], or [`ServiceError::Forbidden`].
pub async fn delete(ctx: &Context, scope: &Scope, id: RoomId) -> Result<(), ServiceError> {
    scope.require_person()?;
    let asking = scope.clone();
    let decide = move |room: &Room| {
        let may = may_change(&asking, room);
        may.then_some(()).ok_or(ServiceError::Forbidden)
    };
    let now = ctx.clock.now();
    ctx.store.delete_room(scope, id, now, decide).await?;
    ctx.sweeper.wake();
    Ok(())
}

/// Whether this scope may change and delete the room: its maker and an admin may.
pub fn may_change(scope: &Scope, room: &Room) -> bool {
    scope.person.as_ref().is_some_and(|person| {
        person.role >= ServerRole::Admin || room.created_by == Some(person.user.id)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::samples;

    fn near(name: &str) -> String {
        name.to_owned()
    }

    #[test]
    fn a_name_that_looks_like_an_open_room_s_is_taken() {
        let name = names::room_name("Garden").unwrap();
        assert!(decide_name(&name, &[]).is_ok());
        assert!(decide_name(&name, &[near("Kitchen")]).is_ok());
        let seen = decide_name(&name, &[near("Kitchen"), near("GARDEN")]);
        assert!(matches!(seen, Err(ServiceError::RoomNameTaken(name)) if name == "GARDEN"));
    }

    #[test]
    fn what_a_room_is_called_already_is_no_change_and_the_rest_alone_is_one() {
        let room = Room {
            description: "Flowers.".to_owned(),
            ..samples::room(RoomId(1), "Garden")
        };
        let decide = |name: Option<&str>, description: Option<&str>, near: &[String]| {
            let changes = Changes {
                name: name.map(str::to_owned),
                description: description.map(str::to_owned),
            };
            let wanted = wanted(&changes).unwrap();
            decide_change(true, &room, &wanted, near).map(|change| {
                change.map(|change| (change.name.map(|(name, _)| name.shown), change.description))
            })
        };
        let text = |text: &str| Some(text.to_owned());
        let none: [(Option<&str>, Option<&str>); 3] = [
            (None, None),
            (Some(" Garden "), Some("Flowers.\n")),
            (Some("Garden"), None),
        ];
        for (name, description) in none {
            assert_eq!(decide(name, description, &[]).unwrap(), None);
        }
        let same = decide(Some("Garden"), Some(""), &[]).unwrap();
        assert_eq!(same, Some((None, text(""))));
        let other = decide(Some("GARDEN"), Some("Flowers."), &[]).unwrap();
        assert_eq!(other, Some((text("GARDEN"), None)));
        let taken = decide(Some("Kitchen"), None, &[near("kitchen")]);
        assert!(matches!(taken, Err(ServiceError::RoomNameTaken(_))));
        // One that became too like another while nobody changed it can still be described.
        let described = decide(Some("Garden"), Some("Herbs."), &[near("garden")]);
        assert_eq!(described.unwrap(), Some((None, text("Herbs."))));
    }

    #[test]
    fn who_may_not_change_a_room_is_refused_whatever_they_want() {
        let room = samples::room(RoomId(1), "Garden");
        let refused = decide_change(false, &room, &RoomChange::default(), &[]);
        assert!(matches!(refused, Err(ServiceError::Forbidden)));
    }
}
