//! The way back from a deletion, on the page: offered to who deleted, and to nobody else.

use crate::harness::{LOBBY, Site};
use std::time::Duration;

const UNDO: &str = "form.give-back";

#[tokio::test]
async fn who_deleted_a_message_finds_the_way_back_where_it_stood() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.say(LOBBY, "Not *that*").await;
    let question = alice.get(&format!("{LOBBY}/m/1/delete")).await;
    let page = alice.done(question.form("form.form")).await;
    assert_eq!(page.text(".message .removed"), "This message was removed.");
    // In the same page of others, who share what it is made of, there is none.
    for other in [&bob, &site.visitor()] {
        let page = other.get(&format!("{LOBBY}/m/1")).await;
        assert_eq!(page.text(".message .removed"), "This message was removed.");
        assert!(page.has_no(UNDO) && !page.body.contains("may_undo"));
    }
    // Loaded again, too, and in what a script takes over.
    let again = alice.get(LOBBY).await;
    assert!(again.place().open.unwrap().history.messages[0].may_undo);
    let page = alice.done(again.form(UNDO)).await;
    assert_eq!(page.path, format!("{LOBBY}/m/1#m1"));
    assert_eq!(page.text(".message .text"), "Not that");
    assert!(page.has_no(UNDO));
    assert_eq!(bob.get(LOBBY).await.text(".message .text"), "Not that");
}

#[tokio::test]
async fn what_is_too_late_is_said_and_offered_no_more() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.say(LOBBY, "Gone").await;
    let question = alice.get(&format!("{LOBBY}/m/1/delete")).await;
    let page = alice.done(question.form("form.form")).await;
    let undo = page.form(UNDO);
    // No connection is idle for so long.
    site.clock.advance(Duration::from_secs(6));
    assert_eq!(alice.get(LOBBY).await.status, 200);
    site.clock.advance(Duration::from_secs(5));
    assert!(alice.get(LOBBY).await.has_no(UNDO));
    let refused = alice.submit(undo).await;
    let sentence = "It is too late to take that back: a deleted message is kept for ten seconds.";
    refused.is_a_problem(404, sentence);
}
