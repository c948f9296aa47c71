//! What signing in costs those who only talk, when two hundred do at once; and whether a name that nobody has is told
//! from a wrong password by how long the answer takes.

use super::{Figures, Pace, Stage, figures};
use crate::contender::Contender;
use crate::failure::{Failure, Outcome};
use crate::line::{Line, Times, call, refused, status_of};
use crate::seed::people::{self, PASSWORD};
use crate::talk::{Crowd, Talk, milliseconds};
use memchr::memmem;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Messages a second, over all rooms.
const RATE: f64 = 100.0;
/// Each sender is alone in its room, as in `reading-while-writing`.
const CROWD: Crowd = Crowd {
    rooms: 10,
    members: 1,
    senders: 1,
};
/// People who sign in at once.
const AT_ONCE: usize = 200;

/// What came of those who signed in.
#[derive(Clone, Copy, Debug, Default)]
struct Signed {
    /// Who is signed in.
    in_: u64,
    /// Who is told when to come back.
    later: u64,
    /// Who heard nothing.
    unanswered: u64,
    /// How long it took them all.
    took: Duration,
}

/// The row `sign-in`.
pub fn measure(stage: &Stage, contender: &Contender) -> Outcome<Figures> {
    let server = stage.start_with(contender, people::accounts)?;
    let address = server.address();
    let (seconds, tries) = match stage.pace {
        Pace::Full => (6.0, 100),
        Pace::Quick => (3.0, 40),
    };
    let messages = (RATE * seconds) as usize;
    let mut talk = Talk::gather(address, contender.dialect(), CROWD)?;
    talk.paced(RATE, (RATE * stage.warm().as_secs_f64()) as usize)?;
    let alone = talk.paced(RATE, messages)?;
    let before = server.resident();
    server.forget_peak()?;
    let is_over = AtomicBool::new(false);
    let (beside, signed) = thread::scope(|scope| {
        let signing = scope.spawn(|| sign_in_until(address, &is_over));
        // By then all of them have asked.
        let beside = talk
            .listen(Duration::from_millis(300))
            .and_then(|()| talk.paced(RATE, messages));
        is_over.store(true, Ordering::Release);
        let signed = signing.join();
        let signed = signed.unwrap_or_else(|_| Err(Failure::new("who signs in has panicked")));
        Ok::<_, Failure>((beside?, signed?))
    })?;
    let most = server.peak();
    drop(talk);
    let mut apart = tell_apart(address, tries)?;
    server.stop()?;
    let p99 = [&alone, &beside].map(|heard| milliseconds(&heard.ack_latencies, 99.0));
    let medians = [0, 1].map(|which| apart[which].percentile(50));
    Ok(figures([
        ("alone: ack p99, ms", p99[0]),
        ("beside 200 sign-ins: ack p99, ms", p99[1]),
        (
            "beside 200 sign-ins: ack p50, ms",
            milliseconds(&beside.ack_latencies, 50.0),
        ),
        ("sign-ins/s", signed.in_ as f64 / signed.took.as_secs_f64()),
        ("sign-ins told to come later", signed.later as f64),
        ("sign-ins without an answer", signed.unanswered as f64),
        (
            "memory for 200 sign-ins, MB",
            most.saturating_sub(before) as f64 / 1e6,
        ),
        ("unknown name p50, ms", medians[0]),
        ("wrong password p50, ms", medians[1]),
        ("medians apart, ms", (medians[0] - medians[1]).abs()),
        ("generator, cores", beside.generator),
    ]))
}

/// Two hundred at once, and again two hundred when all of those are answered, while somebody talks.
fn sign_in_until(address: SocketAddr, is_over: &AtomicBool) -> Outcome<Signed> {
    let mut signed = Signed::default();
    let began = Instant::now();
    while !is_over.load(Ordering::Acquire) {
        let lines: Outcome<Vec<_>> = (0..AT_ONCE).map(|_| Line::open(address)).collect();
        let mut lines = lines?;
        for (at, line) in lines.iter_mut().enumerate() {
            line.send(&sign_in(
                address,
                &format!("u{}", CROWD.rooms + at),
                PASSWORD,
            ))?;
        }
        for line in &mut lines {
            match line.receive() {
                Ok(answer) => match status_of(&answer) {
                    Some(201) => signed.in_ += 1,
                    Some(503) if memmem::find(&answer, b"retry-after:").is_some() => {
                        signed.later += 1;
                    }
                    _ => return Err(refused(&answer)),
                },
                Err(_) => signed.unanswered += 1,
            }
        }
    }
    signed.took = began.elapsed();
    Ok(signed)
}

/// How long it takes to refuse a name that nobody has, and a wrong password, in turn.
fn tell_apart(address: SocketAddr, tries: usize) -> Outcome<[Times; 2]> {
    let mut line = Line::open(address)?;
    let mut times = [Times::default(), Times::default()];
    for at in 0..tries {
        // Names of one length, and the same password.
        for (which, name) in ["nobody", "u10000"].into_iter().enumerate() {
            let took = line.time(&sign_in(address, name, "jam yesterday"), 401)?;
            // The first ones find nothing in the processor's memory.
            if at > 0 {
                times[which].add(took);
            }
        }
    }
    Ok(times)
}

fn sign_in(address: SocketAddr, name: &str, password: &str) -> Vec<u8> {
    let body = format!("{{\"username\":\"{name}\",\"password\":\"{password}\"}}");
    call("POST", "/api/chat/sessions", address, None, &body)
}
