//! How often somebody may be wrong about a password: for each account and network, and for each network in all.
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

/// Somebody who says a password, taken for wrong until [`Attempt::give_back`].
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
    /// Counts an attempt to be the account of this name (folded), before it is known whether it fails: of many at once
    /// no more are tried than may fail. `browser` is what proves that the account was signed in there before.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] after too many failures; nothing is counted then.
    pub fn attempt(
        &self,
        name: &str,
        address: ClientAddress,
        browser: Option<Vec<u8>>,
    ) -> Result<Attempt, ServiceError> {
        let (sign_ins, now) = (&self.rates.sign_ins, self.rates.clock.monotonic());
        let counted = if let Some(browser) = browser {
            sign_ins.browsers.take(&browser, now).map_err(refused)?;
            Counted::Browser(browser)
        } else {
            let account = (name.chars().take(NAME).collect(), network(address));
            sign_ins.accounts.take(&account, now).map_err(refused)?;
            let taken = sign_ins.addresses.take(&account.1, now);
            taken.map_err(|wait| {
                sign_ins.accounts.give_back(&account);
                refused(wait)
            })?;
            Counted::Account(account)
        };
        Ok(Attempt {
            limits: self.clone(),
            counted,
        })
    }
}

impl Attempt {
    /// It did not fail, or it was not tried at all.
    pub fn give_back(self) {
        let sign_ins = &self.limits.rates.sign_ins;
        match self.counted {
            Counted::Browser(browser) => sign_ins.browsers.give_back(&browser),
            Counted::Account(account) => {
                sign_ins.accounts.give_back(&account);
                sign_ins.addresses.give_back(&account.1);
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
        let fails = |name: &str, address: &str| limits.attempt(name, at(address), None).is_ok();
        let guessed = (0..30).filter(|_| fails("alice", "192.0.2.1")).count();
        assert_eq!(guessed, 10);
        assert!(fails("alice", "192.0.2.2"), "from elsewhere");
        assert!(fails("bob", "192.0.2.1"), "somebody else");
        let tried = (0..100).filter(|nth| fails(&nth.to_string(), "192.0.2.1"));
        assert_eq!(tried.count(), 39, "fifty in all");
        // In the browser in which Alice was signed in she may be wrong ten times more.
        let here = |browser: &[u8]| limits.attempt("alice", at("192.0.2.1"), Some(browser.into()));
        assert_eq!((0..30).filter(|_| here(b"a").is_ok()).count(), 10);
        assert!(here(b"b").is_ok());
        clock.advance(WHILE);
        for _ in 0..30 {
            limits
                .attempt("alice", at("192.0.2.1"), None)
                .unwrap()
                .give_back();
        }
        assert!(fails("alice", "192.0.2.1"));
    }
}
