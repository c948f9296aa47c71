//! Entering, leaving, and what is unread.

use super::*;
use parlour_protocol::{Number, Seq};
use parlour_server::rooms::{
    NewRoom, create, delete, enter, leave, list, mark_read, mark_unread, read_up_to,
};

async fn unread(bench: &Bench, scope: &Scope) -> i64 {
    list(&bench.ctx, scope).await.unwrap()[0].unread
}

/// Marks are gathered before they are written.
async fn unread_becomes(bench: &Bench, scope: &Scope, count: i64) {
    let is_so = || async move { unread(bench, scope).await == count };
    bench.until(is_so).await;
}

#[tokio::test]
async fn unread_is_what_was_posted_since() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let ctx = &bench.ctx;
    for _ in 0..3 {
        bench.post(&alice, "before").await;
    }
    assert_eq!(
        unread(&bench, &bob).await,
        0,
        "who never joined has nothing unread"
    );
    let room = enter(ctx, &bob, LOBBY).await.unwrap();
    assert_eq!((room.id, room.seq), (LOBBY, Seq(3)));
    assert_eq!(
        unread(&bench, &bob).await,
        0,
        "joining reads what was there"
    );

    for _ in 0..4 {
        bench.post(&alice, "after").await;
    }
    assert_eq!(unread(&bench, &bob).await, 4);
    assert_eq!(unread(&bench, &alice).await, 0, "one's own are read");
    // A change of an old message is no new message.
    messages::delete(ctx, &alice, LOBBY, Number(1))
        .await
        .unwrap();
    assert_eq!(unread(&bench, &bob).await, 4);

    mark_read(ctx, &bob, LOBBY, Seq(5)).await.unwrap();
    unread_becomes(&bench, &bob, 2).await;
    mark_read(ctx, &bob, LOBBY, Seq(1)).await.unwrap();
    mark_read(ctx, &bob, LOBBY, Seq(6)).await.unwrap();
    mark_read(ctx, &bob, LOBBY, Seq(2)).await.unwrap();
    unread_becomes(&bench, &bob, 1).await;
    mark_read(ctx, &bob, LOBBY, Seq(i64::MAX)).await.unwrap();
    unread_becomes(&bench, &bob, 0).await;
    let seq: i64 = bench.value("SELECT max(read_seq) FROM memberships").await;
    assert_eq!(seq, 8, "nobody has read further than the room is");
    assert_eq!(read_positions(ctx, &bob).await.unwrap()[&LOBBY].posts, 7);

    bench.post(&bob, "mine").await;
    bench.post(&alice, "hers").await;
    assert_eq!(unread(&bench, &bob).await, 1);
    assert_eq!(unread(&bench, &visitor()).await, 0);
}

#[tokio::test]
async fn read_receipts_are_batched_and_the_furthest_counts() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let ctx = &bench.ctx;
    for reader in [&alice, &bob] {
        enter(ctx, reader, LOBBY).await.unwrap();
    }
    let carol = bench.guest("Carol").await;
    for _ in 0..40 {
        bench.post(&carol, "x").await;
    }
    let invalidations = ctx.store.invalidations();
    let (before, began) = (invalidations.moment(), bench.clock.monotonic());
    // The first is on its way before the others are said; those wait for each other.
    for seq in 1..=40 {
        mark_read(ctx, &alice, LOBBY, Seq(seq)).await.unwrap();
        mark_read(ctx, &bob, LOBBY, Seq(41 - seq)).await.unwrap();
        tokio::task::yield_now().await;
    }
    unread_becomes(&bench, &alice, 0).await;
    unread_becomes(&bench, &bob, 0).await;
    let transactions = invalidations.moment().since(before);
    let passed = bench.clock.monotonic() - began;
    let most = passed.as_millis() / 50 + 2;
    assert!(
        u128::from(transactions) <= most,
        "{transactions}, not {most}"
    );
}

/// Bob is in the lobby, where Alice has posted so often since.
async fn behind(posts: i64) -> (Bench, Scope, Scope) {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    enter(&bench.ctx, &bob, LOBBY).await.unwrap();
    for _ in 0..posts {
        bench.post(&alice, "x").await;
    }
    (bench, alice, bob)
}

#[tokio::test]
async fn what_is_marked_unread_is_unread_and_read_again_by_what_comes_later() {
    let (bench, alice, bob) = behind(9).await;
    let ctx = &bench.ctx;
    read_up_to(ctx, &bob, LOBBY, Seq(9)).await.unwrap();
    assert_eq!(unread(&bench, &bob).await, 0, "written when it answers");
    mark_unread(ctx, &bob, LOBBY, Number(4)).await.unwrap();
    assert_eq!(unread(&bench, &bob).await, 6);
    assert_eq!(read_positions(ctx, &bob).await.unwrap()[&LOBBY].seq, Seq(3));
    // Of what is unread already nothing becomes read by it.
    mark_unread(ctx, &bob, LOBBY, Number(8)).await.unwrap();
    assert_eq!(unread(&bench, &bob).await, 6);
    mark_read(ctx, &bob, LOBBY, Seq(7)).await.unwrap();
    unread_becomes(&bench, &bob, 2).await;
    mark_unread(ctx, &bob, LOBBY, Number(i64::MIN))
        .await
        .unwrap();
    assert_eq!(unread(&bench, &bob).await, 9);
    // Who posts has read all of it.
    bench.post(&bob, "mine").await;
    assert_eq!(unread(&bench, &bob).await, 0);
    mark_unread(ctx, &bob, LOBBY, Number(i64::MAX))
        .await
        .unwrap();
    assert_eq!(
        (unread(&bench, &bob).await, unread(&bench, &alice).await),
        (0, 1)
    );
}

#[tokio::test]
async fn no_receipt_on_its_way_undoes_that_messages_were_marked_unread() {
    let (bench, _, bob) = behind(9).await;
    let ctx = &bench.ctx;
    // The first is written at once, and those behind it wait for each other.
    for seq in 1..=9 {
        mark_read(ctx, &bob, LOBBY, Seq(seq)).await.unwrap();
    }
    mark_unread(ctx, &bob, LOBBY, Number(6)).await.unwrap();
    assert_eq!(unread(&bench, &bob).await, 4, "and what was read before is");
    ctx.write_read_receipts().await;
    bench.clock.advance(Duration::from_secs(1));
    assert_eq!(unread(&bench, &bob).await, 4);
    let bench = bench.reopened().await;
    assert_eq!(unread(&bench, &bob).await, 4);
}

#[tokio::test]
async fn who_is_no_member_marks_nothing() {
    let (bench, alice, _) = behind(3).await;
    let ctx = &bench.ctx;
    let carol = bench.guest("Carol").await;
    mark_unread(ctx, &carol, LOBBY, Number(1)).await.unwrap();
    read_up_to(ctx, &carol, LOBBY, Seq(3)).await.unwrap();
    assert!(read_positions(ctx, &carol).await.unwrap().is_empty());
    let nowhere = RoomId(9);
    for marked in [
        mark_unread(ctx, &alice, nowhere, Number(1)).await,
        read_up_to(ctx, &alice, nowhere, Seq(1)).await,
    ] {
        assert!(matches!(marked, Err(ServiceError::RoomNotFound)));
    }
    for marked in [
        mark_unread(ctx, &visitor(), LOBBY, Number(1)).await,
        read_up_to(ctx, &visitor(), LOBBY, Seq(1)).await,
    ] {
        assert!(matches!(marked, Err(ServiceError::SignInRequired)));
    }
}

#[tokio::test]
async fn read_receipts_are_flushed_at_shutdown() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let ctx = &bench.ctx;
    enter(ctx, &bob, LOBBY).await.unwrap();
    for _ in 0..3 {
        bench.post(&alice, "x").await;
    }
    mark_read(ctx, &bob, LOBBY, Seq(1)).await.unwrap();
    unread_becomes(&bench, &bob, 2).await;
    mark_read(ctx, &bob, LOBBY, Seq(3)).await.unwrap();
    let bench = bench.reopened().await;
    assert_eq!(unread(&bench, &bob).await, 0);
}

#[tokio::test]
async fn a_queued_read_receipt_of_an_ended_membership_or_room_is_dropped_alone() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let carol = bench.guest("Carol").await;
    let ctx = &bench.ctx;
    let new = NewRoom {
        name: "Other".to_owned(),
        description: String::new(),
        ..NewRoom::default()
    };
    let other = create(ctx, &alice, new).await.unwrap().id;
    for reader in [&bob, &carol] {
        enter(ctx, reader, LOBBY).await.unwrap();
        enter(ctx, reader, other).await.unwrap();
    }
    for _ in 0..3 {
        bench.post(&alice, "x").await;
        bench.send(&alice, other, "x", None).await.unwrap();
    }
    // From now on marks wait for each other, and these are one transaction.
    mark_read(ctx, &bob, LOBBY, Seq(1)).await.unwrap();
    let is_so = || async { read_positions(ctx, &bob).await.unwrap()[&LOBBY].posts == 1 };
    bench.until(is_so).await;
    mark_read(ctx, &bob, LOBBY, Seq(3)).await.unwrap();
    mark_read(ctx, &bob, other, Seq(3)).await.unwrap();
    mark_read(ctx, &carol, other, Seq(3)).await.unwrap();
    mark_read(ctx, &carol, LOBBY, Seq(3)).await.unwrap();
    leave(ctx, &bob, LOBBY).await.unwrap();
    delete(ctx, &alice, other).await.unwrap();
    unread_becomes(&bench, &carol, 0).await;
    let is_nowhere = || async { read_positions(ctx, &bob).await.unwrap().is_empty() };
    bench.until(is_nowhere).await;
    assert_eq!(read_positions(ctx, &carol).await.unwrap().len(), 1);

    enter(ctx, &bob, LOBBY).await.unwrap();
    bench.post(&alice, "after").await;
    assert_eq!(unread(&bench, &bob).await, 1);
}

#[tokio::test]
async fn entering_twice_is_entering_once() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    enter(&bench.ctx, &bob, LOBBY).await.unwrap();
    bench.post(&alice, "x").await;
    enter(&bench.ctx, &bob, LOBBY).await.unwrap();
    assert_eq!(unread(&bench, &bob).await, 1, "coming back reads nothing");
    assert_eq!(
        bench.value::<i64>("SELECT count(*) FROM memberships").await,
        2
    );
    assert_eq!(bench.value::<i64>("SELECT seq FROM rooms").await, 1);
}

#[tokio::test]
async fn a_former_member_has_nothing_unread_and_may_join_again() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let ctx = &bench.ctx;
    bench.post(&bob, "here").await;
    leave(ctx, &bob, LOBBY).await.unwrap();
    leave(ctx, &bob, LOBBY).await.unwrap();
    bench.post(&alice, "x").await;
    assert_eq!(unread(&bench, &bob).await, 0);
    mark_read(ctx, &bob, LOBBY, Seq(2)).await.unwrap();
    assert!(read_positions(ctx, &bob).await.unwrap().is_empty());
    bench.post(&bob, "back").await;
    assert_eq!(read_positions(ctx, &bob).await.unwrap()[&LOBBY].posts, 3);
}

#[tokio::test]
async fn all_of_it_needs_a_person_and_a_room() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let (ctx, nobody, nowhere) = (&bench.ctx, visitor(), RoomId(9));
    assert!(matches!(
        enter(ctx, &nobody, LOBBY).await,
        Err(ServiceError::SignInRequired)
    ));
    assert!(matches!(
        leave(ctx, &nobody, LOBBY).await,
        Err(ServiceError::SignInRequired)
    ));
    assert!(matches!(
        mark_read(ctx, &nobody, LOBBY, Seq(1)).await,
        Err(ServiceError::SignInRequired)
    ));
    assert!(matches!(
        enter(ctx, &alice, nowhere).await,
        Err(ServiceError::RoomNotFound)
    ));
    assert!(matches!(
        leave(ctx, &alice, nowhere).await,
        Err(ServiceError::RoomNotFound)
    ));
    assert!(matches!(
        mark_read(ctx, &alice, nowhere, Seq(1)).await,
        Err(ServiceError::RoomNotFound)
    ));
}
