//! Histories of somebody who is put out of a room and let in again, read as they were recorded.

use crate::checker::{Violation, check};
use crate::history::History;

/// Bob is put out when the room is at 1, let in again when it is at 2, and shows all of it at the end.
const KEPT: &str = r#"
{"event":"member","client":"alice","room":1}
{"event":"member","client":"bob","room":1}
{"event":"took_page","client":"alice","room":1,"seq":0}
{"event":"took_page","client":"bob","room":1,"seq":0}
{"event":"sent","client":"alice","room":1,"key":"k1"}
{"event":"sent","client":"alice","room":1,"key":"k2"}
{"event":"sent","client":"alice","room":1,"key":"k3"}
{"event":"sent","client":"bob","room":1,"key":"b1"}
{"event":"told","client":"bob","room":1,"seq":1}
{"event":"received","client":"bob","room":1,"number":1,"seq":1,"key":"k1","live":true}
{"event":"put_out","client":"bob","room":1,"seq":1}
{"event":"refused","client":"bob","room":1,"key":"b1"}
{"event":"let_in","client":"bob","room":1}
{"event":"told","client":"bob","room":1,"seq":2}
{"event":"took_page","client":"bob","room":1,"seq":2}
{"event":"told","client":"bob","room":1,"seq":3}
{"event":"received","client":"bob","room":1,"number":3,"seq":3,"key":"k3","live":true}
{"event":"acknowledged","client":"alice","room":1,"key":"k1","number":1}
{"event":"received","client":"alice","room":1,"number":1,"seq":1,"key":"k1","live":true}
{"event":"acknowledged","client":"alice","room":1,"key":"k2","number":2}
{"event":"received","client":"alice","room":1,"number":2,"seq":2,"key":"k2","live":true}
{"event":"acknowledged","client":"alice","room":1,"key":"k3","number":3}
{"event":"received","client":"alice","room":1,"number":3,"seq":3,"key":"k3","live":true}
{"event":"screen","client":"alice","room":1,"rows":[{"number":1,"content":"k1","deleted":false},{"number":2,"content":"k2","deleted":false},{"number":3,"content":"k3","deleted":false}]}
{"event":"screen","client":"bob","room":1,"rows":[{"number":1,"content":"k1","deleted":false},{"number":2,"content":"k2","deleted":false},{"number":3,"content":"k3","deleted":false}]}
{"event":"page","room":1,"rows":[{"number":1,"key":"k1","content":"k1","deleted":false},{"number":2,"key":"k2","content":"k2","deleted":false},{"number":3,"key":"k3","content":"k3","deleted":false}]}
"#;

fn judged(lines: &str) -> Vec<Violation> {
    check(&History::read(lines.as_bytes()).unwrap())
}

/// The same with other lines in the place of those that begin so.
fn with(line: &str, others: &str) -> Vec<Violation> {
    let starts = |other: &&str| other.starts_with(line);
    let planted: Vec<&str> = KEPT
        .lines()
        .map(|other| if starts(&other) { others } else { other })
        .collect();
    assert_eq!(KEPT.lines().filter(starts).count(), 1, "{line}");
    judged(&planted.join("\n"))
}

const PUT_OUT: &str = r#"{"event":"put_out","client":"bob""#;
const LET_IN: &str = r#"{"event":"let_in","client":"bob""#;

fn leaked(seq: i64) -> Violation {
    let client = "bob".to_owned();
    Violation::Leaked {
        client,
        room: 1,
        seq,
    }
}

#[test]
fn who_is_put_out_hears_nothing_and_is_told_all_when_they_are_back() {
    assert_eq!(judged(KEPT), []);
}

#[test]
fn what_came_after_somebody_was_put_out_and_reached_them_is_found() {
    for heard in [
        r#"{"event":"told","client":"bob","room":1,"seq":2}"#,
        r#"{"event":"took_page","client":"bob#2","room":1,"seq":2}"#,
        r#"{"event":"received","client":"bob","room":1,"number":2,"seq":2,"key":"k2","live":true}"#,
    ] {
        let put_out = r#"{"event":"put_out","client":"bob","room":1,"seq":1}"#;
        let let_in = r#"{"event":"let_in","client":"bob","room":1}"#;
        // Also where the record of it stands later than what was heard.
        for lines in [format!("{put_out}\n{heard}"), format!("{heard}\n{put_out}")] {
            assert!(with(PUT_OUT, &lines).contains(&leaked(2)), "{lines}");
        }
        let at_the_last_moment = with(LET_IN, &format!("{heard}\n{let_in}"));
        assert!(at_the_last_moment.contains(&leaked(2)), "{heard}");
    }
}

#[test]
fn what_came_before_somebody_was_put_out_may_reach_them_late() {
    let late = r#"{"event":"put_out","client":"bob","room":1,"seq":1}
        {"event":"told","client":"bob","room":1,"seq":1}"#;
    assert_eq!(with(PUT_OUT, late), []);
}

#[test]
fn what_came_while_somebody_was_out_is_missed_when_they_are_back() {
    let page = r#"{"event":"took_page","client":"bob","room":1,"seq":2}"#;
    let stale = r#"{"event":"told","client":"bob","room":1,"seq":2}"#;
    let never = Violation::NotSeen {
        client: "bob".to_owned(),
        room: 1,
        number: 2,
    };
    assert_eq!(with(page, stale), [never]);
}

#[test]
fn a_room_that_is_still_shown_to_who_is_out_of_it_is_found() {
    let still = Violation::StillShown {
        client: "bob".to_owned(),
        room: 1,
    };
    let out_to_the_end = with(LET_IN, "");
    assert!(out_to_the_end.contains(&still), "{out_to_the_end:?}");
    assert!(out_to_the_end.contains(&leaked(2)) || out_to_the_end.contains(&leaked(3)));
}

#[test]
fn whoever_was_never_in_a_room_is_told_nothing_of_it() {
    let told = r#"{"event":"let_in","client":"bob","room":1}
        {"event":"told","client":"carol","room":1,"seq":2}"#;
    let client = "carol".to_owned();
    assert_eq!(
        with(LET_IN, told),
        [Violation::Outsider { client, room: 1 }]
    );
}

#[test]
fn a_send_that_was_stored_before_its_author_was_put_out_may_be_refused_to_them() {
    let page = KEPT.lines().last().unwrap();
    let stored_for = |key: &str| {
        let page = page.replace(&format!(r#""key":"{key}""#), r#""key":"b1""#);
        with(r#"{"event":"page""#, &page)
    };
    let is_refused = |found: &Violation| matches!(found, Violation::RefusedButStored { .. });
    assert!(!stored_for("k1").iter().any(is_refused));
    assert!(stored_for("k3").iter().any(is_refused));
}
