//! People over REST: found by name, shown, and blocked.

use crate::harness::{Answer, Guest, LOBBY, Server};
use parlour_protocol::{RoomKind, UserId};
use reqwest::Method;
use serde_json::{Value, json};

async fn call(server: &Server, method: Method, by: &Guest, path: &str) -> Answer {
    let path = format!("/api/chat{path}");
    server.call(method, &path, Some(by), None).await
}

fn names(found: &Value) -> Vec<&str> {
    let people = found.as_array().unwrap().iter();
    people
        .map(|person| person["name"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn people_are_found_by_any_part_of_their_names_but_for_case_and_accents() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    for name in ["Zoë Müller", "bob", "Alicia"] {
        server.guest(name).await;
    }
    let found = async |wanted: &str| {
        let path = format!("/people?q={wanted}");
        let answer = call(&server, Method::GET, &alice, &path).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        answer.body
    };
    assert_eq!(names(&found("ZOE%20mul").await), ["Zoë Müller"]);
    assert_eq!(
        names(&found("ali").await),
        ["Alicia"],
        "oneself is not among them"
    );
    assert_eq!(names(&found("").await), ["Alicia", "bob", "Zoë Müller"]);
    assert!(names(&found("nobody").await).is_empty());
    server
        .get("/api/chat/people?q=a")
        .await
        .refused(401, "sign_in_required");
}

#[tokio::test]
async fn who_searches_all_people_does_so_now_and_then() {
    let server = Server::start(|settings| settings.limits.people_searches_per_minute = 3).await;
    let alice = server.guest("Alice").await;
    for _ in 0..3 {
        assert_eq!(
            call(&server, Method::GET, &alice, "/people?q=b")
                .await
                .status,
            200
        );
    }
    let refused = call(&server, Method::GET, &alice, "/people?q=b").await;
    refused.refused(429, "rate_limited");
}

#[tokio::test]
async fn a_card_shows_who_somebody_is_and_the_rooms_in_common_alone() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let bob = server.guest("Bob").await;
    let tea = server.room(&alice, "Tea").await;
    let den = server
        .ctx
        .store
        .make_room(RoomKind::Closed, UserId(bob.id), "Den");
    den.await;
    server.say(&bob, tea, "hello").await;
    server.say(&bob, LOBBY, "hello").await;
    let body = json!({"user_ids": [bob.id]});
    server.post("/api/chat/direct", Some(&alice), body).await;
    let path = format!("/people/{}", bob.id);
    let card = call(&server, Method::GET, &alice, &path).await;
    assert_eq!(card.status, 200, "{card:?}");
    assert_eq!(
        (
            &card.body["id"],
            &card.body["name"],
            &card.body["kind"],
            &card.body["role"]
        ),
        (
            &json!(bob.id),
            &json!("Bob"),
            &json!("guest"),
            &json!("guest")
        )
    );
    assert_eq!(names(&card.body["rooms"]), ["Tea"]);
    assert_eq!(card.body["is_blocked"], false);
    let own = call(&server, Method::GET, &bob, &path).await;
    assert_eq!(own.body["name"], "Bob");
    for nobody in ["9999", "x", "0", "-1"] {
        let none = call(&server, Method::GET, &alice, &format!("/people/{nobody}")).await;
        none.refused(404, "not_found");
    }
}

#[tokio::test]
async fn who_is_blocked_is_told_nothing_and_reaches_nobody_alone() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let bob = server.guest("Bob").await;
    let body = json!({"user_ids": [alice.id]});
    let room = server.post("/api/chat/direct", Some(&bob), body).await.body["id"].clone();
    let path = format!("/me/blocks/{}", bob.id);
    let said = format!("/api/chat/rooms/{room}/messages");
    let said = server
        .post(&said, Some(&bob), json!({"content": "hi"}))
        .await;
    let before = call(&server, Method::GET, &bob, &format!("/people/{}", alice.id)).await;
    for _ in 0..2 {
        assert_eq!(call(&server, Method::PUT, &alice, &path).await.status, 204);
    }
    let after = call(&server, Method::GET, &bob, &format!("/people/{}", alice.id)).await;
    assert_eq!(before.body, after.body);
    let card = call(&server, Method::GET, &alice, &format!("/people/{}", bob.id)).await;
    assert_eq!(card.body["is_blocked"], true);
    let first = format!("/api/chat/rooms/{room}/messages/{}", said.body["number"]);
    let edit = async || {
        let rude = Some(json!({"content": "rude"}));
        server.call(Method::PATCH, &first, Some(&bob), rude).await
    };
    edit().await.refused(404, "room_not_found");
    let say = async || {
        let path = format!("/api/chat/rooms/{room}/messages");
        let said = json!({"content": "hello"});
        server.post(&path, Some(&bob), said).await
    };
    say().await.refused(404, "room_not_found");
    for _ in 0..2 {
        assert_eq!(
            call(&server, Method::DELETE, &alice, &path).await.status,
            204
        );
    }
    assert_eq!(say().await.status, 201);
    assert_eq!(edit().await.status, 200);
    // Also whom one meets no more: they were disabled.
    assert_eq!(call(&server, Method::PUT, &alice, &path).await.status, 204);
    let disable = format!("UPDATE users SET state = 'disabled' WHERE id = {}", bob.id);
    server.ctx.store.execute_sql(&disable).await;
    call(&server, Method::PUT, &alice, &path)
        .await
        .refused(404, "not_found");
    assert_eq!(
        call(&server, Method::DELETE, &alice, &path).await.status,
        204
    );
    let left: Vec<i64> = (server.ctx.store)
        .query_sql("SELECT count(*) FROM blocks")
        .await;
    assert_eq!(left, [0]);
    let own = format!("/me/blocks/{}", alice.id);
    let none = call(&server, Method::PUT, &alice, "/me/blocks/9999").await;
    none.refused(404, "not_found");
    call(&server, Method::PUT, &alice, &own)
        .await
        .refused(404, "not_found");
}

#[tokio::test]
async fn a_guest_of_an_invitation_knows_of_those_in_their_rooms_and_is_known_to_them() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mallory = server.guest("Mallory").await;
    let tea = server.room(&alice, "Tea").await;
    let body = json!({"room_id": tea});
    let invite = server.post("/api/chat/invites", Some(&alice), body).await;
    let code = invite.body["code"].as_str().unwrap();
    let path = format!("/api/chat/invites/{code}/accept");
    let came = server.post(&path, None, json!({"username": "Bob"})).await;
    let bob = Guest {
        id: came.body["user"]["id"].as_i64().unwrap(),
        token: came.body["token"].as_str().unwrap().to_owned(),
    };
    let found = async |by: &Guest| {
        let found = call(&server, Method::GET, by, "/people?q=").await.body;
        names(&found).join(" ")
    };
    assert_eq!(found(&bob).await, "Alice");
    assert_eq!(found(&alice).await, "Bob Mallory");
    assert_eq!(found(&mallory).await, "Alice");
    let card = call(
        &server,
        Method::GET,
        &bob,
        &format!("/people/{}", mallory.id),
    )
    .await;
    card.refused(404, "not_found");
    for (by, other, status) in [
        (&bob, &mallory, 404),
        (&mallory, &bob, 404),
        (&bob, &alice, 201),
    ] {
        let body = json!({"user_ids": [other.id]});
        let answer = server.post("/api/chat/direct", Some(by), body).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
}
