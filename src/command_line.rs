//! What was asked on the command line.
//!
//! Owns the list of commands and the words that explain them.

use crate::user_cli::UserAsked;
use parlour_protocol::ServerRole;
use parlour_server::config::DatabaseUrl;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// How to use it, in one line.
const USAGE: &str = "usage: parlour [--config FILE] [--replace], parlour backup FILE, parlour restore FILE, \
    parlour copy --from URL --to URL, parlour epoch new, or parlour user list|create|password|link|role|disable|enable";

/// What `--help` prints.
pub const HELP: &str = "\
Parlour, a chat server that people open in a browser.

usage: parlour [--config FILE] [--replace]
       parlour backup FILE [--config FILE]
       parlour restore FILE [--config FILE]
       parlour copy --from URL --to URL [--config FILE]
       parlour epoch new [--config FILE]
       parlour user list [--config FILE]
       parlour user create NAME ROLE [--config FILE]
       parlour user password NAME [--config FILE]
       parlour user link NAME [--config FILE]
       parlour user role NAME ROLE [--config FILE]
       parlour user disable NAME [--config FILE]
       parlour user enable NAME [--config FILE]

  (nothing)        serve until told to stop
  backup FILE      copy the database to FILE and check the copy, also while the server runs
  restore FILE     put a backup in the database's place; the old one is kept beside it.
                   The server must be stopped
  copy             copy all that is in one database to another, empty one, and compare the two:
                   sqlite://data/parlour.db, postgres://parlour@localhost/parlour.
                   No server may run on either
  epoch new        have all browsers take their rooms anew, after a restore of the data alone
                   into a PostgreSQL database. The server must be stopped
  user …           see and change accounts, also while the server runs. ROLE is member, moderator,
                   admin or owner. A new password is the first line that is piped in;
                   at a terminal one is drawn and printed. A link is one with which who has
                   the account sets another password: once, within a day

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
    /// Copy all of one database to another.
    Copy {
        /// What is to be copied.
        from: Box<DatabaseUrl>,
        /// Where the copy is to be.
        to: Box<DatabaseUrl>,
    },
    /// Draw a new epoch for the database.
    NewEpoch,
    /// See or change accounts.
    User(UserAsked),
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
    let (mut from, mut to) = (None, None);
    while let Some(argument) = arguments.next() {
        let mut file = || {
            let after = argument.to_string_lossy();
            let file = arguments.next().map(PathBuf::from);
            // A name like an option is a word that was forgotten; `./--name` is a file.
            file.filter(|file| !file.as_os_str().is_empty() && !starts_like_an_option(file))
                .ok_or_else(|| format!("{after} needs a file after it; {USAGE}."))
        };
        match argument.to_str() {
            Some("--help" | "-h") => command = Some(Chosen::Is(Command::Help)),
            Some("--version" | "-V") => command = Some(Chosen::Is(Command::Version)),
            Some("--config") if config.is_none() => config = Some(file()?),
            Some("--replace") => replace = true,
            Some("--from") if from.is_none() => from = Some(url("--from", arguments.next())?),
            Some("--to") if to.is_none() => to = Some(url("--to", arguments.next())?),
            Some("copy") if command.is_none() => command = Some(Chosen::Copy),
            Some("epoch") if command.is_none() => match arguments.next() {
                Some(what) if what == "new" => command = Some(Chosen::Is(Command::NewEpoch)),
                _ => return Err(format!("epoch needs new after it; {USAGE}.")),
            },
            Some("user") if command.is_none() => {
                command = Some(Chosen::Is(Command::User(user(&mut arguments)?)));
            }
            Some("backup") if command.is_none() => {
                command = Some(Chosen::Is(Command::Backup(file()?)));
            }
            Some("restore") if command.is_none() => {
                command = Some(Chosen::Is(Command::Restore(file()?)));
            }
            _ => {
                let shown = argument.to_string_lossy();
                return Err(format!("{shown} is not understood here; {USAGE}."));
            }
        }
    }
    if replace && command.is_some() {
        return Err(format!("--replace is for serving; {USAGE}."));
    }
    let command = match (command, from, to) {
        (Some(Chosen::Copy), Some(from), Some(to)) => Command::Copy { from, to },
        (Some(Chosen::Copy), ..) => {
            return Err(format!("copy needs --from URL and --to URL; {USAGE}."));
        }
        (_, Some(_), _) | (_, _, Some(_)) => {
            return Err(format!("--from and --to are for copy; {USAGE}."));
        }
        (Some(Chosen::Is(command)), ..) => command,
        (None, ..) => Command::Serve { replace },
    };
    Ok(Asked { command, config })
}

/// What stands after `user`.
fn user(arguments: &mut impl Iterator<Item = OsString>) -> Result<UserAsked, String> {
    let mut word = || arguments.next().and_then(|word| word.into_string().ok());
    let verb = word().unwrap_or_default();
    let needs = |what: &str| format!("user {verb} needs {what} after it; {USAGE}.");
    let name = |word: Option<String>| {
        let word = word.filter(|word| !word.is_empty() && !word.starts_with('-'));
        word.ok_or_else(|| needs("a name"))
    };
    let role = |word: Option<String>| {
        let roles = ServerRole::ALL.into_iter().skip(1);
        let known = roles
            .clone()
            .find(|role| word.as_deref() == Some(role.name()));
        known.ok_or_else(|| needs("a name and a role: member, moderator, admin or owner"))
    };
    match verb.as_str() {
        "list" => Ok(UserAsked::List),
        "create" => Ok(UserAsked::Create(name(word())?, role(word())?)),
        "password" => Ok(UserAsked::Password(name(word())?)),
        "link" => Ok(UserAsked::Link(name(word())?)),
        "role" => Ok(UserAsked::Role(name(word())?, role(word())?)),
        "disable" => Ok(UserAsked::Disable(name(word())?)),
        "enable" => Ok(UserAsked::Enable(name(word())?)),
        _ => Err(format!(
            "user needs list, create, password, link, role, disable or enable after it; {USAGE}."
        )),
    }
}

/// A command, of which one needs more than its word and what follows it.
enum Chosen {
    Is(Command),
    Copy,
}

/// Where a database is. What was given is not repeated: there may be a password in it.
fn url(after: &str, given: Option<OsString>) -> Result<Box<DatabaseUrl>, String> {
    let given = given.ok_or_else(|| format!("{after} needs a database after it; {USAGE}."))?;
    let url = given.to_str().unwrap_or_default().parse();
    url.map(Box::new)
        .map_err(|expected| format!("{after} must be {expected}."))
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
        let (from, to) = ("sqlite://a.db", "postgres://u@localhost/d");
        let copy = || Command::Copy {
            from: Box::new(from.parse().unwrap()),
            to: Box::new(to.parse().unwrap()),
        };
        does(&format!("copy --from {from} --to {to}"), copy(), None);
        does(
            &format!("--to {to} --config a copy --from {from}"),
            copy(),
            Some("a"),
        );
        does("epoch new", Command::NewEpoch, None);
        does("epoch new --config a", Command::NewEpoch, Some("a"));
        let user = |line: &str, asked| does(&format!("user {line}"), Command::User(asked), None);
        user("list", UserAsked::List);
        user(
            "create ada owner",
            UserAsked::Create("ada".to_owned(), ServerRole::Owner),
        );
        user("password ada", UserAsked::Password("ada".to_owned()));
        user("link ada", UserAsked::Link("ada".to_owned()));
        user(
            "role ada admin",
            UserAsked::Role("ada".to_owned(), ServerRole::Admin),
        );
        user("disable ada", UserAsked::Disable("ada".to_owned()));
        user("enable ada", UserAsked::Enable("ada".to_owned()));
        does(
            "user list --config a",
            Command::User(UserAsked::List),
            Some("a"),
        );
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
            "copy",
            "copy --from sqlite://a.db",
            "copy --to sqlite://a.db",
            "copy --from",
            "copy --from sqlite://a.db --from sqlite://b.db --to sqlite://c.db",
            "copy --from sqlite://a.db --to sqlite://c.db --replace",
            "--from sqlite://a.db",
            "backup b.db --to sqlite://a.db",
            "epoch",
            "epoch old",
            "epoch new new",
            "user",
            "user invite ada",
            "user create ada",
            "user create ada guest",
            "user role ada king",
            "user password",
            "user link",
            "user disable --config a",
            "user list list",
        ] {
            let sentence = of(line).expect_err(line);
            assert!(sentence.contains("usage: parlour ["), "{line}: {sentence}");
            assert!(sentence.ends_with('.'), "{line}: {sentence}");
        }
    }

    #[test]
    fn what_is_no_database_is_answered_with_what_it_must_be() {
        for (line, words) in [
            (
                "copy --from mysql://u:secret@h/d",
                ["--from must be", "sqlite://"],
            ),
            ("copy --from parlour.db", ["--from must be", "postgres://"]),
            ("copy --to sqlite://:memory:", ["--to must be", "sqlite://"]),
            ("copy --to postgres://secret/d", ["--to must be", "a user"]),
        ] {
            let sentence = of(line).expect_err(line);
            for word in words {
                assert!(sentence.contains(word), "{line}: {sentence}");
            }
            assert!(sentence.ends_with('.'), "{line}: {sentence}");
            assert!(!sentence.contains("secret"), "{line}: {sentence}");
        }
    }

    #[test]
    fn the_help_names_every_word() {
        for word in [
            "backup",
            "restore",
            "copy",
            "--from",
            "--to",
            "epoch new",
            "user create",
            "user password",
            "user role",
            "user disable",
            "--config",
            "--replace",
            "--version",
        ] {
            assert!(HELP.contains(word), "{word}");
        }
    }
}
