//! People who look at what comes in: some time after something came, each tells the server that it was
//! read, as Parlour's page does. What comes until then goes with it.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::time::Duration;

/// Who has something to tell, and when.
pub struct Readers {
    pause: Duration,
    is_waiting: Vec<bool>,
    /// Nanoseconds of the talk's clock, and a socket.
    due: BinaryHeap<Reverse<(u64, usize)>>,
}

impl Readers {
    /// So many sockets, each of which tells it after between half of `pause` and one and a half of it.
    pub fn new(sockets: usize, pause: Duration) -> Self {
        Self {
            pause,
            is_waiting: vec![false; sockets],
            due: BinaryHeap::new(),
        }
    }

    /// Something came to a socket.
    pub fn see(&mut self, socket: usize, now: u64) {
        if !std::mem::replace(&mut self.is_waiting[socket], true) {
            let wait = self.pause.mul_f64(0.5 + fastrand::f64());
            self.due
                .push(Reverse((now + wait.as_nanos() as u64, socket)));
        }
    }

    /// A socket whose time has come.
    pub fn next_due(&mut self, now: u64) -> Option<usize> {
        let Reverse((at, socket)) = *self.due.peek()?;
        if at > now {
            return None;
        }
        self.due.pop();
        self.is_waiting[socket] = false;
        Some(socket)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_before_it_is_told_goes_with_it() {
        let mut readers = Readers::new(2, Duration::from_nanos(100));
        readers.see(1, 0);
        readers.see(1, 40);
        assert_eq!(readers.next_due(49), None);
        assert_eq!(readers.next_due(150), Some(1));
        assert_eq!(readers.next_due(1_000), None);
        readers.see(1, 1_000);
        assert_eq!(readers.next_due(1_150), Some(1));
    }
}
