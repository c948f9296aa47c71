//! One room of 1,000: what a delivery costs at a steady rate, and how many there are at most.

use super::{Figures, Pace, Stage, figures};
use crate::contender::Contender;
use crate::failure::{Failure, Outcome};
use crate::floors;
use crate::talk::{Crowd, Talk, milliseconds};

/// People in the room.
pub(super) const MEMBERS: usize = 1_000;
/// How many of them speak, and how many messages are on their way when the room is saturated.
const SENDERS: usize = 128;
/// Messages a second at the steady rate.
pub(super) const RATE: f64 = 20.0;
/// The generator may be as busy as this, else it is the generator that is measured.
const GENERATOR_MAX: f64 = 0.8;

/// The row `room`.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let server = stage.start(contender)?;
    let crowd = Crowd {
        rooms: 1,
        members: MEMBERS,
        senders: SENDERS,
    };
    let mut talk = Talk::gather(server.address(), contender.dialect(), crowd)?;
    let seconds = |time: std::time::Duration| (time.as_secs_f64() * RATE) as usize;
    talk.paced(RATE, seconds(stage.warm()))?;
    let before = server.processor_time();
    let steady = talk.paced(RATE, seconds(stage.block()))?;
    let spent = server.processor_time().since(&before);
    let mut row = figures([
        (
            "cpu per delivery, µs",
            spent.as_secs_f64() * 1e6 / steady.deliveries as f64,
        ),
        (
            "steady delivery p50, ms",
            milliseconds(&steady.latencies, 50.0),
        ),
        (
            "steady delivery p99, ms",
            milliseconds(&steady.latencies, 99.0),
        ),
        ("delivery, bytes", talk.message_bytes() as f64),
    ]);
    if contender.is_parlour() {
        // Header of a frame of this length: four bytes.
        let bytes = talk.message_bytes() + 4;
        let passes = if stage.pace == Pace::Full { 30 } else { 15 };
        for per_write in [1, 4, 16] {
            let floor = floors::send(bytes, per_write, passes)?;
            row.insert(
                format!("floor of a send, {per_write} frames at once, µs"),
                floor / 1e3,
            );
        }
    }

    let mut times = Vec::new();
    let full = talk.saturate(SENDERS, stage.warm(), stage.block(), || {
        times.push(server.processor_time());
    })?;
    let [before, after] = &times[..] else {
        return Err(Failure::new("the processor time was not read twice"));
    };
    let spent = after.since(before).as_secs_f64();
    let per_second = full.deliveries as f64 / full.elapsed.as_secs_f64();
    row.extend(figures([
        (
            "saturated deliveries/s per core",
            full.deliveries as f64 / spent,
        ),
        ("saturated deliveries/s", per_second),
        (
            "saturated server, cores",
            spent / full.elapsed.as_secs_f64(),
        ),
        ("saturated generator, cores", full.generator),
        (
            "saturated delivery p99, ms",
            milliseconds(&full.latencies, 99.0),
        ),
    ]));
    if full.generator > GENERATOR_MAX {
        row.insert(
            "saturated void: the generator was the limit".to_owned(),
            1.0,
        );
    }
    server.stop()?;
    Ok(row)
}
