//! Accounts and who belongs where, as statements that both databases take: for rows about people, on top of the guests
//! and rooms that are there.

/// Guests who are accounts then, the first of all: ten thousand who are in a room, and some who are not.
pub const ACCOUNTS: u64 = 10_500;
/// The password of each of them.
pub const PASSWORD: &str = "jam to-morrow";
/// What a server has stored for that password: the hash of one, with what it costs to compare.
const SECRET: &str = "\
    $argon2id$v=19$m=19456,t=2,p=1$g3jVpenchvqBQfSarPkEaA$BVyxYSj/XWQGLrxFC6jkgOHW7ZLEUIv062N1LQ6Q6/E";

/// Rooms of the house with very many: those that members are drawn into, of which the last ones are closed, and
/// direct ones, whose ids are far behind them.
const ROOMS: u64 = 900;
const CLOSED_FROM: u64 = 701;
const DIRECT: u64 = 100;
const DIRECT_FROM: u64 = (1 << 52) + (1 << 51);
/// Rooms that one is in who is in many, and in few.
const MANY: u64 = 300;
const FEW: u64 = 20;
/// Those who are in many: the first of all.
pub const BUSY: u64 = 100;

/// Makes accounts of guests.
pub fn accounts(now: i64) -> String {
    format!(
        "UPDATE users SET kind = 'member', skeleton = name WHERE id <= {ACCOUNTS}; \
         INSERT INTO credentials (user_id, kind, secret, created_at) \
         SELECT id, 'password', '{SECRET}', {now} FROM users WHERE id <= {ACCOUNTS};"
    )
}

/// Closes a room, and puts so many accounts into it, of which the first is its owner.
pub fn closed_room(room: u64, members: u64, now: i64) -> String {
    format!(
        "{} UPDATE rooms SET kind = 'closed' WHERE id = {room}; \
         INSERT INTO memberships (room_id, user_id, role, joined_at) \
         SELECT {room}, id, CASE WHEN id = 1 THEN 'owner' ELSE 'member' END, {now} + id FROM users \
         WHERE id <= {members};",
        accounts(now)
    )
}

/// A house of a thousand rooms, open, closed and direct ones, in which everybody is in some, and a few are in hundreds:
/// in as many as the list has place for, and more. Each has a favourite, and something unread.
pub fn many_rooms(now: i64) -> String {
    let mut statements = accounts(now);
    let mut add = |added: String| statements.push_str(&added);
    // The rooms that are there already are open.
    add(format!(
        "INSERT INTO rooms (id, name, folded, description, created_at) {} n, 'room ' || n, 'room ' || n, '', {now} \
         FROM series; UPDATE rooms SET posts = 50, seq = 50, last_message_at = {now}, sort_key = 'r' || (id + 1000), \
         kind = CASE WHEN id < {CLOSED_FROM} THEN 'open' ELSE 'closed' END;",
        series(super::ROOMS as u64 + 1, ROOMS)
    ));
    // Seven and the number of rooms have no divisor in common, so nobody is in one twice.
    for ((first, last), each) in [((1, BUSY), MANY), ((BUSY + 1, ACCOUNTS), FEW)] {
        add(format!(
            "INSERT INTO memberships (room_id, user_id, role, joined_at, read_seq, read_posts, is_favourite) \
             {} 1 + (id * 13 + n * 7) % {ROOMS}, id, 'member', {now}, 40, 40, n = 1 \
             FROM series CROSS JOIN users WHERE id BETWEEN {first} AND {last};",
            series(1, each),
        ));
    }
    // The first hundred have a room with one of the second hundred each.
    add(format!(
        "INSERT INTO rooms (id, name, folded, description, created_at, kind, direct_key, posts, seq) \
         {} {DIRECT_FROM} + n, '', '', '', {now}, 'direct', n || ',' || (n + {DIRECT}), 50, 50 FROM series;",
        series(1, DIRECT)
    ));
    for behind in [0, DIRECT] {
        add(format!(
            "INSERT INTO memberships (room_id, user_id, role, joined_at) \
             SELECT id, id - {DIRECT_FROM} + {behind}, 'member', {now} FROM rooms WHERE kind = 'direct';"
        ));
    }
    statements
}

/// The beginning of a statement that has a row for each number, `n`.
fn series(from: u64, to: u64) -> String {
    format!(
        "WITH RECURSIVE series (n) AS (SELECT {from} UNION ALL SELECT n + 1 FROM series WHERE n < {to}) SELECT"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use rusqlite::Connection;

    /// The tables that the statements write, with what decides about them here.
    fn database() -> Connection {
        let database = Connection::open_in_memory().unwrap();
        database
            .execute_batch(
                "CREATE TABLE users (id integer PRIMARY KEY, name text, kind text, skeleton text); \
                 CREATE TABLE credentials (user_id integer PRIMARY KEY, kind text, secret text, created_at integer); \
                 CREATE TABLE rooms (id integer PRIMARY KEY, name text, folded text, description text, \
                 created_at integer, posts integer, seq integer, last_message_at integer, sort_key text, kind text, \
                 direct_key text UNIQUE); \
                 CREATE TABLE memberships (room_id integer, user_id integer, role text, joined_at integer, \
                 read_seq integer, read_posts integer, is_favourite boolean, PRIMARY KEY (room_id, user_id)); \
                 INSERT INTO rooms (id, kind) WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 \
                 FROM series WHERE n < 200) SELECT n, 'open' FROM series; \
                 INSERT INTO users (id, name, kind) WITH RECURSIVE series (n) AS (SELECT 1 UNION ALL SELECT n + 1 \
                 FROM series WHERE n < 11000) SELECT n, 'u' || n - 1, 'guest' FROM series;",
            )
            .unwrap();
        database
    }

    fn count(database: &Connection, what: &str) -> i64 {
        let counted = format!("SELECT count(*) FROM {what}");
        database.query_row(&counted, [], |row| row.get(0)).unwrap()
    }

    #[test]
    fn a_closed_room_has_so_many_members_and_one_owner() {
        let database = database();
        database.execute_batch(&closed_room(1, 10_000, 5)).unwrap();
        assert_eq!(count(&database, "memberships WHERE room_id = 1"), 10_000);
        assert_eq!(count(&database, "memberships WHERE role = 'owner'"), 1);
        assert_eq!(count(&database, "rooms WHERE kind = 'closed'"), 1);
        assert_eq!(count(&database, "credentials"), ACCOUNTS as i64);
    }

    #[test]
    fn a_large_house_has_a_thousand_rooms_and_people_in_all_of_them() {
        let database = database();
        database.execute_batch(&many_rooms(5)).unwrap();
        assert_eq!(count(&database, "rooms"), 1_000);
        for (kind, rooms) in [("open", 700), ("closed", 200), ("direct", 100)] {
            assert_eq!(
                count(&database, &format!("rooms WHERE kind = '{kind}'")),
                rooms
            );
        }
        let of = |user: u64| count(&database, &format!("memberships WHERE user_id = {user}"));
        assert_eq!((of(1), of(BUSY)), (MANY as i64 + 1, MANY as i64 + 1));
        assert_eq!(of(ACCOUNTS), FEW as i64);
        let empty = "rooms WHERE id NOT IN (SELECT room_id FROM memberships)";
        assert_eq!(count(&database, empty), 0);
    }
}
