//! Having a message back that one has just deleted: who can, for how long, and what is left of it afterwards.

use crate::harness::{Answer, Guest, LOBBY, Server, eventually};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const MESSAGES: &str = "/api/chat/rooms/1/messages";

impl Server {
    async fn takes_away(&self, by: &Guest, number: i64) -> Answer {
        let path = format!("{MESSAGES}/{number}");
        self.call(Method::DELETE, &path, Some(by), None).await
    }

    async fn undoes(&self, by: &Guest, number: i64) -> Answer {
        let path = format!("{MESSAGES}/{number}/undo");
        self.call(Method::POST, &path, Some(by), None).await
    }

    /// The message as everybody reads it.
    async fn as_read(&self, number: i64) -> Value {
        let path = format!("/api/chat/rooms/{LOBBY}/history?around={number}&limit=1");
        self.get(&path).await.body["messages"][0].clone()
    }

    async fn asks(&self, by: &Guest, method: Method, path: &str, body: Option<Value>) -> Answer {
        let answer = self.call(method, path, Some(by), body).await;
        assert!((200..300).contains(&answer.status), "{answer:?}");
        answer
    }

    /// Is in the lobby, and so can be mentioned there.
    async fn enters(&self, who: &Guest) {
        let path = format!("/api/chat/rooms/{LOBBY}/membership");
        self.asks(who, Method::POST, &path, None).await;
    }

    /// How many rows tell of what was said and done about deleted messages.
    async fn is_left(&self) -> i64 {
        let left = "SELECT (SELECT count(*) FROM undoable) + (SELECT count(*) FROM reactions) \
            + (SELECT count(*) FROM revisions) + (SELECT count(*) FROM mentions)";
        self.ctx.store.query_sql::<i64>(left).await[0]
    }
}

#[tokio::test]
async fn an_author_has_a_deleted_message_back_with_all_that_belonged_to_it() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    server.enters(&bob).await;
    server.say(&alice, LOBBY, "first").await;
    let edit = json!({"content": "*second*, @Bob"});
    let path = format!("{MESSAGES}/1");
    server.asks(&alice, Method::PATCH, &path, Some(edit)).await;
    for person in [&bob, &alice] {
        let path = format!("{path}/reactions/tada");
        server.asks(person, Method::PUT, &path, None).await;
    }
    let before = server.as_read(1).await;
    assert_eq!(before["reactions"][0]["count"], 2);

    let deleted = server.takes_away(&alice, 1).await;
    assert_eq!(deleted.status, 204);
    let until = deleted.header("undo-until");
    assert!(
        until.starts_with("20") && until.ends_with('Z'),
        "{deleted:?}"
    );
    // To others it is gone at once.
    let gone = server.as_read(1).await;
    assert_eq!(
        (&gone["deleted"], &gone["content"]),
        (&json!(true), &json!(""))
    );
    assert!(gone["doc"].is_null() && gone["reactions"].is_null() && gone["may_undo"].is_null());
    let who = server.get(&format!("{path}/reactions/tada")).await;
    assert_eq!(who.body, json!([]));
    let revisions = server.get(&format!("{path}/revisions")).await;
    revisions.refused(404, "message_not_found");
    let mentions = server
        .call(Method::GET, "/api/chat/me/mentions", Some(&bob), None)
        .await;
    assert_eq!(mentions.body, json!([]));
    let data = server
        .call(Method::GET, "/api/chat/me/data", Some(&alice), None)
        .await;
    for part in ["messages", "revisions", "reactions"] {
        assert_eq!(data.body[part], json!([]), "{part}");
    }

    let back = server.undoes(&alice, 1).await;
    assert_eq!(back.status, 200, "{back:?}");
    let mut expected = before.clone();
    expected["seq"] = json!(gone["seq"].as_i64().unwrap() + 1);
    assert_eq!(server.as_read(1).await, expected);
    let revisions = server.get(&format!("{path}/revisions")).await;
    assert_eq!(revisions.body[0]["content"], "first");
    let mentions = server
        .call(Method::GET, "/api/chat/me/mentions", Some(&bob), None)
        .await;
    assert_eq!(mentions.body[0]["number"], 1);
    let rooms = server
        .call(Method::GET, "/api/chat/me/rooms", Some(&bob), None)
        .await;
    assert_eq!(rooms.body[0]["mentions"], 1, "{rooms:?}");
    // Twice is once.
    assert_eq!(server.undoes(&alice, 1).await.body["seq"], expected["seq"]);
}

#[tokio::test]
async fn nobody_else_has_it_back_and_nobody_what_somebody_else_deleted() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = server.room(&alice, "Den").await;
    let messages = format!("/api/chat/rooms/{den}/messages");
    for (by, text) in [(&bob, "one"), (&bob, "two")] {
        server.say(by, den, text).await;
    }
    let call = async |method: Method, path: &str, by: &Guest| {
        let path = format!("{messages}{path}");
        server.call(method, &path, Some(by), None).await
    };
    // Who keeps order there deletes the first one, Bob the second.
    let deleted = call(Method::DELETE, "/1", &alice).await;
    assert_eq!((deleted.status, deleted.header("undo-until")), (204, ""));
    let refused = call(Method::POST, "/1/undo", &bob).await;
    refused.refused(404, "message_not_found");
    assert_eq!(call(Method::DELETE, "/2", &bob).await.status, 204);
    let refused = call(Method::POST, "/2/undo", &alice).await;
    refused.refused(403, "forbidden");
    let nobody = server
        .post(&format!("{messages}/2/undo"), None, json!({}))
        .await;
    nobody.refused(401, "sign_in_required");
    // Put out of it, he has nothing back either.
    let ban = json!({"user_id": bob.id});
    let bans = format!("/api/chat/rooms/{den}/bans");
    server.asks(&alice, Method::POST, &bans, Some(ban)).await;
    let refused = call(Method::POST, "/2/undo", &bob).await;
    refused.refused(403, "banned");
}

#[tokio::test]
async fn after_ten_seconds_it_is_gone_for_good_with_all_that_belonged_to_it() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    server.enters(&bob).await;
    server.say(&alice, LOBBY, "first").await;
    let path = format!("{MESSAGES}/1");
    let edit = Some(json!({"content": "second @Bob"}));
    server.asks(&alice, Method::PATCH, &path, edit).await;
    let reaction = format!("{path}/reactions/tada");
    server.asks(&bob, Method::PUT, &reaction, None).await;
    server.takes_away(&alice, 1).await;
    // Its text, what it said before, and the reaction; it mentions nobody any more.
    assert_eq!(server.is_left().await, 3);
    // No connection is idle for so long.
    for _ in 0..2 {
        server.clock.advance(Duration::from_secs(6));
        server.as_read(1).await;
    }
    let refused = server.undoes(&alice, 1).await;
    refused.refused(404, "message_not_found");
    assert!(
        refused.body["detail"].to_string().contains("too late"),
        "{refused:?}"
    );
    eventually("nothing is left", async || server.is_left().await == 0).await;
    assert_eq!(server.as_read(1).await["deleted"], true);
}
