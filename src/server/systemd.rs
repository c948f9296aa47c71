//! What the service manager and this process say to each other: a listening socket that it holds
//! for us, and how we are doing. Without one nothing here does anything.

use listenfd::ListenFd;
use sd_notify::NotifyState;
use std::io;
use std::net::TcpListener;

/// The listening socket that was passed (`LISTEN_FDS`), if one was. It stays open while no server
/// runs, so whoever connects then waits.
pub(crate) fn listener() -> io::Result<Option<TcpListener>> {
    let mut passed = ListenFd::from_env();
    match passed.len() {
        0 => Ok(None),
        1 => passed.take_tcp_listener(0),
        _ => Err(io::Error::other("more than one")),
    }
}

/// The server accepts connections.
pub(crate) fn ready() {
    tell(&NotifyState::Ready);
}

/// The server was told to stop.
pub(crate) fn stopping() {
    tell(&NotifyState::Stopping);
}

fn tell(state: &NotifyState) {
    if let Err(error) = sd_notify::notify(std::slice::from_ref(state)) {
        tracing::warn!(%error, "the service manager cannot be told");
    }
}
