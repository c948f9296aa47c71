mod kept;
mod put_out;

use super::*;
use kept::*;

#[test]
fn a_promise_that_was_kept_has_no_fault() {
    assert_eq!(violations(kept()), []);
}

#[test]
fn a_history_that_could_show_no_fault_is_one() {
    assert_eq!(violations(Vec::new()), [Violation::NothingToCheck]);
    let member = kept()[..1].to_vec();
    assert_eq!(violations(member), [Violation::NothingToCheck]);
    let nobody_looked = planted(|events| {
        events.pop();
    });
    assert_eq!(nobody_looked, [Violation::NothingToCheck]);
    let only_a_page = vec![Event::Page {
        room: ROOM,
        rows: vec![shown(1, "k1")],
    }];
    assert_eq!(violations(only_a_page), [Violation::NothingToCheck]);
}

#[test]
fn a_room_or_a_screen_that_nobody_looked_at_is_a_fault() {
    let room = planted(|events| {
        let client = "alice".to_owned();
        events.push(Event::Member { client, room: 2 });
    });
    assert_eq!(room, [Violation::NoPage { room: 2 }]);
    let member = planted(|events| {
        let client = "carol".to_owned();
        events.push(Event::Member { client, room: ROOM });
    });
    let client = "carol".to_owned();
    assert_eq!(member, [Violation::NoScreen { client, room: ROOM }]);
}

#[test]
fn a_dropped_frame_is_found() {
    let found = planted(|events| {
        events.remove(at(&received("bob", 2, "k2")));
        rows_of(events, "bob").remove(1);
    });
    let (client, room) = (|| "bob".to_owned(), ROOM);
    let never = Violation::NotSeen {
        client: client(),
        room,
        number: 2,
    };
    let hole = Violation::Screen {
        client: client(),
        room,
        mismatch: ScreenMismatch::Missing(2),
    };
    assert_eq!(found, [never, hole]);
}

#[test]
fn a_newest_message_that_was_dropped_is_found() {
    let found = planted(|events| {
        events.remove(at(&received("bob", 3, "k3")));
        rows_of(events, "bob").pop();
    });
    assert_eq!(found.len(), 2, "{found:?}");
}

#[test]
fn a_duplicate_is_found() {
    let again = planted(|events| events.insert(20, received("bob", 2, "k2")));
    let client = "bob".to_owned();
    let (room, number) = (ROOM, 2);
    #[rustfmt::skip]
    assert_eq!(again, [Violation::SeenTwice { client, room, number }]);
    let in_the_page_already = planted(|events| {
        let after = at(&received("bob#2", 3, "k3"));
        events.insert(after, received("bob#2", 2, "k2"));
    });
    let client = "bob#2".to_owned();
    #[rustfmt::skip]
    assert_eq!(in_the_page_already, [Violation::SeenTwice { client, room, number }]);
    let on_a_screen = planted(|events| {
        let rows = rows_of(events, "bob");
        rows.insert(1, rows[1].clone());
    });
    let client = "bob".to_owned();
    let mismatch = ScreenMismatch::Foreign(2);
    #[rustfmt::skip]
    assert_eq!(on_a_screen, [Violation::Screen { client, room, mismatch }]);
}

#[test]
fn a_send_that_is_stored_twice_is_found() {
    let found = planted(|events| {
        for whose in ["alice", "bob", "bob#2", "server"] {
            rows_of(events, whose).push(shown(4, "k2"));
        }
        for client in ["alice", "bob", "bob#2"] {
            events.push(received(client, 4, "k2"));
        }
    });
    let (room, key, numbers) = (ROOM, "k2".to_owned(), vec![2, 4]);
    #[rustfmt::skip]
    assert_eq!(found, [Violation::StoredTwice { room, key, numbers }]);
}

#[test]
fn a_send_that_is_acknowledged_at_two_places_is_found() {
    let found = planted(|events| {
        events.push(Event::Acknowledged {
            client: "alice#2".to_owned(),
            room: ROOM,
            key: "k2".to_owned(),
            number: 3,
        });
    });
    let (client, key, numbers) = ("alice".to_owned(), "k2".to_owned(), vec![2, 3]);
    #[rustfmt::skip]
    assert_eq!(found, [Violation::AcknowledgedTwice { client, key, numbers }]);
}

#[test]
fn two_that_are_swapped_are_found() {
    let came = planted(|events| {
        let (second, third) = (at(&received("bob", 2, "k2")), at(&received("bob", 3, "k3")));
        events.swap(second, third);
    });
    let client = || "bob".to_owned();
    let (room, number) = (ROOM, 2);
    #[rustfmt::skip]
    assert_eq!(came, [Violation::SeenOutOfOrder { client: client(), room, number }]);
    let drawn = planted(|events| rows_of(events, "bob").swap(0, 1));
    assert_eq!(drawn.len(), 1, "{drawn:?}");
    let listed = planted(|events| rows_of(events, "server").swap(0, 1));
    assert!(listed.contains(&Violation::PageDisordered { room, number: 1 }));
    let written = planted(|events| {
        let place = |key: &str| Event::Sent {
            client: "alice".to_owned(),
            room: ROOM,
            key: key.to_owned(),
        };
        events.swap(at(&place("k1")), at(&place("k2")));
    });
    let (client, key, overtook) = ("alice".to_owned(), "k1".to_owned(), "k2".to_owned());
    #[rustfmt::skip]
    assert_eq!(written, [Violation::SentOutOfOrder { client, room, key, overtook }]);
}

#[test]
fn a_message_that_comes_into_the_past_by_a_sync_is_found() {
    let found = planted(|events| {
        events.remove(at(&received("bob", 2, "k2")));
        events.push(Event::Received {
            client: "bob".to_owned(),
            room: ROOM,
            number: 2,
            // Edited meanwhile: the latest change, and still a hole until now.
            seq: 4,
            key: "k2".to_owned(),
            live: false,
        });
    });
    let (client, room, number) = ("bob".to_owned(), ROOM, 2);
    #[rustfmt::skip]
    assert_eq!(found, [Violation::SeenOutOfOrder { client, room, number }]);
}

#[test]
fn an_acknowledgement_before_the_commit_is_found() {
    let found = planted(|events| {
        for whose in ["alice", "bob", "bob#2", "server"] {
            rows_of(events, whose).pop();
        }
    });
    let (client, room, key, number) = ("alice".to_owned(), ROOM, "k3".to_owned(), 3);
    #[rustfmt::skip]
    let lost = Violation::AcknowledgedNotStored { client, room, key, number };
    assert_eq!(found[0], lost);
    let seen =
        |violation: &&Violation| matches!(violation, Violation::SeenUnstored { number: 3, .. });
    assert_eq!(found.iter().filter(seen).count(), 3);
}

#[test]
fn an_acknowledged_place_that_another_message_has_is_found() {
    let found = planted(|events| {
        rows_of(events, "server")[2] = shown(3, "k9");
    });
    let taken = |violation: &Violation| {
        matches!(
            violation,
            Violation::AcknowledgedNotStored { number: 3, .. }
        )
    };
    assert!(found.iter().any(taken), "{found:?}");
    // The same where only texts are known: another's text is not an edit of this one.
    let found = planted(|events| {
        let row = &mut rows_of(events, "server")[2];
        (row.key, row.content) = (None, "k5".to_owned());
    });
    assert!(found.iter().any(taken), "{found:?}");
}

#[test]
fn an_acknowledgement_of_what_was_never_sent_is_found() {
    let found = planted(|events| {
        let sent = |event: &Event| matches!(event, Event::Sent { key, .. } if key == "k1");
        events.retain(|event| !sent(event));
    });
    let (client, key) = ("alice".to_owned(), "k1".to_owned());
    assert_eq!(found, [Violation::AcknowledgedUnsent { client, key }]);
}

#[test]
fn a_message_seen_by_an_outsider_is_found() {
    for event in [
        received("mallory", 1, "k1"),
        screen("mallory", Vec::new()),
        Event::TookPage {
            client: "mallory".to_owned(),
            room: ROOM,
            seq: 3,
        },
    ] {
        let found = planted(|events| events.push(event));
        let (client, room) = ("mallory".to_owned(), ROOM);
        assert_eq!(found[0], Violation::Outsider { client, room });
    }
}

#[test]
fn a_send_that_was_silently_lost_is_found() {
    let found = planted(|events| {
        events.retain(|event| !matches!(event, Event::Waiting { .. }));
    });
    let (client, room, key) = ("alice".to_owned(), ROOM, "k5".to_owned());
    assert_eq!(found, [Violation::Lost { client, room, key }]);
    let given_up = planted(|events| {
        events.retain(|event| !matches!(event, Event::Waiting { .. }));
        events.push(Event::Discarded {
            client: "alice#2".to_owned(),
            room: ROOM,
            key: "k5".to_owned(),
        });
    });
    assert_eq!(given_up, [], "its author gave it up in another tab");
}

#[test]
fn a_refused_send_that_is_stored_is_found() {
    let found = planted(|events| {
        for whose in ["alice", "bob", "bob#2", "server"] {
            rows_of(events, whose).push(shown(4, "k4"));
        }
        for client in ["alice", "bob", "bob#2"] {
            events.push(received(client, 4, "k4"));
        }
    });
    let (client, room, key, number) = ("alice".to_owned(), ROOM, "k4".to_owned(), 4);
    #[rustfmt::skip]
    assert_eq!(found, [Violation::RefusedButStored { client, room, key, number }]);
}

#[test]
fn an_edit_or_a_removal_that_was_not_seen_is_found() {
    for change in [
        (|row: &mut Shown| row.content = "edited".to_owned()) as fn(&mut Shown),
        |row| row.reactions = Some("👍 2 [1, 2]".to_owned()),
        |row| row.deleted = true,
    ] {
        let found = planted(|events| {
            for whose in ["alice", "bob#2", "server"] {
                let rows = rows_of(events, whose);
                let second = rows.iter_mut().find(|row| row.number == 2).unwrap();
                change(second);
            }
        });
        let (client, room, mismatch) = ("bob".to_owned(), ROOM, ScreenMismatch::Stale(2));
        #[rustfmt::skip]
        assert_eq!(found, [Violation::Screen { client, room, mismatch }]);
    }
}

#[test]
fn a_screen_that_shows_what_the_room_does_not_have_is_found() {
    let found = planted(|events| rows_of(events, "bob").push(shown(4, "k9")));
    let (client, room, mismatch) = ("bob".to_owned(), ROOM, ScreenMismatch::Foreign(4));
    #[rustfmt::skip]
    assert_eq!(found, [Violation::Screen { client, room, mismatch }]);
    let blank = planted(|events| rows_of(events, "bob").clear());
    let (client, mismatch) = ("bob".to_owned(), ScreenMismatch::Missing(3));
    #[rustfmt::skip]
    assert_eq!(blank, [Violation::Screen { client, room, mismatch }]);
}

#[test]
fn a_screen_ends_before_the_room_only_when_it_says_so() {
    let cut = |says: bool| {
        planted(|events| {
            rows_of(events, "bob").pop();
            for event in events {
                if let Event::Screen {
                    client, has_newer, ..
                } = event
                {
                    *has_newer = says && client == "bob";
                }
            }
        })
    };
    assert_eq!(cut(true), []);
    assert_eq!(cut(false).len(), 1);
}

#[test]
fn a_deleted_room_has_no_end_but_its_sends_have() {
    let found = planted(|events| {
        events.pop();
        events.push(Event::RoomDeleted { room: ROOM });
        events.retain(|event| !matches!(event, Event::Waiting { .. }));
    });
    let (client, room, key) = ("alice".to_owned(), ROOM, "k5".to_owned());
    assert_eq!(found, [Violation::Lost { client, room, key }]);
}

#[test]
fn where_only_texts_are_known_they_are_the_keys() {
    let texts = |events: &mut Vec<Event>| {
        for event in events {
            if let Event::Screen { rows, .. } | Event::Page { rows, .. } = event {
                for row in rows {
                    row.content = row.key.take().unwrap();
                }
            }
        }
    };
    assert_eq!(planted(texts), []);
    let edited = planted(|events| {
        texts(events);
        for whose in ["alice", "bob", "bob#2", "server"] {
            let rows = rows_of(events, whose);
            let second = rows.iter_mut().find(|row| row.number == 2).unwrap();
            second.content = "k2, edited".to_owned();
        }
    });
    assert_eq!(edited, []);
    let removed = planted(|events| {
        texts(events);
        for (whose, words) in [
            ("alice", "This message was removed."),
            ("bob", "This message was removed."),
            ("bob#2", "This message was removed."),
            ("server", ""),
        ] {
            let rows = rows_of(events, whose);
            let second = rows.iter_mut().find(|row| row.number == 2).unwrap();
            (second.content, second.deleted) = (words.to_owned(), true);
        }
    });
    assert_eq!(removed, []);
    let twice = planted(|events| {
        texts(events);
        rows_of(events, "server").push(Shown {
            number: 4,
            key: None,
            content: "k1".to_owned(),
            deleted: false,
            reactions: None,
        });
    });
    let (room, key, numbers) = (ROOM, "k1".to_owned(), vec![1, 4]);
    #[rustfmt::skip]
    assert!(twice.contains(&Violation::StoredTwice { room, key, numbers }));
}

#[test]
fn a_page_begins_a_view_anew() {
    let anew = planted(|events| {
        let page = |seq| Event::TookPage {
            client: "bob".to_owned(),
            room: ROOM,
            seq,
        };
        events.extend([page(1), received("bob", 2, "k2"), received("bob", 3, "k3")]);
    });
    assert_eq!(anew, []);
    let older = planted(|events| {
        events.push(Event::TookPage {
            client: "bob".to_owned(),
            room: ROOM,
            seq: 2,
        });
    });
    let (client, room, number) = ("bob".to_owned(), ROOM, 3);
    #[rustfmt::skip]
    assert_eq!(older, [Violation::NotSeen { client, room, number }]);
}

#[test]
fn what_was_refused_and_sent_again_may_stand_later() {
    let found = planted(|events| {
        let (client, key) = (|| "alice".to_owned(), || "k1".to_owned());
        let refused = Event::Refused {
            client: client(),
            room: ROOM,
            key: key(),
        };
        events.insert(10, refused);
        for event in events {
            let renumber = |number: &mut i64| *number = [0, 3, 1, 2][*number as usize];
            match event {
                Event::Acknowledged { number, .. } => renumber(number),
                Event::Received { .. } => {}
                Event::Page { rows, .. } | Event::Screen { rows, .. } => {
                    rows.iter_mut().for_each(|row| row.key = None);
                }
                _ => {}
            }
        }
    });
    let disordered = |violation: &&Violation| matches!(violation, Violation::SentOutOfOrder { .. });
    assert_eq!(found.iter().filter(disordered).count(), 0, "{found:?}");
}

#[test]
fn every_fault_is_a_sentence() {
    let found = planted(|events| {
        rows_of(events, "server").push(shown(4, "k2"));
        events.push(received("mallory", 9, "k9"));
    });
    assert!(found.len() > 5, "{found:?}");
    for violation in found {
        let sentence = violation.to_string();
        assert!(
            sentence.ends_with('.') && sentence.contains(' '),
            "{sentence}"
        );
    }
}
