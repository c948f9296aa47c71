//! Making, listing and deleting rooms.

use super::*;
use parlour_protocol::rules::Fault;
use parlour_protocol::{Action, Seq};
use parlour_server::rooms::{NewRoom, create, delete, get, get_for, list};

fn named(name: &str) -> NewRoom {
    NewRoom {
        name: name.to_owned(),
        description: String::new(),
        ..NewRoom::default()
    }
}

#[tokio::test]
async fn a_room_is_made_with_its_maker_in_it() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let new = NewRoom {
        name: "  Cafe\u{301}  noir ".to_owned(),
        description: " a\r\nb ".to_owned(),
        ..NewRoom::default()
    };
    let room = create(&bench.ctx, &alice, new).await.unwrap();
    assert_eq!(
        (room.name.as_str(), room.description.as_str()),
        ("Caf\u{e9} noir", "a\nb")
    );
    assert_eq!(room.created_by, Some(user(&alice).id));
    assert_eq!((room.seq, room.last_message_at), (Seq(0), None));
    assert_eq!(get(&bench.ctx, &visitor(), room.id).await.unwrap(), room);
    let role: String = bench.value("SELECT role FROM memberships").await;
    assert_eq!(role, "owner");
}

#[tokio::test]
async fn look_alikes_of_a_name_are_taken() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    create(&bench.ctx, &alice, named("Banana")).await.unwrap();
    for name in [
        "Banana",
        "BANANA",
        "b\u{430}nana",
        "Ｂａｎａｎａ",
        " banana ",
        "b\u{430}n\u{430}n\u{430}",
    ] {
        let refused = create(&bench.ctx, &alice, named(name)).await;
        match refused {
            Err(ServiceError::RoomNameTaken(other)) => assert_eq!(other, "Banana"),
            other => panic!("{name}: {other:?}"),
        }
    }
    // What hides a character is not even a name.
    for name in [
        "Ban\u{200b}ana",
        "Banana\u{feff}",
        "\u{202e}Banana",
        "Ban\u{ad}ana",
    ] {
        match create(&bench.ctx, &alice, named(name)).await {
            Err(ServiceError::Invalid(invalid)) => {
                assert_eq!((invalid.field, invalid.fault), ("name", Fault::Unprintable));
            }
            other => panic!("{name:?}: {other:?}"),
        }
    }
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM rooms").await, 2);
}

#[tokio::test]
async fn ascii_names_of_rooms_that_look_alike_are_distinct() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    for name in [
        "Modern", "Modem", "burn", "bum", "Team 1", "Team l", "L0bby", "Iobby", "Bärn", "Bäm",
    ] {
        create(&bench.ctx, &alice, named(name)).await.unwrap();
    }
    for (name, other) in [
        ("MODEM", "Modem"),
        ("team L", "Team l"),
        ("M\u{43e}dern", "Modern"),
        ("L\u{43e}bby", "Lobby"),
    ] {
        let refused = create(&bench.ctx, &alice, named(name)).await.unwrap_err();
        let told = refused.to_app_error();
        assert_eq!(told.field.as_deref(), Some("name"));
        let end = format!("looks like it: \u{2068}{other}\u{2069}.");
        assert!(told.message.ends_with(&end), "{name}: {}", told.message);
    }
}

#[tokio::test]
async fn a_room_may_be_spelled_with_joiners_and_emoji_and_hide_none() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let new = NewRoom {
        name: "می\u{200c}خواهم \u{2764}\u{fe0f}".to_owned(),
        description: "Tea \u{2615}\u{fe0f} for 👩\u{200d}🚀".to_owned(),
        ..NewRoom::default()
    };
    let room = create(&bench.ctx, &alice, new.clone()).await.unwrap();
    assert_eq!((room.name, room.description), (new.name, new.description));
    for name in ["میخواهم \u{2764}", "می\u{200c}خواهم\u{2764}\u{fe0e}"] {
        let refused = create(&bench.ctx, &alice, named(name)).await;
        let is_taken = matches!(refused, Err(ServiceError::RoomNameTaken(_)));
        assert_eq!(is_taken, name.contains(' '), "{name}: {refused:?}");
    }
    for name in ["a\u{200d}b", "Lobby\u{200c}", "1\u{fe0f}"] {
        let refused = create(&bench.ctx, &alice, named(name)).await;
        assert!(
            matches!(refused, Err(ServiceError::Invalid(_))),
            "{name:?}: {refused:?}"
        );
    }
}

#[tokio::test]
async fn fields_have_their_rules() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    for (name, description, field) in [
        ("", "", "name"),
        (" \u{3164} ", "", "name"),
        (&*"x".repeat(51), "", "name"),
        ("ok", &*"x".repeat(501), "description"),
        ("ok", "a\u{202e}b", "description"),
    ] {
        let new = NewRoom {
            name: name.to_owned(),
            description: description.to_owned(),
            ..NewRoom::default()
        };
        match create(&bench.ctx, &alice, new).await {
            Err(ServiceError::Invalid(invalid)) => assert_eq!(invalid.field, field),
            other => panic!("{name:.10} {description:.10}: {other:?}"),
        }
    }
    let nobody = create(&bench.ctx, &visitor(), named("x")).await;
    assert!(matches!(nobody, Err(ServiceError::SignInRequired)));
}

#[tokio::test]
async fn rooms_are_listed_by_name() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    for name in [
        "music",
        "Zebra",
        "apple",
        "Éclair",
        "Nuts",
        "10",
        "9",
        "Łódź",
        "</script>",
        "Вода",
    ] {
        create(&bench.ctx, &alice, named(name)).await.unwrap();
    }
    let listed = list(&bench.ctx, &visitor()).await.unwrap();
    let names: Vec<_> = listed
        .iter()
        .map(|entry| entry.room.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "</script>",
            "9",
            "10",
            "apple",
            "Éclair",
            "Lobby",
            "Łódź",
            "music",
            "Nuts",
            "Zebra",
            "Вода"
        ]
    );
    // Who holds a part of the list puts another room into it by the record alone.
    let keys = listed.iter().map(|entry| entry.room.sort.as_str());
    assert!(keys.is_sorted());
}

#[tokio::test]
async fn a_persons_rooms_have_a_rate_and_refused_names_cost_nothing() {
    let bench = Bench::with(|s| s.limits.rooms_per_hour = 2).await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    create(&bench.ctx, &alice, named("one")).await.unwrap();
    for _ in 0..5 {
        assert!(create(&bench.ctx, &alice, named("ONE")).await.is_err());
    }
    create(&bench.ctx, &alice, named("two")).await.unwrap();
    let third = create(&bench.ctx, &alice, named("three")).await;
    assert!(matches!(third, Err(ServiceError::RateLimited { .. })));
    create(&bench.ctx, &bob, named("three")).await.unwrap();
}

#[tokio::test]
async fn its_maker_and_an_admin_may_delete_a_room() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let ctx = &bench.ctx;
    let room = create(ctx, &alice, named("Garden")).await.unwrap();
    for (scope, may) in [
        (&alice, true),
        (&admin(&bob), true),
        (&bob, false),
        (&visitor(), false),
    ] {
        let asked = get_for(ctx, scope, room.id, Action::DeleteRoom).await;
        assert_eq!(asked.is_ok(), may);
    }
    assert!(matches!(
        delete(ctx, &bob, room.id).await,
        Err(ServiceError::Forbidden)
    ));
    assert!(matches!(
        delete(ctx, &visitor(), room.id).await,
        Err(ServiceError::SignInRequired)
    ));
    // Nobody made the first room.
    assert!(matches!(
        delete(ctx, &alice, LOBBY).await,
        Err(ServiceError::Forbidden)
    ));

    bench.send(&bob, room.id, "hello", Some("k")).await.unwrap();
    delete(ctx, &alice, room.id).await.unwrap();
    assert!(matches!(
        get(ctx, &alice, room.id).await,
        Err(ServiceError::RoomNotFound)
    ));
    assert!(matches!(
        delete(ctx, &alice, room.id).await,
        Err(ServiceError::RoomNotFound)
    ));
    for table in ["messages", "memberships", "rooms WHERE id <> 1"] {
        let left = format!("SELECT count(*) FROM {table}");
        bench
            .until(async || bench.value::<i64>(&left).await == 0)
            .await;
    }
    delete(ctx, &admin(&bob), LOBBY).await.unwrap();
    // An id is a room's for ever.
    let next = create(ctx, &alice, named("Garden")).await.unwrap();
    assert!(next.id > room.id);
}

#[tokio::test]
async fn ids_that_do_not_exist_are_not_found() {
    let bench = Bench::new().await;
    for id in [0, -1, 2, i64::MAX, i64::MIN] {
        let room = get(&bench.ctx, &visitor(), RoomId(id)).await;
        assert!(matches!(room, Err(ServiceError::RoomNotFound)), "{id}");
    }
}
