//! The executable: starting, refusing to start, stopping, and its log.

use crate::harness::{Browser, LOBBY, Page, Program, Socket, create_room, lay_out};
use serde_json::{Value, json};
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use tempfile::tempdir;

/// Asserts that it does not start, and says why in one sentence that has all of `words` in it.
#[track_caller]
fn does_not_start(folder: &Path, environment: &[(&str, &str)], words: &[&str]) {
    refuses(Program::start(folder, environment), words);
}

#[track_caller]
fn refuses(mut program: Program, words: &[&str]) {
    let status = program.ended();
    assert_eq!(status.code(), Some(1), "{:?}", program.log);
    let [line] = program.log.as_slice() else {
        panic!("one sentence, not {:#?}", program.log);
    };
    assert!(
        line.starts_with("parlour: ") && line.ends_with('.'),
        "{line}"
    );
    for word in words {
        assert!(line.contains(word), "{word} is not said: {line}");
    }
    assert!(!line.contains("panicked"), "{line}");
}

#[tokio::test]
async fn it_starts_in_an_empty_folder_and_serves() {
    let folder = tempdir().unwrap();
    let mut program = Program::start(folder.path(), &[]);
    let browser = Browser::of(program.address());
    let page = browser.get("/").await;
    assert_eq!(page.texts(".room-list bdi"), ["Lobby"]);
    assert!(folder.path().join("data/parlour.db").is_file());
    for path in ["/healthz", "/readyz"] {
        assert_eq!(browser.get(path).await.body, "ok", "{path}");
    }
}

#[tokio::test]
async fn the_servers_files_are_private_to_their_owner() {
    let folder = tempdir().unwrap();
    let mut program = Program::start_carelessly(folder.path(), &[]);
    let address = program.address();
    let _alice = Socket::guest(address, 1, "Alice").await;
    let mut names = Vec::new();
    for entry in fs::read_dir(folder.path().join("data")).unwrap() {
        let entry = entry.unwrap();
        let mode = entry.metadata().unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{:?}", entry.file_name());
        names.push(entry.file_name().into_string().unwrap());
    }
    for name in [
        "parlour.db",
        "parlour.db-wal",
        "parlour.db-shm",
        "parlour.db.lock",
    ] {
        assert!(names.iter().any(|kept| kept == name), "{names:?}");
    }
}

#[test]
fn a_port_that_is_taken_is_said_and_the_database_left_alone() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let folder = tempdir().unwrap();
    let environment = [("PARLOUR__SITE_ADDR", address.as_str())];
    does_not_start(folder.path(), &environment, &[&address, "site-addr"]);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}

#[test]
fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempdir().unwrap();
    fs::write(folder.path().join("file"), "not a folder").unwrap();
    for url in [
        "sqlite://file/parlour.db",
        "sqlite://file/deeper/parlour.db",
    ] {
        let environment = [("PARLOUR__DATABASE__URL", url)];
        does_not_start(
            folder.path(),
            &environment,
            &["file", "database.url", "writable"],
        );
    }
}

#[test]
fn a_file_that_is_no_database_is_named_and_kept() {
    let folder = tempdir().unwrap();
    let text = "my novel, chapter one. ".repeat(200);
    fs::write(folder.path().join("novel.txt"), &text).unwrap();
    let environment = [("PARLOUR__DATABASE__URL", "sqlite://novel.txt")];
    does_not_start(folder.path(), &environment, &["novel.txt", "database.url"]);
    assert_eq!(
        fs::read_to_string(folder.path().join("novel.txt")).unwrap(),
        text
    );
}

#[test]
fn a_setting_that_is_none_is_said_by_its_name() {
    let folder = tempdir().unwrap();
    for (file, name) in [
        (
            "[limits]\nmesages-per-second = 1\n",
            "limits.mesages-per-second",
        ),
        ("[servers]\n", "servers"),
        ("[package.metadata.leptos]\nsite-adr = \"x\"\n", "site-adr"),
    ] {
        fs::write(folder.path().join("Leptos.toml"), file).unwrap();
        does_not_start(folder.path(), &[], &[name, "Leptos.toml"]);
    }
    fs::remove_file(folder.path().join("Leptos.toml")).unwrap();
    let environment = [("PARLOUR__LIMITS__ROOMS_PER_HUOR", "1")];
    does_not_start(folder.path(), &environment, &["limits.rooms-per-huor"]);
}

#[test]
fn a_value_that_cannot_be_is_said_by_its_name() {
    let folder = tempdir().unwrap();
    for (file, name) in [
        (
            "[limits]\nrooms-per-hour = \"many\"\n",
            "limits.rooms-per-hour",
        ),
        ("[limits]\nrooms-per-hour = -1\n", "limits.rooms-per-hour"),
        ("[server]\nlog-format = \"xml\"\n", "server.log-format"),
        (
            "[server]\npublic-url = \"chat.example.org\"\n",
            "server.public-url",
        ),
        ("[database]\nurl = \"postgres://x\"\n", "database.url"),
        ("[server\n", "Leptos.toml"),
    ] {
        fs::write(folder.path().join("Leptos.toml"), file).unwrap();
        does_not_start(folder.path(), &[], &[name]);
    }
    fs::remove_file(folder.path().join("Leptos.toml")).unwrap();
    for (variable, value, name) in [
        (
            "PARLOUR__LIMITS__ROOMS_PER_HOUR",
            "many",
            "limits.rooms-per-hour",
        ),
        ("PARLOUR__SITE_ADDR", "3000", "site-addr"),
        ("PARLOUR__SITE_ROOT", ".", "site-root"),
        (
            "PARLOUR__SERVER__TRUSTED_PROXIES",
            "me",
            "server.trusted-proxies",
        ),
        ("PARLOUR_CONFIG", "nowhere.toml", "nowhere.toml"),
    ] {
        does_not_start(folder.path(), &[(variable, value)], &[name]);
    }
}

#[test]
fn a_program_without_its_files_does_not_serve_pages_without_them() {
    let folder = tempdir().unwrap();
    let nothing_inside = [("PARLOUR__SITE_ROOT", "")];
    does_not_start(
        folder.path(),
        &nothing_inside,
        &["no site inside", "make dev", "make build", "site-root"],
    );
    fs::create_dir_all(folder.path().join("site/pkg")).unwrap();
    for kind in ["css", "wasm"] {
        fs::write(folder.path().join(format!("site/pkg/parlour.{kind}")), "").unwrap();
    }
    let half_a_build = [("PARLOUR__SITE_ROOT", "site")];
    does_not_start(folder.path(), &half_a_build, &["not whole", "site-root"]);
    assert!(!folder.path().join("data").exists());
}

#[tokio::test]
async fn a_program_without_its_files_serves_those_that_were_built_beside_it() {
    let folder = tempdir().unwrap();
    let target = folder.path().join("target");
    fs::create_dir(&target).unwrap();
    lay_out(&target, "");
    let mut program = Program::start(folder.path(), &[("PARLOUR__SITE_ROOT", "")]);
    program.address();
    program.signal("TERM");
    assert!(program.ended().success());
}

#[test]
fn a_setting_of_the_version_before_is_logged_as_without_effect() {
    let folder = tempdir().unwrap();
    let mut program = Program::start(folder.path(), &[("PARLOUR__HASH_FILES", "true")]);
    program.address();
    program.signal("TERM");
    assert!(program.ended().success());
    let log = program.log.join("\n");
    assert!(
        log.contains("PARLOUR__HASH_FILES") && log.contains("without effect"),
        "{log}"
    );
}

#[tokio::test]
async fn a_database_of_a_newer_version_is_left_alone() {
    let folder = tempdir().unwrap();
    let mut program = Program::start(folder.path(), &[]);
    program.address();
    program.signal("TERM");
    assert!(program.ended().success());
    // The step it knows becomes one that it does not.
    let file = folder.path().join("data/parlour.db");
    let mut bytes = fs::read(&file).unwrap();
    let mut changed = 0;
    for at in 0..bytes.len() - 6 {
        if bytes[at..].starts_with(b"m0001_") {
            bytes[at + 1] = b'9';
            changed += 1;
        }
    }
    assert!(changed > 0, "the database names its steps");
    fs::write(&file, &bytes).unwrap();
    does_not_start(
        folder.path(),
        &[],
        &["parlour.db", "newer version", "m9001_"],
    );
    assert_eq!(fs::read(&file).unwrap(), bytes);
}

#[tokio::test]
async fn on_sigterm_it_closes_sockets_and_keeps_messages() {
    let folder = tempdir().unwrap();
    for (round, signal) in ["TERM", "INT"].into_iter().enumerate() {
        let mut program = Program::start(folder.path(), &[]);
        let address = program.address();
        let mut socket = Socket::guest(address, 1, "Alice").await;
        let content = format!("said before {signal}");
        socket
            .send(json!({"type": "message", "content": content}))
            .await;
        socket.next_of_type("message").await;
        program.signal(signal);
        let (code, reason) = socket.closed().await;
        assert_eq!(code, 4000);
        assert!(reason.starts_with("retry_after_ms="), "{reason}");
        drop(socket);
        let status = program.ended();
        assert_eq!(status.code(), Some(0), "{:?}", program.log);

        let mut program = Program::start(folder.path(), &[]);
        let page = Browser::of(program.address()).get(LOBBY).await;
        assert_eq!(page.all(".message").len(), round + 1);
        assert_eq!(page.texts(".message .text").last(), Some(&content));
    }
}

#[tokio::test]
async fn a_name_a_room_and_a_message_outlive_a_kill() {
    let folder = tempdir().unwrap();
    let mut program = Program::start(folder.path(), &[]);
    let browser = Browser::of(program.address());
    let form = browser.get("/join").await.form("form.form");
    let answer = browser.submit(form.with("username", "Alice")).await;
    let cookie = answer.header("set-cookie").split(';').next().unwrap();
    let cookie = cookie.to_owned();
    let room = browser.room("Tea").await;
    browser.say(&room, "still here").await;
    program.signal("KILL");
    program.ended();

    let mut program = Program::start(folder.path(), &[]);
    let browser = Browser::of(program.address());
    let request = browser.request(reqwest::Method::GET, &room);
    let answer = request.header("cookie", cookie).send().await.unwrap();
    let page = Page::of(&room, answer).await;
    assert_eq!(page.text("a.me"), "Alice");
    assert_eq!(page.texts(".room-list bdi"), ["Tea", "Lobby"]);
    assert_eq!(page.texts(".message .text"), ["still here"]);
    assert_eq!(page.all(".message[data-own]").len(), 1);
}

/// Somebody reads, joins, writes, edits, and is refused.
async fn a_lively_hour(browser: &Browser, secret: &str) {
    let form = browser.get("/join").await.form("form.form");
    browser.done(form.with("username", "Alice")).await;
    let page = browser.say(LOBBY, secret).await;
    let edit = browser
        .follow(&page, "a.edit")
        .await
        .form("form[action$=edit]");
    browser
        .done(edit.with("content", &format!("{secret} edited")))
        .await;
    browser
        .post(
            "/rooms/1-lobby/messages",
            &[("content", &secret.repeat(1_000))],
        )
        .await;
    browser.call(&create_room("", secret)).await;
    browser.get(&format!("/nothing?{secret}")).await;
}

#[tokio::test]
async fn the_log_is_json_line_by_line_and_holds_nothing_that_was_said() {
    for level in ["info", "trace"] {
        let folder = tempdir().unwrap();
        let environment = [
            ("PARLOUR__SERVER__LOG_FORMAT", "json"),
            ("PARLOUR__SERVER__LOG_LEVEL", level),
        ];
        let mut program = Program::start(folder.path(), &environment);
        let address = program.address();
        let secret = "a-secret-between-us";
        a_lively_hour(&Browser::of(address), secret).await;
        let mut socket = Socket::guest(address, 1, "Bob").await;
        socket
            .send(json!({"type": "message", "content": secret}))
            .await;
        socket.next_of_type("message").await;
        socket.send(json!({"type": secret})).await;
        socket.next_of_type("error").await;
        let token = socket.token().to_owned();
        program.signal("TERM");
        socket.closed().await;
        assert!(program.ended().success());

        assert!(program.log.len() > 1, "{:?}", program.log);
        for line in &program.log {
            let entry: Value = serde_json::from_str(line).unwrap_or_else(|_| panic!("{line}"));
            for key in ["timestamp", "level", "target"] {
                assert!(entry[key].is_string(), "{line}");
            }
            assert!(!line.contains(secret), "{line}");
            assert!(!line.contains(&token), "{line}");
        }
    }
}

#[tokio::test]
async fn a_log_line_of_a_request_carries_the_id_that_its_answer_carries() {
    let folder = tempdir().unwrap();
    let environment = [
        ("PARLOUR__SERVER__LOG_FORMAT", "json"),
        ("PARLOUR__SERVER__LOG_LEVEL", "info,parlour_server=debug"),
    ];
    let mut program = Program::start(folder.path(), &environment);
    let browser = Browser::of(program.address());
    let request = browser
        .request(reqwest::Method::GET, LOBBY)
        .header("x-request-id", "my-own.id");
    let answer = request.send().await.unwrap();
    assert_eq!(answer.headers()["x-request-id"], "my-own.id");
    let id = browser.get("/").await.header("x-request-id").to_owned();
    program.signal("TERM");
    program.ended();
    for id in ["my-own.id", &id] {
        assert!(
            program.log.iter().any(|line| line.contains(id)),
            "{id}: {:?}",
            program.log
        );
    }
}

#[tokio::test]
async fn every_request_is_one_line_unless_told_otherwise() {
    let folder = tempdir().unwrap();
    let environment = [("PARLOUR__SERVER__LOG_FORMAT", "json")];
    let mut program = Program::start(folder.path(), &environment);
    let browser = Browser::of(program.address());
    let ask = async |id: &str, path: &str| {
        let request = browser.request(reqwest::Method::GET, path);
        request.header("x-request-id", id).send().await.unwrap();
    };
    ask("first", "/nothing?a-secret=between-us").await;
    ask("second", LOBBY).await;
    program.signal("TERM");
    program.ended();
    for (id, path, status) in [("first", "/nothing", 404), ("second", LOBBY, 200)] {
        let lines: Vec<Value> = program
            .log
            .iter()
            .map(|line| serde_json::from_str(line).unwrap())
            .filter(|entry: &Value| entry["span"]["id"] == id)
            .collect();
        let [line] = &lines[..] else {
            panic!("one line for {id}, not {lines:#?}");
        };
        assert_eq!(line["level"], "INFO");
        assert_eq!(line["span"]["method"], "GET");
        assert_eq!(line["span"]["path"], format!("{path:?}"));
        assert_eq!(line["fields"]["status"], status);
        assert!(line["fields"]["elapsed"].is_string(), "{line}");
        assert!(!line.to_string().contains("between-us"), "{line}");
    }
}

#[test]
fn other_words_than_config_are_answered_with_how_to_use_it() {
    let folder = tempdir().unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_parlour"))
        .current_dir(folder.path())
        .env_clear()
        .args(["--port", "80"])
        .output()
        .unwrap();
    assert_eq!(output.status.code(), Some(1));
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert!(
        stderr.contains("usage: parlour [--config FILE]"),
        "{stderr}"
    );
}

#[test]
fn what_it_can_do_is_printed() {
    let folder = tempdir().unwrap();
    for (flag, words) in [
        ("--help", "parlour backup FILE"),
        ("--version", env!("CARGO_PKG_VERSION")),
    ] {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_parlour"));
        command.current_dir(folder.path()).env_clear().arg(flag);
        let output = command.output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty());
        let stdout = String::from_utf8(output.stdout).unwrap();
        assert!(stdout.contains(words), "{stdout}");
    }
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
}
