//! A socket as a browser has it: text frames in and out, and how it ended.

use futures::{SinkExt, StreamExt};
use parlour_protocol::{ClientFrame, ServerFrame, paths};
use std::net::SocketAddr;
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::client::IntoClientRequest;
use tokio_tungstenite::tungstenite::http::HeaderValue;
use tokio_tungstenite::tungstenite::http::header::AUTHORIZATION;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{WebSocketStream, client_async};

/// "Abnormal closure", RFC 6455 7.4.1: no close frame was seen.
pub(super) const ABNORMAL: u16 = 1006;
/// A browser's send never waits; one that waits this long has nowhere to go.
const SEND_TIMEOUT: Duration = Duration::from_secs(2);

/// An open socket.
pub(super) struct Link(WebSocketStream<TcpStream>);

/// What came in.
pub(super) enum Incoming {
    /// A frame of the server.
    Frame(Box<ServerFrame>),
    /// Something that is no business of the page's: a ping, or a frame of a newer server.
    Other,
    /// The connection ended.
    Closed {
        /// The close code, or [`ABNORMAL`].
        code: u16,
        /// The reason in the close frame.
        reason: String,
    },
}

/// Why there is no socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ConnectError {
    /// The connection was refused.
    Refused,
    /// Any other failure.
    Broken,
}

impl Link {
    /// Opens a socket at `address` for who has `token`.
    pub(super) async fn open(address: SocketAddr, token: &str) -> Result<Self, ConnectError> {
        let stream = TcpStream::connect(address).await.map_err(|error| {
            match error.kind() == std::io::ErrorKind::ConnectionRefused {
                true => ConnectError::Refused,
                false => ConnectError::Broken,
            }
        })?;
        let broken = |_| ConnectError::Broken;
        stream.set_nodelay(true).map_err(broken)?;
        let url = format!("ws://{address}{}", paths::SOCKET);
        let mut request = url
            .into_client_request()
            .map_err(|_| ConnectError::Broken)?;
        let bearer = HeaderValue::from_str(&format!("Bearer {token}"));
        let bearer = bearer.map_err(|_| ConnectError::Broken)?;
        request.headers_mut().insert(AUTHORIZATION, bearer);
        let opened = client_async(request, stream).await;
        opened
            .map(|(socket, _)| Self(socket))
            .map_err(|_| ConnectError::Broken)
    }

    /// The next thing that comes. Nothing is lost when it is dropped while it waits.
    pub(super) async fn next(&mut self) -> Incoming {
        let abnormal = || Incoming::Closed {
            code: ABNORMAL,
            reason: String::new(),
        };
        match self.0.next().await {
            Some(Ok(Message::Text(text))) => match ServerFrame::parse(&text) {
                Some(frame) => Incoming::Frame(Box::new(frame)),
                None => Incoming::Other,
            },
            Some(Ok(Message::Close(Some(close)))) => Incoming::Closed {
                code: close.code.into(),
                reason: close.reason.to_string(),
            },
            Some(Ok(Message::Close(None)) | Err(_)) | None => abnormal(),
            Some(Ok(_)) => Incoming::Other,
        }
    }

    /// Sends one frame; false when there is nobody to send it to.
    pub(super) async fn send(&mut self, frame: &ClientFrame) -> bool {
        let Ok(text) = serde_json::to_string(frame) else {
            return false;
        };
        let sending = self.0.send(Message::text(text));
        matches!(
            timeout(SEND_TIMEOUT, sending).await,
            Ok(Ok(()) | Err(Error::WriteBufferFull(_)))
        )
    }
}
