//! What the island calls: each function's answer, its refusals, and the session it gives.

use crate::harness::{Browser, DAY, LOBBY, Page, Site, Socket};
use parlour_protocol::{AppError, ErrorCode, History, OpenRoom, Room, RoomEntry, User};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// The value of a call that was answered.
#[track_caller]
fn answered<T: DeserializeOwned>(page: &Page) -> T {
    assert_eq!(page.status, 200, "{}: {}", page.path, page.body);
    serde_json::from_str(&page.body).unwrap_or_else(|e| panic!("{}: {e}", page.body))
}

/// Asserts a refusal with the status of its code.
#[track_caller]
fn refused(page: &Page, status: u16, code: ErrorCode) -> AppError {
    assert_eq!(page.status, status, "{}: {}", page.path, page.body);
    let body: Value = serde_json::from_str(&page.body).expect("a refusal is JSON");
    let error: AppError = serde_json::from_value(body["Said"].clone()).expect("a refusal says why");
    assert_eq!(error.code, code, "{}", page.path);
    assert!(error.message.ends_with('.'), "{}", error.message);
    error
}

/// Asserts what is told to a program whose call is none.
#[track_caller]
fn is_a_problem(page: &Page, status: u16, code: &str) {
    assert_eq!(page.status, status, "{}: {}", page.path, page.body);
    assert_eq!(page.header("content-type"), "application/problem+json");
    let body: Value = serde_json::from_str(&page.body).unwrap();
    assert_eq!(body["code"], code);
}

async fn number_of(browser: &Browser, room: &str, content: &str) -> i64 {
    let page = browser.say(room, content).await;
    page.place()
        .open
        .unwrap()
        .history
        .messages
        .last()
        .unwrap()
        .number
}

#[tokio::test]
async fn a_name_makes_a_guest_with_a_session() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    let answer = visitor
        .call("give_name", json!({"username": " Alice "}))
        .await;
    let user: User = answered(&answer);
    assert_eq!(user.name, "Alice");
    let me = visitor.get("/").await.place().me;
    assert_eq!(me, Some(user));
}

#[tokio::test]
async fn the_session_is_a_cookie_that_no_script_reads_and_no_other_site_sends() {
    let site = Site::plain().await;
    let call = site
        .visitor()
        .call("give_name", json!({"username": "Alice"}))
        .await;
    let form = site.visitor().post("/join", &[("username", "Bob")]).await;
    for page in [call, form] {
        let cookie = page.header("set-cookie");
        let mut parts = cookie.split("; ");
        let token = parts
            .next()
            .unwrap()
            .strip_prefix("parlour_session=")
            .unwrap();
        let attributes: Vec<_> = parts.collect();
        for wanted in ["HttpOnly", "SameSite=Lax", "Path=/"] {
            assert!(attributes.contains(&wanted), "{cookie}");
        }
        let age = attributes
            .iter()
            .find_map(|part| part.strip_prefix("Max-Age="));
        let age: u32 = age.unwrap().parse().unwrap();
        assert!(
            age >= 30 * 24 * 60 * 60,
            "it outlives the session: {cookie}"
        );
        assert!(!cookie.contains("Domain"), "{cookie}");
        assert!(token.len() >= 22, "128 bits in base64: {token}");
        assert!(!page.body.contains(token));
        assert!(!site.stores(token.as_bytes()), "it is stored hashed");
    }
}

#[tokio::test]
async fn a_session_lives_for_thirty_days_after_the_last_visit() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    for _ in 0..3 {
        site.clock.advance(29 * DAY);
        assert_eq!(alice.get(LOBBY).await.text("a.me"), "Alice");
    }
    site.clock.advance(31 * DAY);
    assert!(alice.get(LOBBY).await.place().me.is_none());
    let page = alice
        .call("create_room", json!({"name": "Late", "description": ""}))
        .await;
    refused(&page, 401, ErrorCode::SignInRequired);
}

#[tokio::test]
async fn a_token_that_proves_nobody_calls_nothing_in_the_cookies_name() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let path = "/rpc/create_room";
    for token in [&b"Bearer nobody"[..], b"Bearer \xff", b"Bearer"] {
        let token = reqwest::header::HeaderValue::from_bytes(token).unwrap();
        let request = alice.own_request(path).header("authorization", token);
        let request = request.header("accept", "application/json");
        let request = request.json(&json!({"name": "Made", "description": ""}));
        let page = Page::of(path, request.send().await.unwrap()).await;
        refused(&page, 401, ErrorCode::SignInRequired);
    }
}

#[tokio::test]
async fn who_has_a_name_is_given_another_one_and_stays_the_same() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let before = alice.get("/").await.place().me.unwrap();
    let answer = alice.call("give_name", json!({"username": "Alicia"})).await;
    let user: User = answered(&answer);
    assert_eq!((user.id, user.name.as_str()), (before.id, "Alicia"));
    assert_eq!(answer.header("set-cookie"), "", "the session goes on");
}

#[tokio::test]
async fn a_name_that_cannot_be_is_refused_without_a_session() {
    let site = Site::start(|settings| settings.limits.guests_per_minute = 1).await;
    let here = Socket::guest(site.address, 1, "Robin").await;
    let visitor = site.visitor();
    for name in ["", "\u{200b}", "a\u{202e}b", &"x".repeat(33)] {
        let page = visitor.call("give_name", json!({"username": name})).await;
        let error = refused(&page, 422, ErrorCode::Invalid);
        assert_eq!(error.field.as_deref(), Some("username"));
        assert_eq!(page.header("set-cookie"), "");
    }
    let page = visitor
        .call("give_name", json!({"username": "robin"}))
        .await;
    let error = refused(&page, 409, ErrorCode::UsernameTaken);
    assert_eq!(error.field.as_deref(), Some("username"));
    let page = visitor
        .call("give_name", json!({"username": "Alice"}))
        .await;
    let error = refused(&page, 429, ErrorCode::RateLimited);
    assert!(error.retry_after_ms.is_some_and(|ms| ms > 0));
    assert_eq!(page.header("set-cookie"), "");
    assert!(!here.token().is_empty());
}

#[tokio::test]
async fn the_rooms_are_listed_as_the_page_lists_them() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.say(LOBBY, "Hello").await;
    bob.say(LOBBY, "Hi").await;
    alice.room("Attic").await;
    for browser in [&alice, &bob, &site.visitor()] {
        let answer = browser.call("list_rooms", json!({})).await;
        let listed: Vec<RoomEntry> = answered(&answer);
        assert_eq!(listed, browser.get("/").await.place().rooms);
        assert_eq!(listed.len(), 2);
    }
}

#[tokio::test]
async fn a_room_is_opened_as_its_page_opens_it() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let number = number_of(&alice, LOBBY, "Hello").await;
    let answer = alice
        .call("open_room", json!({"room": 1, "message": null}))
        .await;
    let open: OpenRoom = answered(&answer);
    assert_eq!(Some(open), alice.get(LOBBY).await.place().open);
    let answer = alice
        .call("open_room", json!({"room": 1, "message": number}))
        .await;
    let marked: OpenRoom = answered(&answer);
    assert_eq!(marked.marked, Some(number));
    let page = alice.get(&format!("{LOBBY}/m/{number}")).await;
    assert_eq!(Some(marked), page.place().open);
}

#[tokio::test]
async fn what_is_not_there_is_not_opened() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    for room in [99, 0, -1, i64::MAX, i64::MIN] {
        for (function, arguments) in [
            ("open_room", json!({"room": room, "message": null})),
            ("open_room", json!({"room": room, "message": 1})),
            (
                "read_history",
                json!({"room": room, "before": 1, "after": null}),
            ),
        ] {
            let page = visitor.call(function, arguments).await;
            refused(&page, 404, ErrorCode::RoomNotFound);
        }
    }
    for number in [99, 0, -1, i64::MAX, i64::MIN] {
        let page = visitor
            .call("open_room", json!({"room": 1, "message": number}))
            .await;
        refused(&page, 404, ErrorCode::MessageNotFound);
    }
}

#[tokio::test]
async fn history_is_read_in_pages_both_ways() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let mut numbers = Vec::new();
    for n in 1..=60 {
        numbers.push(number_of(&alice, LOBBY, &format!("message {n}")).await);
    }
    let read = async |before: Option<i64>, after: Option<i64>| -> History {
        let arguments = json!({"room": 1, "before": before, "after": after});
        answered(&site.visitor().call("read_history", arguments).await)
    };
    let shown = |history: &History| -> Vec<i64> {
        history
            .messages
            .iter()
            .map(|message| message.number)
            .collect()
    };
    let newest = read(None, None).await;
    assert_eq!(shown(&newest), numbers[10..]);
    assert_eq!((newest.has_older, newest.has_newer), (true, false));
    let older = read(Some(numbers[10]), None).await;
    assert_eq!(shown(&older), numbers[..10]);
    assert_eq!((older.has_older, older.has_newer), (false, true));
    let newer = read(None, Some(numbers[9])).await;
    assert_eq!(shown(&newer), numbers[10..]);
    assert_eq!((newer.has_older, newer.has_newer), (true, false));
    assert!(shown(&read(Some(i64::MIN), None).await).is_empty());
    assert!(shown(&read(None, Some(i64::MAX)).await).is_empty());
}

#[tokio::test]
async fn a_room_is_made_and_everybody_sees_it() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let arguments = json!({"name": " Tea ", "description": "Quiet."});
    let room: Room = answered(&alice.call("create_room", arguments).await);
    assert_eq!(
        (room.name.as_str(), room.description.as_str()),
        ("Tea", "Quiet.")
    );
    assert_eq!(
        room.created_by,
        alice.get("/").await.place().me.map(|me| me.id)
    );
    assert_eq!(
        site.visitor().get("/").await.texts(".room-list bdi"),
        ["Lobby", "Tea"]
    );
}

#[tokio::test]
async fn a_room_that_cannot_be_is_refused_at_its_field() {
    let site = Site::start(|settings| settings.limits.rooms_per_hour = 1).await;
    let alice = site.person("Alice").await;
    let long = "x".repeat(501);
    for (name, description, field, at) in [
        ("", "", "name", None),
        ("a\u{200b}", "", "name", Some(1)),
        ("Tea", &*long, "description", Some(500)),
        ("Tea", "\u{1b}[1ma\u{b}\u{202e}", "description", Some(6)),
    ] {
        let arguments = json!({"name": name, "description": description});
        let page = alice.call("create_room", arguments).await;
        let error = refused(&page, 422, ErrorCode::Invalid);
        assert_eq!((error.field.as_deref(), error.at), (Some(field), at));
    }
    let page = alice
        .call("create_room", json!({"name": "lobby", "description": ""}))
        .await;
    let error = refused(&page, 400, ErrorCode::RoomNameTaken);
    assert_eq!(error.field.as_deref(), Some("name"));
    let page = site
        .visitor()
        .call("create_room", json!({"name": "Tea", "description": ""}))
        .await;
    refused(&page, 401, ErrorCode::SignInRequired);
    let page = alice
        .call("create_room", json!({"name": "One", "description": ""}))
        .await;
    let _: Room = answered(&page);
    let page = alice
        .call("create_room", json!({"name": "Two", "description": ""}))
        .await;
    let error = refused(&page, 429, ErrorCode::RateLimited);
    assert!(error.retry_after_ms.is_some_and(|ms| ms > 0));
}

#[tokio::test]
async fn a_room_is_left() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.say(LOBBY, "Hello").await;
    bob.say(LOBBY, "Hi").await;
    assert_eq!(alice.get("/").await.all(".unread").len(), 1);
    let _: Value = answered(&alice.call("leave_room", json!({"room": 1})).await);
    assert!(alice.get("/").await.has_no(".unread"));
    refused(
        &alice.call("leave_room", json!({"room": 99})).await,
        404,
        ErrorCode::RoomNotFound,
    );
    let page = site.visitor().call("leave_room", json!({"room": 1})).await;
    refused(&page, 401, ErrorCode::SignInRequired);
}

#[tokio::test]
async fn a_room_is_deleted_by_who_made_it_and_nobody_else() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.room("Attic").await;
    refused(
        &bob.call("delete_room", json!({"room": 2})).await,
        403,
        ErrorCode::Forbidden,
    );
    refused(
        &alice.call("delete_room", json!({"room": 1})).await,
        403,
        ErrorCode::Forbidden,
    );
    let page = site.visitor().call("delete_room", json!({"room": 2})).await;
    refused(&page, 401, ErrorCode::SignInRequired);
    let _: Value = answered(&alice.call("delete_room", json!({"room": 2})).await);
    refused(
        &alice.call("delete_room", json!({"room": 2})).await,
        404,
        ErrorCode::RoomNotFound,
    );
    assert_eq!(bob.get("/").await.texts(".room-list bdi"), ["Lobby"]);
}

#[tokio::test]
async fn a_call_that_is_not_one_is_refused() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let deep = "[".repeat(60_000);
    for body in [
        "",
        "{",
        "null",
        "[]",
        "[1]",
        "{}",
        r#"{"room":"one"}"#,
        r#"{"room":1.5}"#,
        &deep,
    ] {
        let request = alice.own_request("/rpc/delete_room");
        let request = request
            .header("content-type", "application/json")
            .body(body.to_owned());
        let page = Page::of("/rpc/delete_room", request.send().await.unwrap()).await;
        is_a_problem(&page, 400, "bad_request");
    }
}

#[tokio::test]
async fn a_call_that_is_too_large_is_refused_before_it_is_read() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let arguments = json!({"name": "Tea", "description": "m".repeat(1 << 20)});
    let page = alice.call("create_room", arguments).await;
    is_a_problem(&page, 413, "too_large");
}

#[tokio::test]
async fn a_function_that_is_none_is_not_found() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    for function in ["nothing", "", "give_name/x", "GIVE_NAME"] {
        let page = alice.call(function, json!({})).await;
        // An address with a slash at its end is the one without it, also where there is nothing.
        let expected = if function.is_empty() { 308 } else { 404 };
        assert_eq!(page.status, expected, "{function}");
        assert!(!page.body.contains("macro"), "{}", page.body);
    }
}
