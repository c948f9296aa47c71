//! Lists of rooms on a server that has more of them than a list shows.

use super::*;
use parlour_server::page_content::{At, View, place};
use parlour_server::rooms::{NewRoom, create, delete, enter, list, page};
use std::collections::HashSet;

/// Ten thousand rooms of nobody's, past all rules, with names that stand behind all others.
async fn many(bench: &Bench) {
    let sql = "INSERT INTO rooms (name, folded, sort_key, skeleton, description, created_at) \
        WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10000) \
        SELECT 'Room ' || n, 'room ' || n, 'zz' || (100000 + n), 'room ' || n, 'about it', 0 FROM n";
    bench.change(sql).await;
}

async fn named(bench: &Bench, maker: &Scope, name: &str) -> RoomId {
    let new = NewRoom {
        name: name.to_owned(),
        ..NewRoom::default()
    };
    create(&bench.ctx, maker, new).await.unwrap().id
}

#[tokio::test]
async fn a_page_lists_at_most_200_own_rooms_and_50_others() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    many(&bench).await;
    assert_eq!(list(&bench.ctx, &visitor()).await.unwrap().len(), 50);
    for n in 0..3 {
        named(&bench, &bob, &format!("Zzz of Bob {n}")).await;
    }
    let last = RoomId(
        bench
            .value("SELECT id FROM rooms WHERE name = 'Room 10000'")
            .await,
    );
    enter(&bench.ctx, &bob, last).await.unwrap();
    bench.send(&alice, last, "unread", None).await.unwrap();
    let listed = list(&bench.ctx, &bob).await.unwrap();
    assert_eq!(listed.len(), 54);
    let last = listed.iter().find(|entry| entry.room.id == last).unwrap();
    assert_eq!(last.unread, 1);
    let order = listed.windows(2);
    assert!({ order }.all(|two| two[0].room.sort <= two[1].room.sort));

    let joined = "INSERT INTO memberships (room_id, user_id, role, joined_at) \
        SELECT id, 1, 'member', 0 FROM rooms WHERE id % 7 = 0";
    bench.change(joined).await;
    let listed = list(&bench.ctx, &alice).await.unwrap();
    assert_eq!(listed.len(), 250);
    let own = listed
        .iter()
        .filter(|entry| entry.room.id.0 % 7 == 0 || entry.unread > 0);
    assert!(own.count() >= 200);
}

#[tokio::test]
async fn the_open_room_is_listed_wherever_it_stands() {
    let bench = Bench::new().await;
    many(&bench).await;
    let last = RoomId(
        bench
            .value("SELECT id FROM rooms WHERE name = 'Room 9999'")
            .await,
    );
    let view = View::Newest;
    for scope in [visitor(), bench.guest("Alice").await] {
        let at = At { room: last, view };
        let shown = place(&bench.ctx, &scope, Some(at)).await.unwrap();
        assert_eq!(shown.rooms.len(), 51);
        assert_eq!(shown.rooms.last().unwrap().room.id, last);
        assert_eq!(shown.open.unwrap().room.description, "about it");
    }
    let at = At {
        room: RoomId(99_999),
        view,
    };
    let nowhere = place(&bench.ctx, &visitor(), Some(at)).await;
    assert!(matches!(nowhere, Err(ServiceError::RoomNotFound)));
}

#[tokio::test]
async fn keyset_pages_of_rooms_survive_the_deletion_of_a_room() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    many(&bench).await;
    let (mut after, mut seen, mut parts) = (None, HashSet::new(), 0);
    loop {
        let part = page(&bench.ctx, &visitor(), after, 100).await.unwrap();
        assert!(part.rooms.len() <= 100);
        seen.extend(part.rooms.iter().map(|room| room.id));
        parts += 1;
        // The one that the next part begins behind.
        let last = part.rooms.last().unwrap().id;
        if parts == 3 {
            delete(&bench.ctx, &admin(&alice), last).await.unwrap();
        }
        after = part.next;
        if after.is_none() {
            break;
        }
    }
    assert_eq!((seen.len(), parts), (10_001, 101));
}
