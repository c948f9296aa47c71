//! Editing and deleting one's own messages.

use super::*;

/// In the lobby, where Alice's message 3 is the last one.
fn with_own() -> Tab {
    let mut tab = Tab::live();
    tab.hear(stored(LOBBY, 3, "k3"));
    tab
}

fn edited(content: &str, seq: i64) -> ServerFrame {
    ServerFrame::MessageChanged(Message {
        seq: Seq(seq),
        content: content.to_owned(),
        edited_at: Some(Timestamp(1)),
        ..message(LOBBY, 3, ALICE, "k3")
    })
}

fn deleted(seq: i64) -> ServerFrame {
    ServerFrame::MessageChanged(Message {
        seq: Seq(seq),
        content: String::new(),
        deleted: true,
        ..message(LOBBY, 3, ALICE, "k3")
    })
}

#[test]
fn the_form_stays_open_until_the_message_says_the_change() {
    let mut tab = with_own();
    assert!(tab.session.edit_last());
    assert_eq!(*tab.session.editing(), Some(Number(3)));
    tab.does(|session| session.edited(Number(3), "Another"));
    assert_eq!(tab.session.edit_text(Number(3)), "Another");
    let saved = tab.does(|session| {
        assert_eq!(
            session.save_edit(Number(3), "Another text.".to_owned()),
            Ok(())
        );
    });
    assert!(matches!(
        said(&saved)[..],
        [ClientFrame::Edit {
            number: Number(3),
            ..
        }]
    ));
    assert_eq!(*tab.session.editing(), Some(Number(3)));
    let made = tab.hear(edited("Another text.", 4));
    assert_eq!(*tab.session.editing(), None);
    assert!(made.contains(&Effect::Focus(Field::Composer)));
}

#[test]
fn without_a_connection_it_says_so_and_keeps_what_was_typed() {
    let mut tab = with_own();
    tab.does(|session| session.begin_edit(Number(3)));
    tab.does(|session| session.closed(1006, ""));
    tab.does(|session| {
        assert!(
            session
                .save_edit(Number(3), "Another text.".to_owned())
                .is_err()
        );
    });
    assert_eq!(tab.session.edit_text(Number(3)), "Another text.");
    let told = tab.does(|session| session.delete(LOBBY, Number(3)));
    assert_eq!(notices(&told).len(), 1);
}

#[test]
fn a_change_that_is_none_closes_the_form_and_says_nothing() {
    let mut tab = with_own();
    tab.does(|session| session.begin_edit(Number(3)));
    let saved = tab.does(|session| {
        assert_eq!(session.save_edit(Number(3), "Text 3.".to_owned()), Ok(()));
    });
    assert!(said(&saved).is_empty());
    assert_eq!(*tab.session.editing(), None);
}

#[test]
fn a_message_that_was_removed_meanwhile_leaves_its_text_in_the_composer() {
    let mut tab = with_own();
    tab.does(|session| session.typed("typed"));
    tab.does(|session| session.begin_edit(Number(3)));
    tab.does(|session| session.edited(Number(3), "as it was to be"));
    let gone = tab.hear(deleted(4));
    let both = Effect::Write(Field::Composer, "as it was to be\ntyped".to_owned());
    assert!(gone.contains(&both));
    assert_eq!(notices(&gone).len(), 1);
    assert_eq!(*tab.session.editing(), None);
}

#[test]
fn a_page_that_comes_later_settles_what_happened_while_nobody_heard_it() {
    let storage = CountedStorage::default();
    let mut tab = Tab::live_with(storage.clone());
    tab.hear(stored(LOBBY, 3, "k3"));
    tab.does(|session| session.begin_edit(Number(3)));
    tab.does(|session| session.edited(Number(3), "Another text."));
    drop(tab);
    let changed = |content: &str| {
        let mut place = lobby(2);
        if let Some(open) = &mut place.open {
            open.history.messages.push(Message {
                content: content.to_owned(),
                ..message(LOBBY, 3, ALICE, "k3")
            });
            open.history.seq = Seq(3);
        }
        place
    };
    // The form of what is still to be said is there again.
    let tab = Tab::new(changed("Text 3."), storage.clone());
    assert_eq!(*tab.session.editing(), Some(Number(3)));
    assert_eq!(tab.session.edit_text(Number(3)), "Another text.");
    let tab = Tab::new(changed("Another text."), storage);
    assert_eq!(*tab.session.editing(), None);
}

#[test]
fn what_is_read_stays_where_it_is_when_a_form_comes_or_goes() {
    let mut tab = with_own();
    let begun = tab.does(|session| session.begin_edit(Number(3)));
    assert_eq!(begun, [Effect::KeepTop, Effect::Focus(Field::Editor)]);
    // While it is in view the log does not go on with the room.
    tab.viewport.has_form = true;
    tab.hear(posted(LOBBY, 4));
    assert!(!tab.session.follows());
    assert_eq!(tab.session.missed(), 1);
}

#[test]
fn nobody_without_a_message_of_their_own_has_one_to_edit() {
    let mut tab = Tab::live();
    tab.does(|session| assert!(!session.edit_last()));
}

#[test]
fn nothing_that_is_typed_moves_or_depends_on_what_is_seen() {
    let mut tab = with_own();
    let mut elsewhere = with_own();
    elsewhere.viewport = Viewport::default();
    let types: [fn(&mut Session); 2] = [
        |session| session.typed("Hello"),
        |session| session.edited(Number(3), "Another"),
    ];
    for types in types {
        let effects = tab.does(types);
        let is_said = |effect: &Effect| matches!(effect, Effect::Say(_));
        assert!(effects.iter().all(is_said), "{effects:?}");
        assert_eq!(elsewhere.does(types), effects);
    }
}

#[test]
fn who_deleted_their_own_message_may_have_it_back() {
    let mut tab = with_own();
    tab.hear(posted(LOBBY, 4));
    // What somebody else wrote is gone for good.
    let effects = tab.does(|session| session.took_away(Number(4)));
    let is_offer = |effect: &Effect| matches!(effect, Effect::Offer(..));
    assert!(!effects.iter().any(is_offer), "{effects:?}");
    for is_heard in [false, true] {
        if is_heard {
            tab.hear(deleted(5));
        }
        let effects = tab.does(|session| session.took_away(Number(3)));
        let offered = effects.iter().find_map(|effect| match effect {
            Effect::Offer(_, undo) => Some(*undo),
            _ => None,
        });
        assert_eq!(offered, Some(Undo::Delete(LOBBY, Number(3))));
        let asked = one_asked(&tab.does(|session| session.undo(offered.unwrap())));
        assert_eq!(asked.1, Ask::UndoDelete(LOBBY, Number(3)));
        // The frame shows it again.
        let answered = tab.answer(&asked, ok(&()));
        assert!(!answered.iter().any(is_offer));
    }
    tab.hear(edited("hello", 6));
    assert!(!tab.session.timeline().get(Number(3)).unwrap().deleted);
}
