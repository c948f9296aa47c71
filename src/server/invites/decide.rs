//! Who may invite whom to what, and until when an invitation leads somewhere.
//!
//! *Invariant:* it takes nothing and tells nobody; and an invitation is as good as who made it is now.

use super::OPEN_MAX;
use crate::error::ServiceError;
use crate::store::{InviteDraft, InviteFacts, InviteTo, InvitingFacts};
use parlour_protocol::permissions::{Guests, Roles, may, may_as_guest, may_in};
use parlour_protocol::{Action, RoomKind, RoomRole, RoomRules, ServerRole, Timestamp, UserId};

/// Refuses an invitation that its maker may not make, and more than one may have.
pub(super) fn decide_new(draft: &InviteDraft, facts: &InvitingFacts) -> Result<(), ServiceError> {
    let room = facts.room;
    let may_invite = facts
        .roles
        .is_some_and(|roles| may_invite(draft.to, roles, room));
    if !may_invite {
        return Err(ServiceError::Forbidden);
    }
    if facts.open >= OPEN_MAX {
        return Err(ServiceError::TooManyInvites);
    }
    Ok(())
}

/// Whether somebody of these roles may invite there: as more than a member only who gives such roles away.
fn may_invite(to: InviteTo, roles: Roles, room: Option<RoomRules>) -> bool {
    match (to, room) {
        (InviteTo::Room(_, role), Some(rules)) => {
            may_in(Action::Invite, roles, rules)
                && (role <= RoomRole::Member || may_in(Action::ManageRoomRoles, roles, rules))
        }
        (InviteTo::Room(..), None) => false,
        (InviteTo::Server(role), _) => {
            may(Action::InviteToServer, roles.server)
                && (role <= ServerRole::Member
                    || may(Action::ManageServerRoles, roles.server) && role < roles.server)
        }
    }
}

/// Whether an invitation leads somewhere now, and who holds it may follow.
pub(super) fn decide_accept(facts: &InviteFacts, now: Timestamp) -> Result<(), ServiceError> {
    let invite = &facts.invite;
    let is_there = invite.revoked_at.is_none()
        && invite.expires_at.is_none_or(|at| at > now)
        && invite.max_uses.is_none_or(|most| invite.used < most);
    let rules = facts.room.as_ref().map(|room| room.rules);
    let is_good = facts
        .maker
        .is_some_and(|roles| may_invite(invite.to, roles, rules));
    if !(is_there && is_good) {
        return Err(ServiceError::InviteNotFound);
    }
    match rules.filter(|_| facts.kept_out.is_some_and(|end| end > now)) {
        None => Ok(()),
        Some(rules) if rules.kind == RoomKind::Open => Err(ServiceError::Banned),
        // To who is kept out it is no room.
        Some(_) => Err(ServiceError::InviteNotFound),
    }
}

/// Whether an invitation lets who comes by it have an account where only who is invited may: where it leads somewhere,
/// and who made it may invite to the server.
pub(super) fn decide_account(facts: &InviteFacts, now: Timestamp) -> Result<(), ServiceError> {
    decide_accept(facts, now)?;
    let maker = facts.maker.map(|roles| roles.server);
    match maker.is_some_and(|role| may(Action::InviteToServer, role)) {
        true => Ok(()),
        false => Err(ServiceError::InvitationNeeded),
    }
}

/// Whether it makes guests, in a house that lets guests do `allowed` in open rooms. A guest who does not write in one
/// lets nobody come to write there, by a link of before either.
pub(super) fn decide_guest(facts: &InviteFacts, allowed: Guests) -> Result<(), ServiceError> {
    let is_open = (facts.room.as_ref()).is_some_and(|room| room.rules.kind == RoomKind::Open);
    let writes = |maker: Roles| may_as_guest(maker.server, Guests::Write, allowed);
    match !is_open || facts.maker.is_some_and(writes) {
        true => Ok(()),
        false => Err(ServiceError::InviteNotFound),
    }
}

/// Refuses to take an invitation back to who neither made it nor lets people in where it leads.
pub(super) fn decide_revoke(
    by: UserId,
    facts: &InviteFacts,
    roles: Option<Roles>,
) -> Result<(), ServiceError> {
    let rules = facts.room.as_ref().map(|room| room.rules);
    let lets_in = roles.is_some_and(|roles| match (facts.invite.to, rules) {
        (InviteTo::Room(..), Some(rules)) => may_in(Action::LetIn, roles, rules),
        (InviteTo::Room(..), None) => false,
        (InviteTo::Server(_), _) => may(Action::InviteToServer, roles.server),
    });
    match lets_in || facts.invite.by.id == by {
        true => Ok(()),
        false => Err(ServiceError::InviteNotFound),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::{Invite, StoredRoom};
    use parlour_protocol::{RoomId, User, UserKind, samples};

    const ROOM: RoomId = RoomId(7);

    fn roles(server: ServerRole, room: RoomRole) -> Roles {
        Roles { server, room }
    }

    fn closed() -> RoomRules {
        RoomRules {
            kind: RoomKind::Closed,
            ..RoomRules::default()
        }
    }

    fn invite(to: InviteTo) -> InviteFacts {
        let by = User {
            id: UserId(1),
            name: "Alice".to_owned(),
            kind: UserKind::Member,
            account: None,
        };
        InviteFacts {
            invite: Invite {
                id: 1,
                to,
                by,
                created_at: Timestamp(0),
                used: 0,
                max_uses: Some(2),
                expires_at: Some(Timestamp(10)),
                revoked_at: None,
                asks: false,
            },
            maker: Some(roles(ServerRole::Guest, RoomRole::Member)),
            room: Some(StoredRoom {
                room: samples::room(ROOM, "Den"),
                posts: 0,
                rules: closed(),
            }),
            members: 1,
            is_member: false,
            asked: None,
            kept_out: None,
        }
    }

    #[test]
    fn an_invitation_leads_somewhere_until_it_is_over_and_while_its_maker_may_invite() {
        let good = invite(InviteTo::Room(ROOM, RoomRole::Member));
        let is_good = |facts: &InviteFacts, now| decide_accept(facts, Timestamp(now)).is_ok();
        assert!(is_good(&good, 9) && !is_good(&good, 10));
        let changed = |change: fn(&mut InviteFacts)| {
            let mut facts = good.clone();
            change(&mut facts);
            is_good(&facts, 9)
        };
        assert!(changed(|facts| facts.invite.used = 1));
        assert!(!changed(|facts| facts.invite.used = 2));
        assert!(!changed(
            |facts| facts.invite.revoked_at = Some(Timestamp(1))
        ));
        assert!(!changed(|facts| facts.maker = None));
        assert!(!changed(|facts| {
            facts.maker = Some(roles(ServerRole::Member, RoomRole::Visitor));
        }));
        assert!(!changed(|facts| facts.room = None));
        assert!(!changed(|facts| {
            if let Some(room) = &mut facts.room {
                room.rules.is_archived = true;
            }
        }));
    }

    #[test]
    fn who_is_kept_out_of_a_room_comes_by_no_invitation_before_the_end_of_that() {
        let mut facts = invite(InviteTo::Room(ROOM, RoomRole::Member));
        facts.kept_out = Some(Timestamp(9));
        assert!(decide_accept(&facts, Timestamp(9)).is_ok());
        let refused = decide_accept(&facts, Timestamp(8));
        assert!(matches!(refused, Err(ServiceError::InviteNotFound)));
        if let Some(room) = &mut facts.room {
            room.rules.kind = RoomKind::Open;
        }
        let refused = decide_accept(&facts, Timestamp(8));
        assert!(matches!(refused, Err(ServiceError::Banned)));
    }

    #[test]
    fn who_may_invite_gives_no_role_that_they_could_not_give() {
        let to = |role| InviteTo::Room(ROOM, role);
        let may = |to, roles| may_invite(to, roles, Some(closed()));
        let member = roles(ServerRole::Guest, RoomRole::Member);
        let owner = roles(ServerRole::Guest, RoomRole::Owner);
        let admin = roles(ServerRole::Admin, RoomRole::Visitor);
        assert!(may(to(RoomRole::Member), member) && !may(to(RoomRole::Moderator), member));
        assert!(may(to(RoomRole::Moderator), owner));
        assert!(!may(
            to(RoomRole::Member),
            roles(ServerRole::Member, RoomRole::Visitor)
        ));
        let server = InviteTo::Server;
        assert!(!may(server(ServerRole::Member), owner));
        assert!(
            may(server(ServerRole::Member), admin) && may(server(ServerRole::Moderator), admin)
        );
    }

    #[test]
    fn only_who_may_invite_to_the_server_lets_somebody_have_an_account() {
        let by = |server, to, now| {
            let facts = InviteFacts {
                maker: Some(roles(server, RoomRole::Owner)),
                ..invite(to)
            };
            decide_account(&facts, Timestamp(now))
        };
        let room = InviteTo::Room(ROOM, RoomRole::Member);
        let server = InviteTo::Server(ServerRole::Member);
        assert!(by(ServerRole::Admin, room, 9).is_ok() && by(ServerRole::Admin, server, 9).is_ok());
        assert!(matches!(
            by(ServerRole::Member, room, 9),
            Err(ServiceError::InvitationNeeded)
        ));
        assert!(matches!(
            by(ServerRole::Admin, server, 10),
            Err(ServiceError::InviteNotFound)
        ));
    }

    #[test]
    fn an_invitation_is_taken_back_by_who_made_it_and_by_who_lets_people_in() {
        let facts = invite(InviteTo::Room(ROOM, RoomRole::Member));
        let may = |by, room| {
            let roles = roles(ServerRole::Member, room);
            decide_revoke(UserId(by), &facts, Some(roles)).is_ok()
        };
        assert!(may(1, RoomRole::Visitor) && may(2, RoomRole::Moderator));
        assert!(!may(2, RoomRole::Member));
        assert!(decide_revoke(UserId(2), &facts, None).is_err());
    }
}
