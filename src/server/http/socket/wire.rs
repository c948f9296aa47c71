//! The reading half of a socket: bytes in, one message or control frame at a time.
//!
//! *Invariant:* an idle socket owns no buffer. Reads go into a buffer that all sockets of a thread share; only
//! the bytes after the first message of a read are kept, until the next message is asked for.

use crate::http::line::Line;
use crate::realtime::codec::{Decoded, Decoder};
use crate::realtime::{Frame, Gone, Mailbox};
use hyper::upgrade::Upgraded;
use hyper_util::rt::TokioIo;
use parlour_protocol::rules::FRAME_MAX;
use rustix::net::{Shutdown, shutdown};
use std::cell::RefCell;
use std::future::poll_fn;
use std::mem::take;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use tokio::io::{AsyncRead, ReadBuf};
use tokio::net::tcp::OwnedReadHalf;

/// Bytes of the shared buffer, which is the most that is read at once.
const BUFFER: usize = 16 * 1024;

thread_local! {
    static SHARED: RefCell<Box<[u8]>> = RefCell::new(vec![0; BUFFER].into());
}

/// The reading half of one WebSocket.
pub struct Wire {
    half: OwnedReadHalf,
    decoder: Decoder,
    /// Bytes that were read and are not decoded yet, from `at` on.
    unread: Vec<u8>,
    at: usize,
}

/// One message, control frame or event of the connection.
#[derive(Debug)]
pub enum Incoming {
    /// A frame of a message that goes on: only counted.
    Fragment,
    /// A text message.
    Text(String),
    /// A binary message, which the protocol has none of.
    Binary,
    /// A ping, with the pong that answers it.
    Ping(Frame),
    /// A pong, solicited or not.
    Pong,
    /// A close frame, with the one that answers it.
    Closing(Frame),
    /// A violation of the protocol; to be answered with [`Wire::refuse`] and this code.
    Violation(u16),
    /// The connection ended without a close frame.
    Closed,
}

impl Wire {
    /// Splits an upgraded connection into its reading half and a mailbox that writes to it. `None` for a
    /// connection of another kind than the accept loop makes.
    pub fn take_over(upgraded: Upgraded) -> Option<(Self, Mailbox)> {
        let parts = upgraded.downcast::<TokioIo<Line>>().ok()?;
        let (half, writing) = parts.io.into_inner().into_stream().into_split();
        let wire = Self {
            half,
            decoder: Decoder::default(),
            unread: parts.read_buf.to_vec(),
            at: 0,
        };
        Some((wire, Mailbox::over(writing)))
    }

    /// Waits for the next thing that comes in. Cancel safe: dropping the future loses nothing.
    pub async fn receive(&mut self) -> Incoming {
        poll_fn(|task| self.poll_receive(task)).await
    }

    /// Sends the close frame, and waits until the client has answered it or is gone. The caller sets a time
    /// limit.
    pub async fn close(&mut self, mailbox: &Mailbox, code: u16, reason: &str) {
        if mailbox.end(Frame::close(code, reason)).await.is_err() {
            return;
        }
        while !matches!(
            self.receive().await,
            Incoming::Closed | Incoming::Closing(_) | Incoming::Violation(_)
        ) {}
    }

    /// The same after a violation, when frames cannot be delimited any more. What still comes in is read and
    /// discarded, else the system would reset the connection before the close frame is read.
    pub async fn refuse(&mut self, mailbox: &Mailbox, code: u16) {
        if mailbox.end(Frame::close(code, "")).await == Err(Gone) {
            return;
        }
        if shutdown(self.half.as_ref(), Shutdown::Write).is_ok() {
            while let Some(_discarded) = poll_fn(|task| self.poll_read(task, |_, _| ())).await {}
        }
    }

    fn poll_receive(&mut self, task: &mut Context<'_>) -> Poll<Incoming> {
        if self.at < self.unread.len() {
            let mut unread = take(&mut self.unread);
            let (incoming, taken) = decode(&mut self.decoder, &mut unread[self.at..]);
            self.at += taken;
            if self.at < unread.len() {
                self.unread = unread;
            }
            if let Some(incoming) = incoming {
                return Poll::Ready(incoming);
            }
        }
        loop {
            let read = self.poll_read(task, |wire, bytes| {
                let (incoming, taken) = decode(&mut wire.decoder, bytes);
                wire.unread = bytes[taken..].to_vec();
                wire.at = 0;
                incoming
            });
            match ready!(read) {
                Some(Some(incoming)) => return Poll::Ready(incoming),
                Some(None) => {}
                None => return Poll::Ready(Incoming::Closed),
            }
        }
    }

    /// Reads what there is and runs `look` on it; `None` at the end of the connection.
    fn poll_read<T>(
        &mut self,
        task: &mut Context<'_>,
        look: impl FnOnce(&mut Self, &mut [u8]) -> T,
    ) -> Poll<Option<T>> {
        SHARED.with_borrow_mut(|shared| {
            let mut buffer = ReadBuf::new(shared);
            let read = ready!(Pin::new(&mut self.half).poll_read(task, &mut buffer));
            Poll::Ready(match (read, buffer.filled_mut()) {
                (Err(_), _) | (Ok(()), []) => None,
                (Ok(()), bytes) => Some(look(self, bytes)),
            })
        })
    }
}

/// The next thing in these bytes, and how many of them it took.
fn decode(decoder: &mut Decoder, bytes: &mut [u8]) -> (Option<Incoming>, usize) {
    let (decoded, taken) = decoder.decode(bytes, FRAME_MAX);
    let incoming = match decoded {
        Decoded::More => return (None, taken),
        Decoded::Fragment => Incoming::Fragment,
        Decoded::Text(text) => Incoming::Text(text.into_owned()),
        Decoded::Binary => Incoming::Binary,
        Decoded::Ping(payload) => Incoming::Ping(Frame::pong(&payload)),
        Decoded::Pong => Incoming::Pong,
        Decoded::Close(code) => Incoming::Closing(Frame::closed(code)),
        Decoded::Violation(violation) => Incoming::Violation(violation.code()),
    };
    (Some(incoming), taken)
}
