//! Everybody joins one room at once, each with its newest 50 messages; all are cut off; all come back
//! and get what they missed.

use super::{Figures, Pace, Stage, figures};
use crate::contender::{Contender, PARLOUR};
use crate::dialect::{Visitor, contents};
use crate::failure::{Failure, Outcome};
use crate::ledger::{Label, SIZE};
use crate::seed;
use crate::server::Server;
use crate::swarm::{Deaf, Ears, Swarm};
use std::time::{Duration, Instant};

/// Messages that a newcomer sees.
const NEWEST: usize = 50;
/// Messages that are posted while nobody is there.
const MISSED: usize = 20;
/// Handshakes under way at once: what the system's queue of new connections holds.
const AT_ONCE: usize = 2_000;
/// How long everybody may take to arrive; who is not there by then has failed.
const PATIENCE: Duration = Duration::from_secs(180);
/// The size at which peers are compared.
const TWIN_SIZE: usize = 1_000;

/// The row `storm`.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let mut row = Figures::new();
    let sizes: &[usize] = match (*contender == PARLOUR, stage.pace) {
        (true, Pace::Full) => &[TWIN_SIZE, 5_000, 10_000],
        (true, Pace::Quick) => &[TWIN_SIZE, 5_000],
        (false, _) => &[TWIN_SIZE],
    };
    for &size in sizes {
        let server = stage.start(contender)?;
        let storm = storm(&server, contender, size)?;
        for (what, value) in storm {
            row.insert(format!("{what} at {size}"), value);
        }
        server.stop()?;
    }
    Ok(row)
}

fn storm(server: &Server, contender: &Contender, size: usize) -> Outcome<Figures> {
    let mut swarm = Swarm::new(server.address(), contender.dialect())?;
    let mut poster = Poster::new(server, contender)?;
    poster.post(NEWEST)?;
    let can_catch_up = swarm.dialect().can_catch_up();
    // A newcomer who knows nothing asks for what changed since 50 messages ago.
    let after = can_catch_up.then_some(poster.seq.saturating_sub(NEWEST as u64));

    let mut counter = Counter::new(size, NEWEST);
    let joining = Instant::now();
    let failed = join(&mut swarm, size, after, &mut counter);
    let joined = joining.elapsed();
    let join_bytes = swarm.counts.bytes;
    swarm.cut_all();

    poster.post(MISSED)?;
    let (after, due) = if can_catch_up {
        (Some(poster.seq - MISSED as u64), MISSED)
    } else {
        (None, NEWEST)
    };
    let mut missed = Counter::new(size, due);
    let returning = Instant::now();
    let failed_again = join(&mut swarm, size, after, &mut missed);
    let returned = returning.elapsed();
    let failures = failed + failed_again + counter.short() + missed.short();
    Ok(figures([
        ("storm failures", failures as f64),
        ("storm join, s", joined.as_secs_f64()),
        ("storm return, s", returned.as_secs_f64()),
        ("storm join, bytes each", join_bytes as f64 / size as f64),
        (
            "storm return, bytes each",
            swarm.counts.bytes as f64 / size as f64,
        ),
    ]))
}

/// Brings everybody in; how many did not come in time.
fn join(swarm: &mut Swarm, size: usize, after: Option<u64>, ears: &mut Counter) -> usize {
    let visitors: Vec<Visitor> = (0..size)
        .map(|at| Visitor {
            room: 1,
            name: format!("u{at}"),
            token: Some(seed::token(at)),
            after,
        })
        .collect();
    match swarm.join(&visitors, AT_ONCE, PATIENCE, ears) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("    storm: {error}");
            size - swarm.counts.caught_up
        }
    }
}

/// Counts the messages that each socket was told of at its arrival.
struct Counter {
    told: Vec<usize>,
    due: usize,
}

impl Counter {
    fn new(size: usize, due: usize) -> Self {
        Self {
            told: vec![0; size],
            due,
        }
    }

    /// How many did not get exactly what they had to.
    fn short(&self) -> usize {
        self.told.iter().filter(|&&told| told != self.due).count()
    }
}

impl Ears for Counter {
    fn delivery(&mut self, _socket: usize, _text: &[u8]) {}

    fn page(&mut self, socket: usize, payload: &[u8]) {
        self.told[socket] += contents(payload)
            .filter(|text| Label::read(text).is_some())
            .count();
    }
}

/// Somebody in the same room who posts, one message at a time.
struct Poster {
    swarm: Swarm,
    posted: u32,
    seq: u64,
}

impl Poster {
    fn new(server: &Server, contender: &Contender) -> Outcome<Self> {
        let mut swarm = Swarm::new(server.address(), contender.dialect())?;
        let visitor = Visitor {
            room: 1,
            name: "poster".to_owned(),
            token: Some(seed::token(seed::GUESTS - 1)),
            after: None,
        };
        swarm.join(&[visitor], 1, PATIENCE, &mut Deaf)?;
        let seq = swarm.counts.seq;
        Ok(Self {
            swarm,
            posted: 0,
            seq,
        })
    }

    fn post(&mut self, messages: usize) -> Outcome<()> {
        for _ in 0..messages {
            let mut content = Vec::with_capacity(SIZE);
            let label = Label {
                sender: 0,
                number: self.posted,
                intended: 0,
            };
            label.write(&mut content);
            self.swarm.say(0, &content, u64::from(self.posted))?;
            self.posted += 1;
            self.seq += 1;
            let mut echo = Echo(false);
            let end = Instant::now() + PATIENCE;
            while !echo.0 {
                self.swarm.turn(Duration::from_millis(20), &mut echo)?;
                if Instant::now() > end {
                    return Err(Failure::new(
                        "a message of the storm's poster never came back",
                    ));
                }
            }
        }
        Ok(())
    }
}

struct Echo(bool);

impl Ears for Echo {
    fn delivery(&mut self, _socket: usize, _text: &[u8]) {
        self.0 = true;
    }
}
