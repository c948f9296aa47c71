//! How often somebody may be wrong about a password: for each account and network, and for each network in all.
//!
//! Who is right is not counted, however many are at once. Whether a password may be tried is asked when it comes, so that
//! who has failed often waits for nothing, and again when its turn to be compared comes: of many wrong ones at once no
//! more are compared than may fail, and as many as are compared beside each other, less one
//! ([`Passwords`](crate::passwords::Passwords)).
//!
//! *Invariant:* a failure counts for the network that it comes from, and for nobody else, so that no account can be
//! locked by others. In a browser where the account was signed in before only that browser's own failures count.

use super::bucket::{Buckets, Rate};
use super::{Limits, network, refused};
use crate::ClientAddress;
use crate::error::ServiceError;
use std::time::Duration;

/// In which so many failures are allowed.
const WHILE: Duration = Duration::from_secs(5 * 60);
/// Characters of a name that tell accounts apart; more can no name have.
const NAME: usize = 64;

type Account = (String, ClientAddress);

#[derive(Debug)]
pub(super) struct SignIns {
    accounts: Buckets<Account>,
    addresses: Buckets<ClientAddress>,
    browsers: Buckets<Vec<u8>>,
}

impl SignIns {
    /// From now on so many failures are allowed.
    pub(super) fn set(&self, failures: u32, address_failures: u32) {
        let rate = |count| Rate::new(count, WHILE, count);
        self.accounts.set(rate(failures));
        self.addresses.set(rate(address_failures));
        self.browsers.set(rate(failures));
    }
}

impl Default for SignIns {
    /// Without limits, until they are set.
    fn default() -> Self {
        Self {
            accounts: Buckets::new(None),
            addresses: Buckets::new(None),
            browsers: Buckets::new(None),
        }
    }
}

/// Somebody who says a password. It counts when it has failed.
#[derive(Debug)]
pub struct Attempt {
    limits: Limits,
    counted: Counted,
}

#[derive(Debug)]
enum Counted {
    Account(Account),
    Browser(Vec<u8>),
}

impl Limits {
    /// An attempt to be the account of this name (folded). `browser` is what proves that the account was signed in there
    /// before.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] after too many failures.
    pub fn attempt(
        &self,
        name: &str,
        address: ClientAddress,
        browser: Option<Vec<u8>>,
    ) -> Result<Attempt, ServiceError> {
        let account = || (name.chars().take(NAME).collect(), network(address));
        let attempt = Attempt {
            limits: self.clone(),
            counted: match browser {
                Some(browser) => Counted::Browser(browser),
                None => Counted::Account(account()),
            },
        };
        attempt.check()?;
        Ok(attempt)
    }
}

impl Attempt {
    /// Whether it may be tried now: others may have failed since it came.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] after too many failures.
    pub fn check(&self) -> Result<(), ServiceError> {
        let rates = &self.limits.rates;
        let (sign_ins, now) = (&rates.sign_ins, rates.clock.monotonic());
        match &self.counted {
            Counted::Browser(browser) => sign_ins.browsers.look(browser, now),
            Counted::Account(account) => (sign_ins.accounts.look(account, now))
                .and_then(|()| sign_ins.addresses.look(&account.1, now)),
        }
        .map_err(refused)
    }

    /// It has failed.
    pub fn failed(self) {
        let rates = &self.limits.rates;
        let (sign_ins, now) = (&rates.sign_ins, rates.clock.monotonic());
        // Where there is nothing to take any more, others have failed beside it: they are counted.
        match &self.counted {
            Counted::Browser(browser) => drop(sign_ins.browsers.take(browser, now)),
            Counted::Account(account) => {
                let _ = sign_ins.accounts.take(account, now);
                let _ = sign_ins.addresses.take(&account.1, now);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use crate::config::LimitSettings;
    use parlour_protocol::Timestamp;
    use std::net::IpAddr;
    use std::sync::Arc;

    fn at(text: &str) -> ClientAddress {
        text.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn who_guesses_is_stopped_and_who_is_guessed_at_is_not() {
        let clock = ManualClock::stopped(Timestamp(0));
        let limits = Limits::new(&LimitSettings::default(), Arc::new(clock.clone()));
        let fails = |name: &str, address: &str| {
            let attempt = limits.attempt(name, at(address), None);
            attempt.map(Attempt::failed).is_ok()
        };
        let guessed = (0..30).filter(|_| fails("alice", "192.0.2.1")).count();
        assert_eq!(guessed, 10);
        assert!(fails("alice", "192.0.2.2"), "from elsewhere");
        assert!(fails("bob", "192.0.2.1"), "somebody else");
        let tried = (0..100).filter(|nth| fails(&nth.to_string(), "192.0.2.1"));
        assert_eq!(tried.count(), 39, "fifty in all");
        // In the browser in which Alice was signed in she may be wrong ten times more.
        let here = |browser: &[u8]| {
            let attempt = limits.attempt("alice", at("192.0.2.1"), Some(browser.into()));
            attempt.map(Attempt::failed)
        };
        assert_eq!((0..30).filter(|_| here(b"a").is_ok()).count(), 10);
        assert!(here(b"b").is_ok());
        clock.advance(WHILE);
        let right = || limits.attempt("alice", at("192.0.2.1"), None).unwrap();
        let at_once: Vec<_> = (0..100).map(|_| right()).collect();
        assert!(at_once.iter().all(|attempt| attempt.check().is_ok()));
        drop(at_once);
        assert!(fails("alice", "192.0.2.1"));
    }

    #[test]
    fn of_many_that_come_at_once_no_more_are_tried_than_may_fail() {
        let clock = ManualClock::stopped(Timestamp(0));
        let limits = Limits::new(&LimitSettings::default(), Arc::new(clock.clone()));
        let attempt = |name: &str| limits.attempt(name, at("192.0.2.1"), None).unwrap();
        let tried = |attempts: Vec<Attempt>| {
            let tried = attempts
                .into_iter()
                .filter(|attempt| attempt.check().is_ok());
            tried.map(Attempt::failed).count()
        };
        assert_eq!(tried((0..100).map(|_| attempt("alice")).collect()), 10);
        let names = (0..100).map(|nth| attempt(&nth.to_string()));
        assert_eq!(tried(names.collect()), 40, "of the network's fifty");
    }
}
