//! From nothing to the first page: time, memory, and the size of what is installed.

use super::{Figures, Pace, Stage, figures};
use crate::contender::Contender;
use crate::failure::Outcome;
use crate::pages::{Pages, get};
use crate::server::Server;
use std::fs;
use std::thread;
use std::time::{Duration, Instant};

/// The row `start`.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let times = if stage.pace == Pace::Full { 5 } else { 2 };
    let mut slowest = 0.0_f64;
    let mut took = Vec::new();
    let mut memory = 0.0;
    for _ in 0..times {
        let server = Server::start(&stage.places, contender, None)?;
        let asked = Instant::now();
        let request = get("/", server.address(), None);
        // What opening a connection waits for is this program's, not the server's.
        let mut pages = Pages::open(server.address(), 1)?;
        let opened = asked.elapsed();
        pages.once(&request)?;
        let all = server.took + asked.elapsed().saturating_sub(opened);
        slowest = slowest.max(all.as_secs_f64() * 1e3);
        took.push(all.as_secs_f64() * 1e3);
        thread::sleep(Duration::from_millis(500));
        memory = server.resident() as f64 / 1e6;
        server.stop()?;
    }
    took.sort_by(f64::total_cmp);
    let binary = fs::metadata(stage.places.executable(contender))?.len() as f64 / 1e6;
    Ok(figures([
        ("start to first page, ms", took[took.len() / 2]),
        ("slowest start to first page, ms", slowest),
        ("memory of an idle server, MB", memory),
        ("binary, MB", binary),
    ]))
}
