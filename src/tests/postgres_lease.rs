//! Servers one after another on a database of PostgreSQL: its lease, and restarts that refuse nobody.

use crate::harness::{Program, Socket};
use crate::restarting::{NO_LIMITS, history, refuses_nobody};
use parlour_test_postgres::{Database, PostgresServer};
use serde_json::json;
use std::time::Duration;
use tempfile::tempdir;

/// A lease, and a start after it.
const LEASE_MAX: Duration = Duration::from_secs(60);

/// A database in the server of this process; none where it is left out.
fn database() -> Option<Database<'static>> {
    Some(PostgresServer::of_this_process()?.database().unwrap())
}

fn environment(url: &str) -> Vec<(&str, &str)> {
    let url = ("PARLOUR__DATABASE__URL", url);
    NO_LIMITS.into_iter().chain([url]).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_on_postgres_refuses_no_connection() {
    let Some(database) = database() else { return };
    let folder = tempdir().unwrap();
    let url = database.url();
    let start = || Program::start(folder.path(), &environment(&url));
    refuses_nobody(start(), &|old| {
        old.signal("TERM");
        start()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_on_postgres_refuses_no_connection() {
    let Some(database) = database() else { return };
    let folder = tempdir().unwrap();
    let url = database.url();
    let start = || Program::start_with(&["--replace"], folder.path(), &environment(&url));
    refuses_nobody(start(), &|_| start()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_server_on_another_machine_is_told_who_serves() {
    let Some(database) = database() else { return };
    let (here, there) = (tempdir().unwrap(), tempdir().unwrap());
    let url = database.url();
    let named = |name| {
        [
            environment(&url),
            vec![("PARLOUR__DATABASE__NODE_NAME", name)],
        ]
        .concat()
    };
    let mut first = Program::start(here.path(), &named("alpha"));
    first.address();
    let mut second = Program::start(there.path(), &named("beta"));
    assert_eq!(second.ended().code(), Some(1));
    let told = second.log.iter().any(|line| line.contains("alpha"));
    assert!(told, "{:#?}", second.log);
    assert!(first.is_running());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_slept_past_its_lease_beside_its_successor_stores_nothing() {
    let Some(database) = database() else { return };
    let (here, there) = (tempdir().unwrap(), tempdir().unwrap());
    let url = database.url();
    let mut first = Program::start(here.path(), &environment(&url));
    let mut alice = Socket::guest(first.address(), 1, "Alice").await;
    alice
        .send(json!({"type": "message", "content": "before"}))
        .await;
    alice.next_of_type("message").await;
    first.signal("STOP");
    // It waits for the end of the lease: nobody renews it.
    let mut second = Program::start(there.path(), &environment(&url));
    let address = second.address_within(LEASE_MAX);
    let mut bob = Socket::guest(address, 1, "Bob").await;
    bob.send(json!({"type": "message", "content": "meanwhile"}))
        .await;
    bob.next_of_type("message").await;
    alice
        .send(json!({"type": "message", "content": "too late"}))
        .await;
    first.signal("CONT");
    assert_eq!(alice.closed().await.0, 4000);
    assert!(first.ended().success(), "{:#?}", first.log);
    let said = first
        .log
        .iter()
        .any(|line| line.contains("has the lease of the database"));
    assert!(said, "{:#?}", first.log);
    let stored = history(address).await;
    let stored: Vec<_> = stored
        .iter()
        .map(|message| message["content"].as_str())
        .collect();
    assert_eq!(stored, [Some("before"), Some("meanwhile")]);
}
