//! Who reacted, and what becomes of it when they are somebody else, or nobody any more.

use super::{THUMB, one, path};
use crate::accounts::PASSWORD;
use crate::harness::{Answer, LOBBY, Server, eventually};
use reqwest::Method;
use serde_json::{Value, json};

#[tokio::test]
async fn who_reacted_is_a_list_in_parts() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    server.say(&alice, LOBBY, "hello").await;
    for name in ["Bob", "Carol", "Dave"] {
        let person = server.guest(name).await;
        server.is_reacted(&person, 1, THUMB).await;
    }
    let names = |answer: &Answer| {
        let people = answer.body.as_array().unwrap().iter();
        people
            .map(|person| person["name"].as_str().unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    let all = server.get(&path(LOBBY, 1, THUMB)).await;
    assert_eq!(
        (names(&all), all.header("link")),
        (vec!["Bob".into(), "Carol".into(), "Dave".into()], "")
    );
    let first = server
        .get(&format!("{}?limit=2", path(LOBBY, 1, "+1")))
        .await;
    assert_eq!(names(&first), ["Bob", "Carol"]);
    let next = first
        .header("link")
        .trim_start_matches('<')
        .split('>')
        .next()
        .unwrap();
    assert_eq!(names(&server.get(next).await), ["Dave"]);
    assert!(names(&server.get(&path(LOBBY, 1, "tada")).await).is_empty());
}

#[tokio::test]
async fn a_guest_who_signs_in_is_one_person_who_reacts() {
    let server = Server::plain().await;
    let alice = server.member("Alice").await;
    let guest = server.guest("Al").await;
    let bob = server.guest("Bob").await;
    server.say(&bob, LOBBY, "hello").await;
    for who in [&alice, &guest, &bob] {
        server.is_reacted(who, 1, THUMB).await;
    }
    server.is_reacted(&guest, 1, "tada").await;
    let body = json!({"username": "Alice", "password": PASSWORD});
    let signed_in = server.post("/api/chat/sessions", Some(&guest), body).await;
    assert_eq!(signed_in.status, 201, "{signed_in:?}");
    let read = server.read(Some(&alice), 1).await;
    let counted = |read: &Value| {
        let reactions = read["reactions"].as_array().unwrap().iter();
        let counted = reactions.map(|one| (one["count"].as_i64().unwrap(), one["mine"] == true));
        counted.collect::<Vec<_>>()
    };
    assert_eq!(counted(&read), [(2, true), (1, true)]);
    let who = server.get(&path(LOBBY, 1, "tada")).await;
    assert_eq!(
        (&who.body[0]["id"], &who.body[0]["name"]),
        (&json!(alice.id), &json!("Alice"))
    );
    // What the guest reacted with is theirs.
    server.is_reacted(&alice, 1, "tada").await;
    assert_eq!(server.read(Some(&alice), 1).await["seq"], read["seq"]);
    server.unreact(&alice, 1, "tada").await;
    assert_eq!(counted(&server.read(Some(&alice), 1).await), [(2, true)]);
}

#[tokio::test]
async fn who_deletes_their_account_takes_their_reactions_along() {
    let server = Server::start(|settings| settings.limits.messages_per_second = 0).await;
    let (alice, bob) = (server.member("Alice").await, server.guest("Bob").await);
    for nth in 1..=60 {
        server.say(&bob, LOBBY, "hello").await;
        // A message of later takes the next number.
        let number = 2 * nth - 1;
        server.is_reacted(&alice, number, THUMB).await;
    }
    server.is_reacted(&bob, 1, THUMB).await;
    let data = server
        .call(Method::GET, "/api/chat/me/data", Some(&alice), None)
        .await;
    let taken = data.body["reactions"].as_array().unwrap();
    assert_eq!(taken.len(), 60);
    let first = ["room_id", "number", "emoji"].map(|field| taken[0][field].clone());
    assert_eq!(first, [json!(LOBBY), json!(1), json!("👍")]);
    let mut watching = server.knowing(&bob, 121).await;
    let body = json!({"password": PASSWORD, "messages": "keep"});
    let left = server
        .call(Method::DELETE, "/api/chat/me", Some(&alice), Some(body))
        .await;
    assert_eq!(left.status, 204);
    let step = watching.next_of_type("reaction").await;
    assert_eq!(
        (&step["user_id"], &step["on"]),
        (&json!(alice.id), &json!(false))
    );
    eventually("nothing is left of them", async || {
        let left = "SELECT user_id FROM reactions";
        server.ctx.store.query_sql::<i64>(left).await == [bob.id]
    })
    .await;
    assert_eq!(server.read(None, 1).await["reactions"], one(1, &[&bob]));
    assert_eq!(server.read(None, 119).await.get("reactions"), None);
}
