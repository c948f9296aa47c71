//! People, as who runs the house sees them, and what is done to them there.

use crate::harness::{Browser, Site, Socket};
use parlour_protocol::permissions::ServerRole;

/// Somebody with an account and this role; answers their id, too.
async fn with_role(site: &Site, name: &str, role: ServerRole) -> (Browser, i64) {
    let browser = site.person(name).await;
    let role = role.name();
    let store = &site.ctx.store;
    let sql = format!("UPDATE users SET kind = 'member', role = '{role}' WHERE name = '{name}'");
    store.execute_sql(sql).await;
    let id = store.query_sql::<i64>(format!("SELECT id FROM users WHERE name = '{name}'"));
    let id = id.await[0];
    (browser, id)
}

#[tokio::test]
async fn people_are_found_by_a_part_of_their_name_a_part_of_the_list_at_a_time() {
    let site = Site::plain().await;
    let (admin, _) = with_role(&site, "Ada", ServerRole::Admin).await;
    site.person("Gus").await;
    let many = (0..120).map(|at| {
        format!(
            "INSERT INTO users (name, folded, skeleton, kind, created_at) \
             VALUES ('Member {at}', 'member {at}', 'member {at}', 'member', 0);"
        )
    });
    site.ctx.store.execute_sql(many.collect::<String>()).await;
    let mut names = Vec::new();
    let mut path = "/admin/people".to_owned();
    loop {
        let page = admin.get(&path).await;
        assert_eq!(page.status, 200);
        names.extend(page.texts("main li a"));
        if page.has_no("a[rel=next]") {
            break;
        }
        path = page.attribute("a[rel=next]", "href");
    }
    assert_eq!(names.len(), 121, "no guests");
    let mut once = names.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), names.len());
    let found = admin
        .get("/admin/people?q=MEMBER+11")
        .await
        .texts("main li a");
    assert_eq!(found.len(), 11, "{found:?}");
    assert!(
        admin
            .get("/admin/people?q=%25")
            .await
            .texts("main li a")
            .is_empty()
    );
    let guests = admin.get("/admin/people?q=gus&guests=on").await;
    assert_eq!(guests.texts("main li a"), ["Gus"]);
}

#[tokio::test]
async fn a_role_that_is_given_holds_from_then_on_and_who_may_not_give_it_is_told() {
    let site = Site::plain().await;
    let (owner, owner_id) = with_role(&site, "Olga", ServerRole::Owner).await;
    let (bob, bob_id) = with_role(&site, "Bob", ServerRole::Member).await;
    let (admin, _) = with_role(&site, "Ada", ServerRole::Admin).await;
    assert_eq!(bob.get("/admin").await.status, 404);
    let page = owner.get(&format!("/admin/people/{bob_id}")).await;
    let form = page.form("#role-form");
    assert_eq!(form.value("role"), "member");
    let page = owner.done(form.with("role", "admin")).await;
    assert_eq!(page.form("#role-form").value("role"), "admin");
    assert_eq!(bob.get("/admin/settings").await.status, 200);
    // An admin is not offered what they may not give, and is refused it.
    let page = admin.get(&format!("/admin/people/{bob_id}")).await;
    assert!(page.has_no("#role-form"));
    let path = format!("/admin/people/{bob_id}/role");
    let refused = admin.post(&path, &[("role", "member")]).await;
    assert_eq!(refused.status, 403);
    assert_eq!(refused.text("[role=alert]"), "You may not do this.");
    // The last owner stays.
    let path = format!("/admin/people/{owner_id}/role");
    let refused = owner.post(&path, &[("role", "admin")]).await;
    assert_eq!(refused.status, 409);
    assert!(refused.text("[role=alert]").contains("owner"));
    for path in ["/admin/people/999", "/admin/people/x"] {
        assert_eq!(owner.get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn who_is_disabled_is_nobody_at_once_and_comes_back_when_enabled() {
    let site = Site::plain().await;
    let (admin, _) = with_role(&site, "Ada", ServerRole::Admin).await;
    let mut socket = Socket::guest(site.address, 1, "Bob").await;
    let bob_id = socket.welcome["user"]["id"].as_i64().unwrap();
    let account = "UPDATE users SET kind = 'member' WHERE name = 'Bob'";
    site.ctx.store.execute_sql(account).await;
    let visitor = site.visitor();
    let asks = async || {
        let request = visitor.request(reqwest::Method::GET, "/api/chat/me/rooms");
        request
            .bearer_auth(socket.token())
            .send()
            .await
            .unwrap()
            .status()
    };
    assert_eq!(asks().await, 200);
    let page = admin.get(&format!("/admin/people/{bob_id}")).await;
    let disable = page.form("form[action$=disable]");
    let page = admin.done(disable).await;
    assert!(page.body.contains("disabled"));
    assert_eq!(asks().await, 401);
    assert_eq!(socket.closed().await.0, 4401);
    let enabled = admin.done(page.form("form[action$=enable]")).await;
    assert!(enabled.has_no("form[action$=enable]"));
    let state = site
        .ctx
        .store
        .query_sql::<String>("SELECT state FROM users WHERE name = 'Bob'");
    assert_eq!(state.await, ["active"]);
}
