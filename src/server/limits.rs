//! How often somebody may do something.
//!
//! Owns every rate of `[limits]`; 0 there means no limit. Whoever has no token is turned away before the work
//! is queued, so that a flood that is refused costs nobody else their place; what was taken for work that came
//! to nothing is given back. A refusal says when it is worth trying again, and whoever refuses answers: nothing
//! is dropped in silence.

mod bucket;
mod charge;
pub mod connections;
pub mod descriptors;
mod reading;
mod sends;
mod sockets;

pub use bucket::Bucket;
pub use charge::Charge;
pub use reading::UnreadGuard;
pub use sends::SendGuard;
pub use sockets::SocketGuard;

use crate::ClientAddress;
use crate::clock::Clock;
use crate::config::LimitSettings;
use crate::error::ServiceError;
use crate::scope::Scope;
use bucket::{Buckets, Rate};
use parlour_protocol::UserId;
use reading::{Reading, Unread};
use sends::Sends;
use sockets::Sockets;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::time::Duration;

/// All limits of one server. A clone counts into the same buckets.
#[derive(Clone, Debug)]
pub struct Limits {
    rates: Arc<Rates>,
    clock: Arc<dyn Clock>,
}

#[derive(Debug)]
struct Rates {
    messages: Buckets<UserId>,
    sends: Sends,
    guests: Buckets<ClientAddress>,
    rooms: Buckets<UserId>,
    address_messages: Buckets<ClientAddress>,
    address_rooms: Buckets<ClientAddress>,
    sockets: Sockets,
    /// Of visitors who come through a proxy: it has the connections, they have the requests.
    requests: Sockets,
    reading: Reading,
    unread: Unread,
    frames: Option<Rate>,
}

impl Limits {
    /// Limits with these rates, which fill again by this clock.
    pub fn new(settings: &LimitSettings, clock: Arc<dyn Clock>) -> Self {
        const SECOND: Duration = Duration::from_secs(1);
        const MINUTE: Duration = Duration::from_secs(60);
        const HOUR: Duration = Duration::from_secs(3_600);
        let per = |count: u32, period, burst| Rate::new(count, period, burst);
        let rates = Rates {
            messages: Buckets::new(per(
                settings.messages_per_second,
                SECOND,
                settings.message_burst,
            )),
            sends: Sends::default(),
            guests: Buckets::new(per(
                settings.guests_per_minute,
                MINUTE,
                settings.guests_per_minute,
            )),
            rooms: Buckets::new(per(settings.rooms_per_hour, HOUR, settings.rooms_per_hour)),
            address_messages: Buckets::new(per(
                settings.address_messages_per_second,
                SECOND,
                settings.address_message_burst,
            )),
            address_rooms: Buckets::new(per(
                settings.address_rooms_per_hour,
                HOUR,
                settings.address_rooms_per_hour,
            )),
            sockets: Sockets::new(settings.sockets_per_address),
            requests: Sockets::new(settings.connections_per_address),
            reading: Reading::new(settings.history_pages_per_second),
            unread: Unread::default(),
            frames: per(
                settings.frames_per_second,
                SECOND,
                settings.frames_per_second,
            ),
        };
        Self {
            rates: Arc::new(rates),
            clock,
        }
    }

    /// One more message of a person's, over all their sockets and REST, and of all the people who
    /// come from the same address: names cost nothing, so whoever is too fast under one takes another.
    pub fn message(&self, user: UserId, address: ClientAddress) -> Result<(), ServiceError> {
        let (rates, now) = (&self.rates, self.clock.monotonic());
        rates.messages.take(&user, now).map_err(refused)?;
        let taken = rates.address_messages.take(&network(address), now);
        taken.map_err(|wait| {
            rates.messages.give_back(&user);
            refused(wait)
        })
    }

    /// One more send of a person's beside others that are under way, for as long as the guard lives;
    /// `None` while there are as many as there may be. One that `has_no_other` before it on its socket
    /// need not wait.
    pub fn send_under_way(&self, user: UserId, has_no_other: bool) -> Option<SendGuard> {
        self.rates.sends.begin(user, has_no_other)
    }

    /// Whether [`Limits::message`] would let one through; takes nothing.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] when it would not.
    pub fn could_message(&self, user: UserId, address: ClientAddress) -> Result<(), ServiceError> {
        let (rates, now) = (&self.rates, self.clock.monotonic());
        rates.messages.look(&user, now).map_err(refused)?;
        (rates.address_messages.look(&network(address), now)).map_err(refused)
    }

    /// One more message whose token is to be taken later.
    pub fn charge(&self, user: UserId, address: ClientAddress) -> Charge {
        Charge::new(self.clone(), user, address)
    }

    /// The message was not written, or it was written before.
    pub fn give_back_message(&self, user: UserId, address: ClientAddress) {
        self.rates.messages.give_back(&user);
        self.rates.address_messages.give_back(&network(address));
    }

    /// One more guest from an address.
    pub fn guest(&self, address: ClientAddress) -> Result<(), ServiceError> {
        let now = self.clock.monotonic();
        (self.rates.guests.take(&network(address), now)).map_err(refused)
    }

    /// The guest was not made.
    pub fn give_back_guest(&self, address: ClientAddress) {
        self.rates.guests.give_back(&network(address));
    }

    /// One more room made by a person, and from an address.
    pub fn room(&self, user: UserId, address: ClientAddress) -> Result<(), ServiceError> {
        let (rates, now) = (&self.rates, self.clock.monotonic());
        rates.rooms.take(&user, now).map_err(refused)?;
        let taken = rates.address_rooms.take(&network(address), now);
        taken.map_err(|wait| {
            rates.rooms.give_back(&user);
            refused(wait)
        })
    }

    /// The room was not made.
    pub fn give_back_room(&self, user: UserId, address: ClientAddress) {
        self.rates.rooms.give_back(&user);
        self.rates.address_rooms.give_back(&network(address));
    }

    /// Whether [`Limits::socket`] would let one through; takes nothing.
    pub fn could_socket(&self, address: ClientAddress) -> Result<(), ServiceError> {
        self.rates.sockets.look(network(address))
    }

    /// One more socket from an address, for as long as the guard lives.
    pub fn socket(&self, address: ClientAddress) -> Result<SocketGuard, ServiceError> {
        self.rates.sockets.open(network(address))
    }

    /// One more request from behind a proxy, for as long as the guard lives.
    pub fn request(&self, address: ClientAddress) -> Result<SocketGuard, ServiceError> {
        self.rates.requests.open(network(address))
    }

    /// One more page of history.
    pub fn history_page(&self, scope: &Scope) -> Result<(), ServiceError> {
        self.rates.reading.page(scope, self.clock.monotonic())
    }

    /// Room for an answer of so many bytes until it is read; small ones need none.
    pub fn answer(
        &self,
        address: ClientAddress,
        bytes: usize,
    ) -> Result<Option<UnreadGuard>, ServiceError> {
        if bytes < reading::SMALL {
            return Ok(None);
        }
        self.rates.unread.answer(address, bytes).map(Some)
    }

    /// A fresh socket's own bucket of frames.
    pub fn frames(&self) -> Bucket {
        Bucket::new(self.rates.frames)
    }
}

fn refused(wait: Duration) -> ServiceError {
    ServiceError::RateLimited {
        retry_after_ms: retry_after_ms(wait),
    }
}

/// A wait in milliseconds, at least one: who waits exactly so long is not refused again.
pub(crate) fn retry_after_ms(wait: Duration) -> u64 {
    let milliseconds = wait.as_nanos().div_ceil(1_000_000);
    u64::try_from(milliseconds).unwrap_or(u64::MAX).max(1)
}

/// What an address is counted under: whoever has one IPv6 address has all of its /64.
pub(crate) fn network(address: ClientAddress) -> ClientAddress {
    match address {
        ClientAddress::Known(IpAddr::V6(v6)) => {
            let network = Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64));
            ClientAddress::Known(IpAddr::V6(network))
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::ManualClock;
    use parlour_protocol::Timestamp;

    const HOME: ClientAddress = ClientAddress::Known(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

    fn clock() -> ManualClock {
        ManualClock::stopped(Timestamp(0))
    }

    fn limits(messages_per_second: u32, message_burst: u32) -> Limits {
        let settings = LimitSettings {
            messages_per_second,
            message_burst,
            guests_per_minute: 2,
            rooms_per_hour: 1,
            address_messages_per_second: 0,
            ..LimitSettings::default()
        };
        Limits::new(&settings, Arc::new(clock()))
    }

    #[test]
    fn each_person_has_a_burst_of_their_own() {
        let limits = limits(1, 3);
        for _ in 0..3 {
            assert!(limits.message(UserId(1), HOME).is_ok());
        }
        let Err(ServiceError::RateLimited { retry_after_ms }) = limits.message(UserId(1), HOME)
        else {
            panic!("the fourth at once is refused");
        };
        assert_eq!(retry_after_ms, 1_000);
        assert!(limits.message(UserId(2), HOME).is_ok());
    }

    #[test]
    fn zero_is_no_limit() {
        let limits = limits(0, 0);
        assert!((0..10_000).all(|_| limits.message(UserId(1), HOME).is_ok()));
    }

    #[test]
    fn who_takes_a_new_name_for_each_message_is_still_one_address() {
        let clock = clock();
        let limits = Limits::new(&LimitSettings::default(), Arc::new(clock.clone()));
        let from = |text: &str, user| {
            let address = text.parse::<IpAddr>().unwrap().into();
            limits.message(UserId(user), address).is_ok()
        };
        let sent = || (0..2_000).filter(|user| from("192.0.2.1", *user)).count();
        assert_eq!(sent(), 500);
        clock.advance(Duration::from_secs(1));
        assert_eq!(sent(), 50);
        assert!(from("192.0.2.2", 1));
        let made = |user| limits.room(UserId(user), HOME).is_ok();
        assert_eq!((0..3_000).filter(|user| made(*user)).count(), 120);
        let elsewhere = "2001:db8::1".parse::<IpAddr>().unwrap().into();
        assert!(limits.room(UserId(1), HOME).is_err());
        assert!(limits.room(UserId(1), elsewhere).is_ok());
    }

    #[test]
    fn an_address_is_its_network() {
        let limits = limits(1, 1);
        let from = |text: &str| limits.guest(text.parse::<IpAddr>().unwrap().into());
        assert!(from("2001:db8::1").is_ok());
        assert!(from("2001:db8::2").is_ok());
        assert!(from("2001:db8:0:0:ffff::3").is_err());
        assert!(from("2001:db8:0:1::1").is_ok());
        assert!(from("192.0.2.1").is_ok());
        assert!(from("::ffff:192.0.2.1").is_ok());
        assert!(from("192.0.2.1").is_err());
        assert!(from("192.0.2.2").is_ok());
        let unreadable = || limits.guest(ClientAddress::Unreadable).is_ok();
        assert!(unreadable() && unreadable());
        assert!(!unreadable(), "one for all of them");
    }
}
