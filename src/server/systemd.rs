//! The service manager: the listening socket that it passes (`LISTEN_FDS`), and the state that it is notified of
//! (`NOTIFY_SOCKET`). Without one nothing here does anything.

use listenfd::ListenFd;
use sd_notify::NotifyState;
use std::io;
use std::net::TcpListener;

/// The listening socket that was passed, if one was. The service manager keeps it open while no process serves, so
/// that connections wait in its queue.
pub(crate) fn listener() -> io::Result<Option<TcpListener>> {
    let mut passed = ListenFd::from_env();
    match passed.len() {
        0 => Ok(None),
        1 => passed.take_tcp_listener(0),
        _ => Err(io::Error::other("more than one")),
    }
}

/// Notifies that the server accepts connections.
pub(crate) fn ready() {
    notify(&NotifyState::Ready);
}

/// Notifies that the server is stopping.
pub(crate) fn stopping() {
    notify(&NotifyState::Stopping);
}

fn notify(state: &NotifyState) {
    if let Err(error) = sd_notify::notify(std::slice::from_ref(state)) {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}
