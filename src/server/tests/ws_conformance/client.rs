//! A client that writes bytes, whatever they are, and reads frames strictly.

use super::{CLOSE, FINAL, PING, TEXT};
use crate::harness::{Server, WAIT_MAX};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// Any key will do; this one changes every bit somewhere.
const KEY: [u8; 4] = [0xa5, 0x5a, 0xff, 0x01];

/// A client's frame, whole and masked.
pub fn frame(first: u8, payload: impl AsRef<[u8]>) -> Vec<u8> {
    let payload = payload.as_ref();
    let mut frame = head(first, payload.len() as u64);
    frame.extend(payload.iter().zip(KEY.iter().cycle()).map(|(b, k)| b ^ k));
    frame
}

/// The head of a frame that announces this many bytes.
pub fn head(first: u8, length: u64) -> Vec<u8> {
    let mut head = vec![first];
    match length {
        0..=125 => head.push(0x80 | length as u8),
        126..=0xffff => {
            head.push(0x80 | 126);
            head.extend((length as u16).to_be_bytes());
        }
        _ => {
            head.push(0x80 | 127);
            head.extend(length.to_be_bytes());
        }
    }
    head.extend(KEY);
    head
}

/// A message to the room that takes this many bytes as a frame's payload.
pub fn saying(content: &str, length: usize) -> String {
    let mut text = json!({"type": "message", "content": content}).to_string();
    assert!(text.len() <= length, "{length} is too few");
    // Blanks between the tokens of JSON mean nothing.
    text.extend(std::iter::repeat_n(' ', length - text.len()));
    text
}

pub struct Client {
    tcp: TcpStream,
}

impl Client {
    /// Connected, and nothing said.
    pub async fn connected(server: &Server) -> Self {
        let tcp = TcpStream::connect(server.address).await.unwrap();
        // What is written in pieces goes out in pieces.
        tcp.set_nodelay(true).unwrap();
        Self { tcp }
    }

    /// A socket of somebody who only reads.
    pub async fn reading(server: &Server) -> Self {
        let mut client = Self::connected(server).await;
        client.write(&handshake("/ws")).await;
        let answer = client.http_head().await;
        assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
        client
    }

    /// A socket of a guest in the first room.
    pub async fn named(server: &Server, name: &str) -> Self {
        let mut client = Self::connected(server).await;
        client.write(&handshake("/ws/chat/1")).await;
        let answer = client.http_head().await;
        assert!(answer.starts_with("HTTP/1.1 101 "), "{answer}");
        let hello = json!({"username": name}).to_string();
        client.write(&frame(FINAL | TEXT, hello)).await;
        while client.text().await["type"] != "welcome" {}
        client
    }

    pub async fn write(&mut self, bytes: &[u8]) {
        let written = timeout(WAIT_MAX, self.tcp.write_all(bytes)).await;
        written.expect("the server reads").unwrap();
    }

    /// In pieces of this size, each of them a write of its own.
    pub async fn write_in_pieces(&mut self, bytes: &[u8], size: usize) {
        for piece in bytes.chunks(size) {
            self.write(piece).await;
        }
    }

    /// The head of an answer in HTTP.
    pub async fn http_head(&mut self) -> String {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            let byte = timeout(WAIT_MAX, self.tcp.read_u8()).await;
            head.push(byte.expect("an answer in time").unwrap());
        }
        String::from_utf8(head).unwrap()
    }

    /// The next frame, its opcode and payload; `None` when the connection has ended well.
    pub async fn frame(&mut self) -> Option<(u8, Vec<u8>)> {
        timeout(WAIT_MAX, self.read_frame())
            .await
            .expect("a frame in time")
    }

    async fn read_frame(&mut self) -> Option<(u8, Vec<u8>)> {
        let mut head = [0; 2];
        if self.tcp.read(&mut head[..1]).await.unwrap() == 0 {
            return None;
        }
        self.tcp.read_exact(&mut head[1..]).await.unwrap();
        let [first, second] = head;
        assert_eq!(first & 0xf0, FINAL, "final, nothing reserved: {first:#x}");
        let opcode = first & 0x0f;
        let length = match second {
            ..126 => u64::from(second),
            126 => {
                let length = u64::from(self.tcp.read_u16().await.unwrap());
                assert!(length > 125, "as few bytes as it takes");
                length
            }
            127 => {
                let length = self.tcp.read_u64().await.unwrap();
                assert!(length > 0xffff, "as few bytes as it takes");
                length
            }
            128.. => panic!("servers do not mask"),
        };
        assert!(opcode < CLOSE || length <= 125, "a control frame is short");
        let mut payload = vec![0; length as usize];
        self.tcp.read_exact(&mut payload).await.unwrap();
        Some((opcode, payload))
    }

    /// What the next text says.
    pub async fn text(&mut self) -> Value {
        loop {
            let (opcode, payload) = self.frame().await.expect("a text, and not the end");
            match opcode {
                TEXT => return serde_json::from_slice(&payload).unwrap(),
                PING => {}
                _ => panic!("{opcode} {payload:?} and not text"),
            }
        }
    }

    /// What came of a text: the message that was posted, or the error.
    pub async fn answer(&mut self) -> Value {
        loop {
            let text = self.text().await;
            if text["type"] == "message" || text["type"] == "error" {
                return text;
            }
        }
    }

    /// The next frame that is no text, but for the server's own pings.
    pub async fn control(&mut self) -> (u8, Vec<u8>) {
        loop {
            let frame = self.frame().await.expect("a control frame, not the end");
            if frame.0 != TEXT && frame.0 != PING {
                return frame;
            }
        }
    }

    /// Waits for the close frame and the end of the connection, and says what the frame held.
    pub async fn closed(mut self) -> Vec<u8> {
        let (opcode, payload) = self.control().await;
        assert_eq!(opcode, CLOSE, "{payload:?}");
        assert_eq!(self.frame().await, None, "nothing after a close");
        payload
    }

    /// Whether it was closed with this code.
    #[track_caller]
    pub fn refused(self, code: u16) -> impl Future<Output = ()> {
        let caller = std::panic::Location::caller();
        async move {
            let payload = self.closed().await;
            let told = payload.first_chunk().map(|code| u16::from_be_bytes(*code));
            assert_eq!(told, Some(code), "at {caller}");
        }
    }
}

/// What every client sends.
pub fn handshake(path: &str) -> Vec<u8> {
    format!(
        "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    .into_bytes()
}
