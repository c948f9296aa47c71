//! What follows from what, step by step. The hub is real; the contexts are played by the test.

use super::*;
use crate::clock::{Clock, ManualClock};
use crate::config::LimitSettings;
use crate::invalidation::{Invalidations, ReadAt, Source};
use crate::realtime::{Admitted, Attendee, Hub, Mailbox};
use crate::rooms::{Checked, PersonState, Rights};
use crate::{Person, SessionId, Token};
use parlour_protocol::{Room, RoomRole, RoomRules, Timestamp, User, UserId, UserKind, samples};
use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

mod entering;
mod looking;
mod sends;

const ROOM: RoomId = RoomId(7);

/// A conversation, and the hub behind it.
struct Played {
    hub: Hub,
    conversation: Conversation,
    mailbox: Arc<Mailbox>,
    clock: ManualClock,
}

fn alice() -> Person {
    Person {
        user: User {
            id: UserId(1),
            name: "Alice".to_owned(),
            kind: UserKind::Guest,
            account: None,
        },
        session: SessionId(1),
        role: parlour_protocol::ServerRole::Guest,
        is_confined: false,
        was: Vec::new(),
    }
}

fn scope(person: Option<Person>) -> Scope {
    let visitor = Scope::visitor(IpAddr::V4(Ipv4Addr::LOCALHOST));
    Scope { person, ..visitor }
}

fn limits_of(settings: &LimitSettings) -> Limits {
    Limits::new(settings, Arc::new(ManualClock::stopped(Timestamp(0))))
}

fn limits() -> Limits {
    limits_of(&LimitSettings::none())
}

fn started(kind: SocketKind, person: Option<Person>, limits: Limits) -> Played {
    let clock = ManualClock::stopped(Timestamp(0));
    let hub = Hub::start(Arc::new(clock.clone()), Duration::ZERO, Duration::ZERO);
    hub.learn(ROOM, Seq(5), 5);
    let mailbox = Arc::new(Mailbox::default());
    let socket = hub.open(kind, Arc::clone(&mailbox) as _);
    Played {
        conversation: Conversation::new(kind, scope(person), false, socket, limits),
        hub,
        mailbox,
        clock,
    }
}

/// Alice on `/ws`, let in.
fn with_limits(limits: Limits) -> Played {
    let mut played = started(SocketKind::Many, Some(alice()), limits);
    assert_eq!(played.steps(), ["do ReadPositions"]);
    played.done(known());
    assert!(played.conversation.is_open());
    played
}

/// Alice is read about now.
fn read_at(invalidations: &Arc<Invalidations>) -> ReadAt {
    ReadAt::now(
        invalidations,
        [Source::Person(alice().user.id), Source::Mentions],
    )
}

/// What is known of a person of whom nothing is.
fn known() -> Done {
    let invalidations = Arc::<Invalidations>::default();
    Done::ReadPositions(PersonState::default(), read_at(&invalidations))
}

fn many() -> Played {
    with_limits(limits())
}

/// The same, in the room.
fn joined() -> Played {
    let mut played = many();
    played.hear(r#"{"type":"join","room_id":7}"#);
    played.steps();
    played.done(at(5));
    played.steps();
    assert!(played.conversation.socket().has_joined(ROOM));
    played
}

/// A room that is this far.
fn at(seq: i64) -> Done {
    checked(seq, true)
}

/// The same, as a member or another person finds it.
fn checked(seq: i64, is_member: bool) -> Done {
    let room = Room {
        seq: Seq(seq),
        ..samples::room(ROOM, "Garden")
    };
    Done::Room {
        checked: Checked {
            room,
            rules: RoomRules::default(),
            is_member,
            role: match is_member {
                true => RoomRole::Member,
                false => RoomRole::Visitor,
            },
            is_banned: false,
        },
        rights: Rights::default(),
        epoch: "e".to_owned(),
        build: None,
    }
}

fn message(id: i64) -> Message {
    Message {
        room_id: ROOM,
        content: "Hello!".to_owned(),
        ..samples::message(id)
    }
}

fn posted(id: i64) -> Result<Posted, ServiceError> {
    Ok(Posted {
        message: Arc::new(message(id)),
        is_new: true,
    })
}

fn missed(to: i64, is_last: bool) -> Done {
    Done::Missed(Missed {
        frame: Frame::from(format!(r#"{{"type":"sync","to":{to}}}"#)),
        to: Seq(to),
        is_last,
        is_outdated: false,
    })
}

impl Played {
    /// All steps that are to be done now, in short.
    fn steps(&mut self) -> Vec<String> {
        let mut steps = Vec::new();
        while let Some(step) = self.conversation.next_step() {
            steps.push(match step {
                Step::Write(frame) => format!("write {}", in_short(&frame)),
                Step::Hold => "hold".to_owned(),
                Step::Release => "release".to_owned(),
                Step::Pass(message) => format!("pass {}", message.0),
                Step::Do(task) => {
                    let task = format!("{task:?}");
                    let name = task.split([' ', '(']).next();
                    format!("do {}", name.unwrap_or_default())
                }
                Step::Post(post) => format!("post {}", post.place),
                Step::Close(closing) => format!("close {}", closing.code.code()),
            });
        }
        steps
    }

    fn hear(&mut self, text: &str) {
        self.conversation.text(text, self.clock.monotonic());
    }

    fn done(&mut self, done: Done) {
        self.conversation.done(Ok(done));
    }

    fn fails(&mut self, error: ServiceError) {
        self.conversation.done(Err(error));
    }

    fn say(&mut self, text: &str) -> Vec<String> {
        self.hear(text);
        self.steps()
    }

    fn send(&mut self, key: &str) -> Vec<String> {
        let frame = ClientFrame::Message {
            room_id: Some(ROOM),
            content: "Hello!".to_owned(),
            client_id: Some(key.to_owned()),
            reply_to: None,
            format: None,
            mentions: None,
        };
        self.say(&frame.encode())
    }

    fn sent(&mut self, place: u64, outcome: Result<Posted, ServiceError>) -> Vec<String> {
        self.conversation.sent(place, outcome);
        self.steps()
    }
}

/// The type of a frame, and which one it is.
fn in_short(frame: &str) -> String {
    let json: serde_json::Value = serde_json::from_str(frame).unwrap();
    let text = |name: &str| json[name].as_str().unwrap_or_default().to_owned();
    match text("type").as_str() {
        "error" => format!("{} {}", text("code"), text("client_id"))
            .trim()
            .to_owned(),
        "message" => format!("message {}", json["id"]),
        "sync" => format!("sync to {}", json["to"]),
        other => other.to_owned(),
    }
}

#[tokio::test]
async fn a_room_is_checked_then_subscribed_to_then_read() {
    let mut played = many();
    let asked = played.say(r#"{"type":"join","room_id":7,"after":2}"#);
    assert_eq!(asked, ["hold", "do Check"]);
    assert!(!played.conversation.socket().has_joined(ROOM), "not yet");
    assert!(!played.conversation.is_listening());
    played.done(checked(5, false));
    assert!(played.conversation.socket().has_joined(ROOM));
    assert_eq!(played.steps(), ["do Enter"]);
    played.done(at(5));
    assert_eq!(
        played.steps(),
        ["write welcome", "write users_list", "do Sync"]
    );
    played.done(missed(4, false));
    assert_eq!(played.steps(), ["write sync to 4", "do Sync"]);
    played.done(missed(5, true));
    assert_eq!(played.steps(), ["write sync to 5", "release"]);
    assert!(played.conversation.is_listening());
}

#[tokio::test]
async fn a_returning_member_is_welcomed_after_the_check_alone() {
    let mut played = many();
    played.say(r#"{"type":"join","room_id":7}"#);
    played.done(at(5));
    assert_eq!(
        played.steps(),
        ["write welcome", "write users_list", "release"]
    );
    let mut reader = started(SocketKind::Many, None, limits());
    reader.say(r#"{"type":"join","room_id":7}"#);
    reader.done(checked(4, false));
    assert_eq!(reader.steps(), ["do Check"]);
    reader.done(checked(5, false));
    assert_eq!(
        reader.steps(),
        ["write welcome", "write users_list", "release"]
    );
}

#[tokio::test]
async fn a_change_between_check_and_subscription_is_read_again() {
    let mut played = many();
    played.say(r#"{"type":"join","room_id":7}"#);
    // The check read 5; then 6 was told to those who listened.
    played.hub.learn(ROOM, Seq(6), 6);
    played.done(at(5));
    assert_eq!(played.steps(), ["do Enter"]);
    played.done(at(6));
    assert_eq!(
        played.steps(),
        ["write welcome", "write users_list", "release"]
    );
}

#[tokio::test]
async fn a_refused_join_gets_no_frame_of_the_room() {
    let mut played = many();
    played.say(r#"{"type":"join","room_id":7}"#);
    played.fails(ServiceError::RoomNotFound);
    assert_eq!(played.steps(), ["write room_not_found", "release"]);
    assert!(!played.conversation.socket().has_joined(ROOM));
    assert!(played.mailbox.take().0.is_empty());
    // Gone between the check and the subscription.
    played.say(r#"{"type":"join","room_id":7}"#);
    played.done(at(0));
    assert_eq!(played.steps(), ["do Enter"]);
    played.fails(ServiceError::RoomNotFound);
    assert_eq!(played.steps(), ["write room_not_found", "release"]);
    assert!(!played.conversation.socket().has_joined(ROOM));
}

#[tokio::test]
async fn a_refused_join_does_not_end_one_that_was_there() {
    let mut played = joined();
    played.say(r#"{"type":"join","room_id":7}"#);
    played.done(at(4));
    assert_eq!(played.steps(), ["do Enter"]);
    played.fails(ServiceError::Overloaded);
    assert_eq!(played.steps(), ["write overloaded", "release"]);
    assert!(played.conversation.socket().has_joined(ROOM));
}

#[tokio::test]
async fn an_edit_is_answered_by_its_broadcast() {
    let edit = r#"{"type":"edit","room_id":7,"number":3,"content":"x"}"#;
    let mut played = joined();
    assert_eq!(played.say(edit), ["do Edit"]);
    played.done(Done::Changed(message(6).into()));
    assert!(played.steps().is_empty());
    // The same text again: it is where it was.
    played.say(edit);
    played.done(Done::Changed(message(3).into()));
    assert_eq!(played.steps(), ["write message_changed"]);
    played.say(edit);
    played.fails(ServiceError::Forbidden);
    assert_eq!(played.steps(), ["write forbidden"]);
}

#[tokio::test]
async fn leaving_is_answered_once() {
    let mut played = joined();
    assert_eq!(played.say(r#"{"type":"leave","room_id":7}"#), ["do Leave"]);
    played.done(Done::Nothing);
    assert_eq!(played.steps(), ["write left"]);
    assert!(!played.conversation.socket().has_joined(ROOM));
    let mut reader = started(SocketKind::Many, None, limits());
    assert!(reader.conversation.is_open());
    assert_eq!(
        reader.say(r#"{"type":"leave","room_id":7}"#),
        ["write left"]
    );
}

#[tokio::test]
async fn typing_needs_a_person_who_has_joined() {
    let typing = r#"{"type":"typing","room_id":7,"is_typing":true}"#;
    let mut played = joined();
    assert_eq!(played.say(typing), ["do MayWrite"]);
    played.done(Done::MayWrite(false));
    assert!(played.steps().is_empty(), "whoever may not is not told");
    let stops = r#"{"type":"typing","room_id":7,"is_typing":false}"#;
    assert!(joined().say(stops).is_empty());
    assert_eq!(many().say(typing), ["write forbidden"]);
    let mut reader = started(SocketKind::Many, None, limits());
    assert_eq!(reader.say(typing), ["write sign_in_required"]);
}

#[tokio::test]
async fn whoever_is_told_that_they_have_another_role_comes_back_as_who_they_are() {
    let mut played = many();
    assert_eq!(
        played.say(r#"{"type":"sync_me","after":5}"#),
        ["hold", "do SyncMe"]
    );
    let Done::Missed(missed) = missed(7, false) else {
        unreachable!()
    };
    played.done(Done::Missed(Missed {
        is_outdated: true,
        ..missed
    }));
    assert_eq!(played.steps(), ["write sync to 7", "close 4000"]);
}

#[tokio::test]
async fn frames_wait_while_a_list_is_read() {
    let mut played = many();
    assert_eq!(played.say(r#"{"type":"rooms"}"#), ["hold", "do ListRooms"]);
    played.done(Done::Rooms {
        rooms: Vec::new(),
        blocked: Vec::new(),
        build: None,
    });
    assert_eq!(played.steps(), ["write rooms", "release"]);
    played.say(r#"{"type":"rooms"}"#);
    played.fails(ServiceError::Overloaded);
    assert_eq!(played.steps(), ["write overloaded", "release"]);
}

#[tokio::test]
async fn a_flood_is_refused_and_then_closed() {
    let limits = limits_of(&LimitSettings {
        frames_per_second: 1,
        ..LimitSettings::none()
    });
    let mut played = with_limits(limits);
    assert_eq!(played.say("{}"), ["write bad_request"]);
    let mut refused = 0;
    let last = loop {
        match &played.say("{}")[..] {
            [one] if one == "write rate_limited" => refused += 1,
            other => break other.to_vec(),
        }
    };
    assert_eq!(last, ["close 4429"]);
    assert_eq!(refused, 199);
}

#[tokio::test]
async fn a_ping_is_answered_at_once_whatever_is_under_way() {
    let mut played = joined();
    played.send("a");
    let now = played.clock.monotonic();
    played.conversation.ping(Frame::pong(b"x"), now);
    assert!(matches!(
        played.conversation.next_step(),
        Some(Step::Write(frame)) if frame == Frame::pong(b"x")
    ));
}
