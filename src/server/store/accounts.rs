//! Accounts: users who prove with a password who they are, and the codes that are used once.
//!
//! *Invariant:* an account has a name that no other account has, now or in the thirty days before. A code that was
//! used is gone in the transaction that did what it is for.

use super::db::{self, Db, statement, values};
use super::invites::{self, InviteFacts, InviteTo, WhichInvite};
use super::people::{self, NameHolder, holders};
use super::rooms::StoredRoom;
use super::sessions::{self, Ending, SessionDraft, begin};
use super::tables::{Kind, OnServer, UserRow, user_columns};
use super::writer::Written;
use super::{Store, direct, failure, house, profile, secrets};
use crate::error::ServiceError;
use crate::events::Publication;
use crate::names::Name;
use crate::scope::SessionId;
use parlour_protocol::{ServerRole, Timestamp, User, UserId, UserKind};

/// An account to be made, with its session.
#[derive(Clone, Debug)]
pub struct AccountDraft {
    /// The name and its keys.
    pub name: Name,
    /// The password's hash.
    pub secret: String,
    /// The role on the server.
    pub role: ServerRole,
    /// The guest who becomes it, and the session of theirs that ends.
    pub guest: Option<(UserId, SessionId)>,
    /// The SHA-256 of the code that sets up the house.
    pub setup_code: Option<Vec<u8>>,
    /// The SHA-256 of the code of an invitation that it is made by.
    pub invite: Option<Vec<u8>>,
    /// A mail address; empty for none.
    pub mail: String,
    /// Its first session.
    pub session: SessionDraft,
}

/// What is known when an account is made.
#[derive(Clone, Debug)]
pub struct AccountFacts {
    /// Who else has such a name, or had it lately.
    pub holders: Vec<NameHolder>,
    /// Whether the guest who is to become it is one still.
    pub is_guest: bool,
    /// Whether the code is the one that was given out last and was not used.
    pub is_code_known: bool,
    /// Whether the house has an owner.
    pub has_owner: bool,
    /// The invitation that it is made by, if there is one.
    pub invite: Option<InviteFacts>,
}

/// An account that was made.
#[derive(Clone, Debug)]
pub struct MadeAccount {
    /// The account's user.
    pub user: User,
    /// The room of the invitation that it was made by.
    pub room: Option<StoredRoom>,
}

/// An account as it is looked up to be signed in to.
#[derive(Clone, Debug)]
pub struct KnownAccount {
    /// The account's user.
    pub user: User,
    /// The password's hash, if it has a password.
    pub secret: Option<String>,
}

impl Store {
    /// Makes an account with a session, of nobody or of a guest, unless `decide` refuses. An invitation is used by it:
    /// the account has the role that it gives on the server, or is let into its room.
    ///
    /// # Errors
    /// What `decide` answers, [`ServiceError::InviteNotFound`] for no invitation's code, or the database failed.
    pub async fn create_account(
        &self,
        draft: AccountDraft,
        decide: impl Fn(&AccountFacts) -> Result<(), ServiceError> + Send + 'static,
    ) -> Result<MadeAccount, ServiceError> {
        self.write(move |db| {
            let facts = facts(db, &draft)?;
            decide(&facts)?;
            let now = draft.session.now;
            let role = match facts.invite.as_ref().map(|known| known.invite.to) {
                Some(InviteTo::Server(role)) => role,
                _ => draft.role,
            };
            let Written { value, mut publish } = match draft.guest {
                None => Written::quietly(insert(db, &draft, role)?),
                Some((guest, session)) => turn(db, &draft, role, guest, session)?,
            };
            let user = value.id;
            if let Some(invite) = &facts.invite {
                publish.extend(invites::come(db, invite, user, now)?);
            }
            secrets::set(db, user, &draft.secret, now)?;
            profile::set_mail(db, user, &draft.mail)?;
            if draft.setup_code.is_some() {
                statement(db, USE_SETUP)?.execute(values![])?;
            }
            begin(db, user, &draft.session)?;
            let made = MadeAccount {
                user: value,
                room: facts.invite.and_then(InviteFacts::lets_into),
            };
            Ok(Written {
                publish,
                value: made,
            })
        })
        .await
    }

    /// The account that is called so, by the folded name.
    ///
    /// # Errors
    /// The database failed.
    pub async fn account_named(
        &self,
        folded: String,
    ) -> Result<Option<KnownAccount>, ServiceError> {
        let read = move |db: &Db| Ok(statement(db, NAMED)?.row(values![&folded], known)?);
        self.read(read).await
    }

    /// The account of a user, if it is one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn account(&self, user: UserId) -> Result<Option<KnownAccount>, ServiceError> {
        let read = move |db: &Db| Ok(statement(db, BY_ID)?.row(values![user], known)?);
        self.read(read).await
    }

    /// Sets the password of an account; all its sessions end, or all but `kept`.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_password(
        &self,
        user: UserId,
        secret: String,
        now: Timestamp,
        kept: Option<SessionId>,
    ) -> Result<(), ServiceError> {
        self.write(move |db| {
            secrets::set(db, user, &secret, now)?;
            let which = kept.map_or(Ending::All, Ending::Others);
            let sessions = sessions::end(db, user, which)?;
            Ok(Written {
                publish: sessions::ended(db, user, sessions, false)?
                    .into_iter()
                    .collect(),
                value: (),
            })
        })
        .await
    }

    /// Whether somebody owns the house.
    ///
    /// # Errors
    /// The database failed.
    pub async fn has_owner(&self) -> Result<bool, ServiceError> {
        self.read(|db| Ok(has_owner(db)?)).await
    }

    /// Makes the code with this hash the one that sets up the house, in the place of earlier ones.
    ///
    /// # Errors
    /// The database failed.
    pub async fn set_setup_code(&self, hash: Vec<u8>) -> Result<(), ServiceError> {
        self.write(move |db| {
            statement(db, USE_SETUP)?.execute(values![])?;
            statement(db, GIVE_SETUP)?.execute(values![&hash])?;
            Ok(Written::quietly(()))
        })
        .await
    }

    /// Whether this hash is of the code that sets up the house.
    ///
    /// # Errors
    /// The database failed.
    pub async fn is_setup_code(&self, hash: Vec<u8>) -> Result<bool, ServiceError> {
        self.read(move |db| Ok(is_setup_code(db, &hash)?)).await
    }
}

fn known(row: &db::Row<'_>) -> db::Result<KnownAccount> {
    Ok(KnownAccount {
        user: UserRow::read(row)?.into(),
        secret: row.get(UserRow::COUNT)?,
    })
}

fn facts(db: &Db, draft: &AccountDraft) -> Result<AccountFacts, ServiceError> {
    let guest = draft.guest.map(|(guest, _)| guest);
    let itself = guest.unwrap_or(UserId(0));
    let invite = draft.invite.clone().map(WhichInvite::Code);
    let invite = invite.map(|which| invites::facts(db, &which, guest));
    Ok(AccountFacts {
        holders: holders(db, people::HELD, &draft.name, itself, draft.session.now)?,
        is_guest: statement(db, IS_GUEST)?.exists(values![itself])?,
        is_code_known: match &draft.setup_code {
            Some(hash) => is_setup_code(db, hash)?,
            None => false,
        },
        has_owner: has_owner(db)?,
        invite: invite.transpose()?,
    })
}

fn has_owner(db: &Db) -> db::Result<bool> {
    statement(db, HAS_OWNER)?.exists(values![])
}

fn is_setup_code(db: &Db, hash: &[u8]) -> db::Result<bool> {
    statement(db, IS_SETUP)?.exists(values![hash])
}

fn insert(db: &Db, draft: &AccountDraft, role: ServerRole) -> db::Result<User> {
    let (name, kind) = (&draft.name, Kind(UserKind::Member));
    let role = OnServer(role);
    let values = values![
        &name.shown,
        &name.folded,
        &name.skeleton,
        kind,
        role,
        draft.session.now
    ];
    let id = statement(db, INSERT)?.insert(values)?;
    Ok(User {
        id: UserId(id),
        name: name.shown.clone(),
        kind: kind.0,
        account: None,
    })
}

/// The guest's row becomes the account's, with all that hangs on it.
fn turn(
    db: &Db,
    draft: &AccountDraft,
    role: ServerRole,
    guest: UserId,
    session: SessionId,
) -> Result<Written<User>, ServiceError> {
    let seq = house::take(db)?;
    let name = &draft.name;
    let role = OnServer(role);
    let values = values![guest, &name.shown, &name.folded, &name.skeleton, role, seq];
    statement(db, TURN)?.execute(values)?;
    statement(db, END)?.execute(values![session.0])?;
    let user = statement(db, people::USER)?.row(values![guest], UserRow::read)?;
    let user = User::from(user.ok_or_else(failure::no_row)?);
    let mut publish = vec![Publication::Renamed {
        user: user.clone(),
        skeleton: name.skeleton.clone(),
        seq,
        within: None,
    }];
    publish.extend(direct::renamed(db, guest)?);
    publish.extend(sessions::ended(db, guest, vec![session], true)?);
    Ok(Written {
        publish,
        value: user,
    })
}

const IS_GUEST: &str = "SELECT 1 FROM users WHERE id = ? AND kind = 'guest' AND state = 'active'";

const HAS_OWNER: &str =
    "SELECT 1 FROM users WHERE role = 'owner' AND kind <> 'guest' AND state = 'active'";

const IS_SETUP: &str = "SELECT 1 FROM one_time_codes WHERE hash = ? AND kind = 'setup'";

const USE_SETUP: &str = "DELETE FROM one_time_codes WHERE kind = 'setup'";

const GIVE_SETUP: &str =
    "INSERT INTO one_time_codes (hash, kind, state, expires_at) VALUES (?, 'setup', 'new', 0)";

const INSERT: &str = "INSERT INTO users (name, folded, skeleton, kind, role, created_at) \
    VALUES (?, ?, ?, ?, ?, ?) RETURNING id";

const TURN: &str = "UPDATE users SET name = ?2, folded = ?3, skeleton = ?4, kind = 'member', \
    role = ?5, seq = ?6 WHERE id = ?1";

const END: &str = "DELETE FROM sessions WHERE id = ?";

const NAMED: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", secret FROM users \
    LEFT JOIN credentials ON credentials.user_id = users.id AND credentials.kind = 'password' \
    WHERE users.folded = ? AND users.kind <> 'guest' AND users.state = 'active'"
);

const BY_ID: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", secret FROM users \
    LEFT JOIN credentials ON credentials.user_id = users.id AND credentials.kind = 'password' \
    WHERE users.id = ? AND users.kind <> 'guest' AND users.state = 'active'"
);
