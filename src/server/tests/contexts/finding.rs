//! Finding rooms by a part of their name.

use super::*;
use parlour_server::rooms::{FOUND_MAX, NewRoom, create, delete, find};

async fn make(bench: &Bench, scope: &Scope, name: &str) -> RoomId {
    let new = NewRoom {
        name: name.to_owned(),
        description: "About it".to_owned(),
        ..NewRoom::default()
    };
    create(&bench.ctx, scope, new).await.unwrap().id
}

/// The names of what is found.
async fn found(bench: &Bench, scope: &Scope, wanted: &str) -> Vec<String> {
    let found = find(&bench.ctx, scope, wanted).await.unwrap();
    found.rooms.into_iter().map(|room| room.name).collect()
}

#[tokio::test]
async fn any_part_of_a_name_finds_it_whatever_its_case_and_accents() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    for name in ["Café Noir", "Tea & cake", "Release planning"] {
        make(&bench, &alice, name).await;
    }
    for who in [&alice, &visitor()] {
        assert_eq!(found(&bench, who, "CAFE").await, ["Café Noir"]);
        assert_eq!(found(&bench, who, "oir").await, ["Café Noir"]);
        assert_eq!(found(&bench, who, "plan rel").await, ["Release planning"]);
        assert_eq!(found(&bench, who, "cake coffee").await, [""; 0]);
        assert_eq!(found(&bench, who, &"x".repeat(10_000)).await, [""; 0]);
    }
}

#[tokio::test]
async fn ones_own_rooms_come_first_and_there_is_an_end() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    for n in 10..40 {
        make(&bench, &alice, &format!("Room {n}")).await;
    }
    make(&bench, &bob, "Zen room").await;
    let all = found(&bench, &bob, "room").await;
    assert_eq!(all.len(), FOUND_MAX);
    assert_eq!(all[..2], ["Zen room", "Room 10"]);
    assert_eq!(found(&bench, &visitor(), "room").await[0], "Room 10");
    // Nothing is looked for: one's own rooms, to begin with.
    assert_eq!(found(&bench, &bob, " ").await[0], "Zen room");
}

#[tokio::test]
async fn the_one_that_is_called_just_that_is_known() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let tea = make(&bench, &alice, "Tea").await;
    make(&bench, &alice, "Tea & cake").await;
    let exact = async |wanted| find(&bench.ctx, &alice, wanted).await.unwrap().exact;
    assert_eq!(exact("tea ").await.map(|room| room.id), Some(tea));
    assert_eq!(exact("te").await, None);
    assert_eq!(exact("").await, None);
    make(&bench, &alice, "Téa").await;
    assert_eq!(exact("tea").await, None, "two are called that");
}

#[tokio::test]
async fn what_is_deleted_is_not_found_and_no_description_is_told() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let attic = make(&bench, &alice, "Attic").await;
    let rooms = find(&bench.ctx, &alice, "attic").await.unwrap().rooms;
    assert_eq!(rooms[0].description, "");
    delete(&bench.ctx, &alice, attic).await.unwrap();
    assert_eq!(found(&bench, &alice, "attic").await, [""; 0]);
}
