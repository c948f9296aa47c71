//! What replies quote, as what they answer changes.

use super::*;
use parlour_protocol::{Person, Quote};

fn reply(number: i64, answered: &Message) -> Message {
    Message {
        reply_to: Some(answered.number),
        quote: Some(Quote::of(answered)),
        ..message(number, "yes")
    }
}

/// What each row says that it answers.
fn quotes(timeline: &Timeline) -> Vec<Option<String>> {
    let rows = timeline.rows(&[], None, utc);
    let quotes = rows.into_iter().filter_map(|row| match row {
        Row::Message(row) => Some(row.quote.map(|quote| quote.text)),
        _ => None,
    });
    quotes.collect()
}

#[test]
fn a_quote_follows_what_is_quoted_in_view_or_not() {
    let asked = message(1, "Where?");
    let answer = reply(7, &asked);
    let mut held = Timeline::new(page(1..=6, 6));
    let mut beyond = Timeline::new(History {
        has_older: true,
        ..page(5..=6, 6)
    });
    for timeline in [&mut held, &mut beyond] {
        timeline.apply(answer.clone());
        timeline.apply(edited(1, 8, "Where is it?"));
        assert_eq!(
            quotes(timeline).pop(),
            Some(Some("Where is it?".to_owned()))
        );
        let gone = Message {
            deleted: true,
            ..edited(1, 9, "")
        };
        timeline.apply(gone);
        assert_eq!(quotes(timeline).pop(), Some(Some(String::new())));
    }
}

#[test]
fn a_quote_is_of_what_its_author_is_called_now() {
    let mut timeline = Timeline::new(page(1..=1, 1));
    let answer = Message {
        user_id: UserId(2),
        ..reply(2, &message(1, ""))
    };
    timeline.apply(answer);
    let now = Person {
        id: UserId(1),
        name: "Alicia".to_owned(),
    };
    assert!(timeline.rename(UserId(1), &now));
    let quote = timeline
        .get(Number(2))
        .and_then(|reply| reply.quote.clone());
    assert_eq!(quote.map(|quote| quote.username), Some("Alicia".to_owned()));
}

#[test]
fn a_quote_of_who_is_blocked_does_not_say_it() {
    let mut timeline = Timeline::new(page(1..=1, 1));
    timeline.apply(Message {
        user_id: UserId(2),
        ..reply(2, &message(1, "secret"))
    });
    let mut rows = timeline.rows(&[], None, utc);
    hide(&mut rows, &[UserId(1)]);
    let Some(Row::Message(row)) = rows.pop() else {
        panic!("a reply is a message");
    };
    assert!(!row.is_hidden);
    assert_eq!(
        row.quote.map(|quote| quote.text),
        Some("Hidden message".to_owned())
    );
}

#[test]
fn a_reply_says_who_says_it_even_after_another_of_theirs() {
    let mut timeline = Timeline::new(page(1..=2, 2));
    timeline.apply(reply(3, &message(1, "")));
    assert_eq!(shape(&timeline.rows(&[], None, utc)), "DOmO");
}
