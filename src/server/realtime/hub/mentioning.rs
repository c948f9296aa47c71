//! What mentions people whose sockets are here, and that it is told to them, wherever they are.
//!
//! *Invariant:* all sockets of a person have the same of it: what is told of it is theirs on each of them.

use super::inner::Inner;
use crate::events::Publication;
use crate::realtime::listener::Listener;
use crate::realtime::locked;
use parlour_protocol::{Number, RoomId, UserId};
use std::collections::{HashMap, HashSet};

impl Inner {
    /// A message mentions these people from now on, and nobody else.
    pub(super) fn mentioned(&self, publication: &Publication) {
        let &Publication::Mentioned {
            room,
            number,
            ordinal,
            author,
            ref people,
            is_for_all,
            is_new,
        } = publication
        else {
            return;
        };
        let mut concerned = HashSet::new();
        {
            let sockets = locked(&self.sockets);
            let mut look = |listener: &Listener| {
                let Some(person) = listener.person() else {
                    return;
                };
                let is_named = is_for_all || people.contains(&person);
                let is_mentioned = is_named && person != author && !listener.blocks(author);
                if listener.set_mention((room, number, ordinal), is_mentioned) {
                    concerned.insert(person);
                }
            };
            // Who was mentioned before, and who is in the room, is looked for among all.
            if is_new && !is_for_all {
                let named = people.iter().flat_map(|person| sockets.of(*person));
                named.for_each(|listener| look(listener));
            } else {
                sockets.open.iter().for_each(|listener| look(listener));
            }
        }
        for person in concerned {
            self.tell_counts(person, room);
        }
    }

    /// All that mentions a person is this now.
    pub(super) fn mentions_counted(&self, user: UserId, mentions: &HashMap<RoomId, Vec<Number>>) {
        let mut changed = Vec::new();
        for listener in locked(&self.sockets).of(user) {
            changed = listener.set_mentions(mentions);
        }
        for room in changed {
            self.tell_counts(user, room);
        }
    }

    /// The next tick tells a person on all their sockets what is unread in the room.
    fn tell_counts(&self, person: UserId, room: RoomId) {
        if let Some(channel) = self.existing(room) {
            locked(&channel).activity.for_person(person);
            self.mark(room);
        }
    }
}
