//! What a message and a delivery cost, beside what they did when it was recorded.
//!
//! *Invariant:* one figure is a gate, for it is the same on every machine and with every compiler: a delivery is
//! one write. The others are for people to read. How many statements of SQL a send, a sync and a page take
//! is a test (`tests/contexts/statements.rs`).

use super::calls::Calls;
use super::{Cost, Failure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A delivery is one write, but a greeting may come late.
const WRITES_MAX: f64 = 1.01;
const WRITES: &str = "socket writes per delivery";
/// Records that are shown.
const SHOWN: usize = 4;

/// What a message costs, and each of its deliveries.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Costs(BTreeMap<String, f64>);

/// What they were on some day.
#[derive(Debug, Serialize, Deserialize)]
struct Record {
    /// In UTC, such as "2026-11-23".
    day: String,
    costs: Costs,
}

impl Costs {
    /// What was counted.
    pub fn of(calls: &Calls, instructions: Cost) -> Self {
        eprintln!("    system calls per message and per delivery:\n{calls}");
        let all = calls.all();
        let costs = [
            (WRITES, calls.socket_writes().delivery),
            ("system calls per delivery", all.delivery),
            ("system calls per message", all.message),
            ("instructions per delivery", instructions.delivery),
            ("instructions per message", instructions.message),
        ];
        let rounded = |cost: f64| (cost * 100.0).round() / 100.0;
        let costs = costs.map(|(what, cost)| (what.to_owned(), rounded(cost)));
        Self(costs.into())
    }

    /// Prints them beside what was recorded in `file`, the oldest first, with the change since the last time.
    ///
    /// # Errors
    /// The file is there and cannot be read.
    pub fn show(&self, file: &Path) -> Result<(), Failure> {
        let records = recorded(file)?;
        let shown = &records[records.len().saturating_sub(SHOWN)..];
        let days: String = shown.iter().map(|it| format!("{:>12}", it.day)).collect();
        eprintln!("    {:<28}{days}{:>12}", "", "now");
        for (what, now) in &self.0 {
            let before = shown.iter().map(|record| record.costs.0.get(what));
            let columns: String = before
                .clone()
                .map(|cost| cost.map_or_else(|| format!("{:>12}", "–"), |it| format!("{it:>12.2}")))
                .collect();
            let last = before.flatten().next_back();
            let change = last.filter(|last| **last != 0.0);
            let change = change.map(|last| format!("  {:+.1} %", (now / last - 1.0) * 100.0));
            eprintln!(
                "    {what:<28}{columns}{now:>12.2}{}",
                change.unwrap_or_default()
            );
        }
        Ok(())
    }

    /// Adds them to what was recorded in `file`, as those of `day`.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn record(self, file: &Path, day: String) -> Result<(), Failure> {
        let mut records = recorded(file)?;
        records.push(Record { day, costs: self });
        fs::write(file, serde_json::to_string_pretty(&records)? + "\n")?;
        Ok(())
    }

    /// What must not be, as a sentence.
    pub fn beyond(&self) -> Option<String> {
        let writes = self.0.get(WRITES).copied().unwrap_or_default();
        (writes > WRITES_MAX).then(|| format!("{writes:.2} {WRITES}; there must be one"))
    }
}

fn recorded(file: &Path) -> Result<Vec<Record>, Failure> {
    Ok(serde_json::from_str(&fs::read_to_string(file)?)?)
}
