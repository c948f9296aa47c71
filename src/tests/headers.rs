//! What every answer carries, whatever it answers.

use crate::accounts::member;
use crate::harness::{Browser, HASH, LOBBY, Page, RUNS, Site};
use parlour_protocol::RoomId;
use parlour_protocol::calls::Request;
use reqwest::Method;
use std::collections::{BTreeSet, HashMap, HashSet};

/// A page's policy, by directive.
fn policy(page: &Page) -> HashMap<String, Vec<String>> {
    let header = page.header("content-security-policy");
    let directives = header.split(';').map(|directive| {
        let mut words = directive.split_whitespace().map(str::to_owned);
        (words.next().unwrap(), words.collect())
    });
    directives.collect()
}

/// One answer of every kind there is.
async fn one_of_each(site: &Site, person: &Browser) -> Vec<Page> {
    let mut answers = Vec::new();
    for path in [
        "/",
        LOBBY,
        "/rooms/new",
        "/me",
        "/join",
        "/nothing",
        "/rooms/x",
        "/favicon.svg",
        "/robots.txt",
        "/pkg/nothing.js",
        "/pkg/",
        "/api/chat/rooms",
        "/api/chat/rooms/99",
        "/api/nothing",
        "/healthz",
        "/readyz",
        "/ws",
    ] {
        answers.push(person.get(path).await);
    }
    for (method, path) in [
        (Method::PUT, "/"),
        (Method::DELETE, LOBBY),
        (Method::GET, "/rooms/1-lobby/messages"),
        (Method::PATCH, "/favicon.svg"),
        (Method::POST, "/pkg/parlour.css"),
        (Method::PUT, "/api/chat/rooms"),
        (Method::GET, "/rpc/list_rooms"),
        (Method::GET, "/api/chat/me"),
        (Method::HEAD, "/"),
        (Method::OPTIONS, "/"),
    ] {
        let request = person
            .request(method, path)
            .header("origin", person.origin());
        answers.push(Page::of(path, request.send().await.unwrap()).await);
    }
    answers.push(person.call(&Request::list_rooms()).await);
    answers.push(person.call(&Request::open_room(RoomId(99), None)).await);
    answers.push(person.post("/rooms/new", &[("name", "")]).await);
    answers.push(
        person
            .post("/rooms/1-lobby/messages", &[("content", "x")])
            .await,
    );
    let foreign = person
        .request(Method::POST, "/me")
        .header("origin", "https://evil.example");
    answers.push(Page::of("/me from elsewhere", foreign.send().await.unwrap()).await);
    let site = site.visitor();
    answers.push(site.get("/me").await);
    answers
}

#[tokio::test]
async fn every_answer_is_guarded() {
    let site = Site::plain().await;
    let person = site.person("Alice").await;
    for page in one_of_each(&site, &person).await {
        let what = format!("{} {}", page.status, page.path);
        assert_eq!(page.header("x-content-type-options"), "nosniff", "{what}");
        assert_eq!(page.header("referrer-policy"), "same-origin", "{what}");
        let policy = policy(&page);
        assert_eq!(policy["default-src"], ["'none'"], "{what}");
        assert_eq!(policy["frame-ancestors"], ["'none'"], "{what}");
        assert_eq!(policy["base-uri"], ["'none'"], "{what}");
        assert_eq!(policy["form-action"], ["'self'"], "{what}");
        let sources: Vec<_> = policy.values().flatten().collect();
        for refused in ["'unsafe-inline'", "'unsafe-eval'", "*", "http:", "https:"] {
            assert!(!sources.iter().any(|source| *source == refused), "{what}");
        }
        assert!(!page.header("cache-control").is_empty(), "{what}");
        assert!(!page.header("x-request-id").is_empty(), "{what}");
        assert_eq!(page.header("server"), "", "{what}");
    }
}

#[tokio::test]
async fn what_is_only_a_part_of_a_page_says_nothing_of_documents() {
    let (plain, released) = (Site::plain().await, Site::released().await);
    let hashed = format!(".{HASH}");
    for (site, hash) in [(&plain, ""), (&released, hashed.as_str())] {
        let file = |kind: &str| format!("/pkg/parlour{hash}.{kind}");
        let parts = [
            file("css"),
            file("js"),
            file("wasm"),
            "/site.webmanifest".to_owned(),
            "/sw.js".to_owned(),
        ];
        for path in parts {
            let page = site.visitor().get(&path).await;
            assert_eq!(page.status, 200, "{path}");
            assert_eq!(page.header("x-content-type-options"), "nosniff", "{path}");
            let corp = page.header("cross-origin-resource-policy");
            assert_eq!(corp, "same-origin", "{path}");
            assert!(!page.header("cache-control").is_empty(), "{path}");
            assert!(!page.header("x-request-id").is_empty(), "{path}");
            for of_documents in [
                "content-security-policy",
                "cross-origin-opener-policy",
                "referrer-policy",
                "x-frame-options",
            ] {
                assert_eq!(page.header(of_documents), "", "{of_documents} of {path}");
            }
        }
        // A drawing is a document of its own when somebody opens it.
        let drawing = site.visitor().get("/favicon.svg").await;
        assert_eq!(drawing.header("content-type"), "image/svg+xml");
        assert_eq!(policy(&drawing)["default-src"], ["'none'"]);
        assert_eq!(drawing.header("x-frame-options"), "DENY");
    }
}

#[tokio::test]
async fn the_right_method_is_told_where_another_was_used() {
    let site = Site::plain().await;
    let person = site.person("Alice").await;
    for (method, path) in [
        (Method::PUT, "/"),
        (Method::DELETE, LOBBY),
        (Method::GET, "/rooms/1-lobby/messages"),
        (Method::GET, "/rooms/1-lobby/join"),
        (Method::GET, "/rooms/1-lobby/leave"),
    ] {
        let request = person
            .request(method, path)
            .header("origin", person.origin());
        let page = Page::of(path, request.send().await.unwrap()).await;
        assert_eq!(page.status, 405, "{path}");
        assert!(!page.header("allow").is_empty(), "{path}");
        page.leads_back();
    }
}

#[tokio::test]
async fn a_live_page_runs_one_script_by_a_nonce_of_its_own() {
    let site = Site::plain().await;
    let person = site.person("Alice").await;
    let mut nonces = HashSet::new();
    for path in ["/", "/", LOBBY, LOBBY] {
        let page = person.get(path).await;
        let nonce = page.attribute(RUNS, "nonce");
        let policy = policy(&page);
        let allowed = ["'self'", &format!("'nonce-{nonce}'"), "'wasm-unsafe-eval'"];
        assert_eq!(policy["script-src"], allowed, "{path}");
        assert_eq!(policy["style-src"], ["'self'"], "{path}");
        assert_eq!(policy["connect-src"], ["'self'"], "{path}");
        assert_eq!(policy["img-src"], ["'self'", "data:"], "{path}");
        assert!(nonce.len() >= 22, "128 bits in base64: {nonce}");
        assert!(nonces.insert(nonce), "a nonce came twice");
        assert!(page.has_no("script[src], style, [style], base, iframe, object, embed"));
    }
}

#[tokio::test]
async fn nothing_on_a_page_runs_by_an_attribute() {
    let site = Site::plain().await;
    let person = site.person("Alice").await;
    person.say(LOBBY, "Hello").await;
    for path in ["/", LOBBY, "/me", "/rooms/new", "/nothing"] {
        let page = person.get(path).await;
        for element in page.all("*") {
            for (name, value) in element.value().attrs() {
                assert!(!name.starts_with("on"), "{name} on {path}");
                assert!(
                    !value.trim_start().starts_with("javascript:"),
                    "{value} on {path}"
                );
            }
        }
    }
}

#[tokio::test]
async fn a_page_without_live_parts_loads_no_script_and_no_wasm() {
    let site = Site::plain().await;
    let person = site.person("Alice").await;
    let mine = person.room("Mine").await;
    let edit = person.say(&mine, "Hello").await.attribute("a.edit", "href");
    let mut pages = Vec::new();
    let delete = format!("{mine}/delete");
    let plain = [
        "/rooms/new",
        &edit,
        &delete,
        "/people",
        "/nothing",
        "/rooms/99",
    ];
    for path in plain {
        pages.push(person.get(path).await);
    }
    pages.push(person.post("/rooms/new", &[("name", "")]).await);
    pages.push(
        person
            .post("/rooms/1-lobby/messages", &[("content", "")])
            .await,
    );
    for page in pages {
        assert!(page.has_no("script, leptos-island, [rel=modulepreload], [rel=preload]"));
        assert!(!page.body.contains("wasm"), "{}", page.path);
        assert_eq!(
            page.attribute("link[rel=stylesheet]", "href"),
            "/pkg/parlour.css"
        );
    }
}

#[tokio::test]
async fn a_page_with_a_password_loads_a_file_that_shows_it_and_runs_nothing_else() {
    let site = Site::plain().await;
    let (visitor, guest) = (site.visitor(), site.person("Alice").await);
    let member = member(&site, "Bob").await;
    for (who, path, fields) in [
        (&visitor, "/join", 1),
        (&visitor, "/signin", 1),
        (&guest, "/me", 1),
        (&member, "/settings", 2),
        (&member, "/settings/leave", 1),
        (&member, "/signout", 0),
    ] {
        let page = who.get(path).await;
        assert_eq!(page.all("[type=password]").len(), fields, "{path}");
        // Where no script runs nothing that only a script does is offered.
        assert_eq!(page.all(".reveal[hidden]").len(), fields, "{path}");
        assert_eq!(page.all("#unsent[hidden]").len(), usize::from(fields == 0));
        assert!(page.has_no("script:not([src]), leptos-island"), "{path}");
        let policy = policy(&page);
        let runs = |source: &str| policy["script-src"].iter().any(|from| from == source);
        assert!(runs("'self'") && !runs("'unsafe-inline'"), "{policy:?}");
        let files = page.all("script").into_iter();
        let files: BTreeSet<_> = files.map(|script| script.attr("src").unwrap()).collect();
        // Who may be gone behind it is forgotten by another one.
        let is_leaving = ["/settings/leave", "/signout"].contains(&path);
        assert_eq!(
            files.len(),
            usize::from(fields > 0) + usize::from(is_leaving)
        );
        for file in files {
            let script = who.get(file).await;
            assert_eq!(script.status, 200, "{file}");
            assert!(script.header("content-type").starts_with("text/javascript"));
            assert!(script.header("cache-control").contains("immutable"));
            assert!(!script.body.contains("//"), "{}", script.body);
        }
    }
    assert_eq!(visitor.get("/pkg/reveal.0.js").await.status, 404);
}

#[tokio::test]
async fn a_live_page_names_the_files_of_the_build() {
    let (plain, released) = (Site::plain().await, Site::released().await);
    for (site, hash) in [(&plain, String::new()), (&released, format!(".{HASH}"))] {
        let page = site.visitor().get("/").await;
        let file = |kind: &str| format!("/pkg/parlour{hash}.{kind}");
        assert_eq!(page.attribute("link[rel=stylesheet]", "href"), file("css"));
        assert_eq!(
            page.attribute("link[rel=modulepreload]", "href"),
            file("js")
        );
        assert_eq!(page.attribute("link[rel=preload]", "href"), file("wasm"));
        let script = page.text(RUNS);
        assert!(
            script.contains(&file("js")) && script.contains(&file("wasm")),
            "{script}"
        );
    }
}

#[tokio::test]
async fn a_page_asks_browsers_and_proxies_to_leave_it_as_it_is() {
    let site = Site::plain().await;
    for path in ["/", LOBBY, "/join", "/nothing"] {
        let page = site.visitor().get(path).await;
        let detection = page.attribute("meta[name=format-detection]", "content");
        assert_eq!(
            detection, "telephone=no, date=no, address=no, email=no",
            "{path}"
        );
        let cache = page.header("cache-control");
        assert!(cache.contains("no-transform"), "{path}: {cache}");
    }
}

#[tokio::test]
async fn the_script_of_a_page_comes_without_its_comments() {
    let site = Site::plain().await;
    let page = site.visitor().get("/").await;
    let script = page.text(RUNS);
    let is_comment = |line: &str| line.trim_start().starts_with("//");
    assert!(!script.lines().any(is_comment), "{script}");
}

#[tokio::test]
async fn a_page_whose_script_is_blocked_does_not_say_that_it_connects() {
    let site = Site::plain().await;
    for path in ["/", LOBBY] {
        let page = site.visitor().get(path).await;
        let said = page.text(".connection-text");
        assert_eq!(said, "Live updates do not work here.", "{path}");
    }
}

#[tokio::test]
async fn personal_answers_are_not_cached_by_proxies() {
    let site = Site::plain().await;
    let person = site.person("Alice").await;
    for path in ["/", LOBBY, "/me", "/rooms/new", "/nothing"] {
        let page = person.get(path).await;
        assert_eq!(
            page.header("cache-control"),
            "private, no-cache, no-transform",
            "{path}"
        );
        assert_eq!(
            page.header("content-type"),
            "text/html; charset=utf-8",
            "{path}"
        );
    }
    for path in ["/api/chat/rooms", "/api/chat/me/rooms"] {
        let page = person.get(path).await;
        assert_eq!(page.header("cache-control"), "no-store", "{path}");
    }
    let joined = site.visitor().post("/join", &[("username", "Bob")]).await;
    assert_eq!(joined.header("cache-control"), "no-store");
}

#[tokio::test]
async fn over_https_the_session_is_bound_to_the_host_and_https_is_kept() {
    let site = Site::start(|settings| {
        settings.server.public_url = "https://chat.example.org".to_owned();
    })
    .await;
    let visitor = site.visitor();
    let request = visitor
        .request(Method::POST, "/join")
        .header("origin", "https://chat.example.org")
        .form(&[("username", "Alice")]);
    let page = Page::of("/join", request.send().await.unwrap()).await;
    assert_eq!(page.status, 303);
    let cookie = page.header("set-cookie");
    assert!(cookie.starts_with("__Host-parlour_session="), "{cookie}");
    assert!(
        cookie.contains("; Secure") && cookie.contains("; Path=/;"),
        "{cookie}"
    );
    assert!(
        page.header("strict-transport-security")
            .starts_with("max-age=")
    );
    let plain = Site::plain().await.visitor().get("/").await;
    assert_eq!(plain.header("strict-transport-security"), "");
}
