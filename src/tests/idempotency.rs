//! Idempotency: one key sent through every door at once makes one message, which all callers are answered with.

use crate::harness::{Browser, LOBBY, Site, Socket};
use futures::future::join_all;
use serde_json::{Value, json};

const MESSAGES: &str = "/api/chat/rooms/1/messages";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn concurrent_repeats_at_every_door_get_the_first_message() {
    let site = Site::plain().await;
    let mut socket = Socket::guest(site.address, 1, "Alice").await;
    let token = socket.token().to_owned();
    // The writer is busy, so that all of them wait at once.
    let held = site.ctx.store.hold_the_writer().await;
    socket
        .send(json!({"type": "message", "content": "once", "client_id": "k"}))
        .await;
    let address = site.address;
    let by_rest = (0..4).map(|_| {
        let token = token.clone();
        tokio::spawn(async move {
            let request = Browser::of(address)
                .own_request(MESSAGES)
                .bearer_auth(token)
                .json(&json!({"content": "once", "client_id": "k"}));
            let answer = request.send().await.unwrap();
            let status = answer.status().as_u16();
            (status, answer.json::<Value>().await.unwrap())
        })
    });
    let by_form = (0..4).map(|_| {
        let token = token.clone();
        tokio::spawn(async move {
            let request = Browser::of(address)
                .own_request(&format!("{LOBBY}/messages"))
                .bearer_auth(token)
                .form(&[("content", "once"), ("client_id", "k")]);
            let answer = request.send().await.unwrap();
            let to = answer.headers()["location"].to_str().unwrap().to_owned();
            (answer.status().as_u16(), to)
        })
    });
    let (by_rest, by_form): (Vec<_>, Vec<_>) = (by_rest.collect(), by_form.collect());
    // Reading goes on, and nobody is answered before the first is stored.
    for _ in 0..20 {
        assert_eq!(site.visitor().get(MESSAGES).await.body, "[]");
    }
    assert!(by_rest.iter().all(|answer| !answer.is_finished()));
    assert!(by_form.iter().all(|answer| !answer.is_finished()));
    drop(held);

    let first = socket.next_of_type("message").await;
    assert_eq!(first["client_id"], "k");
    let mut made = 0;
    for answer in join_all(by_rest).await {
        let (status, message) = answer.unwrap();
        assert!([200, 201].contains(&status), "{message}");
        made += usize::from(status == 201);
        assert_eq!(message["id"], first["id"]);
        assert_eq!(message["number"], first["number"]);
    }
    assert!(made <= 1, "at most one of them was the first");
    for answer in join_all(by_form).await {
        let answer = answer.unwrap();
        assert_eq!(answer, (303, format!("{LOBBY}?sent=1#latest")));
    }
    let stored = site.visitor().get(MESSAGES).await.body;
    let stored: Vec<Value> = serde_json::from_str(&stored).unwrap();
    assert_eq!(stored.len(), 1);
}
