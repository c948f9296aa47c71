//! How days, notes and what is on its way stand among the messages.

use super::*;
use crate::outbox::{Delivery, Pending};
use parlour_protocol::{RoomId, User, UserKind};

const ME: UserId = UserId(1);

fn note(timeline: &mut Timeline, name: &str, event: SystemEvent, at: &str) {
    timeline.note(name.to_owned(), event, Some(time(at)));
}

/// Messages of one person that were stored at these times.
fn stored(times: &[&str]) -> Timeline {
    let last = times.len() as i64;
    let mut history = page(1..=last, last);
    for (at, m) in times.iter().zip(&mut history.messages) {
        m.timestamp = time(at);
        m.user_id = ME;
    }
    Timeline::new(history)
}

/// What the days and notes of these rows say.
fn said_in(rows: &[Row]) -> Vec<String> {
    let said = rows.iter().filter_map(|row| match row {
        Row::Day { date, .. } => Some(date.clone()),
        Row::Note { joined, left, .. } => {
            let said = said(joined, left);
            Some(
                said.into_iter()
                    .map(|(name, words)| name + &words)
                    .collect(),
            )
        }
        Row::Message(_) | Row::New | Row::Pending(_) => None,
    });
    said.collect()
}

#[test]
fn those_who_come_and_go_are_one_line_and_split_no_group() {
    let mut timeline = stored(&["2026-01-03T10:00:00Z"]);
    let noon = "2026-01-03T10:01:00Z";
    for name in ["Ben", "Cleo", "Dan", "Eve", "Fay"] {
        note(&mut timeline, name, SystemEvent::Joined, noon);
    }
    let mut next = message(2, "b");
    next.timestamp = time("2026-01-03T10:02:00Z");
    next.user_id = ME;
    next.username = timeline.messages[0].username.clone();
    timeline.apply(next);
    let rows = timeline.rows(&[], None, utc);
    assert_eq!(shape(&rows), "DONm");
    assert_eq!(
        said_in(&rows),
        ["3 January 2026", "Ben, Cleo and 3 others joined"]
    );
    timeline.drop_notes();
    assert_eq!(shape(&timeline.rows(&[], None, utc)), "DOm");
}

#[test]
fn of_who_came_and_went_the_last_counts() {
    let name = |name: &str| name.to_owned();
    let sentence = |joined: &[&str], left: &[&str]| {
        let names = |of: &[&str]| of.iter().map(|of| name(of)).collect::<Vec<_>>();
        let said = said(&names(joined), &names(left)).into_iter();
        said.map(|(name, words)| name + &words).collect::<String>()
    };
    assert_eq!(sentence(&["Ben"], &[]), "Ben joined");
    assert_eq!(sentence(&[], &["Ben", "Cleo"]), "Ben and Cleo left");
    assert_eq!(sentence(&["A", "B", "C"], &[]), "A, B and C joined");
    assert_eq!(
        sentence(&["A", "B", "C", "D"], &["E"]),
        "A, B and 2 others joined, E left"
    );
    let mut timeline = stored(&[]);
    let noon = "2026-01-03T12:00:00Z";
    note(&mut timeline, "Ben", SystemEvent::Joined, noon);
    note(&mut timeline, "Cleo", SystemEvent::Joined, noon);
    note(&mut timeline, "Ben", SystemEvent::Left, noon);
    let rows = timeline.rows(&[], None, utc);
    assert_eq!(said_in(&rows), ["3 January 2026", "Cleo joined, Ben left"]);
}

#[test]
fn a_line_that_grows_has_another_key() {
    let mut timeline = stored(&["2026-01-03T10:00:00Z"]);
    let noon = "2026-01-03T12:00:00Z";
    note(&mut timeline, "Ben", SystemEvent::Joined, noon);
    let before = keys(&timeline.rows(&[], None, utc));
    note(&mut timeline, "Cleo", SystemEvent::Joined, noon);
    let after = keys(&timeline.rows(&[], None, utc));
    assert_eq!(before[..2], after[..2]);
    assert_ne!(before[2], after[2]);
}

#[test]
fn a_note_stands_under_the_day_it_was_heard_on() {
    let mut timeline = stored(&["2026-01-03T22:00:00Z"]);
    note(
        &mut timeline,
        "Ben",
        SystemEvent::Joined,
        "2026-01-03T23:30:00Z",
    );
    note(
        &mut timeline,
        "Cleo",
        SystemEvent::Joined,
        "2026-01-04T08:00:00Z",
    );
    assert_eq!(shape(&timeline.rows(&[], None, utc)), "DONDN");
    let mut next = message(2, "b");
    next.timestamp = time("2026-01-04T09:00:00Z");
    timeline.apply(next);
    let rows = timeline.rows(&[], None, utc);
    assert_eq!(shape(&rows), "DONDNO");
    // In Berlin it was the next day when Ben came.
    assert_eq!(shape(&timeline.rows(&[], None, berlin)), "DODNO");
    keys(&rows);
}

#[test]
fn a_clock_that_is_wrong_puts_no_note_past_a_message() {
    let mut timeline = stored(&["2026-01-03T22:00:00Z"]);
    note(
        &mut timeline,
        "Ben",
        SystemEvent::Joined,
        "2019-01-01T00:00:00Z",
    );
    note(
        &mut timeline,
        "Cleo",
        SystemEvent::Left,
        "2031-01-01T00:00:00Z",
    );
    let mut next = message(2, "b");
    next.timestamp = time("2026-01-03T22:01:00Z");
    timeline.apply(next);
    assert_eq!(shape(&timeline.rows(&[], None, utc)), "DONm");
}

#[test]
fn today_and_yesterday_are_called_so_and_only_their_rows_change() {
    let times = [
        "2026-01-02T10:00:00Z",
        "2026-01-03T10:00:00Z",
        "2026-01-04T10:00:00Z",
    ];
    let timeline = stored(&times);
    let named = |today| {
        let mut rows = timeline.rows(&[], None, utc);
        name_days(&mut rows, today);
        rows
    };
    let fourth = 20_457;
    let (unknown, today, tomorrow) = (named(None), named(Some(fourth)), named(Some(fourth + 1)));
    let dates = ["2 January 2026", "3 January 2026", "4 January 2026"];
    assert_eq!(said_in(&unknown), dates);
    assert_eq!(said_in(&today), [dates[0], "Yesterday", "Today"]);
    assert_eq!(said_in(&tomorrow), [dates[0], dates[1], "Yesterday"]);
    let differing = |one: &[Row], other: &[Row]| -> Vec<usize> {
        let (one, other) = (keys(one), keys(other));
        (0..one.len()).filter(|&at| one[at] != other[at]).collect()
    };
    assert_eq!(differing(&unknown, &today), [2, 4]);
    assert_eq!(differing(&today, &tomorrow), [2, 4]);
}

fn me(timeline: &Timeline) -> User {
    let name = timeline.messages.last().map(|m| m.username.clone());
    User {
        id: ME,
        name: name.unwrap_or_default(),
        kind: UserKind::Guest,
        account: None,
    }
}

fn pending(key: &str, refused: bool) -> Pending {
    let reason = "No.".to_owned();
    Pending {
        client_id: key.to_owned(),
        room_id: RoomId(1),
        content: "Hello".to_owned(),
        reply_to: None,
        author: Some(ME),
        tries: 0,
        state: match refused {
            true => Delivery::Refused { reason },
            false => Delivery::Queued,
        },
    }
}

fn pending_shape(timeline: &Timeline, me: &User, refused: &[bool], now: Option<&str>) -> String {
    let sends = refused.iter().zip(0..);
    let sends = sends.map(|(refused, n)| pending(&format!("k{n}"), *refused));
    let rows = timeline.pending_rows(sends.collect(), Some(me), now.map(time), utc);
    shape(&rows)
}

#[test]
fn what_is_on_its_way_stands_as_it_will_when_it_is_stored() {
    let timeline = stored(&["2026-01-03T22:00:00Z"]);
    let me = me(&timeline);
    let shape = |refused: &[bool], now| pending_shape(&timeline, &me, refused, now);
    let soon = Some("2026-01-03T22:03:00Z");
    assert_eq!(shape(&[false, false], soon), "mm");
    assert_eq!(shape(&[false, false], Some("2026-01-03T22:06:00Z")), "Om");
    assert_eq!(shape(&[false, false], Some("2026-01-04T00:00:01Z")), "DOm");
    assert_eq!(shape(&[false], None), "m", "nobody knows better");
    // What was refused stays behind.
    assert_eq!(shape(&[true, false, true, false], soon), "OmOm");
    assert_eq!(shape(&[true, false], Some("2026-01-04T08:00:00Z")), "ODO");
    let another = User {
        id: UserId(2),
        ..me.clone()
    };
    assert_eq!(pending_shape(&timeline, &another, &[false], soon), "O");
    assert_eq!(pending_shape(&stored(&[]), &me, &[false], soon), "DO");
    assert_eq!(pending_shape(&stored(&[]), &me, &[false], None), "O");
}

#[test]
fn a_day_that_has_begun_with_a_note_does_not_begin_again() {
    let mut timeline = stored(&["2026-01-03T22:00:00Z"]);
    note(
        &mut timeline,
        "Ben",
        SystemEvent::Joined,
        "2026-01-04T08:00:00Z",
    );
    let me = me(&timeline);
    let shape = pending_shape(&timeline, &me, &[false], Some("2026-01-04T08:01:00Z"));
    assert_eq!(shape, "O");
}

#[test]
fn stored_it_stands_where_it_stood_whoever_wrote_before() {
    // Every author, pause and deletion before it.
    for author in [ME, UserId(2)] {
        for minutes in [0, 4, 5, 6, 600, 1_439, 1_441] {
            for deleted in [false, true] {
                let mut timeline = stored(&["2026-01-03T00:00:00Z"]);
                let me = me(&timeline);
                let mut last = (*timeline.messages[0]).clone();
                (last.user_id, last.deleted, last.seq) = (author, deleted, Seq(2));
                timeline.apply(last.clone());
                let now = Timestamp(last.timestamp.0 + minutes * 60_000);
                let text = now.to_string();
                let expected = pending_shape(&timeline, &me, &[false], Some(&text));
                let before = timeline.rows(&[], None, utc).len();
                let mut next = message(3, "Hello");
                (next.user_id, next.username, next.timestamp) = (ME, me.name, now);
                timeline.apply(next);
                let rows = timeline.rows(&[], None, utc);
                let case = format!("{author}, {minutes} min, {deleted}");
                assert_eq!(shape(&rows[before..]), expected, "{case}");
            }
        }
    }
}
