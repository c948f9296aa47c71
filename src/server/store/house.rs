//! The house's stream: its `seq`, and what changed in it: what people are called, and which guest is an account since.
//!
//! *Invariant:* a change takes the next `seq` in its own transaction and leaves it on the user's row. A client that
//! applies the pages up to `to` calls everybody what they were called at `to`. Of a guest of an invitation only who shares
//! a room with them is told, until they are somebody else.

use super::db::{self, Db, Row, statement, values};
use super::tables::{Kind, UserRow, user_columns};
use super::{Store, failure};
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::{RoomId, Seq, User, UserId};

/// People in one page.
pub(super) const PAGE: usize = 500;
/// More changed rows than this are taken anew faster.
pub(super) const TOO_MANY: i64 = 2_000;

/// Where what is asked for besides stands.
const BEHIND: usize = UserRow::COUNT + 4;

/// What [`changed`] reads behind the columns of a user, and more, of who changed after `?1`.
macro_rules! changed {
    ($more:literal, $which:expr) => {
        concat!(
            ", users.seq, account.id, account.name, account.kind",
            $more,
            " FROM users LEFT JOIN users AS account ON account.id = users.merged_into \
            WHERE users.seq > ?1 AND users.seq > 0 AND ",
            $which,
            " ORDER BY users.seq"
        )
    };
}

/// Everybody who changed in (`from`, `to`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HousePage {
    /// Each as they are now, ordered by seq.
    pub people: Vec<User>,
    /// The seq after which the changes begin (exclusive).
    pub from: Seq,
    /// The seq up to which the changes go (inclusive).
    pub to: Seq,
    /// Whether `to` is the stream's present seq; otherwise ask again from `to`.
    pub complete: bool,
    /// Too much changed, or `from` is beyond the stream's seq.
    pub reset: bool,
}

impl Store {
    /// What changed in the house's stream after `after`, of people whom the viewer can know of.
    ///
    /// # Errors
    /// The database failed.
    pub async fn house_since(
        &self,
        viewer: Option<UserId>,
        after: Seq,
    ) -> Result<HousePage, ServiceError> {
        self.read(move |db| Ok(page(db, viewer, after)?)).await
    }
}

/// Takes the next seq of the house's stream.
pub(super) fn take(db: &Db) -> db::Result<Seq> {
    let seq = statement(db, TAKE)?.row(values![], |row| row.get(0))?;
    seq.map(Seq).ok_or_else(failure::no_row)
}

/// How far the house's stream has come.
pub(super) fn seq(db: &Db) -> db::Result<Seq> {
    let seq = statement(db, SEQ)?.row(values![], |row| row.get(0))?;
    seq.map(Seq).ok_or_else(failure::no_row)
}

/// What was changed in the house's stream after `after`, as it is published.
pub(super) fn publications_since(db: &Db, after: Seq) -> db::Result<Vec<Publication>> {
    const SINCE: &str = concat!(
        "SELECT ",
        user_columns!(),
        changed!(", users.skeleton", "TRUE")
    );
    let since = statement(db, SINCE)?.rows(values![after], |row| {
        let (user, seq) = changed(row)?;
        Ok((UserRow::read(row)?, user, seq, row.get(BEHIND)?))
    })?;
    let since = since.into_iter().map(|(row, user, seq, skeleton)| {
        // Whom a guest has signed in to everybody may know.
        let within = match user.account {
            Some(_) => None,
            None => met_within(db, &row)?,
        };
        Ok(Publication::Renamed {
            user,
            skeleton,
            seq,
            within,
        })
    });
    since.collect()
}

/// The rooms in which somebody is met of whom nobody else is to know; `None` for all others.
pub(super) fn met_within(db: &Db, user: &UserRow) -> db::Result<Option<Vec<RoomId>>> {
    const IN: &str = "SELECT room_id FROM memberships WHERE user_id = ? AND state = 'in'";
    if !user.is_confined() {
        return Ok(None);
    }
    let rooms = statement(db, IN)?.rows(values![user.id], |row| Ok(RoomId(row.get(0)?)))?;
    Ok(Some(rooms))
}

fn page(db: &Db, viewer: Option<UserId>, after: Seq) -> db::Result<HousePage> {
    let newest = seq(db)?;
    let mut page = HousePage {
        people: Vec::new(),
        from: after,
        to: newest,
        complete: true,
        reset: true,
    };
    let is_foreign = after < Seq::ZERO || after > newest;
    if is_foreign || has_too_many(db, COUNT, values![after, TOO_MANY + 1])? {
        return Ok(page);
    }
    page.reset = false;
    let behind = values![after, PAGE as i64 + 1, viewer];
    let mut changed = statement(db, CHANGED)?.rows(behind, changed)?;
    if changed.len() > PAGE {
        changed.truncate(PAGE);
        page.complete = false;
        page.to = changed.last().map_or(newest, |(_, seq)| *seq);
    }
    page.people = changed.into_iter().map(|(user, _)| user).collect();
    Ok(page)
}

/// Somebody who changed, as they are now, and the seq of that. Who was a guest is called what their account is.
fn changed(row: &Row<'_>) -> db::Result<(User, Seq)> {
    let user = User::from(UserRow::read(row)?);
    let seq = Seq(row.get(UserRow::COUNT)?);
    let account = row.get::<Option<i64>>(UserRow::COUNT + 1)?.map(UserId);
    let user = match account {
        None => user,
        Some(_) => User {
            name: row.get(UserRow::COUNT + 2)?,
            kind: row.get::<Kind>(UserRow::COUNT + 3)?.0,
            account,
            ..user
        },
    };
    Ok((user, seq))
}

/// Whether `count`, whose last value is one more than are synced, finds so many.
pub(super) fn has_too_many(
    db: &Db,
    count: &'static str,
    values: &[db::Value<'_>],
) -> db::Result<bool> {
    let found: Option<i64> = statement(db, count)?.row(values, |row| row.get(0))?;
    Ok(found.is_some_and(|found| found > TOO_MANY))
}

const TAKE: &str = "UPDATE house SET seq = seq + 1 WHERE id = 1 RETURNING seq";

const SEQ: &str = "SELECT seq FROM house WHERE id = 1";

const CHANGED: &str = concat!(
    "SELECT ",
    user_columns!(),
    changed!(
        "",
        "(users.kind <> 'guest' OR NOT users.is_confined OR users.merged_into IS NOT NULL OR EXISTS (SELECT 1 \
        FROM memberships AS mine JOIN memberships AS theirs ON theirs.room_id = mine.room_id \
        AND theirs.user_id = users.id AND theirs.state = 'in' WHERE mine.state = 'in' AND mine.user_id = ?3))"
    ),
    " LIMIT ?2"
);

const COUNT: &str =
    "SELECT count(*) FROM (SELECT 1 FROM users WHERE seq > ?1 AND seq > 0 LIMIT ?2) AS changed";
