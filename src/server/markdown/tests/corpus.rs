//! The examples of CommonMark's specification, and those of old mistakes, which come with the parser.

use super::holds;
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, fs};

/// Where the parser's source is.
fn source() -> PathBuf {
    let cargo = env::var("CARGO").unwrap_or_else(|_| env!("CARGO").to_owned());
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml");
    let mut command = Command::new(cargo);
    command.args([
        "metadata",
        "--offline",
        "--locked",
        "--format-version=1",
        "--manifest-path",
    ]);
    let told = command.arg(manifest).output().unwrap();
    let told: Value = serde_json::from_slice(&told.stdout).unwrap();
    let packages = told["packages"].as_array().unwrap();
    let parser = packages
        .iter()
        .find(|package| package["name"] == "pulldown-cmark");
    let manifest = parser.unwrap()["manifest_path"].as_str().unwrap();
    Path::new(manifest).parent().unwrap().to_owned()
}

#[test]
fn the_corpus_of_the_parser_is_read() {
    let suite = source().join("tests/suite");
    let mut texts = 0;
    for file in fs::read_dir(suite).unwrap() {
        let file = fs::read_to_string(file.unwrap().path()).unwrap();
        for example in file.split("let original = r##\"").skip(1) {
            holds(example.split("\"##;").next().unwrap());
            texts += 1;
        }
    }
    assert!(texts > 1_000, "{texts}");
}
