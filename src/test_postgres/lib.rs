//! A PostgreSQL of its own for whoever tests or measures Parlour: in a temporary folder, on a Unix socket.
//!
//! *Invariant:* no server outlives the process that started it, however that ends, and neither does its folder.
//! That is kept by a shell that reads from a pipe which the process holds open: when there is nobody left to write,
//! it stops the server and removes the folder. A destructor would not run in a process that is killed, nor at the end
//! of one for a server that all its tests share.

mod binaries;
mod database;
mod failure;
mod place;
mod standby;

use binaries::Binaries;
pub use database::{Database, database_of_this_run};
pub use failure::Failure;
use place::{Account, command, new_folder, quick_parent, ran};
use std::env;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::Write as _;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::AtomicU32;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// The oldest PostgreSQL that Parlour works with.
pub const MAJOR_MIN: u32 = 15;
/// Whoever may do everything in the server; nobody asks for a password.
pub const USER: &str = "parlour";
/// How often it is looked at whether it has started, and after what time again: for a minute.
const LOOKS: usize = 6_000;
const LOOK_INTERVAL: Duration = Duration::from_millis(10);

/// What a server is started with. Acknowledged means on disk, as in the product; the rest keeps it small.
const SETTINGS: [(&str, &str); 8] = [
    ("listen_addresses", ""),
    ("fsync", "on"),
    ("synchronous_commit", "on"),
    ("shared_buffers", "64MB"),
    ("max_connections", "200"),
    ("max_wal_size", "256MB"),
    ("timezone", "UTC"),
    ("log_timezone", "UTC"),
];

/// Waits for the end of its input, which is the end of who started it. A server that was stopped (SIGSTOP) has to go
/// on to be able to end.
const WATCHDOG: &str = r#"
while read -r _; do :; done
pid=$(head -n 1 "$2/data/postmaster.pid") && kill -CONT "$pid"
"$1" -D "$2/data" -m immediate -w -t 10 stop
pid=$(head -n 1 "$2/data/postmaster.pid") && kill -KILL "$pid"
rm -rf "$2"
"#;

/// How a server is told to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// When the last client has gone; nobody is let in any more.
    Smart,
    /// Every client is cut off, what they were doing is undone, what was committed is brought to its place.
    Fast,
    /// All processes end at once; the next start recovers from the log, as after a crash.
    Immediate,
}

/// A running PostgreSQL, or one that was stopped and may be started again.
#[derive(Debug)]
pub struct PostgresServer {
    folder: PathBuf,
    binaries: Binaries,
    account: Option<Account>,
    process: Mutex<Option<Child>>,
    watchdog: Child,
    databases: AtomicU32,
}

impl PostgresServer {
    /// The one that all tests of this process share, in memory where there is enough, started when the first asks.
    /// `None` where `PARLOUR_WITHOUT` names `postgres`: then the test is over.
    ///
    /// # Panics
    /// There is no PostgreSQL, or it does not start; the message says what to do.
    pub fn of_this_process() -> Option<&'static Self> {
        static SERVER: OnceLock<PostgresServer> = OnceLock::new();
        let without = env::var("PARLOUR_WITHOUT").unwrap_or_default();
        if without.split(',').any(|name| name == "postgres") {
            return None;
        }
        let started =
            || Self::launch_in(&quick_parent(), &[]).unwrap_or_else(|failure| panic!("{failure}"));
        Some(SERVER.get_or_init(started))
    }

    /// Makes one in the system's temporary folder and starts it, with further settings (names and values, as in
    /// postgresql.conf). It is gone when it is dropped.
    ///
    /// # Errors
    /// There is no PostgreSQL of version 15 or newer, root has no user `postgres` to run it as, or it does not start.
    pub fn launch(settings: &[(&str, &str)]) -> Result<Self, Failure> {
        Self::launch_in(&env::temp_dir(), settings)
    }

    fn launch_in(parent: &Path, settings: &[(&str, &str)]) -> Result<Self, Failure> {
        let binaries = Binaries::find()?;
        let (folder, account) = new_folder(parent)?;
        let server = Self {
            watchdog: watch(&folder, &binaries, account)?,
            folder,
            binaries,
            account,
            process: Mutex::new(None),
            databases: AtomicU32::new(0),
        };
        server.initialize(settings)?;
        server.start()?;
        Ok(server)
    }

    /// Where a database of this name is, whether it is there or not.
    pub fn url(&self, database: &str) -> String {
        let folder = self.folder.display();
        format!("postgres:///{database}?host={folder}&user={USER}")
    }

    /// The folder of the socket, of the log (`log`) and of the data (`data`).
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// All that the server logged, in all of its lives.
    pub fn log(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    /// The number of the process that all others of the server belong to, while it runs.
    pub fn pid(&self) -> Option<u32> {
        let file = fs::read_to_string(self.folder.join("data/postmaster.pid")).ok()?;
        file.lines().next()?.trim().parse().ok()
    }

    /// Runs statements as a user who may do everything, each in a transaction of its own, up to one that fails.
    /// Answers the rows: a line each, with tabs between columns.
    ///
    /// # Errors
    /// The server is not running, or refuses; with its own words.
    pub fn sql(&self, database: &str, statements: &str) -> Result<String, Failure> {
        ran(self.client(database), statements)
    }

    /// The program that [`PostgresServer::sql`] runs: it takes statements, and what COPY takes, from its input as
    /// that comes, and ends with it.
    pub fn client(&self, database: &str) -> Command {
        let mut psql = self.command("psql");
        psql.args(["-X", "-q", "-t", "-A", "-F", "\t", "-v", "ON_ERROR_STOP=1"])
            .args(["-U", USER, "-d", database, "-f", "-", "-p"])
            .arg(self.port())
            .arg("-h")
            .arg(&self.folder);
        psql
    }

    /// The port that its socket is named after: the fourth line of its file.
    fn port(&self) -> String {
        let file = fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
        let port = file.lines().nth(3).map(str::trim);
        port.unwrap_or("5432").to_owned()
    }

    /// Starts it again after [`PostgresServer::stop`] or [`PostgresServer::kill`], and waits until it serves.
    ///
    /// # Errors
    /// It runs already, or does not start within a minute; with the end of its log.
    pub fn start(&self) -> Result<(), Failure> {
        let mut process = self.process();
        if process.is_some() {
            return Err(Failure::new("PostgreSQL is running."));
        }
        let has_crashed = self.pid().is_some();
        let mut looks = 0..LOOKS;
        while !looks.is_empty() {
            let mut child = self.spawn()?;
            let has_ended = looks.find_map(|_| {
                pause();
                match child.try_wait() {
                    Ok(None) if self.is_ready(child.id()) => Some(false),
                    Ok(None) => None,
                    _ => Some(true),
                }
            });
            match has_ended {
                Some(false) => {
                    *process = Some(child);
                    return Ok(());
                }
                // The processes of one that has crashed have to end first.
                Some(true) if has_crashed => {}
                Some(true) => break,
                None => {
                    child.kill().map_err(Failure::to("kill PostgreSQL"))?;
                    child.wait().map_err(Failure::to("kill PostgreSQL"))?;
                }
            }
        }
        let log = self.log();
        let lines: Vec<&str> = log.lines().rev().take(10).collect();
        let tail: Vec<&str> = lines.into_iter().rev().collect();
        let tail = tail.join("\n");
        Err(Failure::new(format!("PostgreSQL does not start:\n{tail}")))
    }

    /// Stops it, and waits until it has.
    ///
    /// # Errors
    /// It is not running, or does not stop within a minute.
    pub fn stop(&self, how: Stop) -> Result<(), Failure> {
        let mode = match how {
            Stop::Smart => "smart",
            Stop::Fast => "fast",
            Stop::Immediate => "immediate",
        };
        let mut process = self.process();
        let mut pg_ctl = self.command("pg_ctl");
        pg_ctl
            .arg("-D")
            .arg(self.folder.join("data"))
            .args(["-m", mode, "-w", "-t", "60", "stop"]);
        ran(pg_ctl, "")?;
        Self::reap(&mut process)
    }

    /// Kills the first of its processes (SIGKILL), and waits until that has ended; the others notice, and end by
    /// themselves. The next start recovers.
    ///
    /// # Errors
    /// It is not running.
    pub fn kill(&self) -> Result<(), Failure> {
        let mut process = self.process();
        let running = process.as_mut().ok_or_else(not_running)?;
        running.kill().map_err(Failure::to("kill PostgreSQL"))?;
        Self::reap(&mut process)
    }

    fn reap(process: &mut Option<Child>) -> Result<(), Failure> {
        if let Some(mut ended) = process.take() {
            ended.wait().map_err(Failure::to("wait for PostgreSQL"))?;
        }
        Ok(())
    }

    /// Sends the first of its processes a signal: `HUP` to read its settings again, `STOP` to take no new
    /// connections, `CONT` to go on.
    ///
    /// # Errors
    /// It is not running, or there is no such signal.
    pub fn signal(&self, name: &str) -> Result<(), Failure> {
        let pid = self.pid().ok_or_else(not_running)?;
        let mut kill = self.outside_command("sh");
        kill.args(["-c", "kill -s \"$0\" \"$1\"", name, &pid.to_string()]);
        ran(kill, "").map(drop)
    }

    fn initialize(&self, settings: &[(&str, &str)]) -> Result<(), Failure> {
        let mut initdb = self.command("initdb");
        initdb
            .args(["-U", USER, "-A", "trust", "-E", "UTF8", "--no-locale"])
            .args(["--no-sync", "--no-instructions", "-D"])
            .arg(self.folder.join("data"));
        ran(initdb, "").map_err(|failure| {
            Failure::new(format!(
                "{failure}\nTMPDIR must be a folder that its user may enter, with place for 100 MB."
            ))
        })?;
        let folder = self.folder.display().to_string();
        let socket = [("unix_socket_directories", folder.as_str())];
        let mut text = String::new();
        for (name, value) in SETTINGS.iter().chain(&socket).chain(settings) {
            let value = value.replace('\'', "''");
            writeln!(text, "{name} = '{value}'").map_err(Failure::to("write the settings"))?;
        }
        let file = self.folder.join("data/postgresql.conf");
        let written = File::options().append(true).open(file);
        written
            .and_then(|mut file| file.write_all(text.as_bytes()))
            .map_err(Failure::to("write the settings"))
    }

    /// Its first process as a child of this one, and not of `pg_ctl`: a killed one is in the way of the next until
    /// somebody has taken notice of its end, and who is left with orphans may take seconds for that.
    fn spawn(&self) -> Result<Child, Failure> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.join("log"));
        let log = log.map_err(Failure::to("open PostgreSQL's log"))?;
        let mut postgres = self.command("postgres");
        postgres
            .arg("-D")
            .arg(self.folder.join("data"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .process_group(0);
        postgres.spawn().map_err(Failure::to("start PostgreSQL"))
    }

    /// Whether this process of the server takes connections: it says so in the last line of its file.
    fn is_ready(&self, pid: u32) -> bool {
        let file = fs::read_to_string(self.folder.join("data/postmaster.pid")).unwrap_or_default();
        let lines: Vec<&str> = file.lines().map(str::trim).collect();
        lines.len() == 8 && lines[0] == pid.to_string() && ["ready", "standby"].contains(&lines[7])
    }

    fn process(&self) -> MutexGuard<'_, Option<Child>> {
        // A test that panicked meanwhile has left a process, or none.
        self.process.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn command(&self, name: &str) -> Command {
        command(&self.binaries.path(name), &self.folder, self.account)
    }

    fn outside_command(&self, name: &str) -> Command {
        command(Path::new(name), &self.folder, self.account)
    }
}

impl Drop for PostgresServer {
    fn drop(&mut self) {
        drop(self.watchdog.stdin.take());
        // It has no word to say that anybody could do something about.
        let _ = self.watchdog.wait();
        let _ = Self::reap(&mut self.process());
    }
}

fn not_running() -> Failure {
    Failure::new("PostgreSQL is not running.")
}

#[expect(
    clippy::disallowed_methods,
    reason = "a process of the system is given time to start"
)]
fn pause() {
    std::thread::sleep(LOOK_INTERVAL);
}

/// Starts what ends the server. In a process group of its own, so that a Ctrl-C for the tests is none for it.
fn watch(folder: &Path, binaries: &Binaries, account: Option<Account>) -> Result<Child, Failure> {
    let mut shell = command(Path::new("sh"), folder, account);
    shell
        .args(["-c", WATCHDOG, "parlour-postgres-watchdog"])
        .arg(binaries.path("pg_ctl"))
        .arg(folder)
        // Not in the folder that it removes.
        .current_dir("/")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0);
    shell
        .spawn()
        .map_err(Failure::to("start the shell that ends PostgreSQL"))
}
