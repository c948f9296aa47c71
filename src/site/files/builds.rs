//! The files of the last builds, kept beside the database: a page that was open during an upgrade still
//! asks for them by the names that carry their hashes.
//!
//! *Invariant:* a file of that name never has another content, so nothing here is ever written over.

use super::answer::File;
use super::folder::Folder;
use std::collections::HashMap;
use std::io;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// Builds that are kept besides the one that runs.
const KEPT: usize = 3;

/// A folder with one folder for each build.
#[derive(Debug)]
pub(super) struct Builds {
    folder: PathBuf,
    /// In which build's folder a path is found.
    earlier: HashMap<String, PathBuf>,
}

impl Builds {
    /// What is kept there.
    pub(super) fn at(folder: &Path) -> Self {
        let mut earlier = HashMap::new();
        for (_, build) in newest_first(folder).unwrap_or_default() {
            for entry in entries(&build).unwrap_or_default() {
                for path in entries(&entry).unwrap_or_default() {
                    if let Ok(Some(path)) = path.strip_prefix(&build).map(Path::to_str) {
                        earlier.entry(path.to_owned()).or_insert(build.clone());
                    }
                }
            }
        }
        Self {
            folder: folder.to_owned(),
            earlier,
        }
    }

    /// Where they are.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// The file of an earlier build.
    pub(super) async fn file(&self, path: &str) -> Option<File> {
        Folder::at(self.earlier.get(path)?).file(path).await
    }

    /// Adds those of the build that runs, and lets the oldest go.
    pub(super) async fn keep(
        &self,
        files: impl Iterator<Item = (&String, &File)>,
    ) -> io::Result<()> {
        let files: Vec<_> = files
            .map(|(path, file)| (path.clone(), file.clone()))
            .collect();
        if files.is_empty() {
            return Ok(());
        }
        let folder = self.folder.clone();
        let kept = tokio::task::spawn_blocking(move || keep(&folder, &files));
        kept.await.map_err(io::Error::other)?
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a file's time is told apart from those of other files"
)]
fn keep(folder: &Path, files: &[(String, File)]) -> io::Result<()> {
    // Named by what is in it: the same build is kept once, whenever it is started.
    let name: u64 = files
        .iter()
        .fold(0, |sum, (_, file)| sum.rotate_left(7) ^ file.digest());
    let build = folder.join(format!("{name:016x}"));
    for (path, file) in files {
        for (suffix, bytes) in file.forms() {
            let to = build.join(format!("{path}{suffix}"));
            if to.is_file() {
                continue;
            }
            if let Some(parent) = to.parent() {
                std::fs::create_dir_all(parent)?;
            }
            // Whole or not at all: a process that ends meanwhile leaves no half of a file.
            let draft = build.join("draft");
            std::fs::write(&draft, bytes)?;
            std::fs::rename(&draft, &to)?;
        }
    }
    // The newest is the one that ran last.
    std::fs::File::open(&build)?.set_modified(SystemTime::now())?;
    for (_, old) in newest_first(folder)?.into_iter().skip(KEPT + 1) {
        std::fs::remove_dir_all(old)?;
    }
    Ok(())
}

fn newest_first(folder: &Path) -> io::Result<Vec<(SystemTime, PathBuf)>> {
    let mut builds = Vec::new();
    for path in entries(folder)? {
        builds.push((path.metadata()?.modified()?, path));
    }
    builds.sort();
    builds.reverse();
    Ok(builds)
}

fn entries(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?;
    entries
        .map(|entry| entry.map(|entry| entry.path()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Bytes;

    fn build(content: &'static str) -> (String, File) {
        let path = format!("pkg/parlour.{content}.js");
        let compressed = Some(Bytes::from_static(b"br"));
        (
            path,
            File::new(Bytes::from_static(content.as_bytes()), compressed, None),
        )
    }

    #[tokio::test]
    async fn a_page_of_a_build_before_finds_its_files() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("parlour.db.builds");
        for content in ["one", "two", "three", "four", "five", "six"] {
            let (path, file) = build(content);
            let builds = Builds::at(&folder);
            builds.keep([(&path, &file)].into_iter()).await.unwrap();
            // Started again, it is the same build.
            builds.keep([(&path, &file)].into_iter()).await.unwrap();
        }
        let builds = Builds::at(&folder);
        for gone in ["one", "two"] {
            assert!(builds.file(&build(gone).0).await.is_none(), "{gone}");
        }
        for kept in ["three", "four", "five", "six"] {
            let (path, file) = build(kept);
            let found = builds.file(&path).await.unwrap();
            assert_eq!(found.digest(), file.digest(), "{kept}");
            assert_eq!(found.forms().count(), 2, "{kept}");
        }
        assert!(builds.file("pkg/../draft").await.is_none());
    }
}
