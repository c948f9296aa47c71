//! The list of rooms beside a page, in a house of ten thousand accounts and a thousand rooms.

use super::statements::traced_sql;
use super::*;
use parlour_protocol::RoomEntry;
use parlour_server::rooms::{list, set_favourite};

/// Where the ids of direct rooms begin.
const DIRECT: i64 = 6_755_399_441_055_744;

/// So many people and rooms, past all rules; the first two of them are in all rooms, and in twenty, and talk to so many
/// others alone.
async fn house(bench: &Bench, everywhere: &Scope, somewhere: &Scope) {
    let upto = |last: i64| {
        format!("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {last})")
    };
    let mut sql = format!(
        "INSERT INTO users (id, name, folded, skeleton, kind, created_at) {} \
        SELECT 100 + i, 'Name ' || i, 'name ' || i, 'name ' || i, 'member', 0 FROM n; \
        INSERT INTO rooms (id, name, folded, sort_key, skeleton, description, created_at) {} \
        SELECT 100 + i, 'Room ' || i, 'room ' || i, 'zz' || (10000 + i), 'room ' || i, 'about', 0 FROM n; \
        INSERT INTO memberships (room_id, user_id, role, joined_at) {} \
        SELECT 100 + i, 100 + j, 'member', 0 FROM n CROSS JOIN (SELECT i AS j FROM n) AS others WHERE j <= 20;",
        upto(10_000),
        upto(1_000),
        upto(1_000),
    );
    for (who, rooms, direct) in [(everywhere, 1_000, 20), (somewhere, 20, 20)] {
        let me = user(who).id;
        let from = DIRECT + me.0 * 1_000;
        sql += &format!(
            "INSERT INTO memberships (room_id, user_id, role, joined_at) {} \
            SELECT 100 + i, {me}, 'member', 0 FROM n; \
            INSERT INTO rooms (id, kind, direct_key, name, folded, sort_key, skeleton, description, created_at) {} \
            SELECT {from} + i, 'direct', '{me},' || (100 + i), '', '', '', '', '', 0 FROM n; \
            INSERT INTO memberships (room_id, user_id, role, joined_at) {} SELECT {from} + i, {me}, 'member', 0 FROM n \
            UNION ALL SELECT {from} + i, 100 + i, 'member', 0 FROM n;",
            upto(rooms),
            upto(direct),
            upto(direct),
        );
    }
    bench.change(sql).await;
}

async fn listed(bench: &Bench, who: &Scope) -> Vec<RoomEntry> {
    list(&bench.ctx, who).await.unwrap()
}

fn own(listed: &[RoomEntry]) -> usize {
    listed.iter().filter(|entry| entry.is_member).count()
}

#[tokio::test]
async fn the_list_of_rooms_has_a_bound_and_its_favourites_whoever_is_in_a_thousand() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    house(&bench, &alice, &bob).await;
    let hers = listed(&bench, &alice).await;
    assert_eq!((hers.len(), own(&hers)), (201, 200), "and the lobby");
    let his = listed(&bench, &bob).await;
    assert_eq!((his.len(), own(&his)), (90, 40));
    let talks = his.iter().filter(|entry| entry.room.id.is_direct());
    let talks: Vec<_> = talks.map(|entry| entry.room.name.as_str()).collect();
    assert_eq!((talks.len(), talks[0]), (20, "Name 1"));
    let last = RoomId(1_100);
    assert!(hers.iter().all(|entry| entry.room.id != last));
    set_favourite(&bench.ctx, &alice, last, true).await.unwrap();
    let hers = listed(&bench, &alice).await;
    assert_eq!(own(&hers), 200);
    let found = hers.iter().find(|entry| entry.room.id == last).unwrap();
    assert!(found.is_favourite);
}

#[tokio::test]
async fn the_list_of_rooms_takes_as_many_statements_for_twenty_direct_rooms_as_for_two() {
    let bench = Bench::on_a_file().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    house(&bench, &alice, &bob).await;
    for who in [&alice, &bob] {
        // More reads than are done elsewhere while the disk is not trusted.
        for _ in 0..100 {
            read_positions(&bench.ctx, who).await.unwrap();
        }
        // The open rooms and the hidden ones; others and one's own, since not all are listed; what direct ones are
        // called; how far one has read.
        let fresh = traced_sql(listed(&bench, who)).await;
        assert_eq!(fresh, "query query query query query");
        // All but the last, which is known.
        let again = traced_sql(listed(&bench, who)).await;
        assert_eq!(again, "query query query query");
    }
}
