//! Deleting one's account, and taking along what is one's own, with JavaScript off.

use crate::accounts::{PASSWORD, member, sign_in};
use crate::harness::{LOBBY, Page, Site, eventually};
use reqwest::Method;

#[tokio::test]
async fn an_account_is_deleted_by_its_password_and_this_browser_forgets_it() {
    let site = Site::plain().await;
    let alice = member(&site, "Alice").await;
    alice.say(LOBBY, "Written to stay.").await;
    let settings = alice.get("/settings").await;
    let data = settings.attribute("a[download]", "href");
    assert!(alice.get(&data).await.body.contains("Written to stay."));
    let question = alice.follow(&settings, "a[href='/settings/leave']").await;
    let form = question.form("form.form");
    let wrong = form.clone().with("password", "jam yesterday");
    let page = alice.submit(wrong).await;
    assert_eq!(page.status, 401);
    assert!(!page.text("#password-error").is_empty());
    let done = alice.submit(form.with("password", PASSWORD)).await;
    assert_eq!((done.status, done.header("location")), (303, "/rooms"));
    assert_eq!(done.header("clear-site-data"), "\"storage\"");
    assert!(alice.get(LOBBY).await.place().me.is_none());
    assert_eq!(sign_in(&alice, "Alice", PASSWORD).await.status, 401);
    eventually("nobody's name stands there", async || {
        let page = site.visitor().get(LOBBY).await;
        let written = &page.place().open.unwrap().history.messages[0];
        written.username == "Somebody who left"
    })
    .await;
    let guest = site.person("Gus").await;
    assert_eq!(guest.get("/settings/leave").await.status, 403);
    assert!(
        guest
            .get("/settings")
            .await
            .has_no("a[href='/settings/leave']")
    );
}

#[tokio::test]
async fn a_script_that_deletes_an_account_forgets_by_itself() {
    let site = Site::plain().await;
    let alice = member(&site, "Alice").await;
    let leave = async |password: &str| {
        let request = alice.own(Method::POST, "/settings/leave");
        let fields = [("password", password), ("messages", "keep")];
        let request = request.header("sec-fetch-mode", "cors").form(&fields);
        Page::of("/settings/leave", request.send().await.unwrap()).await
    };
    let page = leave("jam yesterday").await;
    // What it shows in the place of the question.
    assert_eq!((page.status, page.all("main form.form").len()), (401, 1));
    assert_eq!(page.all("main [aria-invalid]").len(), 1);
    let done = leave(PASSWORD).await;
    assert_eq!((done.status, done.header("location")), (303, "/rooms"));
    assert_eq!(done.header("clear-site-data"), "");
    assert!(alice.get(LOBBY).await.place().me.is_none());
}
