//! Restarts without downtime: one server after another on the same port and files refuses no connection, loses
//! nothing, and announces no join or leave.

use crate::harness::{Browser, Program, Socket, until};
use reqwest::StatusCode;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::{SocketAddr, TcpListener};
use std::os::unix::net::UnixDatagram;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::tempdir;
use tokio::task::JoinSet;
use tokio::time::timeout;

/// How long a crowd may take.
const LONG: Duration = Duration::from_secs(30);

/// As many as everybody wants.
pub const NO_LIMITS: [(&str, &str); 6] = [
    ("PARLOUR__LIMITS__MESSAGES_PER_SECOND", "0"),
    ("PARLOUR__LIMITS__ADDRESS_MESSAGES_PER_SECOND", "0"),
    ("PARLOUR__LIMITS__GUESTS_PER_MINUTE", "0"),
    ("PARLOUR__LIMITS__FRAMES_PER_SECOND", "0"),
    ("PARLOUR__LIMITS__CONNECTIONS_PER_ADDRESS", "0"),
    ("PARLOUR__LIMITS__HISTORY_PAGES_PER_SECOND", "0"),
];

/// Starts the server that comes after `old`.
pub type Successor<'a> = &'a dyn Fn(&Program) -> Program;

/// Programs that talk all the time: every other one connects anew for everything it says.
struct Crowd {
    tasks: JoinSet<Vec<String>>,
    is_over: Arc<AtomicBool>,
    posted: Arc<AtomicUsize>,
}

impl Crowd {
    async fn of(size: usize, address: SocketAddr) -> Self {
        let mut crowd = Self {
            tasks: JoinSet::new(),
            is_over: Arc::default(),
            posted: Arc::default(),
        };
        for who in 0..size {
            let socket = Socket::guest(address, 1, &format!("Guest {who}")).await;
            let token = socket.token().to_owned();
            let (is_over, posted) = (Arc::clone(&crowd.is_over), Arc::clone(&crowd.posted));
            crowd.tasks.spawn(async move {
                let mut keys = Vec::new();
                let idle = who % 2;
                let http = reqwest::Client::builder().no_proxy();
                let http = http.pool_max_idle_per_host(idle).build().unwrap();
                while !is_over.load(Ordering::Relaxed) {
                    let key = format!("{who}-{}", keys.len());
                    let status = post(&http, address, &token, &key).await;
                    assert_eq!(status, Ok(StatusCode::CREATED), "{key}");
                    keys.push(key);
                    posted.fetch_add(1, Ordering::Relaxed);
                }
                keys
            });
        }
        crowd
    }

    /// Waits until so many more messages were posted.
    async fn posts(&mut self, more: usize) {
        let enough = self.posted.load(Ordering::Relaxed) + more;
        let posted = until(async || {
            if let Some(ended) = self.tasks.try_join_next() {
                panic!("somebody gave up: {:?}", ended.unwrap());
            }
            self.posted.load(Ordering::Relaxed) >= enough
        });
        timeout(LONG, posted).await.expect("they post in time");
    }

    /// The keys of everything that was posted.
    async fn keys(mut self) -> BTreeSet<String> {
        self.is_over.store(true, Ordering::Relaxed);
        let mut keys = BTreeSet::new();
        while let Some(ended) = self.tasks.join_next().await {
            keys.extend(ended.unwrap());
        }
        keys
    }
}

/// Posts, and says what went wrong with the connection.
async fn post(
    http: &reqwest::Client,
    address: SocketAddr,
    token: &str,
    key: &str,
) -> Result<StatusCode, String> {
    let sent = http
        .post(format!("http://{address}/api/chat/rooms/1/messages"))
        .bearer_auth(token)
        .json(&json!({"content": key, "client_id": key}))
        .send()
        .await;
    sent.map(|answer| answer.status())
        .map_err(|error| format!("{error:?}"))
}

/// Every message of the first room, oldest first.
pub async fn history(address: SocketAddr) -> Vec<Value> {
    let browser = Browser::of(address);
    let mut messages = Vec::new();
    let mut path = "/api/chat/rooms/1/messages".to_owned();
    loop {
        let request = browser.request(reqwest::Method::GET, &path);
        let page: Vec<Value> = request.send().await.unwrap().json().await.unwrap();
        let Some(first) = page.first() else {
            return messages;
        };
        path = format!("/api/chat/rooms/1/messages?before={}", first["number"]);
        messages.splice(0..0, page);
    }
}

fn keys_of(messages: &[Value]) -> Vec<&str> {
    let keys = messages.iter().map(|one| one["client_id"].as_str());
    keys.map(Option::unwrap).collect()
}

/// Restarts three times under a crowd.
pub async fn refuses_nobody(mut program: Program, successor: Successor<'_>) {
    let address = program.address();
    let mut crowd = timeout(LONG, Crowd::of(8, address)).await.unwrap();
    crowd.posts(50).await;
    for _ in 0..3 {
        let mut old = program;
        program = successor(&old);
        assert_eq!(program.address(), address);
        assert!(old.ended().success(), "{:#?}", old.log);
        crowd.posts(50).await;
    }
    let keys = crowd.keys().await;
    let messages = history(address).await;
    assert_eq!(messages.len(), keys.len(), "each is stored once");
    let stored: BTreeSet<_> = keys_of(&messages).into_iter().map(str::to_owned).collect();
    assert_eq!(stored, keys);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_refuses_no_connection() {
    let folder = tempdir().unwrap();
    let start = || Program::start(folder.path(), &NO_LIMITS);
    refuses_nobody(start(), &|old| {
        old.signal("TERM");
        start()
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_refuses_no_connection() {
    let folder = tempdir().unwrap();
    let start = || Program::start_with(&["--replace"], folder.path(), &NO_LIMITS);
    refuses_nobody(start(), &|_| start()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn with_a_socket_of_systemd_a_restart_refuses_no_connection() {
    let folder = tempdir().unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let start = || Program::start_on(&listener, folder.path(), &NO_LIMITS);
    refuses_nobody(start(), &|old| {
        old.signal("TERM");
        // systemd waits for the end of the old one.
        old.is_awaited();
        start()
    })
    .await;
}

#[test]
fn systemd_is_told_when_it_serves_and_when_it_stops() {
    let folder = tempdir().unwrap();
    let manager = folder.path().join("notify");
    let heard = UnixDatagram::bind(&manager).unwrap();
    heard.set_read_timeout(Some(LONG)).unwrap();
    let environment = [("NOTIFY_SOCKET", manager.to_str().unwrap())];
    let mut program = Program::start(folder.path(), &environment);
    let next = || {
        let mut state = [0; 64];
        let length = heard.recv(&mut state).unwrap();
        String::from_utf8_lossy(&state[..length]).into_owned()
    };
    assert_eq!(next(), "READY=1\n");
    std::net::TcpStream::connect(program.address()).unwrap();
    program.signal("TERM");
    assert_eq!(next(), "STOPPING=1\n");
    assert!(program.ended().success());
}

#[track_caller]
fn is_refused(mut second: Program, first: &Program, what_to_do: &str) {
    let status = second.ended();
    assert_eq!(status.code(), Some(1), "{:#?}", second.log);
    let [line] = second.log.as_slice() else {
        panic!("one sentence, not {:#?}", second.log);
    };
    let process = format!("(process {})", first.id());
    for word in ["parlour: ", "parlour.db", &process, what_to_do] {
        assert!(line.contains(word), "{word} is not said: {line}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_servers_on_one_database_are_refused_and_the_first_goes_on() {
    let folder = tempdir().unwrap();
    let mut first = Program::start(folder.path(), &[]);
    let address = first.address();
    let mut alice = Socket::guest(address, 1, "Alice").await;
    is_refused(Program::start(folder.path(), &[]), &first, "--replace");
    let same_port = address.to_string();
    let environment = [("PARLOUR__SITE_ADDR", same_port.as_str())];
    let second = Program::start(folder.path(), &environment);
    is_refused(second, &first, "--replace");
    // By another way to the same file.
    std::os::unix::fs::symlink(folder.path().join("data"), folder.path().join("other")).unwrap();
    let environment = [("PARLOUR__DATABASE__URL", "sqlite://other/parlour.db")];
    let second = Program::start(folder.path(), &environment);
    is_refused(second, &first, "--replace");
    alice
        .send(json!({"type": "message", "content": "still here"}))
        .await;
    alice.next_of_type("message").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn files_of_a_killed_server_do_not_prevent_a_start() {
    let folder = tempdir().unwrap();
    for arguments in [&[][..], &["--replace"]] {
        let mut killed = Program::start(folder.path(), &[]);
        killed.address();
        killed.signal("KILL");
        killed.ended();
        assert!(folder.path().join("data/parlour.db.handover").exists());
        let mut program = Program::start_with(arguments, folder.path(), &[]);
        program.address();
        program.signal("INT");
        assert!(program.ended().success());
        assert!(!folder.path().join("data/parlour.db.handover").exists());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_cannot_be_asked_is_not_replaced() {
    let folder = tempdir().unwrap();
    let mut first = Program::start(folder.path(), &[]);
    first.address();
    std::fs::remove_file(folder.path().join("data/parlour.db.handover")).unwrap();
    let second = Program::start_with(&["--replace"], folder.path(), &[]);
    is_refused(second, &first, "stop it");
    assert!(first.is_running());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_was_changed_is_the_new_ones() {
    let folder = tempdir().unwrap();
    let mut old = Program::start(folder.path(), &[]);
    let before = old.address();
    let free = TcpListener::bind("127.0.0.1:0").unwrap();
    let other = free.local_addr().unwrap().to_string();
    drop(free);
    let environment = [("PARLOUR__SITE_ADDR", other.as_str())];
    let mut new = Program::start_with(&["--replace"], folder.path(), &environment);
    assert_eq!(new.address().to_string(), other);
    assert!(old.ended().success());
    assert!(std::net::TcpStream::connect(before).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_announces_no_join_and_no_leave() {
    let folder = tempdir().unwrap();
    let start = || Program::start(folder.path(), &NO_LIMITS);
    let mut program = start();
    let address = program.address();
    let mut people = Vec::new();
    for name in ["Alice", "Bob"] {
        people.push(Socket::guest(address, 1, name).await);
    }
    for (person, comings) in people.iter_mut().zip([2, 1]) {
        for _ in 0..comings {
            assert_eq!(person.next_of_type("system").await["event"], "joined");
        }
    }
    program.signal("TERM");
    let mut next = start();
    for person in &mut people {
        loop {
            match person.next_or_close().await {
                Ok(frame) => assert_ne!(frame["type"], "system", "{frame}"),
                Err((code, _)) => break assert_eq!(code, 4000),
            }
        }
    }
    assert_eq!(next.address(), address);
    let mut back = Vec::new();
    for person in &people {
        back.push(Socket::back(address, 1, person.token(), 0).await);
    }
    // Who was not here before did join, and is the first of whom that is said.
    let _carol = Socket::guest(address, 1, "Carol").await;
    for person in &mut back {
        let heard = person.next_of_type("system").await;
        assert_eq!(heard["content"], "Carol joined");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_on_its_way_at_the_stop_is_stored_once_or_waits_with_its_author() {
    let folder = tempdir().unwrap();
    let start = || Program::start(folder.path(), &NO_LIMITS);
    let mut program = start();
    let address = program.address();
    let mut alice = Socket::guest(address, 1, "Alice").await;
    let keys: Vec<String> = (0..200).map(|n| format!("key-{n:03}")).collect();
    let frame = |key: &String| json!({"type": "message", "content": key, "client_id": key});
    for key in &keys {
        alice.send(frame(key)).await;
    }
    alice.next_of_type("message").await;
    program.signal("TERM");
    let mut next = start();
    let mut acknowledged = BTreeSet::from([keys[0].clone()]);
    let code = loop {
        match alice.next_or_close().await {
            Ok(frame) if frame["type"] == "message" => {
                acknowledged.insert(frame["client_id"].as_str().unwrap().to_owned());
            }
            Ok(_) => {}
            Err((code, _)) => break code,
        }
    };
    assert_eq!(code, 4000);
    assert_eq!(next.address(), address);
    let stored = history(address).await;
    for key in &acknowledged {
        assert!(keys_of(&stored).contains(&key.as_str()), "{key}");
    }
    let mut alice = Socket::back(address, 1, alice.token(), 0).await;
    for key in keys.iter().filter(|key| !acknowledged.contains(*key)) {
        alice.send(frame(key)).await;
        loop {
            let answer = alice.next_of_type("message").await;
            if answer["client_id"] == key.as_str() {
                break;
            }
        }
    }
    assert_eq!(
        keys_of(&history(address).await),
        keys,
        "each once, in order"
    );
}
