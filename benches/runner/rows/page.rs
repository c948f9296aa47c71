//! The HTML of a room with 50 messages, as members' browsers ask for it: each time another member, so that the
//! server finds no page that it has kept of that one. At rest, and then while 20 messages a second are posted in
//! that room, so that what is on the page is another thing all the time.

use super::{Figures, Stage, figures};
use crate::bare::{self, Like};
use crate::contender::Contender;
use crate::failure::Outcome;
use crate::ledger::SIZE;
use crate::machine::thread_time;
use crate::pages::{Pages, get};
use crate::poster;
use crate::seed;
use crate::server::Server;
use crate::talk::milliseconds;
use std::net::SocketAddr;
use std::time::Duration;

/// Connections that ask.
const LINES: usize = 16;
/// Members who take turns: many more than there are pages that a server keeps.
const MEMBERS: usize = 5_000;
/// Messages in the room before.
const MESSAGES: u64 = 1_000;
/// Messages that are posted in a second.
const POSTED: u32 = 20;
/// The rate at which latency is measured, as a share of the most there can be.
const LOAD: f64 = 0.7;

/// The row `page`.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let is_ours = contender.is_parlour();
    // A page has the list of rooms in it, and the peer's has one.
    let folder = tempfile::TempDir::with_prefix("parlour-bench-")?;
    let server = if is_ours {
        let file = folder.path().join("parlour.db");
        std::fs::copy(&stage.founded, &file)?;
        seed::messages(&file, 2, MESSAGES)?;
        seed::keep_two_rooms(&file)?;
        stage.settle();
        Server::start_on(&stage.places, contender, &file)?
    } else {
        stage.settle();
        stage.start(contender)?
    };
    let address = server.address();
    let request = |member: usize| {
        let cookie = is_ours.then(|| format!("parlour_session={}", seed::token(member)));
        let path = if is_ours { "/rooms/2" } else { "/rooms/1" };
        get(path, address, cookie.as_deref())
    };
    let mut members = (0..MEMBERS).cycle();
    let mut ask = || request(members.next().unwrap_or_default());
    let mut pages = Pages::open(address, LINES)?;

    pages.saturate(stage.warm(), &mut ask)?;
    let before = server.processor_time();
    let at_rest = pages.saturate(stage.block(), &mut ask)?;
    let at_rest = at_rest.answers as f64 / server.processor_time().since(&before).as_secs_f64();
    let before = server.processor_time();
    let again = pages.saturate(stage.block(), &mut || request(0))?;
    let again = again.answers as f64 / server.processor_time().since(&before).as_secs_f64();

    let post = |number| {
        if is_ours {
            ours(address, number)
        } else {
            theirs(address, number)
        }
    };
    let (posted, (most, spent, generator, paced, began)) =
        poster::beside(address, POSTED, post, || {
            let began = std::time::Instant::now();
            // By then nothing is left on the page of what was on it at rest.
            pages.saturate(stage.warm() + Duration::from_secs(3), &mut ask)?;
            let (before, generator) = (server.processor_time(), thread_time());
            let most = pages.saturate(stage.block(), &mut ask)?;
            let spent = server.processor_time().since(&before);
            let generator = (thread_time() - generator).as_secs_f64() / most.elapsed.as_secs_f64();
            let rate = most.answers as f64 / most.elapsed.as_secs_f64();
            let paced = pages.paced(rate * LOAD, stage.block(), &mut ask)?;
            Ok((most, spent, generator, paced, began.elapsed()))
        })?;
    let rate = most.answers as f64 / most.elapsed.as_secs_f64();
    let like = Like {
        service: Duration::from_secs_f64(1.0 / rate),
        bytes: most.bytes,
        lines: LINES,
    };
    let bare = bare::paced(like, rate * LOAD, stage.block())?;
    server.stop()?;
    Ok(figures([
        (
            "pages/s per core",
            most.answers as f64 / spent.as_secs_f64(),
        ),
        ("pages/s", rate),
        ("messages posted/s", posted as f64 / began.as_secs_f64()),
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
        ("at rest, pages/s per core", at_rest),
        ("at rest, one member's page again, pages/s per core", again),
    ]))
}

/// A member of ours posts.
fn ours(address: SocketAddr, number: u64) -> Vec<u8> {
    let text = text(number);
    let body = format!("{{\"content\":\"{text}\",\"client_id\":\"beside-{number}\"}}");
    let head = format!(
        "Authorization: Bearer {}\r\nContent-Type: application/json",
        seed::token(number as usize % MEMBERS)
    );
    request(address, "/api/chat/rooms/2/messages", &head, &body)
}

/// The peer's member posts, as its script does: what is answered is data and no page. A server of its kind takes
/// itself to be behind a proxy that speaks TLS.
fn theirs(address: SocketAddr, number: u64) -> Vec<u8> {
    let body = format!("content={}", text(number).replace(' ', "+"));
    let head = format!(
        "Origin: https://{address}\r\nCookie: session=member\r\nAccept: application/json\r\n\
         X-SvelteKit-Action: true\r\nContent-Type: application/x-www-form-urlencoded"
    );
    request(address, "/rooms/1?/post", &head, &body)
}

fn request(address: SocketAddr, path: &str, head: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\n{head}\r\nContent-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// As long as the messages of the other rows.
fn text(number: u64) -> String {
    let mut text = format!("Message {number} ");
    while text.len() < SIZE {
        text.push_str("and again because it can ");
    }
    text.truncate(SIZE);
    text
}
