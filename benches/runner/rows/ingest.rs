//! How many messages a second are stored and acknowledged, when nobody but their senders hears them.

use super::{Figures, Stage, figures};
use crate::contender::{Contender, PARLOUR_POSTGRES};
use crate::failure::{Failure, Outcome};
use crate::floors;
use crate::talk::{Crowd, Talk, milliseconds};
use std::time::Duration;

/// Each sender is alone in its room, so that storing is what is measured.
const CROWD: Crowd = Crowd {
    rooms: 200,
    members: 1,
    senders: 1,
};

/// The row `ingest`.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let server = stage.start(contender)?;
    let mut talk = Talk::gather(server.address(), contender.dialect(), CROWD)?;
    let mut row = Figures::new();
    for window in [1, 4] {
        // What the first window left on its way has been answered by then.
        let mut times = Vec::new();
        let heard = talk.converse(CROWD.senders, window, stage.warm(), stage.block(), || {
            times.push(server.processor_time());
        })?;
        let [before, after] = &times[..] else {
            return Err(Failure::new("the processor time was not read twice"));
        };
        let rate = heard.acks as f64 / heard.elapsed.as_secs_f64();
        let cost = after.since(before).as_secs_f64() * 1e6 / heard.acks.max(1) as f64;
        let own = figures([
            ("acks/s", rate),
            ("ack p50, ms", milliseconds(&heard.ack_latencies, 50.0)),
            ("ack p99, ms", milliseconds(&heard.ack_latencies, 99.0)),
            ("cpu per ack, µs", cost),
        ]);
        for (name, value) in own {
            row.insert(format!("window {window}: {name}"), value);
        }
    }
    drop(talk);
    server.stop()?;
    if contender.is_parlour() {
        let time = stage.block() / 2;
        let (floor, rate) = match *contender == PARLOUR_POSTGRES {
            true => (
                "PostgreSQL, rows/s in 128-row transactions",
                floors::postgres(&stage.start_postgres()?, time)?,
            ),
            false => (
                "SQLite, rows/s in 128-row transactions",
                floors::sqlite(&stage.founded, time)?,
            ),
        };
        let folder = tempfile::TempDir::with_prefix("parlour-bench-")?;
        let disk = floors::fdatasync(folder.path(), Duration::from_secs(2))?;
        row.extend(figures([
            (floor, rate),
            ("fdatasync p50, ms", milliseconds(&disk, 50.0)),
            ("fdatasync p99, ms", milliseconds(&disk, 99.0)),
        ]));
    }
    Ok(row)
}
