//! The server that tests get: whose it is, what it is like, how it ends.

#![allow(
    clippy::unwrap_used,
    reason = "a test that fails is a panic that says where"
)]

use parlour_test_postgres::{PostgresServer, Stop};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

/// The shared one; `None` where PARLOUR_WITHOUT names `postgres`.
fn shared() -> Option<&'static PostgresServer> {
    PostgresServer::of_this_process()
}

#[expect(
    clippy::disallowed_methods,
    reason = "processes of the system are given time to end"
)]
fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..2_000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("not within 20 s: {what}");
}

#[test]
fn a_database_is_utf8_ordered_by_bytes_and_empty() {
    let Some(server) = shared() else { return };
    let database = server.database().unwrap();
    let is = database.sql(
        "SELECT current_setting('server_encoding'), datcollate, current_user, current_setting('fsync'), \
         current_setting('synchronous_commit'), current_setting('server_version_num')::int >= 150000, \
         (SELECT count(*) FROM pg_tables WHERE schemaname = 'public') \
         FROM pg_database WHERE datname = current_database();",
    );
    assert_eq!(is.unwrap(), "UTF8\tC\tparlour\ton\ton\tt\t0\n");
}

#[test]
fn nobody_reaches_it_over_the_network_or_from_another_user() {
    let Some(server) = shared() else { return };
    let listens = server.sql("postgres", "SHOW listen_addresses;").unwrap();
    assert_eq!(listens.trim(), "");
    let folder = fs::metadata(server.folder()).unwrap();
    assert_eq!(folder.mode() & 0o777, 0o700);
    assert_ne!(folder.uid(), 0);
}

#[test]
fn every_test_has_a_database_of_its_own_that_goes_with_it() {
    let Some(server) = shared() else { return };
    let (one, other) = (server.database().unwrap(), server.database().unwrap());
    assert_ne!(one.url(), other.url());
    one.sql("CREATE TABLE t (a int);").unwrap();
    assert!(other.sql("SELECT a FROM t;").is_err());
    let named = format!(
        "SELECT count(*) FROM pg_database WHERE datname = '{}';",
        one.name()
    );
    assert_eq!(server.sql("postgres", &named).unwrap(), "1\n");
    drop(one);
    assert_eq!(server.sql("postgres", &named).unwrap(), "0\n");
}

#[test]
fn a_copy_has_what_the_original_has() {
    let Some(server) = shared() else { return };
    let original = server.database().unwrap();
    original
        .sql("CREATE TABLE t (a int); INSERT INTO t VALUES (7);")
        .unwrap();
    let copy = server.copy_of(&original).unwrap();
    copy.sql("INSERT INTO t VALUES (8);").unwrap();
    assert_eq!(copy.sql("SELECT a FROM t ORDER BY a;").unwrap(), "7\n8\n");
    assert_eq!(original.sql("SELECT a FROM t;").unwrap(), "7\n");
}

#[test]
fn a_refusal_has_the_words_of_the_server() {
    let Some(server) = shared() else { return };
    let refused = server.sql("postgres", "SELECT 1; SELECT nothing;");
    let sentence = refused.unwrap_err().to_string();
    assert!(
        sentence.contains("column \"nothing\" does not exist"),
        "{sentence}"
    );
}

#[test]
fn what_was_committed_is_there_after_every_end_and_start() {
    if shared().is_none() {
        return;
    }
    let server = PostgresServer::launch(&[("max_connections", "11")]).unwrap();
    let database = server.database().unwrap();
    database.sql("CREATE TABLE t (a int);").unwrap();
    let ends = [
        Some(Stop::Smart),
        Some(Stop::Fast),
        Some(Stop::Immediate),
        None,
    ];
    for (number, end) in (1..).zip(ends) {
        let insert = format!("INSERT INTO t VALUES ({number});");
        database.sql(&insert).unwrap();
        match end {
            Some(how) => server.stop(how).unwrap(),
            None => server.kill().unwrap(),
        }
        server.start().unwrap();
        let rows = database.sql("SELECT count(*) FROM t;").unwrap();
        assert_eq!(rows.trim(), number.to_string());
    }
    server.stop(Stop::Fast).unwrap();
    assert!(database.sql("SELECT 1;").is_err());
    assert_eq!(server.pid(), None);
    server.start().unwrap();
    assert_eq!(database.sql("SHOW max_connections;").unwrap(), "11\n");
}

#[test]
fn a_setting_it_does_not_know_fails_with_its_log() {
    if shared().is_none() {
        return;
    }
    let failure = PostgresServer::launch(&[("no_such_thing", "1")]).unwrap_err();
    let sentence = failure.to_string();
    assert!(sentence.contains("no_such_thing"), "{sentence}");
}

#[test]
fn it_is_gone_when_it_is_dropped_also_while_it_is_stopped_by_a_signal() {
    if shared().is_none() {
        return;
    }
    let server = PostgresServer::launch(&[]).unwrap();
    let (folder, pid) = (server.folder().to_owned(), server.pid().unwrap());
    server.signal("STOP").unwrap();
    drop(server);
    assert!(!folder.exists());
    eventually("its process has ended", || !is_running(pid));
}

#[test]
fn it_is_gone_when_who_started_it_is_killed() {
    if shared().is_none() {
        return;
    }
    let mut program = test_postgres();
    program.child.kill().unwrap();
    program.child.wait().unwrap();
    eventually("the folder is removed", || !program.folder.exists());
    eventually("its process has ended", || !is_running(program.pid));
}

#[test]
fn the_program_gives_a_database_for_each_line_until_its_input_ends() {
    if shared().is_none() {
        return;
    }
    let mut program = test_postgres();
    writeln!(program.child.stdin.as_mut().unwrap(), "another").unwrap();
    let mut another = String::new();
    program.said.read_line(&mut another).unwrap();
    assert!(another.starts_with("postgres:///p_2?host=/"), "{another}");
    drop(program.child.stdin.take());
    assert!(program.child.wait().unwrap().success());
    assert!(!program.folder.exists());
}

#[test]
fn a_command_is_run_with_the_address_of_a_database() {
    if shared().is_none() {
        return;
    }
    let shell = |script| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_test-postgres"));
        program.args(["sh", "-c", script]).output().unwrap()
    };
    let said = shell("echo $PARLOUR__DATABASE__URL");
    let said = String::from_utf8(said.stdout).unwrap();
    assert!(said.starts_with("postgres:///p_1?host=/"), "{said}");
    assert_eq!(shell("exit 7").status.code(), Some(7));
}

/// The program with a server, until its input ends.
struct Program {
    child: Child,
    said: BufReader<ChildStdout>,
    folder: PathBuf,
    pid: u32,
}

fn test_postgres() -> Program {
    let mut child = Command::new(env!("CARGO_BIN_EXE_test-postgres"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut url = String::new();
    let mut said = BufReader::new(child.stdout.take().unwrap());
    said.read_line(&mut url).unwrap();
    let (_, rest) = url.split_once("host=").unwrap();
    let (folder, _) = rest.split_once('&').unwrap();
    let file = Path::new(folder).join("data/postmaster.pid");
    let pid = fs::read_to_string(file).unwrap();
    Program {
        child,
        said,
        folder: folder.into(),
        pid: pid.lines().next().unwrap().parse().unwrap(),
    }
}

/// Whether there is such a process, other than one that has ended and waits to be noticed.
fn is_running(pid: u32) -> bool {
    let ps = Command::new("ps")
        .args(["-o", "stat=", "-p", &pid.to_string()])
        .output();
    let state = String::from_utf8(ps.unwrap().stdout).unwrap();
    !state.trim().is_empty() && !state.trim().starts_with('Z')
}
