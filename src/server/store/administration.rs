//! People as who runs the house sees them, and what is done to them.
//!
//! *Invariant:* what a person may do is told when it changes, so that nobody goes on with what they might before.

use super::Store;
use super::db::{self, Db, Row, statement, values};
use super::sessions::{Ending, end, ended};
use super::tables::{OnServer, UserRow, user_columns};
use super::writer::Written;
use super::{failure, person_seqs};
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::{ServerRole, Timestamp, User, UserId};

/// A person as who runs the house sees them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KnownPerson {
    /// The person as others see them.
    pub user: User,
    /// Their role on the server.
    pub role: ServerRole,
    /// Whether they may come in; false of an account that was disabled.
    pub is_active: bool,
    /// When they came first.
    pub since: Timestamp,
}

/// Which people are listed, the newest first.
#[derive(Clone, Debug, Default)]
pub struct PeopleWanted {
    /// What their folded names have in them.
    pub search: String,
    /// Whether guests are among them.
    pub with_guests: bool,
    /// Only who came before this one.
    pub after: Option<UserId>,
}

/// What is known when something is done to a person.
#[derive(Clone, Debug)]
pub struct PersonFacts {
    /// The person as they are now.
    pub person: KnownPerson,
    /// How many active accounts own the house.
    pub owners: i64,
}

/// What is done to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    /// They get this role on the server.
    Role(ServerRole),
    /// They can come in no more, and all their sessions end.
    Disable,
    /// They can come in again.
    Enable,
    /// All their sessions end.
    EndSessions,
    /// They get a link with which they set another password, which is made by `make_reset`.
    ResetPassword,
}

impl Store {
    /// Up to `limit` people that are wanted, the newest first.
    ///
    /// # Errors
    /// The database failed.
    pub async fn people_page(
        &self,
        wanted: PeopleWanted,
        limit: u32,
    ) -> Result<Vec<KnownPerson>, ServiceError> {
        let read = move |db: &Db| {
            let before = wanted.after.map_or(i64::MAX, |after| after.0);
            let like = format!("%{}%", literal(&wanted.search));
            let values = values![before, wanted.with_guests, &like, i64::from(limit)];
            Ok(statement(db, LISTED)?.rows(values, known)?)
        };
        self.read(read).await
    }

    /// One person; `None` if there is none of this id.
    ///
    /// # Errors
    /// The database failed.
    pub async fn known_person(&self, id: UserId) -> Result<Option<KnownPerson>, ServiceError> {
        self.read(move |db| Ok(statement(db, PERSON)?.row(values![id], known)?))
            .await
    }

    /// The account of this folded name, if there is one.
    ///
    /// # Errors
    /// The database failed.
    pub async fn known_account(&self, folded: String) -> Result<Option<KnownPerson>, ServiceError> {
        self.read(move |db| Ok(statement(db, NAMED)?.row(values![&folded], known)?))
            .await
    }

    /// Does something to a person, unless `decide` refuses; answers them as they are then.
    ///
    /// # Errors
    /// [`ServiceError::NotFound`] when there is none of this id, what `decide` answers, or the database failed.
    pub async fn administer(
        &self,
        id: UserId,
        deed: Deed,
        decide: impl Fn(&PersonFacts) -> Result<(), ServiceError> + Send + 'static,
    ) -> Result<KnownPerson, ServiceError> {
        self.write(move |db| {
            decide(&facts(db, id)?)?;
            Ok(done(db, id, deed)?)
        })
        .await
    }
}

/// What is known of a person.
pub(super) fn facts(db: &Db, id: UserId) -> Result<PersonFacts, ServiceError> {
    let person = statement(db, PERSON)?.row(values![id], known)?;
    let person = person.ok_or(ServiceError::NotFound)?;
    let owners = statement(db, OWNERS)?.row(values![], |row| row.get(0))?;
    Ok(PersonFacts {
        person,
        owners: owners.unwrap_or(0),
    })
}

fn done(db: &Db, id: UserId, deed: Deed) -> db::Result<Written<KnownPerson>> {
    match deed {
        Deed::Role(role) => statement(db, SET_ROLE)?.execute(values![id, OnServer(role)])?,
        Deed::Disable => statement(db, SET_STATE)?.execute(values![id, "disabled"])?,
        Deed::Enable => statement(db, SET_STATE)?.execute(values![id, "active"])?,
        Deed::EndSessions | Deed::ResetPassword => 0,
    };
    let ending = match deed {
        Deed::Disable | Deed::EndSessions => ended(db, id, end(db, id, Ending::All)?, false)?,
        Deed::Role(_) | Deed::Enable | Deed::ResetPassword => None,
    };
    // Behind the end of the sessions: to sockets that are closed it says nothing.
    let changed = match deed {
        Deed::Role(_) | Deed::Disable | Deed::Enable => Some(Publication::RoleChanged {
            user: id,
            me: person_seqs::take(db, id)?,
        }),
        Deed::EndSessions | Deed::ResetPassword => None,
    };
    let person = statement(db, PERSON)?.row(values![id], known)?;
    Ok(Written {
        publish: ending.into_iter().chain(changed).collect(),
        value: person.ok_or_else(failure::no_row)?,
    })
}

fn known(row: &Row<'_>) -> db::Result<KnownPerson> {
    let user = UserRow::read(row)?;
    Ok(KnownPerson {
        role: user.server_role(),
        user: user.into(),
        is_active: row.get(UserRow::COUNT)?,
        since: Timestamp(row.get(UserRow::COUNT + 1)?),
    })
}

/// A text of which `LIKE` finds nothing but itself.
fn literal(text: &str) -> String {
    let mut literal = String::with_capacity(text.len());
    for c in text.chars() {
        if matches!(c, '%' | '_' | '!') {
            literal.push('!');
        }
        literal.push(c);
    }
    literal
}

const LISTED: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", state = 'active', created_at FROM users WHERE state NOT IN ('deleted', 'merged') AND id < ?1 AND (kind <> 'guest' OR ?2) AND folded LIKE ?3 ESCAPE '!' ORDER BY id DESC LIMIT ?4"
);

const PERSON: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", state = 'active', created_at FROM users WHERE state NOT IN ('deleted', 'merged') AND id = ?"
);

const NAMED: &str = concat!(
    "SELECT ",
    user_columns!(),
    ", state = 'active', created_at FROM users WHERE state NOT IN ('deleted', 'merged') AND folded = ? AND kind <> 'guest'"
);

const OWNERS: &str = "SELECT count(*) FROM users \
    WHERE role = 'owner' AND kind <> 'guest' AND state = 'active'";

const SET_ROLE: &str = "UPDATE users SET role = ?2 WHERE id = ?1";

const SET_STATE: &str = "UPDATE users SET state = ?2 WHERE id = ?1";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_is_taken_as_it_is_written() {
        assert_eq!(literal("100%_sure!"), "100!%!_sure!!");
    }
}
