//! The HTML of a room with 50 messages, as members' browsers ask for it: each time another member, so
//! that the server finds nothing that it has kept; and then one member again and again.

use super::{Figures, Stage, figures};
use crate::bare::{self, Like};
use crate::contender::{Contender, PARLOUR};
use crate::failure::Outcome;
use crate::machine::thread_time;
use crate::pages::{Pages, get};
use crate::seed;
use crate::server::Server;
use crate::talk::milliseconds;
use std::time::Duration;

/// Connections that ask.
const LINES: usize = 16;
/// Members who take turns: many more than there are pages that a server keeps.
const MEMBERS: usize = 5_000;
/// The rate at which latency is measured, as a share of the most there can be.
const LOAD: f64 = 0.7;

/// The row `page`.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let is_ours = *contender == PARLOUR;
    stage.settle()?;
    let server = if is_ours {
        Server::start_on(&stage.places, &stage.filled)?
    } else {
        stage.start(contender)?
    };
    // Ours is a room of a million; a page does not know.
    let path = if is_ours { "/rooms/2" } else { "/rooms/1" };
    let request = |member: usize| {
        let cookie = is_ours.then(|| format!("parlour_session={}", seed::token(member)));
        get(path, server.address(), cookie.as_deref())
    };
    let mut members = (0..MEMBERS).cycle();
    let mut ask = || request(members.next().unwrap_or_default());
    let mut pages = Pages::open(server.address(), LINES)?;
    pages.saturate(stage.warm(), &mut ask)?;
    let (spent, generator) = (server.processor_time(), thread_time());
    let most = pages.saturate(stage.block(), &mut ask)?;
    let spent = server.processor_time().since(&spent);
    let rate = most.answers as f64 / most.elapsed.as_secs_f64();
    let generator = (thread_time() - generator).as_secs_f64() / most.elapsed.as_secs_f64();
    let paced = pages.paced(rate * LOAD, stage.block(), &mut ask)?;
    let like = Like {
        service: Duration::from_secs_f64(1.0 / rate),
        bytes: most.bytes,
        lines: LINES,
    };
    let bare = bare::paced(like, rate * LOAD, stage.block())?;
    let before = server.processor_time();
    let again = pages.saturate(stage.block(), &mut || request(0))?;
    let spent_again = server.processor_time().since(&before);
    let row = figures([
        (
            "pages/s per core",
            most.answers as f64 / spent.as_secs_f64(),
        ),
        ("pages/s", rate),
        (
            "one member's page again, pages/s per core",
            again.answers as f64 / spent_again.as_secs_f64(),
        ),
        ("page, bytes", most.bytes as f64),
        ("page p50 at 70 %, ms", milliseconds(&paced.latencies, 50.0)),
        ("page p99 at 70 %, ms", milliseconds(&paced.latencies, 99.0)),
        (
            "a bare loop's p99 at 70 %, ms",
            milliseconds(&bare.latencies, 99.0),
        ),
        (
            "generator late p99 at 70 %, ms",
            milliseconds(&paced.late, 99.0),
        ),
        ("generator, cores", generator),
    ]);
    server.stop()?;
    Ok(row)
}
