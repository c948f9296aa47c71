//! The rooms of the house, as who runs it sees them.

use crate::harness::{Browser, Site};

async fn admin(site: &Site, name: &str) -> Browser {
    let browser = site.person(name).await;
    let sql = format!("UPDATE users SET kind = 'member', role = 'admin' WHERE name = '{name}'");
    site.ctx.store.execute_sql(sql).await;
    browser
}

#[tokio::test]
async fn who_runs_the_house_sees_its_rooms_with_their_rules_and_finds_what_is_archived() {
    let site = Site::plain().await;
    let ada = admin(&site, "Ada").await;
    let bob = site.person("Bob").await;
    for (by, name, kind, posting) in [
        (&ada, "Board", "closed", "moderators"),
        (&bob, "Secret", "closed", "all"),
        (&bob, "Old news", "open", "members"),
    ] {
        let form = by
            .get("/rooms/new")
            .await
            .form("form[action=\"/rooms/new\"]");
        let form = form
            .with("name", name)
            .with("kind", kind)
            .with("posting", posting);
        by.done(form).await;
    }
    let sql = "UPDATE rooms SET archived_at = 1 WHERE name = 'Old news'";
    site.ctx.store.execute_sql(sql).await;

    let page = ada.get("/admin").await;
    assert!(page.texts("main li a").contains(&"Rooms".to_owned()));
    let page = ada.get("/admin/rooms").await;
    assert_eq!(page.status, 200);
    let names = page.texts("main li bdi");
    assert!(names.contains(&"Board".to_owned()) && names.contains(&"Old news".to_owned()));
    assert!(
        !names.contains(&"Secret".to_owned()),
        "a closed room of others"
    );
    let facts = page.texts("main li .room-facts:nth-of-type(1)");
    assert!(
        facts.contains(&"closed, announcements".to_owned()),
        "{facts:?}"
    );
    assert!(
        facts.contains(&"open, members write, archived".to_owned()),
        "{facts:?}"
    );
    let found = ada.get("/admin/rooms?q=NEWS").await;
    assert_eq!(found.texts("main li bdi"), ["Old news"]);
    assert_eq!(bob.get("/admin/rooms").await.status, 404);
    assert_eq!(site.visitor().get("/admin/rooms").await.status, 404);
}

#[tokio::test]
async fn all_rooms_are_read_a_part_at_a_time() {
    let site = Site::plain().await;
    let ada = admin(&site, "Ada").await;
    let many = (0..120).map(|at| {
        format!(
            "INSERT INTO rooms (name, folded, skeleton, sort_key, description, created_at) \
             VALUES ('Room {at}', 'room {at}', 'room {at}', 'room{at:03}', '', 0);"
        )
    });
    site.ctx.store.execute_sql(many.collect::<String>()).await;
    let mut names = Vec::new();
    let mut path = "/admin/rooms?q=room".to_owned();
    loop {
        let page = ada.get(&path).await;
        names.extend(page.texts("main li bdi"));
        if page.has_no("a[rel=next]") {
            break;
        }
        path = page.attribute("a[rel=next]", "href");
    }
    assert_eq!(names.len(), 120);
    names.sort();
    names.dedup();
    assert_eq!(names.len(), 120, "each once");
}
