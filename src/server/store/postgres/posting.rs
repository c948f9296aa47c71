//! A group of sends as one transaction of a fixed number of round trips, whatever its size: its rooms are locked, the
//! facts about all of it are read, the rule decides about one send after the other, and the rows are written by one
//! statement for each table.
//!
//! *Invariant:* a `seq` comes from a room's row that is locked until the commit, never from an id. So in each room the
//! order of commits is the order of `seq`, without a gap, on any number of servers. Rooms are locked in the order of
//! their ids, so that no two servers wait for each other.

mod beside;
mod memberships;

use super::session::{Query, Session};
use crate::error::ServiceError;
use crate::store::author::Author;
use crate::store::db::{self, Row, values};
use crate::store::direct::is_refused;
use crate::store::mentions::Mentioned;
use crate::store::posting::{Draft, NewPost, Post, PostDecision, PostFacts, PostPlace, Posted};
use crate::store::quotes::{self, Answered};
use crate::store::roles::{role_in, rules_at};
use crate::store::rooms::{RoomState, is_visible};
use crate::store::tables::{InRoom, Kind, MessageRow, OnServer, message_columns, server_role};
use crate::store::writer::{Results, Written};
use beside::{ANSWERED, MENTION, Mentions, WHO};
use memberships::{Memberships, ReadByPosting};
use parlour_protocol::{Message, RoomRole, RoomRules, Seq, ServerRole, UserId};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::vec;

/// Stores them as if one after the other.
pub(in crate::store) fn store(posts: &[Post], session: &Session) -> Results<Posted> {
    let mut group = Group::read(posts, session)?;
    let outcomes = posts.iter().map(|post| group.store(post)).collect();
    group.rows.write(session)?;
    Ok(outcomes)
}

/// What is known of what a group is about, with what was decided so far.
struct Group<'p> {
    /// The rooms that there are.
    rooms: HashMap<i64, Room>,
    /// What idempotency keys have made.
    sent: HashMap<(i64, &'p str), Sent>,
    authors: HashMap<i64, Author>,
    /// How far the streams of authors have come.
    streams: HashMap<i64, Seq>,
    /// How authors stand to rooms; who does in no way is not there.
    standings: HashMap<(i64, i64), Standing>,
    /// What is said of the messages that are answered.
    answered: HashMap<(i64, i64), Answered>,
    /// Who those are whom they mention.
    mentioned: HashMap<i64, Mentioned>,
    /// Ids for new messages.
    ids: vec::IntoIter<i64>,
    rows: Rows<'p>,
}

struct Room {
    state: RoomState,
    rules: RoomRules,
}

#[derive(Clone, Copy)]
struct Standing {
    is_member: bool,
    role: RoomRole,
    is_banned: bool,
}

struct Sent {
    message: Arc<Message>,
    is_visible: bool,
}

impl<'p> Group<'p> {
    fn read(posts: &'p [Post], session: &Session) -> db::Result<Self> {
        let drafts = || posts.iter().map(|post| &post.draft);
        let rooms: BTreeSet<i64> = drafts().map(|draft| draft.room.0).collect();
        let rooms: Vec<i64> = rooms.into_iter().collect();
        // Before all else: what is read after it stays true until the commit.
        let locked = session.ask(LOCK, values![&rooms[..]])?;

        let authors: Vec<i64> = drafts().map(|draft| draft.author.0).collect();
        let places: Vec<i64> = drafts().map(|draft| draft.room.0).collect();
        let keys = || drafts().flat_map(|draft| draft.senders().map(move |from| (from, draft)));
        let senders: Vec<i64> = keys().map(|(sender, _)| sender.0).collect();
        let viewers: Vec<i64> = keys().map(|(_, draft)| draft.author.0).collect();
        let keys: Vec<&str> = keys().map(|(_, draft)| draft.client_id.as_str()).collect();
        let replies = drafts().filter_map(|draft| Some((draft.room.0, draft.reply_to?.0)));
        let (reply_rooms, numbers): (Vec<i64>, Vec<i64>) = replies.unzip();
        let now = posts.iter().map(|post| post.now).min().unwrap_or_default();
        let mut queries: Vec<Query<'_>> = Vec::new();
        let (sent, names, members, ids) = (
            values![&senders[..], &keys[..], &viewers[..]],
            values![&authors[..]],
            values![&places[..], &authors[..], now],
            values![posts.len() as i64],
        );
        queries.extend([
            (SENT, &sent[..]),
            (NAMES, names),
            (MEMBERS, members),
            (IDS, ids),
        ]);
        let answered = values![&reply_rooms[..], &numbers[..]];
        if !numbers.is_empty() {
            queries.push((ANSWERED, answered));
        }
        let people: BTreeSet<i64> = drafts()
            .flat_map(|draft| draft.mentions.iter().map(|person| person.0))
            .collect();
        let people: Vec<i64> = people.into_iter().collect();
        let mentioned = values![&people[..]];
        if !people.is_empty() {
            queries.push((WHO, mentioned));
        }
        let mut answers = session
            .ask_all(&queries)?
            .into_iter()
            .map(|answer| answer.rows);
        let mut next = || answers.next().unwrap_or_default();
        let (sent, names, members, ids) = (next(), next(), next(), next());
        let answered = if numbers.is_empty() {
            Vec::new()
        } else {
            next()
        };
        let mentioned = if people.is_empty() {
            Vec::new()
        } else {
            next()
        };

        let mut group = Self {
            rooms: HashMap::new(),
            sent: HashMap::new(),
            authors: HashMap::new(),
            streams: HashMap::new(),
            standings: HashMap::new(),
            answered: HashMap::new(),
            mentioned: HashMap::new(),
            ids: column(&ids)?.into_iter(),
            rows: Rows::default(),
        };
        for row in locked.rows.iter().map(Row::Postgres) {
            let state = RoomState {
                seq: Seq(row.get(1)?),
                posts: row.get(2)?,
            };
            let rules = rules_at(&row, 3)?;
            group.rooms.insert(row.get(0)?, Room { state, rules });
        }
        for row in names.iter().map(Row::Postgres) {
            let (kind, role): (Kind, OnServer) = (row.get(3)?, row.get(4)?);
            let role = server_role(kind, role);
            let author = Author {
                name: row.get(1)?,
                role,
                is_confined: role == ServerRole::Guest && row.get(5)?,
            };
            group.authors.insert(row.get(0)?, author);
            group.streams.insert(row.get(0)?, Seq(row.get(2)?));
        }
        for row in members.iter().map(Row::Postgres) {
            let InRoom(role) = row.get(3)?;
            let standing = Standing {
                is_member: row.get(2)?,
                role,
                is_banned: row.get(4)?,
            };
            let at = (row.get(0)?, row.get(1)?);
            group.standings.insert(at, standing);
        }
        for row in answered.iter().map(Row::Postgres) {
            let at = (row.get(0)?, row.get(1)?);
            group.answered.insert(at, Answered::read(&row, 2)?);
        }
        for row in mentioned.iter().map(Row::Postgres) {
            let mentioned = Mentioned::read(&row)?;
            group.mentioned.insert(mentioned.id.0, mentioned);
        }
        for row in sent.iter().map(Row::Postgres) {
            group.knows_sent(&row, posts)?;
        }
        Ok(group)
    }

    fn knows_sent(&mut self, row: &Row<'_>, posts: &'p [Post]) -> db::Result<()> {
        let is_gone: bool = row.get(MessageRow::COUNT)?;
        let is_visible = row.get(MessageRow::COUNT + 1)?;
        let row = MessageRow::read(row)?;
        if is_gone {
            // It was deleted with its room; its key may be used again.
            self.rows.gone.push(row.id);
            return Ok(());
        }
        let is_it = |post: &&Post| {
            let is_sender = |sender: UserId| sender.0 == row.author_id;
            post.draft.client_id == row.client_id && post.draft.senders().any(is_sender)
        };
        if let Some(post) = posts.iter().find(is_it) {
            let key = (post.draft.author.0, post.draft.client_id.as_str());
            let message = Arc::new(row.into_message(post.ids));
            self.sent.insert(
                key,
                Sent {
                    message,
                    is_visible,
                },
            );
        }
        Ok(())
    }

    fn facts(&self, draft: &Draft) -> PostFacts {
        let author = self.authors.get(&draft.author.0).cloned();
        let sent = self.sent.get(&(draft.author.0, draft.client_id.as_str()));
        if let Some(sent) = sent.filter(|sent| sent.is_visible) {
            return PostFacts::Repeat(Message::clone(&sent.message).into());
        }
        let place = self.rooms.get(&draft.room.0).map(|room| {
            let standing = self.standings.get(&(draft.room.0, draft.author.0));
            PostPlace {
                state: room.state,
                rules: room.rules,
                is_member: standing.is_some_and(|standing| standing.is_member),
                role: standing.map_or(RoomRole::Visitor, |standing| standing.role),
                is_banned: standing.is_some_and(|standing| standing.is_banned),
            }
        });
        let Some(place) = place.filter(|place| place.is_seen_by(author.as_ref())) else {
            return PostFacts::nowhere(author);
        };
        if sent.is_some() {
            // What became of it since is not for its author any more.
            return PostFacts::Used;
        }
        let number = draft.reply_to.map(|number| number.0);
        let answered = number.and_then(|number| self.answered.get(&(draft.room.0, number)));
        PostFacts::New {
            place: Some(place),
            author,
            answered: answered.cloned(),
            mentioned: (draft.mentions.iter())
                .filter_map(|person| self.mentioned.get(&person.0).cloned())
                .collect(),
        }
    }

    fn store(&mut self, post: &'p Post) -> Result<Written<Posted>, ServiceError> {
        let new = match post.decided(self.facts(&post.draft))? {
            PostDecision::Repeated(message) => return Ok(Posted::repeated(*message)),
            PostDecision::Stored(new) => new,
        };
        let draft = &post.draft;
        let id = self.ids.next().ok_or_else(crate::store::failure::no_row)?;
        let message = Arc::new(new.message(draft.row(id, &new), post.ids));
        let joined = new.joins_as.map(|_| self.take(draft.author));
        self.rows.add(draft, &new, id, joined);
        if let Some(room) = self.rooms.get_mut(&draft.room.0) {
            room.state = RoomState {
                seq: new.number.seq(),
                posts: new.ordinal,
            };
        }
        if let Some(role) = new.joins_as {
            let standing = Standing {
                is_member: true,
                role,
                is_banned: false,
            };
            let at = (draft.room.0, draft.author.0);
            self.standings.insert(at, standing);
        }
        let at = (draft.room.0, new.number.0);
        self.answered.insert(at, Answered::by_reply_to(&message));
        // It is in the thread for those behind it in the group.
        for ((room, _), answered) in &mut self.answered {
            if *room == draft.room.0 && Some(answered.thread) == message.thread {
                answered.replies = message.replies;
            }
        }
        let sent = Sent {
            message: Arc::clone(&message),
            is_visible: true,
        };
        self.sent
            .insert((draft.author.0, draft.client_id.as_str()), sent);
        Ok(new.written(draft, message, joined))
    }

    /// Takes the next seq of an author's stream. Nobody else does meanwhile: one server has the lease, and writes one
    /// transaction after the other.
    fn take(&mut self, author: UserId) -> Seq {
        let seq = self.streams.entry(author.0).or_default();
        *seq = seq.next();
        self.rows.streams.insert(author.0, seq.0);
        *seq
    }
}

/// The rows of a group, column by column.
#[derive(Default)]
struct Rows<'p> {
    ids: Vec<i64>,
    rooms: Vec<i64>,
    numbers: Vec<i64>,
    ordinals: Vec<i64>,
    authors: Vec<i64>,
    names: Vec<String>,
    keys: Vec<&'p str>,
    bodies: Vec<&'p str>,
    /// Empty where there is none.
    docs: Vec<&'p str>,
    gists: Vec<String>,
    replies: Vec<Option<i64>>,
    roots: Vec<Option<i64>>,
    times: Vec<i64>,
    /// Which of them mention everybody.
    for_all: Vec<i64>,
    mentions: Mentions,
    /// How far each member has read by posting; and the role of who became one.
    read: HashMap<(i64, i64), ReadByPosting>,
    /// How far the streams have come that memberships took a place in.
    streams: BTreeMap<i64, i64>,
    /// Messages that go for good.
    gone: Vec<i64>,
}

impl<'p> Rows<'p> {
    fn add(&mut self, draft: &'p Draft, new: &NewPost, id: i64, joined: Option<Seq>) {
        self.ids.push(id);
        self.rooms.push(draft.room.0);
        self.numbers.push(new.number.0);
        self.ordinals.push(new.ordinal);
        self.authors.push(draft.author.0);
        self.names.push(new.author_name.clone());
        self.keys.push(&draft.client_id);
        self.bodies.push(&draft.body);
        self.docs
            .push(draft.doc.as_ref().map_or("", |doc| doc.json.as_str()));
        self.gists
            .push(quotes::kept_gist(&draft.body, draft.doc.as_ref()).unwrap_or_default());
        self.replies.push(draft.reply_to.map(|number| number.0));
        self.roots.push(new.root());
        self.times.push(new.created_at.0);
        self.for_all.push(draft.mentions_all.into());
        self.mentions.add(draft, new);
        let read = self.read.entry((draft.room.0, draft.author.0));
        let read = read.or_insert(ReadByPosting {
            seq: 0,
            posts: 0,
            at: new.created_at.0,
            joins_as: new.joins_as,
            joined,
        });
        (read.seq, read.posts) = (new.number.seq().0, new.ordinal);
    }

    /// One statement for each table, all in one round trip.
    fn write(&self, session: &Session) -> db::Result<()> {
        let names: Vec<&str> = self.names.iter().map(String::as_str).collect();
        let gists: Vec<&str> = self.gists.iter().map(String::as_str).collect();
        let messages = values![
            &self.ids[..],
            &self.rooms[..],
            &self.numbers[..],
            &self.ordinals[..],
            &self.authors[..],
            &names[..],
            &self.keys[..],
            &self.bodies[..],
            &self.replies[..],
            &self.times[..],
            &self.docs[..],
            &gists[..],
            &self.roots[..],
            &self.for_all[..],
        ];
        let mentions = self.mentions.values();
        let rooms = values![
            &self.rooms[..],
            &self.numbers[..],
            &self.ordinals[..],
            &self.times[..]
        ];
        let (joined, known): (Vec<_>, Vec<_>) = self
            .read
            .iter()
            .partition(|(_, read)| read.joins_as.is_some());
        let (joined, known) = (Memberships::of(joined), Memberships::of(known));
        let gone = values![&self.gone[..]];
        let (joined_values, known_values) = (joined.values(), known.values());
        let mut queries: Vec<Query<'_>> = Vec::new();
        if !self.gone.is_empty() {
            queries.push((GONE, gone));
        }
        if !self.ids.is_empty() {
            queries.extend([(INSERT, &messages[..]), (MOVE, rooms)]);
        }
        if !self.mentions.is_empty() {
            queries.push((MENTION, &mentions));
        }
        if !known.rooms.is_empty() {
            queries.push((READ_OWN, &known_values[..4]));
        }
        let (people, taken): (Vec<i64>, Vec<i64>) = self.streams.iter().unzip();
        let taken = values![&people[..], &taken[..]];
        if !joined.rooms.is_empty() {
            queries.extend([(TAKE, &taken[..]), (JOIN, &joined_values)]);
        }
        match queries.is_empty() {
            true => Ok(()),
            false => session.ask_all(&queries).map(drop),
        }
    }
}

fn column(rows: &[tokio_postgres::Row]) -> db::Result<Vec<i64>> {
    rows.iter().map(|row| Row::Postgres(row).get(0)).collect()
}

const LOCK: &str = "SELECT id, seq, posts, kind, posting, guests, archived_at IS NOT NULL FROM rooms \
    WHERE id = ANY(?) AND deleted_at IS NULL ORDER BY id FOR UPDATE";

const SENT: &str = concat!(
    "SELECT ",
    message_columns!(),
    ", rooms.deleted_at IS NOT NULL, ",
    is_visible!("viewer"),
    " FROM UNNEST(?1::int8[], ?2::text[], ?3::int8[]) AS key (author, client, viewer) \
    JOIN messages ON author_id = author AND client_id = client JOIN rooms ON rooms.id = room_id"
);

const NAMES: &str = "SELECT id, name, me_seq, kind, role, is_confined FROM users WHERE id = ANY(?) AND state = 'active'";

/// Whether a member is kept out of a room is not looked up. Without who writes to somebody alone who has blocked them:
/// they see no room to write in.
const MEMBERS: &str = concat!(
    "SELECT room, person, coalesce(own.state = 'in', FALSE), ",
    role_in!("own"),
    ", coalesce(own.state, 'out') = 'out' AND EXISTS (SELECT 1 FROM bans WHERE bans.room_id = room \
    AND bans.user_id = person AND (ends_at IS NULL OR ends_at > ?3)) \
    FROM (SELECT DISTINCT * FROM UNNEST(?1::int8[], ?2::int8[])) AS asked (room, person) \
    JOIN rooms ON rooms.id = room \
    LEFT JOIN memberships AS own ON own.room_id = room AND own.user_id = person \
    WHERE NOT (",
    is_refused!("person"),
    ")"
);

/// Ids that nobody else gets; those that are not used leave gaps, which are allowed in ids.
/// The sequence is looked up once for the group and not for each of them.
const IDS: &str = "SELECT nextval(sequence.id) FROM \
    (SELECT pg_get_serial_sequence('messages', 'id')::regclass AS id OFFSET 0) AS sequence, generate_series(1, ?::int8)";

const GONE: &str = "DELETE FROM messages WHERE id = ANY(?)";

const INSERT: &str = "INSERT INTO messages (id, room_id, number, seq, ordinal, author_id, author_name, client_id, \
    body, reply_to, created_at, doc, gist, root, mentions_all) \
    SELECT id, room, number, number, ordinal, author, name, client, body, reply, at, nullif(tree, ''), \
    nullif(gist, ''), root, for_all <> 0 \
    FROM UNNEST(?1::int8[], ?2::int8[], ?3::int8[], ?4::int8[], ?5::int8[], ?6::text[], ?7::text[], ?8::text[], \
    ?9::int8[], ?10::int8[], ?11::text[], ?12::text[], ?13::int8[], ?14::int8[]) \
    AS new (id, room, number, ordinal, author, name, client, body, reply, at, tree, gist, root, for_all)";

const MOVE: &str = "UPDATE rooms SET seq = moved.seq, posts = moved.posts, last_message_at = moved.at \
    FROM (SELECT room, max(number) AS seq, max(ordinal) AS posts, max(at) AS at \
    FROM UNNEST(?1::int8[], ?2::int8[], ?3::int8[], ?4::int8[]) AS new (room, number, ordinal, at) GROUP BY room) \
    AS moved WHERE rooms.id = moved.room";

const READ_OWN: &str = "UPDATE memberships SET read_seq = own.seq, read_posts = own.posts, wrote = TRUE \
    FROM UNNEST(?1::int8[], ?2::int8[], ?3::int8[], ?4::int8[]) AS own (room, person, seq, posts) \
    WHERE room_id = own.room AND user_id = own.person";

const TAKE: &str = "UPDATE users SET me_seq = taken.seq \
    FROM UNNEST(?1::int8[], ?2::int8[]) AS taken (person, seq) WHERE id = taken.person";

const JOIN: &str = "INSERT INTO memberships \
    (room_id, user_id, read_seq, read_posts, joined_at, role, me_seq, wrote) \
    SELECT room, person, seq, posts, at, role, me, TRUE \
    FROM UNNEST(?1::int8[], ?2::int8[], ?3::int8[], ?4::int8[], ?5::int8[], ?6::text[], ?7::int8[]) \
    AS new (room, person, seq, posts, at, role, me) \
    ON CONFLICT (room_id, user_id) DO UPDATE SET state = 'in', role = excluded.role, wrote = TRUE, \
    read_seq = excluded.read_seq, read_posts = excluded.read_posts, joined_at = excluded.joined_at, \
    me_seq = excluded.me_seq";
