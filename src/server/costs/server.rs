//! The release, run by a program that counts what it does.

use super::Failure;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;

/// A running server; killed when it is dropped.
pub struct Server {
    child: Child,
}

impl Server {
    /// Starts what `counter` runs, in `folder`, with no limit and no heartbeat that could come in
    /// between. As many threads everywhere as on a small machine.
    ///
    /// # Errors
    /// The command cannot be started.
    pub fn start(mut counter: Command, folder: &Path) -> Result<Self, Failure> {
        let child = counter
            .current_dir(folder)
            .env("TOKIO_WORKER_THREADS", "2")
            .env("PARLOUR__SITE_ADDR", "127.0.0.1:0")
            .env("PARLOUR__REALTIME__HEARTBEAT_MS", "3600000")
            .env("PARLOUR__LIMITS__MESSAGES_PER_SECOND", "0")
            .env("PARLOUR__LIMITS__ADDRESS_MESSAGES_PER_SECOND", "0")
            .env("PARLOUR__LIMITS__GUESTS_PER_MINUTE", "0")
            .env("PARLOUR__LIMITS__FRAMES_PER_SECOND", "0")
            .env("PARLOUR__LIMITS__CONNECTIONS_PER_ADDRESS", "0")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| format!("{:?} did not start: {error}", counter.get_program()))?;
        Ok(Self { child })
    }

    /// The address that the server logs.
    ///
    /// # Errors
    /// The server ends without serving; the error has its log.
    pub fn address(&mut self) -> Result<SocketAddr, Failure> {
        let stderr = self.child.stderr.take().ok_or("its log was read already")?;
        let mut lines = BufReader::new(stderr).lines();
        let mut log = Vec::new();
        for line in lines.by_ref() {
            let line = line?;
            if let Some((_, rest)) = line.split_once("serving http://") {
                let end = rest
                    .find(|c: char| !c.is_ascii_digit() && !".:".contains(c))
                    .unwrap_or(rest.len());
                // The log must be read on, or the server blocks on writing it. Ends with the server.
                thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
                return Ok(rest[..end].parse()?);
            }
            log.push(line);
        }
        Err(format!("it does not serve:\n{}", log.join("\n")).into())
    }

    /// Stops the server with SIGTERM, and waits until it has ended.
    ///
    /// # Errors
    /// The signal cannot be sent, or the server ended with an error.
    pub fn end(mut self) -> Result<(), Failure> {
        let id = self.child.id().to_string();
        Command::new("kill").args(["-TERM", &id]).status()?;
        let status = self.child.wait()?;
        if !status.success() {
            return Err(format!("the server ended with {status}").into());
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
