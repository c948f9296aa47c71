//! A client as somebody wrote it from PROTOCOL.md at the end of November 2026: one room, the six rules of
//! *Keeping up*, and nothing that is not said there.
//!
//! **This file is frozen.** It stands for programs that others have written and nobody can change. When it
//! fails against a later server, the server is wrong and is adapted; this file never is. So it uses nothing
//! of this repository: no types, no names of frames, no clock of it.

use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio::time::{Instant, sleep, sleep_until, timeout};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// What the client knows.
#[derive(Default)]
pub struct Memory {
    room: i64,
    /// Who the `welcome` said it is.
    user: Option<i64>,
    token: Option<String>,
    epoch: Option<String>,
    /// Every change up to it is known; none when the history has to be read first.
    pub seq: Option<i64>,
    /// By number.
    pub messages: BTreeMap<i64, Value>,
    /// Keys and texts, in the order they are to be sent.
    outbox: VecDeque<(String, String)>,
    is_on_its_way: bool,
    hold_until: Option<Instant>,
    /// Sends that were given up: the code and the key.
    pub given_up: Vec<(String, String)>,
    /// The `code` of every error.
    pub errors: Vec<String>,
    pub resets: usize,
    pub epochs: usize,
    pub connections: usize,
    /// The close code after which it stopped.
    pub stopped: Option<u16>,
    /// Every so many changes that the network brings are lost; 0 for none.
    loses_every: usize,
    changes: usize,
    pub lost: usize,
    /// It has no network.
    is_away: bool,
}

impl Memory {
    /// In this room.
    pub fn new(room: i64) -> Self {
        Self {
            room,
            ..Self::default()
        }
    }

    /// Takes a frame; answers what is to be said.
    pub fn hear(&mut self, frame: &Value) -> Option<Value> {
        let changed = matches!(frame["type"].as_str(), Some("message" | "message_changed"));
        if changed && self.loses_every > 0 {
            self.changes += 1;
            if self.changes.is_multiple_of(self.loses_every) {
                self.lost += 1;
                return None;
            }
        }
        match frame["type"].as_str()? {
            "welcome" => self.welcome(frame),
            "message" | "message_changed" => {
                let (seq, known) = (frame["seq"].as_i64()?, self.seq?);
                if seq > known + 1 {
                    return Some(json!({"type": "sync", "after": known}));
                }
                if seq == known + 1 {
                    self.seq = Some(seq);
                }
                self.put(frame);
                None
            }
            "sync" => {
                if frame["reset"] == true {
                    self.resets += 1;
                    self.forget();
                    return None;
                }
                for message in frame["messages"].as_array()? {
                    self.put(message);
                }
                self.seq = self.seq.max(frame["to"].as_i64());
                None
            }
            "heartbeat" => {
                let reached = frame["rooms"][self.room.to_string()].as_i64()?;
                let known = self.seq?;
                (reached > known).then(|| json!({"type": "sync", "after": known}))
            }
            "error" => self.error(frame),
            _ => None,
        }
    }

    fn welcome(&mut self, frame: &Value) -> Option<Value> {
        if let Some(token) = frame["token"].as_str() {
            self.token = Some(token.to_owned());
        }
        self.user = frame["user"]["id"].as_i64();
        let epoch = frame["epoch"].as_str()?;
        if self.epoch.as_deref().is_some_and(|known| known != epoch) {
            self.epochs += 1;
            self.forget();
        }
        self.epoch = Some(epoch.to_owned());
        self.is_on_its_way = false;
        None
    }

    fn error(&mut self, frame: &Value) -> Option<Value> {
        let code = frame["code"].as_str()?;
        self.errors.push(code.to_owned());
        let passes = ["rate_limited", "overloaded", "draining", "internal"].contains(&code);
        let wait = Duration::from_millis(frame["retry_after_ms"].as_u64().unwrap_or(1_000));
        let key = self.outbox.front().map(|(key, _)| key.clone());
        if frame["client_id"].as_str() == key.as_deref() && self.is_on_its_way {
            self.is_on_its_way = false;
            if passes {
                self.hold_until = Some(Instant::now() + wait);
            } else {
                self.outbox.pop_front();
                self.given_up.push((code.to_owned(), key?));
            }
        }
        None
    }

    /// The newer of two versions stays; what the client sent itself has arrived.
    fn put(&mut self, message: &Value) {
        let Some(number) = message["number"].as_i64() else {
            return;
        };
        let known = self.messages.get(&number);
        if known.is_none_or(|known| known["seq"].as_i64() < message["seq"].as_i64()) {
            self.messages.insert(number, message.clone());
        }
        if self.user.is_some() && message["user_id"].as_i64() == self.user {
            let key = message["client_id"].as_str();
            if self.outbox.front().map(|(key, _)| key.as_str()) == key {
                self.outbox.pop_front();
                self.is_on_its_way = false;
            }
        }
    }

    fn forget(&mut self) {
        self.seq = None;
        self.messages.clear();
    }

    /// The next that may be sent: one at a time.
    fn next_send(&mut self) -> Option<Value> {
        let is_held = self.hold_until.is_some_and(|until| Instant::now() < until);
        if self.is_on_its_way || is_held || self.epoch.is_none() {
            return None;
        }
        let (key, content) = self.outbox.front()?;
        self.is_on_its_way = true;
        Some(json!({"type": "message", "content": content, "client_id": key}))
    }
}

/// A client that runs until it is dropped.
pub struct Client {
    memory: Arc<Mutex<Memory>>,
    woken: Arc<Notify>,
    task: JoinHandle<()>,
    address: SocketAddr,
}

impl Client {
    /// A new guest in this room.
    pub fn start(address: SocketAddr, room: i64, name: &str) -> Self {
        Self::losing(address, room, name, 0)
    }

    /// The same, to whom every so many changes are lost.
    pub fn losing(address: SocketAddr, room: i64, name: &str, loses_every: usize) -> Self {
        let memory = Memory {
            loses_every,
            ..Memory::new(room)
        };
        let memory = Arc::new(Mutex::new(memory));
        let woken = Arc::new(Notify::new());
        let task = tokio::spawn(run(memory.clone(), woken.clone(), address, name.to_owned()));
        Self {
            memory,
            woken,
            task,
            address,
        }
    }

    /// Looks at what it knows.
    pub fn with<R>(&self, look: impl FnOnce(&mut Memory) -> R) -> R {
        look(&mut self.memory.lock().unwrap())
    }

    /// Says something, now or when it can.
    pub fn say(&self, key: &str, content: &str) {
        let send = (key.to_owned(), content.to_owned());
        self.with(|memory| memory.outbox.push_back(send));
        self.woken.notify_one();
    }

    /// Whether all it said has arrived or was given up.
    pub fn has_said_all(&self) -> bool {
        self.with(|memory| memory.outbox.is_empty())
    }

    /// Loses its network, or has it again.
    pub fn set_away(&self, is_away: bool) {
        self.with(|memory| memory.is_away = is_away);
        self.woken.notify_one();
    }

    /// Whether it is in the room now.
    pub fn is_there(&self) -> bool {
        self.with(|memory| memory.epoch.is_some() && memory.seq.is_some() && !memory.is_away)
    }

    /// Whether it shows what a fresh page of the room shows.
    pub async fn shows_the_room(&self) -> bool {
        let room = self.with(|memory| memory.room);
        let Some(page) = history(self.address, room).await else {
            return false;
        };
        let first = page.first().and_then(|message| message["number"].as_i64());
        let newest = page
            .iter()
            .filter_map(|message| message["seq"].as_i64())
            .max();
        self.with(|memory| {
            let from = first.unwrap_or(0);
            let shown: Vec<_> = memory
                .messages
                .range(from..)
                .map(|(_, shown)| shown)
                .collect();
            memory.seq >= newest
                && shown.len() == page.len()
                && shown.into_iter().zip(&page).all(|(shown, stored)| {
                    [
                        "number",
                        "seq",
                        "content",
                        "deleted",
                        "username",
                        "client_id",
                    ]
                    .iter()
                    .all(|field| shown[*field] == stored[*field])
                })
        })
    }
}

impl Drop for Client {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn run(memory: Arc<Mutex<Memory>>, woken: Arc<Notify>, address: SocketAddr, name: String) {
    let mut failures = 0;
    loop {
        let is_away = memory.lock().unwrap().is_away;
        if is_away {
            woken.notified().await;
            continue;
        }
        let (code, reason) = converse(&memory, &woken, address, &name, &mut failures).await;
        if code >= 4_400 {
            memory.lock().unwrap().stopped = Some(code);
            return;
        }
        failures += 1;
        let asked = reason.strip_prefix("retry_after_ms=");
        let wait = match asked.and_then(|wait| wait.parse().ok()) {
            Some(wait) => wait,
            None => 50 << failures.min(6),
        };
        sleep(Duration::from_millis(wait)).await;
    }
}

/// One connection; answers the code and the reason with which it was closed, or 1006.
async fn converse(
    memory: &Mutex<Memory>,
    woken: &Notify,
    address: SocketAddr,
    name: &str,
    failures: &mut u32,
) -> (u16, String) {
    let broken = (1_006, String::new());
    let room = memory.lock().unwrap().room;
    if !begin(memory, address, room).await {
        return broken;
    }
    let Some(mut socket) = connect(address, room).await else {
        return broken;
    };
    let hello = {
        let memory = memory.lock().unwrap();
        let mut hello = json!({"username": name, "after": memory.seq});
        if let Some(token) = &memory.token {
            hello["token"] = json!(token);
        }
        hello
    };
    if socket.send(Message::text(hello.to_string())).await.is_err() {
        return broken;
    }
    let mut is_welcome = false;
    loop {
        let hold_until = memory.lock().unwrap().hold_until;
        let hold_until = hold_until.unwrap_or_else(|| Instant::now() + Duration::from_secs(60));
        tokio::select! {
            heard = socket.next() => match heard {
                Some(Ok(Message::Text(text))) => {
                    let Ok(frame) = serde_json::from_str::<Value>(&text) else { continue };
                    if frame["type"] == "welcome" {
                        is_welcome = true;
                        *failures = 0;
                        memory.lock().unwrap().connections += 1;
                    }
                    let say = memory.lock().unwrap().hear(&frame);
                    if let Some(say) = say
                        && socket.send(Message::text(say.to_string())).await.is_err()
                    {
                        return broken;
                    }
                }
                Some(Ok(Message::Close(Some(close)))) => {
                    return (close.code.into(), close.reason.to_string());
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return broken,
            },
            () = woken.notified() => {}
            () = sleep_until(hold_until) => memory.lock().unwrap().hold_until = None,
        }
        if memory.lock().unwrap().is_away {
            return broken;
        }
        // A reset, or another epoch: what the room has is read anew.
        if !begin(memory, address, room).await {
            return broken;
        }
        let send = match is_welcome {
            true => memory.lock().unwrap().next_send(),
            false => None,
        };
        if let Some(send) = send
            && socket.send(Message::text(send.to_string())).await.is_err()
        {
            return broken;
        }
    }
}

async fn connect(address: SocketAddr, room: i64) -> Option<WebSocketStream<TcpStream>> {
    let connecting = async {
        let tcp = TcpStream::connect(address).await.ok()?;
        let url = format!("ws://{address}/ws/chat/{room}");
        let opened = tokio_tungstenite::client_async(url, tcp).await;
        opened.ok().map(|(socket, _)| socket)
    };
    timeout(Duration::from_secs(10), connecting).await.ok()?
}

/// Reads the newest page of history, where nothing is known yet.
async fn begin(memory: &Mutex<Memory>, address: SocketAddr, room: i64) -> bool {
    if memory.lock().unwrap().seq.is_some() {
        return true;
    }
    let Some(page) = history(address, room).await else {
        return false;
    };
    let mut memory = memory.lock().unwrap();
    let seqs = page.iter().filter_map(|message| message["seq"].as_i64());
    memory.seq = Some(seqs.max().unwrap_or(0));
    for message in &page {
        memory.put(message);
    }
    true
}

/// The newest page of a room.
pub async fn history(address: SocketAddr, room: i64) -> Option<Vec<Value>> {
    let url = format!("http://{address}/api/chat/rooms/{room}/messages");
    let http = reqwest::Client::builder().no_proxy().build().ok()?;
    let answer = http.get(url).send().await.ok()?;
    let page: Value = match answer.status().as_u16() {
        200 => answer.json().await.ok()?,
        _ => return None,
    };
    page.as_array().cloned()
}
