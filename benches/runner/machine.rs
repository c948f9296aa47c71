//! The machine: which processor a thread runs on, how many files may be open, what was stolen, and
//! the line that every absolute figure needs beside it.
//!
//! *Invariant:* what is measured runs on [`SERVER`], what measures on [`GENERATOR`].

use crate::failure::Outcome;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::thread::{CpuSet, sched_setaffinity};
use rustix::time::{ClockId, clock_gettime};
use std::collections::BTreeMap;
use std::fs;
use std::process::Command;
use std::time::Duration;

/// The processor of servers and floors.
pub const SERVER: usize = 0;
/// The processor of this program.
pub const GENERATOR: usize = 1;

/// Keeps the calling thread, and what it starts from now on, on one processor.
pub fn pin(processor: usize) -> Outcome<()> {
    let mut set = CpuSet::new();
    set.set(processor);
    Ok(sched_setaffinity(None, &set)?)
}

/// Raises the number of files that may be open as far as it goes; children get the same.
pub fn open_many_files() -> Outcome<u64> {
    let limit = getrlimit(Resource::Nofile);
    let most = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    setrlimit(Resource::Nofile, most)?;
    Ok(limit.maximum.unwrap_or(u64::MAX))
}

/// Processor time that the calling thread has used.
pub fn thread_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.max(0) as u64, time.tv_nsec as u32)
}

/// All processor time there was, and how much of it the host gave to others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stolen {
    total: u64,
    steal: u64,
}

impl Stolen {
    /// As it stands now.
    pub fn now() -> Self {
        Self::read(&fs::read_to_string("/proc/stat").unwrap_or_default())
    }

    fn read(text: &str) -> Self {
        let line = text.lines().next().unwrap_or_default();
        let ticks: Vec<u64> = line
            .split_whitespace()
            .skip(1)
            .map(|tick| tick.parse().unwrap_or(0))
            .collect();
        Self {
            // What guests used is in user time already.
            total: ticks.iter().take(8).sum(),
            steal: ticks.get(7).copied().unwrap_or(0),
        }
    }

    /// The share that was stolen since `before`, from 0 to 1.
    pub fn share_since(self, before: Self) -> f64 {
        let total = self.total.saturating_sub(before.total);
        let steal = self.steal.saturating_sub(before.steal);
        if total == 0 {
            0.0
        } else {
            steal as f64 / total as f64
        }
    }
}

/// Names and versions, one pair a line of the results.
pub fn description() -> BTreeMap<String, String> {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = after(&cpuinfo, "model name");
    let processors = cpuinfo
        .lines()
        .filter(|line| line.starts_with("processor"))
        .count();
    let meminfo = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let kernel = rustix::system::uname();
    [
        ("processor", format!("{model}, {processors} in all")),
        ("memory", after(&meminfo, "MemTotal")),
        ("kernel", kernel.release().to_string_lossy().into_owned()),
        ("compiler", said("rustc", &["--version"])),
        ("revision", said("git", &["rev-parse", "--short", "HEAD"])),
        ("date", said("date", &["-u", "+%Y-%m-%d %H:%M UTC"])),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}

fn after(text: &str, name: &str) -> String {
    let line = text.lines().find(|line| line.starts_with(name));
    let value = line.and_then(|line| line.split_once(':'));
    value.map_or_else(String::new, |(_, value)| value.trim().to_owned())
}

fn said(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output.map_or_else(
        |_| "unknown".to_owned(),
        |output| String::from_utf8_lossy(&output.stdout).trim().to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_stolen_is_a_share_of_all_time() {
        let before = Stolen::read("cpu  100 0 50 800 0 0 0 50 0 0\n");
        let after = Stolen::read("cpu  150 0 80 900 0 0 0 70 999 0\ncpu0 1");
        assert_eq!(after.share_since(before), 0.1);
        assert_eq!(before.share_since(before), 0.0);
    }
}
