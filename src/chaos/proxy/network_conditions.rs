//! What the network is like: what can happen to bytes on their way.

use std::time::Duration;

/// Both directions of every connection.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NetworkConditions {
    /// From client to server.
    pub up: Direction,
    /// From server to client.
    pub down: Direction,
}

/// One direction. By default everything passes at once.
///
/// `every` is a mean number of bytes: where a fault happens is drawn with that mean, so that it
/// happens at any byte, of a frame's head or in the middle of its text.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Direction {
    /// How much later everything arrives.
    pub latency: Duration,
    /// Up to this much is added to it, drawn anew for each piece; pieces never overtake.
    pub jitter: Duration,
    /// Everything is written in pieces of 1 to this many bytes; 0: as it came.
    pub piece: usize,
    /// Waited for between two pieces.
    pub pause: Duration,
    /// Now and then nothing moves.
    pub stall: Option<Stall>,
    /// Now and then the connection is cut.
    pub cut: Option<Cut>,
    /// After so many bytes, on average, the rest is swallowed while the connection stays open:
    /// for as long as it lives, and under better conditions too.
    pub silence_every: Option<u64>,
}

/// Nothing moves for a while, then everything.
#[derive(Clone, Debug, PartialEq)]
pub struct Stall {
    /// After so many bytes, on average.
    pub every: u64,
    /// The longest; drawn between none and this.
    pub length: Duration,
}

/// The connection ends in the middle of something.
#[derive(Clone, Debug, PartialEq)]
pub struct Cut {
    /// After so many bytes, on average.
    pub every: u64,
    /// The share of cuts, 0 to 1, that are an RST; the others are a plain FIN.
    pub resets: f64,
}

impl NetworkConditions {
    /// The same in both directions.
    pub fn both(direction: Direction) -> Self {
        Self {
            up: direction.clone(),
            down: direction,
        }
    }
}

/// Counts bytes down to the next fault of one kind.
#[derive(Debug, Default)]
pub(super) struct Countdown {
    every: u64,
    left: u64,
}

impl Countdown {
    /// Takes the next `bytes` of a direction where it happens after `every` bytes on average:
    /// `Some(n)` when it happens after `n` of them, inside the run unless that is a single byte.
    pub(super) fn next_fault(
        &mut self,
        every: Option<u64>,
        bytes: usize,
        random: &mut fastrand::Rng,
    ) -> Option<usize> {
        let every = every?;
        if self.every != every {
            self.every = every;
            self.left = draw(every, random);
        }
        let bytes_long = bytes as u64;
        if self.left > bytes_long {
            self.left -= bytes_long;
            return None;
        }
        let at = (self.left as usize).clamp(1, bytes.saturating_sub(1).max(1));
        self.left = draw(every, random);
        Some(at)
    }
}

/// An exponential distribution: at each byte it is equally likely.
fn draw(every: u64, random: &mut fastrand::Rng) -> u64 {
    let share = 1.0 - random.f64();
    (-share.ln() * every as f64).ceil().max(1.0) as u64
}
