//! Invitations behind which one asks to be let in.

use crate::harness::{Guest, Server};
use crate::invites::{INVITES, accept, closed, get, ids, made};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn who_asks_first_is_in_once_somebody_lets_them_in() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let den = closed(&server, &alice, "Den").await;
    let code = made(&server, &alice, json!({"room_id": den, "ask": true})).await;
    let look = server.get(&format!("{INVITES}/{code}")).await.body;
    assert_eq!(
        (&look["asks"], &look["asked"]),
        (&json!(true), &Value::Null)
    );

    let asked = accept(&server, &code, None, Some("Bob")).await;
    assert_eq!((asked.status, &asked.body["room"]), (201, &Value::Null));
    assert_eq!(asked.body["asked"], "waiting");
    let bob = Guest {
        id: asked.body["user"]["id"].as_i64().unwrap(),
        token: asked.body["token"].as_str().unwrap().to_owned(),
    };
    let room = format!("/rooms/{den}");
    get(&server, &bob, &room)
        .await
        .refused(404, "room_not_found");
    assert!(ids(&get(&server, &bob, "/me/rooms").await.body).is_empty());
    // Twice is once.
    let again = accept(&server, &code, Some(&bob), None).await;
    assert_eq!(
        (again.status, &again.body["asked"]),
        (202, &json!("waiting"))
    );
    let invites = get(&server, &alice, "/invites").await.body;
    assert_eq!(
        (&invites[0]["used"], &invites[0]["asks"]),
        (&json!(1), &json!(true))
    );

    let requests = format!("{room}/requests");
    let listed = get(&server, &alice, &requests).await.body;
    assert_eq!(listed.as_array().unwrap().len(), 1);
    assert_eq!(listed[0]["user"]["name"], "Bob");
    // To others there is no such room, and who is in it and lets nobody in sees nobody.
    let carol = server.guest("Carol").await;
    let direct = made(&server, &alice, json!({"room_id": den})).await;
    for who in [&bob, &carol] {
        get(&server, who, &requests)
            .await
            .refused(404, "room_not_found");
    }
    accept(&server, &direct, Some(&carol), None).await;
    get(&server, &carol, &requests)
        .await
        .refused(403, "forbidden");
    let answer = async |by: &Guest, method: Method, user: i64| {
        let path = format!("/api/chat{requests}/{user}");
        server.call(method, &path, Some(by), None).await
    };
    answer(&carol, Method::PUT, bob.id)
        .await
        .refused(403, "forbidden");

    let mut socket = server.browser(&bob).await;
    assert_eq!(answer(&alice, Method::PUT, bob.id).await.status, 204);
    let told = socket.next_of_type("room_changed").await;
    assert_eq!((&told["id"], &told["name"]), (&json!(den), &json!("Den")));
    server.say(&bob, den, "Thank you.").await;
    answer(&alice, Method::PUT, bob.id)
        .await
        .refused(404, "not_found");
    let in_it = accept(&server, &code, Some(&bob), None).await;
    assert_eq!(
        (in_it.status, &in_it.body["room"]["id"]),
        (200, &json!(den))
    );

    // Who is refused stays so.
    let dave = server.guest("Dave").await;
    assert_eq!(accept(&server, &code, Some(&dave), None).await.status, 202);
    assert_eq!(answer(&alice, Method::DELETE, dave.id).await.status, 204);
    let refused = accept(&server, &code, Some(&dave), None).await;
    assert_eq!(refused.body["asked"], "refused");
    get(&server, &dave, &room)
        .await
        .refused(404, "room_not_found");
    assert!(
        get(&server, &alice, &requests)
            .await
            .body
            .as_array()
            .unwrap()
            .is_empty()
    );
    let owner = server.member_as("Olga", "owner").await;
    for (by, body) in [
        (&owner, json!({"ask": true})),
        (
            &alice,
            json!({"room_id": den, "ask": true, "role": "moderator"}),
        ),
    ] {
        let unfit = server.post(INVITES, Some(by), body).await;
        unfit.refused(422, "invalid");
        assert_eq!(unfit.body["field"], "ask");
    }
}
