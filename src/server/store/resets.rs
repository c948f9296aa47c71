//! Links with which a password is set anew.
//!
//! *Invariant:* a person has one at most, and it is used in the transaction that sets the password.

use super::Store;
use super::administration::{PersonFacts, facts};
use super::db::{Db, statement, values};
use super::secrets;
use super::sessions::{self, Ending, SessionDraft, begin, ended};
use super::tables::{UserRow, user_columns};
use super::writer::Written;
use crate::error::ServiceError;
use parlour_protocol::{ServerRole, Timestamp, User, UserId};

/// A link to be made.
#[derive(Clone, Debug)]
pub struct ResetDraft {
    /// The SHA-256 of its code.
    pub code_hash: Vec<u8>,
    /// Who sets their password by it.
    pub person: UserId,
    /// Who makes it; `None` is the machine.
    pub made_by: Option<UserId>,
    /// Until when it holds.
    pub expires_at: Timestamp,
    /// When it is made.
    pub now: Timestamp,
}

/// Who made a link, as they are now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResetBy {
    /// Who has the machine.
    Machine,
    /// A person with this role.
    Person(UserId, ServerRole),
    /// Somebody who may come in no more.
    Nobody,
}

/// What is known when a link is looked at, or used.
#[derive(Clone, Debug)]
pub struct ResetFacts {
    /// The person whose password it is.
    pub of: PersonFacts,
    /// Who made it.
    pub by: ResetBy,
}

impl Store {
    /// Makes a link, in the place of the one before, unless `decide` refuses.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] when there is no such person, what `decide` answers, or the database failed.
    pub async fn make_reset(
        &self,
        draft: ResetDraft,
        decide: impl Fn(&PersonFacts) -> Result<(), ServiceError> + Send + 'static,
    ) -> Result<(), ServiceError> {
        self.write(move |db| {
            decide(&facts(db, draft.person)?)?;
            statement(db, FORGET)?.execute(values![draft.person, draft.now])?;
            statement(db, MAKE)?.execute(values![
                &draft.code_hash,
                draft.person,
                draft.made_by,
                draft.expires_at,
            ])?;
            Ok(Written::quietly(()))
        })
        .await
    }

    /// What is known of the link of this code.
    ///
    /// # Errors
    /// [`ServiceError::LinkNotFound`] for none, or one that is over, or the database failed.
    pub async fn reset(
        &self,
        code_hash: Vec<u8>,
        now: Timestamp,
    ) -> Result<ResetFacts, ServiceError> {
        self.read(move |db| found(db, &code_hash, now)).await
    }

    /// Sets a password by the link of this code, unless `decide` refuses: all sessions of the person end, and this one
    /// begins.
    ///
    /// # Errors
    /// [`ServiceError::LinkNotFound`], what `decide` answers, or the database failed.
    pub async fn use_reset(
        &self,
        code_hash: Vec<u8>,
        secret: String,
        session: SessionDraft,
        decide: impl Fn(&ResetFacts) -> Result<(), ServiceError> + Send + 'static,
    ) -> Result<User, ServiceError> {
        self.write(move |db| {
            let facts = found(db, &code_hash, session.now)?;
            decide(&facts)?;
            let user = facts.of.person.user;
            secrets::set(db, user.id, &secret, session.now)?;
            let gone = sessions::end(db, user.id, Ending::All)?;
            begin(db, user.id, &session)?;
            Ok(Written {
                publish: ended(db, user.id, gone, false)?.into_iter().collect(),
                value: user,
            })
        })
        .await
    }
}

fn found(db: &Db, code_hash: &[u8], now: Timestamp) -> Result<ResetFacts, ServiceError> {
    let code = statement(db, FIND)?.row(values![code_hash, now], |row| {
        Ok((UserId(row.get(0)?), row.get::<Option<i64>>(1)?))
    })?;
    let (person, made_by) = code.ok_or(ServiceError::LinkNotFound)?;
    let by = match made_by {
        None => ResetBy::Machine,
        Some(id) => {
            let maker = statement(db, MAKER)?.row(values![id], UserRow::read)?;
            let by = |maker: UserRow| ResetBy::Person(UserId(id), maker.server_role());
            maker.map_or(ResetBy::Nobody, by)
        }
    };
    let of = facts(db, person).map_err(|error| match error {
        ServiceError::NotFound => ServiceError::LinkNotFound,
        other => other,
    })?;
    Ok(ResetFacts { of, by })
}

/// That of a person, and all that are over.
const FORGET: &str =
    "DELETE FROM one_time_codes WHERE kind = 'reset' AND (user_id = ?1 OR expires_at <= ?2)";

const MAKE: &str = "INSERT INTO one_time_codes (hash, kind, user_id, made_by, state, expires_at) \
    VALUES (?, 'reset', ?, ?, 'new', ?)";

const FIND: &str = "SELECT user_id, made_by FROM one_time_codes \
    WHERE hash = ?1 AND kind = 'reset' AND expires_at > ?2";

const MAKER: &str = concat!(
    "SELECT ",
    user_columns!(),
    " FROM users WHERE id = ? AND state = 'active'"
);
