//! Rules about the text of Rust, CSS and TypeScript.

use super::Complaints;

/// Lines that a file may have.
const LINES: usize = 500;

/// A word, and the only places (starts of paths) where it may stand.
const ROOMS: [(&[&str], &[&str]); 4] = [
    (
        &["web_sys", "js_sys", "gloo_timers", "gloo"],
        &["src/app/browser.rs", "src/app/browser/", "src/tests/tidy"],
    ),
    (
        &["sea_orm", "sqlx", "rusqlite", "sea_orm_migration"],
        &[
            "src/chaos/database.rs",
            "src/server/store.rs",
            "src/server/store/",
            "migration/",
            "benches/",
            "src/tests/tidy",
        ],
    ),
    (
        &["leptos", "leptos_meta", "leptos_router"],
        &[
            "src/app",
            "src/lib.rs",
            "src/main.rs",
            "src/site",
            "src/tests/",
        ],
    ),
    (
        &["parlour_server"],
        &[
            "src/app",
            "src/chaos/simulation/",
            "src/backup_cli.rs",
            "src/copy_cli.rs",
            "src/epoch_cli.rs",
            "src/user_cli.rs",
            "src/command_line.rs",
            "src/main.rs",
            "src/site",
            "src/tests/",
            "src/server/tests/",
        ],
    ),
];

/// Feature switches inside code make one source into several programs; on a `mod` line they only
/// say which files take part.
pub fn feature_off_a_mod_line(path: &str, text: &str) -> Complaints {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let is_attribute = |line: &str| line.starts_with("#[") || line.starts_with("#![");
    let switched = lines.iter().enumerate().filter(|(at, line)| {
        if line.starts_with("//") {
            return false;
        }
        if line.contains(concat!("cfg!", "(feature")) {
            return true;
        }
        let switches = is_attribute(line) && line.contains("cfg") && line.contains("feature =");
        let item = lines[at + 1..]
            .iter()
            .find(|next| !next.is_empty() && !next.starts_with("//") && !is_attribute(next));
        let on_a_mod = line.starts_with("#[cfg(") && item.is_some_and(|item| is_mod(item));
        switches && !on_a_mod
    });
    switched
        .map(|(at, _)| at_line(path, at, "a feature is chosen off a `mod` line"))
        .collect()
}

fn is_mod(line: &str) -> bool {
    let line = line.strip_prefix("pub ").unwrap_or(line);
    let line = line.strip_prefix("pub(crate) ").unwrap_or(line);
    line.starts_with("mod ")
}

/// Each library is used in one room, so that it can be seen, tested and replaced there.
pub fn library_outside_its_room(path: &str, text: &str) -> Complaints {
    let mut complaints = Vec::new();
    for (words, rooms) in ROOMS {
        if rooms.iter().any(|room| path.starts_with(room)) {
            continue;
        }
        for (at, line) in code_lines(text) {
            if let Some(word) = crates(line).find(|word| words.contains(word)) {
                let what = format!("`{word}` belongs in {}", rooms.join(", "));
                complaints.push(at_line(path, at, &what));
            }
        }
    }
    complaints
}

/// A module that cannot say in a sentence what it owns is in the wrong place. The tests of a module
/// need no word of their own.
pub fn module_without_a_first_word(path: &str, text: &str) -> Complaints {
    if path.ends_with("/tests.rs") {
        return Vec::new();
    }
    let starts = text.lines().next().is_some_and(|line| {
        line.strip_prefix("//! ")
            .is_some_and(|sentence| sentence.len() > 10)
    });
    if starts {
        Vec::new()
    } else {
        vec![at_line(path, 0, "starts without a `//!` sentence")]
    }
}

/// What can fail says how; tests may be blunt.
pub fn unwrap_outside_tests(path: &str, text: &str) -> Complaints {
    if path.contains("tests/") || path.ends_with("tests.rs") {
        return Vec::new();
    }
    let before_tests = text
        .find("#[cfg(test)]\nmod ")
        .map_or(text, |at| &text[..at]);
    code_lines(before_tests)
        .filter(|(_, line)| line.contains(".unwrap()"))
        .map(|(at, _)| at_line(path, at, "unwraps outside tests"))
        .collect()
}

/// A long file holds a second idea that wants a file of its own.
pub fn too_long(path: &str, text: &str) -> Complaints {
    let lines = text.lines().count();
    if lines > LINES {
        vec![at_line(
            path,
            LINES,
            &format!("{lines} lines, {LINES} may be"),
        )]
    } else {
        Vec::new()
    }
}

/// A browser test that sleeps is slow and fails at random; one that is skipped proves nothing.
pub fn sleeping_or_skipped(path: &str, text: &str) -> Complaints {
    let refused = [
        "waitForTimeout(",
        "test.only(",
        "test.fixme(",
        "test.skip(",
        "describe.only(",
        "describe.skip(",
        "networkidle",
    ];
    text.lines()
        .enumerate()
        .filter_map(|(at, line)| {
            let found = refused.iter().find(|word| line.contains(*word))?;
            Some(at_line(path, at, &format!("`{found}` in a browser test")))
        })
        .collect()
}

fn at_line(path: &str, at: usize, what: &str) -> String {
    format!("{path}:{}: {what}", at + 1)
}

fn code_lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim_start().starts_with("//"))
}

/// The names in front of `::`.
fn crates(line: &str) -> impl Iterator<Item = &str> {
    line.match_indices("::").map(|(at, _)| {
        let before = &line[..at];
        let start = before.rfind(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        &before[start.map_or(0, |start| start + 1)..]
    })
}

mod refuses {
    use super::*;

    fn clean(complaints: Complaints) {
        assert_eq!(complaints, Complaints::new());
    }

    #[test]
    fn a_feature_on_anything_but_a_module() {
        let rule = |text| feature_off_a_mod_line("a.rs", text);
        assert_eq!(
            rule("//! A.\n#[cfg(feature = \"ssr\")]\nfn b() {}"),
            ["a.rs:2: a feature is chosen off a `mod` line"]
        );
        assert_eq!(rule("#![cfg(feature = \"ssr\")]\nmod a;").len(), 1);
        assert_eq!(rule("#[cfg(not(feature = \"ssr\"))]\nuse a::b;").len(), 1);
        assert_eq!(
            rule("#[cfg_attr(feature = \"ssr\", derive(A))]\nmod a;").len(),
            1
        );
        assert_eq!(
            rule(concat!("let a = cfg!", "(feature = \"ssr\");")).len(),
            1
        );
        clean(rule("#[cfg(feature = \"ssr\")]\n/// A.\npub mod a;"));
        clean(rule("#[cfg(test)]\nmod tests {}"));
        clean(rule("// #[cfg(feature = \"ssr\")]\nfn a() {}"));
    }

    #[test]
    fn a_library_outside_of_its_modules() {
        let sees = |path, text| library_outside_its_room(path, text).len();
        assert_eq!(sees("src/app/room.rs", "use leptos::web_sys::Element;"), 1);
        assert_eq!(
            sees("src/app/browser/scroll.rs", "use web_sys::Element;"),
            0
        );
        assert_eq!(sees("src/app/api/rooms.rs", "use sea_orm::EntityTrait;"), 1);
        assert_eq!(sees("src/server/rooms.rs", "fn a(db: &rusqlite::Row)"), 1);
        assert_eq!(sees("src/server/tests/contexts.rs", "use sea_orm::Set;"), 1);
        assert_eq!(
            sees("src/server/store/writer.rs", "use sea_orm::EntityTrait;"),
            0
        );
        assert_eq!(sees("src/server/rooms.rs", "use leptos::prelude::*;"), 1);
        assert_eq!(sees("migration/lib.rs", "use parlour_server::Context;"), 1);
        assert_eq!(
            sees("src/protocol/lib.rs", "use parlour_server::Context;"),
            1
        );
        assert_eq!(
            sees("src/protocol/lib.rs", "// not parlour_server::Context"),
            0
        );
        assert_eq!(sees("src/server/config.rs", "\"parlour_server=debug\""), 0);
    }

    #[test]
    fn a_module_that_does_not_say_what_it_owns() {
        for text in [
            "",
            "use a::b;",
            "//!\n//! Late.",
            "// Not a doc comment.",
            "//! Short",
        ] {
            assert_eq!(
                module_without_a_first_word("a.rs", text).len(),
                1,
                "{text:?}"
            );
        }
        clean(module_without_a_first_word(
            "a.rs",
            "//! Owns the list of rooms.\n",
        ));
    }

    #[test]
    fn an_unwrap_in_the_product() {
        let text = "fn a() { b().unwrap() }\n#[cfg(test)]\nmod tests { fn c() { d().unwrap() } }";
        assert_eq!(
            unwrap_outside_tests("src/a.rs", text),
            ["src/a.rs:1: unwraps outside tests"]
        );
        clean(unwrap_outside_tests("src/server/tests/a.rs", text));
        clean(unwrap_outside_tests("src/server/config/tests.rs", text));
        clean(unwrap_outside_tests(
            "src/a.rs",
            "// a.unwrap()\na.unwrap_or(1);",
        ));
    }

    #[test]
    fn a_file_of_501_lines() {
        assert_eq!(too_long("a.rs", &"\n".repeat(501)).len(), 1);
        clean(too_long("a.rs", &"\n".repeat(500)));
    }

    #[test]
    fn a_browser_test_that_sleeps_or_does_not_run() {
        for line in [
            "await page.waitForTimeout(5);",
            "test.only('x')",
            "describe.skip('x')",
        ] {
            assert_eq!(sleeping_or_skipped("a.spec.ts", line).len(), 1, "{line}");
        }
        clean(sleeping_or_skipped(
            "a.spec.ts",
            "await expect(x).toBeVisible();",
        ));
    }
}
