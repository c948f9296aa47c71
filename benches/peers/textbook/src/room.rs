//! Rooms and who has been in them, in memory.
//!
//! *Invariant:* a room's lock is held while a message gets its place and is sent to the channel, so
//! history and channel agree.

use axum::extract::ws::Utf8Bytes;
use serde::Serialize;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use tokio::sync::broadcast;

/// What a room tells somebody who comes in.
const HISTORY: usize = 50;
/// How far behind a socket may be.
const CHANNEL: usize = 1024;

/// Everything there is.
#[derive(Default)]
pub struct Rooms {
    rooms: Mutex<HashMap<u64, Arc<Room>>>,
    users: Mutex<HashMap<String, u64>>,
    ids: Arc<AtomicU64>,
}

/// The author of a message.
pub struct Author {
    pub user_id: u64,
    pub username: String,
}

/// One room with its messages.
pub struct Room {
    id: u64,
    ids: Arc<AtomicU64>,
    newest: Mutex<VecDeque<Utf8Bytes>>,
    channel: broadcast::Sender<Utf8Bytes>,
}

#[derive(Serialize)]
struct Posted<'a> {
    r#type: &'static str,
    id: u64,
    room_id: u64,
    user_id: u64,
    username: &'a str,
    content: String,
    timestamp: String,
}

impl Rooms {
    pub fn user(&self, username: &str) -> u64 {
        let mut users = lock(&self.users);
        let next = users.len() as u64 + 1;
        *users.entry(username.to_owned()).or_insert(next)
    }

    pub fn room(&self, id: u64) -> Arc<Room> {
        let room = || Room {
            id,
            ids: self.ids.clone(),
            newest: Mutex::default(),
            channel: broadcast::channel(CHANNEL).0,
        };
        lock(&self.rooms)
            .entry(id)
            .or_insert_with(|| Arc::new(room()))
            .clone()
    }
}

impl Room {
    /// The newest messages as one frame, and everything from there on.
    pub fn join(&self) -> (Utf8Bytes, broadcast::Receiver<Utf8Bytes>) {
        let newest = lock(&self.newest);
        let messages: Vec<&str> = newest.iter().map(Utf8Bytes::as_str).collect();
        let history = format!(
            r#"{{"type":"history","messages":[{}]}}"#,
            messages.join(",")
        );
        (history.into(), self.channel.subscribe())
    }

    pub fn post(&self, author: &Author, content: String) {
        let mut newest = lock(&self.newest);
        let posted = Posted {
            r#type: "message",
            id: self.ids.fetch_add(1, Ordering::Relaxed) + 1,
            room_id: self.id,
            user_id: author.user_id,
            username: &author.username,
            content,
            timestamp: OffsetDateTime::now_utc()
                .format(&Rfc3339)
                .unwrap_or_default(),
        };
        let Ok(frame) = serde_json::to_string(&posted).map(Utf8Bytes::from) else {
            return;
        };
        if newest.len() == HISTORY {
            newest.pop_front();
        }
        newest.push_back(frame.clone());
        // Fails when nobody is here, which is nobody's loss.
        let _ = self.channel.send(frame);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
