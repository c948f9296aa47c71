//! Which file imports which, read from their text: `use` trees, and whole paths in the code.
//!
//! A name that a module passes on (`pub use`) leads to the file that has it.

use std::collections::{BTreeMap, HashMap};

/// The crates, by what they are called in paths, and their folders below `src/`.
const CRATES: [(&str, &str); 6] = [
    ("parlour", ""),
    ("parlour_chaos", "chaos"),
    ("parlour_client", "client"),
    ("parlour_protocol", "protocol"),
    ("parlour_server", "server"),
    ("parlour_test_postgres", "test_postgres"),
];

/// Programs of their own, and what is only for tests.
const APART: [&str; 7] = [
    "tests",
    "island",
    "build",
    "server/costs",
    "server/fuzz",
    "server/build",
    "server/tests",
];

/// One file's import of another; modules are written like paths below `src/`: `server/store/writer`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Import {
    pub from: String,
    /// The line, counted from 0.
    pub at: usize,
    pub to: String,
}

/// Every file that is a module, with its text.
pub struct Sources {
    texts: BTreeMap<String, String>,
    /// What each module passes on, by name: whole paths.
    passed: HashMap<(String, String), Vec<String>>,
}

impl Sources {
    /// Of files with these paths below `src/` and texts.
    pub fn new(files: impl IntoIterator<Item = (String, String)>) -> Self {
        let texts = files.into_iter().filter_map(|(path, text)| {
            let module = path.strip_suffix(".rs")?;
            let module = match module.strip_suffix("lib") {
                Some(folder) => folder.trim_end_matches('/'),
                None => module,
            };
            let is_apart = is_test(module) || APART.iter().any(|apart| is_in(module, apart));
            (!is_apart).then(|| (module.to_owned(), code(&text)))
        });
        let mut sources = Self {
            texts: texts.collect(),
            passed: HashMap::new(),
        };
        for (module, text) in &sources.texts {
            for (_, is_passed_on, paths) in uses(text) {
                for path in paths.into_iter().filter(|_| is_passed_on) {
                    let Some(whole) = sources.whole(module, &path) else {
                        continue;
                    };
                    if let Some(name) = whole.last() {
                        let key = (module.clone(), name.clone());
                        sources.passed.insert(key, whole);
                    }
                }
            }
        }
        sources
    }

    /// The modules, by name.
    pub fn modules(&self) -> impl Iterator<Item = &str> {
        self.texts.keys().map(String::as_str)
    }

    /// All imports of files by other files.
    pub fn imports(&self) -> Vec<Import> {
        let mut imports = Vec::new();
        for (module, text) in &self.texts {
            let in_uses = uses(text)
                .into_iter()
                .flat_map(|(at, _, paths)| paths.into_iter().map(move |path| (at, path)));
            for (at, path) in in_uses.chain(paths(text)) {
                let to = self.whole(module, &path).map(|whole| self.file(&whole, 0));
                if let Some(to) = to.filter(|to| to != module) {
                    let from = module.clone();
                    imports.push(Import { from, at, to });
                }
            }
        }
        imports.dedup();
        imports
    }

    /// A path from the folders down; `None` for what is not ours.
    fn whole(&self, module: &str, path: &[String]) -> Option<Vec<String>> {
        let mut whole: Vec<String> = split(module);
        let (_, own) = CRATES
            .iter()
            .rev()
            .find(|(_, folder)| folder.is_empty() || is_in(module, folder))?;
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => {
                whole = split(own);
                rest = &path[1..];
            }
            "self" | "super" => {
                while let Some("self" | "super") = rest.first().map(String::as_str) {
                    if rest[0] == "super" {
                        whole.pop();
                    }
                    rest = &rest[1..];
                }
            }
            first => match CRATES.iter().find(|(name, _)| *name == first) {
                Some((_, folder)) => {
                    whole = split(folder);
                    rest = &path[1..];
                }
                None => {
                    let child = [module, first].join("/");
                    if !self.texts.contains_key(child.trim_start_matches('/')) {
                        return None;
                    }
                }
            },
        }
        whole.extend(rest.iter().cloned());
        Some(whole)
    }

    /// The file that a whole path leads to.
    fn file(&self, whole: &[String], steps: usize) -> String {
        let is_file = |parts: &usize| self.texts.contains_key(&whole[..*parts].join("/"));
        let parts = (0..=whole.len()).rev().find(is_file).unwrap_or_default();
        let module = whole[..parts].join("/");
        let Some(name) = whole.get(parts).filter(|_| steps < 8) else {
            return module;
        };
        match self.passed.get(&(module.clone(), name.clone())) {
            Some(passed) => {
                let further = [passed, &whole[parts + 1..]].concat();
                self.file(&further, steps + 1)
            }
            None => module,
        }
    }
}

/// Whether a module is this one or inside of it.
pub fn is_in(module: &str, outer: &str) -> bool {
    module
        .strip_prefix(outer)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn is_test(module: &str) -> bool {
    module.split('/').any(|part| part == "tests")
}

fn split(module: &str) -> Vec<String> {
    let parts = module.split('/').filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

/// Without comments and tests; what is left stands in its line.
fn code(text: &str) -> String {
    let text = match text.find("#[cfg(test)]\nmod ") {
        Some(tests) => &text[..tests],
        None => text,
    };
    let lines = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

/// Each `use`: its line, whether it passes its names on, and its paths.
fn uses(text: &str) -> Vec<(usize, bool, Vec<Vec<String>>)> {
    let mut uses = Vec::new();
    let mut line = 0;
    for statement in text.split_inclusive(';') {
        let start = statement.rfind("\nuse ").map(|at| at + 1);
        let start = start.or_else(|| statement.find("use ").filter(|at| is_start(statement, *at)));
        if let Some(start) = start {
            let tree = &statement[start + "use ".len()..];
            let before = &statement[..start];
            let is_passed_on = before.rsplit('\n').next().unwrap_or("").contains("pub");
            let at = line + before.matches('\n').count();
            let mut paths = Vec::new();
            branch(&[], tree.trim_end_matches(';'), &mut paths);
            uses.push((at, is_passed_on, paths));
        }
        line += statement.matches('\n').count();
    }
    uses
}

/// Whether a `use` that stands there begins a line, but for who may see it.
fn is_start(statement: &str, at: usize) -> bool {
    let before = statement[..at].rsplit('\n').next().unwrap_or("").trim();
    before.is_empty() || before.starts_with("pub")
}

/// The paths of a tree such as `a::{b, c::{self, d}}`.
fn branch(before: &[String], tree: &str, paths: &mut Vec<Vec<String>>) {
    let (head, inner) = match tree.split_once('{') {
        Some((head, rest)) => (head, rest.rsplit_once('}').map(|(inner, _)| inner)),
        None => (tree, None),
    };
    let head = head.split(" as ").next().unwrap_or(head);
    let mut path = before.to_vec();
    let names = head.split("::").map(str::trim);
    path.extend(names.filter(|name| !name.is_empty()).map(str::to_owned));
    let Some(inner) = inner else {
        if path.len() > 1 && path.last().is_some_and(|name| name == "self") {
            path.pop();
        }
        paths.push(path);
        return;
    };
    let mut depth = 0;
    let parts = inner.split(|c| {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    });
    for part in parts.filter(|part| !part.trim().is_empty()) {
        branch(&path, part, paths);
    }
}

/// Whole paths outside of `use`, with their lines.
fn paths(text: &str) -> Vec<(usize, Vec<String>)> {
    let is_name = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let mut paths = Vec::new();
    for (at, line) in text.lines().enumerate() {
        // Who may see a thing is no import.
        let line = match line.split_once("pub(in ") {
            Some((_, rest)) => rest.split_once(')').map_or(rest, |(_, rest)| rest),
            None => line,
        };
        for path in line.split(|c| !is_name(c) && c != ':') {
            let names: Vec<String> = path.split("::").map(str::to_owned).collect();
            let first = names[0].as_str();
            let is_whole = ["crate", "super"].contains(&first)
                || CRATES.iter().any(|(name, _)| *name == first);
            if names.len() > 1 && is_whole && names.iter().all(|name| !name.is_empty()) {
                paths.push((at, names));
            }
        }
    }
    paths
}

mod reads {
    use super::*;

    fn imports(files: &[(&str, &str)]) -> Vec<(String, usize, String)> {
        let files = files
            .iter()
            .map(|(path, text)| (path.to_string(), text.to_string()));
        let imports = Sources::new(files).imports();
        let parts = |import: Import| (import.from, import.at + 1, import.to);
        imports.into_iter().map(parts).collect()
    }

    fn import(from: &str, at: usize, to: &str) -> (String, usize, String) {
        (from.to_owned(), at, to.to_owned())
    }

    #[test]
    fn trees_and_whole_paths_and_where_they_stand() {
        let text = "//! A.\n\nuse crate::{\n    b::{self, D},\n    c,\n};\n\nfn e() {\n    super::c::f();\n}\n";
        let found = imports(&[
            ("server/lib.rs", "mod a;"),
            ("server/a.rs", text),
            ("server/b.rs", ""),
            (
                "server/c.rs",
                "// use crate::a;\n#[cfg(test)]\nmod tests {\n use crate::a;\n}",
            ),
        ]);
        let expected = [(3, "server/b"), (3, "server/c"), (9, "server/c")];
        assert_eq!(found, expected.map(|(at, to)| import("server/a", at, to)));
    }

    #[test]
    fn what_is_passed_on_leads_to_where_it_is() {
        let found = imports(&[
            ("server/lib.rs", "mod a;\npub use a::A;"),
            ("server/a.rs", "mod inner;\npub(crate) use inner::A;"),
            ("server/a/inner.rs", ""),
            ("server/b.rs", "use crate::A;"),
            ("app/c.rs", "use parlour_server::A;\nuse std::A;"),
        ]);
        let inner = "server/a/inner";
        assert!(found.contains(&import("server/b", 1, inner)));
        assert!(found.contains(&import("app/c", 1, inner)));
        assert_eq!(found.iter().filter(|(from, ..)| from == "app/c").count(), 1);
    }
}
