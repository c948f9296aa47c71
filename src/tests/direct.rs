//! Direct rooms on pages: called by the others' names, for each reader anew.

use crate::harness::{Browser, LOBBY, Site};
use parlour_protocol::calls::Request;
use serde_json::{Value, json};

/// The id of who this browser is.
async fn id(browser: &Browser) -> i64 {
    browser.get(LOBBY).await.place().me.unwrap().id.0
}

/// The path of the room of this browser's person and another one.
async fn room(browser: &Browser, other: i64) -> String {
    let call = Request {
        method: "POST",
        path: "/api/chat/direct".to_owned(),
        kind: "application/json",
        body: Some(json!({"user_ids": [other]}).to_string()),
    };
    let answer = browser.call(&call).await;
    assert!(answer.status < 300, "{}", answer.body);
    let room: Value = serde_json::from_str(&answer.body).unwrap();
    format!("/rooms/{}", room["id"])
}

#[tokio::test]
async fn a_page_calls_a_direct_room_what_the_others_are_called_whoever_read_it_before() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let path = room(&alice, id(&bob).await).await;
    alice.say(&path, "psst").await;
    // Both may see the same rooms, and nothing of it changes between the two.
    for _ in 0..2 {
        for (reader, other) in [(&alice, "Bob"), (&bob, "Alice")] {
            let page = reader.get(&path).await;
            assert_eq!(page.text("#room-title"), other);
            assert!(page.texts(".room-list bdi").contains(&other.to_owned()));
            let headings = page.texts(".room-list h3");
            assert!(headings.contains(&"Direct messages".to_owned()));
            let list = reader.get("/rooms").await;
            assert!(list.texts(".room-list bdi").contains(&other.to_owned()));
        }
    }
    let form = alice.get("/me").await.form("form.form");
    alice.done(form.with("username", "Alicia")).await;
    assert_eq!(bob.get(&path).await.text("#room-title"), "Alicia");
    let list = bob.get("/rooms").await;
    assert!(list.texts(".room-list bdi").contains(&"Alicia".to_owned()));
    // Found by the name of who is in it.
    let found = bob.get("/go?q=alicia").await;
    assert!(
        found.header("location").starts_with(&path),
        "{}",
        found.body
    );
    assert_eq!(site.person("Mallory").await.get(&path).await.status, 404);
}

#[tokio::test]
async fn a_direct_room_that_was_left_is_in_no_list_until_somebody_writes() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let path = room(&alice, id(&bob).await).await;
    alice.say(&path, "psst").await;
    let page = bob.get(&path).await;
    bob.submit(page.form("form[action$='/leave']")).await;
    let names = async || bob.get("/rooms").await.texts(".room-list bdi");
    assert_eq!(names().await, ["Lobby"]);
    alice.say(&path, "still there?").await;
    assert!(names().await.contains(&"Alice".to_owned()));
}

#[tokio::test]
async fn what_is_unread_of_whom_one_talks_to_alone_is_for_oneself_in_words_and_by_its_style() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let path = room(&alice, id(&bob).await).await;
    let tea = alice.room("Tea").await;
    for room in [LOBBY, &tea] {
        bob.say(room, "Hello").await;
        alice.say(room, "Hello, all").await;
    }
    for _ in 0..2 {
        alice.say(&path, "psst").await;
    }
    // Without script, and as the island finds it.
    let page = bob.get(LOBBY).await;
    let line = format!(".room-list a[href^='{path}'] .unread");
    assert_eq!(page.attribute(&line, "aria-label"), "2 unread, for you");
    assert_eq!(page.attribute(&line, "class"), "unread for-you");
    assert_eq!(page.all(".for-you").len(), 1);
    let line = format!(".room-list a[href^='{tea}'] .unread");
    assert_eq!(page.attribute(&line, "aria-label"), "1 unread");
    // The way back says what waits behind it.
    assert_eq!(
        page.attribute(".elsewhere", "aria-label"),
        "1 unread, for you"
    );
    let page = bob.get(&path).await;
    assert_eq!(page.attribute(".elsewhere", "aria-label"), "2 unread");
    let nothing_here = bob.get("/rooms/4711").await;
    assert_eq!(nothing_here.status, 404);
    let label = nothing_here.attribute(".for-you", "aria-label");
    assert_eq!(label, "2 unread, for you");
}
