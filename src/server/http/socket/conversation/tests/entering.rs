//! Who is let in, and who is not.

use super::*;
use parlour_protocol::ServerRole;

#[tokio::test]
async fn a_socket_for_one_room_waits_for_its_first_frame() {
    let mut played = started(SocketKind::One(ROOM), None, limits());
    assert_eq!(played.steps(), ["do Check"]);
    assert!(!played.conversation.is_awaiting_first_frame());
    played.done(at(5));
    assert!(played.conversation.is_awaiting_first_frame());
    assert_eq!(
        played.say(r#"{"username":"Alice","after":5}"#),
        ["do MakeGuest"]
    );
    let token = Token::draw(&crate::clock::SystemRandom);
    played.done(Done::Person(Some(alice()), Some(token)));
    assert_eq!(played.steps(), ["do ReadPositions"]);
    played.done(known());
    assert_eq!(played.steps(), ["hold", "do Check"]);
    assert!(!played.conversation.is_open());
    played.done(at(5));
    let Some(Step::Write(welcome)) = played.conversation.next_step() else {
        panic!("a welcome");
    };
    assert!(welcome.contains("\"token\""), "{}", &*welcome);
    assert_eq!(played.steps(), ["write users_list", "do Sync"]);
    played.done(missed(5, true));
    assert_eq!(played.steps(), ["write sync to 5", "release"]);
    assert!(played.conversation.is_open());
}

#[tokio::test]
async fn a_refused_admission_has_an_error_and_a_close_code() {
    type Refusal = fn(&mut Played);
    let cases: [(Refusal, &[&str]); 8] = [
        (
            |played| played.fails(ServiceError::RoomNotFound),
            &["write room_not_found", "close 4404"],
        ),
        (
            |played| played.fails(ServiceError::Overloaded),
            &["close 4000"],
        ),
        (
            |played| {
                played.done(at(5));
                played.conversation.first_frame_is_late();
            },
            &["close 4001"],
        ),
        (
            |played| {
                played.done(at(5));
                played.conversation.binary(played.clock.monotonic());
            },
            &["close 4400"],
        ),
        (
            |played| {
                played.done(at(5));
                played.hear(r#"{"type":"message"}"#);
            },
            &["write bad_request", "close 4400"],
        ),
        (
            |played| {
                played.done(at(5));
                played.hear("{}");
            },
            &["write bad_request", "close 4400"],
        ),
        (
            |played| {
                played.done(at(5));
                played.say(r#"{"token":"x"}"#);
                played.done(Done::Person(None, None));
            },
            &["close 4401"],
        ),
        (
            |played| {
                played.done(at(5));
                played.say(r#"{"username":"Alice"}"#);
                played.fails(ServiceError::UsernameReserved);
            },
            &["write username_taken", "close 4409"],
        ),
    ];
    for (at, (refuse, expected)) in cases.into_iter().enumerate() {
        let mut played = started(SocketKind::One(ROOM), None, limits());
        played.steps();
        refuse(&mut played);
        assert_eq!(played.steps(), expected, "case {at}");
        assert!(!played.conversation.is_open());
    }
}

#[tokio::test]
async fn a_new_guest_whose_name_was_taken_meanwhile_is_refused() {
    let mut played = started(SocketKind::One(ROOM), None, limits());
    played.steps();
    played.done(at(5));
    played.say(r#"{"username":"Alice"}"#);
    let token = Token::draw(&crate::clock::SystemRandom);
    played.done(Done::Person(Some(alice()), Some(token)));
    played.steps();
    let other = played
        .hub
        .open(SocketKind::Many, Arc::clone(&played.mailbox) as _);
    let namesake = Attendee {
        id: UserId(2),
        name: "Alice".into(),
        skeleton: crate::names::skeleton("Alice").into(),
    };
    other
        .identify(
            &namesake,
            Admitted::default(),
            HashMap::new(),
            Seq::ZERO,
            false,
            || true,
        )
        .unwrap();
    played.done(known());
    assert_eq!(played.steps(), ["write username_taken", "close 4409"]);
}

#[tokio::test]
async fn who_changes_while_their_socket_is_let_in_is_read_again() {
    let mut played = started(SocketKind::Many, Some(alice()), limits());
    assert_eq!(played.steps(), ["do ReadPositions"]);
    let invalidations = Arc::<Invalidations>::default();
    for changed in [Source::Person(alice().user.id), Source::Everything] {
        let before = read_at(&invalidations);
        invalidations.ended([changed]);
        played.done(Done::ReadPositions(PersonState::default(), before));
        assert_eq!(played.steps(), ["do ReadPositions"], "{changed:?}");
        assert!(!played.conversation.is_open());
    }
    let before = read_at(&invalidations);
    invalidations.ended([Source::Person(UserId(2)), Source::RoomList]);
    played.done(Done::ReadPositions(PersonState::default(), before));
    assert!(played.conversation.is_open());
}

#[tokio::test]
async fn who_has_another_role_than_when_they_were_looked_at_comes_back() {
    for (role, expected) in [
        (None, &[][..]),
        (Some(alice().role), &[]),
        (Some(ServerRole::Owner), &["close 4000"]),
    ] {
        let mut played = started(SocketKind::Many, Some(alice()), limits());
        played.steps();
        let state = PersonState {
            role,
            ..PersonState::default()
        };
        let now = read_at(&Arc::<Invalidations>::default());
        played.done(Done::ReadPositions(state, now));
        assert_eq!(played.steps(), expected, "{role:?}");
    }
}
