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
}

impl Script {
    const ALL: [Self; 4] = [Self::Reveal, Self::Unsent, Self::Picker, Self::Reacted];

    fn path(self) -> &'static str {
        &PATHS[self as usize]
    }

    fn code(self) -> String {
        compact(match self {
            Self::Reveal => REVEAL,
            Self::Unsent => UNSENT,
            Self::Picker => PICKER,
            Self::Reacted => REACTED,
        })
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

/// Without what only its readers need.
pub(super) fn compact(code: &str) -> String {
    let lines = code.lines().map(str::trim);
    let lines: Vec<&str> = lines
        .filter(|line| !line.is_empty() && !line.starts_with("//"))
        .collect();
    lines.join("\n")
}
