//! Requests over HTTP: as many as a server answers, then a steady rate with every latency counted
//! from the moment a request was to be sent.

use crate::failure::{Failure, Outcome};
use crate::machine::thread_time;
use crate::net::{self, Interest, Ready, Watch};
use hdrhistogram::Histogram;
use memchr::memmem;
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

const BUFFER: usize = 1024 * 1024;

struct Line {
    fd: OwnedFd,
    partial: Vec<u8>,
    /// When the request that is under way was to be sent.
    intended: Option<u64>,
}

/// What came of it.
#[derive(Clone, Debug)]
pub struct Answered {
    /// Answers, all of them 200.
    pub answers: u64,
    /// How long it took.
    pub elapsed: Duration,
    /// Bytes of the last body and its header.
    pub bytes: usize,
    /// Share of its processor that the generator used.
    pub generator: f64,
    /// Nanoseconds from the intended moment to the last byte.
    pub latencies: Histogram<u64>,
    /// Nanoseconds that a request waited for the generator: from when it was due, and a connection
    /// free, until it was sent. They are in the latencies, too.
    pub late: Histogram<u64>,
}

/// Connections that are kept open.
pub struct Pages {
    lines: Vec<Line>,
    watch: Watch,
    ready: Vec<Ready>,
    buffer: Vec<u8>,
    idle: VecDeque<usize>,
    began: Instant,
}

impl Pages {
    /// Opens `count` connections.
    pub fn open(address: SocketAddr, count: usize) -> Outcome<Self> {
        let watch = Watch::new()?;
        let mut lines = Vec::new();
        for number in 0..count {
            let fd = net::connect(address, number)?;
            watch.add(&fd, number, Interest::Read)?;
            lines.push(Line {
                fd,
                partial: Vec::new(),
                intended: None,
            });
        }
        // Loopback has connected them by then; a write before that would be refused.
        std::thread::sleep(Duration::from_millis(100));
        Ok(Self {
            idle: (0..count).collect(),
            lines,
            watch,
            ready: Vec::new(),
            buffer: vec![0; BUFFER],
            began: Instant::now(),
        })
    }

    /// Asks on every connection, again as soon as it was answered.
    pub fn saturate(
        &mut self,
        time: Duration,
        mut request: impl FnMut() -> Vec<u8>,
    ) -> Outcome<Answered> {
        let mut answered = empty();
        let (start, processor) = (Instant::now(), thread_time());
        while start.elapsed() < time {
            let now = self.now();
            while let Some(line) = self.idle.pop_front() {
                self.ask(line, &request(), now)?;
            }
            self.turn(Duration::from_millis(5), &mut answered)?;
        }
        answered.elapsed = start.elapsed();
        answered.generator =
            (thread_time() - processor).as_secs_f64() / answered.elapsed.as_secs_f64();
        let mut late = empty();
        self.settle(&mut late)?;
        Ok(answered)
    }

    /// Asks so often, whether it was answered or not; what finds no free connection waits for one.
    pub fn paced(
        &mut self,
        per_second: f64,
        time: Duration,
        mut request: impl FnMut() -> Vec<u8>,
    ) -> Outcome<Answered> {
        let mut answered = empty();
        let (start, processor) = (Instant::now(), thread_time());
        let first = self.now();
        let total = (per_second * time.as_secs_f64()) as u64;
        let mut asked = 0_u64;
        let mut free_since = first;
        while asked < total {
            let intended = first + (asked as f64 * 1e9 / per_second) as u64;
            let now = self.now();
            if now < intended {
                // Looks again and again: to sleep and be woken takes a tenth of a millisecond, which
                // would be in every latency.
                self.turn(Duration::ZERO, &mut answered)?;
            } else if let Some(line) = self.idle.pop_front() {
                let late = now - intended.max(free_since).min(now);
                answered.late.saturating_record(late.max(1));
                self.ask(line, &request(), intended)?;
                asked += 1;
                // Answers are read between questions, else they would wait for a quiet moment.
                self.turn(Duration::ZERO, &mut answered)?;
            } else {
                self.turn(Duration::from_millis(5), &mut answered)?;
                free_since = self.now();
            }
            if start.elapsed() > time * 3 {
                return Err(Failure::new("the server cannot keep up with the rate"));
            }
        }
        self.settle(&mut answered)?;
        answered.elapsed = start.elapsed();
        answered.generator =
            (thread_time() - processor).as_secs_f64() / answered.elapsed.as_secs_f64();
        Ok(answered)
    }

    /// Sends the request once.
    pub fn once(&mut self, request: &[u8]) -> Outcome<()> {
        let mut answered = empty();
        if let Some(line) = self.idle.pop_front() {
            self.ask(line, request, self.now())?;
        }
        self.settle(&mut answered)
    }

    fn settle(&mut self, answered: &mut Answered) -> Outcome<()> {
        let end = Instant::now() + Duration::from_secs(20);
        while self.idle.len() < self.lines.len() {
            self.turn(Duration::from_millis(20), answered)?;
            if Instant::now() > end {
                return Err(Failure::new("some requests were never answered"));
            }
        }
        Ok(())
    }

    fn now(&self) -> u64 {
        self.began.elapsed().as_nanos() as u64
    }

    fn ask(&mut self, line: usize, request: &[u8], intended: u64) -> Outcome<()> {
        let asking = &mut self.lines[line];
        let written = rustix::io::write(&asking.fd, request)?;
        if written < request.len() {
            return Err(Failure::new("a request did not fit into a socket"));
        }
        asking.intended = Some(intended);
        Ok(())
    }

    fn turn(&mut self, at_most: Duration, answered: &mut Answered) -> Outcome<()> {
        self.watch.wait(at_most, &mut self.ready)?;
        for at in 0..self.ready.len() {
            let number = self.ready[at].number;
            let line = &mut self.lines[number];
            let kept = line.partial.len();
            self.buffer[..kept].copy_from_slice(&line.partial);
            let read = match rustix::io::read(&line.fd, &mut self.buffer[kept..]) {
                Ok(0) => return Err(Failure::new("the server closed a connection")),
                Ok(read) => read,
                Err(Errno::AGAIN | Errno::INTR) => continue,
                Err(error) => return Err(error.into()),
            };
            let bytes = &self.buffer[..kept + read];
            let Some(length) = whole(bytes) else {
                line.partial.clear();
                line.partial.extend_from_slice(bytes);
                continue;
            };
            if !bytes.starts_with(b"HTTP/1.1 200") {
                let said = String::from_utf8_lossy(&bytes[..bytes.len().min(300)]).into_owned();
                return Err(Failure::new(format!(
                    "a request was answered with {said:?}"
                )));
            }
            line.partial.clear();
            answered.bytes = length;
            answered.answers += 1;
            let now = self.began.elapsed().as_nanos() as u64;
            if let Some(intended) = line.intended.take() {
                answered
                    .latencies
                    .saturating_record(now.saturating_sub(intended).max(1));
            }
            self.idle.push_back(number);
        }
        Ok(())
    }
}

fn empty() -> Answered {
    let histogram = || {
        Histogram::new_with_bounds(1_000, 120_000_000_000, 3).expect("these bounds are in order")
    };
    Answered {
        answers: 0,
        elapsed: Duration::ZERO,
        bytes: 0,
        generator: 0.0,
        latencies: histogram(),
        late: histogram(),
    }
}

/// How long the answer in `bytes` is; `None` while it is not whole.
pub fn whole(bytes: &[u8]) -> Option<usize> {
    let head = memmem::find(bytes, b"\r\n\r\n")? + 4;
    for line in bytes[..head].split(|&byte| byte == b'\n') {
        let Some(colon) = memchr::memchr(b':', line) else {
            continue;
        };
        if line[..colon].eq_ignore_ascii_case(b"content-length") {
            let digits = std::str::from_utf8(line[colon + 1..].trim_ascii()).ok()?;
            let length = head + digits.parse::<usize>().ok()?;
            return (bytes.len() >= length).then_some(length);
        }
    }
    if bytes.starts_with(b"HTTP/1.1 204") {
        return Some(head);
    }
    // In pieces: the last one is empty. There is one request at a time on a connection, so nothing follows.
    bytes.ends_with(b"\r\n0\r\n\r\n").then_some(bytes.len())
}

/// A request of a browser that is somebody, or nobody.
pub fn get(path: &str, address: SocketAddr, cookie: Option<&str>) -> Vec<u8> {
    let cookie = cookie.map_or_else(String::new, |cookie| format!("Cookie: {cookie}\r\n"));
    format!("GET {path} HTTP/1.1\r\nHost: {address}\r\n{cookie}\r\n").into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_whole_when_its_body_is() {
        let answer = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi";
        assert_eq!(whole(answer), Some(answer.len()));
        assert_eq!(whole(&answer[..answer.len() - 1]), None);
        assert_eq!(whole(b"HTTP/1.1 200 OK\r\n"), None);
        let pieces = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\r\n";
        assert_eq!(whole(pieces), Some(pieces.len()));
        assert_eq!(whole(&pieces[..pieces.len() - 5]), None);
        let nothing = b"HTTP/1.1 204 No Content\r\nx-request-id: 1\r\n\r\n";
        assert_eq!(whole(nothing), Some(nothing.len()));
    }
}
