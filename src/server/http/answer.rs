//! The body of an answer, in pieces, with the guards that are held until it is read.

use crate::limits::connections::Place;
use crate::limits::{SocketGuard, UnreadGuard};
use axum::body::{Body, HttpBody};
use bytes::Bytes;
use hyper::body::{Frame, SizeHint};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

/// Bytes of one piece.
const PIECE: usize = 32 * 1024;

/// The body of an answer.
pub(super) struct Answer {
    body: Body,
    /// What the body produced and was not handed on.
    rest: Bytes,
    _held: Held,
}

/// The guards that an answer holds until its last piece is on its way.
pub(super) struct Held {
    /// Keeps the connection from being idle.
    pub(super) _running: Running,
    /// Counts the request of an address behind a proxy.
    pub(super) _request: Option<SocketGuard>,
    /// Counts the bytes that are not read.
    pub(super) _unread: Option<Arc<UnreadGuard>>,
}

/// A request that runs, so that its connection is not idle.
pub(super) struct Running(Arc<Place>);

impl Running {
    /// Begins a request on this connection.
    pub(super) fn begin(place: Arc<Place>) -> Self {
        place.begin();
        Self(place)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.finish();
    }
}

impl Answer {
    pub(super) fn new(body: Body, held: Held) -> Self {
        Self {
            body,
            rest: Bytes::new(),
            _held: held,
        }
    }
}

impl HttpBody for Answer {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        if self.rest.is_empty() {
            let next = ready!(Pin::new(&mut self.body).poll_frame(task));
            match next.map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(bytes))) => self.rest = bytes,
                Some(Ok(Err(trailers))) => return Poll::Ready(Some(Ok(trailers))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let length = self.rest.len().min(PIECE);
        let piece = self.rest.split_to(length);
        Poll::Ready(Some(Ok(Frame::data(piece))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let rest = self.rest.len() as u64;
        let body = self.body.size_hint();
        let mut hint = SizeHint::new();
        if let Some(upper) = body.upper() {
            hint.set_upper(upper + rest);
        }
        hint.set_lower(body.lower() + rest);
        hint
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::limits::connections::{Connections, KEEP_ALIVE_GRACE};
    use parlour_protocol::Timestamp;

    #[tokio::test]
    async fn a_long_answer_goes_out_in_pieces_and_is_held_until_the_last() {
        let clock = ManualClock::stopped(Timestamp(0));
        let connections = Connections::new(1, Arc::default(), Arc::new(clock.clone()));
        let place = Arc::new(connections.enter(None).unwrap());
        let held = Held {
            _running: Running::begin(Arc::clone(&place)),
            _request: None,
            _unread: None,
        };
        let long = vec![b'a'; 3 * PIECE + 1];
        let mut answer = Answer::new(Body::from(long), held);
        assert_eq!(answer.size_hint().exact(), Some(3 * PIECE as u64 + 1));
        let mut pieces = Vec::new();
        while !answer.is_end_stream() {
            // No idle connection can be evicted for a new one.
            clock.advance(2 * KEEP_ALIVE_GRACE);
            assert!(connections.enter(None).is_err());
            let next = std::future::poll_fn(|task| Pin::new(&mut answer).poll_frame(task)).await;
            let piece = next.unwrap().unwrap().into_data().unwrap();
            pieces.push(piece.len());
        }
        assert_eq!(pieces, [PIECE, PIECE, PIECE, 1]);
        drop(answer);
        clock.advance(2 * KEEP_ALIVE_GRACE);
        assert!(connections.enter(None).is_ok());
    }
}
