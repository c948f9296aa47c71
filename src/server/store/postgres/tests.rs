//! A server of PostgreSQL that the tests have alone.

mod access;

use crate::clock::{SystemClock, SystemRandom};
use crate::config::DatabaseSettings;
use crate::error::ServiceError;
use crate::events::Publication;
use crate::store::db::{statement, values};
use crate::store::writer::Written;
use crate::store::{self, OpenError, OpenedStore, Store};
use parlour_test_postgres::{Database, PostgresServer};
use std::sync::{Arc, Mutex};
use std::time::Duration;

async fn open(url: &str, node: &str) -> Result<OpenedStore, OpenError> {
    let settings = DatabaseSettings {
        url: url.parse().unwrap(),
        node_name: node.to_owned(),
        pool_size: 2,
        ..DatabaseSettings::default()
    };
    let (clock, random) = (Arc::new(SystemClock), Arc::new(SystemRandom));
    store::open(&settings, clock, random).await
}

/// A store, and what it published.
struct Serving {
    store: Store,
    published: Arc<Mutex<Vec<Publication>>>,
}

async fn serve(url: &str, node: &str) -> Serving {
    let opened = open(url, node).await.unwrap();
    let published: Arc<Mutex<Vec<Publication>>> = Arc::default();
    let heard = Arc::clone(&published);
    let store = Store::start(
        opened.connections,
        opened.epoch,
        opened.message_ids,
        Arc::new(SystemClock),
        Arc::new(move |news| heard.lock().unwrap().extend(news)),
    );
    Serving { store, published }
}

impl Serving {
    /// Moves the lobby's seq, as a change in it does.
    async fn change(&self) -> Result<i64, ServiceError> {
        let moved = self.store.write(|db| {
            let sql =
                "UPDATE rooms SET seq = seq + 1, changed_seq = seq + 1 WHERE id = 1 RETURNING seq";
            let seq = statement(db, sql)?.row(values![], |row| row.get(0))?;
            Ok(Written::quietly(seq.unwrap()))
        });
        moved.await
    }

    /// The same, as often as it takes until the database takes it.
    async fn change_at_last(&self) -> i64 {
        let changed = async {
            loop {
                match self.change().await {
                    Ok(seq) => return seq,
                    Err(error) if error.is_about_writing() => tokio::task::yield_now().await,
                    Err(error) => panic!("{error}"),
                }
            }
        };
        let changed = tokio::time::timeout(Duration::from_secs(30), changed).await;
        changed.expect("it is taken at last")
    }

    async fn seq(&self) -> i64 {
        self.store.query_sql("SELECT seq FROM rooms").await[0]
    }
}

/// A database in the server of this process; none where it is left out.
fn database() -> Option<Database<'static>> {
    Some(PostgresServer::of_this_process()?.database().unwrap())
}

fn why(opened: Result<OpenedStore, OpenError>) -> String {
    opened.err().expect("it is refused").to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_database_has_the_first_room_and_an_epoch_that_stays() {
    let Some(database) = database() else { return };
    let first = serve(&database.url(), "one").await;
    let names: Vec<String> = first.store.query_sql("SELECT name FROM rooms").await;
    assert_eq!(names, ["Lobby"]);
    let epoch = first.store.epoch();
    first.store.drain().await;
    let again = open(&database.url(), "two").await.unwrap();
    assert_eq!(again.epoch, epoch);
    assert!(!again.is_new);
}

/// A statement that is kept has the plan of when the tables were new, and must not read all of them later.
#[tokio::test(flavor = "multi_thread")]
async fn what_writes_finds_rows_by_their_keys_in_tables_that_are_new() {
    let Some(database) = database() else { return };
    let serving = serve(&database.url(), "alpha").await;
    let plan = serving.store.write(|db| {
        db.execute_batch(
            "SET LOCAL plan_cache_mode = force_generic_plan; \
            PREPARE sent (int8[], text[]) AS SELECT id FROM UNNEST($1, $2) AS key (author, client) \
            JOIN messages ON author_id = author AND client_id = client; \
            PREPARE read (int8[], int8[]) AS UPDATE memberships SET wrote = TRUE \
            FROM UNNEST($1, $2) AS own (room, person) WHERE room_id = room AND user_id = person",
        )?;
        let mut plan: Vec<String> = db.column("EXPLAIN EXECUTE sent ('{1}', '{a}')", 0)?;
        plan.extend(db.column::<String>("EXPLAIN EXECUTE read ('{1}', '{1}')", 0)?);
        Ok(Written::quietly(plan.join("\n")))
    });
    let plan = plan.await.unwrap();
    assert_eq!(plan.matches("Nested Loop").count(), 2, "{plan}");
    assert!(!plan.contains("Seq Scan"), "{plan}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_hears_who_has_the_lease_and_one_after_a_crash_waits_for_its_end() {
    let Some(database) = database() else { return };
    let first = serve(&database.url(), "alpha").await;
    let renewed = tokio::spawn({
        let url = database.url();
        async move { why(open(&url, "beta").await) }
    });
    while !renewed.is_finished() {
        first.change().await.unwrap();
        tokio::task::yield_now().await;
    }
    let refused = renewed.await.unwrap();
    assert!(
        refused.contains("served by another Parlour (alpha)"),
        "{refused}"
    );
    // As after a crash: nobody renews it.
    drop(first);
    database
        .sql("UPDATE lease SET until = now() + interval '300 ms'")
        .unwrap();
    open(&database.url(), "beta").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_slept_past_its_lease_commits_nothing() {
    let Some(database) = database() else { return };
    let first = serve(&database.url(), "alpha").await;
    first.change().await.unwrap();
    database.sql("UPDATE lease SET until = now()").unwrap();
    let second = serve(&database.url(), "beta").await;
    let refused = first.change().await.unwrap_err();
    assert!(refused.is_about_writing(), "{refused}");
    tokio::time::timeout(Duration::from_secs(10), first.store.lost_lease())
        .await
        .expect("it knows that it serves no more");
    assert_eq!(second.seq().await, 1);
    second.change().await.unwrap();
    assert_eq!(second.seq().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_the_server_cut_off_is_opened_anew() {
    let Some(database) = database() else { return };
    let serving = serve(&database.url(), "alpha").await;
    serving.change().await.unwrap();
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    database.sql(cut).unwrap();
    assert_eq!(serving.change_at_last().await, 2);
    assert_eq!(serving.seq().await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_committed_and_not_answered_is_told_before_anything_new() {
    let Some(database) = database() else { return };
    let serving = serve(&database.url(), "alpha").await;
    serving.change().await.unwrap();
    serving.published.lock().unwrap().clear();
    // As a connection that is lost after its commit and before the answer leaves it.
    database
        .sql("UPDATE rooms SET seq = seq + 1, changed_seq = seq + 1, description = 'in doubt' WHERE id = 1")
        .unwrap();
    let cut = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity \
        WHERE datname = current_database() AND pid <> pg_backend_pid()";
    database.sql(cut).unwrap();
    serving.change_at_last().await;
    let told = serving.published.lock().unwrap().clone();
    let [Publication::RoomChanged { room, .. }] = &told[..] else {
        panic!("{told:?}");
    };
    assert_eq!((room.seq.0, room.description.as_str()), (2, "in doubt"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_that_was_loaded_anew_has_another_epoch() {
    let Some(database) = database() else { return };
    let first = serve(&database.url(), "alpha").await;
    let epoch = first.store.epoch();
    first.store.drain().await;
    // What a dump does: the same rows in other tables.
    database
        .sql(
            "CREATE TABLE other (LIKE rooms INCLUDING ALL); INSERT INTO other SELECT * FROM rooms; \
            DROP TABLE rooms CASCADE; ALTER TABLE other RENAME TO rooms",
        )
        .unwrap();
    let again = open(&database.url(), "alpha").await.unwrap();
    assert_ne!(again.epoch, epoch);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_would_lose_what_it_acknowledged_is_refused() {
    let Some(database) = database() else { return };
    let name = database.name();
    database
        .sql(&format!(
            "ALTER DATABASE {name} SET synchronous_commit = off"
        ))
        .unwrap();
    let refused = why(open(&database.url(), "alpha").await);
    assert!(refused.contains("synchronous_commit = off"), "{refused}");
    let server = PostgresServer::launch(&[("fsync", "off")]).unwrap();
    let database = server.database().unwrap();
    let refused = why(open(&database.url(), "alpha").await);
    assert!(refused.contains("fsync = off"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_database_of_ours_is_refused_with_a_sentence() {
    let Some(server) = PostgresServer::of_this_process() else {
        return;
    };
    let other = server.database().unwrap();
    other.sql("CREATE TABLE invoices (id int)").unwrap();
    let refused = why(open(&other.url(), "alpha").await);
    assert!(refused.contains("invoices"), "{refused}");

    let newer = server.database().unwrap();
    serve(&newer.url(), "alpha").await.store.drain().await;
    newer
        .sql("INSERT INTO seaql_migrations (version, applied_at) VALUES ('m9999_later', 0)")
        .unwrap();
    let refused = why(open(&newer.url(), "alpha").await);
    assert!(
        refused.contains("newer version") && refused.contains("m9999_later"),
        "{refused}"
    );

    let latin = "CREATE DATABASE latin TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C'";
    server.sql("postgres", latin).unwrap();
    let refused = why(open(&server.url("latin"), "alpha").await);
    assert!(refused.contains("LATIN1"), "{refused}");

    let refused = why(open(&server.url("missing"), "alpha").await);
    assert!(refused.contains("missing"), "{refused}");
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_server_is_away_senders_hear_overloaded_and_then_it_heals_by_itself() {
    if PostgresServer::of_this_process().is_none() {
        return;
    }
    let server = PostgresServer::launch(&[]).unwrap();
    let database = server.database().unwrap();
    let serving = serve(&database.url(), "alpha").await;
    assert_eq!(serving.change().await.unwrap(), 1);
    server.kill().unwrap();
    for _ in 0..5 {
        let refused = serving.change().await.unwrap_err();
        assert!(refused.is_about_writing(), "{refused}");
    }
    assert!(!serving.store.answers().await);
    server.start().unwrap();
    assert_eq!(serving.change_at_last().await, 2);
}
