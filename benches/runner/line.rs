//! One connection that asks and waits for its answer, or asks now and looks for the answer later.

use crate::failure::{Failure, Outcome};
use crate::pages;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// How long an answer may take.
const TIMEOUT: Duration = Duration::from_secs(20);

/// A connection that is kept open.
pub struct Line {
    stream: TcpStream,
}

impl Line {
    /// Connects, and keeps the connection open.
    pub fn open(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(TIMEOUT))?;
        Ok(Self { stream })
    }

    /// Asks, and does not wait for the answer.
    pub fn send(&mut self, request: &[u8]) -> Outcome<()> {
        Ok(self.stream.write_all(request)?)
    }

    /// The whole answer to what was asked.
    pub fn receive(&mut self) -> Outcome<Vec<u8>> {
        let mut answer = Vec::new();
        let mut buffer = [0; 64 * 1024];
        while pages::whole(&answer).is_none() {
            let read = self.stream.read(&mut buffer)?;
            if read == 0 {
                return Err(Failure::new("the server closed a connection"));
            }
            answer.extend_from_slice(&buffer[..read]);
        }
        Ok(answer)
    }

    /// Asks, and how long it took until the answer was there, which has to have this status.
    pub fn time(&mut self, request: &[u8], status: u16) -> Outcome<Duration> {
        let began = Instant::now();
        self.send(request)?;
        let answer = self.receive()?;
        let took = began.elapsed();
        match status_of(&answer) == Some(status) {
            true => Ok(took),
            false => Err(refused(&answer)),
        }
    }
}

/// A failure with the beginning of what was answered.
pub fn refused(answer: &[u8]) -> Failure {
    let said = String::from_utf8_lossy(&answer[..answer.len().min(300)]).into_owned();
    Failure::new(format!("a request was answered with {said:?}"))
}

/// The status of an answer.
pub fn status_of(answer: &[u8]) -> Option<u16> {
    let status = answer.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    std::str::from_utf8(status).ok()?.parse().ok()
}

/// A call over REST by who has this token, or nobody.
pub fn call(
    method: &str,
    path: &str,
    address: SocketAddr,
    token: Option<&str>,
    body: &str,
) -> Vec<u8> {
    let who = token.map_or_else(String::new, |token| {
        format!("Authorization: Bearer {token}\r\n")
    });
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\n{who}Content-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
    .into_bytes()
}

/// Times of one kind, of which some share was shorter.
#[derive(Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// Adds one more of them.
    pub fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// The time that so many per cent were not longer than, in milliseconds.
    pub fn percentile(&mut self, percent: usize) -> f64 {
        self.0.sort_unstable();
        let last = self.0.len().saturating_sub(1);
        let took = self.0.get((self.0.len() * percent / 100).min(last));
        took.map_or(f64::NAN, |took| took.as_secs_f64() * 1e3)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_is_read_where_there_is_one() {
        assert_eq!(status_of(b"HTTP/1.1 204 No Content\r\n\r\n"), Some(204));
        assert_eq!(status_of(b"HTTP/1.1 2"), None);
        assert_eq!(status_of(b"GET / HTTP/1.1"), None);
    }

    #[test]
    fn a_percentile_is_a_time_that_there_was() {
        let mut times = Times::default();
        assert!(times.percentile(50).is_nan());
        for milliseconds in (1..=100).rev() {
            times.add(Duration::from_millis(milliseconds));
        }
        assert_eq!(times.percentile(50), 51.0);
        assert_eq!(times.percentile(99), 100.0);
        assert_eq!(times.percentile(100), 100.0);
    }
}
