//! Whom a message mentions: in its tree as it was written, and beside it as they are called now.
//!
//! *Invariant:* the tree keeps what was written and ids. What people are called stands in [`Message::mentions`] alone, and
//! is put into the text when it is drawn.

use crate::{Document, Kind, Message, Node, Person, UserId};

/// People that one message may mention.
pub const MENTIONS_MAX: usize = 20;

/// What stands in a tree for everybody who is in the room.
pub const ROOM: &str = "room";
/// What stands in a tree for everybody who is there now.
pub const HERE: &str = "here";

impl Document {
    /// Whom it mentions, each once, in the order in which they stand there.
    pub fn mentions(&self) -> Vec<UserId> {
        let mut people = Vec::new();
        each(&self.0, &mut |value| {
            let id = value.parse().ok().map(UserId);
            people.extend(id.filter(|id| !people.contains(id)));
        });
        people
    }

    /// Whether it mentions everybody.
    pub fn mentions_all(&self) -> bool {
        let mut is_for_all = false;
        each(&self.0, &mut |value| {
            is_for_all |= matches!(value, HERE | ROOM);
        });
        is_for_all
    }
}

fn each(nodes: &[Node], look: &mut impl FnMut(&str)) {
    for node in nodes {
        if let Node::Element(element) = node {
            if element.kind == Kind::Mention {
                look(&element.value);
            }
            each(&element.children, look);
        }
    }
}

impl Message {
    /// Whoever is mentioned as this person is this one now; whether it says so for the first time.
    pub fn mention_as(&mut self, person: UserId, now: &Person) -> bool {
        let is_another = |named: &&mut Person| {
            named.id == person && (named.id != now.id || named.name != now.name)
        };
        let Some(named) = self.mentions.iter_mut().find(is_another) else {
            return false;
        };
        named.clone_from(now);
        if let Some(Document(nodes)) = self.doc.as_mut().filter(|_| now.id != person) {
            renumber(nodes, &person.to_string(), now.id);
        }
        true
    }

    /// Whether somebody is mentioned who is one of these, all of them one person.
    pub fn is_for(&self, mine: &[UserId]) -> bool {
        let is_named = self.mentions.iter().any(|named| mine.contains(&named.id));
        (is_named || self.mentions_all) && !mine.is_empty() && !mine.contains(&self.user_id)
    }
}

fn renumber(nodes: &mut [Node], person: &str, now: UserId) {
    for node in nodes {
        if let Node::Element(element) = node {
            if element.kind == Kind::Mention && element.value == person {
                element.value = now.to_string();
            }
            renumber(&mut element.children, person, now);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::FromJson;
    use crate::samples;

    fn tree(text: &str) -> Document {
        Document::from_text(text).unwrap()
    }

    fn person(id: i64, name: &str) -> Person {
        Person {
            id: UserId(id),
            name: name.to_owned(),
        }
    }

    #[test]
    fn whom_a_tree_mentions_is_found_wherever_they_stand() {
        let doc = tree(
            r##"[["p",["mention","7","@Al"]," ",["strong",["mention","3","@Bo"]],["room","5","#x"]],
            ["blockquote",["p",["mention","7","@al"]]]]"##,
        );
        assert_eq!(doc.mentions(), [UserId(7), UserId(3)]);
        assert!(!doc.mentions_all());
        let everybody = tree(r#"[["ul",["li",["mention","here","@here"]]]]"#);
        assert!(everybody.mentions_all() && everybody.mentions().is_empty());
    }

    #[test]
    fn a_mentioned_person_is_called_what_they_are_called_now_and_is_who_they_are() {
        let mut message = samples::message(1);
        message.doc = Some(tree(r#"[["p",["mention","9","@Al"]]]"#));
        message.mentions = vec![person(9, "Al")];
        assert!(!message.mention_as(UserId(8), &person(8, "Bo")));
        assert!(!message.mention_as(UserId(9), &person(9, "Al")));
        assert!(message.mention_as(UserId(9), &person(9, "Alice")));
        assert_eq!(message.mentions, [person(9, "Alice")]);
        assert!(message.mention_as(UserId(9), &person(7, "Alicia")));
        assert_eq!(message.mentions, [person(7, "Alicia")]);
        assert_eq!(message.doc, Some(tree(r#"[["p",["mention","7","@Al"]]]"#)));
    }

    #[test]
    fn a_message_is_for_whom_it_mentions_and_never_for_its_author() {
        let mut message = samples::message(1);
        let author = message.user_id;
        message.mentions = vec![person(7, "Al"), person(author.0, "Me")];
        assert!(message.is_for(&[UserId(7)]) && message.is_for(&[UserId(70), UserId(7)]));
        assert!(!message.is_for(&[UserId(8)]) && !message.is_for(&[author]));
        message.mentions_all = true;
        assert!(message.is_for(&[UserId(8)]));
        assert!(!message.is_for(&[author]) && !message.is_for(&[]));
    }
}
