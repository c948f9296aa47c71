//! A second device with JavaScript off: a link and its code on the first, a button on the other, a question on the first.

use crate::accounts::member;
use crate::harness::{Browser, LOBBY, Page, Site};

/// Makes a link on a device; its page there, and the path of the link.
async fn link(browser: &Browser) -> (Page, String) {
    let form = browser.get("/settings/device").await.form("form.form");
    let page = browser.done(form).await;
    assert_eq!(page.header("refresh"), "3", "it asks again by itself");
    assert_eq!(page.all("svg.qr path").len(), 1);
    let link = page.attribute("#link", "value");
    let link = link.strip_prefix(&browser.origin()).unwrap().to_owned();
    (page, link)
}

#[tokio::test]
async fn a_phone_is_signed_in_by_a_link_and_a_yes_on_the_first_device() {
    let site = Site::plain().await;
    for (first, name) in [
        (member(&site, "Alice").await, "Alice"),
        (site.person("Bob").await, "Bob"),
    ] {
        let (own, link) = link(&first).await;
        let phone = site.visitor();
        let page = phone.arrive(&link).await;
        assert_eq!(page.text("h1"), format!("Be {name} on this device?"));
        let waits = phone.done(page.form("form.form")).await;
        assert_eq!(waits.path, link);
        assert_eq!(waits.header("refresh"), "3");
        let number = waits.text("[role=status] strong");
        let question = first.get(&own.path).await;
        assert_eq!(question.text("h1"), "Let it in?");
        assert_eq!(question.header("refresh"), "", "who reads it decides");
        assert_eq!(question.texts("[role=status] strong")[1], number);
        // Nobody else comes in by it.
        let thief = site.visitor();
        thief
            .arrive(&link)
            .await
            .is_a_problem(404, "This link leads nowhere any more.");
        first.done(question.form("form[action$=confirm]")).await;
        let page = phone.get(&link).await;
        let done = phone.submit(page.form("form.form")).await;
        assert_eq!((done.status, done.header("location")), (303, "/rooms"));
        assert_eq!(phone.get(LOBBY).await.place().me.unwrap().name, name);
        assert_eq!(first.get(LOBBY).await.place().me.unwrap().name, name);
        // The first device is led to where it sees both.
        let over = first.get(&own.path).await;
        assert_eq!((over.status, over.header("location")), (303, "/settings"));
        let sessions = first.get("/settings").await;
        assert_eq!(sessions.all("form[action$=end]").len(), 1);
        assert_eq!(thief.arrive(&link).await.status, 404);
    }
}

#[tokio::test]
async fn a_link_that_is_refused_is_gone_and_who_was_here_before_is_told() {
    let site = Site::plain().await;
    let alice = member(&site, "Alice").await;
    let (own, link) = link(&alice).await;
    let bob = site.person("Bob").await;
    let page = bob.get(&link).await;
    assert!(page.body.contains("You are <bdi>Bob</bdi> here now"));
    bob.done(page.form("form.form")).await;
    let question = alice.get(&own.path).await;
    let settings = alice.done(question.form("form[action$=refuse]")).await;
    assert_eq!(settings.path, "/settings");
    bob.get(&link)
        .await
        .is_a_problem(404, "This link leads nowhere any more.");
    assert_eq!(bob.get(LOBBY).await.place().me.unwrap().name, "Bob");
    // Without anybody there is nothing to make.
    let nobody = site.visitor().get("/settings/device").await;
    assert_eq!(nobody.status, 303);
    let other = format!("{}/other", own.path);
    assert_eq!(alice.post(&other, &[]).await.status, 404);
}
