//! Passwords: what may be one, and how one is hashed and compared (argon2id).
//!
//! A hash costs 19 MiB and a fiftieth of a second or two, which is its purpose. So they are made on threads of the
//! lowest priority, one on two processors, and wait in a queue in which addresses take turns.
//!
//! *Invariant:* comparing takes as long for a name that nobody has as for one that somebody has. No password leaves
//! this module but as its hash.

mod hashing;

use crate::ClientAddress;
use crate::clock::{Clock, Random, timeout};
use crate::error::ServiceError;
use crate::limits::Attempt;
use crate::names;
use crate::share::{Bounds, Share};
use parlour_protocol::rules::{PASSWORD_MAX, PASSWORD_MIN, PasswordFault};
use std::collections::HashSet;
use std::fmt;
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;
use unicode_normalization::UnicodeNormalization;

/// Bytes of a salt.
const SALT: usize = 16;
/// Hashes that wait at once.
const WAITING: usize = 256;
/// How long one waits at most.
const PATIENCE: Duration = Duration::from_secs(10);

/// The 3,000 commonest passwords that are long enough to be one, in the order of their characters.
static COMMONEST: LazyLock<HashSet<&str>> =
    LazyLock::new(|| include_str!("passwords/commonest.txt").lines().collect());

/// The hash of no password, which is compared with where there is none.
const NOBODYS: &str = "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5IGF0IGFsbC4uLg$\
    R0mnFIJIZMyEfIfTFQ3gEgYG0nR6RbfrLBVQ1xFGhhk";

/// A password that may be one, as it is hashed: in NFC, so that every keyboard writes the same.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// Reads what somebody of this name wants as their password.
    ///
    /// # Errors
    /// [`PasswordFault`]: its length, or that everybody would guess it.
    pub fn choose(text: &str, username: &str) -> Result<Self, PasswordFault> {
        let password = Self::given(text);
        let length = password.0.chars().count();
        if length < PASSWORD_MIN {
            return Err(PasswordFault::Short);
        }
        if length > PASSWORD_MAX {
            return Err(PasswordFault::Long);
        }
        let folded = names::folded(&password.0);
        if COMMONEST.contains(&*password.0) || COMMONEST.contains(&*folded) {
            return Err(PasswordFault::Common);
        }
        if folded == names::folded(username) {
            return Err(PasswordFault::OwnName);
        }
        Ok(password)
    }

    /// What somebody says that their password is. One that is too long to be one is none.
    pub fn given(text: &str) -> Self {
        Self(text.nfc().collect())
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(…)")
    }
}

/// The lowest priority, so that a flood of passwords takes nothing from what else is done. A build for tests has the
/// usual one: beside tests that take every processor a hash would wait longer than anybody does.
const NICE: i32 = if cfg!(debug_assertions) { 0 } else { 19 };

/// Makes and compares hashes.
pub struct Passwords {
    share: Share,
    clock: Arc<dyn Clock>,
    random: Arc<dyn Random>,
}

impl Passwords {
    /// A queue of its own.
    pub fn new(clock: Arc<dyn Clock>, random: Arc<dyn Random>) -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        Self {
            share: Share::within(Bounds {
                threads: (processors / 2).max(1),
                address_waiting: WAITING,
                waiting: WAITING,
                nice: NICE,
            }),
            clock,
            random,
        }
    }

    /// The hash of a password, as it is stored.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] when too many wait, or it would wait for more than ten seconds.
    pub async fn hash(
        &self,
        address: ClientAddress,
        password: Password,
    ) -> Result<String, ServiceError> {
        let mut salt = [0; SALT];
        self.random.fill(&mut salt);
        let hashed = self.run(address, move || hashing::hash(&password.0, &salt));
        let failed = || ServiceError::Io(std::io::Error::other("a password cannot be hashed"));
        hashed.await?.ok_or_else(failed)
    }

    /// Whether a password is the one that was stored as `hash`. `None`, nobody's, takes as long and is none. What is
    /// wrong counts before the next one is compared, also where nobody waits for the answer any more.
    ///
    /// # Errors
    /// As [`Passwords::hash`]; [`ServiceError::RateLimited`] when too many have failed while this one waited.
    pub async fn is_it(
        &self,
        address: ClientAddress,
        password: Password,
        hash: Option<String>,
        attempt: Attempt,
    ) -> Result<bool, ServiceError> {
        self.run(address, move || {
            attempt.check()?;
            let is_somebodys = hash.is_some();
            let is_it = compare(&password, hash.as_deref().unwrap_or(NOBODYS)) && is_somebodys;
            if !is_it {
                attempt.failed();
            }
            Ok(is_it)
        })
        .await?
    }

    async fn run<T: Send + 'static>(
        &self,
        address: ClientAddress,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T, ServiceError> {
        let done = self.share.run(address, async move { work() });
        let done = timeout(&*self.clock, PATIENCE, done).await;
        done.unwrap_or(Err(ServiceError::Overloaded))
    }
}

fn compare(password: &Password, hash: &str) -> bool {
    let is_possible = password.0.chars().nth(PASSWORD_MAX).is_none();
    is_possible && hashing::is_of(hash, &password.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{ManualClock, SystemClock, SystemRandom};
    use crate::config::LimitSettings;
    use crate::limits::Limits;
    use std::net::IpAddr;

    const HOME: ClientAddress = ClientAddress::Known(IpAddr::V4(std::net::Ipv4Addr::LOCALHOST));

    fn passwords() -> Passwords {
        Passwords::new(Arc::new(SystemClock), Arc::new(SystemRandom))
    }

    #[test]
    fn a_password_is_long_enough_and_not_what_everybody_tries() {
        let fault = |text: &str| Password::choose(text, "Alice Liddell").err();
        assert_eq!(fault("1234567"), Some(PasswordFault::Short));
        assert_eq!(fault(&"x".repeat(129)), Some(PasswordFault::Long));
        assert_eq!(fault("password"), Some(PasswordFault::Common));
        assert_eq!(fault("TrustNo1"), Some(PasswordFault::Common));
        assert_eq!(fault("alice  liddell"), Some(PasswordFault::OwnName));
        assert_eq!(fault("jam to-morrow"), None);
        assert_eq!(fault(&"\u{1f36a}".repeat(8)), None);
        assert_eq!(fault(&"x".repeat(128)), None);
        assert_eq!(COMMONEST.len(), 3_000);
    }

    #[tokio::test]
    async fn a_hash_is_of_its_password_in_every_spelling_and_of_no_other() {
        let passwords = passwords();
        let hash = passwords.hash(HOME, Password::given("Cafe\u{301} au lait"));
        let hash = hash.await.unwrap();
        assert!(
            hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"),
            "{hash}"
        );
        let limits = Limits::new(&LimitSettings::none(), Arc::new(SystemClock));
        let is_it = |text: &str, hash: Option<&str>| {
            let attempt = limits.attempt("alice", HOME, None).unwrap();
            passwords.is_it(
                HOME,
                Password::given(text),
                hash.map(str::to_owned),
                attempt,
            )
        };
        assert!(is_it("Caf\u{e9} au lait", Some(&hash)).await.unwrap());
        assert!(!is_it("Cafe au lait", Some(&hash)).await.unwrap());
        assert!(!is_it("Caf\u{e9} au lait", None).await.unwrap());
        assert!(!is_it("x", Some("no hash")).await.unwrap());
        let greedy = hash.replace("m=19456", "m=4194304");
        assert!(!is_it("Caf\u{e9} au lait", Some(&greedy)).await.unwrap());
        let other = passwords.hash(HOME, Password::given("Caf\u{e9} au lait"));
        assert_ne!(other.await.unwrap(), hash, "each has its own salt");
    }

    #[tokio::test]
    async fn of_too_many_passwords_the_last_is_refused_and_who_waits_too_long_is_as_well() {
        let clock = ManualClock::stopped(parlour_protocol::Timestamp(0));
        let passwords = Passwords::new(Arc::new(clock.clone()), Arc::new(SystemRandom));
        let threads = (thread::available_parallelism().map_or(1, usize::from) / 2).max(1);
        let gate = Arc::new(std::sync::Barrier::new(threads + 1));
        let (begun, has_begun) = std::sync::mpsc::channel();
        let mut under_way = Vec::new();
        for _ in 0..threads {
            let (gate, begun) = (gate.clone(), begun.clone());
            let mut work = Box::pin(passwords.run(HOME, move || {
                let _ = begun.send(());
                gate.wait();
            }));
            assert!(futures::poll!(&mut work).is_pending());
            under_way.push(work);
        }
        for _ in 0..threads {
            has_begun.recv().unwrap();
        }
        let mut waiting: Vec<_> = (0..WAITING)
            .map(|_| Box::pin(passwords.run(HOME, || ())))
            .collect();
        for one in &mut waiting {
            assert!(futures::poll!(one).is_pending());
        }
        let last = passwords.run(HOME, || ()).await;
        assert!(matches!(last, Err(ServiceError::Overloaded)));
        // A name that nobody has waits in the same queue, and so is told as much by it.
        let limits = Limits::new(&LimitSettings::none(), Arc::new(clock.clone()));
        for hash in [None, Some(NOBODYS.to_owned())] {
            let attempt = limits.attempt("alice", HOME, None).unwrap();
            let compared = passwords.is_it(HOME, Password::given("x"), hash, attempt);
            assert!(matches!(compared.await, Err(ServiceError::Overloaded)));
        }
        clock.advance(PATIENCE);
        for one in waiting {
            assert!(matches!(one.await, Err(ServiceError::Overloaded)));
        }
        gate.wait();
    }

    #[test]
    fn nobodys_hash_costs_what_everybodys_does() {
        let costs = |hash: &str| hash.rsplitn(3, '$').nth(2).map(str::to_owned);
        let everybodys = hashing::hash("jam to-morrow", &[7; SALT]).unwrap();
        assert_eq!(costs(NOBODYS), costs(&everybodys));
        assert_eq!(NOBODYS.len(), everybodys.len());
    }

    #[test]
    fn a_password_is_not_shown_by_accident() {
        assert_eq!(format!("{:?}", Password::given("secret")), "Password(…)");
    }
}
