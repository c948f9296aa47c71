//! The Unix socket beside the database on which a serving process is asked to hand over.
//!
//! *Invariant:* whoever holds the database's lock may make or remove the file, and nobody else does.
//! Both sides are processes of one user, or nothing is said.

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

/// Bytes of a Unix socket's address, on the systems that allow least.
const ADDRESS_MAX: usize = 100;
/// How long somebody who asks may take to say what.
const QUESTION: Duration = Duration::from_secs(1);
/// How long a process that was not told to stop waits whether it will be: the order and the next
/// process may have been sent off at the same moment.
const DOUBT: Duration = Duration::from_secs(1);
/// How long somebody who asks waits for any answer at all.
const ANSWER: Duration = Duration::from_secs(5);

/// "Hand over if you are stopping anyway."
const SUCCEED: &str = "succeed";
/// "Stop, and hand over."
const REPLACE: &str = "replace";
/// The listening socket comes with this word.
const LISTENER: &str = "listener";
/// "I go on serving."
const SERVING: &str = "serving";

/// What a process that wants to serve asks of the one that does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wish {
    /// Its place, if it is stopping.
    Succeed,
    /// That it stops, and its place.
    Replace,
}

/// What came of it.
#[derive(Debug)]
pub(super) enum Answer {
    /// Nobody is there to answer.
    Nobody,
    /// It goes on.
    Serving {
        /// Which process.
        process: Option<u32>,
    },
    /// It stops, and here is the socket that it listened on.
    Listener(TcpListener),
}

/// The serving side.
pub(super) struct Door {
    socket: UnixListener,
    file: PathBuf,
}

impl Door {
    /// Opens it. The caller holds the lock of `database`: what stands there is a dead process's.
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

    /// Answers until the listening socket was handed over. Sets `asked` when somebody wants this
    /// process to stop; gives `listener` away once it is `stopping`.
    #[expect(
        clippy::disallowed_methods,
        reason = "what the system has no room for is waited for by its own time"
    )]
    pub(super) async fn answer(
        &self,
        listener: &TcpListener,
        asked: &CancellationToken,
        stopping: &CancellationToken,
    ) {
        loop {
            let answered = match self.socket.accept().await {
                Ok((stream, _)) => answer(&stream, listener, asked, stopping).await,
                Err(error) => {
                    sleep(Duration::from_millis(200)).await;
                    Err(error)
                }
            };
            match answered {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => tracing::warn!(%error, "somebody who wanted to take over failed"),
            }
        }
    }
}

impl Drop for Door {
    /// The owner still holds the lock, so the file is its own.
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.file) {
            tracing::debug!(%error, "the socket for handing over is gone already");
        }
    }
}

/// Answers one who asks; whether the listening socket is theirs now.
async fn answer(
    stream: &UnixStream,
    listener: &TcpListener,
    asked: &CancellationToken,
    stopping: &CancellationToken,
) -> io::Result<bool> {
    if !is_ours(stream) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let (wish, _) = timeout(QUESTION, passing::receive(stream)).await??;
    let is_stopping = match wish.as_str() {
        REPLACE => {
            asked.cancel();
            stopping.cancelled().await;
            true
        }
        SUCCEED => timeout(DOUBT, stopping.cancelled()).await.is_ok(),
        _ => return Err(io::ErrorKind::InvalidData.into()),
    };
    if is_stopping {
        passing::send(stream, LISTENER, Some(listener.as_fd())).await?;
    } else {
        passing::send(stream, SERVING, None).await?;
    }
    Ok(is_stopping)
}

/// Asks whoever serves `database`.
pub(super) async fn ask(database: &Path, wish: Wish) -> Answer {
    let Ok(address) = Address::of(&beside(database, "handover")) else {
        return Answer::Nobody;
    };
    // No file, or one that a killed process left.
    let Ok(stream) = UnixStream::connect(&address.path).await else {
        return Answer::Nobody;
    };
    let process = stream.peer_cred().ok().and_then(|peer| peer.pid());
    let process = process.and_then(|id| u32::try_from(id).ok());
    if !is_ours(&stream) {
        return Answer::Serving { process };
    }
    let word = match wish {
        Wish::Succeed => SUCCEED,
        Wish::Replace => REPLACE,
    };
    let conversation = async {
        passing::send(&stream, word, None).await?;
        passing::receive(&stream).await
    };
    match timeout(ANSWER, conversation).await {
        Ok(Ok((word, Some(socket)))) if word == LISTENER => Answer::Listener(socket.into()),
        // It ended just now.
        Ok(Ok((word, _))) if word.is_empty() => Answer::Nobody,
        Ok(Err(_)) => Answer::Nobody,
        // It is there, and stays; or it is stuck, or of a version that says other things.
        Ok(Ok(_)) | Err(_) => Answer::Serving { process },
    }
}

/// Whether the process at the other end is of the user who runs this one.
fn is_ours(stream: &UnixStream) -> bool {
    stream
        .peer_cred()
        .is_ok_and(|peer| peer.uid() == geteuid().as_raw())
}

/// A name for a socket's file that is short enough for the system.
struct Address {
    path: PathBuf,
    /// Open for as long as `path` goes through it.
    _folder: Option<File>,
}

impl Address {
    fn of(file: &Path) -> io::Result<Self> {
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
