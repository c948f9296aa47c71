//! The members of a room: who is let in, put out, kept out, and has which role, at REST and at the sockets.

mod refusals;

use crate::harness::{Answer, Guest, HOUR, LOBBY, Server, Socket};
use futures::future::join_all;
use parlour_protocol::Timestamp;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

async fn call(
    server: &Server,
    method: Method,
    by: &Guest,
    path: &str,
    body: Option<Value>,
) -> Answer {
    let path = format!("/api/chat/rooms/{path}");
    server.call(method, &path, Some(by), body).await
}

async fn closed(server: &Server, by: &Guest) -> i64 {
    let body = json!({"name": "Den", "kind": "closed"});
    let made = server.post("/api/chat/rooms", Some(by), body).await;
    assert_eq!(made.status, 201, "{made:?}");
    made.body["id"].as_i64().unwrap()
}

async fn let_in(server: &Server, by: &Guest, room: i64, who: &Guest) -> Answer {
    let body = Some(json!({"user_id": who.id}));
    call(server, Method::POST, by, &format!("{room}/members"), body).await
}

async fn put_out(server: &Server, by: &Guest, room: i64, who: &Guest) -> Answer {
    let path = format!("{room}/members/{}", who.id);
    call(server, Method::DELETE, by, &path, None).await
}

async fn role(server: &Server, by: &Guest, room: i64, who: &Guest, role: &str) -> Answer {
    let path = format!("{room}/members/{}", who.id);
    let body = Some(json!({"role": role}));
    call(server, Method::PATCH, by, &path, body).await
}

async fn ban(server: &Server, by: &Guest, room: i64, body: Value) -> Answer {
    let path = format!("{room}/bans");
    call(server, Method::POST, by, &path, Some(body)).await
}

async fn enter(server: &Server, by: &Guest, room: i64) -> Answer {
    let path = format!("{room}/membership");
    call(server, Method::POST, by, &path, None).await
}

async fn post(server: &Server, by: &Guest, room: i64) -> Answer {
    let body = Some(json!({"content": "hi"}));
    call(server, Method::POST, by, &format!("{room}/messages"), body).await
}

/// A one-room socket, welcomed.
async fn inside(server: &Server, guest: &Guest, room: i64) -> Socket {
    let bearer = format!("Bearer {}", guest.token);
    let path = format!("/ws/chat/{room}");
    let mut socket = server.socket(&path, &[("authorization", &bearer)]).await;
    socket.send(json!({})).await;
    socket.next_of_type("welcome").await;
    socket
}

/// Ids and roles of all who are in a room, a page of one at a time.
async fn roles(server: &Server, by: &Guest, room: i64) -> Vec<(i64, String)> {
    let mut members = Vec::new();
    let mut path = format!("/api/chat/rooms/{room}/members?limit=1");
    loop {
        let page = server.call(Method::GET, &path, Some(by), None).await;
        assert_eq!(page.status, 200, "{page:?}");
        members.extend(page.body.as_array().unwrap().iter().map(|member| {
            let role = member["role"].as_str().unwrap().to_owned();
            (member["user"]["id"].as_i64().unwrap(), role)
        }));
        let link = page.header("link");
        let Some((next, _)) = link.trim_start_matches('<').split_once('>') else {
            return members;
        };
        path = next.to_owned();
    }
}

#[tokio::test]
async fn members_are_let_into_a_closed_room_and_listed() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = closed(&server, &alice).await;
    let mut hearing = server.browser(&bob).await;
    let unknown = let_in(&server, &bob, den, &bob).await;
    unknown.refused(404, "room_not_found");
    for _ in 0..2 {
        assert_eq!(let_in(&server, &alice, den, &bob).await.status, 204);
    }
    assert_eq!(hearing.next_of_type("room_changed").await["id"], den);
    assert_eq!(hearing.next_of_type("joined").await["room_id"], den);
    hearing.join(den).await;
    let expected = [
        (alice.id, "owner".to_owned()),
        (bob.id, "member".to_owned()),
    ];
    assert_eq!(roles(&server, &bob, den).await, expected);
    let_in(&server, &bob, den, &bob)
        .await
        .refused(403, "forbidden");
}

#[tokio::test]
async fn w6_a_removed_member_stops_receiving() {
    // No heartbeat has a part in it: what closes the socket is that they are put out.
    let server = Server::start(|settings| settings.realtime.heartbeat_ms = HOUR).await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = closed(&server, &alice).await;
    let_in(&server, &alice, den, &bob).await;
    let mut hearing = server.joined(&bob, den).await;
    let mut elsewhere = server.browser(&bob).await;
    elsewhere.everything(LOBBY).await;
    let mut one = inside(&server, &bob, den).await;
    assert_eq!(put_out(&server, &alice, den, &bob).await.status, 204);
    server.say(&alice, den, "among us").await;
    for socket in [&mut hearing, &mut elsewhere] {
        let left = socket.next_of_type("left").await;
        let told = (&left["room_id"], &left["reason"]);
        assert_eq!(told, (&json!(den), &json!("put_out")));
        assert_eq!(socket.next_of_type("room_deleted").await["room_id"], den);
        let frames = socket.everything(LOBBY).await;
        let is_late = |frame: &Value| frame.to_string().contains(&den.to_string());
        assert!(!frames.iter().any(is_late), "{frames:?}");
    }
    assert_eq!(one.closed().await.0, 4403);
    put_out(&server, &alice, den, &bob)
        .await
        .refused(404, "not_found");
    // What they hold is none of theirs any more.
    hearing
        .send(json!({"type": "sync", "room_id": den, "after": 0}))
        .await;
    let refused = hearing.next_of_type("error").await;
    assert_eq!(refused["code"], "room_not_found");
    post(&server, &bob, den)
        .await
        .refused(404, "room_not_found");
}

#[tokio::test]
async fn who_missed_that_they_were_put_out_is_told_by_their_own_stream() {
    let server = Server::start(|settings| settings.realtime.heartbeat_ms = 50).await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = closed(&server, &alice).await;
    let_in(&server, &alice, den, &bob).await;
    let mut hearing = server.joined(&bob, den).await;
    hearing.send(json!({"type": "sync_me", "after": 0})).await;
    let known = hearing.next_of_type("sync_me").await["to"].clone();
    assert_eq!(put_out(&server, &alice, den, &bob).await.status, 204);
    // As if `left` had not come: the next heartbeat says that something is missing.
    let is_more =
        |frame: &Value| frame["type"] == "heartbeat" && frame["me"].as_i64() > known.as_i64();
    hearing.next_that(is_more).await;
    hearing
        .send(json!({"type": "sync_me", "after": known}))
        .await;
    let missed = hearing.next_of_type("sync_me").await;
    let room = &missed["rooms"][0];
    assert_eq!(
        (&room["room_id"], &room["is_member"]),
        (&json!(den), &json!(false))
    );
}

#[tokio::test]
async fn who_is_put_out_while_typing_types_no_more() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = closed(&server, &alice).await;
    let_in(&server, &alice, den, &bob).await;
    let mut watching = server.joined(&alice, den).await;
    let mut typing = server.joined(&bob, den).await;
    typing
        .send(json!({"type": "typing", "room_id": den, "is_typing": true}))
        .await;
    let types = |frame: &Value, who: &Value| frame["type"] == "typing" && &frame["users"] == who;
    watching
        .next_that(|frame| types(frame, &json!(["Bob"])))
        .await;
    assert_eq!(put_out(&server, &alice, den, &bob).await.status, 204);
    // In either order.
    let mut told = [false; 2];
    while told != [true; 2] {
        let frame = watching.next().await;
        told[0] |= types(&frame, &json!([]));
        told[1] |= frame["type"] == "users_list" && frame["count"] == 1;
    }
}

#[tokio::test]
async fn a_banned_person_can_neither_join_nor_post_nor_accept() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let room = server.room(&alice, "Garden").await;
    let said = server.say(&bob, room, "weeds").await;
    let invite = json!({"room_id": room});
    let invite = server.post("/api/chat/invites", Some(&alice), invite).await;
    let accept = format!(
        "/api/chat/invites/{}/accept",
        invite.body["code"].as_str().unwrap()
    );
    let mut hearing = server.joined(&bob, room).await;
    let mut one = inside(&server, &bob, room).await;
    let until = json!("2999-01-01T00:00:00.000Z");
    let body = json!({"user_id": bob.id, "reason": "Weeds.", "until": until});
    let banned = ban(&server, &alice, room, body).await;
    assert_eq!(banned.status, 201, "{banned:?}");
    assert_eq!(hearing.next_of_type("left").await["reason"], "banned");
    assert_eq!(one.closed().await.0, 4403);
    post(&server, &bob, room).await.refused(403, "banned");
    enter(&server, &bob, room).await.refused(403, "banned");
    let own = format!("{room}/messages/{}", said["number"]);
    let edit = Some(json!({"content": "more weeds"}));
    let edited = call(&server, Method::PATCH, &bob, &own, edit).await;
    edited.refused(403, "banned");
    let accepted = server.post(&accept, Some(&bob), json!({})).await;
    accepted.refused(403, "banned");
    let_in(&server, &alice, room, &bob)
        .await
        .refused(403, "banned");
    // They read it, as everybody does, and are no member by that.
    let mut reading = inside(&server, &bob, room).await;
    let message = json!({"type": "message", "content": "hi"});
    reading.send(message).await;
    let refused = reading.next_of_type("error").await;
    assert_eq!(refused["code"], "banned", "{refused}");
    let listed = call(&server, Method::GET, &alice, &format!("{room}/bans"), None).await;
    assert_eq!(listed.body[0], banned.body);
    assert_eq!(listed.body[0]["reason"], "Weeds.");
    assert_eq!(listed.body[0]["until"], until);
    let hidden = call(&server, Method::GET, &bob, &format!("{room}/bans"), None).await;
    hidden.refused(403, "forbidden");
    let lifted = format!("{room}/bans/{}", bob.id);
    for _ in 0..2 {
        let lifted = call(&server, Method::DELETE, &alice, &lifted, None).await;
        assert_eq!(lifted.status, 204);
    }
    assert_eq!(post(&server, &bob, room).await.status, 201);
}

#[tokio::test]
async fn to_who_is_banned_from_a_closed_room_it_is_none() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = closed(&server, &alice).await;
    let_in(&server, &alice, den, &bob).await;
    let invite = json!({"room_id": den});
    let invite = server.post("/api/chat/invites", Some(&alice), invite).await;
    let code = invite.body["code"].as_str().unwrap();
    let body = json!({"user_id": bob.id});
    assert_eq!(ban(&server, &alice, den, body).await.status, 201);
    for _ in 0..2 {
        post(&server, &bob, den)
            .await
            .refused(404, "room_not_found");
        enter(&server, &bob, den)
            .await
            .refused(404, "room_not_found");
        let accept = format!("/api/chat/invites/{code}/accept");
        let accepted = server.post(&accept, Some(&bob), json!({})).await;
        let none = "/api/chat/invites/2345678923456789/accept";
        let none = server.post(none, Some(&bob), json!({})).await;
        assert_eq!((accepted.status, &accepted.body), (none.status, &none.body));
        let_in(&server, &alice, den, &bob)
            .await
            .refused(403, "banned");
    }
    let lifted = format!("{den}/bans/{}", bob.id);
    call(&server, Method::DELETE, &alice, &lifted, None).await;
    assert_eq!(let_in(&server, &alice, den, &bob).await.status, 204);
    assert_eq!(post(&server, &bob, den).await.status, 201);
}

#[tokio::test]
async fn a_ban_ends_by_itself() {
    let mut server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let room = server.room(&alice, "Garden").await;
    let soon = Timestamp(server.ctx.clock.now().0 + 3_600_000);
    let body = json!({"user_id": bob.id, "until": soon.to_string()});
    assert_eq!(ban(&server, &alice, room, body).await.status, 201);
    post(&server, &bob, room).await.refused(403, "banned");
    enter(&server, &bob, room).await.refused(403, "banned");
    server.clock.advance(Duration::from_secs(3_601));
    // The connections of an hour ago are closed by now.
    server.http = reqwest::Client::new();
    let bans = call(&server, Method::GET, &alice, &format!("{room}/bans"), None).await;
    assert_eq!(bans.body, json!([]));
    assert_eq!(enter(&server, &bob, room).await.status, 204);
    assert_eq!(post(&server, &bob, room).await.status, 201);
}

#[tokio::test]
async fn nobody_acts_on_an_equal() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let (bob, carol) = (server.guest("Bob").await, server.guest("Carol").await);
    let den = closed(&server, &alice).await;
    for who in [&bob, &carol] {
        let_in(&server, &alice, den, who).await;
    }
    let of = |who: &Guest| json!({"user_id": who.id});
    put_out(&server, &bob, den, &carol)
        .await
        .refused(403, "forbidden");
    role(&server, &bob, den, &bob, "owner")
        .await
        .refused(403, "forbidden");
    assert_eq!(
        role(&server, &alice, den, &bob, "moderator").await.status,
        204
    );
    for above in [&alice, &bob] {
        put_out(&server, &bob, den, &alice)
            .await
            .refused(403, "forbidden");
        ban(&server, &bob, den, of(above))
            .await
            .refused(403, "forbidden");
    }
    assert_eq!(
        role(&server, &alice, den, &carol, "moderator").await.status,
        204
    );
    put_out(&server, &bob, den, &carol)
        .await
        .refused(403, "forbidden");
    assert_eq!(
        role(&server, &alice, den, &carol, "member").await.status,
        204
    );
    // Who keeps order deletes what others said, and puts them out.
    let said = server.say(&carol, den, "mine").await;
    let message = format!("{den}/messages/{}", said["number"]);
    let deleted = call(&server, Method::DELETE, &bob, &message, None).await;
    assert_eq!(deleted.status, 204);
    assert_eq!(put_out(&server, &bob, den, &carol).await.status, 204);
}

#[tokio::test]
async fn o6_a_room_keeps_an_owner() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = closed(&server, &alice).await;
    let_in(&server, &alice, den, &bob).await;
    role(&server, &alice, den, &alice, "member")
        .await
        .refused(409, "last_owner");
    put_out(&server, &alice, den, &alice)
        .await
        .refused(409, "last_owner");
    assert_eq!(role(&server, &alice, den, &bob, "owner").await.status, 204);
    // Neither acts on the other; both go down at once.
    let (one, two) = tokio::join!(
        role(&server, &alice, den, &bob, "member"),
        role(&server, &bob, den, &alice, "member"),
    );
    one.refused(403, "forbidden");
    two.refused(403, "forbidden");
    let (one, two) = tokio::join!(
        role(&server, &alice, den, &alice, "member"),
        role(&server, &bob, den, &bob, "member"),
    );
    let mut answers = [one.status, two.status];
    answers.sort_unstable();
    assert_eq!(answers, [204, 409]);
    let owners = roles(&server, &alice, den).await.into_iter();
    assert_eq!(owners.filter(|(_, role)| role == "owner").count(), 1);
}

#[tokio::test]
async fn an_owner_who_left_owns_an_open_room_and_no_closed_one() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let room = server.room(&alice, "Garden").await;
    enter(&server, &bob, room).await;
    assert_eq!(role(&server, &alice, room, &bob, "owner").await.status, 204);
    let leaving = format!("{room}/membership");
    call(&server, Method::DELETE, &alice, &leaving, None).await;
    let rename = |name: &str| Some(json!({"name": name}));
    let path = room.to_string();
    let renamed = call(&server, Method::PATCH, &alice, &path, rename("Orchard")).await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
    let close = Some(json!({"kind": "closed"}));
    assert_eq!(
        call(&server, Method::PATCH, &bob, &path, close)
            .await
            .status,
        200
    );
    let_in(&server, &bob, room, &alice).await;
    let renamed = call(&server, Method::PATCH, &alice, &path, rename("Garden")).await;
    renamed.refused(403, "forbidden");
}

#[tokio::test]
async fn w5_a_member_of_one_room_sends_to_no_other_that_they_are_not_in() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = closed(&server, &alice).await;
    let mut socket = server.joined(&bob, LOBBY).await;
    let message = json!({"type": "message", "room_id": den, "content": "x", "client_id": "w5"});
    socket.send(message).await;
    let refused = socket.next_of_type("error").await;
    assert_eq!(refused["code"], "room_not_found", "{refused}");
    post(&server, &bob, den)
        .await
        .refused(404, "room_not_found");
    let stored = "SELECT count(*) FROM messages WHERE room_id <> 1";
    assert_eq!(server.ctx.store.query_sql::<i64>(stored).await, [0]);
}

#[tokio::test]
async fn w17_who_writes_is_whose_session_it_is_whatever_a_frame_says() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let bob = server.guest("Bob").await;
    let mut socket = server.joined(&bob, LOBBY).await;
    let says = json!({
        "type": "message", "room_id": LOBBY, "content": "x", "client_id": "w17",
        "username": "Alice", "user_id": alice.id, "user": {"id": alice.id, "name": "Alice"},
    });
    socket.send(says).await;
    let told = socket.next_of_type("message").await;
    assert_eq!(
        (&told["user_id"], &told["username"]),
        (&json!(bob.id), &json!("Bob"))
    );
    let path = format!("/api/chat/rooms/{LOBBY}/messages");
    let body = json!({"content": "y", "username": "Alice", "user_id": alice.id});
    let posted = server.post(&path, Some(&bob), body).await.body;
    assert_eq!(
        (&posted["user_id"], &posted["username"]),
        (&json!(bob.id), &json!("Bob"))
    );
}

#[tokio::test]
async fn o6_fifty_bans_at_once_and_fifty_ends_of_it_have_one_effect() {
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let room = server.room(&alice, "Garden").await;
    server.say(&bob, room, "weeds").await;
    let mut hearing = server.joined(&bob, room).await;
    let body = json!({"user_id": bob.id});
    let bans = (0..50).map(|_| ban(&server, &alice, room, body.clone()));
    for banned in join_all(bans).await {
        assert_eq!(banned.status, 201, "{banned:?}");
    }
    assert_eq!(hearing.next_of_type("left").await["reason"], "banned");
    let bans = call(&server, Method::GET, &alice, &format!("{room}/bans"), None).await;
    assert_eq!(bans.body.as_array().unwrap().len(), 1);
    let path = format!("{room}/bans/{}", bob.id);
    let lifts = (0..50).map(|_| call(&server, Method::DELETE, &alice, &path, None));
    for lifted in join_all(lifts).await {
        assert_eq!(lifted.status, 204, "{lifted:?}");
    }
    assert_eq!(enter(&server, &bob, room).await.status, 204);
    assert_eq!(hearing.next_of_type("joined").await["room_id"], room);
    post(&server, &bob, room).await;
    let members = roles(&server, &alice, room).await;
    assert_eq!(members.iter().filter(|(id, _)| *id == bob.id).count(), 1);
}
