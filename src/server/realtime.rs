//! The engine of everything live: fan-out of what was committed, presence, typing, heartbeats.
//!
//! The contexts publish, the [`Broker`] carries, the [`Hub`] fans out into the [`Mailbox`] of each
//! socket; what reads a socket is a door (`http/socket`). *Invariant:* only the database is the truth. Any
//! frame may be lost; a client that asks with the room's `seq` gets what it missed.
//!
//! What a message costs is one system call for each socket that gets it, and the engine is shaped by that.
//! `make bench` measures the call by itself and a delivery in the same run (benches/RESULTS.md).
//!
//! ```text
//!  sockets' tasks             the writer's task                  the publisher's thread
//!  read, parse, ask           one transaction at a time          one group at a time
//!
//!   Alice ──┐                ┌───────────────────────┐  group  ┌──────────────────────────┐
//!   Bob   ──┼─► queue 1,024 ─► committer's thread:   ├────────► encode each frame once    │
//!   Carol ──┘                │ rules, rows, fdatasync│ (few    │ by room: f1f2f3           │
//!                            └───────────▲───────────┘  wait)  │ list of sockets, no lock  │
//!                                        │                     └─────┬──────┬──────┬──────┘
//!                   while this is on its way to the disk,        send│      │      │
//!                   the next one gathers                             ▼      ▼      ▼
//!                                                                 socket socket mailbox ─► socket
//!                                                                                  (slow: ≤ 256 frames)
//! ```
//!
//! - **Two batches and no timer.** While a commit waits for the disk, sends gather for the next one (group
//!   commit). While a group is delivered, others are committed, and their frames of one room are laid end to end and
//!   go to each socket in one `send`. Backpressure runs the other way: the publisher lets a few groups wait, then
//!   the writer waits, then its queue fills, then senders hear `overloaded`.
//! - **Reading is not writing.** A read receipt for each message at once would be as many frames from a room as go
//!   to it, each with a commit: a room of a thousand with twenty messages a second took eight times the processor
//!   for it, and answered in 84 ms instead of 4. Clients debounce them (`client/read_receipts`), the store gathers what
//!   comes for 50 ms more. The benchmark's row `browsers` is such rooms.
//! - **News of other rooms is one write** (`activity`, `activity_budget`): a busy room is throttled to a common beat
//!   once a second, and a socket gets all of them in one `send` of 4 KB at most; a quiet room does not wait.
//! - **A frame is its bytes on the wire** (`frame`), header and text in one piece of memory, the same for all.
//! - **No queue for a socket that keeps up** (`mailbox`). Frames are written by the thread that sends them, past the
//!   socket's own task, which sleeps. When the system takes less than all, frames queue from then on.
//! - **Little to read, little to keep.** Of each socket it writes to, the publisher touches three places in memory:
//!   the room's list, the mailbox, the descriptor. What only a slow socket has lies elsewhere (`mailbox/backlog`).
//! - **Copy on write, not locks** (`listeners`). A change of a room's list during a fan-out copies the list, so no
//!   join, typing or leave waits for the fan-out to a room of ten thousand.
//! - **Answers do not mix with news.** While a socket's task prepares a `welcome` or a `sync`, the mailbox holds
//!   back the hub's frames, so that the answer comes first and what happened meanwhile after it.

mod activity;
mod activity_budget;
mod broker;
mod channel;
pub mod codec;
pub mod conformance;
mod dots;
mod ended_sessions;
mod frame;
mod heartbeat_buckets;
mod hub;
mod listener;
mod listeners;
mod mailbox;
mod presence;
mod roster;
mod sockets;
mod typing;
mod viewers;

pub use broker::{Broker, Event, LocalBroker, Receiver};
pub use frame::{Frame, Run};
pub use hub::{HeartbeatTiming, Hub, NotIdentified, Socket, StreamSeqs, Ticker};
pub use listener::{Admitted, SocketId, SocketKind};
pub use mailbox::{Closing, Gone, Mailbox, Subscriber};
pub use presence::{LocalPresence, Presence};
pub use roster::{Attendee, RosterState};
pub use typing::TypingState;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks also after a panic elsewhere: every structure here is consistent between statements, and
/// one broken socket must not silence the rest.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
