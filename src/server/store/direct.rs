//! Direct rooms: found by who is in them, and shown again to who had hidden them.
//!
//! *Invariant:* there is one direct room for a set of people.

use super::Store;
use super::db::{self, Db, statement, values};
use super::direct_names::call_all;
use super::former_guests;
use super::members::{self, NewMembership};
use super::person_seqs;
use super::rooms::{StoredRoom, Viewer, any, begins, visible};
use super::tables::{RoomRow, Seen};
use super::writer::{Results, Written};
use crate::error::ServiceError;
use crate::events::Publication;
use parlour_protocol::{RoomId, RoomKind, RoomRole, RoomRules, Seq, Timestamp, UserId};
use std::collections::{BTreeSet, HashMap};

/// Rooms of one person that are called otherwise at once, when they are.
const RENAMED_MAX: i64 = 200;

/// A direct room that is wanted.
#[derive(Clone, Debug)]
pub struct DirectDraft {
    /// Who wants it.
    pub by: UserId,
    /// All who are in it, they as well.
    pub people: BTreeSet<UserId>,
    /// Its id, [drawn](super::draw_direct_id), if there is none yet.
    pub id: RoomId,
    /// When it is made.
    pub now: Timestamp,
}

impl DirectDraft {
    /// Of who they are now: the accounts of guests who signed in to one.
    fn of_accounts(&self, db: &Db) -> db::Result<Self> {
        let people = self
            .people
            .iter()
            .map(|user| former_guests::whoever(db, *user));
        Ok(Self {
            people: people.collect::<db::Result<_>>()?,
            ..self.clone()
        })
    }

    /// Their ids in order.
    fn key(&self) -> String {
        key(&self.people)
    }
}

/// By what the room of these people is found.
pub(super) fn key(people: &BTreeSet<UserId>) -> String {
    let ids: Vec<String> = people.iter().map(|user| user.0.to_string()).collect();
    ids.join(",")
}

/// Whose room is found by this.
pub(super) fn read_key(key: &str) -> BTreeSet<UserId> {
    let ids = key.split(',').filter_map(|id| id.parse().ok());
    ids.map(UserId).collect()
}

impl Store {
    /// The room of these people, as the first of them sees it, and whether it was made just now. Who had hidden it sees
    /// it again; one that is made costs what `charge` takes.
    ///
    /// # Errors
    /// [`ServiceError::PersonNotFound`] where one of them is nobody whom the first can talk to; what `charge` answers; or
    /// the database failed.
    pub async fn direct_room(
        &self,
        draft: DirectDraft,
        charge: impl Fn() -> Result<(), ServiceError> + Send + 'static,
    ) -> Result<(StoredRoom, bool), ServiceError> {
        self.write(move |db| {
            let draft = draft.of_accounts(db)?;
            for user in draft.people.iter().filter(|user| **user != draft.by) {
                if !statement(db, CAN_TALK_TO)?.exists(values![draft.by, *user])? {
                    return Err(ServiceError::PersonNotFound);
                }
            }
            let key = draft.key();
            let known = statement(db, BY_KEY)?.row(values![&key], |row| row.get(0))?;
            let viewer = Viewer(Some(draft.by));
            if let Some(id) = known.map(RoomId) {
                return Ok(Written {
                    publish: show(db, draft.by, id)?,
                    value: (visible(db, viewer, id)?.into(), false),
                });
            }
            charge()?;
            let publish = make(db, &draft, &key)?;
            Ok(Written {
                publish,
                value: (visible(db, viewer, draft.id)?.into(), true),
            })
        })
        .await
    }
}

/// Makes a room of these people; what is published of it.
fn make(db: &Db, draft: &DirectDraft, key: &str) -> Result<Vec<Publication>, ServiceError> {
    let kind = Seen(RoomKind::Direct);
    statement(db, MAKE)?.execute(values![draft.id, kind, key, draft.now])?;
    let mut taken = Vec::new();
    let new = NewMembership {
        role: RoomRole::Member,
        read_seq: Seq::ZERO,
        read_posts: 0,
        joined_at: draft.now,
    };
    for user in &draft.people {
        let me = person_seqs::take(db, *user)?;
        members::insert(db, *user, draft.id, &new, me)?;
        taken.push((*user, me));
    }
    // Nobody sees it yet: this says of which kind it is.
    let row = any(db, draft.id)?.ok_or(ServiceError::RoomNotFound)?;
    let mut publish = vec![Publication::RoomChanged {
        room: row.into_room(),
        rules: RoomRules::of(RoomKind::Direct),
    }];
    for (user, me) in taken {
        let room = visible(db, Viewer(Some(user)), draft.id)?.into_room();
        publish.extend(begins(&room, true, user, 0, me));
    }
    Ok(publish)
}

fn shown(room: StoredRoom, user: UserId) -> Publication {
    let room = room.room;
    Publication::RoomShown { room, user }
}

/// The direct rooms of a person that they have not hidden.
pub(super) fn of(db: &Db, user: UserId) -> db::Result<Vec<RoomRow>> {
    const OF: &str = concat!(
        "SELECT ",
        super::tables::room_columns!(),
        " FROM memberships CROSS JOIN rooms WHERE rooms.id = memberships.room_id AND kind = 'direct' \
        AND state = 'in' AND deleted_at IS NULL AND hid_posts <> posts AND user_id = ? \
        ORDER BY last_message_at DESC, id LIMIT 1000"
    );
    let mut rows = statement(db, OF)?.rows(values![user], RoomRow::read)?;
    call_all(db, Some(user), &mut rows)?;
    Ok(rows)
}

/// What is published to the others when one of them is called otherwise.
pub(super) fn renamed(db: &Db, user: UserId) -> Result<Vec<Publication>, ServiceError> {
    let others = statement(db, OTHERS)?.rows(values![user, RENAMED_MAX], |row| {
        Ok((RoomId(row.get(0)?), UserId(row.get(1)?)))
    })?;
    let shown = others.into_iter().map(|(room, other)| {
        let room = visible(db, Viewer(Some(other)), room)?;
        Ok(shown(room.into(), other))
    });
    shown.collect()
}

/// Shows a room to who had hidden it; what is published of it. Nothing, where they had not.
fn show(db: &Db, user: UserId, room: RoomId) -> Result<Vec<Publication>, ServiceError> {
    if !statement(db, IS_HIDDEN)?.exists(values![room, user])? {
        return Ok(Vec::new());
    }
    let me = person_seqs::take(db, user)?;
    let read = statement(db, SHOW)?.row(values![room, user, me], |row| row.get(0))?;
    let seen = visible(db, Viewer(Some(user)), room)?.into_room();
    Ok(begins(&seen, true, user, read.unwrap_or_default(), me))
}

/// Who has hidden direct rooms, of these. Of other rooms nothing is asked.
pub(super) fn away(
    db: &Db,
    rooms: impl Iterator<Item = RoomId>,
) -> db::Result<HashMap<RoomId, Vec<UserId>>> {
    let direct = rooms.filter(|room| room.is_direct());
    let direct: BTreeSet<i64> = direct.map(|room| room.0).collect();
    let mut away = HashMap::new();
    for room in direct {
        let users: Vec<UserId> =
            statement(db, AWAY)?.rows(values![room], |row| Ok(UserId(row.get(0)?)))?;
        if !users.is_empty() {
            away.insert(RoomId(room), users);
        }
    }
    Ok(away)
}

/// Shows them to those who were [`away`], before the first message that was written there.
pub(super) fn come_back<T>(
    db: &Db,
    mut away: HashMap<RoomId, Vec<UserId>>,
    results: &mut Results<T>,
) -> db::Result<()> {
    let Ok(results) = results else { return Ok(()) };
    for written in results.iter_mut().flatten() {
        let published = written.publish.iter();
        let mut room = published.filter_map(|publication| match publication {
            Publication::Message { message, .. } => Some(message.room_id),
            _ => None,
        });
        let Some((room, users)) = room.next().and_then(|room| away.remove_entry(&room)) else {
            continue;
        };
        let mut back = Vec::new();
        for user in users {
            match show(db, user, room) {
                Ok(shown) => back.extend(shown),
                // What was written is not whole without it.
                Err(ServiceError::Store(error)) => return Err(error),
                // To who sees the room no more nothing is shown.
                Err(_) => {}
            }
        }
        written.publish.splice(0..0, back);
    }
    Ok(())
}

/// That one person alone is in a direct room with an author, and has blocked them: to the author there is nobody.
macro_rules! is_refused {
    ($author:literal) => {
        concat!(
            "rooms.direct_key IS NOT NULL AND EXISTS (SELECT 1 FROM blocks WHERE blocks.blocked_id = ",
            $author,
            " AND rooms.direct_key = CASE WHEN blocks.user_id < blocks.blocked_id \
            THEN CAST(blocks.user_id AS TEXT) || ',' || CAST(blocks.blocked_id AS TEXT) \
            ELSE CAST(blocks.blocked_id AS TEXT) || ',' || CAST(blocks.user_id AS TEXT) END)"
        )
    };
}
pub(super) use is_refused;

/// That a user is somebody whom the viewer, whose id stands in this place, can know of: who is confined to rooms meets
/// those in them and is met by nobody else.
macro_rules! is_met {
    ($viewer:literal) => {
        concat!(
            "users.state = 'active' AND (NOT ",
            $crate::store::rooms::is_confined!($viewer),
            " AND NOT (users.is_confined AND users.kind = 'guest') OR EXISTS (SELECT 1 FROM memberships AS mine \
            JOIN memberships AS theirs ON theirs.room_id = mine.room_id AND theirs.user_id = users.id \
            AND theirs.state = 'in' WHERE mine.state = 'in' AND mine.user_id = ",
            $viewer,
            "))"
        )
    };
}

pub(super) use is_met;

/// Whether `?1` can talk to `?2`.
const CAN_TALK_TO: &str = concat!(
    "SELECT 1 FROM users WHERE users.id = ?2 AND ",
    is_met!("?1"),
    " AND NOT EXISTS (SELECT 1 FROM blocks WHERE blocks.user_id = users.id AND blocks.blocked_id = ?1)"
);

const BY_KEY: &str = "SELECT id FROM rooms WHERE direct_key = ? AND deleted_at IS NULL";

const MAKE: &str = "INSERT INTO rooms \
    (id, kind, direct_key, created_at, name, folded, skeleton, sort_key, description) \
    VALUES (?, ?, ?, ?, '', '', '', '', '')";

const OTHERS: &str = "SELECT theirs.room_id, theirs.user_id FROM memberships AS mine \
    JOIN rooms ON rooms.id = mine.room_id AND kind = 'direct' AND deleted_at IS NULL \
    JOIN memberships AS theirs ON theirs.room_id = rooms.id AND theirs.state = 'in' \
    AND theirs.user_id <> mine.user_id AND theirs.hid_posts <> rooms.posts \
    WHERE mine.user_id = ? AND mine.state = 'in' LIMIT ?";

const IS_HIDDEN: &str =
    "SELECT 1 FROM memberships WHERE room_id = ? AND user_id = ? AND hid_posts >= 0";

const SHOW: &str = "UPDATE memberships SET hid_posts = -1, me_seq = ?3 \
    WHERE room_id = ?1 AND user_id = ?2 RETURNING read_posts";

const AWAY: &str = "SELECT user_id FROM memberships JOIN rooms ON rooms.id = room_id \
    WHERE room_id = ? AND state = 'in' AND hid_posts = posts";
