//! What is asked over sockets, and what answers it.

use super::world::{Answer, World};
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::time::Duration;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;

impl World {
    async fn socket(&self, path: &str, who: &str) -> Socket {
        let url = format!("ws://{}{path}", self.site.address);
        let mut request = url.into_client_request().unwrap();
        if let Some(person) = self.people.get(who) {
            let bearer = format!("Bearer {}", person.token);
            let headers = request.headers_mut();
            headers.insert("authorization", bearer.parse().unwrap());
        }
        let tcp = tokio::net::TcpStream::connect(self.site.address)
            .await
            .unwrap();
        tokio_tungstenite::client_async(request, tcp)
            .await
            .unwrap()
            .0
    }

    /// A socket: the type of its first frame, or the code that it is closed with.
    pub(super) async fn enter(&self, path: &str, who: &str) -> Answer {
        let mut socket = self.socket(path, who).await;
        let hello = match path {
            "/ws" => json!({"type": "nonsense"}),
            _ if who == "nobody" => json!({"username": "Newcomer"}),
            _ => json!({}),
        };
        let _ = socket.send(Message::text(hello.to_string())).await;
        loop {
            match next(&mut socket).await {
                Some(Message::Text(text)) => {
                    let frame: Value = serde_json::from_str(&text).unwrap();
                    let status = frame["type"].as_str().unwrap_or_default().to_owned();
                    let is_beside = BESIDE.contains(&status.as_str());
                    if (path == "/ws" && !is_beside) || status == "welcome" {
                        return Answer {
                            bytes: status.clone(),
                            status,
                        };
                    }
                }
                Some(Message::Close(Some(close))) => {
                    let status = u16::from(close.code).to_string();
                    let bytes = format!("{status} {}", close.reason);
                    return Answer { status, bytes };
                }
                Some(_) => {}
                None => panic!("{path} ends for {who} without a word"),
            }
        }
    }

    /// A frame: the code that it is refused with, or the type of the first frame that answers it.
    pub(super) async fn say(&self, frame: Value, who: &str) -> Answer {
        let mut socket = self.socket("/ws", who).await;
        for frame in [frame, json!({"type": "nonsense"})] {
            socket.send(Message::text(frame.to_string())).await.unwrap();
        }
        let mut frames = Vec::new();
        loop {
            let Some(Message::Text(text)) = next(&mut socket).await else {
                continue;
            };
            let frame: Value = serde_json::from_str(&text).unwrap();
            if frame["code"] == "unknown_type" {
                break;
            }
            if !BESIDE.iter().any(|beside| frame["type"] == *beside) {
                frames.push(frame);
            }
        }
        let first = frames.first();
        let said = |name: &str| first.and_then(|frame| frame[name].as_str());
        let status = said("code").or(said("type")).unwrap_or("nothing");
        Answer {
            status: status.to_owned(),
            bytes: format!("{frames:?}"),
        }
    }
}

type Socket = tokio_tungstenite::WebSocketStream<tokio::net::TcpStream>;

async fn next(socket: &mut Socket) -> Option<Message> {
    let next = tokio::time::timeout(Duration::from_secs(10), socket.next()).await;
    next.expect("a frame in time").and_then(Result::ok)
}

/// Frames that come when the hub's clock or the disk says so, and not as answers.
const BESIDE: [&str; 7] = [
    "read",
    "room_activity",
    "room_changed",
    "users_list",
    "typing",
    "system",
    "heartbeat",
];
