//! The built files: found, compressed and kept; and that nothing else of the machine is served.

use crate::harness::{HASH, LOBBY, Page, RUNS, SECRET, Site, content};
use parlour_protocol::paths;
use reqwest::Method;
use std::fs;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

#[tokio::test]
async fn built_files_are_served_as_the_build_compressed_them() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    for (kind, media) in [
        ("css", "text/css"),
        ("js", "text/javascript"),
        ("wasm", "application/wasm"),
    ] {
        let path = format!("/pkg/parlour.{kind}");
        for (accepted, coding) in [
            ("br, gzip", "br"),
            ("gzip, deflate, br", "br"),
            ("gzip", "gzip"),
            ("identity", ""),
        ] {
            let request = visitor.request(Method::GET, &path);
            let request = request.header("accept-encoding", accepted);
            let page = Page::of(&path, request.send().await.unwrap()).await;
            let what = format!("{path} {accepted}");
            assert_eq!(page.status, 200, "{what}");
            assert_eq!(page.header("content-encoding"), coding, "{what}");
            let twin = if coding == "gzip" { "gz" } else { coding };
            assert_eq!(page.body, content(kind, twin), "{what}");
            assert!(page.header("content-type").starts_with(media), "{what}");
            assert!(
                page.header("vary")
                    .to_lowercase()
                    .contains("accept-encoding"),
                "{what}"
            );
        }
    }
}

#[tokio::test]
async fn only_files_with_a_hash_in_their_name_are_kept_for_ever() {
    let (plain, released) = (Site::plain().await, Site::released().await);
    for kind in ["css", "js", "wasm"] {
        let page = plain.visitor().get(&format!("/pkg/parlour.{kind}")).await;
        assert_eq!(page.header("cache-control"), "no-cache", "{kind}");
        let tag = page.header("etag").to_owned();
        let request = plain
            .visitor()
            .request(Method::GET, &format!("/pkg/parlour.{kind}"));
        let again = request.header("if-none-match", &tag).send().await.unwrap();
        assert_eq!(again.status(), 304, "asked for again: {kind}");
        let page = released
            .visitor()
            .get(&format!("/pkg/parlour.{HASH}.{kind}"))
            .await;
        assert_eq!(page.status, 200);
        assert_eq!(
            page.header("cache-control"),
            "public, max-age=31536000, immutable",
            "{kind}"
        );
    }
    for path in ["/pkg/parlour.0ldhash.js", "/pkg/nothing.css"] {
        let page = released.visitor().get(path).await;
        assert_eq!(page.status, 404, "{path}");
        assert!(
            !page.header("cache-control").contains("immutable"),
            "{path}"
        );
    }
    for path in ["/favicon.svg", "/robots.txt", "/site.webmanifest"] {
        let page = released.visitor().get(path).await;
        assert_eq!(page.status, 200, "{path}");
        assert_eq!(
            page.header("cache-control"),
            "public, max-age=86400",
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_worker_is_asked_for_once_a_day_and_sent_only_when_it_has_changed() {
    let site = Site::released().await;
    let visitor = site.visitor();
    let ask = async |tag: &str| {
        let request = visitor.request(Method::GET, paths::WORKER);
        let request = request.header("accept-encoding", "br");
        let answer = request.header("if-none-match", tag).send().await.unwrap();
        Page::of(paths::WORKER, answer).await
    };
    let worker = ask("").await;
    assert_eq!(worker.status, 200);
    assert_eq!(worker.header("cache-control"), "public, max-age=86400");
    assert!(worker.header("content-type").starts_with("text/javascript"));
    assert_eq!(worker.header("content-encoding"), "br");
    let again = ask(worker.header("etag")).await;
    assert_eq!(again.status, 304);
    // Live pages register it, and no others.
    let registered = format!("worker={:?}", paths::WORKER);
    assert!(visitor.get(LOBBY).await.text(RUNS).contains(&registered));
    assert!(!visitor.get("/join").await.body.contains(paths::WORKER));
}

#[tokio::test]
async fn the_worker_finds_in_a_page_who_reads_it_and_what_it_loads() {
    let site = Site::released().await;
    let worker = site.visitor().get(paths::WORKER).await.body;
    // As its expressions have it.
    assert!(
        worker.contains(r#"/id="place">{"me":(null|{"id":\d+)/"#),
        "{worker}"
    );
    let (visitor, alice) = (site.visitor(), site.person("Alice").await);
    // What people write is no tag, and stands behind it.
    alice.room("<link href=\"/pkg/x\">").await;
    for (browser, reader) in [(&visitor, "null"), (&alice, "{\"id\":")] {
        let page = browser.get(LOBBY).await;
        let said = format!("id=\"place\">{{\"me\":{reader}");
        assert_eq!(page.body.matches(&said).count(), 1, "{}", page.body);
        let links = page.body.split("<link").skip(1).filter_map(|link| {
            let (link, _) = link.split_once('>')?;
            link.contains(" href=\"/pkg/").then_some(())
        });
        assert_eq!(links.count(), 3, "{}", page.body);
    }
}

#[tokio::test]
async fn pages_are_compressed_too() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    for (accepted, coding) in [("br", "br"), ("gzip", "gzip"), ("identity", "")] {
        let request = visitor
            .request(Method::GET, "/")
            .header("accept-encoding", accepted);
        let response = request.send().await.unwrap();
        let header = response.headers().get("content-encoding");
        assert_eq!(header.map_or("", |value| value.to_str().unwrap()), coding);
    }
}

/// What is answered to a request line that no client library would send as it stands.
async fn raw(site: &Site, target: &str) -> (u16, String) {
    let mut tcp = TcpStream::connect(site.address).await.unwrap();
    let request = format!(
        "GET {target} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        site.address
    );
    tcp.write_all(request.as_bytes()).await.unwrap();
    let mut answer = Vec::new();
    tcp.read_to_end(&mut answer).await.unwrap();
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer
        .split(' ')
        .nth(1)
        .and_then(|status| status.parse().ok());
    (
        status.unwrap_or_else(|| panic!("{target}: {answer}")),
        answer,
    )
}

#[tokio::test]
async fn nothing_outside_the_sites_root_is_served() {
    let site = Site::plain().await;
    let secret = fs::read_to_string(site.folder.path().join("Cargo.toml")).unwrap();
    assert_eq!(secret, SECRET);
    let absolute = site.folder.path().join("notes.txt").display().to_string();
    for target in [
        "/Leptos.toml",
        "/Cargo.toml",
        "/Makefile",
        "/data/parlour.db",
        "/parlour.db",
        "/.env",
        "/.git/config",
        "/../Cargo.toml",
        "/../data/parlour.db",
        "/../../../../../../../../etc/passwd",
        "/%2e%2e/Cargo.toml",
        "/..%2fCargo.toml",
        "/..%5cCargo.toml",
        "/%2e%2e%2fCargo.toml",
        "/.%2e/Leptos.toml",
        "/pkg/../../Cargo.toml",
        "/pkg/%2e%2e/%2e%2e/Cargo.toml",
        "/pkg/..%2f..%2fdata%2fparlour.db",
        "/pkg/%2fetc%2fpasswd",
        "//etc/passwd",
        "/pkg//etc/passwd",
        &format!("/{absolute}"),
        &format!("/pkg/{absolute}"),
        "/pkg/parlour.js%00.txt",
        "/%00",
    ] {
        let (status, answer) = raw(&site, target).await;
        assert_eq!(status, 404, "{target}: {answer}");
        for kept in [SECRET, "SQLite format 3", "root:"] {
            assert!(!answer.contains(kept), "{target}");
        }
    }
}

#[tokio::test]
async fn folders_are_not_listed() {
    let site = Site::plain().await;
    fs::write(site.folder.path().join("site/pkg/index.html"), "an index").unwrap();
    for target in ["/pkg", "/pkg/", "/pkg/."] {
        let (status, answer) = raw(&site, target).await;
        assert!([307, 308, 404].contains(&status), "{target}: {answer}");
        assert!(!answer.contains("an index"), "{target}");
    }
}

#[tokio::test]
async fn a_missing_file_is_a_page_that_leads_back() {
    let site = Site::plain().await;
    for path in ["/nothing.png", "/deep/nothing.html", "/favicon.svg/more"] {
        let page = site.visitor().get(path).await;
        page.is_a_problem(404, "There is no such page.");
    }
    for path in ["/pkg/nothing.js", "/pkg/deep/nothing.wasm"] {
        assert_eq!(site.visitor().get(path).await.status, 404, "{path}");
    }
}

#[tokio::test]
async fn a_part_of_a_file_is_given_and_another_method_is_not() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    let ask = async |method: Method, range: &str| {
        let request = visitor.request(method, "/favicon.svg");
        request.header("range", range).send().await.unwrap()
    };
    let whole = visitor.get("/favicon.svg").await;
    for (range, status, body) in [
        ("bytes=0-3", 206, whole.body[..4].to_owned()),
        (
            "bytes=-2",
            206,
            whole.body[whole.body.len() - 2..].to_owned(),
        ),
        ("bytes=0-1,3-4", 200, whole.body.clone()),
        ("bytes=9999-", 416, String::new()),
    ] {
        let answer = ask(Method::GET, range).await;
        assert_eq!(answer.status(), status, "{range}");
        assert_eq!(answer.text().await.unwrap(), body, "{range}");
    }
    let head = ask(Method::HEAD, "bytes=0-3").await;
    assert_eq!(head.status(), 206);
    assert_eq!(head.headers()["content-length"], "4");
    for path in ["/favicon.svg", "/pkg/parlour.js"] {
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            let answer = visitor.request(method.clone(), path).send().await.unwrap();
            assert_eq!(answer.status(), 405, "{method} {path}");
            assert_eq!(answer.headers()["allow"], "GET, HEAD", "{method} {path}");
        }
    }
}

#[tokio::test]
async fn a_site_whose_files_went_away_is_not_ready() {
    let site = Site::plain().await;
    let ready = async || site.visitor().get("/readyz").await.status;
    assert_eq!(ready().await, 200);
    fs::remove_file(site.folder.path().join("site/pkg/parlour.wasm")).unwrap();
    assert_eq!(ready().await, 503);
}
