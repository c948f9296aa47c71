//! A WebSocket: frames in, frames out, and why it closed. Dropping it closes it.

use futures::{SinkExt, StreamExt, future::poll_fn};
use gloo_net::websocket::{Message, State, WebSocketError, futures::WebSocket};
use parlour_protocol::{ClientFrame, ServerFrame};

/// What came in.
pub enum Incoming {
    /// A frame.
    Frame(Box<ServerFrame>),
    /// Something that is no frame this client knows; a newer server may send such.
    Unknown,
    /// The socket has closed; nothing comes after it.
    Closed {
        /// RFC 6455 close code; 1006 when there was none.
        code: u16,
        /// What the server gave as the reason.
        reason: String,
    },
}

/// A socket, from the attempt to connect until it is dropped.
pub struct Socket(WebSocket);

impl Socket {
    /// Starts to connect. `None` when the browser refuses the URL.
    pub fn open(url: &str) -> Option<Self> {
        WebSocket::open(url).ok().map(Self)
    }

    /// Resolves when the attempt has ended: true when the socket is open.
    pub async fn is_open(&mut self) -> bool {
        let tried = poll_fn(|cx| self.0.poll_ready_unpin(cx)).await;
        tried.is_ok() && matches!(self.0.state(), State::Open)
    }

    /// Hands a frame to the browser; false when the socket is closed.
    pub async fn send(&mut self, frame: &ClientFrame) -> bool {
        self.0.send(Message::Text(frame.encode())).await.is_ok()
    }

    /// What comes next. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Incoming {
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => ServerFrame::parse(&text)
                .map_or(Incoming::Unknown, |frame| Incoming::Frame(Box::new(frame))),
            Some(Ok(Message::Bytes(_))) => Incoming::Unknown,
            Some(Err(WebSocketError::ConnectionClose(close))) => Incoming::Closed {
                code: close.code,
                reason: close.reason,
            },
            Some(Err(_)) | None => Incoming::Closed {
                code: 1006,
                reason: String::new(),
            },
        }
    }
}
