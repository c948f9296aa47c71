//! The contexts against a real database file: no HTTP, no sockets.

mod backups;
mod changing;
mod changing_rooms;
mod copying;
mod dates;
mod finding;
mod floods;
mod group_commit;
mod guests;
mod house_settings;
mod known;
mod letting_in;
mod many_members;
mod many_rooms;
mod membership;
mod new_epoch;
mod page_content;
mod reading;
mod rooms;
mod round_trips;
mod sending;
mod sidebar;
mod starting;
mod statements;
mod streams;
mod sweeping;
mod sync_property;
mod two_servers;
mod visibility;

use crate::harness::database_at;
use parlour_protocol::{Message, RoomId, Timestamp, User};
use parlour_server::clock::{Clock, ManualClock, SystemRandom};
use parlour_server::config::{DatabaseUrl, LimitSettings};
use parlour_server::messages::{self, NewMessage, Posted};
use parlour_server::store::ReadUpTo;
use parlour_server::store::testing::Value;
use parlour_server::{Context, Person, Scope, ServiceError, Settings, accounts};
use parlour_test_postgres::Database;
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// The room every database starts with.
const LOBBY: RoomId = RoomId(1);

/// A database of its own, with everything on it but the doors.
struct Bench {
    ctx: Arc<Context>,
    /// Stands still until it is moved.
    clock: ManualClock,
    folder: TempDir,
    _postgres: Option<Database<'static>>,
}

/// In memory where there is such a folder: what is tested is the order of things, not the disk.
fn quick_folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm")
        .or_else(|_| tempfile::tempdir())
        .unwrap()
}

/// Of SQLite, whatever the run is about.
fn settings_in(folder: &TempDir) -> Settings {
    let mut settings = Settings::default();
    let file = folder.path().join("data/parlour.db");
    settings.database.url = DatabaseUrl::Sqlite(file);
    settings.limits = LimitSettings::none();
    settings
}

async fn open(settings: Settings, clock: &ManualClock) -> Arc<Context> {
    Context::open_with(settings, Arc::new(clock.clone()), Arc::new(SystemRandom))
        .await
        .unwrap()
}

impl Bench {
    async fn new() -> Self {
        Self::with(|_| {}).await
    }

    /// With a file of SQLite, whatever the run is about: what is tested is the file.
    async fn on_a_file() -> Self {
        let folder = quick_folder();
        let settings = settings_in(&folder);
        Self::open(folder, settings, None).await
    }

    async fn with(set: impl FnOnce(&mut Settings)) -> Self {
        let folder = quick_folder();
        let mut settings = settings_in(&folder);
        let (url, postgres) = database_at(folder.path().join("data/parlour.db"));
        settings.database.url = url;
        set(&mut settings);
        Self::open(folder, settings, postgres).await
    }

    async fn open(
        folder: TempDir,
        settings: Settings,
        postgres: Option<Database<'static>>,
    ) -> Self {
        let clock = ManualClock::stopped(Timestamp(1_767_323_045_678));
        let ctx = open(settings, &clock).await;
        Self {
            ctx,
            clock,
            folder,
            _postgres: postgres,
        }
    }

    /// The same database, opened again.
    async fn reopened(self) -> Self {
        self.ctx.drain().await;
        let ctx = open(self.ctx.settings.clone(), &self.clock).await;
        Self { ctx, ..self }
    }

    fn file(&self) -> PathBuf {
        let file = self.ctx.settings.database.file();
        file.expect("a test of SQLite").to_owned()
    }

    async fn guest(&self, name: &str) -> Scope {
        let (_, token) = accounts::create_guest(&self.ctx, &visitor(), name)
            .await
            .unwrap();
        let person = accounts::authenticate(&self.ctx, token.as_str())
            .await
            .unwrap();
        Scope {
            person: Some(person.expect("the token was made just now")),
            address: HOME.into(),
        }
    }

    async fn post(&self, scope: &Scope, text: &str) -> Message {
        let posted = self.send(scope, LOBBY, text, None).await.unwrap();
        Arc::unwrap_or_clone(posted.message)
    }

    async fn send(
        &self,
        scope: &Scope,
        room: RoomId,
        text: &str,
        key: Option<&str>,
    ) -> Result<Posted, ServiceError> {
        let new = NewMessage {
            content: text.to_owned(),
            client_id: key.map(str::to_owned),
            ..NewMessage::default()
        };
        messages::post(&self.ctx, scope, room, new).await
    }

    /// Past all rules.
    async fn change(&self, sql: impl Into<String>) {
        self.ctx.store.execute_sql(sql).await;
    }

    /// Lets time pass until it is so, in steps that grow to a second: some things take hours.
    async fn until(&self, is_so: impl AsyncFn() -> bool) {
        let waiting = async {
            let mut step = Duration::from_millis(10);
            while !is_so().await {
                self.clock.advance(step);
                step = (2 * step).min(Duration::from_secs(1));
                tokio::task::yield_now().await;
            }
        };
        let came = tokio::time::timeout(Duration::from_secs(30), waiting).await;
        came.expect("it comes to be so");
    }

    /// The one value of a query.
    async fn value<T: Value>(&self, sql: &str) -> T {
        let mut rows = self.ctx.store.query_sql(sql).await;
        assert_eq!(rows.len(), 1, "one row");
        rows.remove(0)
    }
}

fn visitor() -> Scope {
    Scope::visitor(HOME)
}

fn person(scope: &Scope) -> &Person {
    scope.person.as_ref().unwrap()
}

fn user(scope: &Scope) -> &User {
    &person(scope).user
}

fn admin(scope: &Scope) -> Scope {
    let mut scope = scope.clone();
    scope.person.as_mut().unwrap().role = parlour_protocol::ServerRole::Admin;
    scope
}

/// How far somebody has read each room they belong to, as the database has it.
async fn read_positions(
    ctx: &Context,
    scope: &Scope,
) -> Result<HashMap<RoomId, ReadUpTo>, ServiceError> {
    let user = scope.user_id().ok_or(ServiceError::SignInRequired)?;
    Ok(ctx.store.known(user).await?.read)
}
