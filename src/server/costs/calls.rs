//! System calls, as strace writes them down.

use super::server::Server;
use super::{Cost, Failure, MEMBERS, MESSAGES, Runs, a_run};
use std::collections::BTreeMap;
use std::fmt::{Display, Formatter, Result as Formatted};
use std::fs::read_to_string;
use std::path::Path;
use std::process::Command;
use std::thread::sleep;
use std::time::{Duration, Instant};

/// Calls that hand bytes to a socket.
const WRITES: [&str; 5] = ["write", "writev", "sendto", "sendmsg", "sendmmsg"];
/// How long the trace may take to be written after the server has ended.
const TRACE_TIMEOUT: Duration = Duration::from_secs(10);

/// What a message and its deliveries take of each call.
pub struct Calls(BTreeMap<String, Cost>);

/// How often each call was made. A write to a socket counts as itself and as [`SOCKET_WRITES`].
#[derive(Default)]
struct Tally(BTreeMap<String, usize>);

/// Not the name of a call.
const SOCKET_WRITES: &str = "writes to a socket";
/// Nor is this.
const ALL: &str = "all";

/// Counts the system calls that a message and its deliveries take.
///
/// # Errors
/// strace or the server cannot be started, the server fails, or the trace cannot be read.
pub async fn count(binary: &Path) -> Result<Calls, Failure> {
    let mut tallies: Runs<Tally> = Runs::default();
    for (of_room, members) in tallies.iter_mut().zip(MEMBERS) {
        for (tally, messages) in of_room.iter_mut().zip(MESSAGES) {
            *tally = counted(binary, members, messages).await?;
        }
    }
    let names = tallies[1][1].0.keys();
    let of = |name: &String| {
        let counts = [0, 1].map(|room| [0, 1].map(|run| tallies[room][run].count(name)));
        (name.clone(), Cost::of(counts))
    };
    Ok(Calls(names.map(of).collect()))
}

async fn counted(binary: &Path, members: usize, messages: usize) -> Result<Tally, Failure> {
    let folder = tempfile::tempdir()?;
    let notes = folder.path().join("calls");
    let mut strace = Command::new("strace");
    // The process that was started is the server; strace watches from behind.
    strace.args(["-D", "-f", "-y", "-q", "-s", "0", "-o"]);
    strace.arg(&notes).arg(binary);
    a_run(Server::start(strace, folder.path())?, members, messages).await?;
    let end = Instant::now() + TRACE_TIMEOUT;
    loop {
        let notes = read_to_string(&notes)?;
        let last = notes.lines().next_back().unwrap_or_default();
        if last.contains("+++ exited with") && notes.ends_with('\n') {
            return Ok(Tally::of(&notes));
        }
        if Instant::now() > end {
            return Err(format!("strace stopped in the middle: {last}").into());
        }
        // It goes on writing for a moment, and says nowhere when it is done.
        sleep(Duration::from_millis(20));
    }
}

impl Tally {
    /// `1234  sendto(7<TCP:[…]>, ""..., 300, MSG_NOSIGNAL, NULL, 0) = 300`, a line for each call; of
    /// one that others came between there is a second line, which names it elsewhere.
    fn of(notes: &str) -> Self {
        let mut tally = Self::default();
        for line in notes.lines() {
            let call = line.trim_start_matches(|c: char| c.is_ascii_digit() || c == ' ');
            let Some((name, arguments)) = call.split_once('(') else {
                continue;
            };
            let is_name = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
            if name.is_empty() || !name.chars().all(is_name) {
                continue;
            }
            tally.add(name);
            tally.add(ALL);
            let file = arguments
                .split_once(['>', ','])
                .map_or("", |(file, _)| file);
            if WRITES.contains(&name) && (file.contains("<socket:") || file.contains("<TCP")) {
                tally.add(SOCKET_WRITES);
            }
        }
        tally
    }

    fn add(&mut self, name: &str) {
        *self.0.entry(name.to_owned()).or_default() += 1;
    }

    fn count(&self, name: &str) -> f64 {
        self.0.get(name).copied().unwrap_or_default() as f64
    }
}

impl Calls {
    /// All of them.
    pub fn all(&self) -> Cost {
        self.of(ALL)
    }

    /// Those that hand bytes to a socket.
    pub fn socket_writes(&self) -> Cost {
        self.of(SOCKET_WRITES)
    }

    fn of(&self, name: &str) -> Cost {
        let none = Cost {
            message: 0.0,
            delivery: 0.0,
        };
        self.0.get(name).copied().unwrap_or(none)
    }
}

impl Display for Calls {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> Formatted {
        for (name, cost) in &self.0 {
            if cost.message.abs() + cost.delivery.abs() >= 0.05 {
                let Cost { message, delivery } = cost;
                writeln!(formatter, "    {message:>8.2} {delivery:>8.3}  {name}")?;
            }
        }
        Ok(())
    }
}
