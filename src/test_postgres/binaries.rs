//! Where the programs of PostgreSQL are: where its packages put them, where `pg_config` says, on PATH.
//!
//! *Invariant:* what is found is a whole server of version 15 or newer, and of several the newest.

use crate::{Failure, MAJOR_MIN};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// All that is called by name.
const NEEDED: [&str; 4] = ["initdb", "pg_ctl", "postgres", "psql"];
/// Where Debian's and Ubuntu's packages have a folder for each version. It is on nobody's PATH.
const PACKAGES: &str = "/usr/lib/postgresql";

/// A folder with the programs of one version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binaries {
    folder: PathBuf,
}

impl Binaries {
    /// Looks for them on this machine.
    ///
    /// # Errors
    /// There is none, or only older ones; with what to do.
    pub fn find() -> Result<Self, Failure> {
        Self::among(candidates())
    }

    /// The newest of these folders that have all programs.
    fn among(folders: impl IntoIterator<Item = PathBuf>) -> Result<Self, Failure> {
        let mut servers: Vec<(u32, PathBuf)> = folders
            .into_iter()
            .filter(|folder| NEEDED.iter().all(|name| folder.join(name).is_file()))
            .filter_map(|folder| Some((major(&folder)?, folder)))
            .collect();
        // A stable sort: of equals the one that was named first.
        servers.sort_by_key(|(major, _)| std::cmp::Reverse(*major));
        match servers.into_iter().next() {
            Some((major, folder)) if major >= MAJOR_MIN => Ok(Self { folder }),
            Some((major, folder)) => Err(missing(&format!(
                "The PostgreSQL in {} is too old ({major}; {MAJOR_MIN} is needed).",
                folder.display()
            ))),
            None => Err(missing("There is no PostgreSQL server on this machine.")),
        }
    }

    /// The path of one of them.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }
}

fn missing(what: &str) -> Failure {
    Failure::new(format!(
        "{what} Run .ci/setup postgres, or install it (Debian, Ubuntu: postgresql; Fedora: postgresql-server; \
         Homebrew: postgresql), or leave its tests out by name: PARLOUR_WITHOUT=postgres"
    ))
}

fn candidates() -> Vec<PathBuf> {
    let versions = fs::read_dir(PACKAGES).into_iter().flatten().flatten();
    let packaged = versions.map(|version| version.path().join("bin"));
    let configured = Command::new("pg_config").arg("--bindir").output().ok();
    let configured = configured.and_then(|output| String::from_utf8(output.stdout).ok());
    let configured = configured.map(|folder| PathBuf::from(folder.trim()));
    let path = env::var_os("PATH").unwrap_or_default();
    packaged
        .chain(configured)
        .chain(env::split_paths(&path))
        .collect()
}

/// The first number of its version: 15 of `postgres (PostgreSQL) 15.13 (Debian 15.13-0+deb12u1)`.
fn major(folder: &Path) -> Option<u32> {
    let mut postgres = Command::new(folder.join("postgres"));
    let output = postgres.arg("--version").output().ok()?;
    major_of(&String::from_utf8(output.stdout).ok()?)
}

fn major_of(version: &str) -> Option<u32> {
    let number = version.split(' ').nth(2)?;
    let digits = number.split(|c: char| !c.is_ascii_digit()).next()?;
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_read_as_every_distribution_writes_it() {
        assert_eq!(major_of("postgres (PostgreSQL) 15.13"), Some(15));
        assert_eq!(major_of("postgres (PostgreSQL) 18beta1\n"), Some(18));
        assert_eq!(
            major_of("postgres (PostgreSQL) 16.9 (Ubuntu 16.9-0ubuntu0.24.04.1)\n"),
            Some(16)
        );
        assert_eq!(major_of("postgres (PostgreSQL) 9.6.24"), Some(9));
        assert_eq!(major_of("initdb"), None);
    }

    #[test]
    fn the_set_up_asks_for_the_same_version() {
        let versions = include_str!("../../.ci/versions");
        let wanted = format!("POSTGRES={MAJOR_MIN}");
        assert!(versions.lines().any(|line| line == wanted));
    }

    #[test]
    fn where_there_is_none_the_failure_says_what_to_do() {
        let failure = Binaries::among([PathBuf::from("/nowhere")]).unwrap_err();
        let sentence = failure.to_string();
        assert!(sentence.contains(".ci/setup postgres"), "{sentence}");
        assert!(sentence.contains("PARLOUR_WITHOUT=postgres"), "{sentence}");
    }
}
