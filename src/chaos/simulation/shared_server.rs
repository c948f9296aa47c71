//! The server that all worlds of one thread use: real contexts on a database of their own.

use parlour_protocol::{RoomId, Timestamp};
use parlour_server::clock::{Clock, ManualClock, Sleep, SystemRandom};
use parlour_server::config::{DatabaseUrl, LimitSettings};
use parlour_server::rooms::{self, NewRoom};
use parlour_server::{Context, Scope, Settings, accounts};
use parlour_test_postgres::{Database, database_of_this_run};
use std::future::{pending, ready};
use std::net::{IpAddr, Ipv4Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// People that a world can have.
pub(super) const PEOPLE: usize = 5;

/// The clock of worlds as their server has it. Nobody wakes up by it: what a server does by itself from time to
/// time, the world does, in steps of its own.
#[derive(Debug)]
struct WorldClock(ManualClock);

impl Clock for WorldClock {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    fn monotonic(&self) -> Instant {
        self.0.monotonic()
    }

    fn sleep_until(&self, at: Instant) -> Sleep {
        if at <= self.monotonic() {
            Box::pin(ready(()))
        } else {
            Box::pin(pending())
        }
    }
}

/// A server that listens on no port.
pub(super) struct SharedServer {
    pub(super) ctx: Arc<Context>,
    /// Stands still unless the world moves it.
    pub(super) clock: ManualClock,
    /// How many unique keys were made.
    unique_keys: AtomicI64,
    /// The last one is the program that writes much at once.
    pub(super) people: Vec<Scope>,
    _folder: TempDir,
    _postgres: Option<Database<'static>>,
}

/// Messages that a person may send in a second.
pub(super) const MESSAGES: u32 = 10;

/// What a key gets behind it, with a number, where it must be unique.
pub(super) const UNIQUE_MARK: char = '~';
/// When every world begins.
const START: Timestamp = Timestamp(1_767_323_045_678);

impl SharedServer {
    /// A database in memory where there is such a folder: what is tried is the order of things, not
    /// the disk.
    pub(super) async fn open() -> Self {
        let folder = tempfile::tempdir_in("/dev/shm")
            .or_else(|_| tempfile::tempdir())
            .expect("there is room for a folder");
        let mut settings = Settings::default();
        let postgres = database_of_this_run();
        settings.database.url = match &postgres {
            Some(database) => database.url().parse().expect("it is a database's address"),
            None => DatabaseUrl::Sqlite(folder.path().join("world.db")),
        };
        settings.limits = LimitSettings::none();
        settings.limits.messages_per_second = MESSAGES;
        settings.limits.message_burst = MESSAGES;
        let clock = ManualClock::stopped(START);
        let opened = Context::open_with(
            settings,
            Arc::new(WorldClock(clock.clone())),
            Arc::new(SystemRandom),
        );
        let ctx = opened.await.expect("a new database opens");
        let mut people = Vec::new();
        for name in 0..=PEOPLE {
            people.push(guest(&ctx, &format!("Person {name}")).await);
        }
        Self {
            ctx,
            clock,
            unique_keys: AtomicI64::new(0),
            people,
            _folder: folder,
            _postgres: postgres,
        }
    }

    /// Lets time pass.
    pub(super) fn pass(&self, milliseconds: f64) {
        let passed = Duration::from_secs_f64(milliseconds / 1_000.0);
        self.clock.advance(passed);
    }

    /// Every world begins at the same time of day.
    pub(super) fn set_clock(&self) {
        self.clock.set_by(START.0 - self.clock.now().0);
    }

    /// The first ones of the people, under the names that earlier worlds have left them.
    pub(super) async fn people_as_called(&self, count: usize) -> Vec<Scope> {
        let mut people = self.people[..count].to_vec();
        for scope in &mut people {
            let known = rooms::person_state(&self.ctx, scope).await;
            let name = known.expect("the database answers").name;
            if let (Some(person), Some(name)) = (&mut scope.person, name) {
                person.user.name = name;
            }
        }
        people
    }

    /// A key that no other send has, and that shows which one it was.
    pub(super) fn unique_key(&self, key: String) -> String {
        format!(
            "{key}{UNIQUE_MARK}{}",
            self.unique_keys.fetch_add(1, Ordering::Relaxed)
        )
    }

    /// A room of a person's.
    pub(super) async fn room(&self, maker: &Scope, name: String) -> RoomId {
        let description = String::new();
        let made = rooms::create(
            &self.ctx,
            maker,
            NewRoom {
                name,
                description,
                ..NewRoom::default()
            },
        )
        .await;
        made.expect("a name that nobody has makes a room").id
    }
}

async fn guest(ctx: &Context, name: &str) -> Scope {
    let address = IpAddr::V4(Ipv4Addr::LOCALHOST);
    let visitor = Scope::visitor(address);
    let created = accounts::create_guest(ctx, &visitor, name).await;
    let (_, token) = created.expect("a name that nobody has makes a guest");
    let person = accounts::authenticate(ctx, token.as_str()).await;
    Scope {
        person: person.expect("the database answers"),
        address: address.into(),
    }
}
