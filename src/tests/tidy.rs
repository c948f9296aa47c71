//! The house's own rules, checked on the tree in milliseconds.
//!
//! Each rule is a function over a file's path and text that answers with its complaints; next to it
//! stands a test that feeds it what it must refuse.

mod code;
mod dependencies;
mod direction;
mod docs;
mod imports;
mod manifests;
mod names;
mod schema;
mod styles;
mod tree;

use imports::Sources;
use tree::Tree;

/// What is wrong and where, one sentence each.
type Complaints = Vec<String>;

fn none(complaints: Complaints) {
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

fn each(endings: &[&str], rule: impl Fn(&str, &str) -> Complaints) {
    none(Tree::of_the_house().each(endings, rule));
}

fn sources() -> Sources {
    let tree = Tree::of_the_house();
    let names = tree.names_under("src/", ".rs").into_iter();
    Sources::new(names.map(|name| {
        let text = tree.text(&format!("src/{name}"));
        (name, text)
    }))
}

#[test]
fn features_are_chosen_on_mod_lines_only() {
    each(&[".rs"], code::feature_off_a_mod_line);
}

#[test]
fn libraries_are_used_where_the_table_allows() {
    each(&[".rs"], code::library_outside_its_room);
}

#[test]
fn imports_run_one_way() {
    none(direction::upward(&sources()));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    none(direction::circles(&sources()));
}

#[test]
fn every_module_has_a_doc_comment() {
    each(&[".rs"], code::module_without_a_first_word);
}

#[test]
fn doc_comments_are_sentences() {
    each(&[".rs"], docs::shorter_than_a_sentence);
}

#[test]
fn nothing_unwraps_outside_tests() {
    each(&[".rs"], code::unwrap_outside_tests);
}

#[test]
fn no_file_is_longer_than_500_lines() {
    each(&[".rs", ".css", ".ts", ".mjs"], code::too_long);
}

#[test]
fn browser_tests_wait_for_conditions_and_all_of_them_run() {
    each(&[".ts"], code::sleeping_or_skipped);
}

#[test]
fn names_are_not_generic() {
    each(&[""], names::vague_file);
    each(&[".rs"], names::vague_type);
}

#[test]
fn no_path_of_one_machine() {
    each(&[""], names::path_of_one_machine);
}

#[test]
fn settings_that_are_written_twice_are_equal() {
    let tree = Tree::of_the_house();
    none(manifests::unequal(
        &tree.text("Cargo.toml"),
        &tree.text("Leptos.toml"),
    ));
}

#[test]
fn the_tool_that_binds_wasm_is_of_the_librarys_version() {
    let tree = Tree::of_the_house();
    none(manifests::bindgen_differs(
        &tree.text("Cargo.toml"),
        &tree.text(".ci/versions"),
    ));
}

#[test]
fn every_dependency_says_why() {
    each(&["Cargo.toml"], manifests::unexplained_dependency);
}

#[test]
fn every_dependency_is_used() {
    let tree = Tree::of_the_house();
    none(tree.each(&["Cargo.toml"], |path, text| {
        dependencies::unused(path, text, &tree)
    }));
}

#[test]
fn every_package_is_what_cargo_is_about_by_default() {
    none(manifests::not_all_by_default(
        &Tree::of_the_house().text("Cargo.toml"),
    ));
}

#[test]
fn the_benchmark_shares_what_is_compiled() {
    let tree = Tree::of_the_house();
    none(manifests::profile_differs(
        &tree.text("Cargo.toml"),
        &tree.text("benches/Cargo.toml"),
    ));
}

#[test]
fn the_forge_runs_every_check() {
    let workflow = ".github/workflows/test.yml";
    let text = Tree::of_the_house().text(workflow);
    none(manifests::workflow_without_the_checks(workflow, &text));
}

#[test]
fn every_schema_that_was_released_is_kept() {
    let files = Tree::of_the_house().names_under("migration/", "");
    none(schema::step_without_a_fixture(&files));
}

#[test]
fn every_style_is_imported_once() {
    let tree = Tree::of_the_house();
    let files = tree.names_under("style/", ".css");
    none(styles::not_imported_once(
        &tree.text("style/main.css"),
        &files,
    ));
}

#[test]
fn every_class_with_a_style_is_in_the_markup() {
    let tree = Tree::of_the_house();
    let markup: Vec<String> = tree.texts_under("src/app", ".rs");
    none(tree.each(&[".css"], |path, text| {
        styles::unused_class(path, text, &markup)
    }));
}
