//! Giving a room another name or description: a change of the room like any other.

use super::*;
use parlour_protocol::{Room, Seq};
use parlour_server::rooms::{Changes, NewRoom, change, create, get, list};

fn called(name: &str) -> Changes {
    Changes {
        name: Some(name.to_owned()),
        description: None,
        ..Changes::default()
    }
}

async fn garden(bench: &Bench, maker: &Scope) -> Room {
    let new = NewRoom {
        name: "Garden".to_owned(),
        description: "Flowers.".to_owned(),
        ..NewRoom::default()
    };
    create(&bench.ctx, maker, new).await.unwrap()
}

async fn sync(bench: &Bench, room: RoomId, after: i64) -> messages::SyncPage {
    let after = Seq(after);
    messages::sync(&bench.ctx, &visitor(), room, after)
        .await
        .unwrap()
}

#[tokio::test]
async fn a_change_takes_the_rooms_next_seq_and_leaves_it_on_the_row() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let room = garden(&bench, &alice).await;
    bench.send(&alice, room.id, "one", None).await.unwrap();
    let changes = Changes {
        name: Some("  Ga\u{308}rten ".to_owned()),
        description: Some(" Herbs.\r\nNo roses. ".to_owned()),
        ..Changes::default()
    };
    let changed = change(&bench.ctx, &alice, room.id, changes).await.unwrap();
    assert_eq!(
        (changed.name.as_str(), changed.description.as_str()),
        ("G\u{e4}rten", "Herbs.\nNo roses.")
    );
    assert_eq!((changed.seq, changed.id), (Seq(2), room.id));
    assert_eq!(get(&bench.ctx, &visitor(), room.id).await.unwrap(), changed);
    let posted = bench.send(&alice, room.id, "two", None).await.unwrap();
    assert_eq!(posted.message.number.0, 3);
    let row = "SELECT changed_seq || ' ' || posts FROM rooms WHERE id = 2";
    assert_eq!(bench.value::<String>(row).await, "2 2");
}

#[tokio::test]
async fn what_was_missed_tells_of_the_room_once() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let room = garden(&bench, &alice).await;
    bench.send(&alice, room.id, "one", None).await.unwrap();
    for name in ["Attic", "Cellar"] {
        change(&bench.ctx, &alice, room.id, called(name))
            .await
            .unwrap();
    }
    bench.send(&alice, room.id, "two", None).await.unwrap();
    for (after, tells, messages) in [(0, true, 2), (2, true, 1), (3, false, 1), (4, false, 0)] {
        let page = sync(&bench, room.id, after).await;
        let name = page.room.as_ref().map(|room| room.name.as_str());
        assert_eq!(name, tells.then_some("Cellar"), "after {after}");
        assert_eq!(page.messages.len(), messages, "after {after}");
        assert_eq!((page.to, page.complete), (Seq(4), true));
    }
    let told = sync(&bench, room.id, 0).await.room.unwrap();
    assert_eq!(told, get(&bench.ctx, &visitor(), room.id).await.unwrap());
}

#[tokio::test]
async fn the_part_of_a_long_sync_that_reaches_the_change_tells_of_it() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let room = garden(&bench, &alice).await;
    let say = async || bench.send(&alice, room.id, "x", None).await.unwrap();
    for _ in 0..600 {
        say().await;
    }
    change(&bench.ctx, &alice, room.id, called("Attic"))
        .await
        .unwrap();
    say().await;
    let first = sync(&bench, room.id, 0).await;
    assert_eq!((first.room, first.complete), (None, false));
    let second = sync(&bench, room.id, first.to.0).await;
    assert_eq!(second.room.unwrap().name, "Attic");
    assert!(second.complete);
}

#[tokio::test]
async fn what_it_is_called_already_changes_nothing_and_costs_nothing() {
    let limit = |settings: &mut Settings| {
        settings.limits.messages_per_second = 1;
        settings.limits.message_burst = 2;
    };
    let bench = Bench::with(limit).await;
    let alice = bench.guest("Alice").await;
    let room = garden(&bench, &alice).await;
    let same = Changes {
        name: Some(" Garden".to_owned()),
        description: Some("Flowers.".to_owned()),
        ..Changes::default()
    };
    for changes in [Changes::default(), same, called("Garden")] {
        for _ in 0..3 {
            let unchanged = change(&bench.ctx, &alice, room.id, changes.clone()).await;
            assert_eq!(unchanged.unwrap(), room);
        }
    }
    // Nor does what is refused.
    for _ in 0..3 {
        let taken = change(&bench.ctx, &alice, room.id, called("LOBBY")).await;
        assert!(matches!(taken, Err(ServiceError::RoomNameTaken(_))));
    }
    for name in ["Attic", "Cellar"] {
        let changed = change(&bench.ctx, &alice, room.id, called(name)).await;
        assert_eq!(changed.unwrap().name, name);
    }
    let third = change(&bench.ctx, &alice, room.id, called("Roof")).await;
    assert!(matches!(third, Err(ServiceError::RateLimited { .. })));
    change(&bench.ctx, &alice, room.id, called("Cellar"))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_name_moves_with_all_its_keys() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let room = garden(&bench, &alice).await;
    let ctx = &bench.ctx;
    // Its own name may be spelled otherwise; that of another may not.
    for name in ["GARDEN", "Gar\u{64}en", "garden"] {
        let changed = change(ctx, &alice, room.id, called(name)).await.unwrap();
        assert_eq!(changed.name, name);
    }
    let taken = change(ctx, &alice, room.id, called("L\u{43e}bby")).await;
    match taken {
        Err(ServiceError::RoomNameTaken(other)) => assert_eq!(other, "Lobby"),
        other => panic!("{other:?}"),
    }
    change(ctx, &alice, room.id, called("Zoo")).await.unwrap();
    // The old one is free again, and the list is in order.
    garden(&bench, &alice).await;
    let names = list(ctx, &visitor()).await.unwrap();
    let names: Vec<_> = names.iter().map(|entry| entry.room.name.as_str()).collect();
    assert_eq!(names, ["Garden", "Lobby", "Zoo"]);
    let back = change(ctx, &alice, room.id, called("g\u{430}rden")).await;
    assert!(matches!(back, Err(ServiceError::RoomNameTaken(_))));
}

#[tokio::test]
async fn its_maker_and_an_admin_change_a_room_by_the_rules_of_its_fields() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let room = garden(&bench, &alice).await;
    let ctx = &bench.ctx;
    let nobody = change(ctx, &visitor(), room.id, called("Attic")).await;
    assert!(matches!(nobody, Err(ServiceError::SignInRequired)));
    for changes in [called("Attic"), Changes::default()] {
        let other = change(ctx, &bob, room.id, changes).await;
        assert!(matches!(other, Err(ServiceError::Forbidden)));
    }
    let first = change(ctx, &alice, LOBBY, called("Attic")).await;
    assert!(matches!(first, Err(ServiceError::Forbidden)));
    let missing = change(ctx, &alice, RoomId(9), called("Attic")).await;
    assert!(matches!(missing, Err(ServiceError::RoomNotFound)));
    for (name, description, field) in [
        ("", "", "name"),
        (&*"x".repeat(51), "", "name"),
        ("ok", &*"x".repeat(501), "description"),
    ] {
        let changes = Changes {
            name: Some(name.to_owned()),
            description: Some(description.to_owned()),
            ..Changes::default()
        };
        match change(ctx, &alice, room.id, changes).await {
            Err(ServiceError::Invalid(invalid)) => assert_eq!(invalid.field, field),
            other => panic!("{name:.10}: {other:?}"),
        }
    }
    change(ctx, &admin(&bob), LOBBY, called("Hall"))
        .await
        .unwrap();
    change(ctx, &admin(&bob), room.id, called("Attic"))
        .await
        .unwrap();
}
