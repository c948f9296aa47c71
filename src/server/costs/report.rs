//! What a message and a delivery may cost, and by how much it may differ.

use super::calls::Calls;
use super::{Cost, Failure};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// What a compiler's next version makes of the same work.
const TOLERANCE: f64 = 0.05;
/// Threads wake each other sooner or later, as it happens. One more call for each delivery
/// would double it.
const WAKING: f64 = 0.2;
/// A delivery is little beside the message and the greetings whose chances it is told apart from. A
/// queue or a copy for each of them would double it.
const SMALL: f64 = 0.5;
/// A delivery is one write. More is no matter of tolerance, but a greeting may come late.
const WRITES_MAX: f64 = 1.01;

const WRITES: &str = "socket writes per delivery";
const CALLS_OF_A_DELIVERY: &str = "system calls per delivery";
const CALLS_OF_A_MESSAGE: &str = "system calls per message";
const INSTRUCTIONS_OF_A_DELIVERY: &str = "instructions per delivery";

/// What a message costs, and each of its deliveries.
#[derive(Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Costs(BTreeMap<String, f64>);

impl Costs {
    /// What was counted.
    pub fn of(calls: &Calls, instructions: Cost) -> Self {
        eprintln!("    system calls per message and per delivery:\n{calls}");
        let all = calls.all();
        let costs = [
            (WRITES, calls.socket_writes().delivery),
            (CALLS_OF_A_DELIVERY, all.delivery),
            (CALLS_OF_A_MESSAGE, all.message),
            (INSTRUCTIONS_OF_A_DELIVERY, instructions.delivery),
            ("instructions per message", instructions.message),
        ];
        let rounded = |cost: f64| (cost * 100.0).round() / 100.0;
        let costs = costs.map(|(what, cost)| (what.to_owned(), rounded(cost)));
        Self(costs.into())
    }

    /// Writes it down as what may be.
    pub fn record(&self, budget: &Path) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(self)?;
        eprintln!("{text}");
        fs::write(budget, text + "\n")?;
        Ok(())
    }

    /// What is more than was written down, a sentence each.
    pub fn beyond(&self, budget: &Path) -> Result<Vec<String>, Failure> {
        let recorded: Self = serde_json::from_str(&fs::read_to_string(budget)?)?;
        let mut complaints = Vec::new();
        for (what, cost) in &self.0 {
            let Some(recorded) = recorded.0.get(what) else {
                complaints.push(format!("{what} were never recorded"));
                continue;
            };
            let most = match what.as_str() {
                WRITES => WRITES_MAX,
                CALLS_OF_A_MESSAGE | CALLS_OF_A_DELIVERY => recorded * (1.0 + WAKING),
                INSTRUCTIONS_OF_A_DELIVERY => recorded * (1.0 + SMALL),
                _ => recorded * (1.0 + TOLERANCE),
            };
            eprintln!("    {cost:>12.2}  {what}, at most {most:.2}");
            if *cost > most {
                complaints.push(format!("{cost:.2} {what}; {most:.2} may be"));
            }
        }
        Ok(complaints)
    }
}
