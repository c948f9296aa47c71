//! What replies quote: of a message that is held, or was told of, as it is now.

use super::Timeline;
use parlour_protocol::{Message, Quote};
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
}
