//! Texts that have made parsers of Markdown slow. How long one takes is compared with an ordinary text of the same length
//! in the same run, never with a clock.

use super::{Names, formatted};
use std::hint::black_box;
use std::time::{Duration, Instant};

/// A message's length.
const LENGTH: usize = 10_000;
/// How many times as long as an ordinary text the worst one may take. A release reads that in half a millisecond, and
/// twenty are what a message may take.
const TIMES: u32 = 40;

/// Repeated to a message's length.
const REPEATED: [&str; 83] = [
    "a **a ",
    "*a ",
    "_a ",
    "**a *b ",
    "[",
    "![",
    "[a](",
    "[a](<b",
    "]",
    "a]",
    "[]",
    "[a",
    "[^",
    "[^a]",
    "[^a]: ",
    "<",
    "<a ",
    "<!--",
    "<?",
    "<![CDATA[",
    "`",
    "`a",
    "``a`",
    "\\`",
    ">",
    "> ",
    ">a\n",
    "- ",
    "* ",
    "1. ",
    "+ - ",
    "-\n",
    "* a\n",
    "|",
    "|a",
    "a|b\n",
    "||",
    "||a",
    "~~",
    "~a ",
    "~~a ",
    "&",
    "&amp;",
    "\\",
    "\\*",
    "# ",
    "#\n",
    "=\n",
    "a\n=\n",
    "a\n-\n",
    "---\n",
    "* * *",
    "http://",
    "http://a.b/_*",
    "[a](http://b.c)",
    "[[a](http://b.c)]",
    "```\n",
    "~~~\n",
    "    a\n",
    "\t",
    "\n",
    "> - 1. ",
    "- > ",
    "[a]: b\n",
    "[a]:\n",
    "**_*",
    "a**b",
    "*a*",
    "**a**",
    "[*a](b*",
    "[a](b(",
    "[a](b \"",
    "|\n-",
    "|-",
    "|-|\n",
    "- [ ] ",
    "é*",
    "a\\\n",
    ":",
    "|:-",
    "1)",
    "\n\n- ",
    " - a\n  - b\n    - c\n      - d\n",
];

/// Texts in which something is nested, or grows.
fn nested() -> Vec<String> {
    let times = |text: &str, times: usize| text.repeat(times);
    let grown = |up_to: usize, line: &dyn Fn(usize) -> String| (1..up_to).map(line).collect();
    vec![
        format!("{}{}", times("*a ", 2_500), times(" a*", 800)),
        format!("{}b{}", times("**a ", 1_200), times("** ", 1_200)),
        format!("{}a{}", times("[", 2_500), times("](b)", 1_800)),
        format!("{}a{}", times("[", 5_000), times("]", 4_999)),
        grown(140, &|n| format!("e{}", "`".repeat(n))),
        grown(130, &|n| format!("{}\n", "`".repeat(n + 2))),
        grown(140, &|n| format!("{}- a\n", " ".repeat(n))),
        grown(140, &|n| format!("{}a\n", ">".repeat(140 - n))),
        format!(
            "{}|\n{}|\n{}",
            times("|a", 1_500),
            times("|-", 1_500),
            times("|\n", 1_900)
        ),
        format!(
            "{}a\n{}-\n{}",
            times("a|", 1_000),
            times("-|", 1_000),
            times("b\n", 2_900)
        ),
        times("[a]: u\n\n[a] ", 900),
        format!("{}\n{}", times(">", 5_000), times("a\n", 2_400)),
        times(&format!("{}\n", times(">", 99)), 100),
        times(&format!("{}a\n", times("1. ", 33)), 100),
        format!("{}a\n{}", times("- ", 2_500), times("\n", 4_900)),
        format!(
            "{}a\n{}",
            times("- ", 50),
            times(&format!("{}b\n", times(" ", 98)), 98)
        ),
        format!("[a](b{}", times("(", 9_900)),
        format!("```js\n{}", times("'a \\'", 2_000)),
        format!("```rust\n{}", times("\"\\", 5_000)),
        format!("```py\n{}", times("\"\"\"'", 2_500)),
        format!("```c\n{}", times("/* a", 2_500)),
        format!("```sql\n{}", times("select a ", 1_100)),
    ]
}

#[expect(
    clippy::disallowed_methods,
    reason = "how long it takes is what is compared"
)]
fn taken(text: &str) -> Duration {
    let begun = Instant::now();
    black_box(formatted(black_box(text), &Names::default()));
    begun.elapsed()
}

#[test]
fn no_text_takes_much_longer_than_an_ordinary_one() {
    let ordinary = "Hello *world*, see `code` and **bold** https://example.org/a_b, [x](https://a.b).\n\n\
        - item one\n- item two\n\n> quote\n\n";
    let of_length = |text: &str| text.chars().cycle().take(LENGTH).collect::<String>();
    let ordinary = of_length(ordinary);
    assert!(formatted(&ordinary, &Names::default()).is_some());
    let floor = (0..9).map(|_| taken(&ordinary)).min().unwrap_or_default();
    let texts = REPEATED.into_iter().map(of_length);
    let cut = |text: String| text.chars().take(LENGTH).collect();
    for text in texts.chain(nested().into_iter().map(cut)) {
        // One try that was not disturbed is enough.
        let is_fast = (0..9).any(|_| taken(&text) <= floor * TIMES);
        let begins: String = text.chars().take(40).collect();
        assert!(
            is_fast,
            "{begins:?} takes more than {TIMES} times {floor:?}"
        );
    }
}
