//! The files of the house: everything that is not made by a tool.

use super::Complaints;
use std::fs;
use std::path::{Path, PathBuf};

/// What tools make, wherever it stands.
const MADE: [&str; 6] = [
    ".git",
    "target",
    "node_modules",
    "data",
    "test-results",
    "playwright-report",
];

/// Paths from the root, with `/`, ordered.
pub struct Tree {
    root: PathBuf,
    paths: Vec<String>,
}

impl Tree {
    /// Reads this repository.
    pub fn of_the_house() -> Self {
        let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
        let mut paths = Vec::new();
        walk(&root, "", &mut paths);
        paths.sort();
        assert!(paths.len() > 30, "the tree was not found at {root:?}");
        Self { root, paths }
    }

    /// A file's text; empty for what is not text.
    pub fn text(&self, path: &str) -> String {
        let bytes = fs::read(self.root.join(path)).unwrap_or_else(|e| panic!("{path}: {e}"));
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Complaints of `rule` about every file with one of these endings.
    pub fn each(&self, endings: &[&str], rule: impl Fn(&str, &str) -> Complaints) -> Complaints {
        self.paths
            .iter()
            .filter(|path| endings.iter().any(|ending| path.ends_with(ending)))
            .flat_map(|path| rule(path, &self.text(path)))
            .collect()
    }

    /// Paths below `folder`, without it.
    pub fn names_under(&self, folder: &str, ending: &str) -> Vec<String> {
        self.paths
            .iter()
            .filter_map(|path| path.strip_prefix(folder))
            .filter(|name| name.ends_with(ending))
            .map(str::to_owned)
            .collect()
    }

    /// Texts of the files whose path starts and ends so.
    pub fn texts_under(&self, start: &str, ending: &str) -> Vec<String> {
        self.paths
            .iter()
            .filter(|path| path.starts_with(start) && path.ends_with(ending))
            .map(|path| self.text(path))
            .collect()
    }
}

fn walk(folder: &Path, prefix: &str, paths: &mut Vec<String>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|e| panic!("{folder:?}: {e}"));
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if MADE.contains(&name.as_str()) {
            continue;
        }
        let path = format!("{prefix}{name}");
        match entry.file_type() {
            Ok(kind) if kind.is_dir() => walk(&entry.path(), &format!("{path}/"), paths),
            Ok(kind) if kind.is_file() => paths.push(path),
            _ => {}
        }
    }
}
