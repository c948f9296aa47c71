//! Who wrote a message: as whom it was written, and who that is now, at every door.

use crate::accounts::PASSWORD;
use crate::harness::{Answer, Guest, LOBBY, Server, Socket};
use reqwest::Method;
use serde_json::{Value, json};

async fn get(server: &Server, by: Option<&Guest>, path: &str) -> Value {
    let path = format!("/api/chat{path}");
    let answer = server.call(Method::GET, &path, by, None).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body
}

async fn rename(server: &Server, who: &Guest, name: &str) {
    let named = json!({"username": name});
    let answer = server.call(Method::PATCH, "/api/chat/me", Some(who), Some(named));
    assert_eq!(answer.await.status, 200);
}

/// The guest is this account from now on; its session.
async fn sign_in(server: &Server, guest: &Guest, name: &str) -> Guest {
    let credentials = json!({"username": name, "password": PASSWORD});
    let answer = server.post("/api/chat/sessions", Some(guest), credentials);
    let answer = answer.await;
    assert_eq!(answer.status, 201, "{answer:?}");
    Guest {
        id: answer.body["user"]["id"].as_i64().unwrap(),
        token: answer.body["token"].as_str().unwrap().to_owned(),
    }
}

async fn post(server: &Server, by: &Guest, key: &str) -> Answer {
    let path = format!("/api/chat/rooms/{LOBBY}/messages");
    let said = json!({"content": "hello", "client_id": key});
    server.post(&path, Some(by), said).await
}

async fn missed(socket: &mut Socket, after: i64) -> Vec<Value> {
    let frame = json!({"type": "sync", "room_id": LOBBY, "after": after});
    socket.send(frame).await;
    let sync = socket.next_of_type("sync").await;
    sync["messages"].as_array().unwrap().clone()
}

/// As whom each was written, and who that is now.
fn written(messages: &Value) -> Vec<(&str, &Value)> {
    let messages = messages.as_array().unwrap().iter();
    let written = messages.map(|m| (m["username"].as_str().unwrap(), &m["author"]));
    written.collect()
}

#[tokio::test]
async fn a_new_name_stands_beside_the_one_that_was_written_under() {
    let server = Server::plain().await;
    let alice = server.member("Alice").await;
    let bob = server.guest("Bob").await;
    let first = post(&server, &alice, "k1").await;
    assert_eq!((first.status, first.body.get("author")), (201, None));
    server.say(&bob, LOBBY, "between").await;
    let seq = get(&server, None, &format!("/rooms/{LOBBY}")).await["seq"].clone();
    let mut watching = server.joined(&bob, LOBBY).await;
    rename(&server, &alice, "Alicia").await;
    let second = post(&server, &alice, "k2").await;
    assert_eq!(second.body["username"], "Alicia");

    let now = json!({"id": alice.id, "name": "Alicia"});
    let expected = [
        ("Alice", &now),
        ("Bob", &Value::Null),
        ("Alicia", &Value::Null),
    ];
    let room = format!("/rooms/{LOBBY}");
    let messages = get(&server, None, &format!("{room}/messages")).await;
    assert_eq!(written(&messages), expected);
    for path in ["history", "history?before=99", "history?around=1"] {
        let history = get(&server, None, &format!("{room}/{path}")).await;
        assert_eq!(written(&history["messages"]), expected, "{path}");
        assert_eq!(history["house"], 1, "{path}");
    }
    for path in ["open", "open?around=1", "open?unread=true"] {
        let open = get(&server, Some(&bob), &format!("{room}/{path}")).await;
        assert_eq!(written(&open["history"]["messages"]), expected, "{path}");
        assert_eq!(open["history"]["house"], 1, "{path}");
    }
    let sync = Value::Array(missed(&mut watching, 0).await);
    assert_eq!(written(&sync), expected);
    // The room did not move for it.
    assert_eq!(second.body["seq"], seq.as_i64().unwrap() + 1);

    // A change is told as it was written, too.
    let path = format!("/api/chat{room}/messages/{}", first.body["number"]);
    let edited = json!({"content": "hello again"});
    let edited = server.call(Method::PATCH, &path, Some(&alice), Some(edited));
    let edited = edited.await.body;
    assert_eq!(
        (&edited["username"], &edited["author"]),
        (&json!("Alice"), &now)
    );
    let told = watching.next_of_type("message_changed").await;
    assert_eq!(
        (&told["username"], &told["author"]),
        (&json!("Alice"), &now)
    );
    // A repeat is the first message, and what one takes along is as it was written.
    let again = post(&server, &alice, "k1").await.body;
    assert_eq!(
        (&again["username"], again.get("author")),
        (&json!("Alice"), None)
    );
    let taken = get(&server, Some(&alice), "/me/data").await;
    let mut names = written(&taken["messages"]);
    names.sort_by_key(|(name, _)| *name);
    assert_eq!(names, [("Alice", &Value::Null), ("Alicia", &Value::Null)]);
    // Who is called again what they were has written it.
    rename(&server, &alice, "Alice").await;
    let messages = get(&server, None, &format!("{room}/messages")).await;
    assert_eq!(written(&messages)[0], ("Alice", &Value::Null));
}

#[tokio::test]
async fn what_a_guest_wrote_is_told_as_the_account_s_to_everybody() {
    let server = Server::plain().await;
    let alice = server.member("Alice").await;
    let guest = server.guest("Al").await;
    let bob = server.guest("Bob").await;
    post(&server, &guest, "k1").await;
    let mut watching = server.joined(&bob, LOBBY).await;
    let mut visitor = server.socket("/ws", &[]).await;
    sign_in(&server, &guest, "Alice").await;

    let told = json!({"type": "person_changed", "seq": 1,
        "user": {"id": guest.id, "name": "Alice", "kind": "member", "account": alice.id}});
    for socket in [&mut watching, &mut visitor] {
        assert_eq!(socket.next_of_type("person_changed").await, told);
    }
    let path = format!("/rooms/{LOBBY}/messages");
    let messages = get(&server, Some(&bob), &path).await;
    assert_eq!(messages[0]["user_id"], guest.id);
    let account = json!({"id": alice.id, "name": "Alice"});
    assert_eq!(written(&messages), [("Al", &account)]);
    let sync = Value::Array(missed(&mut watching, 0).await);
    assert_eq!(written(&sync), [("Al", &account)]);

    // It is called from now on what the account is.
    rename(&server, &alice, "Alicia").await;
    let messages = get(&server, Some(&bob), &path).await;
    let account = json!({"id": alice.id, "name": "Alicia"});
    assert_eq!(written(&messages), [("Al", &account)]);
    visitor
        .send(json!({"type": "sync_house", "after": 0}))
        .await;
    let house = visitor.next_of_type("sync_house").await;
    assert_eq!(
        (&house["to"], &house["people"]),
        (
            &json!(2),
            &json!([
                {"id": guest.id, "name": "Alicia", "kind": "member", "account": alice.id},
                {"id": alice.id, "name": "Alicia", "kind": "member"},
            ])
        )
    );
    // Who is in the room is who was.
    let users = get(&server, None, &format!("/rooms/{LOBBY}/users")).await;
    assert_eq!(users["users"], json!(["Bob"]));
}

#[tokio::test]
async fn an_account_of_a_guest_s_name_is_another_author_all_the_same() {
    let server = Server::plain().await;
    let guest = server.guest("Alice").await;
    post(&server, &guest, "k1").await;
    let alice = server.member("Alice").await;
    sign_in(&server, &guest, "Alice").await;
    let messages = get(&server, None, &format!("/rooms/{LOBBY}/messages")).await;
    let account = json!({"id": alice.id, "name": "Alice"});
    assert_eq!(written(&messages), [("Alice", &account)]);
}

#[tokio::test]
async fn what_somebody_who_left_wrote_is_nobodys_also_as_a_guest() {
    let server = Server::plain().await;
    server.member("Alice").await;
    let guest = server.guest("Al").await;
    post(&server, &guest, "k1").await;
    let alice = sign_in(&server, &guest, "Alice").await;
    post(&server, &alice, "k2").await;
    let leaves = json!({"password": PASSWORD, "messages": "keep"});
    let left = server.call(Method::DELETE, "/api/chat/me", Some(&alice), Some(leaves));
    assert_eq!(left.await.status, 204);
    // Before anything is rewritten, and after.
    let messages = get(&server, None, &format!("/rooms/{LOBBY}/messages")).await;
    for message in messages.as_array().unwrap() {
        let shown = [&message["author"]["name"], &message["username"]];
        let shown = shown.into_iter().find(|name| !name.is_null());
        assert_eq!(shown, Some(&json!("Somebody who left")), "{message}");
    }
}

#[tokio::test]
async fn who_does_not_hear_the_house_is_not_told_how_far_it_has_come() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let tea = server.room(&alice, "Tea").await;
    server.say(&alice, tea, "here").await;
    let code = json!({"room_id": tea});
    let code = server.post("/api/chat/invites", Some(&alice), code).await;
    let accept = format!(
        "/api/chat/invites/{}/accept",
        code.body["code"].as_str().unwrap()
    );
    let come = server.post(&accept, None, json!({"username": "Bob"})).await;
    let bob = Guest {
        id: come.body["user"]["id"].as_i64().unwrap(),
        token: come.body["token"].as_str().unwrap().to_owned(),
    };
    rename(&server, &alice, "Alicia").await;
    let history = get(&server, Some(&bob), &format!("/rooms/{tea}/history")).await;
    let now = json!({"id": alice.id, "name": "Alicia"});
    assert_eq!(written(&history["messages"]), [("Alice", &now)]);
    assert_eq!(history.get("house"), None);
    let open = get(&server, Some(&bob), &format!("/rooms/{tea}/open")).await;
    assert_eq!(open["history"].get("house"), None);
    // What people are called there, who is there tells them.
    let mut page = server.browser(&bob).await;
    page.join(tea).await;
    let _here = server.joined(&alice, tea).await;
    rename(&server, &alice, "Ada").await;
    let is_it = |frame: &Value| frame["people"][0]["name"] == "Ada";
    page.next_that(is_it).await;
}
