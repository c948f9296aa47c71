//! Work of one kind that waits side by side: it is done in one go, and nobody can tell.

use super::*;
use futures::future::join_all;
use parlour_server::clock::SystemClock;
use parlour_server::messages::{View, edit, history};
use parlour_server::rooms::{NewRoom, create, list};
use parlour_server::store::{self, Store, Together, Verdicts, Written};
use rusqlite::Connection;

fn new(content: &str, key: &str, reply_to: Option<i64>) -> NewMessage {
    NewMessage {
        content: content.to_owned(),
        client_id: Some(key.to_owned()),
        reply_to,
    }
}

// One thread each: all of it is queued before the writer looks, so it is one group.

#[tokio::test]
async fn sends_of_one_group_end_as_if_one_came_after_the_other() {
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
    assert_eq!(reply.message.reply_to, Some(1));
    assert_eq!(fourth.unwrap().message.content, "fourth");
    assert_eq!(repeat.unwrap().message, first.message);
    let too_many = post(&alice, LOBBY, new("fifth", "d", None)).await;
    assert!(matches!(too_many, Err(ServiceError::RateLimited { .. })));

    let stored = history(ctx, &visitor(), LOBBY, View::Newest, 50).await;
    let stored = stored.unwrap().messages;
    assert_eq!(
        stored[..3],
        [first, reply, last].map(|p| Arc::unwrap_or_clone(p.message))
    );
    let numbers: Vec<_> = stored.iter().map(|m| (m.number, m.seq)).collect();
    assert_eq!(numbers, [(1, 1), (2, 2), (3, 3), (4, 4)]);
    let unread: Vec<_> = list(ctx, &bob).await.unwrap();
    assert_eq!(unread[0].unread, 2, "read up to one's own");
}

#[tokio::test]
async fn one_too_many_in_a_group_is_refused_alone() {
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
        [1, 2, 3]
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
    };
    let other = create(&bench.ctx, &alice, other).await.unwrap().id;
    let (one, elsewhere, edited, two, three) = tokio::join!(
        bench.send(&alice, LOBBY, "one", None),
        bench.send(&alice, other, "elsewhere", None),
        edit(&bench.ctx, &alice, LOBBY, 1, "edited".to_owned()),
        bench.send(&alice, LOBBY, "two", None),
        bench.send(&alice, LOBBY, "three", None),
    );
    let seqs = [one, two, three].map(|posted| posted.unwrap().message.seq);
    assert_eq!((seqs, edited.unwrap().seq), ([1, 2, 3], 4));
    let elsewhere = elsewhere.unwrap().message;
    assert_eq!((elsewhere.room_id, elsewhere.number), (other, 1));
    let ordinals = "SELECT group_concat(ordinal) FROM \
        (SELECT ordinal FROM messages WHERE room_id = 1 ORDER BY number)";
    assert_eq!(bench.value::<String>(ordinals).await, "1,2,3");
}

/// Makes the database grow, and fails where it may not.
struct Weight;

impl Together for Weight {
    type Answer = ();

    fn write(weights: &[Self], db: &Connection) -> Verdicts<()> {
        // No less than it has now, so: not one page more.
        db.execute_batch("PRAGMA max_page_count = 1")?;
        db.execute_batch("UPDATE rooms SET description = hex(zeroblob(100000))")?;
        Ok(weights
            .iter()
            .map(|Weight| Ok(Written::quietly(())))
            .collect())
    }
}

#[tokio::test]
async fn a_full_disk_refuses_all_that_was_sent_as_passing_and_nothing_else() {
    let (store, _folder) = silent().await;
    for _ in 0..3 {
        let quiet = store.write(|txn| {
            Box::pin(async move {
                txn.execute_unprepared("UPDATE rooms SET description = ''")
                    .await?;
                Ok(Written::quietly(()))
            })
        });
        let (first, other, second) = tokio::join!(
            store.write_together(Weight),
            quiet,
            store.write_together(Weight)
        );
        for heavy in [first, second] {
            assert!(
                matches!(heavy, Err(ServiceError::Unwritable { .. })),
                "{heavy:?}"
            );
        }
        other.unwrap();
    }
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
        let body = format!("SELECT body FROM messages WHERE id = {}", message.id.0);
        assert_eq!(&bench.value::<String>(&body).await, text);
    }
}

/// A store of which nobody hears anything, and its folder.
async fn silent() -> (Store, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("parlour.db");
    let opened = store::open(&file, &SystemClock, &SystemRandom)
        .await
        .unwrap();
    let clock = Arc::new(SystemClock);
    (
        Store::start(opened.connections, clock, Arc::new(|_| ())),
        folder,
    )
}

/// Makes a room's description longer by a letter; fails where it must not.
struct Letter(char);

impl Together for Letter {
    type Answer = usize;

    fn write(letters: &[Self], db: &Connection) -> Verdicts<usize> {
        let mut verdicts = Vec::new();
        for Letter(letter) in letters {
            let sql = format!("UPDATE rooms SET description = description || '{letter}'");
            db.execute_batch(&sql)?;
            match letter {
                '!' => panic!("a bug, on purpose"),
                // Nothing that the disk did.
                '?' => return Err(rusqlite::Error::QueryReturnedNoRows),
                // Checked at COMMIT: there is no such room.
                '-' => db.execute_batch(
                    "PRAGMA defer_foreign_keys = ON; \
                     INSERT INTO memberships VALUES (99, 99, 'member', 0, 0, 0)",
                )?,
                _ => {}
            }
            verdicts.push(Ok(Written::quietly(letters.len())));
        }
        Ok(verdicts)
    }
}

/// Something of another kind: counts how many it is done with.
struct Count;

impl Together for Count {
    type Answer = usize;

    fn write(counts: &[Self], _: &Connection) -> Verdicts<usize> {
        let count = |Count: &Self| Ok(Written::quietly(counts.len()));
        Ok(counts.iter().map(count).collect())
    }
}

#[tokio::test]
async fn kinds_that_wait_side_by_side_are_one_transaction_and_fail_apart() {
    let (store, _folder) = silent().await;
    for (letter, transactions, is_written) in [('a', 1, true), ('!', 3, false)] {
        let before = store.version();
        let (first, letter, second) = tokio::join!(
            store.write_together(Count),
            store.write_together(Letter(letter)),
            store.write_together(Count),
        );
        assert_eq!(store.version() - before, transactions);
        assert_eq!(letter.is_ok(), is_written);
        let together = if is_written { 2 } else { 1 };
        assert_eq!([first.unwrap(), second.unwrap()], [together; 2]);
    }
}

#[tokio::test]
async fn what_cannot_be_written_together_is_written_apart() {
    let (store, _folder) = silent().await;
    let empty = store.write(|txn| {
        Box::pin(async move {
            txn.execute_unprepared("UPDATE rooms SET description = ''")
                .await?;
            Ok(Written::quietly(()))
        })
    });
    empty.await.unwrap();
    for (word, sizes) in [
        ("abc", "333"),
        ("d!e", "1 1"),
        ("f?g!h", "1 1 1"),
        ("!", " "),
        ("k-l", "1 1"),
        ("ij", "22"),
    ] {
        let letters = word.chars().map(|c| store.write_together(Letter(c)));
        let answers = join_all(letters).await.into_iter();
        let answers: String = answers
            .map(|answer| match answer {
                Ok(size) => size.to_string(),
                Err(ServiceError::Store(_)) => " ".to_owned(),
                Err(other) => panic!("{other}"),
            })
            .collect();
        assert_eq!(answers, sizes, "{word}");
    }
    let sql = "SELECT description FROM rooms";
    let statement = Statement::from_string(DbBackend::Sqlite, sql);
    let row = store.reader().query_one_raw(statement).await.unwrap();
    let written: String = row.unwrap().try_get_by_index(0).unwrap();
    assert_eq!(written, "abcdefghklij");
}
