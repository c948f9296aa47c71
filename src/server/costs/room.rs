//! People in a room, one of whom talks.

use super::Failure;
use futures::{SinkExt, StreamExt};
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::Message;

/// How long anything may take; a server whose instructions are counted is slow.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// As long as a sentence or two.
const LENGTH: usize = 256;

/// Guests in the first room.
pub struct Room {
    members: Vec<Member>,
}

struct Member {
    stream: WebSocketStream<TcpStream>,
}

impl Room {
    /// Connects so many guests, one after the other.
    ///
    /// # Errors
    /// A socket cannot be opened, or is not welcomed in time.
    pub async fn of(members: usize, address: SocketAddr) -> Result<Self, Failure> {
        let mut room = Self {
            members: Vec::with_capacity(members),
        };
        for number in 0..members {
            let name = format!("Member {number}");
            room.members.push(Member::join(address, &name).await?);
        }
        Ok(room)
    }

    /// The first guest posts so many messages, each when all guests have got the one before.
    ///
    /// # Errors
    /// A socket fails, or a message does not arrive in time.
    pub async fn talk(&mut self, messages: usize) -> Result<(), Failure> {
        for number in 0..messages {
            let content = format!("{number:0>LENGTH$}");
            let text =
                json!({"type": "message", "content": content, "client_id": number.to_string()});
            let talker = self.members.first_mut().ok_or("nobody is here")?;
            talker.stream.send(Message::text(text.to_string())).await?;
            for member in &mut self.members {
                let heard = member.next_of_type("message").await?;
                if heard["content"] != content {
                    return Err(format!("{heard} and not message {number}").into());
                }
            }
        }
        Ok(())
    }
}

impl Member {
    async fn join(address: SocketAddr, name: &str) -> Result<Self, Failure> {
        let tcp = TcpStream::connect(address).await?;
        tcp.set_nodelay(true)?;
        let url = format!("ws://{address}/ws/chat/1");
        let (stream, _) = tokio_tungstenite::client_async(url, tcp).await?;
        let mut member = Self { stream };
        let hello = json!({"username": name});
        member.stream.send(Message::text(hello.to_string())).await?;
        member.next_of_type("welcome").await?;
        Ok(member)
    }

    /// The next frame of this type; others are skipped.
    async fn next_of_type(&mut self, kind: &str) -> Result<Value, Failure> {
        loop {
            let next = timeout(READ_TIMEOUT, self.stream.next()).await;
            let next = next.map_err(|_| format!("no {kind} in time"))?;
            match next.ok_or("the server hung up")?? {
                Message::Text(text) => {
                    let frame: Value = serde_json::from_str(&text)?;
                    if frame["type"] == kind {
                        return Ok(frame);
                    }
                }
                Message::Close(close) => return Err(format!("closed: {close:?}").into()),
                _ => {}
            }
        }
    }
}
