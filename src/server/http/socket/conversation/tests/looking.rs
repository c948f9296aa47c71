//! Looking at a room: all of a `join` but the person.

use super::*;
use crate::events::Publication;
use parlour_protocol::RoomKind;

const LOOK: &str = r#"{"type":"join","room_id":7,"look":true}"#;
/// Who is there may, if they could send it.
const MAY_TYPE: [&str; 1] = ["do MayWrite"];
const TYPING: &str = r#"{"type":"typing","room_id":7,"is_typing":true}"#;

/// Alice on `/ws`, who looks at the room and is no member.
fn looking() -> Played {
    let mut played = many();
    played.hear(LOOK);
    played.steps();
    played.done(checked(5, false));
    played.steps();
    played
}

/// Alice's membership began.
fn member(played: &Played) {
    played.hub.publish(Publication::Joined {
        room: ROOM,
        user: UserId(1),
        read_posts: 5,
        me: Seq(1),
    });
}

#[tokio::test]
async fn who_looks_is_welcomed_after_the_check_alone_and_is_not_there() {
    let mut played = many();
    assert_eq!(played.say(LOOK), ["hold", "do Check"]);
    played.done(checked(5, false));
    assert_eq!(
        played.steps(),
        ["write welcome", "write users_list", "release"]
    );
    assert!(played.conversation.socket().has_joined(ROOM));
    assert_eq!(played.hub.online(ROOM), 0);
    assert_eq!(played.say(TYPING), ["write forbidden"]);
}

#[tokio::test]
async fn a_change_between_check_and_subscription_is_read_again_without_entering() {
    let mut played = many();
    played.say(LOOK);
    played.hub.learn(ROOM, Seq(6), 6);
    played.done(checked(5, false));
    assert_eq!(played.steps(), ["do Check"]);
    played.done(checked(6, false));
    assert_eq!(played.hub.online(ROOM), 0);
}

#[tokio::test]
async fn a_member_who_looks_is_there() {
    let mut played = many();
    played.say(LOOK);
    played.done(at(5));
    played.steps();
    assert_eq!(played.hub.online(ROOM), 1);
    assert_eq!(played.say(TYPING), MAY_TYPE);
}

#[tokio::test]
async fn a_membership_that_begins_ends_the_looking() {
    let mut played = looking();
    member(&played);
    assert_eq!(played.hub.online(ROOM), 1);
    assert_eq!(played.say(TYPING), MAY_TYPE);
    // In the moment between the check and the subscription.
    let mut played = many();
    played.say(LOOK);
    member(&played);
    played.done(checked(5, false));
    assert_eq!(played.hub.online(ROOM), 1);
}

#[tokio::test]
async fn a_join_after_a_look_enters() {
    let mut played = looking();
    let asked = played.say(r#"{"type":"join","room_id":7}"#);
    assert_eq!(asked, ["hold", "do Check"]);
    played.done(checked(5, false));
    assert_eq!(played.steps(), ["do Enter"]);
    played.done(at(5));
    played.steps();
    assert_eq!(played.hub.online(ROOM), 1);
    assert_eq!(played.say(TYPING), MAY_TYPE);
}

#[tokio::test]
async fn who_only_looks_may_end_that_and_had_nothing_to_leave() {
    let mut played = looking();
    assert_eq!(played.say(r#"{"type":"leave","room_id":7}"#), ["do Leave"]);
    played.done(Done::Nothing);
    assert_eq!(played.steps(), ["write left"]);
    assert!(!played.conversation.socket().has_joined(ROOM));
}

/// The check finds a room of which nobody may hear but these.
fn closed_to_all_but(played: &Played, members: &[i64]) {
    let members = members.iter().copied().map(UserId).collect();
    played
        .hub
        .learn_members(ROOM, RoomRules::of(RoomKind::Closed), members);
}

/// What the check of a closed room answers to a member.
fn checked_closed() -> Done {
    match at(5) {
        Done::Room {
            checked,
            rights,
            epoch,
            build,
        } => Done::Room {
            checked: Checked {
                rules: RoomRules::of(RoomKind::Closed),
                ..checked
            },
            rights,
            epoch,
            build,
        },
        other => other,
    }
}

#[tokio::test]
async fn who_is_put_out_after_the_check_is_not_subscribed() {
    let mut played = many();
    closed_to_all_but(&played, &[1]);
    played.say(LOOK);
    played.hub.publish(Publication::Left {
        room: ROOM,
        user: UserId(1),
        me: Seq(2),
        reason: None,
    });
    played.done(checked_closed());
    assert_eq!(played.steps(), ["write room_not_found", "release"]);
    assert!(!played.conversation.socket().has_joined(ROOM));
    assert_eq!(played.hub.online(ROOM), 0);
}

#[tokio::test]
async fn who_is_put_out_after_the_subscription_is_not_welcomed() {
    let mut played = many();
    closed_to_all_but(&played, &[1]);
    played.say(LOOK);
    // It has moved on since the check, so it is read again.
    played.hub.learn(ROOM, Seq(6), 6);
    closed_to_all_but(&played, &[1]);
    played.done(checked_closed());
    assert_eq!(played.steps(), ["do Check"]);
    assert!(played.conversation.socket().has_joined(ROOM));
    played.hub.publish(Publication::Left {
        room: ROOM,
        user: UserId(1),
        me: Seq(2),
        reason: None,
    });
    played.done(checked_closed());
    assert_eq!(played.steps(), ["write room_not_found", "release"]);
    assert_eq!(played.hub.online(ROOM), 0);
}
