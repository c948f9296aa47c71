//! Pages of history from a room with very many messages: the newest, the oldest, any.

use super::{Figures, Stage};
use crate::bare::{self, Like};
use crate::contender::Contender;
use crate::failure::Outcome;
use crate::pages::{Pages, get};
use crate::talk::milliseconds;
use std::time::Duration;

/// Connections that ask.
const LINES: usize = 16;
/// Messages on a page.
const PAGE: u64 = 50;
/// The rate at which latency is measured, as a share of the most there can be.
const LOAD: f64 = 0.7;

/// Draws what a page comes before; nothing for the newest.
type Draw = Box<dyn FnMut() -> Option<u64>>;

/// The row `history`.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    stage.settle();
    let server = stage.start_filled(contender)?;
    let address = server.address();
    let path = |before: Option<u64>| match before {
        Some(number) => format!("/api/chat/rooms/2/messages?limit={PAGE}&before={number}"),
        None => format!("/api/chat/rooms/2/messages?limit={PAGE}"),
    };
    let deepest = PAGE + 1;
    let mut random = fastrand::Rng::with_seed(7);
    let most = stage.filled_with;
    let mut row = Figures::new();
    let kinds: [(&str, Draw); 3] = [
        ("first", Box::new(|| None)),
        ("deepest", Box::new(move || Some(deepest))),
        ("random", Box::new(move || Some(random.u64(deepest..most)))),
    ];
    for (kind, mut before) in kinds {
        let mut pages = Pages::open(address, LINES)?;
        let mut ask = || get(&path(before()), address, None);
        pages.saturate(stage.warm() / 2, &mut ask)?;
        let spent = server.processor_time();
        let most = pages.saturate(stage.block() / 2, &mut ask)?;
        let spent = server.processor_time().since(&spent);
        row.insert(
            format!("{kind} page, requests/s per core"),
            most.answers as f64 / spent.as_secs_f64(),
        );
        let reached = most.answers as f64 / most.elapsed.as_secs_f64();
        // Each at its own load: that the deepest page costs what the first one does is seen from this.
        let paced = pages.paced(reached * LOAD, stage.block() / 2, &mut ask)?;
        row.insert(
            format!("{kind} page p50, ms"),
            milliseconds(&paced.latencies, 50.0),
        );
        row.insert(
            format!("{kind} page p99, ms"),
            milliseconds(&paced.latencies, 99.0),
        );
        row.insert(
            format!("{kind} page, generator late p99, ms"),
            milliseconds(&paced.late, 99.0),
        );
        let like = Like {
            service: Duration::from_secs_f64(1.0 / reached),
            bytes: most.bytes,
            lines: LINES,
        };
        let bare = bare::paced(like, reached * LOAD, stage.block() / 2)?;
        row.insert(
            format!("{kind} page, a bare loop's p99, ms"),
            milliseconds(&bare.latencies, 99.0),
        );
    }
    server.stop()?;
    Ok(row)
}
