//! Making and deleting rooms.

use crate::context::Context;
use crate::error::ServiceError;
use crate::names::{self, Name};
use crate::scope::Scope;
use crate::store::{NearName, RoomDraft};
use parlour_protocol::{Room, RoomId};

/// A room to be made.
#[derive(Clone, Debug, Default)]
pub struct NewRoom {
    /// 1–50 characters; no other room's name may look like it.
    pub name: String,
    /// Up to 500 characters.
    pub description: String,
}

/// Makes a room, with its maker as the owner and first member.
///
/// # Errors
/// A field breaks its rule; [`ServiceError::RoomNameTaken`]; [`ServiceError::RateLimited`].
pub async fn create(ctx: &Context, scope: &Scope, new: NewRoom) -> Result<Room, ServiceError> {
    let maker = scope.require_person()?.user.id;
    let name = names::room_name(&new.name)?;
    let draft = RoomDraft {
        maker,
        sort_key: names::sort_key(&name.shown),
        name,
        description: names::description(&new.description)?,
        now: ctx.clock.now(),
    };
    ctx.limits.room(maker, scope.address)?;
    let made = ctx.store.create_room(draft, decide_name).await;
    made.inspect_err(|_| ctx.limits.give_back_room(maker, scope.address))
}

/// Refuses a name that is the same as another room's or looks like it. The refusal names the other room if it is
/// visible.
fn decide_name(name: &Name, near: &[NearName]) -> Result<(), ServiceError> {
    let is_same = |room: &&NearName| names::is_same_room(name, &room.name);
    let mut same = near.iter().filter(is_same).peekable();
    if same.peek().is_none() {
        return Ok(());
    }
    let seen = same.find(|room| room.is_visible);
    Err(ServiceError::RoomNameTaken(
        seen.map(|room| room.name.clone()),
    ))
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
        let may = may_delete(&asking, room);
        may.then_some(()).ok_or(ServiceError::Forbidden)
    };
    let now = ctx.clock.now();
    ctx.store.delete_room(scope, id, now, decide).await?;
    ctx.sweeper.wake();
    Ok(())
}

/// Whether this scope may delete the room: its maker and an admin may.
pub fn may_delete(scope: &Scope, room: &Room) -> bool {
    scope
        .person
        .as_ref()
        .is_some_and(|person| person.is_admin || room.created_by == Some(person.user.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_looks_like_a_room_s_is_taken_and_a_hidden_room_is_not_named() {
        let name = names::room_name("Garden").unwrap();
        let near = |name: &str, is_visible| NearName {
            name: name.to_owned(),
            is_visible,
        };
        assert!(decide_name(&name, &[]).is_ok());
        assert!(decide_name(&name, &[near("Kitchen", true)]).is_ok());
        let hidden = decide_name(&name, &[near("garden", false)]);
        assert!(matches!(hidden, Err(ServiceError::RoomNameTaken(None))));
        let seen = decide_name(&name, &[near("garden", false), near("GARDEN", true)]);
        assert!(matches!(seen, Err(ServiceError::RoomNameTaken(Some(name))) if name == "GARDEN"));
    }
}
