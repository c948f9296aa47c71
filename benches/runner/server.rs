//! A server under measurement: Parlour's executable or a peer's `start`, in a folder of its own, on a
//! port that was free, on its own processor.
//!
//! *Invariant:* no process outlives its [`Server`], whatever happened to the block.

use crate::contender::{Contender, EARLIER, PARLOUR_POSTGRES};
use crate::failure::{Failure, Outcome};
use crate::machine::{self, GENERATOR, SERVER};
use crate::postgres::Running;
use crate::process::{self, ProcessorTime};
use rustix::process::{Pid, Signal, kill_process_group};
use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long it may take until somebody can connect.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How long it may take to end once it was told to.
const STOP_TIMEOUT: Duration = Duration::from_secs(10);
/// Below the ports that systems give to connections.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Where things are.
#[derive(Clone, Debug)]
pub struct Places {
    /// The root of the repository.
    pub root: PathBuf,
    /// What is built.
    pub target: PathBuf,
    /// The executable of Parlour.
    pub binary: PathBuf,
    /// The executable of an earlier release, if one takes part.
    pub earlier: Option<PathBuf>,
    /// What is kept from run to run: databases that take long to fill.
    pub kept: PathBuf,
    /// Why nothing can be measured on PostgreSQL, where that was asked for.
    pub without_postgres: Option<String>,
}

impl Places {
    /// Which executable a release of Parlour is.
    pub fn executable(&self, contender: &Contender) -> &Path {
        match &self.earlier {
            Some(earlier) if *contender == EARLIER => earlier,
            _ => &self.binary,
        }
    }

    /// A peer's folder.
    fn peer(&self, contender: &Contender) -> PathBuf {
        self.root.join("benches/peers").join(contender.folder)
    }

    /// Whether a contender can be started; if not, why.
    pub fn missing(&self, contender: &Contender) -> Option<String> {
        if contender.is_parlour() {
            let executable = self.executable(contender);
            let is_there = executable.exists();
            let missing = || format!("there is no {}; run `make build`", executable.display());
            let is_without = *contender == PARLOUR_POSTGRES;
            let without = (self.without_postgres.clone()).filter(|_| is_without);
            return (!is_there).then(missing).or(without);
        }
        let start = self.peer(contender).join("start");
        let installed = self.target.join("bench").join(contender.folder);
        if !start.exists() {
            return Some(format!(
                "there is no benches/peers/{}/start",
                contender.folder
            ));
        }
        (!installed.join(".installed").exists())
            .then(|| format!("not installed; run `benches/setup {}`", contender.folder))
    }
}

/// A process that serves.
pub struct Server {
    child: Child,
    address: SocketAddr,
    folder: TempDir,
    /// Where its database is, if that is a server itself; it ends after this one.
    postgres: Option<Running>,
    /// From the start of the process to the first connection.
    pub took: Duration,
}

impl Server {
    /// Starts a contender on an empty folder, or, Parlour only, on a copy of a database.
    pub fn start(places: &Places, contender: &Contender, database: Option<&Path>) -> Outcome<Self> {
        let folder = TempDir::with_prefix("parlour-bench-")?;
        if let Some(database) = database {
            fs::copy(database, folder.path().join("parlour.db"))?;
        }
        let file = folder.path().join("parlour.db");
        Self::start_in(places, contender, folder, &sqlite(&file), None)
    }

    /// The same on a database that stays where it is.
    pub fn start_on(places: &Places, contender: &Contender, database: &Path) -> Outcome<Self> {
        let folder = TempDir::with_prefix("parlour-bench-")?;
        Self::start_in(places, contender, folder, &sqlite(database), None)
    }

    /// The same on a database of a PostgreSQL, which stops after it.
    pub fn start_beside(
        places: &Places,
        contender: &Contender,
        postgres: Running,
        database: &str,
    ) -> Outcome<Self> {
        let folder = TempDir::with_prefix("parlour-bench-")?;
        let url = postgres.url(database);
        Self::start_in(places, contender, folder, &url, Some(postgres))
    }

    fn start_in(
        places: &Places,
        contender: &Contender,
        folder: TempDir,
        database: &str,
        postgres: Option<Running>,
    ) -> Outcome<Self> {
        if let Some(why) = places.missing(contender) {
            return Err(Failure::new(why));
        }
        let address = free_address()?;
        let mut command = if contender.is_parlour() {
            parlour(
                places.executable(contender),
                address,
                folder.path(),
                database,
            )
        } else {
            peer(places, contender, address, folder.path())
        };
        let log = File::create(folder.path().join("log"))?;
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .process_group(0);
        // A child runs where the thread that started it may run.
        machine::pin(SERVER)?;
        let began = Instant::now();
        let spawned = command.spawn();
        machine::pin(GENERATOR)?;
        let child = spawned.map_err(Failure::to(&format!("start {}", contender.name())))?;
        let mut server = Self {
            child,
            address,
            folder,
            postgres,
            took: Duration::ZERO,
        };
        server.wait_until_it_serves(began, contender.is_parlour())?;
        Ok(server)
    }

    /// A peer serves when somebody can connect; Parlour holds its port before it has a database.
    fn wait_until_it_serves(&mut self, began: Instant, asks: bool) -> Outcome<()> {
        loop {
            let reached = TcpStream::connect(self.address);
            if reached.is_ok_and(|socket| !asks || is_ready(socket).unwrap_or(false)) {
                self.took = began.elapsed();
                return Ok(());
            }
            if let Ok(Some(status)) = self.child.try_wait() {
                return Err(self.failed(&format!("ended at once ({status})")));
            }
            if began.elapsed() > TIMEOUT {
                return Err(self.failed("does not serve"));
            }
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Where it serves.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Processor time so far, with its database's.
    pub fn processor_time(&self) -> ProcessorTime {
        let database = self.postgres.as_ref().and_then(Running::pid);
        let all: Vec<u32> = database.into_iter().chain([self.child.id()]).collect();
        ProcessorTime::of(&all)
    }

    /// Bytes of memory, without a PostgreSQL's.
    pub fn resident(&self) -> u64 {
        process::resident(self.child.id())
    }

    /// From now on [`Server::peak`] is of what comes.
    pub fn forget_peak(&self) -> Outcome<()> {
        process::forget_peak(self.child.id())
    }

    /// The most bytes of memory that it had at once, without a PostgreSQL's.
    pub fn peak(&self) -> u64 {
        process::peak(self.child.id())
    }

    /// Ends it as an administrator does, and hands out its folder.
    pub fn stop(mut self) -> Outcome<()> {
        self.signal(Signal::TERM);
        let began = Instant::now();
        while began.elapsed() < STOP_TIMEOUT {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Err(self.failed("did not stop after SIGTERM"))
    }

    /// A failure with the end of what the server said.
    pub fn failed(&self, what: &str) -> Failure {
        let log = fs::read_to_string(self.folder.path().join("log")).unwrap_or_default();
        let lines: Vec<&str> = log.lines().rev().take(8).collect();
        let tail: Vec<&str> = lines.into_iter().rev().collect();
        Failure::new(format!("the server {what}; it said: {}", tail.join(" / ")))
    }

    fn signal(&self, signal: Signal) {
        if let Some(group) = Pid::from_raw(self.child.id() as i32) {
            // It may have ended by itself.
            let _ = kill_process_group(group, signal);
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.signal(Signal::KILL);
        let _ = self.child.wait();
    }
}

fn is_ready(mut socket: TcpStream) -> std::io::Result<bool> {
    socket.set_read_timeout(Some(TIMEOUT))?;
    socket.write_all(b"GET /readyz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")?;
    let mut answer = [0; 12];
    socket.read_exact(&mut answer)?;
    Ok(&answer == b"HTTP/1.1 200")
}

/// What `database.url` is for a file.
fn sqlite(file: &Path) -> String {
    format!("sqlite://{}", file.display())
}

fn parlour(executable: &Path, address: SocketAddr, folder: &Path, database: &str) -> Command {
    let mut command = Command::new(executable);
    command.current_dir(folder);
    command.env_clear();
    for (name, value) in [
        ("PARLOUR__SITE_ADDR", address.to_string()),
        ("PARLOUR__DATABASE__URL", database.to_owned()),
        ("PARLOUR__SERVER__LOG_LEVEL", "error".to_owned()),
    ] {
        command.env(name, value);
    }
    for limit in [
        "MESSAGES_PER_SECOND",
        "ADDRESS_MESSAGES_PER_SECOND",
        "ADDRESS_ROOMS_PER_HOUR",
        "GUESTS_PER_MINUTE",
        "SIGN_IN_FAILURES",
        "ADDRESS_SIGN_IN_FAILURES",
        "ROOMS_PER_HOUR",
        "FRAMES_PER_SECOND",
        "SOCKETS_PER_ADDRESS",
        "CONNECTIONS_PER_ADDRESS",
        "HISTORY_PAGES_PER_SECOND",
    ] {
        command.env(format!("PARLOUR__LIMITS__{limit}"), "0");
    }
    command
}

fn peer(places: &Places, contender: &Contender, address: SocketAddr, folder: &Path) -> Command {
    let home = places.peer(contender);
    let mut command = Command::new(home.join("start"));
    command
        .current_dir(&home)
        .env("PORT", address.port().to_string())
        .env("DIR", folder)
        .env("VARIANT", contender.variant);
    command
}

fn free_address() -> Outcome<SocketAddr> {
    for _ in 0..100 {
        let address = SocketAddr::from(([127, 0, 0, 1], fastrand::u16(PORTS)));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    Err(Failure::new("no port is free"))
}
