//! A password that was forgotten, with JavaScript off: an admin makes a link, and who has it sets another one.

use crate::accounts::{PASSWORD, member, sign_in};
use crate::harness::{LOBBY, Site};

const ANOTHER: &str = "a new pass phrase";

#[tokio::test]
async fn who_forgot_a_password_sets_another_by_a_link_and_is_signed_in() {
    let site = Site::plain().await;
    let admin = member(&site, "Ada").await;
    let bob = member(&site, "Bob").await;
    let role = "UPDATE users SET role = 'admin' WHERE name = 'Ada'";
    site.ctx.store.execute_sql(role).await;
    let id = "SELECT id FROM users WHERE name = 'Bob'";
    let id = site.ctx.store.query_sql::<i64>(id).await[0];
    let path = format!("/admin/people/{id}");
    let page = admin.get(&path).await;
    let page = admin.submit(page.form("form[action$='/reset']")).await;
    assert_eq!(page.status, 200, "{}", page.body);
    assert_eq!(page.all("svg.qr path").len(), 1);
    let link = page.attribute("#link", "value");
    let link = link.strip_prefix(&admin.origin()).unwrap();

    // Whoever was here before is here no more.
    let browser = site.person("Gus").await;
    // Looking, as who unfolds a link does, uses nothing up.
    for _ in 0..2 {
        let page = browser.arrive(link).await;
        assert_eq!(page.text("h1"), "A new password for Bob");
        assert_eq!(page.form("form.form").value("username"), "Bob");
    }
    let form = browser.arrive(link).await.form("form.form");
    let short = browser.submit(form.clone().with("password", "short")).await;
    assert_eq!(short.status, 422);
    assert!(!short.text("#password-error").is_empty());
    let done = browser.submit(form.clone().with("password", ANOTHER)).await;
    assert_eq!((done.status, done.header("location")), (303, "/rooms"));
    assert_eq!(browser.get(LOBBY).await.place().me.unwrap().name, "Bob");
    assert!(bob.get(LOBBY).await.place().me.is_none());
    let again = browser.submit(form.with("password", PASSWORD)).await;
    again.is_a_problem(404, "This link leads nowhere any more.");
    assert_eq!(sign_in(&site.visitor(), "Bob", ANOTHER).await.status, 303);
    // Nobody makes one for themselves, and who may make none sees no button.
    let own = admin.get("/admin/people").await;
    let own = own.attribute("main li:last-child a", "href");
    assert!(admin.get(&own).await.has_no("form[action$='/reset']"));
    assert_eq!(
        browser.post(&format!("{path}/reset"), &[]).await.status,
        404
    );
}
