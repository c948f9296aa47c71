//! How long a delivery takes with thousands of people and a steady trickle.

use super::{Figures, Pace, Stage, figures};
use crate::contender::Contender;
use crate::failure::Outcome;
use crate::floors;
use crate::talk::{Crowd, Talk, milliseconds};
use std::time::Duration;

/// Messages a second, over all rooms.
const RATE: f64 = 100.0;
/// All clients of the row.
const CROWD: Crowd = Crowd {
    rooms: 50,
    members: 100,
    senders: 10,
};

/// The row `latency`.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let server = stage.start(contender)?;
    let mut talk = Talk::gather(server.address(), contender.dialect(), CROWD)?;
    let seconds = if stage.pace == Pace::Full { 8.0 } else { 4.0 };
    talk.paced(RATE, RATE as usize)?;
    let heard = talk.paced(RATE, (RATE * seconds) as usize)?;
    let mut row = figures([
        ("delivery p50, ms", milliseconds(&heard.latencies, 50.0)),
        ("delivery p99, ms", milliseconds(&heard.latencies, 99.0)),
        ("delivery p99.9, ms", milliseconds(&heard.latencies, 99.9)),
        ("delivery longest, ms", heard.latencies.max() as f64 / 1e6),
        ("samples", heard.latencies.len() as f64),
        ("generator, cores", heard.generator),
    ]);
    server.stop()?;
    if contender.is_parlour() {
        let folder = tempfile::TempDir::with_prefix("parlour-bench-")?;
        let disk = floors::fdatasync(folder.path(), Duration::from_secs(2))?;
        row.extend(figures([
            ("fdatasync p50, ms", milliseconds(&disk, 50.0)),
            ("fdatasync p99, ms", milliseconds(&disk, 99.0)),
        ]));
    }
    Ok(row)
}
