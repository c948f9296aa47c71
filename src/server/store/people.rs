//! Users: guests, their names, and the sessions that prove them.

use super::Store;
use super::db::{self, Db, statement, values};
use super::direct;
use super::failure;
use super::former_guests;
use super::house;
use super::tables::{Kind, UserRow, user_columns};
use super::writer::Written;
use crate::error::ServiceError;
use crate::events::Publication;
use crate::names::Name;
use crate::scope::SessionId;
use parlour_protocol::{MS_PER_DAY, ServerRole, Timestamp, User, UserId, UserKind};

/// Expired sessions that are removed with each new one, so that the table does not grow with old ones.
const EXPIRED: i64 = 100;
/// For how long what an account was called is nobody else's.
const HELD_FOR: i64 = 30 * MS_PER_DAY;

/// A guest to be made, with their session.
#[derive(Clone, Debug)]
pub struct GuestDraft {
    /// The name and its keys.
    pub name: Name,
    /// The SHA-256 of the session's token.
    pub token_hash: Vec<u8>,
    /// When the guest is made.
    pub now: Timestamp,
    /// When the session ends.
    pub expires_at: Timestamp,
}

/// A user whose name looks like a wanted one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameHolder {
    /// The id of the user.
    pub id: UserId,
    /// The name as it is displayed.
    pub name: String,
    /// Whether the name is reserved also while the user is not connected.
    pub is_account: bool,
}

/// The session of a token, and its user.
#[derive(Clone, Debug)]
pub struct ProvedSession {
    /// The id of the session.
    pub id: SessionId,
    /// When the session ends.
    pub expires_at: Timestamp,
    /// When it ends at the latest, if that was decided.
    pub lasts_until: Option<Timestamp>,
    /// The user of the session.
    pub user: User,
    /// The user's role on the server.
    pub role: ServerRole,
    /// Whether they see the rooms that they are in, and no other.
    pub is_confined: bool,
    /// The guests that they were before they signed in.
    pub was: Vec<UserId>,
}

impl Store {
    /// Makes a guest and their session, unless `decide` refuses given the users who hold such a name.
    ///
    /// # Errors
    /// What `decide` answers, or the database failed.
    pub async fn create_guest(
        &self,
        draft: GuestDraft,
        decide: fn(&[NameHolder]) -> Result<(), ServiceError>,
    ) -> Result<User, ServiceError> {
        self.write(move |db| {
            let guest = insert_guest(db, &draft, false, decide)?;
            Ok(Written::quietly(guest))
        })
        .await
    }

    /// Renames a user, unless `decide` refuses given the users who hold such a name. What an account was called before
    /// is held for it.
    ///
    /// # Errors
    /// What `decide` answers, or the database failed.
    pub async fn rename(
        &self,
        id: UserId,
        name: Name,
        now: Timestamp,
        decide: impl Fn(&[NameHolder]) -> Result<(), ServiceError> + Send + 'static,
    ) -> Result<User, ServiceError> {
        self.write(move |db| {
            decide(&holders(db, HELD, &name, id, now)?)?;
            let held_until = now.0 + HELD_FOR;
            statement(db, HOLD)?.execute(values![id, &name.skeleton, held_until])?;
            statement(db, HOLD_NO_MORE)?.execute(values![id, &name.skeleton, now])?;
            let seq = house::take(db)?;
            let values = values![id, &name.shown, &name.folded, &name.skeleton, seq];
            statement(db, RENAME)?.execute(values)?;
            let user = statement(db, USER)?.row(values![id], UserRow::read)?;
            let user = user.ok_or_else(failure::no_row)?;
            let within = house::met_within(db, &user)?;
            let user = User::from(user);
            let renamed = Publication::Renamed {
                user: user.clone(),
                skeleton: name.skeleton.clone(),
                seq,
                within,
            };
            let rooms = direct::renamed(db, id)?;
            Ok(Written {
                publish: [renamed].into_iter().chain(rooms).collect(),
                value: user,
            })
        })
        .await
    }

    /// The session whose token has this hash, also if it has expired.
    ///
    /// # Errors
    /// The database failed.
    pub async fn session_by_token(
        &self,
        token_hash: Vec<u8>,
    ) -> Result<Option<ProvedSession>, ServiceError> {
        let read = move |db: &Db| {
            let proved = statement(db, PROVED)?.row(values![&token_hash], |row| {
                let user = UserRow::read(row)?;
                Ok(ProvedSession {
                    id: SessionId(row.get(UserRow::COUNT)?),
                    expires_at: Timestamp(row.get(UserRow::COUNT + 1)?),
                    lasts_until: row.get::<Option<i64>>(UserRow::COUNT + 2)?.map(Timestamp),
                    role: user.server_role(),
                    is_confined: user.is_confined(),
                    user: user.into(),
                    was: Vec::new(),
                })
            })?;
            let Some(mut proved) = proved else {
                return Ok(None);
            };
            if proved.user.kind == UserKind::Member {
                proved.was = former_guests::was(db, proved.user.id)?;
            }
            Ok(Some(proved))
        };
        self.read(read).await
    }

    /// Lets a session that is used on this day end later, and at the latest then.
    ///
    /// # Errors
    /// The database failed.
    pub async fn renew_session(
        &self,
        id: SessionId,
        now: Timestamp,
        expires_at: Timestamp,
        lasts_until: Option<Timestamp>,
    ) -> Result<(), ServiceError> {
        self.write(move |db| {
            let today = now.0 / MS_PER_DAY;
            statement(db, RENEW)?.execute(values![id.0, expires_at, lasts_until, today])?;
            Ok(Written::quietly(()))
        })
        .await
    }
}

/// Makes a guest and their session, unless `decide` refuses given the accounts that hold such a name.
pub(super) fn insert_guest(
    db: &Db,
    draft: &GuestDraft,
    is_confined: bool,
    decide: fn(&[NameHolder]) -> Result<(), ServiceError>,
) -> Result<User, ServiceError> {
    let GuestDraft {
        name,
        token_hash,
        now,
        expires_at,
    } = draft;
    decide(&holders(db, HELD_BY_ACCOUNTS, name, UserId(0), *now)?)?;
    let kind = Kind(UserKind::Guest);
    let id = statement(db, GUEST)?.insert(values![
        &name.shown,
        &name.folded,
        &name.skeleton,
        kind,
        *now,
        is_confined
    ])?;
    statement(db, SESSION)?.execute(values![id, token_hash, *now, *expires_at])?;
    statement(db, FORGET)?.execute(values![*now, EXPIRED])?;
    Ok(User {
        id: UserId(id),
        name: name.shown.clone(),
        kind: kind.0,
        account: None,
    })
}

/// Who else has a name that looks like this one, or had it lately and was an account.
pub(super) fn holders(
    db: &Db,
    which: &'static str,
    name: &Name,
    except: UserId,
    now: Timestamp,
) -> db::Result<Vec<NameHolder>> {
    statement(db, which)?.rows(values![&name.skeleton, except, now], |row| {
        let Kind(kind) = row.get(2)?;
        Ok(NameHolder {
            id: UserId(row.get(0)?),
            name: row.get(1)?,
            is_account: kind != UserKind::Guest,
        })
    })
}

/// Among everybody, guests too.
pub(super) const HELD: &str = "SELECT id, name, kind FROM users WHERE skeleton = ?1 AND id <> ?2 \
    UNION ALL SELECT user_id, name, 'member' FROM former_names \
    WHERE skeleton = ?1 AND user_id <> ?2 AND held_until > ?3";

/// Of accounts alone: guests of one name may be many.
const HELD_BY_ACCOUNTS: &str = "SELECT id, name, kind FROM users \
    WHERE skeleton = ?1 AND id <> ?2 AND kind <> 'guest' \
    UNION ALL SELECT user_id, name, 'member' FROM former_names \
    WHERE skeleton = ?1 AND user_id <> ?2 AND held_until > ?3 LIMIT 1";

/// Another way to write a name leaves none behind.
const HOLD: &str = "INSERT INTO former_names (user_id, name, skeleton, held_until) \
    SELECT id, name, skeleton, ?3 FROM users WHERE id = ?1 AND kind <> 'guest' AND skeleton <> ?2";

const HOLD_NO_MORE: &str = "DELETE FROM former_names \
    WHERE held_until <= ?3 OR (user_id = ?1 AND skeleton = ?2)";

const GUEST: &str = "INSERT INTO users (name, folded, skeleton, kind, created_at, is_confined) \
    VALUES (?, ?, ?, ?, ?, ?) RETURNING id";

const RENAME: &str =
    "UPDATE users SET name = ?2, folded = ?3, skeleton = ?4, seq = ?5 WHERE id = ?1";

/// The columns of a user.
pub(super) const USER: &str = concat!("SELECT ", user_columns!(), " FROM users WHERE id = ?");

const SESSION: &str =
    "INSERT INTO sessions (user_id, token_hash, created_at, expires_at) VALUES (?, ?, ?, ?)";

const FORGET: &str = "DELETE FROM sessions WHERE id IN \
    (SELECT id FROM sessions WHERE expires_at <= ? LIMIT ?)";

const PROVED: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", sessions.id, expires_at, lasts_until \
    FROM sessions JOIN users ON users.id = user_id WHERE token_hash = ? AND users.state = 'active'"
);

const RENEW: &str =
    "UPDATE sessions SET expires_at = ?2, lasts_until = ?3, seen_day = ?4 WHERE id = ?1";
