//! What a page shows.

use super::*;
use parlour_protocol::{Number, Seq};
use parlour_server::page_content::{At, View, place};

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
