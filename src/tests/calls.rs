//! What the island calls: each call's answer, its refusals, and the session it gives.

use crate::harness::{Browser, DAY, LOBBY, Page, Site, Socket, create_room, delete_room};
use parlour_protocol::calls::{self, Answer, Answered, Refused, Request};
use parlour_protocol::json::FromJson;
use parlour_protocol::{
    AppError, ErrorCode, History, MessageId, Number, OpenRoom, Room, RoomEntry, RoomId, User,
};
use reqwest::Method;
use serde_json::{Value, json};

const FIRST: RoomId = RoomId(1);

fn answer(page: &Page) -> Answer {
    Some(Answered {
        is_ok: page.status < 300,
        text: page.body.clone(),
    })
}

/// What the island reads in the answer to a call.
#[track_caller]
fn answered<T: FromJson>(page: &Page) -> T {
    assert!([200, 201].contains(&page.status), "{}", page.status);
    calls::answered(answer(page)).unwrap_or_else(|e| panic!("{}: {e}", page.body))
}

#[track_caller]
fn done(page: &Page) {
    assert_eq!(calls::done(answer(page)), Ok(()), "{}", page.body);
}

/// Asserts a refusal with the status of its code.
#[track_caller]
fn refused(page: &Page, status: u16, code: ErrorCode) -> AppError {
    assert_eq!(page.status, status, "{}: {}", page.path, page.body);
    assert_eq!(page.header("content-type"), "application/problem+json");
    let Err(Refused::Said(error)) = calls::done(answer(page)) else {
        panic!("a refusal says why: {}", page.body);
    };
    assert_eq!(error.code, code, "{}", page.path);
    assert!(error.message.ends_with('.'), "{}", error.message);
    error
}

async fn number_of(browser: &Browser, room: &str, content: &str) -> Number {
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
    let answer = visitor.call(&Request::give_name(" Alice ")).await;
    let user: User = answered(&answer);
    assert_eq!(user.name, "Alice");
    let me = visitor.get("/").await.place().me;
    assert_eq!(me, Some(user));
}

#[tokio::test]
async fn the_session_is_a_cookie_that_no_script_reads_and_no_other_site_sends() {
    let site = Site::plain().await;
    let call = site.visitor().call(&Request::give_name("Alice")).await;
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
        site.clock.set_by(29 * DAY);
        assert_eq!(alice.get(LOBBY).await.text("a.me"), "Alice");
    }
    site.clock.set_by(31 * DAY);
    assert!(alice.get(LOBBY).await.place().me.is_none());
    let page = alice.call(&create_room("Late", "")).await;
    refused(&page, 401, ErrorCode::SignInRequired);
}

#[tokio::test]
async fn a_token_that_proves_nobody_calls_nothing_in_the_cookies_name() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let path = "/api/chat/rooms";
    for token in [&b"Bearer nobody"[..], b"Bearer \xff", b"Bearer"] {
        let token = reqwest::header::HeaderValue::from_bytes(token).unwrap();
        let request = alice.own_request(path).header("authorization", token);
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
    let answer = alice.call(&Request::give_name("Alicia")).await;
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
        let page = visitor.call(&Request::give_name(name)).await;
        let error = refused(&page, 422, ErrorCode::Invalid);
        assert_eq!(error.field.as_deref(), Some("username"));
        assert_eq!(page.header("set-cookie"), "");
    }
    let page = visitor.call(&Request::give_name("robin")).await;
    let error = refused(&page, 409, ErrorCode::UsernameTaken);
    assert_eq!(error.field.as_deref(), Some("username"));
    let page = visitor.call(&Request::give_name("Alice")).await;
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
        let answer = browser.call(&Request::list_rooms()).await;
        let listed: Vec<RoomEntry> = answered(&answer);
        assert_eq!(listed, browser.get("/").await.place().rooms);
        assert_eq!(listed.len(), 2);
    }
}

/// Without the ids of messages, which a page leaves out.
fn as_on_a_page(mut open: OpenRoom) -> OpenRoom {
    for message in &mut open.history.messages {
        message.id = MessageId::default();
    }
    open
}

#[tokio::test]
async fn a_room_is_opened_as_its_page_opens_it() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let number = number_of(&alice, LOBBY, "Hello").await;
    let answer = alice.call(&Request::open_room(FIRST, None)).await;
    let open = as_on_a_page(answered(&answer));
    assert_eq!(Some(open), alice.get(LOBBY).await.place().open);
    let answer = alice.call(&Request::open_room(FIRST, Some(number))).await;
    let marked: OpenRoom = answered(&answer);
    assert_eq!(marked.marked, Some(number));
    let around = format!("/api/chat/rooms/1/open?unread=true&around={number}");
    assert_eq!(answered::<OpenRoom>(&alice.get(&around).await), marked);
    let page = alice.get(&format!("{LOBBY}/m/{number}")).await;
    assert_eq!(Some(as_on_a_page(marked)), page.place().open);
}

#[tokio::test]
async fn what_is_not_there_is_not_opened() {
    let site = Site::plain().await;
    let visitor = site.visitor();
    for room in [99, 0, -1, i64::MAX, i64::MIN] {
        for call in [
            Request::open_room(RoomId(room), None),
            Request::open_room(RoomId(room), Some(Number(1))),
            Request::unread_room(RoomId(room)),
            Request::older(RoomId(room), Number(1)),
            Request::newer(RoomId(room), Number(1)),
        ] {
            let page = visitor.call(&call).await;
            refused(&page, 404, ErrorCode::RoomNotFound);
        }
    }
    for number in [99, 0, -1, i64::MAX, i64::MIN] {
        let page = visitor
            .call(&Request::open_room(FIRST, Some(Number(number))))
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
    let read = async |call: Request| -> History { answered(&site.visitor().call(&call).await) };
    let shown = |history: &History| -> Vec<Number> {
        history
            .messages
            .iter()
            .map(|message| message.number)
            .collect()
    };
    let older = read(Request::older(FIRST, numbers[10])).await;
    assert_eq!(shown(&older), numbers[..10]);
    assert_eq!((older.has_older, older.has_newer), (false, true));
    let newer = read(Request::newer(FIRST, numbers[9])).await;
    assert_eq!(shown(&newer), numbers[10..]);
    assert_eq!((newer.has_older, newer.has_newer), (true, false));
    assert!(shown(&read(Request::older(FIRST, Number(i64::MIN))).await).is_empty());
    assert!(shown(&read(Request::newer(FIRST, Number(i64::MAX))).await).is_empty());
}

#[tokio::test]
async fn a_room_is_made_and_everybody_sees_it() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    let room: Room = answered(&alice.call(&create_room(" Tea ", "Quiet.")).await);
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
        let page = alice.call(&create_room(name, description)).await;
        let error = refused(&page, 422, ErrorCode::Invalid);
        assert_eq!((error.field.as_deref(), error.at), (Some(field), at));
    }
    let page = alice.call(&create_room("lobby", "")).await;
    let error = refused(&page, 400, ErrorCode::RoomNameTaken);
    assert_eq!(error.field.as_deref(), Some("name"));
    let page = site.visitor().call(&create_room("Tea", "")).await;
    refused(&page, 401, ErrorCode::SignInRequired);
    let page = alice.call(&create_room("One", "")).await;
    let _: Room = answered(&page);
    let page = alice.call(&create_room("Two", "")).await;
    let error = refused(&page, 429, ErrorCode::RateLimited);
    assert!(error.retry_after_ms.is_some_and(|ms| ms > 0));
}

#[tokio::test]
async fn a_room_is_joined_and_left() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    bob.say(LOBBY, "Hello?").await;
    done(&alice.call(&Request::join_room(FIRST)).await);
    assert!(alice.get("/").await.has_no(".unread"), "all is read");
    bob.say(LOBBY, "Hi").await;
    assert_eq!(alice.get("/").await.all(".unread").len(), 1);
    done(&alice.call(&Request::leave_room(FIRST)).await);
    assert!(alice.get("/").await.has_no(".unread"));
    for call in [Request::join_room, Request::leave_room] {
        let page = alice.call(&call(RoomId(99))).await;
        refused(&page, 404, ErrorCode::RoomNotFound);
        let page = site.visitor().call(&call(FIRST)).await;
        refused(&page, 401, ErrorCode::SignInRequired);
    }
}

#[tokio::test]
async fn a_room_is_deleted_by_who_made_it_and_nobody_else() {
    let site = Site::plain().await;
    let (alice, bob) = (site.person("Alice").await, site.person("Bob").await);
    alice.room("Attic").await;
    refused(
        &bob.call(&delete_room(RoomId(2))).await,
        403,
        ErrorCode::Forbidden,
    );
    refused(
        &alice.call(&delete_room(RoomId(1))).await,
        403,
        ErrorCode::Forbidden,
    );
    let page = site.visitor().call(&delete_room(RoomId(2))).await;
    refused(&page, 401, ErrorCode::SignInRequired);
    done(&alice.call(&delete_room(RoomId(2))).await);
    refused(
        &alice.call(&delete_room(RoomId(2))).await,
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
        "[\"Tea\"]",
        "{}",
        r#"{"username":1}"#,
        r#"{"username":null}"#,
        &deep,
    ] {
        let path = "/api/chat/me";
        let request = alice.own(Method::POST, path);
        let request = request
            .header("content-type", "application/json")
            .body(body.to_owned());
        let page = Page::of(path, request.send().await.unwrap()).await;
        refused(&page, 400, ErrorCode::BadRequest);
    }
    let long = create_room("Tea", &"m".repeat(1 << 20));
    refused(&alice.call(&long).await, 413, ErrorCode::TooLarge);
    assert_eq!(alice.get("/").await.text("a.me"), "Alice");
}

#[tokio::test]
async fn a_page_from_before_calls_were_rest_is_sent_to_the_page_of_now() {
    let site = Site::plain().await;
    let alice = site.person("Alice").await;
    for (call, code) in [
        ("open_room", "room_not_found"),
        ("read_history", "not_found"),
        ("leave_room", "not_found"),
    ] {
        let path = format!("/rpc/{call}");
        let request = alice.own_request(&path).json(&json!({"room": 1}));
        let page = Page::of(&path, request.send().await.unwrap()).await;
        assert_eq!(page.status, 404);
        let body: Value = serde_json::from_str(&page.body).unwrap();
        assert_eq!(body["Said"]["code"], code);
        assert!(body["Said"]["message"].is_string());
    }
}
