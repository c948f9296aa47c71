//! One direction of one connection.

use super::weather::{Countdown, Way, Weather};
use super::{Strikes, count};
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{ReadHalf, WriteHalf};
use tokio::sync::mpsc::{Receiver, Sender, channel};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

/// Read at once.
const CHUNK: usize = 16 * 1024;
/// Chunks under way; a full line makes the sender wait, as a full window does.
const LINE: usize = 64;

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

/// Carries bytes one way, and what is to happen to them.
pub(super) struct Carrier<'s> {
    random: fastrand::Rng,
    forecast: watch::Receiver<Weather>,
    strikes: &'s Strikes,
    way: fn(&Weather) -> &Way,
    cut: Countdown,
    stall: Countdown,
    silence: Countdown,
}

impl<'s> Carrier<'s> {
    pub(super) fn new(
        random: fastrand::Rng,
        forecast: watch::Receiver<Weather>,
        strikes: &'s Strikes,
        way: fn(&Weather) -> &Way,
    ) -> Self {
        Self {
            random,
            forecast,
            strikes,
            way,
            cut: Countdown::default(),
            stall: Countdown::default(),
            silence: Countdown::default(),
        }
    }

    /// Until `from` has closed and everything before that has arrived, or a cut.
    pub(super) async fn carry(self, from: ReadHalf<'_>, to: WriteHalf<'_>) -> Result<(), Ended> {
        let (into, out) = channel(LINE);
        let delays = Delays {
            random: fastrand::Rng::with_seed(self.random.clone().u64(..)),
            forecast: self.forecast.clone(),
            way: self.way,
        };
        tokio::try_join!(delays.read(from, into), self.write(out, to)).map(|_| ())
    }

    async fn write(
        mut self,
        mut line: Receiver<(Instant, Item)>,
        mut to: WriteHalf<'_>,
    ) -> Result<(), Ended> {
        let mut is_silent = false;
        // The receiver is gone; whether the sender hears of it is the other direction's business.
        let mut is_void = false;
        while let Some((due, item)) = line.recv().await {
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
            let way = (self.way)(&self.forecast.borrow()).clone();
            let (cut, silence) = (way.cut.clone(), way.silence_every);
            if let Some(stall) = &way.stall
                && self
                    .stall
                    .strikes(Some(stall.every), bytes.len(), &mut self.random)
                    .is_some()
            {
                count(&self.strikes.stalls);
                sleep(stall.length.mul_f64(self.random.f64())).await;
            }
            let silent_from = self.silence.strikes(silence, bytes.len(), &mut self.random);
            let cut_at = self.cut.strikes(
                cut.as_ref().map(|cut| cut.every),
                bytes.len(),
                &mut self.random,
            );
            let passing = silent_from
                .unwrap_or(bytes.len())
                .min(cut_at.unwrap_or(bytes.len()));
            if !is_void {
                is_void = self.pieces(&way, &bytes[..passing], &mut to).await.is_err();
            }
            if let Some(cut) = cut
                && cut_at.is_some()
            {
                count(&self.strikes.cuts);
                let is_reset = self.random.f64() < cut.resets;
                return Err(if is_reset {
                    Ended::Reset
                } else {
                    Ended::Closed
                });
            }
            if silent_from.is_some() {
                count(&self.strikes.silences);
                is_silent = true;
            }
        }
        Ok(())
    }

    async fn pieces(
        &mut self,
        way: &Way,
        mut bytes: &[u8],
        to: &mut WriteHalf<'_>,
    ) -> std::io::Result<()> {
        if way.piece == 0 {
            return to.write_all(bytes).await;
        }
        while !bytes.is_empty() {
            let length = self.random.usize(1..=way.piece).min(bytes.len());
            let (piece, rest) = bytes.split_at(length);
            to.write_all(piece).await?;
            bytes = rest;
            if !way.pause.is_zero() {
                sleep(way.pause).await;
            }
        }
        Ok(())
    }
}

/// Says of everything that is read when it is to arrive.
struct Delays {
    random: fastrand::Rng,
    forecast: watch::Receiver<Weather>,
    way: fn(&Weather) -> &Way,
}

impl Delays {
    async fn read(
        mut self,
        mut from: ReadHalf<'_>,
        line: Sender<(Instant, Item)>,
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
            // The line is closed by a cut only, which ends this direction too.
            if line.send((due, item)).await.is_err() || is_last {
                return Ok(());
            }
        }
    }

    fn delay(&mut self) -> Duration {
        let forecast = self.forecast.borrow();
        let way = (self.way)(&forecast);
        if way.jitter.is_zero() {
            return way.latency;
        }
        way.latency + way.jitter.mul_f64(self.random.f64())
    }
}
