//! What is made of a send that is stored: its message, and what is told of it.
//!
//! *Invariant:* a membership that began by a message is told before it.

use super::{Draft, NewPost, Posted};
use crate::events::Publication;
use crate::store::mention_counts;
use crate::store::mentions;
use crate::store::message_ids::MessageIds;
use crate::store::tables::MessageRow;
use crate::store::writer::Written;
use parlour_protocol::{Message, Replies, Seq, UserId};
use std::sync::Arc;

impl NewPost {
    /// The number of the message with which its thread begins, if it is a reply.
    pub(in crate::store) fn root(&self) -> Option<i64> {
        self.answered.as_ref().map(|answered| answered.thread.0)
    }

    /// Who it mentions, as who they are now.
    pub(in crate::store) fn people(&self) -> Vec<UserId> {
        let mentioned = self.mentioned.iter();
        mentioned.map(|mentioned| mentioned.person.id).collect()
    }

    /// The message that is made of it, with what it quotes, and whom it mentions.
    pub(in crate::store) fn message(&self, row: MessageRow, ids: MessageIds) -> Message {
        let answered = self.answered.as_ref();
        let mut message = Message {
            replies: answered.map(|answered| Replies::with(answered.replies, self.number)),
            quote: answered.map(|answered| answered.quote.clone()),
            ..row.into_message(ids)
        };
        if !self.mentioned.is_empty() {
            mentions::put(&mut message, &self.mentioned);
        }
        message
    }

    /// What is answered and told once it is stored as `message`; `joined` is the place in its author's stream that a
    /// membership took which began by it.
    pub(in crate::store) fn written(
        &self,
        draft: &Draft,
        message: Arc<Message>,
        joined: Option<Seq>,
    ) -> Written<Posted> {
        let joined = joined.map(|me| Publication::Joined {
            room: draft.room,
            user: draft.author,
            read_posts: self.ordinal,
            me,
        });
        let is_mentioning = message.mentions_all || !message.mentions.is_empty();
        let mentioned =
            is_mentioning.then(|| mention_counts::published(&message, self.ordinal, true));
        let posted = Publication::Message {
            message: Arc::clone(&message),
            posts: self.ordinal,
        };
        Written {
            // Who writes here for the first time has come before.
            publish: joined
                .into_iter()
                .chain([posted])
                .chain(mentioned)
                .collect(),
            value: Posted {
                message,
                is_new: true,
            },
        }
    }
}
