//! What will happen in a run, drawn from a seed before anything starts: who writes what, where, and
//! what breaks meanwhile.
//!
//! *Invariant:* the same seed and scale give the same plan, on every machine. When exactly a thing
//! happens is up to clocks and schedulers, and differs from run to run.

mod faults;
#[cfg(test)]
mod tests;

pub use faults::{Database, FaultInjection, InjectedFault, Kind};

use crate::proxy::NetworkConditions;
use faults::FaultDraw;
use std::time::Duration;

/// How large a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scale {
    /// The database that the server has.
    pub database: Database,
    /// Messages in all phases together.
    pub sends: usize,
    /// Clients, each with a socket of its own.
    pub clients: usize,
    /// SIGKILLs in their own phase.
    pub kills: usize,
    /// Planned restarts in their own phase.
    pub restarts: usize,
    /// Times that the database goes away, in each of the phases of one way in which it does. For SQLite's that is a
    /// disk that is full.
    pub outages: usize,
    /// Failovers to a standby, in their own phase.
    pub failovers: usize,
    /// How often each kind of fault comes up when all are mixed.
    pub turns: usize,
    /// Messages a second, while nothing hinders.
    pub rate: u32,
}

impl Scale {
    /// What `make chaos` runs.
    pub const FULL: Self = Self {
        database: Database::Sqlite,
        sends: 100_000,
        clients: 50,
        kills: 200,
        restarts: 20,
        outages: 12,
        failovers: 0,
        turns: 5,
        rate: 400,
    };
    /// What fits into `make test`.
    pub const SHORT: Self = Self {
        database: Database::Sqlite,
        sends: 4_000,
        clients: 16,
        kills: 12,
        restarts: 3,
        outages: 2,
        failovers: 0,
        turns: 1,
        rate: 150,
    };

    /// The same on another database. A server that was killed had a lease of a PostgreSQL, and the next one waits for
    /// its end, for 15 s at most: there are fewer kills. Failovers are for long runs.
    pub fn on(self, database: Database) -> Self {
        match database {
            Database::Sqlite => self,
            Database::Postgres => Self {
                database,
                kills: self.kills.div_ceil(12),
                outages: self.outages.div_ceil(2) + 1,
                failovers: self.kills / 60,
                turns: self.turns.div_ceil(2),
                ..self
            },
        }
    }

    /// The kinds of its phases, in the order of a run.
    fn kinds(&self) -> Vec<Kind> {
        let mut kinds = Kind::of(self.database).to_vec();
        kinds.retain(|kind| *kind != Kind::Failover || self.failovers > 0);
        kinds
    }
}

/// All phases of a run.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    /// In the order in which they are run.
    pub phases: Vec<Phase>,
}

/// A time with one kind of fault, and without any at its end.
#[derive(Clone, Debug, PartialEq)]
pub struct Phase {
    /// What breaks in it.
    pub kind: Kind,
    /// The rooms each client is in, by their place among the phase's [`ROOMS`] rooms; and perhaps in the [`CLOSED`]
    /// one, to begin with.
    pub memberships: Vec<Vec<usize>>,
    /// What is done, in the order in which it is handed out.
    pub actions: Vec<PlannedAction>,
    /// What the network is like, from the first action to the last.
    pub network: NetworkConditions,
    /// What breaks during it.
    pub injections: Vec<FaultInjection>,
    /// Actions handed out a second, while nothing hinders.
    pub rate: u32,
}

/// Open rooms in a phase.
pub const ROOMS: usize = 5;
/// The place of the closed one behind them. Its first client keeps order in it.
pub const CLOSED: usize = ROOMS;
/// For so many actions everybody in the closed room is put out of it once more.
const ACTIONS_BETWEEN: usize = 500;

/// Something that a client does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlannedAction {
    /// The place of the client.
    pub client: usize,
    /// What it does.
    pub action: Action,
}

/// What a client does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// Writes a message.
    Write {
        /// Where, by its place among the rooms this client is in.
        room: usize,
        /// Characters of it.
        length: usize,
    },
    /// Gives one of its own stored messages another text.
    Edit {
        /// Picks the message.
        pick: u64,
    },
    /// Reacts to one of its own stored messages, or takes that back.
    React {
        /// Picks the message.
        pick: u64,
        /// Whether the reaction is to be there.
        on: bool,
    },
    /// Takes one of its own stored messages back.
    Delete {
        /// Picks the message.
        pick: u64,
    },
    /// It is put out of the closed room.
    PutOut,
    /// It is let into the closed room again.
    LetIn,
    /// It is a guest no more: it chooses a password, or signs in to an account that was there.
    SignIn {
        /// Whether to another account, which it is from then on.
        is_other: bool,
    },
    /// Its tab is killed; what was stored is all that the next one finds.
    KillTab {
        /// How long nobody is there.
        away: Duration,
    },
}

impl Plan {
    /// Draws a plan.
    pub fn draw(seed: u64, scale: &Scale) -> Self {
        let mut random = fastrand::Rng::with_seed(seed);
        let kinds = scale.kinds();
        let parts: usize = kinds.iter().map(|kind| kind.part()).sum();
        let mut left = scale.sends;
        let phases = kinds.into_iter().map(|kind| {
            // The last one takes what the divisions left.
            let sends = match kind {
                Kind::Mixed => left,
                _ => scale.sends * kind.part() / parts,
            };
            left -= sends;
            Phase::draw(kind, sends, scale, &mut random.fork())
        });
        Self {
            phases: phases.collect(),
        }
    }

    /// The phases of these names. People are somebody else from the last one on, whichever that is.
    pub fn only(mut self, is_meant: impl Fn(&str) -> bool) -> Self {
        self.phases.retain(|phase| is_meant(phase.kind.name()));
        if let Some(last) = self.phases.last_mut()
            && last.kind != Kind::Mixed
        {
            let count = last.actions.len();
            let random = &mut fastrand::Rng::with_seed(count as u64);
            sign_in(&mut last.actions, last.memberships.len(), random);
        }
        self
    }

    /// The same without what needs a disk that can fail.
    pub fn without_disks(mut self) -> Self {
        self.phases.retain(|phase| phase.kind != Kind::FullDisk);
        for phase in &mut self.phases {
            phase
                .injections
                .retain(|injection| !matches!(injection.fault, InjectedFault::Disk { .. }));
        }
        self
    }
}

impl Phase {
    fn draw(kind: Kind, sends: usize, scale: &Scale, random: &mut fastrand::Rng) -> Self {
        let mut memberships: Vec<Vec<usize>> = (0..scale.clients)
            .map(|client| rooms_of(client, random))
            .collect();
        for client in (0..scale.clients).filter(|client| is_in_closed(*client)) {
            memberships[client].push(CLOSED);
        }
        let mut actions = Vec::with_capacity(sends + sends / 8);
        for _ in 0..sends {
            let client = random.usize(..scale.clients);
            let room = random.usize(..memberships[client].len());
            let length = length(random);
            let action = Action::Write { room, length };
            actions.push(PlannedAction { client, action });
            if let Some(action) = edit_or_tab_loss(random) {
                let client = random.usize(..scale.clients);
                actions.push(PlannedAction { client, action });
            }
        }
        put_out(&mut actions, scale.clients, random);
        if kind == Kind::Mixed {
            sign_in(&mut actions, scale.clients, random);
        }
        let injections = FaultDraw {
            actions: actions.len(),
            scale,
        };
        Self {
            kind,
            network: kind.network(scale),
            injections: injections.draw(kind, random),
            memberships,
            actions,
            rate: scale.rate,
        }
    }

    /// Whether its server has to run on a disk that can fail.
    pub fn needs_disk(&self) -> bool {
        let mut injections = self.injections.iter();
        injections.any(|injection| matches!(injection.fault, InjectedFault::Disk { .. }))
    }

    /// Messages that are written in it.
    pub fn sends(&self) -> usize {
        let is_write = |action: &&PlannedAction| matches!(action.action, Action::Write { .. });
        self.actions.iter().filter(is_write).count()
    }
}

/// One to four rooms, never all of them: everybody is an outsider somewhere. The first clients make
/// sure that each room has somebody.
fn rooms_of(client: usize, random: &mut fastrand::Rng) -> Vec<usize> {
    let mut rooms: Vec<usize> = (0..ROOMS).collect();
    random.shuffle(&mut rooms);
    rooms.truncate(random.usize(1..ROOMS));
    let own = client % ROOMS;
    if client < ROOMS && !rooms.contains(&own) {
        rooms[0] = own;
    }
    rooms
}

/// Most messages are a line, a few are pages.
fn length(random: &mut fastrand::Rng) -> usize {
    match random.u32(..100) {
        0 => random.usize(2_000..8_000),
        1..=5 => random.usize(300..1_000),
        _ => random.usize(20..120),
    }
}

/// Half of them, so that there are outsiders, too; the first one keeps order.
fn is_in_closed(client: usize) -> bool {
    client == 0 || client % 2 == 1
}

/// Who is in the closed room is put out of it and let in again, in turns; some stay out.
fn put_out(actions: &mut Vec<PlannedAction>, clients: usize, random: &mut fastrand::Rng) {
    let count = actions.len();
    let mut turns: Vec<(usize, PlannedAction)> = Vec::new();
    for client in (1..clients).filter(|client| is_in_closed(*client)) {
        let pairs = 1 + count / ACTIONS_BETWEEN;
        let comes_back = random.u32(..4) > 0;
        let mut places: Vec<usize> = (0..2 * pairs).map(|_| random.usize(..=count)).collect();
        places.sort_unstable();
        places.truncate(2 * pairs - usize::from(!comes_back));
        turns.extend(places.into_iter().enumerate().map(|(turn, at)| {
            let action = match turn % 2 {
                0 => Action::PutOut,
                _ => Action::LetIn,
            };
            (at, PlannedAction { client, action })
        }));
    }
    // Stable, so that of one place each client's turns keep their order.
    turns.sort_by_key(|(at, _)| *at);
    for (at, action) in turns.into_iter().rev() {
        actions.insert(at, action);
    }
}

/// Of three clients one chooses a password, and one signs in to an account, in the middle of all else.
fn sign_in(actions: &mut Vec<PlannedAction>, clients: usize, random: &mut fastrand::Rng) {
    for client in (0..clients).filter(|client| client % 3 > 0) {
        let is_other = client % 3 == 1;
        let action = Action::SignIn { is_other };
        let at = random.usize(..=actions.len() * 3 / 4);
        actions.insert(at, PlannedAction { client, action });
    }
}

/// What happens besides a message, now and then.
fn edit_or_tab_loss(random: &mut fastrand::Rng) -> Option<Action> {
    let pick = random.u64(..);
    match random.u32(..1_000) {
        0..60 => Some(Action::Edit { pick }),
        60..90 => Some(Action::Delete { pick }),
        93..120 => Some(Action::React {
            pick,
            on: random.u32(..4) > 0,
        }),
        90..93 => Some(Action::KillTab {
            away: Duration::from_millis(random.u64(..400)),
        }),
        _ => None,
    }
}
