//! The streams beside the rooms on sockets: where they stand, what comes live, and what is asked for.

use crate::accounts::{PASSWORD, begun};
use crate::harness::{Guest, LOBBY, Server, Socket};
use parlour_protocol::{RoomKind, UserId};
use reqwest::Method;
use serde_json::{Value, json};

/// Gives a person another name.
async fn rename(server: &Server, guest: &Guest, name: &str) {
    let path = "/api/chat/me";
    let answer = server
        .post(path, Some(guest), json!({"username": name}))
        .await;
    assert_eq!(answer.status, 200);
}

async fn asked(socket: &mut Socket, stream: &str, after: i64) -> Value {
    socket.send(json!({"type": stream, "after": after})).await;
    socket.next_of_type(stream).await
}

/// The next heartbeat that says so.
async fn beat(socket: &mut Socket, house: i64, me: Option<i64>) {
    let me = me.map_or(Value::Null, |me| json!(me));
    let is_it = |frame: &Value| {
        frame["type"] == "heartbeat" && frame["house"] == house && frame["me"] == me
    };
    socket.next_that(is_it).await;
}

#[tokio::test]
async fn a_new_name_takes_the_next_place_in_the_house_and_everybody_hears_it() {
    let server = Server::start(|settings| settings.realtime.heartbeat_ms = 100).await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let mut hers = server.browser(&alice).await;
    let mut his = server.joined(&bob, LOBBY).await;
    let mut visitor = server.socket("/ws", &[]).await;
    let mut single = server.chat(LOBBY, "Carol").await;
    rename(&server, &alice, "Alicia").await;
    let told = json!({"type": "person_changed", "seq": 1,
        "user": {"id": alice.id, "name": "Alicia", "kind": "guest"}});
    for socket in [&mut hers, &mut his, &mut visitor] {
        assert_eq!(socket.next_of_type("person_changed").await, told);
    }
    beat(&mut visitor, 1, None).await;
    beat(&mut hers, 1, Some(0)).await;
    beat(&mut his, 1, Some(1)).await;
    rename(&server, &alice, "Alice").await;
    rename(&server, &bob, "Bert").await;
    let sync = asked(&mut visitor, "sync_house", 1).await;
    assert_eq!(
        sync,
        json!({"type": "sync_house", "from": 1, "to": 3, "complete": true, "people": [
            {"id": alice.id, "name": "Alice", "kind": "guest"},
            {"id": bob.id, "name": "Bert", "kind": "guest"},
        ]})
    );
    assert_eq!(
        asked(&mut visitor, "sync_house", 4).await,
        json!({"type": "sync_house", "people": [], "from": 4, "to": 3, "complete": true, "reset": true})
    );
    let heard = single.everything(LOBBY).await;
    for frame in heard {
        assert_ne!(frame["type"], "person_changed");
        assert!(frame["house"].is_null() && frame["me"].is_null(), "{frame}");
    }
}

#[tokio::test]
async fn a_welcome_and_the_list_of_rooms_say_where_the_streams_stand() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    rename(&server, &alice, "Alicia").await;
    let mut socket = server.browser(&alice).await;
    socket.send(json!({"type": "join", "room_id": LOBBY})).await;
    let welcome = socket.next_of_type("welcome").await;
    // Joining takes a place, which comes behind the welcome.
    assert_eq!((&welcome["house"], &welcome["me"]), (&json!(1), &json!(0)));
    assert_eq!(socket.next_of_type("joined").await["me"], 1);
    socket.send(json!({"type": "rooms"})).await;
    let list = socket.next_of_type("rooms").await;
    assert_eq!((&list["house"], &list["me"]), (&json!(1), &json!(1)));
    let mut visitor = server.socket("/ws", &[]).await;
    visitor.send(json!({"type": "rooms"})).await;
    let list = visitor.next_of_type("rooms").await;
    assert_eq!((&list["house"], &list["me"]), (&json!(1), &Value::Null));
    // What was there before a restart is counted on.
    let settings = server.ctx.settings.clone();
    server.ctx.drain().await;
    let again = Server::start(|fresh| *fresh = settings).await;
    let mut socket = again.browser(&alice).await;
    socket.send(json!({"type": "rooms"})).await;
    let list = socket.next_of_type("rooms").await;
    assert_eq!((&list["house"], &list["me"]), (&json!(1), &json!(1)));
}

#[tokio::test]
async fn what_one_does_on_one_device_the_other_hears_or_asks_for() {
    let server = Server::start(|settings| settings.realtime.heartbeat_ms = 100).await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let mut phone = server.joined(&alice, LOBBY).await;
    let mut desk = server.browser(&alice).await;
    beat(&mut desk, 0, Some(1)).await;
    let message = server.say(&bob, LOBBY, "read me").await;
    phone
        .send(json!({"type": "read", "room_id": LOBBY, "seq": message["seq"]}))
        .await;
    let told = json!({"type": "read", "room_id": LOBBY, "seq": 1, "unread": 0, "me": 2});
    assert_eq!(desk.next_of_type("read").await, told);
    server.say(&bob, LOBBY, "and me").await;
    phone
        .send(json!({"type": "unread", "room_id": LOBBY, "number": 1}))
        .await;
    let told = json!({"type": "unread", "room_id": LOBBY, "seq": 0, "unread": 2, "me": 3});
    assert_eq!(desk.next_of_type("unread").await, told);
    let room = json!({"room_id": LOBBY, "is_member": true, "read": 0, "unread": 2, "seq": 2,
        "role": "member"});
    assert_eq!(
        asked(&mut desk, "sync_me", 1).await,
        json!({"type": "sync_me", "rooms": [room], "from": 1, "to": 3, "complete": true, "role": "guest"})
    );
    phone.send(json!({"type": "leave", "room_id": LOBBY})).await;
    let told = json!({"type": "left", "room_id": LOBBY, "me": 4});
    assert_eq!(desk.next_of_type("left").await, told);
    beat(&mut desk, 0, Some(4)).await;
    let room = json!({"room_id": LOBBY, "is_member": false, "read": 0, "unread": 0, "seq": 0});
    assert_eq!(asked(&mut desk, "sync_me", 3).await["rooms"], json!([room]));
    let path = format!("/api/chat/rooms/{LOBBY}/membership");
    let joined = server.call(Method::POST, &path, Some(&alice), None).await;
    assert_eq!(joined.status, 204);
    assert_eq!(desk.next_of_type("joined").await["me"], 5);
}

#[tokio::test]
async fn who_reads_on_their_only_device_learns_of_it_by_asking() {
    let server = Server::start(|settings| settings.realtime.heartbeat_ms = 100).await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let mut reading = server.joined(&alice, LOBBY).await;
    let message = server.say(&bob, LOBBY, "read me").await;
    reading
        .send(json!({"type": "read", "room_id": LOBBY, "seq": message["seq"]}))
        .await;
    let is_it = |frame: &Value| frame["type"] == "heartbeat" && frame["me"] == 2;
    reading.next_that(is_it).await;
    let heard = reading.everything(LOBBY).await;
    assert!(heard.iter().all(|frame| frame["type"] != "read"));
    let sync = asked(&mut reading, "sync_me", 1).await;
    assert_eq!(sync["rooms"][0]["read"], message["seq"]);
}

#[tokio::test]
async fn only_who_is_somebody_has_a_stream_and_one_room_sockets_hear_none() {
    let server = Server::plain().await;
    let mut visitor = server.socket("/ws", &[]).await;
    visitor.send(json!({"type": "sync_me", "after": 0})).await;
    assert_eq!(
        visitor.next_of_type("error").await["code"],
        "sign_in_required"
    );
    let mut single = server.chat(LOBBY, "Carol").await;
    for stream in ["sync_house", "sync_me"] {
        single.send(json!({"type": stream, "after": 0})).await;
        assert_eq!(single.next_of_type("error").await["code"], "bad_request");
    }
}

#[tokio::test]
async fn a_session_that_ended_takes_a_place_in_its_persons_stream() {
    let server = Server::start(|settings| settings.realtime.heartbeat_ms = 100).await;
    let alice = server.member("Alice").await;
    let phone = begun(&server.sign_in("Alice", PASSWORD).await);
    let mut here = server.joined(&alice, LOBBY).await;
    beat(&mut here, 0, Some(1)).await;
    let out = server.call(Method::DELETE, "/api/chat/session", Some(&phone), None);
    assert_eq!(out.await.status, 204);
    beat(&mut here, 0, Some(2)).await;
    let sync = asked(&mut here, "sync_me", 1).await;
    assert_eq!((&sync["rooms"], &sync["to"]), (&json!([]), &json!(2)));
}

#[tokio::test]
async fn an_end_of_a_session_that_was_not_told_closes_its_sockets_at_a_heartbeat() {
    let server = Server::start(|settings| settings.realtime.heartbeat_ms = 100).await;
    let alice = server.member("Alice").await;
    let phone = begun(&server.sign_in("Alice", PASSWORD).await);
    let mut there = server.joined(&phone, LOBBY).await;
    let mut here = server.joined(&alice, LOBBY).await;
    // As what ends it writes, without what tells of it.
    let untold = format!(
        "DELETE FROM sessions WHERE id = (SELECT max(id) FROM sessions WHERE user_id = {0}); \
        UPDATE users SET me_seq = me_seq + 1 WHERE id = {0}",
        alice.id
    );
    server.ctx.store.execute_sql(untold).await;
    for socket in [&mut there, &mut here] {
        assert_eq!(socket.closed().await.0, 4000);
    }
    // Who comes back is who they are: nobody, or the same.
    let bearer = format!("Bearer {}", phone.token);
    let mut nobody = server.socket("/ws", &[("authorization", &bearer)]).await;
    assert_eq!(nobody.closed().await.0, 4401);
    let mut again = server.joined(&alice, LOBBY).await;
    again.say(LOBBY, "Still here.").await;
    beat(&mut again, 0, Some(2)).await;
}

#[tokio::test]
async fn who_was_put_out_and_not_told_hears_the_room_no_longer_than_a_heartbeat() {
    let server = Server::start(|settings| settings.realtime.heartbeat_ms = 100).await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let store = &server.ctx.store;
    let den = store.make_room(RoomKind::Closed, UserId(bob.id), "Den");
    let den = den.await.id;
    let let_in = store.let_in(UserId(alice.id), den, server.ctx.clock.now());
    let_in.await.unwrap();
    let mut hers = server.joined(&alice, den.0).await;
    let untold = format!(
        "UPDATE users SET me_seq = me_seq + 1 WHERE id = {0}; UPDATE memberships SET state = 'out', \
        me_seq = (SELECT me_seq FROM users WHERE id = {0}) WHERE user_id = {0} AND room_id = {1}",
        alice.id, den.0
    );
    store.execute_sql(untold).await;
    assert_eq!(hers.closed().await.0, 4000);
    let mut again = server.browser(&alice).await;
    again.send(json!({"type": "join", "room_id": den})).await;
    let refused = again.next_of_type("error").await;
    assert_eq!(refused["code"], "room_not_found");
}
