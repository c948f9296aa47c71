//! What lies between a tab and the server: sockets that keep their order, and requests that do not.

use super::socket_driver::ServerSocket;
use parlour_client::session::Ask;
use parlour_protocol::ClientFrame;
use parlour_protocol::calls::Answer;
use std::collections::VecDeque;

/// "Abnormal closure", RFC 6455 7.4.1: no close frame was seen.
pub(super) const BROKEN: u16 = 1006;

/// What comes down a socket.
pub(super) enum Down {
    /// A frame, as text.
    Frame(String),
    /// The close frame.
    Close(u16, String),
}

/// One socket. It may be gone for the client, for the server, or for both.
pub(super) struct Connection {
    /// The tab it belongs to.
    pub(super) tab: u32,
    /// Which device that is.
    pub(super) device: usize,
    /// Not answered yet.
    pub(super) is_opening: bool,
    /// The tab still holds it.
    pub(super) is_held: bool,
    /// The server's half.
    pub(super) socket: Option<ServerSocket>,
    /// On its way to the server.
    pub(super) up: VecDeque<ClientFrame>,
    /// On its way to the tab.
    pub(super) down: VecDeque<Down>,
    /// Nothing gets through to the server any more, and neither side notices.
    pub(super) is_silent_up: bool,
    /// The same to the tab.
    pub(super) is_silent_down: bool,
}

/// Something asked over HTTP.
pub(super) struct Request {
    pub(super) tab: u32,
    pub(super) device: usize,
    pub(super) number: u64,
    pub(super) ask: Ask,
    /// Nothing happens to it before this moment.
    pub(super) delayed_until: f64,
    /// The answer of the server, on its way back.
    pub(super) answer: Option<Answer>,
}

impl Connection {
    /// One that is being opened.
    pub(super) fn new(tab: u32, device: usize) -> Self {
        Self {
            tab,
            device,
            is_opening: true,
            is_held: true,
            socket: None,
            up: VecDeque::new(),
            down: VecDeque::new(),
            is_silent_up: false,
            is_silent_down: false,
        }
    }

    /// The tab sends a frame.
    pub(super) fn send(&mut self, frame: ClientFrame) {
        if !self.is_silent_up {
            self.up.push_back(frame);
        }
    }

    /// The server sends frames.
    pub(super) fn write(&mut self, frames: impl IntoIterator<Item = String>) {
        if !self.is_silent_down {
            self.down.extend(frames.into_iter().map(Down::Frame));
        }
    }

    /// The server's end closes it, or the server is gone.
    pub(super) fn end(&mut self, code: u16, reason: String) {
        self.socket = None;
        self.up.clear();
        if !self.is_silent_down {
            self.down.push_back(Down::Close(code, reason));
        }
    }

    /// Whatever was on its way is lost, and nothing more gets through.
    pub(super) fn silence(&mut self, up: bool, down: bool) {
        if up {
            self.is_silent_up = true;
            self.up.clear();
        }
        if down {
            self.is_silent_down = true;
            self.down.clear();
        }
    }

    /// Whether neither side has it any more.
    pub(super) fn is_gone(&self) -> bool {
        !self.is_held && self.socket.is_none()
    }
}
