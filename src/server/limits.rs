//! Rate limits: how often a person or an address may do something.
//!
//! Owns every rate of `[limits]`; 0 there means no limit. A request without a token is refused before its work is
//! queued, so that a refused flood takes no place in the queue; a token that was taken for work that failed is given
//! back. A refusal has the time after which to try again. *Invariant:* each refusal is answered; nothing is dropped
//! silently.

mod bucket;
mod charge;
pub mod connections;
pub mod descriptors;
mod reading;
mod sends;
mod sign_ins;
mod sockets;

pub use bucket::Bucket;
pub use charge::Charge;
pub use reading::UnreadGuard;
pub use sends::SendGuard;
pub use sign_ins::Attempt;
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
use sign_ins::SignIns;
use sockets::Sockets;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// All limits of one server. A clone counts into the same buckets.
#[derive(Clone, Debug)]
pub struct Limits {
    /// One pointer, since every socket has a clone.
    rates: Arc<Rates>,
}

#[derive(Debug)]
struct Rates {
    clock: Arc<dyn Clock>,
    messages: Buckets<UserId>,
    sends: Sends,
    guests: Buckets<ClientAddress>,
    wrong_codes: Buckets<ClientAddress>,
    accounts: Buckets<ClientAddress>,
    sign_ins: SignIns,
    direct_rooms: Buckets<UserId>,
    address_direct_rooms: Buckets<ClientAddress>,
    searches: Buckets<ClientAddress>,
    rooms: Buckets<UserId>,
    address_messages: Buckets<ClientAddress>,
    address_rooms: Buckets<ClientAddress>,
    sockets: Sockets,
    /// Requests of clients behind a proxy, whose connections are the proxy's.
    requests: Sockets,
    connections: Arc<AtomicU32>,
    reading: Reading,
    unread: Unread,
    /// Frames of a socket in a second.
    frames: AtomicU32,
}

const SECOND: Duration = Duration::from_secs(1);

impl Limits {
    /// Limits with these rates, whose buckets fill by this clock.
    pub fn new(settings: &LimitSettings, clock: Arc<dyn Clock>) -> Self {
        let rates = Rates {
            clock,
            messages: Buckets::new(None),
            sends: Sends::default(),
            guests: Buckets::new(None),
            accounts: Buckets::new(None),
            sign_ins: SignIns::default(),
            direct_rooms: Buckets::new(None),
            address_direct_rooms: Buckets::new(None),
            searches: Buckets::new(None),
            wrong_codes: Buckets::new(None),
            rooms: Buckets::new(None),
            address_messages: Buckets::new(None),
            address_rooms: Buckets::new(None),
            sockets: Sockets::new(0),
            requests: Sockets::new(0),
            connections: Arc::default(),
            reading: Reading::new(0),
            unread: Unread::default(),
            frames: AtomicU32::new(0),
        };
        let limits = Self {
            rates: Arc::new(rates),
        };
        limits.set(settings);
        limits
    }

    /// From now on these rates hold, for everybody who is there already, too.
    pub fn set(&self, settings: &LimitSettings) {
        const MINUTE: Duration = Duration::from_secs(60);
        const HOUR: Duration = Duration::from_secs(3_600);
        let per = |count: u32, period| Rate::new(count, period, count);
        let rates = &self.rates;
        rates.messages.set(Rate::new(
            settings.messages_per_second,
            SECOND,
            settings.message_burst,
        ));
        rates.address_messages.set(Rate::new(
            settings.address_messages_per_second,
            SECOND,
            settings.address_message_burst,
        ));
        rates.guests.set(per(settings.guests_per_minute, MINUTE));
        rates.accounts.set(per(settings.accounts_per_hour, HOUR));
        (rates.sign_ins).set(settings.sign_in_failures, settings.address_sign_in_failures);
        rates
            .wrong_codes
            .set(per(settings.wrong_codes_per_minute, MINUTE));
        let direct = settings.direct_rooms_per_hour;
        rates.direct_rooms.set(per(direct, HOUR));
        (rates.address_direct_rooms).set(per(direct.saturating_mul(2), HOUR));
        (rates.searches).set(per(settings.people_searches_per_minute, MINUTE));
        rates.rooms.set(per(settings.rooms_per_hour, HOUR));
        (rates.address_rooms).set(per(settings.address_rooms_per_hour, HOUR));
        rates.sockets.set(settings.sockets_per_address);
        rates.requests.set(settings.connections_per_address);
        (rates.connections).store(settings.connections_per_address, Ordering::Relaxed);
        rates.reading.set(settings.history_pages_per_second);
        (rates.frames).store(settings.frames_per_second, Ordering::Relaxed);
    }

    /// How many connections an address may have that are no sockets, now and when that is changed; 0 is no limit.
    pub fn connections_per_address(&self) -> Arc<AtomicU32> {
        Arc::clone(&self.rates.connections)
    }

    /// Takes a token for a message: of the person, over all their sockets and REST, and of the address, since a client
    /// that is refused under one name could take another.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] if either has none; nothing is taken then.
    pub fn message(&self, user: UserId, address: ClientAddress) -> Result<(), ServiceError> {
        let (rates, now) = (&self.rates, self.rates.clock.monotonic());
        rates.messages.take(&user, now).map_err(refused)?;
        let taken = rates.address_messages.take(&network(address), now);
        taken.map_err(|wait| {
            rates.messages.give_back(&user);
            refused(wait)
        })
    }

    /// Counts a send among those of the person that are under way, until the guard is dropped; `None` while there
    /// are as many as there may be. A send that `has_no_other` before it on its socket is always counted.
    pub fn send_under_way(&self, user: UserId, has_no_other: bool) -> Option<SendGuard> {
        self.rates.sends.begin(user, has_no_other)
    }

    /// Whether [`Limits::message`] would let one through; takes nothing.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] when it would not.
    pub fn could_message(&self, user: UserId, address: ClientAddress) -> Result<(), ServiceError> {
        let (rates, now) = (&self.rates, self.rates.clock.monotonic());
        rates.messages.look(&user, now).map_err(refused)?;
        (rates.address_messages.look(&network(address), now)).map_err(refused)
    }

    /// A message whose token is taken later, when it is known to be no repeat.
    pub fn charge(&self, user: UserId, address: ClientAddress) -> Charge {
        Charge::new(self.clone(), user, address)
    }

    /// Gives the token of a message back that was not stored.
    pub fn give_back_message(&self, user: UserId, address: ClientAddress) {
        self.rates.messages.give_back(&user);
        self.rates.address_messages.give_back(&network(address));
    }

    /// Takes a token for a new guest from an address.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] if there is none.
    pub fn guest(&self, address: ClientAddress) -> Result<(), ServiceError> {
        let now = self.rates.clock.monotonic();
        (self.rates.guests.take(&network(address), now)).map_err(refused)
    }

    /// Gives the token of a guest back who was not made.
    pub fn give_back_guest(&self, address: ClientAddress) {
        self.rates.guests.give_back(&network(address));
    }

    /// Takes a token for a new direct room, of the person and of the address.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] if either has none; nothing is taken then.
    pub fn direct_room(&self, user: UserId, address: ClientAddress) -> Result<(), ServiceError> {
        let (rates, now) = (&self.rates, self.rates.clock.monotonic());
        rates.direct_rooms.take(&user, now).map_err(refused)?;
        let taken = rates.address_direct_rooms.take(&network(address), now);
        taken.map_err(|wait| {
            rates.direct_rooms.give_back(&user);
            refused(wait)
        })
    }

    /// Takes a token for a search among all people.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] if the address has none.
    pub fn search_people(&self, address: ClientAddress) -> Result<(), ServiceError> {
        let now = self.rates.clock.monotonic();
        (self.rates.searches.take(&network(address), now)).map_err(refused)
    }

    /// Takes a token for a code that may be wrong, such as that of an invitation: who guesses has few tries.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] if the address has none.
    pub fn code(&self, address: ClientAddress) -> Result<(), ServiceError> {
        let now = self.rates.clock.monotonic();
        (self.rates.wrong_codes.take(&network(address), now)).map_err(refused)
    }

    /// Gives the token of a code back that was right.
    pub fn give_back_code(&self, address: ClientAddress) {
        self.rates.wrong_codes.give_back(&network(address));
    }

    /// Takes a token for a new account from an address.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] if there is none.
    pub fn account(&self, address: ClientAddress) -> Result<(), ServiceError> {
        let now = self.rates.clock.monotonic();
        (self.rates.accounts.take(&network(address), now)).map_err(refused)
    }

    /// Gives the token of an account back that was not made.
    pub fn give_back_account(&self, address: ClientAddress) {
        self.rates.accounts.give_back(&network(address));
    }

    /// Takes a token for a new room, of the person and of the address.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] if either has none; nothing is taken then.
    pub fn room(&self, user: UserId, address: ClientAddress) -> Result<(), ServiceError> {
        let (rates, now) = (&self.rates, self.rates.clock.monotonic());
        rates.rooms.take(&user, now).map_err(refused)?;
        let taken = rates.address_rooms.take(&network(address), now);
        taken.map_err(|wait| {
            rates.rooms.give_back(&user);
            refused(wait)
        })
    }

    /// Gives the token of a room back that was not made.
    pub fn give_back_room(&self, user: UserId, address: ClientAddress) {
        self.rates.rooms.give_back(&user);
        self.rates.address_rooms.give_back(&network(address));
    }

    /// Whether [`Limits::socket`] would let one through; takes nothing.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] when it would not.
    pub fn could_socket(&self, address: ClientAddress) -> Result<(), ServiceError> {
        self.rates.sockets.look(network(address))
    }

    /// Counts a socket of an address until the guard is dropped.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] if the address has as many as it may have.
    pub fn socket(&self, address: ClientAddress) -> Result<SocketGuard, ServiceError> {
        self.rates.sockets.open(network(address))
    }

    /// Counts a request of an address behind a proxy until the guard is dropped.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] if the address has as many as it may have.
    pub fn request(&self, address: ClientAddress) -> Result<SocketGuard, ServiceError> {
        self.rates.requests.open(network(address))
    }

    /// Takes a token for a page of history, of the person and of the address.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] if either has none.
    pub fn history_page(&self, scope: &Scope) -> Result<(), ServiceError> {
        self.rates.reading.page(scope, self.rates.clock.monotonic())
    }

    /// Reserves room for an answer of so many bytes until the guard is dropped; below 64 KiB none is needed.
    ///
    /// # Errors
    /// [`ServiceError::RateLimited`] if the address, and [`ServiceError::Overloaded`] if the server has too many bytes
    /// of answers that are not read.
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

    /// Takes a token for a frame from the bucket of its socket.
    ///
    /// # Errors
    /// The time to wait, if there is none.
    pub fn frame(&self, bucket: &mut Bucket, now: Instant) -> Result<(), Duration> {
        let frames = self.rates.frames.load(Ordering::Relaxed);
        bucket.take(Rate::new(frames, SECOND, frames), now)
    }
}

fn refused(wait: Duration) -> ServiceError {
    ServiceError::RateLimited {
        retry_after_ms: retry_after_ms(wait),
    }
}

/// A wait in milliseconds, rounded up to at least 1, so that a client that waits exactly that is not refused again.
pub(crate) fn retry_after_ms(wait: Duration) -> u64 {
    let milliseconds = wait.as_nanos().div_ceil(1_000_000);
    u64::try_from(milliseconds).unwrap_or(u64::MAX).max(1)
}

/// What an address is counted under: an IPv6 address as its /64, all of which one client has.
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
    fn limits_that_are_changed_hold_for_who_is_there_already() {
        let limits = limits(1, 1);
        let socket = limits.socket(HOME).unwrap();
        let mut bucket = Bucket::default();
        let now = clock().monotonic();
        assert!(
            limits.message(UserId(1), HOME).is_ok() && limits.message(UserId(1), HOME).is_err()
        );
        limits.set(&LimitSettings {
            sockets_per_address: 1,
            connections_per_address: 3,
            frames_per_second: 2,
            ..LimitSettings::none()
        });
        assert!((0..100).all(|_| limits.message(UserId(1), HOME).is_ok()));
        assert!(limits.socket(HOME).is_err());
        drop(socket);
        assert!(limits.socket(HOME).is_ok());
        assert_eq!(limits.connections_per_address().load(Ordering::Relaxed), 3);
        let frames = (0..100).filter(|_| limits.frame(&mut bucket, now).is_ok());
        assert_eq!(frames.count(), 2);
    }

    #[test]
    fn a_new_name_for_each_message_does_not_evade_the_limit_of_the_address() {
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
