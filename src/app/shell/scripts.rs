//! The scripts of plain pages, and of what a live one shows now and then: small files by hand, each of which does one
//! thing to what the page is without it.
//!
//! *Invariant:* a page without script does the same work, and none of these is in a page that has nothing for it to do.

use leptos::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

/// What shows a password, which the program's script does as well.
const REVEAL: &str = include_str!("reveal.js");

const UNSENT: &str = include_str!("unsent.js");

const PICKER: &str = include_str!("picker.js");

const REACTED: &str = include_str!("reacted.js");

/// The parts of what helps with writing, each after those that it imports.
const COMPOSER: [&str; 8] = [
    include_str!("composer/formatting.mjs"),
    include_str!("composer/commands.mjs"),
    include_str!("composer/tokens.mjs"),
    include_str!("composer/pasting.mjs"),
    include_str!("composer/field.mjs"),
    include_str!("composer/completing.mjs"),
    include_str!("composer/toolbar.mjs"),
    include_str!("composer/begin.mjs"),
];

/// What it looks like. It comes with the script, so that who only reads does not fetch it.
const COMPOSER_STYLE: &str = include_str!("composer/composer.css");

/// A script by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Shows what is in a password field.
    Reveal,
    /// Counts what would be lost by signing out.
    Unsent,
    /// Goes through emoji by keys, and searches as one types. The program's script fetches it when the panel has some.
    Picker,
    /// Says who reacted. The program's script fetches it when somebody first points at a reaction.
    Reacted,
    /// Helps with writing a message. The program's script fetches it when that begins.
    Composer,
}

impl Script {
    const ALL: [Self; 5] = [
        Self::Reveal,
        Self::Unsent,
        Self::Picker,
        Self::Reacted,
        Self::Composer,
    ];

    fn path(self) -> &'static str {
        &PATHS[self as usize]
    }

    fn code(self) -> String {
        match self {
            Self::Reveal => compact(REVEAL),
            Self::Unsent => compact(UNSENT),
            Self::Picker => compact(PICKER),
            Self::Reacted => compact(REACTED),
            Self::Composer => composer(),
        }
    }
}

/// Where each is: its name has its content's hash, so that a browser keeps it.
static PATHS: LazyLock<[String; Script::ALL.len()]> = LazyLock::new(|| {
    Script::ALL.map(|script| {
        let name = match script {
            Script::Reveal => "reveal",
            Script::Unsent => "unsent",
            Script::Picker => "picker",
            Script::Reacted => "reacted",
            Script::Composer => "composer",
        };
        let mut hasher = DefaultHasher::new();
        script.code().hash(&mut hasher);
        format!("pkg/{name}.{:016x}.js", hasher.finish())
    })
});

/// The files, by their paths without the first slash.
pub fn scripts() -> [(&'static str, String); Script::ALL.len()] {
    Script::ALL.map(|script| (script.path(), script.code()))
}

/// Its address, for a live page to fetch it from when it is needed.
pub fn address(which: Script) -> String {
    format!("/{}", which.path())
}

/// Loads it into the page; a second time it is there already.
pub fn script(which: Script) -> impl IntoView {
    view! { <script type="module" src=address(which)></script> }
}

/// One module of its parts, and before them what it looks like.
fn composer() -> String {
    let style: Vec<&str> = COMPOSER_STYLE.lines().skip(1).map(str::trim).collect();
    let mut code = format!("const STYLE={:?};\n", style.concat());
    let last = COMPOSER.len() - 1;
    for (at, part) in COMPOSER.into_iter().enumerate() {
        for line in compact(&without_notes(part)).lines() {
            if line.starts_with("import ") {
                continue;
            }
            // Its parts see each other; it is asked for what the last one exports.
            let own = line.strip_prefix("export ").filter(|_| at < last);
            code.push_str(own.unwrap_or(line));
            code.push('\n');
        }
    }
    code
}

/// Without what says which types things have.
fn without_notes(code: &str) -> String {
    let mut parts = code.split("/**");
    let mut bare = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        bare.push_str(part.split_once("*/").map_or("", |(_, rest)| rest));
    }
    bare
}

/// Without what only its readers need.
pub(super) fn compact(code: &str) -> String {
    let lines = code.lines().map(str::trim);
    let lines: Vec<&str> = lines
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .collect();
    lines.join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_composer_s_script_is_one_module_of_all_its_parts() {
        let code = Script::Composer.code();
        let exported: Vec<&str> = code
            .lines()
            .filter(|line| line.starts_with("export "))
            .collect();
        assert_eq!(exported.len(), 1, "{exported:?}");
        assert!(exported[0].starts_with("export const begin ="));
        for left in ["import ", "/**", "@type", "@typedef"] {
            assert!(!code.lines().any(|line| line.starts_with(left)), "{left}");
        }
        // Each name once, as all parts are of one module now.
        let mut names: Vec<&str> = Vec::new();
        for part in COMPOSER {
            let named = part.lines().filter_map(|line| {
                let line = line.strip_prefix("export ").unwrap_or(line);
                let line = line.strip_prefix("const ").or(line.strip_prefix("let "))?;
                line.split([' ', ';']).next()
            });
            names.extend(named.filter(|name| !name.starts_with('{')));
        }
        names.sort_unstable();
        let all = names.len();
        names.dedup();
        assert_eq!(names.len(), all, "{names:?}");
        assert!(code.len() < 32 * 1024, "{} bytes", code.len());
    }
}
