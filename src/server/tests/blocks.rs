//! Blocks on all devices: whoever blocks somebody hears it on each of their sockets, live or later, and nobody else does.

use crate::harness::{Guest, LOBBY, Server, Socket};
use reqwest::Method;
use serde_json::{Value, json};

async fn set(server: &Server, method: Method, by: &Guest, whom: &Guest) {
    let path = format!("/api/chat/me/blocks/{}", whom.id);
    let answer = server.call(method, &path, Some(by), None).await;
    assert_eq!(answer.status, 204, "{answer:?}");
}

async fn asked(socket: &mut Socket, question: Value) -> Value {
    let kind = question["type"].as_str().unwrap().to_owned();
    socket.send(question).await;
    socket.next_of_type(&kind).await
}

/// A page that hears live: before that the list says what a socket missed.
async fn let_in(server: &Server, guest: &Guest) -> Socket {
    let mut socket = server.browser(guest).await;
    asked(&mut socket, json!({"type": "rooms"})).await;
    socket
}

#[tokio::test]
async fn a_block_is_told_to_each_socket_of_its_person_and_to_nobody_else() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let mut phone = server.joined(&alice, LOBBY).await;
    let mut desk = let_in(&server, &alice).await;
    let mut his = server.joined(&bob, LOBBY).await;
    let mut visitor = server.socket("/ws", &[]).await;
    visitor
        .send(json!({"type": "join", "room_id": LOBBY}))
        .await;
    for _ in 0..2 {
        // Twice is once, and nothing is told.
        set(&server, Method::PUT, &alice, &bob).await;
    }
    for _ in 0..2 {
        set(&server, Method::DELETE, &alice, &bob).await;
    }
    for socket in [&mut phone, &mut desk] {
        let told = socket.next_of_type("blocks").await;
        assert_eq!(
            told,
            json!({"type": "blocks", "blocked": [bob.id], "me": 2})
        );
        let told = socket.next_of_type("blocks").await;
        assert_eq!(told, json!({"type": "blocks", "me": 3}));
    }
    for other in [&mut his, &mut visitor] {
        for frame in other.everything(LOBBY).await {
            assert_ne!(frame["type"], "blocks");
            assert_eq!(frame.get("blocked"), None);
        }
    }
    let sync = asked(&mut desk, json!({"type": "sync_me", "after": 3})).await;
    assert_eq!(
        sync,
        json!({"type": "sync_me", "rooms": [], "from": 3, "to": 3, "complete": true, "role": "guest"})
    );
}

#[tokio::test]
async fn whom_one_has_blocked_meanwhile_says_the_sync_and_the_list_of_rooms() {
    let server = Server::start(|settings| settings.realtime.heartbeat_ms = 100).await;
    let alice = server.guest("Alice").await;
    let (bob, carol) = (server.guest("Bob").await, server.guest("Carol").await);
    let mut desk = server.browser(&alice).await;
    let before = asked(&mut desk, json!({"type": "rooms"})).await;
    assert_eq!((&before["me"], before.get("blocked")), (&json!(0), None));
    for whom in [&carol, &bob] {
        set(&server, Method::PUT, &alice, whom).await;
    }
    desk.next_that(|frame| frame["type"] == "heartbeat" && frame["me"] == 2)
        .await;
    let blocked = json!([bob.id, carol.id]);
    let sync = asked(&mut desk, json!({"type": "sync_me", "after": 0})).await;
    assert_eq!((&sync["to"], &sync["blocked"]), (&json!(2), &blocked));
    let known = json!({"type": "rooms", "known": before["hash"]});
    for mut socket in [desk, server.browser(&alice).await] {
        let list = asked(&mut socket, known.clone()).await;
        assert_eq!(list.get("rooms"), None, "the list is as it was");
        assert_eq!((&list["me"], &list["blocked"]), (&json!(2), &blocked));
    }
    // Too much, or of another database: it is told all the same.
    let mut phone = server.browser(&alice).await;
    let sync = asked(&mut phone, json!({"type": "sync_me", "after": 9})).await;
    assert_eq!((&sync["reset"], &sync["blocked"]), (&json!(true), &blocked));
}

#[tokio::test]
async fn who_blocks_a_guest_blocks_who_they_sign_in_as_and_hears_so() {
    let server = Server::plain().await;
    let account = json!({"username": "Alice", "password": "jam to-morrow"});
    let made = server
        .post("/api/chat/accounts", None, account.clone())
        .await;
    let alice = made.body["user"]["id"].clone();
    let (guest, bob) = (server.guest("Al").await, server.guest("Bob").await);
    let mut his = let_in(&server, &bob).await;
    set(&server, Method::PUT, &bob, &guest).await;
    let told = his.next_of_type("blocks").await;
    assert_eq!(told["blocked"], json!([guest.id]));
    let signed_in = server
        .post("/api/chat/sessions", Some(&guest), account)
        .await;
    assert_eq!(signed_in.status, 201, "{signed_in:?}");
    let told = his.next_of_type("blocks").await;
    assert_eq!(
        told,
        json!({"type": "blocks", "blocked": [alice, guest.id], "me": 2})
    );
    // Taken back of the account, it is of whoever they were before.
    let account = Guest {
        id: alice.as_i64().unwrap(),
        token: String::new(),
    };
    set(&server, Method::DELETE, &bob, &account).await;
    let told = his.next_of_type("blocks").await;
    assert_eq!(told.get("blocked"), None, "{told}");
}

#[tokio::test]
async fn a_person_blocks_a_thousand_at_most() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let many = format!(
        "INSERT INTO users (name, folded, skeleton, kind, created_at) WITH RECURSIVE n(i) AS \
        (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000) \
        SELECT 'n' || i, 'n' || i, 'n' || i, 'guest', 0 FROM n; \
        INSERT INTO blocks (user_id, blocked_id, blocked_at) \
        SELECT {}, id, 0 FROM users WHERE name LIKE 'n%'",
        alice.id
    );
    server.ctx.store.execute_sql(many).await;
    let path = format!("/api/chat/me/blocks/{}", bob.id);
    let one_more = server.call(Method::PUT, &path, Some(&alice), None).await;
    one_more.refused(422, "invalid");
    let one = "SELECT max(id) FROM users WHERE name LIKE 'n%'";
    let one: Vec<i64> = server.ctx.store.query_sql(one).await;
    let one = Guest {
        id: one[0],
        ..bob.clone()
    };
    // Twice is once, also then; and in the place of one there is room for another.
    set(&server, Method::PUT, &alice, &one).await;
    set(&server, Method::DELETE, &alice, &one).await;
    set(&server, Method::PUT, &alice, &bob).await;
}
