//! People without script: found, shown, talked to alone, and blocked.

use crate::harness::Site;

#[tokio::test]
async fn who_is_found_by_name_is_talked_to_alone_by_one_button() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let page = alice.get("/rooms/all").await;
    let page = alice.follow(&page, "a[href='/people']").await;
    assert_eq!(page.texts(".all-rooms bdi"), ["Bob"]);
    let page = alice.get("/people?q=bo").await;
    let card = alice.follow(&page, ".all-rooms a").await;
    assert_eq!((card.status, card.text("h1").as_str()), (200, "Bob"));
    let room = alice.done(card.form("form[action$=talk]")).await;
    assert_eq!(room.text("#room-title"), "Bob");
    let form = room.form("form.composer");
    alice.done(form.with("content", "psst")).await;
    let list = bob.get("/rooms").await;
    assert!(list.texts(".room-list bdi").contains(&"Alice".to_owned()));
    assert!(list.body.contains("1 unread"));
    let nobody = alice.get("/people/9999").await;
    nobody.is_a_problem(404, "There is no such person.");
    let visitor = site.visitor().get("/people?q=bob").await;
    assert_eq!(visitor.header("location"), "/join?next=/people%3Fq%3Dbob");
}

#[tokio::test]
async fn who_was_blocked_finds_nobody_to_write_to_until_they_are_unblocked() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    let path = |name: &'static str| format!("/people?q={name}");
    let card = alice
        .follow(&alice.get(&path("bob")).await, ".all-rooms a")
        .await;
    let card = alice.done(card.form("form[action$='/block']")).await;
    assert!(
        card.text(".field-hint")
            .starts_with("You have blocked them")
    );
    let hers = bob
        .follow(&bob.get(&path("alice")).await, ".all-rooms a")
        .await;
    assert!(hers.has_no(".field-hint"), "without a trace");
    let refused = bob.submit(hers.form("form[action$=talk]")).await;
    refused.is_a_problem(404, "There is no such person.");
    alice.done(card.form("form[action$='/unblock']")).await;
    bob.done(hers.form("form[action$=talk]")).await;
}
