//! Forwarding a message: a quotation in another room, with the way back.

use crate::harness::{LOBBY, Page, Site};
use parlour_protocol::paths::PANEL;
use reqwest::Method;

#[tokio::test]
async fn a_message_is_quoted_in_another_room_with_its_author_and_the_way_to_it() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.say(LOBBY, "See *this*\nand @Bob").await;
    let den = bob.room("Den").await;
    let page = bob.get(&format!("{LOBBY}/m/1/forward")).await;
    assert_eq!(page.text(".mentions p"), "See this");
    assert_eq!(page.texts("option"), ["Den"]);
    let form = page.form("form.form").with("to", "2");
    let there = bob.done(form).await;
    assert!(there.path.starts_with(&den), "{}", there.path);
    let text = there.text(".message .text");
    assert!(text.starts_with("Alice wrote here:"), "{text}");
    assert_eq!(there.text(".message blockquote"), "See this\nand @Bob");
    assert_eq!(there.text(".message blockquote em"), "this");
    // Nobody is mentioned by somebody else's words.
    assert!(there.has_no(".message blockquote a"));
    let way = there.attribute(".message .text a", "href");
    assert_eq!(way, format!("{}/rooms/1/m/1", bob.origin()));
    let way = way.strip_prefix(&bob.origin()).unwrap().to_owned();
    let back = bob.get(&way).await;
    assert_eq!(
        back.text(".message[data-marked] .text"),
        "See this\nand @Bob"
    );
    // In the panel it is the same form.
    let path = format!("{LOBBY}/m/1/forward");
    let request = bob.own(Method::GET, &path).header(PANEL, "1");
    let panel = Page::of(&path, request.send().await.unwrap()).await;
    assert!(panel.body.starts_with("<form"), "{}", panel.body);
    assert_eq!(panel.form("form.form").action, path);
}

#[tokio::test]
async fn what_cannot_be_forwarded_is_said_where_it_is_asked() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.say(LOBBY, &"x".repeat(10_000)).await;
    alice.room("Den").await;
    let form = async |number: u32| {
        let page = alice.get(&format!("{LOBBY}/m/{number}/forward")).await;
        page.form("form.form").with("to", "2")
    };
    let refused = alice.submit(form(1).await).await;
    assert_eq!(refused.status, 422);
    assert_eq!(
        refused.text("#to-error"),
        "This message is too long to be forwarded. Copy its link instead."
    );
    alice.say(LOBBY, "short").await;
    let number = alice
        .get(LOBBY)
        .await
        .place()
        .open
        .unwrap()
        .history
        .messages[1]
        .number;
    let nowhere = form(number.0 as u32).await.with("to", "9");
    let refused = alice.submit(nowhere).await;
    assert_eq!(
        (refused.status, &*refused.text("#to-error")),
        (404, "There is no such room.")
    );
    let visitor = site.visitor().get(&format!("{LOBBY}/m/1/forward")).await;
    assert_eq!(visitor.status, 303);
    let none = alice.get(&format!("{LOBBY}/m/99/forward")).await;
    assert_eq!(none.status, 404);
}
