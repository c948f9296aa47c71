//! What people take along, and what becomes of what they leave behind.

use crate::accounts::PASSWORD;
use crate::harness::{Answer, Guest, LOBBY, Server, eventually};
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::HashSet;

const SOMEBODY: &str = "Somebody who left";

impl Server {
    async fn leave_house(&self, who: &Guest, password: &str, messages: &str) -> Answer {
        let body = json!({"password": password, "messages": messages});
        self.call(Method::DELETE, "/api/chat/me", Some(who), Some(body))
            .await
    }

    async fn messages_by(&self, room: i64, user: i64) -> Vec<Value> {
        let path = format!("/api/chat/rooms/{room}/messages?limit=100");
        let all = self.get(&path).await.body;
        let all = all.as_array().unwrap().iter();
        all.filter(|message| message["user_id"] == user)
            .cloned()
            .collect()
    }

    async fn nothing_is_left_to_do(&self) {
        eventually("all is rewritten", async || {
            let left = "SELECT id FROM users WHERE leaving <> ''";
            self.ctx.store.query_sql::<i64>(left).await.is_empty()
        })
        .await;
    }
}

#[tokio::test]
async fn who_deletes_their_account_leaves_what_they_wrote_under_nobodys_name() {
    let server = Server::plain().await;
    let alice = server.member("Alice").await;
    let bob = server.member("Bob").await;
    for nth in 0..60 {
        server.say(&alice, LOBBY, &format!("Number {nth}.")).await;
    }
    let direct = json!({"user_ids": [bob.id]});
    let direct = server.post("/api/chat/direct", Some(&alice), direct).await;
    let direct = direct.body["id"].as_i64().unwrap();
    server.say(&alice, direct, "Between us.").await;
    let mut socket = server.joined(&alice, LOBBY).await;
    let mut watching = server.joined(&bob, LOBBY).await;
    let seq = watching.say(LOBBY, "Before.").await["seq"]
        .as_i64()
        .unwrap();

    let mail = Some(json!({"mail": "alice@example.org", "utc_offset": 60}));
    server
        .call(Method::PATCH, "/api/chat/me", Some(&alice), mail)
        .await;
    // Shown to nobody else.
    let path = format!("/api/chat/people/{}", alice.id);
    let card = server.call(Method::GET, &path, Some(&bob), None);
    let card = card.await.body;
    assert_eq!((&card["utc_offset"], card.get("mail")), (&json!(60), None));
    let wrong = server.leave_house(&alice, "jam yesterday", "keep").await;
    wrong.refused(401, "wrong_credentials");
    assert_eq!(
        server.leave_house(&alice, PASSWORD, "keep").await.status,
        204
    );
    assert_eq!(socket.closed().await.0, 4401);
    server.me(&alice).await.refused(401, "sign_in_required");
    assert_eq!(server.sign_in("Alice", PASSWORD).await.status, 401);
    let kept = "SELECT id FROM users WHERE mail <> '' OR utc_offset IS NOT NULL";
    assert!(server.ctx.store.query_sql::<i64>(kept).await.is_empty());
    let told = watching.next_of_type("person_changed").await;
    assert_eq!(told["user"]["name"], SOMEBODY);
    server.nothing_is_left_to_do().await;
    let left = server.messages_by(LOBBY, alice.id).await;
    assert_eq!(left.len(), 60);
    assert!(left.iter().all(|message| message["username"] == SOMEBODY));
    assert_eq!(left[0]["content"], "Number 0.");
    // Each is a change of its room, which a sync tells.
    let seqs: HashSet<i64> = (left.iter())
        .map(|message| message["seq"].as_i64().unwrap())
        .collect();
    assert_eq!(seqs.len(), 60);
    assert!(seqs.iter().all(|changed| *changed > seq));
    // To the other one the direct room is there, and called so.
    let path = format!("/api/chat/rooms/{direct}");
    let room = server.call(Method::GET, &path, Some(&bob), None).await;
    assert_eq!(room.body["name"], SOMEBODY);
    let found = server.call(Method::GET, "/api/chat/people?q=", Some(&bob), None);
    assert!(found.await.body.as_array().unwrap().is_empty());
    // The name is nobody's for a month, and nobody looks like them.
    for name in ["Alice", SOMEBODY] {
        let taken = server
            .post("/api/chat/guests", None, json!({"username": name}))
            .await;
        taken.refused(409, "username_taken");
    }
    let kept: Vec<i64> = (server.ctx.store)
        .query_sql(format!(
            "SELECT count(*) FROM credentials WHERE user_id = {}",
            alice.id
        ))
        .await;
    assert_eq!(kept, [0]);
}

#[tokio::test]
async fn who_takes_everything_along_leaves_tombstones() {
    let server = Server::plain().await;
    let alice = server.member("Alice").await;
    for nth in 0..60 {
        server.say(&alice, LOBBY, &format!("Number {nth}.")).await;
    }
    assert_eq!(
        server.leave_house(&alice, PASSWORD, "delete").await.status,
        204
    );
    server.nothing_is_left_to_do().await;
    let left = server.messages_by(LOBBY, alice.id).await;
    assert_eq!(left.len(), 60);
    for message in left {
        assert_eq!(
            (
                &message["deleted"],
                &message["content"],
                &message["username"]
            ),
            (&json!(true), &json!(""), &json!(SOMEBODY))
        );
    }
}

#[tokio::test]
async fn what_a_restart_interrupted_goes_on() {
    let server = Server::plain().await;
    let alice = server.member("Alice").await;
    for nth in 0..3 {
        let body = json!({"content": "Hello.", "client_id": format!("key-{nth}")});
        let path = format!("/api/chat/rooms/{LOBBY}/messages");
        server.post(&path, Some(&alice), body).await;
    }
    let interrupted = format!(
        "UPDATE users SET state = 'deleted', name = '{SOMEBODY}', leaving = 'keep', left_after = 'key-0' \
         WHERE id = {}",
        alice.id
    );
    server.ctx.store.execute_sql(interrupted).await;
    server.clock.advance(std::time::Duration::from_secs(20));
    server.nothing_is_left_to_do().await;
    let names: Vec<String> = (server.ctx.store)
        .query_sql("SELECT author_name FROM messages ORDER BY client_id")
        .await;
    assert_eq!(names, ["Alice", SOMEBODY, SOMEBODY]);
}

#[tokio::test]
async fn the_house_and_each_room_keep_an_owner() {
    let server = Server::plain().await;
    let owner = server.member_as("Olga", "owner").await;
    let refused = server.leave_house(&owner, PASSWORD, "keep").await;
    refused.refused(409, "last_owner");
    let guest = server.guest("Gus").await;
    let refused = server.leave_house(&guest, PASSWORD, "keep").await;
    refused.refused(403, "forbidden");

    let alice = server.member("Alice").await;
    let bob = server.member("Bob").await;
    let body = json!({"name": "Den", "kind": "closed"});
    let den = server.post("/api/chat/rooms", Some(&alice), body).await;
    let den = den.body["id"].as_i64().unwrap();
    let room = parlour_protocol::RoomId(den);
    for person in [&bob, &guest] {
        let now = server.ctx.clock.now();
        let user = parlour_protocol::UserId(person.id);
        server.ctx.store.let_in(user, room, now).await.unwrap();
    }
    let path = format!("/api/chat/rooms/{den}");
    let rename = json!({"name": "Attic"});
    let before = server.call(Method::PATCH, &path, Some(&bob), Some(rename.clone()));
    before.await.refused(403, "forbidden");
    assert_eq!(
        server.leave_house(&alice, PASSWORD, "keep").await.status,
        204
    );
    server.nothing_is_left_to_do().await;
    let after = server.call(Method::PATCH, &path, Some(&bob), Some(rename));
    assert_eq!(after.await.status, 200);
    let members =
        format!("SELECT count(*) FROM memberships WHERE room_id = {den} AND state = 'in'");
    assert_eq!(server.ctx.store.query_sql::<i64>(members).await, [2]);
}

#[tokio::test]
async fn what_is_ones_own_comes_as_one_document_a_part_at_a_time() {
    let server = Server::plain().await;
    let alice = server.member("Alice").await;
    let bob = server.guest("Bob").await;
    for nth in 0..450 {
        server.say(&alice, LOBBY, &format!("Number {nth}.")).await;
    }
    server.say(&bob, LOBBY, "Not hers.").await;
    let tea = server.room(&alice, "Tea").await;
    let gone = server.say(&alice, tea, "Taken back.").await;
    let path = format!("/api/chat/rooms/{tea}/messages/{}", gone["number"]);
    server.call(Method::DELETE, &path, Some(&alice), None).await;

    let mail = Some(json!({"mail": "alice@example.org"}));
    server
        .call(Method::PATCH, "/api/chat/me", Some(&alice), mail)
        .await;
    let request = server.http.get(server.url("/api/chat/me/data"));
    let request = request.header("accept-encoding", "br, gzip");
    let answer = request.bearer_auth(&alice.token).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let header = |name: &str| {
        answer
            .headers()
            .get(name)
            .map(|value| value.to_str().unwrap())
    };
    assert_eq!(header("content-encoding"), None, "else it is all in memory");
    assert_eq!(header("content-length"), None);
    assert!(
        header("content-disposition")
            .unwrap()
            .contains("parlour.json")
    );
    let data: Value = answer.json().await.unwrap();
    assert_eq!(data["me"]["mail"], "alice@example.org");
    assert_eq!(data["me"]["name"], "Alice");
    assert_eq!(data["sessions"].as_array().unwrap().len(), 1);
    let rooms = data["rooms"].as_array().unwrap();
    let names: Vec<_> = rooms.iter().map(|room| &room["name"]).collect();
    assert_eq!(names, ["Lobby", "Tea"]);
    assert_eq!(rooms[1]["role"], "owner");
    let messages = data["messages"].as_array().unwrap();
    let said: HashSet<_> = (messages.iter())
        .map(|message| message["content"].as_str().unwrap())
        .collect();
    assert_eq!((messages.len(), said.len()), (450, 450));
    assert!(!said.contains("Not hers.") && !said.contains("Taken back."));
    server
        .get("/api/chat/me/data")
        .await
        .refused(401, "sign_in_required");
}

#[tokio::test]
async fn o6_two_last_owners_who_leave_at_once_fifty_times_leave_one_of_them() {
    let server = Server::plain().await;
    let owners = [
        server.member_as("Olga", "owner").await,
        server.member_as("Otto", "owner").await,
    ];
    let goes = (0..50).map(|at| server.leave_house(&owners[at % 2], PASSWORD, "keep"));
    let answers = futures::future::join_all(goes).await;
    let gone = answers.iter().filter(|answer| answer.status == 204);
    assert_eq!(gone.count(), 1, "{answers:?}");
    // Whose account is gone by then is nobody any more, and a machine that has too much to do says when to come back.
    let is_refused = |status| [401, 403, 404, 409, 503].contains(&status);
    assert!(
        answers
            .iter()
            .all(|answer| answer.status == 204 || is_refused(answer.status)),
        "{answers:?}"
    );
    let left = "SELECT count(*) FROM users WHERE role = 'owner' AND state = 'active'";
    assert_eq!(server.ctx.store.query_sql::<i64>(left).await, [1]);
}
