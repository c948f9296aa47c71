//! Databases of earlier versions: for each step of the schema a file that a server of that time wrote, opened by
//! the executable of today. `migration/fixtures/record.mjs` made them.

use crate::harness::{Browser, Page, Program, Socket};
use parlour_chaos::database;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use tempfile::{TempDir, tempdir};

/// Where the server keeps it when nothing is set.
const DATABASE: &str = "data/parlour.db";

/// Rooms of every fixture.
const LOBBY: i64 = 1;
const TEA: i64 = 2;

/// A database of an earlier version that was opened by this one.
struct Upgraded {
    /// The newest step of the schema that was known then.
    step: String,
    /// What the server answered then.
    answered: Value,
    program: Program,
    address: SocketAddr,
    folder: TempDir,
}

/// Before, messages were numbered over all rooms, which told how much was said elsewhere: they have other ids now.
fn forget_ids(rooms: &mut Value) {
    let rooms = rooms.as_object_mut().unwrap().values_mut();
    for message in rooms.flat_map(|room| room.as_array_mut().unwrap()) {
        message.as_object_mut().unwrap().remove("id");
    }
}

fn fixtures() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migration/fixtures");
    let files = fs::read_dir(folder)
        .unwrap()
        .map(|file| file.unwrap().path());
    let mut files: Vec<_> = files
        .filter(|file| file.extension().is_some_and(|ending| ending == "sql"))
        .collect();
    files.sort();
    assert!(!files.is_empty(), "there are databases to open");
    files
}

impl Upgraded {
    /// Every released one, oldest first.
    async fn each() -> Vec<Self> {
        let mut each = Vec::new();
        for file in fixtures() {
            each.push(Self::open(&file).await);
        }
        each
    }

    async fn open(fixture: &Path) -> Self {
        let folder = tempdir().unwrap();
        let file = folder.path().join(DATABASE);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let sql = fs::read_to_string(fixture).unwrap();
        database::write(&file, &sql).await.unwrap();
        let answered = fs::read_to_string(fixture.with_extension("json")).unwrap();
        let mut answered: Value = serde_json::from_str(&answered).unwrap();
        let step = fixture.file_stem().unwrap().to_str().unwrap().to_owned();
        if step.as_str() < "m0006" {
            forget_ids(&mut answered["messages"]);
        }
        let mut program = Program::start(folder.path(), &[]);
        Self {
            step,
            answered,
            address: program.address(),
            program,
            folder,
        }
    }

    fn token(&self, person: &str) -> &str {
        self.answered["people"][person]["token"].as_str().unwrap()
    }

    /// The messages of a room as they were told then.
    fn messages(&self, room: i64) -> &[Value] {
        let messages = &self.answered["messages"][room.to_string()];
        messages.as_array().unwrap()
    }

    /// A page as the browser sees it in which somebody had signed in.
    async fn page(&self, person: &str, path: &str) -> Page {
        let cookie = format!("parlour_session={}", self.token(person));
        let request = Browser::of(self.address).request(Method::GET, path);
        let answer = request.header("cookie", cookie).send().await.unwrap();
        Page::of(path, answer).await
    }

    async fn get(&self, path: &str) -> Value {
        let page = Browser::of(self.address).get(path).await;
        assert_eq!(page.status, 200, "{}: {}", self.step, page.body);
        serde_json::from_str(&page.body).unwrap()
    }

    async fn call(
        &self,
        method: Method,
        path: &str,
        person: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let request = Browser::of(self.address).request(method, path);
        let request = request.bearer_auth(self.token(person)).json(&body);
        let answer = request.send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    async fn post(&self, person: &str, path: &str, body: Value) -> (StatusCode, Value) {
        self.call(Method::POST, path, person, body).await
    }
}

/// Whether all that was said then is said now. What was added since may stand beside it.
fn says_all(now: &Value, then: &Value) -> bool {
    match (now, then) {
        (Value::Object(now), Value::Object(then)) => then
            .iter()
            .all(|(key, then)| now.get(key).is_some_and(|now| says_all(now, then))),
        (Value::Array(now), Value::Array(then)) => {
            let mut pairs = now.iter().zip(then);
            now.len() == then.len() && pairs.all(|(now, then)| says_all(now, then))
        }
        (now, then) => now == then,
    }
}

fn messages(room: i64) -> String {
    format!("/api/chat/rooms/{room}/messages")
}

/// Ordered by their ids, and without their places in the order of names, which another edition of Unicode
/// may change.
fn plain_rooms(rooms: &Value) -> Value {
    let mut rooms = rooms.as_array().unwrap().clone();
    for room in &mut rooms {
        room.as_object_mut().unwrap().remove("sort");
    }
    rooms.sort_by_key(|room| room["id"].as_i64());
    rooms.into()
}

#[tokio::test]
async fn sessions_survive_the_upgrade() {
    for upgraded in Upgraded::each().await {
        for person in ["Alice", "Bob", "Zoë"] {
            let page = upgraded.page(person, "/").await;
            assert_eq!(page.text("a.me"), person, "{}", upgraded.step);
            let token = upgraded.token(person);
            let socket = Socket::returning(upgraded.address, LOBBY, token).await;
            let id = &upgraded.answered["people"][person]["id"];
            assert_eq!(&socket.welcome["user"]["id"], id, "{}", upgraded.step);
        }
    }
}

#[tokio::test]
async fn rooms_and_messages_are_what_they_were() {
    for upgraded in Upgraded::each().await {
        let step = &upgraded.step;
        let rooms = upgraded.get("/api/chat/rooms").await;
        let (now, then) = (
            plain_rooms(&rooms),
            plain_rooms(&upgraded.answered["rooms"]),
        );
        assert!(says_all(&now, &then), "{step}: {now:#}");
        for room in now.as_array().unwrap() {
            let id = room["id"].as_i64().unwrap();
            let now = upgraded.get(&messages(id)).await;
            let then = upgraded.messages(id);
            assert!(says_all(&now, &json!(then)), "{step}: {now:#}");
        }
        assert!(upgraded.messages(LOBBY).len() > 8, "{step}");
        let page = upgraded.page("Bob", "/rooms/1-lobby").await;
        let texts = page.texts(".message .text");
        let then = upgraded.messages(LOBBY).iter();
        let then = then.filter(|message| message["deleted"] == false);
        let then: Vec<_> = then.map(|message| message["content"].clone()).collect();
        assert_eq!(json!(texts), json!(then), "{step}");
    }
}

#[tokio::test]
async fn a_sync_from_any_seq_works_after_the_upgrade() {
    for upgraded in Upgraded::each().await {
        let mut changes = upgraded.messages(LOBBY).to_vec();
        changes.sort_by_key(|message| message["seq"].as_i64());
        for after in [0, 7, 12] {
            let token = upgraded.token("Alice");
            let mut socket = Socket::back(upgraded.address, LOBBY, token, after).await;
            let sync = socket.next_of_type("sync").await;
            changes.retain(|message| message["seq"].as_i64() > Some(after));
            assert!(!changes.is_empty());
            assert!(
                says_all(&sync["messages"], &json!(changes)),
                "{} after {after}: {sync:#}",
                upgraded.step
            );
        }
    }
}

#[tokio::test]
async fn unread_counts_survive_the_upgrade() {
    for upgraded in Upgraded::each().await {
        for (person, room, unread) in [("Bob", LOBBY, 2), ("Alice", TEA, 1), ("Zoë", TEA, 0)] {
            let place = upgraded.page(person, "/").await.place();
            let mut rooms = place.rooms.iter();
            let entry = rooms.find(|entry| entry.room.id.0 == room).unwrap();
            assert_eq!(entry.unread, unread, "{}: {person}", upgraded.step);
        }
        assert_eq!(
            upgraded
                .post("Alice", &messages(LOBBY), json!({"content": "More."}))
                .await
                .0,
            201
        );
        let place = upgraded.page("Bob", "/").await.place();
        let lobby = place.rooms.iter().find(|entry| entry.room.id.0 == LOBBY);
        assert_eq!(lobby.unwrap().unread, 3, "{}", upgraded.step);
    }
}

#[tokio::test]
async fn names_are_still_taken_whatever_their_case() {
    for upgraded in Upgraded::each().await {
        for name in ["Tea & Cake", "TEA & cake", "ÉCLAIR", "Attic"] {
            let (status, refusal) = upgraded
                .post("Zoë", "/api/chat/rooms", json!({"name": name}))
                .await;
            assert_eq!(
                (status.as_u16(), &refusal["code"]),
                (400, &json!("room_name_taken")),
                "{}: {name}",
                upgraded.step
            );
        }
        let _bob = Socket::returning(upgraded.address, LOBBY, upgraded.token("Bob")).await;
        let guest = json!({"username": "BOB"});
        let (status, _) = upgraded.post("Alice", "/api/chat/guests", guest).await;
        assert_eq!(status, 409, "{}", upgraded.step);
        let made = upgraded
            .post("Zoë", "/api/chat/rooms", json!({"name": "Gone"}))
            .await;
        assert_eq!(made.0, 201, "a room that was deleted: {}", upgraded.step);
    }
}

#[tokio::test]
async fn a_room_goes_on_from_where_it_was() {
    for upgraded in Upgraded::each().await {
        let step = &upgraded.step;
        let path = messages(LOBBY);
        let first = &upgraded.messages(LOBBY)[0];
        let repeat = json!({"content": "Hello?", "client_id": "alice-1"});
        let (status, message) = upgraded.post("Alice", &path, repeat).await;
        assert_eq!(status, 200, "{step}");
        assert!(says_all(&message, first), "{step}: {message:#}");

        let last = upgraded.answered["rooms"].as_array().unwrap().iter();
        let last = last.filter(|room| room["id"] == LOBBY);
        let last = last
            .map(|room| room["seq"].as_i64().unwrap())
            .next()
            .unwrap();
        let said = json!({"content": "And on.", "reply_to": 3});
        let (status, message) = upgraded.post("Bob", &path, said).await;
        assert_eq!(status, 201, "{step}");
        assert_eq!(message["number"], last + 1, "{step}");
        // Whose a message is, is known.
        let edit = json!({"content": "Edited today."});
        let (status, _) = upgraded
            .call(Method::PATCH, &format!("{path}/2"), "Alice", edit.clone())
            .await;
        assert_eq!(status, 403, "{step}");
        let (status, message) = upgraded
            .call(Method::PATCH, &format!("{path}/2"), "Bob", edit)
            .await;
        assert_eq!(
            (status.as_u16(), &message["seq"]),
            (200, &json!(last + 2)),
            "{step}"
        );
    }
}

#[tokio::test]
async fn replies_are_in_the_thread_of_what_they_answer() {
    for upgraded in Upgraded::each().await {
        let mut then = upgraded.messages(LOBBY).iter();
        let reply = then.find(|message| message["reply_to"] == 2);
        let reply = reply.expect("every fixture has one")["number"].clone();
        let path = format!("{}/{reply}/thread", messages(LOBBY));
        let thread = upgraded.get(&path).await;
        let numbers = thread["messages"].as_array().unwrap().iter();
        let numbers: Vec<_> = numbers.map(|message| message["number"].clone()).collect();
        assert_eq!(
            (&thread["root"], numbers),
            (&json!(2), vec![json!(2), reply])
        );
    }
}

#[tokio::test]
async fn the_schema_is_that_of_a_new_database_and_the_file_is_whole() {
    let folder = tempdir().unwrap();
    let mut program = Program::start(folder.path(), &[]);
    program.address();
    stop(&mut program);
    let new = database::schema(&folder.path().join(DATABASE)).await;
    let new = new.unwrap();
    assert!(new.len() > 15, "{new:#?}");
    let newest = fixtures().pop().unwrap();
    for mut upgraded in Upgraded::each().await {
        let step = &upgraded.step;
        let body = json!({"content": "Written today."});
        assert_eq!(upgraded.post("Bob", &messages(TEA), body).await.0, 201);
        stop(&mut upgraded.program);
        let file = upgraded.folder.path().join(DATABASE);
        assert_eq!(database::schema(&file).await.as_ref(), Ok(&new), "{step}");
        assert_eq!(database::damage(&file).await, Ok(vec![]), "{step}");
        let is_said = upgraded.program.has_said("the schema is up to date");
        assert!(is_said || newest.ends_with(format!("{step}.sql")), "{step}");
    }
}

/// At once: after SIGTERM it would wait for a successor.
fn stop(program: &mut Program) {
    program.signal("INT");
    assert!(program.ended().success(), "{:?}", program.log);
}

#[tokio::test]
async fn a_house_that_was_upgraded_says_that_nobody_is_in_charge_and_goes_on() {
    for mut upgraded in Upgraded::each().await {
        assert!(
            upgraded
                .program
                .has_said("nobody is in charge of this house"),
            "{}",
            upgraded.step
        );
        let page = upgraded.page("Alice", "/").await;
        assert_eq!(page.status, 200, "{}", upgraded.step);
    }
}
