//! The client of `frozen/client.rs`, which never changes, against the executable of today. What is tried here may
//! grow; none of it becomes less.

#[expect(
    clippy::disallowed_methods,
    reason = "a program of somebody else's, as it was written"
)]
mod client;

use crate::harness::{self, Browser, Program, WAIT_MAX};
use client::{Client, Memory, history};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use tempfile::tempdir;
use tokio::task::JoinSet;
use tokio::time::timeout;

const LOBBY: i64 = 1;

/// Whoever tries it is quicker than any person, and a heartbeat comes often enough to wait for it.
const QUICK: [(&str, &str); 5] = [
    ("PARLOUR__LIMITS__MESSAGES_PER_SECOND", "0"),
    ("PARLOUR__LIMITS__ADDRESS_MESSAGES_PER_SECOND", "0"),
    ("PARLOUR__LIMITS__FRAMES_PER_SECOND", "0"),
    ("PARLOUR__REALTIME__HEARTBEAT_MS", "300"),
    ("PARLOUR__REALTIME__PONG_MS", "250"),
];

/// Waits until it is so.
#[track_caller]
fn until(what: &str, is_so: impl AsyncFn() -> bool) -> impl Future<Output = ()> {
    let caller = std::panic::Location::caller();
    async move {
        let came = timeout(WAIT_MAX * 3, harness::until(is_so)).await;
        came.unwrap_or_else(|_| panic!("not in time: {what}, at {caller}"));
    }
}

async fn all_show_the_room(clients: &[&Client]) {
    for client in clients {
        until("all it said has arrived", async || client.has_said_all()).await;
    }
    for client in clients {
        until("it shows the room", async || client.shows_the_room().await).await;
    }
}

/// Every text of the newest page that was posted by clients, in order.
async fn texts(address: SocketAddr) -> Vec<String> {
    let page = history(address, LOBBY).await.unwrap();
    let text = |message: &Value| message["content"].as_str().unwrap().to_owned();
    page.iter().map(text).collect()
}

/// Somebody who writes over REST.
struct Script {
    address: SocketAddr,
    token: String,
}

impl Script {
    async fn new(address: SocketAddr, name: &str) -> Self {
        let request = Browser::of(address).request(Method::POST, "/api/chat/guests");
        let answer = request.json(&json!({"username": name})).send().await;
        let made: Value = answer.unwrap().json().await.unwrap();
        let token = made["token"].as_str().unwrap().to_owned();
        Self { address, token }
    }

    async fn call(&self, method: Method, more: &str, body: Value) -> (StatusCode, Value) {
        let path = format!("/api/chat/rooms/{LOBBY}/messages{more}");
        let request = Browser::of(self.address).request(method, &path);
        let request = request.bearer_auth(&self.token).json(&body);
        let answer = request.send().await.unwrap();
        let status = answer.status();
        (status, answer.json().await.unwrap_or_default())
    }

    /// Makes a room, or changes one.
    async fn room(&self, method: Method, more: &str, body: Value) -> Value {
        let path = format!("/api/chat/rooms{more}");
        let request = Browser::of(self.address).request(method, &path);
        let answer = request.bearer_auth(&self.token).json(&body).send().await;
        let answer = answer.unwrap().error_for_status().unwrap();
        answer.json().await.unwrap()
    }

    async fn post(&self, content: &str) -> i64 {
        let (status, message) = self
            .call(Method::POST, "", json!({"content": content}))
            .await;
        assert_eq!(status, 201, "{message}");
        message["number"].as_i64().unwrap()
    }
}

#[tokio::test]
async fn it_greets_and_hears_what_is_said_edited_and_taken_back() {
    let folder = tempdir().unwrap();
    let mut program = Program::start(folder.path(), &QUICK);
    let address = program.address();
    let (alice, bob) = (
        Client::start(address, LOBBY, "Alice"),
        Client::start(address, LOBBY, "Bob"),
    );
    alice.say("a-1", "ping");
    bob.say("b-1", "pong");
    let script = Script::new(address, "Script").await;
    let (edited, taken) = (
        script.post("to be edited").await,
        script.post("to be taken back").await,
    );
    let edit = json!({"content": "edited"});
    let done = script
        .call(Method::PATCH, &format!("/{edited}"), edit)
        .await;
    assert_eq!(done.0, 200);
    let done = script
        .call(Method::DELETE, &format!("/{taken}"), json!({}))
        .await;
    assert_eq!(done.0, 204);
    all_show_the_room(&[&alice, &bob]).await;
    alice.with(|memory| {
        assert_eq!(memory.messages[&edited]["content"], "edited");
        assert_eq!(memory.messages[&taken]["deleted"], true);
        assert_eq!((memory.errors.len(), memory.connections), (0, 1));
    });
}

#[tokio::test]
async fn a_repeated_idempotency_key_is_one_message() {
    let folder = tempdir().unwrap();
    let mut program = Program::start(folder.path(), &QUICK);
    let script = Script::new(program.address(), "Nightly").await;
    let said = json!({"content": "The backup is done.", "client_id": "backup-1"});
    let first = script.call(Method::POST, "", said.clone()).await;
    let again = script.call(Method::POST, "", said).await;
    assert_eq!((first.0.as_u16(), again.0.as_u16()), (201, 200));
    assert_eq!(first.1["number"], again.1["number"]);
    assert_eq!(texts(script.address).await, ["The backup is done."]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_keeps_up_though_changes_are_lost_on_their_way() {
    let folder = tempdir().unwrap();
    let mut program = Program::start(folder.path(), &QUICK);
    let address = program.address();
    let lossy = Client::losing(address, LOBBY, "Alice", 3);
    let never = Client::losing(address, LOBBY, "Bob", 1);
    let script = Script::new(address, "Script").await;
    let mut numbers = Vec::new();
    for n in 0..40 {
        numbers.push(script.post(&format!("message {n}")).await);
        if n % 4 == 0 {
            lossy.say(&format!("a-{n}"), &format!("said {n}"));
            let edit = json!({"content": format!("edited {n}")});
            let number = numbers[n / 2];
            let done = script
                .call(Method::PATCH, &format!("/{number}"), edit)
                .await;
            assert_eq!(done.0, 200);
        }
    }
    // The last ones are found by the heartbeat alone.
    all_show_the_room(&[&lossy, &never]).await;
    assert!(lossy.with(|memory| memory.lost) > 10);
    assert!(never.with(|memory| memory.lost) > 40);
    assert_eq!(texts(address).await.len(), 50);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_reads_the_room_anew_when_too_much_has_changed() {
    let folder = tempdir().unwrap();
    let mut program = Program::start(folder.path(), &QUICK);
    let address = program.address();
    let alice = Client::start(address, LOBBY, "Alice");
    alice.say("a-1", "before");
    all_show_the_room(&[&alice]).await;
    alice.set_away(true);
    let mut writers = JoinSet::new();
    for writer in 0..32 {
        let script = Script::new(address, &format!("Script {writer}")).await;
        writers.spawn(async move {
            for n in 0..63 {
                script.post(&format!("{writer}-{n}")).await;
            }
        });
    }
    writers.join_all().await;
    alice.say("a-2", "said while away");
    alice.set_away(false);
    all_show_the_room(&[&alice]).await;
    assert_eq!(alice.with(|memory| memory.resets), 1);
    assert_eq!(texts(address).await.last().unwrap(), "said while away");
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_by_restarts_and_kills() {
    let folder = tempdir().unwrap();
    let mut program = Program::start(folder.path(), &QUICK);
    let address = program.address();
    let own = address.to_string();
    let mut settings = QUICK.to_vec();
    settings.push(("PARLOUR__SITE_ADDR", &own));
    let clients = ["Alice", "Bob"].map(|name| Client::start(address, LOBBY, name));
    let mut said = Vec::new();
    for (round, blow) in ["TERM", "KILL", "TERM"].into_iter().enumerate() {
        let wait = async || clients.iter().all(Client::is_there);
        until("everybody is there", wait).await;
        for n in 0..10 {
            if n == 5 {
                program.signal(blow);
                program.ended();
                program = Program::start(folder.path(), &settings);
            }
            let key = format!("a-{round}-{n}");
            clients[0].say(&key, &key);
            said.push(key);
        }
        assert_eq!(program.address(), address);
        all_show_the_room(&clients.each_ref()).await;
    }
    assert_eq!(texts(address).await, said, "each once, in order");
    for client in &clients {
        client.with(|memory| {
            assert!(memory.connections >= 4, "{}", memory.connections);
            assert_eq!((memory.stopped, memory.epochs), (None, 0));
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_restore_the_client_starts_anew_and_sends_its_outbox() {
    let folder = tempdir().unwrap();
    let mut program = Program::start(folder.path(), &QUICK);
    let address = program.address();
    let own = address.to_string();
    let mut settings = QUICK.to_vec();
    settings.push(("PARLOUR__SITE_ADDR", &own));
    let alice = Client::start(address, LOBBY, "Alice");
    alice.say("a-1", "kept");
    all_show_the_room(&[&alice]).await;
    command(folder.path(), &["backup", "kept.db"]);
    alice.say("a-2", "in no backup");
    all_show_the_room(&[&alice]).await;
    alice.set_away(true);
    program.signal("INT");
    program.ended();
    command(folder.path(), &["restore", "kept.db"]);
    let mut program = Program::start(folder.path(), &settings);
    assert_eq!(program.address(), address);
    alice.say("a-3", "said meanwhile");
    alice.set_away(false);
    all_show_the_room(&[&alice]).await;
    assert_eq!(alice.with(|memory| memory.epochs), 1);
    assert_eq!(texts(address).await, ["kept", "said meanwhile"]);
    let shown = alice.with(|memory| memory.messages.len());
    assert_eq!(shown, 2, "nothing is left of the other one");
}

#[tokio::test]
async fn a_rate_limited_send_arrives_later_and_in_order() {
    let folder = tempdir().unwrap();
    let limits = [
        ("PARLOUR__LIMITS__MESSAGES_PER_SECOND", "5"),
        ("PARLOUR__LIMITS__MESSAGE_BURST", "2"),
    ];
    let mut program = Program::start(folder.path(), &limits);
    let address = program.address();
    let alice = Client::start(address, LOBBY, "Alice");
    let keys: Vec<String> = (0..8).map(|n| format!("a-{n}")).collect();
    for key in &keys {
        alice.say(key, key);
    }
    alice.say("empty", "  ");
    alice.say("last", "last");
    all_show_the_room(&[&alice]).await;
    let expected: Vec<String> = keys.into_iter().chain(["last".to_owned()]).collect();
    assert_eq!(texts(address).await, expected);
    alice.with(|memory| {
        assert!(memory.errors.iter().any(|code| code == "rate_limited"));
        let given_up = ("invalid".to_owned(), "empty".to_owned());
        assert_eq!(memory.given_up, [given_up], "what does not pass");
        assert_eq!(memory.stopped, None);
    });
}

#[tokio::test]
async fn a_room_that_is_called_otherwise_is_a_change_it_does_not_know_and_it_goes_on() {
    let folder = tempdir().unwrap();
    let mut program = Program::start(folder.path(), &QUICK);
    let script = Script::new(program.address(), "Script").await;
    let address = script.address;
    let room = script
        .room(Method::POST, "", json!({"name": "Garden"}))
        .await;
    let id = room["id"].as_i64().unwrap();
    let alice = Client::start(address, id, "Alice");
    alice.say("a-1", "before");
    until("all it said has arrived", async || alice.has_said_all()).await;
    script
        .room(Method::PATCH, &format!("/{id}"), json!({"name": "Attic"}))
        .await;
    // The heartbeat tells it of a change, and the sync that there is no more to it.
    until("it knows of it", async || {
        alice.with(|memory| memory.seq) == Some(2)
    })
    .await;
    alice.say("a-2", "after");
    until("all it said has arrived", async || alice.has_said_all()).await;
    until("it shows the room", async || alice.shows_the_room().await).await;
    alice.with(|memory| {
        assert_eq!(memory.messages.keys().copied().collect::<Vec<_>>(), [1, 3]);
        assert_eq!(
            (memory.errors.len(), memory.resets, memory.connections),
            (0, 0, 1)
        );
    });
}

#[tokio::test]
async fn a_room_that_is_not_there_ends_it() {
    let folder = tempdir().unwrap();
    let mut program = Program::start(folder.path(), &QUICK);
    let address = program.address();
    let script = Script::new(address, "Script").await;
    let short_lived = json!({"name": "Short lived"});
    let room = script.room(Method::POST, "", short_lived).await;
    let id = room["id"].as_i64().unwrap();
    let alice = Client::start(address, id, "Alice");
    until("she is there", async || alice.is_there()).await;
    let path = format!("/api/chat/rooms/{id}");
    let request = Browser::of(address).request(Method::DELETE, &path);
    let answer = request.bearer_auth(&script.token).send().await.unwrap();
    assert_eq!(answer.status(), 204);
    let stopped = async || alice.with(|memory| memory.stopped) == Some(4_404);
    until("she has stopped", stopped).await;
}

#[test]
fn unknown_frames_and_fields_are_ignored() {
    let mut memory = Memory::new(LOBBY);
    memory.seq = Some(1);
    for frame in [
        json!({"type": "reaction", "room_id": 1, "seq": 7}),
        json!({"type": 5}),
        json!([]),
        json!({"type": "heartbeat", "rooms": {"2": 9}, "load": {"one": 1.5}}),
        json!({"type": "users_list", "room_id": 1, "users": [{"of": "another form"}]}),
    ] {
        assert_eq!(memory.hear(&frame), None, "{frame}");
        assert_eq!(memory.seq, Some(1), "{frame}");
    }
    let message = json!({"type": "message", "room_id": 1, "number": 2, "seq": 2, "content": "more",
        "reactions": [{"emoji": "🫖", "by": [7]}], "thread": null});
    assert_eq!(memory.hear(&message), None);
    assert_eq!(memory.seq, Some(2));
    assert_eq!(memory.messages[&2]["content"], "more");
}

/// Does what the executable is asked, in the folder of a server.
fn command(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_parlour"));
    let output = command.current_dir(folder).env_clear().args(arguments);
    let output = output.output().unwrap();
    assert!(output.status.success(), "{output:?}");
}
