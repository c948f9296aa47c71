//! Who was in a room when: what somebody heard of it that came after they had been put out.
//!
//! *Invariant:* only what the server itself said came later counts: the seq of a room that was read after somebody had
//! been put out of it is not below the seq at which that was committed.

/// How one device stands to one room.
#[derive(Default)]
pub(super) struct Standing {
    /// The latest change it knows of, since it was let in last.
    told: i64,
    /// Where the room stood when it was put out since.
    limit: Option<i64>,
    /// Every such place.
    put_out_at: Vec<i64>,
    /// The first thing it heard that it must not have.
    leak: Option<i64>,
}

impl Standing {
    /// It heard that the room has come to `seq`.
    pub(super) fn tell(&mut self, seq: i64) {
        self.told = self.told.max(seq);
        self.compare();
    }

    /// It was put out of the room, which had come to `seq` by then. What it heard before counts: nothing later was its
    /// to hear.
    pub(super) fn put_out(&mut self, seq: i64) {
        self.limit = Some(seq);
        self.put_out_at.push(seq);
        self.compare();
    }

    /// It is being let in.
    pub(super) fn let_in(&mut self) {
        (self.told, self.limit) = (0, None);
    }

    /// Whether it is out of the room now.
    pub(super) fn is_out(&self) -> bool {
        self.limit.is_some()
    }

    /// What it heard of that it must not have.
    pub(super) fn leak(&self) -> Option<i64> {
        self.leak
    }

    /// Whether it may have been put out before it could hear that its message is stored here.
    pub(super) fn hides_fate_of(&self, number: i64) -> bool {
        self.put_out_at.iter().any(|seq| *seq >= number)
    }

    fn compare(&mut self) {
        let leaked = self.limit.is_some_and(|limit| self.told > limit);
        if leaked && self.leak.is_none() {
            self.leak = Some(self.told);
        }
    }
}
