//! The socket as a state machine: when to connect, when to wait, when to give up.
//!
//! *Invariant:* after every loss there is exactly one of: a moment at which to try again, or a
//! reason why not. Waits are drawn from all of 0 to a ceiling that doubles ("full jitter"), so that
//! the clients of a restarted server do not come back at once.

#[cfg(test)]
mod tests;

use parlour_protocol::CloseCode;

const BASE_MS: f64 = 500.0;
const CEILING_MS: f64 = 30_000.0;
const SHORTEST_MS: f64 = 50.0;
/// A connection that lived this long was a good one; the next loss starts from the base again.
const STEADY_MS: f64 = 10_000.0;
/// The server says something every 25 s.
const SILENCE_MS: f64 = 40_000.0;
/// A server that said it would restart is given this long before anybody is told.
const RESTART_MS: f64 = 2_000.0;

/// Where the connection is.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// A socket is being opened.
    Connecting {
        /// How many tries there were before this one since it was last steady.
        attempt: u32,
    },
    /// Open.
    Live,
    /// Lost; to be opened again.
    Waiting {
        /// How many tries there were.
        attempt: u32,
        /// When to try next.
        until_ms: f64,
    },
    /// Closed by the server for a reason that trying again does not change.
    Stopped {
        /// The close code.
        code: u16,
        /// What the server said.
        reason: String,
    },
}

/// What is shown of it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Banner {
    /// All is well.
    Live,
    /// A socket is being opened.
    Connecting,
    /// "Connection lost. Trying again in 4 s."
    Lost {
        /// Until the next try, rounded up; 0 while it is under way.
        seconds: u32,
    },
    /// It does not come back by itself; [`Connection::phase`] says why.
    Stopped,
}

/// The socket's state.
#[derive(Clone, Debug, PartialEq)]
pub struct Connection {
    phase: Phase,
    attempt: u32,
    live_since: Option<f64>,
    heard_at: Option<f64>,
    restart_said_at: Option<f64>,
}

impl Default for Connection {
    fn default() -> Self {
        Self::new()
    }
}

impl Connection {
    /// The first socket is being opened.
    pub fn new() -> Self {
        Self {
            phase: Phase::Connecting { attempt: 0 },
            attempt: 0,
            live_since: None,
            heard_at: None,
            restart_said_at: None,
        }
    }

    /// Where it is.
    pub fn phase(&self) -> &Phase {
        &self.phase
    }

    /// Whether it is open.
    pub fn is_live(&self) -> bool {
        self.phase == Phase::Live
    }

    /// The socket is open. It counts from when it is first [`Connection::heard`].
    pub fn opened(&mut self) {
        self.phase = Phase::Live;
        self.live_since = None;
        self.heard_at = None;
        self.restart_said_at = None;
    }

    /// The socket was closed, or could not be opened (any code below 4400). `random` is in 0..1.
    pub fn closed(&mut self, code: u16, reason: &str, now_ms: f64, random: f64) -> &Phase {
        if matches!(self.phase, Phase::Waiting { .. } | Phase::Stopped { .. }) {
            // The same loss again: the close event of a socket already given up as silent.
            return &self.phase;
        }
        if !CloseCode::reconnects(code) {
            self.phase = Phase::Stopped {
                code,
                reason: reason.to_owned(),
            };
            return &self.phase;
        }
        if self
            .live_since
            .is_some_and(|since| now_ms - since >= STEADY_MS)
        {
            self.attempt = 0;
        }
        let mut base = BASE_MS;
        if code == CloseCode::GoingAway.code() {
            base = base.max(f64::from(retry_after_ms(reason)));
            if self.is_live() {
                self.restart_said_at = Some(now_ms);
            }
        }
        self.live_since = None;
        let doubled = base * f64::from(1_u32 << self.attempt.min(6));
        let delay = (random * doubled.min(CEILING_MS)).max(SHORTEST_MS);
        self.phase = Phase::Waiting {
            attempt: self.attempt,
            until_ms: now_ms + delay,
        };
        &self.phase
    }

    /// The wait is over, the network or the tab is back, or somebody wants it now: connect. Does
    /// nothing unless it waits; in particular it does not undo `Stopped`.
    pub fn wake(&mut self) {
        if matches!(self.phase, Phase::Waiting { .. }) {
            self.attempt = self.attempt.saturating_add(1);
            self.phase = Phase::Connecting {
                attempt: self.attempt,
            };
        }
    }

    /// What stopped it was put right (another name, a new session): connect, also from `Stopped`.
    pub fn restart(&mut self) {
        *self = Self::new();
    }

    /// Whether the wait is over, and [`Connection::wake`] is to be called.
    pub fn due(&self, now_ms: f64) -> bool {
        matches!(self.phase, Phase::Waiting { until_ms, .. } if now_ms >= until_ms)
    }

    /// The socket gave a sign of life: it opened, or a frame came.
    pub fn heard(&mut self, now_ms: f64) {
        if self.is_live() {
            self.live_since = self.live_since.or(Some(now_ms));
            self.heard_at = Some(now_ms);
        }
    }

    /// Live in name only (a lid was closed, a router forgot us): close the socket, and tell
    /// [`Connection::closed`].
    pub fn is_silent(&self, now_ms: f64) -> bool {
        let heard_at = self.heard_at;
        self.is_live() && heard_at.is_some_and(|heard| now_ms - heard >= SILENCE_MS)
    }

    /// What to show. A restart that the server announced shows only when it takes long.
    pub fn banner(&self, now_ms: f64) -> Banner {
        let is_restarting = self
            .restart_said_at
            .is_some_and(|said| (said..said + RESTART_MS).contains(&now_ms));
        match self.phase {
            Phase::Live => Banner::Live,
            Phase::Stopped { .. } => Banner::Stopped,
            _ if is_restarting => Banner::Live,
            Phase::Connecting { attempt: 0 } => Banner::Connecting,
            Phase::Connecting { .. } => Banner::Lost { seconds: 0 },
            Phase::Waiting { until_ms, .. } => Banner::Lost {
                seconds: ((until_ms - now_ms) / 1_000.0).ceil().max(1.0) as u32,
            },
        }
    }
}

/// The `retry_after_ms=N` in a close reason; 0 without one.
fn retry_after_ms(reason: &str) -> u32 {
    const KEY: &str = "retry_after_ms=";
    let Some(at) = reason.find(KEY) else {
        return 0;
    };
    let digits = reason[at + KEY.len()..]
        .bytes()
        .take_while(u8::is_ascii_digit);
    digits.fold(0, |value: u32, digit| {
        value
            .saturating_mul(10)
            .saturating_add(u32::from(digit - b'0'))
    })
}
