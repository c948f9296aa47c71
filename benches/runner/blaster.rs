//! What the generator itself can take: a server that does nothing but write prepared frames.
//!
//! A figure that needs more than two thirds of this would say more about the generator than about
//! who is measured.

use crate::dialect::Plain;
use crate::failure::{Failure, Outcome};
use crate::frames;
use crate::ledger::Label;
use crate::machine::{self, SERVER, thread_time};
use crate::talk::{Crowd, Talk};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How many sockets stand for the members of the room.
const MEMBERS: usize = 1_000;
/// Frames in one write.
const BATCH: u32 = 32;

/// What the generator took.
#[derive(Clone, Copy, Debug)]
pub struct Capacity {
    /// Deliveries a second of time that it read and checked.
    pub per_second: f64,
    /// Deliveries a second of its own processor.
    pub per_processor_second: f64,
}

/// Blasts for so long.
pub fn capacity(time: Duration) -> Outcome<Capacity> {
    let listener = TcpListener::bind(("127.0.0.1", 0))?;
    let address = listener.local_addr()?;
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            // It ends with an error when the generator is gone; that is its end.
            let _ = blast(&listener, &is_over);
        });
        let crowd = Crowd {
            rooms: 1,
            members: MEMBERS,
            senders: 1,
        };
        let measured = Talk::gather(address, Box::new(Plain), crowd).and_then(|mut talk| {
            talk.listen(Duration::from_millis(300))?;
            let (start, processor, before) = (Instant::now(), thread_time(), talk.deliveries());
            talk.listen(time)?;
            let heard = (talk.deliveries() - before) as f64;
            Ok(Capacity {
                per_second: heard / start.elapsed().as_secs_f64(),
                per_processor_second: heard / (thread_time() - processor).as_secs_f64(),
            })
        });
        is_over.store(true, Ordering::Release);
        // Wakes an accept that nobody would answer after a failure.
        drop(TcpStream::connect(address));
        measured
    })
}

fn blast(listener: &TcpListener, is_over: &AtomicBool) -> Outcome<()> {
    machine::pin(SERVER)?;
    let mut sockets = Vec::with_capacity(MEMBERS);
    while sockets.len() < MEMBERS {
        let (mut socket, _) = listener.accept()?;
        if is_over.load(Ordering::Acquire) {
            return Ok(());
        }
        let mut request = [0; 1_024];
        if socket.read(&mut request)? == 0 {
            return Err(Failure::new("the generator went away"));
        }
        let mut answer = b"HTTP/1.1 101 Switching Protocols\r\n\r\n".to_vec();
        frames::write_as_server(&mut answer, br#"{"type":"history","messages":[]}"#);
        socket.write_all(&answer)?;
        socket.set_write_timeout(Some(Duration::from_secs(5)))?;
        sockets.push(socket);
    }
    let mut number = 0;
    let mut batch = Vec::new();
    while !is_over.load(Ordering::Acquire) {
        batch.clear();
        for _ in 0..BATCH {
            frames::write_as_server(&mut batch, message(number).as_bytes());
            number += 1;
        }
        for socket in &mut sockets {
            socket.write_all(&batch)?;
        }
    }
    Ok(())
}

/// As long as a message of a real server.
fn message(number: u32) -> String {
    let mut text = Vec::new();
    let label = Label {
        sender: 0,
        number,
        intended: 0,
    };
    label.write(&mut text);
    format!(
        "{{\"type\":\"message\",\"id\":{number},\"room_id\":1,\"user_id\":17,\"username\":\"u17\",\
         \"content\":\"{}\",\"timestamp\":\"2026-01-02T03:04:05.678Z\"}}",
        String::from_utf8_lossy(&text)
    )
}
