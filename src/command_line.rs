//! What was asked on the command line.
//!
//! Owns the list of commands and the words that explain them.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// How to use it, in one line.
const USAGE: &str = "usage: parlour [--config FILE] [--replace], parlour backup FILE, \
    or parlour restore FILE";

/// What `--help` prints.
pub const HELP: &str = "\
Parlour, a chat server that people open in a browser.

usage: parlour [--config FILE] [--replace]
       parlour backup FILE [--config FILE]
       parlour restore FILE [--config FILE]

  (nothing)        serve until told to stop
  backup FILE      copy the database to FILE and check the copy, also while the server runs
  restore FILE     put a backup in the database's place; the old one is kept beside it.
                   The server must be stopped

  --config FILE    read the settings from FILE, not from $PARLOUR_CONFIG or ./Leptos.toml
  --replace        take over from the server that runs on the same database
  --help           print this
  --version        print the version
";

/// A command and where its settings are.
#[derive(Debug, PartialEq, Eq)]
pub struct Asked {
    /// What to do.
    pub command: Command,
    /// The file after `--config`.
    pub config: Option<PathBuf>,
}

/// What the program can do.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Be the server.
    Serve {
        /// Ask the running one to hand over first.
        replace: bool,
    },
    /// Copy the database to this file.
    Backup(PathBuf),
    /// Put this file in the database's place.
    Restore(PathBuf),
    /// Say what there is.
    Help,
    /// Say which version this is.
    Version,
}

/// Parses the arguments after the program's name.
///
/// # Errors
/// An argument that is unknown, given twice, or without its file. The error is one sentence with the usage.
pub fn read(arguments: impl IntoIterator<Item = OsString>) -> Result<Asked, String> {
    let mut arguments = arguments.into_iter();
    let mut command = None;
    let mut config = None;
    let mut replace = false;
    while let Some(argument) = arguments.next() {
        let mut file = || {
            let after = argument.to_string_lossy();
            let file = arguments.next().map(PathBuf::from);
            // A name like an option is a word that was forgotten; `./--name` is a file.
            file.filter(|file| !file.as_os_str().is_empty() && !starts_like_an_option(file))
                .ok_or_else(|| format!("{after} needs a file after it; {USAGE}."))
        };
        match argument.to_str() {
            Some("--help" | "-h") => command = Some(Command::Help),
            Some("--version" | "-V") => command = Some(Command::Version),
            Some("--config") if config.is_none() => config = Some(file()?),
            Some("--replace") => replace = true,
            Some("backup") if command.is_none() => command = Some(Command::Backup(file()?)),
            Some("restore") if command.is_none() => command = Some(Command::Restore(file()?)),
            _ => {
                let shown = argument.to_string_lossy();
                return Err(format!("{shown} is not understood here; {USAGE}."));
            }
        }
    }
    match command {
        None => Ok(Asked {
            command: Command::Serve { replace },
            config,
        }),
        Some(_) if replace => Err(format!("--replace is for serving; {USAGE}.")),
        Some(command) => Ok(Asked { command, config }),
    }
}

fn starts_like_an_option(file: &Path) -> bool {
    file.as_os_str().as_encoded_bytes().starts_with(b"-")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(line: &str) -> Result<Asked, String> {
        read(line.split_whitespace().map(OsString::from))
    }

    fn does(line: &str, command: Command, config: Option<&str>) {
        let config = config.map(PathBuf::from);
        assert_eq!(of(line), Ok(Asked { command, config }), "{line}");
    }

    #[test]
    fn every_command_is_understood_in_any_order() {
        does("", Command::Serve { replace: false }, None);
        does("--config a", Command::Serve { replace: false }, Some("a"));
        does(
            "--replace --config a",
            Command::Serve { replace: true },
            Some("a"),
        );
        let backup = || Command::Backup("b.db".into());
        does("backup b.db", backup(), None);
        does("backup b.db --config a", backup(), Some("a"));
        does("--config a backup b.db", backup(), Some("a"));
        does("restore b.db", Command::Restore("b.db".into()), None);
        does("--help", Command::Help, None);
        does("--version", Command::Version, None);
    }

    #[test]
    fn anything_else_is_answered_with_how_to_use_it() {
        for line in [
            "--port 80",
            "serve",
            "--config",
            "--config a --config b",
            "backup",
            "backup a b",
            "backup a restore b",
            "restore",
            "backup --config a",
            "backup a --replace",
        ] {
            let sentence = of(line).expect_err(line);
            assert!(sentence.contains("usage: parlour ["), "{line}: {sentence}");
            assert!(sentence.ends_with('.'), "{line}: {sentence}");
        }
    }

    #[test]
    fn the_help_names_every_word() {
        for word in ["backup", "restore", "--config", "--replace", "--version"] {
            assert!(HELP.contains(word), "{word}");
        }
    }
}
