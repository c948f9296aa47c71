//! Whom messages mention, as they come to be called otherwise.

use super::*;
use parlour_protocol::json::FromJson;
use parlour_protocol::{Document, Person};

fn mentioning(number: i64, id: i64, name: &str) -> Message {
    let tree = format!(r#"[["p",["mention","{id}","@{name}"]]]"#);
    Message {
        doc: Document::from_text(&tree),
        mentions: vec![person(id, name)],
        user_id: UserId(1),
        ..message(number, &format!("@{name}"))
    }
}

fn person(id: i64, name: &str) -> Person {
    Person {
        id: UserId(id),
        name: name.to_owned(),
    }
}

fn last_row(timeline: &Timeline, mine: &[UserId]) -> MessageRow {
    let rows = timeline.rows(mine, None, utc);
    match rows.into_iter().next_back() {
        Some(Row::Message(row)) => row,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_mention_is_of_what_somebody_is_called_now_and_drawn_anew_for_it() {
    let mut timeline = Timeline::new(page(1..=1, 1));
    timeline.apply(mentioning(2, 9, "Al"));
    let before = Row::Message(last_row(&timeline, &[])).key();
    assert!(timeline.rename(UserId(9), &person(9, "Alice")));
    assert!(!timeline.rename(UserId(9), &person(9, "Alice")));
    let row = last_row(&timeline, &[]);
    assert_eq!(row.message.mentions, [person(9, "Alice")]);
    assert_ne!(Row::Message(row).key(), before);
    // A guest who is an account from now on has its id in the tree, too.
    assert!(timeline.rename(UserId(9), &person(7, "Alicia")));
    let message = last_row(&timeline, &[]).message;
    assert_eq!(message.mentions, [person(7, "Alicia")]);
    assert_eq!(message.doc.as_ref().unwrap().mentions(), [UserId(7)]);
}

#[test]
fn what_mentions_who_is_looking_is_for_them() {
    let mut timeline = Timeline::new(page(1..=1, 1));
    timeline.apply(mentioning(2, 9, "Al"));
    for (mine, is_for_you) in [
        (vec![9], true),
        (vec![8, 9], true),
        (vec![8], false),
        (vec![], false),
    ] {
        let mine: Vec<UserId> = mine.into_iter().map(UserId).collect();
        assert_eq!(
            last_row(&timeline, &mine).is_for_you,
            is_for_you,
            "{mine:?}"
        );
    }
    let to_all = Message {
        mentions_all: true,
        user_id: UserId(1),
        ..message(3, "@room")
    };
    timeline.apply(to_all);
    assert!(last_row(&timeline, &[UserId(8)]).is_for_you);
    assert!(!last_row(&timeline, &[UserId(1)]).is_for_you);
}
