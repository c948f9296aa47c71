//! The rate limit token of a message, taken when the writer reaches it: only then is it known to be no repeat of an
//! idempotency key.
//!
//! *Invariant:* it is taken at most once, however often the transaction of the message is tried.

use super::Limits;
use crate::ClientAddress;
use crate::error::ServiceError;
use parlour_protocol::UserId;
use std::sync::atomic::{AtomicBool, Ordering};

/// The token of one message.
#[derive(Debug)]
pub struct Charge {
    limits: Limits,
    user: UserId,
    address: ClientAddress,
    is_taken: AtomicBool,
}

impl Charge {
    pub(super) fn new(limits: Limits, user: UserId, address: ClientAddress) -> Self {
        Self {
            limits,
            user,
            address,
            is_taken: AtomicBool::new(false),
        }
    }

    /// Takes the token, unless that was done before.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] when there is none.
    pub fn take(&self) -> Result<(), ServiceError> {
        if !self.is_taken.load(Ordering::Acquire) {
            self.limits.message(self.user, self.address)?;
            self.is_taken.store(true, Ordering::Release);
        }
        Ok(())
    }

    /// The message was not stored: gives the token back, if it was taken.
    pub fn give_back(&self) {
        if self.is_taken.swap(false, Ordering::AcqRel) {
            self.limits.give_back_message(self.user, self.address);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::SystemClock;
    use crate::config::LimitSettings;
    use std::sync::Arc;

    #[test]
    fn a_message_costs_one_token_however_often_it_is_tried_and_none_when_it_is_lost() {
        let settings = LimitSettings {
            messages_per_second: 1,
            message_burst: 2,
            ..LimitSettings::none()
        };
        let limits = Limits::new(&settings, Arc::new(SystemClock));
        let charge = || limits.charge(UserId(1), ClientAddress::Unreadable);
        let (first, second, third) = (charge(), charge(), charge());
        assert!(first.take().is_ok() && first.take().is_ok());
        assert!(second.take().is_ok());
        assert!(third.take().is_err());
        third.give_back();
        assert!(third.take().is_err(), "it had taken nothing");
        second.give_back();
        second.give_back();
        assert!(third.take().is_ok());
        assert!(charge().take().is_err());
    }
}
