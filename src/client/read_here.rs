//! What a page without script lets its reader mark as read.

use parlour_protocol::{History, Number, Seq};

/// All up to the end of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ReadHere {
    /// Up to where that is.
    pub seq: Seq,
    /// How many messages of the room are unread.
    pub unread: i64,
    /// The line *New* is on the page.
    pub has_line: bool,
}

impl ReadHere {
    /// What somebody may mark who has read up to `read` and has so much unread, on a page that ends like this.
    /// `None` where nothing of it is unread, and for who is no member.
    pub fn offered(end: Seq, read: Option<Seq>, unread: i64, has_line: bool) -> Option<Self> {
        let is_news = unread > 0 && read.is_some_and(|read| read < end);
        is_news.then_some(Self {
            seq: end,
            unread,
            has_line,
        })
    }
}

/// Up to where a page shows a room.
pub fn end(last: Option<Number>, has_newer: bool, seq: Seq) -> Seq {
    match last {
        Some(last) if has_newer => last.seq(),
        _ => seq,
    }
}

/// The same of a page of history.
pub fn end_of(history: &History) -> Seq {
    let last = history.messages.last().map(|message| message.number);
    end(last, history.has_newer, history.seq)
}

#[cfg(test)]
mod tests {
    use super::*;
    use parlour_protocol::samples;

    #[test]
    fn what_is_on_the_page_and_unread_may_be_marked_by_a_member() {
        let offered = |read: Option<i64>, unread| {
            ReadHere::offered(Seq(9), read.map(Seq), unread, true).map(|here| here.seq)
        };
        assert_eq!(offered(Some(4), 3), Some(Seq(9)));
        assert_eq!(offered(Some(9), 3), None, "it begins behind the page");
        assert_eq!(offered(Some(4), 0), None);
        assert_eq!(offered(None, 0), None);
    }

    #[test]
    fn a_page_at_the_end_of_a_room_ends_where_the_room_does() {
        let page = |has_newer| History {
            messages: (3..=5).map(samples::message).collect(),
            seq: Seq(9),
            has_older: true,
            has_newer,
            house: None,
        };
        assert_eq!([true, false].map(|is| end_of(&page(is))), [Seq(5), Seq(9)]);
        assert_eq!(end_of(&History::default()), Seq::ZERO);
    }
}
