//! Who may see a room and write in it, as its owner decides: at REST and at the sockets.

use crate::harness::{Answer, Guest, LOBBY, Server};
use reqwest::Method;
use serde_json::{Value, json};

async fn change(server: &Server, by: &Guest, room: i64, body: Value) -> Answer {
    let path = format!("/api/chat/rooms/{room}");
    server
        .call(Method::PATCH, &path, Some(by), Some(body))
        .await
}

async fn changed(server: &Server, by: &Guest, room: i64, body: Value) {
    let answer = change(server, by, room, body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

async fn made(server: &Server, by: &Guest, body: Value) -> i64 {
    let answer = server.post("/api/chat/rooms", Some(by), body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.body["id"].as_i64().unwrap()
}

async fn post(server: &Server, by: &Guest, room: i64) -> Answer {
    let path = format!("/api/chat/rooms/{room}/messages");
    server.post(&path, Some(by), json!({"content": "hi"})).await
}

async fn join(server: &Server, by: &Guest, room: i64) -> Answer {
    let path = format!("/api/chat/rooms/{room}/membership");
    server.call(Method::POST, &path, Some(by), None).await
}

async fn listed(server: &Server, by: Option<&Guest>) -> Vec<i64> {
    let list = server.call(Method::GET, "/api/chat/rooms", by, None).await;
    let rooms = list.body.as_array().unwrap().clone();
    rooms
        .iter()
        .map(|room| room["id"].as_i64().unwrap())
        .collect()
}

#[tokio::test]
async fn a_room_is_made_and_answered_with_its_rules() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let body = json!({"name": "Den", "kind": "closed", "posting": "members", "guests": "read"});
    let made = server.post("/api/chat/rooms", Some(&alice), body).await;
    let rules = |answer: &Answer| {
        ["kind", "posting", "guests", "archived"].map(|field| answer.body[field].clone())
    };
    let expected = [
        json!("closed"),
        json!("members"),
        json!("read"),
        json!(false),
    ];
    assert_eq!((made.status, rules(&made)), (201, expected.clone()));
    let path = made.header("location").to_owned();
    let found = server.call(Method::GET, &path, Some(&alice), None).await;
    assert_eq!((found.status, rules(&found)), (200, expected));
    let plain = server.room(&alice, "Garden").await;
    let plain = server.get(&format!("/api/chat/rooms/{plain}")).await;
    let usual = [json!("open"), json!("all"), json!("write"), json!(false)];
    assert_eq!(rules(&plain), usual);
    // One that has a name is for more than these people.
    let direct = json!({"name": "Us", "kind": "direct"});
    let direct = server.post("/api/chat/rooms", Some(&alice), direct).await;
    direct.refused(422, "invalid");
    assert_eq!(direct.body["field"], "kind");
    let unknown = json!({"name": "Us", "kind": "secret"});
    let unknown = server.post("/api/chat/rooms", Some(&alice), unknown).await;
    unknown.refused(400, "bad_request");
}

#[tokio::test]
async fn a_room_that_is_closed_goes_out_of_sight_and_comes_back_when_it_is_opened() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let room = server.room(&alice, "Garden").await;
    let mut member = server.joined(&alice, room).await;
    let mut looking = server.browser(&bob).await;
    looking
        .send(json!({"type": "join", "room_id": room, "look": true}))
        .await;
    looking.next_of_type("welcome").await;
    let mut nobody = server.socket("/ws", &[]).await;
    nobody.join(LOBBY).await;

    changed(&server, &alice, room, json!({"kind": "closed"})).await;
    for socket in [&mut looking, &mut nobody] {
        assert_eq!(socket.next_of_type("room_deleted").await["room_id"], room);
    }
    assert_eq!(member.next_of_type("room_changed").await["id"], room);
    let path = format!("/api/chat/rooms/{room}");
    let hidden = server.call(Method::GET, &path, Some(&bob), None).await;
    let none = server
        .call(Method::GET, "/api/chat/rooms/999", Some(&bob), None)
        .await;
    assert_eq!((hidden.status, &hidden.body), (404, &none.body));
    assert_eq!(listed(&server, Some(&bob)).await, [LOBBY]);
    assert_eq!(listed(&server, Some(&alice)).await, [room, LOBBY]);
    member.say(room, "among us").await;
    for socket in [&mut looking, &mut nobody] {
        let frames = socket.everything(LOBBY).await;
        let told = frames
            .iter()
            .any(|frame| frame.to_string().contains("among us"));
        assert!(!told, "{frames:?}");
    }

    changed(&server, &alice, room, json!({"kind": "open"})).await;
    for socket in [&mut looking, &mut nobody] {
        assert_eq!(socket.next_of_type("room_changed").await["id"], room);
        socket.join(room).await;
    }
    member.say(room, "among all").await;
    assert_eq!(nobody.next_of_type("message").await["content"], "among all");
}

#[tokio::test]
async fn a_one_room_socket_ends_when_its_room_is_closed_unless_it_is_a_member_s() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let room = made(
        &server,
        &alice,
        json!({"name": "Library", "guests": "read"}),
    )
    .await;
    let one = async |guest: &Guest| {
        let bearer = format!("Bearer {}", guest.token);
        let path = format!("/ws/chat/{room}");
        let mut socket = server.socket(&path, &[("authorization", &bearer)]).await;
        socket.send(json!({})).await;
        socket.next_of_type("welcome").await;
        socket
    };
    let (mut member, mut reader) = (one(&alice).await, one(&bob).await);
    changed(&server, &alice, room, json!({"kind": "closed"})).await;
    assert_eq!(reader.closed().await.0, 4404);
    member.say(room, "still here").await;
}

#[tokio::test]
async fn a_closed_room_is_not_opened_under_the_name_of_an_open_one() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let den = made(&server, &alice, json!({"name": "Den", "kind": "closed"})).await;
    // Nobody else's name is in its way, nor is its in theirs.
    let bob = server.guest("Bob").await;
    server.room(&bob, "den").await;
    let refused = change(&server, &alice, den, json!({"kind": "open"})).await;
    refused.refused(400, "room_name_taken");
    let renamed = json!({"kind": "open", "name": "Den of Alice"});
    changed(&server, &alice, den, renamed).await;
    assert!(listed(&server, None).await.contains(&den));
}

#[tokio::test]
async fn in_a_room_for_announcements_its_owner_posts_and_members_read() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let news = made(
        &server,
        &alice,
        json!({"name": "News", "posting": "moderators"}),
    )
    .await;
    assert_eq!(join(&server, &bob, news).await.status, 204);
    post(&server, &bob, news).await.refused(403, "read_only");
    assert_eq!(post(&server, &alice, news).await.status, 201);
    let mut socket = server.joined(&bob, news).await;
    let send = json!({"type": "message", "room_id": news, "content": "x", "client_id": "k"});
    socket.send(send).await;
    let error = socket.next_of_type("error").await;
    assert_eq!(
        (&error["code"], &error["client_id"]),
        (&json!("read_only"), &json!("k"))
    );
    changed(&server, &alice, news, json!({"posting": "members"})).await;
    assert_eq!(post(&server, &bob, news).await.status, 201);
    let carol = server.guest("Carol").await;
    post(&server, &carol, news).await.refused(403, "read_only");
}

#[tokio::test]
async fn guests_read_a_room_where_they_may_not_write_and_see_none_where_they_may_not_read() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let room = made(
        &server,
        &alice,
        json!({"name": "Library", "guests": "read"}),
    )
    .await;
    post(&server, &bob, room).await.refused(403, "read_only");
    join(&server, &bob, room).await.refused(403, "read_only");
    // A socket reads all the same.
    let mut reading = server.browser(&bob).await;
    reading.join(room).await;
    assert_eq!(post(&server, &alice, room).await.status, 201);
    reading.next_of_type("message").await;

    changed(&server, &alice, room, json!({"guests": "no"})).await;
    assert_eq!(reading.next_of_type("room_deleted").await["room_id"], room);
    post(&server, &bob, room)
        .await
        .refused(404, "room_not_found");
    let path = format!("/api/chat/rooms/{room}");
    server.get(&path).await.refused(404, "room_not_found");
    assert_eq!(listed(&server, Some(&bob)).await, [LOBBY]);
    // Its owner is a guest, too, and a member.
    assert_eq!(listed(&server, Some(&alice)).await, [room, LOBBY]);
    assert_eq!(post(&server, &alice, room).await.status, 201);
    // Who has an account sees it, and comes in.
    let carol = server.guest("Carol").await;
    let promote = format!("UPDATE users SET kind = 'member' WHERE id = {}", carol.id);
    server.ctx.store.execute_sql(&promote).await;
    assert_eq!(listed(&server, Some(&carol)).await, [room, LOBBY]);
    let mut account = server.joined(&carol, room).await;
    account.say(room, "I am registered").await;
}

#[tokio::test]
async fn an_archived_room_is_read_and_in_no_list_until_it_is_taken_back() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let room = server.room(&alice, "Garden").await;
    let said = server.say(&bob, room, "roses").await;
    let number = said["number"].as_i64().unwrap();
    change(&server, &bob, room, json!({"archived": true}))
        .await
        .refused(403, "forbidden");
    changed(&server, &alice, room, json!({"archived": true})).await;
    for by in [None, Some(&alice), Some(&bob)] {
        assert_eq!(listed(&server, by).await, [LOBBY]);
        let mine = server
            .call(Method::GET, "/api/chat/me/rooms", by, None)
            .await;
        assert!(!mine.body.to_string().contains("Garden"), "{mine:?}");
    }
    let path = format!("/api/chat/rooms/{room}");
    let found = server.get(&path).await;
    assert_eq!((found.status, &found.body["archived"]), (200, &json!(true)));
    for by in [&alice, &bob] {
        post(&server, by, room).await.refused(403, "read_only");
    }
    let carol = server.guest("Carol").await;
    join(&server, &carol, room).await.refused(403, "read_only");
    let message = format!("{path}/messages/{number}");
    let edit = json!({"content": "tulips"});
    server
        .call(Method::PATCH, &message, Some(&bob), Some(edit))
        .await
        .refused(403, "read_only");
    // What somebody said they may take back, also there.
    let deleted = server
        .call(Method::DELETE, &message, Some(&bob), None)
        .await;
    assert_eq!(deleted.status, 204);
    change(&server, &alice, room, json!({"name": "Attic"}))
        .await
        .refused(403, "forbidden");
    let back = json!({"archived": false, "name": "Attic"});
    changed(&server, &alice, room, back).await;
    assert_eq!(post(&server, &bob, room).await.status, 201);
    assert_eq!(listed(&server, None).await, [room, LOBBY]);
}

#[tokio::test]
async fn who_may_not_change_a_room_is_refused_whatever_they_want() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let room = server.room(&alice, "Garden").await;
    join(&server, &bob, room).await;
    for body in [
        json!({"kind": "closed"}),
        json!({"posting": "moderators"}),
        json!({"guests": "no"}),
        json!({"archived": true}),
        json!({"kind": "open"}),
    ] {
        change(&server, &bob, room, body)
            .await
            .refused(403, "forbidden");
    }
    change(&server, &alice, room, json!({"kind": "direct"}))
        .await
        .refused(422, "invalid");
}

#[tokio::test]
async fn an_owner_who_leaves_an_open_room_is_its_owner_and_the_last_of_a_closed_one_stays() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let leave = async |room: i64| {
        let path = format!("/api/chat/rooms/{room}/membership");
        server.call(Method::DELETE, &path, Some(&alice), None).await
    };
    let garden = server.room(&alice, "Garden").await;
    assert_eq!(leave(garden).await.status, 204);
    changed(&server, &alice, garden, json!({"description": "Flowers."})).await;
    assert_eq!(join(&server, &alice, garden).await.status, 204);
    changed(&server, &alice, garden, json!({"name": "Roses"})).await;
    let den = made(&server, &alice, json!({"name": "Den", "kind": "closed"})).await;
    leave(den).await.refused(409, "last_owner");
}

#[tokio::test]
async fn who_left_a_room_cannot_close_it_behind_themselves() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let room = server.room(&alice, "Tea").await;
    join(&server, &bob, room).await;
    let path = format!("/api/chat/rooms/{room}/membership");
    let left = server.call(Method::DELETE, &path, Some(&alice), None).await;
    assert_eq!(left.status, 204);
    // They decide about it still, but nobody who does would see it then.
    let closed = change(&server, &alice, room, json!({"kind": "closed"})).await;
    closed.refused(403, "forbidden");
    changed(&server, &alice, room, json!({"posting": "members"})).await;
    join(&server, &alice, room).await;
    changed(&server, &alice, room, json!({"kind": "closed"})).await;
    assert!(listed(&server, Some(&bob)).await.contains(&room));
}

#[tokio::test]
async fn who_is_refused_a_name_is_told_of_no_room_that_they_do_not_see() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    made(&server, &alice, json!({"name": "CardRoom", "guests": "no"})).await;
    made(&server, &alice, json!({"name": "TeaRoom"})).await;
    let own = made(&server, &bob, json!({"name": "Own"})).await;
    for (wanted, taken, is_named) in [
        ("cardroom", "CardRoom", false),
        ("tearoom", "TeaRoom", true),
    ] {
        let wanted = json!({"name": wanted});
        let new = server
            .post("/api/chat/rooms", Some(&bob), wanted.clone())
            .await;
        let renamed = change(&server, &bob, own, wanted).await;
        for refused in [new, renamed] {
            refused.refused(400, "room_name_taken");
            assert_eq!(
                refused.body.to_string().contains(taken),
                is_named,
                "{:?}",
                refused.body
            );
        }
    }
}
