//! The limit of sockets (or requests) of one address that are open at once.

use crate::ClientAddress;
use crate::error::ServiceError;
use std::collections::HashMap;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// Milliseconds until a refused client may try again; when a socket closes cannot be known.
const RETRY_AFTER_MS: u64 = 5_000;

type Counts = Arc<Mutex<HashMap<ClientAddress, u32>>>;

#[derive(Debug)]
pub(super) struct Sockets {
    /// 0 is no limit.
    max: AtomicU32,
    open: Counts,
}

impl Sockets {
    pub(super) fn new(max: u32) -> Self {
        Self {
            max: AtomicU32::new(max),
            open: Counts::default(),
        }
    }

    /// From now on an address may have so many; those that are open stay.
    pub(super) fn set(&self, max: u32) {
        self.max.store(max, Ordering::Relaxed);
    }

    /// Whether one more may be opened; counts nothing.
    pub(super) fn look(&self, address: ClientAddress) -> Result<(), ServiceError> {
        let open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        self.admit(open.get(&address).copied().unwrap_or_default())
    }

    fn admit(&self, count: u32) -> Result<(), ServiceError> {
        let max = self.max.load(Ordering::Relaxed);
        if max > 0 && count >= max {
            return Err(ServiceError::RateLimited {
                retry_after_ms: RETRY_AFTER_MS,
            });
        }
        Ok(())
    }

    pub(super) fn open(&self, address: ClientAddress) -> Result<SocketGuard, ServiceError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        self.admit(open.get(&address).copied().unwrap_or_default())?;
        *open.entry(address).or_insert(0) += 1;
        Ok(SocketGuard {
            address,
            open: Arc::clone(&self.open),
        })
    }
}

/// Counts one socket until this is dropped.
#[derive(Debug)]
pub struct SocketGuard {
    address: ClientAddress,
    open: Counts,
}

impl Drop for SocketGuard {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;

    #[test]
    fn a_closed_socket_makes_room_and_leaves_nothing() {
        let sockets = Sockets::new(2);
        let address = |text: &str| ClientAddress::from(text.parse::<IpAddr>().unwrap());
        let (one, another) = (address("192.0.2.1"), address("192.0.2.2"));
        let first = sockets.open(one).unwrap();
        let second = sockets.open(one).unwrap();
        assert!(sockets.open(one).is_err());
        assert!(sockets.open(another).is_ok());
        drop(first);
        let third = sockets.open(one).unwrap();
        drop((second, third));
        assert!(sockets.open.lock().unwrap().is_empty());
    }
}
