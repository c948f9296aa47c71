//! Files of a folder, read when they are asked for, because a build may change them meanwhile.
//!
//! *Invariant:* no address leads out of the folder.

use super::TWINS;
use super::answer::File;
use axum::body::Bytes;
use std::path::{Path, PathBuf};

/// A folder all of which is served.
#[derive(Debug)]
pub(super) struct Folder(PathBuf);

impl Folder {
    pub(super) fn at(root: &Path) -> Self {
        Self(root.to_owned())
    }

    /// Whether there is such a file.
    pub(super) fn has(&self, path: &str) -> bool {
        self.0.join(path).is_file()
    }

    /// The newest file right in `folder` that `is_wanted`, as a path below the root.
    pub(super) fn newest(&self, folder: &str, is_wanted: impl Fn(&str) -> bool) -> Option<String> {
        let entries = std::fs::read_dir(self.0.join(folder)).ok()?;
        let found = entries.flatten().filter_map(|entry| {
            let path = format!("{folder}/{}", entry.file_name().to_str()?);
            let changed = entry.metadata().ok()?.modified().ok()?;
            is_wanted(&path).then_some((changed, path))
        });
        found.max().map(|(_, path)| path)
    }

    /// The file with its compressed twins. `path` is [`plain`].
    pub(super) async fn file(&self, path: &str) -> Option<File> {
        let read = async |suffix: &str| {
            let bytes = tokio::fs::read(self.0.join(format!("{path}{suffix}"))).await;
            bytes.ok().map(Bytes::from)
        };
        let bytes = read("").await?;
        let [brotli, gzip] = TWINS.map(read);
        Some(File::new(bytes, brotli.await, gzip.await))
    }
}

/// An address as a path below a folder; [`None`] if it could be anything else.
pub(super) fn plain(address: &str) -> Option<String> {
    let path = percent_encoding::percent_decode_str(address.strip_prefix('/')?)
        .decode_utf8()
        .ok()?;
    let is_plain = |part: &str| {
        let is_odd = |c: char| c.is_control() || matches!(c, '\\' | ':');
        // What begins with a dot is hidden, or leads elsewhere.
        !part.is_empty() && !part.starts_with('.') && !part.contains(is_odd) && part.len() <= 255
    };
    path.split('/').all(is_plain).then(|| path.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_nowhere_but_down() {
        assert_eq!(plain("/pkg/a.js").as_deref(), Some("pkg/a.js"));
        assert_eq!(plain("/a%20b.svg").as_deref(), Some("a b.svg"));
        for address in [
            "/",
            "//a",
            "/a/",
            "/../a",
            "/a/../b",
            "/%2e%2e/a",
            "/a%2f..%2fb",
            "/..%5ca",
            "/C:/a",
            "/a%00",
            "/.env",
            "/pkg/.hidden",
            "/%ff",
            "a",
        ] {
            assert_eq!(plain(address), None, "{address}");
        }
        assert_eq!(plain(&format!("/{}", "a".repeat(256))), None);
    }
}
