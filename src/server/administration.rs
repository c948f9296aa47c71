//! Running the house: who its people are, and what is done to them. By a person, or by who has the machine.
//!
//! *Invariant:* nobody acts on a person whose role is as high as their own, but an owner, who acts on owners. A house
//! that has an owner keeps one.

use crate::context::Context;
use crate::error::ServiceError;
use crate::names;
use crate::scope::{Person, Scope};
use crate::store::{self, PeopleWanted, PersonFacts};
use parlour_protocol::permissions::{Action, Roles, may, outranks};
use parlour_protocol::{RoomRole, ServerRole, UserId, UserKind};

/// A person as who runs the house sees them.
pub type KnownPerson = store::KnownPerson;

/// What is done to a person.
pub type Deed = store::Deed;

/// People in one part of their list.
pub const PAGE: u32 = 50;

/// Who does something to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Somebody of this id, with this role.
    Person(UserId, ServerRole),
    /// Who runs commands on the machine, and could change the database itself.
    Machine,
}

impl Actor {
    /// The person of a scope.
    ///
    /// # Errors
    /// [`ServiceError::SignInRequired`].
    pub fn of(scope: &Scope) -> Result<Self, ServiceError> {
        let Person { user, role, .. } = scope.require_person()?;
        Ok(Self::Person(user.id, *role))
    }

    fn may(self, action: Action) -> bool {
        match self {
            Self::Person(_, role) => may(action, role),
            Self::Machine => true,
        }
    }
}

/// A part of the list of people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PeoplePage {
    /// The newest first.
    pub people: Vec<KnownPerson>,
    /// Behind whom the next part begins, if there is one.
    pub next: Option<UserId>,
}

/// The people whose names have this in them, a part at a time.
///
/// # Errors
/// [`ServiceError::SignInRequired`], [`ServiceError::Forbidden`], or the database failed.
pub async fn people(
    ctx: &Context,
    actor: Actor,
    search: &str,
    with_guests: bool,
    after: Option<UserId>,
) -> Result<PeoplePage, ServiceError> {
    require_action(actor, Action::SeePeople)?;
    let wanted = PeopleWanted {
        search: names::folded(search.trim()),
        with_guests,
        after,
    };
    let mut people = ctx.store.people_page(wanted, PAGE + 1).await?;
    let is_more = people.len() > PAGE as usize;
    people.truncate(PAGE as usize);
    let next = people.last().filter(|_| is_more).map(|last| last.user.id);
    Ok(PeoplePage { people, next })
}

/// One person.
///
/// # Errors
/// [`ServiceError::Forbidden`], [`ServiceError::NotFound`], or the database failed.
pub async fn person(ctx: &Context, actor: Actor, id: UserId) -> Result<KnownPerson, ServiceError> {
    require_action(actor, Action::SeePeople)?;
    let known = ctx.store.known_person(id).await?;
    known.ok_or(ServiceError::NotFound)
}

/// The account of this name.
///
/// # Errors
/// [`ServiceError::Forbidden`], [`ServiceError::NotFound`], or the database failed.
pub async fn account(ctx: &Context, actor: Actor, name: &str) -> Result<KnownPerson, ServiceError> {
    require_action(actor, Action::SeePeople)?;
    let known = ctx.store.known_account(names::folded(name.trim())).await?;
    known.ok_or(ServiceError::NotFound)
}

/// Does something to a person; answers them as they are then.
///
/// # Errors
/// [`ServiceError::Forbidden`]; [`ServiceError::NotFound`]; [`ServiceError::LastOwner`]; or what stands in
/// the way of writing.
pub async fn administer(
    ctx: &Context,
    actor: Actor,
    id: UserId,
    deed: Deed,
) -> Result<KnownPerson, ServiceError> {
    require(actor, deed)?;
    let decide = move |facts: &PersonFacts| decide(actor, deed, facts);
    let done = ctx.store.administer(id, deed, decide).await?;
    tracing::info!(by = ?actor, person = id.0, ?deed, "a person was administered");
    Ok(done)
}

/// Whether that would be allowed, for pages that offer it.
pub fn could(actor: Actor, deed: Deed, person: &KnownPerson) -> bool {
    let facts = PersonFacts {
        person: person.clone(),
        owners: i64::MAX,
    };
    decide(actor, deed, &facts).is_ok()
}

/// Refuses who may not do this to anybody.
pub(crate) fn require(actor: Actor, deed: Deed) -> Result<(), ServiceError> {
    require_action(actor, action(deed))
}

fn require_action(actor: Actor, action: Action) -> Result<(), ServiceError> {
    let may = actor.may(action);
    may.then_some(()).ok_or(ServiceError::Forbidden)
}

fn action(deed: Deed) -> Action {
    match deed {
        Deed::Role(_) => Action::ManageServerRoles,
        Deed::Disable | Deed::Enable => Action::DisablePerson,
        Deed::EndSessions => Action::EndSessions,
        Deed::ResetPassword => Action::ResetPassword,
    }
}

/// Whether this may be done to the person who is known so.
pub(crate) fn decide(actor: Actor, deed: Deed, facts: &PersonFacts) -> Result<(), ServiceError> {
    let PersonFacts { person, owners } = facts;
    require(actor, deed)?;
    let acts_on = match actor {
        Actor::Machine => true,
        // One changes one's own role, and does nothing else to oneself here.
        Actor::Person(id, _) if id == person.user.id => {
            if !matches!(deed, Deed::Role(_)) {
                return Err(ServiceError::Forbidden);
            }
            true
        }
        Actor::Person(_, role) => outranks(at(role), at(person.role)),
    };
    let is_about_owners = person.role == ServerRole::Owner || deed == Deed::Role(ServerRole::Owner);
    let is_allowed = match is_about_owners {
        true => actor.may(Action::ManageOwners),
        false => acts_on,
    };
    if !is_allowed {
        return Err(ServiceError::Forbidden);
    }
    if let Deed::Role(role) = deed {
        let has_account = person.user.kind != UserKind::Guest && role > ServerRole::Guest;
        // Equal roles are given by owners alone, who give that of an owner.
        let is_lower = match actor {
            Actor::Person(_, own) => role < own || actor.may(Action::ManageOwners),
            Actor::Machine => true,
        };
        if !has_account || !is_lower {
            return Err(ServiceError::Forbidden);
        }
    }
    // Nobody else has a password, or could sign in with it.
    let has_password = person.user.kind == UserKind::Member && person.is_active;
    if deed == Deed::ResetPassword && !has_password {
        return Err(ServiceError::Forbidden);
    }
    let goes = match deed {
        Deed::Role(role) => role < ServerRole::Owner,
        Deed::Disable => true,
        Deed::Enable | Deed::EndSessions | Deed::ResetPassword => false,
    };
    if goes && person.is_active && person.role == ServerRole::Owner && *owners <= 1 {
        return Err(ServiceError::LastOwner);
    }
    Ok(())
}

/// A role on the server, where it is about no room.
fn at(server: ServerRole) -> Roles {
    Roles {
        server,
        room: RoomRole::Visitor,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::{Timestamp, User};

    fn person(role: ServerRole) -> KnownPerson {
        let kind = match role {
            ServerRole::Guest => UserKind::Guest,
            _ => UserKind::Member,
        };
        KnownPerson {
            user: User {
                id: UserId(2),
                name: "Bob".to_owned(),
                kind,
                account: None,
            },
            role,
            is_active: true,
            since: Timestamp(0),
        }
    }

    fn decided(actor: Actor, deed: Deed, role: ServerRole, owners: i64) -> Option<&'static str> {
        let person = person(role);
        match decide(actor, deed, &PersonFacts { person, owners }) {
            Ok(()) => None,
            Err(ServiceError::Forbidden) => Some("forbidden"),
            Err(ServiceError::LastOwner) => Some("last owner"),
            Err(other) => panic!("{other}"),
        }
    }

    #[test]
    fn nobody_acts_on_an_equal_and_only_owners_make_owners() {
        use ServerRole::{Admin, Guest, Member, Moderator, Owner};
        let by = |role| Actor::Person(UserId(1), role);
        let no = Some("forbidden");
        for (actor, deed, target, expected) in [
            (by(Admin), Deed::Role(Moderator), Member, None),
            (by(Admin), Deed::Role(Member), Moderator, None),
            (by(Admin), Deed::Role(Admin), Member, no),
            (by(Admin), Deed::Role(Member), Admin, no),
            (by(Admin), Deed::Role(Owner), Member, no),
            (by(Admin), Deed::Role(Member), Owner, no),
            (by(Admin), Deed::Role(Member), Guest, no),
            (by(Admin), Deed::Disable, Guest, None),
            (by(Admin), Deed::Disable, Member, None),
            (by(Admin), Deed::Disable, Admin, no),
            (by(Admin), Deed::EndSessions, Owner, no),
            (by(Moderator), Deed::Disable, Member, no),
            (by(Moderator), Deed::EndSessions, Guest, no),
            (by(Owner), Deed::Role(Owner), Member, None),
            (by(Owner), Deed::Role(Admin), Owner, None),
            (by(Owner), Deed::Disable, Owner, None),
            (by(Owner), Deed::Role(Guest), Member, no),
            (Actor::Machine, Deed::Role(Owner), Member, None),
            (Actor::Machine, Deed::Role(Owner), Guest, no),
            (Actor::Machine, Deed::EndSessions, Owner, None),
        ] {
            let told = decided(actor, deed, target, 2);
            assert_eq!(told, expected, "{actor:?} {deed:?} {target:?}");
        }
    }

    #[test]
    fn the_last_owner_stays_whoever_asks() {
        use ServerRole::{Admin, Owner};
        let itself = Actor::Person(UserId(2), Owner);
        for (actor, deed) in [
            (itself, Deed::Role(Admin)),
            (Actor::Machine, Deed::Role(Admin)),
            (Actor::Machine, Deed::Disable),
        ] {
            let last = decided(actor, deed, Owner, 1);
            assert_eq!(last, Some("last owner"), "{deed:?}");
            assert_eq!(decided(actor, deed, Owner, 2), None, "{deed:?}");
            assert_eq!(decided(actor, Deed::Role(Owner), Owner, 1), None);
        }
    }

    #[test]
    fn nobody_disables_themselves() {
        for role in [ServerRole::Admin, ServerRole::Owner] {
            let itself = Actor::Person(UserId(2), role);
            for deed in [Deed::Disable, Deed::Enable, Deed::EndSessions] {
                assert_eq!(
                    decided(itself, deed, role, 2),
                    Some("forbidden"),
                    "{deed:?}"
                );
            }
        }
    }
}
