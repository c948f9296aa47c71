//! The server as people run it: the executable, in a folder of its own, on one port for all its lives.
//!
//! *Invariant:* no process outlives its [`Server`], and the port and the database stay the same from
//! one life to the next.

use crate::failure::Failure;
use crate::rest::Rest;
use rustix::process::{Pid, Signal, kill_process};
use std::fs::{self, File};
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{ExitStatus, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use tokio::process::{Child, Command};
use tokio::time::{sleep, timeout};

/// How long it may take to serve, and to stop after it was told to. The lease that a killed one had of a PostgreSQL
/// lasts for 15 s.
const TIMEOUT: Duration = Duration::from_secs(40);
/// Between two looks at whether it serves.
const POLL_INTERVAL: Duration = Duration::from_millis(5);
/// Below the ports that systems give to connections, so that none of those can have taken it
/// between two lives.
const PORTS: std::ops::Range<u16> = 20_000..32_000;

/// Limits are off: they are not what is tried, and a test is quicker than any person.
const SETTINGS: [(&str, &str); 9] = [
    ("PARLOUR__LIMITS__MESSAGES_PER_SECOND", "0"),
    ("PARLOUR__LIMITS__GUESTS_PER_MINUTE", "0"),
    ("PARLOUR__LIMITS__ROOMS_PER_HOUR", "0"),
    ("PARLOUR__LIMITS__ADDRESS_MESSAGES_PER_SECOND", "0"),
    ("PARLOUR__LIMITS__ADDRESS_ROOMS_PER_HOUR", "0"),
    ("PARLOUR__LIMITS__FRAMES_PER_SECOND", "0"),
    ("PARLOUR__LIMITS__SOCKETS_PER_ADDRESS", "0"),
    ("PARLOUR__LIMITS__CONNECTIONS_PER_ADDRESS", "0"),
    ("PARLOUR__LIMITS__HISTORY_PAGES_PER_SECOND", "0"),
];

/// A server that can be killed and started again.
pub struct Server {
    binary: PathBuf,
    folder: TempDir,
    address: SocketAddr,
    environment: Vec<(String, String)>,
    rest: Rest,
    running: Option<Child>,
}

impl Server {
    /// Starts `binary` with these variables of the environment, and none of this process's.
    ///
    /// # Errors
    /// There is no such file, its folder or port cannot be had, or it does not serve in time.
    pub async fn start(
        binary: &Path,
        environment: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, Failure> {
        let binary = fs::canonicalize(binary).map_err(|cause| {
            Failure::new(format!(
                "There is no server at {} ({cause}); build one with `make build`, or name one with --binary.",
                binary.display()
            ))
        })?;
        let folder =
            TempDir::with_prefix("parlour-chaos-").map_err(Failure::to("make a folder"))?;
        let address = free_address()?;
        let mut server = Self {
            binary,
            environment: with_limits_off(environment),
            rest: Rest::at(address, Duration::from_secs(2))?,
            folder,
            address,
            running: None,
        };
        server.up().await?;
        Ok(server)
    }

    /// Other variables, from its next life on.
    pub fn set_environment(&mut self, environment: impl IntoIterator<Item = (String, String)>) {
        self.environment = with_limits_off(environment);
    }

    /// Where it serves, in each of its lives.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// The folder of its database and its log.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Starts it, and waits until it serves.
    ///
    /// # Errors
    /// It cannot be started, or does not serve in time.
    pub async fn up(&mut self) -> Result<(), Failure> {
        self.running = Some(self.spawn()?);
        self.ready().await
    }

    /// Kills it with SIGKILL, as a power cut would but for the disk.
    ///
    /// # Errors
    /// The signal cannot be sent.
    pub async fn kill(&mut self) -> Result<(), Failure> {
        if let Some(mut child) = self.running.take() {
            let killed = child.kill().await;
            killed.map_err(Failure::to("kill the server"))?;
        }
        Ok(())
    }

    /// As an administrator restarts it: SIGTERM, and at once the next process. Waits until the old
    /// one has ended and the new one serves; answers how the old one ended.
    ///
    /// # Errors
    /// It is not running, does not end in time, or the next process does not serve in time.
    pub async fn restart(&mut self) -> Result<ExitStatus, Failure> {
        let Some(mut old) = self.running.take() else {
            return Err(Failure::new("The server is not running."));
        };
        signal(&old, Signal::TERM)?;
        self.running = Some(self.spawn()?);
        let Ok(ended) = timeout(TIMEOUT, old.wait()).await else {
            return Err(self.failed("did not stop after SIGTERM"));
        };
        self.ready().await?;
        ended.map_err(Failure::to("wait for the server"))
    }

    /// All it logged, in all of its lives.
    pub fn log(&self) -> String {
        fs::read_to_string(self.log_file()).unwrap_or_default()
    }

    /// What no server ever should log.
    pub fn panics(&self) -> Vec<String> {
        let log = self.log();
        let panics = log.lines().filter(|line| line.contains("panicked at"));
        panics.map(str::to_owned).collect()
    }

    fn spawn(&self) -> Result<Child, Failure> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.log_file());
        let log = log.map_err(Failure::to("open the server's log"))?;
        let database = self.folder().join("parlour.db");
        Command::new(&self.binary)
            .current_dir(self.folder())
            .env_clear()
            .env("PARLOUR__SITE_ADDR", self.address.to_string())
            .env(
                "PARLOUR__DATABASE__URL",
                format!("sqlite://{}", database.display()),
            )
            .envs(self.environment.iter().cloned())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .kill_on_drop(true)
            .spawn()
            .map_err(Failure::to("start the server"))
    }

    async fn ready(&mut self) -> Result<(), Failure> {
        let serving = async {
            while !self.rest.is_ready().await {
                let child = self.running.as_mut();
                if let Some(Ok(Some(status))) = child.map(Child::try_wait) {
                    return Some(status);
                }
                sleep(POLL_INTERVAL).await;
            }
            None
        };
        match timeout(TIMEOUT, serving).await {
            Ok(None) => Ok(()),
            Ok(Some(status)) => Err(self.failed(&format!("ended instead of serving ({status})"))),
            Err(_) => Err(self.failed("does not serve")),
        }
    }

    fn failed(&self, what: &str) -> Failure {
        let log = self.log();
        let lines: Vec<&str> = log.lines().rev().take(20).collect();
        let tail: Vec<&str> = lines.into_iter().rev().collect();
        Failure::new(format!("The server {what}; it said:\n{}", tail.join("\n")))
    }

    fn log_file(&self) -> PathBuf {
        self.folder().join("parlour.log")
    }
}

fn with_limits_off(
    environment: impl IntoIterator<Item = (String, String)>,
) -> Vec<(String, String)> {
    let own = SETTINGS.map(|(name, value)| (name.to_owned(), value.to_owned()));
    own.into_iter().chain(environment).collect()
}

fn signal(child: &Child, signal: Signal) -> Result<(), Failure> {
    let pid = child.id().and_then(|id| Pid::from_raw(id as i32));
    let pid = pid.ok_or_else(|| Failure::new("The server has ended by itself."))?;
    kill_process(pid, signal).map_err(Failure::to("signal the server"))
}

fn free_address() -> Result<SocketAddr, Failure> {
    for _ in 0..100 {
        let address = SocketAddr::from(([127, 0, 0, 1], fastrand::u16(PORTS)));
        if TcpListener::bind(address).is_ok() {
            return Ok(address);
        }
    }
    Err(Failure::new("There is no free port below 32,000."))
}
