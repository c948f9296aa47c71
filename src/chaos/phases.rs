//! Runs a plan: for each phase a swarm and its faults; then, without faults, quiescence, and the checker.
//!
//! *Invariant:* a phase ends with everybody caught up and every outbox empty, or it has failed and
//! says who still waits for what.

mod fault_injection;

use crate::checker;
use crate::disk::Disk;
use crate::failure::Failure;
use crate::history::{Event, History, Shown};
use crate::plan::{
    Action, CLOSED, Database, InjectedFault, Phase, Plan, PlannedAction, ROOMS, Scale,
};
use crate::postgres::{Outage, Postgres};
use crate::proxy::{FaultCounts, NetworkConditions, Proxy};
use crate::report::{Report, Row, Tally, Times};
use crate::rest::Rest;
use crate::server::Server;
use crate::swarm::{ClosedRoom, Person, Swarm, SwarmConfig};
use fault_injection::FaultInjector;
use parlour_protocol::{Message, NewSession, RoomId, RoomKind, Seq};
use std::fs::{self, File};
use std::io::BufWriter;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::sync::watch;
use tokio::time::{sleep, sleep_until};

/// How many times faster the clients' clocks run than ours: 40 s of silence are 4.
pub const SPEED: u32 = 10;
/// How long it may take until everybody is well after the last fault.
const QUIESCENCE_TIMEOUT: Duration = Duration::from_secs(60);
/// How long the bad network lasts at most when the last action was handed out.
const LAST_ACTIONS_TIMEOUT: Duration = Duration::from_secs(10);
/// How long everybody may take to be there at the beginning.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(30);
/// Actions that were handed out and not done, of all clients; the others wait in the plan.
const MAX_UNDONE: usize = 400;
/// Between two looks at a condition.
const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// A server, a bad network and people, for as long as a plan takes.
pub struct Run {
    server: Server,
    disk: Result<Disk, String>,
    is_on_disk: bool,
    postgres: Option<Postgres>,
    proxy: Proxy,
    rest: Rest,
    guests: Vec<NewSession>,
    findings: PathBuf,
    seed: u64,
    /// Holds the disk's files; the last to go.
    _folder: TempDir,
}

impl Run {
    /// Starts the server in `binary`. Histories that show a violation are left in `findings`.
    ///
    /// # Errors
    /// The database, the server or the proxy does not start, or a guest cannot be made.
    pub async fn start(
        binary: &Path,
        findings: &Path,
        seed: u64,
        scale: &Scale,
    ) -> Result<Self, Failure> {
        let folder = TempDir::with_prefix("parlour-disk-").map_err(Failure::to("make a folder"))?;
        let postgres = match scale.database {
            Database::Sqlite => None,
            Database::Postgres => Some(Postgres::launch().await?),
        };
        let server = Server::start(binary, settings(postgres.as_ref())).await?;
        let rest = Rest::at(server.address(), Duration::from_secs(10))?;
        let proxy = Proxy::to(server.address(), seed).await;
        let mut guests = Vec::with_capacity(scale.clients);
        for client in 0..scale.clients {
            guests.push(rest.guest(&format!("Client {client}")).await?);
        }
        // Who makes the rooms sees all of them.
        let rest = match guests.first() {
            Some(NewSession { token, .. }) => rest.for_bearer(token),
            None => return Err(Failure::new("A run needs somebody.")),
        };
        Ok(Self {
            server,
            disk: Disk::build(folder.path()),
            is_on_disk: false,
            postgres,
            proxy: proxy.map_err(Failure::to("open the proxy"))?,
            rest,
            guests,
            findings: findings.to_owned(),
            seed,
            _folder: folder,
        })
    }

    /// Why no disk can be made to fail on this system, if so.
    pub fn lacks_disk(&self) -> Option<&str> {
        self.disk.as_ref().err().map(String::as_str)
    }

    /// Runs all phases, and reports each as it ends.
    pub async fn all(&mut self, plan: &Plan, mut report_row: impl FnMut(&Row)) -> Report {
        let mut report = Report::default();
        for phase in &plan.phases {
            let row = self.phase(phase).await;
            report_row(&row);
            report.rows.push(row);
        }
        report
    }

    async fn phase(&mut self, phase: &Phase) -> Row {
        let (start, before) = (Instant::now(), self.proxy.fault_counts());
        let mut row = Row {
            name: phase.kind.name(),
            sends: phase.sends(),
            faults: String::new(),
            tally: Tally::default(),
            heal: Times::default(),
            failures: Vec::new(),
            took: Duration::ZERO,
        };
        match self.run(phase, &mut row).await {
            Ok(history) => self.judge(phase, &history, &mut row),
            Err(failure) => row.failures.push(failure.to_string()),
        }
        row.failures.extend(self.server.panics());
        row.faults = in_words(self.proxy.fault_counts().since(before), phase);
        row.took = start.elapsed();
        row
    }

    async fn run(&mut self, phase: &Phase, row: &mut Row) -> Result<History, Failure> {
        self.proxy.set(NetworkConditions::default());
        self.choose_disk(phase.needs_disk()).await?;
        let rooms = self.make_rooms(phase).await?;
        let swarm = self.start_swarm(phase, &rooms)?;
        let clients = swarm.watch();
        if clients
            .caught_up_since(Instant::now(), CONNECT_TIMEOUT)
            .await
            .times
            .len()
            < self.guests.len()
        {
            return Err(Failure::new("Not everybody came at the beginning."));
        }

        self.proxy.set(phase.network.clone());
        let (progress, handed) = watch::channel(0);
        let (gate, open_until) = watch::channel(usize::MAX);
        let mut injector = FaultInjector {
            server: &mut self.server,
            disk: self.disk.as_ref().ok(),
            postgres: self.postgres.as_mut(),
            proxy: &self.proxy,
            rest: &self.rest,
            rooms: &rooms,
            clients: clients.clone(),
            kind: phase.kind,
            times: Vec::new(),
            failures: Vec::new(),
        };
        tokio::try_join!(
            injector.run(&phase.injections, handed, gate),
            assign_actions(phase, &swarm, progress, open_until)
        )?;
        row.failures.append(&mut injector.failures);
        let after_injections = injector.times;

        until(LAST_ACTIONS_TIMEOUT, || clients.undone() == 0).await;
        self.proxy.set(NetworkConditions::default());
        let (pages, after_all) = self.quiescence(&swarm, &rooms, row).await?;
        let seen = swarm.finish().await;
        let measured = [after_injections, seen.recovery_times, after_all];
        let measured = measured.into_iter().find(|times| !times.is_empty());
        row.heal = Times::of(measured.unwrap_or_default());
        let mut events = seen.events;
        for (room, messages) in rooms.iter().zip(pages) {
            let rows = messages.into_iter().map(shown).collect();
            events.push(Event::Page { room: room.0, rows });
        }
        Ok(History { events })
    }

    /// Waits until nobody has anything left to do, and nothing is on its way any more; then reads
    /// every room whole. Answers them, and how long it took each client from now.
    async fn quiescence(
        &self,
        swarm: &Swarm,
        rooms: &[RoomId],
        row: &mut Row,
    ) -> Result<(Vec<Vec<Message>>, Vec<Duration>), Failure> {
        let since = Instant::now();
        let mut times = Vec::new();
        let clients = swarm.watch();
        loop {
            let recovery = clients.quiescent_since(since, QUIESCENCE_TIMEOUT).await;
            let is_over = !recovery.unrecovered.is_empty();
            if times.is_empty() {
                times = recovery.times;
            }
            // What an abandoned connection still carries may change a room.
            until(QUIESCENCE_TIMEOUT, || self.proxy.open() <= clients.live()).await;
            let before = self.seqs(rooms).await?;
            let mut pages = Vec::with_capacity(rooms.len());
            for room in rooms {
                pages.push(self.rest.whole(*room).await?);
            }
            let reached = clients.reached();
            let are_held = rooms
                .iter()
                .zip(&before)
                .all(|(room, seq)| reached.get(room).is_none_or(|reached| reached == seq));
            if is_over || (are_held && before == self.seqs(rooms).await?) {
                let missing = recovery.unrecovered.into_iter();
                let bound = QUIESCENCE_TIMEOUT.as_secs();
                row.failures
                    .extend(missing.map(|who| format!("Not well {bound} s after the end: {who}.")));
                return Ok((pages, times));
            }
            sleep(POLL_INTERVAL).await;
        }
    }

    async fn seqs(&self, rooms: &[RoomId]) -> Result<Vec<Seq>, Failure> {
        let mut seqs = Vec::with_capacity(rooms.len());
        for room in rooms {
            seqs.push(self.rest.room(*room).await?.seq);
        }
        Ok(seqs)
    }

    /// The next process, if need be, runs on a disk that can fail, or on a plain one.
    async fn choose_disk(&mut self, is_needed: bool) -> Result<(), Failure> {
        if is_needed == self.is_on_disk {
            return Ok(());
        }
        let mut environment = settings(self.postgres.as_ref());
        if is_needed {
            let disk = self.disk.as_ref().map_err(Failure::new)?;
            let variables = disk.environment().into_iter();
            environment.extend(variables.map(|(name, value)| (name.to_owned(), value)));
        }
        self.server.set_environment(environment);
        self.server.kill().await?;
        self.server.up().await?;
        self.is_on_disk = is_needed;
        Ok(())
    }

    /// The open ones, and the closed one behind them with everybody in it who begins there.
    async fn make_rooms(&self, phase: &Phase) -> Result<Vec<RoomId>, Failure> {
        let mut rooms = Vec::with_capacity(ROOMS + 1);
        for room in 0..=CLOSED {
            let name = format!("{} {}", phase.kind.name(), room + 1);
            let kind = match room {
                CLOSED => RoomKind::Closed,
                _ => RoomKind::Open,
            };
            rooms.push(self.rest.make_room(&name, kind).await?.id);
        }
        for (guest, places) in self.guests.iter().zip(&phase.memberships) {
            if places.contains(&CLOSED) {
                let let_in = self.rest.let_in(rooms[CLOSED], guest.user.id).await;
                let_in.map_err(|why| Failure::new(format!("Nobody is let in: {why:?}.")))?;
            }
        }
        Ok(rooms)
    }

    fn start_swarm(&self, phase: &Phase, rooms: &[RoomId]) -> Result<Swarm, Failure> {
        let config = SwarmConfig {
            address: self.proxy.address(),
            speed: SPEED,
            seed: self.seed ^ rooms[0].0.unsigned_abs(),
        };
        let closed = ClosedRoom {
            room: rooms[CLOSED],
            moderator: self.rest.clone(),
        };
        let people = self.guests.iter().zip(&phase.memberships);
        let people = people.map(|(guest, places)| Person {
            guest: guest.clone(),
            rooms: places.iter().map(|&place| rooms[place]).collect(),
            closed: Some(closed.clone()),
        });
        Swarm::start(&config, people)
    }

    fn judge(&self, phase: &Phase, history: &History, row: &mut Row) {
        let violations = checker::check(history);
        row.tally = Tally::of(&violations);
        if violations.is_empty() {
            return;
        }
        let kind = phase.kind.name();
        let kind = kind.replace(|c: char| !c.is_alphanumeric(), "-");
        let name = format!("{}-{kind}.jsonl", self.seed);
        let file = self.findings.join(name);
        let kept = fs::create_dir_all(&self.findings)
            .and_then(|()| File::create(&file))
            .and_then(|to| history.write(BufWriter::new(to)));
        row.failures.push(match kept {
            Ok(()) => format!("What everybody saw is in {}.", file.display()),
            Err(cause) => format!("What everybody saw could not be kept: {cause}."),
        });
    }
}

/// Gives everybody their actions, in the plan's order and at its rate, as far as the gate is open.
async fn assign_actions(
    phase: &Phase,
    swarm: &Swarm,
    progress: watch::Sender<usize>,
    mut gate: watch::Receiver<usize>,
) -> Result<(), Failure> {
    let clients = swarm.watch();
    let step = Duration::from_secs(1) / phase.rate;
    let mut due = tokio::time::Instant::now();
    for (at, action) in phase.actions.iter().enumerate() {
        let opened = gate.wait_for(|&open_until| at < open_until).await;
        opened.map_err(Failure::to("make all injections"))?;
        while clients.undone() >= MAX_UNDONE {
            sleep(POLL_INTERVAL).await;
        }
        // What was held back is not made up for: it would all come at once.
        due = (due + step).max(tokio::time::Instant::now() - 20 * step);
        sleep_until(due).await;
        swarm.assign(action.client, action.action.clone());
        progress.send_replace(at + 1);
    }
    progress.send_replace(usize::MAX);
    Ok(())
}

/// The server's times, as much faster as the clients' clocks; and its database, unless that is its own file.
fn settings(postgres: Option<&Postgres>) -> Vec<(String, String)> {
    let times = [
        ("PARLOUR__DATABASE__STATEMENT_TIMEOUT_MS", 30_000),
        ("PARLOUR__REALTIME__HEARTBEAT_MS", 25_000),
        ("PARLOUR__REALTIME__PONG_MS", 10_000),
        ("PARLOUR__REALTIME__RELOAD_GRACE_MS", 5_000),
    ];
    let faster = times.map(|(name, millis)| (name.to_owned(), (millis / SPEED).to_string()));
    let url = postgres.map(|postgres| ("PARLOUR__DATABASE__URL".to_owned(), postgres.url()));
    faster.into_iter().chain(url).collect()
}

/// A message of the server as the checker compares it.
pub fn shown(message: Message) -> Shown {
    Shown::of(&message)
}

/// Which faults a phase had, in words: those the proxy counted, and those injected.
fn in_words(counts: FaultCounts, phase: &Phase) -> String {
    let injections = |is: fn(&InjectedFault) -> bool| {
        phase
            .injections
            .iter()
            .filter(|injection| is(&injection.fault))
            .count() as u64
    };
    let is_death = |action: &&PlannedAction| matches!(action.action, Action::KillTab { .. });
    let tabs = phase.actions.iter().filter(is_death).count() as u64;
    let all = [
        (counts.cuts, "cuts"),
        (counts.stalls, "stalls"),
        (counts.silences, "silences"),
        (
            injections(|fault| matches!(fault, InjectedFault::Kill { .. })),
            "kills",
        ),
        (
            injections(|fault| matches!(fault, InjectedFault::Restart)),
            "restarts",
        ),
        (
            injections(|fault| matches!(fault, InjectedFault::Disk { .. })),
            "bad disks",
        ),
        (
            injections(|fault| matches!(fault, InjectedFault::Outage(Outage::Kill { .. }))),
            "kills of the database",
        ),
        (
            injections(|fault| matches!(fault, InjectedFault::Outage(Outage::Restart { .. }))),
            "restarts of the database",
        ),
        (
            injections(|fault| matches!(fault, InjectedFault::Outage(Outage::Silence { .. }))),
            "silences of the database",
        ),
        (
            injections(|fault| matches!(fault, InjectedFault::Outage(Outage::Cut))),
            "cuts from the database",
        ),
        (
            injections(|fault| matches!(fault, InjectedFault::Failover { .. })),
            "failovers",
        ),
        (tabs, "tabs killed"),
    ];
    let some = all.iter().filter(|(count, _)| *count > 0);
    let some: Vec<String> = some
        .map(|(count, what)| format!("{count} {what}"))
        .collect();
    match some.is_empty() {
        true if phase.network == NetworkConditions::default() => "–".to_owned(),
        true => "every byte".to_owned(),
        false => some.join(", "),
    }
}

/// Waits for a condition, but not for ever: what comes of it is seen by who looks next.
async fn until(bound: Duration, is_so: impl Fn() -> bool) {
    let end = Instant::now() + bound;
    while !is_so() && Instant::now() < end {
        sleep(POLL_INTERVAL).await;
    }
}
