//! A message in its present state.

use crate::json::{names, record};
use crate::quote::gist;
use crate::{
    Document, MessageId, Number, Person, Quote, Reaction, Replies, RoomId, Seq, Timestamp, UserId,
};

record! {
    /// A message; the same record in REST, frames and pages.
    ///
    /// *Invariant:* `seq >= number`, and equal exactly while nothing has changed since it was posted.
    pub struct Message {
        /// Its identity across rooms. A page's own JSON has none: it is random, so each would be sent whole.
        #[serde(default, skip_serializing_if = "MessageId::is_left_out")]
        pub id: MessageId,
        /// The room it stands in.
        pub room_id: RoomId,
        /// Its identity and place in the room: the seq it was posted at.
        pub number: Number,
        /// The room's seq at its latest change.
        pub seq: Seq,
        /// Who wrote it.
        pub user_id: UserId,
        /// The author's name when it was written.
        pub username: String,
        /// Who that is now, if it is somebody of another name, or with an account of another id.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub author: Option<Person>,
        /// The text; empty once deleted.
        pub content: String,
        /// The idempotency key its author sent it with.
        pub client_id: String,
        /// When it was stored.
        pub timestamp: Timestamp,
        /// When it was last edited.
        pub edited_at: Option<Timestamp>,
        /// Whether it is a tombstone: deleted, without its text.
        pub deleted: bool,
        /// The number of the message it replies to.
        pub reply_to: Option<Number>,
        /// What that one is now, as far as a reply shows it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub quote: Option<Quote>,
        /// The number of the message with which the thread begins that a reply is in.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub thread: Option<Number>,
        /// What is in the thread that begins with it, or that it is in, besides the first message.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub replies: Option<Replies>,
        /// The web addresses in the text, in order.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub links: Vec<Link>,
        /// The tree of a text that has markup; none for one that is shown as it was written.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub doc: Option<Document>,
        /// How people reacted to it, each kind once, in the order of the first ones.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub reactions: Vec<Reaction>,
        /// Who is mentioned in it, each once, as they are called now.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub mentions: Vec<Person>,
        /// Whether everybody in the room is.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub mentions_all: bool,
        /// Whether it is pinned in its room.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub pinned: bool,
        /// Whether its reader has just deleted it, and may have it back. Only a page of theirs says it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub may_undo: bool,
    }
}

names! {
    /// How a text that is sent is to be read.
    pub enum Format {
        /// Its markup counts: what is not said to be otherwise.
        Markdown = "markdown",
        /// It has none, whatever it looks like.
        Plain = "plain",
    }
}

impl Message {
    /// Puts who its author is now in the place of who wrote it, as pages show it.
    pub fn be_of_author(&mut self) {
        if let Some(author) = self.author.take() {
            self.user_id = author.id;
            self.username = author.name;
        }
    }
}

impl Quote {
    /// Of a message as it is now.
    pub fn of(message: &Message) -> Self {
        let (user_id, username) = match &message.author {
            Some(author) => (author.id, &author.name),
            None => (message.user_id, &message.username),
        };
        Self {
            seq: message.seq,
            user_id,
            username: username.clone(),
            text: gist(&message.content, message.doc.as_ref()),
        }
    }
}

record! {
    /// A web address in a message's text; `http` or `https` only.
    pub struct Link {
        /// Its first character, as an index in Unicode characters of the text.
        pub start: u32,
        /// The character behind it.
        pub end: u32,
        /// Where it leads, if a browser is not to find that out from what is written there.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub href: Option<String>,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples;

    #[test]
    fn a_quote_is_of_who_its_author_is_now() {
        let now = Person {
            id: UserId(7),
            name: "Alice B".to_owned(),
        };
        let written = samples::message(1);
        let quote = Quote::of(&Message {
            author: Some(now),
            ..written.clone()
        });
        assert_eq!((quote.user_id, &*quote.username), (UserId(7), "Alice B"));
        assert_eq!(Quote::of(&written).user_id, written.user_id);
    }
}
