//! Pages while PostgreSQL is away.

use crate::harness::{Browser, Program, until};
use parlour_test_postgres::{PostgresServer, Stop};
use reqwest::Method;
use tempfile::tempdir;

#[tokio::test(flavor = "multi_thread")]
async fn while_the_database_is_away_a_page_says_so_with_its_status_and_is_there_again() {
    if PostgresServer::of_this_process().is_none() {
        return;
    }
    let postgres = PostgresServer::launch(&[]).unwrap();
    postgres.sql("postgres", "CREATE DATABASE chat").unwrap();
    let url = postgres.url("chat");
    let folder = tempdir().unwrap();
    let mut program = Program::start(folder.path(), &[("PARLOUR__DATABASE__URL", &url)]);
    let browser = Browser::of(program.address());
    let page = async |path: &str| {
        let request = browser.request(Method::GET, path);
        let answer = request.send().await.unwrap();
        (answer.status().as_u16(), answer.text().await.unwrap())
    };
    assert_eq!(page("/rooms/1-lobby?before=9").await.0, 200);
    postgres.stop(Stop::Fast).unwrap();
    // One that nobody has asked for, and that is in no cache.
    let (status, text) = page("/rooms/1-lobby?before=8").await;
    assert_eq!(status, 503, "{text}");
    assert!(text.contains("The database is away right now."), "{text}");
    postgres.start().unwrap();
    until(async || page("/rooms/1-lobby?before=7").await.0 == 200).await;
}
