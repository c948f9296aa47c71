//! Which faults a phase has: the network all the time, the server, its disk or its database at certain points.

use super::Scale;
use crate::disk::DiskFault;
use crate::postgres::Outage;
use crate::proxy::{Cut, Direction, NetworkConditions, Stall};
use std::time::Duration;

/// Which database a server has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Database {
    /// A file of SQLite, on a disk that fails.
    #[default]
    Sqlite,
    /// A PostgreSQL, which goes away itself.
    Postgres,
}

/// What breaks in a phase.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Nothing: what the others are compared to.
    Calm,
    /// Everything is late, by a different time each.
    Latency,
    /// Connections are cut in the middle of a frame.
    Cuts,
    /// Everything comes slowly and in small pieces.
    Pieces,
    /// Nothing moves for a while.
    Stalls,
    /// What clients send is swallowed, on sockets that look alive.
    SilenceUp,
    /// What the server sends is swallowed.
    SilenceDown,
    /// The server is killed.
    Kills,
    /// The server is restarted as planned.
    Restarts,
    /// The disk is full, or fails.
    FullDisk,
    /// PostgreSQL is killed.
    DatabaseKills,
    /// PostgreSQL is restarted as planned.
    DatabaseRestarts,
    /// PostgreSQL says nothing.
    DatabaseSilence,
    /// The connections to PostgreSQL are cut.
    DatabaseCuts,
    /// PostgreSQL is lost for good, and its standby takes its place.
    Failover,
    /// All of it.
    Mixed,
}

/// A fault, and when it is injected: once, while clients go on.
#[derive(Clone, Debug, PartialEq)]
pub struct FaultInjection {
    /// When so many actions were handed out.
    pub after: usize,
    /// And then after this time, so that it falls between any two bytes.
    pub wait: Duration,
    /// What happens then.
    pub fault: InjectedFault,
    /// Whether the next one waits until everybody is well again.
    pub awaits_recovery: bool,
}

/// A fault that is injected once.
#[derive(Clone, Debug, PartialEq)]
pub enum InjectedFault {
    /// SIGKILL, and another process after a while.
    Kill {
        /// How long there is none.
        down: Duration,
    },
    /// SIGTERM, and another process at once.
    Restart,
    /// The disk does not do its work.
    Disk {
        /// The kind of failure.
        fault: DiskFault,
        /// For how long.
        length: Duration,
    },
    /// The database goes away for a while.
    Outage(Outage),
    /// The database is lost, and its standby takes its place.
    Failover {
        /// How long it had a standby before.
        beside: Duration,
    },
    /// Other network conditions, from now on.
    Network(Box<NetworkConditions>),
}

impl Kind {
    /// Every kind of a run on this database, in its order.
    pub fn of(database: Database) -> &'static [Self] {
        match database {
            Database::Sqlite => &[
                Self::Calm,
                Self::Latency,
                Self::Cuts,
                Self::Pieces,
                Self::Stalls,
                Self::SilenceUp,
                Self::SilenceDown,
                Self::Kills,
                Self::Restarts,
                Self::FullDisk,
                Self::Mixed,
            ],
            Database::Postgres => &[
                Self::Calm,
                Self::Latency,
                Self::Cuts,
                Self::Pieces,
                Self::Stalls,
                Self::SilenceUp,
                Self::SilenceDown,
                Self::Kills,
                Self::Restarts,
                Self::DatabaseKills,
                Self::DatabaseRestarts,
                Self::DatabaseSilence,
                Self::DatabaseCuts,
                Self::Failover,
                Self::Mixed,
            ],
        }
    }

    /// Its name in the report.
    pub fn name(self) -> &'static str {
        match self {
            Self::Calm => "calm",
            Self::Latency => "latency and jitter",
            Self::Cuts => "cut in mid-frame",
            Self::Pieces => "slow and split writes",
            Self::Stalls => "stalls",
            Self::SilenceUp => "one-way silence, up",
            Self::SilenceDown => "one-way silence, down",
            Self::Kills => "SIGKILL",
            Self::Restarts => "planned restart",
            Self::FullDisk => "disk full or failing",
            Self::DatabaseKills => "database, SIGKILL",
            Self::DatabaseRestarts => "database, planned restart",
            Self::DatabaseSilence => "database, silence",
            Self::DatabaseCuts => "database, cuts",
            Self::Failover => "database, failover",
            Self::Mixed => "everything mixed",
        }
    }

    /// Whether a database of PostgreSQL goes away in it and comes back.
    fn is_outage(self) -> bool {
        matches!(
            self,
            Self::DatabaseKills
                | Self::DatabaseRestarts
                | Self::DatabaseSilence
                | Self::DatabaseCuts
        )
    }

    /// Its share of all sends, of the sum of all parts.
    pub(super) fn part(self) -> usize {
        match self {
            Self::Kills => 20,
            Self::Mixed => 15,
            Self::Cuts | Self::Restarts | Self::Failover => 10,
            kind if kind.is_outage() => 15,
            _ => 7,
        }
    }

    /// What the network is like in it. A shorter run has less traffic, so faults happen more often.
    pub fn network(self, scale: &Scale) -> NetworkConditions {
        let direction = Direction::default;
        let share = (scale.sends as f64 / Scale::FULL.sends as f64).clamp(0.25, 1.0);
        // Up there is little more than handshakes, and those must get through at times.
        let up = |every: u64| (every as f64 * share.sqrt()) as u64;
        let down = |every: u64| (every as f64 * share) as u64;
        match self {
            Self::Latency => NetworkConditions::both(Direction {
                latency: Duration::from_millis(15),
                jitter: Duration::from_millis(60),
                ..direction()
            }),
            Self::Cuts => {
                let cut = |every| Some(Cut { every, resets: 0.7 });
                NetworkConditions {
                    up: Direction {
                        cut: cut(up(8_000)),
                        ..direction()
                    },
                    down: Direction {
                        cut: cut(down(200_000)),
                        ..direction()
                    },
                }
            }
            Self::Pieces => NetworkConditions {
                up: Direction {
                    piece: 16,
                    pause: Duration::from_millis(1),
                    ..direction()
                },
                down: Direction {
                    piece: 400,
                    pause: Duration::from_millis(1),
                    ..direction()
                },
            },
            Self::Stalls => {
                let stall = |every| {
                    Some(Stall {
                        every,
                        length: Duration::from_millis(900),
                    })
                };
                NetworkConditions {
                    up: Direction {
                        stall: stall(up(5_000)),
                        ..direction()
                    },
                    down: Direction {
                        stall: stall(down(100_000)),
                        ..direction()
                    },
                }
            }
            Self::SilenceUp => NetworkConditions {
                up: Direction {
                    silence_every: Some(up(10_000)),
                    ..direction()
                },
                down: direction(),
            },
            Self::SilenceDown => NetworkConditions {
                up: direction(),
                down: Direction {
                    silence_every: Some(down(300_000)),
                    ..direction()
                },
            },
            Self::Calm
            | Self::Kills
            | Self::Restarts
            | Self::FullDisk
            | Self::DatabaseKills
            | Self::DatabaseRestarts
            | Self::DatabaseSilence
            | Self::DatabaseCuts
            | Self::Failover
            | Self::Mixed => NetworkConditions::default(),
        }
    }
}

/// Cuts from a database for each outage of another kind: they are over at once.
const CUTS: usize = 5;

/// What is needed to draw the injections of a phase.
pub(super) struct FaultDraw<'s> {
    pub(super) actions: usize,
    pub(super) scale: &'s Scale,
}

impl FaultDraw<'_> {
    pub(super) fn draw(&self, kind: Kind, random: &mut fastrand::Rng) -> Vec<FaultInjection> {
        let scale = self.scale;
        match kind {
            Kind::Kills => self.spread(scale.kills, random, |_, random| kill(random)),
            Kind::Restarts => self.spread(scale.restarts, random, |_, _| InjectedFault::Restart),
            Kind::FullDisk => self.spread(scale.outages, random, disk),
            kind if kind.is_outage() => {
                let count = match kind {
                    Kind::DatabaseCuts => scale.outages * CUTS,
                    _ => scale.outages,
                };
                self.spread(count, random, |at, random| outage(kind, at, random))
            }
            Kind::Failover => self.spread(scale.failovers, random, |_, random| failover(random)),
            Kind::Mixed => {
                let mut deck = scale.kinds().repeat(scale.turns);
                random.shuffle(&mut deck);
                self.spread(deck.len(), random, |at, random| match deck[at] {
                    Kind::Kills | Kind::Mixed => kill(random),
                    Kind::Restarts => InjectedFault::Restart,
                    Kind::FullDisk => disk(at, random),
                    Kind::Failover => failover(random),
                    kind if kind.is_outage() => outage(kind, at, random),
                    kind => InjectedFault::Network(Box::new(kind.network(scale))),
                })
            }
            _ => Vec::new(),
        }
    }

    /// So many, at random points of the phase.
    fn spread(
        &self,
        count: usize,
        random: &mut fastrand::Rng,
        mut fault: impl FnMut(usize, &mut fastrand::Rng) -> InjectedFault,
    ) -> Vec<FaultInjection> {
        let part = self.actions / count.max(1);
        (0..count)
            .map(|at| FaultInjection {
                after: at * part + random.usize(..part.max(1)),
                wait: Duration::from_micros(random.u64(..120_000)),
                fault: fault(at, random),
                awaits_recovery: random.u32(..4) > 0,
            })
            .collect()
    }
}

fn kill(random: &mut fastrand::Rng) -> InjectedFault {
    let down = Duration::from_millis(random.u64(..250));
    InjectedFault::Kill { down }
}

fn disk(at: usize, random: &mut fastrand::Rng) -> InjectedFault {
    InjectedFault::Disk {
        fault: DiskFault::ALL[at % DiskFault::ALL.len()],
        length: Duration::from_millis(random.u64(300..1_500)),
    }
}

/// Every other silence is longer than anybody waits for an answer.
fn outage(kind: Kind, at: usize, random: &mut fastrand::Rng) -> InjectedFault {
    let down = Duration::from_millis(random.u64(..1_000));
    let length = Duration::from_millis(match at % 2 {
        0 => random.u64(9_000..12_000),
        _ => random.u64(300..3_000),
    });
    InjectedFault::Outage(match kind {
        Kind::DatabaseKills => Outage::Kill { down },
        Kind::DatabaseRestarts => Outage::Restart { down },
        Kind::DatabaseSilence => Outage::Silence { length },
        _ => Outage::Cut,
    })
}

fn failover(random: &mut fastrand::Rng) -> InjectedFault {
    let beside = Duration::from_millis(random.u64(..1_000));
    InjectedFault::Failover { beside }
}
