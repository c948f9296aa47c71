//! The bounded queue of a socket that does not take frames as fast as they come.
//!
//! *Invariant:* a frame goes out whole, in this order: first the rest of a frame that is on the wire in
//! part; then answers, with the hub's frames that must go before them; then the hub's other frames. The
//! bounds, in frames and bytes, count the hub's frames only.

use crate::realtime::Frame;
use bytes::Bytes;
use std::collections::VecDeque;
use std::io::IoSlice;

/// Frames a socket may be behind.
pub(super) const MAX_FRAMES: usize = 256;
/// Bytes a socket may be behind.
pub(super) const MAX_BYTES: usize = 1024 * 1024;
/// The same while an answer is prepared, when it is the server that is slow and not the socket: all messages
/// of a group commit may come at once.
pub(super) const MAX_FRAMES_HELD: usize = 8 * MAX_FRAMES;
/// The same bound in bytes.
pub(super) const MAX_BYTES_HELD: usize = 4 * MAX_BYTES;

/// The queue of one socket.
#[derive(Default)]
pub(super) struct Backlog {
    /// What is left of a frame that is on the wire in part.
    pub(super) rest: Bytes,
    /// Frames in the order in which they go out.
    waiting: VecDeque<Waiting>,
    /// How many of `waiting`, from the front, go before the next answer and also while the others are held
    /// back. All answers are among them.
    passed: usize,
    /// Answers in `waiting`.
    answers: usize,
    /// Bytes in `waiting` that the hub has queued.
    bytes: usize,
}

struct Waiting {
    frame: Frame,
    is_answer: bool,
}

/// The error of queueing beyond the bounds.
#[derive(Debug)]
pub(super) struct Full;

impl Backlog {
    /// Takes an answer, of which `written` bytes are on the wire already.
    pub(super) fn answer(&mut self, frame: Frame, written: usize) {
        if written > 0 {
            self.rest = frame.wire().slice(written..);
            return;
        }
        let answer = Waiting {
            frame,
            is_answer: true,
        };
        self.waiting.insert(self.passed, answer);
        self.passed += 1;
        self.answers += 1;
    }

    /// Queues a frame of the hub.
    pub(super) fn queue(&mut self, frame: Frame, is_held: bool) -> Result<(), Full> {
        let (max_frames, max_bytes) = if is_held {
            (MAX_FRAMES_HELD, MAX_BYTES_HELD)
        } else {
            (MAX_FRAMES, MAX_BYTES)
        };
        let queued = self.waiting.len() - self.answers;
        let bytes = self.bytes + frame.wire().len();
        if queued >= max_frames || (bytes > max_bytes && queued > 0) {
            return Err(Full);
        }
        self.waiting.push_back(Waiting {
            frame,
            is_answer: false,
        });
        self.bytes = bytes;
        Ok(())
    }

    /// Lets the frames up to the first one that `fits` go before the next answer.
    pub(super) fn pass(&mut self, fits: impl Fn(&Frame) -> bool) {
        let behind = self.waiting.iter().skip(self.passed);
        let found = behind.into_iter().position(|waiting| fits(&waiting.frame));
        if let Some(found) = found {
            self.passed += found + 1;
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty() && self.waiting.is_empty()
    }

    /// Whether an answer waits, or the rest of a frame that has to go before it.
    pub(super) fn has_answers(&self) -> bool {
        !self.rest.is_empty() || self.answers > 0
    }

    /// Whether something may be written. `is_held`: the hub's frames are held back.
    pub(super) fn has_unwritten(&self, is_held: bool) -> bool {
        !self.rest.is_empty() || self.free(is_held) > 0
    }

    /// How many of `waiting` may go out.
    fn free(&self, is_held: bool) -> usize {
        if is_held {
            self.passed
        } else {
            self.waiting.len()
        }
    }

    /// Fills `slices` with what is to be written next; answers how many it filled.
    pub(super) fn gather<'a>(&'a self, slices: &mut [IoSlice<'a>], is_held: bool) -> usize {
        let rest = (!self.rest.is_empty()).then_some(&self.rest);
        let waiting = self.waiting.iter().take(self.free(is_held));
        let waiting = waiting.map(|waiting| waiting.frame.wire());
        let mut count = 0;
        for (slice, bytes) in slices.iter_mut().zip(rest.into_iter().chain(waiting)) {
            *slice = IoSlice::new(bytes);
            count += 1;
        }
        count
    }

    /// Removes what was `written`, in bytes; answers how many of the hub's frames left the queue.
    pub(super) fn advance(&mut self, mut written: usize) -> u64 {
        let of_rest = written.min(self.rest.len());
        let _ = self.rest.split_to(of_rest);
        written -= of_rest;
        let mut unqueued = 0;
        while written > 0 {
            let Some((frame, is_answer)) = self.next() else {
                break;
            };
            unqueued += u64::from(!is_answer);
            let length = frame.wire().len();
            if written < length {
                self.rest = frame.wire().slice(written..);
                break;
            }
            written -= length;
        }
        unqueued
    }

    /// Takes all frames that may go out, in their order.
    pub(super) fn take(&mut self, is_held: bool) -> VecDeque<Frame> {
        let free = self.free(is_held);
        (0..free)
            .filter_map(|_| self.next().map(|(frame, _)| frame))
            .collect()
    }

    /// Drops all frames of the hub.
    pub(super) fn empty(&mut self) {
        self.waiting.retain(|waiting| waiting.is_answer);
        self.passed = self.answers;
        self.bytes = 0;
    }

    fn next(&mut self) -> Option<(Frame, bool)> {
        let Waiting { frame, is_answer } = self.waiting.pop_front()?;
        self.passed = self.passed.saturating_sub(1);
        if is_answer {
            self.answers -= 1;
        } else {
            self.bytes -= frame.wire().len();
        }
        Some((frame, is_answer))
    }
}
