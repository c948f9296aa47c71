//! The rule that a package uses what it depends on.
//!
//! What nobody uses is compiled, audited and updated for nothing. The compiler does not tell, so the names are
//! looked for in the package's own sources, comments aside.

use super::Complaints;
use super::tree::Tree;

/// Compiles sources of the server by their path, for which it repeats their dependencies.
const FUZZER: &str = "src/server/fuzz/Cargo.toml";

/// Dependencies of a `Cargo.toml` that no source of its package names.
pub fn unused(path: &str, text: &str, tree: &Tree) -> Complaints {
    if path == FUZZER {
        return Complaints::new();
    }
    let folder = path.strip_suffix("Cargo.toml").unwrap_or_default();
    let sources = sources_of(folder, tree);
    unnamed(path, text, &sources)
}

/// The sources below `folder`, without those of packages that are inside of it.
fn sources_of(folder: &str, tree: &Tree) -> Vec<String> {
    let manifests = tree.names_under("", "Cargo.toml");
    let inner: Vec<&str> = manifests
        .iter()
        .filter_map(|manifest| manifest.strip_suffix("Cargo.toml"))
        .filter(|other| other.len() > folder.len() && other.starts_with(folder))
        .collect();
    tree.names_under(folder, ".rs")
        .iter()
        .map(|name| format!("{folder}{name}"))
        .filter(|name| !inner.iter().any(|inner| name.starts_with(inner)))
        .map(|name| tree.text(&name))
        .collect()
}

fn unnamed(path: &str, text: &str, sources: &[String]) -> Complaints {
    dependencies(text)
        .into_iter()
        .filter(|name| {
            let name = name.replace('-', "_");
            !sources.iter().any(|source| is_named(source, &name))
        })
        .map(|name| format!("{path}: nothing uses `{name}`"))
        .collect()
}

/// The keys of a package's tables of dependencies. The workspace's own table only fixes versions.
fn dependencies(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut in_table = false;
    for line in text.lines() {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            in_table = table.ends_with("dependencies") && !table.starts_with("workspace");
        } else if in_table
            && !line.starts_with('#')
            && let Some((name, _)) = line.split_once('=')
        {
            names.push(name.trim());
        }
    }
    names
}

/// Whether a line names it as a word, in front of any comment.
fn is_named(source: &str, name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    source
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .any(|code| code.split(|c| !is_word(c)).any(|word| word == name))
}

mod refuses {
    use super::*;

    #[test]
    fn a_dependency_that_no_source_names() {
        let rule = |text, source: &str| unnamed("Cargo.toml", text, &[source.to_owned()]);
        let table = "[dependencies]\n# Chance.\nfast-rand = \"2\"\n\n[lints]\nworkspace = true\n";
        let complaint = ["Cargo.toml: nothing uses `fast-rand`"];
        assert_eq!(rule(table, "use fast_rand::Rng;"), Complaints::new());
        assert_eq!(
            rule(table, "let x = fast_rand::u64(..);"),
            Complaints::new()
        );
        assert_eq!(rule(table, "use fast_random::Rng;"), complaint);
        assert_eq!(rule(table, "fn f() {} // as fast_rand does it"), complaint);
        assert_eq!(rule(table, ""), complaint);
        let only_versions = table.replace("[dep", "[workspace.dep");
        assert_eq!(rule(&only_versions, ""), Complaints::new());
    }
}
