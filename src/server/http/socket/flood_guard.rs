//! When a socket that floods the server with frames is closed.

use crate::limits::retry_after_ms;
use std::time::Duration;

/// Refused frames after which a socket is closed.
const REFUSALS_MAX: u32 = 200;
/// How many refused frames one accepted frame cancels.
const REFUSALS_FORGIVEN: u32 = 4;

/// What is done with a frame that came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrameDecision {
    /// It is handled.
    Accept,
    /// It is answered `rate_limited`.
    Refuse {
        /// Milliseconds until the next one passes.
        retry_after_ms: u64,
    },
    /// The socket is closed with 4429.
    Close,
}

/// Counts the frames that the rate limit refused. A burst of a second is answered with errors, a flood closes
/// the socket.
#[derive(Debug, Default)]
pub struct FrameFloodGuard {
    refusals: u32,
}

impl FrameFloodGuard {
    /// Decides about a frame, given what the rate limit's bucket answered for it.
    pub fn decide(&mut self, taken: Result<(), Duration>) -> FrameDecision {
        let Err(wait) = taken else {
            self.refusals = self.refusals.saturating_sub(REFUSALS_FORGIVEN);
            return FrameDecision::Accept;
        };
        self.refusals += 1;
        if self.refusals >= REFUSALS_MAX {
            return FrameDecision::Close;
        }
        let retry_after_ms = retry_after_ms(wait);
        FrameDecision::Refuse { retry_after_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Result<(), Duration> = Err(Duration::from_millis(20));

    #[test]
    fn a_refused_frame_has_a_retry_time() {
        let mut flood_guard = FrameFloodGuard::default();
        assert_eq!(flood_guard.decide(Ok(())), FrameDecision::Accept);
        assert_eq!(
            flood_guard.decide(WAIT),
            FrameDecision::Refuse { retry_after_ms: 20 }
        );
    }

    #[test]
    fn a_flood_closes_the_socket() {
        let mut flood_guard = FrameFloodGuard::default();
        let last = (1..).find(|_| flood_guard.decide(WAIT) == FrameDecision::Close);
        assert_eq!(last, Some(REFUSALS_MAX));
    }

    /// 300 frames in one second at 50 per second: five of six refused.
    #[test]
    fn a_burst_of_one_second_does_not_close_and_one_of_ten_does() {
        let mut flood_guard = FrameFloodGuard::default();
        let mut second = |frames: u32| {
            (0..frames).any(|n| {
                let taken = if n % 6 == 0 { Ok(()) } else { WAIT };
                flood_guard.decide(taken) == FrameDecision::Close
            })
        };
        assert!(!second(300));
        assert!(second(3_000));
    }
}
