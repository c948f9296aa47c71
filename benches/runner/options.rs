//! What was asked for on the command line.

use crate::contender::Contender;
use crate::failure::{Failure, Outcome};
use crate::rows::{self, Pace};
use std::path::PathBuf;

/// What `--help` says.
pub const HELP: &str = "\
Measures Parlour and its peers, and writes benches/RESULTS.md.

  --rounds N      rounds (5; 1 with --quick)
  --quick         short blocks and small sizes, nothing repeated: less than five minutes
  --rows A,B      only these rows: room (cpu, saturated), pipelined, latency, idle (memory), storm,
                  ingest, history, reading-while-writing, page, start
  --peers A,B     only these beside Parlour, by folder or by name, such as bun or bun:sqlite
  --seed N        the seed of the order (drawn, and printed)
  --name NAME     writes benches/results/NAME.json (full, quick, or part when not everything is run)
  --binary FILE   another executable than target/release/parlour
  --self-test     only what the generator itself can take
  --again         measures nothing: makes the page anew from benches/results/NAME.json, which has all
                  that a run measured until it ended or was stopped, and what the browser's
                  files say now
";

/// The command line, read.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// How often everything is measured.
    pub rounds: usize,
    /// How much time there is.
    pub pace: Pace,
    /// Rows by key; none is all.
    pub rows: Vec<String>,
    /// Peers by folder or name; none is all.
    pub peers: Vec<String>,
    /// The order's.
    pub seed: u64,
    /// Of the file with the raw results.
    pub name: String,
    /// Parlour's executable, where it is not the usual one.
    pub binary: Option<PathBuf>,
    /// Only the generator.
    pub self_test: bool,
    /// Only the page.
    pub again: bool,
}

impl Options {
    /// Reads them; `None` asks for help.
    pub fn read(arguments: impl IntoIterator<Item = String>) -> Outcome<Option<Self>> {
        let mut arguments = arguments.into_iter();
        let (mut rounds, mut name) = (None, None);
        let mut options = Self {
            rounds: 5,
            pace: Pace::Full,
            rows: Vec::new(),
            peers: Vec::new(),
            seed: fastrand::u64(1..1_000_000),
            name: String::new(),
            binary: None,
            self_test: false,
            again: false,
        };
        while let Some(argument) = arguments.next() {
            let mut value = || {
                let missing = || Failure::new(format!("{argument} needs a value"));
                arguments.next().ok_or_else(missing)
            };
            match argument.as_str() {
                "--help" => return Ok(None),
                "--quick" => options.pace = Pace::Quick,
                "--self-test" => options.self_test = true,
                "--again" => options.again = true,
                "--rounds" => rounds = Some(number(&value()?)? as usize),
                "--seed" => options.seed = number(&value()?)?,
                "--rows" => options.rows = words(&value()?),
                "--peers" => options.peers = words(&value()?),
                "--name" => name = Some(value()?),
                "--binary" => options.binary = Some(value()?.into()),
                other => return Err(Failure::new(format!("there is no option {other}"))),
            }
        }
        options.check()?;
        options.rounds = rounds.unwrap_or(match options.pace {
            Pace::Full => 5,
            Pace::Quick => 1,
        });
        options.name = name.unwrap_or_else(|| options.usual_name().to_owned());
        Ok(Some(options))
    }

    fn usual_name(&self) -> &'static str {
        match (self.is_everything(), self.pace) {
            (false, _) => "part",
            (true, Pace::Full) => "full",
            (true, Pace::Quick) => "quick",
        }
    }

    /// Whether every row and every peer is asked for.
    pub fn is_everything(&self) -> bool {
        self.rows.is_empty() && self.peers.is_empty()
    }

    fn check(&self) -> Outcome<()> {
        for asked in &self.rows {
            if !rows::ALL.iter().any(|row| rows::is_called(row.key, asked)) {
                return Err(Failure::new(format!("there is no row {asked}")));
            }
        }
        for asked in &self.peers {
            let is_known = |one: &Contender| one.folder == asked || one.name() == *asked;
            if !crate::contender::ALL.iter().any(is_known) {
                return Err(Failure::new(format!("there is no peer {asked}")));
            }
        }
        Ok(())
    }

    /// Whether a row is asked for.
    pub fn wants_row(&self, key: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|asked| rows::is_called(key, asked))
    }

    /// Whether a contender is asked for; Parlour always is.
    pub fn wants(&self, contender: &Contender) -> bool {
        *contender == crate::contender::PARLOUR
            || self.peers.is_empty()
            || (self.peers.iter())
                .any(|asked| contender.folder == asked || contender.name() == *asked)
    }
}

fn number(text: &str) -> Outcome<u64> {
    text.parse()
        .map_err(|_| Failure::new(format!("{text} is no number")))
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(',').map(str::trim);
    words
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contender::{BUN_SQLITE, PARLOUR, TWIN};

    fn read(line: &str) -> Outcome<Option<Options>> {
        Options::read(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_part_is_not_written_where_the_whole_is() {
        let name = |line| read(line).ok().flatten().map(|options| options.name);
        assert_eq!(name("").as_deref(), Some("full"));
        assert_eq!(name("--quick").as_deref(), Some("quick"));
        assert_eq!(name("--rows cpu").as_deref(), Some("part"));
        assert_eq!(name("--rows cpu --name x").as_deref(), Some("x"));
    }

    #[test]
    fn rows_and_peers_are_chosen_by_any_of_their_names() {
        let options = read("--rows cpu,ingest --peers bun --rounds 3")
            .unwrap()
            .unwrap();
        assert!(options.wants_row("room") && options.wants_row("ingest"));
        assert!(!options.wants_row("page"));
        assert!(options.wants(&PARLOUR) && options.wants(&BUN_SQLITE));
        assert!(!options.wants(&TWIN));
        assert_eq!(options.rounds, 3);
    }

    #[test]
    fn what_nobody_knows_is_refused() {
        for line in [
            "--row cpu",
            "--rows cpus",
            "--peers nobody",
            "--rounds",
            "--rounds x",
        ] {
            assert!(read(line).is_err(), "{line}");
        }
    }
}
