//! A cable between clients and server that can be spoilt while it is in use.
//!
//! Owns every connection through it. What happens on it is a [`Weather`], which may change at any
//! time; where exactly a fault strikes is drawn from a seed, per connection and direction.
//!
//! *Invariant:* what gets through is a prefix of what was sent, in order and unchanged, as TCP has
//! it: a connection that swallowed bytes never carries others after them.

mod carry;
#[cfg(test)]
mod tests;
mod weather;

pub use weather::{Cut, Stall, Way, Weather};

use carry::{Carrier, Ended};
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
    weather: watch::Sender<Weather>,
    strikes: Arc<Strikes>,
    accepting: JoinHandle<()>,
}

/// How often what happened, since the proxy was made.
#[derive(Debug, Default)]
pub struct Strikes {
    connections: AtomicU64,
    ended: AtomicU64,
    cuts: AtomicU64,
    stalls: AtomicU64,
    silences: AtomicU64,
    refused: AtomicU64,
}

/// [`Strikes`] at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Struck {
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

impl Struck {
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
    /// Listens on a free port of loopback for connections that go on to `target`; calm at first.
    ///
    /// # Errors
    /// No port can be bound.
    pub async fn to(target: SocketAddr, seed: u64) -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
        let address = listener.local_addr()?;
        let (weather, forecast) = watch::channel(Weather::default());
        let strikes = Arc::new(Strikes::default());
        let accepting = tokio::spawn(accept(
            listener,
            target,
            fastrand::Rng::with_seed(seed),
            forecast,
            Arc::clone(&strikes),
        ));
        Ok(Self {
            address,
            weather,
            strikes,
            accepting,
        })
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// From now on it is like this, also for connections that are open.
    pub fn set(&self, weather: Weather) {
        self.weather.send_replace(weather);
    }

    /// Connections that still carry something, or might.
    pub fn open(&self) -> usize {
        let ended = self.strikes.ended.load(Ordering::Relaxed);
        let all = self.strikes.connections.load(Ordering::Relaxed);
        all.saturating_sub(ended) as usize
    }

    /// How often what happened so far.
    pub fn struck(&self) -> Struck {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        Struck {
            connections: read(&self.strikes.connections),
            cuts: read(&self.strikes.cuts),
            stalls: read(&self.strikes.stalls),
            silences: read(&self.strikes.silences),
            refused: read(&self.strikes.refused),
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
    forecast: watch::Receiver<Weather>,
    strikes: Arc<Strikes>,
) {
    let mut connections = JoinSet::new();
    loop {
        while connections.try_join_next().is_some() {}
        let Ok((near, _)) = listener.accept().await else {
            // Out of descriptors, or the peer is gone already: neither lasts.
            tokio::task::yield_now().await;
            continue;
        };
        count(&strikes.connections);
        let (random, forecast, strikes) = (random.fork(), forecast.clone(), Arc::clone(&strikes));
        connections.spawn(async move {
            join(near, target, random, forecast, &strikes).await;
            count(&strikes.ended);
        });
    }
}

/// One connection, from one end to the other.
async fn join(
    near: TcpStream,
    target: SocketAddr,
    mut random: fastrand::Rng,
    forecast: watch::Receiver<Weather>,
    strikes: &Strikes,
) {
    let far = match TcpStream::connect(target).await {
        Ok(far) => far,
        Err(_) => {
            count(&strikes.refused);
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
            let up = Carrier::new(random.fork(), forecast.clone(), strikes, |w| &w.up);
            let down = Carrier::new(random.fork(), forecast, strikes, |w| &w.down);
            tokio::try_join!(up.carry(from_near, to_far), down.carry(from_far, to_near))
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
