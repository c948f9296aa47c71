//! What waits for a socket that is not ready to take it.
//!
//! *Invariant:* a frame goes out whole, and in its place: first the rest of one that is on the wire in
//! part, then answers, then what the hub has queued, each in its order. Bounded by frames and bytes.

use crate::realtime::Frame;
use bytes::Bytes;
use std::collections::VecDeque;
use std::io::IoSlice;

/// Frames a socket may be behind.
pub(super) const MAX_FRAMES: usize = 256;
/// Bytes a socket may be behind.
pub(super) const MAX_BYTES: usize = 1024 * 1024;

/// What waits for one socket.
#[derive(Default)]
pub(super) struct Backlog {
    /// What is left of a frame that is on the wire in part.
    pub(super) rest: Bytes,
    /// Answers of the socket's own task; they go before what the hub has queued.
    answers: VecDeque<Frame>,
    /// What the hub has queued.
    frames: VecDeque<Frame>,
    /// Bytes in `frames`.
    bytes: usize,
}

/// There is no room for another frame.
#[derive(Debug)]
pub(super) struct Full;

impl Backlog {
    /// Takes an answer, of which `written` bytes are on the wire already.
    pub(super) fn answer(&mut self, answer: Frame, written: usize) {
        if written > 0 {
            self.rest = answer.wire().slice(written..);
        } else {
            self.answers.push_back(answer);
        }
    }

    pub(super) fn queue(&mut self, frame: Frame) -> Result<(), Full> {
        let bytes = self.bytes + frame.wire().len();
        if self.frames.len() >= MAX_FRAMES || (bytes > MAX_BYTES && !self.frames.is_empty()) {
            return Err(Full);
        }
        self.frames.push_back(frame);
        self.bytes = bytes;
        Ok(())
    }

    pub(super) fn is_empty(&self) -> bool {
        !self.has_answers() && self.frames.is_empty()
    }

    /// Something of the socket's own task waits, or what has to go before it.
    pub(super) fn has_answers(&self) -> bool {
        !self.rest.is_empty() || !self.answers.is_empty()
    }

    /// Something may go out, though what the hub says `is_held` back.
    pub(super) fn has_unwritten(&self, is_held: bool) -> bool {
        self.has_answers() || (!self.frames.is_empty() && !is_held)
    }

    /// What is to be written next, in its order; how many pieces that is.
    pub(super) fn gather<'a>(&'a self, slices: &mut [IoSlice<'a>], is_held: bool) -> usize {
        let rest = (!self.rest.is_empty()).then_some(&self.rest);
        let frames = self.frames.iter().filter(|_| !is_held);
        let waiting = self.answers.iter().chain(frames).map(Frame::wire);
        let mut count = 0;
        for (slice, bytes) in slices.iter_mut().zip(rest.into_iter().chain(waiting)) {
            *slice = IoSlice::new(bytes);
            count += 1;
        }
        count
    }

    /// So many bytes of that are on the wire; how many of the hub's frames are not in the queue any more.
    pub(super) fn advance(&mut self, mut written: usize) -> u64 {
        let of_rest = written.min(self.rest.len());
        let _ = self.rest.split_to(of_rest);
        written -= of_rest;
        let mut unqueued = 0;
        while written > 0 {
            let frame = if let Some(answer) = self.answers.pop_front() {
                answer
            } else if let Some(frame) = self.unqueue() {
                unqueued += 1;
                frame
            } else {
                break;
            };
            let length = frame.wire().len();
            if written < length {
                self.rest = frame.wire().slice(written..);
                break;
            }
            written -= length;
        }
        unqueued
    }

    /// Takes out all that the hub has queued.
    pub(super) fn empty(&mut self) -> VecDeque<Frame> {
        self.bytes = 0;
        std::mem::take(&mut self.frames)
    }

    fn unqueue(&mut self) -> Option<Frame> {
        let frame = self.frames.pop_front()?;
        self.bytes -= frame.wire().len();
        Some(frame)
    }
}
