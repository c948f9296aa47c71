//! The sends of one socket that are under way, and the order in which they are answered.
//!
//! *Invariant:* sends are begun and answered in the order they came in, however their outcomes come. While
//! more than one is under way, what the hub says is held back, and goes up to the message of a send when it
//! is that one's turn: so no later message is heard before an earlier refusal.

use super::said::{About, Refused, Send};
use super::{Post, Step};
use crate::Scope;
use crate::limits::{Limits, SendGuard};
use crate::realtime::Frame;
use parlour_protocol::{AppError, MessageId};
use std::collections::VecDeque;

/// Sends of one socket that may be under way.
const SENDS: usize = 64;
/// Bytes of text in them.
const BYTES: usize = 256 * 1024;

/// How a send is answered.
#[derive(Debug)]
pub(super) enum Answer {
    /// As everybody in the room is told, by the hub: with this message.
    Told(MessageId),
    /// To its author alone.
    Frame(Frame),
    Error(AppError),
}

/// Those that are under way or wait for their turn to be answered.
#[derive(Debug, Default)]
pub(super) struct Sends {
    slots: VecDeque<Slot>,
    /// The place of the first slot.
    first: u64,
    /// Of text, in all of them.
    bytes: usize,
    is_held: bool,
}

#[derive(Debug)]
struct Slot {
    state: State,
    bytes: usize,
    /// It counts among its author's for as long as it is under way.
    _counted: Option<SendGuard>,
}

#[derive(Debug)]
enum State {
    UnderWay(About),
    Settled(Settled),
}

#[derive(Debug)]
enum Settled {
    Told(MessageId),
    Frame(Frame),
}

impl Sends {
    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Begins one more, or gives it back when it has to wait. The first one never has to.
    pub(super) fn begin(
        &mut self,
        send: Send,
        scope: &Scope,
        limits: &Limits,
    ) -> Result<impl Iterator<Item = Step>, Send> {
        let bytes = send.message.content.len();
        let is_first = self.slots.is_empty();
        if !is_first && (self.slots.len() >= SENDS || self.bytes + bytes > BYTES) {
            return Err(send);
        }
        let counted = match scope.user_id() {
            Some(user) => match limits.send_under_way(user, is_first) {
                Some(guard) => Some(guard),
                None => return Err(send),
            },
            None => None,
        };
        let hold = (!is_first && !self.is_held).then_some(Step::Hold);
        self.is_held |= hold.is_some();
        let Send { room, message } = send;
        let place = self.first + self.slots.len() as u64;
        self.bytes += bytes;
        self.slots.push_back(Slot {
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

    /// Something was refused before it was begun; it is answered in its turn.
    pub(super) fn refuse(&mut self, refused: Refused, steps: &mut VecDeque<Step>) {
        self.slots.push_back(Slot {
            state: State::Settled(Settled::Frame(refused.frame())),
            bytes: 0,
            _counted: None,
        });
        self.answer(steps);
    }

    /// A send is done. What is answered now is the steps.
    pub(super) fn settle(&mut self, place: u64, answer: Answer, steps: &mut VecDeque<Step>) {
        let at = usize::try_from(place.wrapping_sub(self.first)).ok();
        let Some(slot) = at.and_then(|at| self.slots.get_mut(at)) else {
            return;
        };
        let State::UnderWay(about) = &mut slot.state else {
            return;
        };
        let settled = match answer {
            Answer::Told(message) => Settled::Told(message),
            Answer::Frame(frame) => Settled::Frame(frame),
            Answer::Error(error) => Settled::Frame(std::mem::take(about).error(error).frame()),
        };
        slot.state = State::Settled(settled);
        slot._counted = None;
        self.bytes -= std::mem::take(&mut slot.bytes);
        self.answer(steps);
    }

    /// Answers those whose turn it is.
    fn answer(&mut self, steps: &mut VecDeque<Step>) {
        while let Some(Slot {
            state: State::Settled(_),
            ..
        }) = self.slots.front()
            && let Some(slot) = self.slots.pop_front()
        {
            self.first += 1;
            match slot.state {
                State::Settled(Settled::Told(message)) => {
                    // Up to a later message is up to an earlier one.
                    if let Some(Step::Pass(_)) = steps.back() {
                        steps.pop_back();
                    }
                    steps.push_back(Step::Pass(message));
                }
                State::Settled(Settled::Frame(frame)) => steps.push_back(Step::Write(frame)),
                State::UnderWay(_) => {}
            }
        }
        if self.slots.is_empty() {
            // Nobody keeps memory for what is done.
            self.slots = VecDeque::new();
            if std::mem::take(&mut self.is_held) {
                steps.push_back(Step::Release);
            }
        }
    }
}
