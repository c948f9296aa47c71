//! The scripts of plain pages: small files by hand, each of which does one thing to what the page is without it.
//!
//! *Invariant:* a page without script does the same work, and none of these is in a page that has nothing for it to do.

use leptos::prelude::*;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::LazyLock;

/// What shows a password, which the program's script does as well.
const REVEAL: &str = include_str!("reveal.js");

const UNSENT: &str = include_str!("unsent.js");

/// A script of a plain page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Script {
    /// Shows what is in a password field.
    Reveal,
    /// Counts what would be lost by signing out.
    Unsent,
}

impl Script {
    const ALL: [Self; 2] = [Self::Reveal, Self::Unsent];

    fn path(self) -> &'static str {
        &PATHS[self as usize]
    }

    fn code(self) -> String {
        compact(match self {
            Self::Reveal => REVEAL,
            Self::Unsent => UNSENT,
        })
    }
}

/// Where each is: its name has its content's hash, so that a browser keeps it.
static PATHS: LazyLock<[String; 2]> = LazyLock::new(|| {
    Script::ALL.map(|script| {
        let name = match script {
            Script::Reveal => "reveal",
            Script::Unsent => "unsent",
        };
        let mut hasher = DefaultHasher::new();
        script.code().hash(&mut hasher);
        format!("pkg/{name}.{:016x}.js", hasher.finish())
    })
});

/// The files, by their paths without the first slash.
pub fn scripts() -> [(&'static str, String); 2] {
    Script::ALL.map(|script| (script.path(), script.code()))
}

/// Loads it into the page; a second time it is there already.
pub fn script(which: Script) -> impl IntoView {
    view! { <script type="module" src=format!("/{}", which.path())></script> }
}

/// Without what only its readers need.
pub(super) fn compact(code: &str) -> String {
    let lines = code.lines().map(str::trim);
    let lines: Vec<&str> = lines
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .collect();
    lines.join("\n")
}
