//! `sync`: what was missed, however long the client was away.

use crate::harness::{Guest, LOBBY, Server};
use reqwest::Method;
use serde_json::{Value, json};

async fn fill(server: &Server, by: &Guest, count: usize) {
    for start in (0..count).step_by(200) {
        let texts: Vec<_> = (start..count.min(start + 200))
            .map(|n| format!("m{n}"))
            .collect();
        let sends = texts.iter().map(|text| server.say(by, LOBBY, text));
        futures::future::join_all(sends).await;
    }
}

#[tokio::test]
async fn changes_come_in_their_present_state() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    fill(&server, &alice, 4).await;
    let path = |number| format!("/api/chat/rooms/1/messages/{number}");
    let edit = Some(json!({"content": "edited"}));
    server
        .call(Method::PATCH, &path(1), Some(&alice), edit)
        .await;
    server
        .call(Method::DELETE, &path(3), Some(&alice), None)
        .await;
    let mut socket = server.chat(LOBBY, "Bob").await;
    let mut sync = async |after: i64| {
        socket.send(json!({"type": "sync", "after": after})).await;
        socket.next_of_type("sync").await
    };
    let since_four = sync(4).await;
    assert_eq!(
        (&since_four["from"], &since_four["to"]),
        (&json!(4), &json!(6))
    );
    assert_eq!(since_four["complete"], true);
    assert!(since_four.get("reset").is_none());
    let seqs = |frame: &Value| -> Vec<(i64, i64)> {
        let messages = frame["messages"].as_array().unwrap();
        messages
            .iter()
            .map(|m| (m["seq"].as_i64().unwrap(), m["number"].as_i64().unwrap()))
            .collect()
    };
    assert_eq!(seqs(&since_four), [(5, 1), (6, 3)]);
    assert_eq!(since_four["messages"][0]["content"], "edited");
    assert_eq!(since_four["messages"][1]["deleted"], true);
    assert_eq!(seqs(&sync(0).await), [(2, 2), (4, 4), (5, 1), (6, 3)]);
    let nothing = sync(6).await;
    assert_eq!(
        (seqs(&nothing), &nothing["complete"]),
        (vec![], &json!(true))
    );
    for impossible in [-1, 7, i64::MAX] {
        assert_eq!(sync(impossible).await["reset"], true, "{impossible}");
    }
}

#[tokio::test]
async fn much_comes_in_pages_and_too_much_as_a_reset() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    fill(&server, &alice, 1_200).await;
    let mut socket = server.chat(LOBBY, "Bob").await;
    socket.send(json!({"type": "sync", "after": 0})).await;
    let (mut at, mut count) = (0, 0);
    loop {
        let page = socket.next_of_type("sync").await;
        assert_eq!(page["from"], at);
        at = page["to"].as_i64().unwrap();
        let messages = page["messages"].as_array().unwrap();
        assert!(messages.len() <= 500);
        count += messages.len();
        if page["complete"] == true {
            break;
        }
    }
    assert_eq!((at, count), (1_200, 1_200));
    fill(&server, &alice, 900).await;
    socket.send(json!({"type": "sync", "after": 0})).await;
    let reset = socket
        .next_that(|frame| frame["type"] == "sync" && frame["from"] == 0)
        .await;
    assert_eq!(reset["reset"], true);
    // The same on the way in.
    let mut late = server.socket("/ws/chat/1", &[]).await;
    late.send(json!({"username": "Late", "after": 2_000})).await;
    assert_eq!(late.next().await["type"], "welcome");
    assert_eq!(late.next().await["type"], "users_list");
    let sync = late.next().await;
    assert_eq!(
        (&sync["type"], &sync["to"]),
        (&json!("sync"), &json!(2_100))
    );
}

#[tokio::test]
async fn long_messages_come_in_pages_that_fit_in_memory() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    // 40 KB each: six to a page.
    let long = "𝄞".repeat(10_000);
    for _ in 0..20 {
        server.say(&alice, LOBBY, &long).await;
    }
    let mut reader = server.socket("/ws", &[]).await;
    let sync = json!({"type": "sync", "room_id": LOBBY, "after": 0});
    reader.send(sync).await;
    let (mut at, mut counts) = (0, Vec::new());
    loop {
        let page = reader.next_of_type("sync").await;
        assert_eq!(page["from"], at);
        let messages = page["messages"].as_array().unwrap();
        let bytes = messages
            .iter()
            .map(|m| m["content"].as_str().unwrap().len());
        assert!(bytes.sum::<usize>() <= 256 * 1024);
        at = page["to"].as_i64().unwrap();
        assert_eq!(messages.last().unwrap()["seq"], at);
        counts.push(messages.len());
        if page["complete"] == true {
            break;
        }
    }
    assert_eq!((at, counts), (20, vec![6, 6, 6, 2]));
}

#[tokio::test]
async fn a_join_in_the_middle_of_a_conversation_misses_nothing() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let talking = async {
        for n in 0..300 {
            server.say(&alice, LOBBY, &format!("m{n}")).await;
        }
    };
    let joining = async {
        let mut heard_live = 0;
        for round in 0..10 {
            let mut socket = server.socket("/ws/chat/1", &[]).await;
            socket
                .send(json!({"username": format!("Bob {round}"), "after": 0}))
                .await;
            let welcome = socket.next_of_type("welcome").await;
            assert!(welcome["seq"].is_i64());
            let sync = socket.next_of_type("sync").await;
            let mut at = sync["to"].as_i64().unwrap();
            assert!(at >= welcome["seq"].as_i64().unwrap());
            let mut live = 0;
            while live < 5 && at < 300 {
                let seq = socket.next_of_type("message").await["seq"]
                    .as_i64()
                    .unwrap();
                if seq > at {
                    assert_eq!(seq, at + 1, "no gap after the sync");
                    at = seq;
                    live += 1;
                }
            }
            heard_live += live;
        }
        assert!(heard_live > 0, "somebody joined while it went on");
    };
    tokio::join!(talking, joining);
}
