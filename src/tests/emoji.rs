//! What emoji are chosen from: without script as pages, and as what the panel is given of them.

use crate::harness::{Browser, LOBBY, Page, Site};
use parlour_protocol::paths::PANEL;
use reqwest::Method;

const REACT: &str = "/rooms/1-lobby/m/1/react";
const QUICK: &str = ".emoji:first-child button";

async fn panel(who: &Browser, path: &str) -> Page {
    let request = who.own(Method::GET, path).header(PANEL, "1");
    Page::of(path, request.send().await.unwrap()).await
}

async fn sent(who: &Browser, path: &str, emoji: &str) -> Page {
    let request = who.own_request(path).header(PANEL, "1");
    let answer = request.form(&[("emoji", emoji)]).send().await.unwrap();
    Page::of(path, answer).await
}

/// A room with a message, and somebody in it.
async fn said() -> (Site, Browser) {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.say(LOBBY, "Hello").await;
    (site, alice)
}

#[tokio::test]
async fn without_script_a_reaction_is_chosen_from_groups_by_name_and_of_a_tone() {
    let (_site, alice) = said().await;
    let page = alice.get(REACT).await;
    assert_eq!(page.texts(QUICK), ["👍", "❤️", "😂", "🎉", "😮", "👀"]);
    assert_eq!(page.texts(".found nav:first-of-type a").len(), 9);
    assert!(page.all(".emoji button").len() > 100, "the smileys");
    assert_eq!(page.text("nav:first-of-type [aria-current]"), "Smileys");
    // Another group, then another tone in it.
    let food = alice.follow(&page, "nav a[href*='group=food']").await;
    assert_eq!(food.all(".emoji [value='🍰']").len(), 1);
    let hands = alice.get(&format!("{REACT}?group=people&tone=3")).await;
    assert_eq!(hands.all(".emoji [value='👋🏽']").len(), 1);
    assert_eq!(
        hands.attribute("nav:last-of-type [aria-current]", "aria-label"),
        "Medium"
    );
    // By name, in the form that there is for it.
    let form = hands.form("form[method=get]");
    let fields: Vec<(&str, &str)> = vec![("q", "Thumbs"), ("tone", form.value("tone"))];
    let query = query_of(&fields);
    let found = alice.get(&format!("{}?{query}", form.action)).await;
    assert_eq!(found.attribute("#emoji-q", "value"), "Thumbs");
    assert_eq!(found.texts(".emoji button"), ["👍🏽", "👎🏽"]);
    let none = alice.get(&format!("{REACT}?q=nothing+is+called+so")).await;
    assert_eq!(none.text("[role=status]"), "No emoji is called that.");
    // Pressing one reacts, and leads back to the message.
    let action = found.form("form[method=post]").action;
    let answer = alice.post(&action, &[("emoji", "👍🏽")]).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (303, "/rooms/1-lobby/m/1#m1")
    );
    assert_eq!(alice.get(LOBBY).await.texts("#m1 .reaction"), ["👍🏽 1"]);
}

fn query_of(fields: &[(&str, &str)]) -> String {
    let fields = fields.iter().map(|(name, value)| format!("{name}={value}"));
    fields.collect::<Vec<_>>().join("&")
}

#[tokio::test]
async fn what_a_browser_took_last_stands_first_in_it_and_in_no_other() {
    let (site, alice) = said().await;
    for emoji in ["🎂", "wave", "👍🏿"] {
        assert_eq!(alice.post(REACT, &[("emoji", emoji)]).await.status, 303);
    }
    let page = alice.get(REACT).await;
    assert_eq!(page.texts(QUICK), ["👍🏿", "👋🏿", "🎂", "❤️", "😂", "🎉"]);
    let recent = alice.follow(&page, "nav a[href*='group=recent']").await;
    assert_eq!(recent.texts(".emoji + .emoji button"), ["👍🏿", "👋🏿", "🎂"]);
    // Taking one back is no choice.
    alice.post(REACT, &[("off", "🎂")]).await;
    assert_eq!(alice.get(REACT).await.texts(QUICK)[0], "👍🏿");
    let bob = site.person("Bob").await;
    assert_eq!(bob.get(REACT).await.texts(QUICK)[0], "👍");
}

#[tokio::test]
async fn the_panel_has_the_same_and_a_file_that_goes_through_it_by_keys() {
    let (_site, alice) = said().await;
    let (page, part) = (alice.get(REACT).await, panel(&alice, REACT).await);
    assert!(part.body.starts_with("<form data-script"), "{}", part.body);
    assert_eq!(part.texts(".emoji button"), page.texts(".emoji button"));
    assert_eq!(part.text("#panel-title"), page.text("h1"));
    assert_eq!(part.all(".card form").len(), 2, "the browser's own to send");
    for it_has_none in ["style", "link", "script", "leptos-island"] {
        assert!(part.has_no(it_has_none), "{it_has_none}");
    }
    // Enter takes what is most usual.
    assert_eq!(part.attribute("[autofocus]", "value"), "👍");
    let file = alice
        .get(&part.attribute("[data-script]", "data-script"))
        .await;
    assert_eq!(file.status, 200);
    assert!(file.header("cache-control").contains("immutable"));
    let answer = sent(&alice, REACT, "tada").await;
    assert_eq!((answer.status, &*answer.body), (204, ""));
    assert_eq!(alice.get(LOBBY).await.texts("#m1 .reaction"), ["🎉 1"]);
    let refused = sent(&alice, REACT, "letter").await;
    assert_eq!(refused.status, 422);
    assert!(refused.body.starts_with("<form"), "{}", refused.body);
    let live = alice.get(LOBBY).await;
    let reacted = alice.get(&live.attribute("html", "data-reacted")).await;
    assert_eq!(reacted.status, 200);
}

#[tokio::test]
async fn a_part_is_light() {
    let (_site, alice) = said().await;
    for group in ["smileys", "people", "objects", "flags"] {
        let part = panel(&alice, &format!("{REACT}?group={group}")).await;
        assert!(part.body.len() <= 64 << 10, "{group}: {}", part.body.len());
    }
}

#[tokio::test]
async fn who_may_not_react_has_nothing_to_choose_from() {
    let (site, alice) = said().await;
    let visitor = site.visitor();
    for answer in [visitor.get(REACT).await, panel(&visitor, REACT).await] {
        assert_eq!(answer.status, 303);
        assert!(answer.header("location").starts_with("/join?next="));
    }
    assert_eq!(alice.get("/rooms/1-lobby/m/9/react").await.status, 404);
    let form = alice
        .get("/rooms/1-lobby/m/1/delete")
        .await
        .form("form.form");
    alice.done(form).await;
    assert_eq!(alice.get(REACT).await.status, 404);
}

#[tokio::test]
async fn in_a_text_they_are_found_by_name_and_the_browser_keeps_which_were_taken() {
    let (_site, alice) = said().await;
    let page = alice.get("/emoji?q=tada").await;
    assert_eq!(page.text(".emoji-names li"), "🎉 party popper :tada:");
    assert!(
        page.has_no("form[method=post]"),
        "there is nothing to put it into"
    );
    let part = panel(&alice, "/emoji").await;
    assert_eq!(part.form("form[method=post]").action, "/emoji");
    assert_eq!(sent(&alice, "/emoji", "🎂").await.status, 204);
    assert_eq!(panel(&alice, "/emoji").await.texts(QUICK)[0], "🎂");
    assert_eq!(
        alice.post("/emoji", &[("emoji", "letter")]).await.status,
        422
    );
    assert_eq!(alice.post("/emoji", &[]).await.status, 400);
}

#[tokio::test]
async fn who_reacted_is_listed_with_one_emoji_at_a_time() {
    let (site, alice) = said().await;
    let path = "/rooms/1-lobby/m/1/reactions";
    let none = site.visitor().get(path).await;
    assert_eq!(
        none.text("[role=status]"),
        "Nobody has reacted to this message."
    );
    let bob = site.person("Bob").await;
    for (who, emoji) in [(&alice, "👍"), (&bob, "👍"), (&bob, "🎉")] {
        who.post(REACT, &[("emoji", emoji)]).await;
    }
    let page = site.visitor().get(path).await;
    assert_eq!(page.texts(".found nav a"), ["👍 2", "🎉 1"]);
    assert_eq!(page.texts(".who li"), ["Alice", "Bob"]);
    let tada = site
        .visitor()
        .follow(&page, ".found nav a:last-child")
        .await;
    assert_eq!(tada.text("[aria-current]"), "🎉 1");
    assert_eq!(tada.texts(".who li"), ["Bob"]);
    let rest = alice
        .get(&format!("{path}?emoji=%F0%9F%91%8D&after=1"))
        .await;
    assert_eq!(rest.texts(".who li"), ["Bob"]);
    // What nobody reacted with is as if nothing was asked for.
    for asked in ["cake", "nothing"] {
        let page = alice.get(&format!("{path}?emoji={asked}")).await;
        assert_eq!(page.text("[aria-current]"), "👍 2");
    }
    let part = panel(&alice, path).await;
    assert_eq!(part.texts(".who li"), page.texts(".who li"));
    assert_eq!(alice.get("/rooms/1-lobby/m/9/reactions").await.status, 404);
}
