//! What somebody who does not see the screen is told: every message of somebody else, once.
//!
//! The lines stand in a live region, of which a screen reader says each that is put in, also when
//! several are at once, or one says what another did. *Invariant:* a line never becomes another one;
//! it is put in, and taken out.

use parlour_protocol::{Message, Number, Seq, UserId};

/// Lines kept; the oldest is let go. So many may come at once.
const LINES: usize = 100;

/// The lines of the open room.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Announcer {
    /// Everything up to this number was said, or stood there before.
    heard: Number,
    /// Of which message each is, and as of which of its changes.
    lines: Vec<(Number, Seq)>,
}

/// What is to be done in the live region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aloud {
    /// Say this of the message with this number.
    Say(Number, String),
    /// Take away what was said of it.
    Unsay(Number),
}

impl Announcer {
    /// Another room is open, or the same anew: what it has up to `seq` is there to be read.
    pub fn enter(&mut self, seq: Seq) -> Vec<Aloud> {
        self.heard = seq;
        let gone = self.lines.drain(..);
        gone.map(|(number, _)| Aloud::Unsay(number)).collect()
    }

    /// A message of the room came, or changed, for `me`. What was said of one that is changed now or
    /// taken back is taken away: it must not be found in the page any more.
    pub fn take(&mut self, message: &Message, me: Option<UserId>) -> Vec<Aloud> {
        let Message { number, seq, .. } = *message;
        if number <= self.heard {
            let is_old = |line: &(Number, Seq)| line.0 == number && line.1 < seq;
            let at = self.lines.iter().position(is_old);
            return at.map(|at| self.let_go(at)).into_iter().collect();
        }
        self.heard = number;
        let mut aloud = Vec::new();
        if message.deleted || Some(message.user_id) == me {
            return aloud;
        }
        if self.lines.len() == LINES {
            aloud.push(self.let_go(0));
        }
        self.lines.push((number, seq));
        let mut text = message.username.clone();
        text.push_str(": ");
        text.push_str(&message.content);
        aloud.push(Aloud::Say(number, text));
        aloud
    }

    fn let_go(&mut self, at: usize) -> Aloud {
        Aloud::Unsay(self.lines.remove(at).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::{MessageId, RoomId, Timestamp};

    const BOB: UserId = UserId(2);

    fn message(number: Number, content: &str) -> Message {
        Message {
            id: MessageId(number),
            room_id: RoomId(1),
            number,
            seq: number,
            user_id: BOB,
            username: "Bob".to_owned(),
            client_id: String::new(),
            content: content.to_owned(),
            timestamp: Timestamp(0),
            edited_at: None,
            deleted: false,
            reply_to: None,
            links: Vec::new(),
        }
    }

    fn say(number: Number, text: &str) -> Vec<Aloud> {
        vec![Aloud::Say(number, text.to_owned())]
    }

    #[test]
    fn three_at_once_are_three_and_the_same_text_twice_is_two() {
        let mut announcer = Announcer::default();
        announcer.enter(4);
        let mut take = |number, text| announcer.take(&message(number, text), None);
        assert_eq!(take(5, "yes"), say(5, "Bob: yes"));
        assert_eq!(take(6, "yes"), say(6, "Bob: yes"));
        assert_eq!(take(7, "no"), say(7, "Bob: no"));
    }

    #[test]
    fn one_that_comes_again_or_was_there_is_not_said_again() {
        let mut announcer = Announcer::default();
        announcer.enter(4);
        let mut take = |number| announcer.take(&message(number, "x"), None);
        assert_eq!(take(4), []);
        assert_eq!(take(5), say(5, "Bob: x"));
        assert_eq!(take(6), say(6, "Bob: x"));
        assert_eq!([take(3), take(5), take(6)], [[], [], []]);
    }

    #[test]
    fn what_was_taken_back_or_changed_is_not_found_there() {
        let mut announcer = Announcer::default();
        for number in 1..=3 {
            announcer.take(&message(number, "secret"), None);
        }
        let mut gone = message(2, "");
        (gone.deleted, gone.seq) = (true, 4);
        assert_eq!(announcer.take(&gone, None), [Aloud::Unsay(2)]);
        assert_eq!(announcer.take(&gone, None), []);
        let mut changed = message(3, "changed");
        changed.seq = 5;
        assert_eq!(announcer.take(&changed, None), [Aloud::Unsay(3)]);
        (gone.number, gone.seq) = (6, 7);
        assert_eq!(announcer.take(&gone, None), []);
        assert_eq!(announcer.take(&message(6, "late"), None), []);
        assert_eq!(announcer.enter(9), [Aloud::Unsay(1)]);
    }

    #[test]
    fn one_s_own_are_not_said() {
        let mut announcer = Announcer::default();
        assert_eq!(announcer.take(&message(1, "mine"), Some(BOB)), []);
        let theirs = announcer.take(&message(2, "theirs"), Some(UserId(3)));
        assert_eq!(theirs, say(2, "Bob: theirs"));
    }

    #[test]
    fn lines_stay_few() {
        let mut announcer = Announcer::default();
        let last = LINES as Number;
        for number in 1..=last {
            assert_eq!(announcer.take(&message(number, "x"), None).len(), 1);
        }
        let one_more = announcer.take(&message(last + 1, "y"), None);
        let said = Aloud::Say(last + 1, "Bob: y".to_owned());
        assert_eq!(one_more, [Aloud::Unsay(1), said]);
        assert_eq!(announcer.enter(0).len(), LINES);
    }
}
