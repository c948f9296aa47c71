//! Giving a room another name or description over REST, and who hears of it.

use crate::harness::{Guest, LOBBY, Server};
use parlour_server::config::LimitSettings;
use reqwest::Method;
use serde_json::{Value, json};

async fn patch(
    server: &Server,
    by: Option<&Guest>,
    room: i64,
    body: Value,
) -> crate::harness::Answer {
    let path = format!("/api/chat/rooms/{room}");
    server.call(Method::PATCH, &path, by, Some(body)).await
}

#[tokio::test]
async fn a_room_is_given_another_name_or_description() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let garden = server.room(&alice, "Garden").await;
    let body = json!({"name": " Attic ", "description": "Dust."});
    let changed = patch(&server, Some(&alice), garden, body).await;
    assert_eq!(changed.status, 200);
    assert_eq!(
        (&changed.body["name"], &changed.body["description"]),
        (&json!("Attic"), &json!("Dust."))
    );
    assert_eq!(changed.body["seq"], 1);
    let path = format!("/api/chat/rooms/{garden}");
    assert_eq!(server.get(&path).await.body, changed.body);
    for body in [json!({}), json!({"name": "Attic", "description": null})] {
        let same = patch(&server, Some(&alice), garden, body).await;
        assert_eq!((same.status, &same.body), (200, &changed.body));
    }
    let described = patch(&server, Some(&alice), garden, json!({"description": ""})).await;
    assert_eq!(
        (&described.body["name"], &described.body["description"]),
        (&json!("Attic"), &json!(""))
    );
}

#[tokio::test]
async fn what_cannot_be_is_refused() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let garden = server.room(&alice, "Garden").await;
    let attic = || json!({"name": "Attic"});
    for (by, room, body, status, code) in [
        (None, garden, attic(), 401, "sign_in_required"),
        (Some(&bob), garden, attic(), 403, "forbidden"),
        (Some(&alice), LOBBY, attic(), 403, "forbidden"),
        (Some(&alice), 99, attic(), 404, "room_not_found"),
        (Some(&alice), garden, json!([]), 400, "bad_request"),
        (Some(&alice), garden, json!({"name": 7}), 400, "bad_request"),
    ] {
        let refused = patch(&server, by, room, body).await;
        refused.refused(status, code);
    }
    let taken = patch(&server, Some(&alice), garden, json!({"name": "lobby"})).await;
    taken.refused(400, "room_name_taken");
    assert_eq!(taken.body["field"], "name");
    let empty = patch(&server, Some(&alice), garden, json!({"name": " "})).await;
    empty.refused(422, "invalid");
    assert_eq!(empty.body["field"], "name");
    let long = json!({"description": "x".repeat(501)});
    let long = patch(&server, Some(&alice), garden, long).await;
    long.refused(422, "invalid");
    assert_eq!(
        (&long.body["field"], &long.body["at"]),
        (&json!("description"), &json!(500))
    );
}

#[tokio::test]
async fn a_flood_of_changes_is_rate_limited() {
    let server = Server::start(|settings| {
        settings.limits = LimitSettings {
            messages_per_second: 1,
            message_burst: 1,
            ..LimitSettings::none()
        };
    })
    .await;
    let alice = server.guest("Alice").await;
    let garden = server.room(&alice, "Garden").await;
    let first = patch(&server, Some(&alice), garden, json!({"name": "One"})).await;
    assert_eq!(first.status, 200);
    let second = patch(&server, Some(&alice), garden, json!({"name": "Two"})).await;
    second.refused(429, "rate_limited");
}

#[tokio::test]
async fn everybody_hears_of_it_and_who_is_in_the_room_as_its_next_change() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let garden = server.room(&alice, "Garden").await;
    let mut inside = server.joined(&alice, garden).await;
    let mut one = server.chat(garden, "Bob").await;
    let mut outside = server.socket("/ws", &[]).await;
    let mut elsewhere = server.chat(LOBBY, "Carol").await;
    inside.say(garden, "one").await;
    let body = json!({"name": "Attic"});
    assert_eq!(patch(&server, Some(&alice), garden, body).await.status, 200);
    for socket in [&mut inside, &mut one, &mut outside] {
        let changed =
            socket.next_that(|frame| frame["type"] == "room_changed" && frame["name"] == "Attic");
        let changed = changed.await;
        assert_eq!(
            (&changed["id"], &changed["seq"], &changed["online"]),
            (&json!(garden), &json!(2), &json!(2))
        );
    }
    let heard = elsewhere.everything(LOBBY).await;
    assert!(heard.iter().all(|frame| frame["type"] != "room_changed"));
    let next = inside.say(garden, "two").await;
    assert_eq!((&next["number"], &next["seq"]), (&json!(3), &json!(3)));
    // Nobody is told twice, and what is no change is not told.
    assert_eq!(
        patch(&server, Some(&alice), garden, json!({})).await.status,
        200
    );
    for (socket, room) in [(&mut inside, garden), (&mut one, garden)] {
        let heard = socket.everything(room).await;
        assert!(heard.iter().all(|frame| frame["type"] != "room_changed"));
    }
}

#[tokio::test]
async fn who_was_away_is_told_by_the_sync() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let garden = server.room(&alice, "Garden").await;
    server.say(&alice, garden, "one").await;
    patch(&server, Some(&alice), garden, json!({"name": "Attic"})).await;
    server.say(&alice, garden, "two").await;
    let mut back = server.browser(&alice).await;
    back.send(json!({"type": "join", "room_id": garden, "after": 1}))
        .await;
    assert_eq!(back.next_of_type("welcome").await["room"]["name"], "Attic");
    let sync = back.next_of_type("sync").await;
    assert_eq!(
        (&sync["room"]["name"], &sync["room"]["online"]),
        (&json!("Attic"), &json!(1))
    );
    assert_eq!(sync["messages"].as_array().unwrap().len(), 1);
    back.send(json!({"type": "sync", "room_id": garden, "after": 2}))
        .await;
    let sync = back.next_of_type("sync").await;
    assert!(sync.get("room").is_none(), "{sync}");
}

#[tokio::test]
async fn a_heartbeat_counts_it() {
    let server = Server::start(|settings| settings.realtime.heartbeat_ms = 100).await;
    let alice = server.guest("Alice").await;
    let garden = server.room(&alice, "Garden").await;
    let mut inside = server.joined(&alice, garden).await;
    patch(&server, Some(&alice), garden, json!({"name": "Attic"})).await;
    let counts = |frame: &Value| {
        frame["type"] == "heartbeat" && frame["rooms"][garden.to_string()] == json!(1)
    };
    inside.next_that(counts).await;
}
