//! What is known of a few rooms: a tab holds a dozen, so a list does, and costs no hash map.
//!
//! *Invariant:* each room once.

use parlour_protocol::RoomId;

/// Values by room.
#[derive(Clone, Debug, PartialEq)]
pub struct ByRoom<T>(Vec<(RoomId, T)>);

/// A set of rooms.
pub type Rooms = ByRoom<()>;

impl<T> Default for ByRoom<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> ByRoom<T> {
    /// Of this room.
    pub fn get(&self, room: RoomId) -> Option<&T> {
        let found = self.0.iter().find(|(id, _)| *id == room);
        found.map(|(_, value)| value)
    }

    /// Whether there is something of this room.
    pub fn contains(&self, room: RoomId) -> bool {
        self.get(room).is_some()
    }

    /// Sets it; true when there was nothing of this room before.
    pub fn insert(&mut self, room: RoomId, value: T) -> bool {
        let is_new = !self.remove(room);
        self.0.push((room, value));
        is_new
    }

    /// Takes it out; true when there was something.
    pub fn remove(&mut self, room: RoomId) -> bool {
        let before = self.0.len();
        self.0.retain(|(id, _)| *id != room);
        self.0.len() < before
    }

    /// Takes out what is not to be kept.
    pub fn retain(&mut self, mut is_kept: impl FnMut(&T) -> bool) {
        self.0.retain(|(_, value)| is_kept(value));
    }

    /// Each room with its value.
    pub fn iter(&self) -> impl Iterator<Item = &(RoomId, T)> {
        self.0.iter()
    }

    /// Whether there is nothing of any room.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Takes all out.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// The rooms that have a value.
    pub fn rooms(&self) -> impl Iterator<Item = RoomId> {
        self.0.iter().map(|(id, _)| *id)
    }
}

impl<T> IntoIterator for ByRoom<T> {
    type Item = (RoomId, T);
    type IntoIter = std::vec::IntoIter<Self::Item>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_room_stands_once_with_what_was_said_last() {
        let mut seqs = ByRoom::default();
        assert!(seqs.insert(RoomId(1), 5));
        assert!(seqs.insert(RoomId(2), 7));
        assert!(!seqs.insert(RoomId(1), 6));
        assert_eq!(seqs.get(RoomId(1)), Some(&6));
        assert!(seqs.remove(RoomId(1)));
        assert!(!seqs.remove(RoomId(1)));
        assert!(!seqs.contains(RoomId(1)));
        assert_eq!(seqs.rooms().collect::<Vec<_>>(), [RoomId(2)]);
        seqs.insert(RoomId(3), 9);
        seqs.retain(|seq| *seq < 9);
        assert_eq!(seqs.rooms().collect::<Vec<_>>(), [RoomId(2)]);
        assert!(!seqs.is_empty());
        seqs.clear();
        assert!(seqs.is_empty());
        assert_eq!(seqs.into_iter().next(), None);
    }
}
