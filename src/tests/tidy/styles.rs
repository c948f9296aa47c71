//! Rules about the style sheets.

use super::Complaints;

/// Every component's file is imported by main.css, once, and nothing else is.
pub fn not_imported_once(main: &str, files: &[String]) -> Complaints {
    let main = without_comments(main);
    let imported: Vec<&str> = main
        .split("@import")
        .skip(1)
        .filter_map(|rest| rest.split(['"', '\'']).nth(1))
        .map(|name| name.trim_start_matches("./"))
        .collect();
    let times = |name: &str| imported.iter().filter(|other| **other == name).count();
    let files = || files.iter().filter(|name| *name != "main.css");
    let wrong = files()
        .filter(|name| times(name) != 1)
        .map(|name| format!("style/{name} is imported {} times", times(name)));
    let missing = imported
        .iter()
        .filter(|name| !files().any(|file| file == *name))
        .map(|name| format!("style/main.css imports {name}, which does not exist"));
    wrong.chain(missing).collect()
}

/// A class that no markup has is a style for nothing.
pub fn unused_class(path: &str, css: &str, markup: &[String]) -> Complaints {
    let is_used = |class: &str| markup.iter().any(|text| has_word(text, class));
    let mut classes = classes(&without_comments(css));
    classes.sort();
    classes.dedup();
    classes
        .into_iter()
        .filter(|class| !is_used(class))
        .map(|class| format!("{path}: no markup has the class `{class}`"))
        .collect()
}

/// The classes of all selectors: `.name` outside declarations and strings.
fn classes(css: &str) -> Vec<String> {
    let mut classes = Vec::new();
    let mut prelude = String::new();
    for c in css.chars() {
        match c {
            // What came before an opening brace is a selector or an at-rule.
            '{' => {
                let selector = prelude.trim();
                let is_condition = selector.starts_with('@') && !selector.starts_with("@scope");
                if !is_condition {
                    classes.extend(classes_of(selector));
                }
                prelude.clear();
            }
            '}' | ';' => prelude.clear(),
            _ => prelude.push(c),
        }
    }
    classes
}

fn classes_of(selector: &str) -> Vec<String> {
    selector
        .split('.')
        .skip(1)
        .map(|rest| {
            let end = rest.find(|c: char| !is_word(c)).unwrap_or(rest.len());
            rest[..end].to_owned()
        })
        .filter(|class| class.starts_with(|c: char| c.is_ascii_alphabetic()))
        .collect()
}

fn is_word(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

fn has_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + word.len()..].chars().next();
        !before.is_some_and(is_word) && !after.is_some_and(is_word)
    })
}

fn without_comments(css: &str) -> String {
    let mut kept = String::new();
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        kept.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, rest)| rest);
    }
    kept + rest
}

mod refuses {
    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_style_that_is_not_imported_or_twice() {
        let main = "@layer a;\n@import \"a.css\" layer(a);\n@import url('./b.css');";
        let all = names(&["a.css", "b.css", "main.css"]);
        assert_eq!(not_imported_once(main, &all), Complaints::new());
        let more = names(&["a.css", "b.css", "c.css", "main.css"]);
        assert_eq!(
            not_imported_once(main, &more),
            ["style/c.css is imported 0 times"]
        );
        let twice = format!("{main}@import \"a.css\";");
        assert_eq!(
            not_imported_once(&twice, &all),
            ["style/a.css is imported 2 times"]
        );
        assert_eq!(not_imported_once(main, &names(&["a.css"])).len(), 1);
        let hidden = format!("/* {main} */");
        assert_eq!(not_imported_once(&hidden, &all).len(), 2);
    }

    #[test]
    fn a_style_that_no_markup_uses() {
        let markup = names(&["view! { <p class=\"typing quiet\"></p> }"]);
        let rule = |css| unused_class("a.css", css, &markup);
        assert_eq!(
            rule(".typing > .typo { margin: .5rem 1.5em; }"),
            ["a.css: no markup has the class `typo`"]
        );
        assert_eq!(
            rule("@media (width > 9.5em) { .gone { color: red } }").len(),
            1
        );
        assert_eq!(rule("p { &.gone { color: red } }").len(), 1);
        assert_eq!(
            rule("/* .gone */ .quiet:hover, p.typing { }"),
            Complaints::new()
        );
        assert_eq!(rule("@layer a.b { .quiet { } }"), Complaints::new());
        assert_eq!(rule("p { background: url(\"a.png\"); }"), Complaints::new());
    }
}
