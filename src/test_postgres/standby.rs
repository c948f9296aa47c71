//! A standby of a server, which may take its place.

use crate::place::{new_folder, ran};
use crate::{Failure, PostgresServer, USER, watch};
use std::fs::File;
use std::io::Write as _;
use std::sync::Mutex;
use std::sync::atomic::AtomicU32;

impl PostgresServer {
    /// A standby that follows this server and is called `name` in its `synchronous_standby_names`; it takes no writes
    /// until it is promoted.
    ///
    /// # Errors
    /// This server is not running, its data cannot be copied, or the copy does not start.
    pub fn standby(&self, name: &str) -> Result<Self, Failure> {
        let parent = self.folder.parent().unwrap_or(&self.folder);
        let (folder, account) = new_folder(parent)?;
        let standby = Self {
            watchdog: watch(&folder, &self.binaries, account)?,
            folder,
            binaries: self.binaries.clone(),
            account,
            process: Mutex::new(None),
            databases: AtomicU32::new(0),
        };
        let mut copy = standby.command("pg_basebackup");
        copy.args(["-c", "fast", "-X", "stream", "-R", "-D"])
            .arg(standby.folder.join("data"))
            .arg("-d")
            .arg(format!(
                "host={} user={USER} application_name={name}",
                self.folder.display()
            ));
        ran(copy, "")?;
        let file = standby.folder.join("data/postgresql.auto.conf");
        let written = File::options().append(true).open(file);
        let socket = format!(
            "unix_socket_directories = '{}'\nsynchronous_standby_names = ''\n",
            standby.folder.display()
        );
        written
            .and_then(|mut file| file.write_all(socket.as_bytes()))
            .map_err(Failure::to("write the settings"))?;
        standby.start()?;
        Ok(standby)
    }

    /// Makes a standby the server that takes writes, on a timeline of its own.
    ///
    /// # Errors
    /// It is none, or does not become one within a minute.
    pub fn promote(&self) -> Result<(), Failure> {
        let mut pg_ctl = self.command("pg_ctl");
        pg_ctl
            .arg("-D")
            .arg(self.folder.join("data"))
            .args(["-w", "-t", "60", "promote"]);
        ran(pg_ctl, "").map(drop)
    }
}
