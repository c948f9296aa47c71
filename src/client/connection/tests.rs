//! The life of a socket, with the time and the dice in hand.

use super::*;

fn live(now_ms: f64) -> Connection {
    let mut connection = Connection::new();
    connection.opened();
    connection.heard(now_ms);
    connection
}

/// The longest wait that a close leads to.
fn longest(connection: &mut Connection, code: u16, reason: &str) -> f64 {
    match connection.closed(code, reason, 0.0, 1.0) {
        Phase::Waiting { until_ms, .. } => *until_ms,
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_connects_lives_waits_and_connects_again() {
    let mut connection = Connection::new();
    assert_eq!(connection.phase(), &Phase::Connecting { attempt: 0 });
    connection.opened();
    connection.heard(0.0);
    assert!(connection.is_live());
    let waiting = Phase::Waiting {
        attempt: 0,
        until_ms: 5_250.0,
    };
    assert_eq!(connection.closed(1006, "", 5_000.0, 0.5), &waiting);
    assert!(!connection.due(5_249.0) && connection.due(5_250.0));
    connection.wake();
    assert_eq!(connection.phase(), &Phase::Connecting { attempt: 1 });
    assert!(!connection.due(9_999.0));
}

#[test]
fn the_wait_doubles_to_thirty_seconds_and_is_never_nothing() {
    let mut connection = Connection::new();
    let mut waits = Vec::new();
    for _ in 0..9 {
        waits.push(longest(&mut connection, 1006, ""));
        connection.wake();
    }
    let expected = [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 30.0, 30.0, 30.0].map(|s| s * 1_000.0);
    assert_eq!(waits, expected);
    let at_once = connection.closed(1006, "", 0.0, 0.0);
    assert_eq!(
        at_once,
        &Phase::Waiting {
            attempt: 9,
            until_ms: 50.0
        }
    );
}

#[test]
fn ten_steady_seconds_forget_earlier_tries() {
    let mut connection = live(0.0);
    connection.closed(1006, "", 1_000.0, 1.0);
    connection.wake();
    connection.opened();
    connection.heard(2_000.0);
    connection.closed(1006, "", 11_900.0, 1.0);
    assert_eq!(
        connection.phase(),
        &Phase::Waiting {
            attempt: 1,
            until_ms: 12_900.0
        }
    );
    connection.wake();
    connection.opened();
    connection.heard(20_000.0);
    connection.closed(1006, "", 30_000.0, 1.0);
    assert_eq!(
        connection.phase(),
        &Phase::Waiting {
            attempt: 0,
            until_ms: 30_500.0
        }
    );
}

#[test]
fn a_server_that_goes_away_may_ask_for_a_longer_wait() {
    for (reason, longest_ms) in [
        ("retry_after_ms=2000", 2_000.0),
        ("retry_after_ms=10", 500.0),
        ("restarting; retry_after_ms=700 please", 700.0),
        ("retry_after_ms=", 500.0),
        ("retry_after_ms=99999999999999", 30_000.0),
        ("", 500.0),
    ] {
        assert_eq!(
            longest(&mut live(0.0), 4000, reason),
            longest_ms,
            "{reason}"
        );
    }
    assert_eq!(longest(&mut live(0.0), 4008, "retry_after_ms=2000"), 500.0);
}

#[test]
fn from_4400_it_stops_and_only_a_restart_helps() {
    let mut connection = live(0.0);
    let stopped = Phase::Stopped {
        code: 4401,
        reason: "The session has ended.".to_owned(),
    };
    assert_eq!(
        connection.closed(4401, "The session has ended.", 0.0, 0.5),
        &stopped
    );
    connection.wake();
    connection.closed(1006, "", 0.0, 0.5);
    assert_eq!(
        (connection.phase(), connection.due(1e12)),
        (&stopped, false)
    );
    assert_eq!(connection.banner(0.0), Banner::Stopped);
    connection.restart();
    assert_eq!(connection.phase(), &Phase::Connecting { attempt: 0 });
    for code in [1000, 1001, 1006, 1009, 4000, 4001, 4008, 4399] {
        assert!(
            matches!(live(0.0).closed(code, "", 0.0, 0.5), Phase::Waiting { .. }),
            "{code}"
        );
    }
}

#[test]
fn a_second_close_of_the_same_loss_changes_nothing() {
    let mut connection = live(0.0);
    let first = connection.closed(1006, "", 0.0, 1.0).clone();
    assert_eq!(connection.closed(1006, "", 400.0, 1.0), &first);
}

#[test]
fn waking_matters_only_to_who_waits() {
    let mut connection = live(0.0);
    connection.wake();
    assert!(connection.is_live());
}

#[test]
fn forty_silent_seconds_are_a_loss() {
    let mut connection = live(0.0);
    assert!(!connection.is_silent(39_999.0) && connection.is_silent(40_000.0));
    connection.heard(30_000.0);
    assert!(!connection.is_silent(69_999.0) && connection.is_silent(70_000.0));
    connection.closed(1006, "", 70_000.0, 0.5);
    assert!(!connection.is_silent(200_000.0));
    connection.wake();
    connection.opened();
    assert!(
        !connection.is_silent(200_000.0),
        "what the last socket said does not count"
    );
}

#[test]
fn a_question_without_an_answer_is_a_loss_after_five_seconds() {
    let mut connection = live(0.0);
    assert!(connection.ask(1_000.0));
    assert!(!connection.ask(2_000.0), "one question at a time");
    assert!(!connection.is_silent(5_999.0) && connection.is_silent(6_000.0));
    connection.heard(5_000.0);
    assert!(!connection.is_silent(7_000.0), "any word will do");
    assert!(connection.ask(8_000.0));
    connection.closed(1006, "", 9_000.0, 0.5);
    assert!(!connection.ask(9_100.0), "there is nobody to ask");
    connection.wake();
    connection.opened();
    connection.heard(10_000.0);
    assert!(!connection.is_silent(20_000.0));
}

#[test]
fn the_banner_counts_down() {
    let mut connection = Connection::new();
    assert_eq!(connection.banner(0.0), Banner::Connecting);
    connection.opened();
    assert_eq!(connection.banner(0.0), Banner::Live);
    for _ in 0..4 {
        connection.closed(1006, "", 0.0, 0.9);
        connection.wake();
    }
    connection.closed(1006, "", 0.0, 0.9);
    assert_eq!(connection.banner(3_000.0), Banner::Lost { seconds: 5 });
    assert_eq!(connection.banner(6_300.0), Banner::Lost { seconds: 1 });
    assert_eq!(connection.banner(9_000.0), Banner::Lost { seconds: 1 });
}

#[test]
fn a_loss_shows_only_when_it_lasts_three_seconds() {
    for (code, reason) in [(4000, "retry_after_ms=500"), (1006, "")] {
        let mut connection = live(0.0);
        connection.closed(code, reason, 20_000.0, 1.0);
        assert_eq!(connection.banner(20_100.0), Banner::Live);
        connection.wake();
        assert_eq!(connection.banner(20_600.0), Banner::Live);
        connection.closed(1006, "", 20_700.0, 1.0);
        assert_eq!(connection.banner(22_999.0), Banner::Live);
        assert_eq!(connection.banner(23_000.0), Banner::Lost { seconds: 1 });
        connection.wake();
        assert_eq!(connection.banner(23_100.0), Banner::Lost { seconds: 0 });
        connection.opened();
        assert_eq!(connection.banner(23_200.0), Banner::Live);
        connection.closed(1006, "", 30_000.0, 1.0);
        assert_eq!(connection.banner(32_000.0), Banner::Live, "another loss");
    }
}

#[test]
fn a_first_connection_that_fails_goes_on_connecting_before_it_is_lost() {
    let mut connection = Connection::new();
    connection.closed(1006, "", 1_000.0, 0.5);
    connection.wake();
    connection.closed(1006, "", 1_500.0, 0.5);
    assert_eq!(connection.banner(3_999.0), Banner::Connecting);
    assert_eq!(connection.banner(4_000.0), Banner::Lost { seconds: 1 });
}

#[test]
fn where_nobody_keeps_a_socket_nothing_is_said_to_be_live_or_to_come() {
    let mut connection = Connection::absent();
    assert_eq!(connection.banner(1e9), Banner::Absent);
    connection.wake();
    connection.nudge();
    assert!(!connection.due(1e9) && !connection.is_live());
    assert_eq!(connection.banner(1e9), Banner::Absent);
}

fn too_many(retry_after_ms: u64) -> AppError {
    AppError {
        retry_after_ms: Some(retry_after_ms),
        ..AppError::new(ErrorCode::RateLimited, "Too many connections from here.")
    }
}

#[test]
fn who_is_refused_says_why_at_once_and_waits_as_long_as_was_asked() {
    let mut connection = Connection::new();
    connection.closed(1006, "", 1_000.0, 0.5);
    assert_eq!(connection.banner(1_050.0), Banner::Connecting);
    connection.answered(Some(too_many(10_000)), 1_050.0, 0.0);
    assert_eq!(
        connection.refusal(),
        Some("Too many connections from here.")
    );
    assert_eq!(connection.banner(1_050.0), Banner::Lost { seconds: 10 });
    connection.nudge();
    assert!(!connection.due(11_049.0) && connection.due(11_050.0));
    // While it tries again the reason stands there, and it goes when the socket is open.
    connection.wake();
    assert_eq!(connection.banner(11_050.0), Banner::Lost { seconds: 0 });
    assert!(connection.refusal().is_some());
    connection.opened();
    assert_eq!(
        (connection.refusal(), connection.banner(11_060.0)),
        (None, Banner::Live)
    );
}

#[test]
fn those_who_are_refused_together_come_back_apart_and_within_minutes() {
    let wait = |retry_after_ms, random| {
        let mut connection = Connection::new();
        connection.closed(1006, "", 0.0, 0.0);
        connection.answered(Some(too_many(retry_after_ms)), 0.0, random);
        match connection.phase() {
            Phase::Waiting { until_ms, .. } => *until_ms,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!([wait(10_000, 0.0), wait(10_000, 1.0)], [10_000.0, 15_000.0]);
    assert_eq!(wait(u64::MAX, 1.0), 300_000.0);
    assert_eq!(wait(0, 1.0), 50.0);
}

#[test]
fn an_answer_that_says_nothing_or_comes_late_changes_nothing() {
    let not_found = AppError::new(ErrorCode::NotFound, "There is nothing here.");
    for nothing in [None, Some(not_found)] {
        let mut connection = Connection::new();
        connection.closed(1006, "", 0.0, 1.0);
        connection.answered(Some(too_many(100)), 0.0, 0.0);
        connection.answered(nothing, 10.0, 0.0);
        assert_eq!(connection.refusal(), None);
        assert!(connection.due(500.0));
        connection.nudge();
        assert!(matches!(connection.phase(), Phase::Connecting { .. }));
        connection.answered(Some(too_many(10_000)), 520.0, 0.0);
        assert_eq!(connection.refusal(), None);
    }
}
