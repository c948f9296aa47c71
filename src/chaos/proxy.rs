//! A TCP proxy between clients and server that injects network faults.
//!
//! Owns every connection through it. What happens on it are its [`NetworkConditions`], which may change at any
//! time; where exactly a fault happens is drawn from a seed, per connection and direction.
//!
//! *Invariant:* what gets through is a prefix of what was sent, in order and unchanged, as TCP has
//! it: a connection that swallowed bytes never carries others after them.

mod forward;
mod network_conditions;
#[cfg(test)]
mod tests;

pub use network_conditions::{Cut, Direction, NetworkConditions, Stall};

use forward::{Ended, Forwarder};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};

/// A proxy on loopback. Everything that runs through it ends when it is dropped.
pub struct Proxy {
    address: SocketAddr,
    conditions: watch::Sender<NetworkConditions>,
    counters: Arc<FaultCounters>,
    accepting: JoinHandle<()>,
}

/// How often each fault happened, since the proxy was made.
#[derive(Debug, Default)]
pub struct FaultCounters {
    connections: AtomicU64,
    ended: AtomicU64,
    cuts: AtomicU64,
    stalls: AtomicU64,
    silences: AtomicU64,
    refused: AtomicU64,
}

/// [`FaultCounters`] at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultCounts {
    /// Connections that were taken in.
    pub connections: u64,
    /// Connections that were cut.
    pub cuts: u64,
    /// Directions that stood still for a while.
    pub stalls: u64,
    /// Directions that swallow everything.
    pub silences: u64,
    /// Connections that the server did not take.
    pub refused: u64,
}

impl FaultCounts {
    /// What happened after `earlier`.
    pub fn since(self, earlier: Self) -> Self {
        Self {
            connections: self.connections - earlier.connections,
            cuts: self.cuts - earlier.cuts,
            stalls: self.stalls - earlier.stalls,
            silences: self.silences - earlier.silences,
            refused: self.refused - earlier.refused,
        }
    }
}

impl Proxy {
    /// Listens on a free port of loopback for connections that go on to `target`; without faults at first.
    ///
    /// # Errors
    /// No port can be bound.
    pub async fn to(target: SocketAddr, seed: u64) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (sender, conditions) = watch::channel(NetworkConditions::default());
        let counters = Arc::new(FaultCounters::default());
        let accepting = tokio::spawn(accept(
            listener,
            target,
            fastrand::Rng::with_seed(seed),
            conditions,
            Arc::clone(&counters),
        ));
        Ok(Self {
            address,
            conditions: sender,
            counters,
            accepting,
        })
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on it is like this, also for connections that are open.
    pub fn set(&self, conditions: NetworkConditions) {
        self.conditions.send_replace(conditions);
    }

    /// Connections that still carry something, or might.
    pub fn open(&self) -> usize {
        let ended = self.counters.ended.load(Ordering::Relaxed);
        let all = self.counters.connections.load(Ordering::Relaxed);
        all.saturating_sub(ended) as usize
    }

    /// How often each fault happened so far.
    pub fn fault_counts(&self) -> FaultCounts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        FaultCounts {
            connections: read(&self.counters.connections),
            cuts: read(&self.counters.cuts),
            stalls: read(&self.counters.stalls),
            silences: read(&self.counters.silences),
            refused: read(&self.counters.refused),
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // The connections are in a set that this task owns.
        self.accepting.abort();
    }
}

async fn accept(
    listener: TcpListener,
    target: SocketAddr,
    mut random: fastrand::Rng,
    conditions: watch::Receiver<NetworkConditions>,
    counters: Arc<FaultCounters>,
) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((near, _)) = listener.accept().await else {
            // Out of descriptors, or the peer is gone already: neither lasts.
            tokio::task::yield_now().await;
            continue;
        };
        count(&counters.connections);
        let (random, conditions, counters) =
            (random.fork(), conditions.clone(), Arc::clone(&counters));
        connections.spawn(async move {
            join(near, target, random, conditions, &counters).await;
            count(&counters.ended);
        });
    }
}

/// One connection, from one end to the other.
async fn join(
    near: TcpStream,
    target: SocketAddr,
    mut random: fastrand::Rng,
    conditions: watch::Receiver<NetworkConditions>,
    counters: &FaultCounters,
) {
    let far = match TcpStream::connect(target).await {
        Ok(far) => far,
        Err(_) => {
            count(&counters.refused);
            reset(near);
            return;
        }
    };
    // Pieces are to arrive as pieces.
    if near.set_nodelay(true).is_err() || far.set_nodelay(true).is_err() {
        return;
    }
    let ended = {
        let (mut near, mut far) = (near, far);
        let ended = {
            let (from_near, to_near) = near.split();
            let (from_far, to_far) = far.split();
            let up = Forwarder::new(random.fork(), conditions.clone(), counters, |w| &w.up);
            let down = Forwarder::new(random.fork(), conditions, counters, |w| &w.down);
            tokio::try_join!(
                up.forward(from_near, to_far),
                down.forward(from_far, to_near)
            )
        };
        match ended {
            Err(Ended::Reset) => Some((near, far)),
            // Dropping them sends what a process that ends sends.
            Ok(_) | Err(Ended::Closed) => None,
        }
    };
    if let Some((near, far)) = ended {
        reset(near);
        reset(far);
    }
}

/// Ends a connection with RST: what is still on its way in it is lost.
fn reset(stream: TcpStream) {
    // Where it cannot be set the connection is gone already.
    let _ = stream.set_zero_linger();
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}
