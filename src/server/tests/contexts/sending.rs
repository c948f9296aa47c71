//! Posting: one message for an idempotency key, for ever, and the order of messages.

use super::*;
use parlour_protocol::rules::Fault;
use parlour_protocol::{Number, Seq};
use std::collections::BTreeSet;

#[tokio::test]
async fn an_idempotency_key_sent_again_answers_the_first_message() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let first = bench.send(&alice, LOBBY, "one", Some("k")).await.unwrap();
    assert!(first.is_new);
    let again = bench.send(&alice, LOBBY, "two", Some("k")).await.unwrap();
    assert!(!again.is_new);
    assert_eq!(again.message, first.message);
    // Even to a room that is not there: the key is the author's, for ever and everywhere.
    let elsewhere = bench.send(&alice, RoomId(99), "x", Some("k")).await;
    assert_eq!(elsewhere.unwrap().message, first.message);
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM messages").await, 1);

    let bench = bench.reopened().await;
    let after_restart = bench.send(&alice, LOBBY, "one", Some("k")).await.unwrap();
    assert_eq!(after_restart.message, first.message);
}

#[tokio::test]
async fn an_idempotency_key_belongs_to_its_author() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let hers = bench.send(&alice, LOBBY, "hers", Some("k")).await.unwrap();
    let his = bench.send(&bob, LOBBY, "his", Some("k")).await.unwrap();
    assert!(his.is_new);
    assert_ne!(his.message.id, hers.message.id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_repeats_at_once_make_one_row() {
    let bench = Arc::new(
        Bench::with(|s| {
            s.limits.messages_per_second = 1;
            s.limits.message_burst = 2;
        })
        .await,
    );
    let alice = bench.guest("Alice").await;
    let sends = (0..50).map(|_| {
        let (bench, alice) = (bench.clone(), alice.clone());
        tokio::spawn(async move { bench.send(&alice, LOBBY, "hello", Some("k")).await })
    });
    let mut new = 0;
    let mut ids = BTreeSet::new();
    for send in sends.collect::<Vec<_>>() {
        // Though the bucket held two: only what is new costs anything.
        let posted = send.await.unwrap().unwrap();
        new += usize::from(posted.is_new);
        ids.insert(posted.message.id);
    }
    assert_eq!((new, ids.len()), (1, 1));
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM messages").await, 1);
    assert_eq!(bench.value::<i64>("SELECT posts FROM rooms").await, 1);
    assert!(bench.send(&alice, LOBBY, "another", None).await.is_ok());
    assert!(bench.send(&alice, LOBBY, "too many", None).await.is_err());
    let later = bench.send(&alice, LOBBY, "hello", Some("k")).await.unwrap();
    assert!(
        !later.is_new,
        "a repeat is answered although the bucket is empty"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn seqs_have_no_holes_and_follow_each_authors_order() {
    let bench = Arc::new(Bench::new().await);
    let mut authors = Vec::new();
    for name in ["Alice", "Bob", "Carol", "Dave"] {
        let scope = bench.guest(name).await;
        let bench = bench.clone();
        authors.push(tokio::spawn(async move {
            let mut numbers = Vec::new();
            for i in 0..50 {
                numbers.push(bench.post(&scope, &format!("{i}")).await.number);
            }
            numbers
        }));
    }
    let mut all = BTreeSet::new();
    for author in authors {
        let numbers = author.await.unwrap();
        assert!(
            numbers.is_sorted(),
            "an author's messages stand in their order"
        );
        all.extend(numbers);
    }
    assert_eq!(all, (1..=200).map(Number).collect());
    let ordinals = "SELECT count(*) FROM messages WHERE ordinal = number AND seq = number";
    assert_eq!(bench.value::<i64>(ordinals).await, 200);
}

#[tokio::test]
async fn a_message_says_who_when_and_where() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let message = bench
        .send(&alice, LOBBY, " hi\r\n there \n", Some("k"))
        .await;
    let message = message.unwrap().message;
    assert_eq!(message.content, " hi\n there");
    assert_eq!(message.username, "Alice");
    assert_eq!(message.user_id, user(&alice).id);
    assert_eq!(message.room_id, LOBBY);
    assert_eq!(message.client_id, "k");
    assert_eq!(message.timestamp, bench.clock.now());
    assert_eq!((message.number, message.seq), (Number(1), Seq(1)));
    assert!(!message.deleted && message.edited_at.is_none());
    let room = parlour_server::rooms::get(&bench.ctx, &visitor(), LOBBY)
        .await
        .unwrap();
    assert_eq!(
        (room.seq, room.last_message_at),
        (Seq(1), Some(message.timestamp))
    );
}

#[tokio::test]
async fn without_a_key_the_server_makes_one() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let (one, two) = (bench.post(&alice, "x").await, bench.post(&alice, "x").await);
    assert_ne!(one.client_id, two.client_id);
    assert_eq!(one.client_id.len(), 22);
}

#[tokio::test]
async fn an_invalid_message_is_refused_and_leaves_nothing() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let nobody = bench.send(&visitor(), LOBBY, "x", None).await;
    assert!(matches!(nobody, Err(ServiceError::SignInRequired)));
    let nowhere = bench.send(&alice, RoomId(99), "x", None).await;
    assert!(matches!(nowhere, Err(ServiceError::RoomNotFound)));
    for (text, key, fault) in [
        ("", "k", Fault::Empty),
        (" \u{200b}\n", "k", Fault::Empty),
        ("\u{0}\u{1b}[31m\u{c}", "k", Fault::Empty),
        (&"x".repeat(10_001), "k", Fault::TooLong(10_000)),
        ("x", "", Fault::Empty),
        ("x", "a\nb", Fault::Unprintable),
        ("x", &"k".repeat(65), Fault::TooLong(64)),
    ] {
        match bench.send(&alice, LOBBY, text, Some(key)).await {
            Err(ServiceError::Invalid(invalid)) => assert_eq!(invalid.fault, fault),
            other => panic!("{text:.10} {key:.10}: {other:?}"),
        }
    }
    let reply = NewMessage {
        content: "x".to_owned(),
        reply_to: Some(Number(7)),
        ..NewMessage::default()
    };
    let reply = messages::post(&bench.ctx, &alice, LOBBY, reply).await;
    assert!(matches!(reply, Err(ServiceError::MessageNotFound)));
    assert_eq!(bench.value::<i64>("SELECT seq FROM rooms").await, 0);
    assert_eq!(
        bench.value::<i64>("SELECT count(*) FROM memberships").await,
        0
    );
}

#[tokio::test]
async fn a_reply_names_a_message_of_the_room() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let first = bench.post(&alice, "question").await;
    let reply = NewMessage {
        content: "answer".to_owned(),
        reply_to: Some(first.number),
        ..NewMessage::default()
    };
    let posted = messages::post(&bench.ctx, &alice, LOBBY, reply)
        .await
        .unwrap();
    assert_eq!(posted.message.reply_to, Some(first.number));
}

#[tokio::test]
async fn a_persons_rate_is_refused_with_a_time_and_only_new_messages_cost() {
    let bench = Bench::with(|s| {
        s.limits.messages_per_second = 1;
        s.limits.message_burst = 2;
    })
    .await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    assert!(
        bench
            .send(&alice, LOBBY, "1", Some("a"))
            .await
            .unwrap()
            .is_new
    );
    for _ in 0..10 {
        assert!(
            !bench
                .send(&alice, LOBBY, "1", Some("a"))
                .await
                .unwrap()
                .is_new
        );
    }
    assert!(bench.send(&alice, RoomId(99), "x", None).await.is_err());
    assert!(bench.send(&alice, LOBBY, "2", None).await.unwrap().is_new);
    match bench.send(&alice, LOBBY, "3", None).await {
        Err(ServiceError::RateLimited { retry_after_ms }) => {
            assert!((1..=1_000).contains(&retry_after_ms));
        }
        other => panic!("{other:?}"),
    }
    assert!(bench.send(&bob, LOBBY, "4", None).await.unwrap().is_new);
}
