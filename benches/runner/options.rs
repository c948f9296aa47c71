//! What was asked for on the command line.

use crate::contender::Contender;
use crate::rows::{self, Pace};
use clap::Parser;
use std::path::PathBuf;

/// Measures Parlour and its peers, and writes benches/RESULTS.md.
#[derive(Clone, Debug, Parser, PartialEq)]
#[command(name = "parlour-bench")]
pub struct Options {
    /// How often everything is measured (5; 1 with --quick).
    #[arg(long, value_name = "N")]
    rounds: Option<usize>,
    /// Short blocks and small sizes, nothing repeated: less than five minutes.
    #[arg(long = "quick")]
    is_quick: bool,
    /// Only these rows: room (cpu, saturated), pipelined, browsers, latency, idle (memory), storm, ingest,
    /// history, reading-while-writing, page, sign-in, members, sidebar, formatted, reactions, start.
    #[arg(long, value_name = "A,B", value_delimiter = ',', value_parser = row)]
    rows: Vec<String>,
    /// Only these beside Parlour, which takes part on both databases, by folder or by name, such as bun or bun:sqlite.
    #[arg(long, value_name = "A,B", value_delimiter = ',', value_parser = peer)]
    peers: Vec<String>,
    /// The seed of the order (drawn, and printed).
    #[arg(long, value_name = "N", default_value_t = fastrand::u64(1..1_000_000), hide_default_value = true)]
    pub seed: u64,
    /// Writes benches/results/NAME.json (full, quick, or part when not everything is run).
    #[arg(long)]
    name: Option<String>,
    /// Another executable than target/release/parlour.
    #[arg(long, value_name = "FILE")]
    pub binary: Option<PathBuf>,
    /// The executable of an earlier release, which then takes part in every row.
    #[arg(long, value_name = "FILE")]
    pub earlier: Option<PathBuf>,
    /// Which release that is, for the page.
    #[arg(long = "earlier-name", value_name = "REVISION", requires = "earlier")]
    pub earlier_name: Option<String>,
    /// Only what the generator itself can take.
    #[arg(long = "self-test")]
    pub is_self_test: bool,
    /// Measures nothing: makes the page anew from benches/results/NAME.json, which has all that a run measured
    /// until it ended or was stopped, and what the browser's files say now.
    #[arg(long = "again")]
    pub is_again: bool,
}

impl Options {
    /// How often everything is measured.
    pub fn rounds(&self) -> usize {
        self.rounds.unwrap_or(match self.pace() {
            Pace::Full => 5,
            Pace::Quick => 1,
        })
    }

    /// How much time there is.
    pub fn pace(&self) -> Pace {
        match self.is_quick {
            true => Pace::Quick,
            false => Pace::Full,
        }
    }

    /// Of the file with the raw results.
    pub fn name(&self) -> &str {
        let usual = match (self.is_everything(), self.pace()) {
            (false, _) => "part",
            (true, Pace::Full) => "full",
            (true, Pace::Quick) => "quick",
        };
        self.name.as_deref().unwrap_or(usual)
    }

    fn is_everything(&self) -> bool {
        self.rows.is_empty() && self.peers.is_empty()
    }

    /// Whether a row is asked for.
    pub fn wants_row(&self, key: &str) -> bool {
        self.rows.is_empty() || self.rows.iter().any(|asked| rows::is_called(key, asked))
    }

    /// Whether a contender is asked for; Parlour always is.
    pub fn wants(&self, contender: &Contender) -> bool {
        contender.is_parlour()
            || self.peers.is_empty()
            || self.peers.iter().any(|asked| is_peer(contender, asked))
    }
}

fn is_peer(contender: &Contender, asked: &str) -> bool {
    contender.folder == asked || contender.name() == asked
}

/// A row by any of its names.
fn row(asked: &str) -> Result<String, &'static str> {
    let is_known = rows::ALL.iter().any(|row| rows::is_called(row.key, asked));
    is_known
        .then(|| asked.to_owned())
        .ok_or("there is no such row")
}

/// A peer by its folder or its name.
fn peer(asked: &str) -> Result<String, &'static str> {
    let is_known = crate::contender::ALL.iter().any(|one| is_peer(one, asked));
    is_known
        .then(|| asked.to_owned())
        .ok_or("there is no such peer")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::contender::{BUN_SQLITE, PARLOUR, TWIN};

    fn read(line: &str) -> Option<Options> {
        let words = line.split_whitespace();
        Options::try_parse_from(std::iter::once("parlour-bench").chain(words)).ok()
    }

    #[test]
    fn a_part_is_not_written_where_the_whole_is() {
        let name = |line| read(line).map(|options| options.name().to_owned());
        assert_eq!(name("").as_deref(), Some("full"));
        assert_eq!(name("--quick").as_deref(), Some("quick"));
        assert_eq!(name("--rows cpu").as_deref(), Some("part"));
        assert_eq!(name("--rows cpu --name x").as_deref(), Some("x"));
    }

    #[test]
    fn rows_and_peers_are_chosen_by_any_of_their_names() {
        let options = read("--rows cpu,ingest --peers bun --rounds 3").unwrap();
        assert!(options.wants_row("room") && options.wants_row("ingest"));
        assert!(!options.wants_row("page"));
        assert!(options.wants(&PARLOUR) && options.wants(&BUN_SQLITE));
        assert!(!options.wants(&TWIN));
        assert_eq!(options.rounds(), 3);
        assert_eq!(read("--quick").unwrap().rounds(), 1);
    }

    #[test]
    fn what_nobody_knows_is_refused() {
        for line in [
            "--row cpu",
            "--rows cpus",
            "--rows cpu,cpus",
            "--peers nobody",
            "--rounds",
            "--rounds x",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
