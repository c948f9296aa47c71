//! Invitations to a room or to the server: made by who may, accepted by a link and a name.
//!
//! An invitation is as good as who made it: where they may invite no more, it leads nowhere. Who comes by one to a room
//! without being somebody yet is a guest who sees that room and nothing else.
//! *Invariant:* a code that is none, was taken back, has expired or was used up is answered alike, and costs its address
//! one of few tries.

mod asking;
mod decide;

pub use asking::{Asked, JoinRequest, answer_join_request, join_requests};

use decide::{decide_accept, decide_account, decide_guest, decide_new, decide_revoke};

use crate::accounts::{self, ByInvite, DecideInvite, Made, Policy, Token};
use crate::code::{self, Code};
use crate::config::SignUp;
use crate::context::Context;
use crate::error::ServiceError;
use crate::rooms;
use crate::scope::Scope;
use crate::store::{self, Accepting, InviteDraft, InviteTo, Invites, WhichInvite};
use parlour_protocol::permissions::{may, may_in};
use parlour_protocol::rules::LIST_MAX;
use parlour_protocol::{Action, Room, RoomId, RoomRole, ServerRole, Timestamp, User, UserId};

/// Invitations of one person that lead somewhere, at most.
const OPEN_MAX: i64 = 100;
/// How many may come by one that says how many, at most.
const USES_MAX: i64 = 1_000_000;

/// An invitation, as who may take it back sees it.
pub type Invite = store::Invite;

/// An invitation to be made.
#[derive(Clone, Debug, Default)]
pub struct NewInvite {
    /// The room it leads to; `None` is the server.
    pub room: Option<RoomId>,
    /// The role of who comes by it: `member` where nothing is said.
    pub role: Option<String>,
    /// How many may come by it, 1 to 1,000,000; `None` is any number.
    pub uses: Option<i64>,
    /// Until when, which is to come; `None` is for ever.
    pub expires_at: Option<Timestamp>,
    /// Whether who comes by it asks to be let in, to a room and as a member.
    pub ask: bool,
}

/// An invitation that was made.
#[derive(Clone, Debug)]
pub struct MadeInvite {
    /// By what it is taken back.
    pub id: i64,
    /// What opens it. It is told once.
    pub code: Code,
}

/// What an invitation says to who holds its code.
#[derive(Clone, Debug)]
pub struct Invitation {
    /// The room it leads to; `None` is the server.
    pub room: Option<Room>,
    /// The person who invites.
    pub by: User,
    /// How many are in the room.
    pub members: i64,
    /// Whether who holds the code is in it already.
    pub is_member: bool,
    /// Whether one asks to be let in.
    pub asks: bool,
    /// What has become of that, if they have.
    pub asked: Option<Asked>,
    /// Whether who has no account may make one by it.
    pub may_sign_up: bool,
}

/// What came of accepting an invitation.
#[derive(Clone, Debug)]
pub struct Accepted {
    /// Who came by it.
    pub user: User,
    /// The token of a guest who was made by it.
    pub token: Option<Token>,
    /// The room that they are in now.
    pub room: Option<Room>,
    /// What has become of their request to be let in, where the invitation asks first.
    pub asked: Option<Asked>,
}

/// What came of an account that was made by an invitation.
#[derive(Clone, Debug)]
pub struct SignedUp {
    /// The account's user.
    pub user: User,
    /// The secret of its session.
    pub token: Token,
    /// The room that they are in now; none, where they asked to be let in.
    pub room: Option<Room>,
}

/// A part of the invitations that lead somewhere.
#[derive(Clone, Debug)]
pub struct InvitesPage {
    /// Those made last first.
    pub invites: Vec<Invite>,
    /// The id behind which the next part begins, if there is one.
    pub next: Option<i64>,
}

/// Makes an invitation, to a room by who may invite to it, to the server by who may that.
///
/// # Errors
/// A field breaks its rule; [`ServiceError::RoomNotFound`], [`ServiceError::Forbidden`],
/// [`ServiceError::TooManyInvites`], or [`ServiceError::RateLimited`].
pub async fn create(
    ctx: &Context,
    scope: &Scope,
    new: NewInvite,
) -> Result<MadeInvite, ServiceError> {
    let by = scope.require_person()?.user.id;
    let now = ctx.clock.now();
    let to = destination(&new)?;
    let is_number = |uses: &i64| (1..=USES_MAX).contains(uses);
    if !new.uses.as_ref().is_none_or(is_number) {
        let sentence = "Say how many may come, from 1 to 1,000,000.";
        return Err(unfit("uses", sentence));
    }
    if new.expires_at.is_some_and(|at| at <= now) {
        return Err(unfit("expires_at", "Say a time that is still to come."));
    }
    let may_ask = matches!(to, InviteTo::Room(_, RoomRole::Member));
    if new.ask && !may_ask {
        return Err(unfit("ask", "One asks to be let into a room, as a member."));
    }
    if let Some(room) = new.room {
        rooms::require_to_write(ctx, scope, room).await?;
    }
    let code = Code::draw(&*ctx.random);
    let draft = InviteDraft {
        by,
        code_hash: code.hash(),
        to,
        asks: new.ask,
        max_uses: new.uses,
        expires_at: new.expires_at,
        now,
    };
    ctx.limits.message(by, scope.address)?;
    let made = ctx.store.create_invite(draft, decide_new).await;
    let id = made.inspect_err(|_| ctx.limits.give_back_message(by, scope.address))?;
    Ok(MadeInvite { id, code })
}

/// The roles that an invitation can give, without what nobody gets by a link.
fn destination(new: &NewInvite) -> Result<InviteTo, ServiceError> {
    let role = new.role.as_deref().unwrap_or(RoomRole::Member.name());
    let in_room = [RoomRole::Member, RoomRole::Moderator];
    let on_server = [ServerRole::Member, ServerRole::Moderator];
    let to = match new.room {
        Some(room) => {
            let role = in_room.into_iter().find(|known| known.name() == role);
            role.map(|role| InviteTo::Room(room, role))
        }
        None => {
            let role = on_server.into_iter().find(|known| known.name() == role);
            role.map(InviteTo::Server)
        }
    };
    let sentence = "Nobody comes by an invitation as that. Say member, or moderator.";
    to.ok_or(unfit("role", sentence))
}

fn unfit(field: &'static str, sentence: &'static str) -> ServiceError {
    ServiceError::Unfit { field, sentence }
}

/// What the invitation of this code says.
///
/// # Errors
/// [`ServiceError::InviteNotFound`], or [`ServiceError::RateLimited`] after too many codes that were none.
pub async fn look(ctx: &Context, scope: &Scope, code: &str) -> Result<Invitation, ServiceError> {
    let code = tried(ctx, scope, code)?;
    let found = ctx.store.invite(code.hash(), scope.user_id()).await;
    let found = found.and_then(|facts| {
        if !facts.is_member && facts.asked.is_none() {
            decide_accept(&facts, ctx.clock.now())?;
        }
        Ok(facts)
    });
    let facts = right(ctx, scope, found)?;
    let decide = decision(ctx);
    Ok(Invitation {
        may_sign_up: decide.is_ok_and(|decide| decide(&facts, ctx.clock.now()).is_ok()),
        room: facts.room.map(|stored| rooms::present(ctx, stored.room)),
        by: facts.invite.by,
        members: facts.members,
        is_member: facts.is_member,
        asks: facts.invite.asks,
        asked: facts.asked,
    })
}

/// Accepts the invitation of this code: as who one is, or as a guest of this name; where it asks first, that is a
/// request to be let in. Who is in its room already, or has asked, uses nothing of it.
///
/// # Errors
/// [`ServiceError::InviteNotFound`]; [`ServiceError::SignInRequired`] where there is neither a person nor a name; the
/// name breaks its rule or is taken; or [`ServiceError::RateLimited`].
pub async fn accept(
    ctx: &Context,
    scope: &Scope,
    code: &str,
    username: Option<&str>,
) -> Result<Accepted, ServiceError> {
    let code = tried(ctx, scope, code)?;
    let accepted = accept_known(ctx, scope, &code, username).await;
    right(ctx, scope, accepted)
}

async fn accept_known(
    ctx: &Context,
    scope: &Scope,
    code: &Code,
    username: Option<&str>,
) -> Result<Accepted, ServiceError> {
    let now = ctx.clock.now();
    let accept = |who| {
        let name = accounts::refuse_accounts_name;
        (ctx.store).accept_invite(code.hash(), who, now, decide_accept, name)
    };
    let shown = |room: Option<store::StoredRoom>| room.map(|room| rooms::present(ctx, room.room));
    if let Some(person) = &scope.person {
        let accepted = accept(Accepting::Known(person.user.id)).await?;
        return Ok(Accepted {
            user: person.user.clone(),
            token: None,
            room: shown(accepted.room),
            asked: accepted.asked,
        });
    }
    // Before a name is asked for.
    let facts = ctx.store.invite(code.hash(), None).await?;
    decide_accept(&facts, now)?;
    decide_guest(&facts, ctx.in_force.now().house.guests)?;
    let username = username.ok_or(ServiceError::SignInRequired)?;
    let (draft, token) = accounts::draft_guest(ctx, username)?;
    ctx.limits.guest(scope.address)?;
    let accepted = accept(Accepting::New(draft)).await;
    let accepted = accepted.inspect_err(|_| ctx.limits.give_back_guest(scope.address))?;
    let guest = accepted.guest.ok_or(ServiceError::SignInRequired)?;
    Ok(Accepted {
        user: guest,
        token: Some(token),
        room: shown(accepted.room),
        asked: accepted.asked,
    })
}

/// Makes an account of this name by the invitation of this code, and a session of it on this device. Who comes by one to
/// the server has the role that it gives, by one to a room is in that room.
///
/// # Errors
/// [`ServiceError::InviteNotFound`]; [`ServiceError::InvitationNeeded`] for one that lets nobody have an account; and as
/// [`accounts::sign_up`].
pub async fn sign_up(
    ctx: &Context,
    scope: &Scope,
    code: &str,
    username: &str,
    password: &str,
    mail: &str,
    device: &str,
) -> Result<SignedUp, ServiceError> {
    let code = tried(ctx, scope, code)?;
    let by = by_invite(ctx, &code, None).await;
    let made = match by {
        Ok(by) => {
            let by = Some(by);
            accounts::sign_up_by(ctx, scope, username, password, mail, device, by).await
        }
        Err(error) => Err(error),
    };
    Ok(signed_up(ctx, right(ctx, scope, made)?))
}

/// Makes the guest of the scope a member by the invitation of this code, as [`accounts::claim`].
///
/// # Errors
/// [`ServiceError::InviteNotFound`]; [`ServiceError::InvitationNeeded`] for one that lets nobody have an account; and as
/// [`accounts::claim`].
pub async fn claim(
    ctx: &Context,
    scope: &Scope,
    code: &str,
    username: &str,
    password: &str,
    device: &str,
) -> Result<SignedUp, ServiceError> {
    let code = tried(ctx, scope, code)?;
    let by = by_invite(ctx, &code, scope.user_id()).await;
    let made = match by {
        Ok(by) => accounts::claim_by(ctx, scope, username, password, device, Some(by)).await,
        Err(error) => Err(error),
    };
    Ok(signed_up(ctx, right(ctx, scope, made)?))
}

/// What decides about an account by an invitation, as the house has it now.
fn decision(ctx: &Context) -> Result<DecideInvite, ServiceError> {
    match Policy::of(ctx).sign_up {
        SignUp::Open => Ok(decide_accept),
        SignUp::Invited => Ok(decide_account),
        SignUp::Closed => Err(ServiceError::SignUpClosed),
    }
}

/// The invitation of this code, for an account. It is decided here so that no password is hashed in vain, and again
/// when the account is made.
async fn by_invite(
    ctx: &Context,
    code: &Code,
    holder: Option<UserId>,
) -> Result<ByInvite, ServiceError> {
    let decide = decision(ctx)?;
    let facts = ctx.store.invite(code.hash(), holder).await?;
    decide(&facts, ctx.clock.now())?;
    Ok(ByInvite {
        code_hash: code.hash(),
        decide,
    })
}

fn signed_up(ctx: &Context, Made { user, token, room }: Made) -> SignedUp {
    SignedUp {
        user,
        token,
        room: room.map(|stored| rooms::present(ctx, stored.room)),
    }
}

/// The code, whose try is counted before it is known whether it is one.
fn tried(ctx: &Context, scope: &Scope, code: &str) -> Result<Code, ServiceError> {
    ctx.limits.code(scope.address)?;
    Code::read(code).ok_or(ServiceError::InviteNotFound)
}

/// A try is given back where the code was right, whatever else was wrong.
fn right<T>(
    ctx: &Context,
    scope: &Scope,
    found: Result<T, ServiceError>,
) -> Result<T, ServiceError> {
    if !matches!(found, Err(ServiceError::InviteNotFound)) {
        ctx.limits.give_back_code(scope.address);
    }
    found
}

/// Up to 100 invitations that lead somewhere, behind the one of the id `before`: one's own, and all to a room or to the
/// server for who lets people in there.
///
/// # Errors
/// [`ServiceError::RoomNotFound`], or the database failed.
pub async fn list(
    ctx: &Context,
    scope: &Scope,
    room: Option<RoomId>,
    before: Option<i64>,
) -> Result<InvitesPage, ServiceError> {
    let person = scope.require_person()?;
    let me = person.user.id;
    let which = match room {
        Some(room) => {
            let (roles, rules) = ctx.store.roles_in(me, room).await?;
            match roles.is_some_and(|roles| may_in(Action::LetIn, roles, rules)) {
                true => Invites::AllTo(room),
                false => Invites::OwnTo(me, room),
            }
        }
        None if may(Action::InviteToServer, person.role) => Invites::OwnAndServer(me),
        None => Invites::Own(me),
    };
    let limit = LIST_MAX as usize;
    let listed = ctx
        .store
        .invites(which, ctx.clock.now(), before, limit + 1)
        .await;
    let mut invites = listed?;
    let is_more = invites.len() > limit;
    invites.truncate(limit);
    let next = invites.last().filter(|_| is_more).map(|invite| invite.id);
    Ok(InvitesPage { invites, next })
}

/// What a person may invite to, for a page that asks.
#[derive(Clone, Debug)]
pub struct Inviting {
    /// The room; `None` is the server.
    pub room: Option<Room>,
    /// Whether as more than a member.
    pub may_give_roles: bool,
}

/// Whether the person may make invitations there.
///
/// # Errors
/// [`ServiceError::SignInRequired`], [`ServiceError::RoomNotFound`], [`ServiceError::Forbidden`].
pub async fn inviting(
    ctx: &Context,
    scope: &Scope,
    room: Option<RoomId>,
) -> Result<Inviting, ServiceError> {
    let person = scope.require_person()?;
    let Some(room) = room else {
        return match may(Action::InviteToServer, person.role) {
            true => Ok(Inviting {
                room: None,
                may_give_roles: false,
            }),
            false => Err(ServiceError::Forbidden),
        };
    };
    let (roles, rules) = ctx.store.roles_in(person.user.id, room).await?;
    let may_here = |action| roles.is_some_and(|roles| may_in(action, roles, rules));
    if !may_here(Action::Invite) {
        return Err(ServiceError::Forbidden);
    }
    Ok(Inviting {
        room: Some(rooms::get(ctx, scope, room).await?),
        may_give_roles: may_here(Action::ManageRoomRoles),
    })
}

/// Takes an invitation back, named by its id or by its code: one's own, or one to a room or the server for who lets
/// people in there. Twice is once.
///
/// # Errors
/// [`ServiceError::InviteNotFound`], also where it is not theirs to take back; or [`ServiceError::RateLimited`].
pub async fn revoke(ctx: &Context, scope: &Scope, named: &str) -> Result<(), ServiceError> {
    let me = scope.require_person()?.user.id;
    let now = ctx.clock.now();
    let revoke = |which| ctx.store.revoke_invite(which, me, now, decide_revoke);
    if let Some(id) = read_id(named) {
        return revoke(WhichInvite::Id(id)).await;
    }
    let code = tried(ctx, scope, named)?;
    let revoked = revoke(WhichInvite::Code(code.hash())).await;
    right(ctx, scope, revoked)
}

/// Ids have fewer digits than a code has characters.
fn read_id(named: &str) -> Option<i64> {
    let is_id = named.len() < code::LENGTH && named.bytes().all(|byte| byte.is_ascii_digit());
    is_id.then(|| named.parse().ok())?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_no_code_and_a_code_no_id() {
        assert_eq!(read_id("12"), Some(12));
        for code in ["2345678923456789", "abc", "", "-1", "1a"] {
            assert_eq!(read_id(code), None, "{code}");
        }
    }
}
