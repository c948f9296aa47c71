//! Invitations over REST and sockets: who may make them, who comes by them, and what they see then.

use crate::harness::{Answer, Guest, LOBBY, Server, log};
use parlour_protocol::{RoomId, RoomKind, UserId};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;

pub const INVITES: &str = "/api/chat/invites";

pub async fn closed(server: &Server, by: &Guest, name: &str) -> i64 {
    let store = &server.ctx.store;
    let room = store.make_room(RoomKind::Closed, UserId(by.id), name).await;
    room.id.0
}

pub async fn made(server: &Server, by: &Guest, body: Value) -> String {
    let answer = server.post(INVITES, Some(by), body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    answer.body["code"].as_str().unwrap().to_owned()
}

pub async fn accept(server: &Server, code: &str, by: Option<&Guest>, name: Option<&str>) -> Answer {
    let path = format!("{INVITES}/{code}/accept");
    server.post(&path, by, json!({"username": name})).await
}

async fn come(server: &Server, code: &str, name: &str) -> Guest {
    let answer = accept(server, code, None, Some(name)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    Guest {
        id: answer.body["user"]["id"].as_i64().unwrap(),
        token: answer.body["token"].as_str().unwrap().to_owned(),
    }
}

pub async fn get(server: &Server, by: &Guest, path: &str) -> Answer {
    let path = format!("/api/chat{path}");
    server.call(Method::GET, &path, Some(by), None).await
}

pub fn ids(list: &Value) -> Vec<i64> {
    let rooms = list.as_array().unwrap().iter();
    rooms
        .map(|room| room["id"].as_i64().or(room["room"]["id"].as_i64()).unwrap())
        .collect()
}

#[tokio::test]
async fn who_holds_the_code_comes_in_with_a_name_and_sees_that_room_alone() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let den = closed(&server, &alice, "Den").await;
    server.say(&alice, den, "welcome").await;
    server.say(&alice, LOBBY, "to all").await;
    let code = made(&server, &alice, json!({"room_id": den})).await;
    assert_eq!(code.len(), 16);

    let shown = server.get(&format!("{INVITES}/{code}")).await;
    assert_eq!(shown.status, 200, "{shown:?}");
    assert_eq!(
        (
            &shown.body["room"]["name"],
            &shown.body["created_by"]["name"],
            &shown.body["members"]
        ),
        (&json!("Den"), &json!("Alice"), &json!(1))
    );
    let bob = come(&server, &code, "Bob").await;
    server.say(&bob, den, "thank you").await;

    for path in ["/rooms", "/me/rooms"] {
        assert_eq!(ids(&get(&server, &bob, path).await.body), [den], "{path}");
    }
    for path in ["", "/messages", "/history", "/open", "/users"] {
        let lobby = get(&server, &bob, &format!("/rooms/{LOBBY}{path}")).await;
        lobby.refused(404, "room_not_found");
        let none = get(&server, &bob, &format!("/rooms/77{path}")).await;
        assert_eq!(lobby.body, none.body);
    }
    let path = format!("/api/chat/rooms/{LOBBY}/messages");
    let said = server
        .post(&path, Some(&bob), json!({"content": "x"}))
        .await;
    said.refused(404, "room_not_found");
    let path = format!("/api/chat/rooms/{LOBBY}/membership");
    let joined = server.call(Method::POST, &path, Some(&bob), None).await;
    joined.refused(404, "room_not_found");
}

#[tokio::test]
async fn a_guest_of_an_invitation_hears_of_that_room_and_nothing_else() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let tea = server.room(&alice, "Tea").await;
    let code = made(&server, &alice, json!({"room_id": tea})).await;
    let bob = come(&server, &code, "Bob").await;
    let mut page = server.browser(&bob).await;
    page.join(tea).await;
    page.send(json!({"type": "join", "room_id": LOBBY, "look": true}))
        .await;
    assert_eq!(page.next_of_type("error").await["code"], "room_not_found");
    let before = page.everything(tea).await;
    drop(before);
    // All that happens elsewhere, and then something here.
    server.say(&alice, LOBBY, "elsewhere").await;
    server.room(&alice, "Another").await;
    let renamed = json!({"username": "Alicia"});
    server.post("/api/chat/me", Some(&alice), renamed).await;
    server.clock.advance(Duration::from_secs(3));
    server.say(&alice, tea, "here").await;
    let mut frames = Vec::new();
    loop {
        let frame = page.next().await;
        let is_last = frame["type"] == "message";
        frames.push(frame);
        if is_last {
            break;
        }
    }
    for frame in &frames {
        let is_elsewhere = frame["type"] == "person_changed"
            || frame["room_id"].as_i64().is_some_and(|room| room != tea)
            || frame["id"].as_i64().is_some() && frame["type"] == "room_changed";
        assert!(!is_elsewhere, "{frame}");
    }
    page.send(json!({"type": "sync_house", "after": 0})).await;
    let house = page.next_of_type("sync_house").await;
    assert_eq!((&house["people"], &house["to"]), (&json!([]), &json!(0)));
    page.send(json!({"type": "rooms"})).await;
    let rooms = page.next_of_type("rooms").await;
    assert_eq!(ids(&rooms["rooms"]), [tea]);
    // The room that they were invited to tells them all that it tells its members.
    let path = format!("/api/chat/rooms/{tea}");
    let called = json!({"name": "Tea room"});
    let changed = server.call(Method::PATCH, &path, Some(&alice), Some(called));
    assert_eq!(changed.await.status, 200);
    assert_eq!(page.next_of_type("room_changed").await["name"], "Tea room");
    server.call(Method::DELETE, &path, Some(&alice), None).await;
    assert_eq!(page.next_of_type("room_deleted").await["room_id"], tea);
    assert!(ids(&get(&server, &bob, "/me/rooms").await.body).is_empty());
}

#[tokio::test]
async fn who_is_somebody_already_comes_as_who_they_are_and_sees_what_they_saw() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let bob = server.guest("Bob").await;
    let den = closed(&server, &alice, "Den").await;
    let invited = json!({"room_id": den, "uses": 1, "role": "moderator"});
    let code = made(&server, &alice, invited).await;
    let mut page = server.browser(&bob).await;
    for _ in 0..2 {
        let accepted = accept(&server, &code.to_uppercase(), Some(&bob), None).await;
        assert_eq!(accepted.status, 200, "a second time it is used no more");
        assert_eq!(
            (&accepted.body["user"]["id"], &accepted.body["room"]["id"]),
            (&json!(bob.id), &json!(den))
        );
        assert!(accepted.body.get("token").is_none());
    }
    assert_eq!(page.next_of_type("room_changed").await["id"], den);
    assert_eq!(page.next_of_type("joined").await["room_id"], den);
    assert_eq!(ids(&get(&server, &bob, "/rooms").await.body), [den, LOBBY]);
    let roles = server
        .ctx
        .store
        .query_sql::<String>("SELECT role FROM memberships ORDER BY role")
        .await;
    assert_eq!(roles, ["moderator", "owner"]);
}

#[tokio::test]
async fn a_code_that_leads_nowhere_is_answered_alike_whatever_is_wrong_with_it() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let den = closed(&server, &alice, "Den").await;
    let now = server.ctx.clock.now();
    let soon = parlour_protocol::Timestamp(now.0 + 2_000);
    let expired = made(&server, &alice, json!({"room_id": den, "expires_at": soon})).await;
    let used = made(&server, &alice, json!({"room_id": den, "uses": 1})).await;
    come(&server, &used, "Bob").await;
    let revoked = made(&server, &alice, json!({"room_id": den})).await;
    for _ in 0..2 {
        let path = format!("{INVITES}/{revoked}");
        let gone = server.call(Method::DELETE, &path, Some(&alice), None).await;
        assert_eq!(gone.status, 204, "twice is once");
    }
    // Who made it is not in the room any more.
    let mallory = server.guest("Mallory").await;
    let store = &server.ctx.store;
    let (id, room) = (UserId(mallory.id), RoomId(den));
    store.let_in(id, room, now).await.unwrap();
    let former = made(&server, &mallory, json!({"room_id": den})).await;
    store.put_out(id, room).await.unwrap();
    let attic = closed(&server, &alice, "Attic").await;
    let deleted = made(&server, &alice, json!({"room_id": attic})).await;
    let path = format!("/api/chat/rooms/{attic}");
    server.call(Method::DELETE, &path, Some(&alice), None).await;
    server.clock.advance(Duration::from_secs(3));

    let none = "a".repeat(16);
    let wanted = server.get(&format!("{INVITES}/{none}")).await;
    wanted.refused(404, "not_found");
    let codes = [
        expired,
        used,
        revoked,
        former,
        deleted,
        none,
        "x".to_owned(),
    ];
    for code in codes {
        let looked = server.get(&format!("{INVITES}/{code}")).await;
        let named = accept(&server, &code, None, Some("Carol")).await;
        let known = accept(&server, &code, Some(&mallory), None).await;
        let nameless = accept(&server, &code, None, None).await;
        for answer in [looked, named, known, nameless] {
            assert_eq!((answer.status, &answer.body), (404, &wanted.body), "{code}");
        }
    }
}

#[tokio::test]
async fn o6_the_last_use_is_used_once_by_fifty_at_once() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let den = closed(&server, &alice, "Den").await;
    let code = made(&server, &alice, json!({"room_id": den, "uses": 1})).await;
    let names: Vec<String> = (0..50).map(|at| format!("Guest number {at}")).collect();
    let came = names
        .iter()
        .map(|name| accept(&server, &code, None, Some(name)));
    let came = futures::future::join_all(came).await;
    let statuses: Vec<u16> = came.iter().map(|answer| answer.status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 1);
    assert_eq!(statuses.iter().filter(|status| **status == 404).count(), 49);
    let store = &server.ctx.store;
    let members = store
        .query_sql::<i64>(format!(
            "SELECT user_id FROM memberships WHERE room_id = {den}"
        ))
        .await;
    assert_eq!(members.len(), 2);
    let guests = store.query_sql::<i64>("SELECT id FROM users").await;
    assert_eq!(guests.len(), 2, "who did not come was not made");
}

#[tokio::test]
async fn a11_who_guesses_codes_has_few_tries_and_who_holds_one_as_many_as_they_like() {
    let server = Server::start(|settings| settings.limits.wrong_codes_per_minute = 20).await;
    let alice = server.guest("Alice").await;
    let den = closed(&server, &alice, "Den").await;
    let code = made(&server, &alice, json!({"room_id": den})).await;
    for _ in 0..40 {
        assert_eq!(server.get(&format!("{INVITES}/{code}")).await.status, 200);
    }
    let guess = format!("{INVITES}/{}", "b".repeat(16));
    for _ in 0..20 {
        server.get(&guess).await.refused(404, "not_found");
    }
    let refused = server.get(&guess).await;
    refused.refused(429, "rate_limited");
    assert!(!refused.header("retry-after").is_empty());
    let path = format!("{INVITES}/{code}");
    server.get(&path).await.refused(429, "rate_limited");
    server.clock.advance(Duration::from_secs(4));
    assert_eq!(server.get(&path).await.status, 200);
}

#[tokio::test]
async fn members_invite_and_nobody_else_and_only_who_runs_the_server_to_it() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let bob = server.guest("Bob").await;
    let den = closed(&server, &alice, "Den").await;
    let make = |by, body| server.post(INVITES, by, body);
    let to_den = json!({"room_id": den});
    make(None, to_den.clone())
        .await
        .refused(401, "sign_in_required");
    let hidden = make(Some(&bob), to_den.clone()).await;
    hidden.refused(404, "room_not_found");
    let none = make(Some(&bob), json!({"room_id": 77})).await;
    assert_eq!(hidden.body, none.body);
    let visitor = make(Some(&bob), json!({"room_id": LOBBY})).await;
    visitor.refused(403, "forbidden");
    make(Some(&bob), json!({})).await.refused(403, "forbidden");
    let (id, now) = (UserId(bob.id), server.ctx.clock.now());
    let let_in = server.ctx.store.let_in(id, RoomId(den), now);
    let_in.await.unwrap();
    made(&server, &bob, to_den).await;
    let moderator = json!({"room_id": den, "role": "moderator"});
    make(Some(&bob), moderator).await.refused(403, "forbidden");
    let admin = format!(
        "UPDATE users SET kind = 'member', role = 'admin' WHERE id = {}",
        alice.id
    );
    server.ctx.store.execute_sql(admin).await;
    let code = made(&server, &alice, json!({})).await;
    let carol = come(&server, &code, "Carol").await;
    let rooms = get(&server, &carol, "/rooms").await;
    assert_eq!(
        ids(&rooms.body),
        [LOBBY],
        "a guest of the server as any other"
    );
    for (body, field) in [
        (json!({"room_id": den, "uses": 0}), "uses"),
        (json!({"room_id": den, "uses": -1}), "uses"),
        (json!({"room_id": den, "role": "owner"}), "role"),
        (json!({"role": "owner"}), "role"),
        (
            json!({"room_id": den, "expires_at": "2020-01-01T00:00:00.000Z"}),
            "expires_at",
        ),
    ] {
        let refused = make(Some(&alice), body).await;
        refused.refused(422, "invalid");
        assert_eq!(refused.body["field"], field);
    }
}

#[tokio::test]
async fn that_a_guest_of_an_invitation_is_called_otherwise_is_told_to_who_shares_a_room_with_them()
{
    let server = Server::plain().await;
    let (alice, bob) = (server.guest("Alice").await, server.guest("Bob").await);
    let den = closed(&server, &alice, "Den").await;
    let code = made(&server, &alice, json!({"room_id": den})).await;
    let gus = come(&server, &code, "Gus").await;
    let mut hers = server.browser(&alice).await;
    let mut his = server.joined(&bob, LOBBY).await;
    let mut visitor = server.socket("/ws", &[]).await;
    let renamed = server
        .post(
            "/api/chat/me",
            Some(&gus),
            json!({"username": "Gustav Anonymous"}),
        )
        .await;
    assert_eq!(renamed.status, 200, "{renamed:?}");
    let told = hers.next_of_type("person_changed").await;
    assert_eq!(told["user"]["id"], gus.id);
    for (socket, knows) in [(&mut hers, true), (&mut his, false), (&mut visitor, false)] {
        socket.send(json!({"type": "sync_house", "after": 0})).await;
        let is_it = |frame: &Value| frame["type"] == "sync_house" || frame["user"]["id"] == gus.id;
        let sync = socket.next_that(is_it).await;
        assert_eq!(
            (&sync["type"], &sync["to"]),
            (&json!("sync_house"), &json!(1))
        );
        let people = sync["people"].as_array().unwrap();
        assert_eq!(people.iter().any(|one| one["id"] == gus.id), knows);
    }
    // Who has an account is no guest of anything any more.
    let claim = json!({"username": "Gustav", "password": "jam to-morrow"});
    let claimed = server.post("/api/chat/me/claim", Some(&gus), claim).await;
    assert_eq!(claimed.status, 200, "{claimed:?}");
    let told = his.next_of_type("person_changed").await;
    assert_eq!(told["user"]["name"], "Gustav");
}

#[tokio::test]
async fn invitations_are_listed_without_their_codes_for_who_may_take_them_back() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let bob = server.guest("Bob").await;
    let den = closed(&server, &alice, "Den").await;
    let (id, now) = (UserId(bob.id), server.ctx.clock.now());
    let let_in = server.ctx.store.let_in(id, RoomId(den), now);
    let_in.await.unwrap();
    let by_alice = made(&server, &alice, json!({"room_id": den})).await;
    let by_bob = made(&server, &bob, json!({"room_id": den, "uses": 3})).await;
    come(&server, &by_bob, "Carol").await;
    let listed = |by: Guest| {
        let server = &server;
        async move {
            let listed = get(server, &by, &format!("/invites?room_id={den}")).await;
            assert_eq!(listed.status, 200, "{listed:?}");
            listed.body.as_array().unwrap().clone()
        }
    };
    let all = listed(alice.clone()).await;
    assert_eq!(all.len(), 2);
    assert_eq!(
        (
            &all[0]["created_by"]["name"],
            &all[0]["uses"],
            &all[0]["used"]
        ),
        (&json!("Bob"), &json!(3), &json!(1))
    );
    let text = json!(all).to_string();
    assert!(!text.contains(&by_alice) && !text.contains(&by_bob));
    let own = listed(bob.clone()).await;
    assert_eq!(own.len(), 1);
    let take_back = |by: Guest, id: Value| {
        let server = &server;
        async move {
            let path = format!("{INVITES}/{id}");
            server.call(Method::DELETE, &path, Some(&by), None).await
        }
    };
    let not_his = take_back(bob.clone(), all[1]["id"].clone()).await;
    not_his.refused(404, "not_found");
    assert_eq!(
        take_back(alice.clone(), own[0]["id"].clone()).await.status,
        204
    );
    assert_eq!(listed(alice.clone()).await.len(), 1);
    assert!(listed(bob).await.is_empty());
    let outsider = server.guest("Mallory").await;
    let hidden = get(&server, &outsider, &format!("/invites?room_id={den}")).await;
    hidden.refused(404, "room_not_found");
}

#[tokio::test]
async fn a_person_has_a_hundred_invitations_at_most() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let tea = server.room(&alice, "Tea").await;
    let mut code = String::new();
    for _ in 0..100 {
        code = made(&server, &alice, json!({"room_id": tea})).await;
    }
    let refused = server
        .post(INVITES, Some(&alice), json!({"room_id": tea}))
        .await;
    refused.refused(422, "invalid");
    let path = format!("{INVITES}/{code}");
    server.call(Method::DELETE, &path, Some(&alice), None).await;
    made(&server, &alice, json!({"room_id": tea})).await;
}

#[tokio::test]
async fn a_code_is_neither_stored_nor_logged() {
    let server = Server::plain().await;
    let alice = server.guest("Alice").await;
    let tea = server.room(&alice, "Tea").await;
    let code = made(&server, &alice, json!({"room_id": tea})).await;
    come(&server, &code, "Bob").await;
    server.get(&format!("{INVITES}/{code}")).await;
    server.get(&format!("/i/{code}")).await;
    assert!(!log().contains(&code));
    let stored = server
        .ctx
        .store
        .query_sql::<Vec<u8>>("SELECT code_hash FROM invites")
        .await;
    assert_eq!(stored[0].len(), 32);
}
