//! From one process to the next: who serves a database, and how the listening socket passes on.
//!
//! *Invariant:* the listening socket is open somewhere from the first process's start to the last
//! one's end, so nobody is refused in between; and a process opens the database only after the one
//! before has closed it, which the lock sees to.

mod door;
mod passing;

use crate::store::lock::{DatabaseLock, LockError};
use crate::{Context, Settings, http, systemd};
use axum::Router;
use door::{Answer, Door, Wish};
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

/// Connections that may wait in the system while one server stops and the next one starts.
const BACKLOG: u32 = 4_096;
/// How long a process that was asked to stop may take before its successor gives up.
const PATIENCE: Duration = Duration::from_secs(30);
/// How long to wait for a lock that nobody has promised to give up: a backup being put in place, a
/// process that ends this moment.
const MOMENT: Duration = Duration::from_secs(1);
/// How often to look again whether a port is free.
const LOOK: Duration = Duration::from_millis(10);
/// How long, counted from SIGTERM, a stopped process keeps the listening socket open for a
/// successor that may have been started at the same moment.
const LINGER: Duration = Duration::from_secs(2);

/// Why it is not this process's turn to serve.
#[derive(Debug, thiserror::Error)]
pub enum HandoverError {
    /// The database is not free.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// Another process uses it, and cannot be asked to stop or does not listen.
    #[error(
        "The Parlour that uses the database {}{} does not hand over; stop it, and start again.",
        file.display(),
        process.map(|id| format!(" (process {id})")).unwrap_or_default()
    )]
    NotReplaced {
        /// Which.
        file: PathBuf,
        /// Who, as far as the lock says.
        process: Option<u32>,
    },
    /// The process that promised to stop has not.
    #[error(
        "The server before this one{} has handed over, but after 30 s it still uses the database {}; end it, and start again.",
        process.map(|id| format!(" (process {id})")).unwrap_or_default(),
        file.display()
    )]
    NotClosed {
        /// Which.
        file: PathBuf,
        /// Who, as far as the lock says.
        process: Option<u32>,
    },
    /// The address cannot be listened on.
    #[error("cannot listen on {address} ({source}); stop what uses it or set another site-addr.")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the system said.
        source: io::Error,
    },
    /// What the service manager passed is no listening socket.
    #[error(
        "The socket that LISTEN_FDS names cannot be used ({0}); pass one TCP socket that listens, or none."
    )]
    Passed(#[source] io::Error),
}

/// The right to serve a database, and the socket to serve it on.
pub struct Turn {
    listener: StdListener,
    lock: DatabaseLock,
    door: Option<Door>,
    /// Somebody else has the socket open too, while no server runs.
    is_kept_open: bool,
}

/// Why a server stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stop {
    /// SIGTERM: perhaps for another one to start.
    Terminated,
    /// SIGINT: somebody at a terminal has had enough.
    Interrupted,
    /// `--replace`.
    Replaced,
}

impl Turn {
    /// Waits for its turn and takes it: the listening socket from systemd, from the process before,
    /// or newly bound; then the database's lock. A process that serves and was not told to stop is
    /// left alone, unless it is to be `replace`d.
    pub async fn take(settings: &Settings, replace: bool) -> Result<Self, HandoverError> {
        let database = settings.database_file();
        let given = systemd::listener().map_err(HandoverError::Passed)?;
        let is_kept_open = given.is_some();
        let wish = if replace {
            Wish::Replace
        } else {
            Wish::Succeed
        };
        let found = listen(&database, settings.site.site_addr, given, wish)
            .await
            .map_err(|error| refused(error, wish))?;
        let lock = if found.was_handed_over {
            closed(&database, PATIENCE).await?
        } else {
            let free = DatabaseLock::wait(&database, MOMENT).await;
            free.map_err(|error| refused(error.into(), wish))?
        };
        let door = Door::open(&database).inspect_err(|error| {
            tracing::warn!(%error, "no other process will be able to take over from this one");
        });
        Ok(Self {
            listener: found.listener,
            lock,
            door: door.ok(),
            is_kept_open,
        })
    }

    /// Serves until a signal or a successor ends it. When this returns the database is closed, and
    /// the successor, if there is one, has the listening socket.
    #[expect(
        clippy::disallowed_methods,
        reason = "the next process is waited for by the machine's own time"
    )]
    pub async fn serve(self, app: Router, ctx: Arc<Context>) -> io::Result<()> {
        let Self {
            listener,
            lock,
            door,
            is_kept_open,
        } = self;
        // One that was passed to us may be in any state.
        listener.set_nonblocking(true)?;
        let accepting = TcpListener::from_std(listener.try_clone()?)?;
        let (asked, stopping) = (CancellationToken::new(), CancellationToken::new());
        let mut terminate = signal(SignalKind::terminate())?;
        let mut interrupt = signal(SignalKind::interrupt())?;
        let told = OnceLock::new();
        let stop = async {
            let why = tokio::select! {
                _ = terminate.recv() => Stop::Terminated,
                _ = interrupt.recv() => Stop::Interrupted,
                () = asked.cancelled() => Stop::Replaced,
            };
            told.get_or_init(|| (why, Instant::now()));
            stopping.cancel();
            systemd::stopping();
        };
        let answering = async {
            match &door {
                Some(door) => door.answer(&listener, &asked, &stopping).await,
                None => pending().await,
            }
        };
        // Not before a signal would be heard: somebody may act on this at once.
        let address = listener.local_addr()?;
        tracing::info!(%address, "serving http://{address}");
        systemd::ready();
        {
            let mut answering = pin!(answering);
            let mut serving = pin!(http::serve(accepting, app, Arc::clone(&ctx), stop));
            let is_handed_over = tokio::select! {
                () = answering.as_mut() => {
                    serving.await;
                    true
                }
                () = serving.as_mut() => match told.get() {
                    Some((Stop::Terminated, at)) if door.is_some() && !is_kept_open => {
                        timeout_at(*at + LINGER, answering).await.is_ok()
                    }
                    _ => false,
                },
            };
            tracing::info!(is_handed_over, "stopped");
        }
        // In this order: who finds the door shut can bind the port, and the door is removed by
        // whoever has the lock.
        drop((listener, door, lock));
        ctx.hub.wait_for_sockets().await;
        Ok(())
    }
}

/// The lock that the process before has promised to give up.
async fn closed(database: &Path, patience: Duration) -> Result<DatabaseLock, HandoverError> {
    let lock = DatabaseLock::wait(database, patience).await;
    lock.map_err(|error| match error {
        LockError::Held { file, process } => HandoverError::NotClosed { file, process },
        other => other.into(),
    })
}

/// Nobody is told to do what they did.
fn refused(error: HandoverError, wish: Wish) -> HandoverError {
    match (error, wish) {
        (HandoverError::Lock(LockError::Held { file, process }), Wish::Replace) => {
            HandoverError::NotReplaced { file, process }
        }
        (error, _) => error,
    }
}

/// A socket to serve on.
struct Found {
    listener: StdListener,
    /// The process before has promised to stop.
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
    wish: Wish,
) -> Result<Found, HandoverError> {
    let end = Instant::now() + MOMENT;
    let found = |listener, was_handed_over| Found {
        listener,
        was_handed_over,
    };
    loop {
        match door::ask(database, wish).await {
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
            Answer::Nobody => {}
        }
        if let Some(given) = given {
            return Ok(found(given, false));
        }
        match bind(address) {
            Ok(listener) => return Ok(found(listener, false)),
            // One of ours that does not answer yet, or not any more.
            Err(error) if is_in_use(&error) && DatabaseLock::is_held(database) => {
                if Instant::now() >= end {
                    DatabaseLock::take(database)?;
                }
                sleep(LOOK).await;
            }
            Err(source) => return Err(HandoverError::Listen { address, source }),
        }
    }
}

/// A socket of our own, with a queue that is long enough for a restart.
fn bind(address: SocketAddr) -> io::Result<StdListener> {
    let socket = if address.is_ipv4() {
        TcpSocket::new_v4()?
    } else {
        TcpSocket::new_v6()?
    };
    socket.set_reuseaddr(true)?;
    socket.bind(address)?;
    socket.listen(BACKLOG)?.into_std()
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
    async fn who_has_handed_over_and_does_not_end_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let database = folder.path().join("parlour.db");
        let lock = DatabaseLock::take(&database).unwrap();
        let patience = Duration::from_millis(30);
        let sentence = closed(&database, patience).await.err().unwrap().to_string();
        let process = std::process::id().to_string();
        for word in ["handed over", "parlour.db", &process] {
            assert!(sentence.contains(word), "{sentence}");
        }
        drop(lock);
        closed(&database, patience).await.unwrap();
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
