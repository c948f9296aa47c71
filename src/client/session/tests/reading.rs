//! What counts as read, where the line *New* stands, and what is marked as unread.

use super::*;
use crate::room_cache::NewLine;
use crate::unread::Unread;
use parlour_protocol::{ReadMark, RoomActivity, RoomList};

/// The lobby of 60 messages, of which one has read 20, on a page around that.
fn unread_lobby() -> Place {
    let mut place = lobby(2);
    place.rooms = vec![entry(LOBBY, 40), entry(GARDEN, 0)];
    let open = OpenRoom {
        read: Some(Seq(20)),
        ..open_room(LOBBY, page(LOBBY, 11..=45, 60))
    };
    place.open = Some(open);
    place
}

/// A tab that has come to the line *New* of it, connected.
fn arrived() -> Tab {
    let mut tab = Tab::new(unread_lobby(), CountedStorage::default());
    tab.sees(18, 25);
    tab.open_socket(60);
    tab
}

fn read(seq: i64) -> ClientFrame {
    ClientFrame::Read {
        room_id: Some(LOBBY),
        seq: Seq(seq),
    }
}

fn marked_unread(seq: i64, unread: i64) -> ServerFrame {
    ServerFrame::Unread(ReadMark {
        room_id: LOBBY,
        seq: Seq(seq),
        unread,
        mentions: 0,
        me: None,
    })
}

fn activity(seq: i64, unread: i64) -> ServerFrame {
    ServerFrame::RoomActivity(RoomActivity {
        room_id: LOBBY,
        seq: Seq(seq),
        unread,
        mentions: 0,
        online: 2,
    })
}

impl Tab {
    /// In view are the messages from this one to that one, and it is not the end.
    fn sees(&mut self, top: i64, last: i64) {
        self.viewport.is_at_end = false;
        self.viewport.last = Some(Number(last));
        self.viewport.position = Some(ScrollPosition {
            number: Number(top),
            top: 0.0,
            height: 20.0,
            is_end: false,
        });
    }

    /// The end is in view, from this message on.
    fn sees_the_end(&mut self, top: i64) {
        self.sees(top, top);
        self.viewport.is_at_end = true;
        self.viewport.last = None;
    }

    fn looks(&mut self) -> Vec<Effect> {
        self.does(Session::look)
    }

    fn unread(&self) -> i64 {
        self.session.rooms()[0].unread
    }

    /// The message that the line is above.
    fn line(&self) -> Option<i64> {
        let open = self.session.open().as_ref();
        open.and_then(|open| open.new).map(|new| new.first.0)
    }

    fn is_told_of_news(&self) -> bool {
        self.session.news_above().is_some()
    }

    /// What of the lobby is said to be read.
    fn told(&mut self) -> Vec<i64> {
        let effects = self.pass(1_500.0);
        let read = said(&effects).into_iter();
        let read = read.filter_map(|frame| match frame {
            ClientFrame::Read { seq, .. } => Some(seq.0),
            _ => None,
        });
        read.collect()
    }
}

#[test]
fn one_arrives_at_the_line_and_what_is_in_view_is_read_and_the_rest_is_not() {
    let mut tab = arrived();
    assert_eq!(tab.line(), Some(21));
    assert_eq!(tab.session.missed(), 35);
    assert_eq!((tab.unread(), tab.told()), (35, vec![25]));
    tab.sees(30, 41);
    tab.looks();
    assert_eq!((tab.unread(), tab.session.missed()), (19, 19));
    assert_eq!(tab.told(), [41]);
    // Up again: nothing becomes unread by that.
    tab.sees(12, 22);
    tab.looks();
    assert_eq!((tab.unread(), tab.told()), (19, vec![]));
    assert!(!tab.is_told_of_news(), "it was seen");
    tab.viewport.is_visible = false;
    tab.sees(30, 44);
    tab.looks();
    assert_eq!((tab.unread(), tab.told()), (19, vec![]));
}

#[test]
fn what_was_seen_before_there_was_a_socket_is_told_once_there_is() {
    let mut tab = Tab::new(unread_lobby(), CountedStorage::default());
    tab.sees(18, 25);
    tab.looks();
    assert_eq!(tab.unread(), 35);
    tab.open_socket(60);
    // The server does not know of it yet.
    tab.hear(ServerFrame::Rooms(RoomList {
        hash: "h".to_owned(),
        rooms: Some(vec![entry(LOBBY, 40), entry(GARDEN, 0)]),
        build: None,
        house: None,
        me: None,
        blocked: Vec::new(),
    }));
    assert_eq!((tab.unread(), tab.told()), (35, vec![25]));
    tab.hear(ServerFrame::Rooms(RoomList {
        hash: "i".to_owned(),
        rooms: Some(vec![entry(LOBBY, 35), entry(GARDEN, 0)]),
        build: None,
        house: None,
        me: None,
        blocked: Vec::new(),
    }));
    assert_eq!((tab.unread(), tab.told()), (35, vec![]));
}

#[test]
fn the_last_line_of_what_is_held_is_not_the_end_of_the_room() {
    let mut tab = arrived();
    tab.sees_the_end(40);
    tab.looks();
    assert_eq!((tab.unread(), tab.told()), (15, vec![45]));
    let newer = one_asked(&tab.does(|session| session.scrolled(false, true)));
    tab.answer(&newer, ok(&page(LOBBY, 46..=60, 60)));
    tab.does(Session::frame);
    tab.looks();
    assert_eq!((tab.unread(), tab.session.missed()), (0, 0));
    assert_eq!(tab.told(), [60]);
}

#[test]
fn what_lies_between_is_not_read_by_who_follows_a_link_beyond_it() {
    let mut tab = arrived();
    tab.told();
    let link = one_asked(&tab.visit("/rooms/1/m/55"));
    let beyond = OpenRoom {
        read: Some(Seq(25)),
        ..open_room(LOBBY, page(LOBBY, 50..=58, 60))
    };
    tab.answer(&link, ok(&beyond));
    tab.sees(52, 57);
    tab.looks();
    assert_eq!((tab.line(), tab.unread(), tab.told()), (None, 35, vec![]));
}

#[test]
fn a_room_is_opened_where_one_begins_to_read() {
    let mut tab = Tab::live();
    tab.hear(ServerFrame::RoomActivity(RoomActivity {
        room_id: GARDEN,
        seq: Seq(90),
        unread: 60,
        mentions: 0,
        online: 2,
    }));
    let visit = one_asked(&tab.visit("/rooms/2"));
    assert_eq!(visit.1, Ask::Unread(GARDEN));
    let room = OpenRoom {
        read: Some(Seq(30)),
        ..open_room(GARDEN, page(GARDEN, 6..=55, 90))
    };
    let shown = tab.answer(&visit, ok(&room));
    assert!(shown.contains(&Effect::Land(Landing::New, true)));
    assert_eq!((tab.line(), tab.session.missed()), (Some(31), 60));
}

#[test]
fn a_room_that_was_kept_shows_where_one_stopped_too() {
    let mut tab = Tab::live();
    let garden = one_asked(&tab.visit("/rooms/2"));
    let page = page(GARDEN, 1..=3, 3);
    tab.answer(&garden, ok(&open_room(GARDEN, page)));
    tab.looks();
    tab.hear(posted(LOBBY, 3));
    tab.hear(posted(LOBBY, 4));
    let back = tab.visit("/rooms/1");
    assert_eq!(asked(&back), []);
    assert!(back.contains(&Effect::Land(Landing::New, true)));
    assert_eq!(tab.line(), Some(3));
    tab.sees_the_end(1);
    tab.looks();
    assert_eq!((tab.unread(), tab.told().last()), (0, Some(&4)));
    // Once it is left and opened again, there is nothing new in it.
    tab.visit("/rooms/2");
    let again = tab.visit("/rooms/1");
    assert!(again.contains(&Effect::Land(Landing::End, true)));
    assert_eq!(tab.line(), None);
}

#[test]
fn a_kept_room_that_does_not_hold_all_that_is_unread_is_asked_for() {
    let mut tab = Tab::new(
        Place {
            open: Some(open_room(LOBBY, page(LOBBY, 51..=60, 60))),
            ..lobby(2)
        },
        CountedStorage::default(),
    );
    tab.open_socket(60);
    tab.visit("/");
    tab.hear(marked_unread(40, 20));
    assert_eq!(one_asked(&tab.visit("/rooms/1")).1, Ask::Unread(LOBBY));
}

#[test]
fn the_line_stands_where_messages_came_while_nobody_looked() {
    let mut tab = Tab::live();
    tab.sees_the_end(1);
    tab.looks();
    tab.hear(posted(LOBBY, 3));
    assert_eq!(tab.line(), None, "it was seen");
    tab.viewport.is_visible = false;
    for number in 4..=6 {
        tab.hear(posted(LOBBY, number));
    }
    assert_eq!((tab.line(), tab.unread()), (Some(4), 3));
    // Back again it is above the view, of which one is told; then nothing is left to be read.
    tab.viewport.is_visible = true;
    tab.sees_the_end(5);
    tab.does(|session| session.turned(true));
    assert_eq!((tab.line(), tab.unread()), (Some(4), 0));
    let news = tab.session.news_above().unwrap();
    assert_eq!((news.count, news.since), (3, Some(Timestamp(0))));
    // Once it was in view, and when it was above it again, there is nothing to tell.
    let up = tab.does(Session::to_new);
    assert!(up.contains(&Effect::Land(Landing::New, false)));
    tab.sees(3, 5);
    tab.looks();
    tab.sees_the_end(5);
    tab.looks();
    assert!(!tab.is_told_of_news());
    tab.viewport.is_visible = false;
    tab.hear(posted(LOBBY, 7));
    assert_eq!(tab.line(), Some(7), "all before was read");
    tab.hear(posted(LOBBY, 8));
    assert_eq!(tab.line(), Some(7));
}

#[test]
fn who_comes_back_to_a_window_that_was_cut_off_is_told_of_what_came() {
    let mut tab = Tab::live();
    tab.sees_the_end(1);
    tab.does(|session| session.closed(1006, ""));
    tab.pass(1_000.0);
    tab.open_socket(30);
    tab.sees_the_end(20);
    tab.hear(ServerFrame::Sync(sync(LOBBY, 2, 30)));
    assert_eq!(tab.line(), Some(3));
    tab.looks();
    assert!(tab.is_told_of_news());
    assert_eq!(tab.unread(), 0);
    // A hole in what comes is none of that.
    tab.hear(posted(LOBBY, 33));
    tab.hear(ServerFrame::Sync(sync(LOBBY, 30, 33)));
    assert_eq!(tab.line(), Some(3));
}

#[test]
fn a_line_that_was_let_go_is_fetched() {
    let mut tab = Tab::live();
    tab.looks();
    tab.viewport.is_visible = false;
    let last = crate::timeline::WINDOW as i64 + 50;
    for number in 3..=last {
        tab.hear(posted(LOBBY, number));
    }
    tab.viewport.is_visible = true;
    tab.sees_the_end(last - 5);
    tab.does(|session| session.turned(true));
    let news = tab.session.news_above().unwrap();
    assert_eq!((news.count, news.since), (crate::timeline::WINDOW, None));
    let around = one_asked(&tab.does(Session::to_new));
    assert_eq!(around.1, Ask::Open(LOBBY, Some(Number(3))));
    let page = open_room(LOBBY, page(LOBBY, 1..=28, last));
    let taken = tab.answer(&around, ok(&page));
    assert!(taken.contains(&Effect::Land(Landing::New, false)));
    assert_eq!(tab.line(), Some(3));
}

#[test]
fn the_line_goes_with_what_one_sends_from_wherever() {
    let mut tab = arrived();
    tab.send("Hello", "k1");
    assert_eq!(tab.line(), None);
    let mut tab = arrived();
    tab.hear(stored(LOBBY, 61, "from another tab"));
    assert_eq!((tab.line(), tab.unread()), (None, 0));
    // In a room that is not open it has been read as well.
    let mut tab = Tab::live();
    tab.visit("/");
    tab.hear(posted(LOBBY, 3));
    tab.hear(stored(LOBBY, 4, "k4"));
    tab.hear(posted(LOBBY, 5));
    assert_eq!(tab.unread(), 1);
}

#[test]
fn all_can_be_marked_as_read_without_being_seen() {
    let mut tab = arrived();
    tab.told();
    let effects = tab.does(Session::read_all);
    assert_eq!(said(&effects), [&read(60)]);
    assert_eq!((tab.line(), tab.unread()), (None, 0));
    assert_eq!((tab.session.missed(), tab.told()), (0, vec![]));
}

#[test]
fn what_was_read_elsewhere_is_not_told_of() {
    let mut tab = Tab::live();
    tab.looks();
    tab.viewport.is_visible = false;
    for number in 3..=9 {
        tab.hear(posted(LOBBY, number));
    }
    tab.hear(activity(9, 0));
    assert_eq!((tab.line(), tab.unread()), (None, 0));
    tab.hear(posted(LOBBY, 10));
    assert_eq!((tab.line(), tab.unread()), (Some(10), 1));
}

#[test]
fn what_mentions_one_is_counted_as_the_server_does_and_no_more_once_all_is_read() {
    let mut tab = Tab::live();
    tab.looks();
    tab.viewport.is_visible = false;
    let of_lobby = |tab: &Tab| Unread::of(tab.session.entry(LOBBY).unwrap());
    let counted = |count, is_for_you| Unread { count, is_for_you };
    for number in 3..=5 {
        tab.hear(posted(LOBBY, number));
    }
    assert_eq!(of_lobby(&tab), counted(3, false));
    tab.hear(ServerFrame::RoomActivity(RoomActivity {
        room_id: LOBBY,
        seq: Seq(5),
        unread: 3,
        mentions: 2,
        online: 2,
    }));
    assert_eq!(of_lobby(&tab), counted(2, true));
    // One of them was read elsewhere.
    tab.hear(ServerFrame::Read(ReadMark {
        room_id: LOBBY,
        seq: Seq(4),
        unread: 1,
        mentions: 1,
        me: None,
    }));
    assert_eq!(of_lobby(&tab), counted(1, true));
    tab.viewport.is_visible = true;
    tab.looks();
    assert_eq!(of_lobby(&tab), counted(0, false));
}

#[test]
fn what_is_marked_unread_stays_so_until_something_new_comes() {
    let mut tab = Tab::new(lobby(9), CountedStorage::default());
    tab.open_socket(9);
    tab.sees_the_end(1);
    tab.told();
    tab.hear(posted(LOBBY, 10));
    // What waits to be told as read is not told behind it.
    let marked = tab.does(|session| session.mark_unread(Number(7)));
    let unread = ClientFrame::Unread {
        room_id: Some(LOBBY),
        number: Number(7),
    };
    assert_eq!(said(&marked), [&unread]);
    assert_eq!(tab.told(), [0; 0]);
    tab.hear(marked_unread(6, 4));
    assert_eq!((tab.line(), tab.unread()), (Some(7), 4));
    tab.looks();
    tab.does(|session| session.scrolled(false, false));
    tab.does(|session| session.turned(true));
    assert_eq!((tab.unread(), tab.told()), (4, vec![]));
    tab.hear(posted(LOBBY, 11));
    assert_eq!((tab.line(), tab.unread()), (Some(7), 0));
    assert_eq!(tab.told(), [11]);
}

#[test]
fn what_is_marked_unread_elsewhere_is_not_read_here_before_the_room_is_opened_again() {
    let mut tab = Tab::new(lobby(9), CountedStorage::default());
    tab.open_socket(9);
    tab.sees_the_end(1);
    tab.looks();
    tab.hear(marked_unread(6, 3));
    assert_eq!(tab.told(), [0; 0], "what was on its way is not told");
    assert_eq!((tab.line(), tab.unread()), (Some(7), 3));
    tab.visit("/");
    let again = tab.visit("/rooms/1");
    assert!(again.contains(&Effect::Land(Landing::New, true)));
    assert_eq!((tab.line(), tab.unread()), (Some(7), 3));
    tab.looks();
    assert_eq!((tab.unread(), tab.told()), (0, vec![9]));
    // Of a room that is not open only the count is another one.
    tab.visit("/");
    tab.hear(marked_unread(4, 5));
    assert_eq!(tab.unread(), 5);
}

#[test]
fn without_a_connection_nothing_is_marked_unread_and_that_is_said() {
    let mut tab = Tab::live();
    tab.does(|session| session.closed(1006, ""));
    let effects = tab.does(|session| session.mark_unread(Number(1)));
    assert_eq!(notices(&effects).len(), 1);
    assert_eq!(tab.line(), None);
}

#[test]
fn who_is_no_member_has_no_line_and_reads_the_end() {
    let mut place = unread_lobby();
    place.open.as_mut().unwrap().read = None;
    place.rooms[0].unread = 0;
    let mut tab = Tab::new(place, CountedStorage::default());
    tab.open_socket(60);
    tab.sees(18, 25);
    tab.looks();
    assert_eq!((tab.line(), tab.session.read_here()), (None, None));
    let marked = tab.does(|session| session.mark_unread(Number(30)));
    assert_eq!((said(&marked).len(), notices(&marked).len()), (0, 1));
    assert_eq!(tab.session.open().as_ref().unwrap().read, None);
}

#[test]
fn a_page_without_script_marks_up_to_its_end() {
    let here = Session::new(unread_lobby(), Box::new(()))
        .read_here()
        .unwrap();
    assert_eq!((here.seq, here.unread, here.has_line), (Seq(45), 40, true));
    assert_eq!(Session::new(lobby(2), Box::new(())).read_here(), None);
}

#[test]
fn a_line_is_seen_where_its_message_is_also_one_taller_than_the_view() {
    let tab = arrived();
    let is_seen = |tab: &Tab| tab.session.open().as_ref().unwrap().new.unwrap();
    assert!(is_seen(&tab).is_seen);
    let mut tab = Tab::new(unread_lobby(), CountedStorage::default());
    tab.sees(12, 17);
    tab.looks();
    assert_eq!(is_seen(&tab), NewLine::above(Number(21)));
    tab.sees(21, 20);
    tab.looks();
    assert!(is_seen(&tab).is_seen && !is_seen(&tab).is_missed);
}
