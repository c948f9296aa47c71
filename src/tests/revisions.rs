//! The page of what a message said before it was edited, and the panel that shows it.

use crate::harness::{Browser, LOBBY, Page, Site};
use parlour_protocol::paths::PANEL;
use reqwest::Method;

async fn edit(by: &Browser, number: i64, content: &str) {
    let path = format!("{LOBBY}/m/{number}/edit");
    let form = by.get(&path).await.form("form[action$=edit]");
    assert_eq!(by.submit(form.with("content", content)).await.status, 303);
}

/// What is marked in each version, as `[-…-]` and `{+…+}`.
fn versions(page: &Page) -> Vec<String> {
    let all = page.all(".revisions .text").into_iter();
    let all = all.map(|text| {
        let html = text.inner_html().replace("<!---->", "");
        let marks = [
            ("<del>", "[-"),
            ("</del>", "-]"),
            ("<ins>", "{+"),
            ("</ins>", "+}"),
        ];
        let marked = marks.iter();
        marked.fold(html, |html, (tag, mark)| html.replace(tag, mark))
    });
    all.collect()
}

#[tokio::test]
async fn edited_leads_to_what_was_said_before_with_what_each_edit_changed() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.say(LOBBY, "See you at <five>").await;
    edit(&alice, 1, "See you at <six>").await;
    edit(&alice, 1, "See you there at <six>").await;
    let visitor = site.visitor();
    let page = visitor.follow(&visitor.get(LOBBY).await, "a.edited").await;
    assert_eq!(
        versions(&page),
        [
            "See you {+there +}at &lt;six&gt;",
            "See you at &lt;[-five-]{+six+}&gt;",
            "See you at &lt;five&gt;",
        ]
    );
    assert!(page.has_no("form[action$=drop]"));
    let back = visitor.follow(&page, "main > p:last-child > a").await;
    assert_eq!(
        back.text(".message[data-marked] .text"),
        "See you there at <six>"
    );
    // Its author forgets what it said at first.
    let own = alice.get(&format!("{LOBBY}/m/1/revisions")).await;
    assert_eq!(own.all("form[action$=drop]").len(), 2);
    let page = alice
        .done(own.form("li:last-child form[action$=drop]"))
        .await;
    assert_eq!(page.path, format!("{LOBBY}/m/1/revisions"));
    assert_eq!(versions(&page).len(), 2);
}

#[tokio::test]
async fn the_panel_has_what_the_page_has() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.say(LOBBY, "one").await;
    edit(&alice, 1, "two").await;
    let path = format!("{LOBBY}/m/1/revisions");
    let request = alice.own(Method::GET, &path).header(PANEL, "1");
    let panel = Page::of(&path, request.send().await.unwrap()).await;
    assert!(panel.body.starts_with("<form"), "{}", panel.body);
    assert_eq!(panel.text("#panel-title"), "Earlier versions");
    assert_eq!(versions(&panel), versions(&alice.get(&path).await));
    assert_eq!(versions(&panel), ["[-one-]{+two+}", "one"]);
}

#[tokio::test]
async fn a_room_that_keeps_none_says_so_where_one_edits_and_where_they_would_be() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let new = alice.get("/rooms/new").await.form("form.form");
    assert_eq!(new.value("revisions"), "everybody");
    let den = new.with("name", "Den").with("revisions", "nobody");
    let den = alice.done(den).await.path;
    for room in [LOBBY, &den] {
        alice.say(room, "one").await;
    }
    let hint = async |room: &str| {
        let page = alice.get(&format!("{room}/m/1/edit")).await;
        page.texts("form[action$=edit] .field-hint").concat()
    };
    assert_eq!(
        hint(LOBBY).await,
        "Whoever sees the room can read what it said before."
    );
    assert_eq!(
        hint(&den).await,
        "What it said before is not kept in this room."
    );
    let page = alice.get(&format!("{den}/m/1/revisions")).await;
    assert_eq!(page.status, 200);
    assert!(
        page.text("main")
            .contains("This room does not keep what messages said")
    );
    let change = alice.get(&format!("{den}/edit")).await.form("form.form");
    assert_eq!(change.value("revisions"), "nobody");
}

#[tokio::test]
async fn a_long_history_goes_on_on_the_next_page() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    alice.say(LOBBY, "first").await;
    for nth in 0..11 {
        edit(&alice, 1, &format!("{nth:x}{}", "猫".repeat(9_999))).await;
    }
    let page = alice.get(&format!("{LOBBY}/m/1/revisions")).await;
    assert_eq!(versions(&page).len(), 8);
    let rest = alice.follow(&page, "a[rel=next]").await;
    assert_eq!(versions(&rest).len(), 4);
    assert_eq!(versions(&rest)[3], "first");
    assert!(rest.has_no("a[rel=next]"));
}
