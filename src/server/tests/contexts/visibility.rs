//! Rooms that are not open: for their members as any other, for everybody else as if they were not there.
//! `outsider` has every door; here is what needs more than a look.

use super::*;
use parlour_protocol::{Number, Room, RoomKind, Seq};
use parlour_server::messages::{View, history};
use parlour_server::page_content::{At, place};
use parlour_server::rooms::{NewRoom, create, enter, list, page};
use std::collections::HashSet;

async fn open_room(bench: &Bench, maker: &Scope, name: &str) -> Result<Room, ServiceError> {
    let new = NewRoom {
        name: name.to_owned(),
        ..NewRoom::default()
    };
    create(&bench.ctx, maker, new).await
}

async fn closed_room(bench: &Bench, maker: &Scope, name: &str) -> RoomId {
    let made = bench
        .ctx
        .store
        .make_room(RoomKind::Closed, user(maker).id, name);
    made.await.id
}

async fn let_in(bench: &Bench, room: RoomId, scope: &Scope) {
    let store = &bench.ctx.store;
    let now = bench.clock.now();
    store.let_in(user(scope).id, room, now).await.unwrap();
}

async fn put_out(bench: &Bench, room: RoomId, scope: &Scope) -> bool {
    let out = bench.ctx.store.put_out(user(scope).id, room);
    out.await.unwrap()
}

#[tokio::test]
async fn a_name_is_taken_by_open_rooms_alone_and_a_room_one_may_not_see_is_not_named() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let den = closed_room(&bench, &alice, "Den").await;
    let open = open_room(&bench, &bob, "Den").await.unwrap();
    // Also who sees both may have both, and others beside them.
    closed_room(&bench, &alice, "Den").await;
    let taken = open_room(&bench, &alice, "DEN").await;
    assert!(matches!(taken, Err(ServiceError::RoomNameTaken(name)) if name == open.name));
    let called = parlour_server::rooms::Changes {
        name: Some("Lobby".to_owned()),
        description: None,
        ..parlour_server::rooms::Changes::default()
    };
    let changed = parlour_server::rooms::change(&bench.ctx, &alice, den, called).await;
    assert_eq!(changed.unwrap().name, "Lobby");
    // What the keys of names are may change: then they are computed anew.
    bench.change("DELETE FROM meta WHERE key = 'names'").await;
    let bench = bench.reopened().await;
    let names = bench
        .ctx
        .store
        .query_sql::<String>("SELECT folded FROM rooms ORDER BY id")
        .await;
    let lobbies = names.iter().filter(|name| *name == "lobby").count();
    assert_eq!((lobbies, names.len()), (2, 4));
}

#[tokio::test]
async fn making_a_hidden_room_moves_no_id_of_an_open_one() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let mut hidden = HashSet::new();
    let mut open = Vec::new();
    for name in ["A", "B", "C"] {
        open.push(open_room(&bench, &alice, name).await.unwrap().id.0);
        hidden.insert(closed_room(&bench, &alice, name).await.0);
    }
    assert_eq!(open, [2, 3, 4]);
    assert!(hidden.iter().all(|id| (1 << 52..1 << 53).contains(id)));
    assert_eq!(hidden.len(), 3);
    // No id is given out twice, whatever has gone.
    bench.change("DELETE FROM rooms WHERE id = 4").await;
    assert_eq!(open_room(&bench, &alice, "D").await.unwrap().id, RoomId(5));
}

#[tokio::test]
async fn what_is_said_elsewhere_does_not_show_in_the_id_of_a_message() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let den = closed_room(&bench, &alice, "Den").await;
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(bench.post(&alice, "here").await.id.0);
        bench.send(&alice, den, "there", None).await.unwrap();
    }
    assert!(ids.windows(2).any(|two| two[0] > two[1]), "{ids:?}");
    let told = history(&bench.ctx, &visitor(), LOBBY, View::Newest, 50)
        .await
        .unwrap();
    let told: Vec<i64> = told.messages.iter().map(|message| message.id.0).collect();
    assert_eq!(told, ids);
    let bench = bench.reopened().await;
    let told = history(&bench.ctx, &visitor(), LOBBY, View::Newest, 50)
        .await
        .unwrap();
    assert!(told.messages.iter().map(|message| message.id.0).eq(ids));
}

#[tokio::test]
async fn who_is_put_out_is_told_nothing_of_what_they_sent_and_begins_anew_when_let_in() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let den = closed_room(&bench, &alice, "Den").await;
    let before = bench.send(&bob, den, "x", Some("k")).await;
    assert!(matches!(before, Err(ServiceError::RoomNotFound)));
    let_in(&bench, den, &bob).await;
    bench.send(&bob, den, "x", Some("k")).await.unwrap();
    assert!(!bench.send(&bob, den, "x", Some("k")).await.unwrap().is_new);
    assert!(put_out(&bench, den, &bob).await);
    assert!(!put_out(&bench, den, &bob).await, "twice is once");
    let repeated = bench.send(&bob, den, "x", Some("k")).await;
    assert!(matches!(repeated, Err(ServiceError::RoomNotFound)));
    // The key is used, and this room is there.
    let elsewhere = bench.send(&bob, LOBBY, "x", Some("k")).await;
    let is_about_the_key =
        |error| matches!(error, ServiceError::Unfit { field, .. } if field == "client_id");
    assert!(is_about_the_key(elsewhere.unwrap_err()));
    let entered = enter(&bench.ctx, &bob, den).await;
    assert!(matches!(entered, Err(ServiceError::RoomNotFound)));
    assert!(read_positions(&bench.ctx, &bob).await.unwrap().is_empty());
    for _ in 0..3 {
        bench.send(&alice, den, "y", None).await.unwrap();
    }
    let_in(&bench, den, &bob).await;
    let read = read_positions(&bench.ctx, &bob).await.unwrap();
    assert_eq!((read[&den].seq, read[&den].posts), (Seq(4), 4));
    assert!(!bench.send(&bob, den, "x", Some("k")).await.unwrap().is_new);
}

/// Ten thousand rooms that nobody here may see, with names before all others.
#[tokio::test]
async fn a_list_is_full_however_many_rooms_one_may_not_see_stand_before_it() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let sql = "INSERT INTO rooms (id, kind, name, folded, sort_key, skeleton, description, created_at) \
        WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 10000) \
        SELECT 4503599627370496 + n, 'closed', '0', '0', '0', '0', '', 0 FROM n";
    bench.change(sql).await;
    for n in 0..60 {
        open_room(&bench, &alice, &format!("Room {n}"))
            .await
            .unwrap();
    }
    let den = closed_room(&bench, &bob, "Den").await;
    let listed = list(&bench.ctx, &visitor()).await.unwrap();
    assert_eq!(listed.len(), 50);
    let hers = list(&bench.ctx, &alice).await.unwrap();
    assert_eq!(hers.len(), 61);
    let his = list(&bench.ctx, &bob).await.unwrap();
    assert_eq!(his.len(), 51);
    assert!(
        his.iter()
            .any(|entry| entry.room.id == den && entry.is_member)
    );
    for (scope, expected) in [(&alice, 61), (&bob, 62), (&visitor(), 61)] {
        let (mut after, mut seen) = (None, Vec::new());
        loop {
            let part = page(&bench.ctx, scope, after, 7).await.unwrap();
            seen.extend(part.rooms.into_iter().map(|room| (room.sort, room.id)));
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        assert!(seen.is_sorted());
        assert_eq!(seen.len(), expected);
    }
    let at = At {
        room: den,
        view: View::Around(Number(1)),
    };
    let hidden = place(&bench.ctx, &alice, Some(at)).await;
    assert!(matches!(hidden, Err(ServiceError::RoomNotFound)));
}
