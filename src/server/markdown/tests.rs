//! What becomes of a text: the rules of a chat as a table, and what holds for any text.

mod corpus;
mod kept;
mod patterns;

use super::*;
use parlour_protocol::document::{DEPTH_MAX, NODES_MAX};
use proptest::prelude::*;
use serde_json::{Value, json};

/// The tree of a text as JSON; `null` where it is shown as it was written.
fn tree(text: &str) -> Value {
    let formatted = formatted(text, &Names::default());
    formatted.map_or(Value::Null, |made| {
        serde_json::from_str(&made.json).unwrap()
    })
}

/// Asserts what becomes of each text.
#[track_caller]
fn become_trees<const N: usize>(cases: [(&str, Value); N]) {
    for (text, expected) in cases {
        assert_eq!(tree(text), expected, "{text:?}");
    }
}

#[track_caller]
fn stay_text(texts: &[&str]) {
    for text in texts {
        assert_eq!(tree(text), Value::Null, "{text:?}");
    }
}

#[test]
fn a_text_without_markup_has_no_tree() {
    stay_text(&[
        "hello",
        "one\ntwo\n\nthree",
        "snake_case and C:\\dir, 2 * 3 = 6, a || b, [x], #1, +1, -5, ~5",
        "https://example.org/a_b and http://x.org/*y*",
        "    indented\n\ttoo",
        "a <b>bold</b> &amp; <script>",
        "-",
        "***",
        "# ",
        "```\n```",
        "[a]: http://x.org",
        "title\n=",
    ]);
}

#[test]
fn what_stands_out_in_a_line_does_so() {
    become_trees([
        (
            "an *em*, _em_, **strong**, __strong__ and ~~gone~~ word_of_words",
            json!([[
                "p",
                "an ",
                ["em", "em"],
                ", ",
                ["em", "em"],
                ", ",
                ["strong", "strong"],
                ", ",
                ["strong", "strong"],
                " and ",
                ["del", "gone"],
                " word_of_words"
            ]]),
        ),
        ("***both***", json!([["p", ["em", ["strong", "both"]]]])),
        (
            "see `a_b && *c*`",
            json!([["p", "see ", ["code", "a_b && *c*"]]]),
        ),
        ("~one~ ~5 *x*", json!([["p", "~one~ ~5 ", ["em", "x"]]])),
        (r"\*not\* 1\. \_so\_", json!([["p", "*not* 1. _so_"]])),
        (
            "<b>*a*</b> &lt;",
            json!([["p", "<b>", ["em", "a"], "</b> &lt;"]]),
        ),
    ]);
}

#[test]
fn a_line_ends_where_it_was_ended() {
    become_trees([
        ("a\n*b*\nc", json!([["p", "a\n", ["em", "b"], "\nc"]])),
        ("a  \n*b*\\\nc", json!([["p", "a\n", ["em", "b"], "\nc"]])),
        ("*a*\n\nb", json!([["p", ["em", "a"]], ["p", "b"]])),
        (
            "> *a*\n> b\nc",
            json!([["blockquote", ["p", ["em", "a"], "\nb"]], ["p", "c"]]),
        ),
        ("- a\n  b\nc", json!([["ul", ["li", "a\nb"]], ["p", "c"]])),
        ("```\n> a\nb\n```", json!([["pre", "", ["code", "> a\nb"]]])),
    ]);
}

#[test]
fn a_heading_is_a_line_in_bold() {
    become_trees([
        (
            "# A *b* #\nc",
            json!([["p", ["strong", "A ", ["em", "b"]]], ["p", "c"]]),
        ),
        ("###### a", json!([["p", ["strong", "a"]]])),
        (
            "a\n---\n*b*",
            json!([["p", "a"], ["hr"], ["p", ["em", "b"]]]),
        ),
        ("a\n===\n*b*", json!([["p", "a\n==="], ["p", ["em", "b"]]])),
        ("#5 *a*", json!([["p", "#5 ", ["em", "a"]]])),
    ]);
}

#[test]
fn lists_keep_their_order_and_say_what_is_done() {
    become_trees([
        (
            "- a\n- b\n  1. c\n  2. d",
            json!([[
                "ul",
                ["li", "a"],
                ["li", "b", ["ol", "1", ["li", "c"], ["li", "d"]]]
            ]]),
        ),
        ("7. a\n8. b", json!([["ol", "7", ["li", "a"], ["li", "b"]]])),
        (
            "- [ ] a\n- [x] *b*",
            json!([["ul", ["task", "open", "a"], ["task", "done", ["em", "b"]]]]),
        ),
        (
            "- a\n\n  b\n- c",
            json!([["ul", ["li", ["p", "a"], ["p", "b"]], ["li", ["p", "c"]]]]),
        ),
        (
            "- a\n\n      **b**",
            json!([["ul", ["li", ["p", "a"], ["p", ["strong", "b"]]]]]),
        ),
    ]);
}

#[test]
fn a_table_has_columns_that_stand_as_they_are_said_to() {
    become_trees([(
        "|a|b|c|\n|:-|:-:|-:|\n|*1*|2|3|\n|4|",
        json!([[
            "table",
            [
                "thead",
                [
                    "tr",
                    ["th", "left", "a"],
                    ["th", "center", "b"],
                    ["th", "right", "c"]
                ]
            ],
            [
                "tbody",
                [
                    "tr",
                    ["td", "left", ["em", "1"]],
                    ["td", "center", "2"],
                    ["td", "right", "3"]
                ],
                ["tr", ["td", "left", "4"], ["td", "center"], ["td", "right"]]
            ]
        ]]),
    )]);
    // What has no column would not be shown.
    stay_text(&["|a|\n|-|\n|1|lost|", "a | b"]);
}

#[test]
fn code_is_what_was_written_and_names_its_language() {
    become_trees([
        (
            "```rust\nfn a() -> &b<c> { \\n }\n\n```",
            json!([[
                "pre",
                "rust",
                [
                    "code",
                    ["token", "keyword", "fn"],
                    " ",
                    ["token", "function", "a"],
                    "() -> &b<c> { \\n }\n"
                ]
            ]]),
        ),
        (
            "```\nhttp://x.org/a_b ||c||",
            json!([["pre", "", ["code", "http://x.org/a_b ||c||"]]]),
        ),
        (
            "~~~ no language\nx\n~~~",
            json!([["pre", "", ["code", "no language\nx"]]]),
        ),
    ]);
}

#[test]
fn links_lead_to_the_web_and_to_mail_and_say_where() {
    let link = |href: &str, text: &str| json!(["a", href, text]);
    become_trees([
        (
            "[a](https://x.org/b_c)",
            json!([["p", link("https://x.org/b_c", "a")]]),
        ),
        (
            "[a](MAILTO:a@x.org)",
            json!([["p", link("MAILTO:a@x.org", "a")]]),
        ),
        (
            "![cat](https://x.org/c.png) ![](http://x.org)",
            json!([[
                "p",
                link("https://x.org/c.png", "cat"),
                " ",
                link("http://x.org", "http://x.org")
            ]]),
        ),
        (
            "[a](http://x.org \"b\")",
            json!([["p", link("http://x.org", "a"), " \"b\""]]),
        ),
        (
            "*a* https://x.org/b_c_d**",
            json!([[
                "p",
                ["em", "a"],
                " ",
                link("https://x.org/b_c_d", "https://x.org/b_c_d"),
                "**"
            ]]),
        ),
        (
            "**http://пример.рф/a**",
            json!([[
                "p",
                [
                    "strong",
                    link("http://xn--e1afmkfd.xn--p1ai/a", "http://пример.рф/a")
                ]
            ]]),
        ),
        (
            "[![a](https://x.org/b)](https://x.org/c)",
            json!([[
                "p",
                "[",
                link("https://x.org/b", "a"),
                "](",
                link("https://x.org/c", "https://x.org/c"),
                ")"
            ]]),
        ),
        (
            "<https://x.org> *a*",
            json!([[
                "p",
                "<",
                link("https://x.org", "https://x.org"),
                "> ",
                ["em", "a"]
            ]]),
        ),
        // Who reads it is not led elsewhere.
        (
            "*[https://good.org](https://evil.org)*",
            json!([[
                "p",
                [
                    "em",
                    "[",
                    link("https://good.org", "https://good.org"),
                    "](",
                    link("https://evil.org", "https://evil.org"),
                    ")"
                ]
            ]]),
        ),
        (
            "*a* [b](javascript:c) [d](/e) [f](https://g:h@i.org) [j](data:k)",
            json!([[
                "p",
                ["em", "a"],
                " [b](javascript:c) [d](/e) [f](https://g:h@i.org) [j](data:k)"
            ]]),
        ),
        (
            "*a* [b] [c][d] [^e]\n\n[b]: http://x.org",
            json!([
                ["p", ["em", "a"], " [b] [c][d] [^e]"],
                ["p", "[b]: ", link("http://x.org", "http://x.org")]
            ]),
        ),
    ]);
}

#[test]
fn a_spoiler_is_between_bars_that_stand_at_its_words() {
    become_trees([
        (
            "a ||b *c*|| d",
            json!([["p", "a ", ["spoiler", "b ", ["em", "c"]], " d"]]),
        ),
        ("a || b || *c*", json!([["p", "a || b || ", ["em", "c"]]])),
        ("|||| *c*", json!([["p", "|||| ", ["em", "c"]]])),
        (r"\||a|| *c*", json!([["p", "||a|| ", ["em", "c"]]])),
        (
            "`||a||` ||b||",
            json!([["p", ["code", "||a||"], " ", ["spoiler", "b"]]]),
        ),
        (
            "||a *||b||* c||",
            json!([["p", "||a ", ["em", ["spoiler", "b"]], " c||"]]),
        ),
    ]);
}

#[test]
fn a_tree_out_of_bounds_is_none() {
    let quoted = |depth: usize| format!("{} *a*", ">".repeat(depth));
    // The paragraph and the stress in it are two.
    assert_ne!(tree(&quoted(DEPTH_MAX - 2)), Value::Null);
    assert_eq!(tree(&quoted(DEPTH_MAX - 1)), Value::Null);
    let many = |marks: usize| "*a* ".repeat(marks);
    // Each with the text in it and the one behind it.
    assert_ne!(tree(&many(NODES_MAX / 3 - 2)), Value::Null);
    assert_eq!(tree(&many(NODES_MAX / 3 + 2)), Value::Null);
    let long = |bytes: usize| format!("*a* {}", "\"".repeat(bytes));
    assert_ne!(tree(&long(BYTES_MAX / 2 - 20)), Value::Null);
    assert_eq!(tree(&long(BYTES_MAX / 2)), Value::Null);
    // What stands for something in the parser's sight.
    assert_eq!(tree("*a* \u{fdd0}"), Value::Null);
}

/// The letters of a tree, in the order in which they were written.
fn letters(nodes: &[Node], to: &mut String) {
    let add = |to: &mut String, text: &str| to.extend(text.chars().filter(|c| c.is_alphabetic()));
    for node in nodes {
        match node {
            Node::Text(text) => add(to, text),
            Node::Element(element) => {
                match (element.kind, &*element.value) {
                    (Kind::Lines, language) => add(to, language),
                    (Kind::Task, "done") => to.push('x'),
                    _ => {}
                }
                letters(&element.children, to);
                let is_bare = element.children == [Node::Text(element.value.clone())];
                if element.kind == Kind::Link && !is_bare {
                    add(to, &element.value);
                }
            }
        }
    }
}

/// Whether every element is where it can be.
fn is_sound(nodes: &[Node], within: Option<Kind>) -> bool {
    nodes.iter().all(|node| {
        let Node::Element(element) = node else {
            let holds_none = [
                Kind::Bullets,
                Kind::Numbers,
                Kind::Table,
                Kind::Row,
                Kind::Rule,
            ];
            return within.is_some_and(|within| !holds_none.contains(&within));
        };
        let kind = element.kind;
        let may_stand = match within {
            None | Some(Kind::Quote) => !kind.is_part() && !kind.is_inline(),
            Some(Kind::Item | Kind::Task) => !kind.is_part(),
            Some(Kind::Bullets | Kind::Numbers) => matches!(kind, Kind::Item | Kind::Task),
            Some(Kind::Lines) => kind == Kind::Code,
            Some(Kind::Code) => kind == Kind::Token,
            Some(Kind::Table) => matches!(kind, Kind::Head | Kind::Body),
            Some(Kind::Head | Kind::Body) => kind == Kind::Row,
            Some(Kind::Row) => matches!(kind, Kind::Name | Kind::Cell),
            Some(Kind::Token | Kind::Rule | Kind::Other) => false,
            Some(Kind::Link) => kind.is_inline() && kind != Kind::Link && kind != Kind::Spoiler,
            Some(_) => kind.is_inline(),
        };
        may_stand && is_sound(&element.children, Some(kind))
    })
}

/// Asserts what holds for any text.
#[track_caller]
fn holds(text: &str) {
    let Some(made) = formatted(text, &Names::default()) else {
        return;
    };
    let Formatted { document, json } = &made;
    assert!(json.len() <= BYTES_MAX && document.fits(), "{text:?}");
    assert!(is_sound(&document.0, None), "{text:?}: {json}");
    let mut kept = String::new();
    letters(&document.0, &mut kept);
    let written: String = text.chars().filter(|c| c.is_alphabetic()).collect();
    assert_eq!(
        kept.to_lowercase(),
        written.to_lowercase(),
        "{text:?}: {json}"
    );
    assert_eq!(Formatted::stored(json).as_ref(), Some(&made), "{text:?}");
    let by_serde: Document = serde_json::from_str(json).unwrap();
    assert_eq!(&by_serde, document, "{text:?}");
}

/// Pieces that mean something beside each other.
const PIECES: [&str; 62] = [
    "a",
    "Word",
    "é",
    "文",
    "1",
    " ",
    "  ",
    "    ",
    "\t",
    "\n",
    "\n\n",
    "*",
    "**",
    "_",
    "__",
    "~",
    "~~",
    "`",
    "``",
    "```",
    "```rs\n",
    "[",
    "]",
    "(",
    ")",
    "](",
    "]: ",
    "![",
    "<",
    ">",
    "\n> ",
    "\n- ",
    "\n* ",
    "\n1. ",
    "\n2) ",
    "- [ ] ",
    "- [x] ",
    "\n# ",
    "\n---\n",
    "\n===",
    "|",
    "||",
    "\n|-|-|\n",
    "|a|b|",
    "\\",
    "&",
    "&amp;",
    "<b>",
    "</script>",
    "<!--",
    "http://x.org/a",
    "https://x.org/_*",
    "javascript:a",
    "mailto:a@b.c",
    "[a](http://x.org)",
    "[^1]",
    "\"",
    "'",
    ":",
    "\u{202e}",
    "e\u{301}",
    "\u{fdd0}",
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn no_letter_is_lost_and_every_tree_is_in_bounds(pieces in prop::collection::vec(0..PIECES.len(), 0..60)) {
        let text: String = pieces.into_iter().map(|piece| PIECES[piece]).collect();
        holds(&text);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn so_it_is_with_any_characters(text in "\\PC{0,200}") {
        holds(&text);
    }
}
