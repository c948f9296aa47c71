//! A PostgreSQL that breaks on order: one of its own for each run, on the disk, which acknowledges what is on it.
//!
//! *Invariant:* when [`Postgres::inject`] or [`Postgres::fail_over`] is over a server runs, and takes writes, that
//! has everything that one before it acknowledged.

use crate::failure::Failure;
use parlour_test_postgres::{Failure as PostgresFailure, PostgresServer, Stop};
use rustix::process::{Pid, Signal, kill_process};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::spawn_blocking;
use tokio::time::sleep;

/// What the database is called.
const DATABASE: &str = "parlour";
/// What the standby is called by the server that it follows.
const STANDBY: &str = "second";
/// Who Parlour is there: an ordinary role is enough.
const ROLE: &str = "app";
/// The server's processes that work for Parlour.
const OURS: &str = "FROM pg_stat_activity \
    WHERE application_name = 'parlour' AND backend_type = 'client backend'";

/// A way in which a database of PostgreSQL goes away, and comes back with all that it had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outage {
    /// SIGKILL; the next start recovers from the log.
    Kill {
        /// How long there is none.
        down: Duration,
    },
    /// As an administrator restarts it.
    Restart {
        /// How long there is none.
        down: Duration,
    },
    /// As a network that was cut, with nobody to say so: connections are open and answer nothing.
    Silence {
        /// For how long.
        length: Duration,
    },
    /// Every connection is cut in the middle of what it does; new ones are welcome.
    Cut,
}

impl Outage {
    /// What it is called in the report.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Kill { .. } => "a SIGKILL of the database",
            Self::Restart { .. } => "a restart of the database",
            Self::Silence { .. } => "the database's silence",
            Self::Cut => "a cut from the database",
        }
    }
}

/// A running server, and its standby at times.
pub struct Postgres {
    server: Arc<PostgresServer>,
    standby: Option<Arc<PostgresServer>>,
}

impl Postgres {
    /// Makes one in the system's temporary folder, with an empty database.
    ///
    /// # Errors
    /// There is no PostgreSQL, or it does not start; the sentence says what to do.
    pub async fn launch() -> Result<Self, Failure> {
        let server = blocking(|| {
            let server = PostgresServer::launch(&[])?;
            server.sql("postgres", &format!("CREATE ROLE {ROLE} LOGIN"))?;
            let database = format!("CREATE DATABASE {DATABASE} OWNER {ROLE} TEMPLATE template0");
            server.sql("postgres", &database)?;
            Ok(server)
        })
        .await?;
        Ok(Self {
            server: Arc::new(server),
            standby: None,
        })
    }

    /// What `database.url` is: the server's place and, where there is one, the standby's.
    pub fn url(&self) -> String {
        let places = [Some(&self.server), self.standby.as_ref()];
        let folders = places.into_iter().flatten();
        let folders: Vec<String> = folders
            .map(|server| server.folder().display().to_string())
            .collect();
        format!(
            "postgres:///{DATABASE}?host={}&user={ROLE}",
            folders.join(",")
        )
    }

    /// Makes it go away, and has it back.
    ///
    /// # Errors
    /// It cannot be killed, stopped or started.
    pub async fn inject(&self, outage: &Outage) -> Result<(), Failure> {
        match outage {
            Outage::Kill { down } => {
                self.ask(PostgresServer::kill).await?;
                sleep(*down).await;
                self.ask(PostgresServer::start).await
            }
            Outage::Restart { down } => {
                self.ask(|server| server.stop(Stop::Fast)).await?;
                sleep(*down).await;
                self.ask(PostgresServer::start).await
            }
            Outage::Silence { length } => {
                let ours = self.sql(format!("SELECT pid {OURS}")).await?;
                let ours: Vec<i32> = ours.lines().filter_map(|pid| pid.parse().ok()).collect();
                signal(&ours, Signal::STOP);
                sleep(*length).await;
                signal(&ours, Signal::CONT);
                Ok(())
            }
            Outage::Cut => {
                let cut = format!("SELECT count(pg_terminate_backend(pid)) {OURS}");
                self.sql(cut).await.map(drop)
            }
        }
    }

    /// From now on nothing is acknowledged that a standby does not have on its disk, too.
    ///
    /// # Errors
    /// The standby does not start, or does not follow.
    pub async fn add_standby(&mut self) -> Result<(), Failure> {
        let standby = self.ask(|server| server.standby(STANDBY)).await?;
        let names = format!("ALTER SYSTEM SET synchronous_standby_names = '{STANDBY}'");
        self.sql(names).await?;
        self.sql("SELECT pg_reload_conf()".to_owned()).await?;
        self.standby = Some(Arc::new(standby));
        Ok(())
    }

    /// The server is killed for good, and its standby takes its place.
    ///
    /// # Errors
    /// There is no standby, or it does not become a server.
    pub async fn fail_over(&mut self) -> Result<(), Failure> {
        let Some(standby) = self.standby.take() else {
            return Err(Failure::new("There is no standby to fail over to."));
        };
        self.ask(PostgresServer::kill).await?;
        // Its folder goes with it, so that nothing is left that could serve.
        self.server = standby;
        self.ask(PostgresServer::promote).await
    }

    async fn sql(&self, statement: String) -> Result<String, Failure> {
        self.ask(move |server| server.sql(DATABASE, &statement))
            .await
    }

    async fn ask<T: Send + 'static>(
        &self,
        work: impl FnOnce(&PostgresServer) -> Result<T, PostgresFailure> + Send + 'static,
    ) -> Result<T, Failure> {
        let server = Arc::clone(&self.server);
        blocking(move || work(&server)).await
    }
}

/// Where clients and their clocks are not kept waiting.
async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, PostgresFailure> + Send + 'static,
) -> Result<T, Failure> {
    let done = spawn_blocking(work).await;
    let done = done.map_err(Failure::to("ask PostgreSQL"))?;
    done.map_err(|failure| Failure::new(failure.to_string()))
}

/// Each of these processes that is still there.
fn signal(processes: &[i32], signal: Signal) {
    for pid in processes.iter().filter_map(|&pid| Pid::from_raw(pid)) {
        // One that has ended meanwhile needs none.
        let _ = kill_process(pid, signal);
    }
}
