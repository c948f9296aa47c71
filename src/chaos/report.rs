//! What a run showed, as a table for people and a closing line for programs.

use crate::checker::Violation;
use std::fmt;
use std::time::Duration;

/// Violations of a phase that are listed one by one; more say nothing that the first ones do not.
const LISTED: usize = 20;

/// Everything that a run showed, phase by phase.
#[derive(Debug, Default)]
pub struct Report {
    /// In the order in which they were run.
    pub rows: Vec<Row>,
}

/// What one phase showed.
#[derive(Debug)]
pub struct Row {
    /// The name of the phase.
    pub name: &'static str,
    /// Messages written in it.
    pub sends: usize,
    /// Which faults it had, in words.
    pub faults: String,
    /// What the checker found.
    pub tally: Tally,
    /// How long it took each client to be well again.
    pub heal: Times,
    /// What kept it from being run to its end, one sentence each.
    pub failures: Vec<String>,
    /// How long it took.
    pub took: Duration,
}

/// Violations, counted by what they mean to a person.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// Somebody misses a message.
    pub lost: usize,
    /// Something is there twice.
    pub duplicated: usize,
    /// Two things stand in another order than they should.
    pub reordered: usize,
    /// Somebody heard of what was not for them.
    pub leaked: usize,
    /// A screen that is no fresh page, and the rest.
    pub other: usize,
    /// The first ones, each as its sentence.
    pub listed: Vec<String>,
}

/// A number of durations.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Times(Vec<Duration>);

impl Row {
    /// Whether nothing was found in it.
    pub fn has_passed(&self) -> bool {
        self.tally.is_clean() && self.failures.is_empty()
    }
}

impl Tally {
    /// Counts what the checker found.
    pub fn of(violations: &[Violation]) -> Self {
        let mut tally = Self {
            listed: violations
                .iter()
                .take(LISTED)
                .map(Violation::to_string)
                .collect(),
            ..Self::default()
        };
        for violation in violations {
            *match violation {
                Violation::Lost { .. }
                | Violation::AcknowledgedNotStored { .. }
                | Violation::NotSeen { .. } => &mut tally.lost,
                Violation::AcknowledgedTwice { .. }
                | Violation::StoredTwice { .. }
                | Violation::SeenTwice { .. } => &mut tally.duplicated,
                Violation::SentOutOfOrder { .. }
                | Violation::SeenOutOfOrder { .. }
                | Violation::PageDisordered { .. } => &mut tally.reordered,
                Violation::Leaked { .. }
                | Violation::Outsider { .. }
                | Violation::StillShown { .. } => &mut tally.leaked,
                _ => &mut tally.other,
            } += 1;
        }
        tally
    }

    /// Whether there is none.
    pub fn is_clean(&self) -> bool {
        self.lost + self.duplicated + self.reordered + self.leaked + self.other == 0
    }
}

impl Times {
    /// The distribution of these times.
    pub fn of(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Self(times)
    }

    /// How many there are.
    pub fn count(&self) -> usize {
        self.0.len()
    }

    /// What `percent` of 100 of them do not exceed; `None` when there are none.
    pub fn percentile(&self, percent: usize) -> Option<Duration> {
        let rank = (self.0.len() * percent).div_ceil(100);
        self.0.get(rank.saturating_sub(1)).copied()
    }

    /// The largest one.
    pub fn max(&self) -> Option<Duration> {
        self.0.last().copied()
    }
}

impl fmt::Display for Times {
    /// `p50 · p99 · max`, in cells of a table.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cells = [self.percentile(50), self.percentile(99), self.max()];
        let cells = cells.map(|time| time.map_or("–".to_owned(), in_words));
        write!(f, "{} | {} | {}", cells[0], cells[1], cells[2])
    }
}

/// `12 ms`, `1.2 s`.
pub fn in_words(time: Duration) -> String {
    match time.as_millis() {
        millis if millis < 1_000 => format!("{millis} ms"),
        _ => format!("{:.1} s", time.as_secs_f64()),
    }
}

/// The table's first two lines.
pub const HEAD: &str = "\
| phase | sends | what struck | lost | duplicated | reordered | leaked | other | healed p50 | p99 | max | took |
|---|---:|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|";

impl fmt::Display for Row {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tally = &self.tally;
        write!(
            f,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            self.name,
            self.sends,
            self.faults,
            tally.lost,
            tally.duplicated,
            tally.reordered,
            tally.leaked,
            tally.other,
            self.heal,
            in_words(self.took)
        )?;
        for sentence in self.failures.iter().chain(&tally.listed) {
            write!(f, "\n  ! {}: {sentence}", self.name)?;
        }
        Ok(())
    }
}

impl Report {
    /// Phases that passed, and those that did not.
    pub fn counts(&self) -> (usize, usize) {
        let passed = self.rows.iter().filter(|row| row.has_passed()).count();
        (passed, self.rows.len() - passed)
    }

    /// The last line, for programs.
    pub fn closing_line(&self) -> String {
        let (passed, failed) = self.counts();
        format!("chaos: {passed} passed, {failed} failed")
    }

    /// All of it as a page of Markdown.
    pub fn markdown(&self, title: &str, words: &str) -> String {
        let mut page = format!("# {title}\n\n{words}\n\n{HEAD}\n");
        let mut complaints = String::new();
        for row in &self.rows {
            let text = row.to_string();
            let (line, sentences) = text.split_once('\n').unwrap_or((&text, ""));
            page.push_str(line);
            page.push('\n');
            for sentence in sentences.lines() {
                complaints.push_str(&format!("- {}\n", sentence.trim_start_matches("  ! ")));
            }
        }
        page.push_str(&self.sum());
        page.push('\n');
        if !complaints.is_empty() {
            page.push_str(&format!("\n{complaints}"));
        }
        format!("{page}\n`{}`\n", self.closing_line())
    }

    /// The table's last line: all phases together.
    pub fn sum(&self) -> String {
        let all = |count: fn(&Row) -> usize| self.rows.iter().map(count).sum::<usize>();
        let took: Duration = self.rows.iter().map(|row| row.took).sum();
        let times = self.rows.iter().flat_map(|row| row.heal.0.iter().copied());
        format!(
            "| **together** | {} | | {} | {} | {} | {} | {} | {} | {} |",
            all(|row| row.sends),
            all(|row| row.tally.lost),
            all(|row| row.tally.duplicated),
            all(|row| row.tally.reordered),
            all(|row| row.tally.leaked),
            all(|row| row.tally.other),
            Times::of(times.collect()),
            in_words(took)
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(times: &[u64]) -> Times {
        Times::of(times.iter().map(|&ms| Duration::from_millis(ms)).collect())
    }

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let times = millis(&[40, 10, 30, 20]);
        assert_eq!(times.percentile(50), Some(Duration::from_millis(20)));
        assert_eq!(times.percentile(99), Some(Duration::from_millis(40)));
        assert_eq!(times.max(), Some(Duration::from_millis(40)));
        assert_eq!(millis(&[]).percentile(50), None);
        assert_eq!(millis(&[]).to_string(), "– | – | –");
        assert_eq!(millis(&[5, 2_340]).to_string(), "5 ms | 2.3 s | 2.3 s");
    }

    #[test]
    fn a_phase_with_a_violation_or_without_an_end_has_failed() {
        let row = |violations: &[Violation], failures: &[&str]| Row {
            name: "calm",
            sends: 3,
            faults: "nothing".to_owned(),
            tally: Tally::of(violations),
            heal: Times::default(),
            failures: failures.iter().map(|&text| text.to_owned()).collect(),
            took: Duration::from_secs(2),
        };
        let lost = Violation::NotSeen {
            client: "c1".to_owned(),
            room: 1,
            number: 7,
        };
        let report = Report {
            rows: vec![row(&[], &[]), row(&[lost], &[]), row(&[], &["It hangs."])],
        };
        assert_eq!(report.closing_line(), "chaos: 1 passed, 2 failed");
        let page = report.markdown("Chaos", "Seed 1.");
        assert!(page.contains("| calm | 3 | nothing | 1 | 0 | 0 | 0 | 0 | – | – | – | 2.0 s |"));
        assert!(page.contains("- calm: Room 1: c1 never got 7."));
        assert!(page.contains("- calm: It hangs."));
        assert!(page.contains("| **together** | 9 | | 1 | 0 | 0 | 0 | 0 |"));
    }
}
