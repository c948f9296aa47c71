//! The PostgreSQL that some rows are measured on: one for the whole run, in the folder where the files of SQLite are,
//! on the processor of the servers.
//!
//! *Invariant:* it runs only while something is measured on it, and always from a start of its own; so no other row
//! has it beside itself, and none finds what the last one left in its memory.

use crate::contender::PARLOUR_POSTGRES;
use crate::failure::Outcome;
use crate::machine::{self, GENERATOR, SERVER};
use crate::seed;
use crate::server::{Places, Server};
use parlour_test_postgres::{PostgresServer, Stop};
use std::fs::{self, File};
use std::process::Command;
use std::sync::Arc;
use std::time::Instant;

/// What it has that another one has not: memory as for a small server, and the log's length as it comes.
const SETTINGS: [(&str, &str); 2] = [("shared_buffers", "256MB"), ("max_wal_size", "1GB")];
/// What is told of it beside the results.
const TOLD: [&str; 7] = [
    "server_version",
    "fsync",
    "synchronous_commit",
    "full_page_writes",
    "shared_buffers",
    "max_wal_size",
    "checkpoint_timeout",
];
/// With guests and rooms, and no message; each block has a copy.
const FOUNDED: &str = "founded";
/// With a room of very many messages, for who reads.
pub const FILLED: &str = "filled";
/// The copy of the block that is measured.
pub const COPY: &str = "block";

/// The server and what was put into it.
pub struct Postgres {
    server: Arc<PostgresServer>,
    description: String,
}

/// It runs for as long as this is there.
pub struct Running {
    server: Arc<PostgresServer>,
}

impl Postgres {
    /// Makes one, lets Parlour make its schema, and puts guests and rooms into it; and, where messages are asked for,
    /// a second database with so many of them.
    pub fn prepare(places: &Places, messages: Option<u64>) -> Outcome<Self> {
        let launched = on_servers_processor(|| PostgresServer::launch(&SETTINGS))?;
        let running = Running {
            server: Arc::new(launched?),
        };
        let postgres = Self {
            server: Arc::clone(&running.server),
            description: description(&running)?,
        };
        running.make(FOUNDED, "template0")?;
        Server::start_beside(places, &PARLOUR_POSTGRES, running, FOUNDED)?.stop()?;
        let running = postgres.start()?;
        let now = seed::now();
        running.sql(FOUNDED, &seed::postgres::guests_and_rooms(now))?;
        if let Some(count) = messages {
            eprintln!("filling a room in PostgreSQL with {count} messages");
            let began = Instant::now();
            running.make(FILLED, FOUNDED)?;
            running.sql(FILLED, &seed::postgres::messages(2, count, now))?;
            eprintln!("filled in {:.0} s", began.elapsed().as_secs_f64());
        }
        Ok(postgres)
    }

    /// Its version and settings, as it says them itself.
    pub fn description(&self) -> &str {
        &self.description
    }

    /// Starts it, with nothing in its own memory.
    pub fn start(&self) -> Outcome<Running> {
        on_servers_processor(|| self.server.start())??;
        Ok(Running {
            server: Arc::clone(&self.server),
        })
    }
}

/// A child runs where the thread that started it may run.
fn on_servers_processor<T>(start: impl FnOnce() -> T) -> Outcome<T> {
    machine::pin(SERVER)?;
    let started = start();
    machine::pin(GENERATOR)?;
    Ok(started)
}

fn description(running: &Running) -> Outcome<String> {
    let shown: Vec<String> = TOLD.map(|name| format!("SHOW {name};")).into();
    let values = running.sql("postgres", &shown.concat())?;
    let pairs: Vec<String> = (TOLD.iter().zip(values.lines()))
        .map(|(name, value)| format!("{name} {value}"))
        .collect();
    Ok(format!(
        "{}, over a Unix socket, where SQLite's files are too, on Parlour's processor",
        pairs.join(", ")
    ))
}

impl Running {
    /// What `database.url` is for one of its databases.
    pub fn url(&self, database: &str) -> String {
        self.server.url(database)
    }

    /// The process that all of its others are below.
    pub fn pid(&self) -> Option<u32> {
        self.server.pid()
    }

    /// The program that takes statements from its input, to be started on the servers' processor.
    pub fn client(&self, database: &str) -> Command {
        self.server.client(database)
    }

    /// A new copy of what has guests and rooms; the last one is gone.
    pub fn copy(&self) -> Outcome<()> {
        self.make(COPY, FOUNDED)
    }

    /// Reads all that a database has, so that it is in the system's memory.
    pub fn read_all(&self, database: &str) -> Outcome<()> {
        let number = format!("SELECT oid FROM pg_database WHERE datname = '{database}';");
        let number = self.sql("postgres", &number)?;
        let folder = self.server.folder().join("data/base").join(number.trim());
        for file in fs::read_dir(folder)? {
            std::io::copy(&mut File::open(file?.path())?, &mut std::io::sink())?;
        }
        Ok(())
    }

    fn make(&self, name: &str, template: &str) -> Outcome<()> {
        let make = format!(
            "DROP DATABASE IF EXISTS {name} WITH (FORCE); CREATE DATABASE {name} TEMPLATE {template} \
             ENCODING 'UTF8' LC_COLLATE 'C' LC_CTYPE 'C';"
        );
        self.sql("postgres", &make).map(drop)
    }

    /// Runs statements, and answers with what they say.
    pub fn sql(&self, database: &str, statements: &str) -> Outcome<String> {
        Ok(self.server.sql(database, statements)?)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // One that did not stop says so at the next start.
        let _ = self.server.stop(Stop::Fast);
    }
}
