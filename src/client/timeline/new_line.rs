//! The line *New*: it stands above the first message that was not read.
//!
//! *Invariant:* it stands where the message after it is drawn, and nowhere while that one is not held.

use super::{Row, Timeline};
use parlour_protocol::{Number, Seq};

impl Timeline {
    /// The first message after this seq; `None` where there is none, or where the window begins after it, so that
    /// others may come before.
    pub fn first_after(&self, seq: Seq) -> Option<Number> {
        let at = self.after(seq);
        let first = self.messages.get(at).filter(|_| self.reaches(seq));
        first.map(|message| message.number)
    }

    /// Whether the window reaches down to this seq.
    pub fn reaches(&self, seq: Seq) -> bool {
        self.floor.seq() <= seq
    }

    /// How many of the messages held were posted after this seq.
    pub fn held_after(&self, seq: Seq) -> usize {
        self.messages.len() - self.after(seq)
    }

    /// The first of so many messages at the end of the room, where they are all held, with one before them if
    /// there is any.
    pub fn first_of_last(&self, count: usize) -> Option<Number> {
        let at = self.messages.len().checked_sub(count)?;
        let is_shown = self.ceiling.is_none() && (at > 0 || !self.has_older());
        let first = self.messages.get(at).filter(|_| is_shown);
        first.map(|message| message.number)
    }

    fn after(&self, seq: Seq) -> usize {
        self.messages
            .partition_point(|message| message.number.seq() <= seq)
    }
}

/// Draws the line above this message, which begins a group then.
pub fn draw_new_line(rows: &mut Vec<Row>, first: Number) {
    let is_it = |row: &Row| matches!(row, Row::Message(row) if row.message.number == first);
    let Some(at) = rows.iter().position(is_it) else {
        return;
    };
    if let Row::Message(row) = &mut rows[at] {
        row.opens_group = true;
    }
    rows.insert(at, Row::New);
}

#[cfg(test)]
mod tests {
    use super::super::tests::model::page;
    use super::super::utc;
    use super::*;
    use parlour_protocol::History;

    /// Messages 11 to 14, with older ones before them.
    fn later() -> History {
        History {
            has_older: true,
            ..page(11..=14, 14)
        }
    }

    #[test]
    fn it_stands_above_the_first_message_after_the_read_mark_and_splits_a_group() {
        let timeline = Timeline::new(page(1..=4, 4));
        let first = timeline.first_after(Seq(2));
        assert_eq!(first, Some(Number(3)));
        let mut rows = timeline.rows(&[], None, utc);
        let plain = rows.clone();
        draw_new_line(&mut rows, Number(3));
        let at = rows.iter().position(|row| *row == Row::New).unwrap();
        let drawn = |row: &Row| match row {
            Row::Message(row) => Some((row.message.number.0, row.opens_group)),
            _ => None,
        };
        assert_eq!(drawn(&rows[at + 1]), Some((3, true)));
        rows.remove(at);
        // Nothing but that message is drawn otherwise.
        let others = plain.iter().zip(&rows).filter(|(one, other)| one != other);
        assert_eq!(others.count(), 1);
        let mut rows = plain.clone();
        draw_new_line(&mut rows, Number(9));
        assert_eq!(rows, plain, "of a message that is not held");
    }

    #[test]
    fn where_older_messages_may_come_before_it_nobody_knows_the_first() {
        let timeline = Timeline::new(later());
        assert_eq!(timeline.first_after(Seq(9)), None);
        assert!(!timeline.reaches(Seq(10)));
        assert_eq!(timeline.first_after(Seq(11)), Some(Number(12)));
        assert_eq!(timeline.first_after(Seq(14)), None);
        assert_eq!(
            [9, 11, 14].map(|seq| timeline.held_after(Seq(seq))),
            [4, 3, 0]
        );
        assert_eq!(
            Timeline::new(page(1..=4, 4)).first_after(Seq(0)),
            Some(Number(1))
        );
    }

    #[test]
    fn what_is_unread_at_the_end_is_known_where_it_is_all_held() {
        let timeline = Timeline::new(later());
        let first = |count| timeline.first_of_last(count).map(|number| number.0);
        assert_eq!(
            [0, 1, 3, 4, 5].map(first),
            [None, Some(14), Some(12), None, None]
        );
        let whole = Timeline::new(page(1..=4, 4));
        assert_eq!(whole.first_of_last(4), Some(Number(1)));
        let past = History {
            has_newer: true,
            house: None,
            ..later()
        };
        assert_eq!(Timeline::new(past).first_of_last(2), None);
    }
}
