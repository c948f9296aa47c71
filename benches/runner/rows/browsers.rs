//! Rooms as they are with people's browsers in them: every page tells how far the room was read, and
//! hears what happens in the rooms that it is not in. No peer has such a thing, so there is nothing to
//! hold this against but the rows `room` and `latency`, in which nobody does more than listen.

use super::{Figures, Stage, figures};
use crate::contender::Contender;
use crate::dialect::ParlourPage;
use crate::failure::Outcome;
use crate::talk::{Crowd, Talk, milliseconds};
use std::time::Duration;

/// As in the row `room`, with its rate.
const ROOM: (Crowd, f64) = (
    Crowd {
        rooms: 1,
        members: 1_000,
        senders: 128,
    },
    20.0,
);
/// As in the row `latency`, with its rate.
const ROOMS: (Crowd, f64) = (
    Crowd {
        rooms: 50,
        members: 100,
        senders: 10,
    },
    100.0,
);

/// The row `browsers`.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let mut row = Figures::new();
    for (name, (crowd, rate)) in [("one room", ROOM), ("50 rooms", ROOMS)] {
        let server = stage.start(contender)?;
        let mut talk = Talk::gather(server.address(), Box::new(ParlourPage), crowd)?;
        talk.have_read_after(pause(crowd));
        let seconds = |time: Duration| (time.as_secs_f64() * rate) as usize;
        talk.paced(rate, seconds(stage.warm()))?;
        let before = server.processor_time();
        let heard = talk.paced(rate, seconds(stage.block()))?;
        let spent = server.processor_time().since(&before).as_secs_f64();
        server.stop()?;
        let own = figures([
            (
                "cpu per delivery, µs",
                spent * 1e6 / heard.deliveries as f64,
            ),
            ("delivery p50, ms", milliseconds(&heard.latencies, 50.0)),
            ("delivery p99, ms", milliseconds(&heard.latencies, 99.0)),
            ("server, cores", spent / heard.elapsed.as_secs_f64()),
        ]);
        for (figure, value) in own {
            row.insert(format!("{name}: {figure}"), value);
        }
    }
    Ok(row)
}

/// How long a page waits on average until it tells what was read: 10 ms for each person there.
fn pause(crowd: Crowd) -> Duration {
    Duration::from_millis((crowd.members * 10).clamp(100, 1_000) as u64)
}
