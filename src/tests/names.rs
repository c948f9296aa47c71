//! Whose a message is on the pages: its author as they are called now.

use crate::harness::{LOBBY, Page, Site};

#[tokio::test]
async fn a_name_is_changed_and_what_was_written_before_is_shown_under_it_to_everybody() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let page = alice.say(LOBBY, "as Alice").await;
    assert_eq!(page.attribute("a.me", "href"), "/me");
    for _ in 0..2 {
        let seen = site.visitor().get(LOBBY).await;
        assert_eq!(seen.texts(".message .author"), ["Alice"]);
    }
    let form = alice.get("/me").await.form("form.form");
    assert_eq!(form.value("username"), "Alice");
    let page = alice.done(form.with("username", "Alicia")).await;
    assert_eq!(page.text("a.me"), "Alicia");
    let page = alice.say(LOBBY, "as Alicia").await;
    let shown = |page: &Page| page.texts(".message .author");
    assert_eq!(shown(&page), ["Alicia", "Alicia"]);
    assert_eq!(page.all(".message[data-own]").len(), 2);
    for path in [
        LOBBY,
        &format!("{LOBBY}/m/1"),
        &format!("{LOBBY}?before=99"),
        &format!("{LOBBY}?after=0"),
    ] {
        let page = site.visitor().get(path).await;
        assert_eq!(shown(&page), ["Alicia", "Alicia"], "{path}");
        let faces = page.all(".message .face[data-initials]");
        assert_eq!(faces.len(), 1, "both are one group");
        let names = page.place().open.unwrap().history.messages;
        assert!(names.iter().all(|message| message.username == "Alicia"));
    }
    // What was removed is shown so, too.
    let edit = alice.follow(&alice.get(LOBBY).await, "#m1 a.edit").await;
    alice.done(edit.form("form[action$=delete]")).await;
    let page = site.visitor().get(LOBBY).await;
    assert_eq!(page.all(".message[data-deleted]").len(), 1);
    assert_eq!(shown(&page), ["Alicia", "Alicia"]);
}
