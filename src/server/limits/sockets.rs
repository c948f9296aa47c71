//! How many sockets are open from one address.

use crate::error::ServiceError;
use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

/// Until a refused client may try again: a socket that closes is no matter of a known time.
const RETRY_AFTER_MS: u64 = 5_000;

type Counts = Arc<Mutex<HashMap<IpAddr, u32>>>;

#[derive(Debug)]
pub(super) struct Sockets {
    max: u32,
    open: Counts,
}

impl Sockets {
    pub(super) fn new(max: u32) -> Self {
        Self {
            max,
            open: Counts::default(),
        }
    }

    pub(super) fn open(&self, address: IpAddr) -> Result<SocketGuard, ServiceError> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_insert(0);
        if self.max > 0 && *count >= self.max {
            return Err(ServiceError::RateLimited {
                retry_after_ms: RETRY_AFTER_MS,
            });
        }
        *count += 1;
        Ok(SocketGuard {
            address,
            open: Arc::clone(&self.open),
        })
    }
}

/// Counts one socket for as long as it lives.
#[derive(Debug)]
pub struct SocketGuard {
    address: IpAddr,
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

    #[test]
    fn a_closed_socket_makes_room_and_leaves_nothing() {
        let sockets = Sockets::new(2);
        let address: IpAddr = "192.0.2.1".parse().unwrap();
        let first = sockets.open(address).unwrap();
        let second = sockets.open(address).unwrap();
        assert!(sockets.open(address).is_err());
        assert!(sockets.open("192.0.2.2".parse().unwrap()).is_ok());
        drop(first);
        let third = sockets.open(address).unwrap();
        drop((second, third));
        assert!(sockets.open.lock().unwrap().is_empty());
    }
}
