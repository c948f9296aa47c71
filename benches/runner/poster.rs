//! Somebody who posts over HTTP at a steady rate while something else is measured.
//!
//! *Invariant:* a block in which a post was refused, or came late by more than a second, has no figures.

use crate::failure::{Failure, Outcome};
use crate::line::{Line, refused};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How late a post may be.
const LATE: Duration = Duration::from_secs(1);
/// Connections that post in turn: while one waits for its answer, which a busy server gives late, others go on.
const LINES: u64 = 4;

/// Posts so many times a second, `request(n)` being the `n`th, for as long as `work` takes; answers with how many
/// were posted and what came of the work.
pub fn beside<T>(
    address: SocketAddr,
    per_second: u32,
    request: impl Fn(u64) -> Vec<u8> + Sync,
    work: impl FnOnce() -> Outcome<T>,
) -> Outcome<(u64, T)> {
    let is_done = AtomicBool::new(false);
    let began = Instant::now();
    let due = |number: u64| began + Duration::from_secs(number) / per_second;
    thread::scope(|scope| {
        let line = |first| {
            let (is_done, due, request) = (&is_done, &due, &request);
            scope.spawn(move || post(address, first, due, request, is_done))
        };
        let lines: Vec<_> = (0..LINES).map(line).collect();
        let done = work();
        is_done.store(true, Ordering::Release);
        let mut posted = 0;
        for line in lines {
            let failed = |_| Err(Failure::new("who posts has panicked"));
            posted += line.join().unwrap_or_else(failed)?;
        }
        Ok((posted, done?))
    })
}

/// Posts every [`LINES`]th message from `first` on, each when it is due.
fn post(
    address: SocketAddr,
    first: u64,
    due: impl Fn(u64) -> Instant,
    request: impl Fn(u64) -> Vec<u8>,
    is_done: &AtomicBool,
) -> Outcome<u64> {
    let mut line = Line::open(address)?;
    let mut posted = 0;
    loop {
        let number = first + posted * LINES;
        let due = due(number);
        thread::sleep(due.saturating_duration_since(Instant::now()));
        if is_done.load(Ordering::Acquire) {
            return Ok(posted);
        }
        if due.elapsed() > LATE {
            return Err(Failure::new("the server cannot keep up with who posts"));
        }
        line.send(&request(number))?;
        let answer = line.receive()?;
        if !answer.starts_with(b"HTTP/1.1 20") {
            return Err(refused(&answer));
        }
        posted += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Read, Write};
    use std::net::TcpListener;
    use std::sync::Mutex;

    /// A server that reads what is sent, and answers each piece with this.
    fn server(answer: &'static [u8]) -> SocketAddr {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                thread::spawn(move || {
                    let mut buffer = [0; 1024];
                    while stream.read(&mut buffer).is_ok_and(|read| read > 0) {
                        stream.write_all(answer).unwrap();
                    }
                });
            }
        });
        address
    }

    #[test]
    fn each_message_is_posted_once_until_the_work_is_done() {
        let address = server(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n");
        let numbers = Mutex::new(Vec::new());
        let request = |number| {
            numbers.lock().unwrap().push(number);
            b"POST".to_vec()
        };
        let work = || {
            while numbers.lock().unwrap().len() < 10 {
                thread::yield_now();
            }
            Ok("done")
        };
        let (posted, done) = beside(address, 1_000, request, work).unwrap();
        let mut numbers = numbers.into_inner().unwrap();
        assert_eq!((numbers.len() as u64, done), (posted, "done"));
        numbers.sort_unstable();
        numbers.dedup();
        assert_eq!(numbers.len() as u64, posted);
    }

    #[test]
    fn a_post_that_is_refused_is_a_failure() {
        let address = server(b"HTTP/1.1 429 Too Many\r\nContent-Length: 0\r\n\r\n");
        let was_asked = AtomicBool::new(false);
        let request = |_| {
            was_asked.store(true, Ordering::Release);
            b"POST".to_vec()
        };
        let work = || {
            while !was_asked.load(Ordering::Acquire) {
                thread::yield_now();
            }
            Ok(())
        };
        assert!(beside(address, 1_000, request, work).is_err());
    }
}
