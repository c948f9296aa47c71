//! Rules about names and paths.

use super::Complaints;

/// Names that fit everything, and so say nothing.
const VAGUE: [&str; 11] = [
    "common", "data", "helper", "helpers", "info", "manager", "misc", "stuff", "util", "utils",
    "shared",
];

/// Where home folders and work folders start.
const MACHINES: [&str; 4] = [
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/ro", "ot/"),
    concat!("/wo", "rk/"),
];

/// A file or folder called for nothing in particular.
pub fn vague_file(path: &str, _text: &str) -> Complaints {
    path.split('/')
        .filter(|part| {
            let stem = part.split('.').find(|piece| !piece.is_empty());
            stem.is_some_and(|stem| VAGUE.contains(&stem))
        })
        .map(|part| format!("{path}: `{part}` says nothing about what is in it"))
        .collect()
}

/// A type or module called for nothing in particular: `RoomManager`, `UserInfo`, `mod utils`.
pub fn vague_type(path: &str, text: &str) -> Complaints {
    let mut complaints = Vec::new();
    for (at, line) in text.lines().enumerate() {
        let mut words = line
            .split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
            .filter(|word| !word.is_empty());
        let declares = line.trim_start().starts_with("pub")
            || ["struct", "enum", "trait", "type", "mod"]
                .iter()
                .any(|word| line.trim_start().starts_with(word));
        // Within an implementation the trait has given the name.
        let is_given = line.starts_with("    type ") && line.contains(" = ");
        if !declares || is_given {
            continue;
        }
        let Some(name) = words
            .by_ref()
            .find(|word| ["struct", "enum", "trait", "type", "mod"].contains(word))
            .and_then(|_| words.next())
        else {
            continue;
        };
        if VAGUE.contains(&last_word(name).as_str()) {
            complaints.push(format!("{path}:{}: the name `{name}` is vague", at + 1));
        }
    }
    complaints
}

/// The last word of `snake_case` and `CamelCase`, in small letters.
fn last_word(name: &str) -> String {
    let tail = name.rsplit('_').next().unwrap_or(name);
    let start = tail
        .rfind(|c: char| c.is_ascii_uppercase())
        .unwrap_or_default();
    tail[start..].to_ascii_lowercase()
}

/// A path that exists on one machine only.
pub fn path_of_one_machine(path: &str, text: &str) -> Complaints {
    text.lines()
        .enumerate()
        .filter(|(_, line)| MACHINES.iter().any(|start| is_absolute(line, start)))
        .map(|(at, _)| format!("{path}:{}: a path of one machine", at + 1))
        .collect()
}

/// Whether `start` begins a path in the line, and is not the middle of another one.
fn is_absolute(line: &str, start: &str) -> bool {
    line.match_indices(start).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        !before.is_some_and(|c| c.is_alphanumeric() || "._-}/)".contains(c))
    })
}

mod refuses {
    use super::*;

    #[test]
    fn a_file_named_for_nothing() {
        for path in [
            "src/utils.rs",
            "src/common/a.rs",
            "end2end/tests/helpers.ts",
            "a/info",
        ] {
            assert_eq!(vague_file(path, "").len(), 1, "{path}");
        }
        for path in [
            "src/database.rs",
            ".gitignore",
            "src/app/room.rs",
            "src/informed.rs",
        ] {
            assert_eq!(vague_file(path, ""), Complaints::new(), "{path}");
        }
    }

    #[test]
    fn a_type_named_for_nothing() {
        for line in [
            "pub struct RoomManager {",
            "    enum UserInfo {",
            "pub(crate) mod utils;",
        ] {
            assert_eq!(vague_type("a.rs", line).len(), 1, "{line}");
        }
        for line in [
            "pub struct Manage {",
            "fn data() {}",
            "pub enum Room {",
            "let mod_info = 1;",
            "    type Data = Bytes;",
        ] {
            assert_eq!(vague_type("a.rs", line), Complaints::new(), "{line}");
        }
    }

    #[test]
    fn a_path_of_somebodys_machine() {
        for start in MACHINES {
            let line = format!("open(\"{start}x\")");
            assert_eq!(
                path_of_one_machine("a.rs", &line),
                ["a.rs:1: a path of one machine"]
            );
            let inside = format!("src{start}x");
            assert_eq!(path_of_one_machine("a.rs", &inside), Complaints::new());
        }
    }
}
