//! Where a day begins in a room.

use super::*;
use parlour_protocol::{Number, Timestamp};
use parlour_server::messages::first_since;

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

#[tokio::test]
async fn a_day_begins_with_its_first_message_or_the_next_one_after_it() {
    let bench = Bench::new().await;
    let (ctx, alice) = (&bench.ctx, bench.guest("Alice").await);
    let on = async |at: i64| {
        first_since(ctx, &alice, LOBBY, Timestamp(at))
            .await
            .unwrap()
    };
    assert_eq!(on(0).await, None);
    let mut all = Vec::new();
    for day in 0..4 {
        for text in ["a", "b", "c"] {
            all.push(bench.post(&alice, text).await);
        }
        // Numbers that no message has.
        let last = all[all.len() - 1].number;
        messages::edit(ctx, &alice, LOBBY, last, format!("edited {day}"))
            .await
            .unwrap();
        // The days between have none.
        bench.clock.advance(2 * DAY);
    }
    for message in &all {
        let earlier = all
            .iter()
            .find(|one| one.timestamp >= message.timestamp)
            .unwrap();
        assert_eq!(on(message.timestamp.0).await, Some(earlier.number));
    }
    for day in 1..4 {
        let (first, before) = (&all[3 * day], &all[3 * day - 1]);
        assert_eq!(on(before.timestamp.0 + 1_000).await, Some(first.number));
        assert_eq!(on(first.timestamp.0 - 1).await, Some(first.number));
    }
    assert_eq!(on(0).await, Some(Number(1)));
    let last = all[11].number;
    assert_eq!(
        on(all[11].timestamp.0 + 1_000).await,
        Some(last),
        "all are earlier"
    );
    let gone = first_since(ctx, &alice, RoomId(99), Timestamp(0)).await;
    assert!(matches!(gone, Err(ServiceError::RoomNotFound)));
}
