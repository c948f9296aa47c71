//! The real executable in a folder of its own.

use super::{WAIT_MAX, lay_out};
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::os::fd::OwnedFd;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::{Duration, Instant};

/// A running `parlour`; killed when it is dropped.
pub struct Program {
    child: Child,
    lines: Receiver<String>,
    /// What it wrote so far.
    pub log: Vec<String>,
}

impl Program {
    /// Starts it in `folder`, on any free port unless `environment` names one. Nothing of this
    /// process's own environment reaches it.
    pub fn start(folder: &Path, environment: &[(&str, &str)]) -> Self {
        Self::start_as(
            Path::new(env!("CARGO_BIN_EXE_parlour")),
            folder,
            environment,
        )
    }

    /// The same with arguments.
    pub fn start_with(arguments: &[&str], folder: &Path, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_parlour"));
        command.args(arguments);
        Self::run(command, Stdio::null(), folder, environment)
    }

    /// The same under another name.
    pub fn start_as(executable: &Path, folder: &Path, environment: &[(&str, &str)]) -> Self {
        Self::run(Command::new(executable), Stdio::null(), folder, environment)
    }

    /// The same where new files are everybody's to read, unless who makes them says otherwise.
    pub fn start_carelessly(folder: &Path, environment: &[(&str, &str)]) -> Self {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            "umask 022; exec \"$0\"",
            env!("CARGO_BIN_EXE_parlour"),
        ]);
        Self::run(command, Stdio::null(), folder, environment)
    }

    /// The same as systemd would start it that listens on this socket in its stead.
    pub fn start_on(listener: &TcpListener, folder: &Path, environment: &[(&str, &str)]) -> Self {
        let passes_it_on = "exec 3<&0 </dev/null; LISTEN_FDS=1 LISTEN_PID=$$ exec \"$0\"";
        let mut command = Command::new("sh");
        command.args(["-c", passes_it_on, env!("CARGO_BIN_EXE_parlour")]);
        let socket = OwnedFd::from(listener.try_clone().unwrap());
        Self::run(command, Stdio::from(socket), folder, environment)
    }

    fn run(
        mut command: Command,
        stdin: Stdio,
        folder: &Path,
        environment: &[(&str, &str)],
    ) -> Self {
        // It has no site inside, as a release does.
        let built = Path::new(env!("CARGO_TARGET_TMPDIR")).join("built");
        std::fs::create_dir_all(&built).unwrap();
        lay_out(&built, "");
        let mut child = command
            .current_dir(folder)
            .env_clear()
            .env("PARLOUR__SITE_ROOT", built.join("site"))
            .env("PARLOUR__SITE_ADDR", "127.0.0.1:0")
            .envs(environment.iter().copied())
            .stdin(stdin)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let stderr = BufReader::new(child.stderr.take().unwrap());
        let (to, lines) = channel();
        thread::spawn(move || {
            for line in stderr.lines().map_while(Result::ok) {
                if to.send(line).is_err() {
                    break;
                }
            }
        });
        Self {
            child,
            lines,
            log: Vec::new(),
        }
    }

    /// Where it serves, as it says itself.
    pub fn address(&mut self) -> SocketAddr {
        self.address_within(WAIT_MAX)
    }

    /// The same of one that waits for something first.
    #[expect(clippy::disallowed_methods, reason = "a real process is waited for")]
    pub fn address_within(&mut self, most: Duration) -> SocketAddr {
        let end = Instant::now() + most;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left);
            let line = line.unwrap_or_else(|_| panic!("it does not serve: {:?}", self.log));
            let address = line.split("serving http://").nth(1).map(|rest| {
                rest.chars()
                    .take_while(|c| c.is_ascii_digit() || ".:".contains(*c))
                    .collect::<String>()
            });
            self.log.push(line);
            if let Some(address) = address {
                return address.parse().unwrap();
            }
        }
    }

    /// Whether it has written a line with these words in it.
    pub fn has_said(&mut self, words: &str) -> bool {
        self.log.extend(self.lines.try_iter());
        self.log.iter().any(|line| line.contains(words))
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Whether it has not ended yet.
    pub fn is_running(&self) -> bool {
        // A process that has ended and was not waited for yet is a `Z`.
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", self.child.id()));
        stat.is_ok_and(|stat| !stat.contains(") Z "))
    }

    /// Returns when it has ended.
    #[expect(clippy::disallowed_methods, reason = "a real process is waited for")]
    pub fn is_awaited(&self) {
        while self.is_running() {
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let order = format!("kill -{name} {}", self.child.id());
        assert!(
            Command::new("sh")
                .args(["-c", &order])
                .status()
                .unwrap()
                .success()
        );
    }

    /// How it ended, within [`WAIT_MAX`]; all it wrote is in `log` then.
    #[expect(clippy::disallowed_methods, reason = "a real process is waited for")]
    pub fn ended(&mut self) -> ExitStatus {
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                break status;
            }
            if start.elapsed() > WAIT_MAX {
                self.log.extend(self.lines.try_iter());
                panic!("it runs on: {:#?}", self.log);
            }
            thread::sleep(Duration::from_millis(5));
        };
        // The reader ends with the pipe, and the channel with the reader.
        self.log.extend(self.lines.iter());
        status
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
