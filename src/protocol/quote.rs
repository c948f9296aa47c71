//! What a reply shows of the message that it answers, whose it is and how it begins; and what a message shows of its
//! replies, how many they are.
//!
//! *Invariant:* a quote is made of the quoted message as it is now, never kept: what is deleted there is in no quote. What
//! a message hides is hidden in its gist, too.

use crate::json::record;
use crate::{Document, Kind, Node, Number, Seq, UserId};

/// Characters of a gist; what goes on behind them ends with `…`.
pub const GIST_MAX: usize = 100;

/// What stands in a gist in the place of what is hidden until somebody wants to see it.
const HIDDEN: &str = "▒▒▒";

record! {
    #[derive(PartialOrd, Ord, Hash)]
    /// A quoted message: one line of it, and its author as they are now.
    pub struct Quote {
        /// Its latest change: of two states of it the one with the larger counts.
        pub seq: Seq,
        /// Who wrote it.
        pub user_id: UserId,
        /// What they are called.
        pub username: String,
        /// The first line of its text, without markup; empty once it was deleted.
        pub text: String,
    }
}

record! {
    #[derive(Copy, PartialOrd, Ord, Hash)]
    /// What is in a thread besides the message with which it begins.
    pub struct Replies {
        /// How many there are; no more are counted than [`REPLIES_MAX`].
        pub count: i64,
        /// The number of the last one.
        pub last: Number,
    }
}

/// No more replies are counted.
pub const REPLIES_MAX: i64 = 100;

impl Replies {
    /// With one more, which has this number.
    pub fn with(before: Option<Self>, number: Number) -> Self {
        Self {
            count: before.map_or(1, |before| REPLIES_MAX.min(before.count + 1)),
            last: number,
        }
    }

    /// The later one of two states: none is taken out of a thread.
    pub fn later(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        let last = |replies: Option<Self>| replies.map(|replies| (replies.last, replies.count));
        if last(one) < last(other) { other } else { one }
    }
}

/// The first line of a text that has one, as it is read: without markup, and without what it hides.
pub fn gist(content: &str, doc: Option<&Document>) -> String {
    let text = read(content, doc, HIDDEN);
    let mut lines = text.lines().map(str::trim);
    let line = lines.find(|line| !line.is_empty()).unwrap_or_default();
    match line.char_indices().nth(GIST_MAX) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line.to_owned(),
    }
}

/// A text as it is read: without markup, and with this word in the place of what it hides.
pub fn read(content: &str, doc: Option<&Document>, hidden: &str) -> String {
    let mut shown = String::new();
    match doc {
        Some(Document(nodes)) => read_nodes(nodes, hidden, &mut shown),
        None => shown.push_str(content),
    }
    shown
}

fn read_nodes(nodes: &[Node], hidden: &str, shown: &mut String) {
    for node in nodes {
        match node {
            Node::Text(text) => shown.push_str(text),
            Node::Element(element) if element.kind == Kind::Spoiler => shown.push_str(hidden),
            Node::Element(element) if element.kind == Kind::Emoji => shown.push_str(&element.value),
            Node::Element(element) => {
                read_nodes(&element.children, hidden, shown);
                shown.push_str(match element.kind {
                    Kind::Name | Kind::Cell => " ",
                    Kind::Token => "",
                    kind if kind.is_inline() => "",
                    _ => "\n",
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::FromJson;

    fn gist_of(tree: &str) -> String {
        gist("not this", Document::from_text(tree).as_ref())
    }

    #[test]
    fn a_gist_is_the_first_line_as_it_is_read() {
        assert_eq!(gist("\n  one  \ntwo", None), "one");
        assert_eq!(gist("", None), "");
        assert_eq!(
            gist_of(r#"[["p",["strong","one"]," and ",["em","two"],"\nthree"]]"#),
            "one and two"
        );
        assert_eq!(
            gist_of(r#"[["ul",["li","first"],["li","second"]]]"#),
            "first"
        );
        assert_eq!(
            gist_of(r#"[["pre","rust",["code",["token","keyword","let"]," x\nlet y"]]]"#),
            "let x"
        );
        assert_eq!(
            gist_of(r#"[["table",["thead",["tr",["th","","a"],["th","","b"]]]]]"#),
            "a b"
        );
        assert_eq!(gist_of(r#"[["hr"],["blockquote",["p","said"]]]"#), "said");
    }

    #[test]
    fn a_gist_shows_nothing_that_its_message_hides() {
        assert_eq!(
            gist_of(r#"[["p","It was ",["spoiler",["strong","him"]],"."]]"#),
            "It was ▒▒▒."
        );
    }

    #[test]
    fn a_text_is_read_line_by_line() {
        let tree = r#"[["p",["em","one"]," ",["spoiler","x"]],["ul",["li","two"],["li","three"]]]"#;
        let read = read("not this", Document::from_text(tree).as_ref(), "spoiler");
        assert_eq!(read, "one spoiler\ntwo\nthree\n\n");
        assert_eq!(super::read("a *b*", None, "spoiler"), "a *b*");
    }

    #[test]
    fn a_gist_is_cut_by_its_characters() {
        assert_eq!(gist(&"é".repeat(GIST_MAX), None), "é".repeat(GIST_MAX));
        let cut = gist(&"é".repeat(GIST_MAX + 1), None);
        assert_eq!(cut, format!("{}…", "é".repeat(GIST_MAX)));
    }
}
