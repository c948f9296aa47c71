//! One direction of one connection.

use super::network_conditions::{Countdown, Direction, NetworkConditions};
use super::{FaultCounters, count};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

/// Read at once.
const CHUNK: usize = 16 * 1024;
/// Chunks under way; a full queue makes the sender wait, as a full window does.
const QUEUE: usize = 64;

/// Why both directions end before both sides have closed.
pub(super) enum Ended {
    /// Reset with RST.
    Reset,
    /// As a process that ends closes.
    Closed,
}

enum Item {
    Bytes(Vec<u8>),
    /// The sender will send no more.
    Fin,
    /// The sender is gone.
    Rst,
}

/// Forwards the bytes of one direction, and injects its faults.
pub(super) struct Forwarder<'s> {
    random: fastrand::Rng,
    conditions: watch::Receiver<NetworkConditions>,
    counters: &'s FaultCounters,
    direction: fn(&NetworkConditions) -> &Direction,
    cut: Countdown,
    stall: Countdown,
    silence: Countdown,
}

impl<'s> Forwarder<'s> {
    pub(super) fn new(
        random: fastrand::Rng,
        conditions: watch::Receiver<NetworkConditions>,
        counters: &'s FaultCounters,
        direction: fn(&NetworkConditions) -> &Direction,
    ) -> Self {
        Self {
            random,
            conditions,
            counters,
            direction,
            cut: Countdown::default(),
            stall: Countdown::default(),
            silence: Countdown::default(),
        }
    }

    /// Until `from` has closed and everything before that has arrived, or a cut.
    pub(super) async fn forward(self, from: ReadHalf<'_>, to: WriteHalf<'_>) -> Result<(), Ended> {
        let (into, out) = channel(QUEUE);
        let delays = Delays {
            random: fastrand::Rng::with_seed(self.random.clone().u64(..)),
            conditions: self.conditions.clone(),
            direction: self.direction,
        };
        tokio::try_join!(delays.read(from, into), self.write(out, to)).map(|_| ())
    }

    async fn write(
        mut self,
        mut queue: Receiver<(Instant, Item)>,
        mut to: WriteHalf<'_>,
    ) -> Result<(), Ended> {
        let mut is_silent = false;
        // The receiver is gone; whether the sender hears of it is the other direction's business.
        let mut is_void = false;
        while let Some((due, item)) = queue.recv().await {
            sleep_until(due).await;
            let bytes = match item {
                _ if is_silent => continue,
                Item::Bytes(bytes) => bytes,
                Item::Fin => {
                    is_void |= to.shutdown().await.is_err();
                    continue;
                }
                Item::Rst => return Err(Ended::Reset),
            };
            let direction = (self.direction)(&self.conditions.borrow()).clone();
            let (cut, silence) = (direction.cut.clone(), direction.silence_every);
            if let Some(stall) = &direction.stall
                && self
                    .stall
                    .next_fault(Some(stall.every), bytes.len(), &mut self.random)
                    .is_some()
            {
                count(&self.counters.stalls);
                sleep(stall.length.mul_f64(self.random.f64())).await;
            }
            let silent_from = self
                .silence
                .next_fault(silence, bytes.len(), &mut self.random);
            let cut_at = self.cut.next_fault(
                cut.as_ref().map(|cut| cut.every),
                bytes.len(),
                &mut self.random,
            );
            let passing = silent_from
                .unwrap_or(bytes.len())
                .min(cut_at.unwrap_or(bytes.len()));
            if !is_void {
                is_void = self
                    .pieces(&direction, &bytes[..passing], &mut to)
                    .await
                    .is_err();
            }
            if let Some(cut) = cut
                && cut_at.is_some()
            {
                count(&self.counters.cuts);
                let is_reset = self.random.f64() < cut.resets;
                return Err(if is_reset {
                    Ended::Reset
                } else {
                    Ended::Closed
                });
            }
            if silent_from.is_some() {
                count(&self.counters.silences);
                is_silent = true;
            }
        }
        Ok(())
    }

    async fn pieces(
        &mut self,
        direction: &Direction,
        mut bytes: &[u8],
        to: &mut WriteHalf<'_>,
    ) -> std::io::Result<()> {
        if direction.piece == 0 {
            return to.write_all(bytes).await;
        }
        while !bytes.is_empty() {
            let length = self.random.usize(1..=direction.piece).min(bytes.len());
            let (piece, rest) = bytes.split_at(length);
            to.write_all(piece).await?;
            bytes = rest;
            if !direction.pause.is_zero() {
                sleep(direction.pause).await;
            }
        }
        Ok(())
    }
}

/// Draws for everything that is read when it is to arrive.
struct Delays {
    random: fastrand::Rng,
    conditions: watch::Receiver<NetworkConditions>,
    direction: fn(&NetworkConditions) -> &Direction,
}

impl Delays {
    async fn read(
        mut self,
        mut from: ReadHalf<'_>,
        queue: Sender<(Instant, Item)>,
    ) -> Result<(), Ended> {
        let mut due = Instant::now();
        loop {
            let mut buffer = Vec::with_capacity(CHUNK);
            let item = match from.read_buf(&mut buffer).await {
                Ok(0) => Item::Fin,
                Ok(_) => Item::Bytes(buffer),
                Err(_) => Item::Rst,
            };
            let is_last = !matches!(item, Item::Bytes(_));
            due = due.max(Instant::now() + self.delay());
            // The queue is closed by a cut only, which ends this direction too.
            if queue.send((due, item)).await.is_err() || is_last {
                return Ok(());
            }
        }
    }

    fn delay(&mut self) -> Duration {
        let conditions = self.conditions.borrow();
        let direction = (self.direction)(&conditions);
        if direction.jitter.is_zero() {
            return direction.latency;
        }
        direction.latency + direction.jitter.mul_f64(self.random.f64())
    }
}
