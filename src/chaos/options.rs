//! The command line of `chaos`.

use std::path::PathBuf;

/// What can be asked for.
pub const USAGE: &str = "\
chaos run [--short] [--sends N] [--only PHASE]   breaks a server in every way, and checks what clients saw
chaos restart [--clients N] [--restarts N]       measures what a planned restart costs
chaos simulate [--seeds N]                       plays worlds in which even time and the network are made up
chaos check FILE                                 judges a history, one event a line

for run, restart and simulate:
  --seed N         the same again (of run and restart the plan; real time differs); simulate begins there
for run and restart:
  --binary PATH    the server (default: target/release/parlour)
  --report FILE    where the Markdown goes (default: target/chaos/run.md, restart.md)";

/// A command.
#[derive(Debug, PartialEq, Eq)]
pub enum Command {
    /// Breaks a server.
    Run(Options),
    /// Measures restarts.
    Restart(Options),
    /// Plays worlds.
    Simulate(Options),
    /// Judges a history.
    Check(PathBuf),
}

/// What was said about it.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// `--short`.
    pub is_short: bool,
    /// `--seed`.
    pub seed: Option<u64>,
    /// `--sends`.
    pub sends: Option<usize>,
    /// `--clients`.
    pub clients: Option<usize>,
    /// `--restarts`.
    pub restarts: Option<usize>,
    /// `--seeds`.
    pub seeds: Option<u64>,
    /// `--only`: the phases whose name begins with one of these.
    pub only: Vec<String>,
    /// `--binary`.
    pub binary: Option<PathBuf>,
    /// `--report`.
    pub report: Option<PathBuf>,
}

impl Command {
    /// Reads the arguments; the error is a sentence.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, String> {
        let mut arguments = arguments.into_iter();
        let command = arguments.next().ok_or("Say what to do.")?;
        match command.as_str() {
            "run" => Options::parse(arguments).map(Self::Run),
            "restart" => Options::parse(arguments).map(Self::Restart),
            "simulate" => Options::parse(arguments).map(Self::Simulate),
            "check" => match (arguments.next(), arguments.next()) {
                (Some(file), None) => Ok(Self::Check(file.into())),
                _ => Err("Name one file to check.".to_owned()),
            },
            other => Err(format!("There is no command {other:?}.")),
        }
    }
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Result<Self, String> {
        let mut options = Self::default();
        while let Some(flag) = arguments.next() {
            let mut value = || {
                let value = arguments.next();
                value.ok_or_else(|| format!("{flag} needs a value."))
            };
            match flag.as_str() {
                "--short" => options.is_short = true,
                "--seed" => options.seed = Some(number(&flag, &value()?)?),
                "--sends" => options.sends = Some(number(&flag, &value()?)?),
                "--clients" => options.clients = Some(number(&flag, &value()?)?),
                "--restarts" => options.restarts = Some(number(&flag, &value()?)?),
                "--seeds" => options.seeds = Some(number(&flag, &value()?)?),
                "--only" => options.only.push(value()?),
                "--binary" => options.binary = Some(value()?.into()),
                "--report" => options.report = Some(value()?.into()),
                _ => return Err(format!("There is no option {flag:?}.")),
            }
        }
        Ok(options)
    }
}

fn number<T: std::str::FromStr>(flag: &str, text: &str) -> Result<T, String> {
    let number = text.parse();
    number.map_err(|_| format!("{flag} takes a number, not {text:?}."))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Command, String> {
        Command::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn options_follow_the_command() {
        let options = Options {
            is_short: true,
            seed: Some(7),
            only: vec!["calm".to_owned(), "SIGKILL".to_owned()],
            ..Options::default()
        };
        assert_eq!(
            parse("run --short --seed 7 --only calm --only SIGKILL"),
            Ok(Command::Run(options))
        );
        assert_eq!(parse("check a.jsonl"), Ok(Command::Check("a.jsonl".into())));
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
        ] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
