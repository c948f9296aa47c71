//! The limit of HTTP connections: a share of the places for each address, with eviction of idle ones.
//!
//! A connection on which no request runs is idle. When an address has used up its share, its longest idle
//! connection is closed for the next one; when the server has no more places, the longest idle of all is.
//!
//! *Invariant:* an address never holds more than its share, and no connection is evicted while a request runs or is
//! likely to be on its way.

use crate::ClientAddress;
use crate::clock::Clock;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

/// A connection that was answered less than this ago is not evicted: its next request is likely to be on its way.
pub const KEEP_ALIVE_GRACE: Duration = Duration::from_millis(250);
/// What a connection that has sent no request yet has in addition: when thousands reconnect at once, their first
/// requests take a while to be read.
pub const FIRST_REQUEST_GRACE: Duration = Duration::from_secs(2);

/// The places of one server.
#[derive(Clone, Debug)]
pub struct Connections(Arc<House>);

#[derive(Debug)]
struct House {
    places: usize,
    /// 0 is no limit. It may change meanwhile.
    per_address: Arc<AtomicU32>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    freed: Notify,
}

#[derive(Debug, Default)]
struct State {
    open: usize,
    addresses: HashMap<ClientAddress, Share>,
    /// The idle connections, in the order in which they became idle.
    idle: BTreeMap<u64, Idle>,
    turns: u64,
}

/// The connections of one address.
#[derive(Debug, Default)]
struct Share {
    open: u32,
    idle: BTreeSet<u64>,
}

#[derive(Debug)]
struct Idle {
    address: Option<ClientAddress>,
    since: Instant,
    leave: CancellationToken,
}

/// Why there is no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Full {
    /// The address has its share, and none of its connections is idle.
    Address,
    /// All places are taken, and no connection is idle.
    Server,
}

impl Connections {
    /// So many `places`, of which one address may have `per_address` (0: no limit).
    pub fn new(places: usize, per_address: Arc<AtomicU32>, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(House {
            places,
            per_address,
            clock,
            state: Mutex::default(),
            freed: Notify::new(),
        }))
    }

    /// Takes a place for a connection of this address, if need be that of an idle one. `None` is a proxy, whose clients
    /// are counted instead of it.
    ///
    /// # Errors
    /// Which limit is reached with busy connections only.
    pub fn enter(&self, address: Option<ClientAddress>) -> Result<Place, Full> {
        let now = self.0.clock.monotonic();
        let mut state = self.0.state();
        if let Some(share) = address.and_then(|address| state.addresses.get(&address))
            && self.0.is_full(share.open)
        {
            let longest = share.idle.first().copied();
            let longest = longest.filter(|longest| state.has_rested(*longest, now));
            state.give_way(longest.ok_or(Full::Address)?);
        }
        if state.open >= self.0.places {
            let longest = state.idle.keys().next().copied();
            let longest = longest.filter(|longest| state.has_rested(*longest, now));
            state.give_way(longest.ok_or(Full::Server)?);
        }
        state.open += 1;
        if let Some(address) = address {
            state.addresses.entry(address).or_default().open += 1;
        }
        let leave = CancellationToken::new();
        let turn = state.rest(address, leave.clone(), now + FIRST_REQUEST_GRACE);
        Ok(Place {
            house: Arc::clone(&self.0),
            address,
            leave,
            state: Mutex::new(PlaceState::Idle(turn)),
        })
    }

    /// Evicts the connection that has been idle longest: the system has no descriptor left for another one.
    pub fn make_room(&self) {
        let mut state = self.0.state();
        if let Some((&longest, _)) = state.idle.first_key_value() {
            state.give_way(longest);
        }
    }

    /// Waits until a connection ends or becomes idle.
    pub async fn freed(&self) {
        self.0.freed.notified().await;
    }
}

impl House {
    /// Whether an address with so many connections has its share.
    fn is_full(&self, open: u32) -> bool {
        let most = self.per_address.load(Ordering::Relaxed);
        most > 0 && open >= most
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn rest(
        &mut self,
        address: Option<ClientAddress>,
        leave: CancellationToken,
        since: Instant,
    ) -> u64 {
        self.turns += 1;
        let turn = self.turns;
        let idle = Idle {
            address,
            since,
            leave,
        };
        self.idle.insert(turn, idle);
        if let Some(share) = address.and_then(|address| self.addresses.get_mut(&address)) {
            share.idle.insert(turn);
        }
        turn
    }

    fn has_rested(&self, turn: u64, now: Instant) -> bool {
        let idle = self.idle.get(&turn);
        idle.is_some_and(|idle| now.saturating_duration_since(idle.since) >= KEEP_ALIVE_GRACE)
    }

    /// Takes a connection out of the idle ones, if it still is one of them.
    fn rouse(&mut self, turn: u64) -> Option<Idle> {
        let idle = self.idle.remove(&turn)?;
        if let Some(share) = idle.address.and_then(|at| self.addresses.get_mut(&at)) {
            share.idle.remove(&turn);
        }
        Some(idle)
    }

    fn give_way(&mut self, turn: u64) {
        if let Some(idle) = self.rouse(turn) {
            self.leave(idle.address);
            idle.leave.cancel();
        }
    }

    fn leave(&mut self, address: Option<ClientAddress>) {
        self.open -= 1;
        if let Some(address) = address
            && let Some(share) = self.addresses.get_mut(&address)
        {
            share.open -= 1;
            if share.open == 0 {
                self.addresses.remove(&address);
            }
        }
    }
}

/// The place of a connection, until this is dropped.
#[derive(Debug)]
pub struct Place {
    house: Arc<House>,
    address: Option<ClientAddress>,
    leave: CancellationToken,
    state: Mutex<PlaceState>,
}

#[derive(Clone, Copy, Debug)]
enum PlaceState {
    Busy,
    Idle(u64),
    /// It was evicted, and its place given away.
    Evicted,
}

impl Place {
    /// A request begins: the connection is not evicted until it is finished.
    pub fn begin(&self) {
        let mut state = self.state();
        if let PlaceState::Idle(number) = *state {
            let is_ours = self.house.state().rouse(number).is_some();
            *state = if is_ours {
                PlaceState::Busy
            } else {
                PlaceState::Evicted
            };
        }
    }

    /// The request is answered, and the connection is idle.
    pub fn finish(&self) {
        let mut state = self.state();
        if let PlaceState::Busy = *state {
            let now = self.house.clock.monotonic();
            let leave = self.leave.clone();
            let number = self.house.state().rest(self.address, leave, now);
            *state = PlaceState::Idle(number);
            self.house.freed.notify_one();
        }
    }

    /// Waits until the connection is evicted.
    pub async fn evicted(&self) {
        self.leave.cancelled().await;
    }

    fn state(&self) -> MutexGuard<'_, PlaceState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let place = *self.state();
        {
            let mut state = self.house.state();
            let is_ours = match place {
                PlaceState::Idle(number) => state.rouse(number).is_some(),
                PlaceState::Busy => true,
                PlaceState::Evicted => false,
            };
            if is_ours {
                state.leave(self.address);
            }
        }
        self.house.freed.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use parlour_protocol::Timestamp;
    use std::net::IpAddr;

    fn at(last: u8) -> Option<ClientAddress> {
        Some(IpAddr::from([192, 0, 2, last]).into())
    }

    fn has_to_go(place: &Place) -> bool {
        place.leave.is_cancelled()
    }

    /// So many places, so many of them for one address, and their clock.
    fn connections(places: usize, per_address: u32) -> (Connections, ManualClock) {
        let clock = ManualClock::stopped(Timestamp(0));
        let connections = Connections::new(
            places,
            Arc::new(per_address.into()),
            Arc::new(clock.clone()),
        );
        (connections, clock)
    }

    /// After this time every idle connection may be evicted.
    const LATER: Duration = FIRST_REQUEST_GRACE.saturating_add(KEEP_ALIVE_GRACE);

    #[test]
    fn the_longest_idle_connection_of_an_address_is_evicted_for_its_next() {
        let (connections, clock) = connections(100, 2);
        let first = connections.enter(at(1)).unwrap();
        let second = connections.enter(at(1)).unwrap();
        // It sends a request, so that the other one is idle longer.
        first.begin();
        first.finish();
        clock.advance(LATER);
        let third = connections.enter(at(1)).unwrap();
        assert_eq!(
            [&first, &second, &third].map(has_to_go),
            [false, true, false]
        );
        // What is left of the evicted one takes no place.
        second.begin();
        second.finish();
        drop(second);
        assert_eq!(connections.0.state().addresses[&at(1).unwrap()].open, 2);
    }

    #[test]
    fn a_new_connection_is_not_evicted_before_its_first_request() {
        let (connections, clock) = connections(3, 2);
        let places = [1, 1, 2].map(|last| connections.enter(at(last)).unwrap());
        clock.advance(FIRST_REQUEST_GRACE);
        assert_eq!(connections.enter(at(1)).unwrap_err(), Full::Address);
        assert_eq!(connections.enter(at(3)).unwrap_err(), Full::Server);
        assert!(!places.iter().any(has_to_go));
        clock.advance(KEEP_ALIVE_GRACE);
        let third = connections.enter(at(1));
        assert!(third.is_ok() && has_to_go(&places[0]));
    }

    #[test]
    fn an_address_whose_requests_all_run_is_refused_and_another_is_not() {
        let (connections, clock) = connections(100, 2);
        let places = [0; 2].map(|_| connections.enter(at(1)).unwrap());
        places.iter().for_each(Place::begin);
        clock.advance(LATER);
        assert_eq!(connections.enter(at(1)).unwrap_err(), Full::Address);
        assert!(connections.enter(at(2)).is_ok());
        places[0].finish();
        clock.advance(KEEP_ALIVE_GRACE);
        assert!(connections.enter(at(1)).is_ok());
        assert_eq!(
            [has_to_go(&places[0]), has_to_go(&places[1])],
            [true, false]
        );
    }

    #[test]
    fn at_the_limit_of_all_places_the_longest_idle_is_evicted() {
        let (connections, clock) = connections(2, 0);
        let theirs = connections.enter(at(1)).unwrap();
        let busy = connections.enter(None).unwrap();
        busy.begin();
        clock.advance(LATER);
        let ours = connections.enter(at(2)).unwrap();
        assert!(has_to_go(&theirs) && !has_to_go(&busy));
        ours.begin();
        assert_eq!(connections.enter(at(3)).unwrap_err(), Full::Server);
        drop(busy);
        assert!(connections.enter(at(3)).is_ok());
    }

    #[test]
    fn proxies_have_no_share_and_closed_connections_leave_nothing() {
        let (connections, _) = connections(100, 1);
        let places: Vec<_> = (0..50).map(|_| connections.enter(None).unwrap()).collect();
        let one = connections.enter(at(1)).unwrap();
        one.begin();
        drop((places, one));
        let state = connections.0.state();
        assert_eq!(
            (state.open, state.idle.len(), state.addresses.len()),
            (0, 0, 0)
        );
    }
}
