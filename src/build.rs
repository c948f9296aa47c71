//! Puts the built site into the program, when the feature `embedded` asks for it: writes the list of
//! its files, each with its content, for `site/files/embedded.rs` to include.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> Result<(), String> {
    println!("cargo::rerun-if-changed=src/build.rs");
    if env::var_os("CARGO_FEATURE_EMBEDDED").is_none() {
        return Ok(());
    }
    // As cargo-leptos names it, which has made it by now.
    println!("cargo::rerun-if-env-changed=LEPTOS_SITE_ROOT");
    let named = env::var("LEPTOS_SITE_ROOT")
        .map_err(|_| "The feature `embedded` is for `make build`, which says where the site is.")?;
    // Asked for when it runs: a build that was copied to another place is of that place.
    let package = env::var_os("CARGO_MANIFEST_DIR").ok_or("Cargo says no CARGO_MANIFEST_DIR.")?;
    let root = Path::new(&package).join(named);
    println!("cargo::rerun-if-changed={}", root.display());
    let mut files = Vec::new();
    gather(&root, &mut files)
        .map_err(|error| format!("The site in {} cannot be read: {error}.", root.display()))?;
    files.sort();
    let mut list = String::from("&[\n");
    for file in &files {
        let name = file
            .strip_prefix(&root)
            .map_err(|error| error.to_string())?;
        let (name, file) = (name.display().to_string(), file.display().to_string());
        writeln!(list, "    ({name:?}, include_bytes!({file:?})),").map_err(|e| e.to_string())?;
    }
    list.push(']');
    let out = PathBuf::from(env::var_os("OUT_DIR").ok_or("Cargo says no OUT_DIR.")?);
    fs::write(out.join("embedded_files.rs"), list).map_err(|error| error.to_string())
}

fn gather(folder: &Path, files: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        // What wasm-bindgen says of its types is for editors, and no page loads it.
        let is_types = || path.to_str().is_some_and(|path| path.contains(".d."));
        if path.is_dir() {
            gather(&path, files)?;
        } else if !is_types() {
            files.push(path);
        }
    }
    Ok(())
}
