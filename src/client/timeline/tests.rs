//! The timeline against hand-made frames, and against a model server under a random network.

mod mentions;
pub(super) mod model;
mod quotes;
mod standing;

use super::*;
use model::{message, page};
use parlour_protocol::Timestamp;

const LIVE_NEW: Applied = Applied::Live { is_new: true };
const LIVE_OLD: Applied = Applied::Live { is_new: false };

fn numbers(timeline: &Timeline) -> Vec<i64> {
    timeline.messages.iter().map(|m| m.number.0).collect()
}

fn edited(number: i64, seq: i64, content: &str) -> Message {
    let mut message = message(number, content);
    message.seq = Seq(seq);
    message
}

/// `D` a day, `L` the line *New*, `N` a note, `O` a message that opens a group, `m` one that does not.
fn shape(rows: &[Row]) -> String {
    let letter = |row: &Row| match row {
        Row::Day { .. } => 'D',
        Row::New => 'L',
        Row::Note { .. } => 'N',
        Row::Message(MessageRow { opens_group, .. })
        | Row::Pending(PendingRow { opens_group, .. }) => match opens_group {
            true => 'O',
            false => 'm',
        },
    };
    rows.iter().map(letter).collect()
}

fn keys(rows: &[Row]) -> Vec<Key> {
    let keys: Vec<Key> = rows.iter().map(Row::key).collect();
    let mut unique = keys.clone();
    unique.sort();
    unique.dedup();
    assert_eq!(unique.len(), keys.len(), "keys repeat: {keys:?}");
    keys
}

#[test]
fn the_next_change_applies_a_known_one_does_not_and_a_later_one_asks() {
    let mut timeline = Timeline::new(page(1..=3, 3));
    assert_eq!(timeline.apply(message(4, "d")), LIVE_NEW);
    assert_eq!(timeline.apply(message(4, "d")), Applied::Stale);
    assert_eq!(
        timeline.apply(message(7, "g")),
        Applied::Gap { after: Seq(4) }
    );
    assert_eq!(timeline.apply(edited(2, 5, "B")), LIVE_OLD);
    assert_eq!(timeline.step(Seq(6)), LIVE_OLD);
    assert_eq!(
        (timeline.seq(), numbers(&timeline)),
        (Seq(6), vec![1, 2, 3, 4])
    );
    assert_eq!(
        timeline.get(Number(2)).map(|m| m.content.as_str()),
        Some("B")
    );
}

#[test]
fn what_is_held_is_known_by_its_author_and_key() {
    let timeline = Timeline::new(page(1..=3, 3));
    let Message {
        user_id, client_id, ..
    } = message(2, "b");
    assert_eq!(timeline.author_of(&client_id), Some(user_id));
    assert_eq!(timeline.author_of("another"), None);
}

#[test]
fn a_sync_fills_the_gap_and_stands_where_it_belongs() {
    let mut timeline = Timeline::new(page(1..=2, 2));
    let first = vec![message(4, "d")];
    assert_eq!(
        timeline.apply_sync(first, Seq(2), Seq(5), false, false),
        Synced::More { after: Seq(5) }
    );
    let second = vec![edited(3, 6, "C"), edited(1, 7, "A")];
    assert_eq!(
        timeline.apply_sync(second, Seq(5), Seq(7), true, false),
        Synced::CaughtUp
    );
    assert_eq!(
        (timeline.seq(), numbers(&timeline)),
        (Seq(7), vec![1, 2, 3, 4])
    );
}

#[test]
fn a_sync_with_a_hole_before_it_is_ignored_and_a_reset_is_told() {
    let mut timeline = Timeline::new(page(1..=2, 2));
    let before = timeline.clone();
    assert_eq!(
        timeline.apply_sync(vec![message(5, "e")], Seq(4), Seq(5), true, false),
        Synced::Ignored
    );
    assert_eq!(
        timeline.apply_sync(vec![], Seq(2), Seq(9_000), false, true),
        Synced::Reset
    );
    assert_eq!(timeline, before);
}

#[test]
fn being_behind_the_heartbeat_asks() {
    let timeline = Timeline::new(page(1..=2, 2));
    assert_eq!(
        (
            timeline.heard(Seq(1)),
            timeline.heard(Seq(2)),
            timeline.heard(Seq(3))
        ),
        (None, None, Some(Seq(2)))
    );
}

#[test]
fn an_empty_room_takes_its_first_message() {
    let mut timeline = Timeline::new(History::default());
    assert!(timeline.is_empty() && !timeline.has_older() && !timeline.has_newer());
    assert_eq!(timeline.apply(message(1, "a")), LIVE_NEW);
    assert_eq!(
        (timeline.first_number(), timeline.last_number()),
        (Some(Number(1)), Some(Number(1)))
    );
}

#[test]
fn a_detached_window_appends_nothing_and_still_shows_edits() {
    let mut history = page(3..=5, 9);
    history.has_newer = true;
    history.has_older = true;
    let mut timeline = Timeline::new(history);
    assert_eq!(timeline.apply(message(10, "j")), LIVE_NEW);
    assert_eq!(timeline.apply(edited(4, 11, "D")), LIVE_OLD);
    assert_eq!(timeline.apply(edited(1, 12, "A")), LIVE_OLD);
    assert_eq!(
        (timeline.seq(), numbers(&timeline)),
        (Seq(12), vec![3, 4, 5])
    );
    assert!(timeline.has_newer());
    // Read before message 10 came: it attaches, and asks for what it lacks.
    timeline.append(page(6..=9, 9));
    assert!(!timeline.has_newer());
    assert_eq!(
        (timeline.behind(), timeline.heard(Seq(12))),
        (Some(Seq(9)), Some(Seq(9)))
    );
    let missing = vec![message(10, "j"), edited(4, 11, "D"), edited(1, 12, "A")];
    assert_eq!(
        timeline.apply_sync(missing, Seq(9), Seq(12), true, false),
        Synced::CaughtUp
    );
    assert_eq!(numbers(&timeline), (3..=10).collect::<Vec<_>>());
    assert_eq!(timeline.behind(), None);
}

#[test]
fn a_page_read_later_keeps_its_state_when_older_frames_come() {
    let mut history = page(3..=4, 4);
    history.has_older = true;
    let mut timeline = Timeline::new(history);
    let mut older = page(1..=2, 6);
    older.messages[0] = edited(1, 6, "second");
    timeline.prepend(older);
    assert_eq!(
        (timeline.seq(), timeline.has_older(), timeline.behind()),
        (Seq(4), false, None)
    );
    assert_eq!(timeline.apply(edited(1, 5, "first")), LIVE_OLD);
    assert_eq!(
        timeline.get(Number(1)).map(|m| m.content.as_str()),
        Some("second")
    );
}

#[test]
fn a_full_window_lets_the_far_end_go() {
    let last = WINDOW as i64;
    let mut timeline = Timeline::new(page(1..=last, last));
    timeline.apply(message(last + 1, "x"));
    assert_eq!(
        (timeline.len(), timeline.first_number()),
        (WINDOW, Some(Number(2)))
    );
    assert!(timeline.has_older() && !timeline.has_newer());
    timeline.prepend(page(1..=1, last + 1));
    assert_eq!(
        (timeline.len(), timeline.last_number()),
        (WINDOW, Some(Number(last)))
    );
    assert!(!timeline.has_older() && timeline.has_newer());
}

#[test]
fn a_page_that_no_longer_joins_is_left_out() {
    let last = 100 + WINDOW as i64;
    let mut history = page(101..=last, last);
    history.has_older = true;
    let mut timeline = Timeline::new(history);
    timeline.apply(message(last + 1, "x"));
    timeline.prepend(page(1..=100, last));
    assert_eq!(
        timeline.first_number(),
        Some(Number(102)),
        "101 was let go while the page was read"
    );
    timeline.prepend(page(1..=101, last));
    assert_eq!(timeline.first_number(), Some(Number(1)));
}

#[test]
fn what_somebody_is_reading_is_not_let_go() {
    let last = WINDOW as i64;
    let mut timeline = Timeline::new(page(1..=last, last));
    timeline.keep_in_view(Some(Number(1)));
    assert_eq!(timeline.apply(message(last + 1, "x")), LIVE_NEW);
    assert_eq!(
        (timeline.first_number(), timeline.last_number()),
        (Some(Number(1)), Some(Number(last)))
    );
    assert!(timeline.has_newer());
}

#[test]
fn groups_open_by_author_time_day_and_deletion() {
    let mut history = page(1..=7, 7);
    let minute = |n: i64| Timestamp(n * 60_000);
    for (at, m) in [0, 5, 11, 12, 13, 14, 1_441]
        .into_iter()
        .zip(&mut history.messages)
    {
        m.timestamp = minute(at);
    }
    history.messages[3].user_id = UserId(9);
    history.messages[4].user_id = UserId(9);
    history.messages[4].deleted = true;
    history.messages[5].user_id = UserId(9);
    let mut timeline = Timeline::new(history);
    assert_eq!(shape(&timeline.rows(&[], None, utc)), "DOmOOmODO");
    timeline.note("Bob".to_owned(), SystemEvent::Joined, None);
    timeline.note("Bob".to_owned(), SystemEvent::Joined, None);
    timeline.apply(message(8, "h"));
    // The note was heard on nobody knows which day.
    assert_eq!(shape(&timeline.rows(&[], None, utc)), "DOmOOmODONDO");
    assert_eq!(timeline.last_own(&[UserId(9)]), Some(Number(6)));
    assert_eq!(timeline.posts_after(Seq(5), &[UserId(9)]), 2, "without 6");
    assert_eq!(timeline.posts_after(Seq(8), &[]), 0);
    keys(&timeline.rows(&[], None, utc));
}

#[test]
fn a_day_that_begins_twice_has_two_keys() {
    let mut history = page(1..=3, 3);
    for (day, m) in [0, 1, 0].into_iter().zip(&mut history.messages) {
        m.timestamp = Timestamp(1_767_398_400_000 + day * 86_400_000);
    }
    let rows = Timeline::new(history).rows(&[], None, utc);
    assert_eq!(shape(&rows), "DODODO");
    let keys = keys(&rows);
    assert_eq!(
        (&keys[0], &keys[4]),
        (&Key::Day(20_456, 0, None), &Key::Day(20_456, 1, None))
    );
    let Row::Day { date, datetime, .. } = &rows[0] else {
        panic!("a day line comes first")
    };
    assert_eq!(
        (date.as_str(), datetime.as_str()),
        ("3 January 2026", "2026-01-03")
    );
}

/// Berlin: an hour ahead of UTC, two from the last Sunday of March to that of October 2026.
fn berlin(at: Timestamp) -> i32 {
    let summer = time("2026-03-29T01:00:00Z")..time("2026-10-25T01:00:00Z");
    if summer.contains(&at) { 120 } else { 60 }
}

/// Half an hour less in winter.
fn lord_howe(at: Timestamp) -> i32 {
    let winter = time("2026-04-04T15:00:00Z")..time("2026-10-03T15:30:00Z");
    if winter.contains(&at) { 630 } else { 660 }
}

fn time(text: &str) -> Timestamp {
    text.parse().unwrap()
}

/// The day lines of messages that were stored at these times.
fn days(times: &[&str], zone: Zone) -> Vec<String> {
    let last = times.len() as i64;
    let mut history = page(1..=last, last);
    for (at, m) in times.iter().zip(&mut history.messages) {
        m.timestamp = time(at);
    }
    let rows = Timeline::new(history).rows(&[], None, zone);
    let day = |row| match row {
        Row::Day { datetime, .. } => Some(datetime),
        _ => None,
    };
    rows.into_iter().filter_map(day).collect()
}

#[test]
fn a_day_line_has_the_offset_of_its_own_day() {
    assert_eq!(
        days(&["2026-07-10T22:10:00Z", "2026-11-10T22:10:00Z"], berlin),
        ["2026-07-11", "2026-11-10"]
    );
    assert_eq!(
        days(&["2026-07-10T22:10:00Z", "2026-11-10T22:10:00Z"], utc),
        ["2026-07-10", "2026-11-10"]
    );
    // The night in which the clocks are put forward, and that in which they are put back.
    assert_eq!(
        days(
            &[
                "2026-03-28T22:59:00Z",
                "2026-03-28T23:00:00Z",
                "2026-03-29T21:59:00Z",
                "2026-03-29T22:00:00Z"
            ],
            berlin
        ),
        ["2026-03-28", "2026-03-29", "2026-03-30"]
    );
    assert_eq!(
        days(
            &[
                "2026-10-24T21:59:00Z",
                "2026-10-24T22:00:00Z",
                "2026-10-25T22:59:00Z",
                "2026-10-25T23:00:00Z"
            ],
            berlin
        ),
        ["2026-10-24", "2026-10-25", "2026-10-26"]
    );
    assert_eq!(
        days(
            &[
                "2026-01-10T13:00:00Z",
                "2026-07-10T13:15:00Z",
                "2026-07-10T13:30:00Z"
            ],
            lord_howe
        ),
        ["2026-01-11", "2026-07-10", "2026-07-11"]
    );
    // The furthest there are.
    assert_eq!(days(&["2026-07-10T10:00:00Z"], |_| 840), ["2026-07-11"]);
    assert_eq!(days(&["2026-07-10T10:59:00Z"], |_| -660), ["2026-07-09"]);
}

#[test]
fn a_key_changes_exactly_with_what_is_drawn() {
    let mut timeline = Timeline::new(page(1..=3, 3));
    let me = [UserId(1)];
    let before = keys(&timeline.rows(&me, None, utc));
    assert_eq!(keys(&timeline.rows(&me, None, utc)), before);
    let differing = |after: Vec<Key>| -> Vec<usize> {
        (0..before.len())
            .filter(|&at| before[at] != after[at])
            .collect()
    };
    assert_eq!(
        differing(keys(&timeline.rows(&me, Some(Number(2)), utc))),
        [2]
    );
    assert_eq!(differing(keys(&timeline.rows(&[], None, utc))), [1, 2, 3]);
    // The time zone that the browser tells late moves no row of the same day.
    assert_eq!(
        differing(keys(&timeline.rows(&me, None, |_| 60))),
        Vec::<usize>::new()
    );
    timeline.apply(edited(3, 4, "C"));
    assert_eq!(differing(keys(&timeline.rows(&me, None, utc))), [3]);
}

#[test]
fn another_room_s_message_of_the_same_number_and_time_is_drawn_anew() {
    let (lobby, mut tea) = (page(1..=1, 1), page(1..=1, 1));
    tea.messages[0].room_id = parlour_protocol::RoomId(2);
    let (mut lobby, mut tea) = (Timeline::new(lobby), Timeline::new(tea));
    lobby.note("Alice".to_owned(), SystemEvent::Joined, None);
    tea.note("Bob".to_owned(), SystemEvent::Joined, None);
    let (lobby, tea) = (lobby.rows(&[], None, utc), tea.rows(&[], None, utc));
    let shared: Vec<_> = keys(&tea)
        .into_iter()
        .filter(|key| keys(&lobby).contains(key))
        .collect();
    assert_eq!(shared, [Key::Day(0, 0, None)]);
}

#[test]
fn notes_stay_few_and_are_hidden_where_the_end_is_not_shown() {
    let mut timeline = Timeline::new(page(1..=2, 2));
    for n in 0..30 {
        timeline.note(n.to_string(), SystemEvent::Joined, None);
    }
    let rows = timeline.rows(&[], None, utc);
    let Some(Row::Note { joined, .. }) = rows.last() else {
        panic!("notes stand at the end")
    };
    assert_eq!((rows.len(), joined.len()), (4, NOTES));
    assert_eq!(joined.last().map(String::as_str), Some("29"));
    let mut history = page(1..=2, 9);
    history.has_newer = true;
    let mut detached = Timeline::new(history);
    detached.note("Bob".to_owned(), SystemEvent::Left, None);
    assert_eq!(shape(&detached.rows(&[], None, utc)), "DOm");
}

#[test]
fn what_somebody_wrote_who_is_blocked_is_another_row() {
    let timeline = Timeline::new(page(1..=3, 3));
    let shown = timeline.rows(&[], None, utc);
    let mut hidden = shown.clone();
    hide(&mut hidden, &[UserId(-1)]);
    assert_eq!(hidden, shown, "nobody of them is blocked");
    let authors: Vec<UserId> = timeline.authors().map(|(id, _)| id).collect();
    hide(&mut hidden, &authors);
    for (before, after) in shown.iter().zip(&hidden) {
        let is_message = matches!(after, Row::Message(_));
        assert_eq!(before.key() != after.key(), is_message);
        assert!(!is_message || matches!(after, Row::Message(row) if row.is_hidden));
    }
}
