//! What posting takes while others read: the same senders on the same server, first alone, then beside
//! clients that fetch a long history, compressed, again and again.

use super::{Figures, Pace, Stage, figures};
use crate::contender::Contender;
use crate::failure::{Failure, Outcome};
use crate::pages::Pages;
use crate::seed;
use crate::server::Server;
use crate::talk::{Crowd, Talk, milliseconds};
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

/// Messages a second, over all rooms.
const RATE: f64 = 100.0;
/// Each sender is alone in its room: storing is what is measured, and that it is told.
const CROWD: Crowd = Crowd {
    rooms: 10,
    members: 1,
    senders: 1,
};
/// Clients that read.
const READERS: usize = 16;
/// The room they read, in which nobody writes, and its messages.
const ROOM: u64 = 100;
const MESSAGES: u64 = 20_000;
/// Messages on a page, the most there can be.
const PAGE: u64 = 100;

/// The row `reading-while-writing`.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let folder = tempfile::TempDir::with_prefix("parlour-bench-")?;
    let file = folder.path().join("parlour.db");
    std::fs::copy(&stage.founded, &file)?;
    seed::messages(&file, ROOM, MESSAGES)?;
    let server = Server::start_on(&stage.places, contender, &file)?;
    let address = server.address();
    let mut talk = Talk::gather(address, contender.dialect(), CROWD)?;
    let seconds = match stage.pace {
        Pace::Full => 10.0,
        Pace::Quick => 4.0,
    };
    let messages = (RATE * seconds) as usize;
    talk.paced(RATE, (RATE * stage.warm().as_secs_f64()) as usize)?;
    let alone = talk.paced(RATE, messages)?;
    // Longer than anybody writes, at both ends.
    let time = Duration::from_secs_f64(seconds) + stage.warm() * 2;
    let (beside, read) = thread::scope(|scope| {
        let reading = scope.spawn(move || read(address, time));
        let beside = talk
            .listen(stage.warm())
            .and_then(|()| talk.paced(RATE, messages));
        let read = reading.join();
        let read = read.unwrap_or_else(|_| Err(Failure::new("who reads has panicked")));
        Ok::<_, Failure>((beside?, read?))
    })?;
    drop(talk);
    server.stop()?;
    let p99 = [&alone, &beside].map(|heard| milliseconds(&heard.ack_latencies, 99.0));
    Ok(figures([
        (
            "alone: ack p50, ms",
            milliseconds(&alone.ack_latencies, 50.0),
        ),
        ("alone: ack p99, ms", p99[0]),
        (
            "beside 16 readers: ack p50, ms",
            milliseconds(&beside.ack_latencies, 50.0),
        ),
        ("beside 16 readers: ack p99, ms", p99[1]),
        ("beside 16 readers: ack p99, × alone", p99[1] / p99[0]),
        ("pages read/s meanwhile", read),
        ("generator, cores", beside.generator),
    ]))
}

/// Reads for so long; answers with pages a second.
fn read(address: SocketAddr, time: Duration) -> Outcome<f64> {
    let mut random = fastrand::Rng::with_seed(7);
    let mut pages = Pages::open(address, READERS)?;
    let answered = pages.saturate(time, || {
        let before = random.u64(PAGE + 1..MESSAGES);
        let path = format!("/api/chat/rooms/{ROOM}/messages?limit={PAGE}&before={before}");
        let head = format!("Host: {address}\r\nAccept-Encoding: gzip, br");
        format!("GET {path} HTTP/1.1\r\n{head}\r\n\r\n").into_bytes()
    })?;
    Ok(answered.answers as f64 / answered.elapsed.as_secs_f64())
}
