//! What is refused about members, and how.

use super::{ban, call, closed, let_in, put_out, role, roles};
use crate::harness::{Guest, LOBBY, Server};
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn what_cannot_be_done_is_refused_and_says_why() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = closed(&server, &alice).await;
    let_in(&server, &alice, den, &bob).await;
    let nobody = Guest {
        id: 4_711,
        token: String::new(),
    };
    let_in(&server, &alice, den, &nobody)
        .await
        .refused(404, "not_found");
    put_out(&server, &alice, den, &nobody)
        .await
        .refused(404, "not_found");
    role(&server, &alice, den, &nobody, "member")
        .await
        .refused(404, "not_found");
    let unknown = ban(&server, &alice, den, json!({"user_id": nobody.id})).await;
    unknown.refused(404, "not_found");
    for (name, of) in [("visitor", "role"), ("king", "role"), ("", "role")] {
        let refused = role(&server, &alice, den, &bob, name).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.body["field"], of);
    }
    for (body, field) in [
        (
            json!({"user_id": bob.id, "until": "2001-01-01T00:00:00.000Z"}),
            "until",
        ),
        (
            json!({"user_id": bob.id, "reason": "x".repeat(501)}),
            "reason",
        ),
        (json!({"user_id": bob.id, "reason": "\u{202e}x"}), "reason"),
    ] {
        let refused = ban(&server, &alice, den, body).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.body["field"], field);
    }
    for body in [
        json!({}),
        json!({"user_id": "x"}),
        json!({"user_id": bob.id, "until": "soon"}),
    ] {
        ban(&server, &alice, den, body)
            .await
            .refused(400, "bad_request");
    }
    let members = format!("{den}/members");
    for query in ["?limit=0", "?limit=101", "?after=x"] {
        let path = format!("{members}{query}");
        let refused = call(&server, Method::GET, &alice, &path, None).await;
        refused.refused(422, "invalid");
    }
    assert_eq!(roles(&server, &alice, den).await.len(), 2);
    let path = format!("/api/chat/rooms/{LOBBY}/members");
    let nobodys = server.post(&path, None, json!({"user_id": 1})).await;
    nobodys.refused(401, "sign_in_required");
}

#[tokio::test]
async fn nobody_decides_about_a_direct_room() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let carol = server.guest("Carol").await;
    let body = json!({"user_ids": [bob.id]});
    let talk = server.post("/api/chat/direct", Some(&alice), body).await;
    let room = talk.body["id"].as_i64().unwrap();
    let_in(&server, &alice, room, &carol)
        .await
        .refused(403, "forbidden");
    put_out(&server, &alice, room, &bob)
        .await
        .refused(403, "forbidden");
    role(&server, &alice, room, &bob, "owner")
        .await
        .refused(403, "forbidden");
    let body = json!({"user_id": bob.id});
    ban(&server, &alice, room, body)
        .await
        .refused(403, "forbidden");
    assert_eq!(roles(&server, &bob, room).await.len(), 2);
    let hidden = call(
        &server,
        Method::GET,
        &carol,
        &format!("{room}/members"),
        None,
    )
    .await;
    hidden.refused(404, "room_not_found");
}

#[tokio::test]
async fn whom_one_may_not_know_of_is_nobody_to_let_in() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = closed(&server, &alice).await;
    let invite = server.post("/api/chat/invites", Some(&alice), json!({"room_id": den}));
    let code = invite.await.body["code"].as_str().unwrap().to_owned();
    let path = format!("/api/chat/invites/{code}/accept");
    let carol = server.post(&path, None, json!({"username": "Carol"})).await;
    let carol = Guest {
        id: carol.body["user"]["id"].as_i64().unwrap(),
        token: carol.body["token"].as_str().unwrap().to_owned(),
    };
    let attic = closed(&server, &bob).await;
    let hidden = let_in(&server, &bob, attic, &carol).await;
    let nobody = Guest {
        id: 4_711,
        token: String::new(),
    };
    let none = let_in(&server, &bob, attic, &nobody).await;
    hidden.refused(404, "not_found");
    assert_eq!(hidden.body, none.body);
    // Who is put out is known to have been there.
    assert_eq!(put_out(&server, &alice, den, &carol).await.status, 204);
    assert_eq!(let_in(&server, &alice, den, &carol).await.status, 204);
    let rooms = server
        .call(Method::GET, "/api/chat/me/rooms", Some(&carol), None)
        .await;
    assert_eq!(rooms.body.as_array().unwrap().len(), 1);
}
