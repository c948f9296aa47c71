//! Answering a message: what is said above the composer, and what is sent.

use super::*;

/// What the messages that are to be said answer.
fn answered(effects: &[Effect]) -> Vec<Option<Number>> {
    let said = effects.iter().filter_map(|effect| match effect {
        Effect::Say(ClientFrame::Message { reply_to, .. }) => Some(*reply_to),
        _ => None,
    });
    said.collect()
}

#[test]
fn a_reply_is_sent_once_and_what_comes_after_it_answers_nothing() {
    let mut tab = Tab::live();
    let effects = tab.does(|session| session.reply_to(Number(2)));
    assert!(effects.contains(&Effect::Focus(Field::Composer)));
    let quote = tab
        .session
        .quoted()
        .map(|quote| (quote.username, quote.text));
    assert_eq!(quote, Some(("Bob".to_owned(), "Text 2.".to_owned())));
    assert_eq!(answered(&tab.send("yes", "k1")), [Some(Number(2))]);
    assert_eq!(tab.session.answers(), None);
    tab.hear(stored(LOBBY, 3, "k1"));
    assert_eq!(answered(&tab.send("and", "k2")), [None]);
}

#[test]
fn who_answers_nothing_after_all_is_asked_no_more() {
    let mut tab = Tab::live();
    tab.does(|session| session.reply_to(Number(2)));
    assert!(tab.session.reply_to_none());
    assert!(
        !tab.session.reply_to_none(),
        "the key means something else now"
    );
    assert_eq!(answered(&tab.send("x", "k1")), [None]);
}

#[test]
fn what_is_answered_is_kept_with_the_draft_of_its_room() {
    let storage = CountedStorage::default();
    let mut tab = Tab::live_with(storage.clone());
    tab.does(|session| session.reply_to(Number(2)));
    tab.does(|session| session.typed("half a"));
    let mut reloaded = Tab::live_with(storage);
    assert_eq!(reloaded.session.answers(), Some(Number(2)));
    assert_eq!(answered(&reloaded.send("whole", "k1")), [Some(Number(2))]);
}

#[test]
fn a_refused_reply_that_is_taken_back_still_answers() {
    let mut tab = Tab::live();
    tab.does(|session| session.reply_to(Number(2)));
    tab.send("no", "k1");
    tab.hear(refusal(LOBBY, Some("k1"), ErrorCode::Forbidden, None));
    tab.does(|session| session.take_back("k1", ""));
    assert_eq!(tab.session.answers(), Some(Number(2)));
}

#[test]
fn what_is_answered_is_shown_above_a_reply_that_is_not_stored_yet() {
    let mut tab = Tab::live();
    tab.does(|session| session.reply_to(Number(1)));
    tab.send("yes", "k1");
    let pending = tab.session.outbox().pending(LOBBY);
    let rows = tab
        .session
        .timeline()
        .pending_rows(pending, None, None, crate::timeline::utc);
    let quotes = rows.iter().filter_map(|row| match row {
        crate::timeline::Row::Pending(row) => row.quote.as_ref(),
        _ => None,
    });
    let texts: Vec<_> = quotes.map(|quote| quote.text.as_str()).collect();
    assert_eq!(texts, ["Text 1."]);
}
