//! Rules about doc comments.

use super::Complaints;

/// Words that a doc comment has at least.
const WORDS: usize = 3;

/// A client that is kept as it was.
const EXCEPTED: &str = "src/tests/frozen/client.rs";

/// A doc comment of one or two words repeats the name it stands above: it says neither a contract, a unit nor a
/// bound.
pub fn shorter_than_a_sentence(path: &str, text: &str) -> Complaints {
    if path == EXCEPTED {
        return Complaints::new();
    }
    let lines: Vec<&str> = text.lines().map(str::trim_start).collect();
    let mut complaints = Complaints::new();
    let mut first = 0;
    for comment in lines.chunk_by(|one, next| marker(one).is_some() && marker(one) == marker(next))
    {
        if let Some(marker) = marker(comment[0]) {
            let says = comment.iter().map(|line| &line[marker.len()..]);
            let words = says
                .flat_map(str::split_whitespace)
                .filter(|word| is_word(word));
            if words.count() < WORDS {
                let line = first + 1;
                complaints.push(format!(
                    "{path}:{line}: a doc comment of under {WORDS} words"
                ));
            }
        }
        first += comment.len();
    }
    complaints
}

/// The marker of a doc comment, with which the line begins.
fn marker(line: &str) -> Option<&'static str> {
    let is_rule = line.starts_with("////");
    ["///", "//!"]
        .into_iter()
        .find(|marker| line.starts_with(marker) && !is_rule)
}

fn is_word(word: &str) -> bool {
    word.contains(char::is_alphanumeric)
}

mod refuses {
    use super::*;

    fn complaints(text: &str) -> Complaints {
        shorter_than_a_sentence("src/server/a.rs", text)
    }

    #[test]
    fn a_doc_comment_of_one_or_two_words() {
        assert_eq!(
            complaints(
                "/// The room of the message.\nroom: RoomId,\n    /// Which.\n    number: Number,"
            ),
            ["src/server/a.rs:3: a doc comment of under 3 words"]
        );
        for text in [
            "//! Rooms.",
            "/// The — room.",
            "///",
            "/// One.\n\n/// Two and three.",
        ] {
            assert_eq!(complaints(text).len(), 1, "{text:?}");
        }
        for text in [
            "/// The room's seq.",
            "/// Two lines\n/// count together.",
            "/// Sends it.\n///\n/// # Errors\n/// The socket is gone.",
            "// Not a doc comment.",
            "let text = \"/// no.\";",
        ] {
            assert_eq!(complaints(text), Complaints::new(), "{text:?}");
        }
    }
}
