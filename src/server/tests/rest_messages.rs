//! Messages over REST: sending once, history by number, edits and tombstones.

use crate::harness::{Answer, Guest, LOBBY, Server};
use reqwest::Method;
use serde_json::{Value, json};

const MESSAGES: &str = "/api/chat/rooms/1/messages";

async fn send(server: &Server, by: &Guest, body: Value) -> Answer {
    server.post(MESSAGES, Some(by), body).await
}

fn numbers(answer: &Answer) -> Vec<i64> {
    assert_eq!(answer.status, 200, "{answer:?}");
    let list = answer.body.as_array().unwrap();
    list.iter()
        .map(|message| message["number"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_message_has_every_field() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let first = send(
        &server,
        &alice,
        json!({"content": "Hello!", "client_id": "k1"}),
    )
    .await;
    assert_eq!(first.status, 201);
    let body = &first.body;
    assert_eq!(body["room_id"], LOBBY);
    assert_eq!(body["number"], 1);
    assert_eq!(body["seq"], 1);
    assert_eq!(body["user_id"], alice.id);
    assert_eq!(body["username"], "Alice");
    assert_eq!(body["content"], "Hello!");
    assert_eq!(body["client_id"], "k1");
    assert_eq!(body["deleted"], false);
    assert!(body["edited_at"].is_null() && body["reply_to"].is_null());
    assert_eq!(
        body["timestamp"].as_str().unwrap().len(),
        "2026-01-02T03:04:05.678Z".len()
    );
    assert!(body["id"].is_i64());
    let reply = send(&server, &alice, json!({"content": "And?", "reply_to": 1})).await;
    assert_eq!((reply.status, &reply.body["reply_to"]), (201, &json!(1)));
    assert!(
        !reply.body["client_id"].as_str().unwrap().is_empty(),
        "made by the server"
    );
}

#[tokio::test]
async fn the_same_key_is_one_message_for_ever() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let other_room = server.room(&alice, "Other").await;
    let first = send(
        &server,
        &alice,
        json!({"content": "once", "client_id": "k"}),
    )
    .await;
    let again = send(
        &server,
        &alice,
        json!({"content": "twice", "client_id": "k"}),
    )
    .await;
    assert_eq!((again.status, &again.body), (200, &first.body));
    let path = format!("/api/chat/rooms/{other_room}/messages");
    let body = json!({"content": "elsewhere", "client_id": "k"});
    let elsewhere = server.post(&path, Some(&alice), body).await;
    assert_eq!((elsewhere.status, &elsewhere.body), (200, &first.body));
    let bobs = send(&server, &bob, json!({"content": "mine", "client_id": "k"})).await;
    assert_eq!(bobs.status, 201, "keys are each author's own");
    assert_eq!(numbers(&server.get(MESSAGES).await).len(), 2);
}

#[tokio::test]
async fn twenty_at_once_with_one_key_are_one_message() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let sends = (0..20).map(|_| send(&server, &alice, json!({"content": "x", "client_id": "k"})));
    let answers = futures::future::join_all(sends).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    assert_eq!(made, 1);
    assert!(answers.iter().all(|answer| answer.body == answers[0].body));
}

#[tokio::test]
async fn history_is_paged_by_number() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    for n in 1..=120 {
        server.say(&alice, LOBBY, &format!("message {n}")).await;
    }
    let get = async |query: &str| numbers(&server.get(&format!("{MESSAGES}{query}")).await);
    let run = |from: i64, to: i64| (from..=to).collect::<Vec<_>>();
    assert_eq!(
        get("").await,
        run(21, 120),
        "100 by default, the newest, oldest first"
    );
    assert_eq!(get("?limit=3").await, run(118, 120));
    assert_eq!(get("?before=50&limit=2").await, run(48, 49));
    assert_eq!(get("?after=50&limit=2").await, run(51, 52));
    assert_eq!(get("?after=119").await, run(120, 120));
    assert_eq!(get("?after=120").await, run(1, 0));
    assert_eq!(get("?before=1").await, run(1, 0));
    assert_eq!(get("?before=-5").await, run(1, 0));
    assert_eq!(get("?before=9007199254740993&limit=1").await, run(120, 120));
    let around = get("?around=60&limit=11").await;
    assert!(
        around.contains(&60) && around.len() <= 11 && around.is_sorted(),
        "{around:?}"
    );
    assert_eq!(get("?limit=100&unknown=1").await.len(), 100);
}

#[tokio::test]
async fn a_query_that_cannot_be_is_refused() {
    let server = Server::plain().await;
    for (query, field) in [
        ("limit=0", "limit"),
        ("limit=101", "limit"),
        ("limit=-1", "limit"),
        ("limit=many", "limit"),
        ("limit=", "limit"),
        ("before=x", "before"),
        ("after=1.5", "after"),
        ("around=99999999999999999999999", "around"),
    ] {
        let answer = server.get(&format!("{MESSAGES}?{query}")).await;
        answer.refused(422, "invalid");
        assert_eq!(answer.body["field"], field, "{query}");
    }
    server
        .get(&format!("{MESSAGES}?before=1&after=2"))
        .await
        .refused(400, "bad_request");
}

#[tokio::test]
async fn an_edit_moves_seq_on_and_keeps_the_place() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    server.say(&alice, LOBBY, "one").await;
    server.say(&alice, LOBBY, "two").await;
    let path = format!("{MESSAGES}/1");
    let edit = |by, content: &str| {
        server.call(Method::PATCH, &path, by, Some(json!({"content": content})))
    };
    edit(None, "x").await.refused(401, "sign_in_required");
    edit(Some(&bob), "x").await.refused(403, "forbidden");
    edit(Some(&alice), "  ").await.refused(422, "invalid");
    let edited = edit(Some(&alice), "uno").await;
    assert_eq!(edited.status, 200);
    assert_eq!(
        (&edited.body["number"], &edited.body["seq"]),
        (&json!(1), &json!(3))
    );
    assert_eq!(edited.body["content"], "uno");
    assert!(edited.body["edited_at"].is_string());
    let same = edit(Some(&alice), "uno").await;
    assert_eq!(
        (same.status, &same.body["seq"]),
        (200, &json!(3)),
        "no change, no seq"
    );

    let delete = |by| server.call(Method::DELETE, &path, by, None);
    delete(None).await.refused(401, "sign_in_required");
    delete(Some(&bob)).await.refused(403, "forbidden");
    assert_eq!(delete(Some(&alice)).await.status, 204);
    assert_eq!(delete(Some(&alice)).await.status, 204, "again is no change");
    edit(Some(&alice), "back")
        .await
        .refused(404, "message_not_found");
    let list = server.get(MESSAGES).await;
    assert_eq!(numbers(&list), [1, 2]);
    let tombstone = &list.body[0];
    assert_eq!(
        (
            &tombstone["deleted"],
            &tombstone["content"],
            &tombstone["seq"]
        ),
        (&json!(true), &json!(""), &json!(4))
    );
}

#[tokio::test]
async fn history_says_where_it_goes_on_until_it_ends() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let long = "é".repeat(10_000);
    for _ in 0..30 {
        server.say(&alice, LOBBY, &long).await;
    }
    for (start, way) in [("?limit=100", "before"), ("?after=0&limit=100", "after")] {
        let (mut path, mut seen, mut pages) = (format!("{MESSAGES}{start}"), Vec::new(), 0);
        loop {
            let page = server.get(&path).await;
            let shown = numbers(&page);
            assert!(!shown.is_empty() && shown.len() < 30, "{path}: {shown:?}");
            seen.extend(shown);
            pages += 1;
            let link = page.header("link");
            if link.is_empty() {
                break;
            }
            let next = link.strip_suffix(">; rel=\"next\"");
            path = next
                .and_then(|next| next.strip_prefix('<'))
                .unwrap()
                .to_owned();
            assert!(path.contains(&format!("?{way}=")), "{path}");
        }
        seen.sort_unstable();
        assert_eq!(seen, (1..=30).collect::<Vec<_>>(), "{way}");
        assert!(pages >= 3, "{pages}");
    }
}
