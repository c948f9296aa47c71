//! What a page shows.

use super::*;
use parlour_protocol::{Guests, MessageId, Number, Posting, ReadOnly, RoomRules, Seq};
use parlour_server::page_content::{At, View, place, visit, visit_unread};
use parlour_server::{people, rooms};

#[tokio::test]
async fn the_welcome_screen_is_a_place_without_a_room() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let shown = place(&bench.ctx, &visitor(), None).await.unwrap();
    assert_eq!((shown.me, shown.open), (None, None));
    assert_eq!(shown.rooms.len(), 1);
    let other = place(&bench.ctx, &alice, None).await.unwrap();
    assert_eq!(other.me.as_ref(), Some(user(&alice)));
    assert_ne!(
        other.form_key, shown.form_key,
        "every page sends with a key of its own"
    );
}

#[tokio::test]
async fn a_room_shows_its_newest_fifty() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    for i in 0..60 {
        bench.post(&alice, &format!("{i}")).await;
    }
    let at = |view| Some(At { room: LOBBY, view });
    let shown = place(&bench.ctx, &visitor(), at(View::Newest))
        .await
        .unwrap();
    let open = shown.open.unwrap();
    assert_eq!(open.history.messages.len(), 50);
    assert_eq!((open.room.seq, open.history.seq), (Seq(60), Seq(60)));
    assert_eq!((open.marked, open.may_delete), (None, false));
    assert!(open.history.has_older && !open.history.has_newer);

    let link = place(&bench.ctx, &visitor(), at(View::Around(Number(5))))
        .await
        .unwrap();
    let open = link.open.unwrap();
    assert_eq!(open.marked, Some(Number(5)));
    assert!(open.history.messages.iter().any(|m| m.number == Number(5)));
    assert!(open.history.has_newer);
}

#[tokio::test]
async fn a_room_with_more_unread_than_a_page_begins_where_its_reader_stopped() {
    let bench = Bench::with(|settings| settings.limits.history_pages_per_second = 1).await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let ctx = &bench.ctx;
    for _ in 0..40 {
        bench.post(&alice, "before").await;
    }
    rooms::enter(ctx, &bob, LOBBY).await.unwrap();
    let newest = || {
        Some(At {
            room: LOBBY,
            view: View::Newest,
        })
    };
    let shown = async |scope: &Scope| {
        let open = place(ctx, scope, newest()).await.unwrap().open.unwrap();
        let mut visited = visit_unread(ctx, scope, LOBBY).await.unwrap();
        for message in &mut visited.history.messages {
            message.id = MessageId::default();
        }
        assert_eq!(visited, open, "a page and a tab begin at one place");
        let numbers = open.history.messages.iter().map(|m| m.number.0);
        let ends = numbers.clone().min().zip(numbers.max()).unwrap();
        (ends, open.history.has_newer, open.read)
    };
    for posted in 1..=60 {
        bench.post(&alice, "after").await;
        let (all, read) = (40 + posted, Some(Seq(40)));
        // It shows what was read last, too, and opening it is no page of history.
        let expected = match posted {
            ..50 => (((all - 49).max(1), all), false, read),
            _ => ((16, 65.min(all)), all > 65, read),
        };
        let ((from, to), has_newer, read) = shown(&bob).await;
        assert!(from <= 40 && to > 40, "{posted}");
        if posted < 50 || posted == 60 {
            assert_eq!(((from, to), has_newer, read), expected, "{posted}");
        }
        assert_eq!(
            shown(&alice).await.0,
            ((all - 49).max(1), all),
            "who has read it all"
        );
    }
    let visited = visit(ctx, &bob, newest().unwrap()).await.unwrap();
    assert_eq!(visited.history.messages.last().unwrap().number, Number(100));
}

#[tokio::test]
async fn a_permalink_to_no_message_is_not_found() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    bench.post(&alice, "x").await;
    for number in [0, -1, 2, i64::MAX] {
        let at = At {
            room: LOBBY,
            view: View::Around(Number(number)),
        };
        let shown = place(&bench.ctx, &visitor(), Some(at)).await;
        assert!(
            matches!(shown, Err(ServiceError::MessageNotFound)),
            "{number}"
        );
    }
    let at = At {
        room: RoomId(9),
        view: View::Newest,
    };
    let shown = place(&bench.ctx, &visitor(), Some(at)).await;
    assert!(matches!(shown, Err(ServiceError::RoomNotFound)));
}

#[tokio::test]
async fn who_made_a_room_and_left_it_is_still_offered_to_delete_it() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let ctx = &bench.ctx;
    let new = rooms::NewRoom {
        name: "Tea".to_owned(),
        ..rooms::NewRoom::default()
    };
    let tea = rooms::create(ctx, &alice, new).await.unwrap().id;
    let at = At {
        room: tea,
        view: View::Newest,
    };
    for _ in 0..2 {
        rooms::leave(ctx, &alice, tea).await.unwrap();
        for (scope, may) in [(&alice, true), (&bob, false), (&visitor(), false)] {
            let open = place(ctx, scope, Some(at)).await.unwrap().open.unwrap();
            assert_eq!(open.may_delete, may);
            assert_eq!(visit(ctx, scope, at).await.unwrap().may_delete, may);
            let unread = visit_unread(ctx, scope, tea).await.unwrap();
            assert_eq!(unread.may_delete, may);
        }
        rooms::enter(ctx, &alice, tea).await.unwrap();
    }
    rooms::leave(ctx, &alice, tea).await.unwrap();
    rooms::delete(ctx, &alice, tea).await.unwrap();
}

#[tokio::test]
async fn who_cannot_write_in_a_room_is_told_why_by_its_page() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let ctx = &bench.ctx;
    let ruled = |posting, guests| RoomRules {
        posting,
        guests,
        ..RoomRules::default()
    };
    for (name, rules, guest, nobody) in [
        ("Tea", ruled(Posting::All, Guests::Write), None, None),
        (
            "News",
            ruled(Posting::Moderators, Guests::Write),
            Some(ReadOnly::Announcements),
            Some(ReadOnly::Announcements),
        ),
        (
            "Club",
            ruled(Posting::Members, Guests::Write),
            Some(ReadOnly::Members),
            Some(ReadOnly::Members),
        ),
        (
            "Window",
            ruled(Posting::All, Guests::Read),
            Some(ReadOnly::Guests),
            Some(ReadOnly::Guests),
        ),
    ] {
        let new = rooms::NewRoom {
            name: name.to_owned(),
            rules,
            ..rooms::NewRoom::default()
        };
        let room = rooms::create(ctx, &alice, new).await.unwrap().id;
        let view = View::Newest;
        let at = At { room, view };
        for (scope, why) in [(&alice, None), (&bob, guest), (&visitor(), nobody)] {
            let open = place(ctx, scope, Some(at)).await.unwrap().open.unwrap();
            assert_eq!(open.read_only, why, "{name}");
            assert_eq!(visit(ctx, scope, at).await.unwrap().read_only, why);
        }
    }
}

#[tokio::test]
async fn whom_somebody_blocks_is_on_their_own_page_and_on_no_other() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let ctx = &bench.ctx;
    for scope in [&alice, &bob] {
        rooms::enter(ctx, scope, LOBBY).await.unwrap();
    }
    let at = At {
        room: LOBBY,
        view: View::Newest,
    };
    let blocked = async |scope| place(ctx, scope, Some(at)).await.unwrap().blocked;
    let (id, nobody) = (bob.user_id().unwrap(), visitor());
    for _ in 0..2 {
        assert_eq!(blocked(&alice).await, []);
        people::block(ctx, &alice, id).await.unwrap();
        assert_eq!(blocked(&alice).await, [id]);
        assert_eq!(
            (blocked(&bob).await, blocked(&nobody).await),
            (vec![], vec![])
        );
        people::unblock(ctx, &alice, id).await.unwrap();
    }
}
