//! Sessions that end: their sockets are closed, also those that come a moment late.
//!
//! *Invariant:* a socket that was looked at with a session before it ended is closed, whether the end is published
//! before or after the socket is known to be its person's.

use super::inner::Inner;
use super::{COOKIE_MS, go_away, go_away_for};
use crate::realtime::listener::Listener;
use crate::realtime::sockets::Sockets;
use crate::realtime::{Closing, locked};
use crate::scope::SessionId;
use parlour_protocol::{CloseCode, UserId};

/// Closes a socket that has just come to be somebody's, if its session has ended meanwhile.
pub(super) fn close_if_ended(sockets: &Sockets, listener: &Listener) {
    let session = listener.session();
    if let Some(is_renewed) = session.and_then(|session| sockets.ended.find(session)) {
        close(listener, is_renewed);
    }
}

impl Inner {
    /// Closes the sockets of sessions that ended: who has another session in its place is asked to come back.
    pub(super) fn sessions_ended(&self, user: UserId, ended: &[SessionId], is_renewed: bool) {
        let mut sockets = locked(&self.sockets);
        for session in ended {
            sockets.ended.add(*session, is_renewed);
        }
        for listener in sockets.of(user) {
            let session = listener.session();
            if session.is_some_and(|session| ended.contains(&session)) {
                close(listener, is_renewed);
            }
        }
    }
}

impl Inner {
    /// Asks the sockets of all who have no account to come back: what they may hear is otherwise now.
    pub(super) fn guests_come_back(&self) {
        let sockets = locked(&self.sockets);
        for listener in sockets.open.iter().filter(|one| !one.has_account()) {
            go_away(listener);
        }
    }

    /// Asks the sockets of a person to come back, as who they are now.
    pub(super) fn comes_back(&self, user: UserId) {
        let sockets = locked(&self.sockets);
        for listener in sockets.of(user) {
            go_away(listener);
        }
    }
}

fn close(listener: &Listener, is_renewed: bool) {
    match is_renewed {
        true => go_away_for(listener, COOKIE_MS),
        false => {
            let closing = Closing::plain(CloseCode::SessionEnded);
            listener.subscriber.close(closing);
        }
    }
}
