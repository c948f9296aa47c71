//! What somebody is to a room changes while they are there, and they are told: their role, that they are kept out, that
//! somebody asks to be let in. Who cannot write does not type either.

use crate::harness::{Answer, Guest, LOBBY, Server, Socket};
use crate::invites::{accept, made};
use reqwest::Method;
use serde_json::{Value, json};

async fn call(server: &Server, method: Method, by: &Guest, path: &str, body: Value) -> Answer {
    let path = format!("/api/chat{path}");
    let body = Some(body).filter(|body| !body.is_null());
    server.call(method, &path, Some(by), body).await
}

async fn room(server: &Server, by: &Guest, rules: Value) -> i64 {
    let mut body = json!({"name": "Den"});
    let rules = rules.as_object().unwrap().clone();
    body.as_object_mut().unwrap().extend(rules);
    let made = server.post("/api/chat/rooms", Some(by), body).await;
    assert_eq!(made.status, 201, "{made:?}");
    made.body["id"].as_i64().unwrap()
}

async fn let_in(server: &Server, by: &Guest, room: i64, who: &Guest) {
    let (path, body) = (format!("/rooms/{room}/members"), json!({"user_id": who.id}));
    let let_in = call(server, Method::POST, by, &path, body).await;
    assert_eq!(let_in.status, 204, "{let_in:?}");
}

async fn give(server: &Server, by: &Guest, room: i64, who: &Guest, role: &str) {
    let path = format!("/rooms/{room}/members/{}", who.id);
    let given = call(server, Method::PATCH, by, &path, json!({"role": role})).await;
    assert_eq!(given.status, 204, "{given:?}");
}

async fn ban(server: &Server, by: &Guest, room: i64, who: &Guest) {
    let (path, body) = (format!("/rooms/{room}/bans"), json!({"user_id": who.id}));
    let banned = call(server, Method::POST, by, &path, body).await;
    assert_eq!(banned.status, 201, "{banned:?}");
}

async fn lift(server: &Server, by: &Guest, room: i64, who: &Guest) {
    let path = format!("/rooms/{room}/bans/{}", who.id);
    let lifted = call(server, Method::DELETE, by, &path, Value::Null).await;
    assert_eq!(lifted.status, 204, "{lifted:?}");
}

/// The answer to who looks at a room.
async fn look(socket: &mut Socket, room: i64) -> Value {
    let join = json!({"type": "join", "room_id": room, "look": true});
    socket.send(join).await;
    let welcome = socket.next_of_type("welcome").await;
    socket.next_of_type("users_list").await;
    welcome
}

async fn types(socket: &mut Socket, room: i64) {
    let typing = json!({"type": "typing", "room_id": room, "is_typing": true});
    socket.send(typing).await;
}

/// Who is said to type first, of all who do.
async fn typists(socket: &mut Socket) -> Value {
    socket.next_of_type("typing").await["users"].clone()
}

#[tokio::test]
async fn a_new_role_is_told_on_every_device_and_what_one_may_do_by_it() {
    let server = Server::start(|settings| settings.realtime.heartbeat_ms = 50).await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = room(
        &server,
        &alice,
        json!({"kind": "closed", "posting": "moderators"}),
    )
    .await;
    let_in(&server, &alice, den, &bob).await;
    let (mut phone, mut desk) = (server.browser(&bob).await, server.browser(&bob).await);
    for socket in [&mut phone, &mut desk] {
        assert_eq!(look(socket, den).await["read_only"], "announcements");
    }
    phone.send(json!({"type": "sync_me", "after": 0})).await;
    let known = phone.next_of_type("sync_me").await;
    assert_eq!(known["rooms"][0]["role"], "member");
    let known = known["to"].as_i64().unwrap();

    give(&server, &alice, den, &bob, "moderator").await;
    for socket in [&mut phone, &mut desk] {
        let told = socket.next_of_type("joined").await;
        let expected =
            json!({"type": "joined", "room_id": den, "me": known + 1, "role": "moderator"});
        assert_eq!(told, expected);
        let welcome = look(socket, den).await;
        assert_eq!(
            (&welcome["read_only"], &welcome["may_delete"]),
            (&Value::Null, &Value::Null)
        );
    }
    give(&server, &alice, den, &bob, "owner").await;
    assert_eq!(phone.next_of_type("joined").await["role"], "owner");
    assert_eq!(look(&mut phone, den).await["may_delete"], true);
    // As if the frames had been lost: the heartbeat says that something is missing.
    let is_more = |frame: &Value| frame["type"] == "heartbeat" && frame["me"] == known + 2;
    desk.next_that(is_more).await;
    desk.send(json!({"type": "sync_me", "after": known})).await;
    let missed = desk.next_of_type("sync_me").await;
    let membership = &missed["rooms"][0];
    assert_eq!(
        (&membership["room_id"], &membership["role"]),
        (&json!(den), &json!("owner"))
    );
}

#[tokio::test]
async fn who_is_kept_out_of_what_they_only_read_is_told_so_and_when_it_is_over() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = room(&server, &alice, json!({})).await;
    let mut reading = server.browser(&bob).await;
    assert_eq!(look(&mut reading, den).await["read_only"], Value::Null);
    let open = format!("/rooms/{den}/open");
    let why = async || {
        call(&server, Method::GET, &bob, &open, Value::Null)
            .await
            .body["read_only"]
            .clone()
    };

    ban(&server, &alice, den, &bob).await;
    let left = reading.next_of_type("left").await;
    assert_eq!(
        (&left["room_id"], &left["reason"]),
        (&json!(den), &json!("banned"))
    );
    assert!(left["me"].is_i64());
    assert_eq!(look(&mut reading, den).await["read_only"], "banned");
    assert_eq!(why().await, "banned");
    // Everything that is said there is heard.
    server.say(&alice, den, "among us").await;
    reading.next_of_type("message").await;

    lift(&server, &alice, den, &bob).await;
    let left = reading.next_of_type("left").await;
    assert_eq!(
        (&left["room_id"], &left["reason"]),
        (&json!(den), &json!("lifted"))
    );
    assert_eq!(look(&mut reading, den).await["read_only"], Value::Null);
    assert_eq!(why().await, Value::Null);

    // A member is put out by it, and reads on.
    server.say(&bob, den, "me, too").await;
    assert_eq!(reading.next_of_type("joined").await["room_id"], den);
    ban(&server, &alice, den, &bob).await;
    assert_eq!(reading.next_of_type("left").await["reason"], "banned");
    assert_eq!(look(&mut reading, den).await["read_only"], "banned");
}

#[tokio::test]
async fn who_is_kept_out_of_what_they_do_not_see_hears_nothing_of_it() {
    let server = Server::start(|settings| settings.realtime.heartbeat_ms = 50).await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = room(&server, &alice, json!({"kind": "closed"})).await;
    let mut hearing = server.browser(&bob).await;
    ban(&server, &alice, den, &bob).await;
    lift(&server, &alice, den, &bob).await;
    let frames = hearing.everything(LOBBY).await;
    let is_of_it = |frame: &Value| frame.to_string().contains(&den.to_string());
    assert!(!frames.iter().any(is_of_it), "{frames:?}");
    hearing.send(json!({"type": "sync_me", "after": 0})).await;
    let missed = hearing.next_of_type("sync_me").await;
    assert!(!is_of_it(&missed), "{missed}");
}

#[tokio::test]
async fn who_may_not_write_does_not_type() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = room(
        &server,
        &alice,
        json!({"kind": "closed", "posting": "moderators"}),
    )
    .await;
    let_in(&server, &alice, den, &bob).await;
    let (mut hers, mut his) = (
        server.joined(&alice, den).await,
        server.joined(&bob, den).await,
    );
    types(&mut his, den).await;
    // Whatever he says behind it is answered behind it.
    his.send(json!({"type": "sync", "room_id": den, "after": 0}))
        .await;
    his.next_of_type("sync").await;
    types(&mut hers, den).await;
    assert_eq!(typists(&mut hers).await, json!(["Alice"]));

    give(&server, &alice, den, &bob, "moderator").await;
    types(&mut his, den).await;
    assert_eq!(typists(&mut hers).await, json!(["Alice", "Bob"]));
    // Who writes there no more has stopped.
    give(&server, &alice, den, &bob, "member").await;
    assert_eq!(typists(&mut hers).await, json!(["Alice"]));
}

#[tokio::test]
async fn who_is_blocked_does_not_type_to_who_blocks_them() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let body = json!({"user_ids": [bob.id]});
    let direct = server.post("/api/chat/direct", Some(&alice), body).await;
    let direct = direct.body["id"].as_i64().unwrap();
    let (mut hers, mut his) = (
        server.joined(&alice, direct).await,
        server.joined(&bob, direct).await,
    );
    types(&mut his, direct).await;
    assert_eq!(typists(&mut hers).await, json!(["Bob"]));
    his.send(json!({"type": "typing", "room_id": direct, "is_typing": false}))
        .await;
    assert_eq!(typists(&mut hers).await, json!([]));

    let block = format!("/me/blocks/{}", bob.id);
    let blocked = call(&server, Method::PUT, &alice, &block, Value::Null).await;
    assert_eq!(blocked.status, 204);
    types(&mut his, direct).await;
    his.send(json!({"type": "sync", "room_id": direct, "after": 0}))
        .await;
    let is_answer = |frame: &Value| frame["type"] == "sync" || frame["type"] == "error";
    assert_eq!(
        his.next_that(is_answer).await["type"],
        "sync",
        "he is told nothing"
    );
    let unblocked = call(&server, Method::DELETE, &alice, &block, Value::Null).await;
    assert_eq!(unblocked.status, 204);
    // He would be among those who type still.
    types(&mut hers, direct).await;
    assert_eq!(typists(&mut hers).await, json!(["Alice"]));
}

#[tokio::test]
async fn who_decides_hears_that_somebody_asks_and_who_asks_what_became_of_it() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let carol = server.guest("Carol").await;
    let den = room(&server, &alice, json!({"kind": "closed"})).await;
    let_in(&server, &alice, den, &carol).await;
    let code = made(&server, &alice, json!({"room_id": den, "ask": true})).await;
    let (mut deciding, mut beside) = (server.browser(&alice).await, server.browser(&carol).await);
    for socket in [&mut deciding, &mut beside] {
        assert_eq!(look(socket, den).await["asking"], Value::Null);
    }
    let mut asking = server.browser(&bob).await;
    assert_eq!(accept(&server, &code, Some(&bob), None).await.status, 202);
    let told = deciding.next_of_type("joined").await;
    assert_eq!(
        (&told["room_id"], &told["role"]),
        (&json!(den), &Value::Null)
    );
    assert_eq!(look(&mut deciding, den).await["asking"], 1);
    let open = format!("/rooms/{den}/open");
    let asked = async |who: &Guest| {
        call(&server, Method::GET, who, &open, Value::Null)
            .await
            .body["asking"]
            .clone()
    };
    assert_eq!(
        (asked(&alice).await, asked(&carol).await),
        (json!(1), Value::Null)
    );
    assert_eq!(look(&mut beside, den).await["asking"], Value::Null);

    let answer = format!("/rooms/{den}/requests/{}", bob.id);
    let refused = call(&server, Method::DELETE, &alice, &answer, Value::Null).await;
    assert_eq!(refused.status, 204);
    deciding.next_of_type("joined").await;
    assert_eq!(look(&mut deciding, den).await["asking"], Value::Null);
    let left = asking.next_of_type("left").await;
    assert_eq!(
        (&left["room_id"], &left["reason"]),
        (&json!(den), &json!("refused"))
    );
    assert!(left["me"].is_i64());
    let frames = beside.everything(den).await;
    let is_told = |frame: &Value| frame["type"] == "joined" || frame["type"] == "left";
    assert!(!frames.iter().any(is_told), "{frames:?}");
}

#[tokio::test]
async fn who_asks_is_answered_as_well_by_being_let_in_or_banned() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let carol = server.guest("Carol").await;
    let den = room(&server, &alice, json!({"kind": "closed"})).await;
    let code = made(&server, &alice, json!({"room_id": den, "ask": true})).await;
    let mut deciding = server.browser(&alice).await;
    let mut asking = server.browser(&carol).await;
    for who in [&bob, &carol] {
        assert_eq!(accept(&server, &code, Some(who), None).await.status, 202);
        deciding.next_of_type("joined").await;
    }
    assert_eq!(look(&mut deciding, den).await["asking"], 2);
    let_in(&server, &alice, den, &bob).await;
    deciding.next_of_type("joined").await;
    assert_eq!(look(&mut deciding, den).await["asking"], 1);
    let bans = format!("/rooms/{den}/bans");
    let body = json!({"user_id": carol.id});
    let banned = call(&server, Method::POST, &alice, &bans, body).await;
    assert_eq!(banned.status, 201, "{banned:?}");
    deciding.next_of_type("joined").await;
    assert_eq!(look(&mut deciding, den).await["asking"], Value::Null);
    assert_eq!(asking.next_of_type("left").await["reason"], "refused");
}

#[tokio::test]
async fn a_key_that_was_used_where_one_is_no_more_is_refused_as_what_it_is() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = room(&server, &alice, json!({"kind": "closed"})).await;
    let other = room(&server, &alice, json!({"kind": "closed"})).await;
    let_in(&server, &alice, den, &bob).await;
    let send = async |room: i64, key: &str| {
        let body = json!({"content": "hi", "client_id": key});
        call(
            &server,
            Method::POST,
            &bob,
            &format!("/rooms/{room}/messages"),
            body,
        )
        .await
    };
    assert_eq!(send(den, "k").await.status, 201);
    // While he sees it, it is the first message's wherever it is sent.
    let repeated = send(LOBBY, "k").await;
    assert_eq!(
        (repeated.status, &repeated.body["room_id"]),
        (200, &json!(den))
    );
    let path = format!("/rooms/{den}/members/{}", bob.id);
    let put_out = call(&server, Method::DELETE, &alice, &path, Value::Null).await;
    assert_eq!(put_out.status, 204);

    let used = send(LOBBY, "k").await;
    used.refused(422, "invalid");
    assert_eq!(used.body["field"], "client_id");
    assert!(!used.body.to_string().contains(&den.to_string()));
    let mut socket = server.joined(&bob, LOBBY).await;
    socket
        .send(json!({"type": "message", "room_id": LOBBY, "content": "hi", "client_id": "k"}))
        .await;
    let refused = socket.next_of_type("error").await;
    assert_eq!(
        (&refused["code"], &refused["client_id"]),
        (&json!("invalid"), &json!("k"))
    );
    // Of rooms that are none to him the key makes no difference.
    for (room, key) in [(den, "k"), (other, "k"), (other, "new"), (9_999, "k")] {
        send(room, key).await.refused(404, "room_not_found");
    }
    assert_eq!(send(LOBBY, "another").await.status, 201);
}
