//! How many files and connections the system lets this process have open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// The most that is asked for: what the system calls unlimited is no number of connections.
const MOST: u64 = 1 << 20;
/// HTTP connections at once, where the system has descriptors for as many and for sockets besides.
const CONNECTIONS: u64 = 8_192;
/// Descriptors for the database, the log, and what a library opens.
const OTHERS: u64 = 64;

/// How many descriptors this process has, and what for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Capacity {
    /// Descriptors of all kinds: files and connections.
    pub descriptors: u64,
    /// HTTP connections at once.
    pub connections: usize,
    /// Sockets, when that many connections are there too.
    pub sockets: u64,
}

/// Raises the soft limit of open files to the hard one, which needs no privilege.
pub fn raise() -> Capacity {
    let limit = getrlimit(Resource::Nofile);
    let hard = limit.maximum.unwrap_or(MOST).min(MOST);
    let soft = limit.current.unwrap_or(MOST);
    if soft >= hard {
        return capacity(soft.min(MOST));
    }
    let raised = Rlimit {
        current: Some(hard),
        maximum: limit.maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        Ok(()) => capacity(hard),
        Err(error) => {
            tracing::warn!(%error, "the limit of open files stays as it is");
            capacity(soft)
        }
    }
}

/// A half for connections at most: the rest is for those that became sockets.
fn capacity(descriptors: u64) -> Capacity {
    let usable = descriptors.saturating_sub(OTHERS).max(2);
    let connections = CONNECTIONS.min((usable / 2).max(1));
    Capacity {
        descriptors,
        connections: usize::try_from(connections).unwrap_or(usize::MAX),
        sockets: usable - connections,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_most_of_it_to_sockets() {
        let at = |descriptors| {
            let Capacity {
                connections,
                sockets,
                ..
            } = capacity(descriptors);
            (connections, sockets)
        };
        assert_eq!(at(0), (1, 1));
        assert_eq!(at(1_024), (480, 480));
        assert_eq!(at(65_536), (8_192, 57_280));
        assert_eq!(at(MOST), (8_192, MOST - OTHERS - 8_192));
    }

    #[test]
    fn the_soft_limit_becomes_the_hard_one() {
        let can = raise();
        let limit = getrlimit(Resource::Nofile);
        assert!(limit.current >= limit.maximum.map(|hard| hard.min(MOST)));
        assert_eq!(
            Some(can.descriptors),
            limit.current.map(|soft| soft.min(MOST))
        );
    }
}
