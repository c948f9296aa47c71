//! A closed room with ten thousand members.

use super::*;
use parlour_protocol::{RoomKind, UserId};
use parlour_server::rooms::{NewRoom, create, let_in, members, put_out};
use std::collections::HashSet;

/// Ten thousand people who are in the room, past all rules.
async fn many(bench: &Bench, room: RoomId) {
    let people =
        "WITH RECURSIVE n(i) AS (SELECT 1001 UNION ALL SELECT i + 1 FROM n WHERE i < 11000)";
    bench
        .change(format!(
            "INSERT INTO users (id, name, folded, skeleton, kind, created_at) \
            {people} SELECT i, 'N' || i, 'n' || i, 'n' || i, 'guest', 0 FROM n; \
            INSERT INTO memberships (room_id, user_id, role, joined_at) \
            {people} SELECT {room}, i, 'member', 0 FROM n"
        ))
        .await;
}

#[tokio::test]
async fn ten_thousand_members_are_listed_in_parts_and_people_come_and_go() {
    let bench = Bench::new().await;
    let (alice, bob) = (bench.guest("Alice").await, bench.guest("Bob").await);
    let mut den = NewRoom {
        name: "Den".to_owned(),
        ..NewRoom::default()
    };
    den.rules.kind = RoomKind::Closed;
    let den = create(&bench.ctx, &alice, den).await.unwrap().id;
    many(&bench, den).await;
    // The hub learns who may hear of it.
    let bench = bench.reopened().await;
    let ctx = &bench.ctx;
    let who = user(&bob).id;
    for _ in 0..3 {
        let_in(ctx, &alice, den, who).await.unwrap();
        let seen = members(ctx, &bob, den, UserId(0), 100).await.unwrap();
        assert_eq!(seen.people.len(), 100);
        put_out(ctx, &alice, den, who).await.unwrap();
        let seen = members(ctx, &bob, den, UserId(0), 100).await;
        assert!(matches!(seen, Err(ServiceError::RoomNotFound)));
    }
    let (mut seen, mut after) = (HashSet::new(), Some(UserId(0)));
    while let Some(behind) = after {
        let part = members(ctx, &alice, den, behind, 100).await.unwrap();
        seen.extend(part.people.into_iter().map(|member| member.user.id));
        after = part.next;
    }
    assert_eq!(seen.len(), 10_001);
}
