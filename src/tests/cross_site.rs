//! CSRF: a request that a page of another site had a browser send changes nothing.

use crate::harness::{Browser, LOBBY, Page, Site};
use crate::matrix::routes;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

/// What a browser says of a request that another site's page, or a sandboxed one, has it make.
fn foreign(own: &str) -> Vec<Vec<(&'static str, String)>> {
    let said = |headers: &[(&'static str, &str)]| {
        headers
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()))
            .collect()
    };
    vec![
        said(&[("origin", "https://evil.example")]),
        said(&[("origin", "null")]),
        said(&[("origin", ""), ("sec-fetch-site", "none")]),
        said(&[("origin", &format!("{own}.evil.example"))]),
        said(&[("origin", "http://127.0.0.1:1")]),
        said(&[
            ("origin", "https://evil.example"),
            ("sec-fetch-site", "cross-site"),
        ]),
        said(&[("origin", own), ("sec-fetch-site", "cross-site")]),
        said(&[("origin", own), ("sec-fetch-site", "same-site")]),
        said(&[("sec-fetch-site", "cross-site")]),
        said(&[("origin", own), ("origin", "https://evil.example")]),
    ]
}

async fn send(path: &str, request: RequestBuilder, headers: &[(&str, String)]) -> Page {
    let request = headers.iter().fold(request, |request, (name, value)| {
        request.header(*name, value)
    });
    Page::of(path, request.send().await.unwrap()).await
}

/// Forms of rooms, with what would be accepted; `{room}` and `{message}` are the person's own.
const FORMS: [(&str, &[(&str, &str)]); 10] = [
    ("/rooms/new", &[("name", "Made"), ("description", "")]),
    ("/me", &[("username", "Renamed")]),
    (
        "{room}/messages",
        &[("content", "Posted"), ("client_id", "a-key")],
    ),
    ("{message}/edit", &[("content", "Edited")]),
    ("{message}/delete", &[]),
    ("{message}/undo", &[]),
    ("{room}/join", &[]),
    ("{room}/leave", &[]),
    ("{room}/delete", &[]),
    ("/join", &[("username", "Joined"), ("next", "/")]),
];

/// Somebody with a room and a message, and the paths of both.
async fn somebody(site: &Site) -> (Browser, String, String) {
    let alice = site.person("Alice").await;
    let room = alice.room("Alice's").await;
    let page = alice.say(&room, "Hello").await;
    let message = page.attribute("a.when", "href");
    let message = message.split('#').next().unwrap().to_owned();
    (alice, room, message)
}

fn here(path: &str, room: &str, message: &str) -> String {
    path.replace("{room}", room).replace("{message}", message)
}

#[tokio::test]
async fn no_form_is_taken_from_another_site() {
    let site = Site::plain().await;
    let (alice, room, message) = somebody(&site).await;
    let before = alice.get(&room).await.place();
    for (path, fields) in FORMS {
        let path = here(path, &room, &message);
        for headers in foreign(&alice.origin()) {
            let request = alice.request(Method::POST, &path).form(fields);
            let page = send(&path, request, &headers).await;
            assert_eq!(page.status, 403, "{path} {headers:?}");
            assert_eq!(page.header("set-cookie"), "", "{path} {headers:?}");
        }
    }
    let after = alice.get(&room).await.place();
    assert_eq!(before.me, after.me);
    assert_eq!(before.rooms, after.rooms);
    assert_eq!(before.open, after.open);
}

/// Every address that takes a form, as the router has it; what is named in it is there, or is not.
fn form_addresses() -> Vec<String> {
    let forms = routes::all().into_iter();
    let forms = forms.filter(|route| route.method == "POST" && !route.path.starts_with("/api/"));
    let filled = forms.map(|route| {
        let parts = route.path.split('/').map(|part| match part {
            "{slug}" => "1-lobby",
            "{deed}" => "sign-out",
            "{answer}" => "let-in",
            "{decision}" => "confirm",
            part if part.starts_with('{') => "1",
            part => part,
        });
        parts.collect::<Vec<_>>().join("/")
    });
    filled.collect()
}

#[tokio::test]
async fn h7_no_form_that_the_router_has_is_taken_from_another_site() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let sql = "UPDATE users SET kind = 'member', role = 'owner' WHERE name = 'Alice'";
    site.ctx.store.execute_sql(sql).await;
    let addresses = form_addresses();
    assert!(addresses.len() > 30, "{addresses:?}");
    for path in addresses {
        for headers in foreign(&alice.origin()) {
            let fields = [("username", "Mallory"), ("password", "jam to-morrow")];
            let request = alice.request(Method::POST, &path).form(&fields);
            let page = send(&path, request, &headers).await;
            assert_eq!(page.status, 403, "{path} {headers:?}");
            assert_eq!(page.header("set-cookie"), "", "{path} {headers:?}");
        }
    }
}

#[tokio::test]
async fn the_same_forms_are_taken_from_this_site() {
    let site = Site::plain().await;
    let (alice, room, message) = somebody(&site).await;
    for (path, fields) in FORMS {
        let path = here(path, &room, &message);
        let page = alice.post(&path, fields).await;
        assert_eq!(page.status, 303, "{path}: {}", page.body);
    }
}

#[tokio::test]
async fn another_site_cannot_start_a_session() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    for headers in foreign(&visitor.origin()) {
        let request = visitor
            .request(Method::POST, "/join")
            .form(&[("username", "Mallory")]);
        let form = send("/join", request, &headers).await;
        let request = visitor
            .request(Method::POST, "/api/chat/me")
            .json(&json!({"username": "Mallory"}));
        let call = send("/api/chat/me", request, &headers).await;
        for page in [form, call] {
            assert_eq!(
                (page.status, page.header("set-cookie")),
                (403, ""),
                "{headers:?}"
            );
        }
    }
    assert!(visitor.get("/").await.place().me.is_none());
}

#[tokio::test]
async fn a_cookie_sent_along_by_another_site_does_nothing_over_rest() {
    let site = Site::plain().await;
    let (alice, room, message) = somebody(&site).await;
    let id = room
        .trim_start_matches("/rooms/")
        .split('-')
        .next()
        .unwrap();
    let number = message.rsplit('/').next().unwrap();
    let room = format!("/api/chat/rooms/{id}");
    let messages = format!("{room}/messages");
    let one = format!("{messages}/{number}");
    let membership = format!("{room}/membership");
    let calls = [
        (Method::POST, "/api/chat/rooms", json!({"name": "Made"})),
        (Method::POST, "/api/chat/me", json!({"username": "Renamed"})),
        (Method::POST, &messages, json!({"content": "Posted"})),
        (Method::PATCH, &one, json!({"content": "Edited"})),
        (Method::DELETE, &one, json!({})),
        (Method::POST, &membership, json!({})),
        (Method::DELETE, &membership, json!({})),
        (Method::DELETE, &room, json!({})),
    ];
    for (method, path, body) in &calls {
        for headers in foreign(&alice.origin()) {
            let request = alice.request(method.clone(), path).json(body);
            let page = send(path, request, &headers).await;
            assert_eq!(page.status, 403, "{method} {path} {headers:?}");
            assert_eq!(page.header("content-type"), "application/problem+json");
        }
        // A cookie without a word on where it comes from: an old browser, or none.
        let page = send(path, alice.request(method.clone(), path).json(body), &[]).await;
        assert_eq!(page.status, 403, "{method} {path}");
    }
    assert_eq!(alice.get("/").await.text("a.me"), "Alice");
    for (method, path, body) in calls {
        let own = [
            ("origin", alice.origin()),
            ("sec-fetch-site", "same-origin".to_owned()),
        ];
        let page = send(path, alice.request(method.clone(), path).json(&body), &own).await;
        assert!(
            [200, 201, 204].contains(&page.status),
            "{method} {path}: {}",
            page.body
        );
    }
}

#[tokio::test]
async fn a_link_from_another_site_leads_here() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    for headers in foreign(&alice.origin()) {
        let page = send(LOBBY, alice.request(Method::GET, LOBBY), &headers).await;
        assert_eq!(page.status, 200, "{headers:?}");
        assert_eq!(page.text("a.me"), "Alice");
    }
}

/// What a browser says of the pages it takes.
const PAGES: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test]
async fn a_form_that_is_refused_is_answered_by_a_page_that_says_what_to_do() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let path = "/rooms/1-lobby/messages";
    for origin in ["https://chat.example.org", "null"] {
        let request = alice.request(Method::POST, path).header("accept", PAGES);
        let request = request.header("origin", origin);
        let request = request.form(&[("content", "Posted"), ("client_id", "a-key")]);
        let page = Page::of(path, request.send().await.unwrap()).await;
        assert_eq!(page.status, 403, "{}", page.body);
        assert_eq!(page.text("h1"), "Not for you");
        assert!(
            page.text("main > p:first-of-type")
                .contains("does not know its own address")
        );
        page.leads_back();
        assert!(
            page.header("content-security-policy")
                .contains("default-src 'none'")
        );
    }
    // To a program it is a problem.
    let path = "/api/chat/rooms";
    let request = alice.request(Method::POST, path).header("accept", PAGES);
    let request = request
        .header("origin", "https://evil.example")
        .json(&json!({}));
    let page = Page::of(path, request.send().await.unwrap()).await;
    assert_eq!(page.status, 403);
    assert_eq!(page.header("content-type"), "application/problem+json");
}

#[tokio::test]
async fn a_browser_that_came_by_another_name_is_told_so_by_a_page() {
    let (unset, set) = (
        Site::plain().await,
        Site::start(|settings| settings.server.public_url = "https://chat.example.org".to_owned())
            .await,
    );
    for (site, says) in [
        (&unset, "server.public-url"),
        (&set, "https://chat.example.org"),
    ] {
        let visitor = site.visitor();
        for path in ["/", LOBBY, "/rooms/new", "/nothing"] {
            let request = visitor.request(Method::GET, path).header("accept", PAGES);
            let request = request.header("host", "evil.example");
            let page = Page::of(path, request.send().await.unwrap()).await;
            assert_eq!(page.status, 421, "{path}");
            assert_eq!(page.text("h1"), "Not at this address");
            let sentence = page.text("main > p:first-of-type");
            assert!(
                sentence.contains(says) && sentence.contains("evil.example"),
                "{sentence}"
            );
            assert!(page.has_no("script#place, form"), "{path}");
        }
        for path in ["/healthz", "/readyz"] {
            let request = visitor
                .request(Method::GET, path)
                .header("host", "evil.example");
            assert_eq!(request.send().await.unwrap().status(), 200, "{path}");
        }
    }
}
