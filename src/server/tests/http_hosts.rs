//! Which hosts and which other sites a server answers to.

use crate::harness::{Answer, Server, log};
use parlour_server::Settings;
use reqwest::Method;
use serde_json::{Value, json};

const PUBLIC: &str = "https://chat.example.org";

async fn with(change: impl FnOnce(&mut Settings)) -> Server {
    Server::start(change).await
}

async fn behind_a_proxy(public_url: &str) -> Server {
    with(|settings| {
        settings.server.public_url = public_url.to_owned();
        settings.server.trusted_proxies = vec!["127.0.0.1/32".parse().unwrap()];
    })
    .await
}

async fn ask(server: &Server, path: &str, headers: &[(&str, &str)]) -> Answer {
    send(server, Method::GET, path, headers, None).await
}

async fn send(
    server: &Server,
    method: Method,
    path: &str,
    headers: &[(&str, &str)],
    body: Option<Value>,
) -> Answer {
    let mut request = server.http.request(method, server.url(path));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    if let Some(body) = body {
        request = request.json(&body);
    }
    Answer::of(request.send().await.unwrap()).await
}

#[tokio::test]
async fn a_foreign_host_name_is_refused() {
    let server = Server::plain().await;
    for host in [
        "evil.example",
        "evil.example:3000",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "127.1",
    ] {
        for path in ["/api/chat/rooms", "/", "/api/nothing"] {
            let answer = ask(&server, path, &[("host", host)]).await;
            answer.refused(421, "bad_request");
            let detail = answer.body["detail"].as_str().unwrap();
            assert!(detail.contains("server.public-url"), "{detail}");
        }
        let posted = json!({"username": "Mallory"});
        let headers = [("host", host), ("origin", &format!("http://{host}"))];
        let posted = send(
            &server,
            Method::POST,
            "/api/chat/guests",
            &headers,
            Some(posted),
        );
        posted.await.refused(421, "bad_request");
        for path in ["/ws", "/ws/chat/1"] {
            let refused = server.try_socket(path, &headers).await.err();
            assert_eq!(refused, Some(421), "{host} {path}");
        }
        for path in ["/healthz", "/readyz"] {
            let answer = ask(&server, path, &[("host", host)]).await;
            assert_eq!(answer.status, 200, "{host} {path}");
        }
    }
    // A proxy's word counts for nothing where no proxy is known.
    let passed = [("host", "evil.example"), ("x-forwarded-host", "localhost")];
    let answer = ask(&server, "/api/chat/rooms", &passed).await;
    answer.refused(421, "bad_request");
}

#[tokio::test]
async fn a_server_on_a_local_network_works_unconfigured() {
    let server = Server::plain().await;
    for host in [
        "localhost:3000",
        "chat.localhost",
        "127.0.0.1:3000",
        "[::1]:3000",
        "192.168.1.20:3000",
        "[fd00::7]",
        "parlour",
        "PARLOUR:3000",
        "localhost.:3000",
        "box.local",
        "chat.box.lan:3000",
        "chat.home.arpa",
        "parlour.internal",
    ] {
        let answer = ask(&server, "/api/chat/rooms", &[("host", host)]).await;
        assert_eq!(answer.status, 200, "{host}: {answer:?}");
        // And its own pages are its own there.
        let origin = format!("http://{}", host.to_ascii_lowercase());
        let headers = [("host", host), ("origin", &origin)];
        let body = json!({"username": format!("At {host}").replace(['[', ']', ':', '.'], " ")});
        let posted = send(
            &server,
            Method::POST,
            "/api/chat/guests",
            &headers,
            Some(body),
        )
        .await;
        assert_eq!(posted.status, 201, "{host}: {posted:?}");
    }
}

#[tokio::test]
async fn with_a_public_address_that_is_the_host() {
    let server = with(|settings| settings.server.public_url = PUBLIC.to_owned()).await;
    for (host, status) in [
        ("chat.example.org", 200),
        ("CHAT.example.org", 200),
        ("chat.example.org:443", 200),
        ("chat.example.org.", 200),
        ("x.chat.example.org", 421),
        ("chat.example.org.evil", 421),
        ("evil.example", 421),
    ] {
        let answer = ask(&server, "/api/chat/rooms", &[("host", host)]).await;
        assert_eq!(answer.status, status, "{host}");
        if status == 421 {
            let detail = answer.body["detail"].as_str().unwrap();
            assert!(detail.contains(PUBLIC), "where it is: {detail}");
        }
    }
    // A tool on the same machine.
    assert_eq!(server.get("/api/chat/rooms").await.status, 200);
}

#[tokio::test]
async fn what_a_trusted_proxy_passes_is_the_host_that_was_asked_for() {
    let unset = behind_a_proxy("").await;
    let set = behind_a_proxy(PUBLIC).await;
    let xfh = |host| vec![("host", "parlour:3000"), ("x-forwarded-host", host)];
    let elsewhere = "for=192.0.2.1;host=chat.example.org;proto=https";
    let guest = json!({"username": "Alice"});
    let as_page = |mut headers: Vec<(&'static str, &'static str)>| {
        headers.push(("origin", PUBLIC));
        headers
    };
    for headers in [
        xfh("chat.example.org"),
        xfh("Chat.example.org:443"),
        xfh("chat.example.org, inner.example"),
        vec![("host", "parlour:3000"), ("forwarded", elsewhere)],
        vec![
            ("host", "chat.example.org"),
            ("x-forwarded-for", "192.0.2.1"),
        ],
    ] {
        for server in [&unset, &set] {
            let headers = as_page(headers.clone());
            let posted = send(
                server,
                Method::POST,
                "/api/chat/guests",
                &headers,
                Some(guest.clone()),
            );
            let posted = posted.await;
            assert_eq!(posted.status, 201, "{headers:?} {posted:?}");
            assert!(
                server.try_socket("/ws", &headers).await.is_ok(),
                "{headers:?}"
            );
        }
    }
    // A proxy that passes on a name of its own: the public address has to be told then.
    let renamed = as_page(vec![
        ("host", "127.0.0.1:3000"),
        ("x-forwarded-for", "192.0.2.1"),
    ]);
    let posted = |server| {
        send(
            server,
            Method::POST,
            "/api/chat/guests",
            &renamed,
            Some(guest.clone()),
        )
    };
    assert_eq!(posted(&set).await.status, 201);
    posted(&unset).await.refused(403, "forbidden");
    let evil = ask(&set, "/api/chat/rooms", &xfh("evil.example")).await;
    evil.refused(421, "bad_request");
    let evil = [("host", "evil.example"), ("x-forwarded-for", "192.0.2.1")];
    let evil = ask(&set, "/api/chat/rooms", &evil).await;
    evil.refused(421, "bad_request");
}

#[tokio::test]
async fn the_log_says_which_values_differ_and_which_setting_mends_it() {
    let server = Server::plain().await;
    for _ in 0..3 {
        ask(&server, "/", &[("host", "once.example")]).await;
    }
    let log_of = |what: &str| {
        let log = log();
        let lines = log
            .lines()
            .filter(|line| line.contains("WARN") && line.contains(what));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    let lines = log_of("once.example");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains("server.public-url"), "{lines:?}");
    let headers = [
        ("origin", "https://two-values.example"),
        ("host", "inner-name:3000"),
    ];
    send(&server, Method::POST, "/api/chat/guests", &headers, None).await;
    let lines = log_of("https://two-values.example");
    assert!(lines[0].contains("inner-name:3000"), "{lines:?}");
    assert!(lines[0].contains("server.public-url"), "{lines:?}");
}

const BOTS: &str = "https://bots.example";

async fn allowing() -> Server {
    with(|settings| settings.server.allowed_origins = vec![BOTS.to_owned()]).await
}

#[tokio::test]
async fn an_allowed_site_uses_rest_with_a_token_and_never_with_the_cookie() {
    let server = allowing().await;
    let alice = server.guest("Alice").await;
    let bearer = format!("Bearer {}", alice.token);
    let cookie = format!("parlour_session={}", alice.token);
    let cross = [("origin", BOTS), ("sec-fetch-site", "cross-site")];
    let with_token = [cross[0], cross[1], ("authorization", bearer.as_str())];
    let with_cookie = [cross[0], cross[1], ("cookie", cookie.as_str())];
    let messages = "/api/chat/rooms/1/messages";
    let body = Some(json!({"content": "x"}));
    for (headers, status) in [(&cross[..], 401), (&with_cookie, 401), (&with_token, 201)] {
        let answer = send(&server, Method::POST, messages, headers, body.clone()).await;
        assert_eq!(answer.status, status, "{headers:?}");
        assert_eq!(answer.header("access-control-allow-origin"), BOTS);
        assert_eq!(answer.header("access-control-allow-credentials"), "");
        assert!(answer.header("vary").to_lowercase().contains("origin"));
    }
    let answer = ask(&server, "/api/chat/rooms/99", &cross).await;
    answer.refused(404, "room_not_found");
    assert_eq!(answer.header("access-control-allow-origin"), BOTS);
    // What has no origin may not be kept for who has one.
    let own = ask(&server, "/api/chat/rooms", &[]).await;
    assert_eq!(own.header("access-control-allow-origin"), "");
    assert!(own.header("vary").to_lowercase().contains("origin"));

    let mut socket = server.socket("/ws", &with_cookie).await;
    assert_eq!(
        socket.join(1).await["user"],
        Value::Null,
        "nobody, whatever cookie"
    );
    let mut socket = server.socket("/ws", &with_token).await;
    assert_eq!(socket.join(1).await["user"]["name"], "Alice");
}

#[tokio::test]
async fn a_cors_preflight_answers_what_an_allowed_site_may() {
    let server = allowing().await;
    let preflight = |origin, path| {
        let headers = [
            ("origin", origin),
            ("access-control-request-method", "DELETE"),
            (
                "access-control-request-headers",
                "authorization,content-type",
            ),
        ];
        let server = &server;
        async move { send(server, Method::OPTIONS, path, &headers, None).await }
    };
    for path in [
        "/api/chat/rooms/1",
        "/api/chat/rooms/1/messages/7",
        "/api/chat/guests",
    ] {
        let answer = preflight(BOTS, path).await;
        assert!((200..300).contains(&answer.status), "{answer:?}");
        assert_eq!(answer.header("access-control-allow-origin"), BOTS);
        assert!(
            answer
                .header("access-control-allow-methods")
                .contains("DELETE")
        );
        let headers = answer.header("access-control-allow-headers").to_lowercase();
        assert!(headers.contains("authorization") && headers.contains("content-type"));
        assert_eq!(answer.header("access-control-allow-credentials"), "");
    }
    for origin in [
        "http://bots.example",
        "https://bots.example.evil",
        "https://x.bots.example",
        "null",
    ] {
        let answer = preflight(origin, "/api/chat/rooms/1").await;
        answer.refused(403, "forbidden");
        assert_eq!(answer.header("access-control-allow-origin"), "", "{origin}");
    }
    let closed = Server::plain().await;
    let headers = [("origin", BOTS), ("access-control-request-method", "GET")];
    let answer = send(&closed, Method::OPTIONS, "/api/chat/rooms", &headers, None).await;
    answer.refused(403, "forbidden");
}

#[tokio::test]
async fn a_session_cookie_survives_the_setting_of_a_public_address() {
    let server = with(|settings| settings.server.public_url = PUBLIC.to_owned()).await;
    let alice = server.guest("Alice").await;
    let old = format!("parlour_session={}", alice.token);
    let new = format!("__Host-parlour_session={}", alice.token);
    let given = |answer: &Answer| -> Vec<String> {
        let cookies = answer.headers.get_all("set-cookie").iter();
        cookies
            .map(|cookie| cookie.to_str().unwrap().to_owned())
            .collect()
    };
    let cleared =
        |cookie: &String| cookie.starts_with("parlour_session=;") && cookie.contains("Max-Age=0");
    let body = Some(json!({"content": "x"}));
    let headers = [("cookie", old.as_str()), ("origin", PUBLIC)];
    let messages = "/api/chat/rooms/1/messages";
    let answer = send(&server, Method::POST, messages, &headers, body.clone()).await;
    assert_eq!(
        (answer.status, &answer.body["user_id"]),
        (201, &json!(alice.id))
    );
    let cookies = given(&answer);
    assert_eq!(cookies.len(), 2, "{cookies:?}");
    assert!(cookies[0].starts_with(&format!("{new};")) && cookies[0].contains("; Secure"));
    assert!(cleared(&cookies[1]), "{cookies:?}");
    let mut socket = server.socket("/ws", &headers).await;
    assert_eq!(socket.join(1).await["user"]["id"], alice.id);

    // From then on under the new name alone.
    let headers = [("cookie", new.as_str()), ("origin", PUBLIC)];
    let answer = send(&server, Method::POST, messages, &headers, body).await;
    assert_eq!((answer.status, given(&answer).len()), (201, 0));
    let both = format!("{old}; {new}");
    let cookies = given(&ask(&server, "/api/chat/rooms", &[("cookie", &both)]).await);
    assert!(cookies.len() == 1 && cleared(&cookies[0]), "{cookies:?}");
    let nobodys = [("cookie", "parlour_session=nobody")];
    let cookies = given(&ask(&server, "/api/chat/rooms", &nobodys).await);
    assert!(cookies.len() == 1 && cleared(&cookies[0]), "{cookies:?}");
}

#[tokio::test]
async fn a_path_with_a_trailing_slash_redirects_within_the_site() {
    let server = Server::plain().await;
    let http = reqwest::Client::builder();
    let http = http
        .redirect(reqwest::redirect::Policy::none())
        .build()
        .unwrap();
    let leads_to = async |method: Method, path: &str| {
        let answer = http.request(method, server.url(path)).send().await.unwrap();
        let place = answer.headers().get("location");
        let place = place.map(|place| place.to_str().unwrap().to_owned());
        (answer.status().as_u16(), place.unwrap_or_default())
    };
    for (path, place) in [
        ("/api/chat/rooms/", "/api/chat/rooms"),
        (
            "/api/chat/rooms/1/messages/?limit=5",
            "/api/chat/rooms/1/messages?limit=5",
        ),
        ("/rooms/1-lobby//", "/rooms/1-lobby"),
    ] {
        for method in [Method::GET, Method::HEAD, Method::POST] {
            let told = leads_to(method.clone(), path).await;
            assert_eq!(told, (308, place.to_owned()), "{method} {path}");
        }
    }
    for path in [
        "//evil.example/",
        "///evil.example//",
        "/x//evil.example/",
        "/",
    ] {
        assert_eq!(leads_to(Method::GET, path).await.1, "", "{path}");
    }
}
