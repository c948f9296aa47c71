//! A disk that is full, or fails: reading goes on, writing waits, nothing is lost, and it heals by
//! itself.

use crate::harness::{Browser, LOBBY, Page, Program, Socket, a_disk_in, eventually};
use parlour_chaos::database;
use parlour_chaos::disk::{Disk, DiskFault};
use parlour_protocol::Seq;
use reqwest::Method;
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tempfile::{TempDir, tempdir};

const MESSAGES: &str = "/api/chat/rooms/1/messages";
const SENTENCE: &str = "Nothing can be stored right now. Please try again in a moment.";

/// The executable on a disk of its own.
struct Bench {
    program: Program,
    address: SocketAddr,
    disk: Disk,
    folder: TempDir,
}

impl Bench {
    /// None where no disk can be played.
    fn start() -> Option<Self> {
        let folder = tempdir().unwrap();
        let disk = a_disk_in(folder.path())?;
        let mut program = start(&folder, &disk);
        Some(Self {
            address: program.address(),
            program,
            disk,
            folder,
        })
    }

    fn database(&self) -> PathBuf {
        self.folder.path().join("data/parlour.db")
    }

    async fn person(&self, name: &str) -> Browser {
        let browser = Browser::of(self.address);
        let form = browser.get("/join").await.form("form.form");
        browser.done(form.with("username", name)).await;
        browser
    }

    /// Stops it, and asserts that its database is sound.
    async fn stopped(&mut self) {
        self.program.signal("TERM");
        let status = self.program.ended();
        assert!(status.success(), "{:#?}", self.program.log);
        let damage = database::damage(&self.database()).await;
        assert_eq!(damage, Ok(Vec::new()));
    }

    /// The same disk and database under a new process.
    fn start_again(&mut self) {
        self.program = start(&self.folder, &self.disk);
        self.address = self.program.address();
    }
}

fn start(folder: &TempDir, disk: &Disk) -> Program {
    let disk = disk.environment();
    let mut environment: Vec<(&str, &str)> =
        disk.iter().map(|(name, value)| (*name, &**value)).collect();
    environment.extend([
        ("PARLOUR__LIMITS__MESSAGES_PER_SECOND", "0"),
        ("PARLOUR__LIMITS__ADDRESS_MESSAGES_PER_SECOND", "0"),
        ("PARLOUR__LIMITS__GUESTS_PER_MINUTE", "0"),
    ]);
    Program::start(folder.path(), &environment)
}

/// Sends a message over REST: status and body.
async fn post(browser: &Browser, content: &str, key: &str) -> (u16, Value) {
    let body = json!({"content": content, "client_id": key});
    let request = browser.own_request(MESSAGES).json(&body);
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.json().await.unwrap())
}

#[track_caller]
fn is_to_be_tried_again(refusal: &Value) {
    assert_eq!(refusal["code"], "overloaded", "{refusal}");
    let wait = refusal["retry_after_ms"].as_u64().unwrap();
    assert!((1_000..=2_000).contains(&wait), "{refusal}");
}

async fn lives_through(fault: DiskFault) {
    let Some(mut bench) = Bench::start() else {
        return;
    };
    let alice = bench.person("Alice").await;
    let dave = bench.person("Dave").await;
    alice.say(LOBBY, "before").await;
    let mut bob = Socket::guest(bench.address, 1, "Bob").await;
    let carol = alice
        .own_request("/api/chat/guests")
        .json(&json!({"username": "Carol"}));
    let carol: Value = carol.send().await.unwrap().json().await.unwrap();

    bench.disk.fail(fault).unwrap();
    for path in ["/", LOBBY, "/join", "/healthz", "/readyz", MESSAGES] {
        assert_eq!(Browser::of(bench.address).get(path).await.status, 200);
        assert_ne!(alice.get(path).await.status / 100, 5, "{path}");
    }
    // A form comes back with the sentence, the text and the key.
    let sent = alice.get(LOBBY).await.form("form.composer");
    let sent = sent.with("content", "  kept \"as\" <typed>");
    for _ in 0..3 {
        let page = alice.submit(sent.clone()).await;
        assert_eq!(page.status, 503, "{}", page.body);
        assert_eq!(page.text("#content-error"), SENTENCE);
        assert_eq!(page.form("form.form").fields, sent.fields);
    }
    for (path, field) in [("/rooms/new", "name"), ("/me", "username")] {
        let form = alice.get(path).await.form("form.form");
        let page = alice.submit(form.with(field, "Another")).await;
        assert_eq!(page.status, 503, "{}", page.body);
        assert_eq!(page.text(&format!("#{field}-error")), SENTENCE);
        assert_eq!(page.form("form.form").value(field), "Another");
    }
    // Programs hear when it is worth trying again.
    let (status, refusal) = post(&alice, "by REST", "r").await;
    assert_eq!(status, 503);
    is_to_be_tried_again(&refusal);
    bob.send(json!({"type": "message", "content": "by socket", "client_id": "s"}))
        .await;
    let refusal = bob.next_of_type("error").await;
    assert_eq!(refusal["client_id"], "s");
    is_to_be_tried_again(&refusal);
    // Whoever has a session comes in, though nothing can be noted of it.
    let token = carol["token"].as_str().unwrap();
    let mut carol = Socket::returning(bench.address, 1, token).await;
    assert_eq!(carol.welcome["seq"], 1, "{}", carol.welcome);
    assert_eq!(carol.welcome["user"]["name"], "Carol");
    assert_eq!(dave.get(LOBBY).await.texts(".message .text"), ["before"]);

    bench.disk.heal().unwrap();
    let page = alice.done(sent.clone()).await;
    assert_eq!(page.texts(".message .text").len(), 2);
    assert_eq!(post(&alice, "by REST", "r").await.0, 201);
    bob.send(json!({"type": "message", "content": "by socket", "client_id": "s"}))
        .await;
    // What was refused was told to nobody; what is stored comes once, without a hole.
    for socket in [&mut bob, &mut carol] {
        for (seq, content) in [
            (2, "  kept \"as\" <typed>"),
            (3, "by REST"),
            (4, "by socket"),
        ] {
            let frame = socket.next_of_type("message").await;
            assert_eq!(
                (&frame["seq"], &frame["content"]),
                (&json!(seq), &json!(content))
            );
        }
    }
    // Sending again what was refused before is still one message.
    assert_eq!(post(&alice, "by REST", "r").await.0, 200);
    assert_eq!(alice.submit(sent).await.status, 303);

    let mut nth = 0;
    eventually("it is over", async || {
        nth += 1;
        assert_eq!(post(&alice, "after", &format!("after-{nth}")).await.0, 201);
        bench.program.has_said("can be written again")
    })
    .await;
    bench.stopped().await;
    let log = bench.program.log.join("\n");
    assert_eq!(log.matches("cannot be written").count(), 1, "{log}");
    assert_eq!(log.matches("can be written again").count(), 1, "{log}");
    assert_eq!(log.matches("ERROR").count(), 1, "{log}");
    assert_eq!(log.matches("WARN").count(), 0, "{log}");
}

#[tokio::test]
async fn while_no_file_can_grow_people_read_and_senders_wait() {
    lives_through(DiskFault::NoGrowth).await;
}

#[tokio::test]
async fn while_nothing_can_be_written_people_read_and_senders_wait() {
    lives_through(DiskFault::NoWrite).await;
}

#[tokio::test]
async fn while_nothing_can_be_synced_people_read_and_senders_wait() {
    lives_through(DiskFault::NoSync).await;
}

#[tokio::test]
async fn read_receipts_of_an_outage_are_written_after_it() {
    let Some(mut bench) = Bench::start() else {
        return;
    };
    let alice = bench.person("Alice").await;
    let mut bob = Socket::guest(bench.address, 1, "Bob").await;
    let session = format!("parlour_session={}", bob.token());
    alice.say(LOBBY, "one").await;
    alice.say(LOBBY, "two").await;
    bob.next_of_type("message").await;
    bob.next_of_type("message").await;
    bench.disk.fail(DiskFault::NoWrite).unwrap();
    bob.send(json!({"type": "read", "seq": 2})).await;
    eventually("the mark is refused", async || {
        bench.program.has_said("cannot be written")
    })
    .await;
    let visitor = Browser::of(bench.address);
    let unread = async || {
        let page = visitor.request(Method::GET, "/").header("cookie", &session);
        let page = Page::of("/", page.send().await.unwrap()).await;
        page.place().rooms[0].unread
    };
    assert_eq!(unread().await, 2);
    bench.disk.heal().unwrap();
    eventually("he says it once", async || unread().await == 0).await;
    bench.stopped().await;
}

#[tokio::test]
async fn a_checkpoint_without_disk_space_blocks_nothing_and_is_repeated() {
    let Some(mut bench) = Bench::start() else {
        return;
    };
    let alice = bench.person("Alice").await;
    bench.disk.fail(DiskFault::NoCheckpoint).unwrap();
    let wal = bench.folder.path().join("data/parlour.db-wal");
    let length = |file: &Path| fs::metadata(file).unwrap().len();
    let text = "x".repeat(10_000);
    // Longer than SQLite lets it become when a checkpoint gets through.
    let mut posts = 0;
    while length(&wal) < 34 << 20 {
        posts += 1;
        assert!(posts < 4_000, "the log grows with what is written");
        assert_eq!(post(&alice, &text, &format!("k{posts}")).await.0, 201);
    }
    let before = length(&bench.database());
    bench.disk.heal().unwrap();
    assert_eq!(post(&alice, "healed", "healed").await.0, 201);
    let after = length(&bench.database());
    assert!(
        after > before + posts as u64 * 10_000,
        "all of it is in the database: {before}, {after}"
    );
    let log = length(&wal);
    assert_eq!(post(&alice, "and on", "on").await.0, 201);
    assert_eq!(length(&wal), log, "the log is used from its start again");
    bench.stopped().await;

    bench.start_again();
    let alice = Browser::of(bench.address);
    let page = alice.get(LOBBY).await;
    assert_eq!(page.place().open.unwrap().room.seq, Seq(posts + 2));
}

#[tokio::test]
async fn a_start_on_a_full_disk_serves_what_is_there() {
    let Some(mut bench) = Bench::start() else {
        return;
    };
    let alice = bench.person("Alice").await;
    alice.say(LOBBY, "before").await;
    bench.disk.fail(DiskFault::NoGrowth).unwrap();
    for signal in ["KILL", "TERM"] {
        bench.program.signal(signal);
        bench.program.ended();
        bench.start_again();
        let visitor = Browser::of(bench.address);
        let page = visitor.get(LOBBY).await;
        assert_eq!(page.texts(".message .text"), ["before"], "after {signal}");
        let join = visitor.get("/join").await.form("form.form");
        let refused = visitor.submit(join.with("username", "Bob")).await;
        assert_eq!(refused.status, 503, "after {signal}");
        assert_eq!(refused.text("#username-error"), SENTENCE);
    }
    bench.disk.heal().unwrap();
    bench.person("Bob").await.say(LOBBY, "after").await;
    bench.stopped().await;
}

#[test]
fn a_first_start_without_room_says_so() {
    let folder = tempdir().unwrap();
    let Some(disk) = a_disk_in(folder.path()) else {
        return;
    };
    disk.fail(DiskFault::NoGrowth).unwrap();
    let mut program = start(&folder, &disk);
    let status = program.ended();
    assert_eq!(status.code(), Some(1), "{:?}", program.log);
    let [line] = program.log.as_slice() else {
        panic!("one sentence, not {:#?}", program.log);
    };
    assert!(line.contains("parlour.db cannot be written"), "{line}");
    assert!(line.contains("make room on its disk"), "{line}");
}
