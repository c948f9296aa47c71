//! Every row of the error table, and every way a request can be wrong.

use crate::harness::{Answer, LOBBY, Server};
use reqwest::Method;
use serde_json::{Value, json};

const MESSAGES: &str = "/api/chat/rooms/1/messages";

#[tokio::test]
async fn names_are_taken_up_to_look_alikes() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    server.room(&alice, "General").await;
    for name in ["General", "general", " GENERAL ", "Gеnеral"] {
        let answer = server
            .post("/api/chat/rooms", Some(&alice), json!({"name": name}))
            .await;
        answer.refused(400, "room_name_taken");
    }
    let _here = server.chat(LOBBY, "Carol").await;
    for name in ["Carol", "carol", "Сarol"] {
        let answer = server
            .post("/api/chat/guests", None, json!({"username": name}))
            .await;
        answer.refused(409, "username_taken");
    }
}

#[tokio::test]
async fn writing_needs_somebody() {
    let server = Server::plain().await;
    let bodies = [
        ("/api/chat/rooms", json!({"name": "X"})),
        (MESSAGES, json!({"content": "x"})),
    ];
    for (path, body) in bodies {
        server
            .post(path, None, body.clone())
            .await
            .refused(401, "sign_in_required");
        let request = server
            .http
            .post(server.url(path))
            .bearer_auth("rubbish")
            .json(&body);
        Answer::of(request.send().await.unwrap())
            .await
            .refused(401, "sign_in_required");
    }
    let request = server
        .http
        .get(server.url("/api/chat/rooms"))
        .bearer_auth("rubbish");
    Answer::of(request.send().await.unwrap())
        .await
        .refused(401, "sign_in_required");
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    for id in [
        "999",
        "0",
        "-1",
        "9007199254740993",
        "99999999999999999999999999",
        "lobby",
        "%00",
    ] {
        for path in ["", "/messages", "/users"] {
            let answer = server.get(&format!("/api/chat/rooms/{id}{path}")).await;
            answer.refused(404, "room_not_found");
        }
        let path = format!("/api/chat/rooms/{id}/messages");
        let answer = server
            .post(&path, Some(&alice), json!({"content": "x"}))
            .await;
        answer.refused(404, "room_not_found");
        let path = format!("{MESSAGES}/{id}");
        let edit = Some(json!({"content": "x"}));
        let answer = server.call(Method::PATCH, &path, Some(&alice), edit).await;
        answer.refused(404, "message_not_found");
        let answer = server.call(Method::DELETE, &path, Some(&alice), None).await;
        answer.refused(404, "message_not_found");
    }
    for path in [
        "/api",
        "/api/chat",
        "/api/chat/nothing",
        "/api/other",
        "/api/chat/rooms/1/x",
    ] {
        server.get(path).await.refused(404, "not_found");
    }
}

#[tokio::test]
async fn a_method_that_is_not_taken_is_405() {
    let server = Server::plain().await;
    for (method, path) in [
        (Method::PUT, "/api/chat/rooms"),
        (Method::POST, "/api/chat/rooms/1"),
        (Method::GET, "/api/chat/guests"),
        (Method::GET, "/api/chat/rooms/1/messages/1"),
        (Method::POST, "/healthz"),
        (Method::POST, "/ws"),
    ] {
        let answer = server.call(method, path, None, None).await;
        answer.refused(405, "bad_request");
        assert_ne!(answer.header("allow"), "", "{path}");
    }
}

#[tokio::test]
async fn fields_have_rules() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let long = |count| "x".repeat(count);
    let cases: Vec<(&str, Value, &str)> = vec![
        ("/api/chat/rooms", json!({"name": ""}), "name"),
        ("/api/chat/rooms", json!({"name": long(51)}), "name"),
        ("/api/chat/rooms", json!({"name": "a\u{202e}b"}), "name"),
        (
            "/api/chat/rooms",
            json!({"name": "D", "description": long(501)}),
            "description",
        ),
        ("/api/chat/guests", json!({"username": "  "}), "username"),
        (
            "/api/chat/guests",
            json!({"username": long(33)}),
            "username",
        ),
        (
            "/api/chat/guests",
            json!({"username": "a\u{200b}b"}),
            "username",
        ),
        (MESSAGES, json!({"content": " \n "}), "content"),
        (MESSAGES, json!({"content": long(10_001)}), "content"),
        (MESSAGES, json!({"content": "\u{0}\u{1b}[31m"}), "content"),
        (
            MESSAGES,
            json!({"content": "x", "client_id": ""}),
            "client_id",
        ),
        (
            MESSAGES,
            json!({"content": "x", "client_id": long(65)}),
            "client_id",
        ),
    ];
    for (path, body, field) in cases {
        let answer = server.post(path, Some(&alice), body).await;
        answer.refused(422, "invalid");
        assert_eq!(answer.body["field"], field, "{path}");
    }
    let widest = json!({"content": "𝄞".repeat(10_000), "client_id": long(64)});
    assert_eq!(
        server.post(MESSAGES, Some(&alice), widest).await.status,
        201
    );
}

#[tokio::test]
async fn a_body_that_is_not_of_the_form_is_400() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let deep = "[".repeat(60_000);
    let deep_inside = format!("{{\"content\":{}", "{\"a\":".repeat(10_000));
    let bodies: [&[u8]; 12] = [
        b"",
        b"{",
        b"null",
        b"[]",
        b"\"x\"",
        b"{\"content\":7}",
        b"{\"content\":null}",
        b"{\"content\":\"x\",\"reply_to\":\"1\"}",
        b"{\"contents\":\"x\"}",
        b"{\"content\":\"\xff\"}",
        deep.as_bytes(),
        deep_inside.as_bytes(),
    ];
    for body in bodies {
        let request = server
            .http
            .post(server.url(MESSAGES))
            .bearer_auth(&alice.token);
        let request = request
            .header("content-type", "application/json")
            .body(body.to_vec());
        let answer = Answer::of(request.send().await.unwrap()).await;
        answer.refused(400, "bad_request");
    }
    assert_eq!(
        server.get(MESSAGES).await.body,
        json!([]),
        "none of them did anything"
    );
}

#[tokio::test]
async fn a_body_that_is_too_large_is_413() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    for size in [64 * 1024 + 1, 100_000, 900_000] {
        let padding = size - json!({"content": ""}).to_string().len();
        let body = json!({"content": "x".repeat(padding)});
        let answer = server.post(MESSAGES, Some(&alice), body).await;
        answer.refused(413, "too_large");
    }
    // 64 KiB to the byte is read, and then refused for its length.
    let padding = 64 * 1024 - json!({"content": ""}).to_string().len();
    let body = json!({"content": "x".repeat(padding)});
    server
        .post(MESSAGES, Some(&alice), body)
        .await
        .refused(422, "invalid");
}

#[tokio::test]
async fn a_body_of_another_type_is_415() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    for kind in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "application/jsonp",
        "",
    ] {
        let request = server
            .http
            .post(server.url(MESSAGES))
            .bearer_auth(&alice.token);
        let request = request
            .header("content-type", kind)
            .body("{\"content\":\"x\"}");
        Answer::of(request.send().await.unwrap())
            .await
            .refused(415, "bad_request");
    }
    let request = server
        .http
        .post(server.url(MESSAGES))
        .bearer_auth(&alice.token);
    let request = request.header("content-type", "Application/JSON; charset=utf-8");
    let answer = request.body("{\"content\":\"x\"}").send().await.unwrap();
    assert_eq!(answer.status(), 201);
}

#[tokio::test]
async fn too_often_says_when_again() {
    let server = Server::start(|settings| {
        settings.limits.messages_per_second = 1;
        settings.limits.message_burst = 2;
        settings.limits.guests_per_minute = 2;
        settings.limits.rooms_per_hour = 1;
    })
    .await;
    let alice = server.guest("Alice").await;
    let bob = server.guest("Bob").await;
    let refused = |answer: Answer| {
        answer.refused(429, "rate_limited");
        let ms = answer.body["retry_after_ms"].as_u64().unwrap();
        assert!(ms > 0);
        let seconds: u64 = answer.header("retry-after").parse().unwrap();
        assert_eq!(seconds, ms.div_ceil(1_000));
    };
    refused(
        server
            .post("/api/chat/guests", None, json!({"username": "Carol"}))
            .await,
    );
    server.room(&alice, "One").await;
    refused(
        server
            .post("/api/chat/rooms", Some(&alice), json!({"name": "Two"}))
            .await,
    );
    let first = json!({"content": "x", "client_id": "k1"});
    assert_eq!(
        server
            .post(MESSAGES, Some(&alice), first.clone())
            .await
            .status,
        201
    );
    server.say(&alice, LOBBY, "x").await;
    refused(
        server
            .post(MESSAGES, Some(&alice), json!({"content": "x"}))
            .await,
    );
    let again = server.post(MESSAGES, Some(&alice), first).await;
    assert_eq!(again.status, 200, "a repeated send costs nothing");
    server
        .say(&bob, LOBBY, "limits are each person's own")
        .await;
}

#[tokio::test]
async fn a_list_is_no_record() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    for (path, list) in [
        (MESSAGES, json!(["x"])),
        (MESSAGES, json!(["x", null, null])),
        ("/api/chat/rooms", json!(["Tea"])),
        ("/api/chat/guests", json!(["Bob"])),
    ] {
        let answer = server.post(path, Some(&alice), list).await;
        answer.refused(400, "bad_request");
    }
    let mut socket = server.socket("/ws/chat/1", &[]).await;
    socket.send(json!(["Bob"])).await;
    assert_eq!(socket.next_of_type("error").await["code"], "bad_request");
    assert_eq!(socket.closed().await.0, 4400);
    let mut socket = server.joined(&alice, LOBBY).await;
    socket.send(json!(["message", 1, "x", null, null])).await;
    assert_eq!(socket.next_of_type("error").await["code"], "bad_request");
    let messages = server.get(MESSAGES).await;
    assert_eq!(messages.body, json!([]));
}

#[tokio::test]
async fn too_often_from_one_address_is_too_often_under_every_name() {
    let server = Server::start(|settings| {
        settings.limits.address_messages_per_second = 1;
        settings.limits.address_message_burst = 1;
        settings.limits.address_rooms_per_hour = 1;
    })
    .await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    server.room(&alice, "One").await;
    let second = json!({"name": "Two"});
    let answer = server.post("/api/chat/rooms", Some(&bob), second).await;
    answer.refused(429, "rate_limited");
    assert!(answer.body["retry_after_ms"].as_u64().unwrap() > 60_000);

    // However slow the machine is: more than one a second do not pass.
    let mut refused = None;
    for _ in 0..1_000 {
        for guest in [&alice, &bob] {
            let answer = server.post(MESSAGES, Some(guest), json!({"content": "x"}));
            let answer = answer.await;
            if answer.status != 201 {
                refused = Some(answer);
            }
        }
        if refused.is_some() {
            break;
        }
    }
    let refused = refused.expect("one of them is too fast");
    refused.refused(429, "rate_limited");
    assert!(refused.body["retry_after_ms"].as_u64().unwrap() <= 1_000);
}
