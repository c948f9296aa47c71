//! `parlour copy` and `parlour epoch new` by the executable: what they print, refuse, and leave when they are killed.

use crate::harness::{Browser, Program, Socket};
use parlour_test_postgres::PostgresServer;
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::tempdir;

const DATABASE: &str = "sqlite://data/parlour.db";
const NO_LIMITS: [(&str, &str); 2] = [
    ("PARLOUR__LIMITS__MESSAGES_PER_SECOND", "0"),
    ("PARLOUR__LIMITS__ADDRESS_MESSAGES_PER_SECOND", "0"),
];

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlour"));
    command.current_dir(folder).env_clear().args(arguments);
    command
}

fn copy(folder: &Path, from: &str, to: &str) -> Command {
    command(folder, &["copy", "--from", from, "--to", to])
}

fn output(mut command: Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

/// What it printed, when it did what it was asked.
#[track_caller]
fn done(command: Command) -> String {
    let output = output(command);
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success(), "{stderr}");
    assert_eq!(stderr, "", "nobody watches");
    String::from_utf8(output.stdout).unwrap()
}

/// The one sentence with which it refused.
#[track_caller]
fn refused(command: Command, words: &[&str]) {
    let output = output(command);
    assert_eq!(output.status.code(), Some(1), "{output:?}");
    let stderr = String::from_utf8(output.stderr).unwrap();
    let line = stderr.strip_suffix('\n').unwrap();
    assert!(
        line.starts_with("parlour: ") && line.ends_with('.') && !line.contains('\n'),
        "{line}"
    );
    for word in words {
        assert!(line.contains(word), "{word} is not said: {line}");
    }
    assert!(!line.contains("secret"), "{line}");
}

/// A house with `messages` in its first room, which no server runs on any more. Its epoch.
async fn a_house(folder: &Path, messages: usize) -> String {
    let mut program = Program::start(folder, &NO_LIMITS);
    let address = program.address();
    let alice = Socket::guest(address, 1, "Alice").await;
    let browser = Browser::of(address);
    for number in 0..messages {
        let request = browser
            .own_request("/api/chat/rooms/1/messages")
            .bearer_auth(alice.token())
            .json(&json!({"content": format!("{number} {}", "long ".repeat(600))}));
        assert_eq!(request.send().await.unwrap().status(), 201);
    }
    let epoch = alice.welcome["epoch"].as_str().unwrap().to_owned();
    drop(alice);
    program.signal("INT");
    assert!(program.ended().success(), "{:?}", program.log);
    epoch
}

/// The epoch of the database at `url`, and how many messages its first room has.
async fn served(folder: &Path, url: &str) -> (String, i64) {
    let mut program = Program::start(folder, &[("PARLOUR__DATABASE__URL", url)]);
    let address = program.address();
    let socket = Socket::guest(address, 1, "Bob").await;
    let epoch = socket.welcome["epoch"].as_str().unwrap().to_owned();
    let newest = Browser::of(address)
        .get("/api/chat/rooms/1/messages?limit=1")
        .await;
    let newest: serde_json::Value = serde_json::from_str(&newest.body).unwrap();
    drop(socket);
    program.signal("INT");
    assert!(program.ended().success(), "{:?}", program.log);
    (epoch, newest[0]["number"].as_i64().unwrap())
}

#[tokio::test]
async fn a_house_moves_to_postgresql_and_back() {
    let Some(server) = PostgresServer::of_this_process() else {
        return;
    };
    let folder = tempdir().unwrap();
    let here = folder.path();
    let epoch = a_house(here, 40).await;
    let database = server.database().unwrap();
    let there = done(copy(here, DATABASE, &database.url()));
    assert!(
        there.contains(" now has all of sqlite://data/parlour.db")
            && there.contains(" rows a second; set database.url")
            && there.lines().count() == 1,
        "{there}"
    );
    let (other, messages) = served(here, &database.url()).await;
    assert_eq!(messages, 40);
    assert_ne!(other, epoch);
    done(copy(here, &database.url(), "sqlite://back.db"));
    let (third, messages) = served(here, "sqlite://back.db").await;
    assert_eq!(messages, 40);
    assert!(third != epoch && third != other);
}

#[tokio::test]
async fn a_copy_that_is_killed_is_begun_anew() {
    let Some(server) = PostgresServer::of_this_process() else {
        return;
    };
    let folder = tempdir().unwrap();
    let here = folder.path();
    a_house(here, 40).await;
    let database = server.database().unwrap();
    let is_marked = "SELECT to_regclass('unfinished_copy') IS NOT NULL";
    loop {
        let mut copying = copy(here, DATABASE, &database.url());
        let mut copying = copying.stdout(Stdio::null()).spawn().unwrap();
        let was_marked = loop {
            if copying.try_wait().unwrap().is_some() {
                break false;
            }
            if database.sql(is_marked).unwrap().trim() == "t" {
                break true;
            }
        };
        let _ = copying.kill();
        let status = copying.wait().unwrap();
        if was_marked && !status.success() {
            break;
        }
        // It was done before: once more.
        database
            .sql("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
            .unwrap();
    }
    // As after fifteen seconds.
    database
        .sql("UPDATE lease SET until = clock_timestamp()")
        .unwrap();
    let url = database.url();
    let mut program = Program::start(here, &[("PARLOUR__DATABASE__URL", url.as_str())]);
    assert!(!program.ended().success());
    let said = program.log.join("\n");
    assert!(
        said.contains("not finished") && said.contains("parlour copy"),
        "{said}"
    );
    database
        .sql("UPDATE lease SET until = clock_timestamp()")
        .unwrap();
    done(copy(here, DATABASE, &database.url()));
    assert_eq!(served(here, &database.url()).await.1, 40);
}

#[tokio::test]
async fn what_cannot_be_copied_is_refused_in_a_sentence() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    a_house(here, 1).await;
    let unknown = "mysql://u:secret@localhost/d";
    refused(copy(here, unknown, DATABASE), &["--from must be"]);
    refused(copy(here, DATABASE, unknown), &["--to must be"]);
    refused(copy(here, "sqlite://no.db", "sqlite://b.db"), &["no.db"]);
    refused(copy(here, DATABASE, DATABASE), &["another place"]);
    fs::write(here.join("novel.txt"), "chapter one").unwrap();
    let novel = "sqlite://novel.txt";
    refused(copy(here, novel, "sqlite://b.db"), &["not a database"]);
    refused(copy(here, DATABASE, novel), &["novel.txt", "not empty"]);
    let away = "postgres:///d?host=/nowhere&user=u&password=secret";
    refused(copy(here, DATABASE, away), &["cannot be used"]);
    let mut program = Program::start(here, &[]);
    program.address();
    let process = format!("process {}", program.id());
    refused(copy(here, DATABASE, "sqlite://b.db"), &[&process]);
    refused(command(here, &["epoch", "new"]), &["stop it", &process]);
    assert!(!here.join("b.db").exists());
}

#[tokio::test]
async fn a_new_epoch_is_drawn_by_hand() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    let epoch = a_house(here, 1).await;
    let sentence = done(command(here, &["epoch", "new"]));
    assert!(
        sentence.contains("data/parlour.db has a new epoch"),
        "{sentence}"
    );
    assert_ne!(served(here, DATABASE).await.0, epoch);
}
