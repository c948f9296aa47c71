//! Many people at once over real sockets, each of them made of the browser's own state machines.
//!
//! *Invariant:* a message is in the outbox before anything else happens to it, and a killed tab
//! comes back with nothing but what its device had stored.

mod actor;
mod link;
mod moderation;
mod status;

pub use moderation::ClosedRoom;
pub use status::{Recovery, Watch};

use crate::failure::Failure;
use crate::history::Event;
use crate::plan::Action;
use crate::rest::Rest;
use actor::{Actor, ActorContext};
use parlour_protocol::{NewSession, RoomId};
use std::net::SocketAddr;
use std::time::{Duration, Instant};
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};
use tokio::sync::watch;
use tokio::task::JoinSet;

/// A request through a bad network is given up after this, and made again.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(2);

/// What all of them share.
#[derive(Clone, Debug)]
pub struct SwarmConfig {
    /// Where the server, or the proxy before it, listens.
    pub address: SocketAddr,
    /// How many times faster their clocks run than ours.
    pub speed: u32,
    /// Where their chance comes from.
    pub seed: u64,
}

/// Who somebody is, and where.
#[derive(Clone, Debug)]
pub struct Person {
    /// The guest, with their token.
    pub guest: NewSession,
    /// The rooms they are in.
    pub rooms: Vec<RoomId>,
    /// The closed room, whether they are in it or not.
    pub closed: Option<ClosedRoom>,
}

/// What people saw and did.
#[derive(Debug, Default)]
pub struct Seen {
    /// For the checker.
    pub events: Vec<Event>,
    /// How long messages took to others.
    pub deliveries: Vec<Delivery>,
    /// For each socket that was lost, how long it took until its client lacked nothing of what there
    /// was when it was lost; counted from when it was no use any more, as far as the client can tell.
    pub recovery_times: Vec<Duration>,
}

/// A message that somebody else received, not by a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// When it was written, since [`Swarm::started`].
    pub sent: Duration,
    /// How long it took to this receiver.
    pub took: Duration,
}

/// An order to one actor.
struct Order(Action);

/// The people. They are gone when it is dropped.
pub struct Swarm {
    orders: Vec<UnboundedSender<Order>>,
    tasks: JoinSet<Seen>,
    finish: watch::Sender<bool>,
    watch: Watch,
    started: Instant,
}

impl Delivery {
    /// Of a message with a key of ours, unless its author is `index`.
    fn of(key: &str, now: Duration, index: usize) -> Option<Self> {
        let author: usize = key.split('.').next()?.parse().ok()?;
        let sent = Duration::from_micros(key.rsplit('.').next()?.parse().ok()?);
        let took = now.saturating_sub(sent);
        (author != index).then_some(Self { sent, took })
    }
}

impl Swarm {
    /// Every client takes a page of each of its rooms and connects.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn start(
        config: &SwarmConfig,
        people: impl IntoIterator<Item = Person>,
    ) -> Result<Self, Failure> {
        let people: Vec<Person> = people.into_iter().collect();
        let rest = Rest::at(config.address, REQUEST_TIMEOUT)?;
        let mut random = fastrand::Rng::with_seed(config.seed);
        let (finish, finished) = watch::channel(false);
        let mut swarm = Self {
            orders: Vec::with_capacity(people.len()),
            tasks: JoinSet::new(),
            finish,
            watch: Watch::over(people.len()),
            // One zero for all clocks, so that their times can be compared.
            started: Instant::now(),
        };
        for (index, person) in people.into_iter().enumerate() {
            let (orders, inbox) = unbounded_channel();
            let context = ActorContext {
                rest: rest.clone(),
                random: random.fork(),
                started: swarm.started,
                watch: swarm.watch.clone(),
                finish: finished.clone(),
            };
            let actor = Actor::new(index, person, config, context);
            swarm.tasks.spawn(actor.live(inbox));
            swarm.orders.push(orders);
        }
        Ok(swarm)
    }

    /// How everybody is.
    pub fn watch(&self) -> Watch {
        self.watch.clone()
    }

    /// When everybody began to come.
    pub fn started(&self) -> Instant {
        self.started
    }

    /// Gives a client something to do. It does so when its outbox is not too full.
    pub fn assign(&self, client: usize, action: Action) {
        self.watch.of(client).undone += 1;
        // An actor ends by itself only when it panics, and then `finish` says so.
        let _ = self.orders[client].send(Order(action));
    }

    /// Everybody says what is on their screen and goes; answers what they saw and did.
    ///
    /// # Panics
    /// When a client did.
    pub async fn finish(mut self) -> Seen {
        self.finish.send_replace(true);
        let mut seen = Seen::default();
        while let Some(ended) = self.tasks.join_next().await {
            let ended = ended.expect("a client's own code does not panic");
            seen.events.extend(ended.events);
            seen.deliveries.extend(ended.deliveries);
            seen.recovery_times.extend(ended.recovery_times);
        }
        seen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_delivery_is_told_by_the_key_and_not_to_its_author() {
        let now = Duration::from_millis(500);
        let delivery = Delivery::of("3.17.9.200000", now, 4);
        let expected = Delivery {
            sent: Duration::from_millis(200),
            took: Duration::from_millis(300),
        };
        assert_eq!(delivery, Some(expected));
        assert_eq!(Delivery::of("3.17.9.200000", now, 3), None);
        assert_eq!(Delivery::of("somebody else's", now, 3), None);
    }
}
