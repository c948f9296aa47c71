//! The page of what one has saved.

use crate::harness::{LOBBY, Site};

#[tokio::test]
async fn what_one_has_saved_is_listed_with_the_way_to_it_and_let_go_there() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.say(LOBBY, "Keep *this*").await;
    assert_eq!(
        bob.get("/saved").await.text("[role=status]"),
        "You have saved no message."
    );
    let saved = bob.post(&format!("{LOBBY}/m/1/save"), &[]).await;
    assert_eq!(
        (saved.status, saved.header("location")),
        (303, "/rooms/1-lobby/m/1#m1")
    );
    let page = bob
        .follow(&bob.get("/rooms/all").await, "a[href='/saved']")
        .await;
    assert_eq!(page.texts(".mentions p[dir]"), ["Keep this"]);
    assert_eq!(page.text(".mentions a"), "Alice in Lobby");
    let there = bob.follow(&page, ".mentions a").await;
    assert_eq!(there.text(".message[data-marked] .text"), "Keep this");
    assert!(alice.get("/saved").await.has_no(".mentions li"));
    let page = bob.done(page.form("form[action$=unsave]")).await;
    assert_eq!(page.path, "/saved");
    assert!(page.has_no(".mentions li"));
    let visitor = site.visitor().get("/saved").await;
    assert_eq!(
        (visitor.status, visitor.header("location")),
        (303, "/join?next=/saved")
    );
}
