//! The guards of HTTP: same origin (CSRF), cookies, trusted proxies, and the headers of every answer.

use crate::harness::{Answer, Server};
use parlour_server::http::session_cookie;
use reqwest::{Method, RequestBuilder};
use serde_json::json;

fn cookie(guest: &crate::harness::Guest) -> String {
    format!("parlour_session={}", guest.token)
}

#[tokio::test]
async fn a_cookie_opens_sockets_from_our_own_pages_only() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let cookie = cookie(&alice);
    let ours = server.origin();
    for path in ["/ws", "/ws/chat/1"] {
        let with = [("cookie", cookie.as_str()), ("origin", ours.as_str())];
        let mut socket = server.socket(path, &with).await;
        if path == "/ws" {
            assert_eq!(socket.join(1).await["user"]["name"], "Alice");
        } else {
            socket.send(json!({"username": "somebody else"})).await;
            assert_eq!(
                socket.next_of_type("welcome").await["user"]["name"],
                "Alice"
            );
        }
        let suffix = format!("{ours}.evil.example");
        let user = format!("{ours}@evil.example");
        let secure = ours.replace("http://", "ftp://");
        for origin in [
            "https://evil.example",
            "null",
            &suffix,
            &user,
            &secure,
            "http://127.0.0.1",
        ] {
            let with = [("cookie", cookie.as_str()), ("origin", origin)];
            assert_eq!(
                server.try_socket(path, &with).await.err(),
                Some(403),
                "{origin}"
            );
        }
        assert_eq!(
            server.try_socket(path, &[("cookie", &cookie)]).await.err(),
            Some(403)
        );
        let other = [("cookie", "other=1"), ("origin", "https://evil.example")];
        assert_eq!(server.try_socket(path, &other).await.err(), Some(403));
        let bearer = format!("Bearer {}", alice.token);
        for origin in ["https://evil.example", "null", &suffix] {
            let without = [("origin", origin)];
            let refused = server.try_socket(path, &without).await.err();
            assert_eq!(refused, Some(403), "without a cookie: {origin}");
            let with_token = [("origin", origin), ("authorization", &bearer)];
            let refused = server.try_socket(path, &with_token).await.err();
            assert_eq!(refused, Some(403), "with a token: {origin}");
        }
        assert!(
            server.try_socket(path, &[]).await.is_ok(),
            "programs say nothing of a page"
        );
    }
}

#[tokio::test]
async fn the_public_address_is_ours_too() {
    let server = Server::start(|settings| {
        settings.server.public_url = "https://chat.example.org".to_owned();
    })
    .await;
    let alice = server.guest("Alice").await;
    let cookie = format!("__Host-parlour_session={}", alice.token);
    let with = |origin| [("cookie", cookie.as_str()), ("origin", origin)];
    let mut socket = server
        .socket("/ws", &with("https://chat.example.org"))
        .await;
    assert_eq!(socket.join(1).await["user"]["name"], "Alice");
    for origin in [
        "http://chat.example.org",
        "https://chat.example.org.evil",
        "https://x.org",
    ] {
        assert_eq!(
            server.try_socket("/ws", &with(origin)).await.err(),
            Some(403),
            "{origin}"
        );
    }
    let answer = server.get("/healthz").await;
    assert_eq!(
        answer.header("strict-transport-security"),
        "max-age=31536000"
    );
}

#[tokio::test]
async fn h5_only_our_own_pages_change_anything() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let cookie = cookie(&alice);
    let ours = server.origin();
    let status = async |method: Method, headers: &[(&str, &str)]| {
        let path = if method == Method::POST {
            "/api/chat/rooms/1/messages"
        } else {
            "/api/chat/rooms/9"
        };
        let mut request: RequestBuilder = server.http.request(method, server.url(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.json(&json!({"content": "x"}));
        Answer::of(request.send().await.unwrap()).await
    };
    let post = async |headers: &[(&str, &str)]| status(Method::POST, headers).await;
    let session = ("cookie", cookie.as_str());
    let bearer = format!("Bearer {}", alice.token);
    assert_eq!(
        post(&[session, ("sec-fetch-site", "same-origin")])
            .await
            .status,
        201
    );
    assert_eq!(
        post(&[session, ("sec-fetch-site", "none")]).await.status,
        201
    );
    assert_eq!(post(&[session, ("origin", &ours)]).await.status, 201);
    for site in ["cross-site", "same-site", "Same-Origin", ""] {
        post(&[session, ("sec-fetch-site", site)])
            .await
            .refused(403, "forbidden");
        post(&[session, ("sec-fetch-site", site), ("origin", &ours)])
            .await
            .refused(403, "forbidden");
        post(&[("sec-fetch-site", site)])
            .await
            .refused(403, "forbidden");
    }
    post(&[session, ("origin", "https://evil.example")])
        .await
        .refused(403, "forbidden");
    let both = [
        session,
        ("sec-fetch-site", "same-origin"),
        ("origin", "https://evil.example"),
    ];
    post(&both).await.refused(403, "forbidden");
    post(&[session, ("origin", "null")])
        .await
        .refused(403, "forbidden");
    post(&[session]).await.refused(403, "forbidden");
    status(Method::DELETE, &[session])
        .await
        .refused(403, "forbidden");
    // Programs: no cookie, or a token that no browser sends by itself.
    post(&[]).await.refused(401, "sign_in_required");
    let program = [("authorization", bearer.as_str())];
    assert_eq!(post(&program).await.status, 201);
    for origin in ["https://bots.example", "null"] {
        let cross = [program[0], ("origin", origin)];
        post(&cross).await.refused(403, "forbidden");
        post(&[("origin", origin)]).await.refused(403, "forbidden");
        let read = status(Method::GET, &[("origin", origin)]).await;
        read.refused(403, "forbidden");
        assert_eq!(read.header("access-control-allow-origin"), "");
    }
    // Reading is not changing.
    assert_eq!(
        status(Method::GET, &[session, ("sec-fetch-site", "cross-site")])
            .await
            .status,
        404
    );
}

#[tokio::test]
async fn every_answer_has_its_headers() {
    let server = Server::plain().await;
    let answers = [
        server.get("/healthz").await,
        server.get("/api/chat/rooms").await,
        server.get("/api/chat/rooms/999").await,
        server.get("/nowhere").await,
        server
            .call(Method::PUT, "/api/chat/rooms", None, None)
            .await,
        server
            .post("/api/chat/rooms", None, json!({"name": "x"}))
            .await,
    ];
    for answer in &answers {
        for (name, value) in [
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "same-origin"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
            ("x-frame-options", "DENY"),
            ("cache-control", "no-store"),
        ] {
            assert_eq!(answer.header(name), value, "{name} of {answer:?}");
        }
        assert!(
            answer
                .header("content-security-policy")
                .starts_with("default-src 'none'")
        );
        assert_eq!(
            answer.header("strict-transport-security"),
            "",
            "not over plain HTTP"
        );
        assert_eq!(answer.header("access-control-allow-origin"), "");
        assert_ne!(answer.header("x-request-id"), "");
    }
    let ids: std::collections::HashSet<_> = answers
        .iter()
        .map(|answer| answer.header("x-request-id"))
        .collect();
    assert_eq!(ids.len(), answers.len());
}

#[tokio::test]
async fn a_request_id_is_echoed_when_it_is_plain() {
    let server = Server::plain().await;
    let ask = async |id: &str| {
        let request = server
            .http
            .get(server.url("/healthz"))
            .header("x-request-id", id);
        Answer::of(request.send().await.unwrap())
            .await
            .header("x-request-id")
            .to_owned()
    };
    assert_eq!(ask("abc-123_4.5").await, "abc-123_4.5");
    for id in ["", "a b", "a\"b", &"x".repeat(65)] {
        assert_ne!(ask(id).await, id);
    }
}

#[tokio::test]
async fn the_cookie_is_kept_from_scripts_and_other_sites() {
    let server = Server::plain().await;
    let token = parlour_server::accounts::create_guest(
        &server.ctx,
        &parlour_server::Scope::visitor(server.address.ip()),
        "Alice",
    )
    .await
    .unwrap()
    .1;
    let mut settings = server.ctx.settings.clone();
    let plain = session_cookie::set(&settings, &token);
    let plain = plain.to_str().unwrap();
    assert!(plain.starts_with("parlour_session="), "{plain}");
    for flag in ["HttpOnly", "SameSite=Lax", "Path=/", "Max-Age="] {
        assert!(plain.contains(flag), "{plain}");
    }
    assert!(!plain.contains("Secure") && !plain.contains("Domain"));
    settings.server.public_url = "https://chat.example.org".to_owned();
    let secure = session_cookie::set(&settings, &token);
    let secure = secure.to_str().unwrap();
    assert!(secure.starts_with("__Host-parlour_session=") && secure.contains("; Secure"));
}

#[tokio::test]
async fn only_a_trusted_proxy_speaks_for_others() {
    let limited = |trusted: Vec<ipnet::IpNet>| {
        Server::start(move |settings| {
            settings.limits.guests_per_minute = 1;
            settings.server.trusted_proxies = trusted;
        })
    };
    let guest = async |server: &Server, name: &str, address: &str| {
        let request = server.http.post(server.url("/api/chat/guests"));
        let request = request.header("x-forwarded-for", address);
        request
            .json(&json!({"username": name}))
            .send()
            .await
            .unwrap()
            .status()
    };
    let open = limited(Vec::new()).await;
    assert_eq!(guest(&open, "Alice", "192.0.2.1").await, 201);
    assert_eq!(
        guest(&open, "Bob", "192.0.2.2").await,
        429,
        "a spoofed address counts for nothing"
    );
    let behind = limited(vec!["127.0.0.0/8".parse().unwrap()]).await;
    assert_eq!(guest(&behind, "Alice", "192.0.2.1").await, 201);
    assert_eq!(guest(&behind, "Bob", "192.0.2.2").await, 201);
    assert_eq!(guest(&behind, "Carol", "203.0.113.9, 192.0.2.1").await, 429);
    assert_eq!(guest(&behind, "Carol", "192.0.2.1:49152").await, 429);
    assert_eq!(guest(&behind, "Carol", "192.0.2.3:49152").await, 201);
    assert_eq!(
        guest(&behind, "Dave", "192.0.2.3:49153").await,
        429,
        "a port is nobody else"
    );
    // What cannot be read is one more address: neither the proxy's, nor what the visitor made up.
    assert_eq!(guest(&behind, "Dave", "203.0.113.9, unknown").await, 201);
    assert_eq!(guest(&behind, "Erin", "203.0.113.10, _hidden").await, 429);
    let own = guest_of_its_own(&behind, "Erin").await;
    assert_eq!(own, 201, "the proxy's own is still its own");
}

/// A guest without a word of whom it is for.
async fn guest_of_its_own(server: &Server, name: &str) -> u16 {
    let body = json!({"username": name});
    server.post("/api/chat/guests", None, body).await.status
}

#[tokio::test]
async fn a_token_that_is_no_text_is_refused_and_not_the_cookies_person() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let cookie = cookie(&alice);
    for token in [
        &b"Bearer \xff\xfe"[..],
        b"bearer \xe9",
        b"Bearer\xff",
        b"Bearer",
        b"Bearer ",
        b"BEARER\tnobody",
    ] {
        let token = reqwest::header::HeaderValue::from_bytes(token).unwrap();
        let ask = |method, path| {
            let request = server.http.request(method, server.url(path));
            let request = request
                .header("authorization", &token)
                .header("cookie", &cookie);
            let request = request.header("origin", server.origin());
            request.json(&json!({"content": "x"}))
        };
        for (method, path) in [
            (Method::GET, "/api/chat/rooms"),
            (Method::POST, "/api/chat/rooms/1/messages"),
        ] {
            let answer = ask(method, path).send().await.unwrap();
            Answer::of(answer).await.refused(401, "sign_in_required");
        }
    }
    // What a proxy asked for a password with is no token of ours.
    let request = server.http.post(server.url("/api/chat/rooms/1/messages"));
    let request = request
        .header("cookie", &cookie)
        .header("origin", server.origin());
    let request = request.basic_auth("user", Some("password"));
    let request = request.json(&json!({"content": "x"}));
    assert_eq!(request.send().await.unwrap().status(), 201);
}

#[tokio::test]
async fn a_panic_is_one_answer_and_a_page_keeps_its_own_headers() {
    use axum::body::Body;
    use axum::http::Request;
    use axum::routing::get;
    use tower::ServiceExt;
    let server = Server::plain().await;
    let panicking = async || -> &'static str { panic!("canary-of-a-panic") };
    let page = async || [("content-security-policy", "default-src 'self'")];
    let router = axum::Router::new()
        .route("/panic", get(panicking))
        .route("/page", get(page))
        .fallback(async || "not here");
    let show = axum::response::IntoResponse::into_response;
    let app = parlour_server::http::layered(router, &server.ctx, show);
    let ask = async |path: &str| {
        let request = Request::get(path).header("host", "localhost");
        let request = request.body(Body::empty()).unwrap();
        app.clone().oneshot(request).await.unwrap()
    };
    let failed = ask("/panic").await;
    assert_eq!(failed.status(), 500);
    assert_eq!(failed.headers()["content-type"], "application/problem+json");
    assert_eq!(failed.headers()["x-frame-options"], "DENY");
    let body = axum::body::to_bytes(failed.into_body(), 10_000)
        .await
        .unwrap();
    let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(body["code"], "internal");
    assert!(!body.to_string().contains("canary"));
    let page = ask("/page").await;
    assert_eq!(
        page.headers()["content-security-policy"],
        "default-src 'self'"
    );
    assert_eq!(
        ask("/other").await.headers()["x-content-type-options"],
        "nosniff"
    );
}
