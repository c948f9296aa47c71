//! One room of 1,000 as it is with people in it: everybody's page tells how far they have read. No peer
//! keeps such a thing, so there is nothing to hold it against but the room whose members do not read.

use super::{Figures, Stage, figures};
use crate::contender::Contender;
use crate::failure::Outcome;
use crate::talk::{Crowd, Talk, milliseconds};
use std::time::Duration;

/// As in the row `room`.
const CROWD: Crowd = Crowd {
    rooms: 1,
    members: 1_000,
    senders: 128,
};
/// Messages a second.
const RATE: f64 = 20.0;
/// How long a page in a room of this size waits on average until it tells what it has read.
const PAUSE: Duration = Duration::from_secs(1);

/// The row `readers`.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let server = stage.start(contender)?;
    let mut talk = Talk::gather(server.address(), contender.dialect(), CROWD)?;
    talk.have_read_after(PAUSE);
    let seconds = |time: Duration| (time.as_secs_f64() * RATE) as usize;
    talk.paced(RATE, seconds(stage.warm()))?;
    let (before, marks) = (server.processor_time(), talk.marks());
    let heard = talk.paced(RATE, seconds(stage.block()))?;
    let spent = server.processor_time().since(&before).as_secs_f64();
    let marks = (talk.marks() - marks) as f64 / heard.elapsed.as_secs_f64();
    server.stop()?;
    Ok(figures([
        (
            "cpu per delivery, µs",
            spent * 1e6 / heard.deliveries as f64,
        ),
        ("delivery p50, ms", milliseconds(&heard.latencies, 50.0)),
        ("delivery p99, ms", milliseconds(&heard.latencies, 99.0)),
        ("marks/s", marks),
        ("server, cores", spent / heard.elapsed.as_secs_f64()),
    ]))
}
