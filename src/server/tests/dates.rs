//! Going to a day in a room's history, over REST.

use crate::harness::{Answer, LOBBY, Server};
use serde_json::json;

fn numbers(page: &Answer) -> Vec<i64> {
    assert_eq!(page.status, 200, "{page:?}");
    let all = page.body.as_array().unwrap().iter();
    all.map(|message| message["number"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_list_begins_with_a_day() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let mut today = String::new();
    for text in ["one", "two"] {
        let said = server.say(&alice, LOBBY, text).await;
        today = said["timestamp"].as_str().unwrap()[..10].to_owned();
    }
    let on = async |day: &str| {
        let path = format!("/api/chat/rooms/{LOBBY}/messages?on={day}");
        server.get(&path).await
    };
    assert_eq!(numbers(&on("0001-01-01").await), [1, 2]);
    let page = on(&format!("{today}&limit=1")).await;
    let first = numbers(&page)[0];
    let next = page.header("link").to_owned();
    assert_eq!(next.contains("after=1&limit=1"), first == 1, "{next}");
    assert_eq!(numbers(&on("9999-12-31").await), [2], "all are earlier");
    for wrong in ["2026-02-30", "2026-1-2", "today", ""] {
        on(wrong).await.refused(422, "invalid");
    }
    on("2026-01-02&before=3").await.refused(400, "bad_request");
    let den = server.room(&alice, "Den").await;
    let empty = format!("/api/chat/rooms/{den}/messages?on=2026-01-02");
    assert_eq!(server.get(&empty).await.body, json!([]));
}
