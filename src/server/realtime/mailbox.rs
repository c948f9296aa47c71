//! The outgoing side of one socket: frames go straight to the wire while it takes them, else into a bounded
//! queue. This is the backpressure of the fan-out.
//!
//! *Invariant:* queueing never blocks, and never overtakes what was queued before. A socket that lets its
//! queue fill up is closed with 4008, and what was queued is dropped: the client asks for it by `seq`. A
//! socket that keeps up owns no queue.

mod backlog;

use super::{Frame, Run, locked};
use backlog::Backlog;
use parlour_protocol::{CloseCode, MessageId};
use socket2::SockRef;
use std::collections::VecDeque;
use std::io::{ErrorKind, IoSlice};
use std::sync::Mutex;
use tokio::net::tcp::OwnedWriteHalf;
use tokio::sync::Notify;

/// Frames handed to the system in one vectored write.
const AT_ONCE: usize = 128;

/// Why a socket is to be closed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Closing {
    /// The close code.
    pub code: CloseCode,
    /// Its reason: ASCII, at most 123 bytes.
    pub reason: String,
}

impl Closing {
    /// Without a reason.
    pub fn plain(code: CloseCode) -> Self {
        Self {
            code,
            reason: String::new(),
        }
    }

    /// 4000: the server goes away, and the client is to come back after `retry_after_ms`.
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

/// What the hub knows of a socket: something that takes frames without blocking.
pub trait Subscriber: Send + Sync + 'static {
    /// Takes a frame; a socket with a full queue is closed with 4008 instead.
    fn try_send(&self, frame: Frame);

    /// Takes several frames in their order, as if one by one.
    fn try_send_run(&self, run: &Run<'_>) {
        for frame in run.frames() {
            self.try_send(frame.clone());
        }
    }

    /// Closes the socket once what it took is written. The first reason counts, except that 4008 (too slow)
    /// overrides any.
    fn close(&self, closing: Closing);

    /// Drops the connection without a close frame: the client has not answered heartbeats.
    fn hang_up(&self);
}

/// The error of writing to a connection that is gone.
#[derive(Debug, PartialEq, Eq)]
pub struct Gone;

/// The outgoing queue of one socket, and the writing half of its connection.
#[derive(Default)]
pub struct Mailbox {
    /// Where frames go; without one they stay until [`Mailbox::take`].
    wire: Option<OwnedWriteHalf>,
    state: Mutex<State>,
    /// One waiter: the socket's own task.
    wake: Notify,
}

/// Kept small: the fan-out to a large room reads this of each socket, and nearly always finds it empty.
#[derive(Default)]
struct State {
    /// The queue; `None` while it is empty.
    backlog: Option<Box<Backlog>>,
    closing: Option<Box<Closing>>,
    /// Frames of the hub that were ever queued, and how many of those have left the queue.
    queued: u64,
    dequeued: u64,
    /// An answer is being prepared; frames of the hub are queued behind it.
    is_held: bool,
    /// Frames of the hub are dropped: the close frame was queued, or the connection is gone.
    is_over: bool,
    is_gone: bool,
}

impl Mailbox {
    /// A mailbox that writes to this half of a connection.
    pub fn over(wire: OwnedWriteHalf) -> Self {
        Self {
            wire: Some(wire),
            ..Self::default()
        }
    }

    /// Takes everything that may go out, in its order, and why the socket is to close: for a driver that
    /// writes itself.
    pub fn take(&self) -> (VecDeque<Frame>, Option<Closing>) {
        let mut state = locked(&self.state);
        (state.take(), state.closing.as_deref().cloned())
    }

    /// Holds frames of the hub back, behind an answer that is being prepared, until [`Mailbox::release`].
    pub fn hold(&self) {
        locked(&self.state).is_held = true;
    }

    /// Ends [`Mailbox::hold`], and writes what was held back.
    pub fn release(&self) {
        let mut state = locked(&self.state);
        state.is_held = false;
        self.flush(&mut state);
    }

    /// Lets what the hub has queued go before the next answer, also while held: up to the `message` frame of
    /// this message, if it is queued.
    pub fn pass(&self, message: MessageId) {
        let mut state = locked(&self.state);
        if let Some(backlog) = &mut state.backlog {
            backlog.pass(|frame| frame.is_message(message));
            self.flush(&mut state);
        }
    }

    /// Queues an answer before the hub's frames, except those that [`Mailbox::pass`] let go first, and waits
    /// until it is written. An answer counts for no limit, since the socket is not read meanwhile.
    ///
    /// # Errors
    /// [`Gone`] if the connection was lost before the answer was written.
    pub async fn answer(&self, frame: Frame) -> Result<(), Gone> {
        {
            let mut state = locked(&self.state);
            let written = self.write_now(&mut state, frame.wire());
            if written == frame.wire().len() {
                return Ok(());
            }
            state.backlog().answer(frame, written);
        }
        self.written(|state| !state.has_answers()).await
    }

    /// Writes the last frame, and drops everything that the hub has queued and will send.
    ///
    /// # Errors
    /// [`Gone`] if the connection was lost before the frame was written.
    pub async fn end(&self, frame: Frame) -> Result<(), Gone> {
        {
            let mut state = locked(&self.state);
            state.empty();
            state.is_over = true;
        }
        self.answer(frame).await
    }

    /// Writes what is queued now; what the hub adds meanwhile may stay.
    ///
    /// # Errors
    /// [`Gone`] if the connection was lost before all of it was written.
    pub async fn drain(&self) -> Result<(), Gone> {
        let last = locked(&self.state).queued;
        self.written(|state| !state.has_rest() && (state.dequeued >= last || state.is_held))
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
        self.wait(|state| state.closing.as_deref().cloned()).await
    }

    /// Why the socket is to close, if it is.
    pub fn why_closing(&self) -> Option<Closing> {
        locked(&self.state).closing.as_deref().cloned()
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
            let is_held = state.is_held;
            let backlog = state.backlog();
            let mut slices = [IoSlice::new(&[]); AT_ONCE];
            let count = backlog.gather(&mut slices, is_held);
            match wire.try_write_vectored(&slices[..count]) {
                Ok(written) => {
                    let unqueued = backlog.advance(written);
                    state.dequeued += unqueued;
                    state.backlog.take_if(|backlog| backlog.is_empty());
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                Err(_) => state.lose(),
            }
        }
    }

    /// Writes past an empty backlog; how many bytes the system took.
    fn write_now(&self, state: &mut State, bytes: &[u8]) -> usize {
        let Some(wire) = self.wire.as_ref().filter(|_| state.backlog.is_none()) else {
            return 0;
        };
        // Past the runtime, whose state for the socket is another cache miss for each receiver. It learns that
        // the socket is full when the backlog is flushed.
        let sent = SockRef::from(wire.as_ref()).send(bytes);
        sent.unwrap_or_else(|error| {
            if !matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::Interrupted) {
                state.lose();
            }
            0
        })
    }

    /// Hands `frames`, which are `bytes` on the wire, to the system or to the queue.
    fn put(&self, frames: &[Frame], bytes: &[u8]) {
        let mut state = locked(&self.state);
        let is_free = !state.is_held && !state.is_over;
        let mut written = if is_free {
            self.write_now(&mut state, bytes)
        } else {
            0
        };
        if written < bytes.len() {
            for frame in frames {
                let length = frame.wire().len();
                if written >= length {
                    written -= length;
                } else if written > 0 {
                    state.backlog().rest = frame.wire().slice(written..);
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
            state.closing.get_or_insert_with(|| Box::new(closing));
        }
        drop(state);
        self.wake.notify_one();
    }

    fn hang_up(&self) {
        locked(&self.state).lose();
        self.wake.notify_one();
    }
}

impl State {
    fn backlog(&mut self) -> &mut Backlog {
        self.backlog.get_or_insert_default()
    }

    /// Whether something may be written now.
    fn has_unwritten(&self) -> bool {
        let waiting = self.backlog.as_ref();
        waiting.is_some_and(|backlog| backlog.has_unwritten(self.is_held))
    }

    fn has_rest(&self) -> bool {
        let waiting = self.backlog.as_ref();
        waiting.is_some_and(|backlog| !backlog.rest.is_empty())
    }

    fn has_answers(&self) -> bool {
        let waiting = self.backlog.as_ref();
        waiting.is_some_and(|backlog| backlog.has_answers())
    }

    fn queue(&mut self, frame: Frame) {
        if self.is_over {
            return;
        }
        let is_held = self.is_held;
        if self.backlog().queue(frame, is_held).is_err() {
            self.give_up(Closing::plain(CloseCode::TooSlow));
        } else {
            self.queued += 1;
        }
    }

    /// Drops all queued frames of the hub.
    fn empty(&mut self) {
        self.dequeued = self.queued;
        if let Some(backlog) = &mut self.backlog {
            backlog.empty();
        }
        self.backlog.take_if(|backlog| backlog.is_empty());
    }

    fn take(&mut self) -> VecDeque<Frame> {
        let is_held = self.is_held;
        let taken = self.backlog.as_mut().map(|backlog| backlog.take(is_held));
        self.backlog.take_if(|backlog| backlog.is_empty());
        if self.backlog.is_none() {
            self.dequeued = self.queued;
        }
        taken.unwrap_or_default()
    }

    /// Drops all queued frames of the hub and closes; the client asks for what it missed by `seq`.
    fn give_up(&mut self, closing: Closing) {
        self.empty();
        self.is_over = true;
        self.closing = Some(Box::new(closing));
    }

    fn lose(&mut self) {
        self.dequeued = self.queued;
        self.backlog = None;
        self.is_over = true;
        self.is_gone = true;
    }
}

#[cfg(test)]
mod tests;
