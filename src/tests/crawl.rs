//! Every page there is, as who runs the house comes to it by links: none of them changes anything.

use crate::harness::{Browser, Site};
use crate::matrix::routes;
use reqwest::Method;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Somebody with an account who is the house's owner.
async fn owner(site: &Site) -> (Browser, i64) {
    let olga = site.person("Olga").await;
    let sql = "UPDATE users SET kind = 'member', role = 'owner' WHERE name = 'Olga'";
    site.ctx.store.execute_sql(sql).await;
    (olga, id(site, "Olga").await)
}

async fn id(site: &Site, name: &str) -> i64 {
    let sql = format!("SELECT id FROM users WHERE name = '{name}'");
    site.ctx.store.query_sql::<i64>(sql).await[0]
}

async fn called(browser: &Browser, method: Method, path: &str, body: Value) -> Value {
    let request = browser.own(method, &format!("/api/chat{path}")).json(&body);
    let answer = request.send().await.unwrap();
    assert!(answer.status().is_success(), "{path}: {answer:?}");
    let text = answer.text().await.unwrap();
    serde_json::from_str(&text).unwrap_or_default()
}

/// All that the database holds, by table.
async fn stored(site: &Site) -> BTreeMap<String, Vec<String>> {
    let store = &site.ctx.store;
    let tables = "SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name";
    let mut all = BTreeMap::new();
    for table in store.query_sql::<String>(tables).await {
        let columns = format!("SELECT 'quote(' || name || ')' FROM pragma_table_info('{table}')");
        let columns: Vec<String> = store.query_sql(columns).await;
        let rows = format!(
            "SELECT {} AS row FROM {table} ORDER BY row",
            columns.join(" || ' ' || ")
        );
        all.insert(table, store.query_sql(rows).await);
    }
    all
}

/// Whether a path is one of the route's.
fn is_of(route: &str, path: &str) -> bool {
    let parts = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let (route, path) = (
        parts(route),
        parts(path.split('?').next().unwrap_or_default()),
    );
    let is_same = |(wanted, found): (&String, &String)| wanted.starts_with('{') || wanted == found;
    route.len() == path.len() && route.iter().zip(&path).all(is_same)
}

/// Comes to every page that there is a link to from these, and from there.
async fn crawled(browser: &Browser, from: Vec<String>) -> BTreeMap<String, u16> {
    let mut seen: BTreeSet<String> = from.iter().cloned().collect();
    let (mut ahead, mut found) = (from, BTreeMap::new());
    while let Some(path) = ahead.pop() {
        let page = browser.get(&path).await;
        assert!(page.status < 500, "{path}: {}", page.body);
        found.insert(path, page.status);
        let links = page.all("a[href], form[method=get]");
        let links = links.iter().filter_map(|link| {
            let link = link.value();
            link.attr("href").or_else(|| link.attr("action"))
        });
        for link in links.chain(Some(page.header("location"))) {
            let link = link.split('#').next().unwrap_or_default();
            if link.starts_with('/') && seen.insert(link.to_owned()) {
                ahead.push(link.to_owned());
            }
        }
    }
    found
}

#[tokio::test]
async fn h6_no_address_that_is_only_read_changes_anything() {
    let site = Site::plain().await;
    let (olga, olga_id) = owner(&site).await;
    let (bob, carol) = (site.person("Bob").await, site.person("Carol").await);
    let sql = "UPDATE users SET kind = 'member' WHERE name IN ('Bob', 'Carol')";
    site.ctx.store.execute_sql(sql).await;
    let (bob_id, carol_id) = (id(&site, "Bob").await, id(&site, "Carol").await);

    let closed = json!({"name": "Den", "kind": "closed"});
    let den = called(&olga, Method::POST, "/rooms", closed).await["id"].clone();
    let members = format!("/rooms/{den}/members");
    called(&olga, Method::POST, &members, json!({"user_id": bob_id})).await;
    let ban = json!({"user_id": carol_id, "reason": "Weeds."});
    called(&olga, Method::POST, &format!("/rooms/{den}/bans"), ban).await;
    let direct = json!({"user_ids": [bob_id]});
    let direct = called(&olga, Method::POST, "/direct", direct).await["id"].clone();
    for room in [&den, &direct] {
        let path = format!("/rooms/{room}/messages");
        for by in [&olga, &bob] {
            let body = json!({"content": "Read, and not *marked* as read."});
            called(by, Method::POST, &path, body).await;
        }
    }
    let invite = json!({"room_id": den, "uses": 3});
    let invite = called(&olga, Method::POST, "/invites", invite).await;
    let reset = format!("/people/{bob_id}/reset");
    let reset = called(&olga, Method::POST, &reset, json!({})).await;
    let form = olga.get("/settings/device").await.form("form.form");
    let device = olga.done(form).await;
    let here = |link: &str| link.strip_prefix(&olga.origin()).unwrap_or(link).to_owned();

    let code = invite["code"].as_str().unwrap();
    let mut from = vec![
        "/".to_owned(),
        device.path.clone(),
        here(&device.attribute("#link", "value")),
        here(reset["url"].as_str().unwrap()),
        format!("/i/{code}"),
    ];
    let gets = routes::all();
    let gets: Vec<String> = (gets.into_iter().filter(|route| route.method == "GET"))
        .map(|route| route.path)
        .filter(|path| !path.contains("{*"))
        .collect();
    // What nothing leads to: calls of programs, and pages of who is not here yet.
    from.extend(gets.iter().map(|route| {
        let filled = [
            ("{room}", den.to_string()),
            ("{slug}", format!("{den}-den")),
            ("{person}", bob_id.to_string()),
            ("{id}", olga_id.to_string()),
            ("{number}", "1".to_owned()),
            ("{code}", code.to_owned()),
            ("{look}", "x.css".to_owned()),
            ("{emoji}", "%F0%9F%91%8D".to_owned()),
        ];
        let fill = |path: String, (name, value): &(&str, String)| path.replace(name, value);
        filled.iter().fold(route.clone(), fill)
    }));

    let before = stored(&site).await;
    let unread = own_rooms(&olga).await;
    let found = crawled(&olga, from.clone()).await;
    for other in [&bob, &carol, &site.visitor()] {
        crawled(other, from.clone()).await;
    }
    assert_eq!(
        own_rooms(&olga).await,
        unread,
        "what was read is told by forms and frames alone"
    );
    assert_eq!(stored(&site).await, before);
    bob.say("/rooms/1-lobby", "A form does.").await;
    assert_ne!(stored(&site).await, before);

    // It has been everywhere: an address that is refused shows nothing.
    let refused: Vec<&String> = (gets.iter())
        .filter(|route| {
            let mut answers = found.iter().filter(|(path, _)| is_of(route, path));
            !answers.any(|(_, status)| *status < 400)
        })
        .collect();
    assert_eq!(refused, REFUSED, "{found:?}");
    assert!(found.len() > 75, "{found:?}");
}

/// The rooms of the list, with what is unread.
async fn own_rooms(browser: &Browser) -> String {
    browser.get("/api/chat/me/rooms").await.body
}

/// What nobody can get here: sockets, the code that made the owner, a sheet of nobody's look.
const REFUSED: [&str; 5] = [
    "/api",
    "/ws",
    "/ws/chat/{room}",
    "/setup",
    "/pkg/look/{look}",
];
