//! Rooms full of people, some of whom speak: at a steady rate whatever happens, or as fast as they
//! are answered.
//!
//! *Invariant:* a latency is counted from the moment a message was to be sent, not from when it was;
//! and a block in which a delivery was missing, doubled or out of order has no figures.

use crate::dialect::{Dialect, Visitor};
use crate::failure::{Failure, Outcome};
use crate::ledger::{Label, Ledger, SIZE};
use crate::machine::thread_time;
use crate::readers::Readers;
use crate::seed;
use crate::swarm::{Ears, Swarm};
use hdrhistogram::Histogram;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// How long to wait for the last deliveries.
const TIMEOUT: Duration = Duration::from_secs(30);
/// How long everybody may take to arrive. Some servers tell everybody of everybody.
const ARRIVAL: Duration = Duration::from_secs(240);
/// How exact the moment is at which it is told what was read.
const READING: Duration = Duration::from_millis(1);
/// Handshakes under way at once.
const AT_ONCE: usize = 200;

/// How many people are where.
#[derive(Clone, Copy, Debug)]
pub struct Crowd {
    /// Rooms, numbered from 1.
    pub rooms: usize,
    /// People in each.
    pub members: usize,
    /// How many of those speak.
    pub senders: usize,
}

/// What listens: checks each delivery, and times it.
struct Listener {
    crowd: Crowd,
    ledger: Ledger,
    began: Instant,
    now: u64,
    deliveries: u64,
    latencies: Histogram<u64>,
    acks: Histogram<u64>,
    /// Senders who heard a message of their own since this was last looked at.
    answered: Vec<usize>,
    /// Those who tell what they have read.
    readers: Option<Readers>,
}

impl Ears for Listener {
    fn read(&mut self) {
        self.now = self.began.elapsed().as_nanos() as u64;
    }

    fn delivery(&mut self, socket: usize, text: &[u8]) {
        let Some(label) = Label::read(text) else {
            self.ledger.complain("a message without a label".to_owned());
            return;
        };
        if !self.ledger.enter(socket, label) {
            return;
        }
        self.deliveries += 1;
        if let Some(readers) = &mut self.readers {
            readers.see(socket, self.now);
        }
        let latency = self.now.saturating_sub(label.intended).max(1);
        self.latencies.saturating_record(latency);
        if socket % self.crowd.members == label.sender as usize {
            self.acks.saturating_record(latency);
            self.answered.push(socket);
        }
    }
}

/// What came of a block.
#[derive(Clone, Debug)]
pub struct Heard {
    /// Deliveries that were right.
    pub deliveries: u64,
    /// Messages that came back to who sent them.
    pub acks: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// Share of its processor that the generator used.
    pub generator: f64,
    /// Times from the intended moment to each delivery, in nanoseconds.
    pub latencies: Histogram<u64>,
    /// The same to the sender's own.
    pub ack_latencies: Histogram<u64>,
}

/// The rooms of the benchmark.
pub struct Talk {
    swarm: Swarm,
    crowd: Crowd,
    listener: Listener,
    sent: Vec<u32>,
    content: Vec<u8>,
    /// Where this talk's keys begin: a sender may have sent others before, in another talk.
    keys: u64,
}

impl Talk {
    /// Brings everybody into their rooms.
    pub fn gather(address: SocketAddr, dialect: Box<dyn Dialect>, crowd: Crowd) -> Outcome<Self> {
        let mut swarm = Swarm::new(address, dialect)?;
        let mut listener = Listener {
            crowd,
            ledger: Ledger::new(crowd.rooms * crowd.members, crowd.senders),
            began: Instant::now(),
            now: 0,
            deliveries: 0,
            latencies: histogram(),
            acks: histogram(),
            answered: Vec::new(),
            readers: None,
        };
        let visitors = visitors(crowd);
        swarm.join(&visitors, AT_ONCE, ARRIVAL, &mut listener)?;
        let mut talk = Self {
            swarm,
            crowd,
            listener,
            sent: vec![0; crowd.rooms * crowd.senders],
            content: Vec::with_capacity(SIZE),
            keys: fastrand::u64(0..1 << 50),
        };
        // Lists of who is there come in bursts at the end of joining.
        talk.listen(Duration::from_millis(700))?;
        Ok(talk)
    }

    /// Bytes of a delivery on the wire, without the frame's header.
    pub fn message_bytes(&self) -> usize {
        self.swarm.counts.message_bytes
    }

    /// Deliveries since the last block began.
    pub fn deliveries(&self) -> u64 {
        self.listener.deliveries
    }

    /// From now on everybody who hears something tells, after so long, that it was read.
    pub fn have_read_after(&mut self, pause: Duration) {
        let sockets = self.crowd.rooms * self.crowd.members;
        self.listener.readers = Some(Readers::new(sockets, pause));
    }

    /// Nobody speaks for so long.
    pub fn listen(&mut self, time: Duration) -> Outcome<()> {
        let end = Instant::now() + time;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return self.check();
            }
            self.swarm.turn(left, &mut self.listener)?;
        }
    }

    /// Speaks at a steady rate, rooms and senders in turn, until so many messages are sent; then
    /// waits for the last delivery.
    pub fn paced(&mut self, per_second: f64, messages: usize) -> Outcome<Heard> {
        let start = self.begin();
        let first = self.now() + 1_000_000;
        for at in 0..messages {
            let intended = first + (at as f64 * 1e9 / per_second) as u64;
            loop {
                let now = self.now();
                if now >= intended {
                    break;
                }
                self.turn(Duration::from_nanos(intended - now))?;
            }
            self.speak(at % self.sent.len(), intended)?;
        }
        self.settle(messages)?;
        self.end(start)
    }

    /// Keeps `window` messages on their way, each counted until everybody has it. Warms up first.
    /// `between` is called when the time that counts begins, and when it ends.
    pub fn saturate(
        &mut self,
        window: usize,
        warm: Duration,
        time: Duration,
        mut between: impl FnMut(),
    ) -> Outcome<Heard> {
        let mut sent = 0;
        self.begin();
        let mut phase = |talk: &mut Self, time: Duration| -> Outcome<()> {
            let end = Instant::now() + time;
            while Instant::now() < end {
                let done = talk.listener.deliveries as usize / talk.crowd.members;
                while sent < done + window {
                    let now = talk.now();
                    talk.speak(sent % talk.sent.len(), now)?;
                    sent += 1;
                }
                talk.swarm
                    .turn(Duration::from_millis(5), &mut talk.listener)?;
            }
            talk.check()
        };
        phase(self, warm)?;
        between();
        let already = self.listener.deliveries;
        self.listener.latencies.reset();
        self.listener.acks.reset();
        let start = Instant::now();
        let processor = thread_time();
        phase(self, time)?;
        let elapsed = start.elapsed();
        between();
        let generator = (thread_time() - processor).as_secs_f64() / elapsed.as_secs_f64();
        let mut heard = self.heard(elapsed, generator);
        heard.deliveries -= already;
        self.settle(sent)?;
        Ok(heard)
    }

    /// So many senders of each room have `window` messages on their way, and send the next one when one came back.
    pub fn converse(
        &mut self,
        senders: usize,
        window: usize,
        warm: Duration,
        time: Duration,
        mut between: impl FnMut(),
    ) -> Outcome<Heard> {
        self.begin();
        self.listener.answered.clear();
        for _ in 0..window {
            for sender in 0..senders * self.crowd.rooms {
                let now = self.now();
                self.speak(sender, now)?;
            }
        }
        self.exchange(warm)?;
        between();
        self.begin();
        let processor = thread_time();
        let elapsed = self.exchange(time)?;
        between();
        let generator = (thread_time() - processor).as_secs_f64() / elapsed.as_secs_f64();
        let heard = self.heard(elapsed, generator);
        // The last ones are on their way still.
        self.listen(Duration::from_millis(500))?;
        Ok(heard)
    }

    fn exchange(&mut self, time: Duration) -> Outcome<Duration> {
        let start = Instant::now();
        while start.elapsed() < time {
            self.swarm
                .turn(Duration::from_millis(5), &mut self.listener)?;
            let mut answered = std::mem::take(&mut self.listener.answered);
            for socket in answered.drain(..) {
                let (room, member) = (socket / self.crowd.members, socket % self.crowd.members);
                let now = self.now();
                self.speak(member * self.crowd.rooms + room, now)?;
            }
            self.listener.answered = answered;
        }
        self.check()?;
        Ok(start.elapsed())
    }

    /// Waits for something to happen, at most so long; then whoever is to tell what they read does.
    fn turn(&mut self, at_most: Duration) -> Outcome<()> {
        let at_most = match self.listener.readers {
            Some(_) => at_most.min(READING),
            None => at_most,
        };
        self.swarm.turn(at_most, &mut self.listener)?;
        let now = self.now();
        while let Some(readers) = &mut self.listener.readers
            && let Some(socket) = readers.next_due(now)
        {
            self.swarm.has_read(socket)?;
        }
        Ok(())
    }

    /// Sender `at`: senders are numbered so that consecutive ones are in different rooms.
    fn speak(&mut self, at: usize, intended: u64) -> Outcome<()> {
        let (room, sender) = (at % self.crowd.rooms, at / self.crowd.rooms);
        let number = self.sent[at];
        self.sent[at] += 1;
        self.content.clear();
        let label = Label {
            sender: sender as u32,
            number,
            intended,
        };
        label.write(&mut self.content);
        let socket = room * self.crowd.members + sender;
        let key = self.keys + u64::from(number);
        self.swarm.say(socket, &self.content, key)
    }

    fn now(&self) -> u64 {
        self.listener.began.elapsed().as_nanos() as u64
    }

    fn begin(&mut self) -> (Instant, Duration) {
        self.listener.deliveries = 0;
        self.listener.latencies.reset();
        self.listener.acks.reset();
        (Instant::now(), thread_time())
    }

    fn settle(&mut self, messages: usize) -> Outcome<()> {
        let due = (messages * self.crowd.members) as u64;
        let end = Instant::now() + TIMEOUT;
        while self.listener.deliveries < due {
            self.turn(Duration::from_millis(20))?;
            self.check()?;
            if Instant::now() > end {
                let heard = self.listener.deliveries;
                return Err(Failure::new(format!("{heard} of {due} deliveries came")));
            }
        }
        self.check()
    }

    fn end(&mut self, (start, processor): (Instant, Duration)) -> Outcome<Heard> {
        let elapsed = start.elapsed();
        let generator = (thread_time() - processor).as_secs_f64() / elapsed.as_secs_f64();
        Ok(self.heard(elapsed, generator))
    }

    fn heard(&self, elapsed: Duration, generator: f64) -> Heard {
        Heard {
            deliveries: self.listener.deliveries,
            acks: self.listener.acks.len(),
            elapsed,
            generator,
            latencies: self.listener.latencies.clone(),
            ack_latencies: self.listener.acks.clone(),
        }
    }

    fn check(&mut self) -> Outcome<()> {
        self.listener.answered.truncate(1 << 20);
        if let Some(wrong) = self.listener.ledger.wrong() {
            return Err(Failure::new(wrong));
        }
        if self.swarm.counts.gone > 0 {
            let trouble = self.swarm.counts.trouble.as_deref().unwrap_or("no reason");
            return Err(Failure::new(format!(
                "{} sockets were lost: {trouble}",
                self.swarm.counts.gone
            )));
        }
        match &self.swarm.counts.trouble {
            Some(trouble) => Err(Failure::new(trouble.clone())),
            None => Ok(()),
        }
    }
}

/// Everybody of a crowd, room by room.
pub fn visitors(crowd: Crowd) -> Vec<Visitor> {
    (0..crowd.rooms * crowd.members)
        .map(|at| Visitor {
            room: (at / crowd.members) as u64 + 1,
            name: format!("u{at}"),
            token: Some(seed::token(at)),
            after: None,
        })
        .collect()
}

fn histogram() -> Histogram<u64> {
    // A microsecond to two minutes, three digits.
    Histogram::new_with_bounds(1_000, 120_000_000_000, 3).expect("these bounds are in order")
}

/// A percentile in milliseconds.
pub fn milliseconds(histogram: &Histogram<u64>, percentile: f64) -> f64 {
    histogram.value_at_percentile(percentile) as f64 / 1e6
}
