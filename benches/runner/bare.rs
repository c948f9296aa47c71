//! A server that keeps its processor busy for as long as another one did, and writes as many bytes:
//! what is left of a tail when no program is to blame for it.

use crate::failure::Outcome;
use crate::machine::{self, SERVER};
use crate::net::{Interest, Watch};
use crate::pages::{Answered, Pages, get};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// What an answer of the other server was like.
#[derive(Clone, Copy, Debug)]
pub struct Like {
    /// What it took of the processor.
    pub service: Duration,
    /// How long it was.
    pub bytes: usize,
    /// Connections that asked.
    pub lines: usize,
}

/// Asks a bare server at a steady rate.
pub fn paced(like: Like, per_second: f64, time: Duration) -> Outcome<Answered> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            // It ends with an error when the generator is gone; that is its end.
            let _ = serve(&listener, like, &is_over);
        });
        let paced = Pages::open(address, like.lines)
            .and_then(|mut pages| pages.paced(per_second, time, || get("/", address, None)));
        is_over.store(true, Ordering::Release);
        // Wakes an accept that nobody would answer after a failure.
        drop(TcpStream::connect(address));
        paced
    })
}

fn serve(listener: &TcpListener, like: Like, is_over: &AtomicBool) -> Outcome<()> {
    machine::pin(SERVER)?;
    let mut watch = Watch::new()?;
    let mut sockets = Vec::with_capacity(like.lines);
    while sockets.len() < like.lines {
        let (socket, _) = listener.accept()?;
        if is_over.load(Ordering::Acquire) {
            return Ok(());
        }
        socket.set_nodelay(true)?;
        watch.add(&socket, sockets.len(), Interest::Read)?;
        sockets.push(socket);
    }
    let body = vec![b' '; like.bytes];
    let mut answer =
        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n", body.len()).into_bytes();
    answer.extend(body);
    let mut request = [0; 4_096];
    let mut ready = Vec::new();
    // Writing is a part of what an answer takes; the quickest is what it costs by itself.
    let mut writing = like.service;
    while !is_over.load(Ordering::Acquire) {
        watch.wait(Duration::from_millis(20), &mut ready)?;
        for one in &ready {
            let began = Instant::now();
            let mut socket = &sockets[one.number];
            if socket.read(&mut request)? == 0 {
                return Ok(());
            }
            while began.elapsed() + writing < like.service {
                std::hint::spin_loop();
            }
            let written = Instant::now();
            socket.write_all(&answer)?;
            writing = writing.min(written.elapsed());
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_request_is_answered_and_takes_its_time() {
        let like = Like {
            service: Duration::from_micros(500),
            bytes: 60_000,
            lines: 4,
        };
        let answered = paced(like, 200.0, Duration::from_millis(250)).unwrap();
        assert_eq!(answered.answers, 50);
        assert!(answered.bytes > like.bytes);
        // The first ones are written before it is known what writing costs.
        assert!(answered.latencies.value_at_quantile(0.9) >= 400_000);
    }
}
