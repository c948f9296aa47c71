//! Everybody joins one room at once, each with its newest 50 messages; all are cut off; all come back
//! and get what they missed.

use super::{Figures, Pace, Stage, figures};
use crate::contender::Contender;
use crate::dialect::{Visitor, contents};
use crate::failure::{Failure, Outcome};
use crate::ledger::{Label, SIZE};
use crate::seed;
use crate::server::Server;
use crate::swarm::{Deaf, Ears, Swarm};
use std::ops::Range;
use std::time::{Duration, Instant};

/// Messages that a newcomer sees.
const NEWEST: u32 = 50;
/// Messages that are posted while nobody is there.
const MISSED: u32 = 20;
/// Handshakes under way at once: what the system's queue of new connections holds.
const AT_ONCE: usize = 2_000;
/// How long everybody may take to arrive; who is not there by then has failed.
const TIMEOUT: Duration = Duration::from_secs(180);
/// The size at which peers are compared.
const TWIN_SIZE: usize = 1_000;

/// The row `storm`.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let mut row = Figures::new();
    let sizes: &[usize] = match (contender.is_parlour(), stage.pace) {
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
    let seq = post(server, contender, 0..NEWEST)?;
    let can_catch_up = swarm.dialect().can_catch_up();
    // A newcomer who knows nothing asks for what changed since 50 messages ago.
    let after = can_catch_up.then_some(seq.saturating_sub(u64::from(NEWEST)));

    let mut counter = Counter::new(size, NEWEST);
    let joining = Instant::now();
    let failed = join(&mut swarm, size, after, &mut counter);
    let joined = joining.elapsed();
    let join_bytes = swarm.counts.bytes;
    swarm.cut_all();

    let seq = post(server, contender, NEWEST..NEWEST + MISSED)?;
    let (after, due) = if can_catch_up {
        (Some(seq - u64::from(MISSED)), MISSED)
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
    match swarm.join(&visitors, AT_ONCE, TIMEOUT, ears) {
        Ok(()) => 0,
        Err(error) => {
            eprintln!("    storm: {error}");
            size - swarm.counts.caught_up
        }
    }
}

/// Counts the messages that each socket was told of at its arrival.
struct Counter {
    told: Vec<u32>,
    due: u32,
}

impl Counter {
    fn new(size: usize, due: u32) -> Self {
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
        let texts = contents(payload).filter_map(Label::read);
        self.told[socket] += texts.map(|_| 1).sum::<u32>();
    }
}

/// Somebody comes, posts these in the same room, one message at a time, and goes: who stayed would have to
/// answer the server's heartbeats while everybody else comes. How far the room is then.
fn post(server: &Server, contender: &Contender, numbers: Range<u32>) -> Outcome<u64> {
    let mut swarm = Swarm::new(server.address(), contender.dialect())?;
    let visitor = Visitor {
        room: 1,
        name: "poster".to_owned(),
        token: Some(seed::token(seed::GUESTS - 1)),
        after: None,
    };
    swarm.join(&[visitor], 1, TIMEOUT, &mut Deaf)?;
    let seq = swarm.counts.seq + numbers.len() as u64;
    for number in numbers {
        let mut content = Vec::with_capacity(SIZE);
        let label = Label {
            sender: 0,
            number,
            intended: 0,
        };
        label.write(&mut content);
        swarm.say(0, &content, u64::from(number))?;
        let mut echo = Echo(false);
        let end = Instant::now() + TIMEOUT;
        while !echo.0 {
            swarm.turn(Duration::from_millis(20), &mut echo)?;
            let trouble = swarm.counts.trouble.take();
            let late = || (Instant::now() > end).then(|| "nothing came back".to_owned());
            if let Some(trouble) = trouble.or_else(late) {
                return Err(Failure::new(format!("to the storm's poster: {trouble}")));
            }
        }
    }
    Ok(seq)
}

struct Echo(bool);

impl Ears for Echo {
    fn delivery(&mut self, _socket: usize, _text: &[u8]) {
        self.0 = true;
    }
}
