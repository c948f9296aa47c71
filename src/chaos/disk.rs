//! A disk that runs full on order and takes notes: builds `disk.c`, which is preloaded into a server,
//! and reads what it wrote down.
//!
//! *Invariant:* only a process that is started with [`Disk::environment`] is touched, and in it only
//! files that are called `*.db`, `*.db-wal`, `*.db-shm` and `*.db-journal`.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// The source of the shim.
const SHIM: &str = include_str!("disk.c");

/// What every text begins with that is followed through a trace; digits make it one of its own.
pub const MARK: &str = "durable-";

/// A fault of the disk: what it does not do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DiskFault {
    /// A file cannot grow; what it holds can be written over. A full disk, as most are.
    NoGrowth,
    /// Nothing can be written at all. A full disk that copies on write.
    NoWrite,
    /// Writing works, syncing fails with an I/O error.
    NoSync,
    /// The WAL can be written, the database itself cannot: no checkpoint gets through.
    NoCheckpoint,
}

impl DiskFault {
    /// Every kind of fault.
    pub const ALL: [Self; 4] = [
        Self::NoGrowth,
        Self::NoWrite,
        Self::NoSync,
        Self::NoCheckpoint,
    ];

    /// How the shim calls it.
    fn word(self) -> &'static str {
        match self {
            Self::NoGrowth => "grow",
            Self::NoWrite => "write",
            Self::NoSync => "sync",
            Self::NoCheckpoint => "checkpoint",
        }
    }
}

/// A shim that is built, and the files by which it is controlled and reports.
#[derive(Clone, Debug)]
pub struct Disk {
    library: PathBuf,
    control: PathBuf,
    trace: PathBuf,
    sync_takes: Duration,
    forgets_syncs: bool,
}

impl Disk {
    /// Builds the shim in `folder`, which must exist; each folder is a disk of its own.
    ///
    /// # Errors
    /// A sentence that says why this machine cannot: it is not Linux, has no C compiler, or cannot write the folder.
    pub fn build(folder: &Path) -> Result<Self, String> {
        if !cfg!(target_os = "linux") {
            return Err("a disk that fails is played by LD_PRELOAD, on Linux only".to_owned());
        }
        let folder = fs::canonicalize(folder).map_err(|error| format!("{folder:?}: {error}"))?;
        let source = folder.join("disk.c");
        let library = folder.join("disk.so");
        fs::write(&source, SHIM).map_err(|error| format!("{source:?}: {error}"))?;
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-o"])
            .arg(&library)
            .arg(&source)
            .arg("-ldl")
            .output()
            .map_err(|error| format!("there is no C compiler called cc ({error})"))?;
        if !built.status.success() {
            let why = String::from_utf8_lossy(&built.stderr);
            return Err(format!("the C compiler refused the shim: {why}"));
        }
        Ok(Self {
            library,
            control: folder.join("fault"),
            trace: folder.join("trace"),
            sync_takes: Duration::ZERO,
            forgets_syncs: false,
        })
    }

    /// The same disk, on which bringing a WAL to the disk takes so much longer.
    pub fn slow(self, sync_takes: Duration) -> Self {
        Self { sync_takes, ..self }
    }

    /// The same disk, which says that it synced and did not: a fault to be found.
    pub fn forgetful(self) -> Self {
        Self {
            forgets_syncs: true,
            ..self
        }
    }

    /// What a server's environment must have in it. Set before the process starts; faults come and
    /// go later.
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let text = |path: &Path| path.display().to_string();
        let mut environment = vec![
            ("LD_PRELOAD", text(&self.library)),
            ("PARLOUR_DISK_CONTROL", text(&self.control)),
            ("PARLOUR_DISK_TRACE", text(&self.trace)),
            (
                "PARLOUR_DISK_SYNC_MS",
                self.sync_takes.as_millis().to_string(),
            ),
        ];
        if self.forgets_syncs {
            environment.push(("PARLOUR_DISK_FORGETS_SYNCS", "yes".to_owned()));
        }
        environment
    }

    /// From the next write on the disk has this fault, and no other.
    ///
    /// # Errors
    /// The file that controls the shim cannot be written.
    pub fn fail(&self, fault: DiskFault) -> io::Result<()> {
        // Renamed into place: the shim never reads half a word.
        let word = self.control.with_extension("next");
        fs::write(&word, fault.word())?;
        fs::rename(&word, &self.control)
    }

    /// From the next write on everything works again.
    ///
    /// # Errors
    /// The file that controls the shim cannot be removed.
    pub fn heal(&self) -> io::Result<()> {
        match fs::remove_file(&self.control) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// What was noted so far, by every process that was started with this disk's environment.
    ///
    /// # Errors
    /// The file of the trace cannot be read.
    pub fn trace(&self) -> io::Result<Trace> {
        Ok(Trace::read(&fs::read_to_string(&self.trace)?))
    }
}

/// What happened, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace(Vec<Event>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Event {
    /// Bytes with these marks in them are in the WAL, but perhaps not on the disk.
    Written(Vec<String>),
    /// All that is in the WAL is on the disk.
    Synced,
    /// Bytes with these marks are about to go out through a socket.
    Delivered(Vec<String>),
}

/// How far a mark has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Written,
    Durable,
}

impl Trace {
    /// Reads the shim's notes. A line that is none, such as the half one of a killed process, is
    /// passed over.
    pub fn read(notes: &str) -> Self {
        let events = notes.lines().filter_map(|line| {
            let mut words = line.split(' ');
            let event = words.next()?;
            let marks = words.map(str::to_owned).collect();
            match event {
                "wal-write" => Some(Event::Written(marks)),
                "wal-sync" => Some(Event::Synced),
                "socket" => Some(Event::Delivered(marks)),
                _ => None,
            }
        });
        Self(events.collect())
    }

    /// How many marks were delivered to somebody.
    pub fn delivered(&self) -> usize {
        let mut delivered: Vec<&String> = self
            .0
            .iter()
            .filter_map(Event::delivered)
            .flatten()
            .collect();
        delivered.sort_unstable();
        delivered.dedup();
        delivered.len()
    }

    /// Every mark that went out through a socket before it was on the disk, once each: written to
    /// the WAL, and after that the WAL synced.
    pub fn delivered_too_early(&self) -> Vec<String> {
        let mut stages: BTreeMap<&String, Stage> = BTreeMap::new();
        let mut early = Vec::new();
        for event in &self.0 {
            match event {
                Event::Written(marks) => {
                    for mark in marks {
                        stages.entry(mark).or_insert(Stage::Written);
                    }
                }
                Event::Synced => stages
                    .values_mut()
                    .for_each(|stage| *stage = Stage::Durable),
                Event::Delivered(marks) => {
                    for mark in marks {
                        if stages.get(mark) != Some(&Stage::Durable) && !early.contains(mark) {
                            early.push(mark.clone());
                        }
                    }
                }
            }
        }
        early
    }
}

impl Event {
    fn delivered(&self) -> Option<&Vec<String>> {
        match self {
            Self::Delivered(marks) => Some(marks),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn early(notes: &str) -> Vec<String> {
        Trace::read(notes).delivered_too_early()
    }

    #[test]
    fn what_is_written_then_synced_then_delivered_is_in_order() {
        let notes = "wal-write durable-1\nwal-write durable-1 durable-2\nwal-sync\n\
            socket durable-2\nsocket durable-1\nsocket durable-1\n";
        assert_eq!(early(notes), Vec::<String>::new());
        assert_eq!(Trace::read(notes).delivered(), 2);
    }

    #[test]
    fn what_is_delivered_before_the_sync_is_found() {
        let notes = "wal-write durable-1\nsocket durable-1\nwal-sync\nsocket durable-1\n";
        assert_eq!(early(notes), ["durable-1"]);
    }

    #[test]
    fn a_sync_before_the_write_is_none() {
        let notes = "wal-sync\nwal-write durable-7\nsocket durable-7\n";
        assert_eq!(early(notes), ["durable-7"]);
    }

    #[test]
    fn what_is_delivered_and_never_written_is_found() {
        assert_eq!(early("wal-sync\nsocket durable-3\n"), ["durable-3"]);
    }

    #[test]
    fn a_page_that_is_written_again_stays_durable() {
        let notes = "wal-write durable-1\nwal-sync\nwal-write durable-1 durable-2\n\
            socket durable-1\nsocket durable-2\n";
        assert_eq!(early(notes), ["durable-2"]);
    }

    #[test]
    fn half_a_line_is_passed_over() {
        assert_eq!(early("wal-sy\nsock"), Vec::<String>::new());
    }
}
