//! What one socket is sent: straight to the wire while it takes it, else into a bounded queue.
//!
//! *Invariant:* putting something in never waits, and never overtakes what was put in before it. A
//! socket that lets its queue fill up is told to come back (4008) and forgets what was queued: the
//! client asks for it by `seq`. A socket that keeps up owns no queue at all.

use super::{Frame, Run, locked};
use bytes::Bytes;
use parlour_protocol::CloseCode;
use std::collections::VecDeque;
use std::io::{ErrorKind, IoSlice};
use std::sync::Mutex;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;

/// Frames a socket may be behind.
const MAX_FRAMES: usize = 256;
/// Bytes a socket may be behind.
const MAX_BYTES: usize = 1024 * 1024;
/// Frames handed to the system in one call.
const AT_ONCE: usize = 128;

/// Why a socket is to be closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// The close code.
    pub code: CloseCode,
    /// Its reason, a short ASCII text.
    pub reason: String,
}

impl Closing {
    /// With a code that says it all.
    pub fn plain(code: CloseCode) -> Self {
        Self {
            code,
            reason: String::new(),
        }
    }

    /// The server goes away; come back after `retry_after_ms`.
    pub fn going_away(retry_after_ms: u64) -> Self {
        let reason = format!("retry_after_ms={retry_after_ms}");
        Self {
            code: CloseCode::GoingAway,
            reason,
        }
    }

    /// Whether what was queued is dropped instead of written first.
    pub fn is_hard(&self) -> bool {
        self.code == CloseCode::TooSlow
    }
}

/// What the hub knows of a socket: something that takes frames without waiting.
pub trait Subscriber: Send + Sync + 'static {
    /// Takes a frame, or is closed as too slow.
    fn try_send(&self, frame: Frame);

    /// Takes several, in their order, as if one by one.
    fn try_send_run(&self, run: &Run<'_>) {
        for frame in run.frames() {
            self.try_send(frame.clone());
        }
    }

    /// Closes it once what it took is written, which may be more until its task gets round to it. The
    /// first reason counts, except that too slow overrides.
    fn close(&self, closing: Closing);
}

/// The other side is gone.
#[derive(Debug, PartialEq, Eq)]
pub struct Gone;

/// What one socket is sent.
#[derive(Default)]
pub struct Mailbox {
    /// Where frames go; without one they wait to be taken.
    wire: Option<OwnedWriteHalf>,
    state: Mutex<State>,
    /// One waiter: the socket's own task.
    wake: Notify,
}

#[derive(Default)]
struct State {
    /// What is left of a frame that is on the wire in part.
    rest: Bytes,
    /// Answers of the socket's own task; they go before what the hub has queued.
    answers: VecDeque<Frame>,
    /// What the hub has queued.
    frames: VecDeque<Frame>,
    /// Bytes in `frames`.
    bytes: usize,
    /// Frames that were ever queued, and how many of them are in the queue no more.
    queued: u64,
    settled: u64,
    /// An answer is being prepared; what the hub says comes after it.
    is_held: bool,
    closing: Option<Closing>,
    /// Nothing that the hub sends is taken any more: the last frame was, or the other side is gone.
    is_over: bool,
    is_gone: bool,
}

impl Mailbox {
    /// Over this half of a socket.
    pub fn over(wire: OwnedWriteHalf) -> Self {
        Self {
            wire: Some(wire),
            ..Self::default()
        }
    }

    /// Everything queued, and why the socket is to close. The queue gives its memory back.
    pub fn take(&self) -> (VecDeque<Frame>, Option<Closing>) {
        let mut state = locked(&self.state);
        (state.empty(), state.closing.clone())
    }

    /// Until [`Mailbox::release`], what the hub sends waits behind an answer that is being prepared.
    pub fn hold(&self) {
        locked(&self.state).is_held = true;
    }

    /// What waited for an answer may go.
    pub fn release(&self) {
        let mut state = locked(&self.state);
        state.is_held = false;
        self.flush(&mut state);
    }

    /// Puts an answer before everything that the hub has queued, and waits until it is written. It
    /// counts for no limit: its author has no other under way.
    pub async fn answer(&self, frame: Frame) -> Result<(), Gone> {
        locked(&self.state).answers.push_back(frame);
        self.written(|state| state.rest.is_empty() && state.answers.is_empty())
            .await
    }

    /// The last frame, in place of everything that the hub has queued and will send.
    pub async fn end(&self, frame: Frame) -> Result<(), Gone> {
        {
            let mut state = locked(&self.state);
            state.empty();
            state.is_over = true;
        }
        self.answer(frame).await
    }

    /// Writes what is queued now; what the hub adds meanwhile may stay.
    pub async fn drain(&self) -> Result<(), Gone> {
        let last = locked(&self.state).queued;
        self.written(|state| state.rest.is_empty() && (state.settled >= last || state.is_held))
            .await
    }

    /// Waits until there is something to write or a reason to close.
    pub async fn ready(&self) {
        self.wait(|state| {
            let is_ready = state.has_unwritten() || state.closing.is_some() || state.is_gone;
            is_ready.then_some(())
        })
        .await;
    }

    /// Waits until the socket is to close, and says why.
    pub async fn closing(&self) -> Closing {
        self.wait(|state| state.closing.clone()).await
    }

    /// Why the socket is to close, if it is.
    pub fn why_closing(&self) -> Option<Closing> {
        locked(&self.state).closing.clone()
    }

    async fn wait<T>(&self, found: impl Fn(&State) -> Option<T>) -> T {
        loop {
            let now = found(&locked(&self.state));
            match now {
                Some(found) => return found,
                None => self.wake.notified().await,
            }
        }
    }

    /// Writes until `is_enough`, as fast as the other side reads.
    async fn written(&self, is_enough: impl Fn(&State) -> bool) -> Result<(), Gone> {
        let Some(wire) = &self.wire else {
            return Ok(());
        };
        loop {
            {
                let mut state = locked(&self.state);
                self.flush(&mut state);
                if state.is_gone {
                    return Err(Gone);
                }
                if is_enough(&state) {
                    return Ok(());
                }
            }
            wire.writable().await.map_err(|_| Gone)?;
        }
    }

    /// Hands over as much as the system takes.
    fn flush(&self, state: &mut State) {
        let Some(wire) = &self.wire else { return };
        while state.has_unwritten() {
            let mut slices = [IoSlice::new(&[]); AT_ONCE];
            let count = state.gather(&mut slices);
            match wire.try_write_vectored(&slices[..count]) {
                Ok(written) => state.advance(written),
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => state.lose(),
            }
        }
    }

    /// Writes past an empty queue; how many bytes the system took.
    fn write_now(&self, state: &mut State, bytes: &[u8]) -> usize {
        let Some(wire) = self.wire.as_ref().filter(|_| state.is_clear()) else {
            return 0;
        };
        wire.try_write(bytes).unwrap_or_else(|error| {
            if error.kind() != ErrorKind::WouldBlock {
                state.lose();
            }
            0
        })
    }

    /// Hands `frames`, which are `bytes` on the wire, to the system or to the queue.
    fn put(&self, frames: &[Frame], bytes: &[u8]) {
        let mut state = locked(&self.state);
        let mut written = self.write_now(&mut state, bytes);
        if written < bytes.len() {
            for frame in frames {
                if written >= frame.wire().len() {
                    written -= frame.wire().len();
                } else if written > 0 {
                    state.rest = frame.wire().slice(written..);
                    written = 0;
                } else {
                    state.queue(frame.clone());
                }
            }
        }
        let is_news = state.has_unwritten() || state.closing.is_some() || state.is_gone;
        drop(state);
        if is_news {
            self.wake.notify_one();
        }
    }
}

impl Subscriber for Mailbox {
    fn try_send(&self, frame: Frame) {
        self.put(std::slice::from_ref(&frame), frame.wire());
    }

    fn try_send_run(&self, run: &Run<'_>) {
        self.put(run.frames(), run.wire());
    }

    fn close(&self, closing: Closing) {
        let mut state = locked(&self.state);
        if closing.is_hard() {
            state.give_up(closing);
        } else {
            state.closing.get_or_insert(closing);
        }
        drop(state);
        self.wake.notify_one();
    }
}

impl State {
    /// Nothing waits, and nothing has to.
    fn is_clear(&self) -> bool {
        let is_empty = self.rest.is_empty() && self.answers.is_empty() && self.frames.is_empty();
        is_empty && !self.is_held && !self.is_over
    }

    /// Something may go out now.
    fn has_unwritten(&self) -> bool {
        !self.rest.is_empty()
            || !self.answers.is_empty()
            || (!self.frames.is_empty() && !self.is_held)
    }

    fn queue(&mut self, frame: Frame) {
        if self.is_over {
            return;
        }
        let bytes = self.bytes + frame.wire().len();
        if self.frames.len() >= MAX_FRAMES || (bytes > MAX_BYTES && !self.frames.is_empty()) {
            self.give_up(Closing::plain(CloseCode::TooSlow));
        } else {
            self.frames.push_back(frame);
            self.bytes = bytes;
            self.queued += 1;
        }
    }

    /// What is to be written next, in its order.
    fn gather<'a>(&'a self, slices: &mut [IoSlice<'a>]) -> usize {
        let rest = (!self.rest.is_empty()).then_some(&self.rest);
        let frames = self.frames.iter().filter(|_| !self.is_held);
        let waiting = self.answers.iter().chain(frames).map(Frame::wire);
        let mut count = 0;
        for (slice, bytes) in slices.iter_mut().zip(rest.into_iter().chain(waiting)) {
            *slice = IoSlice::new(bytes);
            count += 1;
        }
        count
    }

    /// So many bytes of that are on the wire.
    fn advance(&mut self, mut written: usize) {
        let of_rest = written.min(self.rest.len());
        let _ = self.rest.split_to(of_rest);
        written -= of_rest;
        while written > 0 {
            let Some(frame) = self.answers.pop_front().or_else(|| self.unqueue()) else {
                return;
            };
            let length = frame.wire().len();
            if written < length {
                self.rest = frame.wire().slice(written..);
                return;
            }
            written -= length;
        }
        if self.rest.is_empty() {
            self.rest = Bytes::new();
        }
    }

    fn unqueue(&mut self) -> Option<Frame> {
        let frame = self.frames.pop_front()?;
        self.bytes -= frame.wire().len();
        self.settled += 1;
        if self.frames.is_empty() {
            self.frames = VecDeque::new();
        }
        Some(frame)
    }

    /// Nothing that the hub sent waits any more.
    fn empty(&mut self) -> VecDeque<Frame> {
        self.bytes = 0;
        self.settled = self.queued;
        std::mem::take(&mut self.frames)
    }

    /// What waits is not written any more; the client asks for it by `seq`.
    fn give_up(&mut self, closing: Closing) {
        self.empty();
        self.is_over = true;
        self.closing = Some(closing);
    }

    fn lose(&mut self) {
        self.empty();
        self.is_over = true;
        self.answers = VecDeque::new();
        self.rest = Bytes::new();
        self.is_gone = true;
    }
}

#[cfg(test)]
mod tests;
