//! Limits of reading: how often history is read, and how many bytes of answers may wait for clients that do not read.

use super::bucket::{Buckets, Rate};
use super::{network, refused};
use crate::ClientAddress;
use crate::error::ServiceError;
use crate::scope::Scope;
use parlour_protocol::UserId;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// The burst of an address, in seconds of its rate: a class of pupils opens a room together.
const ADDRESS_BURST: u32 = 4;
/// The same for a person, whose rate is half of an address's.
const PERSON_BURST: u32 = 4;

/// Answers of fewer bytes are not counted: the system's buffers take them.
pub(super) const SMALL: usize = 64 * 1024;
/// Bytes of answers that one address has not read yet.
const ADDRESS_UNREAD: usize = 16 * 1024 * 1024;
/// The same of all addresses together.
const ALL_UNREAD: usize = 128 * 1024 * 1024;
/// Milliseconds until a refused client may try again.
const RETRY_AFTER_MS: u64 = 1_000;

#[derive(Debug)]
pub(super) struct Reading {
    addresses: Buckets<ClientAddress>,
    people: Buckets<UserId>,
}

impl Reading {
    pub(super) fn new(pages_per_second: u32) -> Self {
        let [address, person] = rates(pages_per_second);
        Self {
            addresses: Buckets::new(address),
            people: Buckets::new(person),
        }
    }

    /// From now on so many are read.
    pub(super) fn set(&self, pages_per_second: u32) {
        let [address, person] = rates(pages_per_second);
        self.addresses.set(address);
        self.people.set(person);
    }

    /// Takes a token for one page. If the address has none, the person's is not taken.
    pub(super) fn page(&self, scope: &Scope, now: Instant) -> Result<(), ServiceError> {
        let address = network(scope.address);
        self.addresses.look(&address, now).map_err(refused)?;
        if let Some(person) = scope.user_id() {
            self.people.take(&person, now).map_err(refused)?;
        }
        self.addresses.take(&address, now).map_err(refused)
    }
}

/// The rates of an address and of a person.
fn rates(pages_per_second: u32) -> [Option<Rate>; 2] {
    const SECOND: Duration = Duration::from_secs(1);
    let a_person = pages_per_second.div_ceil(2);
    let per = |count: u32, burst: u32| Rate::new(count, SECOND, count.saturating_mul(burst));
    [
        per(pages_per_second, ADDRESS_BURST),
        per(a_person, PERSON_BURST),
    ]
}

#[derive(Debug, Default)]
struct Waiting {
    all: usize,
    addresses: HashMap<ClientAddress, usize>,
}

/// Counts the bytes of answers that are not read yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Unread(Arc<Mutex<Waiting>>);

impl Unread {
    /// Reserves room for an answer of so many bytes.
    pub(super) fn answer(
        &self,
        address: ClientAddress,
        bytes: usize,
    ) -> Result<UnreadGuard, ServiceError> {
        let address = network(address);
        let mut waiting = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let theirs = waiting.addresses.get(&address).copied().unwrap_or(0);
        if theirs + bytes > ADDRESS_UNREAD {
            return Err(ServiceError::RateLimited {
                retry_after_ms: RETRY_AFTER_MS,
            });
        }
        if waiting.all + bytes > ALL_UNREAD {
            return Err(ServiceError::Overloaded);
        }
        waiting.all += bytes;
        waiting.addresses.insert(address, theirs + bytes);
        Ok(UnreadGuard {
            address,
            bytes,
            unread: self.clone(),
        })
    }
}

/// Counts an answer until this is dropped.
#[derive(Debug)]
pub struct UnreadGuard {
    address: ClientAddress,
    bytes: usize,
    unread: Unread,
}

impl Drop for UnreadGuard {
    fn drop(&mut self) {
        let mut waiting = self.unread.0.lock().unwrap_or_else(PoisonError::into_inner);
        waiting.all -= self.bytes;
        if let Some(theirs) = waiting.addresses.get_mut(&self.address) {
            *theirs -= self.bytes;
            if *theirs == 0 {
                waiting.addresses.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, SystemClock};
    use std::net::IpAddr;

    fn visitor(last: u8) -> Scope {
        Scope::visitor(IpAddr::from([192, 0, 2, last]))
    }

    #[test]
    fn an_address_reads_its_burst_and_another_one_still_can() {
        let now = SystemClock.monotonic();
        let reading = Reading::new(50);
        let read = |at| {
            (0..1_000)
                .filter(|_| reading.page(&visitor(1), at).is_ok())
                .count()
        };
        assert_eq!(read(now), 200);
        assert_eq!(read(now + Duration::from_secs(1)), 50);
        assert!(reading.page(&visitor(2), now).is_ok());
        assert!((0..1_000).all(|_| Reading::new(0).page(&visitor(1), now).is_ok()));
    }

    #[test]
    fn what_is_not_read_is_bounded_for_an_address_and_given_back() {
        let unread = Unread::default();
        let address = visitor(1).address;
        let half = ADDRESS_UNREAD / 2;
        let first = unread.answer(address, half).unwrap();
        let _second = unread.answer(address, half).unwrap();
        let third = unread.answer(address, 1);
        assert!(matches!(third, Err(ServiceError::RateLimited { .. })));
        assert!(unread.answer(visitor(2).address, half).is_ok());
        drop(first);
        assert!(unread.answer(address, half).is_ok());
    }

    #[test]
    fn what_is_not_read_is_bounded_for_all_together() {
        let unread = Unread::default();
        let answer = |last| unread.answer(visitor(last).address, ADDRESS_UNREAD);
        let guards: Vec<_> = (0..8).map(|last| answer(last).unwrap()).collect();
        assert!(matches!(answer(9), Err(ServiceError::Overloaded)));
        drop(guards);
        assert!(unread.0.lock().unwrap().addresses.is_empty());
        assert!(answer(9).is_ok());
    }
}
