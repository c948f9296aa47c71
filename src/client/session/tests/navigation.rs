//! Opening rooms, and pages of their history.

use super::*;

fn position(number: i64, is_end: bool) -> ScrollPosition {
    ScrollPosition {
        number: Number(number),
        top: 5.0,
        height: 20.0,
        is_end,
    }
}

impl Tab {
    /// Somebody scrolls to this message.
    fn read(&mut self, number: i64) {
        self.viewport.is_at_end = false;
        self.viewport.position = Some(position(number, false));
    }

    fn read_the_end(&mut self) {
        self.viewport.is_at_end = true;
        self.viewport.position = Some(position(1, true));
    }

    /// Back or forward leads to this path and entry.
    fn moved(&mut self, path: &str, entry: i64) -> Vec<Effect> {
        self.does(|session| session.moved(path.to_owned(), entry))
    }

    /// The garden is shown, and the lobby kept.
    fn in_the_garden(&mut self) {
        let garden = self.visit("/rooms/2");
        let page = page(GARDEN, 1..=3, 3);
        self.answer(&one_asked(&garden), ok(&open_room(GARDEN, page)));
    }
}

/// The server cannot say what the lobby has missed.
fn reset() -> ServerFrame {
    ServerFrame::Sync(Sync {
        messages: Vec::new(),
        reset: true,
        ..sync(LOBBY, 2, 9)
    })
}

fn landing(effects: &[Effect]) -> Option<Landing> {
    effects.iter().find_map(|effect| match effect {
        Effect::Land(landing, _) => Some(*landing),
        _ => None,
    })
}

#[test]
fn a_room_that_is_visited_is_joined_and_makes_an_entry_once_it_is_there() {
    let mut tab = Tab::live();
    let visit = tab.visit("/rooms/2");
    assert_eq!(tab.pushed, []);
    assert!(tab.session.is_loading());
    let shown = tab.answer(
        &one_asked(&visit),
        ok(&open_room(GARDEN, page(GARDEN, 1..=3, 3))),
    );
    assert_eq!(tab.pushed.len(), 1);
    assert!(!tab.session.is_loading());
    let join = ClientFrame::Join {
        room_id: GARDEN,
        after: Some(Seq(3)),
        look: true,
        knows: knows(),
    };
    assert!(said(&shown).contains(&&join));
    assert_eq!(landing(&shown), Some(Landing::End));
    assert!(shown.contains(&Effect::KeepLast(GARDEN)));
    // Back at once, from what is held.
    let back = tab.visit("/rooms/1");
    assert_eq!(asked(&back), []);
    assert!(said(&back).contains(&&asks_sync(LOBBY, 2)));
}

#[test]
fn of_two_visits_the_later_one_counts_whichever_answer_comes_first() {
    for first_is_late in [false, true] {
        let mut tab = Tab::live();
        let garden = one_asked(&tab.visit("/rooms/2"));
        let third = one_asked(&tab.visit("/rooms/3"));
        let answers = [
            (garden, open_room(GARDEN, page(GARDEN, 1..=3, 3))),
            (third, open_room(RoomId(3), page(RoomId(3), 1..=4, 4))),
        ];
        let order = if first_is_late { [1, 0] } else { [0, 1] };
        for at in order {
            tab.answer(&answers[at].0, ok(&answers[at].1));
        }
        assert_eq!(tab.session.open_id(), Some(RoomId(3)));
        assert_eq!(tab.pushed.len(), 1);
    }
}

#[test]
fn a_visit_that_was_given_up_for_the_room_one_is_in_shows_nothing() {
    let mut tab = Tab::live();
    let garden = one_asked(&tab.visit("/rooms/2"));
    tab.visit("/rooms/1");
    tab.answer(&garden, ok(&open_room(GARDEN, page(GARDEN, 1..=3, 3))));
    assert_eq!(tab.session.open_id(), Some(LOBBY));
    assert!(!tab.session.is_loading());
}

#[test]
fn a_visit_goes_on_when_the_room_one_comes_from_is_deleted() {
    let mut tab = Tab::live();
    let garden = one_asked(&tab.visit("/rooms/2"));
    let gone = parlour_protocol::RoomGone { room_id: LOBBY };
    tab.hear(ServerFrame::RoomDeleted(gone));
    tab.answer(&garden, ok(&open_room(GARDEN, page(GARDEN, 1..=3, 3))));
    assert_eq!(tab.session.open_id(), Some(GARDEN));
}

#[test]
fn a_place_that_cannot_be_had_leaves_one_where_one_is() {
    let mut tab = Tab::live();
    let garden = one_asked(&tab.visit("/rooms/2"));
    let busy = Answered {
        is_ok: false,
        text: r#"{"code":"overloaded","detail":"Later."}"#.to_owned(),
    };
    let failed = tab.answer(&garden, Some(busy));
    assert_eq!(notices(&failed).len(), 1);
    assert_eq!(tab.session.open_id(), Some(LOBBY));
    let garden = one_asked(&tab.visit("/rooms/2"));
    // The server has a page that says so.
    let gone = tab.answer(&garden, not_found("room_not_found"));
    assert_eq!(gone, [Effect::Load("/rooms/2".to_owned())]);
    let other = tab.visit("/join");
    assert_eq!(other, [Effect::Load("/join".to_owned())]);
}

#[test]
fn back_leads_to_where_one_was_reading_and_a_link_to_the_end() {
    let mut tab = Tab::live();
    tab.read(1);
    tab.in_the_garden();
    tab.read_the_end();
    let back = tab.moved("/rooms/1", 1);
    assert_eq!(landing(&back), Some(Landing::Position(position(1, false))));
    tab.read(2);
    let (path, entry) = tab.pushed[0].clone();
    // Whoever was at the end of a room wants its end.
    let forward = tab.moved(&path, entry);
    assert_eq!(landing(&forward), Some(Landing::End));
    let link = tab.visit("/rooms/1");
    assert_eq!(landing(&link), Some(Landing::End));
}

#[test]
fn back_to_a_place_that_is_not_held_fetches_what_was_read_there() {
    let mut tab = Tab::live();
    tab.read(1);
    tab.in_the_garden();
    tab.hear(reset());
    let back = one_asked(&tab.moved("/rooms/1", 1));
    assert_eq!(back.1, Ask::Open(LOBBY, Some(Number(1))));
    // It is gone; the room is not.
    let again = one_asked(&tab.answer(&back, not_found("message_not_found")));
    assert_eq!(again.1, Ask::Unread(LOBBY));
}

#[test]
fn back_and_forward_again_before_the_other_place_had_come_shows_what_is_shown() {
    let mut tab = Tab::live();
    let third = tab.visit("/rooms/3");
    tab.answer(
        &one_asked(&third),
        ok(&open_room(RoomId(3), page(RoomId(3), 1..=1, 1))),
    );
    let (path, entry) = tab.pushed[0].clone();
    tab.hear(reset());
    let back = one_asked(&tab.moved("/rooms/1", 1));
    let forward = tab.moved(&path, entry);
    assert_eq!(asked(&forward), []);
    assert_eq!(
        tab.answer(&back, ok(&open_room(LOBBY, page(LOBBY, 1..=9, 9)))),
        []
    );
    assert_eq!(tab.session.open_id(), Some(RoomId(3)));
}

#[test]
fn back_to_what_cannot_be_had_puts_the_address_right() {
    let mut tab = Tab::live();
    tab.in_the_garden();
    tab.hear(reset());
    let back = one_asked(&tab.moved("/rooms/1", 1));
    let failed = tab.answer(&back, None);
    assert!(failed.contains(&Effect::Replace("/rooms/2".to_owned())));
    assert_eq!(tab.session.open_id(), Some(GARDEN));
}

#[test]
fn a_page_that_is_loaded_again_comes_back_to_where_one_was_reading() {
    let mut tab = Tab::live();
    tab.read(1);
    let kept = tab.does(|session| drop(session.leave()));
    assert_eq!(kept, []);
    let positions = tab.session.leave();
    let arrive = |is_return, positions: &str| {
        let mut tab = Tab::new(lobby(2), CountedStorage::default());
        tab.does(|session| session.arrive("/rooms/1".to_owned(), 1, Some(positions), is_return))
    };
    assert_eq!(
        landing(&arrive(true, &positions)),
        Some(Landing::Position(position(1, false)))
    );
    // Whoever follows a link to where they are already wants what it leads to.
    assert_eq!(arrive(false, &positions), []);
    let further = positions.replace(",1,320", ",9,320");
    let question = one_asked(&arrive(true, &positions.replacen("1,1,1,", "1,1,9,", 1)));
    assert_eq!(question.1, Ask::Open(LOBBY, Some(Number(9))), "{further}");
}

#[test]
fn a_click_on_the_open_rooms_own_link_leaves_the_page_on_its_way_that_is_taken_anew() {
    type Click = fn(&mut Tab) -> Vec<Effect>;
    let clicks: [Click; 2] = [|tab| tab.visit("/rooms/1"), |tab| tab.moved("/rooms/1", 2)];
    for click in clicks {
        let mut tab = Tab::live();
        let anew = one_asked(&tab.hear(reset()));
        assert_eq!(asked(&click(&mut tab)), []);
        assert!(tab.session.is_loading());
        tab.answer(&anew, ok(&open_room(LOBBY, page(LOBBY, 1..=9, 9))));
        assert_eq!(tab.shown().len(), 9);
        assert!(!tab.session.is_loading());
    }
}

#[test]
fn the_end_of_a_room_that_is_taken_anew_around_a_message_is_taken_from_its_end() {
    let mut tab = Tab::live();
    tab.read(1);
    let around = one_asked(&tab.hear(reset()));
    assert_eq!(around.1, Ask::Open(LOBBY, Some(Number(1))));
    let end = one_asked(&tab.visit("/rooms/1"));
    assert_eq!(end.1, Ask::Open(LOBBY, None));
    assert_eq!(tab.answer(&around, None), []);
    tab.answer(&end, ok(&open_room(LOBBY, page(LOBBY, 1..=9, 9))));
    assert_eq!(tab.shown().len(), 9);
}

#[test]
fn a_permalink_into_the_open_room_while_it_is_taken_anew_is_asked_for() {
    let mut tab = Tab::live();
    let anew = one_asked(&tab.hear(reset()));
    let link = one_asked(&tab.visit("/rooms/1/m/2"));
    assert_eq!(link.1, Ask::Open(LOBBY, Some(Number(2))));
    tab.answer(&anew, ok(&open_room(LOBBY, page(LOBBY, 5..=9, 9))));
    let shown = tab.answer(&link, ok(&open_room(LOBBY, page(LOBBY, 1..=4, 9))));
    assert_eq!(landing(&shown), Some(Landing::Message(Number(2))));
}

#[test]
fn older_messages_come_while_and_after_a_place_to_come_back_to_cannot_be_had() {
    for is_answered in [false, true] {
        let mut place = lobby(2);
        place.open = Some(open_room(LOBBY, page(LOBBY, 51..=52, 52)));
        let mut tab = Tab::new(place, CountedStorage::default());
        let positions = "[[1,1,9,320,1280,0]]";
        let arrived =
            tab.does(|session| session.arrive("/rooms/1".to_owned(), 1, Some(positions), true));
        let back = one_asked(&arrived);
        assert_eq!(back.1, Ask::Open(LOBBY, Some(Number(9))));
        if is_answered {
            tab.answer(&back, None);
        }
        // All that is here is in view.
        let older = one_asked(&tab.does(|session| session.scrolled(true, false)));
        tab.answer(&older, ok(&page(LOBBY, 46..=50, 52)));
        assert_eq!(tab.shown()[0], 46);
        assert_eq!(tab.session.is_loading(), !is_answered);
        if !is_answered {
            let shown = tab.answer(&back, ok(&open_room(LOBBY, page(LOBBY, 1..=20, 52))));
            assert_eq!(landing(&shown), Some(Landing::Position(position(9, false))));
        }
    }
}

#[test]
fn whoever_wants_the_end_is_not_brought_back_to_where_they_were_reading() {
    let mut tab = Tab::new(lobby(2), CountedStorage::default());
    let positions = "[[1,1,9,320,1280,0]]";
    let arrived =
        tab.does(|session| session.arrive("/rooms/1".to_owned(), 1, Some(positions), true));
    let back = one_asked(&arrived);
    tab.parts = Parts::default();
    tab.does(Session::to_newest);
    assert!(!tab.session.awaits(back.0));
    assert!(tab.parts.has(Part::Loading));
    let page = page(LOBBY, 1..=20, 52);
    assert_eq!(tab.answer(&back, ok(&open_room(LOBBY, page))), []);
}

#[test]
fn whoever_sends_is_not_brought_back_to_where_they_were_reading() {
    let mut tab = Tab::new(lobby(2), CountedStorage::default());
    let spots = "[[1,1,9,320,1280,0]]";
    let arrived = tab.does(|session| session.arrive("/rooms/1".to_owned(), 1, Some(spots), true));
    let back = one_asked(&arrived);
    let sent = tab.send("Hello", "k1");
    assert_eq!(landing(&sent), Some(Landing::End));
    let page = page(LOBBY, 1..=20, 52);
    assert_eq!(tab.answer(&back, ok(&open_room(LOBBY, page))), []);
}

#[test]
fn a_permalink_is_brought_to_the_middle() {
    let mut tab = Tab::live();
    let here = tab.visit("/rooms/1/m/2");
    assert_eq!(landing(&here), Some(Landing::Message(Number(2))));
    assert_eq!(tab.session.open().as_ref().unwrap().marked, Some(Number(2)));
    let far = one_asked(&tab.visit("/rooms/1/m/40"));
    let shown = tab.answer(&far, ok(&open_room(LOBBY, page(LOBBY, 30..=50, 90))));
    assert_eq!(landing(&shown), Some(Landing::Message(Number(40))));
    // Down again: what is here ends before the room does.
    let newest = tab.does(Session::to_newest);
    assert_eq!(one_asked(&newest).1, Ask::Open(LOBBY, None));
}

/// The address that the present entry of the tab's history was given.
fn replaced(effects: &[Effect]) -> Option<&str> {
    effects.iter().find_map(|effect| match effect {
        Effect::Replace(path) => Some(&**path),
        _ => None,
    })
}

fn marked(tab: &Tab) -> Option<Number> {
    tab.session.open().as_ref().unwrap().marked
}

#[test]
fn who_sends_or_wants_the_end_has_left_the_message_that_the_address_pointed_at() {
    for leaves in [
        (|session: &mut Session| session.send("Hello", "k1".to_owned())) as fn(&mut Session),
        Session::to_newest,
    ] {
        let mut tab = Tab::live();
        tab.visit("/rooms/1/m/2");
        let pushed = tab.pushed.len();
        let left = tab.does(leaves);
        assert_eq!(replaced(&left), Some("/rooms/1-room-1"));
        assert_eq!((marked(&tab), tab.pushed.len()), (None, pushed));
        assert!(tab.parts.has(Part::Open));
        // Once.
        assert_eq!(replaced(&tab.does(leaves)), None);
    }
}

#[test]
fn who_scrolls_to_the_end_has_left_it_and_who_scrolls_elsewhere_has_not() {
    let mut tab = Tab::live();
    tab.visit("/rooms/1/m/2");
    let scrolled = |tab: &mut Tab| tab.does(|session| session.scrolled(false, false));
    tab.read(2);
    assert_eq!(replaced(&scrolled(&mut tab)), None);
    tab.read(1);
    assert_eq!(replaced(&scrolled(&mut tab)), None);
    tab.read_the_end();
    assert_eq!(replaced(&scrolled(&mut tab)), Some("/rooms/1-room-1"));
    assert_eq!(marked(&tab), None);
}

#[test]
fn a_message_that_is_at_the_end_stays_marked_there() {
    let mut tab = Tab::live();
    tab.read(1);
    tab.does(|session| session.scrolled(false, false));
    tab.visit("/rooms/1/m/2");
    tab.read_the_end();
    for _ in 0..2 {
        assert_eq!(
            replaced(&tab.does(|session| session.scrolled(false, false))),
            None
        );
        tab.does(Session::look);
    }
    assert_eq!(marked(&tab), Some(Number(2)));
}

#[test]
fn a_link_to_where_one_was_after_the_address_went_back_marks_it_again() {
    let mut tab = Tab::live();
    tab.visit("/rooms/1/m/2");
    tab.does(Session::to_newest);
    let pushed = tab.pushed.len();
    let again = tab.visit("/rooms/1/m/2");
    assert_eq!(landing(&again), Some(Landing::Message(Number(2))));
    assert_eq!(
        (marked(&tab), tab.pushed.len()),
        (Some(Number(2)), pushed + 1)
    );
}

#[test]
fn history_comes_in_pieces_one_a_frame_and_one_page_at_a_time() {
    let mut tab = Tab::live();
    let far = one_asked(&tab.visit("/rooms/1/m/60"));
    tab.answer(&far, ok(&open_room(LOBBY, page(LOBBY, 51..=70, 90))));
    let older = one_asked(&tab.does(|session| session.scrolled(true, false)));
    assert_eq!(older.1, Ask::Older(LOBBY, Number(51)));
    assert_eq!(tab.does(|session| session.scrolled(true, false)), []);
    let first = tab.answer(&older, ok(&page(LOBBY, 26..=50, 90)));
    assert!(first.contains(&Effect::NextFrame) && first.contains(&Effect::KeepInView));
    assert_eq!(tab.shown()[0], 41);
    tab.does(Session::frame);
    let last = tab.does(Session::frame);
    assert!(!last.contains(&Effect::NextFrame));
    assert_eq!(tab.shown()[0], 26);
    assert!(!tab.session.is_loading());
    let newer = one_asked(&tab.does(|session| session.scrolled(false, true)));
    assert_eq!(newer.1, Ask::Newer(LOBBY, Number(70)));
}

#[test]
fn a_page_of_history_that_crosses_a_page_taken_anew_is_dropped() {
    let mut tab = Tab::live();
    let far = one_asked(&tab.visit("/rooms/1/m/60"));
    tab.answer(&far, ok(&open_room(LOBBY, page(LOBBY, 51..=70, 90))));
    let older = one_asked(&tab.does(Session::fetch_older));
    let newest = one_asked(&tab.does(Session::to_newest));
    assert_eq!(tab.answer(&older, ok(&page(LOBBY, 31..=50, 90))), []);
    tab.answer(&newest, ok(&open_room(LOBBY, page(LOBBY, 71..=90, 90))));
    assert_eq!((tab.shown()[0], tab.shown().len()), (71, 20));
    // And one whose pieces are still being taken.
    let older = one_asked(&tab.does(Session::fetch_older));
    tab.answer(&older, ok(&page(LOBBY, 41..=70, 90)));
    tab.in_the_garden();
    assert_eq!(tab.does(Session::frame), []);
}

#[test]
fn messages_taken_anew_from_the_end_come_with_the_end_in_view() {
    let mut tab = Tab::live();
    let far = one_asked(&tab.visit("/rooms/1/m/60"));
    tab.answer(&far, ok(&open_room(LOBBY, page(LOBBY, 51..=70, 90))));
    let newest = one_asked(&tab.does(Session::to_newest));
    let shown = tab.answer(&newest, ok(&open_room(LOBBY, page(LOBBY, 71..=90, 90))));
    assert_eq!(landing(&shown), Some(Landing::End));
}

#[test]
fn a_page_that_was_read_later_than_what_is_held_is_followed_by_a_question() {
    let mut tab = Tab::live();
    let far = one_asked(&tab.visit("/rooms/1/m/60"));
    tab.answer(&far, ok(&open_room(LOBBY, page(LOBBY, 51..=70, 90))));
    tab.hear(ServerFrame::MessageChanged(Message {
        seq: Seq(91),
        content: "Changed.".to_owned(),
        ..message(LOBBY, 20, BOB, "b20")
    }));
    let older = one_asked(&tab.does(Session::fetch_older));
    // It was read before that change.
    let taken = tab.answer(&older, ok(&page(LOBBY, 45..=50, 90)));
    assert_eq!(said(&taken), [&asks_sync(LOBBY, 90)]);
}

#[test]
fn the_mark_of_what_was_read_is_told_before_the_room_is_left() {
    let mut tab = Tab::live();
    let home = tab.visit("/");
    assert!(matches!(
        said(&home)[..],
        [ClientFrame::Read { seq: Seq(2), .. }]
    ));
    assert_eq!(tab.session.open_id(), None);
    assert!(tab.session.timeline_of(LOBBY).is_some());
}
