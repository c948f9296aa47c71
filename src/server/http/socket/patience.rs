//! When a socket that says too much has said enough.

use crate::limits::retry_after_ms;
use std::time::Duration;

/// Refused frames after which a socket is closed.
const STRIKES: u32 = 200;
/// Refused frames that one accepted frame makes good.
const FORGIVEN: u32 = 4;

/// What becomes of a frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is handled.
    Pass,
    /// It is answered `rate_limited`.
    Refuse {
        /// Milliseconds until the next one passes.
        retry_after_ms: u64,
    },
    /// The socket is closed with 4429.
    Abuse,
}

/// Counts what the frame limit refused. One loud second is answered; a flood is closed.
#[derive(Debug, Default)]
pub struct Patience {
    strikes: u32,
}

impl Patience {
    /// What becomes of a frame for which the bucket said `taken`.
    pub fn judge(&mut self, taken: Result<(), Duration>) -> Verdict {
        let Err(wait) = taken else {
            self.strikes = self.strikes.saturating_sub(FORGIVEN);
            return Verdict::Pass;
        };
        self.strikes += 1;
        if self.strikes >= STRIKES {
            return Verdict::Abuse;
        }
        let retry_after_ms = retry_after_ms(wait);
        Verdict::Refuse { retry_after_ms }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Result<(), Duration> = Err(Duration::from_millis(20));

    #[test]
    fn a_refusal_says_how_long() {
        let mut patience = Patience::default();
        assert_eq!(patience.judge(Ok(())), Verdict::Pass);
        assert_eq!(patience.judge(WAIT), Verdict::Refuse { retry_after_ms: 20 });
    }

    #[test]
    fn a_flood_is_abuse() {
        let mut patience = Patience::default();
        let last = (1..).find(|_| patience.judge(WAIT) == Verdict::Abuse);
        assert_eq!(last, Some(STRIKES));
    }

    /// 300 frames in one second at 50 per second: five of six refused.
    #[test]
    fn one_loud_second_is_not_and_several_are() {
        let mut patience = Patience::default();
        let mut second = |frames: u32| {
            (0..frames).any(|n| {
                let taken = if n % 6 == 0 { Ok(()) } else { WAIT };
                patience.judge(taken) == Verdict::Abuse
            })
        };
        assert!(!second(300));
        assert!(second(3_000));
    }
}
