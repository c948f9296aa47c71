//! axum's chat example with rooms: a broadcast channel for each room, two tasks for each socket.
//!
//! *Invariant:* everybody in a room gets its messages in one order; who is too slow for that is closed.

mod room;

use axum::extract::ws::{Message, WebSocket};
use axum::extract::{Path, State, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::any;
use axum::{Router, serve};
use futures_util::{SinkExt, StreamExt};
use room::{Author, Rooms};
use serde::Deserialize;
use std::sync::Arc;
use tokio::net::TcpListener;

#[derive(Deserialize)]
struct First {
    username: String,
}

#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame {
    Message { content: String },
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let port = std::env::var("PORT").unwrap_or_else(|_| "3000".to_owned());
    let app = Router::new()
        .route("/ws/chat/{room_id}", any(upgrade))
        .with_state(Arc::new(Rooms::default()));
    serve(TcpListener::bind(format!("127.0.0.1:{port}")).await?, app).await
}

async fn upgrade(
    socket: WebSocketUpgrade,
    Path(room): Path<u64>,
    State(rooms): State<Arc<Rooms>>,
) -> Response {
    socket.on_upgrade(move |socket| chat(socket, room, rooms))
}

async fn chat(socket: WebSocket, room_id: u64, rooms: Arc<Rooms>) {
    let (mut sender, mut receiver) = socket.split();
    let Some(Ok(Message::Text(first))) = receiver.next().await else {
        return;
    };
    let Ok(First { username }) = serde_json::from_str(&first) else {
        return;
    };
    let author = Author {
        user_id: rooms.user(&username),
        username,
    };
    let room = rooms.room(room_id);
    let (history, mut messages) = room.join();
    if sender.send(Message::Text(history)).await.is_err() {
        return;
    }

    let mut send_task = tokio::spawn(async move {
        // Ends when the socket is gone, and when it is so slow that it missed something.
        while let Ok(message) = messages.recv().await {
            if sender.send(Message::Text(message)).await.is_err() {
                break;
            }
        }
    });
    let mut receive_task = tokio::spawn(async move {
        while let Some(Ok(Message::Text(text))) = receiver.next().await {
            if let Ok(Frame::Message { content }) = serde_json::from_str(&text) {
                room.post(&author, content);
            }
        }
    });
    tokio::select! {
        _ = &mut send_task => receive_task.abort(),
        _ = &mut receive_task => send_task.abort(),
    }
}
