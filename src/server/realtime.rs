//! What is live: who hears what the moment it is committed, who is here, who is typing.
//!
//! The contexts publish, the [`Broker`] carries, the [`Hub`] fans out into the [`Mailbox`] of each
//! socket; who reads a socket is a door (`http/socket`). *Invariant:* nothing here is the truth. Every frame may be lost; the room's
//! `seq` heals it.

mod activity;
mod broker;
mod channel;
pub mod codec;
pub mod conformance;
mod frame;
mod hub;
mod listener;
mod listeners;
mod mailbox;
mod open;
mod presence;
mod ration;
mod roster;
mod sockets;
mod typing;

pub use broker::{Broker, Event, LocalBroker, Receiver};
pub use frame::{Frame, Run};
pub use hub::{Hub, NameTaken, Pulse, Socket, Ticker};
pub use listener::{SocketId, SocketKind};
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
