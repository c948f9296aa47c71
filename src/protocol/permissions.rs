//! Who may do what: one table of actions, each with the least role that may do it.
//!
//! A person has one role on the server and, in each room, one there. A room action is allowed by either: by the role in
//! the room, or by the role on the server that acts in every room one can see. What somebody cannot see is not asked
//! about: to them it is not there (visibility is a query). The contexts refuse by this table, the pages hide by it, the
//! admin pages print it, and the tests of who may what are made from it.
//!
//! *Invariant:* [`TABLE`] has each [`Action`] once, in the order of [`Action::ALL`]. Nobody acts on a person whose role
//! is as high as their own or higher ([`outranks`]).

use crate::RoomKind;
use crate::json::names;
use serde::{Deserialize, Serialize};

names! {
    /// A role on the server, the lowest first. An account has one of the upper four.
    #[derive(PartialOrd, Ord)]
    pub enum ServerRole {
        /// Without an account.
        Guest = "guest",
        /// With an account.
        Member = "member",
        /// Keeps order in every room that they can see.
        Moderator = "moderator",
        /// Runs the server with its owners.
        Admin = "admin",
        /// Runs the server, and gives and takes the roles of admins. There is always one, once there was one.
        Owner = "owner",
    }
}

names! {
    /// A role in a room, the lowest first.
    #[derive(PartialOrd, Ord)]
    pub enum RoomRole {
        /// Sees the room and is no member.
        Visitor = "visitor",
        /// Is a member.
        Member = "member",
        /// Keeps order in it.
        Moderator = "moderator",
        /// Decides about it. A room that was made by somebody keeps one.
        Owner = "owner",
    }
}

names! {
    /// Who posts in a room.
    pub enum Posting {
        /// Whoever may write in it; in an open room that makes them a member.
        All = "all",
        /// Only who is a member of it.
        Members = "members",
        /// Its moderators and owners: announcements.
        Moderators = "moderators",
    }
}

names! {
    /// What guests may do, on the server or in a room. The room can only allow less than the server.
    #[derive(PartialOrd, Ord)]
    pub enum Guests {
        /// Nothing: to them it is not there.
        No = "no",
        /// Read, and no more than that.
        Read = "read",
        /// Read and write.
        Write = "write",
    }
}

names! {
    /// Who reads what a room's messages said before they were edited.
    pub enum Revisions {
        /// Whoever sees the room.
        Everybody = "everybody",
        /// Nobody: nothing of it is kept.
        Nobody = "nobody",
    }
}

names! {
    /// What people do.
    pub enum Action {
        /// Read an open room.
        ReadRoom = "read_room",
        /// Become a member of an open room.
        JoinRoom = "join_room",
        /// Post in a room in which all, or all members, may.
        Post = "post",
        /// Post in a room for announcements.
        Announce = "announce",
        /// Edit a message of one's own.
        EditOwn = "edit_own",
        /// Delete a message of one's own.
        DeleteOwn = "delete_own",
        /// Read what a message said before it was edited.
        ReadRevisions = "read_revisions",
        /// Have an earlier version of a message of one's own forgotten.
        DropRevision = "drop_revision",
        /// React to a message, and take that back.
        React = "react",
        /// Pin a message, and unpin it.
        Pin = "pin",
        /// Delete anybody's message.
        DeleteAny = "delete_any",
        /// Mention everybody in a room where many are.
        MentionAll = "mention_all",
        /// Read the list of a room's members.
        SeeMembers = "see_members",
        /// Make an invitation to a room.
        Invite = "invite",
        /// Make a person a member of a room.
        LetIn = "let_in",
        /// End another person's membership.
        PutOut = "put_out",
        /// Keep a person out of a room, and let them in again.
        Ban = "ban",
        /// Give and take roles in a room.
        ManageRoomRoles = "manage_room_roles",
        /// Change a room's name and description.
        RenameRoom = "rename_room",
        /// Decide whether a room is open, who posts in it, what guests may do there, and who reads earlier versions.
        ChangeRoom = "change_room",
        /// Take a room out of the list, read-only, and back.
        ArchiveRoom = "archive_room",
        /// Delete a room with all that is in it.
        DeleteRoom = "delete_room",
        /// Make a room.
        MakeRoom = "make_room",
        /// Talk to a person alone.
        TalkDirectly = "talk_directly",
        /// Look for people by name.
        FindPeople = "find_people",
        /// Have nobody write to oneself alone.
        Block = "block",
        /// Change one's own name, bio and password.
        ChangeOwnProfile = "change_own_profile",
        /// Make an invitation to the server.
        InviteToServer = "invite_to_server",
        /// See all accounts with their roles and states.
        SeePeople = "see_people",
        /// End another person's sessions.
        EndSessions = "end_sessions",
        /// Make a link with which another person sets a new password.
        ResetPassword = "reset_password",
        /// Disable an account, and enable it again.
        DisablePerson = "disable_person",
        /// Give and take roles on the server below one's own.
        ManageServerRoles = "manage_server_roles",
        /// Change the settings of the house.
        ChangeSettings = "change_settings",
        /// Make and take back the role of an owner.
        ManageOwners = "manage_owners",
    }
}

/// The least roles for one action.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What is done.
    pub action: Action,
    /// The least role on the server that may do it everywhere they can see; `None`: no role on the server is enough.
    pub on_server: Option<ServerRole>,
    /// The least role in the room that may do it there; `None`: it is not about a room, or the server's role decides.
    pub in_room: Option<RoomRole>,
    /// Whether it can be done in an archived room.
    pub when_archived: bool,
}

const fn server(action: Action, least: ServerRole) -> Rule {
    Rule {
        action,
        on_server: Some(least),
        in_room: None,
        when_archived: true,
    }
}

const fn room(action: Action, in_room: RoomRole, on_server: Option<ServerRole>) -> Rule {
    Rule {
        action,
        on_server,
        in_room: Some(in_room),
        when_archived: false,
    }
}

const fn also_archived(rule: Rule) -> Rule {
    Rule {
        when_archived: true,
        ..rule
    }
}

/// Who may do what.
pub const TABLE: [Rule; Action::ALL.len()] = [
    also_archived(room(Action::ReadRoom, RoomRole::Visitor, None)),
    room(Action::JoinRoom, RoomRole::Visitor, None),
    room(Action::Post, RoomRole::Visitor, None),
    room(
        Action::Announce,
        RoomRole::Moderator,
        Some(ServerRole::Admin),
    ),
    room(Action::EditOwn, RoomRole::Visitor, None),
    also_archived(room(Action::DeleteOwn, RoomRole::Visitor, None)),
    also_archived(room(Action::ReadRevisions, RoomRole::Visitor, None)),
    also_archived(room(Action::DropRevision, RoomRole::Visitor, None)),
    room(Action::React, RoomRole::Visitor, None),
    room(Action::Pin, RoomRole::Member, Some(ServerRole::Moderator)),
    also_archived(room(
        Action::DeleteAny,
        RoomRole::Moderator,
        Some(ServerRole::Moderator),
    )),
    room(
        Action::MentionAll,
        RoomRole::Moderator,
        Some(ServerRole::Moderator),
    ),
    also_archived(room(Action::SeeMembers, RoomRole::Visitor, None)),
    room(Action::Invite, RoomRole::Member, Some(ServerRole::Admin)),
    room(Action::LetIn, RoomRole::Moderator, Some(ServerRole::Admin)),
    also_archived(room(
        Action::PutOut,
        RoomRole::Moderator,
        Some(ServerRole::Moderator),
    )),
    also_archived(room(
        Action::Ban,
        RoomRole::Moderator,
        Some(ServerRole::Moderator),
    )),
    also_archived(room(
        Action::ManageRoomRoles,
        RoomRole::Owner,
        Some(ServerRole::Admin),
    )),
    room(Action::RenameRoom, RoomRole::Owner, Some(ServerRole::Admin)),
    room(Action::ChangeRoom, RoomRole::Owner, Some(ServerRole::Admin)),
    also_archived(room(
        Action::ArchiveRoom,
        RoomRole::Owner,
        Some(ServerRole::Admin),
    )),
    also_archived(room(
        Action::DeleteRoom,
        RoomRole::Owner,
        Some(ServerRole::Admin),
    )),
    server(Action::MakeRoom, ServerRole::Guest),
    server(Action::TalkDirectly, ServerRole::Guest),
    server(Action::FindPeople, ServerRole::Guest),
    server(Action::Block, ServerRole::Guest),
    server(Action::ChangeOwnProfile, ServerRole::Guest),
    server(Action::InviteToServer, ServerRole::Admin),
    server(Action::SeePeople, ServerRole::Moderator),
    server(Action::EndSessions, ServerRole::Admin),
    server(Action::ResetPassword, ServerRole::Admin),
    server(Action::DisablePerson, ServerRole::Admin),
    server(Action::ManageServerRoles, ServerRole::Admin),
    server(Action::ChangeSettings, ServerRole::Admin),
    server(Action::ManageOwners, ServerRole::Owner),
];

/// Who asks, as the table knows them: the roles of a person on the server and in the room that it is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Roles {
    /// The role on the server.
    pub server: ServerRole,
    /// The role in the room. [`RoomRole::Visitor`] where it is about none.
    pub room: RoomRole,
}

/// What of a room decides about who may do what in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomRules {
    /// Who may see it.
    pub kind: RoomKind,
    /// Who posts in it.
    pub posting: Posting,
    /// What guests who are no members may do.
    pub guests: Guests,
    /// Who reads earlier versions of its messages.
    pub revisions: Revisions,
    /// Whether it is archived.
    pub is_archived: bool,
}

impl RoomRules {
    /// The rules of a room of this kind that nobody decided about.
    pub fn of(kind: RoomKind) -> Self {
        Self {
            kind,
            ..Self::default()
        }
    }
}

impl Default for RoomRules {
    fn default() -> Self {
        Self {
            kind: RoomKind::Open,
            posting: Posting::All,
            guests: Guests::Write,
            revisions: Revisions::Everybody,
            is_archived: false,
        }
    }
}

/// Whether these roles allow an action that is about no room.
pub const fn may(action: Action, role: ServerRole) -> bool {
    match rule(action).on_server {
        Some(least) => role as u8 >= least as u8,
        None => false,
    }
}

/// Whether this role makes rooms in a house where the `least` role that does is this.
pub fn may_make_room(role: ServerRole, least: ServerRole) -> bool {
    may(Action::MakeRoom, role) && role >= least
}

/// Whether this role does what guests need `needs` for, in a house that lets guests do `allowed`.
pub fn may_as_guest(role: ServerRole, needs: Guests, allowed: Guests) -> bool {
    role > ServerRole::Guest || allowed >= needs
}

/// Whether these roles allow an action in a room that they can see.
pub fn may_in(action: Action, roles: Roles, room: RoomRules) -> bool {
    let rule = rule(action);
    let is_allowed = is_by_server(rule, roles) || is_by_room(rule, roles);
    is_allowed
        && (rule.when_archived || !room.is_archived)
        && fits_guests(action, roles, room)
        && fits_kind(action, room)
        && (action != Action::Post || may_post(roles, room))
        && (action != Action::React || may_react(roles, room))
        && (action != Action::Pin || may_post(roles, room))
        && (action != Action::ReadRevisions || room.revisions == Revisions::Everybody)
}

/// Whether the person of one role may act on one of the other: only if it is higher.
pub fn outranks(actor: Roles, target: Roles) -> bool {
    actor.server >= ServerRole::Moderator && actor.server > target.server
        || actor.room > target.room && target.server < ServerRole::Moderator
}

/// The rule about an action.
pub const fn rule(action: Action) -> Rule {
    TABLE[action as usize]
}

fn is_by_server(rule: Rule, roles: Roles) -> bool {
    rule.on_server.is_some_and(|least| roles.server >= least)
}

fn is_by_room(rule: Rule, roles: Roles) -> bool {
    rule.in_room.is_some_and(|least| roles.room >= least)
}

/// A guest who is no member does what the room's rule for guests says.
fn fits_guests(action: Action, roles: Roles, room: RoomRules) -> bool {
    let is_stranger = roles.server == ServerRole::Guest && roles.room == RoomRole::Visitor;
    let needs = match action {
        Action::ReadRoom | Action::ReadRevisions | Action::SeeMembers => Guests::Read,
        _ => Guests::Write,
    };
    !is_stranger || room.guests >= needs
}

/// A direct room is its people: it has no name, nobody joins or leaves it, and nobody decides about it.
fn fits_kind(action: Action, room: RoomRules) -> bool {
    let is_of_direct = matches!(
        action,
        Action::ReadRoom
            | Action::Post
            | Action::EditOwn
            | Action::DeleteOwn
            | Action::ReadRevisions
            | Action::DropRevision
            | Action::React
            | Action::Pin
            | Action::SeeMembers
    );
    match room.kind {
        RoomKind::Open => true,
        RoomKind::Closed => action != Action::JoinRoom,
        RoomKind::Direct => is_of_direct,
    }
}

fn may_post(roles: Roles, room: RoomRules) -> bool {
    match room.posting {
        Posting::All => true,
        Posting::Members => roles.room >= RoomRole::Member,
        Posting::Moderators => {
            let announce = rule(Action::Announce);
            is_by_server(announce, roles) || is_by_room(announce, roles)
        }
    }
}

/// Where not everybody posts it takes a member: also to announcements, which most only read.
fn may_react(roles: Roles, room: RoomRules) -> bool {
    room.posting == Posting::All || roles.room >= RoomRole::Member
}

#[cfg(test)]
mod tests;
