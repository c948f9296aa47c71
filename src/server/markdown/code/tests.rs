//! What has a colour in which language, and that no character is lost.

use super::*;
use proptest::prelude::*;

/// The words that have a colour, each with its class.
fn colours(code: &str, name: &str) -> String {
    let words = coloured(code, name)
        .into_iter()
        .filter_map(|node| match node {
            Node::Text(_) => None,
            Node::Element(token) => match &token.children[..] {
                [Node::Text(text)] => Some(format!("{}:{text}", token.value)),
                other => panic!("{other:?}"),
            },
        });
    words.collect::<Vec<_>>().join(" ")
}

#[test]
fn words_have_the_colour_of_what_they_are() {
    for (name, code, expected) in [
        (
            "rust",
            "#[derive(A)]\nfn a<'b>(c: &'b str) -> Option<u8> { // d\n  Some(1_0) }",
            "function:derive type:A keyword:fn type:str type:Option type:u8 comment:// d literal:Some number:1_0",
        ),
        (
            "py",
            "@a\ndef b(c):\n  \"\"\"d\n'e\"\"\"\n  return f'g' # h",
            "meta:@a keyword:def function:b string:\"\"\"d\n'e\"\"\" keyword:return string:'g' comment:# h",
        ),
        (
            "js",
            "const a = `b\n${c}`; /* d\n",
            "keyword:const string:`b\n${c}` comment:/* d\n",
        ),
        (
            "SQL",
            "SELECT a FROM b -- c",
            "keyword:SELECT keyword:FROM comment:-- c",
        ),
        (
            "json",
            "{\"a\": [1, true]}",
            "string:\"a\" number:1 literal:true",
        ),
        ("yaml", "a-b: 'c' # d", "type:a-b string:'c' comment:# d"),
        ("diff", "@@ 1\n+a\n-b\n c", "meta:@@ 1 added:+a removed:-b"),
        (
            "c",
            "#include <a>\nint b = c(\"d\\\"\");",
            "meta:#include type:int function:c string:\"d\\\"\"",
        ),
        (
            "sh",
            "echo $A \"b\" # don't",
            "type:echo meta:$A string:\"b\" comment:# don't",
        ),
        ("", "fn a", ""),
        ("klingon", "fn a", ""),
    ] {
        assert_eq!(colours(code, name), expected, "{name}: {code}");
    }
}

#[test]
fn long_code_has_none() {
    let code = "let a;\n".repeat(LINES_MAX);
    assert!(!colours(&code, "rust").is_empty());
    assert!(colours(&format!("{code}let a;"), "rust").is_empty());
    let crowded = "1 ".repeat(TOKENS_MAX + 1);
    assert!(colours(&crowded, "rust").is_empty());
}

#[test]
fn every_language_has_names_of_its_own() {
    let mut names: Vec<_> = LANGUAGES
        .iter()
        .flat_map(|language| language.names.split(' '))
        .collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(LANGUAGES.len() >= 25);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_tokens_together_are_the_code(
        which in 0..LANGUAGES.len(),
        pieces in prop::collection::vec("[a-zA-Z_]{1,6}|[0-9.]{1,4}|[ \n\t]|[\"'`]{1,3}|[-#/*+@$<>={}\\\\!]{1,4}|\\PC", 0..40),
    ) {
        let code = pieces.concat();
        let name = LANGUAGES[which].names.split(' ').next().unwrap_or_default();
        let texts = coloured(&code, name).into_iter().map(|node| match node {
            Node::Text(text) => text,
            Node::Element(token) => match token.children.into_iter().next() {
                Some(Node::Text(text)) => text,
                other => panic!("{other:?}"),
            },
        });
        prop_assert_eq!(texts.collect::<String>(), code);
    }
}
