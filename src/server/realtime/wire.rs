//! The WebSocket itself: frames in, frames out, and an end that the other side can read.
//!
//! Owns every option of the codec. Whatever is put in its place needs these five verbs only.

use super::Frame;
use futures::{SinkExt, StreamExt};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use parlour_protocol::CloseCode;
use parlour_protocol::rules::FRAME_MAX;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio_tungstenite::WebSocketStream;
use tokio_tungstenite::tungstenite::protocol::{CloseFrame, Role, WebSocketConfig};
use tokio_tungstenite::tungstenite::{Bytes, Error, Message, Utf8Bytes};

/// Bytes read and written at once; each socket keeps the first.
const BUFFER: usize = 4 * 1024;
/// Bytes that may wait to be written, pongs included: more than the longest frame there is.
const UNWRITTEN_MAX: usize = 4 * 1024 * 1024;
/// RFC 6455, 7.4.1: not a WebSocket frame.
const PROTOCOL_ERROR: u16 = 1002;
/// RFC 6455, 7.4.1: text that is not UTF-8.
const NOT_UTF8: u16 = 1007;

/// One WebSocket, upgraded.
pub struct Wire {
    stream: WebSocketStream<TokioIo<Upgraded>>,
}

/// What came in.
#[derive(Debug)]
pub enum Incoming {
    /// A text frame.
    Text(Utf8Bytes),
    /// A binary frame, which the protocol has none of.
    Binary,
    /// A ping or a pong: the other side lives.
    Alive,
    /// Something no well-behaved client sends; to be answered with [`Wire::refuse`] and this code.
    Violation(u16),
    /// The other side is gone.
    Closed,
}

/// The other side is gone.
#[derive(Debug)]
pub struct Gone;

impl Wire {
    /// Takes over an upgraded connection.
    pub async fn new(upgraded: Upgraded) -> Self {
        // Compression stays off: a kilobyte of window per socket, and a way to guess secrets.
        let config = WebSocketConfig::default()
            .read_buffer_size(BUFFER)
            .write_buffer_size(BUFFER)
            .max_write_buffer_size(UNWRITTEN_MAX)
            .max_message_size(Some(FRAME_MAX))
            .max_frame_size(Some(FRAME_MAX));
        let io = TokioIo::new(upgraded);
        let stream = WebSocketStream::from_raw_socket(io, Role::Server, Some(config)).await;
        Self { stream }
    }

    /// The next thing that comes in. May be dropped and called again without loss.
    pub async fn receive(&mut self) -> Incoming {
        match self.stream.next().await {
            Some(Ok(Message::Text(text))) => Incoming::Text(text),
            Some(Ok(Message::Binary(_))) => Incoming::Binary,
            Some(Ok(Message::Ping(_) | Message::Pong(_) | Message::Frame(_))) => Incoming::Alive,
            Some(Err(Error::Capacity(_))) => Incoming::Violation(CloseCode::TooBig.code()),
            Some(Err(Error::Utf8(_))) => Incoming::Violation(NOT_UTF8),
            Some(Err(Error::Protocol(reset))) if is_reset(&reset) => Incoming::Closed,
            Some(Err(Error::Protocol(_))) => Incoming::Violation(PROTOCOL_ERROR),
            Some(Ok(Message::Close(_))) => {
                // The answer is queued; the next read sends it and says that all is over.
                let _ = self.stream.next().await;
                Incoming::Closed
            }
            Some(Err(_)) | None => Incoming::Closed,
        }
    }

    /// Writes frames, all in one go. Dropped half-way it has written whole frames or will have
    /// with the next call.
    pub async fn write(&mut self, frames: impl IntoIterator<Item = Frame>) -> Result<(), Gone> {
        for frame in frames {
            self.stream
                .feed(Message::Text(frame))
                .await
                .map_err(|_| Gone)?;
        }
        self.stream.flush().await.map_err(|_| Gone)
    }

    /// Asks whether the other side is there.
    pub async fn ping(&mut self) -> Result<(), Gone> {
        self.stream
            .send(Message::Ping(Bytes::new()))
            .await
            .map_err(|_| Gone)
    }

    /// Says why it ends, and waits for the other side to have heard it. The caller limits how long.
    pub async fn close(&mut self, code: u16, reason: &str) {
        if self.say_close(code, reason).await.is_ok() {
            while !matches!(
                self.receive().await,
                Incoming::Closed | Incoming::Violation(_)
            ) {}
        }
    }

    /// The same after a violation, when frames cannot be told apart any more: what still comes in
    /// is read and thrown away, else the system would reset the connection under the close frame.
    pub async fn refuse(&mut self, code: u16) {
        if self.say_close(code, "").await.is_err() {
            return;
        }
        let raw = self.stream.get_mut();
        let mut sink = [0; BUFFER];
        if raw.shutdown().await.is_ok() {
            while matches!(raw.read(&mut sink).await, Ok(read) if read > 0) {}
        }
    }

    async fn say_close(&mut self, code: u16, reason: &str) -> Result<(), Gone> {
        let frame = CloseFrame {
            code: code.into(),
            reason: reason.into(),
        };
        self.stream
            .send(Message::Close(Some(frame)))
            .await
            .map_err(|_| Gone)
    }
}

fn is_reset(error: &tokio_tungstenite::tungstenite::error::ProtocolError) -> bool {
    use tokio_tungstenite::tungstenite::error::ProtocolError;
    matches!(error, ProtocolError::ResetWithoutClosingHandshake)
}
