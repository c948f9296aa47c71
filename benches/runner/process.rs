//! What a server's processes take: processor time and memory, read from /proc.
//!
//! *Invariant:* a process counts together with its children, and a thread that has ended still does.

use crate::failure::Outcome;
use std::collections::HashMap;
use std::fs;
use std::time::Duration;

/// Ticks of /proc in a second; what every Linux on our architectures has.
const TICKS: u64 = 100;
/// By how much ticks may be wrong over any time: one at each end, twice.
const SLACK: Duration = Duration::from_millis(40);

/// Processor time that processes and their children had used at a moment.
#[derive(Clone, Debug, Default)]
pub struct ProcessorTime {
    /// The scheduler's nanoseconds of each thread.
    threads: HashMap<u32, u64>,
    /// Ticks, of threads that have ended too.
    ticks: u64,
}

impl ProcessorTime {
    /// As it stands now, of several processes together, of which none is below another.
    pub fn of(roots: &[u32]) -> Self {
        let mut time = Self::default();
        for pid in roots.iter().flat_map(|root| tree(*root)) {
            let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            time.ticks += ticks(&stat);
            let threads = fs::read_dir(format!("/proc/{pid}/task"));
            for thread in threads.into_iter().flatten().flatten() {
                let text = fs::read_to_string(thread.path().join("schedstat")).unwrap_or_default();
                let ran = text
                    .split_whitespace()
                    .next()
                    .and_then(|ran| ran.parse().ok());
                let name = thread.file_name();
                if let Some((tid, ran)) = name.to_str().and_then(|tid| tid.parse().ok()).zip(ran) {
                    time.threads.insert(tid, ran);
                }
            }
        }
        time
    }

    /// What was used since `before`: exact, but for threads that ended meanwhile. Where the ticks
    /// say clearly more, there were such threads, and the ticks are right.
    pub fn since(&self, before: &Self) -> Duration {
        let used = self.threads.iter().map(|(tid, ran)| {
            let already = before.threads.get(tid).copied().unwrap_or(0);
            ran.saturating_sub(already)
        });
        let exact = Duration::from_nanos(used.sum());
        let ticks = self.ticks.saturating_sub(before.ticks);
        let ticked = Duration::from_millis(ticks * 1_000 / TICKS);
        if ticked > exact + SLACK {
            ticked
        } else {
            exact
        }
    }
}

/// utime + stime of a line of /proc/pid/stat. The name in it may hold spaces and brackets.
fn ticks(stat: &str) -> u64 {
    let after_name = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = after_name.split_whitespace().collect();
    let number = |at: usize| fields.get(at).and_then(|field| field.parse::<u64>().ok());
    number(11).unwrap_or(0) + number(12).unwrap_or(0)
}

/// Bytes of memory that a process and its children hold.
pub fn resident(root: u32) -> u64 {
    tree(root).into_iter().map(resident_of).sum()
}

fn resident_of(pid: u32) -> u64 {
    // Exact, where /proc/pid/status may be some pages behind for each thread.
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let status = || fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    kilobytes(&rollup, "Rss:")
        .or_else(|| kilobytes(&status(), "VmRSS:"))
        .unwrap_or(0)
        * 1_024
}

/// From now on [`peak`] is of what comes.
pub fn forget_peak(process: u32) -> Outcome<()> {
    Ok(fs::write(format!("/proc/{process}/clear_refs"), "5")?)
}

/// The most bytes of memory that a process without children had at once.
pub fn peak(process: u32) -> u64 {
    let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    kilobytes(&status, "VmHWM:").unwrap_or(0) * 1_024
}

fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name))?;
    line.split_whitespace().next()?.parse().ok()
}

/// A process, its children, and theirs.
fn tree(root: u32) -> Vec<u32> {
    let mut children: HashMap<u32, Vec<u32>> = HashMap::new();
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
        let parent = stat.rsplit_once(')').and_then(|(_, rest)| {
            let mut fields = rest.split_whitespace();
            fields.nth(1)?.parse::<u32>().ok()
        });
        children.entry(parent.unwrap_or(0)).or_default().push(pid);
    }
    let mut all = vec![root];
    let mut at = 0;
    while let Some(pid) = all.get(at) {
        let below = children.remove(pid).unwrap_or_default();
        all.extend(below);
        at += 1;
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_with_a_strange_name_is_read() {
        let stat = "7 (a) b (c)) S 1 7 7 0 -1 0 0 0 0 0 30 12 0 0 20 0 1 0 5";
        assert_eq!(ticks(stat), 42);
        assert_eq!(ticks(""), 0);
    }

    #[test]
    fn this_process_takes_memory_and_time() {
        let own = std::process::id();
        assert!(resident(own) > 100_000);
        let before = ProcessorTime::of(&[own]);
        let mut turns = 0_u64;
        while ProcessorTime::of(&[own]).since(&before).is_zero() {
            turns = std::hint::black_box(turns + 1);
        }
    }

    #[test]
    fn threads_that_end_are_counted_by_their_ticks() {
        let time = |threads: &[(u32, u64)], ticks| ProcessorTime {
            threads: threads.iter().copied().collect(),
            ticks,
        };
        let before = time(&[(1, 1_000), (2, 500)], 10);
        let exact = time(&[(1, 4_000), (3, 50)], 11);
        assert_eq!(exact.since(&before), Duration::from_nanos(3_050));
        let lost = time(&[(1, 4_000)], 110);
        assert_eq!(lost.since(&before), Duration::from_secs(1));
    }

    #[test]
    fn what_was_given_back_is_in_the_peak_until_it_is_forgotten() {
        let own = std::process::id();
        let many = vec![7_u8; 64 << 20];
        let with = peak(own);
        drop(std::hint::black_box(many));
        forget_peak(own).unwrap();
        assert!(peak(own) + (32 << 20) < with);
    }

    #[test]
    fn kilobytes_are_found_by_name() {
        assert_eq!(kilobytes("Pss: 3 kB\nRss:   12 kB\n", "Rss:"), Some(12));
        assert_eq!(kilobytes("", "Rss:"), None);
    }
}
