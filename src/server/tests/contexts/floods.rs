//! Floods that are refused before they enter a queue, so that they delay no one.

use super::*;
use parlour_protocol::Number;
use parlour_server::accounts::{create_guest, rename};
use parlour_server::messages::{delete, edit};
use parlour_server::rooms::{NewRoom, create, enter, leave};
use std::time::Duration;
use tokio::time::timeout;

/// Takes every message that somebody has left.
fn exhaust(bench: &Bench, scope: &Scope) {
    while bench
        .ctx
        .limits
        .message(user(scope).id, scope.address)
        .is_ok()
    {}
}

/// What is answered without the writer.
async fn at_once<T>(answer: impl Future<Output = T>) -> T {
    let answered = timeout(Duration::from_secs(5), answer).await;
    answered.expect("it does not wait for the writer")
}

fn is_too_fast<T>(answer: Result<T, ServiceError>) -> bool {
    matches!(answer, Err(ServiceError::RateLimited { .. }))
}

#[tokio::test]
async fn a_refused_send_never_enters_the_writers_queue() {
    let bench = Bench::with(|settings| {
        settings.limits.messages_per_second = 1;
        settings.limits.message_burst = 20;
        settings.limits.guests_per_minute = 1;
        settings.limits.rooms_per_hour = 1;
    })
    .await;
    let (ctx, alice) = (&bench.ctx, bench.guest("Alice").await);
    bench.post(&alice, "here").await;
    bench.post(&alice, "gone").await;
    delete(ctx, &alice, LOBBY, Number(2)).await.unwrap();
    let new = |name: &str| NewRoom {
        name: name.to_owned(),
        ..NewRoom::default()
    };
    create(ctx, &alice, new("One")).await.unwrap();

    let release = bench.ctx.store.hold_the_writer().await;
    assert!(is_too_fast(
        at_once(create_guest(ctx, &visitor(), "Bob")).await
    ));
    assert!(is_too_fast(at_once(create(ctx, &alice, new("Two"))).await));
    exhaust(&bench, &alice);
    assert!(is_too_fast(at_once(rename(ctx, &alice, "Zoe")).await));
    exhaust(&bench, &alice);
    let other = edit(ctx, &alice, LOBBY, Number(1), "other".to_owned());
    assert!(is_too_fast(at_once(other).await));
    exhaust(&bench, &alice);
    assert!(is_too_fast(
        at_once(delete(ctx, &alice, LOBBY, Number(1))).await
    ));
    exhaust(&bench, &alice);
    assert!(is_too_fast(at_once(leave(ctx, &alice, LOBBY)).await));

    // What changes nothing costs nothing, however often it comes.
    exhaust(&bench, &alice);
    let same = edit(ctx, &alice, LOBBY, Number(1), "here".to_owned());
    assert_eq!(at_once(same).await.unwrap().content, "here");
    exhaust(&bench, &alice);
    assert!(
        at_once(delete(ctx, &alice, LOBBY, Number(2)))
            .await
            .unwrap()
            .deleted
    );
    drop(release);
}

#[tokio::test]
async fn joining_and_leaving_take_a_token_of_the_message_limit() {
    let bench = Bench::with(|settings| {
        settings.limits.messages_per_second = 1;
        settings.limits.message_burst = 1;
    })
    .await;
    let (ctx, alice) = (&bench.ctx, bench.guest("Alice").await);
    enter(ctx, &alice, LOBBY).await.unwrap();
    exhaust(&bench, &alice);
    assert!(is_too_fast(leave(ctx, &alice, LOBBY).await));
    bench.clock.advance(Duration::from_secs(1));
    leave(ctx, &alice, LOBBY).await.unwrap();
    // Who is not there any more has nothing to pay.
    leave(ctx, &alice, LOBBY).await.unwrap();
    assert!(
        is_too_fast(bench.send(&alice, LOBBY, "x", None).await),
        "it was paid for"
    );
}

/// What an address may do when nothing is set.
fn by_address(settings: &mut Settings) {
    let defaults = Settings::default().limits;
    settings.limits.messages_per_second = defaults.messages_per_second;
    settings.limits.rooms_per_hour = defaults.rooms_per_hour;
    settings.limits.address_messages_per_second = defaults.address_messages_per_second;
    settings.limits.address_rooms_per_hour = defaults.address_rooms_per_hour;
}

#[tokio::test]
async fn fifty_guests_of_one_address_share_its_room_limit() {
    let bench = Bench::with(by_address).await;
    let mut made = 0;
    for guest in 0..50 {
        let scope = bench.guest(&format!("Guest {guest}")).await;
        for room in 0..4 {
            let name = format!("Room {guest} of {room}");
            let new = NewRoom {
                name,
                ..NewRoom::default()
            };
            match create(&bench.ctx, &scope, new).await {
                Ok(_) => made += 1,
                refused => assert!(is_too_fast(refused)),
            }
        }
    }
    assert_eq!(made, 120);
    assert_eq!(bench.value::<i64>("SELECT COUNT(*) FROM rooms").await, 121);
}

#[tokio::test]
async fn guests_of_one_address_share_its_message_limit_and_others_are_not_delayed() {
    let bench = Bench::with(|settings| {
        by_address(settings);
        settings.limits.address_messages_per_second = 1;
        settings.limits.address_message_burst = 30;
    })
    .await;
    let mut sent = 0;
    for guest in 0..5 {
        let scope = bench.guest(&format!("Guest {guest}")).await;
        for _ in 0..20 {
            match bench.send(&scope, LOBBY, "flood", None).await {
                Ok(_) => sent += 1,
                refused => assert!(is_too_fast(refused)),
            }
        }
    }
    // A busy machine may take seconds for it, in which there is one more each.
    assert!((30..60).contains(&sent), "{sent}");
    let elsewhere = Scope {
        address: IpAddr::from([192, 0, 2, 1]).into(),
        ..bench.guest("Elsewhere").await
    };
    bench.post(&elsewhere, "undisturbed").await;
}

#[tokio::test]
async fn sixty_people_behind_one_address_stay_within_the_limits() {
    let bench = Bench::with(by_address).await;
    for pupil in 0..60 {
        let scope = bench.guest(&format!("Pupil {pupil}")).await;
        for line in 0..8 {
            bench.post(&scope, &format!("line {line}")).await;
        }
        for room in 0..2 {
            let name = format!("Group {room} of {pupil}");
            let new = NewRoom {
                name,
                ..NewRoom::default()
            };
            create(&bench.ctx, &scope, new).await.unwrap();
        }
    }
}
