//! The Unix socket beside the database on which the serving process takes commands about accounts, so that they are
//! done by the one process that writes.
//!
//! *Invariant:* as of the socket for handing over: only who holds the lock makes or removes the file, and both sides
//! are processes of the same user.

use super::unix_socket::{Address, is_ours};
use crate::Settings;
use crate::context::Context;
use crate::store::OpenError;
use crate::store::file::beside;
use crate::store::lock::{DatabaseLock, LockError};
use crate::user_commands::{UserCommand, run};
use std::convert::Infallible;
use std::fs::{self, Permissions};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::{sleep, timeout};

/// Bytes of a command.
const COMMAND_MAX: u64 = 64 * 1024;
/// How long a process that connects may take to send its command.
const COMMAND_TIMEOUT: Duration = Duration::from_secs(1);
/// How long a command waits for its answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(60);

/// Why a command was not done. Displayed, it is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// It was refused.
    #[error("{0}")]
    Refused(String),
    /// The server does not answer.
    #[error("The server that runs does not answer ({0}); try again, or stop it first.")]
    Silent(io::Error),
    /// There is no database.
    #[error(
        "There is no database {}; name the one that is meant in database.url, or the file that does with --config.",
        .0.display()
    )]
    NoDatabase(PathBuf),
    /// No server answers, and yet the database is in use.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// The database cannot be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
}

/// The socket of the serving process; its file is removed on drop.
pub(super) struct CommandSocket {
    socket: UnixListener,
    file: PathBuf,
}

impl CommandSocket {
    /// Opens it. The caller must hold the lock of `database`.
    pub(super) fn open(database: &Path) -> io::Result<Self> {
        let file = beside(database, "commands");
        match fs::remove_file(&file) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let address = Address::of(&file)?;
        let socket = UnixListener::bind(&address.path)?;
        fs::set_permissions(&file, Permissions::from_mode(0o600))?;
        Ok(Self { socket, file })
    }

    /// Takes commands, one after another, until it is dropped.
    #[expect(
        clippy::disallowed_methods,
        reason = "a full table of the system is waited for by the machine's own time"
    )]
    pub(super) async fn answer(&self, ctx: &Context) -> Infallible {
        loop {
            let answered = match self.socket.accept().await {
                Ok((stream, _)) => answer(stream, ctx).await,
                Err(error) => {
                    sleep(Duration::from_millis(200)).await;
                    Err(error)
                }
            };
            if let Err(error) = answered {
                tracing::warn!(%error, "a command was not answered");
            }
        }
    }
}

impl Drop for CommandSocket {
    /// The owner still holds the lock, so the file is this one's.
    fn drop(&mut self) {
        if let Err(error) = fs::remove_file(&self.file) {
            tracing::debug!(%error, "the socket for commands is gone already");
        }
    }
}

async fn answer(mut stream: UnixStream, ctx: &Context) -> io::Result<()> {
    if !is_ours(&stream) {
        return Err(io::ErrorKind::PermissionDenied.into());
    }
    let mut text = Vec::new();
    let mut limited = (&mut stream).take(COMMAND_MAX);
    timeout(COMMAND_TIMEOUT, limited.read_to_end(&mut text)).await??;
    let command: UserCommand = serde_json::from_slice(&text)?;
    let done = run(ctx, command).await;
    stream.write_all(&serde_json::to_vec(&done)?).await?;
    stream.shutdown().await
}

/// Has the server of these settings do what the command asks, or does it here, where none runs; answers what is to be
/// printed.
///
/// # Errors
/// [`CommandError`].
pub async fn run_user_command(
    settings: Settings,
    command: UserCommand,
) -> Result<String, CommandError> {
    let database = settings.database.on_this_machine();
    if let Some(answered) = ask(&database, &command).await {
        let answered = answered.map_err(CommandError::Silent)?;
        return answered.map_err(CommandError::Refused);
    }
    if let Some(file) = settings.database.file()
        && !file.is_file()
    {
        return Err(CommandError::NoDatabase(file.to_owned()));
    }
    let _lock = DatabaseLock::take(&database)?;
    let ctx = Context::open(settings).await?;
    let done = run(&ctx, command).await;
    ctx.drain().await;
    done.map_err(CommandError::Refused)
}

/// Asks the process that serves `database`; `None` if there is none.
async fn ask(database: &Path, command: &UserCommand) -> Option<io::Result<Result<String, String>>> {
    let address = Address::of(&beside(database, "commands")).ok()?;
    // No file, or one that a killed process left.
    let mut stream = UnixStream::connect(&address.path).await.ok()?;
    if !is_ours(&stream) {
        return Some(Err(io::ErrorKind::PermissionDenied.into()));
    }
    let conversation = async {
        stream.write_all(&serde_json::to_vec(command)?).await?;
        stream.shutdown().await?;
        let mut text = Vec::new();
        stream.read_to_end(&mut text).await?;
        Ok(serde_json::from_slice(&text)?)
    };
    let answered = timeout(ANSWER_TIMEOUT, conversation).await;
    Some(answered.unwrap_or_else(|late| Err(late.into())))
}
