//! Editing and deleting: the message stays where it is, its seq moves on.

use super::*;
use parlour_protocol::{Number, Seq};
use parlour_server::messages::{delete, edit};

#[tokio::test]
async fn an_edit_moves_the_seq_and_keeps_the_number() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let first = bench.post(&alice, "one").await;
    bench.post(&alice, "two").await;
    bench.clock.advance(Duration::from_secs(1));
    let edited = edit(&bench.ctx, &alice, LOBBY, Number(1), "uno".to_owned())
        .await
        .unwrap();
    assert_eq!((edited.number, edited.seq), (Number(1), Seq(3)));
    assert_eq!(edited.content, "uno");
    assert_eq!(edited.edited_at, Some(bench.clock.now()));
    assert_eq!(edited.timestamp, first.timestamp);
    assert_eq!((edited.id, &edited.client_id), (first.id, &first.client_id));
    assert_eq!(bench.value::<i64>("SELECT posts FROM rooms").await, 2);
}

#[tokio::test]
async fn the_same_text_changes_nothing() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    let first = bench.post(&alice, "one").await;
    let same = edit(&bench.ctx, &alice, LOBBY, Number(1), "one\n".to_owned()).await;
    assert_eq!(same.unwrap(), first);
    assert_eq!(bench.value::<i64>("SELECT seq FROM rooms").await, 1);
}

#[tokio::test]
async fn a_message_from_before_its_text_was_cleaned_is_not_changed_by_saving_it() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    bench.post(&alice, "one").await;
    bench
        .change("UPDATE messages SET body = 'a\u{2028}b'")
        .await;
    let same = edit(
        &bench.ctx,
        &alice,
        LOBBY,
        Number(1),
        "a\u{2028}b".to_owned(),
    )
    .await;
    assert_eq!(same.unwrap().edited_at, None);
    let other = edit(&bench.ctx, &alice, LOBBY, Number(1), "a b".to_owned()).await;
    assert_eq!(other.unwrap().content, "a b");
}

#[tokio::test]
async fn a_deleted_message_is_a_tombstone() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    bench.post(&alice, "secret").await;
    bench.post(&alice, "two").await;
    let gone = delete(&bench.ctx, &alice, LOBBY, Number(1)).await.unwrap();
    assert_eq!((gone.number, gone.seq), (Number(1), Seq(3)));
    assert!(gone.deleted);
    assert_eq!(gone.content, "");
    let kept = "SELECT count(*) FROM messages WHERE body LIKE '%secret%'";
    assert_eq!(bench.value::<i64>(kept).await, 0);
    assert_eq!(bench.value::<i64>("SELECT count(*) FROM messages").await, 2);

    let twice = delete(&bench.ctx, &alice, LOBBY, Number(1)).await.unwrap();
    assert_eq!(twice, gone, "deleting again is done already");
    let edited = edit(&bench.ctx, &alice, LOBBY, Number(1), "back".to_owned()).await;
    assert!(matches!(edited, Err(ServiceError::MessageNotFound)));
}

#[tokio::test]
async fn only_its_author_changes_a_message_and_an_admin_removes_it() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    bench.post(&alice, "hers").await;
    let text = || "his".to_owned();
    let ctx = &bench.ctx;
    assert!(matches!(
        edit(ctx, &bob, LOBBY, Number(1), text()).await,
        Err(ServiceError::Forbidden)
    ));
    assert!(matches!(
        delete(ctx, &bob, LOBBY, Number(1)).await,
        Err(ServiceError::Forbidden)
    ));
    let nobody = visitor();
    assert!(matches!(
        edit(ctx, &nobody, LOBBY, Number(1), text()).await,
        Err(ServiceError::SignInRequired)
    ));
    assert!(matches!(
        delete(ctx, &nobody, LOBBY, Number(1)).await,
        Err(ServiceError::SignInRequired)
    ));
    let admin = admin(&bob);
    assert!(matches!(
        edit(ctx, &admin, LOBBY, Number(1), text()).await,
        Err(ServiceError::Forbidden)
    ));
    assert!(delete(ctx, &admin, LOBBY, Number(1)).await.unwrap().deleted);
}

#[tokio::test]
async fn a_message_is_looked_up_in_its_room() {
    let bench = Bench::new().await;
    let alice = bench.guest("Alice").await;
    bench.post(&alice, "one").await;
    let ctx = &bench.ctx;
    for number in [0, -1, 2, i64::MAX, i64::MIN] {
        let edited = edit(ctx, &alice, LOBBY, Number(number), "x".to_owned()).await;
        assert!(
            matches!(edited, Err(ServiceError::MessageNotFound)),
            "{number}"
        );
        let deleted = delete(ctx, &alice, LOBBY, Number(number)).await;
        assert!(
            matches!(deleted, Err(ServiceError::MessageNotFound)),
            "{number}"
        );
    }
    let elsewhere = edit(ctx, &alice, RoomId(2), Number(1), "x".to_owned()).await;
    assert!(matches!(elsewhere, Err(ServiceError::RoomNotFound)));
    let empty = edit(ctx, &alice, LOBBY, Number(1), " ".to_owned()).await;
    assert!(matches!(empty, Err(ServiceError::Invalid(_))));
}
