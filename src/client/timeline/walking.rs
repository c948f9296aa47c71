//! From message to message with the keyboard.

use super::Timeline;
use crate::keys::Step;
use parlour_protocol::Number;

impl Timeline {
    /// The message to which this leads from another one, which may be gone by now; none beyond the last that is held.
    pub fn walk(&self, from: Option<Number>, step: Step) -> Option<Number> {
        let from = from.unwrap_or(Number::ZERO);
        let before = self.messages.partition_point(|m| m.number < from);
        let until = self.messages.partition_point(|m| m.number <= from);
        let at = match step {
            Step::Older => before.checked_sub(1)?,
            Step::Newer => until,
            Step::First => 0,
            Step::Last => self.messages.len().checked_sub(1)?,
        };
        self.messages.get(at).map(|message| message.number)
    }

    /// This message, or the one beside it that is held: the one below, if there is any.
    pub fn nearest(&self, number: Number) -> Option<Number> {
        let at = self.messages.partition_point(|m| m.number < number);
        let beside = self.messages.get(at).or(self.messages.last());
        beside.map(|message| message.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::{History, Seq, samples};

    /// A page of messages with these numbers.
    fn timeline(numbers: &[i64]) -> Timeline {
        Timeline::new(History {
            messages: numbers.iter().map(|n| samples::message(*n)).collect(),
            seq: Seq(numbers.last().copied().unwrap_or_default()),
            ..History::default()
        })
    }

    #[test]
    fn each_step_leads_to_a_neighbour_and_ends_at_the_ends() {
        let timeline = timeline(&[3, 4, 8]);
        let step = |from: i64, step| timeline.walk(Some(Number(from)), step).map(|n| n.0);
        assert_eq!(step(8, Step::Older), Some(4));
        assert_eq!(step(4, Step::Older), Some(3));
        assert_eq!(step(3, Step::Older), None);
        assert_eq!(step(3, Step::Newer), Some(4));
        assert_eq!(step(8, Step::Newer), None);
        // One that was let go meanwhile.
        assert_eq!(step(6, Step::Older), Some(4));
        assert_eq!(step(6, Step::Newer), Some(8));
        assert_eq!(step(4, Step::First), Some(3));
        assert_eq!(step(4, Step::Last), Some(8));
        assert_eq!(timeline.walk(None, Step::Last), Some(Number(8)));
    }

    #[test]
    fn the_neighbour_takes_the_place_of_what_is_gone() {
        let timeline = timeline(&[3, 4, 8]);
        let nearest = |number: i64| timeline.nearest(Number(number)).map(|n| n.0);
        assert_eq!(
            [1, 3, 4, 5, 8, 9].map(nearest),
            [3, 3, 4, 8, 8, 8].map(Some)
        );
    }

    #[test]
    fn an_empty_room_leads_nowhere() {
        let empty = timeline(&[]);
        for step in [Step::Older, Step::Newer, Step::First, Step::Last] {
            assert_eq!(empty.walk(Some(Number(1)), step), None);
            assert_eq!(empty.walk(None, step), None);
        }
        assert_eq!(empty.nearest(Number(1)), None);
    }
}
