//! What the table allows, and what a room makes of it.

use super::*;

fn roles(server: ServerRole, room: RoomRole) -> Roles {
    Roles { server, room }
}

#[test]
fn each_action_stands_in_the_table_once_and_in_order() {
    for (action, rule) in Action::ALL.into_iter().zip(TABLE) {
        assert_eq!(rule.action, action);
        assert!(rule.on_server.is_some() || rule.in_room.is_some());
    }
}

#[test]
fn a_higher_role_may_all_that_a_lower_one_may() {
    let room = RoomRules::default();
    for action in Action::ALL {
        for pair in ServerRole::ALL.windows(2) {
            assert!(may(action, pair[1]) >= may(action, pair[0]), "{action:?}");
            for at in RoomRole::ALL {
                let allowed = |server| may_in(action, roles(server, at), room);
                assert!(allowed(pair[1]) >= allowed(pair[0]), "{action:?}");
            }
        }
        for pair in RoomRole::ALL.windows(2) {
            let allowed = |at| may_in(action, roles(ServerRole::Member, at), room);
            assert!(allowed(pair[1]) >= allowed(pair[0]), "{action:?}");
        }
    }
}

#[test]
fn nobody_acts_on_an_equal_or_higher_one() {
    use {RoomRole as At, ServerRole as On};
    let member = roles(On::Member, At::Member);
    for (actor, target, may_act) in [
        (roles(On::Member, At::Moderator), member, true),
        (
            roles(On::Member, At::Moderator),
            roles(On::Member, At::Moderator),
            false,
        ),
        (
            roles(On::Member, At::Owner),
            roles(On::Member, At::Moderator),
            true,
        ),
        (
            roles(On::Guest, At::Owner),
            roles(On::Admin, At::Member),
            false,
        ),
        (
            roles(On::Moderator, At::Visitor),
            roles(On::Member, At::Owner),
            true,
        ),
        (
            roles(On::Moderator, At::Visitor),
            roles(On::Moderator, At::Visitor),
            false,
        ),
        (
            roles(On::Admin, At::Member),
            roles(On::Moderator, At::Owner),
            true,
        ),
        (member, member, false),
    ] {
        assert_eq!(outranks(actor, target), may_act, "{actor:?} {target:?}");
    }
}

#[test]
fn a_rooms_rules_narrow_what_is_done_in_it() {
    use {RoomRole as At, ServerRole as On};
    let open = RoomRules::default();
    let guest = roles(On::Guest, At::Visitor);
    let posts = |roles, room| may_in(Action::Post, roles, room);
    assert!(posts(guest, open));
    let read = RoomRules {
        guests: Guests::Read,
        ..open
    };
    assert!(!posts(guest, read) && may_in(Action::ReadRoom, guest, read));
    assert!(posts(roles(On::Guest, At::Member), read), "who was let in");
    let no = RoomRules {
        guests: Guests::No,
        ..open
    };
    assert!(!may_in(Action::ReadRoom, guest, no));
    let members = RoomRules {
        posting: Posting::Members,
        ..open
    };
    assert!(!posts(roles(On::Owner, At::Visitor), members));
    assert!(posts(roles(On::Member, At::Member), members));
    let announcements = RoomRules {
        posting: Posting::Moderators,
        ..open
    };
    assert!(!posts(roles(On::Member, At::Member), announcements));
    assert!(posts(roles(On::Member, At::Moderator), announcements));
    assert!(posts(roles(On::Admin, At::Member), announcements));
    let archived = RoomRules {
        is_archived: true,
        ..open
    };
    assert!(!posts(roles(On::Owner, At::Owner), archived));
    assert!(may_in(
        Action::ArchiveRoom,
        roles(On::Member, At::Owner),
        archived
    ));
    let direct = RoomRules {
        kind: RoomKind::Direct,
        ..open
    };
    assert!(posts(roles(On::Member, At::Member), direct));
    assert!(!may_in(
        Action::DeleteRoom,
        roles(On::Owner, At::Owner),
        direct
    ));
}

#[test]
fn who_belongs_to_a_room_and_may_write_pins_there() {
    use {RoomRole as At, ServerRole as On};
    let pins = |server, at, room| may_in(Action::Pin, roles(server, at), room);
    let open = RoomRules::default();
    assert!(pins(On::Guest, At::Member, open));
    assert!(!pins(On::Member, At::Visitor, open));
    assert!(
        pins(On::Moderator, At::Visitor, open),
        "who keeps order everywhere"
    );
    let announcements = RoomRules {
        posting: Posting::Moderators,
        ..open
    };
    assert!(!pins(On::Member, At::Member, announcements));
    assert!(pins(On::Member, At::Moderator, announcements));
    let archived = RoomRules {
        is_archived: true,
        ..open
    };
    assert!(!pins(On::Owner, At::Owner, archived));
    assert!(pins(On::Guest, At::Member, RoomRules::of(RoomKind::Direct)));
}
