//! The command line of `chaos`.

use clap::{Args, Parser, ValueEnum};
use parlour_chaos::plan;
use std::path::PathBuf;

/// Breaks Parlour, and checks what its clients saw.
#[derive(Debug, Parser, PartialEq, Eq)]
#[command(name = "chaos")]
pub enum Command {
    /// Breaks a server in every way, and checks what clients saw.
    Run(Run),
    /// Measures what a planned restart costs.
    Restart(Restart),
    /// Measures a start on a large database of the first schema.
    Upgrade(Upgrade),
    /// Plays worlds in which even time and the network are made up.
    Simulate(Simulate),
    /// Judges a history.
    Check {
        /// The history, one event a line.
        file: PathBuf,
    },
}

/// What `run` takes.
#[derive(Args, Debug, Default, PartialEq, Eq)]
pub struct Run {
    /// Two minutes instead of half an hour.
    #[arg(long = "short")]
    pub is_short: bool,
    /// How many messages are sent in all.
    #[arg(long)]
    pub sends: Option<usize>,
    /// How many clients there are.
    #[arg(long)]
    pub clients: Option<usize>,
    /// Only the phases whose name begins so; may be given more than once.
    #[arg(long, value_name = "PHASE")]
    pub only: Vec<String>,
    /// What it has in common with `restart`.
    #[command(flatten)]
    pub server: Server,
}

/// What `restart` takes.
#[derive(Args, Debug, Default, PartialEq, Eq)]
pub struct Restart {
    /// How many clients there are.
    #[arg(long)]
    pub clients: Option<usize>,
    /// How often the server is restarted.
    #[arg(long)]
    pub restarts: Option<usize>,
    /// What it has in common with `run`.
    #[command(flatten)]
    pub server: Server,
}

/// What `upgrade` takes.
#[derive(Args, Debug, Default, PartialEq, Eq)]
pub struct Upgrade {
    /// How many messages the database has.
    #[arg(long)]
    pub messages: Option<u64>,
    /// The server (default: target/release/parlour).
    #[arg(long, value_name = "PATH")]
    pub binary: Option<PathBuf>,
    /// Where the Markdown goes (default: target/chaos/upgrade.md).
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// What everything takes that starts a server.
#[derive(Args, Debug, Default, PartialEq, Eq)]
pub struct Server {
    /// The server's database; a PostgreSQL is started for it.
    #[arg(long, value_name = "WHICH", default_value = "sqlite")]
    pub database: Database,
    /// The plan's seed, as it was printed; the same plan again, though real time differs.
    #[arg(long)]
    pub seed: Option<u64>,
    /// The server (default: target/release/parlour).
    #[arg(long, value_name = "PATH")]
    pub binary: Option<PathBuf>,
    /// Where the Markdown goes (default: a file in target/chaos).
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

/// Which database the server has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Database {
    /// A file, whose disk is made to fail.
    #[default]
    Sqlite,
    /// A PostgreSQL of its own, which is killed, restarted and cut off.
    Postgres,
}

impl From<Database> for plan::Database {
    fn from(database: Database) -> Self {
        match database {
            Database::Sqlite => Self::Sqlite,
            Database::Postgres => Self::Postgres,
        }
    }
}

/// What `simulate` takes.
#[derive(Args, Debug, Default, PartialEq, Eq)]
pub struct Simulate {
    /// The first world; alone, the only one.
    #[arg(long)]
    pub seed: Option<u64>,
    /// How many worlds are played.
    #[arg(long)]
    pub seeds: Option<u64>,
    /// Where the Markdown goes (default: target/chaos/simulate.md).
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Option<Command> {
        let words = line.split_whitespace();
        Command::try_parse_from(std::iter::once("chaos").chain(words)).ok()
    }

    #[test]
    fn options_follow_the_command() {
        let run = Run {
            is_short: true,
            only: vec!["calm".to_owned(), "SIGKILL".to_owned()],
            server: Server {
                seed: Some(7),
                ..Server::default()
            },
            ..Run::default()
        };
        assert_eq!(
            parse("run --short --seed 7 --only calm --only SIGKILL"),
            Some(Command::Run(run))
        );
        let restart = Restart {
            server: Server {
                database: Database::Postgres,
                ..Server::default()
            },
            ..Restart::default()
        };
        assert_eq!(
            parse("restart --database postgres"),
            Some(Command::Restart(restart))
        );
        let file = "a.jsonl".into();
        assert_eq!(parse("check a.jsonl"), Some(Command::Check { file }));
    }

    #[test]
    fn what_cannot_be_meant_is_refused() {
        for line in [
            "",
            "walk",
            "check",
            "check a b",
            "run --seed",
            "run --seed x",
            "restart --fast",
            "run --database mysql",
            "simulate --sends 3",
        ] {
            assert_eq!(parse(line), None, "{line}");
        }
    }
}
