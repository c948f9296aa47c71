//! A WebSocket client for the few tests that need somebody to be here.

use super::WAIT_MAX;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::net::SocketAddr;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// A one-room socket.
pub struct Socket {
    stream: WebSocketStream<TcpStream>,
    /// What the server said first.
    pub welcome: Value,
}

impl Socket {
    /// A guest of this name who is in a room now.
    pub async fn guest(address: SocketAddr, room: i64, name: &str) -> Self {
        Self::greeting(address, room, json!({"username": name})).await
    }

    async fn greeting(address: SocketAddr, room: i64, hello: Value) -> Self {
        let tcp = TcpStream::connect(address).await.unwrap();
        let url = format!("ws://{address}/ws/chat/{room}");
        let (stream, _) = tokio_tungstenite::client_async(url, tcp).await.unwrap();
        let mut socket = Self {
            stream,
            welcome: Value::Null,
        };
        socket.send(hello).await;
        socket.welcome = socket.next_of_type("welcome").await;
        socket
    }

    /// Somebody who has a session already, in a room now.
    pub async fn returning(address: SocketAddr, room: i64, token: &str) -> Self {
        Self::greeting(address, room, json!({"token": token})).await
    }

    /// The same after an absence: everything up to `after` is known.
    pub async fn back(address: SocketAddr, room: i64, token: &str, after: i64) -> Self {
        Self::greeting(address, room, json!({"token": token, "after": after})).await
    }

    /// The token that proves this guest.
    pub fn token(&self) -> &str {
        self.welcome["token"].as_str().unwrap()
    }

    pub async fn send(&mut self, frame: Value) {
        let message = Message::text(frame.to_string());
        self.stream.send(message).await.unwrap();
    }

    /// The next frame of this type; others are skipped.
    pub async fn next_of_type(&mut self, kind: &str) -> Value {
        loop {
            match self.next().await {
                Some(Message::Text(text)) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    if frame["type"] == kind {
                        return frame;
                    }
                }
                Some(Message::Close(close)) => panic!("closed with {close:?} before {kind}"),
                Some(_) => {}
                None => panic!("ended before {kind}"),
            }
        }
    }

    /// How the server closed it; frames before are skipped.
    pub async fn closed(&mut self) -> (u16, String) {
        loop {
            if let Err(closed) = self.next_or_close().await {
                return closed;
            }
        }
    }

    /// The next frame, or how the server closed the socket.
    pub async fn next_or_close(&mut self) -> Result<Value, (u16, String)> {
        loop {
            match self.next().await {
                Some(Message::Text(text)) => return Ok(serde_json::from_str(&text).unwrap()),
                Some(Message::Close(Some(close))) => {
                    return Err((close.code.into(), close.reason.to_string()));
                }
                Some(_) => {}
                None => panic!("ended without a close frame"),
            }
        }
    }

    async fn next(&mut self) -> Option<Message> {
        let next = timeout(WAIT_MAX, self.stream.next()).await;
        next.expect("a frame in time").and_then(Result::ok)
    }
}
