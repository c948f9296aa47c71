//! Reactions as they come one by one, each a step from the state before it.
//!
//! *Invariant:* a step is taken only on the state that it is a step from; otherwise the sync that is on its way, or is
//! asked for, has the message as it is.

use super::{Applied, Owed, Timeline};
use parlour_protocol::reactions::turn;
use parlour_protocol::{Message, Reacted, UserId};
use std::sync::Arc;

/// Adds somebody's reaction to a message, or takes it away; whether it is the reader's own is said beside it.
pub fn take_reaction(message: &mut Message, emoji: &str, user: UserId, on: bool, is_mine: bool) {
    let reactions = &mut message.reactions;
    turn(reactions, emoji, user, on);
    if is_mine && let Some(own) = reactions.iter_mut().find(|own| own.emoji == emoji) {
        own.mine = on;
    }
}

impl Timeline {
    /// Takes a `reaction` frame; whether it is one of the reader's own is what the frame of all does not say.
    pub fn react(&mut self, step: &Reacted, is_mine: bool) -> Applied {
        let before = self.seq;
        let applied = self.step(step.seq);
        if !matches!(applied, Applied::Live { .. }) {
            return applied;
        }
        let number = step.number;
        if self.is_beyond(number, step.seq).is_some() {
            return applied;
        }
        if self.owed.is_some() || self.is_partial {
            // The row may lack what came before. What is asked for reaches as far as this, too.
            let owed = self.owed.get_or_insert(Owed {
                from: before,
                to: step.seq,
            });
            owed.to = step.seq;
        } else if let Ok(at) = self
            .messages
            .binary_search_by_key(&number, |row| row.number)
            && self.messages[at].seq < step.seq
        {
            let message = Arc::make_mut(&mut self.messages[at]);
            message.seq = step.seq;
            take_reaction(message, &step.emoji, step.user_id, step.on, is_mine);
        }
        applied
    }

    /// What all are sent says of no reaction whether it is the reader's: those were, and are.
    pub(super) fn keep_mine(&self, message: &mut Message) {
        let Some(held) = self.get(message.number) else {
            return;
        };
        for reaction in &mut message.reactions {
            reaction.mine =
                (held.reactions.iter()).any(|before| before.mine && before.emoji == reaction.emoji);
        }
    }
}
