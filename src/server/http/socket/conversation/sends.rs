//! Pipelined sends: those of one socket that are under way, and the order in which they are answered.
//!
//! *Invariant:* sends are begun and answered in the order they came in, in whatever order their outcomes
//! come. While more than one is under way, frames of the hub are held back, and let go up to the message of
//! a send when that one is answered: so no later message arrives before an earlier refusal.

use super::command::{About, Refused, Send};
use super::steps::Steps;
use super::{Post, Step};
use crate::Scope;
use crate::limits::{Limits, SendGuard};
use crate::realtime::Frame;
use parlour_protocol::{AppError, MessageId};
use std::collections::VecDeque;

/// Sends of one socket that may be under way at once, and answers that wait behind one.
const SENDS: usize = 64;
/// Bytes that they may hold together, texts and answers; the first send is exempt.
const BYTES: usize = 256 * 1024;

/// How a send is answered.
#[derive(Debug)]
pub(super) enum Answer {
    /// By the broadcast of this message, which the socket gets as a listener of the room.
    Broadcast(MessageId),
    /// By this frame, to its author alone.
    Frame(Frame),
    Error(AppError),
}

/// The sends that are under way, or done and not answered because an earlier one is under way. Without any it is
/// one pointer, since most of many thousand sockets are idle.
#[derive(Debug, Default)]
pub(super) struct Sends(Option<Box<Queue>>);

#[derive(Debug, Default)]
struct Queue {
    slots: VecDeque<Slot>,
    /// The place of the first slot.
    first: u64,
    /// Bytes in all slots.
    bytes: usize,
    is_held: bool,
}

#[derive(Debug)]
struct Slot {
    state: State,
    bytes: usize,
    /// Counts it among its author's sends while it is under way.
    _counted: Option<SendGuard>,
}

#[derive(Debug)]
enum State {
    UnderWay(About),
    Done(Response),
}

#[derive(Debug)]
enum Response {
    Broadcast(MessageId),
    Frame(Frame),
}

impl Sends {
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_none()
    }

    /// Begins a send, or gives it back when it has to wait for room. With no send under way it never has to.
    pub(super) fn begin(
        &mut self,
        send: Send,
        scope: &Scope,
        limits: &Limits,
    ) -> Result<impl Iterator<Item = Step>, Send> {
        let key = send.message.client_id.as_ref().map_or(0, String::len);
        let bytes = send.message.content.len() + key;
        let is_first = self.is_empty();
        if self.is_full(bytes) {
            return Err(send);
        }
        let counted = match scope.user_id() {
            Some(user) => match limits.send_under_way(user, is_first) {
                Some(guard) => Some(guard),
                None => return Err(send),
            },
            None => None,
        };
        let queue = self.0.get_or_insert_default();
        let hold = (!is_first && !queue.is_held).then_some(Step::Hold);
        queue.is_held |= hold.is_some();
        let Send { room, message } = send;
        let place = queue.first + queue.slots.len() as u64;
        queue.bytes += bytes;
        queue.slots.push_back(Slot {
            state: State::UnderWay(About {
                room_id: Some(room),
                client_id: message.client_id.clone(),
            }),
            bytes,
            _counted: counted,
        });
        let post = Step::Post(Post {
            place,
            room,
            message,
        });
        Ok(hold.into_iter().chain([post]))
    }

    /// Whether so many bytes more have to wait. Without a send under way nothing has to.
    fn is_full(&self, bytes: usize) -> bool {
        let is_full = |queue: &Queue| queue.slots.len() >= SENDS || queue.bytes + bytes > BYTES;
        self.0.as_deref().is_some_and(is_full)
    }

    /// Queues the answer of a frame that was refused before it was begun, or gives it back when it has to wait for
    /// room.
    pub(super) fn refuse(&mut self, refused: Refused, steps: &mut Steps) -> Result<(), Refused> {
        let bytes = refused.repeated_bytes();
        if self.is_full(bytes) {
            return Err(refused);
        }
        let queue = self.0.get_or_insert_default();
        queue.bytes += bytes;
        queue.slots.push_back(Slot {
            state: State::Done(Response::Frame(refused.frame())),
            bytes,
            _counted: None,
        });
        self.answer(steps);
        Ok(())
    }

    /// Takes the answer of the send at `place`, and adds the steps of all that can be answered now.
    pub(super) fn complete(&mut self, place: u64, answer: Answer, steps: &mut Steps) {
        let Some(queue) = &mut self.0 else {
            return;
        };
        let at = usize::try_from(place.wrapping_sub(queue.first)).ok();
        let Some(slot) = at.and_then(|at| queue.slots.get_mut(at)) else {
            return;
        };
        let State::UnderWay(about) = &mut slot.state else {
            return;
        };
        let response = match answer {
            Answer::Broadcast(message) => Response::Broadcast(message),
            Answer::Frame(frame) => Response::Frame(frame),
            Answer::Error(error) => Response::Frame(std::mem::take(about).error(error).frame()),
        };
        let bytes = match &response {
            Response::Broadcast(_) => 0,
            Response::Frame(frame) => frame.len(),
        };
        slot.state = State::Done(response);
        slot._counted = None;
        queue.bytes = queue.bytes - slot.bytes + bytes;
        slot.bytes = bytes;
        self.answer(steps);
    }

    /// Answers the sends at the front that are done.
    fn answer(&mut self, steps: &mut Steps) {
        let Some(queue) = &mut self.0 else {
            return;
        };
        while let Some(Slot {
            state: State::Done(_),
            ..
        }) = queue.slots.front()
            && let Some(slot) = queue.slots.pop_front()
        {
            queue.first += 1;
            queue.bytes -= slot.bytes;
            match slot.state {
                State::Done(Response::Broadcast(message)) => {
                    // Passing up to a later message passes the earlier one too.
                    match steps.back_mut() {
                        Some(Step::Pass(last)) => *last = message,
                        _ => steps.push_back(Step::Pass(message)),
                    }
                }
                State::Done(Response::Frame(frame)) => steps.push_back(Step::Write(frame)),
                State::UnderWay(_) => {}
            }
        }
        if queue.slots.is_empty() {
            if queue.is_held {
                steps.push_back(Step::Release);
            }
            self.0 = None;
        }
    }
}
