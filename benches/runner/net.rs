//! Sockets without a runtime: non-blocking connections from many loopback addresses, and epoll.

use crate::failure::Outcome;
use rustix::event::Timespec;
use rustix::event::epoll::{self, CreateFlags, Event, EventData, EventFlags};
use rustix::fd::{AsFd, OwnedFd};
use rustix::io::Errno;
use rustix::net::sockopt::{set_socket_linger, set_socket_reuseaddr, set_tcp_nodelay};
use rustix::net::{
    AddressFamily, SocketFlags, SocketType, bind, connect as connect_to, socket_with,
};
use std::net::{Ipv4Addr, SocketAddr, SocketAddrV4};
use std::time::Duration;

/// Connections that one source address carries: far fewer than it has ports.
const PER_SOURCE: usize = 4_000;

/// Begins to connect; writable once it has. `number` chooses the source: 127.0.0.2 and upwards.
pub fn connect(to: SocketAddr, number: usize) -> Outcome<OwnedFd> {
    let flags = SocketFlags::NONBLOCK | SocketFlags::CLOEXEC;
    let socket = socket_with(AddressFamily::INET, SocketType::STREAM, flags, None)?;
    let source = Ipv4Addr::new(127, 0, 0, 2 + (number / PER_SOURCE) as u8);
    // Ports of earlier blocks are still in TIME_WAIT; nothing of theirs can come any more.
    set_socket_reuseaddr(&socket, true)?;
    bind(&socket, &SocketAddrV4::new(source, 0))?;
    set_tcp_nodelay(&socket, true)?;
    match connect_to(&socket, &to) {
        Ok(()) | Err(Errno::INPROGRESS) => Ok(socket),
        Err(error) => Err(error.into()),
    }
}

/// Cuts a connection as a lost network does: RST, and nothing is said.
pub fn cut(socket: OwnedFd) {
    // A socket that is gone already needs no linger.
    let _ = set_socket_linger(&socket, Some(Duration::ZERO));
    drop(socket);
}

/// What may be waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Interest {
    /// Bytes that came in.
    Read,
    /// The same, and room for bytes that go out.
    ReadAndWrite,
}

impl Interest {
    fn flags(self) -> EventFlags {
        match self {
            Self::Read => EventFlags::IN,
            Self::ReadAndWrite => EventFlags::IN | EventFlags::OUT,
        }
    }
}

/// A socket that has something.
#[derive(Clone, Copy, Debug)]
pub struct Ready {
    /// The number it was watched under.
    pub number: usize,
    /// There is room for bytes.
    pub may_write: bool,
}

/// epoll, level-triggered: what was not read comes again.
pub struct Watch {
    epoll: OwnedFd,
    events: Vec<Event>,
}

impl Watch {
    /// Watches nothing yet.
    pub fn new() -> Outcome<Self> {
        Ok(Self {
            epoll: epoll::create(CreateFlags::CLOEXEC)?,
            events: Vec::with_capacity(1_024),
        })
    }

    /// Begins to watch a socket under a number.
    pub fn add(&self, socket: impl AsFd, number: usize, interest: Interest) -> Outcome<()> {
        let number = EventData::new_u64(number as u64);
        Ok(epoll::add(&self.epoll, socket, number, interest.flags())?)
    }

    /// Watches for something else.
    pub fn change(&self, socket: impl AsFd, number: usize, interest: Interest) -> Outcome<()> {
        let number = EventData::new_u64(number as u64);
        let flags = interest.flags();
        Ok(epoll::modify(&self.epoll, socket, number, flags)?)
    }

    /// Waits, at most so long, and adds what is ready to `ready`.
    pub fn wait(&mut self, at_most: Duration, ready: &mut Vec<Ready>) -> Outcome<()> {
        ready.clear();
        let timeout = Timespec {
            tv_sec: at_most.as_secs() as i64,
            tv_nsec: i64::from(at_most.subsec_nanos()),
        };
        self.events.clear();
        let events = rustix::buffer::spare_capacity(&mut self.events);
        match epoll::wait(&self.epoll, events, Some(&timeout)) {
            Ok(_) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
        for event in &self.events {
            let (data, flags) = (event.data, event.flags);
            ready.push(Ready {
                number: data.u64() as usize,
                may_write: flags.contains(EventFlags::OUT),
            });
        }
        Ok(())
    }
}
