//! The stream of a connection, with a time limit for clients that do not read.
//!
//! *Invariant:* writing makes progress, at a minimal rate, or the connection is reset and its buffers are freed.

use crate::clock::{Clock, Deadline};
use socket2::SockRef;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Bytes that have to be taken in a second, once a write has to wait.
const SLOWEST: usize = 4 * 1024;

/// One connection's stream.
pub struct Line {
    stream: TcpStream,
    /// How long a write may make no progress.
    write_timeout: Duration,
    clock: Arc<dyn Clock>,
    /// `None` while everything was taken at once.
    waiting: Option<Waiting>,
}

struct Waiting {
    /// The start of the waiting, moved forward by the time that what was taken may take at the slowest rate.
    since: Instant,
    over: Deadline,
}

impl Line {
    /// Wraps a stream, on which a write may make no progress for `write_timeout`.
    pub fn new(stream: TcpStream, write_timeout: Duration, clock: Arc<dyn Clock>) -> Self {
        Self {
            stream,
            write_timeout,
            clock,
            waiting: None,
        }
    }

    /// The stream, of which something else takes care from now on.
    pub fn into_stream(self) -> TcpStream {
        self.stream
    }

    /// Takes the outcome of a write, and fails it after the timeout.
    fn watch(
        &mut self,
        task: &mut Context<'_>,
        written: Poll<io::Result<usize>>,
    ) -> Poll<io::Result<usize>> {
        match (&written, &mut self.waiting) {
            (Poll::Ready(Ok(bytes)), Some(waiting)) => {
                let earned = Duration::from_millis((bytes * 1_000 / SLOWEST) as u64);
                waiting.since = (waiting.since + earned).min(self.clock.monotonic());
                written
            }
            (Poll::Ready(_), _) => written,
            (Poll::Pending, waiting) => {
                let waiting = waiting.get_or_insert_with(|| {
                    let since = self.clock.monotonic();
                    let over = Deadline::new(&self.clock, since + self.write_timeout);
                    Waiting { since, over }
                });
                let end = waiting.since + self.write_timeout;
                waiting.over.set(end);
                if Pin::new(&mut waiting.over).poll(task).is_pending() {
                    return Poll::Pending;
                }
                // Resets, else the system would keep for minutes what was not read.
                let _ = SockRef::from(&self.stream).set_linger(Some(Duration::ZERO));
                Poll::Ready(Err(ErrorKind::TimedOut.into()))
            }
        }
    }
}

impl AsyncRead for Line {
    fn poll_read(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(task, buffer)
    }
}

impl AsyncWrite for Line {
    fn poll_write(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(task, bytes);
        self.watch(task, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
        slices: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(task, slices);
        self.watch(task, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    /// Called when nothing is left to write.
    fn poll_flush(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.waiting = None;
        Pin::new(&mut self.stream).poll_flush(task)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, task: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(task)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use parlour_protocol::Timestamp;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    const PIECE: usize = 16 * 1024;

    const WRITE_TIMEOUT: Duration = Duration::from_secs(20);

    /// A line, and the client's end of it.
    async fn pair(clock: ManualClock) -> (Line, TcpStream) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let reader = TcpStream::connect(listener.local_addr().unwrap());
        let (reader, accepted) = tokio::join!(reader, listener.accept());
        let stream = accepted.unwrap().0;
        SockRef::from(&stream).set_send_buffer_size(PIECE).unwrap();
        let line = Line::new(stream, WRITE_TIMEOUT, Arc::new(clock));
        (line, reader.unwrap())
    }

    #[tokio::test]
    async fn a_connection_that_does_not_read_is_reset() {
        let clock = ManualClock::stopped(Timestamp(0));
        let (mut line, mut reader) = pair(clock.clone()).await;
        let ended = loop {
            tokio::select! {
                written = line.write_all(&[0; PIECE]) => if let Err(error) = written {
                    break error;
                },
                () = tokio::task::yield_now() => clock.advance(WRITE_TIMEOUT / 10),
            }
        };
        assert_eq!(ended.kind(), ErrorKind::TimedOut);
        drop(line);
        let rest = reader.read_to_end(&mut Vec::new()).await;
        assert_eq!(rest.unwrap_err().kind(), ErrorKind::ConnectionReset);
    }

    #[tokio::test]
    async fn a_slow_reader_is_waited_for() {
        let (mut line, mut reader) = pair(ManualClock::running()).await;
        let reading = tokio::spawn(async move {
            let mut read = Vec::new();
            reader.read_to_end(&mut read).await.map(|_| read.len())
        });
        for _ in 0..1_000 {
            line.write_all(&[0; PIECE]).await.unwrap();
        }
        line.flush().await.unwrap();
        assert!(line.waiting.is_none());
        drop(line);
        assert_eq!(reading.await.unwrap().unwrap(), 1_000 * PIECE);
    }
}
