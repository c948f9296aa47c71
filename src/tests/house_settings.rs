//! The administration: who sees it, and settings that hold as soon as they are changed.

use crate::harness::{Browser, Page, Site};
use parlour_protocol::permissions::{Action, RoomRole, ServerRole, rule};

/// Somebody with an account and this role.
async fn with_role(site: &Site, name: &str, role: ServerRole) -> Browser {
    let browser = site.person(name).await;
    let role = role.name();
    let sql = format!("UPDATE users SET kind = 'member', role = '{role}' WHERE name = '{name}'");
    site.ctx.store.execute_sql(sql).await;
    browser
}

async fn change(admin: &Browser, key: &str, value: &str) -> Page {
    let page = admin.get("/admin/settings").await;
    let form = page.form("form.form");
    admin.submit(form.with(key, value)).await
}

#[tokio::test]
async fn to_who_may_not_see_it_the_administration_is_as_nothing() {
    let site = Site::plain().await;
    let guest = site.person("Gus").await;
    let member = with_role(&site, "Mia", ServerRole::Member).await;
    let moderator = with_role(&site, "Mo", ServerRole::Moderator).await;
    let admin = with_role(&site, "Ada", ServerRole::Admin).await;
    let nothing = guest.get("/nothing").await;
    for path in ["/admin", "/admin/settings", "/admin/permissions"] {
        for who in [&site.visitor(), &guest, &member] {
            let page = who.get(path).await;
            assert_eq!(page.status, 404, "{path}");
            assert_eq!(page.texts("main > p"), nothing.texts("main > p"), "{path}");
        }
        assert_eq!(admin.get(path).await.status, 200, "{path}");
    }
    assert_eq!(moderator.get("/admin").await.status, 200);
    assert_eq!(moderator.get("/admin/permissions").await.status, 200);
    assert_eq!(moderator.get("/admin/settings").await.status, 404);
    let led = admin.get("/admin").await;
    for link in led.all("main li a") {
        let path = link.attr("href").unwrap();
        assert_eq!(admin.get(path).await.status, 200, "{path}");
    }
    let links = |page: Page| page.all("main li a").len();
    assert!(links(moderator.get("/admin").await) < links(admin.get("/admin").await));
    let sent = guest
        .post("/admin/settings", &[("house.guests", "no")])
        .await;
    assert_eq!(sent.status, 404);
}

#[tokio::test]
async fn a_setting_holds_as_soon_as_it_is_changed_and_after_a_restart() {
    let site = Site::plain().await;
    let admin = with_role(&site, "Ada", ServerRole::Admin).await;
    let guest = site.person("Gus").await;
    guest.room("Before").await;
    let saved = change(&admin, "house.make-rooms", "member").await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let page = admin.get(saved.header("location")).await;
    assert_eq!(page.text("[role=status]"), "Saved. It holds from now on.");
    let refused = guest
        .post("/rooms/new", &[("name", "After"), ("description", "")])
        .await;
    assert_eq!(refused.status, 403, "{}", refused.body);
    admin.room("After").await;
    change(&admin, "limits.guests-per-minute", "1").await;
    let join = [("username", "Nina"), ("next", "")];
    assert_eq!(site.visitor().post("/join", &join).await.status, 303);
    let again = site
        .visitor()
        .post("/join", &[("username", "Nora"), ("next", "")])
        .await;
    assert_eq!(again.status, 429, "{}", again.body);
    let kept = site.ctx.store.house_settings().await.unwrap();
    assert_eq!(kept.len(), 2, "{kept:?}");
    let (now, refused) = site.ctx.settings.in_force(&kept);
    assert_eq!(refused, []);
    assert_eq!(now, *site.ctx.in_force.now());
    // What is as it was given is not kept, so that another default reaches it.
    change(&admin, "house.make-rooms", "guest").await;
    assert_eq!(site.ctx.store.house_settings().await.unwrap().len(), 1);
    guest.room("Later").await;
}

#[tokio::test]
async fn what_cannot_be_is_said_at_its_field_with_everything_that_was_typed() {
    let site = Site::plain().await;
    let admin = with_role(&site, "Ada", ServerRole::Admin).await;
    let form = admin.get("/admin/settings").await.form("form.form");
    let form = form
        .with("house.sign-up", "closed")
        .with("limits.rooms-per-hour", "many");
    let refused = admin.submit(form).await;
    assert_eq!(refused.status, 422);
    let wrong = refused.text("#limits-rooms-per-hour-error");
    assert_eq!(wrong, "This must be a whole number from 0 to 4294967295.");
    let form = refused.form("form.form");
    assert_eq!(form.value("limits.rooms-per-hour"), "many");
    assert_eq!(form.value("house.sign-up"), "closed");
    assert!(site.ctx.store.house_settings().await.unwrap().is_empty());
}

#[tokio::test]
async fn what_the_file_names_cannot_be_changed_and_the_page_says_so() {
    let site = Site::start(|settings| {
        settings.named.insert("house.sign-up".to_owned());
    })
    .await;
    let admin = with_role(&site, "Ada", ServerRole::Admin).await;
    let page = admin.get("/admin/settings").await;
    assert!(page.text("#house-sign-up-hint").contains("Leptos.toml"));
    assert_eq!(page.all("select[disabled]").len(), 1);
    let sent = admin
        .post("/admin/settings", &[("house.sign-up", "closed")])
        .await;
    assert_eq!(sent.status, 303);
    assert!(site.ctx.store.house_settings().await.unwrap().is_empty());
}

#[tokio::test]
async fn the_page_of_permissions_is_the_table() {
    let site = Site::plain().await;
    let admin = with_role(&site, "Ada", ServerRole::Admin).await;
    let page = admin.get("/admin/permissions").await;
    assert_eq!(page.all(".permissions tbody tr").len(), Action::ALL.len());
    for action in Action::ALL {
        let cells = page.texts(&format!("#{} td", action.name()));
        let least = [
            rule(action).on_server.map_or("–", ServerRole::name),
            rule(action).in_room.map_or("–", RoomRole::name),
        ];
        assert_eq!(cells, least, "{action:?}");
    }
    change(&admin, "house.make-rooms", "admin").await;
    let page = admin.get("/admin/permissions").await;
    assert_eq!(page.texts("#make_room td"), ["admin", "–"]);
}
