//! What messages said before they were edited: who reads it, how much is kept, and when it is gone.

use crate::accounts::PASSWORD;
use crate::harness::{Answer, Guest, LOBBY, Server, eventually};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

const MESSAGES: &str = "/api/chat/rooms/1/messages";

impl Server {
    async fn edits(&self, by: &Guest, number: i64, content: &str) {
        let body = Some(json!({"content": content}));
        let path = format!("{MESSAGES}/{number}");
        let edited = self.call(Method::PATCH, &path, Some(by), body).await;
        assert_eq!(edited.status, 200, "{edited:?}");
    }

    async fn revisions(&self, by: Option<&Guest>, number: i64, query: &str) -> Answer {
        let path = format!("{MESSAGES}/{number}/revisions{query}");
        self.call(Method::GET, &path, by, None).await
    }

    async fn drop_revision(&self, by: &Guest, number: i64, seq: i64) -> Answer {
        let path = format!("{MESSAGES}/{number}/revisions/{seq}");
        self.call(Method::DELETE, &path, Some(by), None).await
    }

    async fn kept(&self) -> Vec<String> {
        let kept = "SELECT body FROM revisions ORDER BY message_id, seq";
        self.ctx.store.query_sql(kept).await
    }
}

fn texts(answer: &Answer) -> Vec<&str> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let all = answer.body.as_array().unwrap().iter();
    all.map(|revision| revision["content"].as_str().unwrap())
        .collect()
}

#[tokio::test]
async fn whoever_sees_the_room_reads_what_was_said_before_the_newest_first() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let said = server.say(&alice, LOBBY, "one").await;
    assert_eq!(texts(&server.revisions(None, 1, "").await), [""; 0]);
    server.edits(&alice, 1, "two").await;
    // What changes nothing is no version.
    server.edits(&alice, 1, "two").await;
    server.edits(&alice, 1, "**three**").await;
    let read = server.revisions(None, 1, "").await;
    assert_eq!(texts(&read), ["two", "one"]);
    let first = json!({"seq": 1, "content": "one", "timestamp": said["timestamp"]});
    assert_eq!(read.body[1], first);
    assert_eq!(read.body[0]["seq"], 2);
    let page = server.revisions(None, 1, "?limit=1").await;
    assert_eq!(texts(&page), ["two"]);
    let next = format!("<{MESSAGES}/1/revisions?before=2&limit=1>; rel=\"next\"");
    assert_eq!(page.header("link"), next);
    let rest = server.revisions(None, 1, "?before=2&limit=1").await;
    assert_eq!((texts(&rest), rest.header("link")), (vec!["one"], ""));
    for query in ["?before=x", "?limit=0"] {
        server
            .revisions(None, 1, query)
            .await
            .refused(422, "invalid");
    }
    let none = server.revisions(None, 9, "").await;
    none.refused(404, "message_not_found");
}

#[tokio::test]
async fn long_versions_make_a_page_shorter() {
    let server = Server::start(|settings| settings.limits.messages_per_second = 0).await;
    let alice = server.guest("Alice").await;
    server.say(&alice, LOBBY, "first").await;
    for nth in 0..10 {
        let long = format!("{nth}{}", "猫".repeat(9_999));
        server.edits(&alice, 1, &long).await;
    }
    let page = server.revisions(None, 1, "").await;
    assert_eq!(texts(&page).len(), 8);
    let next = page.body[7]["seq"].as_i64().unwrap();
    let rest = server.revisions(None, 1, &format!("?before={next}")).await;
    assert_eq!(texts(&rest).last(), Some(&"first"));
    assert_eq!(texts(&rest).len(), 2);
}

#[tokio::test]
async fn the_newest_hundred_are_kept() {
    let server = Server::start(|settings| settings.limits.messages_per_second = 0).await;
    let alice = server.guest("Alice").await;
    server.say(&alice, LOBBY, "version 0").await;
    for nth in 1..=103 {
        server.edits(&alice, 1, &format!("version {nth}")).await;
    }
    let read = server.revisions(None, 1, "").await;
    let kept: Vec<_> = (3..=102)
        .rev()
        .map(|nth| format!("version {nth}"))
        .collect();
    assert_eq!(texts(&read), kept);
}

#[tokio::test]
async fn an_author_alone_drops_an_earlier_version() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    server.say(&alice, LOBBY, "secret").await;
    for text in ["better", "best"] {
        server.edits(&alice, 1, text).await;
    }
    let refused = server.drop_revision(&bob, 1, 1).await;
    refused.refused(403, "forbidden");
    for seq in [1, 1, 7] {
        assert_eq!(server.drop_revision(&alice, 1, seq).await.status, 204);
    }
    assert_eq!(texts(&server.revisions(None, 1, "").await), ["better"]);
    let none = server.drop_revision(&alice, 9, 1).await;
    none.refused(404, "message_not_found");
}

#[tokio::test]
async fn a_room_that_lets_nobody_read_them_keeps_none() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let body = json!({"name": "Den", "revisions": "nobody"});
    let den = server.post("/api/chat/rooms", Some(&alice), body).await;
    assert_eq!(
        (den.status, &den.body["revisions"]),
        (201, &json!("nobody"))
    );
    let den = den.body["id"].as_i64().unwrap();
    server.say(&alice, den, "one").await;
    let (room, message) = (
        format!("/api/chat/rooms/{den}"),
        format!("/api/chat/rooms/{den}/messages/1"),
    );
    let revisions = format!("{message}/revisions");
    let edit = async |content: &str| {
        let body = Some(json!({"content": content}));
        let edited = server.call(Method::PATCH, &message, Some(&alice), body);
        assert_eq!(edited.await.status, 200);
    };
    let read = async || {
        server
            .call(Method::GET, &revisions, Some(&alice), None)
            .await
    };
    edit("two").await;
    read().await.refused(403, "forbidden");
    assert_eq!(server.kept().await, [""; 0]);
    let keep = Some(json!({"revisions": "everybody"}));
    let changed = server.call(Method::PATCH, &room, Some(&alice), keep).await;
    assert_eq!(changed.body["revisions"], "everybody");
    edit("three").await;
    assert_eq!(texts(&read().await), ["two"]);
    // What is kept is shown to nobody while the room says so, and can be dropped.
    let hide = Some(json!({"revisions": "nobody"}));
    server.call(Method::PATCH, &room, Some(&alice), hide).await;
    read().await.refused(403, "forbidden");
    let seq: Vec<i64> = server
        .ctx
        .store
        .query_sql("SELECT seq FROM revisions")
        .await;
    let dropped = format!("{revisions}/{}", seq[0]);
    let dropped = server
        .call(Method::DELETE, &dropped, Some(&alice), None)
        .await;
    assert_eq!((dropped.status, server.kept().await.len()), (204, 0));
}

#[tokio::test]
async fn a_message_that_is_deleted_has_said_nothing() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    for number in [1, 2] {
        server.say(&alice, LOBBY, "one").await;
        assert_eq!(server.revisions(None, number, "").await.status, 200);
    }
    server.edits(&alice, 1, "two").await;
    server.edits(&alice, 2, "three").await;
    let path = format!("{MESSAGES}/1");
    server.call(Method::DELETE, &path, Some(&alice), None).await;
    let gone = server.revisions(Some(&alice), 1, "").await;
    gone.refused(404, "message_not_found");
    let gone = server.drop_revision(&alice, 1, 1).await;
    gone.refused(404, "message_not_found");
    // It is gone with what its author could have back; that of the other one stays.
    server.clock.advance(Duration::from_secs(11));
    eventually("one is left", async || server.kept().await == ["one"]).await;
}

#[tokio::test]
async fn people_take_earlier_versions_along_and_leave_none_with_their_messages() {
    let server = Server::start(|settings| settings.limits.messages_per_second = 0).await;
    let (alice, bob) = (server.member("Alice").await, server.member("Bob").await);
    server.say(&alice, LOBBY, "0").await;
    server.say(&bob, LOBBY, "Bob's").await;
    server.edits(&bob, 2, "Bob's own").await;
    for nth in 1..=99 {
        server.edits(&alice, 1, &nth.to_string()).await;
    }
    let data = server.call(Method::GET, "/api/chat/me/data", Some(&alice), None);
    let data = data.await;
    let taken = data.body["revisions"].as_array().unwrap();
    let texts: Vec<_> = taken.iter().map(|one| one["content"].clone()).collect();
    let all: Vec<_> = (0..99).map(|nth: i64| json!(nth.to_string())).collect();
    assert_eq!(texts, all);
    let fields = ["room_id", "number", "seq"].map(|field| taken[0][field].clone());
    assert_eq!(fields, [json!(LOBBY), json!(1), json!(1)]);
    let leave = Some(json!({"password": PASSWORD, "messages": "delete"}));
    let left = server.call(Method::DELETE, "/api/chat/me", Some(&alice), leave);
    assert_eq!(left.await.status, 204);
    eventually("nothing is left of it", async || {
        server.kept().await == ["Bob's"]
    })
    .await;
}

#[tokio::test]
async fn who_does_not_see_the_room_is_answered_as_if_there_was_none() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = json!({"name": "Den", "kind": "closed"});
    let den = server.post("/api/chat/rooms", Some(&alice), den).await;
    let den = den.body["id"].as_i64().unwrap();
    server.say(&alice, den, "one").await;
    let mut answers: Vec<(u16, Value)> = Vec::new();
    for room in [den, den + 1] {
        for (method, path) in [(Method::GET, ""), (Method::DELETE, "/1")] {
            let path = format!("/api/chat/rooms/{room}/messages/1/revisions{path}");
            let answer = server.call(method, &path, Some(&bob), None).await;
            answers.push((answer.status, answer.body));
        }
    }
    assert_eq!(answers[0].0, 404);
    assert!(answers.iter().all(|answer| *answer == answers[0]));
}
