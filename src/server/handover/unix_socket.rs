//! The Unix socket beside the database on which a serving process is asked to hand over.
//!
//! *Invariant:* only the process that holds the database's lock makes or removes the file. Both sides check
//! that the other one is a process of the same user before they say anything.

use super::passing;
use crate::store::file::beside;
use rustix::process::geteuid;
use std::fs::{self, File, Permissions};
use std::io;
use std::net::TcpListener;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::net::{UnixListener, UnixStream};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;

/// Bytes of a Unix socket's path, on the system that allows the fewest.
const ADDRESS_MAX: usize = 100;
/// How long a process that connects may take to send its request.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a process that is not stopping waits for a signal to stop before it refuses: the signal and the
/// next process may have been sent at the same moment.
const STOP_GRACE: Duration = Duration::from_secs(1);
/// How long the process that asks waits for the answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);

/// "Hand over if you are stopping anyway."
const SUCCEED: &str = "succeed";
/// "Stop, and hand over."
const REPLACE: &str = "replace";
/// The listening socket comes with this word.
const LISTENER: &str = "listener";
/// "I go on serving."
const SERVING: &str = "serving";

/// What a starting process asks of the one that serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TakeoverMode {
    /// To hand over if it is stopping.
    Succeed,
    /// To stop and hand over.
    Replace,
}

/// The answer to a [`TakeoverMode`].
#[derive(Debug)]
pub(super) enum Answer {
    /// No process answers.
    NotServing,
    /// A process serves, and goes on.
    Serving {
        /// Its id, if the system tells it.
        process: Option<u32>,
    },
    /// The process stops; this is the socket it listened on.
    Listener(TcpListener),
}

/// The Unix socket of the serving process; its file is removed on drop.
pub(super) struct HandoverSocket {
    socket: UnixListener,
    file: PathBuf,
}

impl HandoverSocket {
    /// Opens it. The caller must hold the lock of `database`, so a file that is there was left by a process
    /// that died.
    pub(super) fn open(database: &Path) -> io::Result<Self> {
        let file = beside(database, "handover");
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let address = Address::of(&file)?;
        let socket = UnixListener::bind(&address.path)?;
        fs::set_permissions(&file, Permissions::from_mode(0o600))?;
        Ok(Self { socket, file })
    }

    /// Answers requests until the listening socket was handed over. A request to replace this process cancels
    /// `stop_requested`; `listener` is handed over once `stopping` is cancelled.
    #[expect(
        clippy::disallowed_methods,
        reason = "a full table of the system is waited for by the machine's own time"
    )]
    pub(super) async fn answer(
        &self,
        listener: &TcpListener,
        stop_requested: &CancellationToken,
        stopping: &CancellationToken,
    ) {
        loop {
            let answered = match self.socket.accept().await {
                Ok((stream, _)) => answer(&stream, listener, stop_requested, stopping).await,
                Err(error) => {
                    sleep(Duration::from_millis(200)).await;
                    Err(error)
                }
            };
            match answered {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "a process that wanted to take over failed"),
            }
        }
    }
}

impl Drop for HandoverSocket {
    /// The owner still holds the lock, so the file is this one's.
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.file) {
            tracing::debug!(%error, "the socket for handing over is gone already");
        }
    }
}

/// Answers one request; whether the listening socket was handed over.
async fn answer(
    stream: &UnixStream,
    listener: &TcpListener,
    stop_requested: &CancellationToken,
    stopping: &CancellationToken,
) -> io::Result<bool> {
    if !is_ours(stream) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let (mode, _) = timeout(REQUEST_TIMEOUT, passing::receive(stream)).await??;
    let is_stopping = match mode.as_str() {
        REPLACE => {
            stop_requested.cancel();
            stopping.cancelled().await;
            true
        }
        SUCCEED => timeout(STOP_GRACE, stopping.cancelled()).await.is_ok(),
        _ => return Err(io::ErrorKind::InvalidData.into()),
    };
    if is_stopping {
        passing::send(stream, LISTENER, Some(listener.as_fd())).await?;
    } else {
        passing::send(stream, SERVING, None).await?;
    }
    Ok(is_stopping)
}

/// Asks the process that serves `database`.
pub(super) async fn ask(database: &Path, mode: TakeoverMode) -> Answer {
    let Ok(address) = Address::of(&beside(database, "handover")) else {
        return Answer::NotServing;
    };
    // No file, or one that a killed process left.
    let Ok(stream) = UnixStream::connect(&address.path).await else {
        return Answer::NotServing;
    };
    let process = stream.peer_cred().ok().and_then(|peer| peer.pid());
    let process = process.and_then(|id| u32::try_from(id).ok());
    if !is_ours(&stream) {
        return Answer::Serving { process };
    }
    let word = match mode {
        TakeoverMode::Succeed => SUCCEED,
        TakeoverMode::Replace => REPLACE,
    };
    let conversation = async {
        passing::send(&stream, word, None).await?;
        passing::receive(&stream).await
    };
    match timeout(ANSWER_TIMEOUT, conversation).await {
        Ok(Ok((word, Some(socket)))) if word == LISTENER => Answer::Listener(socket.into()),
        // It ended meanwhile.
        Ok(Ok((word, _))) if word.is_empty() => Answer::NotServing,
        Ok(Err(_)) => Answer::NotServing,
        // It refuses, or it is stuck, or it is of another version that answers otherwise.
        Ok(Ok(_)) | Err(_) => Answer::Serving { process },
    }
}

/// Whether the process at the other end is of the user who runs this one.
pub(super) fn is_ours(stream: &UnixStream) -> bool {
    stream
        .peer_cred()
        .is_ok_and(|peer| peer.uid() == geteuid().as_raw())
}

/// A path to a socket's file that is short enough for the system.
pub(super) struct Address {
    pub(super) path: PathBuf,
    /// The folder's descriptor, if `path` goes through it; it must stay open while `path` is used.
    _folder: Option<File>,
}

impl Address {
    pub(super) fn of(file: &Path) -> io::Result<Self> {
        if file.as_os_str().as_bytes().len() <= ADDRESS_MAX {
            return Ok(Self {
                path: file.to_owned(),
                _folder: None,
            });
        }
        // Linux reaches the folder through the descriptor that is open on it.
        let (Some(parent), Some(name)) = (file.parent(), file.file_name()) else {
            return Err(io::ErrorKind::InvalidFilename.into());
        };
        let folder = File::open(parent)?;
        let path = Path::new("/proc/self/fd")
            .join(folder.as_raw_fd().to_string())
            .join(name);
        if path.as_os_str().as_bytes().len() > ADDRESS_MAX {
            return Err(io::ErrorKind::InvalidFilename.into());
        }
        Ok(Self {
            path,
            _folder: Some(folder),
        })
    }
}

#[cfg(test)]
mod tests;
