//! Making, changing and deleting rooms.
//!
//! *Invariant:* a room's name and description change with its `seq`, as what is in it does; what is as it was changes
//! nothing and takes none.

use super::present;
use crate::context::Context;
use crate::error::ServiceError;
use crate::names::{self, Name};
use crate::scope::{Person, Scope};
use crate::store::{RoomChange, RoomDraft, Standing, StoredRoom, draw_hidden_id};
use parlour_protocol::permissions::{may_in, may_make_room};
use parlour_protocol::{
    Action, Guests, Posting, Revisions, Room, RoomId, RoomKind, RoomRules, Timestamp,
};

/// A room to be made.
#[derive(Clone, Debug, Default)]
pub struct NewRoom {
    /// 1–50 characters; no other open room's name may look like that of an open one.
    pub name: String,
    /// Up to 500 characters.
    pub description: String,
    /// Open or closed, and who may write in it. Nothing is archived that is new.
    pub rules: RoomRules,
}

/// What a room is to be changed to. `None` leaves one as it is.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    /// Under the rules of [`NewRoom::name`].
    pub name: Option<String>,
    /// Under the rules of [`NewRoom::description`].
    pub description: Option<String>,
    /// Whether it is open or closed.
    pub kind: Option<RoomKind>,
    /// Who posts in it.
    pub posting: Option<Posting>,
    /// What guests may do in it.
    pub guests: Option<Guests>,
    /// Who reads earlier versions of its messages.
    pub revisions: Option<Revisions>,
    /// Whether it is archived.
    pub archived: Option<bool>,
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
    let rules = RoomRules {
        kind: named_kind(new.rules.kind)?,
        is_archived: false,
        ..new.rules
    };
    let draft = RoomDraft {
        maker,
        rules,
        hidden_id: (rules.kind != RoomKind::Open).then(|| draw_hidden_id(&*ctx.random)),
        sort_key: names::sort_key(&name.shown),
        name,
        description: names::description(&new.description)?,
        now: ctx.clock.now(),
    };
    ctx.limits.room(maker, scope.address)?;
    let made = ctx.store.create_room(draft, decide_name).await;
    match made {
        Ok(room) => Ok(room),
        Err(refusal) => {
            ctx.limits.give_back_room(maker, scope.address);
            Err(unnamed(ctx, scope, refusal).await)
        }
    }
}

/// A refusal for a name that is taken, which names no room that who asks does not see. Who has an account sees all that
/// are open.
async fn unnamed(ctx: &Context, scope: &Scope, refusal: ServiceError) -> ServiceError {
    let ServiceError::RoomNameTaken(other) = refusal else {
        return refusal;
    };
    if scope.has_account() {
        return ServiceError::RoomNameTaken(other);
    }
    let is_seen = match scope.is_confined() {
        true => Ok(false),
        false => ctx.store.is_open_to_guests(other.clone()).await,
    };
    match is_seen {
        Ok(true) => ServiceError::RoomNameTaken(other),
        Ok(false) => ServiceError::RoomNameTakenUnseen,
        Err(error) => error,
    }
}

/// A room that has a name is open or closed.
fn named_kind(kind: RoomKind) -> Result<RoomKind, ServiceError> {
    match kind {
        RoomKind::Open | RoomKind::Closed => Ok(kind),
        RoomKind::Direct => Err(ServiceError::Unfit {
            field: "kind",
            sentence: "A room that has a name is open or closed.",
        }),
    }
}

/// Refuses a name that is the same as another open room's or looks like it.
fn decide_name(name: &Name, near: &[String]) -> Result<(), ServiceError> {
    let mut near = near.iter();
    match near.find(|other| names::is_same_room(name, other)) {
        None => Ok(()),
        Some(other) => Err(ServiceError::RoomNameTaken(other.clone())),
    }
}

/// Gives a room another name or description, or other rules, archives it or takes it back. What is so already changes
/// nothing, and costs no token.
///
/// # Errors
/// As [`create`], also where a room is opened and an open one has its name; [`ServiceError::RoomNotFound`], or
/// [`ServiceError::Forbidden`].
pub async fn change(
    ctx: &Context,
    scope: &Scope,
    id: RoomId,
    changes: Changes,
) -> Result<Room, ServiceError> {
    let person = scope.require_person()?.clone();
    let user = person.user.id;
    let wanted = wanted(&changes, ctx.clock.now())?;
    let before = ctx.store.standing(user, id).await?;
    let decide = move |standing: &Standing, wanted: &RoomChange, near: &[String]| {
        decide_change(&person, standing, wanted, near)
    };
    // What is refused, or changes nothing, need not reach the writer.
    if decide(&before, &wanted, &[])?.is_none() {
        return Ok(present(ctx, before.room.room));
    }
    // It is broadcast like a message, so it costs a token of the message limit.
    ctx.limits.message(user, scope.address)?;
    let changed = ctx.store.change_room(user, id, wanted, decide).await;
    if !matches!(changed, Ok((_, true))) {
        ctx.limits.give_back_message(user, scope.address);
    }
    match changed {
        Ok((room, _)) => Ok(present(ctx, room)),
        Err(refusal) => Err(unnamed(ctx, scope, refusal).await),
    }
}

/// The fields that are wanted, if they pass the rules.
fn wanted(changes: &Changes, now: Timestamp) -> Result<RoomChange, ServiceError> {
    let name = changes.name.as_deref().map(names::room_name).transpose()?;
    let description = changes.description.as_deref().map(names::description);
    Ok(RoomChange {
        name: name.map(|name| {
            let sort_key = names::sort_key(&name.shown);
            (name, sort_key)
        }),
        description: description.transpose()?,
        kind: changes.kind.map(named_kind).transpose()?,
        posting: changes.posting,
        guests: changes.guests,
        revisions: changes.revisions,
        archived_at: changes.archived.map(|archived| archived.then_some(now)),
    })
}

/// What is changed of a room: what of the `wanted` is not so already. Its own name may be spelled otherwise, however
/// much that looks like it.
fn decide_change(
    person: &Person,
    standing: &Standing,
    wanted: &RoomChange,
    near: &[String],
) -> Result<Option<RoomChange>, ServiceError> {
    let StoredRoom { room, rules, .. } = &standing.room;
    let asked = wanted.clone();
    let change = RoomChange {
        name: asked.name.filter(|(name, _)| name.shown != room.name),
        description: asked.description.filter(|text| *text != room.description),
        kind: asked.kind.filter(|kind| *kind != rules.kind),
        posting: asked.posting.filter(|posting| *posting != rules.posting),
        guests: asked.guests.filter(|guests| *guests != rules.guests),
        revisions: (asked.revisions).filter(|revisions| *revisions != rules.revisions),
        archived_at: (asked.archived_at).filter(|at| at.is_some() != rules.is_archived),
    };
    // Whoever takes a room back may change it in the same breath.
    let rules = RoomRules {
        is_archived: rules.is_archived && change.archived_at.is_none(),
        ..*rules
    };
    let may = |action| may_in(action, person.roles(standing.role), rules);
    let is_named = change.name.is_some() || change.description.is_some();
    let is_ruled = change.kind.is_some()
        || change.posting.is_some()
        || change.guests.is_some()
        || change.revisions.is_some();
    let is_allowed = may(Action::ArchiveRoom)
        && (may(Action::RenameRoom) || !is_named)
        && (may(Action::ChangeRoom) || !is_ruled);
    // Who closes a room has to be in it: else nobody who decides about it would see it any more.
    let shuts_itself_out = change.kind == Some(RoomKind::Closed) && !standing.is_member;
    if !is_allowed || shuts_itself_out {
        return Err(ServiceError::Forbidden);
    }
    match (&change.name, change.kind) {
        (Some((name, _)), _) => decide_name(name, near)?,
        (None, Some(RoomKind::Open)) => decide_name(&names::room_name(&room.name)?, near)?,
        (None, _) => {}
    }
    Ok((change != RoomChange::default()).then_some(change))
}

/// Deletes a room with everything in it. It is a tombstone at once, its name is free again, and its rows are removed
/// from the disk soon after.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], or [`ServiceError::Forbidden`].
pub async fn delete(ctx: &Context, scope: &Scope, id: RoomId) -> Result<(), ServiceError> {
    let person = scope.require_person()?.clone();
    let user = person.user.id;
    let decide = move |standing: &Standing| {
        let (rules, roles) = (standing.room.rules, person.roles(standing.role));
        let may = may_in(Action::DeleteRoom, roles, rules);
        may.then_some(()).ok_or(ServiceError::Forbidden)
    };
    let now = ctx.clock.now();
    ctx.store.delete_room(user, id, now, decide).await?;
    ctx.sweeper.wake();
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scope::SessionId;
    use parlour_protocol::{RoomRole, ServerRole, User, UserId, UserKind, samples};

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

    fn person(role: ServerRole) -> Person {
        Person {
            user: User {
                id: UserId(3),
                name: "Alice".to_owned(),
                kind: UserKind::Member,
                account: None,
            },
            session: SessionId(1),
            is_confined: false,
            was: Vec::new(),
            role,
        }
    }

    fn standing(role: RoomRole, rules: RoomRules) -> Standing {
        let room = Room {
            description: "Flowers.".to_owned(),
            ..samples::room(RoomId(1), "Garden")
        };
        let posts = 0;
        Standing {
            room: StoredRoom { room, posts, rules },
            is_member: true,
            role,
            kept_out: None,
        }
    }

    fn decide(
        role: RoomRole,
        rules: RoomRules,
        changes: &Changes,
        near: &[String],
    ) -> Result<Option<RoomChange>, ServiceError> {
        let wanted = wanted(changes, Timestamp(7)).unwrap();
        let person = person(ServerRole::Member);
        decide_change(&person, &standing(role, rules), &wanted, near)
    }

    #[test]
    fn what_a_room_is_called_already_is_no_change_and_the_rest_alone_is_one() {
        let decide = |name: Option<&str>, description: Option<&str>, near: &[String]| {
            let changes = Changes {
                name: name.map(str::to_owned),
                description: description.map(str::to_owned),
                ..Changes::default()
            };
            decide(RoomRole::Owner, RoomRules::default(), &changes, near).map(|change| {
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
    fn a_closed_room_is_opened_unless_its_name_is_taken_by_then() {
        let closed = RoomRules::of(RoomKind::Closed);
        let open = Changes {
            kind: Some(RoomKind::Open),
            ..Changes::default()
        };
        let opened = decide(RoomRole::Owner, closed, &open, &[]).unwrap();
        assert_eq!(opened.unwrap().kind, Some(RoomKind::Open));
        let taken = decide(RoomRole::Owner, closed, &open, &[near("GARDEN")]);
        assert!(matches!(taken, Err(ServiceError::RoomNameTaken(_))));
    }

    #[test]
    fn an_archived_room_is_changed_when_it_is_taken_back() {
        let archived = RoomRules {
            is_archived: true,
            ..RoomRules::default()
        };
        let changes = |archived| Changes {
            name: Some("Attic".to_owned()),
            archived,
            ..Changes::default()
        };
        let decide =
            |archived_: Option<bool>| decide(RoomRole::Owner, archived, &changes(archived_), &[]);
        for still in [None, Some(true)] {
            assert!(matches!(decide(still), Err(ServiceError::Forbidden)));
        }
        let back = decide(Some(false)).unwrap().unwrap();
        assert_eq!(back.archived_at, Some(None));
    }

    #[test]
    fn who_may_not_change_a_room_is_refused_whatever_they_want() {
        for role in [RoomRole::Visitor, RoomRole::Member, RoomRole::Moderator] {
            let refused = decide(role, RoomRules::default(), &Changes::default(), &[]);
            assert!(matches!(refused, Err(ServiceError::Forbidden)));
        }
    }
}
