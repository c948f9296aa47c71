//! `parlour user …`: accounts from the command line, while the server runs and while none does.

use crate::harness::{Browser, Program};
use parlour_test_postgres::database_of_this_run;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use tempfile::tempdir;

/// Runs it in this folder with this on its standard input.
fn user(folder: &Path, environment: &[(&str, &str)], words: &[&str], piped: &str) -> Output {
    let mut child = Command::new(env!("CARGO_BIN_EXE_parlour"))
        .arg("user")
        .args(words)
        .current_dir(folder)
        .env_clear()
        .envs(environment.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    // One that reads nothing may have ended before.
    let _ = child.stdin.take().unwrap().write_all(piped.as_bytes());
    child.wait_with_output().unwrap()
}

#[track_caller]
fn said(output: &Output) -> String {
    let error = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{error}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn refused(output: &Output, words: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{error}");
    assert!(
        error.starts_with("parlour: ") && error.contains(words),
        "{error}"
    );
}

#[tokio::test]
async fn accounts_are_made_and_changed_by_the_server_that_runs_and_without_one() {
    let folder = tempdir().unwrap();
    let postgres = database_of_this_run();
    let url = postgres.as_ref().map(|database| database.url());
    let url = url
        .as_ref()
        .map(|url| ("PARLOUR__DATABASE__URL", url.as_ref()));
    let environment: Vec<(&str, &str)> = url.into_iter().collect();
    let user = |words: &[&str], piped: &str| user(folder.path(), &environment, words, piped);
    if postgres.is_none() {
        refused(&user(&["list"], ""), "There is no database");
    }
    let mut program = Program::start(folder.path(), &environment);
    let address = program.address();
    assert_eq!(said(&user(&["list"], "")), "");
    let made = said(&user(
        &["create", "Ada", "owner"],
        "correct horse battery\n",
    ));
    assert!(made.ends_with("\towner\tactive\tAda\n"), "{made}");
    refused(
        &user(&["create", "ada", "member"], "another one entirely\n"),
        "has this name",
    );
    refused(&user(&["create", "Bob", "member"], "short\n"), "");
    said(&user(
        &["create", "Bob", "member"],
        "staple battery correct\n",
    ));
    refused(&user(&["role", "Ada", "admin"], ""), "owner");
    refused(
        &user(&["disable", "Nobody"], ""),
        "There is no account of this name",
    );
    said(&user(&["role", "BOB", "moderator"], ""));
    let signs_in = async |name: &str, password: &str| {
        let fields = serde_json::json!({"username": name, "password": password});
        let browser = Browser::of(address);
        let request = browser.own_request("/api/chat/sessions").json(&fields);
        request.send().await.unwrap().status().as_u16()
    };
    assert_eq!(signs_in("Ada", "correct horse battery").await, 201);
    said(&user(&["password", "Ada"], "quite another password\n"));
    assert_eq!(signs_in("Ada", "correct horse battery").await, 401);
    assert_eq!(signs_in("Ada", "quite another password").await, 201);
    let link = said(&user(&["link", "Bob"], ""));
    assert!(link.contains("/reset/"), "{link}");
    refused(
        &user(&["link", "Nobody"], ""),
        "There is no account of this name",
    );
    said(&user(&["disable", "Bob"], ""));
    refused(
        &user(&["link", "Bob"], ""),
        "Only an account that is active",
    );
    assert_eq!(signs_in("Bob", "staple battery correct").await, 401);
    let log = program.log.join("\n");
    assert!(!log.contains("battery"), "{log}");
    program.signal("TERM");
    assert!(program.ended().success());
    if postgres.is_none() {
        let left = fs::read_dir(folder.path().join("data")).unwrap();
        let left = left.map(|file| file.unwrap().file_name().into_string().unwrap());
        assert!(!left.into_iter().any(|name| name.contains("commands")));
    }
    let listed = said(&user(&["list"], ""));
    let lines: Vec<_> = listed
        .lines()
        .map(|line| line.split_once('\t').unwrap().1)
        .collect();
    assert_eq!(lines, ["moderator\tdisabled\tBob", "owner\tactive\tAda"]);
    let enabled = said(&user(&["enable", "Bob"], ""));
    assert!(enabled.contains("active"), "{enabled}");
}

#[tokio::test]
async fn nothing_is_written_beside_a_server_that_does_not_answer() {
    let folder = tempdir().unwrap();
    let user = |words: &[&str], piped: &str| user(folder.path(), &[], words, piped);
    let mut program = Program::start(folder.path(), &[]);
    program.address();
    said(&user(
        &["create", "Ada", "owner"],
        "correct horse battery\n",
    ));
    // As where it serves another folder by that name, or somebody has tidied up: the lock alone says that it runs.
    let socket = fs::read_dir(folder.path().join("data")).unwrap();
    let mut socket = socket
        .map(|file| file.unwrap().path())
        .filter(|file| file.to_string_lossy().contains("commands"));
    fs::remove_file(socket.next().unwrap()).unwrap();
    for (words, piped) in [
        (&["create", "Eve", "owner"][..], "staple battery correct\n"),
        (&["role", "Ada", "member"], ""),
        (&["password", "Ada"], "quite another password\n"),
        (&["disable", "Ada"], ""),
        (&["list"], ""),
    ] {
        refused(&user(words, piped), "in use");
    }
    program.signal("TERM");
    assert!(program.ended().success());
    let listed = said(&user(&["list"], ""));
    assert!(listed.ends_with("\towner\tactive\tAda\n"), "{listed}");
    assert_eq!(listed.lines().count(), 1);
}
