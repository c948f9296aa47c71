//! Group commit: order, isolation, failure, and the end of it.

use super::*;
use crate::clock::{SystemClock, SystemRandom};
use crate::store::db::{self, statement, values};
use crate::store::{self, Store};
use futures::future::join_all;
use parlour_protocol::{RoomId, Seq, UserId};
use std::sync::Mutex;
use tempfile::TempDir;

/// The room every database starts with.
const LOBBY: RoomId = RoomId(1);

/// A store whose publications are kept in order; `seen` runs at each of them.
struct Bench {
    store: Arc<Store>,
    published: Arc<Mutex<Vec<i64>>>,
    _folder: TempDir,
}

async fn bench() -> Bench {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("parlour.db");
    let opened = store::open_file(&file, &SystemClock, &SystemRandom)
        .await
        .unwrap();
    let published = Arc::new(Mutex::new(Vec::new()));
    let publish = {
        let published = published.clone();
        move |publications: &mut dyn Iterator<Item = Publication>| {
            for publication in publications {
                match publication {
                    Publication::Read { read_posts, .. } => {
                        published.lock().unwrap().push(read_posts)
                    }
                    other => panic!("{other:?}"),
                }
            }
        }
    };
    Bench {
        store: Arc::new(Store::start(
            opened.connections,
            opened.epoch,
            opened.message_ids,
            Arc::new(SystemClock),
            Arc::new(publish),
        )),
        published,
        _folder: folder,
    }
}

fn say(number: i64) -> Vec<Publication> {
    vec![Publication::Read {
        user: UserId(1),
        room: LOBBY,
        seq: Seq(number),
        read_posts: number,
        is_asked: false,
        me: Seq(number),
    }]
}

/// Takes the lobby's next seq and says it, unless it is to be refused.
async fn step(store: &Store, is_refused: bool) -> Result<i64, ServiceError> {
    store
        .write(move |db| {
            if is_refused {
                return Err(ServiceError::Forbidden);
            }
            let sql = "UPDATE rooms SET seq = seq + 1 WHERE id = 1 RETURNING seq";
            let seq = statement(db, sql)?
                .row(values![], |row| row.get(0))?
                .unwrap();
            Ok(Written {
                value: seq,
                publish: say(seq),
            })
        })
        .await
}

async fn lobby_seq(store: &Store) -> i64 {
    store.query_sql("SELECT seq FROM rooms").await[0]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_refused_leaves_nothing_and_the_rest_is_published_in_order() {
    let bench = bench().await;
    let steps: Vec<_> = (0..600)
        .map(|i| {
            let store = bench.store.clone();
            tokio::spawn(async move { step(&store, i % 3 == 0).await })
        })
        .collect();
    let mut answers = Vec::new();
    let mut refused = 0;
    for step in steps {
        match step.await.unwrap() {
            Ok(seq) => answers.push(seq),
            Err(ServiceError::Forbidden) => refused += 1,
            Err(error) => panic!("{error}"),
        }
    }
    answers.sort_unstable();
    let all: Vec<i64> = (1..=400).collect();
    assert_eq!(refused, 200);
    assert_eq!(answers, all, "the refused leave no holes");
    assert_eq!(
        *bench.published.lock().unwrap(),
        all,
        "published once each, in commit order"
    );
    assert_eq!(lobby_seq(&bench.store).await, 400);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_published_is_committed_already() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("parlour.db");
    let opened = store::open_file(&file, &SystemClock, &SystemRandom)
        .await
        .unwrap();
    // A second server on the same file: its readers see only what is committed.
    let watching = store::open_file(&file, &SystemClock, &SystemRandom)
        .await
        .unwrap();
    let watcher = Store::start(
        watching.connections,
        watching.epoch,
        watching.message_ids,
        Arc::new(SystemClock),
        Arc::new(|_| ()),
    );
    let watcher = Arc::new(watcher);
    let behind = Arc::new(Mutex::new(Vec::new()));
    let publish = {
        let (behind, watcher) = (behind.clone(), watcher.clone());
        let runtime = tokio::runtime::Handle::current();
        move |publications: &mut dyn Iterator<Item = Publication>| {
            for publication in publications {
                let Publication::Read { read_posts, .. } = publication else {
                    continue;
                };
                let seen = runtime.block_on(lobby_seq(&watcher));
                if seen < read_posts {
                    behind.lock().unwrap().push((read_posts, seen));
                }
            }
        }
    };
    let store = Arc::new(Store::start(
        opened.connections,
        opened.epoch,
        opened.message_ids,
        Arc::new(SystemClock),
        Arc::new(publish),
    ));
    let steps: Vec<_> = (0..50)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { step(&store, false).await })
        })
        .collect();
    for step in steps {
        step.await.unwrap().unwrap();
    }
    assert_eq!(*behind.lock().unwrap(), []);
}

#[tokio::test]
async fn a_commit_that_fails_fails_what_made_it_fail_and_publishes_nothing_of_it() {
    let bench = bench().await;
    let bad = bench.store.write(|db| {
        // Checked at COMMIT: there is no such room.
        db.execute_batch(
            "PRAGMA defer_foreign_keys = ON; \
             INSERT INTO memberships VALUES (99, 99, 'member', 0, 0, 0)",
        )?;
        Ok(Written {
            value: (),
            publish: say(-1),
        })
    });
    // Queued in one breath, so they are one group.
    let (good, bad) = tokio::join!(step(&bench.store, false), bad);
    assert_eq!(good.unwrap(), 1);
    assert!(matches!(bad, Err(ServiceError::Store(_))), "{bad:?}");
    assert_eq!(step(&bench.store, false).await.unwrap(), 2);
    assert_eq!(*bench.published.lock().unwrap(), [1, 2]);
}

#[tokio::test]
async fn a_lost_transaction_fails_alone() {
    let bench = bench().await;
    // What SQLite itself does to a transaction when the disk is full.
    let lost = bench.store.write(|db| {
        db.execute_batch("ROLLBACK")?;
        Ok(Written {
            value: (),
            publish: say(-1),
        })
    });
    let (first, lost, last) =
        tokio::join!(step(&bench.store, false), lost, step(&bench.store, false));
    assert!(matches!(lost, Err(ServiceError::Store(_))), "{lost:?}");
    assert_eq!([first.unwrap(), last.unwrap()], [1, 2]);
    for seq in 3..=5 {
        assert_eq!(step(&bench.store, false).await.unwrap(), seq);
        assert!(step(&bench.store, true).await.is_err());
        assert_eq!(lobby_seq(&bench.store).await, seq, "and it is committed");
    }
    assert_eq!(*bench.published.lock().unwrap(), [1, 2, 3, 4, 5]);
}

/// Writes more than the database may grow by.
async fn overflow(store: &Store) -> Result<(), ServiceError> {
    store
        .write(|db| {
            grow(db)?;
            Ok(Written {
                value: (),
                publish: say(-1),
            })
        })
        .await
}

fn grow(db: &Db) -> db::Result<()> {
    // No less than it has now, so: not one page more.
    db.execute_batch("PRAGMA max_page_count = 1")?;
    db.execute_batch("UPDATE rooms SET description = hex(zeroblob(100000))")
}

#[tokio::test]
async fn a_full_disk_fails_the_whole_group_as_transient_and_the_next_succeeds() {
    let bench = bench().await;
    let (before, refused, full, after) = tokio::join!(
        step(&bench.store, false),
        step(&bench.store, true),
        overflow(&bench.store),
        step(&bench.store, false)
    );
    let mut waits = Vec::new();
    // Who was refused as well: what the refusal was about may be undone.
    for answer in [before.map(drop), refused.map(drop), full, after.map(drop)] {
        match answer {
            Err(ServiceError::Unwritable { retry_after_ms }) => waits.push(retry_after_ms),
            other => panic!("{other:?}"),
        }
    }
    assert!(waits.is_sorted() && waits.iter().all(|wait| (1_000..2_000).contains(wait)));
    waits.dedup();
    assert_eq!(waits.len(), 4, "they do not come back in one breath");
    assert!(bench.published.lock().unwrap().is_empty());
    assert_eq!(lobby_seq(&bench.store).await, 0);
    for seq in 1..=3 {
        assert_eq!(step(&bench.store, false).await.unwrap(), seq);
        assert_eq!(lobby_seq(&bench.store).await, seq, "and it is committed");
        assert!(overflow(&bench.store).await.is_err());
    }
    assert_eq!(*bench.published.lock().unwrap(), [1, 2, 3]);
}

#[tokio::test]
async fn a_reader_whose_transaction_was_lost_sees_what_is_written_later() {
    let bench = bench().await;
    // More often than there are connections, so that each has met it.
    for _ in 0..8 {
        // What SQLite itself does when it cannot read.
        let lost = bench.store.read(|db| Ok(db.execute_batch("ROLLBACK")?));
        lost.await.unwrap();
    }
    assert_eq!(step(&bench.store, false).await.unwrap(), 1);
    for _ in 0..8 {
        assert_eq!(lobby_seq(&bench.store).await, 1);
    }
}

#[tokio::test]
async fn work_that_panics_fails_alone() {
    let bench = bench().await;
    let panicking = bench.store.write::<(), _>(|_| panic!("a bug, on purpose"));
    let (before, panicked, after) = tokio::join!(
        step(&bench.store, false),
        panicking,
        step(&bench.store, false)
    );
    assert!(matches!(panicked, Err(ServiceError::Store(_))));
    assert_eq!((before.unwrap(), after.unwrap()), (1, 2));
}

#[tokio::test]
async fn a_publication_that_panics_ends_neither_the_writer_nor_what_comes_after_it() {
    let bench = bench().await;
    let published = bench.store.write(|_| {
        // The bench panics at what it does not expect.
        let mut publish = vec![Publication::RoomDeleted(LOBBY)];
        publish.extend(say(7));
        Ok(Written {
            value: "written",
            publish,
        })
    });
    assert_eq!(published.await.unwrap(), "written");
    assert_eq!(step(&bench.store, false).await.unwrap(), 1);
    assert_eq!(*bench.published.lock().unwrap(), [7, 1]);
}

#[tokio::test]
async fn a_full_queue_is_overloaded_and_draining_finishes_the_rest() {
    let bench = bench().await;
    // One thread: none of it runs before all of it is queued.
    let mut sends: Vec<_> = (0..1_030)
        .map(|_| Box::pin(step(&bench.store, false)))
        .collect();
    let mut overloaded = 0;
    let mut queued = Vec::new();
    for mut send in sends.drain(..) {
        match futures::poll!(&mut send) {
            std::task::Poll::Ready(Err(ServiceError::Overloaded)) => overloaded += 1,
            std::task::Poll::Ready(other) => panic!("{other:?}"),
            std::task::Poll::Pending => queued.push(send),
        }
    }
    assert_eq!((queued.len(), overloaded), (1_024, 6));
    bench.store.drain().await;
    for (i, send) in queued.into_iter().enumerate() {
        assert_eq!(send.await.unwrap(), i as i64 + 1);
    }
    let late = step(&bench.store, false).await;
    assert!(matches!(late, Err(ServiceError::Draining)));
    bench.store.drain().await;
}

/// Makes the database grow, and fails where it may not.
struct Weight;

impl BatchWrite for Weight {
    type Answer = ();

    fn write(weights: &[Self], db: &Db) -> Results<()> {
        grow(db)?;
        Ok(weights
            .iter()
            .map(|Weight| Ok(Written::quietly(())))
            .collect())
    }
}

#[tokio::test]
async fn a_full_disk_fails_all_work_in_flight_as_transient() {
    let (store, _folder) = silent().await;
    for _ in 0..3 {
        let quiet = store.execute_sql("UPDATE rooms SET description = ''");
        let (first, (), second) = tokio::join!(
            store.write_batched(Weight),
            quiet,
            store.write_batched(Weight)
        );
        for heavy in [first, second] {
            assert!(
                matches!(heavy, Err(ServiceError::Unwritable { .. })),
                "{heavy:?}"
            );
        }
    }
}

/// A store that publishes to no one, and its folder.
async fn silent() -> (Store, TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("parlour.db");
    let opened = store::open_file(&file, &SystemClock, &SystemRandom)
        .await
        .unwrap();
    (
        Store::start(
            opened.connections,
            opened.epoch,
            opened.message_ids,
            Arc::new(SystemClock),
            Arc::new(|_| ()),
        ),
        folder,
    )
}

/// Makes a room's description longer by a letter; fails where it must not.
struct Letter(char);

impl BatchWrite for Letter {
    type Answer = usize;

    fn write(letters: &[Self], db: &Db) -> Results<usize> {
        let mut outcomes = Vec::new();
        for Letter(letter) in letters {
            let sql = format!("UPDATE rooms SET description = description || '{letter}'");
            db.execute_batch(&sql)?;
            match letter {
                '!' => panic!("a bug, on purpose"),
                // Nothing that the disk did.
                '?' => return Err(rusqlite::Error::QueryReturnedNoRows.into()),
                // Checked at COMMIT: there is no such room.
                '-' => db.execute_batch(
                    "PRAGMA defer_foreign_keys = ON; \
                     INSERT INTO memberships VALUES (99, 99, 'member', 0, 0, 0)",
                )?,
                _ => {}
            }
            outcomes.push(Ok(Written::quietly(letters.len())));
        }
        Ok(outcomes)
    }
}

/// Something of another kind: counts how many it is done with.
struct Count;

impl BatchWrite for Count {
    type Answer = usize;

    fn write(counts: &[Self], _: &Db) -> Results<usize> {
        let count = |Count: &Self| Ok(Written::quietly(counts.len()));
        Ok(counts.iter().map(count).collect())
    }
}

#[tokio::test]
async fn kinds_that_wait_side_by_side_are_one_transaction_and_fail_apart() {
    let (store, _folder) = silent().await;
    for (letter, transactions, is_written) in [('a', 1, true), ('!', 3, false)] {
        let before = store.invalidations().moment();
        let (first, letter, second) = tokio::join!(
            store.write_batched(Count),
            store.write_batched(Letter(letter)),
            store.write_batched(Count),
        );
        let ended = store.invalidations().moment().since(before);
        assert_eq!(ended, transactions);
        assert_eq!(letter.is_ok(), is_written);
        let together = if is_written { 2 } else { 1 };
        assert_eq!([first.unwrap(), second.unwrap()], [together; 2]);
    }
}

#[tokio::test]
async fn what_cannot_be_written_together_is_written_apart() {
    let (store, _folder) = silent().await;
    let empty = "UPDATE rooms SET description = ''";
    store.execute_sql(empty).await;
    for (word, sizes) in [
        ("abc", "333"),
        ("d!e", "1 1"),
        ("f?g!h", "1 1 1"),
        ("!", " "),
        ("k-l", "1 1"),
        ("ij", "22"),
    ] {
        let letters = word.chars().map(|c| store.write_batched(Letter(c)));
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
    let written: Vec<String> = store.query_sql("SELECT description FROM rooms").await;
    assert_eq!(written, ["abcdefghklij"]);
}
