//! The socket as a state machine: when to connect, when to wait, when to give up, and when a heartbeat that did
//! not come means that it is dead.
//!
//! *Invariant:* after every loss there is exactly one of: a moment at which to try again, or a
//! reason why not. Waits are drawn from all of 0 to a ceiling that doubles ("full jitter"), so that
//! the clients of a restarted server do not come back at once.

#[cfg(test)]
mod tests;

use parlour_protocol::{AppError, CloseCode, ErrorCode};

const BASE_MS: f64 = 500.0;
const CEILING_MS: f64 = 30_000.0;
const SHORTEST_MS: f64 = 50.0;
/// A connection that lived this long was a good one; the next loss starts from the base again.
const STEADY_MS: f64 = 10_000.0;
/// The server says something every 25 s.
const SILENCE_MS: f64 = 40_000.0;
/// A question that is not answered in this time went to a socket that is dead.
const ANSWER_MS: f64 = 5_000.0;
/// The longest that the server can have a client wait.
const MAX_RETRY_AFTER_MS: f64 = 300_000.0;
/// A loss that is over before this is nobody's concern.
const UNNOTICED_MS: f64 = 3_000.0;

/// Where the connection is.
#[derive(Clone, Debug, PartialEq)]
pub enum Phase {
    /// Nobody keeps a socket: the page is as the server printed it.
    Absent,
    /// A socket is being opened.
    Connecting {
        /// How many tries there were before this one since it was last steady.
        attempt: u32,
    },
    /// The socket is open.
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
    /// Nothing here is live.
    Absent,
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
    asked_at: Option<f64>,
    lost_at: Option<f64>,
    was_live: bool,
    refusal: Option<String>,
}

impl Default for Connection {
    fn default() -> Self {
        Self::new()
    }
}

impl Connection {
    /// There is none, and none to come.
    pub fn absent() -> Self {
        Self {
            phase: Phase::Absent,
            ..Self::new()
        }
    }

    /// The first socket is being opened.
    pub fn new() -> Self {
        Self {
            phase: Phase::Connecting { attempt: 0 },
            attempt: 0,
            live_since: None,
            heard_at: None,
            asked_at: None,
            lost_at: None,
            was_live: false,
            refusal: None,
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
        self.asked_at = None;
        self.lost_at = None;
        self.was_live = true;
        self.refusal = None;
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
        }
        self.live_since = None;
        self.lost_at = self.lost_at.or(Some(now_ms));
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

    /// It was asked why no socket could be opened: the server refuses them and says so, or there is
    /// nothing to say. What it asks for is waited for, and up to half as long again, so that all whom
    /// it refuses do not come back at once. An answer that comes when the next try has begun is late.
    pub fn answered(&mut self, refusal: Option<AppError>, now_ms: f64, random: f64) {
        let Phase::Waiting { until_ms, .. } = &mut self.phase else {
            return;
        };
        let refusal = refusal.filter(|error| error.code != ErrorCode::NotFound);
        if let Some(wait) = refusal.as_ref().and_then(|error| error.retry_after_ms) {
            let wait = (wait as f64 * (1.0 + random / 2.0)).min(MAX_RETRY_AFTER_MS);
            *until_ms = until_ms.max(now_ms + wait);
        }
        self.refusal = refusal.map(|error| error.message);
    }

    /// Why the server takes no socket from here, in its own words.
    pub fn refusal(&self) -> Option<&str> {
        self.refusal.as_deref()
    }

    /// Something happened that makes a try worth while, such as the tab being looked at again; but
    /// who has been refused waits as long as was asked for.
    pub fn nudge(&mut self) {
        if self.refusal.is_none() {
            self.wake();
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
            self.asked_at = None;
        }
    }

    /// Whether the server was asked whether it is there, and has not answered yet.
    pub fn is_asking(&self) -> bool {
        self.asked_at.is_some()
    }

    /// The tab woke up, and the clock that counts the silence may have slept as well: is the socket
    /// alive? True when something is to be asked that the server answers.
    pub fn ask(&mut self, now_ms: f64) -> bool {
        let is_new = self.is_live() && self.asked_at.is_none();
        if is_new {
            self.asked_at = Some(now_ms);
        }
        is_new
    }

    /// Live in name only (a lid was closed, a router forgot us): close the socket, and tell
    /// [`Connection::closed`].
    pub fn is_silent(&self, now_ms: f64) -> bool {
        let is_over =
            |since: Option<f64>, limit: f64| since.is_some_and(|since| now_ms - since >= limit);
        self.is_live() && (is_over(self.heard_at, SILENCE_MS) || is_over(self.asked_at, ANSWER_MS))
    }

    /// What to show. A loss shows only when it lasts: a restart is over before.
    pub fn banner(&self, now_ms: f64) -> Banner {
        let is_short = self.lost_at.is_none_or(|lost| now_ms - lost < UNNOTICED_MS);
        let is_short = is_short && self.refusal.is_none();
        match self.phase {
            Phase::Absent => Banner::Absent,
            Phase::Live => Banner::Live,
            Phase::Stopped { .. } => Banner::Stopped,
            _ if is_short && self.was_live => Banner::Live,
            _ if is_short => Banner::Connecting,
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
    // Looking for bytes is less code than looking for a text.
    let mut places = reason.as_bytes().windows(KEY.len());
    let Some(at) = places.position(|place| place == KEY.as_bytes()) else {
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
