//! Rules about Cargo.toml, Leptos.toml and the versions of the tools.

use super::Complaints;

/// What the build and the running server must agree on.
const WRITTEN_TWICE: [&str; 3] = ["output-name", "site-pkg-dir", "site-addr"];

/// A shared key that is missing on one side, or differs.
pub fn unequal(cargo: &str, leptos: &str) -> Complaints {
    let built = |key| value(cargo, "[workspace.metadata.leptos", key);
    let served = |key| value(leptos, "package.metadata.leptos", key);
    WRITTEN_TWICE
        .iter()
        .filter_map(|key| match (built(key), served(key)) {
            (Some(built), Some(served)) if built == served => None,
            (built, served) => Some(format!(
                "`{key}` is {built:?} in Cargo.toml and {served:?} in Leptos.toml"
            )),
        })
        .collect()
}

/// The wasm-bindgen that is installed must be the one that is linked.
pub fn bindgen_differs(cargo: &str, versions: &str) -> Complaints {
    let linked = value(cargo, "workspace.dependencies", "wasm-bindgen");
    let installed = versions
        .lines()
        .find_map(|line| line.strip_prefix("WASM_BINDGEN="))
        .map(|version| format!("\"={version}\""));
    if linked.is_some() && linked == installed {
        Vec::new()
    } else {
        vec![format!(
            "wasm-bindgen is {linked:?} in Cargo.toml and {installed:?} in .ci/versions"
        )]
    }
}

/// A dependency of a package stands under a comment that says what it is there for; one comment may
/// speak for the lines below it. The workspace's own table only fixes versions.
pub fn unexplained_dependency(path: &str, text: &str) -> Complaints {
    let mut complaints = Vec::new();
    let mut in_table = false;
    let mut explained = false;
    for (at, line) in text.lines().enumerate() {
        if let Some(table) = line.strip_prefix('[') {
            let table = table.trim_end_matches(']');
            in_table = table.ends_with("dependencies") && !table.starts_with("workspace");
            explained = false;
        } else if line.starts_with('#') {
            explained = true;
        } else if line.is_empty() {
            explained = false;
        } else if in_table && !explained && line.contains('=') && !line.starts_with("parlour-") {
            let name = line.split('=').next().unwrap_or(line).trim();
            complaints.push(format!("{path}:{}: why is `{name}` needed?", at + 1));
        }
    }
    complaints
}

/// A member that cargo in the root would not take along, or the other way round.
pub fn not_all_by_default(cargo: &str) -> Complaints {
    let list = |key| value(cargo, "workspace", key).unwrap_or_default();
    let all = list("members").replacen('[', "[\".\", ", 1);
    if all == list("default-members") {
        return Complaints::new();
    }
    vec![format!("Cargo.toml: `default-members` is not {all}")]
}

/// Profiles that the benchmark's workspace must repeat: with others it would compile again what both need.
const PROFILES: [&str; 3] = [
    "profile.dev",
    "profile.dev.package.\"*\"",
    "profile.release",
];

/// A profile that the benchmark's manifest has otherwise than the root's.
pub fn profile_differs(cargo: &str, bench: &str) -> Complaints {
    PROFILES
        .iter()
        .filter(|name| table(cargo, name) != table(bench, name))
        .map(|name| format!("benches/Cargo.toml: [{name}] is not as in Cargo.toml"))
        .collect()
}

/// The lines of a table, without comments.
fn table<'t>(toml: &'t str, name: &str) -> Vec<&'t str> {
    let head = format!("[{name}]");
    let lines = toml.lines().skip_while(|line| *line != head).skip(1);
    lines
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .collect()
}

/// The forge must run what everybody runs, for what is merged and for what asks to be.
pub fn workflow_without_the_checks(path: &str, text: &str) -> Complaints {
    ["  push:", "  pull_request:", "run: make test"]
        .iter()
        .filter(|wanted| !text.lines().any(|line| line.trim_end().ends_with(*wanted)))
        .map(|wanted| format!("{path}: has no line `{}`", wanted.trim()))
        .collect()
}

/// The text right of `key =` in a table, as it is written.
fn value(toml: &str, table: &str, key: &str) -> Option<String> {
    let mut inside = false;
    for line in toml.lines() {
        if let Some(name) = line.strip_prefix('[') {
            inside = name.trim_end_matches(']') == table;
        } else if inside
            && let Some((left, right)) = line.split_once('=')
            && left.trim() == key
        {
            return Some(right.trim().to_owned());
        }
    }
    None
}

mod refuses {
    use super::*;

    const CARGO: &str = "[[workspace.metadata.leptos]]\noutput-name = \"parlour\"\n\
        site-root = \"target/site\"\nsite-pkg-dir = \"pkg\"\nsite-addr = \"127.0.0.1:3000\"\n";

    #[test]
    fn a_setting_that_differs_or_is_missing() {
        let leptos = CARGO.replace("[[workspace.metadata.leptos]]", "[package.metadata.leptos]");
        assert_eq!(unequal(CARGO, &leptos), Complaints::new());
        let other = leptos.replace("3000", "3001");
        assert_eq!(unequal(CARGO, &other).len(), 1);
        let missing = leptos.replace("site-pkg-dir", "pkg-dir");
        assert_eq!(unequal(CARGO, &missing).len(), 1);
        assert_eq!(unequal("", "").len(), WRITTEN_TWICE.len());
    }

    #[test]
    fn a_wasm_bindgen_of_another_version() {
        let cargo = "[workspace.dependencies]\nwasm-bindgen = \"=1.2.3\"\n";
        assert_eq!(
            bindgen_differs(cargo, "WASM_BINDGEN=1.2.3"),
            Complaints::new()
        );
        assert_eq!(bindgen_differs(cargo, "WASM_BINDGEN=1.2.4").len(), 1);
        assert_eq!(
            bindgen_differs(&cargo.replace('=', ""), "WASM_BINDGEN=1.2.3").len(),
            1
        );
        assert_eq!(bindgen_differs("", "").len(), 1);
    }

    #[test]
    fn a_member_that_only_its_name_brings_along() {
        let cargo =
            "[workspace]\nmembers = [\"a\", \"b\"]\ndefault-members = [\".\", \"a\", \"b\"]\n";
        assert_eq!(not_all_by_default(cargo), Complaints::new());
        assert_eq!(
            not_all_by_default(&cargo.replace("[\"a\", \"b\"]", "[\"a\"]")).len(),
            1
        );
        assert_eq!(not_all_by_default(&cargo.replace("\".\", ", "")).len(), 1);
    }

    #[test]
    fn a_profile_that_would_compile_everything_again() {
        let cargo =
            "[profile.dev]\n# Why.\ndebug = 1\n\n[profile.dev.package.\"*\"]\ndebug = false\n";
        let same = cargo.replace("# Why.\n", "");
        assert_eq!(profile_differs(cargo, &same), Complaints::new());
        let other = cargo.replace("debug = 1", "debug = 2");
        assert_eq!(
            profile_differs(cargo, &other),
            ["benches/Cargo.toml: [profile.dev] is not as in Cargo.toml"]
        );
        assert_eq!(profile_differs(cargo, "").len(), 2);
    }

    #[test]
    fn a_workflow_that_runs_something_else_or_not_always() {
        let rule = |text: &str| workflow_without_the_checks("test.yml", text);
        let whole = "on:\n  push:\n  pull_request:\njobs:\n      - run: make test\n";
        assert_eq!(rule(whole), Complaints::new());
        assert_eq!(
            rule(&whole.replace("make test", "make test-fast")),
            ["test.yml: has no line `run: make test`"]
        );
        assert_eq!(rule(&whole.replace("  pull_request:", "")).len(), 1);
        assert_eq!(rule("").len(), 3);
    }

    #[test]
    fn a_dependency_that_nobody_explained() {
        let rule = |text| unexplained_dependency("Cargo.toml", text);
        assert_eq!(
            rule("[dependencies]\nserde = \"1\""),
            ["Cargo.toml:2: why is `serde` needed?"]
        );
        assert_eq!(
            rule("[dependencies]\n# A.\na = \"1\"\nb = \"1\"\n\nc = \"1\"").len(),
            1
        );
        assert_eq!(
            rule("# All of it.\n\n[dev-dependencies]\na = \"1\"").len(),
            1
        );
        assert_eq!(
            rule("[dependencies]\n# Records.\nserde = \"1\"\n[lints]\nworkspace = true"),
            Complaints::new()
        );
    }
}
