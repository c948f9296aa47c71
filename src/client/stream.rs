//! How far a tab has come in a stream beside the rooms: that of the house, or of the person who looks.
//!
//! *Invariant:* everything up to the position is known here. What is told live is a state, so it is taken in also
//! where something before it is missing; only the position waits for that.

use parlour_protocol::Seq;

/// The position in one stream.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stream {
    /// None until the server has told where the stream stands.
    at: Option<Seq>,
    /// After which seq was asked, while there is no answer.
    asked: Option<Seq>,
}

/// What follows from a change that is told live.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Heard {
    /// It was not known here.
    pub is_news: bool,
    /// Something is missing: ask what changed after this.
    pub ask_after: Option<Seq>,
}

impl Stream {
    /// The server has told all there is up to here.
    pub fn stands_at(&mut self, seq: Seq) {
        self.at = self.at.max(Some(seq));
    }

    /// Takes a live change; one of a server that counts none is news.
    pub fn hear(&mut self, seq: Option<Seq>) -> Heard {
        let mut heard = Heard {
            is_news: true,
            ask_after: None,
        };
        if let (Some(seq), Some(at)) = (seq, self.at) {
            if seq <= at {
                heard.is_news = false;
            } else if seq == at.next() {
                self.at = Some(seq);
            } else {
                heard.ask_after = self.reached(seq);
            }
        }
        heard
    }

    /// The stream has come to `seq`: what has to be asked, unless that question is under way.
    pub fn reached(&mut self, seq: Seq) -> Option<Seq> {
        let after = self.at.filter(|at| *at < seq && self.asked != Some(*at))?;
        self.asked = Some(after);
        Some(after)
    }

    /// Something came that was read when the stream stood there, and may lack what was told since: what has to be asked.
    pub fn read_at(&mut self, seq: Seq) -> Option<Seq> {
        let known = self.at.unwrap_or(seq);
        self.at = Some(seq.min(known));
        self.reached(known)
    }

    /// Takes a part of the answer, up to `to`.
    pub fn synced(&mut self, to: Seq, is_complete: bool) {
        self.at = self.at.map(|at| at.max(to));
        self.asked = self.at.filter(|_| !is_complete);
    }

    /// Whatever was asked is not answered any more.
    pub fn forget_question(&mut self) {
        self.asked = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seq: i64) -> Stream {
        let mut stream = Stream::default();
        stream.stands_at(Seq(seq));
        stream
    }

    fn heard(stream: &mut Stream, seq: i64) -> (bool, Option<i64>) {
        let Heard { is_news, ask_after } = stream.hear(Some(Seq(seq)));
        (is_news, ask_after.map(|seq| seq.0))
    }

    #[test]
    fn the_next_change_is_taken_an_old_one_dropped_and_a_hole_asked_for_once() {
        let mut stream = at(5);
        assert_eq!(heard(&mut stream, 6), (true, None));
        assert_eq!(heard(&mut stream, 6), (false, None));
        assert_eq!(heard(&mut stream, 8), (true, Some(6)));
        assert_eq!(heard(&mut stream, 9), (true, None), "it is asked already");
        stream.synced(Seq(9), true);
        assert_eq!(heard(&mut stream, 9), (false, None));
        assert_eq!(heard(&mut stream, 10), (true, None));
    }

    #[test]
    fn nothing_is_asked_before_it_is_known_where_the_stream_stands() {
        let mut stream = Stream::default();
        assert_eq!(heard(&mut stream, 7), (true, None));
        assert_eq!(stream.reached(Seq(9)), None);
        stream.synced(Seq(9), true);
        assert_eq!(stream, Stream::default());
        assert!(stream.hear(None).is_news, "of a server without streams");
    }

    #[test]
    fn while_the_rest_of_an_answer_follows_by_itself_nothing_is_asked() {
        let mut stream = at(5);
        assert_eq!(stream.reached(Seq(900)), Some(Seq(5)));
        stream.synced(Seq(500), false);
        assert_eq!(stream.reached(Seq(901)), None);
        stream.synced(Seq(901), true);
        assert_eq!(stream, at(901));
    }

    #[test]
    fn what_was_read_before_the_stream_stood_here_asks_for_what_came_since() {
        let mut stream = Stream::default();
        assert_eq!(stream.read_at(Seq(5)), None);
        assert_eq!(stream, at(5));
        assert_eq!(stream.read_at(Seq(7)), None, "the frames are on their way");
        assert_eq!(heard(&mut stream, 6), (true, None));
        assert_eq!(stream.read_at(Seq(5)), Some(Seq(5)));
        assert_eq!(heard(&mut stream, 7), (true, None), "it is asked already");
        stream.synced(Seq(7), true);
        assert_eq!(stream, at(7));
    }

    #[test]
    fn a_question_that_was_not_heard_is_asked_again() {
        let mut stream = at(5);
        assert_eq!(stream.reached(Seq(6)), Some(Seq(5)));
        assert_eq!(stream.reached(Seq(6)), None);
        stream.forget_question();
        assert_eq!(stream.reached(Seq(6)), Some(Seq(5)));
    }
}
