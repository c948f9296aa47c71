//! How pages look: light or dark and how close, as a browser has it; and the accent that the house has.

use crate::accounts::member;
use crate::harness::{Browser, LOBBY, Page, Site};

const SHEET: &str = "link[href^='/pkg/look/']";

async fn choose(browser: &Browser, theme: &str, density: &str) -> Page {
    let form = browser.get("/settings").await.form("form[action$=look]");
    let form = form.with("theme", theme).with("density", density);
    browser.done(form).await
}

#[tokio::test]
async fn a_browser_keeps_how_it_wants_pages_to_look() {
    let site = Site::plain().await;
    let alice = member(&site, "Alice").await;
    let usual = alice.get(LOBBY).await;
    assert!(usual.has_no(SHEET));
    let page = choose(&alice, "dark", "compact").await;
    let form = page.form("form[action$=look]");
    assert_eq!(
        (form.value("theme"), form.value("density")),
        ("dark", "compact")
    );
    for path in [LOBBY, "/rooms", "/settings", "/nothing"] {
        let page = alice.get(path).await;
        let sheets = page.all("head link[rel=stylesheet]");
        let last = sheets.last().unwrap().attr("href").unwrap();
        assert_eq!(last, "/pkg/look/dark-compact-green.css", "{path}");
        assert!(site.visitor().get(path).await.has_no(SHEET), "{path}");
    }
    let sheet = alice.get("/pkg/look/dark-compact-green.css").await;
    assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
    assert!(sheet.body.contains("color-scheme:dark") && sheet.body.contains("--tap"));
    // A fragment is no page.
    let panel = alice
        .request(reqwest::Method::GET, "/me")
        .header("x-panel", "1");
    let panel = panel.send().await.unwrap().text().await.unwrap();
    assert!(!panel.contains("/pkg/look/"));
    choose(&alice, "system", "roomy").await;
    assert!(alice.get(LOBBY).await.has_no(SHEET));
    for nothing in ["x", "dark-compact-red.css", "..%2fparlour.css"] {
        let page = alice.get(&format!("/pkg/look/{nothing}")).await;
        assert_eq!(page.status, 404, "{nothing}");
    }
    let odd = [("theme", "red;x"), ("density", "roomy")];
    assert_eq!(alice.post("/settings/look", &odd).await.status, 400);
}

#[tokio::test]
async fn the_name_of_the_house_is_on_every_page_as_soon_as_it_is_given() {
    let site = Site::plain().await;
    let admin = member(&site, "Ada").await;
    let role = "UPDATE users SET role = 'admin' WHERE name = 'Ada'";
    site.ctx.store.execute_sql(role).await;
    let visitor = site.visitor();
    assert_eq!(visitor.get(LOBBY).await.text("title"), "Lobby · Parlour");
    let form = admin.get("/admin/settings").await.form("form.form");
    for nothing in ["", "A · B", &"x".repeat(41), " "] {
        let page = admin.submit(form.clone().with("house.name", nothing)).await;
        assert_eq!(page.status, 422, "{nothing}");
        assert!(!page.text("#house-name-error").is_empty());
    }
    admin
        .done(form.with("house.name", "Tea & <i>Cake</i>"))
        .await;
    let name = "Tea & <i>Cake</i>";
    for path in [LOBBY, "/rooms", "/signin", "/nothing"] {
        let page = visitor.get(path).await;
        assert!(page.text("title").ends_with(name), "{path}");
        assert_eq!(page.text(".brand"), name, "{path}");
        assert_eq!(
            page.attribute("meta[name=application-name]", "content"),
            name
        );
    }
}

#[tokio::test]
async fn the_accent_of_the_house_is_everybodys_at_once() {
    let site = Site::plain().await;
    let admin = member(&site, "Ada").await;
    let visitor = site.visitor();
    assert!(visitor.get(LOBBY).await.has_no(SHEET));
    assert!(admin.get("/settings").await.has_no("a[href='/admin']"));
    let role = "UPDATE users SET role = 'admin' WHERE name = 'Ada'";
    site.ctx.store.execute_sql(role).await;
    for path in ["/settings", "/people"] {
        let led = admin
            .follow(&admin.get(path).await, "a[href='/admin']")
            .await;
        assert_eq!(led.status, 200, "{path}");
    }
    let form = admin.get("/admin/settings").await.form("form.form");
    admin.done(form.with("house.accent", "plum")).await;
    let page = visitor.get(LOBBY).await;
    assert_eq!(
        page.attribute(SHEET, "href"),
        "/pkg/look/system-roomy-plum.css"
    );
    choose(&admin, "light", "roomy").await;
    let page = admin.get(LOBBY).await;
    assert_eq!(
        page.attribute(SHEET, "href"),
        "/pkg/look/light-roomy-plum.css"
    );
}
