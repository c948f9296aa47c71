//! What was measured: every block of every round, as it was, and what is read from them.
//!
//! *Invariant:* a block that is void stays in the file with its reason, and is in no median while
//! there is one that is not.

use crate::failure::Outcome;
use crate::rows::Figures;
use serde_json::{Value, from_value, json};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// One block: one contender in one row of one round.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The row's key.
    pub row: String,
    /// The contender's name.
    pub contender: String,
    /// Which round, from 1.
    pub round: usize,
    /// The figures of the block.
    pub figures: Figures,
    /// The share of processor time that the host took.
    pub steal: f64,
    /// Why it does not count.
    pub void: Option<String>,
}

/// Everything of one run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Results {
    /// Machine, versions, settings.
    pub description: BTreeMap<String, String>,
    /// The samples of all blocks.
    pub samples: Vec<Sample>,
    /// Who could not be started, and why.
    pub not_run: BTreeMap<String, String>,
    /// What the browser's measurements left: figures by page.
    pub browser: Value,
}

impl Results {
    /// How many rounds were begun: a run that was stopped has fewer than were asked for.
    pub fn rounds(&self) -> usize {
        let rounds = self.samples.iter().map(|sample| sample.round);
        rounds.max().unwrap_or(0)
    }

    /// The figures of a row of a contender, by round: those that count, or, where none does, the
    /// void ones.
    pub fn by_round(&self, row: &str, contender: &str, figure: &str) -> BTreeMap<usize, f64> {
        let of = |counts: bool| {
            self.samples
                .iter()
                .filter(|sample| sample.row == row && sample.contender == contender)
                .filter(|sample| sample.void.is_none() || !counts)
                .filter_map(|sample| Some((sample.round, *sample.figures.get(figure)?)))
                .collect::<BTreeMap<_, _>>()
        };
        let counting = of(true);
        if counting.is_empty() {
            of(false)
        } else {
            counting
        }
    }

    /// Whether a row of a contender was tried, though it may not count.
    pub fn was_tried(&self, row: &str, contender: &str) -> bool {
        self.samples
            .iter()
            .any(|sample| sample.row == row && sample.contender == contender)
    }

    /// Whether what [`Self::by_round`] answers for a row counts.
    pub fn counts(&self, row: &str, contender: &str) -> bool {
        self.samples.iter().any(|sample| {
            sample.row == row && sample.contender == contender && sample.void.is_none()
        })
    }

    /// The median over all rounds.
    pub fn median(&self, row: &str, contender: &str, figure: &str) -> Option<f64> {
        let values: Vec<f64> = self
            .by_round(row, contender, figure)
            .into_values()
            .collect();
        Spread::of(&values).map(|spread| spread.median)
    }

    /// Names of all figures of a row, and of all contenders that have some.
    pub fn names(&self, row: &str) -> (Vec<String>, Vec<String>) {
        let (mut figures, mut contenders) = (Vec::new(), Vec::new());
        for sample in self.samples.iter().filter(|sample| sample.row == row) {
            if !contenders.contains(&sample.contender) && !sample.figures.is_empty() {
                contenders.push(sample.contender.clone());
            }
            for name in sample.figures.keys() {
                if !figures.contains(name) {
                    figures.push(name.clone());
                }
            }
        }
        contenders.sort_by_key(|name| name != "parlour");
        (figures, contenders)
    }

    /// Reads what [`Self::write`] left.
    pub fn read(file: &Path) -> Outcome<Self> {
        let mut whole: Value = serde_json::from_str(&fs::read_to_string(file)?)?;
        let samples: Vec<Value> = from_value(whole["samples"].take())?;
        let samples = samples.into_iter().map(|mut sample| {
            Ok(Sample {
                row: from_value(sample["row"].take())?,
                contender: from_value(sample["contender"].take())?,
                round: from_value(sample["round"].take())?,
                figures: from_value(sample["figures"].take())?,
                steal: from_value(sample["steal"].take())?,
                void: from_value(sample["void"].take())?,
            })
        });
        Ok(Self {
            description: from_value(whole["description"].take())?,
            samples: samples.collect::<Outcome<_>>()?,
            not_run: from_value(whole["not_run"].take())?,
            browser: whole["browser"].take(),
        })
    }

    /// Writes the raw results.
    pub fn write(&self, file: &Path) -> Outcome<()> {
        let samples: Vec<Value> = self
            .samples
            .iter()
            .map(|sample| {
                json!({
                    "row": sample.row,
                    "contender": sample.contender,
                    "round": sample.round,
                    "figures": sample.figures,
                    "steal": sample.steal,
                    "void": sample.void,
                })
            })
            .collect();
        let whole = json!({
            "description": self.description,
            "not_run": self.not_run,
            "samples": samples,
            "browser": self.browser,
        });
        if let Some(folder) = file.parent() {
            fs::create_dir_all(folder)?;
        }
        Ok(fs::write(file, format!("{whole:#}\n"))?)
    }
}

/// A median and how far the rounds lie apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Spread {
    /// The median value.
    pub median: f64,
    /// The smallest value.
    pub least: f64,
    /// The largest value.
    pub most: f64,
}

impl Spread {
    /// Of one value.
    pub fn one(value: f64) -> Self {
        Self {
            median: value,
            least: value,
            most: value,
        }
    }

    /// Of these values; `None` of none.
    pub fn of(values: &[f64]) -> Option<Self> {
        let mut ordered = values.to_vec();
        ordered.sort_by(f64::total_cmp);
        let (&least, &most) = (ordered.first()?, ordered.last()?);
        let middle = ordered.len() / 2;
        let median = if ordered.len() % 2 == 1 {
            ordered[middle]
        } else {
            f64::midpoint(ordered[middle - 1], ordered[middle])
        };
        Some(Self {
            median,
            least,
            most,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(round: usize, value: f64, void: Option<&str>) -> Sample {
        Sample {
            row: "room".to_owned(),
            contender: "parlour".to_owned(),
            round,
            figures: Figures::from([("x".to_owned(), value)]),
            steal: 0.0,
            void: void.map(str::to_owned),
        }
    }

    #[test]
    fn the_median_is_the_middle_of_what_counts() {
        assert_eq!(Spread::of(&[]), None);
        let spread = Spread::of(&[3.0, 1.0, 2.0]).unwrap();
        assert_eq!((spread.least, spread.median, spread.most), (1.0, 2.0, 3.0));
        assert_eq!(Spread::of(&[1.0, 2.0]).unwrap().median, 1.5);
    }

    #[test]
    fn what_was_written_is_read_again() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let results = Results {
            description: BTreeMap::from([("machine".to_owned(), "quiet".to_owned())]),
            samples: vec![sample(1, 1.5, None), sample(2, 2.5, Some("stolen"))],
            not_run: BTreeMap::from([("peer".to_owned(), "missing".to_owned())]),
            browser: json!({"weight": {"first": 1}}),
        };
        results.write(file.path()).unwrap();
        assert_eq!(Results::read(file.path()).unwrap(), results);
    }

    #[test]
    fn a_void_block_is_used_only_where_there_is_no_other() {
        let mut results = Results::default();
        results.samples.push(sample(1, 9.0, Some("stolen")));
        assert_eq!(results.median("room", "parlour", "x"), Some(9.0));
        assert!(!results.counts("room", "parlour"));
        results.samples.push(sample(2, 1.0, None));
        assert_eq!(results.rounds(), 2);
        assert_eq!(results.median("room", "parlour", "x"), Some(1.0));
        assert!(results.counts("room", "parlour"));
    }

    #[test]
    fn a_block_that_was_repeated_counts_once() {
        let mut results = Results::default();
        results.samples.push(sample(1, 9.0, Some("stolen")));
        results.samples.push(sample(1, 2.0, None));
        assert_eq!(
            results.by_round("room", "parlour", "x"),
            BTreeMap::from([(1, 2.0)])
        );
    }
}
