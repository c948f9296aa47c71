//! What lies between a tab and the server: sockets that keep their order, and requests that do not.

use super::serving::Served;
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
pub(super) struct Line {
    /// The tab it belongs to.
    pub(super) tab: u32,
    /// Which device that is.
    pub(super) device: usize,
    /// Not answered yet.
    pub(super) is_opening: bool,
    /// The tab still holds it.
    pub(super) is_held: bool,
    /// The server's half.
    pub(super) served: Option<Served>,
    /// On its way to the server.
    pub(super) up: VecDeque<ClientFrame>,
    /// On its way to the tab.
    pub(super) down: VecDeque<Down>,
    /// Nothing gets through to the server any more, and neither side is told.
    pub(super) is_deaf_up: bool,
    /// The same to the tab.
    pub(super) is_deaf_down: bool,
}

/// Something asked over HTTP.
pub(super) struct Request {
    pub(super) tab: u32,
    pub(super) device: usize,
    pub(super) number: u64,
    pub(super) ask: Ask,
    /// Nothing happens to it before this moment.
    pub(super) slow_until: f64,
    /// What the server said, on its way back.
    pub(super) answer: Option<Answer>,
}

impl Line {
    /// One that is being opened.
    pub(super) fn new(tab: u32, device: usize) -> Self {
        Self {
            tab,
            device,
            is_opening: true,
            is_held: true,
            served: None,
            up: VecDeque::new(),
            down: VecDeque::new(),
            is_deaf_up: false,
            is_deaf_down: false,
        }
    }

    /// The tab says something.
    pub(super) fn say(&mut self, frame: ClientFrame) {
        if !self.is_deaf_up {
            self.up.push_back(frame);
        }
    }

    /// The server writes something.
    pub(super) fn write(&mut self, frames: impl IntoIterator<Item = String>) {
        if !self.is_deaf_down {
            self.down.extend(frames.into_iter().map(Down::Frame));
        }
    }

    /// The server's end closes it, or the server is gone.
    pub(super) fn end(&mut self, code: u16, reason: String) {
        self.served = None;
        self.up.clear();
        if !self.is_deaf_down {
            self.down.push_back(Down::Close(code, reason));
        }
    }

    /// Whatever was on its way is lost, and nothing more gets through.
    pub(super) fn silence(&mut self, up: bool, down: bool) {
        if up {
            self.is_deaf_up = true;
            self.up.clear();
        }
        if down {
            self.is_deaf_down = true;
            self.down.clear();
        }
    }

    /// Whether neither side has it any more.
    pub(super) fn is_gone(&self) -> bool {
        !self.is_held && self.served.is_none()
    }
}
