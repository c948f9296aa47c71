//! The site's own files: where each one is found, and how long a browser keeps it.
//!
//! A release has them inside, as they were built and compressed. A folder (`site-root`) may have others
//! beside them, or all of them where a program has none inside. And the files of the builds before this
//! one are kept beside the database, for pages that were open during an upgrade.
//!
//! *Invariant:* what a page names is found as long as this program runs, unless it comes from a folder
//! that somebody empties; [`Files::missing`] says so then.

mod answer;
mod builds;
mod folder;

#[cfg(feature = "embedded")]
mod embedded;
#[cfg(not(feature = "embedded"))]
#[path = "files/not_embedded.rs"]
mod embedded;

use crate::app::shell;
use answer::File;
use axum::body::Bytes;
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use builds::Builds;
use folder::Folder;
use parlour_protocol::paths;
use std::collections::BTreeMap;
use std::path::Path;

/// What a page loads besides itself.
const KINDS: [&str; 3] = ["css", "js", "wasm"];

/// The suffixes of a file's compressed twins.
const TWINS: [&str; 2] = [".br", ".gz"];

/// Their names carry a hash of what is in them.
const FOR_EVER: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
/// Asked for again with every page: what is in them changes, and their names stay.
const ASK_AGAIN: HeaderValue = HeaderValue::from_static("no-cache");
/// Icons and the like. Their names stay when they change, so who has one asks for it again, but not
/// with every page.
const A_DAY: HeaderValue = HeaderValue::from_static("public, max-age=86400");

/// All that can be served as a file.
#[derive(Debug)]
pub struct Files {
    inside: BTreeMap<String, File>,
    folder: Option<Folder>,
    builds: Builds,
    package: Package,
    names: [String; KINDS.len()],
}

/// How the build calls its files: `pkg/parlour.HASH.js`, without the hash while one develops.
#[derive(Debug)]
struct Package {
    folder: String,
    stem: String,
}

impl Files {
    /// Finds them: those inside of the program, those in `site_root` unless it is empty, and those of the
    /// builds before this one in `builds`. A program without a site inside, as `cargo run` makes it, takes
    /// what `make dev` has built last where no other folder is named.
    ///
    /// # Errors
    /// A sentence for whoever starts the server, when what a page needs is nowhere.
    pub fn find(
        site_root: &str,
        package_folder: &str,
        output_name: &str,
        builds: &Path,
    ) -> Result<Self, String> {
        let package = Package {
            folder: package_folder.to_owned(),
            stem: output_name.to_owned(),
        };
        let mut inside = grouped(embedded::FILES);
        let worker = File::new(shell::worker().into(), None, None);
        inside.insert(paths::WORKER.trim_start_matches('/').to_owned(), worker);
        for (path, code) in shell::scripts() {
            inside.insert(path.to_owned(), File::new(code.into(), None, None));
        }
        let named = if site_root.is_empty() {
            embedded::BUILT_BESIDE
        } else {
            Some(site_root)
        };
        let folder = named.map(|root| Folder::at(Path::new(root)));
        let [css, js, wasm] = KINDS.map(|kind| {
            let inside = inside.keys().find(|path| package.is_main(path, kind));
            inside.cloned().or_else(|| {
                let folder = folder.as_ref()?;
                folder.newest(&package.folder, |path| package.is_main(path, kind))
            })
        });
        let (Some(css), Some(js), Some(wasm)) = (css, js, wasm) else {
            return Err(match site_root {
                "" => "This program has no site inside, and none is in target/site, where `make dev` puts it; \
                       build it with `make build`, or name the folder of a built one as site-root."
                    .to_owned(),
                root => format!(
                    "The built site in {root:?} is not whole (site-root): its CSS, JavaScript or WASM is \
                     missing. Build it again, or leave site-root empty for a program that has its site inside."
                ),
            });
        };
        Ok(Self {
            inside,
            folder,
            builds: Builds::at(builds),
            package,
            names: [css, js, wasm],
        })
    }

    /// The addresses of what a page loads: CSS, JavaScript, WASM.
    pub fn addresses(&self) -> [String; KINDS.len()] {
        self.names.each_ref().map(|path| format!("/{path}"))
    }

    /// What a page names and is there no more.
    pub fn missing(&self) -> Option<&str> {
        let is_there = |path: &str| {
            self.inside.contains_key(path)
                || self.folder.as_ref().is_some_and(|folder| folder.has(path))
        };
        let mut names = self.names.iter().map(String::as_str);
        names.find(|path| !is_there(path))
    }

    /// Keeps the build's own files for the time after the next upgrade, if they are inside and carry
    /// their hashes. Without a place for them pages that are open then reload themselves, so a failure is
    /// logged and nothing else.
    pub async fn keep_for_later(&self) {
        let hashed = self
            .inside
            .iter()
            .filter(|(path, _)| self.package.is_hashed(path) && self.package.is_any_main(path));
        if let Err(error) = self.builds.keep(hashed).await {
            tracing::warn!(%error, folder = ?self.builds.folder(), "this build's files cannot be kept for after an upgrade");
        }
    }

    /// Answers a request for a file; [`None`] when there is no such file.
    pub async fn answer(&self, request: &Parts) -> Option<Response> {
        let path = folder::plain(request.uri.path())?;
        let is_built = self.package.holds(&path);
        let file = self.file(&path, is_built).await?;
        let keep = match (is_built, self.package.is_hashed(&path)) {
            (true, true) => FOR_EVER,
            (true, false) => ASK_AGAIN,
            (false, _) => A_DAY,
        };
        Some(answer::answer(
            &request.method,
            &request.headers,
            &file,
            &path,
            keep,
        ))
    }

    /// What the build made comes from the program before anything else, so that an old folder cannot
    /// give its pages another build's parts; the rest comes from the folder first.
    async fn file(&self, path: &str, is_built: bool) -> Option<File> {
        let inside = self.inside.get(path);
        if let (Some(file), true) = (inside, is_built) {
            return Some(file.clone());
        }
        if let Some(folder) = &self.folder
            && let Some(file) = folder.file(path).await
        {
            return Some(file);
        }
        match inside {
            Some(file) => Some(file.clone()),
            None if self.package.is_hashed(path) => self.builds.file(path).await,
            None => None,
        }
    }

    /// The answer where a built file would be and is not: nothing that a browser keeps.
    pub fn nothing() -> Response {
        (StatusCode::NOT_FOUND, [(header::CACHE_CONTROL, "no-store")]).into_response()
    }

    /// Whether this is an address of what the build makes.
    pub fn is_built(&self, path: &str) -> bool {
        self.package.holds(path.trim_start_matches('/'))
    }
}

impl Package {
    fn holds(&self, path: &str) -> bool {
        path.split_once('/')
            .is_some_and(|(folder, _)| folder == self.folder)
    }

    /// `pkg/NAME.HASH.EXTENSION`; what wasm-bindgen puts into folders of its own has no hash.
    fn is_hashed(&self, path: &str) -> bool {
        let file = path
            .split_once('/')
            .filter(|(folder, _)| *folder == self.folder);
        file.is_some_and(|(_, name)| {
            let parts: Vec<_> = name.split('.').collect();
            !name.contains('/') && parts.len() == 3 && parts.iter().all(|part| !part.is_empty())
        })
    }

    /// Whether pages load it, and may do so long after they were opened.
    fn is_any_main(&self, path: &str) -> bool {
        KINDS.iter().any(|kind| self.is_main(path, kind))
    }

    /// The file of this kind that pages load, with or without a hash.
    fn is_main(&self, path: &str, kind: &str) -> bool {
        let name = path
            .split_once('/')
            .filter(|(folder, _)| *folder == self.folder)
            .and_then(|(_, name)| name.strip_prefix(self.stem.as_str())?.strip_suffix(kind));
        name.is_some_and(|hash| {
            hash == "." || (hash.len() > 2 && hash.starts_with('.') && hash.ends_with('.'))
        }) && !path[self.folder.len() + 1..].contains('/')
    }
}

/// Files with their compressed twins.
fn grouped(list: &'static [(&'static str, &'static [u8])]) -> BTreeMap<String, File> {
    let at = |path: &str| {
        let found = list.iter().find(|(name, _)| *name == path);
        found.map(|(_, bytes)| Bytes::from_static(bytes))
    };
    list.iter()
        .filter(|(path, _)| !TWINS.iter().any(|twin| path.ends_with(twin)))
        .map(|(path, bytes)| {
            let [brotli, gzip] = TWINS.map(|twin| at(&format!("{path}{twin}")));
            let file = File::new(Bytes::from_static(bytes), brotli, gzip);
            ((*path).to_owned(), file)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package() -> Package {
        Package {
            folder: "pkg".to_owned(),
            stem: "parlour".to_owned(),
        }
    }

    #[test]
    fn what_carries_a_hash_is_known_by_its_name() {
        let package = package();
        for path in ["pkg/parlour.Zm9v.js", "pkg/parlour.a-b_c.wasm"] {
            assert!(package.is_hashed(path), "{path}");
        }
        for path in [
            "pkg/parlour.js",
            "pkg/snippets/a.Zm9v.js",
            "parlour.Zm9v.js",
            "other/parlour.Zm9v.js",
            "pkg/parlour..js",
            "pkg/parlour.a.b.js",
        ] {
            assert!(!package.is_hashed(path), "{path}");
        }
    }

    #[test]
    fn a_page_loads_the_files_of_the_build_and_no_others() {
        let package = package();
        assert!(package.is_main("pkg/parlour.js", "js"));
        assert!(package.is_main("pkg/parlour.Zm9v.js", "js"));
        for path in [
            "pkg/parlour.css",
            "pkg/parlourjs",
            "pkg/other.js",
            "pkg/parlour..js",
            "pkg/parlour/x.js",
            "parlour.js",
        ] {
            assert!(!package.is_main(path, "js"), "{path}");
        }
    }
}
