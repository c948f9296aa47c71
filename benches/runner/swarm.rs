//! Thousands of WebSockets on one thread.
//!
//! *Invariant:* one buffer is read into for all of them; a socket keeps bytes of its own only while
//! a frame is not whole, or could not be written whole.

use crate::dialect::{Dialect, Heard, Visitor};
use crate::failure::{Failure, Outcome};
use crate::frames::{self, Kind};
use crate::net::{self, Interest, Ready, Watch};
use rustix::fd::OwnedFd;
use rustix::io::Errno;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

/// Bytes read at once; more than the longest frame.
const BUFFER: usize = 2 * 1024 * 1024;

/// Who listens to what the swarm hears.
pub trait Ears {
    /// Bytes came in; what follows was heard at this moment.
    fn read(&mut self) {}
    /// A message was delivered.
    fn delivery(&mut self, socket: usize, text: &[u8]);
    /// What a socket had missed, or a room's newest page.
    fn page(&mut self, _socket: usize, _payload: &[u8]) {}
}

/// Ignores everything that is delivered.
pub struct Deaf;

impl Ears for Deaf {
    fn delivery(&mut self, _socket: usize, _text: &[u8]) {}
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Connecting,
    Upgrading,
    Open,
    Gone,
}

struct Socket {
    room: u64,
    fd: Option<OwnedFd>,
    stage: Stage,
    opening: Vec<u8>,
    introduction: Vec<u8>,
    partial: Vec<u8>,
    unsent: Vec<u8>,
    watched: Interest,
    is_joined: bool,
    has_caught_up: bool,
}

/// How many sockets have come how far.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// In their room.
    pub joined: usize,
    /// With everything they had missed.
    pub caught_up: usize,
    /// Closed by the server.
    pub gone: usize,
    /// Bytes that came in.
    pub bytes: u64,
    /// Payload bytes of the last message.
    pub message_bytes: usize,
    /// The highest seq at which a socket joined.
    pub seq: u64,
    /// What was refused or went wrong first.
    pub trouble: Option<String>,
}

/// The sockets of all clients.
pub struct Swarm {
    dialect: Box<dyn Dialect>,
    address: SocketAddr,
    sockets: Vec<Socket>,
    watch: Watch,
    ready: Vec<Ready>,
    buffer: Vec<u8>,
    scratch: Vec<u8>,
    /// How far they are.
    pub counts: Counts,
}

impl Swarm {
    /// No socket yet.
    pub fn new(address: SocketAddr, dialect: Box<dyn Dialect>) -> Outcome<Self> {
        Ok(Self {
            dialect,
            address,
            sockets: Vec::new(),
            watch: Watch::new()?,
            ready: Vec::new(),
            buffer: vec![0; BUFFER],
            scratch: Vec::new(),
            counts: Counts::default(),
        })
    }

    /// What the server speaks.
    pub fn dialect(&self) -> &dyn Dialect {
        &*self.dialect
    }

    /// Opens a socket for each visitor, so many at once, and waits until all have caught up (or, for
    /// those who asked for nothing, joined). The error says how far it came.
    pub fn join(
        &mut self,
        visitors: &[Visitor],
        at_once: usize,
        patience: Duration,
        ears: &mut impl Ears,
    ) -> Outcome<()> {
        let began = Instant::now();
        let target = self.ready_count() + visitors.len();
        let mut coming = visitors.iter();
        loop {
            while target - self.ready_count() - coming.len() < at_once {
                let Some(visitor) = coming.next() else { break };
                self.open(visitor)?;
            }
            if self.ready_count() >= target {
                return Ok(());
            }
            self.turn(Duration::from_millis(20), ears)?;
            if began.elapsed() > patience || self.counts.gone > 0 {
                let (here, gone) = (self.ready_count(), self.counts.gone);
                let trouble = self.counts.trouble.as_deref().unwrap_or("nothing was said");
                return Err(Failure::new(format!(
                    "{here} of {target} sockets were ready after {:.1} s, {gone} were closed; {trouble}",
                    began.elapsed().as_secs_f64()
                )));
            }
        }
    }

    fn ready_count(&self) -> usize {
        self.counts.caught_up
    }

    fn open(&mut self, visitor: &Visitor) -> Outcome<()> {
        let number = self.sockets.len();
        let fd = net::connect(self.address, number)?;
        self.watch.add(&fd, number, Interest::ReadAndWrite)?;
        let path = self.dialect.path(visitor);
        let headers = self.dialect.headers(visitor);
        let mut introduction = Vec::new();
        let said = self.dialect.introduction(visitor);
        frames::write_text(&mut introduction, said.as_bytes());
        self.sockets.push(Socket {
            room: visitor.room,
            fd: Some(fd),
            stage: Stage::Connecting,
            opening: frames::handshake(&path, &self.address.to_string(), &headers),
            introduction,
            partial: Vec::new(),
            unsent: Vec::new(),
            watched: Interest::ReadAndWrite,
            is_joined: false,
            // Nothing was asked for, so nothing is missing once it is in the room.
            has_caught_up: visitor.after.is_none(),
        });
        Ok(())
    }

    /// Cuts every socket with RST and forgets them.
    pub fn cut_all(&mut self) {
        for socket in self.sockets.drain(..) {
            if let Some(fd) = socket.fd {
                net::cut(fd);
            }
        }
        let trouble = self.counts.trouble.take();
        self.counts = Counts {
            trouble,
            ..Counts::default()
        };
    }

    /// Sends a message from a socket.
    pub fn say(&mut self, socket: usize, content: &[u8], key: u64) -> Outcome<()> {
        let mut payload = std::mem::take(&mut self.scratch);
        payload.clear();
        let room = self.sockets.get(socket).map_or(0, |speaking| speaking.room);
        self.dialect.say(&mut payload, room, content, key);
        let said = self.tell(socket, &payload);
        self.scratch = payload;
        said
    }

    /// Tells from a socket that everything in its room was read, where the server keeps such a thing.
    pub fn has_read(&mut self, socket: usize) -> Outcome<()> {
        let room = self.sockets.get(socket).map_or(0, |reading| reading.room);
        match self.dialect.has_read(room) {
            Some(text) => self.tell(socket, text.as_bytes()),
            None => Ok(()),
        }
    }

    fn tell(&mut self, socket: usize, text: &[u8]) -> Outcome<()> {
        let mut frame = Vec::with_capacity(text.len() + 14);
        frames::write_text(&mut frame, text);
        let Some(speaking) = self.sockets.get_mut(socket) else {
            return Err(Failure::new("a socket that does not exist cannot speak"));
        };
        speaking.write(&frame);
        speaking.watch_for_room(&self.watch, socket)
    }

    /// Waits for something to happen, at most so long, and hears it.
    pub fn turn(&mut self, at_most: Duration, ears: &mut impl Ears) -> Outcome<()> {
        let mut ready = std::mem::take(&mut self.ready);
        self.watch.wait(at_most, &mut ready)?;
        for event in &ready {
            let socket = &mut self.sockets[event.number];
            if event.may_write {
                socket.go_on_writing();
            }
            let mut reading = Reading {
                dialect: &*self.dialect,
                counts: &mut self.counts,
                socket,
                number: event.number,
            };
            reading.read(&mut self.buffer, ears);
            self.sockets[event.number].watch_for_room(&self.watch, event.number)?;
        }
        self.ready = ready;
        Ok(())
    }
}

impl Socket {
    /// Writes what fits and keeps the rest.
    fn write(&mut self, bytes: &[u8]) {
        if !self.unsent.is_empty() {
            self.unsent.extend(bytes);
            return;
        }
        let Some(fd) = &self.fd else { return };
        let written = match rustix::io::write(fd, bytes) {
            Ok(written) => written,
            Err(Errno::AGAIN) => 0,
            // Reading finds out that it is gone.
            Err(_) => return,
        };
        self.unsent.extend(&bytes[written..]);
    }

    fn go_on_writing(&mut self) {
        if self.stage == Stage::Connecting {
            self.stage = Stage::Upgrading;
            let opening = std::mem::take(&mut self.opening);
            self.write(&opening);
            return;
        }
        let unsent = std::mem::take(&mut self.unsent);
        if !unsent.is_empty() {
            self.write(&unsent);
        }
    }

    fn watch_for_room(&mut self, watch: &Watch, number: usize) -> Outcome<()> {
        let Some(fd) = &self.fd else { return Ok(()) };
        let interest = if self.unsent.is_empty() && self.stage != Stage::Connecting {
            Interest::Read
        } else {
            Interest::ReadAndWrite
        };
        if interest != self.watched {
            watch.change(fd, number, interest)?;
            self.watched = interest;
        }
        Ok(())
    }
}

/// One socket's turn.
struct Reading<'s> {
    dialect: &'s dyn Dialect,
    counts: &'s mut Counts,
    socket: &'s mut Socket,
    number: usize,
}

impl Reading<'_> {
    fn read(&mut self, buffer: &mut [u8], ears: &mut impl Ears) {
        if self.socket.stage == Stage::Connecting {
            return;
        }
        let Some(fd) = &self.socket.fd else { return };
        let kept = self.socket.partial.len();
        buffer[..kept].copy_from_slice(&self.socket.partial);
        let read = match rustix::io::read(fd, &mut buffer[kept..]) {
            Ok(read) if read > 0 => read,
            Err(Errno::AGAIN | Errno::INTR) => return,
            Ok(_) => return self.lose("a socket was closed"),
            Err(error) => return self.lose(&format!("a socket was lost: {error}")),
        };
        ears.read();
        self.counts.bytes += read as u64;
        let bytes = &buffer[..kept + read];
        let used = self.understand(bytes, ears);
        self.socket.partial.clear();
        self.socket.partial.extend_from_slice(&bytes[used..]);
        if self.socket.partial.is_empty() && self.socket.partial.capacity() > 4_096 {
            self.socket.partial = Vec::new();
        }
    }

    /// Goes through what came in; how many bytes of it are done with.
    fn understand(&mut self, bytes: &[u8], ears: &mut impl Ears) -> usize {
        let mut at = 0;
        if self.socket.stage == Stage::Upgrading {
            let Some(end) = memchr::memmem::find(bytes, b"\r\n\r\n") else {
                return 0;
            };
            if !bytes.starts_with(b"HTTP/1.1 101") {
                let answer = String::from_utf8_lossy(&bytes[..bytes.len().min(120)]).into_owned();
                self.lose(&format!("a handshake was answered with {answer:?}"));
                return bytes.len();
            }
            at = end + 4;
            self.socket.stage = Stage::Open;
            if self.dialect.introduces_at_once() {
                self.introduce();
            }
        }
        while self.socket.stage == Stage::Open
            && let Some(frame) = frames::read(&bytes[at..])
        {
            at += frame.length;
            match frame.kind {
                Kind::Text => self.hear(frame.payload, ears),
                Kind::Ping => {
                    let mut pong = Vec::new();
                    frames::write_pong(&mut pong, frame.payload);
                    self.socket.write(&pong);
                }
                Kind::Close => {
                    let code = frame
                        .payload
                        .first_chunk()
                        .map(|code| u16::from_be_bytes(*code));
                    self.lose(&format!("a socket was closed with {code:?}"));
                }
                Kind::Other => {}
            }
        }
        at
    }

    fn hear(&mut self, payload: &[u8], ears: &mut impl Ears) {
        match self.dialect.hear(payload) {
            Heard::Delivery(text) => {
                self.counts.message_bytes = payload.len();
                ears.delivery(self.number, text);
            }
            Heard::Joined(seq) => {
                self.counts.seq = self.counts.seq.max(seq);
                self.arrive();
            }
            Heard::Missed(page, is_last) => {
                ears.page(self.number, page);
                if is_last && !self.socket.has_caught_up {
                    self.socket.has_caught_up = true;
                    self.counts.caught_up += usize::from(self.socket.is_joined);
                }
            }
            Heard::History(page) => {
                self.socket.has_caught_up = true;
                self.arrive();
                ears.page(self.number, page);
            }
            Heard::Answer(text) => {
                let mut frame = Vec::new();
                frames::write_text(&mut frame, text);
                self.socket.write(&frame);
            }
            Heard::Introduce => self.introduce(),
            Heard::Refused(payload) => {
                let said = String::from_utf8_lossy(&payload[..payload.len().min(200)]).into_owned();
                self.counts.trouble.get_or_insert(said);
            }
            Heard::Nothing => {}
        }
    }

    fn introduce(&mut self) {
        let introduction = std::mem::take(&mut self.socket.introduction);
        self.socket.write(&introduction);
    }

    fn arrive(&mut self) {
        if !self.socket.is_joined {
            self.socket.is_joined = true;
            self.counts.joined += 1;
            self.counts.caught_up += usize::from(self.socket.has_caught_up);
        }
    }

    fn lose(&mut self, why: &str) {
        self.socket.stage = Stage::Gone;
        self.socket.fd = None;
        self.counts.gone += 1;
        self.counts.trouble.get_or_insert_with(|| why.to_owned());
    }
}
