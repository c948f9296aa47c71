//! What is read from and saved to the browser's storage.

use super::*;

#[test]
fn to_send_costs_two_reads_and_two_writes_and_so_does_the_acknowledgement() {
    let storage = CountedStorage::default();
    let mut tab = Tab::live_with(storage.clone());
    for number in 3..6 {
        let key = format!("k{number}");
        tab.does(|session| session.typed("Hello"));
        storage.counted();
        tab.does(|session| session.send("Hello", key.clone()));
        let (reads, writes) = storage.counted();
        assert!(reads <= 2 && writes <= 2, "{reads} reads, {writes} writes");
        tab.hear(stored(LOBBY, number, &key));
        let (reads, writes) = storage.counted();
        assert!(reads <= 2 && writes <= 2, "{reads} reads, {writes} writes");
    }
    assert_eq!(storage.text("parlour.outbox"), "[]");
    assert_eq!(storage.text("parlour.drafts"), "[]");
}

#[test]
fn also_beside_another_tab_that_sends() {
    let storage = CountedStorage::default();
    let mut tab = Tab::live_with(storage.clone());
    let mut other = Tab::live_with(storage.clone());
    for number in 3..6 {
        other.send("Theirs", &format!("o{number}"));
        tab.does(|session| session.storage_changed(true));
        tab.does(|session| session.typed("Hello"));
        storage.counted();
        tab.does(|session| session.send("Hello", format!("k{number}")));
        let (reads, writes) = storage.counted();
        assert!(reads <= 2 && writes <= 2, "{reads} reads, {writes} writes");
    }
}

#[test]
fn two_tabs_that_acknowledge_in_turn_forget_nothing_that_a_third_one_slept_through() {
    let storage = CountedStorage::default();
    let mut asleep = Tab::live_with(storage.clone());
    let mut tabs = [0; 2].map(|_| Tab::live_with(storage.clone()));
    asleep.does(|session| session.closed(1006, ""));
    asleep.send("never", "k1");
    tabs[0].does(|session| session.storage_changed(true));
    tabs[0].does(|session| drop(session.discard("k1")));
    let within_budget = || {
        let (reads, writes) = storage.counted();
        assert!(reads <= 2 && writes <= 2, "{reads} reads, {writes} writes");
    };
    for number in 3..6 {
        for at in [0, 1] {
            tabs[at].does(|session| session.typed("Hello"));
            storage.counted();
            tabs[at].does(|session| session.send("Hello", format!("t{at}{number}")));
            within_budget();
        }
        // The first one finds the outbox as it left it, and not what the second one has settled.
        for at in [1, 0] {
            storage.counted();
            tabs[at].hear(stored(LOBBY, number, &format!("t{at}{number}")));
            within_budget();
        }
        tabs[1].does(|session| session.storage_changed(true));
    }
    for key in ["k1", "t03", "t13", "t04", "t14", "t05", "t15"] {
        let settled = storage.text("parlour.settled");
        assert!(settled.contains(key), "{key} is not in {settled}");
    }
    asleep.pass(1_000.0);
    asleep.does(Session::opened);
    assert!(keys(&asleep.hear(welcome(LOBBY, 2))).is_empty());
    assert_eq!(storage.text("parlour.outbox"), "[]");
}

#[test]
fn two_tabs_that_wrote_at_once_come_to_an_end() {
    let storage = CountedStorage::default();
    let mut tabs = [0; 2].map(|_| Tab::live_with(storage.clone()));
    for tab in &mut tabs {
        tab.does(|session| session.closed(1006, ""));
    }
    tabs[0].send("one", "k1");
    let unsettled = storage.text("parlour.outbox");
    tabs[1].does(|session| session.storage_changed(false));
    tabs[0].does(|session| drop(session.discard("k1")));
    // The other one had read before that, and wrote last.
    storage.save("parlour.outbox", &unsettled);
    storage.save("parlour.settled", "[]");
    storage.counted();
    for _ in 0..3 {
        for tab in &mut tabs {
            tab.does(|session| session.storage_changed(false));
        }
    }
    storage.counted();
    for tab in &mut tabs {
        tab.does(|session| session.storage_changed(false));
        assert!(tab.session.outbox().is_empty());
    }
    assert_eq!(storage.counted().1, 0, "they go on writing");
    assert_eq!(storage.text("parlour.settled"), r#"["k1"]"#);
}

#[test]
fn what_is_settled_while_the_storage_is_full_is_stored_with_the_next_change() {
    let storage = CountedStorage::default();
    let mut tab = Tab::live_with(storage.clone());
    tab.send("one", "k1");
    storage.fill(true);
    tab.hear(stored(LOBBY, 3, "k1"));
    storage.fill(false);
    tab.send("two", "k2");
    assert_eq!(storage.text("parlour.settled"), r#"["k1"]"#);
}

#[test]
fn what_is_discarded_while_the_storage_is_nearly_full_stays_gone_in_every_tab() {
    let storage = CountedStorage::default();
    let [mut author, mut other] = [0; 2].map(|_| Tab::live_with(storage.clone()));
    author.does(|session| session.closed(1006, ""));
    author.send("one", "k1");
    other.does(|session| session.storage_changed(false));
    storage.leave_room(1);
    author.does(|session| drop(session.discard("k1")));
    assert_eq!(storage.text("parlour.settled"), r#"["k1"]"#);
    other.does(|session| session.storage_changed(false));
    assert!(other.session.outbox().is_empty());
}

#[test]
fn messages_of_others_cost_nothing_of_it() {
    let storage = CountedStorage::default();
    let mut tab = Tab::live_with(storage.clone());
    storage.counted();
    (3..50).for_each(|number| drop(tab.hear(posted(LOBBY, number))));
    assert_eq!(storage.counted(), (0, 0));
}

#[test]
fn two_tabs_share_what_is_sent() {
    let storage = CountedStorage::default();
    let mut first = Tab::live_with(storage.clone());
    let mut second = Tab::live_with(storage);
    first.send("one", "k1");
    second.does(|session| session.storage_changed(false));
    assert!(second.session.outbox().contains("k1"));
    // Whoever of them lives sends.
    assert_eq!(keys(&second.pass(1_000.0)), ["k1"]);
    first.hear(stored(LOBBY, 3, "k1"));
    second.does(|session| session.storage_changed(false));
    assert!(second.session.outbox().is_empty());
}

#[test]
fn what_another_tab_gave_up_a_moment_ago_is_not_sent() {
    let storage = CountedStorage::default();
    let mut first = Tab::live_with(storage.clone());
    first.does(|session| session.closed(1006, ""));
    first.send("one", "k1");
    let mut second = Tab::live_with(storage);
    second.does(|session| drop(session.discard("k1")));
    // Nobody has told the first one yet.
    first.pass(1_000.0);
    first.does(Session::opened);
    assert!(keys(&first.hear(welcome(LOBBY, 2))).is_empty());
}

#[test]
fn what_another_tab_gave_up_stays_given_up_whoever_settles_something_next() {
    let storage = CountedStorage::default();
    let [mut late, mut author, mut other] = [0; 3].map(|_| Tab::live_with(storage.clone()));
    author.does(|session| session.closed(1006, ""));
    author.send("one", "k1");
    other.does(|session| session.closed(1006, ""));
    other.does(|session| session.storage_changed(false));
    author.does(|session| drop(session.discard("k1")));
    // The outbox stands in storage as it did before, and this tab was told of nothing.
    late.send("two", "k2");
    late.hear(stored(LOBBY, 3, "k2"));
    other.does(|session| session.storage_changed(false));
    assert!(!other.session.outbox().contains("k1"));
    assert_eq!(storage.text("parlour.outbox"), "[]");
}

#[test]
fn a_storage_that_is_full_is_told_of_and_loses_nothing_while_the_tab_lives() {
    let storage = CountedStorage::default();
    let mut tab = Tab::live_with(storage.clone());
    storage.fill(true);
    assert_eq!(keys(&tab.send("one", "k1")), ["k1"]);
    assert!(!tab.session.keeps());
    tab.does(|session| session.closed(1006, ""));
    storage.fill(false);
    tab.pass(1_000.0);
    tab.open_socket(2);
    assert!(storage.text("parlour.outbox").contains("k1"));
    tab.does(|session| session.typed("again"));
    assert!(tab.session.keeps());
}

#[test]
fn a_page_that_is_loaded_again_takes_up_what_was_written() {
    let storage = CountedStorage::default();
    let mut tab = Tab::live_with(storage.clone());
    tab.does(|session| session.closed(1006, ""));
    tab.send("one", "k1");
    tab.does(|session| session.typed("not yet"));
    drop(tab);
    let mut tab = Tab::new(lobby(2), storage.clone());
    assert_eq!(tab.session.typed_length(), 7);
    tab.does(Session::opened);
    assert_eq!(keys(&tab.hear(welcome(LOBBY, 2))), ["k1"]);
    // Stored, and acknowledged while nobody was there to hear it.
    let mut place = lobby(2);
    if let Some(open) = &mut place.open {
        open.history.messages.push(message(LOBBY, 3, ALICE, "k1"));
        open.history.seq = Seq(3);
    }
    let tab = Tab::new(place, storage);
    assert!(tab.session.outbox().is_empty());
}

#[test]
fn what_is_typed_while_another_tab_types_elsewhere_leaves_that_alone() {
    let storage = CountedStorage::default();
    let mut first = Tab::live_with(storage.clone());
    let mut second = Tab::live_with(storage);
    let garden = second.visit("/rooms/2");
    second.answer(
        &one_asked(&garden),
        ok(&open_room(GARDEN, page(GARDEN, 1..=1, 1))),
    );
    second.does(|session| session.typed("flowers"));
    first.does(|session| session.typed("tea"));
    let shown = second.does(|session| session.storage_changed(false));
    let draft = Effect::Write(Field::Composer, "flowers".to_owned());
    assert!(shown.contains(&draft));
}

#[test]
fn a_room_has_a_draft_while_something_is_written_in_it_and_other_tabs_are_told() {
    let storage = CountedStorage::default();
    let mut tab = Tab::live_with(storage.clone());
    let mut other = Tab::live_with(storage.clone());
    assert!(!tab.session.has_draft(LOBBY));
    tab.does(|session| session.typed("Hello"));
    assert!(tab.session.has_draft(LOBBY));
    other.does(|session| session.storage_changed(true));
    assert!(other.parts.has(Part::Rooms), "its line is drawn again");
    assert!(other.session.has_draft(LOBBY));
    // Nor is it looked up by each letter.
    tab.does(|session| session.typed("Hello!"));
    assert!(!tab.parts.has(Part::Rooms));
    tab.does(|session| session.typed("  "));
    assert!(!tab.session.has_draft(LOBBY));
    // A page that begins knows of it, whichever room it shows.
    tab.does(|session| session.typed("Hello"));
    let mut late = Tab::live_with(storage);
    late.does(|session| session.restore(""));
    assert!(late.session.has_draft(LOBBY));
}
