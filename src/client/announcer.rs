//! What somebody who does not see the screen is told: every message of somebody else, once; and how many reacted to what
//! they wrote, now and then.
//!
//! The lines stand in a live region, of which a screen reader says each that is put in, also when
//! several are at once, or one says what another did. *Invariant:* a line never becomes another one;
//! it is put in, and taken out.

use super::namesakes::Namesakes;
use super::timeline::Timeline;
use parlour_protocol::{Message, Number, Seq, UserId, quote};

/// Lines kept; the oldest is let go. So many may come at once.
const LINES: usize = 100;

/// How often reactions are told at most, in milliseconds.
const REACTIONS_MS: f64 = 5_000.0;
/// Of no message: the line that tells of reactions.
const REACTIONS: Number = Number(-1);

/// The lines of the open room.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Announcer {
    /// Everything that was posted up to here was said, or stood there before.
    heard: Seq,
    /// Of which message each is, and as of which of its changes.
    lines: Vec<(Number, Seq)>,
    /// Reactions to what who is looking wrote of which they were not told yet, and when they may be.
    reactions: u32,
    reactions_at: f64,
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
        self.reactions = 0;
        let gone = self.lines.drain(..);
        gone.map(|(number, _)| Aloud::Unsay(number)).collect()
    }

    /// The open room was read from the server anew, because too much had changed. What was missed is
    /// said, when all of it is on the page; else one line says that there is more.
    pub fn enter_anew(
        &mut self,
        page: &Timeline,
        mine: &[UserId],
        namesakes: &Namesakes,
    ) -> Vec<Aloud> {
        let heard = self.heard;
        let end = page.seq();
        let mut aloud = self.enter(end);
        let begins_before = page.first_number().is_none_or(|first| first.seq() <= heard);
        if (begins_before || !page.has_older()) && !page.has_newer() {
            self.heard = heard;
            for message in page.messages() {
                aloud.append(&mut self.take(message, mine, namesakes));
            }
            self.heard = end;
        } else {
            let text = match page.posts_after(heard, mine) {
                0 => "New messages".to_owned(),
                missed => format!("More than {missed} new messages"),
            };
            let last = Number::posted_at(end);
            self.lines.push((last, end));
            aloud.push(Aloud::Say(last, text));
        }
        aloud
    }

    /// A message of the room came, or changed, for who wrote under the ids `mine`. What was said of one that is changed
    /// now or taken back is taken away: it must not be found in the page any more. Who shares a name is told apart as
    /// in what is drawn.
    pub fn take(
        &mut self,
        message: &Message,
        mine: &[UserId],
        namesakes: &Namesakes,
    ) -> Vec<Aloud> {
        let Message { number, seq, .. } = *message;
        if number.seq() <= self.heard {
            let is_old = |line: &(Number, Seq)| line.0 == number && line.1 < seq;
            let at = self.lines.iter().position(is_old);
            return at.map(|at| self.let_go(at)).into_iter().collect();
        }
        self.heard = number.seq();
        let mut aloud = Vec::new();
        if message.deleted || mine.contains(&message.user_id) {
            return aloud;
        }
        if self.lines.len() == LINES {
            aloud.push(self.let_go(0));
        }
        self.lines.push((number, seq));
        let mut text = namesakes.full(message.user_id, &message.username);
        if let Some(quote) = &message.quote {
            text.push_str(" in reply to ");
            text.push_str(&quote.username);
        }
        text.push_str(": ");
        text.push_str(quote::read(&message.content, message.doc.as_ref(), "spoiler").trim_end());
        aloud.push(Aloud::Say(number, text));
        aloud
    }

    /// Somebody reacted to what who is looking wrote.
    pub fn reacted(&mut self) {
        self.reactions += 1;
    }

    /// What is told of that now, if anything.
    pub fn reactions(&mut self, now: f64) -> Vec<Aloud> {
        let count = self.reactions;
        if count == 0 || now < self.reactions_at {
            return Vec::new();
        }
        self.reactions = 0;
        self.reactions_at = now + REACTIONS_MS;
        let before = self.lines.iter().position(|line| line.0 == REACTIONS);
        let mut aloud: Vec<Aloud> = before.map(|at| self.let_go(at)).into_iter().collect();
        self.lines.push((REACTIONS, Seq::MAX));
        let s = if count == 1 { "" } else { "s" };
        let text = format!("{count} reaction{s} to your message");
        aloud.push(Aloud::Say(REACTIONS, text));
        aloud
    }

    fn let_go(&mut self, at: usize) -> Aloud {
        Aloud::Unsay(self.lines.remove(at).0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::json::FromJson;
    use parlour_protocol::{Document, History, Quote, samples};

    const BOB: UserId = UserId(2);

    fn message(number: i64, content: &str) -> Message {
        Message {
            user_id: BOB,
            username: "Bob".to_owned(),
            content: content.to_owned(),
            ..samples::message(number)
        }
    }

    /// Nobody shares a name.
    fn alone() -> Namesakes {
        Namesakes::default()
    }

    /// The page of these messages, of which there are older ones.
    fn page(numbers: std::ops::RangeInclusive<i64>, has_newer: bool) -> Timeline {
        Timeline::new(History {
            seq: Seq(*numbers.end() + i64::from(has_newer)),
            messages: numbers.map(|number| message(number, "x")).collect(),
            has_older: true,
            has_newer,
            house: None,
        })
    }

    fn say(number: i64, text: &str) -> Vec<Aloud> {
        vec![Aloud::Say(Number(number), text.to_owned())]
    }

    #[test]
    fn what_is_said_is_the_text_without_its_markup_and_whom_it_answers() {
        let mut announcer = Announcer::default();
        let tree = r#"[["p","It was ",["spoiler","him"]," ",["strong","again"]]]"#;
        let said = Message {
            doc: Document::from_text(tree),
            quote: Some(Quote::of(&samples::message(1))),
            ..message(2, "It was ||him|| **again**")
        };
        let aloud = announcer.take(&said, &[], &alone());
        assert_eq!(aloud, say(2, "Bob in reply to Alice: It was spoiler again"));
    }

    #[test]
    fn three_at_once_are_three_and_the_same_text_twice_is_two() {
        let mut announcer = Announcer::default();
        announcer.enter(Seq(4));
        let mut take = |number, text| announcer.take(&message(number, text), &[], &alone());
        assert_eq!(take(5, "yes"), say(5, "Bob: yes"));
        assert_eq!(take(6, "yes"), say(6, "Bob: yes"));
        assert_eq!(take(7, "no"), say(7, "Bob: no"));
    }

    #[test]
    fn one_that_comes_again_or_was_there_is_not_said_again() {
        let mut announcer = Announcer::default();
        announcer.enter(Seq(4));
        let mut take = |number| announcer.take(&message(number, "x"), &[], &alone());
        assert_eq!(take(4), []);
        assert_eq!(take(5), say(5, "Bob: x"));
        assert_eq!(take(6), say(6, "Bob: x"));
        assert_eq!([take(3), take(5), take(6)], [[], [], []]);
    }

    #[test]
    fn what_was_taken_back_or_changed_is_not_found_there() {
        let mut announcer = Announcer::default();
        for number in 1..=3 {
            announcer.take(&message(number, "secret"), &[], &alone());
        }
        let mut gone = message(2, "");
        (gone.deleted, gone.seq) = (true, Seq(4));
        assert_eq!(
            announcer.take(&gone, &[], &alone()),
            [Aloud::Unsay(Number(2))]
        );
        assert_eq!(announcer.take(&gone, &[], &alone()), []);
        let mut changed = message(3, "changed");
        changed.seq = Seq(5);
        assert_eq!(
            announcer.take(&changed, &[], &alone()),
            [Aloud::Unsay(Number(3))]
        );
        (gone.number, gone.seq) = (Number(6), Seq(7));
        assert_eq!(announcer.take(&gone, &[], &alone()), []);
        assert_eq!(announcer.take(&message(6, "late"), &[], &alone()), []);
        assert_eq!(announcer.enter(Seq(9)), [Aloud::Unsay(Number(1))]);
    }

    #[test]
    fn many_reactions_are_one_line_in_five_seconds() {
        let mut announcer = Announcer::default();
        let line = |text: &str| Aloud::Say(REACTIONS, text.to_owned());
        assert_eq!(announcer.reactions(0.0), []);
        announcer.reacted();
        let first = line("1 reaction to your message");
        assert_eq!(announcer.reactions(0.0), [first]);
        for _ in 0..2 {
            announcer.reacted();
            assert_eq!(announcer.reactions(4_999.0), []);
        }
        let later = line("2 reactions to your message");
        let unsaid = Aloud::Unsay(REACTIONS);
        assert_eq!(announcer.reactions(5_000.0), [unsaid.clone(), later]);
        assert_eq!(announcer.reactions(60_000.0), []);
        // Of another room nothing is told here.
        announcer.reacted();
        assert_eq!(announcer.enter(Seq(9)), [unsaid]);
        assert_eq!(announcer.reactions(90_000.0), []);
    }

    #[test]
    fn one_s_own_are_not_said() {
        let mut announcer = Announcer::default();
        assert_eq!(announcer.take(&message(1, "mine"), &[BOB], &alone()), []);
        let theirs = announcer.take(&message(2, "theirs"), &[UserId(3)], &alone());
        assert_eq!(theirs, say(2, "Bob: theirs"));
    }

    #[test]
    fn lines_stay_few() {
        let mut announcer = Announcer::default();
        let last = LINES as i64;
        for number in 1..=last {
            assert_eq!(
                announcer.take(&message(number, "x"), &[], &alone()).len(),
                1
            );
        }
        let one_more = announcer.take(&message(last + 1, "y"), &[], &alone());
        let said = Aloud::Say(Number(last + 1), "Bob: y".to_owned());
        assert_eq!(one_more, [Aloud::Unsay(Number(1)), said]);
        assert_eq!(announcer.enter(Seq(0)).len(), LINES);
    }

    #[test]
    fn two_people_of_one_name_are_told_apart() {
        let people = [(BOB, "Bob"), (UserId(7), "Bob")];
        let namesakes = Namesakes::among(people.into_iter());
        let aloud = Announcer::default().take(&message(1, "x"), &[], &namesakes);
        assert_eq!(aloud, say(1, "Bob #2: x"));
    }

    #[test]
    fn what_was_missed_is_said_when_the_room_is_read_anew() {
        let mut announcer = Announcer::default();
        announcer.enter(Seq(4));
        announcer.take(&message(5, "x"), &[], &alone());
        let mut anew = || announcer.enter_anew(&page(3..=7, false), &[], &alone());
        let missed = [6, 7].map(|number| Aloud::Say(Number(number), "Bob: x".to_owned()));
        assert_eq!(anew(), [&[Aloud::Unsay(Number(5))], &missed[..]].concat());
        assert_eq!(anew(), [Aloud::Unsay(Number(6)), Aloud::Unsay(Number(7))]);
    }

    #[test]
    fn of_more_than_a_page_it_is_said_that_there_is_more() {
        for (numbers, has_newer, text) in [
            (8..=12, false, "More than 5 new messages"),
            (3..=6, true, "More than 2 new messages"),
            (3..=4, true, "New messages"),
        ] {
            let mut announcer = Announcer::default();
            announcer.enter(Seq(4));
            let page = page(numbers, has_newer);
            let aloud = announcer.enter_anew(&page, &[], &alone());
            assert_eq!(aloud, say(page.seq().0, text));
            let next = message(page.seq().0 + 1, "y");
            let aloud = announcer.take(&next, &[], &alone());
            assert_eq!(aloud, say(next.number.0, "Bob: y"));
        }
    }

    #[test]
    fn another_database_has_nothing_that_was_missed() {
        let mut announcer = Announcer::default();
        announcer.enter(Seq(4));
        announcer.enter(Seq::MAX);
        let anew = announcer.enter_anew(&page(8..=12, false), &[], &alone());
        assert_eq!(anew, []);
        let aloud = announcer.take(&message(13, "x"), &[], &alone());
        assert_eq!(aloud, say(13, "Bob: x"));
    }
}
