//! What replies quote: of a message that is held, or was told of, as it is now.

use super::Timeline;
use parlour_protocol::{Message, Quote, Replies};
use std::sync::Arc;

impl Timeline {
    /// A reply comes: it quotes what is held of the message that it answers, if that is the later state of it.
    pub(super) fn quote(&self, reply: &mut Message) {
        let held = reply.reply_to.and_then(|number| self.get(number));
        if let (Some(held), Some(quote)) = (held, &mut reply.quote)
            && held.seq > quote.seq
        {
            *quote = Quote::of(held);
        }
    }

    /// A message is like this now: so are the quotes of it.
    pub(super) fn requote(&mut self, message: &Message) {
        let is_behind = |reply: &&mut Arc<Message>| {
            let quote = reply.quote.as_ref();
            reply.reply_to == Some(message.number)
                && quote.is_some_and(|quote| quote.seq < message.seq)
        };
        for reply in self.messages.iter_mut().filter(is_behind) {
            let quoting = Message {
                quote: Some(Quote::of(message)),
                ..Message::clone(reply)
            };
            *reply = quoting.into();
        }
    }

    /// A message that is not held is like this now.
    pub(super) fn hear_beyond(&mut self, message: &Message) {
        self.requote(message);
        self.count_reply(message);
    }

    /// A reply is told of: so is how many there are in its thread.
    pub(super) fn count_reply(&mut self, reply: &Message) {
        let Some(root) = reply.thread else { return };
        self.last_reply = self.last_reply.max(reply.number.seq());
        let at = self.messages.binary_search_by_key(&root, |m| m.number);
        if let Ok(at) = at {
            let root = &mut self.messages[at];
            let replies = Replies::later(root.replies, reply.replies);
            if root.replies != replies {
                let counted = Message {
                    replies,
                    ..Message::clone(root)
                };
                *root = counted.into();
            }
        }
    }

    /// A message comes to be held: the first one of a thread with all that is known to be in it. Its replies say that no
    /// more once it is counted there.
    pub(super) fn keep_replies(&self, message: &mut Message) {
        let held = self.get(message.number);
        message.replies = match message.thread {
            Some(_) => None,
            None => Replies::later(message.replies, held.and_then(|held| held.replies)),
        };
    }
}
