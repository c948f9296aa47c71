//! Group commit: sends that wait at the same time are written together, with the results of one after the other.

use super::*;
use futures::future::join_all;
use parlour_protocol::{Number, Seq};
use parlour_server::messages::{View, edit, history};
use parlour_server::rooms::{NewRoom, create, list};

fn new(content: &str, key: &str, reply_to: Option<i64>) -> NewMessage {
    NewMessage {
        content: content.to_owned(),
        client_id: Some(key.to_owned()),
        reply_to: reply_to.map(Number),
        ..NewMessage::default()
    }
}

// One thread each: all of it is queued before the writer looks, so it is one group.

#[tokio::test]
async fn sends_of_one_group_end_as_if_sent_one_by_one() {
    let bench = Bench::with(|s| {
        s.limits.messages_per_second = 1;
        s.limits.message_burst = 3;
    })
    .await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let ctx = &bench.ctx;
    let post = |scope, room, new| messages::post(ctx, scope, room, new);
    let (first, again, nowhere, reply, to_nothing, early, last, fourth, repeat) = tokio::join!(
        post(&alice, LOBBY, new("first", "a", None)),
        post(&alice, LOBBY, new("something else", "a", None)),
        post(&alice, RoomId(9), new("x", "b", None)),
        post(&bob, LOBBY, new("reply", "a", Some(1))),
        post(&bob, LOBBY, new("x", "b", Some(9))),
        post(&bob, LOBBY, new("x", "c", Some(3))),
        post(&alice, LOBBY, new("third", "b", None)),
        post(&alice, LOBBY, new("fourth", "c", None)),
        post(&alice, LOBBY, new("first", "a", None)),
    );
    let (first, again, reply, last) = (
        first.unwrap(),
        again.unwrap(),
        reply.unwrap(),
        last.unwrap(),
    );
    assert!(first.is_new && !again.is_new && reply.is_new && last.is_new);
    assert_eq!(again.message, first.message);
    assert!(matches!(nowhere, Err(ServiceError::RoomNotFound)));
    assert!(matches!(to_nothing, Err(ServiceError::MessageNotFound)));
    assert!(
        matches!(early, Err(ServiceError::MessageNotFound)),
        "what is replied to comes first"
    );
    assert_eq!(reply.message.reply_to, Some(Number(1)));
    assert_eq!(fourth.unwrap().message.content, "fourth");
    assert_eq!(repeat.unwrap().message, first.message);
    let too_many = post(&alice, LOBBY, new("fifth", "d", None)).await;
    assert!(matches!(too_many, Err(ServiceError::RateLimited { .. })));

    let stored = history(ctx, &visitor(), LOBBY, View::Newest, 50).await;
    let mut stored = stored.unwrap().messages;
    let replies = stored[0].replies.take();
    assert_eq!(replies.map(|replies| replies.last), Some(Number(2)));
    assert_eq!(
        stored[..3],
        [first, reply, last].map(|p| Arc::unwrap_or_clone(p.message))
    );
    let numbers: Vec<_> = stored.iter().map(|m| (m.number.0, m.seq.0)).collect();
    assert_eq!(numbers, [(1, 1), (2, 2), (3, 3), (4, 4)]);
    let unread: Vec<_> = list(ctx, &bob).await.unwrap();
    assert_eq!(unread[0].unread, 2, "read up to one's own");
}

#[tokio::test]
async fn in_a_group_only_the_send_over_the_limit_is_refused() {
    let bench = Bench::with(|s| {
        s.limits.messages_per_second = 1;
        s.limits.message_burst = 2;
    })
    .await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let (a, b, c, d) = tokio::join!(
        bench.send(&alice, LOBBY, "1", None),
        bench.send(&alice, LOBBY, "2", None),
        bench.send(&alice, LOBBY, "3", None),
        bench.send(&bob, LOBBY, "4", None),
    );
    assert_eq!(
        [a, b, d].map(|posted| posted.unwrap().message.number),
        [1, 2, 3].map(Number)
    );
    assert!(matches!(c, Err(ServiceError::RateLimited { .. })));
}

#[tokio::test]
async fn of_work_that_waits_at_the_same_time_sends_come_first_in_their_order() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let other = NewRoom {
        name: "Other".to_owned(),
        description: String::new(),
        ..NewRoom::default()
    };
    let other = create(&bench.ctx, &alice, other).await.unwrap().id;
    let (one, elsewhere, edited, two, three) = tokio::join!(
        bench.send(&alice, LOBBY, "one", None),
        bench.send(&alice, other, "elsewhere", None),
        edit(&bench.ctx, &alice, LOBBY, Number(1), "edited".to_owned()),
        bench.send(&alice, LOBBY, "two", None),
        bench.send(&alice, LOBBY, "three", None),
    );
    let seqs = [one, two, three].map(|posted| posted.unwrap().message.seq);
    assert_eq!((seqs, edited.unwrap().seq), ([1, 2, 3].map(Seq), Seq(4)));
    let elsewhere = elsewhere.unwrap().message;
    assert_eq!((elsewhere.room_id, elsewhere.number), (other, Number(1)));
    let ordinals = "SELECT ordinal FROM messages WHERE room_id = 1 ORDER BY number";
    assert_eq!(bench.ctx.store.query_sql::<i64>(ordinals).await, [1, 2, 3]);
}

#[tokio::test]
async fn each_message_of_a_group_has_the_id_it_is_stored_under() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    bench.post(&alice, "before").await;
    let texts: Vec<_> = (0..300)
        .map(|i| format!("“{i}” \\ \n \u{1f600} {i}"))
        .collect();
    let sends = texts
        .iter()
        .map(|text| bench.send(&alice, LOBBY, text, None));
    for (posted, text) in join_all(sends).await.into_iter().zip(&texts) {
        let message = posted.unwrap().message;
        assert_eq!(&message.content, text);
        let read = history(&bench.ctx, &alice, LOBBY, View::Around(message.number), 1);
        assert_eq!(
            read.await.unwrap().messages,
            [Arc::unwrap_or_clone(message)]
        );
    }
}
