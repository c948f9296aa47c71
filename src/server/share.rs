//! Worker threads for what takes long: compressing, rendering pages, syncs from far behind. They are one fewer than
//! there are processors and of a lower priority, so that messages are never delayed by them.
//!
//! *Invariant:* the queue is fair: addresses are served round robin, so an address with much work waits for its own,
//! and others wait for one piece of it at most. The queue is bounded for each address and in all.

use crate::ClientAddress;
use crate::error::ServiceError;
use crate::limits::network;
use std::collections::{HashMap, VecDeque};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, Once, PoisonError};
use std::thread;
use tokio::runtime::Handle;
use tokio::sync::oneshot;
use tracing::Instrument;
use tracing::instrument::WithSubscriber;

/// How much waits, and what it gives way to.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// How many worker threads.
    pub threads: usize,
    /// Pieces of work in the queue of one address.
    pub address_waiting: usize,
    /// The same of all addresses together.
    pub waiting: usize,
    /// The niceness of the threads, below those that carry messages; 19 is the lowest priority.
    pub nice: i32,
}

type Work = Box<dyn FnOnce() + Send>;

/// The worker threads and their queue.
pub struct Share {
    queue: Arc<Queue>,
    bounds: Bounds,
    started: Once,
}

struct Queue {
    state: Mutex<State>,
    more: Condvar,
    bounds: Bounds,
}

#[derive(Default)]
struct State {
    /// The addresses in the order of their turns. Each has work waiting.
    turns: VecDeque<ClientAddress>,
    waiting: HashMap<ClientAddress, VecDeque<Work>>,
    count: usize,
    is_closed: bool,
}

impl Default for Share {
    fn default() -> Self {
        let processors = thread::available_parallelism().map_or(1, usize::from);
        Self::new(processors.saturating_sub(1).max(1))
    }
}

impl Share {
    /// So many threads, which are started with the first piece of work.
    pub fn new(threads: usize) -> Self {
        Self::within(Bounds {
            threads,
            address_waiting: 1_024,
            waiting: 4_096,
            nice: 10,
        })
    }

    /// Threads and a queue of their own, within these bounds.
    pub fn within(bounds: Bounds) -> Self {
        Self {
            queue: Arc::new(Queue::new(bounds)),
            bounds,
            started: Once::new(),
        }
    }

    /// Whether [`Share::run`] would take work of this address.
    pub fn has_room(&self, address: ClientAddress) -> bool {
        self.queue.state().has_room(network(address), self.bounds)
    }

    /// Runs `work` when it is this address's turn. Dropping the future before that cancels it.
    ///
    /// # Errors
    /// [`ServiceError::Overloaded`] when too much waits already.
    pub async fn run<T: Send + 'static>(
        &self,
        address: ClientAddress,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, ServiceError> {
        let (done, result) = oneshot::channel();
        let runtime = Handle::current();
        let work = work.in_current_span().with_current_subscriber();
        let work = Box::new(move || {
            if !done.is_closed() {
                let _ = done.send(runtime.block_on(work));
            }
        });
        self.queue.put(network(address), work)?;
        self.started.call_once(|| self.start());
        let failed = |_| ServiceError::Io(std::io::Error::other("work in the share has failed"));
        result.await.map_err(failed)
    }

    fn start(&self) {
        for _ in 0..self.bounds.threads {
            let queue = Arc::clone(&self.queue);
            let thread = thread::Builder::new().name("share".to_owned());
            if let Err(error) = thread.spawn(move || queue.serve()) {
                tracing::error!(%error, "a thread of the share cannot be started");
            }
        }
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        let mut state = self.queue.state();
        state.is_closed = true;
        state.waiting.clear();
        state.turns.clear();
        drop(state);
        self.queue.more.notify_all();
    }
}

impl Queue {
    fn new(bounds: Bounds) -> Self {
        Self {
            state: Mutex::default(),
            more: Condvar::new(),
            bounds,
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn put(&self, address: ClientAddress, work: Work) -> Result<(), ServiceError> {
        let mut state = self.state();
        if !state.has_room(address, self.bounds) {
            return Err(ServiceError::Overloaded);
        }
        state.put(address, work);
        drop(state);
        self.more.notify_one();
        Ok(())
    }

    fn serve(&self) {
        lower_priority(self.bounds.nice);
        while let Some(work) = self.next() {
            // The caller gets an error, and the panic hook has logged where.
            let _ = catch_unwind(AssertUnwindSafe(work));
        }
    }

    fn next(&self) -> Option<Work> {
        let mut state = self.state();
        loop {
            if let Some(work) = state.next() {
                return Some(work);
            }
            if state.is_closed {
                return None;
            }
            let more = self.more.wait(state);
            state = more.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl State {
    fn has_room(&self, address: ClientAddress, bounds: Bounds) -> bool {
        let theirs = self.waiting.get(&address).map_or(0, VecDeque::len);
        !self.is_closed && self.count < bounds.waiting && theirs < bounds.address_waiting
    }

    fn put(&mut self, address: ClientAddress, work: Work) {
        let theirs = self.waiting.entry(address).or_default();
        if theirs.is_empty() {
            self.turns.push_back(address);
        }
        theirs.push_back(work);
        self.count += 1;
    }

    /// Takes one piece of the address whose turn it is, which then goes to the end of the turns.
    fn next(&mut self) -> Option<Work> {
        let address = self.turns.pop_front()?;
        let theirs = self.waiting.get_mut(&address)?;
        let work = theirs.pop_front()?;
        self.count -= 1;
        if theirs.is_empty() {
            self.waiting.remove(&address);
        } else {
            self.turns.push_back(address);
        }
        Some(work)
    }
}

/// Lowers the priority of this thread. Elsewhere than on Linux it would be that of the whole process.
fn lower_priority(nice: i32) {
    if cfg!(target_os = "linux")
        && let Err(error) = rustix::process::nice(nice)
    {
        tracing::warn!(%error, "a thread of the share keeps its priority");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::net::IpAddr;
    use std::sync::mpsc;

    fn at(last: u8) -> ClientAddress {
        IpAddr::from([192, 0, 2, last]).into()
    }

    #[test]
    fn addresses_take_turns() {
        let (sender, receiver) = mpsc::channel();
        let mut state = State::default();
        for (address, name) in [
            (1, "a1"),
            (1, "a2"),
            (1, "a3"),
            (2, "b1"),
            (3, "c1"),
            (2, "b2"),
        ] {
            let sender = sender.clone();
            state.put(at(address), Box::new(move || sender.send(name).unwrap()));
        }
        while let Some(work) = state.next() {
            work();
        }
        drop(sender);
        assert_eq!(
            receiver.iter().collect::<Vec<_>>(),
            ["a1", "b1", "c1", "a2", "b2", "a3"]
        );
        assert_eq!(
            (state.count, state.waiting.len(), state.turns.len()),
            (0, 0, 0)
        );
    }

    #[test]
    fn an_address_with_too_much_waiting_is_refused_and_another_is_not() {
        let share = Share::new(1);
        let queue = &share.queue;
        for _ in 0..share.bounds.address_waiting {
            queue.put(at(1), Box::new(|| ())).unwrap();
        }
        let refused = queue.put(at(1), Box::new(|| ()));
        assert!(matches!(refused, Err(ServiceError::Overloaded)));
        queue.put(at(2), Box::new(|| ())).unwrap();
    }

    #[tokio::test]
    async fn work_is_done_elsewhere_and_a_panic_ends_no_thread() {
        let share = Share::new(1);
        let here = thread::current().id();
        let there = share.run(at(1), async { thread::current().id() }).await;
        assert_ne!(there.unwrap(), here);
        let failed = share.run(at(1), async { panic!("on purpose") }).await;
        let failed: Result<(), _> = failed;
        assert!(matches!(failed, Err(ServiceError::Io(_))));
        assert_eq!(share.run(at(1), async { 7 }).await.unwrap(), 7);
    }

    #[tokio::test]
    async fn work_whose_caller_is_gone_is_not_done() {
        let share = Share::new(1);
        let (go, wait) = mpsc::channel::<()>();
        let first = share.run(at(1), async move { wait.recv().is_ok() });
        let mut first = std::pin::pin!(first);
        assert!(futures::poll!(first.as_mut()).is_pending());
        let (sender, receiver) = mpsc::channel();
        let mut second = Box::pin(share.run(at(1), async move { sender.send(()).unwrap() }));
        assert!(futures::poll!(second.as_mut()).is_pending());
        drop(second);
        go.send(()).unwrap();
        assert!(first.await.unwrap());
        assert!(receiver.recv().is_err());
    }
}
