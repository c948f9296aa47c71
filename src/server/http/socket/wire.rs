//! The reading half of a socket: bytes in, one incoming thing at a time.
//!
//! *Invariant:* a socket that says nothing owns no buffer. What is read lies in one that all sockets of
//! a thread share; only what comes after the first message of a read is kept, until it is asked for.

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

/// Bytes read at once.
const BUFFER: usize = 16 * 1024;

thread_local! {
    static SHARED: RefCell<Box<[u8]>> = RefCell::new(vec![0; BUFFER].into());
}

/// The reading half of one WebSocket.
pub struct Wire {
    half: OwnedReadHalf,
    decoder: Decoder,
    /// Read, and looked at from `at` on when the next message is asked for.
    unread: Vec<u8>,
    at: usize,
}

/// What came in.
#[derive(Debug)]
pub enum Incoming {
    /// A frame of a message that goes on: only counted.
    Fragment,
    /// A text message.
    Text(String),
    /// A binary message, which the protocol has none of.
    Binary,
    /// To be answered with this.
    Ping(Frame),
    /// The other side lives.
    Pong,
    /// The other side ends it; to be answered with this.
    Closing(Frame),
    /// Something no well-behaved client sends; to be answered with [`Wire::refuse`] and this code.
    Violation(u16),
    /// The other side is gone.
    Closed,
}

impl Wire {
    /// Takes over an upgraded connection of this server's: what is read of it, and what is written.
    /// `None` for a connection of another kind, which the accept loop never makes.
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

    /// The next thing that comes in. May be dropped and called again without loss.
    pub async fn receive(&mut self) -> Incoming {
        poll_fn(|task| self.poll_receive(task)).await
    }

    /// Says why it ends, and waits for the other side to have heard it. The caller limits how long.
    pub async fn close(&mut self, mailbox: &Mailbox, code: u16, reason: &str) {
        if mailbox.end(Frame::close(code, reason)).await.is_err() {
            return;
        }
        while !matches!(
            self.receive().await,
            Incoming::Closed | Incoming::Closing(_) | Incoming::Violation(_)
        ) {}
    }

    /// The same after a violation, when frames cannot be told apart any more: what still comes in
    /// is read and thrown away, else the system would reset the connection under the close frame.
    pub async fn refuse(&mut self, mailbox: &Mailbox, code: u16) {
        if mailbox.end(Frame::close(code, "")).await == Err(Gone) {
            return;
        }
        if shutdown(self.half.as_ref(), Shutdown::Write).is_ok() {
            while let Some(_thrown_away) = poll_fn(|task| self.poll_read(task, |_, _| ())).await {}
        }
    }

    fn poll_receive(&mut self, task: &mut Context<'_>) -> Poll<Incoming> {
        if self.at < self.unread.len() {
            let mut unread = take(&mut self.unread);
            let (incoming, taken) = understand(&mut self.decoder, &mut unread[self.at..]);
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
                let (incoming, taken) = understand(&mut wire.decoder, bytes);
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

    /// Reads what there is, and has it looked at; `None` at the end.
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

/// The next thing that these bytes say, and how many of them it took.
fn understand(decoder: &mut Decoder, bytes: &mut [u8]) -> (Option<Incoming>, usize) {
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
