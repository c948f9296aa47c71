//! The page of what is pinned in a room, and the panel that shows it.

use crate::harness::{LOBBY, Page, Site};
use parlour_protocol::paths::PANEL;
use reqwest::Method;

#[tokio::test]
async fn what_is_pinned_is_marked_and_listed_with_the_way_to_it() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.say(LOBBY, "Read *this* first").await;
    alice.say(LOBBY, "Or not").await;
    let pinned = alice.post(&format!("{LOBBY}/m/1/pin"), &[]).await;
    assert_eq!(
        (pinned.status, pinned.header("location")),
        (303, "/rooms/1-lobby/m/1#m1")
    );
    let visitor = site.visitor();
    let room = visitor.get(LOBBY).await;
    assert_eq!(room.all(".message[data-pinned]").len(), 1);
    let page = visitor.follow(&room, ".menu a[href$=pins]").await;
    assert_eq!(page.texts(".mentions p[dir]"), ["Read this first"]);
    assert!(
        page.has_no("form[action$=unpin]"),
        "who may not is not asked"
    );
    let there = visitor.follow(&page, ".mentions a").await;
    assert_eq!(there.text(".message[data-marked] .text"), "Read this first");
    // In the panel it is the same.
    let path = format!("{LOBBY}/pins");
    let request = alice.own(Method::GET, &path).header(PANEL, "1");
    let panel = Page::of(&path, request.send().await.unwrap()).await;
    assert!(panel.body.starts_with("<form"), "{}", panel.body);
    assert_eq!(panel.text("#panel-title"), "Pinned messages");
    assert_eq!(panel.texts(".mentions p[dir]"), ["Read this first"]);
    let page = alice.done(panel.form("form[action$=unpin]")).await;
    assert_eq!(page.path, path);
    assert_eq!(page.text("[role=status]"), "Nothing is pinned here.");
    assert!(alice.get(LOBBY).await.has_no(".message[data-pinned]"));
}
