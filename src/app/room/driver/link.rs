//! The socket of the page: what comes on it, and what is said on it.
//!
//! *Invariant:* what came is applied in its order, and before the socket's end is.

use super::super::view_model::ViewModel;
use super::act;
use crate::app::browser::socket::{Incoming, Socket};
use crate::app::browser::{clock, navigation};
use leptos::task::spawn_local;
use parlour_protocol::{ClientFrame, ServerFrame, paths};
use std::cell::RefCell;

/// Frames that wait to be drawn together at most.
const TOGETHER: usize = 256;
/// "Abnormal closure", RFC 6455 7.4.1: no close frame was seen.
const ABNORMAL: u16 = 1006;

thread_local! {
    static SOCKET: RefCell<Option<Socket>> = const { RefCell::new(None) };
    /// What came since the page was last drawn: applied at once, it would be laid out for each frame.
    static HEARD: RefCell<Vec<ServerFrame>> = const { RefCell::new(Vec::new()) };
}

/// Opens a socket in the place of the one there was.
pub(super) fn open(model: ViewModel) {
    close();
    let url = navigation::socket_url(paths::SOCKET);
    let socket = Socket::open(&url, move |incoming| hear(model, incoming));
    if socket.is_none() {
        // The browser refuses the address. It is told later, as of any other.
        spawn_local(async move { ended(model, ABNORMAL, "") });
    }
    SOCKET.set(socket);
}

/// Drops the socket; nothing more is heard of it.
pub(super) fn close() {
    drop(SOCKET.take());
    HEARD.take();
}

/// Says something to the server, if it can hear.
pub(super) fn say(model: ViewModel, frame: &ClientFrame) {
    let is_said = SOCKET.with_borrow(|socket| {
        let socket = socket.as_ref();
        socket.is_some_and(|socket| socket.send(frame))
    });
    if !is_said && SOCKET.with_borrow(Option::is_some) {
        close();
        ended(model, ABNORMAL, "");
    }
}

fn hear(model: ViewModel, incoming: Incoming) {
    match incoming {
        Incoming::Opened => act(model, |session| session.opened()),
        Incoming::Frame(frame) => {
            let waiting = HEARD.with_borrow_mut(|heard| {
                heard.push(*frame);
                heard.len()
            });
            if waiting == TOGETHER || !navigation::is_visible() {
                apply(model);
            } else if waiting == 1 {
                spawn_local(async move {
                    clock::frame().await;
                    apply(model);
                });
            }
        }
        Incoming::Closed { code, reason } => {
            apply(model);
            close();
            ended(model, code, &reason);
        }
    }
}

/// Applies what came, in its order.
fn apply(model: ViewModel) {
    let heard = HEARD.take();
    if !heard.is_empty() {
        act(model, |session| {
            for frame in heard {
                session.received(frame);
            }
        });
    }
}

fn ended(model: ViewModel, code: u16, reason: &str) {
    act(model, |session| session.closed(code, reason));
}
