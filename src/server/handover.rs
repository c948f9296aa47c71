//! Handover from one process to the next, for a restart without downtime: the lease to serve a database, and
//! the listening socket that is passed on.
//!
//! *Invariant:* the listening socket is open in one process or another from the first start to the last end,
//! so no connection is refused in between. A process opens the database only after the one before has closed
//! it; the database's lock (`store/lock.rs`) ensures it.

mod command_socket;
mod passing;
mod unix_socket;

pub use command_socket::{CommandError, run_user_command};

use crate::store::lock::{DatabaseLock, LockError};
use crate::{Context, Settings, http, systemd};
use axum::Router;
use command_socket::CommandSocket;
use std::future::pending;
use std::io;
use std::net::{SocketAddr, TcpListener as StdListener};
use std::path::{Path, PathBuf};
use std::pin::pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio::net::{TcpListener, TcpSocket};
use tokio::signal::unix::{SignalKind, signal};
use tokio::time::{Instant, sleep, timeout_at};
use tokio_util::sync::CancellationToken;
use unix_socket::{Answer, HandoverSocket, TakeoverMode};

/// Connections that may wait in the system's accept queue while one process stops and the next starts.
const ACCEPT_BACKLOG: u32 = 4_096;
/// How long a process that hands over may take to close the database before its successor gives up.
const HANDOVER_TIMEOUT: Duration = Duration::from_secs(30);
/// How long to wait for a lock without a handover: a restore may be running, or a process be ending.
const LOCK_TIMEOUT: Duration = Duration::from_secs(1);
/// How often to try again whether a port is free.
const POLL_INTERVAL: Duration = Duration::from_millis(10);
/// How long after SIGTERM a stopped process keeps the listening socket open for a successor that may have
/// been started at the same moment.
const LINGER: Duration = Duration::from_secs(2);

/// Why this process cannot take the lease to serve.
#[derive(Debug, thiserror::Error)]
pub enum HandoverError {
    /// The database's lock is held or cannot be taken.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// With `--replace`: the process that uses the database does not hand over.
    #[error(
        "The Parlour that uses the database {}{} does not hand over; stop it, and start again.",
        file.display(),
        process.map(|id| format!(" (process {id})")).unwrap_or_default()
    )]
    NotReplaced {
        /// The file of the database.
        file: PathBuf,
        /// The id of that process, if the lock names it.
        process: Option<u32>,
    },
    /// The process that handed over has not closed the database in time.
    #[error(
        "The server before this one{} has handed over, but after 30 s it still uses the database {}; end it, and start again.",
        process.map(|id| format!(" (process {id})")).unwrap_or_default(),
        file.display()
    )]
    NotClosed {
        /// The file of the database.
        file: PathBuf,
        /// The id of that process, if the lock names it.
        process: Option<u32>,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address} ({source}); stop what uses it or set another site-addr.")]
    Listen {
        /// The address of the settings.
        address: SocketAddr,
        /// The system's error.
        source: io::Error,
    },
    /// What the service manager passed is no listening socket.
    #[error(
        "The socket that LISTEN_FDS names cannot be used ({0}); pass one TCP socket that listens, or none."
    )]
    Passed(#[source] io::Error),
}

/// The exclusive right to serve a database, and the socket to serve it on.
pub struct ServingLease {
    listener: StdListener,
    lock: DatabaseLock,
    handover: Option<HandoverSocket>,
    commands: Option<CommandSocket>,
    /// The service manager keeps the socket open while no process serves.
    is_kept_open: bool,
}

/// Why a server stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// SIGTERM, as of a service manager, which may start a successor.
    Terminated,
    /// SIGINT, as of a terminal; no successor is expected.
    Interrupted,
    /// Another process was started with `--replace`.
    Replaced,
}

impl ServingLease {
    /// Takes the lease: the listening socket from systemd, from the process before, or newly bound; then the
    /// database's lock, which it waits for if the process before has handed over. A process that serves and
    /// is not stopping keeps it, unless `replace`.
    ///
    /// # Errors
    /// [`HandoverError::Lock`] if another process serves or the lock's file cannot be used,
    /// [`HandoverError::NotReplaced`] and [`HandoverError::NotClosed`] if that process does not hand over or
    /// not in time, [`HandoverError::Listen`] if the address cannot be bound, [`HandoverError::Passed`] if
    /// systemd passed something that is no listening socket.
    pub async fn take(settings: &Settings, replace: bool) -> Result<Self, HandoverError> {
        let database = settings.database.on_this_machine();
        let given = systemd::listener().map_err(HandoverError::Passed)?;
        let is_kept_open = given.is_some();
        let mode = if replace {
            TakeoverMode::Replace
        } else {
            TakeoverMode::Succeed
        };
        let found = listen(&database, settings.site.site_addr, given, mode)
            .await
            .map_err(|error| refused(error, mode))?;
        let lock = if found.was_handed_over {
            wait_for_lock(&database, HANDOVER_TIMEOUT).await?
        } else {
            let free = DatabaseLock::wait(&database, LOCK_TIMEOUT).await;
            free.map_err(|error| refused(error.into(), mode))?
        };
        let handover = HandoverSocket::open(&database).inspect_err(|error| {
            tracing::warn!(%error, "no other process will be able to take over from this one");
        });
        let commands = CommandSocket::open(&database).inspect_err(|error| {
            tracing::warn!(%error, "no commands about accounts will be taken while this process serves");
        });
        Ok(Self {
            listener: found.listener,
            lock,
            handover: handover.ok(),
            commands: commands.ok(),
            is_kept_open,
        })
    }

    /// The address that it listens on.
    ///
    /// # Errors
    /// The system does not say it.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.listener.local_addr()
    }

    /// Serves until a signal or a successor ends it. When this returns the database is closed, and
    /// the successor, if there is one, has the listening socket.
    ///
    /// # Errors
    /// The listening socket or the signal handlers cannot be set up; nothing was served.
    #[expect(
        clippy::disallowed_methods,
        reason = "the next process is waited for by the machine's own time"
    )]
    pub async fn serve(self, app: Router, ctx: Arc<Context>) -> io::Result<()> {
        let Self {
            listener,
            lock,
            handover,
            commands,
            is_kept_open,
        } = self;
        // A socket that was passed to this process may be in blocking mode.
        listener.set_nonblocking(true)?;
        let accepting = TcpListener::from_std(listener.try_clone()?)?;
        let (stop_requested, stopping) = (CancellationToken::new(), CancellationToken::new());
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let stopped = OnceLock::new();
        let stop = async {
            let why = tokio::select! {
                _ = terminate.recv() => Stop::Terminated,
                _ = interrupt.recv() => Stop::Interrupted,
                () = stop_requested.cancelled() => Stop::Replaced,
            };
            stopped.get_or_init(|| (why, Instant::now()));
            stopping.cancel();
            systemd::stopping();
        };
        let answering = async {
            match &handover {
                Some(handover) => handover.answer(&listener, &stop_requested, &stopping).await,
                None => pending().await,
            }
        };
        let commanding = async {
            match &commands {
                Some(commands) => commands.answer(&ctx).await,
                None => pending().await,
            }
        };
        // After the signal handlers are set: a script may send a signal as soon as it reads this line.
        let address = listener.local_addr()?;
        tracing::info!(%address, "serving http://{address}");
        systemd::ready();
        {
            let mut answering = pin!(answering);
            let mut commanding = pin!(commanding);
            let mut serving = pin!(http::serve(accepting, app, Arc::clone(&ctx), stop));
            let is_handed_over = tokio::select! {
                never = commanding.as_mut() => match never {},
                () = answering.as_mut() => {
                    serving.await;
                    true
                }
                () = serving.as_mut() => match stopped.get() {
                    Some((Stop::Terminated, at)) if handover.is_some() && !is_kept_open => {
                        timeout_at(*at + LINGER, answering).await.is_ok()
                    }
                    _ => false,
                },
            };
            tracing::info!(is_handed_over, "stopped");
        }
        // In this order: a process that finds the Unix socket closed can bind the port, and the file of the
        // Unix socket is removed while the lock is held.
        drop((listener, handover, commands, lock));
        ctx.hub.wait_for_sockets().await;
        Ok(())
    }
}

/// Waits for the lock of a process that has handed over.
async fn wait_for_lock(database: &Path, timeout: Duration) -> Result<DatabaseLock, HandoverError> {
    let lock = DatabaseLock::wait(database, timeout).await;
    lock.map_err(|error| match error {
        LockError::Held { file, process } => HandoverError::NotClosed { file, process },
        other => other.into(),
    })
}

/// With `--replace` the error does not advise to use `--replace`.
fn refused(error: HandoverError, mode: TakeoverMode) -> HandoverError {
    match (error, mode) {
        (HandoverError::Lock(LockError::Held { file, process }), TakeoverMode::Replace) => {
            HandoverError::NotReplaced { file, process }
        }
        (error, _) => error,
    }
}

/// The listening socket that was found.
struct Found {
    listener: StdListener,
    /// It came from the process before, which is stopping.
    was_handed_over: bool,
}

/// Finds the socket to serve on: `given`, or that of the process before, or a new one.
#[expect(
    clippy::disallowed_methods,
    reason = "another process is waited for by the machine's own time"
)]
async fn listen(
    database: &Path,
    address: SocketAddr,
    given: Option<StdListener>,
    mode: TakeoverMode,
) -> Result<Found, HandoverError> {
    let end = Instant::now() + LOCK_TIMEOUT;
    let found = |listener, was_handed_over| Found {
        listener,
        was_handed_over,
    };
    loop {
        match unix_socket::ask(database, mode).await {
            Answer::Listener(theirs) => {
                let listener = match given {
                    Some(given) => given,
                    None if is_at(&theirs, address) => theirs,
                    None => {
                        bind(address).map_err(|source| HandoverError::Listen { address, source })?
                    }
                };
                return Ok(found(listener, true));
            }
            Answer::Serving { process } => {
                return Err(LockError::Held {
                    file: database.to_owned(),
                    process,
                }
                .into());
            }
            Answer::NotServing => {}
        }
        if let Some(given) = given {
            return Ok(found(given, false));
        }
        match bind(address) {
            Ok(listener) => return Ok(found(listener, false)),
            // A Parlour that is starting or ending, and does not answer.
            Err(error) if is_in_use(&error) && DatabaseLock::is_held(database) => {
                if Instant::now() >= end {
                    DatabaseLock::take(database)?;
                }
                sleep(POLL_INTERVAL).await;
            }
            Err(source) => return Err(HandoverError::Listen { address, source }),
        }
    }
}

/// A new listening socket, with an accept queue that is long enough for a restart.
fn bind(address: SocketAddr) -> io::Result<StdListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(ACCEPT_BACKLOG)?.into_std()
}

fn is_in_use(error: &io::Error) -> bool {
    error.kind() == io::ErrorKind::AddrInUse
}

/// Whether a socket listens where it should; port 0 is any.
fn is_at(listener: &StdListener, address: SocketAddr) -> bool {
    listener.local_addr().is_ok_and(|at| {
        at.ip() == address.ip() && (address.port() == 0 || at.port() == address.port())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_process_that_hands_over_and_does_not_end_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("parlour.db");
        let lock = DatabaseLock::take(&database).unwrap();
        let timeout = Duration::from_millis(30);
        let refused = wait_for_lock(&database, timeout).await.err();
        let sentence = refused.unwrap().to_string();
        let process = std::process::id().to_string();
        for word in ["handed over", "parlour.db", &process] {
            assert!(sentence.contains(word), "{sentence}");
        }
        drop(lock);
        wait_for_lock(&database, timeout).await.unwrap();
    }

    #[tokio::test]
    async fn a_socket_is_taken_over_only_if_it_is_where_it_should_be() {
        let listener = bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let at = listener.local_addr().unwrap();
        assert!(is_at(&listener, at));
        assert!(is_at(&listener, "127.0.0.1:0".parse().unwrap()));
        for other in ["127.0.0.1:1", "0.0.0.0:0", "[::1]:0"] {
            assert!(!is_at(&listener, other.parse().unwrap()), "{other}");
        }
    }
}
