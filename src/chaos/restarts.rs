//! What a planned restart costs: many people, a steady stream of messages, and how late each of them
//! is on every other screen.

use crate::checker;
use crate::failure::Failure;
use crate::history::{Event, History};
use crate::phases::shown;
use crate::plan::{Action, Database};
use crate::postgres::Postgres;
use crate::report::{Tally, Times, in_words};
use crate::rest::Rest;
use crate::server::Server;
use crate::swarm::{Delivery, Person, Swarm, SwarmConfig};
use parlour_protocol::{RoomId, RoomKind};
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};
use tokio::time::{sleep, sleep_until};

/// How long everybody may take to come, and to be well again.
const TIMEOUT: Duration = Duration::from_secs(60);
/// A message counts as sent during a restart when it was written so close to it.
const NEAR_RESTART: Duration = Duration::from_secs(5);
/// From one restart to the next, so that no message is close to two.
const RESTART_INTERVAL: Duration = Duration::from_secs(13);
/// The longest that 99 of 100 of those messages may take.
pub const PROMISED: Duration = Duration::from_secs(2);

/// How much there is to do meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Load {
    /// People, each with a socket.
    pub clients: usize,
    /// Rooms; everybody is in one of them.
    pub rooms: usize,
    /// Messages a second, by all together.
    pub rate: u32,
    /// The number of restarts.
    pub restarts: usize,
}

impl Load {
    /// What is promised to go unnoticed.
    pub const FULL: Self = Self {
        clients: 1_000,
        rooms: 20,
        rate: 50,
        restarts: 6,
    };
}

/// What a measurement showed.
#[derive(Debug)]
pub struct Measured {
    load: Load,
    sends: usize,
    /// Messages sent close to a restart, to each other member of their room.
    near: Times,
    /// All other messages.
    far: Times,
    /// From SIGTERM until each client was caught up over a new socket.
    back: Times,
    /// From SIGTERM until the old process had ended.
    stopped: Times,
    refused: usize,
    tally: Tally,
    failures: Vec<String>,
}

impl Measured {
    /// Whether the promise was kept.
    pub fn has_passed(&self) -> bool {
        let is_short = self.near.percentile(99).is_some_and(|p99| p99 <= PROMISED);
        self.tally.is_clean() && self.failures.is_empty() && self.refused == 0 && is_short
    }
}

/// Measures planned restarts of the server in `binary`.
///
/// # Errors
/// The database or the server does not start or stop, or the clients cannot connect.
pub async fn measure(
    binary: &Path,
    seed: u64,
    load: Load,
    database: Database,
) -> Result<Measured, Failure> {
    let postgres = match database {
        Database::Sqlite => None,
        Database::Postgres => Some(Postgres::launch().await?),
    };
    let url = postgres.as_ref().map(Postgres::url);
    let url = url.map(|url| ("PARLOUR__DATABASE__URL".to_owned(), url));
    let mut server = Server::start(binary, url).await?;
    let rest = Rest::at(server.address(), Duration::from_secs(10))?;
    let (swarm, rooms) = start_swarm(&server, &rest, seed, &load).await?;
    let clients = swarm.watch();
    let came = clients.caught_up_since(Instant::now(), TIMEOUT).await;
    if !came.unrecovered.is_empty() {
        let count = came.unrecovered.len();
        return Err(Failure::new(format!("{count} clients did not come.")));
    }
    // What happened while a thousand came at once is not what is measured.
    let refused_before = clients.refused();
    let end = Instant::now() + RESTART_INTERVAL * (load.restarts as u32 + 1);
    let (restarted, sends) = tokio::join!(
        restart(&mut server, &swarm, &load),
        write(&swarm, seed, &load, end)
    );
    let Restarted {
        moments,
        back,
        stopped,
        mut failures,
    } = restarted?;
    let quiet = clients.quiescent_since(Instant::now(), TIMEOUT).await;
    failures.extend(quiet.unrecovered);
    failures.extend(server.panics());
    let refused = clients.refused() - refused_before;
    let mut seen = swarm.finish().await;
    for room in rooms {
        let rows = rest.whole(room).await?.into_iter().map(shown).collect();
        seen.events.push(Event::Page { room: room.0, rows });
    }
    let violations = checker::check(&History {
        events: seen.events,
    });
    let (near, far): (Vec<Delivery>, Vec<Delivery>) =
        seen.deliveries.iter().partition(|delivery| {
            moments
                .iter()
                .any(|at| at.abs_diff(delivery.sent) <= NEAR_RESTART)
        });
    let times = |deliveries: Vec<Delivery>| {
        Times::of(deliveries.iter().map(|delivery| delivery.took).collect())
    };
    Ok(Measured {
        load,
        sends,
        near: times(near),
        far: times(far),
        back: Times::of(back),
        stopped: Times::of(stopped),
        refused,
        tally: Tally::of(&violations),
        failures,
    })
}

async fn start_swarm(
    server: &Server,
    rest: &Rest,
    seed: u64,
    load: &Load,
) -> Result<(Swarm, Vec<RoomId>), Failure> {
    let mut guests = Vec::with_capacity(load.clients);
    for client in 0..load.clients {
        guests.push(rest.guest(&format!("Client {client}")).await?);
    }
    let mut rooms = Vec::with_capacity(load.rooms);
    let maker = rest.for_bearer(&guests[0].token);
    for room in 1..=load.rooms {
        let name = format!("Room {room}");
        let room = maker.make_room(&name, RoomKind::Open).await?;
        rooms.push(room.id);
    }
    let people = guests.into_iter().enumerate().map(|(at, guest)| Person {
        guest,
        rooms: vec![rooms[at % rooms.len()]],
        closed: None,
    });
    // No proxy: it would hide a refused connection, and every clock is a real one.
    let config = SwarmConfig {
        address: server.address(),
        speed: 1,
        seed,
    };
    Ok((Swarm::start(&config, people)?, rooms))
}

struct Restarted {
    /// When, since the swarm started.
    moments: Vec<Duration>,
    back: Vec<Duration>,
    stopped: Vec<Duration>,
    failures: Vec<String>,
}

async fn restart(server: &mut Server, swarm: &Swarm, load: &Load) -> Result<Restarted, Failure> {
    let mut restarted = Restarted {
        moments: Vec::new(),
        back: Vec::new(),
        stopped: Vec::new(),
        failures: Vec::new(),
    };
    let clients = swarm.watch();
    let mut due = tokio::time::Instant::now();
    for _ in 0..load.restarts {
        due += RESTART_INTERVAL;
        sleep_until(due).await;
        let since = Instant::now();
        restarted.moments.push(since - swarm.started());
        let stopping = async {
            let ended = server.restart().await;
            (ended, since.elapsed())
        };
        let ((ended, took), recovery) = tokio::join!(
            stopping,
            clients.reconnected_since(since, RESTART_INTERVAL - NEAR_RESTART)
        );
        let ended = ended?;
        if !ended.success() {
            restarted
                .failures
                .push(format!("The server ended with {ended}."));
        }
        restarted.stopped.push(took);
        restarted.back.extend(recovery.times);
        restarted.failures.extend(recovery.unrecovered);
    }
    Ok(restarted)
}

/// Somebody writes something, again and again; answers how often.
async fn write(swarm: &Swarm, seed: u64, load: &Load, end: Instant) -> usize {
    let mut random = fastrand::Rng::with_seed(seed);
    let step = Duration::from_secs(1) / load.rate;
    let mut due = tokio::time::Instant::now();
    let mut sends = 0;
    while Instant::now() < end {
        due += step;
        sleep_until(due).await;
        let length = random.usize(20..200);
        let action = Action::Write { room: 0, length };
        swarm.assign(random.usize(..load.clients), action);
        sends += 1;
    }
    sleep(NEAR_RESTART).await;
    sends
}

impl fmt::Display for Measured {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Load {
            clients,
            rooms,
            rate,
            restarts,
        } = &self.load;
        let near = NEAR_RESTART.as_secs();
        let tally = &self.tally;
        writeln!(
            f,
            "{clients} clients in {rooms} rooms, {rate} messages a second ({} in all), {restarts} planned restarts.\n",
            self.sends
        )?;
        writeln!(
            f,
            "| | count | p50 | p99 | max |\n|---|---:|---:|---:|---:|"
        )?;
        let lines = [
            (
                format!("delay of a message sent within {near} s of a restart"),
                &self.near,
            ),
            ("delay of any other message".to_owned(), &self.far),
            (
                "SIGTERM to caught up over a new socket".to_owned(),
                &self.back,
            ),
            (
                "SIGTERM to the end of the old process".to_owned(),
                &self.stopped,
            ),
        ];
        for (what, times) in lines {
            writeln!(f, "| {what} | {} | {times} |", times.count())?;
        }
        writeln!(
            f,
            "\nRefused connections: {}. Lost {}, duplicated {}, reordered {}, leaked {}, other {}.",
            self.refused, tally.lost, tally.duplicated, tally.reordered, tally.leaked, tally.other
        )?;
        let p99 = self.near.percentile(99).map_or("–".to_owned(), in_words);
        writeln!(
            f,
            "Promised: p99 of at most {}; it is {p99}.",
            in_words(PROMISED)
        )?;
        for sentence in self.failures.iter().chain(&tally.listed).take(50) {
            writeln!(f, "  ! {sentence}")?;
        }
        Ok(())
    }
}
