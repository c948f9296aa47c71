//! The page that leads to a day of a room.

use crate::harness::{LOBBY, Site};

#[tokio::test]
async fn the_menu_leads_to_a_day_and_to_the_first_message() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    for text in ["first", "second"] {
        alice.say(LOBBY, text).await;
    }
    let visitor = site.visitor();
    let page = visitor
        .follow(&visitor.get(LOBBY).await, ".menu a[href$=date]")
        .await;
    let first = visitor.follow(&page, "main a[href$='0001-01-01']").await;
    assert_eq!(first.status, 303);
    assert_eq!(first.header("location"), "/rooms/1-lobby/m/1#m1");
    let day = visitor.get(&format!("{LOBBY}/date?on=9999-12-31")).await;
    let last = alice
        .get(LOBBY)
        .await
        .place()
        .open
        .unwrap()
        .history
        .messages[1]
        .number;
    assert_eq!(
        day.header("location"),
        format!("/rooms/1-lobby/m/{last}#m{last}")
    );
    let wrong = visitor.get(&format!("{LOBBY}/date?on=yesterday")).await;
    assert_eq!(wrong.status, 422);
    assert_eq!(
        wrong.text("#on-error"),
        "This is no day, as 2026-01-02 is one."
    );
    let gone = visitor.get("/rooms/99/date").await;
    assert_eq!(gone.status, 404);
}
