//! The bounded queue between the hub and one socket.
//!
//! *Invariant:* putting something in never waits. A socket that lets its queue fill up is told to
//! come back (4008) and forgets what was queued: the client asks for it by `seq`.

use super::locked;
use parlour_protocol::CloseCode;
use std::collections::VecDeque;
use std::sync::Mutex;
use tokio::sync::Notify;
use tokio_tungstenite::tungstenite::Utf8Bytes;

/// One encoded frame; a clone shares its bytes.
pub type Frame = Utf8Bytes;

/// Frames a socket may be behind.
const MAX_FRAMES: usize = 256;
/// Bytes a socket may be behind.
const MAX_BYTES: usize = 1024 * 1024;

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
    /// Closes it once what it took is written. The first reason counts, except that too slow
    /// overrides.
    fn close(&self, closing: Closing);
}

/// The queue of one socket.
#[derive(Default)]
pub struct Mailbox {
    state: Mutex<State>,
    /// One waiter: the socket's own task.
    wake: Notify,
}

#[derive(Default)]
struct State {
    frames: VecDeque<Frame>,
    bytes: usize,
    closing: Option<Closing>,
}

impl Mailbox {
    /// Everything queued, and why the socket is to close. The queue gives its memory back.
    pub fn take(&self) -> (VecDeque<Frame>, Option<Closing>) {
        let mut state = locked(&self.state);
        state.bytes = 0;
        (std::mem::take(&mut state.frames), state.closing.clone())
    }

    /// Waits until there is something to write or a reason to close.
    pub async fn ready(&self) {
        self.wait(|state| {
            let is_ready = !state.frames.is_empty() || state.closing.is_some();
            is_ready.then_some(())
        })
        .await;
    }

    /// Waits until the socket is to close, and says why.
    pub async fn closing(&self) -> Closing {
        self.wait(|state| state.closing.clone()).await
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
}

impl Subscriber for Mailbox {
    fn try_send(&self, frame: Frame) {
        let mut state = locked(&self.state);
        if state.closing.is_some() {
            return;
        }
        let bytes = state.bytes + frame.len();
        if state.frames.len() >= MAX_FRAMES || (bytes > MAX_BYTES && !state.frames.is_empty()) {
            state.frames = VecDeque::new();
            state.bytes = 0;
            state.closing = Some(Closing::plain(CloseCode::TooSlow));
        } else {
            state.frames.push_back(frame);
            state.bytes = bytes;
        }
        drop(state);
        self.wake.notify_one();
    }

    fn close(&self, closing: Closing) {
        let mut state = locked(&self.state);
        if closing.is_hard() {
            state.frames = VecDeque::new();
            state.bytes = 0;
        } else if state.closing.is_some() {
            return;
        }
        state.closing = Some(closing);
        drop(state);
        self.wake.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_went_in_comes_out_in_order() {
        let mailbox = Mailbox::default();
        mailbox.try_send("a".into());
        mailbox.try_send("b".into());
        let (frames, closing) = mailbox.take();
        assert_eq!(frames, ["a", "b"]);
        assert_eq!(closing, None);
        assert!(mailbox.take().0.is_empty());
    }

    #[test]
    fn a_full_mailbox_forgets_everything_and_closes_as_too_slow() {
        let mailbox = Mailbox::default();
        for _ in 0..MAX_FRAMES {
            mailbox.try_send("x".into());
        }
        assert_eq!(mailbox.take().0.len(), MAX_FRAMES);
        for _ in 0..=MAX_FRAMES {
            mailbox.try_send("x".into());
        }
        mailbox.try_send("late".into());
        let (frames, closing) = mailbox.take();
        assert!(frames.is_empty());
        assert_eq!(closing, Some(Closing::plain(CloseCode::TooSlow)));
    }

    #[test]
    fn bytes_count_too_but_one_large_frame_always_fits() {
        let mailbox = Mailbox::default();
        mailbox.try_send("x".repeat(2 * MAX_BYTES).into());
        let (frames, closing) = mailbox.take();
        assert_eq!((frames.len(), closing), (1, None));
        for _ in 0..3 {
            mailbox.try_send("x".repeat(MAX_BYTES / 2).into());
        }
        assert_eq!(mailbox.take().1, Some(Closing::plain(CloseCode::TooSlow)));
    }

    #[test]
    fn closing_lets_what_was_queued_be_written_first() {
        let mailbox = Mailbox::default();
        mailbox.try_send("last".into());
        mailbox.close(Closing::going_away(120));
        mailbox.close(Closing::plain(CloseCode::NoSuchRoom));
        mailbox.try_send("too late".into());
        let (frames, closing) = mailbox.take();
        assert_eq!(frames, ["last"]);
        assert_eq!(closing, Some(Closing::going_away(120)));
    }
}
