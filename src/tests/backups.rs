//! `parlour backup` and `parlour restore` by the executable: while it serves, while it does not, interrupted, and what
//! clients see afterwards.

use crate::harness::{Browser, Program, Socket};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::HashSet;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use tempfile::tempdir;

const NO_LIMITS: [(&str, &str); 2] = [
    ("PARLOUR__LIMITS__MESSAGES_PER_SECOND", "0"),
    ("PARLOUR__LIMITS__ADDRESS_MESSAGES_PER_SECOND", "0"),
];

/// Where the server keeps it when nothing is set.
const DATABASE: &str = "data/parlour.db";

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlour"));
    command.current_dir(folder).env_clear().args(arguments);
    command
}

fn output(mut command: Command) -> Output {
    command.stdin(Stdio::null()).output().unwrap()
}

/// What it printed, when it did what it was asked.
#[track_caller]
fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = output(command(folder, arguments));
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
}

/// At once: after SIGTERM it would wait for a successor.
fn stop(mut program: Program) {
    program.signal("INT");
    assert!(program.ended().success(), "{:?}", program.log);
}

/// Posts with this key, which is the text too; answers the status and the message.
async fn post(address: SocketAddr, token: &str, key: &str) -> (StatusCode, Value) {
    let request = Browser::of(address)
        .own_request("/api/chat/rooms/1/messages")
        .bearer_auth(token)
        .json(&json!({"content": key, "client_id": key}));
    let answer = request.send().await.unwrap();
    (answer.status(), answer.json().await.unwrap())
}

/// Every text of the first room, oldest first.
async fn texts_of(address: SocketAddr) -> Vec<String> {
    let mut texts = Vec::new();
    let mut after = 0;
    loop {
        let path = format!("/api/chat/rooms/1/messages?limit=100&after={after}");
        let page: Value =
            serde_json::from_str(&Browser::of(address).get(&path).await.body).unwrap();
        let messages = page.as_array().unwrap();
        let Some(last) = messages.last() else {
            return texts;
        };
        after = last["number"].as_i64().unwrap();
        let text = |message: &Value| message["content"].as_str().unwrap().to_owned();
        texts.extend(messages.iter().map(text));
    }
}

async fn epoch(address: SocketAddr, name: &str) -> String {
    let socket = Socket::guest(address, 1, name).await;
    socket.welcome["epoch"].as_str().unwrap().to_owned()
}

fn names(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> = files
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_under_load_is_a_prefix_of_the_history_and_can_be_served() {
    let folder = tempdir().unwrap();
    let mut program = Program::start(folder.path(), &NO_LIMITS);
    let address = program.address();
    let alice = Socket::guest(address, 1, "Alice").await;
    let token = alice.token().to_owned();
    let (acknowledged, is_over) = (
        Arc::new(AtomicUsize::new(0)),
        Arc::new(AtomicBool::new(false)),
    );
    let writer = tokio::spawn({
        let (token, acknowledged, is_over) = (token.clone(), acknowledged.clone(), is_over.clone());
        async move {
            while !is_over.load(Ordering::SeqCst) {
                let next = acknowledged.load(Ordering::SeqCst);
                let (status, _) = post(address, &token, &format!("key-{next}")).await;
                assert_eq!(status, 201);
                acknowledged.store(next + 1, Ordering::SeqCst);
            }
        }
    });
    let at_least = async |count: usize| {
        while acknowledged.load(Ordering::SeqCst) < count {
            tokio::task::yield_now().await;
        }
    };
    let mut before = 200;
    for name in ["first.db", "second.db"] {
        at_least(before).await;
        before = acknowledged.load(Ordering::SeqCst);
        let here = folder.path().to_owned();
        let sentence = tokio::task::spawn_blocking(move || done(&here, &["backup", name]));
        let sentence = sentence.await.unwrap();
        assert!(
            sentence.starts_with(name) && sentence.contains("1 room, "),
            "{sentence}"
        );
    }
    at_least(before + 50).await;
    is_over.store(true, Ordering::SeqCst);
    writer.await.unwrap();
    let truth = texts_of(address).await;
    let original = alice.welcome["epoch"].as_str().unwrap();

    // The copy is a database like any other, and the server still runs.
    let copy = [("PARLOUR__DATABASE__URL", "sqlite://second.db")];
    let mut other = Program::start(folder.path(), &copy);
    let address = other.address();
    let copied = texts_of(address).await;
    assert!(copied.len() >= before, "{} of {before}", copied.len());
    assert!(
        truth.starts_with(&copied),
        "a copy is the truth of one moment"
    );
    assert_ne!(epoch(address, "Bob").await, original);
    // A key that was sent before it was made is still sent.
    let (status, message) = post(address, &token, "key-7").await;
    assert_eq!(status, 200);
    assert_eq!(message["content"], "key-7");
    assert_eq!(texts_of(address).await.len(), copied.len());
}

#[tokio::test]
async fn a_restored_database_has_another_epoch() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    let mut program = Program::start(here, &NO_LIMITS);
    let address = program.address();
    let alice = Socket::guest(address, 1, "Alice").await;
    let token = alice.token().to_owned();
    let first = alice.welcome["epoch"].clone();
    post(address, &token, "before the backup").await;
    done(here, &["backup", "kept.db"]);
    for number in 0..3 {
        post(address, &token, &format!("after it {number}")).await;
    }
    let restore = || command(here, &["restore", "kept.db"]);
    let process = format!("process {}", program.id());
    refused(restore(), &[DATABASE, "in use", "stop it", &process]);
    assert_eq!(texts_of(address).await.len(), 4);
    drop(alice);
    stop(program);

    let sentence = done(here, &["restore", "kept.db"]);
    assert!(sentence.contains("1 room, 1 message;"), "{sentence}");
    let aside = sentence.split("before is ").nth(1).unwrap().trim_end();
    let aside = aside.strip_suffix('.').unwrap().to_owned();
    let mut program = Program::start(here, &NO_LIMITS);
    let address = program.address();
    assert_eq!(texts_of(address).await, ["before the backup"]);
    // Somebody who knows more than there is: their numbers are void.
    let mut back = Socket::back(address, 1, &token, 4).await;
    assert_ne!(back.welcome["epoch"], first);
    assert_eq!(back.next_of_type("sync").await["reset"], true);
    // A message that was lost with the old life may be sent again, one that was kept may not.
    assert_eq!(post(address, &token, "before the backup").await.0, 200);
    assert_eq!(post(address, &token, "after it 1").await.0, 201);
    drop(back);
    stop(program);

    let url = format!("sqlite://{aside}");
    let mut old = Program::start(here, &[("PARLOUR__DATABASE__URL", url.as_str())]);
    assert_eq!(texts_of(old.address()).await.len(), 4);
}

#[test]
fn a_backup_that_does_not_fit_says_so_and_leaves_nothing() {
    let folder = tempdir().unwrap();
    let mut program = Program::start(folder.path(), &[]);
    program.address();
    let before = names(folder.path());
    // Ten kilobytes at most in one file.
    let script = "trap '' XFSZ; ulimit -f 20; exec \"$0\" backup kept.db";
    let mut small = Command::new("sh");
    small.current_dir(folder.path()).env_clear();
    small.args(["-c", script, env!("CARGO_BIN_EXE_parlour")]);
    refused(small, &["kept.db", "cannot be copied", "room"]);
    assert_eq!(names(folder.path()), before);
    done(folder.path(), &["backup", "kept.db"]);
}

#[test]
fn backups_of_a_postgresql_are_its_own() {
    let folder = tempdir().unwrap();
    for what in ["backup", "restore"] {
        let mut asked = command(folder.path(), &[what, "kept.db"]);
        asked.env("PARLOUR__DATABASE__URL", "postgres://u:secret@localhost/d");
        refused(asked, &["PostgreSQL", "pg_dump", "pg_basebackup"]);
    }
    assert!(names(folder.path()).is_empty());
}

#[tokio::test]
async fn what_is_not_a_backup_changes_nothing() {
    let folder = tempdir().unwrap();
    let mut program = Program::start(folder.path(), &[]);
    assert_eq!(texts_of(program.address()).await.len(), 0);
    stop(program);
    fs::write(folder.path().join("novel.txt"), "chapter one").unwrap();
    let before = fs::read(folder.path().join(DATABASE)).unwrap();
    for (file, word) in [
        ("novel.txt", "not a database of Parlour"),
        ("nothing", "There is no file"),
        (DATABASE, "the database itself"),
    ] {
        refused(command(folder.path(), &["restore", file]), &[file, word]);
    }
    refused(
        command(folder.path(), &["backup", "novel.txt"]),
        &["already"],
    );
    assert_eq!(fs::read(folder.path().join(DATABASE)).unwrap(), before);
    assert_eq!(names(folder.path()), ["data", "novel.txt"]);
}

/// Starts the command and kills it as soon as `is_time`. False: it was done before.
fn killed_when(mut command: Command, is_time: impl Fn() -> bool) -> bool {
    let mut child: Child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .spawn()
        .unwrap();
    let has_ended = loop {
        if child.try_wait().unwrap().is_some() {
            break true;
        }
        if is_time() {
            break false;
        }
    };
    let _ = child.kill();
    let status = child.wait().unwrap();
    !has_ended && !status.success()
}

/// A database that takes a moment to copy: half a megabyte.
async fn a_long_conversation(folder: &Path) -> String {
    let mut program = Program::start(folder, &NO_LIMITS);
    let address = program.address();
    let alice = Socket::guest(address, 1, "Alice").await;
    let token = alice.token().to_owned();
    let browser = Browser::of(address);
    for _ in 0..60 {
        let request = browser
            .own_request("/api/chat/rooms/1/messages")
            .bearer_auth(&token)
            .json(&json!({"content": "a long story ".repeat(700)}));
        assert_eq!(request.send().await.unwrap().status(), 201);
    }
    drop(alice);
    stop(program);
    token
}

#[tokio::test]
async fn a_backup_that_is_killed_leaves_nothing_that_looks_like_one() {
    let folder = tempdir().unwrap();
    a_long_conversation(folder.path()).await;
    let (file, partial) = (
        folder.path().join("kept.db"),
        folder.path().join("kept.db.partial"),
    );
    let has_begun = || partial.exists();
    while !killed_when(command(folder.path(), &["backup", "kept.db"]), has_begun) {
        fs::remove_file(&file).unwrap();
    }
    assert!(!file.exists() && partial.exists());
    let sentence = done(folder.path(), &["backup", "kept.db"]);
    assert!(sentence.contains("60 messages"), "{sentence}");
    assert_eq!(names(folder.path()), ["data", "kept.db"]);
}

#[tokio::test]
async fn a_restore_that_is_killed_leaves_one_of_the_two_whole() {
    let folder = tempdir().unwrap();
    let here = folder.path();
    let token = a_long_conversation(here).await;
    done(here, &["backup", "kept.db"]);
    let mut program = Program::start(here, &NO_LIMITS);
    post(program.address(), &token, "since then").await;
    stop(program);

    let data = here.join("data");
    let has_begun = || data.join("parlour.db.restoring").exists();
    let known: HashSet<_> = names(&data).into_iter().collect();
    let is_aside = || {
        let is_new = |name: &String| name.contains("before-restore") && !known.contains(name);
        names(&data).iter().any(is_new)
    };
    let restore = || command(here, &["restore", "kept.db"]);
    killed_when(restore(), has_begun);
    let mut killed = 0;
    for _ in 0..3 {
        killed += usize::from(killed_when(restore(), is_aside));
        let mut program = Program::start(here, &[]);
        let count = texts_of(program.address()).await.len();
        assert!([60, 61].contains(&count), "{count}");
        stop(program);
    }
    eprintln!("killed {killed} times after the old one was put aside");
    done(here, &["restore", "kept.db"]);
    let left = names(&data);
    assert!(
        !left.contains(&"parlour.db.restoring".to_owned()),
        "{left:?}"
    );
    let mut program = Program::start(here, &[]);
    assert_eq!(texts_of(program.address()).await.len(), 60);
}
